"""Functions of supply: what lies in stock when, what must arrive, what it asks of resources."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.blocks import CellValue
from sop_xl.functions.registry import (
    BAD_NUMBER,
    BAD_VALUE,
    NOT_AVAILABLE,
    Argument,
    FunctionError,
    Kind,
    cell_function,
)
from sop_xl.functions.shapes import HEADERS, per_cell, per_row

Floats = npt.NDArray[np.float64]

_OPENING = Argument("opening_stock", "Units on hand before the first period (below 0: back-orders); one, or one for each row.", Kind.NUMBERS)
_RECEIPTS = Argument("receipts", "Open orders and other scheduled receipts, units per period. A blank is none.", Kind.MATRIX, None, 0)
_BLANK_DEMAND = ("#N/A", "opening stock is blank, or a demand: that period and those after it are not known")
_FIT = ("#VALUE!", "a range does not fit the others")


@cell_function(
    "SOP_PROJECTED_BALANCE",
    description="Projected available balance at the end of each period: opening stock + receipts - demand so far. Below 0 = back-orders.",
    arguments=(
        _OPENING,
        Argument("demand", "Units per period; a row (or one column) per item. A blank is not known, 0 is none.", Kind.GRID),
        _RECEIPTS,
    ),
    returns="Units at the end of each period, in the size of demand.",
    errors=(_BLANK_DEMAND, _FIT),
    example="=SOP_PROJECTED_BALANCE(100,{40,40,40},{0,0,80})",
    source="Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems",
    follows="demand",
)
def projected_balance(opening_stock: Floats, demand: Floats, receipts: Floats | None = None) -> Any:
    """See `plan.inventory.projected_balance`."""
    from sop_xl.plan import inventory

    arriving = np.nan_to_num(per_cell("receipts", receipts, demand, "demand", 0.0))
    return inventory.projected_balance(per_row("opening_stock", opening_stock, len(demand), "demand"), demand, arriving)


@cell_function(
    "SOP_NET_REQUIREMENTS",
    description="What must arrive, and be ordered when, to keep stock at its safety stock: gross demand less stock and open orders, in lots, offset by the lead time.",
    arguments=(
        _OPENING,
        Argument("demand", "Gross requirements, units per period; a row (or one column) per item. A blank is not known, 0 is none.", Kind.GRID, least=0),
        _RECEIPTS,
        Argument("safety_stock", "Units to be kept; one, one for each row, or one for each period. Blank = 0.", Kind.MATRIX, 0.0, 0),
        Argument("minimum", "Least order, units; one, or one for each row. Blank = none.", Kind.NUMBERS, 0.0, 0),
        Argument("multiple", "Units of one lot; orders are whole lots. Blank = any quantity.", Kind.NUMBERS, 0.0, 0),
        Argument("lead_time", "Whole periods from order to receipt; nothing can arrive before. Blank = 0.", Kind.NUMBERS, 0.0, 0, 520),
        Argument(
            "figure", "receipts (by arrival), releases (by the period to order in) or balance (stock at the end). Blank = receipts.",
            Kind.TEXT, "receipts", choices=("receipts", "releases", "balance"),
        ),
    ),
    returns="Units per period, in the size of demand.",
    errors=(("#N/A", "opening stock or a demand is blank"), ("#NUM!", "a number is below 0, or a lead time is not whole"), _FIT),
    example="=SOP_NET_REQUIREMENTS(50,{30,40,40,50},{0,20,0,0},10,0,25,1)",
    source="Orlicky (1975), Material Requirements Planning",
    follows="demand",
)  # fmt: skip
def net_requirements(
    opening_stock: Floats, demand: Floats, receipts: Floats | None = None, safety_stock: Floats | float = 0.0, minimum: Floats | float = 0.0,
    multiple: Floats | float = 0.0, lead_time: Floats | float = 0.0, figure: str = "receipts",
) -> Any:  # fmt: skip
    """See `plan.single_stock.net_plan`."""
    from sop_xl.plan.single_stock import net_plan

    rows = len(demand)
    opening, least, lot, lead = (
        per_row(name, values, rows, "demand")
        for name, values in (("opening_stock", opening_stock), ("minimum", minimum), ("multiple", multiple), ("lead_time", lead_time))
    )
    for name, values in (("opening_stock", opening), ("minimum", least), ("multiple", lot), ("lead_time", lead), ("demand", demand)):
        if np.isnan(values).any():
            raise FunctionError(NOT_AVAILABLE, f"{name} is blank in some cells")
    if (lead != np.round(lead)).any():
        raise FunctionError(BAD_NUMBER, "lead_time: expected whole periods")
    made = net_plan(
        opening, demand, np.nan_to_num(per_cell("receipts", receipts, demand, "demand", 0.0)),
        np.nan_to_num(per_cell("safety_stock", safety_stock, demand, "demand", 0.0)), least, lot, lead.astype(np.intp),
    )  # fmt: skip
    return getattr(made, figure)


@cell_function(
    "SOP_ATP",
    description="Available-to-promise: what of each receipt no customer order has taken, until the next receipt. Shortages are covered from earlier receipts first.",
    arguments=(
        _OPENING,
        Argument("orders", "Customer orders on hand, units per period; a row (or one column) per item. A blank is none.", Kind.GRID, least=0, may_be_empty=True),
        _RECEIPTS,
        Argument("cumulative", "TRUE = what can be promised up to each period in all. Blank = FALSE: by receipt.", Kind.FLAG, False),
    ),
    returns="Units, in the size of orders: in the first period and in those with a receipt, else 0. Below 0 = more is promised than there will be.",
    errors=(("#N/A", "opening stock is blank"), _FIT),
    example="=SOP_ATP(100,{80,10,10,0,30},{0,100,0,100,0})",
    source="Arnold, Chapman and Clive, Introduction to Materials Management, ch. 3",
    follows="orders",
)
def atp(opening_stock: Floats, orders: Floats, receipts: Floats | None = None, cumulative: bool = False) -> Any:
    """See `plan.single_stock.available_to_promise`."""
    from sop_xl.plan.single_stock import available_to_promise

    arriving = np.nan_to_num(per_cell("receipts", receipts, orders, "orders", 0.0))
    promised = available_to_promise(per_row("opening_stock", opening_stock, len(orders), "orders"), arriving, np.nan_to_num(orders))
    return np.cumsum(promised, axis=1) if cumulative else promised


@cell_function(
    "SOP_RCCP",
    description="Rough-cut capacity: hours that planned volumes ask of each resource by a bill of resources, and how full that makes it.",
    arguments=(
        Argument("volume", "Units per period; a row per product, a column per period.", Kind.MATRIX, least=0),
        Argument("hours", "Hours per unit; a row per resource, a column per product. A blank is none.", Kind.MATRIX, least=0),
        Argument("capacity", "Hours available; a row per resource: one, or one for each period. Blank = not known: the load alone.", Kind.MATRIX, None, 0),
        Argument("figure", "load (hours), utilisation (load / capacity) or overload (hours over capacity). Blank = load.", Kind.TEXT, "load", choices=("load", "utilisation", "overload")),
        Argument("before", "Whole periods that the work lies before the volume, in the size of hours. Blank = 0.", Kind.MATRIX, None, 0, 520),
    ),
    returns="Hours, or a fraction; a row per resource, a column per period.",
    errors=(
        ("#N/A", "a volume is blank, no capacity is given, or it is 0"),
        ("#VALUE!", "hours has not a column for each row of volume, or a range does not fit"),
        ("#NUM!", "a number is below 0, or before is not whole"),
    ),
    example="=SOP_RCCP({100,120;50,40},{0.5,1;0.2,0},{90;30},\"utilisation\")",
    source="Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, capacity bills and resource profiles",
)
def rccp(volume: Floats, hours: Floats, capacity: Floats | None = None, figure: str = "load", before: Floats | None = None) -> Any:
    """See `plan.supply.resource_bill.resource_load`."""
    from sop_xl.plan.supply.resource_bill import resource_load

    if hours.shape[1] != len(volume):
        raise FunctionError(BAD_VALUE, f"hours has {hours.shape[1]} columns, volume has {len(volume)} rows: one column for each product is needed")
    ahead = np.nan_to_num(per_cell("before", before, hours, "hours", 0.0))
    if (ahead != np.round(ahead)).any():
        raise FunctionError(BAD_NUMBER, "before: expected whole periods")
    load = resource_load(volume, np.nan_to_num(hours), ahead)
    if figure == "load":
        return load
    if capacity is None:
        raise FunctionError(NOT_AVAILABLE, f"capacity is needed for {figure}")
    available = per_cell("capacity", capacity, load, "load", np.nan)
    return np.maximum(load - available, 0.0) if figure == "overload" else load / np.where(available > 0, available, np.nan)


_TERMS = (
    "hours per unit", "hours per worker", "wage", "opening workers", "opening stock", "closing stock", "hiring cost", "layoff cost", "overtime cost",
    "overtime hours", "subcontract cost", "backorder cost", "holding cost", "material cost", "whole workers",
)  # fmt: skip
_NEEDED = _TERMS[:3]
_FIGURES = ("workers", "hired", "laid off", "production", "overtime hours", "subcontracted", "stock", "back-orders", "cost")


@cell_function(
    "SOP_AGGREGATE_PLAN",
    description="Aggregate plan of one family: workers, overtime, subcontracting, stock and back-orders at least cost, or by the pure strategies level and chase.",
    arguments=(
        Argument("demand", "Units per period, one row or column.", Kind.NUMBERS, least=0),
        Argument(
            "terms",
            "Name and value in two columns. Needed: hours per unit, hours per worker, wage. Also opening workers, opening stock, closing stock, overtime hours, "
            "whole workers; hiring, layoff, overtime, subcontract, backorder, holding, material cost: no cost, no lever.",
            Kind.TABLE,
        ),
        Argument("strategy", "least cost, level (one number of workers) or chase (production follows demand). Blank = least cost.", Kind.TEXT, "least cost", choices=("least cost", "level", "chase")),
        Argument("figure", f"One of {', '.join(_FIGURES)}, or total cost. Blank = all, a row each.", Kind.TEXT, "", choices=(*_FIGURES, "total cost")),
        HEADERS,
    ),
    returns="Nine rows, a column per period: workers, hired, laid off, production, overtime hours, subcontracted, stock, back-orders (units at its end), cost (money).",
    errors=(
        ("#N/A", "a demand or a needed term is blank"),
        ("#VALUE!", "a term is not known or no number"),
        ("#NUM!", "no plan of that strategy meets demand with the levers that have a cost, or a number is below 0"),
    ),
    example=(
        '=SOP_AGGREGATE_PLAN({1600,3000,3200,3800,2200,2200},{"hours per unit",4;"hours per worker",160;"wage",640;"opening workers",80;'
        '"opening stock",1000;"closing stock",500;"hiring cost",300;"layoff cost",500;"overtime cost",6;"overtime hours",10;'
        '"subcontract cost",30;"backorder cost",5;"holding cost",2;"material cost",10},"least cost","total cost")'
    ),
    source="Chopra and Meindl, Supply Chain Management, aggregate planning, the case Red Tomato Tools",
    follows="demand",
)
def aggregate_plan(demand: Floats, terms: list[list[CellValue]], strategy: str = "least cost", figure: str = "", headers: bool = False) -> Any:
    """See `plan.supply.solver.aggregate.aggregate_plan`."""
    from sop_xl.plan.supply.solver.aggregate import AggregateTerms
    from sop_xl.plan.supply.solver.aggregate import aggregate_plan as plan

    if np.isnan(demand).any():
        raise FunctionError(NOT_AVAILABLE, "demand is blank in some period; 0 is no demand")
    given = _terms(terms)
    whole = bool(given.pop("whole workers", 0.0))
    made = plan(demand, AggregateTerms(**{name.replace(" ", "_"): value for name, value in given.items()}, whole_workers=whole), strategy)
    if figure == "total cost":
        return float(made.costs.sum())
    rows = np.concatenate([made.lines, made.costs[None]])
    if figure:
        rows = rows[[_FIGURES.index(figure)]]
    if not headers:
        return rows
    names = np.array([figure] if figure else _FIGURES, dtype=object)
    return np.concatenate([names[:, None], rows.astype(object)], axis=1)


def _terms(rows: list[list[CellValue]]) -> dict[str, float]:
    known = {name.casefold(): name for name in _TERMS}
    given: dict[str, float] = {}
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise FunctionError(BAD_VALUE, f"terms: expected two columns, name and value, got {len(row)}")
        name, value = row
        if name is None and value is None:
            continue
        key = known.get(str(name).strip().casefold().replace("_", " "))
        if key is None:
            raise FunctionError(BAD_VALUE, f"terms, row {number}: {name} is none of {', '.join(_TERMS)}")
        if value is None:
            continue
        if isinstance(value, bool) and key == "whole workers":
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FunctionError(BAD_VALUE, f"terms, row {number}: expected a number for {key}, got {value}")
        if value < 0 or (value == 0 and key in ("hours per unit", "hours per worker")):
            raise FunctionError(BAD_NUMBER, f"terms, row {number}: {key} is {value:g}")
        given[key] = float(value)
    missing = [name for name in _NEEDED if name not in given]
    if missing:
        raise FunctionError(NOT_AVAILABLE, f"terms: {missing[0]} is needed")
    return given
