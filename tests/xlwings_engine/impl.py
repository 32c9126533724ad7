"""What xlwings' public classes ask of an engine, as far as the live host goes; everything else raises `NotImplementedError` in xlwings' own base classes."""

from __future__ import annotations

from datetime import datetime

import xlwings
from xlwings import base_classes

from sop_xl.blocks import CellError, a1, parse_a1
from sop_xl.hosts.live_excel import ALLOWANCES
from sop_xl.hosts.memory import MemoryHost
from sop_xl.hosts.serials import to_serial
from xlwings_engine.model import Area, Excel, Protection, Table, Workbook, Worksheet
from xlwings_engine.typed import ERRORS, ExcelError

_NAMED_ERRORS = {-2146828288 + code: text for text, code in ERRORS.items() if code != 2045}
"""xlwings knows the seven old errors by name; newer ones it hands on as numbers."""


class EngineImpl:
    """Values on their way in and out, as xlwings' Windows engine treats them."""

    name, type = "sop_xl test engine", "desktop"
    apps = None

    @staticmethod
    def prepare_xl_data_element(x, options):
        """`None` and NaN become empty texts; everything else goes as it is."""
        return "" if x is None or x != x else x

    @staticmethod
    def clean_value_data(data, datetime_builder, empty_as, number_builder, err_to_str):
        def clean(value):
            if value is None or value == "":
                return empty_as
            if isinstance(value, datetime):
                return datetime_builder(
                    year=value.year, month=value.month, day=value.day, hour=value.hour, minute=value.minute, second=value.second,
                    microsecond=value.microsecond, tzinfo=None,
                )  # fmt: skip
            if isinstance(value, int) and value in _NAMED_ERRORS:
                return _NAMED_ERRORS[value] if err_to_str else None
            return number_builder(value) if number_builder and isinstance(value, float) else value

        return [[clean(value) for value in row] for row in data]


ENGINE = EngineImpl()


def _setting(name):
    def get(self):
        self.excel.called("setting")
        return getattr(self.excel, name)

    def put(self, value):
        self.excel.called("setting")
        self.excel.refuse(f"set {name}", "")
        setattr(self.excel, name, value)

    return property(get, put)


class AppImpl(base_classes.App):
    def __init__(self, excel: Excel) -> None:
        self.excel = excel

    engine, pid = ENGINE, 1
    screen_updating, display_alerts, enable_events = _setting("screen_updating"), _setting("display_alerts"), _setting("enable_events")
    calculation, status_bar = _setting("calculation"), _setting("status_bar")


class BookImpl(base_classes.Book):
    def __init__(self, book: Workbook) -> None:
        self.book = book

    @property
    def app(self):
        return AppImpl(self.book.app)

    @property
    def name(self):
        self.book.app.called("book")
        if self.book not in self.book.app.books:
            raise ExcelError("The object invoked has disconnected from its clients.", -2147417848)
        return self.book.name

    fullname = name

    @property
    def sheets(self):
        self.book.app.called("sheets")
        return Collection([SheetImpl(s) for s in self.book.sheets])

    @property
    def names(self):
        self.book.app.called("names")
        return NamesImpl(self.book)


class Collection(base_classes.Collection):
    """Sheets, tables: by 1-based number or by name, whatever its case."""

    def __init__(self, members) -> None:
        self.members = members

    def __len__(self):
        return len(self.members)

    def __iter__(self):
        return iter(self.members)

    def __contains__(self, key):
        return any(m.name.casefold() == key.casefold() for m in self.members)

    def __call__(self, key):
        if isinstance(key, str):
            found = [m for m in self.members if m.name.casefold() == key.casefold()]
            if not found:
                raise ExcelError("Subscript out of range")
            return found[0]
        return self.members[key - 1]


class NamesImpl(base_classes.Names):
    def __init__(self, book: Workbook) -> None:
        self.book = book

    def _key(self, name):
        return next((k for k in self.book.names if k.casefold() == name.casefold()), None)

    def snapshot(self):
        return [(name, NameImpl(self.book, name)) for name in self.book.names]

    def contains(self, name):
        return self._key(name) is not None

    def __call__(self, name):
        return NameImpl(self.book, self._key(name))


class NameImpl(base_classes.Name):
    def __init__(self, book: Workbook, name: str) -> None:
        self.book, self._text = book, name

    @property
    def name(self):
        return self._text

    @property
    def refers_to(self):
        return self.book.names[self._text]

    @refers_to.setter
    def refers_to(self, value):
        self.book.names[self._text] = value


