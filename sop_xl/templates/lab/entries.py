"""What the Function Lab shows of each function: one formula over the sample data or over results that stand above it.

The order is that of the plan: clean the history, forecast, make totals and parts agree, settle the demand, then stock, supply and money.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_xl.templates.lab.blocks import MONEY, RATIO, SHARE, TEXT, UNITS, Argument, Cells, Nested
from sop_xl.templates.lab.sample import (
    AHEAD,
    COLOURS,
    COST,
    COST_FROM,
    COST_TO,
    DEVIATION,
    LEAD_TIME,
    LEAST_ORDER,
    LIST_PRICE,
    MONTHS,
    NET_PRICE,
    ON_HAND,
    REVENUE_FROM,
    REVENUE_TO,
    SERIES,
    TESTED,
    VOLUME_FROM,
    VOLUME_TO,
    WHOLE_LEAD_TIME,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One function of the lab.

    Parameters
    ----------
    function
        Its name; the result is cited by `key`.
    arguments
        As in the formula.
    key
        Name by which later formulas cite the result.
    labels, units
        Of each row of the result; a single unit holds for all rows.
    captions
        Over the columns of the result.
    forms
        Number format of each row; a single one holds for all rows.
    headers
        Where the function itself names its figures: `rows` or `columns`; instead of labels or captions.
    note
        What to see in the result.
    exact
        Whether every digit is stored: models are fitted to it, and answer to the last digits.
    """

    function: str
    arguments: tuple[Argument, ...]
    key: str = ""
    labels: tuple[str, ...] = ("Result",)
    units: tuple[str, ...] = ("pcs",)
    captions: tuple[str | int, ...] = ()
    forms: tuple[str, ...] = (UNITS,)
    headers: str = ""
    note: str = ""
    exact: bool = False


_PLAN = tuple(f"M+{k}" for k in range(1, AHEAD + 1))
_HORIZON, _SEASON = Cells("horizon"), Cells("season")
_NODES = ("All helmets", *COLOURS)
_BLUE, _HELMETS = (1, 2), (1, 4)
_FIRST_MONTHS, _TESTED_MONTHS = (0, MONTHS - TESTED), (MONTHS - TESTED, MONTHS)
_PLANNED = (0, AHEAD)
_ACTUAL = Cells("history", _HELMETS, _TESTED_MONTHS)


def _item(column: int) -> Cells:
    return Cells("items", None, (column, column + 1))


DEMAND = (
    Entry(
        "SOP_CLEANSE", (Cells("history"), _SEASON, Cells("stock_out")), "cleansed", SERIES, captions=tuple(range(1, MONTHS + 1)),
        note="Month 33 of blue: what the shelf could not serve is put back. Month 18 of the frame: a one-off order is brought down to the season.",
        exact=True,
    ),
    Entry("SOP_DEMAND_CLASS", (Cells("history"), _SEASON), "classes", SERIES, ("text",), forms=(TEXT,), note="The frame sells seldom and unevenly: lumpy."),
    Entry("SOP_ABC", (Cells("family_revenue"),), "abc", ("Class",), ("text",), forms=(TEXT,), note="In the order of the families above."),
    Entry("SOP_FORECAST", (Cells("cleansed"), _HORIZON, _SEASON), "forecast", SERIES, captions=_PLAN, note="One formula for all rows; M+1 = 2025-05."),
    Entry(
        "SOP_FORECAST_RANGE", (Cells("cleansed", _BLUE), _HORIZON, _SEASON, Cells("low"), Cells("high")), "range",
        ("Blue, lower quantile", "Blue, upper quantile"), captions=_PLAN,
    ),
    Entry("SOP_MODEL", (Cells("cleansed"), _SEASON), "models", SERIES, ("text",), forms=(TEXT,)),
    Entry(
        "SOP_BACKTEST", (Cells("cleansed"), _SEASON), "backtest", SERIES, ("see heading",), forms=(RATIO,), headers="columns",
        note="Fractions: 0.15 is 15 % of what was sold.",
    ),
    Entry(
        "SOP_RECONCILE", (Cells("forecast", (0, 4), _PLANNED), Cells("tree", None, (0, 1)), Cells("tree", None, (1, 2))), "reconciled", _NODES, captions=_PLAN,
        note="The first row is the sum of the other three.",
    ),
    Entry(
        "SOP_SPREAD", (Cells("agreed"), Cells("reconciled", _HELMETS, (0, 1)), 0), "spread", COLOURS,
        note="The agreed total in whole helmets, in proportion to the forecast of month M+1.",
    ),
    Entry(
        "SOP_NPI_CURVE", (Cells("full_demand"), Cells("ramp"), Cells("curve"), Cells("horizon")), "launch", ("Helmet, Green",), captions=_PLAN,
    ),
    Entry(
        "SOP_CONSENSUS", (Cells("reconciled", _HELMETS), Cells("sales"), Cells("weight"), Cells("events")), "consensus", COLOURS, captions=_PLAN,
        note="What supply and money plan with.",
    ),
)  # fmt: skip

