"""The gap list: where demand, supply, budget and the last cycle do not meet, ranked by money, and what closes each gap.

A gap is a small account: row 0 is what is missing, positive; then one row for each step that closes a part of it, negative; the last row is what stays
open, negative too, so that the rows add up to 0 to the cent.

The three kinds of gap are three views of the same plan: an option may stand in a gap of each. Within one kind none stands for more than it brings:
options close shortages by the part of each that they remove, valued at their gain where that is less than the margin they save, and a shortage is in
one gap only; in budget and last cycle their profit is shared out to families, or to regions whose stock serves no other one, by the margin that they
save in each, and of it counts the part of their span that lies within the periods of the gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.finance import PLAN
from sop_xl.plan.gap_closing import Closing, Step, closings
from sop_xl.plan.gap_owners import GAP, NOT_CLOSED, with_owners
from sop_xl.plan.gap_references import BUDGETED, LAST_CYCLE, MoneyGap, money_gaps
from sop_xl.plan.gap_steps import (
    ALL,
    money_steps,
    paying_options,
    profit_by_scope,
    regions_served,
    removed_parts,
    shortage_steps,
)
from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import notes_frame

DEMAND_AND_SUPPLY = "demand and supply"
SHARED_CAUSES = ("resource", "supplier", "storage")
"""Kinds of cause that several items have in common: their shortages are one gap by the name of the cause, those of other kinds by the kind."""


@dataclass(frozen=True)
class _Account:
    """A gap and what closes it; `value` and `units` of its parts, NaN = not known."""

    name: str
    kind: str
    family: str
    region: str
    cause: str
    first: pd.Timestamp
    last: pd.Timestamp
    value: Matrix
    units: Matrix
    taken: list[Closing]
    note: str
    missing: float = 0.0

    @property
    def total(self) -> float:
        """Plan currency; NaN where nothing of it is known."""
        return np.nan if np.isnan(self.value).all() else float(np.nansum(self.value))


def gap_list(
    shortages: pd.DataFrame,
    options: pd.DataFrame,
    effects: pd.DataFrame,
    financial_plan: pd.DataFrame,
    margins: pd.DataFrame,
    risks: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    marked: pd.DataFrame | None = None,
    currency: str = "",
    locations: pd.DataFrame | None = None,
    bridge_steps: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gaps by money, each with what closes it.

    Parameters
    ----------
    shortages, options
        SHORTAGES and OPTIONS.
    effects
        What each option leaves of each shortage, see `supply.options.Options`; without rows no option closes a shortage.
    financial_plan
        FINANCIAL_PLAN; its next year of periods is held against budget and last cycle where they state margin or revenue, see `money_gaps`: each
        family or region that is behind is told once.
    margins
        Expected gross margin by risk, family, region and period, see `risk_margins.expected_margins`.
    risks
        RISKS: names and owners of opportunities.
    items
        ITEMS: families.
    timeline
        Of the plan.
    marked
        GAP_LIST as it stands in the workbook: owners that people typed stay with the same gap and step, also where these are gone (`with_owners`).
    currency
        Code of the plan currency.
    locations
        LOCATIONS: whose stock serves which region. Absent: options are told of no region, and close gaps of every region alone.
    bridge_steps
        See `bridges.steps_by_line`: they say why a gap in money is there. Absent: nothing does.

    Returns
    -------
    GAP_LIST by rank and order, and notes. A gap that is closed now stays with value 0, after all others, as long as people have an owner for it, which
    is said; its rows, too, add up to 0.
    """
    for frame, spec in ((shortages, frames.SHORTAGES), (options, frames.OPTIONS), (financial_plan, frames.FINANCIAL_PLAN), (items, frames.ITEMS), (risks, frames.RISKS)):
        frames.check_frame(frame, spec)
    paying = paying_options(options)
    parts = removed_parts(shortages, effects, paying["option"].tolist())
    margin = shortages["margin_at_risk"].fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)
    found, notes = money_gaps(financial_plan, timeline, currency, bridge_steps)
    region_of = {} if locations is None else regions_served(locations, _earning(financial_plan))
    profit = profit_by_scope(paying, parts, shortages, margin, items, region_of)
    accounts = _shortage_accounts(shortages, shortage_steps(paying, parts, margin, currency), items)
    spent: dict[str, dict[str, float]] = {BUDGETED: {}, LAST_CYCLE: {}}
    for gap in sorted(found, key=lambda gap: (-np.nan_to_num(gap.value), gap.name)):  # the largest has the first call on what closes gaps
        scope, used = {"family": gap.family, "region": gap.region}, spent[gap.reference]
        steps = money_steps(gap.value, scope, (gap.first, gap.last), timeline.plan, paying, profit, margins, risks, used, currency)
        taken = closings(steps, np.array([gap.value]), np.array([np.nan]))
        used.update({closing.step.name: used.get(closing.step.name, 0.0) + closing.value for closing in taken})
        accounts.append(_money_account(gap, taken))
    accounts.sort(key=lambda account: (np.isnan(account.total), -round(np.nan_to_num(account.total), 2), -account.missing, account.name))
    rows = [row for rank, account in enumerate(accounts, start=1) for row in _rows(account, rank)]
    listed, kept = with_owners(_framed(rows), marked)
    return listed, notes_frame([*notes, *kept])