class Native:
    """A sheet's own object, as far as its protection goes."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet

    def _part(self, k):
        return self._sheet.protection is not None and self._sheet.protection.parts[k]

    ProtectDrawingObjects = property(lambda self: self._part(0))
    ProtectContents = property(lambda self: self._part(1))
    ProtectScenarios = property(lambda self: self._part(2))
    ProtectionMode = property(lambda self: self._part(3))

    @property
    def Protection(self):
        return type("Allowed", (), dict(zip(ALLOWANCES, self._sheet.protection.allowed, strict=True)))

    @property
    def EnableSelection(self):
        return self._sheet.selection

    @EnableSelection.setter
    def EnableSelection(self, value):
        self._sheet.selection = value

    def Unprotect(self, password):
        self._sheet.book.app.called("unprotect", self._sheet.name)
        if password != self._sheet.protection.password:
            raise ExcelError("The password you supplied is not correct.")
        self._sheet.protection, self._sheet.selection = None, 0

    def Protect(self, password, *flags):
        self._sheet.book.app.called("protect", self._sheet.name)
        self._sheet.protection = Protection(password, tuple(flags[:4]), tuple(flags[4:]))


class SheetImpl(base_classes.Sheet):
    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet

    @property
    def name(self):
        return self.sheet.name

    @property
    def book(self):
        return BookImpl(self.sheet.book)

    @property
    def api(self):
        return Native(self.sheet)

    @property
    def visible(self):
        return self.sheet.visible

    @property
    def tables(self):
        self.sheet.book.app.called("tables", self.sheet.name)
        return Collection([TableImpl(self.sheet, t) for t in self.sheet.tables])

    @property
    def pivot_tables(self):
        return Collection([])

    @property
    def used_range(self):
        places = list(self.sheet.cells) or [(1, 1)]
        rows, columns = [p[0] for p in places], [p[1] for p in places]
        return RangeImpl(self.sheet, (min(rows), min(columns), max(rows), max(columns)))

    def range(self, first, last=None):
        if isinstance(first, tuple) and len(first) == 4:  # a slice: row, column, height, width
            return RangeImpl(self.sheet, (first[0], first[1], first[0] + first[2] - 1, first[1] + first[3] - 1))
        (top, left), (bottom, right) = _corner(first), _corner(last if last is not None else first, last=True)
        return RangeImpl(self.sheet, (top, left, bottom, right))


def _corner(place, last: bool = False):
    if isinstance(place, RangeImpl):
        return place.area[2:] if last else place.area[:2]
    if isinstance(place, str):
        return parse_a1(place.split(":")[-1 if last else 0])
    return place


class RangeImpl(base_classes.Range):
    def __init__(self, sheet: Worksheet, area: Area) -> None:
        self._sheet, self.area = sheet, area
        self.options = {}

    def _called(self, action):
        self._sheet.book.app.called(action, self._sheet.name)

    def _cells(self):
        return [[(r, c) for c in range(self.area[1], self.area[3] + 1)] for r in range(self.area[0], self.area[2] + 1)]

    api = property(lambda self: self)
    sheet = property(lambda self: SheetImpl(self._sheet))
    row = property(lambda self: self.area[0])
    column = property(lambda self: self.area[1])
    shape = property(lambda self: (self.area[2] - self.area[0] + 1, self.area[3] - self.area[1] + 1))

    def __len__(self):
        return self.shape[0] * self.shape[1]

    def __call__(self, i, j=None):
        return RangeImpl(self._sheet, (self.area[0] + i - 1, self.area[1] + (j or 1) - 1) * 2)

    @property
    def address(self):
        return f"{a1(*self.area[:2])}:{a1(*self.area[2:])}"

    @property
    def raw_value(self):
        self._called("read")
        rows = tuple(tuple(self._sheet.read(*place) for place in row) for row in self._cells())
        return rows[0][0] if len(self) == 1 else rows

    @property
    def Value2(self):
        """What Excel's own object says: numbers without what their formats make of them."""
        self._called("read exact")
        rows = tuple(tuple(self._sheet.read_exact(*place) for place in row) for row in self._cells())
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, data):
        self._called("write")
        height, width = self.shape
        rows = data if isinstance(data, (list, tuple)) else [[data] * width] * height
        self._sheet.write_block(self.area, [list(row) for row in rows])

    @property
    def formula(self):
        self._called("read formulas")
        rows = tuple(tuple(self._sheet.formula(*place) for place in row) for row in self._cells())
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, value):
        self._called("write formulas")
        self._sheet.check_open()
        if isinstance(value, str):
            self._sheet.fill_formula(self.area, value)
            return
        for places, texts in zip(self._cells(), value, strict=True):
            for place, text in zip(places, texts, strict=True):
                self._sheet.put_formula(self._sheet.cell(*place), text)

    formula2 = formula

    @property
    def number_format(self):
        self._called("read format")
        found = {self._sheet.cells[p].format if p in self._sheet.cells else "General" for row in self._cells() for p in row}
        return found.pop() if len(found) == 1 else None

    @number_format.setter
    def number_format(self, value):
        self._called("format")
        self._sheet.check_open()
        for row in self._cells():
            for place in row:
                self._sheet.cell(*place).format = value

    def _part_of(self, areas):
        inside = [any(a[0] <= r <= a[2] and a[1] <= c <= a[3] for a in areas) for row in self._cells() for r, c in row]
        return True if all(inside) else None if any(inside) else False

    @property
    def merge_cells(self):
        return self._part_of(self._sheet.merged)

    @property
    def merge_area(self):
        r, c = self.area[:2]
        return RangeImpl(self._sheet, next((a for a in self._sheet.merged if a[0] <= r <= a[2] and a[1] <= c <= a[3]), (r, c, r, c)))

    @property
    def has_array(self):
        return self._part_of(self._sheet.arrays)

    def clear_contents(self):
        self._called("clear")
        self._sheet.clear(self.area, formats=False)

    def clear(self):
        self._called("clear")
        self._sheet.clear(self.area, formats=True)

    def autofill(self, destination, type_):
        self._called("autofill")
        self._sheet.check_open()
        assert type_ == "fill_formats"
        top, left, bottom, right = destination.impl.area
        assert self.area[:2] == (top, left), "the source must begin where the destination does"
        for r in range(top, bottom + 1):
            for c in range(left, right + 1):
                self._sheet.cell(r, c).format = self._sheet.cell(min(r, self.area[2]), min(c, self.area[3])).format


