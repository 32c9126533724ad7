"""One table in a running Excel: what stands there, whether the write may go ahead, the write in blocks, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sop_xl.blocks import CellError, CellValue, a1
from sop_xl.errors import HostError
from sop_xl.hosts.live_values import TEXT, Need, cell_rows, excel_rows, fitting_format, needs_of
from sop_xl.hosts.occupied import refuse_overlap
from sop_xl.hosts.tables import Area

_LOOKS = 200
"""Number formats that one write looks up at most in ranges of mixed ones; the rest is formatted anew."""


def rectangle(sheet: Any, area: Area) -> Any:
    """The range of an area."""
    return sheet.range(area[:2], area[2:])


def area_of(cells: Any) -> Area:
    """The area of a range."""
    height, width = cells.shape
    return cells.row, cells.column, cells.row + height - 1, cells.column + width - 1


def read_values(cells: Any) -> list[list[CellValue]]:
    """Values of a range as cell values, in one read; in more where a text looks like an error, or money is among them."""
    return cell_rows(cells.options(ndim=2, err_to_str=True).value, lambda: cells.options(ndim=2).value, lambda: _exact_values(cells))


def _exact_values(cells: Any) -> Sequence[Sequence[Any]]:
    """Numbers without their formats, for which xlwings' public interface has no word; only Excel for Windows gives money as such."""
    found = cells.api.Value2
    return found if cells.shape != (1, 1) else [[found]]


def single_formulas(sheet: Any, table: Any) -> dict[tuple[int, int], str]:
    """Formulas that stand in single cells of a table's body, by 0-based row and column; see `protocol.Host.table_formulas`."""
    top, left, bottom, right = area_of(table.range)
    cells = rectangle(sheet, (top + bool(table.show_headers), left, bottom - bool(table.show_totals), right))
    found = _formulas_by_column(read_formulas(cells), read_values(cells))
    return {(i, j): text for j, column in found.items() if not all(column) for i, text in enumerate(column) if text}


def read_formulas(cells: Any) -> list[list[str]]:
    """Formulas of a range; the value's text where a cell has none, `""` where it is empty."""
    found = cells.formula
    height, width = cells.shape
    if height == width == 1:
        found = [[found]]
    elif not isinstance(found[0], (list, tuple)):
        found = [found] if height == 1 else [[text] for text in found]
    return [["" if text is None else str(text) for text in row] for row in found]


@dataclass(slots=True)
class Layout:
    """A table's content.

    Parameters
    ----------
    area
        Header and body, without a totals row.
    names
        Column names.
    rows
        Values of the body; at least one row.
    formulas
        By 0-based column: one formula to fill the column with, or one text per row, `""` where the cell holds a value.
    """

    area: Area
    names: list[str]
    rows: list[list[CellValue]]
    formulas: dict[int, str | list[str]] = field(default_factory=dict)


