"""How far formulas read: down to the last row that is filled, which is counted once, not down to the last row allowed.

A formula over twenty thousand rows of which two thousand are filled spends nine tenths of its time on nothing, and a review has
thousands of them. So each table that formulas add up has its number of rows in one cell of Executive, and defined names that end
there: `CD_rows`, `CD_item`, `CD_body`. Nothing in it is volatile.
"""

from __future__ import annotations

from sop_xl.blocks import column_letters
from sop_xl.errors import FrameError
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, SheetKind, SheetSpec
from sop_xl.templates import layout
from sop_xl.templates.book import (
    FIRST_ROW,
    LAST_LIST_ROW,
    LAST_ROW,
    Book,
    bounded,
    field_letters,
    is_grid,
    quoted,
)

STEMS = {
    "Items": "Items",
    "Demand History": "DH",
    "Baseline Forecast": "BF",
    "Consensus Demand": "CD",
    "Forecast Consumption": "FC",
    "Net Requirements": "NR",
    "Supply Plan": "SP",
    "Capacity": "CP",
    "Inventory Plan": "IP",
    "Shortages": "SH",
    "Binding Constraints": "BC",
    "Options": "OP",
    "Allocation": "AL",
    "Allocation Rules": "AR",
    "Inventory Targets": "IT",
    "Service Curves": "SC",
    "Financial Plan": "FP",
    "Profit and Loss": "PL",
    "Balance and Cash": "BL",
    "Plan Comparison": "PC",
    "Bridges": "BR",
    "Gap List": "GL",
    "Risk Outlook": "RO",
    "Budget Mapping": "BM",
    "Scenario Compare": "SX",
    "Approved Plan": "AP",
    "Snapshots": "SN",
    "Ten Questions": "TQ",
    "Weekly Execution": "WE",
    "Changes": "CH",
}
"""First part of the names of each table that formulas add up or look up in."""

OFFSETS = {
    "Consensus Demand": 5, "Baseline Forecast": 2, "Net Requirements": 4, "Capacity": 7, "Inventory Plan": 10, "Financial Plan": 2, "Service Curves": 1,
    "Profit and Loss": 8,
}  # fmt: skip
"""How many rows further down the checks compare the lines of one series; each has its names, such as `CD_item_5`."""

_FIELDS = ("item", "family", "location", "region", "cycle", "version", "resource", "kind", "measure", "unit_cost")
"""Columns with a name."""

_LIST_FIELDS = {
    "Shortages": (
        "rank", "item", "name", "family", "location", "period", "last_period", "unmet_demand", "shortage_value", "margin_at_risk", "cause_kind", "cause", "next_action",
        "option",
    ),
    "Binding Constraints": ("constraint", "subject", "period", "price_low", "price_high", "demand_hurt", "sentence"),
    "Options": (
        "rank", "option", "lever", "gain", "profit_change", "service_change", "cash_change", "inventory_change", "budget_gap", "profit", "unmet_demand", "note",
    ),
    "Allocation": ("item", "location", "customer", "demand", "allocated", "by_priority", "by_margin", "by_fair_share", "by_contract"),
    "Allocation Rules": ("rule", "customer", "allocated", "margin", "regret", "chosen"),
    "Inventory Targets": (
        "item", "safety_stock", "reorder_point", "order_quantity", "target_stock", "excess", "obsolete", "excess_value", "obsolete_value",
    ),
    "Plan Comparison": (
        "level", "scope", "region", "span", "first_period", "last_period", "reference", "measure", "plan", "reference_value", "gap", "gap_percent", "variance", "unit",
        "note",
    ),
    "Bridges": ("bridge", "measure", "family", "item", "order", "step", "amount", "note"),
    "Gap List": ("rank", "gap", "order", "kind", "step", "family", "first_period", "last_period", "units", "value", "cause", "owner", "note"),
    "Risk Outlook": ("figure", "risk", "plan", "expected", "p10", "p50", "p90", "low", "high", "swing", "rank", "unit", "note"),
    "Budget Mapping": ("kind", "place", "taken_as", "total"),
    "Service Curves": ("family", "service_level", "safety_stock_value", "fill_rate", "today"),
    "Scenario Compare": ("scenario", "kpi", "value", "change"),
    "Snapshots": ("cycle", "version", "state", "demand", "revenue", "gross_margin"),
    "Ten Questions": ("number", "question", "answer", "status", "evidence"),
    "Weekly Execution": (
        "item", "location", "family", "region", "week", "period", "planned_demand", "orders", "shipments", "planned_receipts", "receipts", "projected_balance",
        "safety_stock", "value", "exception", "next_step", "later_demand", "dependent_demand", "rank", "elapsed",
    ),
    "Changes": ("reference", "measure", "family", "order", "cause", "amount", "sentence"),
}  # fmt: skip
"""Columns with a name of the tables whose columns are figures of their own."""

TOPS = {"Plan Comparison": ("level", "total", ("span", "first_period", "last_period", "reference", "measure", "plan", "reference_value"))}
"""Tables that begin with their totals: the column and text by which these are known, and the columns that have a name over them alone, such as `PC_top_plan`."""

ANY_TEXT = '"?*"'
"""Criterion that any text meets."""

_SERIES = ("item", "location", "measure", "resource")
"""Columns of a grid with a name further down too; of a list all of its names have one."""


def filled(spec: SheetSpec, name: str, *, down: int = 0) -> str:
    """The filled rows of a field by their defined name, such as `CD_item`; or as many rows, `down` rows further down."""
    return _name(spec, name, down)