ACCURACY = (
    Entry("SOP_WMAPE", (_ACTUAL, Cells("statistical")), "wmape", COLOURS, ("fraction",), forms=(SHARE,)),
    Entry("SOP_BIAS", (_ACTUAL, Cells("statistical")), "bias", COLOURS, ("fraction",), forms=(SHARE,), note="All three were forecast too high."),
    Entry("SOP_MASE", (_ACTUAL, Cells("statistical"), Cells("history", _HELMETS, _FIRST_MONTHS), _SEASON), "mase", COLOURS, ("ratio",), forms=(RATIO,)),
    Entry("SOP_TRACKING_SIGNAL", (_ACTUAL, Cells("final")), "signal", COLOURS, ("ratio",), forms=(RATIO,)),
    Entry(
        "SOP_FVA", (_ACTUAL, Cells("statistical"), Cells("final")), "fva", COLOURS, ("fraction",), forms=(SHARE,),
        note="The meeting made blue and red better and black worse.",
    ),
)  # fmt: skip

_LEAD, _LATE = _item(LEAD_TIME), Cells("lead_time_deviation")
INVENTORY = (
    Entry(
        "SOP_SAFETY_STOCK", (Cells("consensus"), _item(DEVIATION), _LEAD, Cells("service_level"), _LATE), "safety_stock", COLOURS, captions=_PLAN,
    ),
    Entry(
        "SOP_FILL_RATE", (Cells("safety_stock"), Cells("consensus"), _item(DEVIATION), _LEAD, _LATE), "fill_rate", COLOURS, ("fraction",), _PLAN, (SHARE,),
        note="A chance of 95 % not to run out serves more than 95 % of the demand.",
    ),
    Entry("SOP_REORDER_POINT", (Cells("consensus"), _LEAD, Cells("safety_stock")), "reorder_point", COLOURS, captions=_PLAN),
    Entry(
        "SOP_EOQ", (_item(VOLUME_TO), Cells("order_cost"), Cells("holding_cost"), _item(LEAST_ORDER), Cells("multiple")), "eoq", COLOURS,
        note="For the volume of 2024, in whole boxes.",
    ),
    Entry("SOP_DAYS_OF_SUPPLY", (_item(ON_HAND), Cells("consensus"), None, _SEASON), "cover", COLOURS, ("days",), forms=("0.0",)),
)  # fmt: skip

SUPPLY = (
    Entry(
        "SOP_PROJECTED_BALANCE", (_item(ON_HAND), Cells("consensus"), Cells("receipts")), "balance", COLOURS, captions=_PLAN,
        note="If nothing more were ordered.",
    ),
    Entry(
        "SOP_NET_REQUIREMENTS",
        (
            _item(ON_HAND), Cells("consensus"), Cells("receipts"), Cells("safety_stock"), _item(LEAST_ORDER), Cells("multiple"),
            _item(WHOLE_LEAD_TIME),
        ),
        "net", COLOURS, captions=_PLAN, note="What must arrive, in boxes and not before the lead time.",
    ),
    Entry(
        "SOP_ATP", (_item(ON_HAND), Cells("orders"), Cells("receipts")), "atp", COLOURS, captions=_PLAN,
    ),
    Entry(
        "SOP_RCCP", (Cells("net"), Cells("resources", None, (0, 3)), Cells("resources", None, (3, 4)), "utilisation"), "load", ("Printing", "Packing"),
        ("fraction",), _PLAN, (SHARE,), note="Above 100 % the work does not fit.",
    ),
    Entry(
        "SOP_AGGREGATE_PLAN", (Cells("reconciled", (0, 1)), Cells("terms")), "aggregate",
        units=("workers", "workers", "workers", "pcs", "h", "pcs", "pcs", "pcs", "USD"), captions=_PLAN, forms=("0.0", "0.0", "0.0", *(UNITS,) * 6),
        headers="rows", note="Least cost; the strategies level and chase cost more.",
    ),
)  # fmt: skip

FINANCE = (
    Entry(
        "SOP_PNL",
        (Cells("consensus"), _item(LIST_PRICE), _item(NET_PRICE), _item(COST), None, None, Cells("freight"), None, None, Cells("cost_to_serve")),
        "pnl", units=("pcs", *("USD",) * 12), captions=_PLAN, forms=(MONEY,), headers="rows",
    ),
    Entry(
        "SOP_BRIDGE",
        tuple(_item(column) for column in (VOLUME_FROM, REVENUE_FROM, VOLUME_TO, REVENUE_TO, COST_FROM, COST_TO)),
        "bridge", ("Gross margin 2023 to 2024",), ("USD",), forms=(MONEY,), headers="columns",
    ),
    Entry("SOP_TURNS", (Cells("cost"), Cells("inventory"), _SEASON), "turns", ("All helmets",), ("per year",), forms=("0.0",)),
    Entry(
        "SOP_CASH_TO_CASH", (Cells("inventory"), Cells("receivables"), Cells("payables"), Cells("cost"), Cells("revenue"), Cells("purchases")), "cash",
        ("All helmets",), ("days",), tuple(range(MONTHS - AHEAD + 1, MONTHS + 1)), ("0.0",),
    ),
)  # fmt: skip

STATUS = (
    Entry("SOP_STATUS", ("version",), "status", units=("text",), forms=(TEXT,), note="SOP_STATUS() tells Python and the number of functions, too."),
    Entry(
        "SOP_LASTERROR", (Nested("SOP_EOQ", (Cells("items", (0, 1), (VOLUME_TO, VOLUME_TO + 1)), Cells("order_cost"), 0)),), "reason", units=("text",), forms=(TEXT,),
        note="The inner formula fails on purpose: a holding cost of 0.",
    ),
)  # fmt: skip

ENTRIES = (*DEMAND, *ACCURACY, *INVENTORY, *SUPPLY, *FINANCE, *STATUS)
"""In the order of the sheet; every formula cites the sample data and what stands above it."""
