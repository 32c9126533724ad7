"""Beside the money of the plan: what risks and opportunities may make of it, and the gaps with what closes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.planning import Money
from sop_xl.commands.published import Published
from sop_xl.commands.supply_planning import Supply
from sop_xl.commands.what_if import Progress, WhatIf, without_lots
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.gap_list import gap_list
from sop_xl.plan.risk_outlook import RiskOutlook, risk_outlook
from sop_xl.plan.risk_timing import PaymentTerms
from sop_xl.plan.risk_trend import with_trend
from sop_xl.plan.valuation import FinancialDetail
from sop_xl.sheets import sheet
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES

DECIMALS = 6
"""Places to which sums of units and money are written: beyond them is what float arithmetic leaves."""

FIGURE_WORDS = {"revenue": MEASURES["revenue"].label, "gross_margin": MEASURES["gross_margin"].label, "service": "Service", "cash": "Cash"}

Rows = tuple[list[str], list[list[CellValue]]]


@dataclass(frozen=True)
class Outlook:
    """RISK_OUTLOOK and GAP_LIST."""

    risks: pd.DataFrame
    gaps: pd.DataFrame


def plan_outlook(
    inputs: Inputs, timeline: Timeline, money: Money, supply: Supply, what_if: WhatIf, progress: Progress, notes: list[pd.DataFrame],
    published: Sequence[Published] = (),
) -> Outlook:
    """What may still become of the plan, and what is missing in it; risks with their trend since the plan that was published last."""
    progress("Simulating risks", 0, 0)
    balance = money.balance_and_cash
    cash = balance.loc[(balance["family"] == "All") & balance["period"].isin(timeline.plan), "cash_flow"].sum(min_count=1)
    found = plan_risks(inputs, timeline, money.detail, supply, what_if, notes, float(cash))
    earlier = [(one.cycle, one.results["Risk Outlook"]) for one in published if one.cycle < timeline.current and "Risk Outlook" in one.results]
    carried = with_trend(found.outlook, timeline.current, earlier)
    notes.append(carried.notes)
    return Outlook(carried.outlook, plan_gaps(inputs, timeline, what_if, money.financial_plan, found, notes, money.bridge_steps))


def outlook_rows(outlook: Outlook | None, calendar: Calendar) -> dict[str, Callable[[], Rows]]:
    """What makes the rows of the sheets; none where nothing was asked for."""
    if outlook is None:
        return {}
    return {"Risk Outlook": lambda: risk_outlook_rows(outlook.risks, calendar), "Gap List": lambda: gap_list_rows(outlook.gaps, calendar)}


def plan_risks(
    inputs: Inputs, timeline: Timeline, detail: FinancialDetail, supply: Supply, what_if: WhatIf, notes: list[pd.DataFrame], plan_cash: float = np.nan
) -> RiskOutlook:
    """Ranges of outcomes of the plan in money.

    Parameters
    ----------
    detail
        Of the constrained plan.
    plan_cash
        Cash flow of the plan over its periods; NaN = what is collected of planned sales less their cost.
    """
    risks, settings = inputs.frame("Risks"), inputs.settings
    model = what_if.model
    if model is None and supply.model is not None and risks["driver"].isin(["units", "capacity"]).any():
        model = without_lots(supply)
    classes = inputs.frame("Customer Classes")
    found = risk_outlook(
        detail, supply.solution, risks, inputs.frame("Items"), inputs.locations(), inputs.customer_mix(timeline), timeline, settings.risk_runs,
        terms=PaymentTerms(settings.customer_payment_days, settings.supplier_payment_days, classes[["customer", "payment_days"]]),
        plan_cash=plan_cash, currency=settings.plan_currency, resolve=None if model is None else model.resolve,
    )  # fmt: skip
    notes.append(found.notes)
    return found


def plan_gaps(
    inputs: Inputs, timeline: Timeline, what_if: WhatIf, financial_plan: pd.DataFrame, risks: RiskOutlook, notes: list[pd.DataFrame], steps: pd.DataFrame | None = None
) -> pd.DataFrame:
    """GAP_LIST, with the owners that people typed on the sheet; `steps` of the bridges say why gaps in money are there, see `steps_by_line`."""
    gaps, said = gap_list(
        what_if.shortages, what_if.options, what_if.effects, financial_plan, risks.margins, inputs.frame("Risks"), inputs.frame("Items"), timeline,
        inputs.frame("Gap List"), inputs.settings.plan_currency, inputs.locations(), steps,
    )  # fmt: skip
    notes.append(said)
    return gaps


def risk_outlook_rows(outlook: pd.DataFrame, calendar: Calendar | None = None) -> Rows:
    """Each figure with all risks, then risk by risk by swing."""
    return record_rows(sheet("Risk Outlook"), outlook.assign(figure=outlook["figure"].map(FIGURE_WORDS)).round(DECIMALS), calendar)


def gap_list_rows(gaps: pd.DataFrame, calendar: Calendar) -> Rows:
    """Gaps by rank, each with what closes it."""
    return record_rows(sheet("Gap List"), gaps.round(DECIMALS), calendar)
