"""What a person can see and change on a sheet, in a form that two files can be compared by.

Excel writes a sheet anew when it saves: other style numbers, other part names, other spelling. What stays the same is compared here:
formulas and constants, rules, links, widths, charts, notes, names. Fonts and colours are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sop_xl.blocks import CellValue, a1, parse_a1
from sop_xl.errors import FrameError
from sop_xl.hosts.named_cell import read_formulas
from sop_xl.hosts.occupied import array_areas
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships, target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import Area, parse_area
from sop_xl.hosts.values import ValueReader, read_values, shared_strings
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import attributes, unescape, whole

CITED = re.compile(
    r"(?:'((?:[^']|'')+)'|(?<![\w.'])([\w.]+))!"
    r"(\$?[A-Za-z]{1,3}\$?\d+(?::\$?[A-Za-z]{1,3}\$?\d+)?|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+)?"
)
"""Cells of another sheet in a formula: quoted or plain sheet name, and cells, whole columns or whole rows."""
_RULE = re.compile(r"<(?:[\w.-]+:)?(formula\d?|f)(?=[\s>])[^>]*>([^<]*)<")
_CHART_TEXT = re.compile(r"<(?:[\w.-]+:)?(f|t)(?=[\s>])[^>]*>([^<]*)<")
_CHART_KIND = re.compile(r"<(?:[\w.-]+:)?(\w+Chart)(?=[\s>])")
_ANCHOR = re.compile(r"<(?:[\w.-]+:)?(?:two|one|absolute)(?:Cell)?Anchor(?=[\s>])")
_ANCHOR_PLACE = re.compile(r"<(?:[\w.-]+:)?(?:col|row)>(\d+)<")
_NOTE = re.compile(r"<(?:[\w.-]+:)?comment(?=\s)[^>]*>.*?</(?:[\w.-]+:)?comment\s*>", re.S)
_NEEDLESS_QUOTES = re.compile(r"(?<![\w'])'([A-Za-z_]\w*)'!")
_OF_THE_PRINTER = ("printerSettings",)
_WHOLE = (1, 1, 1_048_576, 16_384)


@dataclass(frozen=True, slots=True)
class SheetContent:
    """One sheet's content.

    Parameters
    ----------
    cells
        Formula (with its equals sign, blanks outside of texts left out) or constant by address; results of formulas do not count.
    named
        Address by workbook-wide name, where the name is one cell of this sheet.
    names
        Reference by name: names that point to this sheet, and those that belong to it (`!` before the name).
    things
        Everything else by kind: rules, links, merged cells, widths, hidden rows, drawings, charts, notes, kinds of attached parts.
    """

    cells: Mapping[str, CellValue]
    named: Mapping[str, str]
    names: Mapping[str, str]
    things: Mapping[str, object]

    def is_formula(self, address: str) -> bool:
        """Whether the cell holds a formula."""
        value = self.cells.get(address)
        return isinstance(value, str) and value.startswith("=")

    def entries(self) -> dict[str, str]:
        """Named cells that hold a constant or nothing: stamps and choices, whose values come and go without changing the sheet."""
        return {name: address for name, address in self.named.items() if not self.is_formula(address)}

    def inside(self, area: Area) -> dict[str, CellValue]:
        """Cells of an area."""
        top, left, bottom, right = area
        return {
            address: value
            for address, value in self.cells.items()
            if top <= (place := parse_a1(address))[0] <= bottom and left <= place[1] <= right
        }


def same_content(one: SheetContent, made: SheetContent) -> bool:
    """Whether a sheet is as the program `made` it, whatever values its stamps and choices have."""
    if one.names != made.names or one.things != made.things or one.entries() != made.entries():
        return False
    free = set(made.entries().values())
    return _without(one.cells, free) == _without(made.cells, free)


def _without(cells: Mapping[str, CellValue], addresses: set[str]) -> dict[str, CellValue]:
    return {a: v for a, v in cells.items() if a not in addresses}


def sheet_content(package: Package, workbook: Workbook, name: str) -> SheetContent:
    """Content of a sheet; raises `HostError` where there is no such worksheet."""
    entry = workbook.sheet(name)
    sheet = Sheet(package.text(entry.part), entry.name)
    cells: dict[str, CellValue] = {}
    for row, line in enumerate(read_values(sheet, _reader(package, workbook)), 1):
        for column, value in enumerate(line, 1):
            if value is not None and value != "":
                cells[a1(row, column)] = value if not str(value).startswith("=") else f"'{value}"
    for address in _filled(sheet):
        cells.pop(address, None)
    cells.update({a: plain_formula(f) for a, f in read_formulas(sheet).items()})
    names, named = _names(workbook, entry.name)
    return SheetContent(cells, named, names, _things(package, entry.part, sheet))


def _filled(sheet: Sheet) -> list[str]:
    """Cells that array formulas fill."""
    try:
        areas = array_areas(sheet)
    except FrameError:
        return []
    return [a1(row, column) for top, left, bottom, right in areas for row in range(top, bottom + 1) for column in range(left, right + 1)]


def _reader(package: Package, workbook: Workbook) -> ValueReader:
    part = target_of(package, workbook.part, "sharedStrings")
    texts = shared_strings(package.text(part)) if part and package.has(part) else []
    dates = StyleTable(package, workbook.part).date_styles()
    return ValueReader(texts, dates, workbook.date1904)


def plain_formula(formula: str) -> str:
    """Formula without the blanks and quotes that programs put in or leave out; texts and quoted names with blanks keep theirs."""
    formula = _NEEDLESS_QUOTES.sub(r"\1!", formula)
    pieces = re.split(r'("(?:[^"]|"")*"|\'(?:[^\']|\'\')*\')', formula)
    return "".join(p if k % 2 else re.sub(r"\s+", "", p) for k, p in enumerate(pieces))


def _names(workbook: Workbook, sheet: str) -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    named: dict[str, str] = {}
    places = [e.name for e in workbook.sheets()]
    for defined in workbook.defined_names():
        key, reference = defined.name.casefold(), plain_formula(defined.reference)
        if defined.scope is not None:
            if defined.scope < len(places) and places[defined.scope] == sheet:
                names[f"!{key}"] = reference
            continue
        cited = citations(defined.reference)
        if sheet.casefold() in cited:
            names[key] = reference
            area = cited[sheet.casefold()][0]
            if CITED.fullmatch(defined.reference.strip()) and area[:2] == area[2:]:
                named[key] = a1(*area[:2])
    return names, named


def citations(text: str) -> dict[str, list[Area]]:
    """Areas that formulas in a text (unescaped) cite, by case-folded sheet name; the whole sheet where it is no plain area."""
    found: dict[str, list[Area]] = {}
    for match in CITED.finditer(text):
        name = (match[1] or match[2]).replace("''", "'").casefold()
        found.setdefault(name, []).append(_area(match[3] or ""))
    return found


def _area(reference: str) -> Area:
    plain = reference.replace("$", "")
    first, _, last = plain.partition(":")
    try:
        if first.isalpha():
            return 1, parse_a1(first + "1")[1], _WHOLE[2], parse_a1(last + "1")[1]
        if first.isdigit():
            return int(first), 1, int(last), _WHOLE[3]
        return parse_area(plain)
    except FrameError:
        return _WHOLE


def _things(package: Package, part: str, sheet: Sheet) -> dict[str, object]:
    head, tail = sheet.text[: sheet.open_start], sheet.text[sheet.close_end :]
    arrows = [r for r in relationships(package, part) if r.kind not in _OF_THE_PRINTER]
    drawings, charts = _drawings(package, [r.target for r in arrows if r.kind == "drawing"])
    notes = [
        note
        for r in arrows
        if r.kind == "comments"
        for note in _NOTE.findall(package.text(r.target))
    ]
    links = [
        (v.get("ref", ""), v.get("location", ""))
        for tag in re.findall(r"<(?:[\w.-]+:)?hyperlink(?=\s)[^>]*>", tail)
        for v in [attributes(tag)]
    ]
    return {
        "rules": {plain_formula(unescape(m[2])) for m in _RULE.finditer(tail)},
        "links": sorted(links),
        "merged": set(re.findall(r'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref="([^"]*)"', tail)),
        "widths": _widths(head),
        "hidden rows": {r.number for r in sheet.rows() if re.search(r'\bhidden="(?:1|true)"', r.attributes)},
        "drawings": drawings,
        "charts": charts,
        "notes": sorted(notes),
        "attached": sorted(r.kind for r in arrows),
    }


def _widths(head: str) -> dict[int, tuple[int, bool]]:
    """Width in whole characters and whether it is hidden, by column; a run of a thousand columns and more is a default, not a choice."""
    found: dict[int, tuple[int, bool]] = {}
    for tag in re.findall(r"<(?:[\w.-]+:)?col(?=\s)[^>]*>", head):
        values = attributes(tag)
        first, last = whole(values, "min", 1), whole(values, "max", 1)
        hidden = values.get("hidden") in ("1", "true")
        if last - first < 1000:
            look = round(float(values.get("width", "9"))), hidden
            found.update(dict.fromkeys(range(first, last + 1), look))
    return found


def _drawings(package: Package, parts: list[str]) -> tuple[object, object]:
    """Number and places of what is drawn, and of each chart its kinds, references and texts."""
    places: list[object] = []
    charts: list[object] = []
    for part in parts:
        text = package.text(part)
        places.append((len(_ANCHOR.findall(text)), _ANCHOR_PLACE.findall(text)))
        for arrow in relationships(package, part):
            if arrow.kind == "chart" and package.has(arrow.target):
                chart = package.text(arrow.target)
                texts = sorted((m[1], unescape(m[2])) for m in _CHART_TEXT.finditer(chart) if m[2].strip())
                charts.append((sorted(_CHART_KIND.findall(chart)), texts))
            elif arrow.kind != "chart":
                charts.append(arrow.kind)
    return places, sorted(charts, key=repr)
