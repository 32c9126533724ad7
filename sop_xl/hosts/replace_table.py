"""Replace header and body of a table in a worksheet's text: the plan of a write, refused here or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sop_xl.blocks import CellValue, a1, column_letters
from sop_xl.errors import HostError
from sop_xl.hosts.cells import CellWriter, check_extent, check_header, plain_rows
from sop_xl.hosts.column_use import check_columns_stay
from sop_xl.hosts.formulas import addresses_in, has_relative_rows, move_formula
from sop_xl.hosts.occupied import check_free, unshare
from sop_xl.hosts.package import Package
from sop_xl.hosts.scan import COLUMNS, Row, Sheet, column_number
from sop_xl.hosts.splice import (
    RowEdit,
    apply_rows,
    cell_text,
    column_styles,
    inherited_attributes,
    inherited_style,
    style_of,
    widen_dimension,
)
from sop_xl.hosts.tables import Area, Table, choose_table, read_tables, rewritten
from sop_xl.hosts.xmltext import unescape

Cells = dict[int, tuple[str, str]]
"""Attribute text and inner text by column."""


@dataclass(slots=True)
class _Plan:
    """Everything that one write needs to know about the table's old and new place."""

    sheet: Sheet
    table: Table
    names: list[str]
    rows: list[list[CellValue]]
    formulas: dict[int, str]  # by 0-based column of the new table
    area: Area
    header_styles: list[int] = field(default_factory=list)
    body_styles: list[int] = field(default_factory=list)
    totals: Cells = field(default_factory=dict)
    removed_formula: bool = False
    sparse: bool = False
    single: dict[int, dict[int, str]] = field(default_factory=dict)  # formulas of single cells, by 0-based row and column of the body

    @property
    def bottom(self) -> int:
        """Last row of the new body."""
        return self.area[2] - self.table.totals


def replace_table(
    package: Package,
    sheet: Sheet,
    sheet_part: str,
    header: Sequence[str],
    rows: Sequence[Sequence[CellValue]],
    writer: Callable[[str], CellWriter],
    *,
    sparse: bool = False,
    formulas: Mapping[tuple[int, int], str] | None = None,
) -> bool:
    """Write a table into the package; whether a formula was removed.

    Parameters
    ----------
    package, sheet, sheet_part
        Where the table is.
    header, rows
        New column names and values. Columns that a person added to the table with a formula of their own stay, after the new ones.
    writer
        Gives the cell writer for a namespace prefix.
    sparse
        Below the first body row, which keeps the styles of all columns, empty cells are not stored.
    formulas
        Formulas of single cells, with the equals sign, by 0-based row and column of the body; the rows have their last results.

    Raises
    ------
    HostError
        With the address, before anything was changed.
    """
    plan = _make_plan(package, sheet, sheet_part, header, rows)
    plan.sparse = sparse
    for (i, j), text in (formulas or {}).items():
        plan.single.setdefault(i, {})[j] = text.removeprefix("=")
    stored = {row.number: row for row in plan.sheet.rows()}
    _collect_styles(plan, stored)
    edits = _edits(plan, stored, writer(plan.sheet.prefix))
    text = apply_rows(plan.sheet, stored.values(), edits, inherited_attributes(stored.get(plan.area[0] + 1)))
    if plan.area != plan.table.area:
        text = widen_dimension(text, plan.sheet.prefix, plan.area)
    package.replace_text(sheet_part, text)
    package.replace_text(plan.table.part, rewritten(package, plan.table, plan.area, plan.names))
    return plan.removed_formula


def _make_plan(
    package: Package,
    sheet: Sheet,
    sheet_part: str,
    header: Sequence[str],
    rows: Sequence[Sequence[CellValue]],
) -> _Plan:
    tables = read_tables(package, sheet_part)
    table = choose_table(tables, sheet.name)
    top, left, old_bottom, old_right = table.area
    place = f"{sheet.name}!{a1(top, left)}"
    if not table.header:
        raise HostError(
            f"{place}: the header row of the table {table.name} is switched off; switch it on (Table Design)"
        )
    if table.query:
        raise HostError(f"{place}: the table {table.name} is filled by a query; it cannot be written")
    names = check_header(sheet.name, header, top, left)
    values = plain_rows(sheet.name, len(names), rows, top + 1, left)
    given = {name.casefold() for name in names}
    formulas = {}
    for column in table.columns:
        if column.formula and column.name.casefold() not in given:  # a person's own column
            names.append(column.name)
            values = [[*row, None] for row in values]
        if column.formula and column.name in names:
            formulas[names.index(column.name)] = column.formula
    area = top, left, top + len(values) + table.totals, left + len(names) - 1
    check_extent(sheet.name, area[2], area[3])
    touched = top, left, max(area[2], old_bottom), max(area[3], old_right)
    check_free(package, sheet, sheet_part, touched, [t for t in tables if t is not table])
    check_columns_stay(package, table, names, sheet.name, (top, left, old_bottom, old_right))
    return _Plan(unshare(sheet, touched), table, names, values, formulas, area)


