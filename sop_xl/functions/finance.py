"""Functions of finance: margin, bridges, and how fast money comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.functions.registry import BAD_VALUE, NOT_AVAILABLE, Argument, FunctionError, Kind, cell_function
from sop_xl.functions.shapes import HEADERS, SEASON, alike, per_cell, per_period

Floats = npt.NDArray[np.float64]

_PNL_LINES = (
    "sales volume", "gross revenue", "discounts", "revenue", "material", "conversion", "other cost", "gross margin", "freight", "premiums", "obsolescence",
    "cost to serve", "contribution margin",
)  # fmt: skip
_PER_UNIT = "money per unit; in the size of volume, one for each row, one for each period, or one."


@cell_function(
    "SOP_PNL",
    description="Profit and loss of planned volumes, line by line from gross revenue over gross margin to contribution margin, all items together.",
    arguments=(
        Argument("volume", "Units sold per period; a row (or one column) per item. A blank is not known.", Kind.GRID, least=0),
        Argument("list_price", f"List price, {_PER_UNIT}", Kind.MATRIX, least=0),
        Argument("net_price", f"Price after discounts, {_PER_UNIT} Blank = list price.", Kind.MATRIX, None, 0),
        Argument("material", f"Material, {_PER_UNIT} Blank = 0.", Kind.MATRIX, 0.0, 0),
        Argument("conversion", f"Own work, {_PER_UNIT} Blank = 0.", Kind.MATRIX, 0.0, 0),
        Argument("other_cost", f"Other cost of goods sold, {_PER_UNIT} Blank = 0.", Kind.MATRIX, 0.0, 0),
        Argument("freight", f"Freight, {_PER_UNIT} Blank = 0.", Kind.MATRIX, 0.0, 0),
        Argument("premiums", "Overtime, expediting and subcontracting beside standard, money per period. Blank = 0.", Kind.NUMBERS, 0.0),
        Argument("obsolescence", "Stock that expires or is written off, money per period. Blank = 0.", Kind.NUMBERS, 0.0),
        Argument("cost_to_serve", "Fraction of revenue. Blank = 0.", Kind.NUMBERS, 0.0, 0, 1),
        HEADERS,
    ),
    returns=f"13 rows, a column per period: {', '.join(_PNL_LINES)}; units, then money.",
    errors=(("#N/A", "a volume, price or cost is blank: the lines that need it are not known"), ("#VALUE!", "a range does not fit volume"), ("#NUM!", "a number is below 0")),
    example="=SOP_PNL({100,120},20,18,6,3,1,0.5,50)",
    source="Horngren, Datar and Rajan, Cost Accounting, ch. 14",
    follows="volume",
)
def pnl(
    volume: Floats, list_price: Floats, net_price: Floats | None = None, material: Floats | float = 0.0, conversion: Floats | float = 0.0,
    other_cost: Floats | float = 0.0, freight: Floats | float = 0.0, premiums: Floats | float = 0.0, obsolescence: Floats | float = 0.0,
    cost_to_serve: Floats | float = 0.0, headers: bool = False,
) -> Any:  # fmt: skip
    """See `plan.margin_lines`."""
    from sop_xl.plan.margin_lines import contribution_margin, discounts, gross_margin

    def money(name: str, per_unit: Floats | float) -> Floats:
        return np.asarray((volume * per_cell(name, per_unit, volume, "volume", np.nan)).sum(axis=0))

    periods = volume.shape[1]
    gross = money("list_price", list_price)
    revenue = money("net_price", list_price if net_price is None else net_price)
    costs = [money(name, of) for name, of in (("material", material), ("conversion", conversion), ("other_cost", other_cost))]
    margin = gross_margin(revenue, costs[0] + costs[1] + costs[2])
    below = [
        money("freight", freight), per_period("premiums", premiums, periods), per_period("obsolescence", obsolescence, periods),
        revenue * per_period("cost_to_serve", cost_to_serve, periods),
    ]  # fmt: skip
    lines = np.stack(
        [volume.sum(axis=0), gross, discounts(gross, revenue), revenue, *costs, margin, *below, contribution_margin(margin, below)]
    )
    return np.concatenate([np.array(_PNL_LINES, dtype=object)[:, None], lines.astype(object)], axis=1) if headers else lines


@cell_function(
    "SOP_BRIDGE",
    description="Why revenue (with costs: gross margin) changed: volume, mix, price, currency, cost, new and discontinued items; start + steps = end, to the last cent.",
    arguments=(
        Argument("volume_from", "Units of each item before. A blank is none.", Kind.NUMBERS),
        Argument("revenue_from", "Revenue of each item before, plan currency.", Kind.NUMBERS),
        Argument("volume_to", "Units of each item after.", Kind.NUMBERS),
        Argument("revenue_to", "Revenue of each item after, plan currency.", Kind.NUMBERS),
        Argument("cost_from", "Cost of goods sold of each item before; with cost_to the bridge explains gross margin. Blank = revenue is explained.", Kind.NUMBERS, None),
        Argument("cost_to", "Cost of goods sold of each item after. Blank = revenue is explained.", Kind.NUMBERS, None),
        Argument("rate_from", "Units of the item's currency per plan currency before. Blank = no currency effect.", Kind.NUMBERS, None, 0),
        Argument("rate_to", "The same after. Blank = no currency effect.", Kind.NUMBERS, None, 0),
        Argument("family", "Family of each item; mix is mix within families. Blank = all one family.", Kind.TEXTS, None),
        Argument("by_item", "TRUE = a row for each item. Blank = FALSE: the total.", Kind.FLAG, False),
        HEADERS,
    ),
    returns="A row: start, Volume, Mix, Price, FX, (Cost,) New, Discontinued, Unexplained, end; plan currency, positive where it raises the figure.",
    errors=(("#N/A", "a cost is blank of an item that is sold, or nothing is given"), ("#VALUE!", "the ranges differ in size, or only one of cost_from and cost_to is given")),
    example="=SOP_BRIDGE({100,50},{1000,1000},{110,60},{1155,1140})",
    source="Horngren, Datar and Rajan, Cost Accounting, ch. 14 (volume, mix); Matz and Usry, Cost Accounting (price, cost)",
)
def bridge(
    volume_from: Floats, revenue_from: Floats, volume_to: Floats, revenue_to: Floats, cost_from: Floats | None = None, cost_to: Floats | None = None,
    rate_from: Floats | None = None, rate_to: Floats | None = None, family: list[str] | None = None, by_item: bool = False, headers: bool = False,
) -> Any:  # fmt: skip
    """See `plan.bridge_steps.bridge`."""
    from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge_of_pairs

    alike(volume_from=volume_from, revenue_from=revenue_from, volume_to=volume_to, revenue_to=revenue_to)
    if (cost_from is None) != (cost_to is None):
        raise FunctionError(BAD_VALUE, "give both cost_from and cost_to, or neither")
    measure = REVENUE if cost_from is None else GROSS_MARGIN
    steps = STEPS[measure]
    made = bridge_of_pairs(
        _pairs(volume_from, revenue_from, volume_to, revenue_to, cost_from, cost_to, rate_from, rate_to, family), measure
    )
    columns = ["start", *steps, "end"]
    rows = made[columns].to_numpy(dtype=float)
    rows = rows if by_item else rows.sum(axis=0, keepdims=True)
    return np.concatenate([np.array([columns], dtype=object), rows.astype(object)]) if headers else rows


def _pairs(
    volume_from: Floats, revenue_from: Floats, volume_to: Floats, revenue_to: Floats, cost_from: Floats | None, cost_to: Floats | None,
    rate_from: Floats | None, rate_to: Floats | None, family: list[str] | None,
) -> Any:  # fmt: skip
    import pandas as pd

    count = volume_from.size
    columns = {"sales_volume_from": volume_from, "revenue_from": revenue_from, "sales_volume_to": volume_to, "revenue_to": revenue_to}
    for side, cost in (("from", cost_from), ("to", cost_to)):
        if cost is not None:
            alike(volume_from=volume_from, **{f"cost_{side}": cost})
            if (np.isnan(cost) & (np.nan_to_num(columns[f"sales_volume_{side}"]) != 0)).any():
                raise FunctionError(NOT_AVAILABLE, f"cost_{side} is blank of an item that is sold; its margin is not known")
            columns[f"cost_{side}"] = cost
    for side, rate in (("from", rate_from), ("to", rate_to)):
        values = np.full(count, np.nan) if rate is None else np.broadcast_to(rate, (count,)) if rate.size == 1 else rate
        alike(volume_from=volume_from, **{f"rate_{side}": values})
        columns[f"fx_rate_{side}"] = values
    if family is not None and len(family) != count:
        raise FunctionError(BAD_VALUE, f"family has {len(family)} names for {count} items")
    labels = {"item": [f"{k}" for k in range(count)], "location": [""] * count, "family": [""] * count if family is None else family}
    return pd.DataFrame(labels | columns)


@cell_function(
    "SOP_TURNS",
    description="Inventory turns: how often a year stock is renewed, yearly cost of goods sold / mean inventory value.",
    arguments=(
        Argument("cost", "Cost of goods sold per period, money; a row (or one column) per item or family.", Kind.GRID),
        Argument("inventory", "Inventory value at the end of each period, money; as cost.", Kind.GRID),
        SEASON,
    ),
    returns="Times a year; one for each row, down.",
    errors=(("#N/A", "a cell is blank"), ("#NUM!", "there is no inventory"), ("#VALUE!", "the ranges differ in size")),
    example="=SOP_TURNS({250,250,250,250},{500,500,400,600},12)",
    source="Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems",
)
def turns(cost: Floats, inventory: Floats, season: int = 12) -> Any:
    """See `plan.kpi_figures.inventory_turns`."""
    from sop_xl.plan.kpi_figures import inventory_turns

    alike(cost=cost, inventory=inventory)
    made = inventory_turns(cost, inventory, season)
    # nothing sold from nothing is no number either
    return np.where(np.isnan(made) & ~np.isnan(cost + inventory).any(axis=1), np.inf, made)[:, None]


@cell_function(
    "SOP_CASH_TO_CASH",
    description="Cash-to-cash cycle time in days: days of inventory + days of receivables - days of payables, each against its flow over the last three periods.",
    arguments=(
        Argument("inventory", "Inventory value at the end of each period, money; one, or a row or column of periods.", Kind.NUMBERS),
        Argument("receivables", "What customers owe at the end of each period, money.", Kind.NUMBERS),
        Argument("payables", "What suppliers are owed at the end of each period, money.", Kind.NUMBERS),
        Argument("cost", "Cost of goods sold in each period, money; inventory is measured against it.", Kind.NUMBERS),
        Argument("revenue", "Revenue in each period, money; receivables are measured against it.", Kind.NUMBERS),
        Argument("purchases", "Purchases in each period, money; payables are measured against them.", Kind.NUMBERS),
        Argument("days", "Days in each period: 365 for yearly figures. Blank = 365 / 12.", Kind.NUMBERS, 365.0 / 12.0, 0.01),
        Argument(
            "figure", "cash to cash, days of inventory, days of receivables or days of payables. Blank = cash to cash.", Kind.TEXT, "cash to cash",
            choices=("cash to cash", "days of inventory", "days of receivables", "days of payables"),
        ),
    ),
    returns="Days; one for each period.",
    errors=(("#N/A", "a balance is blank, or there is one and nothing flows"), ("#VALUE!", "the ranges differ in size")),
    example="=SOP_CASH_TO_CASH(500,400,300,3650,4000,2500,365)",
    source="Stewart (1995), Supply chain performance benchmarking study; SCOR AM.1.1",
    follows="inventory",
)  # fmt: skip
def cash_to_cash(
    inventory: Floats, receivables: Floats, payables: Floats, cost: Floats, revenue: Floats, purchases: Floats, days: Floats | float = 365.0 / 12.0,
    figure: str = "cash to cash",
) -> Any:  # fmt: skip
    """See `plan.cash_to_cash`."""
    from sop_xl.plan import cash_to_cash as plan

    alike(inventory=inventory, receivables=receivables, payables=payables, cost=cost, revenue=revenue, purchases=purchases)
    # of periods before the first one nothing is known
    before = np.full(plan.WINDOW - 1, np.nan)
    lengths = per_period("days", days, inventory.size)
    lengths = np.concatenate([np.full(plan.WINDOW - 1, lengths[0]), lengths])
    parts = [
        plan.days_outstanding(balance[None], np.concatenate([before, flow])[None], lengths)
        for balance, flow in ((inventory, cost), (receivables, revenue), (payables, purchases))
    ]
    by_name = dict(zip(("days of inventory", "days of receivables", "days of payables"), parts, strict=True))
    return by_name[figure] if figure in by_name else plan.cash_to_cash(*parts)
