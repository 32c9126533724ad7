"""Results on their way into a worksheet's XML: formulas stay, spilled cells come and go, nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sop_xl.blocks import CellValue, a1
from sop_xl.hosts.cells import cached
from sop_xl.hosts.scan import Row, Sheet
from sop_xl.hosts.splice import (
    RowEdit,
    apply_rows,
    cell_text,
    column_styles,
    inherited_style,
    widen_dimension,
)
from sop_xl.hosts.tables import Area, format_area
from sop_xl.hosts.xmltext import attributes, drop_attribute, set_attribute

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a cell shows.

    Parameters
    ----------
    value
        `None` clears a cell that an array no longer reaches.
    area
        Of the array formula that stands in the cell; `None` for every other cell.
    """

    value: CellValue
    area: Area | None = None


def write_cells(sheet: Sheet, edits: Mapping[Cell, Edit], date1904: bool) -> tuple[str, set[Cell]]:
    """Text of the sheet with the edits made, and the cells that are other than before.

    A cell keeps its style; a new one takes that of its row or column.
    """
    by_row: dict[int, dict[int, Edit]] = {}
    for (number, column), edit in edits.items():
        by_row.setdefault(number, {})[column] = edit
    writer = _Writer(sheet, date1904)
    parts, position = [], 0
    for row in list(sheet.rows()):
        if row.number in by_row:
            parts += [sheet.text[position : row.start], writer.row(row, by_row.pop(row.number))]
            position = row.end
    text = "".join([*parts, sheet.text[position:]])
    fresh = {number: writer.fresh(number, found) for number, found in by_row.items()}
    fresh = {number: edit for number, edit in fresh.items() if edit.cells}
    if fresh:
        longer = Sheet(text, sheet.name)
        text = apply_rows(longer, longer.rows(), fresh)
    shown = [cell for cell in writer.changed if edits[cell].value is not None]
    if shown:
        rows, columns = [r for r, _ in shown], [c for _, c in shown]
        text = widen_dimension(text, sheet.prefix, (min(rows), min(columns), max(rows), max(columns)))
    return text, writer.changed


class _Writer:
    def __init__(self, sheet: Sheet, date1904: bool) -> None:
        self.sheet, self.date1904 = sheet, date1904
        self.groups = column_styles(sheet)
        self.changed: set[Cell] = set()

    def row(self, row: Row, edits: dict[int, Edit]) -> str:
        """A stored row with its edits; the very text where nothing differs."""
        sheet, p = self.sheet, self.sheet.prefix
        cells: dict[int, str] = {}
        before = len(self.changed)
        for column, head, inner in sheet.cells(row):
            new = self._replaced(head, inner, edits[column]) if column in edits else (head, inner)
            if new != (head, inner):
                self.changed.add((row.number, column))
            empty = column in edits and not "".join(new).strip()
            cells[column] = "" if empty else cell_text(p, a1(row.number, column), *new)
        stored = set(cells)
        for column, edit in edits.items():
            if column not in stored and edit.value is not None:
                cells[column] = self._new(row, row.number, column, edit)
        if len(self.changed) == before:
            return sheet.text[row.start : row.end]
        tag = f"<{p}row{row.attributes.removesuffix('/').rstrip()}>"
        if not any(cells.values()) and set(attributes(row.attributes)) <= {"r", "spans"}:
            return ""
        if set(cells) - stored:
            tag = drop_attribute(tag, "spans")
        return f"{tag}{''.join(cells[c] for c in sorted(cells))}</{p}row>"

    def fresh(self, number: int, edits: dict[int, Edit]) -> RowEdit:
        """The cells of a row that is not stored."""
        cells = [self._new(None, number, c, edits[c]) for c in sorted(edits) if edits[c].value is not None]
        return RowEdit(min(edits), max(edits), "".join(cells))

    def _new(self, row: Row | None, number: int, column: int, edit: Edit) -> str:
        self.changed.add((number, column))
        style = inherited_style(row, column, self.groups)
        head, inner = self._replaced(f' s="{style}"' if style else "", "", edit)
        return cell_text(self.sheet.prefix, a1(number, column), head, inner)

    def _replaced(self, head: str, inner: str, edit: Edit) -> tuple[str, str]:
        """Attribute text and inner text of a cell that shows another value; the old ones where it is the same."""
        p, patterns = self.sheet.prefix, self.sheet.patterns
        formula, match = patterns.formula.search(inner), patterns.value.search(inner)
        kept = formula[0] if formula else ""
        if edit.area is not None and kept:
            end = kept.index(">") + 1
            kept = set_attribute(kept[:end], "ref", _reference(edit.area)) + kept[end:]
        kind_text, stored = cached(edit.value, self.date1904)
        kind = attributes(kind_text).get("t", "n")
        old_kind, old = attributes(head).get("t", "n"), (match[1] or "") if match else ""
        if match and kind == old_kind and (stored == old or (kind == "n" and _same_number(old, stored))):
            return head, kept + match[0] if formula else inner
        value = f"<{p}v>{stored}</{p}v>" if stored or kind_text else ""
        return drop_attribute(drop_attribute(head, "t"), "vm").rstrip() + kind_text, kept + value


def _same_number(old: str, new: str) -> bool:
    try:
        return float(old) == float(new)
    except ValueError:
        return False


def _reference(area: Area) -> str:
    return a1(*area[:2]) if area[:2] == area[2:] else format_area(area)