def _cells_by_column(sheet: Sheet, row: Row | None) -> Cells:
    return {column: (head, inner) for column, head, inner in sheet.cells(row)} if row is not None else {}


def _collect_styles(plan: _Plan, stored: dict[int, Row]) -> None:
    """Styles of header and body by new column: the old column's at that place, beyond the last one the last one's."""
    top, left, old_bottom, old_right = plan.table.area
    groups = column_styles(plan.sheet)
    width = len(plan.names)
    for number, styles in ((top, plan.header_styles), (top + 1, plan.body_styles)):
        row = stored.get(number)
        cells = _cells_by_column(plan.sheet, row)
        for j in range(width):
            column = min(left + j, old_right)
            styles.append(
                style_of(cells[column][0]) if column in cells else inherited_style(row, column, groups)
            )
    if plan.table.totals:
        plan.totals = _cells_by_column(plan.sheet, stored.get(old_bottom))
    first = _cells_by_column(plan.sheet, stored.get(top + 1))
    old_names = [c.name for c in plan.table.columns]
    for j, name in enumerate(plan.names):
        if j in plan.formulas and name in old_names:
            stored_formula = plan.sheet.patterns.formula.search(
                first.get(left + old_names.index(name), ("", ""))[1]
            )
            if stored_formula and stored_formula[2] and has_relative_rows(unescape(stored_formula[2])):
                plan.formulas[j] = unescape(stored_formula[2])


def _edits(plan: _Plan, stored: dict[int, Row], writer: CellWriter) -> dict[int, RowEdit]:
    top, left, old_bottom, old_right = plan.table.area
    bottom, right = plan.bottom, plan.area[3]
    letters = [column_letters(left + j) for j in range(len(plan.names))]
    edits = {}
    for number in range(top, max(plan.area[2], old_bottom) + 1):
        row = stored.get(number)
        last = max(right if number <= plan.area[2] else 0, old_right if number <= old_bottom else 0)
        simple = None if row is None else _simple_styles(plan, row, last)
        cells: Cells = {} if simple is not None else _owned(plan, row, last)
        if number == top:
            text = _header_cells(plan, cells or _owned(plan, row, last), writer, letters)
        elif number <= bottom:
            styles = simple if simple is not None else _row_styles(plan, cells)
            text = _body_cells(plan, number, cells, styles, writer, letters)
        elif number == plan.area[2] and plan.table.totals:
            text = _totals_cells(plan, number, writer)
        else:
            text = _emptied_cells(plan, number, cells or _owned(plan, row, last), min(old_right, right))
        edits[number] = RowEdit(
            left, last, text, plan.table.filtered and number > top, alone=simple is not None
        )
    return edits


def _simple_styles(plan: _Plan, row: Row, last: int) -> list[int] | None:
    """Styles of a stored body row that fills exactly the new table's columns with plain values; `None` for any other row."""
    sheet, left = plan.sheet, plan.area[1]
    if last != plan.area[3] or last > plan.table.area[3] or row.number > plan.table.area[2] or plan.formulas or row.number - plan.area[0] - 1 in plan.single:
        return None
    if sheet.text.find(f"<{sheet.prefix}f", row.inner_start, row.inner_end) >= 0:
        return None
    found = sheet.patterns.head.findall(sheet.text, row.inner_start, row.inner_end)
    if plan.sparse:
        return _sparse_styles(plan, found, last)
    if (
        len(found) != last - left + 1
        or column_number(found[0][0] or "XFD") != left
        or column_number(found[-1][0] or "A") != last
    ):
        return None
    known = _HEAD_STYLES
    return [known[head] if head in known else _head_style(head) for _, head in found]


def _sparse_styles(plan: _Plan, found: list[tuple[str, str]], last: int) -> list[int] | None:
    """Styles of a row of which only the filled cells are stored: their own, and those of the first body row for the rest."""
    left, styles = plan.area[1], list(plan.body_styles)
    for letters, head in found:
        place = (COLUMNS.get(letters) or column_number(letters or "XFD")) - left
        if not 0 <= place <= last - left:
            return None
        styles[place] = _HEAD_STYLES[head] if head in _HEAD_STYLES else _head_style(head)
    return styles


_HEAD_STYLES: dict[str, int] = {}


