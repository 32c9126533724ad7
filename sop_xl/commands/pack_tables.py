"""Output tables as the pack reads them from the workbook: what stands on the sheets, nothing computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pandas as pd

from sop_xl.blocks import Block
from sop_xl.commands.tables import plain_table
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Calendar
from sop_xl.sheets import sheet
from sop_xl.sheets.spec import LABEL_COLUMNS, CellType, Shape


@dataclass
class Tables:
    """The tables of a workbook, each read once.

    Parameters
    ----------
    host
        The workbook.
    currency
        Plan currency.
    current
        Header of the first planned period, such as `2025-05`.
    calendar
        Of the workbook: periods read as its labels, whether a cell holds the label or a date.
    """

    host: Host
    currency: str
    current: str
    calendar: Calendar = field(default_factory=Calendar)
    _read: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Rows of a sheet by field name; a grid has a column per period header besides. Without rows where the sheet is absent or empty."""
        if name not in self._read:
            self._read[name] = self._table(name)
        return self._read[name]

    def _table(self, name: str) -> pd.DataFrame:
        spec = sheet(name)
        names = [c.name for c in spec.columns]
        block = self.host.read_block(name) if name in self.host.sheet_names() else Block(name, 1, 1, [], None)
        table = plain_table(spec, block)
        by_label = {c.label: c.name for c in spec.columns}
        header = [by_label.get(text, text) for text in table.header]
        frame = pd.DataFrame([row for _, row in table.rows], columns=header).reindex(columns=[*names, *(h for h in header[LABEL_COLUMNS:] if spec.shape is Shape.GRID)])
        figures = [c.name for c in spec.columns if c.cell in (CellType.NUMBER, CellType.INTEGER, CellType.FRACTION)]
        periods = [column for column in frame.columns if column not in names]
        for column in [*figures, *periods]:
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
        for column in (c.name for c in spec.columns if c.cell is CellType.PERIOD):
            frame[column] = pd.Series([self._period(value) for value in frame[column]], index=frame.index, dtype=object)
        for column in (c.name for c in spec.columns if c.name not in figures):
            frame[column] = pd.Series([_text(value) for value in frame[column]], index=frame.index, dtype=object)
        return frame

    def _period(self, value: object) -> object:
        return self.calendar.label(self.calendar.start_of(value)) if isinstance(value, date) and not pd.isna(value) else value

    def periods(self, name: str) -> tuple[list[str], list[str]]:
        """Headers of past and of planned periods of a grid."""
        labels = [c.name for c in sheet(name).columns]
        headers = [column for column in self.table(name).columns if column not in labels]
        return [h for h in headers if h < self.current], [h for h in headers if h >= self.current]

    def totals(self, name: str, periods: Sequence[str], **labels: str) -> list[float]:
        """Sum of the lines with these labels in each period; NaN where no line has a figure, or the workbook no such sheet or period."""
        frame = self.table(name)
        keep = np.ones(len(frame), dtype=bool)
        for key, value in labels.items():
            keep &= (frame[key] == value).to_numpy()
        return [float(frame.loc[keep, period].sum(min_count=1)) if period in frame else np.nan for period in periods]


def _text(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value: float, form: str = ",.0f") -> str:
    """A figure as it is read in a table; `-` where there is none."""
    if pd.isna(value):
        return "-"
    text = format(float(value), form)
    return "0" if text.strip("+-0.,") == "" else text


def percent(value: float, *, sign: bool = False) -> str:
    """`9.5 %`."""
    return "-" if pd.isna(value) else f"{value * 100:{'+' if sign else ''}.1f} %"


def figure(value: float, unit: str) -> str:
    """A figure in its unit."""
    if unit == "fraction":
        return percent(value)
    return number(value, ",.0f" if pd.isna(value) or abs(value) >= 100 else ",.1f")
