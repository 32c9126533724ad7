"""What stands around a sheet's cells: panes, protection, validations, merges, print set-up; and the style table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.tables import Area, parse_area
from sop_xl.hosts.xmltext import attributes

_TRUE = ("1", "true", "on")
_BUILT_IN_CODES = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 49: "@",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell style behaves: locked under protection, filled with a colour, and its number format."""

    locked: bool
    filled: bool
    code: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Formulas of one data validation or conditional format, and the areas it covers."""

    kind: str
    areas: tuple[Area, ...]
    formulas: tuple[str, ...]


@dataclass(frozen=True)
class Features:
    """What stands around the cells of a sheet.

    Parameters
    ----------
    frozen_rows, frozen_columns
        Rows and columns that stay in sight; 0 for none.
    protected
        Whether the sheet is protected.
    password
        Whether lifting the protection needs a password.
    fit_width
        Pages across, by fitting or by column breaks; 0 where neither says.
    tab_colour
        `RRGGBB`, `""` for none or a theme colour.
    merged
        Merged areas.
    validations, formats
        Data validations (`kind` is their type) and conditional formats.
    hidden_rows, hidden_columns
        Rows and columns hidden outside any group or filter.
    filtered
        Whether a filter may hide rows.
    """

    frozen_rows: int = 0
    frozen_columns: int = 0
    protected: bool = False
    password: bool = False
    fit_width: int = 0
    tab_colour: str = ""
    merged: tuple[Area, ...] = ()
    validations: tuple[Rules, ...] = ()
    formats: tuple[Rules, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    filtered: bool = field(default=False)


def read_features(text: str, sheet: Sheet) -> Features:
    """Features of a worksheet part without its cells.

    Raises
    ------
    HostError
        When the part is not well-formed.
    """
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except ElementTree.ParseError:
        raise HostError(f"{sheet.name} is damaged: its part is not well-formed XML") from None
    pane = next((e for e in _all(root, "pane") if e.get("state") in ("frozen", "frozenSplit")), None)
    protection = next(_all(root, "sheetProtection"), None)
    fitted = next((e.get("fitToPage") in _TRUE for e in _all(root, "pageSetUpPr")), False)
    colour = next(_all(root, "tabColor"), None)
    return Features(
        frozen_rows=_whole(pane, "ySplit"),
        frozen_columns=_whole(pane, "xSplit"),
        protected=protection is not None and protection.get("sheet") in _TRUE,
        password=protection is not None and any(protection.get(k) for k in ("password", "hashValue")),
        fit_width=_pages_wide(root, fitted),
        tab_colour=(colour.get("rgb") or "")[-6:].upper() if colour is not None else "",
        merged=tuple(a for e in _all(root, "mergeCell") for a in _areas(e.get("ref", ""))),
        validations=tuple(_rules(root, "dataValidation")),
        formats=tuple(_rules(root, "conditionalFormatting")),
        hidden_rows=_hidden_rows(sheet),
        hidden_columns=tuple(
            max(1, _whole(e, "min")) for e in _all(root, "col") if e.get("hidden") in _TRUE and not _whole(e, "outlineLevel")
        ),
        filtered=next(_all(root, "autoFilter"), None) is not None,
    )


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (e for e in root.iter() if isinstance(e.tag, str) and _local(e) == name)


def _pages_wide(root: ElementTree.Element, fitted: bool) -> int:
    """Pages side by side on which a sheet is printed: those it is fitted to, or those that its column breaks make; 0 is by chance."""
    if fitted:
        setup = next(_all(root, "pageSetup"), None)
        return 1 if setup is None else _whole(setup, "fitToWidth", "1")
    breaks = sum(1 for group in _all(root, "colBreaks") for each in _all(group, "brk") if each.get("man") in _TRUE)
    return breaks + 1 if breaks else 0


def _whole(element: ElementTree.Element | None, name: str, absent: str = "0") -> int:
    try:
        return int(float(element.get(name, absent))) if element is not None else 0
    except (ValueError, OverflowError):
        return 0


def _areas(text: str) -> tuple[Area, ...]:
    found = []
    for part in text.split():
        try:
            found.append(parse_area(part))
        except FrameError:
            continue
    return tuple(found)


def _rules(root: ElementTree.Element, name: str) -> Iterator[Rules]:
    """Validations and conditional formats, those that newer Excel keeps in an extension included."""
    for element in _all(root, name):
        inner = [e for e in element.iter() if e is not element]
        covered = element.get("sqref") or " ".join(e.text or "" for e in inner if _local(e) == "sqref")
        formulas = tuple(
            e.text for e in inner if e.text and e.text.strip() and _local(e) in ("formula", "formula1", "formula2", "f")
        )
        yield Rules(element.get("type", ""), _areas(covered), formulas)


def _hidden_rows(sheet: Sheet) -> tuple[int, ...]:
    found = []
    for row in sheet.rows():
        if "hidden=" in row.attributes:
            values = attributes(row.attributes)
            if values.get("hidden") in _TRUE and values.get("outlineLevel", "0") == "0":
                found.append(row.number)
    return tuple(found)


def read_styles(package: Package, part: str | None) -> list[CellStyle]:
    """Cell styles by number; none where the workbook has no style table."""
    if part is None or not package.has(part):
        return []
    try:
        root = ElementTree.fromstring(package.text(part).encode("utf-8"))
    except ElementTree.ParseError:
        raise HostError(f"{package.label} is damaged: its style table is not well-formed XML") from None
    codes = _BUILT_IN_CODES | {_whole(e, "numFmtId"): e.get("formatCode", "") for e in _all(root, "numFmt")}
    fills = [_is_fill(e) for group in _all(root, "fills") for e in group]
    found = []
    for group in _all(root, "cellXfs"):
        for element in group:
            guard = next(_all(element, "protection"), None)
            fill = _whole(element, "fillId")
            found.append(
                CellStyle(
                    locked=guard is None or guard.get("locked", "1") in _TRUE,
                    filled=fill < len(fills) and fills[fill],
                    code=codes.get(_whole(element, "numFmtId"), "General"),
                )
            )
    return found


def _is_fill(element: ElementTree.Element) -> bool:
    pattern = next(_all(element, "patternFill"), None)
    if pattern is None:
        return next(_all(element, "gradientFill"), None) is not None
    return pattern.get("patternType", "none") not in ("none", "gray125")