def _head_style(head: str) -> int:
    style = style_of(head)
    if len(_HEAD_STYLES) < 10_000:
        _HEAD_STYLES[head] = style
    return style


def _owned(plan: _Plan, row: Row | None, last: int) -> Cells:
    """Cells of a row that the write owns; refuses a cell that holds something and was not the table's before."""
    owned: Cells = {}
    if row is None:
        return owned
    _, left, old_bottom, old_right = plan.table.area
    for column, head, inner in plan.sheet.cells(row):
        if not left <= column <= last:
            continue
        if inner and (row.number > old_bottom or column > old_right):
            raise HostError(
                f"{plan.sheet.name}!{a1(row.number, column)}: the table {plan.table.name} needs this cell to grow, and it is not empty; "
                "move what stands there"
            )
        owned[column] = head, inner
        plan.removed_formula = plan.removed_formula or f"<{plan.sheet.prefix}f" in inner
    return owned


def _row_styles(plan: _Plan, cells: Cells) -> list[int]:
    left, old_right = plan.area[1], plan.table.area[3]
    styles = list(plan.body_styles)
    for j in range(len(styles)):
        if left + j <= old_right and left + j in cells:
            styles[j] = style_of(cells[left + j][0])
    return styles


def _header_cells(plan: _Plan, cells: Cells, writer: CellWriter, letters: list[str]) -> str:
    """Header cells; one whose name did not change stays as it was stored."""
    top, left = plan.area[:2]
    parts = []
    for j, name in enumerate(plan.names):
        old = plan.table.columns[j].name if j < len(plan.table.columns) else None
        if old == name and left + j in cells:
            head, inner = cells[left + j]
            parts.append(cell_text(writer.prefix, f"{letters[j]}{top}", head, inner))
        else:
            parts.append(writer.cell(f"{letters[j]}{top}", plan.header_styles[j], name))
    return "".join(parts)


def _body_cells(
    plan: _Plan, number: int, cells: Cells, styles: list[int], writer: CellWriter, letters: list[str]
) -> str:
    top, left = plan.area[:2]
    values = plan.rows[number - top - 1]
    single = plan.single.get(number - top - 1, {})
    if not plan.formulas and not single:
        return writer.row(number, letters, styles, values, sparse=plan.sparse and number > top + 1)
    parts = []
    for j, value in enumerate(values):
        reference = f"{letters[j]}{number}"
        if j not in plan.formulas and j in single:
            parts.append(writer.formula_cell(reference, styles[j], single[j], value))
            continue
        if j not in plan.formulas:
            parts.append(writer.cell(reference, styles[j], value))
            continue
        formula = move_formula(plan.formulas[j], number - top - 1, 0)
        stored = plan.sheet.patterns.formula.search(cells.get(left + j, ("", ""))[1])
        if value is None and stored and unescape(stored[2] or "") == formula:
            parts.append(cell_text(writer.prefix, reference, *cells[left + j]))  # with its last result
        else:
            parts.append(writer.formula_cell(reference, styles[j], formula, value))
    return "".join(parts)


def _totals_cells(plan: _Plan, number: int, writer: CellWriter) -> str:
    """Totals row at its new place, each cell under the column it belongs to."""
    left, old_bottom = plan.area[1], plan.table.area[2]
    old_names = [c.name for c in plan.table.columns]
    parts = []
    for j, name in enumerate(plan.names):
        column = left + (old_names.index(name) if name in old_names else min(j, len(old_names) - 1))
        if column not in plan.totals:
            continue
        head, inner = plan.totals[column]
        formula = plan.sheet.patterns.formula.search(inner)
        if number != old_bottom and formula and addresses_in(unescape(formula[2] or "")):
            raise HostError(
                f"{plan.sheet.name}!{a1(old_bottom, column)}: the totals row must move, and this formula cites cells by address; "
                f"use {plan.table.name}[{name}] instead"
            )
        if name not in old_names:
            inner, head = "", f' s="{style_of(head)}"'
        parts.append(cell_text(writer.prefix, a1(number, left + j), head, inner))
    plan.removed_formula = plan.removed_formula or (
        number != old_bottom and any(f"<{plan.sheet.prefix}f" in i for _, i in plan.totals.values())
    )
    return "".join(parts)


def _emptied_cells(plan: _Plan, number: int, cells: Cells, right: int) -> str:
    """Surplus cells of a table that shrank: styles stay, values go; cells of dropped columns go altogether."""
    p = plan.sheet.prefix
    kept = sorted((column, style_of(head)) for column, (head, _) in cells.items() if column <= right)
    return "".join(f'<{p}c r="{a1(number, column)}" s="{style}"/>' for column, style in kept if style)