def _earning(financial_plan: pd.DataFrame) -> set[str]:
    """Regions in which the plan has revenue."""
    plan = financial_plan[(financial_plan["version"] == PLAN) & (financial_plan["revenue"].fillna(0.0) != 0)]
    return set(plan["region"])


def _shortage_accounts(shortages: pd.DataFrame, steps: list[Step], items: pd.DataFrame) -> list[_Account]:
    """Shortages by family and cause."""
    family = shortages["item"].map(items.set_index("item")["family"]).fillna("")
    shared = shortages["cause_kind"].isin(SHARED_CAUSES)
    cause = shortages["cause"].where(shared & (shortages["cause"] != ""), shortages["cause_kind"])
    accounts = []
    for (of_family, of_cause), rows in shortages.groupby([family, cause], sort=True):
        at = rows.index.to_numpy()
        worst = rows.sort_values(["unmet_demand", "item", "location"], ascending=[False, True, True], kind="stable").iloc[0]
        count = rows["item"].nunique()
        note = f"{count} item{'s' if count > 1 else ''} short, most {worst['item']} with {worst['unmet_demand']:,.0f} units. {worst['next_action']}".strip()
        value, units = (rows[name].to_numpy(dtype=float) for name in ("margin_at_risk", "unmet_demand"))
        taken = closings([replace(step, parts=step.parts[at]) for step in steps], value, units)
        accounts.append(
            _Account(
                f"{of_family or 'No family'} short: {of_cause}", DEMAND_AND_SUPPLY, str(of_family), ALL, str(worst["cause"] if count == 1 else of_cause),
                rows["period"].min(), rows["last_period"].max(), value, units, taken, note,
            )
        )  # fmt: skip
    return accounts


def _money_account(gap: MoneyGap, taken: list[Closing]) -> _Account:
    kind = {BUDGETED: "plan and budget", LAST_CYCLE: "plan and last cycle"}[gap.reference]
    return _Account(
        gap.name, kind, gap.family, gap.region, gap.cause, gap.first, gap.last, np.array([gap.value]), np.array([np.nan]), taken, gap.note, gap.missing
    )


def _rows(account: _Account, rank: int) -> list[dict[str, Any]]:
    """The gap, what closes it, and what stays open, in cents that add up."""
    in_units = not np.isnan(account.units).all()
    value, units = _rounded(account.total, 2), _rounded(float(np.nansum(account.units)), 6) if in_units else np.nan
    common = {"gap": account.name, "kind": account.kind, "family": account.family, "region": account.region, "owner": "", "rank": float(rank)}
    rows = [common | {"order": 0.0, "step": GAP, "first_period": account.first, "last_period": account.last, "units": units, "value": value, "cause": account.cause, "note": account.note}]
    open_value, open_units = value, units
    for order, closing in enumerate(account.taken, start=1):
        closed_value, closed_units = _part(closing.value, open_value, 2), _part(closing.units, open_units, 6)
        rows.append(common | {"order": float(order), "units": -closed_units, "value": -closed_value} | _closing_cells(closing.step))
        open_value, open_units = _rounded(open_value - closed_value, 2), _rounded(open_units - closed_units, 6)
    note = "" if account.taken else "No option that pays and no opportunity closes any of it"
    if account.taken and in_units and abs(open_units) < 1e-6 and open_value > 0:
        note = "What the options cost: every unit is made good"
    rows.append(
        common | {"order": float(len(account.taken) + 1), "step": NOT_CLOSED, "first_period": account.first, "last_period": account.last, "units": -open_units, "value": -open_value, "cause": "", "note": note}
    )
    return rows


def _part(closed: float, still_open: float, places: int) -> float:
    """What a step closes, never more than is open; NaN where that is not known."""
    return np.nan if np.isnan(still_open) else min(_rounded(closed, places), still_open)


def _closing_cells(step: Step) -> dict[str, Any]:
    return {"step": step.name, "first_period": step.first or pd.NaT, "last_period": step.last or pd.NaT, "cause": "", "note": step.note}


def _rounded(amount: float, places: int) -> float:
    return round(amount, places) + 0.0 if not np.isnan(amount) else np.nan


def _framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return frames.empty_frame(frames.GAP_LIST)
    frame = pd.DataFrame(rows)[list(frames.GAP_LIST.columns)]
    for name, kind in frames.GAP_LIST.columns.items():
        if kind == "number":
            frame[name] = frame[name].astype("float64") + 0.0
        elif kind == "date":
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    return frames.check_frame(frame, frames.GAP_LIST)
