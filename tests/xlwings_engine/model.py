"""A workbook in memory that behaves as desktop Excel does where programs trip over it.

Numbers are floats; text is read as if typed unless the cell is formatted as text; text that begins with an equals sign is a formula; dates are numbers
that a format shows; protected sheets refuse; a block that is written to a filtered table does not reach the hidden rows; headings of a table are
unique text, and renaming one renames it in every formula.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.styles import is_date_format
from xlwings_engine.typed import EPOCH, ERRORS, ExcelError, Fault, parsed, serial

Area = tuple[int, int, int, int]
LONGEST_IN_BLOCK, LONGEST = 8_203, 32_767


@dataclass
class Cell:
    """What one cell holds and how it shows."""

    value: object = None
    formula: str | None = None
    format: str = "General"
    apostrophe: bool = False


@dataclass
class Table:
    """A ListObject; `area` includes the totals row when it shows."""

    name: str
    area: Area
    totals: bool = False
    headers: bool = True
    filter: bool = True
    criteria: dict[int, list[str]] = field(default_factory=dict)
    kept_totals: dict[int, Cell] = field(default_factory=dict)


@dataclass
class Protection:
    """How a sheet is protected."""

    password: str = ""
    parts: tuple[bool, ...] = (True, True, True, False)
    allowed: tuple[bool, ...] = (False,) * 11


class Excel:
    """The application: its settings, its books, and what a test makes of it.

    Attributes
    ----------
    busy
        How many of the next calls are rejected.
    refuse
        Called with what is about to be done (`write`, `resize` ...) and the sheet's name; raises to make Excel refuse.
    calls
        How many calls there were, by kind and sheet.
    """

    def __init__(self) -> None:
        self.screen_updating = self.display_alerts = self.enable_events = True
        self.calculation = "automatic"
        self.status_bar: object = False
        self.busy = 0
        self.refuse = lambda action, sheet: None
        self.calls: Counter[tuple[str, str]] = Counter()
        self.books: list[Workbook] = []

    def called(self, action: str, sheet: str = "") -> None:
        """Every call passes here: a busy Excel rejects it."""
        if self.busy:
            self.busy -= 1
            raise ExcelError("Call was rejected by callee.", -2147418111, 0)
        self.calls[action, sheet] += 1
        self.refuse(action, sheet)


class Workbook:
    """An open workbook."""

    def __init__(self, app: Excel, name: str) -> None:
        self.app, self.name = app, name
        self.sheets: list[Worksheet] = []
        self.names: dict[str, str] = {}
        app.books.append(self)

    def add(self, name: str) -> Worksheet:
        """A new last sheet."""
        self.sheets.append(Worksheet(self, name))
        return self.sheets[-1]

    def rename_column(self, table: str, old: str, new: str) -> None:
        """Formulas follow a column that gets another heading; of one that goes they keep an error."""
        target = f"{table}[{new}]" if new else "#REF!"
        for sheet in self.sheets:
            for cell in sheet.cells.values():
                if cell.formula and f"{table}[{old}]" in cell.formula:
                    cell.formula = cell.formula.replace(f"{table}[{old}]", target)
        self.names = {k: v.replace(f"{table}[{old}]", target) for k, v in self.names.items()}


class Worksheet:
    """A sheet: cells by 1-based row and column, tables, and what stands in the way of writing."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.book, self.name = book, name
        self.visible = -1
        self.cells: dict[tuple[int, int], Cell] = {}
        self.tables: list[Table] = []
        self.protection: Protection | None = None
        self.selection = 0
        self.merged: list[Area] = []
        self.arrays: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()

    def cell(self, row: int, column: int) -> Cell:
        """The cell, made where it was never touched."""
        return self.cells.setdefault((row, column), Cell())

    def check_open(self) -> None:
        """Refuse a change to a protected sheet."""
        if self.protection is not None:
            raise ExcelError("The cell or chart you're trying to change is on a protected sheet.")

    # values

    def read(self, row: int, column: int) -> object:
        """The value as the automation interface gives it."""
        cell = self.cells.get((row, column))
        if cell is None or cell.value is None:
            return None
        if isinstance(cell.value, Fault):
            return -2146828288 + ERRORS[cell.value]
        if isinstance(cell.value, float):
            if is_date_format(cell.format) or "h:" in cell.format:
                return EPOCH + timedelta(milliseconds=round(cell.value * 86_400_000))
            if "$" in cell.format:
                return Decimal(repr(round(cell.value, 4)))
        return cell.value

    def read_exact(self, row: int, column: int) -> object:
        """The value with numbers as they are stored."""
        cell = self.cells.get((row, column))
        return cell.value if cell is not None and isinstance(cell.value, float) else self.read(row, column)

    def formula(self, row: int, column: int) -> str:
        """The formula, or the value as text that Excel would read as that value."""
        cell = self.cells.get((row, column))
        if cell is None or cell.value is None:
            return cell.formula if cell is not None and cell.formula else ""
        if cell.formula is not None:
            return cell.formula
        if isinstance(cell.value, bool):
            return str(cell.value).upper()
        return repr(cell.value).removesuffix(".0") if isinstance(cell.value, float) else str(cell.value)

    def write_block(self, area: Area, rows: list[list[object]]) -> None:
        """A block as one call; rows that a filter hides are passed over."""
        self.check_open()
        single = area[:2] == area[2:]
        for row, values in zip(range(area[0], area[2] + 1), rows, strict=True):
            if row in self.hidden_rows and not single and any(t.criteria for t in self.tables):
                continue
            for column, value in zip(range(area[1], area[3] + 1), values, strict=True):
                if isinstance(value, str) and len(value) > (LONGEST if single else LONGEST_IN_BLOCK) + value.startswith("'"):
                    raise ExcelError("Application-defined or object-defined error", scode=-2146827284)
                self.type(row, column, value)

    def type(self, row: int, column: int, value: object) -> None:
        """Put a value in a cell as a program does."""
        cell = self.cell(row, column)
        cell.formula, cell.apostrophe = None, False
        if value is None or value == "":
            cell.value = None
        elif isinstance(value, str):
            self._type_text(cell, value)
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**31:
            raise ExcelError("Type mismatch.")
        elif cell.format == "@":
            cell.value = str(value).upper() if isinstance(value, bool) else repr(value).removesuffix(".0") if not isinstance(value, datetime) else f"{value:%m/%d/%Y}"
        elif isinstance(value, datetime):
            cell.value = serial(value)
            if cell.format == "General":
                cell.format = "m/d/yyyy" if float(cell.value).is_integer() else "m/d/yyyy h:mm"
        else:
            cell.value = value if isinstance(value, bool) else float(value)
        self._mind_heading(row, column)

    def _type_text(self, cell: Cell, text: str) -> None:
        if text.startswith("'"):
            cell.value, cell.apostrophe = text[1:] or None, True
        elif cell.format == "@":
            cell.value = text
        elif text.startswith("="):
            self.put_formula(cell, text)
        elif text.startswith("@") or (text[0] in "+-" and re.search(r"[A-Za-z( ]", text)):
            raise ExcelError("There's a problem with this formula.")
        else:
            cell.value, shown = parsed(text)
            if shown and cell.format == "General":
                cell.format = shown

    def put_formula(self, cell: Cell, text: str) -> None:
        """A formula; this Excel computes errors and empty texts, everything else is 0."""
        if cell.format == "@":
            cell.value = text
            return
        body = text.removeprefix("=")
        cell.formula = text
        cell.value = Fault(body) if body in ERRORS else "" if body == '""' else 0.0

    def fill_formula(self, area: Area, text: str) -> None:
        """One formula for a range: relative references move along."""
        for row in range(area[0], area[2] + 1):
            for column in range(area[1], area[3] + 1):
                self.put_formula(self.cell(row, column), "=" + move_formula(text[1:], row - area[0], column - area[1]))

    def clear(self, area: Area, formats: bool) -> None:
        """Empty cells, and with `formats` make them as if never touched."""
        self.check_open()
        for place in [p for p in self.cells if area[0] <= p[0] <= area[2] and area[1] <= p[1] <= area[3]]:
            cell = self.cells[place]
            self.cells[place] = Cell() if formats else Cell(format=cell.format)
            self._mind_heading(*place)

    # tables

    def _mind_heading(self, row: int, column: int) -> None:
        """A heading is text that stands once; a new one is a new name of the column."""
        for table in self.tables:
            top, left, _, right = table.area
            if table.headers and row == top and left <= column <= right:
                cell = self.cell(row, column)
                old = self._headings.get((table.name, column), "")
                others = {str(self.cell(top, c).value).casefold() for c in range(left, right + 1) if c != column and self.cells.get((top, c))}
                if isinstance(cell.value, float):
                    moment = EPOCH + timedelta(days=cell.value)
                    cell.value = f"{moment:%b-%y}" if is_date_format(cell.format) else repr(cell.value).removesuffix(".0")
                name = str(cell.value or f"Column{column - left + 1}")
                unique, k = name, 1
                while unique.casefold() in others:
                    k += 1
                    unique = f"{name}{k}"
                cell.value, cell.formula = unique, None
                if old and old != unique:
                    self.book.rename_column(table.name, old, unique)
                self._headings[table.name, column] = unique

    @property
    def _headings(self) -> dict[tuple[str, int], str]:
        return self.__dict__.setdefault("known_headings", {})

    def add_table(self, name: str, area: Area) -> Table:
        """Make a range a table; its first row is the header."""
        self.tables.append(Table(name, area))
        for column in range(area[1], area[3] + 1):
            self._mind_heading(area[0], column)
        return self.tables[-1]

    def resize(self, table: Table, area: Area) -> None:
        """Give a table another range with the same upper left corner."""
        self.check_open()
        if area[:2] != table.area[:2] or area[2] <= area[0] or table.totals:
            raise ExcelError("The range is not valid for this table.")
        for other in self.tables:
            a = other.area
            if other is not table and a[0] <= area[2] and area[0] <= a[2] and a[1] <= area[3] and area[1] <= a[3]:
                raise ExcelError("A table cannot overlap another table.")
        old, table.area = table.area, area
        for column in range(area[3] + 1, old[3] + 1):
            self.book.rename_column(table.name, self._headings.pop((table.name, column), ""), "")
        for column in range(old[3] + 1, area[3] + 1):
            self._mind_heading(area[0], column)

    def show_totals(self, table: Table, show: bool) -> None:
        """Switch the totals row on or off; what stood in it comes back."""
        self.check_open()
        top, left, bottom, right = table.area
        if show == table.totals:
            return
        row = bottom + 1 if show else bottom
        for column in range(left, right + 1):
            if show:
                if (kept := table.kept_totals.get(column - left)) is not None:
                    self.cells[row, column] = kept
            else:
                table.kept_totals[column - left] = self.cells.pop((row, column), Cell())
        table.totals, table.area = show, (top, left, bottom + (1 if show else -1), right)

    def filter(self, table: Table, column: int, values: list[str] | None) -> None:
        """Show only rows with these texts in a 1-based column of a table; all of them for `None`."""
        table.criteria.pop(column, None)
        if values is not None:
            table.criteria[column] = values
        top, left, bottom, _ = table.area
        body = range(top + 1, bottom + 1 - table.totals)
        self.hidden_rows -= set(range(top + 1, max([bottom, *self.hidden_rows]) + 1))
        self.hidden_rows |= {r for r in body for c, kept in table.criteria.items() if self.formula(r, left + c - 1) not in kept}
