"""What LibreOffice is given to compute for our cells, and what it made of that.

It gets a throw-away copy: cells of ours hold their results, native formulas around calls of ours have the calls replaced, and native
arguments stand as array formulas on a sheet of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sop_xl.blocks import CellError, CellValue, a1, parse_a1
from sop_xl.hosts.cell_formulas.evaluate import Value, unwrapped
from sop_xl.hosts.cell_formulas.find import Formulas
from sop_xl.hosts.cell_formulas.native import FrozenRows, Native
from sop_xl.hosts.cell_formulas.parse import Rows
from sop_xl.hosts.cell_formulas.references import Place, qualified
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import add_relationship, declare_type, relationships, target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.stored_results import Result, cells_at, results_of, rewritten
from sop_xl.hosts.tables import format_area
from sop_xl.hosts.values import shared_strings
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import attributes, escape, find_element, whole

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_BLANK = "\ue000"  # stands for an empty cell, which an array formula would give back as zero
_FIRST = 3  # the first two columns hold how many rows and columns a result has
_MOST = 20_000
"""Cells kept free for a result before its size is known; a larger one costs a second calculation."""
_ANCHOR = re.compile(r"(?:_xlfn\.)?ANCHORARRAY\((?:'((?:[^']|'')+)'!|([\w.]+)!)?\$?([A-Za-z]{1,3})\$?(\d+)\)", re.I)


@dataclass(frozen=True, slots=True)
class _Block:
    """Where an expression stands on the sheet of native expressions."""

    row: int
    height: int
    width: int


class Calculator:
    """Prepares the copy for one calculation and reads the results.

    Parameters
    ----------
    formulas
        The workbook's, with the areas of arrays as they are now.
    wanted
        Native expressions to compute.
    sizes
        Rows and columns of results, as far as known; what a result turns out to have is put in.
    """

    def __init__(self, formulas: Formulas, wanted: Iterable[Native], sizes: dict[Native, tuple[int, int]]) -> None:
        self._formulas = formulas
        self._wanted = list(wanted)
        self._sizes = sizes
        self._lines: list[tuple[int, str]] = []
        self._row = 1
        self._ranges: dict[FrozenRows, str] = {}
        self._blocks: dict[Native, _Block] = {}
        self._inline: dict[Place, str] = {}
        taken = {name.casefold() for name in formulas.parts}
        self._name = next(n for k in range(len(taken) + 1) if (n := f"native_{k}") not in taken)
        for native in self._wanted:
            text = "".join(p if isinstance(p, str) else self._range(p) for p in native.pieces)
            if native.at is not None:
                array = any(not isinstance(p, str) for p in native.pieces)
                self._inline[native.at] = _formula(a1(native.at.row, native.at.column) if array else "", text)
            else:
                self._blocks[native] = self._expression(native, text)

    def _range(self, rows: FrozenRows) -> str:
        """Reference to cells that hold an array."""
        if rows not in self._ranges:
            top = self._row
            for i, line in enumerate(rows):
                cells = [_cell(a1(top + i, j), kind, f"<v>{v}</v>") for j, (kind, v) in enumerate(line, 1) if v or kind]
                self._lines.append((top + i, "".join(cells)))
            self._row += len(rows)
            self._ranges[rows] = qualified(self._name, (top, 1, top + len(rows) - 1, len(rows[0])))
        return self._ranges[rows]

    def _expression(self, native: Native, text: str) -> _Block:
        """Cells for the size and the values of an expression."""
        height, width = self._sizes.get(native, native.size)
        if native not in self._sizes and height * width > _MOST:
            height = width = 1
        top = self._row
        area = format_area((top, _FIRST, top + height - 1, _FIRST + width - 1))
        values = f'IF(ISBLANK({text}),"{_BLANK}",{text})'
        cells = [(a1(top, 1), f"ROWS({text})"), (a1(top, 2), f"COLUMNS({text})")]
        line = "".join(_cell(address, "", _formula(address, formula)) for address, formula in cells)
        self._lines.append((top, line + _cell(a1(top, _FIRST), "", _formula(area, values))))
        self._row += height
        return _Block(top, height, width)

    def copy(self, package: Package) -> bytes:
        """The workbook to calculate."""
        copy = Package(package.to_bytes(), package.label)
        ours = self._formulas.ours
        for name, part in self._formulas.parts.items():
            cut = {a1(p.row, p.column) for p in ours if p.sheet == name}
            anchors = "ANCHORARRAY(" in package.text(part)
            if not cut and not anchors:
                continue
            sheet = Sheet(copy.text(part), name)
            anchored = {a1(*at): t for at, t in self._formulas.of(name).items() if "ANCHORARRAY(" in t.upper()} if anchors else {}
            new = {a: (head, self._without(sheet, name, a, inner, a in cut)) for a, head, inner in cells_at(sheet, cut | set(anchored))}
            copy.replace_text(part, rewritten(sheet, new))
        if self._lines:
            self._add_sheet(copy)
        return copy.to_bytes()

    def _without(self, sheet: Sheet, name: str, address: str, inner: str, ours: bool) -> str:
        """Inner text of a cell that LibreOffice can compute."""
        formula = sheet.patterns.formula
        if not ours:
            return formula.sub(lambda m: _ANCHOR.sub(lambda a: self._array(name, a), m[0]), inner, count=1)
        replaced = self._inline.get(Place(name, *parse_a1(address)), "")
        p = sheet.prefix
        return formula.sub(lambda _: replaced.replace("<f", f"<{p}f").replace("</f", f"</{p}f"), inner, count=1)

    def _array(self, name: str, match: re.Match[str]) -> str:
        sheet = (match[1] or "").replace("''", "'") or match[2] or name
        known = next((n for n in self._formulas.parts if n.casefold() == sheet.casefold()), "")
        array = self._formulas.arrays(known).get(parse_a1(match[3] + match[4])) if known else None
        return escape(qualified(known, array.area)) if array else match[0]

    def _add_sheet(self, copy: Package) -> None:
        """Append the sheet of native expressions."""
        workbook = Workbook(copy)
        root = re.search(r'xmlns(?::\w+)?="([^"]*(?:spreadsheetml/(?:2006/)?main))"', workbook.text)
        namespace = root[1] if root else "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        rows = "".join(f'<row r="{number}">{cells}</row>' for number, cells in self._lines)
        part = copy.fresh_name("xl/worksheets/sheet{}.xml")
        copy.add(part, f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'.encode())
        declare_type(copy, part, _SHEET_TYPE)
        arrow = next(r for r in relationships(copy, workbook.part) if r.kind == "worksheet")
        identifier = add_relationship(copy, workbook.part, arrow.type, part)
        p, text = workbook.prefix, workbook.text
        number = 1 + max(whole({"id": entry.sheet_id}, "id") for entry in workbook.sheets())
        listing = find_element(text, f"{p}sheets")
        assert listing is not None
        tag = re.search(rf"<{p}sheet(?=\s)[^>]*>", listing[3])
        assert tag is not None
        key = next(name for name in attributes(tag[0]) if name.endswith(":id"))
        declared = f' xmlns:{key.partition(":")[0]}="{arrow.type.rsplit("/", 1)[0]}"'
        entry = f'<{p}sheet{declared} name="{self._name}" sheetId="{number}" {key}="{identifier}"/>'
        place = text.index(f"</{p}sheets", listing[0])
        copy.replace_text(workbook.part, text[:place] + entry + text[place:])

    def results(self, calculated: Package) -> Iterator[tuple[Native, Value]]:
        """What LibreOffice made of the expressions; one whose size was not known and is larger than expected is left out."""
        theirs = Workbook(calculated)
        by_name = {entry.name: entry.part for entry in theirs.sheets() if entry.kind == "worksheet"}
        part = target_of(calculated, theirs.part, "sharedStrings")
        texts = shared_strings(calculated.text(part)) if part and calculated.has(part) else []

        def read(name: str, wanted: set[str]) -> dict[str, Result]:
            return results_of(Sheet(calculated.text(by_name[name]), name), wanted, texts) if name in by_name else {}

        addresses: dict[str, set[str]] = {}
        for place in self._inline:
            addresses.setdefault(place.sheet, set()).add(a1(place.row, place.column))
        inline = {name: read(name, wanted) for name, wanted in addresses.items()}
        cells = read(self._name, {a for block in self._blocks.values() for a in _addresses(block)})
        for native in self._wanted:
            if native.at is not None:
                yield native, value_of(inline[native.at.sheet].get(a1(native.at.row, native.at.column)))
            else:
                found = self._value(native, lambda row, column: value_of(cells.get(a1(row, column))))
                if found is not None:
                    yield native, unwrapped(found)

    def _value(self, native: Native, read: Callable[[int, int], CellValue]) -> Rows | None:
        block = self._blocks[native]
        size = read(block.row, 1), read(block.row, 2)
        # of a single value LibreOffice does not tell how many rows it has
        height, width = (int(n) if type(n) is float and n >= 1 else 1 for n in size)
        self._sizes[native] = height, width
        if height > block.height or width > block.width:
            return None
        return [[read(block.row + i, _FIRST + j) for j in range(width)] for i in range(height)]


def _cell(address: str, kind: str, inner: str) -> str:
    return f'<c r="{address}"{kind}>{inner}</c>'


def _formula(area: str, text: str) -> str:
    """A formula, as an array formula where it has an area."""
    array = f' t="array" ref="{area}"' if area else ""
    return f"<f{array}>{escape(text)}</f>"


def _addresses(block: _Block) -> Iterator[str]:
    yield a1(block.row, 1)
    yield a1(block.row, 2)
    for i in range(block.height):
        for j in range(block.width):
            yield a1(block.row + i, _FIRST + j)


def value_of(result: Result | None) -> CellValue:
    """A computed result as a value; numbers stay numbers, whatever they were formatted as."""
    kind, text = result or ("n", "")
    if kind == "e":
        return CellError(text)
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "str":
        return None if text == _BLANK else text
    return float(text) if text else None
