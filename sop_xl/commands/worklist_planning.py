"""What needs somebody now, the dearest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sop_xl.commands.published import Published, last_published
from sop_xl.periods import Timeline
from sop_xl.plan.finance import PLAN
from sop_xl.plan.kpi_figures import ALL, as_values, by_scope, family_of
from sop_xl.plan.kpi_variances import MoneyBases, variance_matters
from sop_xl.plan.worklist import Escalation, worklist
from sop_xl.plan.worklist_matters import (
    Matter,
    decision_matters,
    excess_matters,
    forecast_matters,
    gap_matters,
    risk_matters,
    supply_matters,
)

if TYPE_CHECKING:
    from sop_xl.commands.results import Results

ESCALATED_SHARE = 0.01
"""Part of the plan's revenue over the next year from which a matter needs a decision, where Settings says no amount."""


LEAST_SHARE = 1e-5
"""Part of the plan's revenue over the next year below which nothing is a matter."""


def plan_worklist(
    results: Results, timeline: Timeline, published: Sequence[Published], weekly: pd.DataFrame, effects: pd.DataFrame, as_of: str, notes: list[pd.DataFrame],
    changes: pd.DataFrame | None = None, present: Collection[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """WORKLIST, with owners and states that people typed on the sheet.

    Parameters
    ----------
    published
        Plans that were published, oldest first: since when a matter is listed.
    weekly, effects
        WEEKLY_EXECUTION and DECISION_EFFECTS of this run.
    as_of
        ISO date of the run, by which decisions are due.
    notes
        Takes matters that are over though people had written on their line.
    changes
        CHANGES of this run: why the plan is below that of the last cycle.
    present
        Sheets of the workbook, which alone are evidence; `None` = all.
    """
    inputs = results.inputs
    settings, currency, items = inputs.settings, inputs.settings.plan_currency, inputs.frame("Items")
    season = timeline.calendar.season
    year, quarter = _revenue(results, timeline, season), _revenue(results, timeline, season // 4)
    shortages = results.what_if.shortages
    found: list[Matter] = [
        *supply_matters(shortages if inputs.states_stock else shortages.iloc[:0], weekly, items, currency),  # without stock nobody knows what is short
        *excess_matters(results.supply.inventory_targets, items, settings.excess_reserve_rate, settings.obsolete_reserve_rate, currency),
        *forecast_matters(results.kpis, quarter, currency),
        *variance_matters(results.kpis, MoneyBases(as_values(year), as_values(quarter), as_values(_stock(results, items)))),
        *decision_matters(inputs.frame("Decisions"), results.what_if.options, effects, pd.Timestamp(as_of), timeline.current),
    ]
    if results.outlook is not None:
        found += [*gap_matters(results.outlook.gaps, currency, changes), *risk_matters(results.outlook.risks, inputs.frame("Risks"), currency)]
    if present is not None:
        found = [matter if matter.evidence in present else replace(matter, evidence="") for matter in found]
    usual = ESCALATED_SHARE * float(year.get(ALL, np.nan))  # not known where nothing has a price: no limit then, and nothing is too little
    value = usual if settings.escalation_value is None else settings.escalation_value
    limits = Escalation(value, value if settings.escalation_risk is None else settings.escalation_risk)
    last = last_published(list(published), timeline.current)
    lines, said = worklist(
        found, inputs.frame("Decisions"), items, timeline.current, limits, settings.worklist_lines, currency,
        marked=inputs.frame("Worklist"), previous=None if last is None else last.results.get("Worklist"), least=0.0 if np.isnan(usual) else LEAST_SHARE * float(year[ALL]),
    )  # fmt: skip
    notes.append(said)
    return lines


def _revenue(results: Results, timeline: Timeline, periods: int) -> pd.Series:
    """Revenue of the first planned periods: all and by family."""
    plan = results.money.financial_plan
    return by_scope(plan[(plan["version"] == PLAN) & plan["period"].isin(timeline.plan[:periods])], "revenue")


def _stock(results: Results, items: pd.DataFrame) -> pd.Series:
    """Value of the stock on hand at unit cost: all and by family."""
    targets = results.supply.inventory_targets
    value = targets["on_hand"].clip(lower=0.0) * targets["item"].map(items.set_index("item")["unit_cost"])
    return by_scope(pd.DataFrame({"family": family_of(targets["item"], items), "value": value}), "value")