def top(spec: SheetSpec, name: str) -> str:
    """The totals at the top of a list by their defined name, such as `PC_top_plan`."""
    if name not in TOPS.get(spec.name, ("", "", ()))[2]:
        raise FrameError(f"{spec.name} has no name for {name!r} of its totals")
    return f"{_stem(spec)}_top_{name}"


def period_filled(spec: SheetSpec, letters: str) -> str:
    """The filled rows of one period column, the column relative so that one formula serves a row."""
    return _to_last(spec, letters, 0)


def body(spec: SheetSpec, *, down: int = 0) -> str:
    """All period columns over the filled rows, by their defined name: `CD_body`; or as many rows, `down` rows further down."""
    return _name(spec, "body", down)


def history_demand(book: Book, letters: str, **criteria: str) -> str:
    """Demand in Demand History, by the period's label in this page's header, because people may keep other periods there than the outputs show.

    A line without a measure is demand, as the reader takes it. Criteria are formula texts by field.
    """
    source, last = book.spec("Demand History"), book.last_column
    header = f"{quoted(source.name)}!$H${HEADER_ROW}:${last}${HEADER_ROW}"
    column = f"INDEX({body(source)},0,MATCH({letters}${HEADER_ROW},{header},0))"
    pairs = ",".join(f"{filled(source, name)},{value}" for name, value in criteria.items())
    measures = filled(source, "measure")
    return f'IFERROR(SUMIFS({column},{pairs},{measures},"Demand")+SUMIFS({column},{pairs},{measures},""),0)'


def counted(book: Book) -> list[SheetSpec]:
    """The tables of this workbook that have a count of rows."""
    return [spec for spec in book.sheets if spec.name in STEMS]


def define(book: Book, spec: SheetSpec, page: str, row: int, column: int) -> str:
    """Define the names of a table whose count stands in that 1-based cell of `page`; returns the formula that counts.

    The last filled row counts, not the number of filled rows: an empty row in between hides nothing. At least one row is read.
    """
    stem, last = _stem(spec), _last(spec)
    layout.cell_name(book, f"{stem}_rows", page, row, column)
    fields = _fields(spec)
    for down in range(OFFSETS.get(spec.name, 0) + 1):
        for name in fields if not down or not is_grid(spec) else [key for key in fields if key in _SERIES]:
            letters = "$" + field_letters(spec, name)
            book.workbook.define_name(_name(spec, name, down), f"={_to_last(spec, letters, down)}")
        if is_grid(spec):
            first, end = f"${column_letters(LABEL_COLUMNS + 1)}", f"${book.last_column}"
            book.workbook.define_name(_name(spec, "body", down), f"={_to_last(spec, first, down, end)}")
    for name in TOPS.get(spec.name, ("", "", ()))[2]:
        book.workbook.define_name(top(spec, name), f"={_top_rows(spec, name)}")
    keys = [spec.columns[0].name, *(["measure"] if is_grid(spec) else [])]
    cells = [bounded(spec, key, last=last) for key in keys]
    used = "+".join(f'({each}<>"")' for each in cells)
    return f"=MAX(1,SUMPRODUCT(MAX((({used})>0)*(ROW({cells[0]})-ROW({quoted(spec.name)}!$A${HEADER_ROW})))))"


def names(spec: SheetSpec) -> list[str]:
    """The names that `define` defines for a table, those further down left out."""
    stem = _stem(spec)
    fields = [f"{stem}_{name}" for name in _fields(spec)]
    totals = [top(spec, name) for name in TOPS.get(spec.name, ("", "", ()))[2]]
    return [f"{stem}_rows", *fields, *totals, *([f"{stem}_body"] if is_grid(spec) else [])]


def _name(spec: SheetSpec, what: str, down: int) -> str:
    if down > OFFSETS.get(spec.name, 0):
        raise FrameError(f"{spec.name} has no names {down} rows further down")
    return f"{_stem(spec)}_{what}" + (f"_{down}" if down else "")


def _stem(spec: SheetSpec) -> str:
    if spec.name not in STEMS:
        raise FrameError(f"rows of {spec.name!r} are not counted")
    return STEMS[spec.name]


def _fields(spec: SheetSpec) -> list[str]:
    chosen = _LIST_FIELDS.get(spec.name, _FIELDS)
    return [c.name for c in spec.columns if c.name in chosen]


def _top_rows(spec: SheetSpec, name: str) -> str:
    """From the first body row to the last total, at least one row."""
    column, text, _ = TOPS[spec.name]
    letters, sheet = "$" + field_letters(spec, name), quoted(spec.name)
    count = f'MAX(1,COUNTIF({bounded(spec, column)},"{text}"))'
    return f"{sheet}!{letters}${FIRST_ROW}:INDEX({sheet}!{letters}${FIRST_ROW}:{letters}${_last(spec)},{count})"


def _last(spec: SheetSpec) -> int:
    return LAST_ROW if is_grid(spec) or spec.kind is SheetKind.OUTPUT else LAST_LIST_ROW


def _to_last(spec: SheetSpec, letters: str, down: int, end: str = "") -> str:
    """From the first body row of column `letters` to the last filled row of column `end`, which is the same when empty."""
    sheet, first, end = quoted(spec.name), FIRST_ROW + down, end or letters
    return f"{sheet}!{letters}${first}:INDEX({sheet}!{end}${first}:{end}${_last(spec) + down},{_stem(spec)}_rows)"
