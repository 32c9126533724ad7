"""Which cells of a workbook call our functions, and what a workbook's formulas are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sop_xl.blocks import a1, parse_a1
from sop_xl.hosts.cell_formulas.parse import calls_ours
from sop_xl.hosts.cell_formulas.references import Place
from sop_xl.hosts.dynamic_arrays import spill_marks
from sop_xl.hosts.named_cell import read_formulas
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.tables import Area, parse_area
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import attributes, whole


@dataclass(frozen=True, slots=True)
class ArrayFormula:
    """An array formula's area, and whether it spills as far as its result goes, or keeps its area."""

    area: Area
    dynamic: bool


class Formulas:
    """Formulas of a workbook by sheet; a sheet is scanned when it is asked for."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.parts = {e.name: e.part for e in workbook.sheets() if e.kind == "worksheet"}
        self._texts: dict[str, dict[tuple[int, int], str]] = {}
        self._arrays: dict[str, dict[tuple[int, int], ArrayFormula]] = {}

    def sheet(self, name: str) -> Sheet:
        """The sheet as it is now."""
        return Sheet(self.workbook.package.text(self.parts[name]), name)

    @cached_property
    def ours(self) -> dict[Place, str]:
        """Formulas that call our functions, tab by tab and row by row."""
        found = {}
        for name, part in self.parts.items():
            if calls_ours(self.workbook.package.text(part)):
                texts = self.of(name)
                places = sorted(at for at, text in texts.items() if calls_ours(text))
                found.update({Place(name, *at): texts[at] for at in places})
        return found

    def of(self, name: str) -> dict[tuple[int, int], str]:
        """Formula by row and column, with the equals sign."""
        if name not in self._texts:
            self._texts[name] = {parse_a1(a): text for a, text in read_formulas(self.sheet(name)).items()}
        return self._texts[name]

    def arrays(self, name: str) -> dict[tuple[int, int], ArrayFormula]:
        """Array formulas by their first cell."""
        if name not in self._arrays:
            self._arrays[name] = self._scan_arrays(name)
        return self._arrays[name]

    def _scan_arrays(self, name: str) -> dict[tuple[int, int], ArrayFormula]:
        sheet = self.sheet(name)
        found: dict[tuple[int, int], ArrayFormula] = {}
        if '"array"' not in sheet.text:
            return found
        for row in sheet.rows():
            if sheet.text.find('"array"', row.inner_start, row.inner_end) < 0:
                continue
            for column, head, inner in sheet.cells(row):
                match = sheet.patterns.formula.search(inner)
                values = attributes(match[1]) if match else {}
                if values.get("t") == "array":
                    area = parse_area(values.get("ref") or a1(row.number, column))
                    dynamic = whole(attributes(head), "cm") in self._spill_marks
                    found[row.number, column] = ArrayFormula(area, dynamic)
        return found

    @cached_property
    def _spill_marks(self) -> list[int]:
        """Metadata of cells that makes an array formula spill."""
        return spill_marks(self.workbook)