class TableImpl(base_classes.Table):
    def __init__(self, sheet: Worksheet, table: Table) -> None:
        self._sheet, self.table = sheet, table

    name = property(lambda self: self.table.name)
    range = property(lambda self: RangeImpl(self._sheet, self.table.area))
    show_headers = property(lambda self: self.table.headers)
    show_autofilter = property(lambda self: self.table.filter)
    autofilter = property(lambda self: FilterImpl(self._sheet, self.table))

    @property
    def show_totals(self):
        return self.table.totals

    @show_totals.setter
    def show_totals(self, value):
        self._sheet.show_totals(self.table, value)

    def resize(self, range):
        self._sheet.book.app.called("resize", self._sheet.name)
        self._sheet.resize(self.table, range.impl.area)


class FilterImpl(base_classes.AutoFilter):
    def __init__(self, sheet: Worksheet, table: Table) -> None:
        self._sheet, self.table = sheet, table

    @property
    def criteria(self):
        width = self.table.area[3] - self.table.area[1] + 1
        shown = [(f, "values" if f in self.table.criteria else "none") for f in range(1, width + 1)]
        return [base_classes.empty_autofilter_criteria(field, kind) for field, kind in shown]

    def apply_values(self, field, values):
        self._sheet.filter(self.table, field, list(values))

    def clear(self, field):
        self._sheet.check_open()
        for column in [field] if field is not None else list(self.table.criteria):
            self._sheet.filter(self.table, column, None)


def xlwings_book(book: Workbook) -> xlwings.Book:
    """The workbook as xlwings shows it."""
    if ENGINE.name not in xlwings.engines.engines_by_name:
        xlwings.engines.add(xlwings.Engine(impl=ENGINE))
    return xlwings.Book(impl=BookImpl(book))


def open_book(picture: MemoryHost, excel: Excel | None = None) -> Workbook:
    """A workbook with the cells, tables and names of a picture, in an Excel; key columns and formats as a person would have them."""
    book = Workbook(excel or Excel(), picture.name)
    for name, sheet in picture.sheets.items():
        made = book.add(name)
        made.visible = {"visible": -1, "hidden": 0, "veryHidden": 2}[sheet.visibility]
        for (row, column), value in sheet.cells.items():
            _put(made, row, column, value)
        if sheet.table is not None:
            made.add_table(name.replace(" ", ""), sheet.table).totals = sheet.totals
    book.names = {name: f"='{sheet}'!${a1(1, column)[:-1]}${row}" for name, (sheet, row, column) in picture.names.items()}
    return book


def _put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, CellError):
        sheet.put_formula(cell, f"={value!s}")
    elif isinstance(value, str):
        cell.value, cell.apostrophe = value, True
    elif isinstance(value, datetime):
        cell.format, cell.value = "yyyy-mm-dd", float(to_serial(value, False))
    elif value is not None:
        cell.value = value if isinstance(value, bool) else float(value)
