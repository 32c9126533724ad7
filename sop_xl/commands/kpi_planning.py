"""Key figures: each from the part of the plan, of the inputs or of what was published that knows it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.planning import Money
from sop_xl.commands.published import Published, last_published
from sop_xl.commands.supply_planning import Supply
from sop_xl.frames import FINANCIAL_PLAN, OPEN_ORDERS, SUPPLY_PLAN, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.execution_figures import (
    customer_lead_time,
    launch_performance,
    milestones_on_time,
    on_time_in_full,
    sales_adherence,
    served_from_stock,
)
from sop_xl.plan.kpi_figures import cash_cycle, excess_share, fill_rate, utilisation
from sop_xl.plan.kpis import kpis, target_notes
from sop_xl.plan.receipt_adherence import approved_receipts, receipt_adherence
from sop_xl.plan.supply.network import BOUGHT, MADE


def plan_kpis(
    inputs: Inputs, timeline: Timeline, demand: Demand, supply: Supply, money: Money, archive: pd.DataFrame, published: Sequence[Published], as_of: str,
    notes: list[pd.DataFrame],
) -> pd.DataFrame:
    """KPIS; forecast accuracy is that of family totals at the held-out origin.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE as earlier cycles left it.
    published
        Plans that were published, oldest first.
    as_of
        ISO date of the run.
    notes
        Takes what of KPI Targets cannot count.
    """
    levels = demand.baseline.levels
    totals = levels.loc[levels["level"] == "family", ["scope", "wmape", "bias", "fva"]].reset_index(drop=True)
    targets = {"WMAPE": inputs.settings.target_wmape, "Days of supply": inputs.settings.target_days_of_supply}
    stated, last = inputs.frame("KPI Targets"), last_published(list(published), timeline.current)
    stated = stated[stated["kpi"] != ""]
    inventory_plan = supply.inventory_plan if inputs.states_stock else supply.inventory_plan.iloc[:0]
    more = _of_the_plan(inputs, timeline, supply, money) | _of_what_happened(inputs, timeline, archive, pd.Timestamp(as_of)) | _of_adherence(inputs, timeline, money, last)
    figures = kpis(
        money.financial_plan, inventory_plan, totals, inputs.frame("Items"), timeline, targets,
        more=more, stated=stated, previous=None if last is None else last.results.get("KPIs"),
    )  # fmt: skip
    notes.append(_at_their_cells(target_notes(stated, figures), inputs))
    return figures


def _at_their_cells(notes: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Remarks about KPI Targets with a column `cell`: where the first target of that key figure stands."""
    reading = inputs.readings.get("KPI Targets")
    if reading is None:
        return notes
    place: dict[str, str] = {}
    for line, kpi in reading.records["kpi"].items():
        place.setdefault(str(kpi), reading.cell_of(line, "kpi"))
    return notes.assign(cell=notes["key"].map(place).fillna(""))


_Values = dict[str, dict[str, float]]


def _of_the_plan(inputs: Inputs, timeline: Timeline, supply: Supply, money: Money) -> _Values:
    """Where no stock is stated, nothing that comes from it: absent is not zero."""
    items = inputs.frame("Items")
    load = {"Utilisation": utilisation(supply.capacity, inputs.frame("Resources"), timeline)}
    if not inputs.states_stock:
        return load
    return load | {
        "Fill rate": fill_rate(supply.inventory_plan, items, timeline),
        "Excess stock": excess_share(supply.inventory_targets, items),
        "Cash-to-cash": cash_cycle(money.balance_and_cash, timeline),
    }


def _of_what_happened(inputs: Inputs, timeline: Timeline, archive: pd.DataFrame, as_of: pd.Timestamp) -> _Values:
    items, history, weekly = inputs.frame("Items"), inputs.frame("Demand History"), inputs.frame("Weekly Actuals")
    return {
        "Fill rate, actual": served_from_stock(history, items, timeline),
        "On time in full": on_time_in_full(weekly, items, as_of),
        "Customer lead time": customer_lead_time(weekly, items, as_of),
        "Launch performance": launch_performance(inputs.frame("Lifecycle"), archive, history, items, timeline),
        "Milestones on time": milestones_on_time(inputs.frame("Initiatives"), items, as_of),
    }


def _of_adherence(inputs: Inputs, timeline: Timeline, money: Money, last: Published | None) -> _Values:
    """The last period held against the plan that was published before it; nothing in the first cycle."""
    if last is None:
        return {}
    first, end, items = timeline.calendar.shift(timeline.current, -1), timeline.current, inputs.frame("Items")
    approved = approved_receipts(
        last.results.get("Supply Plan", empty_frame(SUPPLY_PLAN)), last.inputs.get("Open Orders", empty_frame(OPEN_ORDERS)), first, end
    )
    receipts = receipt_adherence(approved, inputs.frame("Weekly Actuals"), inputs.frame("Purchase History"), items, first, end)
    return {
        "Plan adherence of sales": sales_adherence(last.results.get("Financial Plan", empty_frame(FINANCIAL_PLAN)), money.financial_plan, first),
        "Plan adherence of production": receipts.get(MADE, {}),
        "Plan adherence of purchase": receipts.get(BOUGHT, {}),
    }