class TableWrite:
    """A write to one table, as far as it has got.

    Parameters
    ----------
    sheet, table
        xlwings' objects.
    name
        The sheet's name.
    names, rows
        The new header and body, checked and plain; columns that a person added with a formula of their own stay after the new ones.
    single
        Formulas of single cells, by 0-based row and column of the new body.

    Raises
    ------
    HostError
        With the address, where the write would run over what is not the table's own. Nothing has been changed.
    """

    def __init__(
        self,
        sheet: Any,
        table: Any,
        name: str,
        names: Sequence[str],
        rows: Sequence[Sequence[CellValue]],
        single: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        self.sheet, self.table, self.name = sheet, table, name
        if not table.show_headers:
            raise HostError(f"{self._at(table.range.row, table.range.column)}: the header row of the table {table.name} is switched off; switch it on (Table Design)")
        self.totals = bool(table.show_totals)
        self.before = self._as_it_stands()
        self.after = self._wanted(names, rows, single or {})
        self._check()

    def _at(self, row: int, column: int) -> str:
        return f"{self.name}!{a1(row, column)}"

    def _as_it_stands(self) -> Layout:
        top, left, bottom, right = area_of(self.table.range)
        area = top, left, bottom - self.totals, right
        cells = rectangle(self.sheet, area)
        values, formulas = read_values(cells), read_formulas(cells)
        found = _formulas_by_column(formulas[1:], values[1:])
        return Layout(area, [str(v) for v in values[0]], values[1:], dict(found))

    def _wanted(self, names: Sequence[str], rows: Sequence[Sequence[CellValue]], single: Mapping[tuple[int, int], str]) -> Layout:
        top, left, _, _ = self.before.area
        kept, body = list(names), [list(row) for row in rows]
        given = {name.casefold() for name in names}
        formulas: dict[int, str | list[str]] = {}
        for j, column in self.before.formulas.items():
            if not all(column):
                continue
            own = self.before.names[j]
            if own.casefold() not in given:
                kept.append(own)
                body = [[*row, None] for row in body]
            if own in kept:
                formulas[kept.index(own)] = column[0]
        for (i, j), text in single.items():
            column = formulas.setdefault(j, [""] * len(body))
            if isinstance(column, list):
                column[i] = text
        return Layout((top, left, top + len(body), left + len(kept) - 1), kept, body, formulas)

    @property
    def changes(self) -> bool:
        """Whether anything would be different afterwards."""
        one, other = self.before, self.after
        if (one.area, one.names) != (other.area, other.names):
            return True
        filled = {j for j, formula in other.formulas.items() if isinstance(formula, str)}
        single = {j: formula for j, formula in other.formulas.items() if j not in filled}
        if single != {j: formula for j, formula in one.formulas.items() if j not in filled}:
            return True
        columns = [j for j in range(len(one.names)) if j not in filled]
        return any(
            (a[j] != b[j] or isinstance(a[j], (bool, CellError)) != isinstance(b[j], (bool, CellError))) and not (j in single and single[j][i])
            for i, (a, b) in enumerate(zip(one.rows, other.rows, strict=True))
            for j in columns
        )

    def _check(self) -> None:
        top, left, bottom, right = self.after.area
        _, _, old_bottom, old_right = self.before.area
        bottom, old_bottom = bottom + self.totals, old_bottom + self.totals
        touched = top, left, max(bottom, old_bottom), max(right, old_right)
        found = [(f"the table {t.name}", area_of(t.range), "move it") for t in self.sheet.tables if t.name != self.table.name]
        found += [("a pivot table", area_of(p.range), "move it to a sheet of its own") for p in self.sheet.pivot_tables]
        refuse_overlap(self.name, touched, found)
        for what, attribute, remedy in (("merged cells", "merge_cells", "unmerge them"), ("an array formula", "has_array", "move it")):
            place = self._first_with(touched, attribute)
            if place is not None:
                refuse_overlap(self.name, touched, [(what, (*place, *place), remedy)])
        for area in ((old_bottom + 1, left, bottom, right), (top, old_right + 1, min(bottom, old_bottom), right)):
            self._check_empty(area)

    def _first_with(self, area: Area, attribute: str) -> tuple[int, int] | None:
        """First cell of an area that is part of something; Excel says of a range whether all of it is, none or some."""
        if getattr(rectangle(self.sheet, area), attribute) is False:
            return None
        if area[:2] == area[2:]:
            cell = rectangle(self.sheet, area)
            start = cell.merge_area if attribute == "merge_cells" else cell
            return start.row, start.column
        return next((place for half in _halves(area) if (place := self._first_with(half, attribute))), None)

    def _check_empty(self, area: Area) -> None:
        if area[0] > area[2] or area[1] > area[3]:
            return
        for i, row in enumerate(read_formulas(rectangle(self.sheet, area))):
            for j, text in enumerate(row):
                if text:
                    raise HostError(
                        f"{self._at(area[0] + i, area[1] + j)}: the table {self.table.name} needs this cell to grow, and it is not empty; "
                        "move what stands there"
                    )

    def apply(self) -> None:
        """Write. Doing it twice gives the same as doing it once."""
        self._lay(self.after)

    def undo(self) -> None:
        """Write back what stood there."""
        self._lay(self.before)

    def _lay(self, wanted: Layout) -> None:
        if self.table.show_autofilter and any(c.type != "none" for c in self.table.autofilter.criteria):
            self.table.autofilter.clear()  # a block that is written to filtered rows does not reach the hidden ones
        if self.totals and self.table.show_totals:
            self.table.show_totals = False
        now = area_of(self.table.range)
        if now != wanted.area:
            self.table.resize(rectangle(self.sheet, wanted.area))
            self._clear_left_over(now, wanted.area)
            self._spread_formats(now, wanted.area)
        self._write_header(wanted)
        self._write_body(wanted)
        if self.totals:
            self.table.show_totals = True

    def _clear_left_over(self, now: Area, wanted: Area) -> None:
        top, left, bottom, right = wanted
        if now[3] > right:
            rectangle(self.sheet, (top, right + 1, now[2], now[3])).clear()
        if now[2] > bottom:
            rectangle(self.sheet, (bottom + 1, left, now[2], min(right, now[3]))).clear_contents()

    def _spread_formats(self, now: Area, wanted: Area) -> None:
        """New columns look like the last one there was, new rows like the last one there was."""
        top, left, bottom, right = wanted
        last_row, last_column = min(now[2], bottom), min(now[3], right)
        if right > last_column:
            edge = rectangle(self.sheet, (top, last_column, last_row, last_column))
            edge.autofill(rectangle(self.sheet, (top, last_column, last_row, right)), "fill_formats")
        if bottom > last_row:
            edge = rectangle(self.sheet, (last_row, left, last_row, right))
            edge.autofill(rectangle(self.sheet, (last_row, left, bottom, right)), "fill_formats")

    def _write_header(self, wanted: Layout) -> None:
        """New names go in by way of ones that no column has: Excel makes a name that stands twice for a moment into another one."""
        top, left, _, right = wanted.area
        cells = rectangle(self.sheet, (top, left, top, right))
        if [str(v) for v in read_values(cells)[0]] == wanted.names:
            return
        literal = any(name.startswith("'") for name in wanted.names)
        cells.number_format = "General" if literal else "@"
        cells.value = [[f"sop_xl column {k}" for k in range(len(wanted.names))]]
        cells.value = [[f"'{name}" if literal else name for name in wanted.names]]

    def _write_body(self, wanted: Layout) -> None:
        top, left, bottom, _ = wanted.area
        for first, last in _segments(len(wanted.names), wanted.formulas):
            self._write_block([row[first:last] for row in wanted.rows], (top + 1, left + first, bottom, left + last - 1))
        for j, formula in wanted.formulas.items():
            cells = rectangle(self.sheet, (top + 1, left + j, bottom, left + j))
            if isinstance(formula, str):
                cells.formula = formula
            elif all(formula):
                cells.formula = [[text] for text in formula]
            else:
                self._write_mixed(wanted, j, formula)

    def _write_block(self, rows: Sequence[Sequence[CellValue]], area: Area) -> None:
        top, left = area[:2]
        needs = needs_of(rows)
        self._fit_formats(needs, top, left)
        block, long = excel_rows(rows, needs, lambda i, j: self._at(top + i, left + j))
        rectangle(self.sheet, area).value = block
        for i, j, text in long:
            self.sheet.range((top + i, left + j)).value = text

    def _write_mixed(self, wanted: Layout, j: int, formulas: Sequence[str]) -> None:
        """A column in which some cells hold a formula that a person typed: a block before, between and after them.

        The formulas go first: Excel may fill a blank column of a table with the first one, and the values then go over that.
        """
        top, left, _, _ = wanted.area
        for i, text in enumerate(formulas):
            if text:
                cell = self.sheet.range((top + 1 + i, left + j))
                if cell.number_format == "@":  # it would show as text
                    cell.number_format = "General"
                cell.formula = text
        for first, last in _adjacent([i for i, text in enumerate(formulas) if not text]):
            rows = [[row[j]] for row in wanted.rows[first : last + 1]]
            self._write_block(rows, (top + 1 + first, left + j, top + 1 + last, left + j))

    def _fit_formats(self, needs: Sequence[Need], top: int, left: int) -> None:
        looks = [_LOOKS]

        def alike(need: Need) -> tuple[int, int, str]:
            return need.first, need.last, need.kind

        for (first, last, kind), group in groupby(sorted(needs, key=lambda n: (*alike(n), n.column)), key=alike):
            columns = [need.column for need in group]
            for start, end in _adjacent(columns):
                self._fit((top + first, left + start, top + last - 1, left + end), kind, looks)

    def _fit(self, area: Area, kind: str, looks: list[int]) -> None:
        """Give cells a number format that holds values of that kind, where theirs does not."""
        cells = rectangle(self.sheet, area)
        looks[0] -= 1
        current = cells.number_format  # None where the cells have different ones
        if current is None and kind != TEXT and looks[0] > 0 and area[:2] != area[2:]:
            for half in _halves(area):
                self._fit(half, kind, looks)
            return
        wanted = fitting_format("@" if kind != TEXT else "", kind) if current is None else fitting_format(current, kind)
        if wanted is not None:
            cells.number_format = wanted


def write_cell(cell: Any, value: CellValue, address: str) -> None:
    """Write one cell; its number format stays unless it would change the value."""
    needs = needs_of([[value]])
    current = cell.number_format
    if needs and needs[0].kind == TEXT and current != "@":
        needs = []  # behind an apostrophe, so that the format may stay
    wanted = fitting_format(current, needs[0].kind) if needs else None
    if wanted is not None:
        cell.number_format = wanted
    block, long = excel_rows([[value]], needs, lambda i, j: address)
    cell.value = long[0][2] if long else block


def _formulas_by_column(formulas: Sequence[Sequence[str]], values: Sequence[Sequence[CellValue]]) -> dict[int, list[str]]:
    """Formulas of a body by 0-based column, `""` where a cell holds a value; columns without any are left out."""
    width = len(formulas[0]) if formulas else 0
    columns = ([f[j] if _is_formula(f[j], v[j]) else "" for f, v in zip(formulas, values, strict=True)] for j in range(width))
    return {j: column for j, column in enumerate(columns) if any(column)}


def _is_formula(text: str, value: CellValue) -> bool:
    """Whether a cell holds a formula: text that begins with an equals sign reads the same both ways, and errors are written as formulas."""
    return text.startswith("=") and text != value and not (isinstance(value, CellError) and text == f"={value!s}")


def _halves(area: Area) -> tuple[Area, Area]:
    """The area cut in two, between columns as long as there are several; the upper or left half first."""
    top, left, bottom, right = area
    if right > left:
        middle = (left + right) // 2
        return (top, left, bottom, middle), (top, middle + 1, bottom, right)
    middle = (top + bottom) // 2
    return (top, left, middle, right), (middle + 1, left, bottom, right)


def _segments(width: int, formulas: dict[int, str | list[str]]) -> Iterator[tuple[int, int]]:
    """Runs of columns without formulas, half-open."""
    for start, end in _adjacent([j for j in range(width) if j not in formulas]):
        yield start, end + 1


def _adjacent(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    for _, run in groupby(enumerate(columns), key=lambda pair: pair[1] - pair[0]):
        numbers = [column for _, column in run]
        yield numbers[0], numbers[-1]
