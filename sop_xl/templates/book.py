"""What every page builder needs to know about the workbook in the making, and how formulas point into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sop_xl.blocks import column_letters
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, Shape, SheetSpec
from sop_xl.templates.styles import Styles

FIRST_ROW = HEADER_ROW + 1
"""First body row of every table, 1-based."""

LAST_ROW = 20_006
"""Last row that row-by-row formulas and validations reach; `Checks` fails when a table is longer."""

LAST_LIST_ROW = 5_006
"""Last row of an input that drop-down lists read."""

INPUT_ROWS = 200
"""Blank rows that an empty input table offers."""


@dataclass
class Book:
    """The workbook in the making.

    Parameters
    ----------
    workbook
        The `xlsxwriter.Workbook`.
    sheets
        Contracts of the sheets it carries, in tab order.
    timeline, settings
        Periods of every grid, and the settings that the Settings sheet starts with.
    title
        Printed on Home; the company's or the model's name.
    template
        `standard`, `lite` or `custom`.
    """

    workbook: Any
    sheets: tuple[SheetSpec, ...]
    timeline: Timeline
    settings: Settings
    title: str
    template: str
    styles: Styles = field(init=False)
    worksheets: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.styles = Styles(self.workbook)
        for spec in self.sheets:
            self.worksheets[spec.name] = self.workbook.add_worksheet(spec.name)

    def has(self, *names: str) -> bool:
        """Whether the workbook carries all these sheets."""
        return all(name in self.worksheets for name in names)

    def spec(self, name: str) -> SheetSpec:
        """Contract of a sheet of this workbook."""
        for spec in self.sheets:
            if spec.name == name:
                return spec
        raise FrameError(f"the workbook has no sheet {name!r}")

    @property
    def labels(self) -> list[str]:
        """Header text of every period column."""
        return self.timeline.labels

    @property
    def history_count(self) -> int:
        """Number of periods with actuals."""
        return len(self.timeline.history)

    @property
    def last_column(self) -> str:
        """Letters of the last period column."""
        return column_letters(LABEL_COLUMNS + len(self.labels))


def quoted(sheet: str) -> str:
    """Sheet name as formulas write it."""
    return f"'{sheet}'" if not sheet.isalnum() else sheet


def field_letters(spec: SheetSpec, name: str) -> str:
    """Letters of the column that holds a field."""
    return column_letters([c.name for c in spec.columns].index(name) + 1)


def bounded(spec: SheetSpec, name: str, *, last: int = LAST_ROW, down: int = 0) -> str:
    """`Items!$A$7:$A$20006`: the field's body rows, `down` rows further down.

    Never the whole column: the status light above a table depends on the checks, which depend on the table.
    """
    letters = field_letters(spec, name)
    return f"{quoted(spec.name)}!${letters}${FIRST_ROW + down}:${letters}${last + down}"


def period_letters(index: int) -> str:
    """Letters of the period column with that 0-based index; the same on every grid and page."""
    return column_letters(LABEL_COLUMNS + 1 + index)


def is_grid(spec: SheetSpec) -> bool:
    """Whether a sheet has one column per period."""
    return spec.shape is Shape.GRID
