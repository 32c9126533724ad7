"""The workbook part: its sheets, defined names, date system and calculation settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sop_xl.blocks import parse_a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import CONTENT_TYPES, content_type, relationships, remove_part, target_of
from sop_xl.hosts.xmltext import (
    attributes,
    drop_attribute,
    find_element,
    root_prefix,
    set_attribute,
    unescape,
    whole,
)

# children of the workbook element in the order that Excel demands, up to the calculation settings and just after
_AFTER_CALCULATION = (
    "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
    "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
BEFORE_CALCULATION = ("calcPr", *_AFTER_CALCULATION)
"""Children that stand after the defined names."""
_STRICT = "purl.oclc.org/ooxml"
_SHEET_REFERENCE = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(\$?[A-Za-z]{1,3}\$?\d+)(?::(\$?[A-Za-z]{1,3}\$?\d+))?"
)


def referenced_cell(reference: str) -> tuple[str, int, int] | None:
    """Sheet, row and column that a name's reference cites; `None` where it is not one cell.

    >>> referenced_cell("'Bill of Materials'!$C$4"), referenced_cell("Home!A1:B2")
    (('Bill of Materials', 4, 3), None)
    """
    match = _SHEET_REFERENCE.fullmatch(reference.strip())
    if not match:
        return None
    try:
        place = parse_a1(match[3])
        if match[4] and parse_a1(match[4]) != place:
            return None
    except FrameError:
        return None
    return (match[1].replace("''", "'") if match[1] else match[2]), *place


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One tab: its name, the part that holds it, what kind of sheet it is and whether it shows."""

    name: str
    part: str
    kind: str
    visibility: str
    sheet_id: str


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name; `scope` is the 0-based sheet it belongs to, `None` for the whole workbook."""

    name: str
    reference: str
    scope: int | None


class Workbook:
    """Read and patch the workbook part of a package.

    Parameters
    ----------
    package
        The package; changes go straight into it.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        if not package.has(CONTENT_TYPES):
            raise HostError(f"{package.label} is a ZIP archive but not an Excel workbook")
        part = target_of(package, "", "officeDocument")
        if part is None or not package.has(part):
            raise HostError(f"{package.label} is a ZIP archive but not an Excel workbook")
        declared = content_type(package, part)
        if "binary" in declared:
            raise HostError(
                f"{package.label} is a binary workbook (.xlsb); save it as .xlsx or .xlsm and try again"
            )
        if "presentation" in declared or "wordprocessing" in declared:
            raise HostError(f"{package.label} is not an Excel workbook but another Office document")
        self.part = part
        self.prefix = root_prefix(self.text, "workbook", package.label)

    @property
    def text(self) -> str:
        """Text of the workbook part."""
        return self.package.text(self.part)

    @property
    def strict(self) -> bool:
        """Whether the file uses the strict form of the format."""
        return _STRICT in self.text[:4000]

    def sheets(self) -> list[SheetEntry]:
        """Every tab in order, chart and dialog sheets included."""
        by_id = {r.id: r for r in relationships(self.package, self.part)}
        element = find_element(self.text, f"{self.prefix}sheets")
        found = []
        for tag in re.findall(rf"<{self.prefix}sheet(?=\s)[^>]*>", element[3] if element else ""):
            values = attributes(tag)
            identifier = next((v for k, v in values.items() if k.endswith(":id")), "")
            arrow = by_id.get(identifier)
            if arrow is None or not self.package.has(arrow.target):
                raise HostError(
                    f"{self.package.label} is damaged: the sheet {values.get('name')} has no content"
                )
            found.append(
                SheetEntry(
                    values.get("name", ""),
                    arrow.target,
                    arrow.kind,
                    values.get("state", "visible"),
                    values.get("sheetId", ""),
                )
            )
        return found

    def sheet(self, name: str) -> SheetEntry:
        """The worksheet of that name, compared as Excel does; raises `HostError` where there is none."""
        for entry in self.sheets():
            if entry.name.casefold() == name.casefold():
                if entry.kind != "worksheet":
                    raise HostError(
                        f"{self.package.label}: {entry.name} is a {_kind_text(entry.kind)}, not a worksheet"
                    )
                return entry
        raise HostError(f"{self.package.label} has no sheet {name}")

    @property
    def date1904(self) -> bool:
        """Whether dates count from 1904, an old Mac habit."""
        found = find_element(self.text, f"{self.prefix}workbookPr")
        return found is not None and attributes(found[2]).get("date1904") in ("1", "true", "on")

    @property
    def structure_locked(self) -> bool:
        """Whether a person protected the order and number of the tabs."""
        found = find_element(self.text, f"{self.prefix}workbookProtection")
        return found is not None and attributes(found[2]).get("lockStructure") in ("1", "true", "on")

    def defined_names(self) -> list[DefinedName]:
        """All defined names in stored order."""
        element = find_element(self.text, f"{self.prefix}definedNames")
        if element is None:
            return []
        found = []
        for match in re.finditer(
            rf"<{self.prefix}definedName(?=\s)([^>]*?)(?:/>|>(.*?)</{self.prefix}definedName\s*>)",
            element[3],
            re.S,
        ):
            values = attributes(match[1])
            scope = values.get("localSheetId")
            found.append(
                DefinedName(
                    values.get("name", ""),
                    unescape(match[2] or ""),
                    whole(values, "localSheetId") if scope is not None else None,
                )
            )
        return found

    def named_cell(self, name: str) -> tuple[str, int, int] | None:
        """Sheet, row and column of a defined name; `None` where there is no such name.

        A name for the whole workbook goes before one that belongs to a single sheet. Raises `HostError` where the
        name is not one cell.
        """
        found = [d for d in self.defined_names() if d.name.casefold() == name.casefold()]
        found.sort(key=lambda d: d.scope is not None)
        if not found:
            return None
        place = referenced_cell(found[0].reference)
        if place is None:
            raise HostError(
                f"{self.package.label}: the name {name} is not one cell but {found[0].reference or 'empty'}"
            )
        return self.sheet(place[0]).name, *place[1:]

    def cell_names(self) -> dict[str, tuple[str, int, int]]:
        """Sheet, row and column of every name for the whole workbook that is one cell."""
        present = {entry.name.casefold(): entry.name for entry in self.sheets() if entry.kind == "worksheet"}
        found: dict[str, tuple[str, int, int]] = {}
        for defined in self.defined_names():
            place = referenced_cell(defined.reference) if defined.scope is None else None
            if place is not None and place[0].casefold() in present:
                found[defined.name] = (present[place[0].casefold()], *place[1:])
        return found

    @property
    def calculates_on_load(self) -> bool:
        """Whether Excel calculates everything when it opens the file."""
        found = find_element(self.text, f"{self.prefix}calcPr")
        return found is not None and attributes(found[2]).get("fullCalcOnLoad") in ("1", "true", "on")

    def request_full_calculation(self) -> None:
        """Ask Excel to calculate everything when it opens the file."""
        found = find_element(self.text, f"{self.prefix}calcPr")
        if found is not None:
            self._replace(found[0], found[0] + len(found[2]), set_attribute(found[2], "fullCalcOnLoad", "1"))
            return
        position = self.insertion_point(_AFTER_CALCULATION)
        self._replace(position, position, f'<{self.prefix}calcPr fullCalcOnLoad="1"/>')

    def withdraw_full_calculation(self) -> None:
        """Take that request back: the stored results are fresh."""
        found = find_element(self.text, f"{self.prefix}calcPr")
        if found is not None:
            self._replace(found[0], found[0] + len(found[2]), drop_attribute(found[2], "fullCalcOnLoad"))

    def drop_calculation_chain(self) -> None:
        """Remove the calculation chain; Excel makes a new one, but repairs a file whose chain names a missing formula."""
        remove_part(self.package, self.part, "calcChain")

    def insertion_point(self, followers: tuple[str, ...]) -> int:
        """Where a child goes that must stand before all `followers`."""
        places = [e[0] for name in followers if (e := find_element(self.text, f"{self.prefix}{name}"))]
        closing = self.text.rfind(f"</{self.prefix}workbook")
        return min([*places, closing])

    def _replace(self, start: int, end: int, new: str) -> None:
        self.package.replace_text(self.part, self.text[:start] + new + self.text[end:])


def _kind_text(kind: str) -> str:
    return {"chartsheet": "chart sheet", "dialogsheet": "dialog sheet"}.get(kind, "macro sheet")
