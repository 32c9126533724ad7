"""The coming weeks of the plan that is executed beside what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published, approved_of_cycle
from sop_xl.frames import OPEN_ORDERS, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.supply.network import MADE, made_or_bought
from sop_xl.plan.weekly_exceptions import WeeklyRules
from sop_xl.plan.weekly_execution import weekly_execution
from sop_xl.plan.weekly_flows import WeeklyInputs, unlisted_demand
from sop_xl.plan.weeks import Weeks, first_weeks

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def plan_weeks(results: Results, timeline: Timeline, published: Sequence[Published], as_of: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """WEEKLY_EXECUTION of the plan that was approved for this cycle; of the plan as it is now where none was, which is said."""
    inputs, settings = results.inputs, results.inputs.settings
    weeks, day = first_weeks(timeline, settings.working_days), pd.Timestamp(as_of)
    approved = approved_of_cycle(list(published), timeline.current)
    plan, orders = _executed(results, approved)
    counted = inputs.frame("Weekly Actuals")["on_hand"].notna().any()
    stock_known = inputs.states_stock or (approved is not None and "Inventory" in approved.inputs)
    known = WeeklyInputs(
        plan["Consensus Demand"], plan["Inventory Plan"], orders, inputs.frame("Open Orders"), inputs.frame("Weekly Actuals"), inputs.frame("Items"), inputs.locations(),
        results.money.net_prices(), stock_known=stock_known, lost_sales=settings.unmet_demand == "lost sales",
    )  # fmt: skip
    supplied = plan["Supply Plan"]
    made = supplied[supplied["source"].map(made_or_bought) == MADE][["item", "location"]].drop_duplicates()
    notes.append(notes_frame([*_said(approved, weeks, day, timeline, balance_known=stock_known or bool(counted)), *_left_out(known, weeks)]))
    return weekly_execution(known, weeks, WeeklyRules(day, settings.order_deviation, settings.allocation_rule, made))


def _executed(results: Results, approved: Published | None) -> tuple[Mapping[str, pd.DataFrame], pd.DataFrame]:
    """Frames of the plan that is executed, by sheet, and the open orders that it knew."""
    if approved is not None:
        return approved.results, approved.inputs.get("Open Orders", empty_frame(OPEN_ORDERS))
    now = {
        "Consensus Demand": results.demand.consensus, "Inventory Plan": results.supply.inventory_plan, "Supply Plan": results.supply.supply_plan,
    }  # fmt: skip
    return now, results.inputs.frame("Open Orders")


def _left_out(known: WeeklyInputs, weeks: Weeks) -> list[Note]:
    """A note of what was approved and cannot be shown."""
    units = unlisted_demand(known, weeks)
    if units.empty:
        return []
    words = f"{units.sum():,.0f} units of {some_of(units.index)}, whose item or location is listed no more, are in the approved plan and not in the weeks"
    return [Note("weekly_execution", str(units.index[0]), "weeks-without-unlisted", words)]


def _said(approved: Published | None, weeks: Weeks, day: pd.Timestamp, timeline: Timeline, *, balance_known: bool) -> list[Note]:
    """What the weeks assume."""
    said = []
    if approved is None:
        words = f"no plan of {timeline.calendar.label(timeline.current)} was published; the weeks show the plan as it is now"
        said.append(Note("weekly_execution", "", "weeks-of-unapproved-plan", words))
    if weeks.counted_day(day) != day:
        words = f"{day:%Y-%m-%d} is none of the plan's first {len(weeks.mondays)} weeks; they are shown as of {weeks.first_days[0]:%Y-%m-%d}"
        said.append(Note("weekly_execution", "", "weeks-of-another-day", words))
    if not balance_known:
        said.append(Note("weekly_execution", "", "weeks-without-stock", "Inventory states no stock and Weekly Actuals counts none; no balance is projected"))
    return said
