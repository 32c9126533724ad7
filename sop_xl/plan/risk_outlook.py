"""The risk outlook: where revenue, gross margin, service and cash may end up over the planned periods, and what moves them most."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix, records
from sop_xl.plan.notes import notes_frame
from sop_xl.plan.risk_draws import draw_risk, triangular_quantiles
from sop_xl.plan.risk_effects import RiskEffect, risk_effects, together_notes
from sop_xl.plan.risk_margins import expected_margins
from sop_xl.plan.risk_reach import counted, planned_part
from sop_xl.plan.risk_simulation import FIGURES, Simulation
from sop_xl.plan.risk_supply import Resolve, SupplyResponse
from sop_xl.plan.risk_timing import PaymentTerms
from sop_xl.plan.risk_words import outlook_words, risk_words
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.valuation import FinancialDetail

QUANTILES = (0.1, 0.5, 0.9)
"""Of the outcomes, from the worst up: every figure is better when it is higher."""

STEPS = 64
"""Points between the ends of an effect at which a risk is looked at by itself."""


class RiskOutlook(NamedTuple):
    """What the risks may make of the plan.

    Parameters
    ----------
    outlook
        RISK_OUTLOOK.
    margins
        Gross margin that each risk is expected to move, see `expected_margins`.
    notes
        frame, key, rule, note.
    """

    outlook: pd.DataFrame
    margins: pd.DataFrame
    notes: pd.DataFrame


def risk_outlook(
    detail: FinancialDetail,
    solution: SupplySolution | None,
    risks: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    customer_mix: pd.DataFrame,
    timeline: Timeline,
    runs: int = 10_000,
    *,
    terms: PaymentTerms | None = None,
    plan_cash: float = np.nan,
    currency: str = "",
    resolve: Resolve | None = None,
) -> RiskOutlook:
    """Expected values, ranges by simulation, and the tornado.

    Parameters
    ----------
    detail
        The valued plan; its planned periods count, volumes as the supply plan serves them (see `constrain_detail`).
    solution
        The supply plan; `None` = no service is known.
    risks
        RISKS; closed ones do not count.
    items, locations
        ITEMS (families of the scope stand in the detail) and LOCATIONS.
    customer_mix
        CUSTOMER_MIX, for risks of one customer group.
    timeline
        Of the detail.
    runs
        Outcomes drawn; see `risk_draws` for how.
    terms
        When sales and costs are paid; absent: at once.
    plan_cash
        Cash flow of the plan over the planned periods; NaN = what is collected of planned sales less their cost.
    currency
        Code of the plan currency.
    resolve
        Makes the supply plan of a changed network, from one made without whole lots; `None` where nothing limits the plan.

    Returns
    -------
    See `RiskOutlook`. Four figures, first all risks together, then one row for each by swing. `expected` of all
    together is the sum of the rows below it: probability x mean effect, each by itself. Percentiles are outcomes that were drawn, the lowest that
    at least so many of them do not exceed. Without a risk that counts there are no rows.
    """
    frames.check_frame(risks, frames.RISKS)
    frames.check_frame(items, frames.ITEMS)
    frames.check_frame(customer_mix, frames.CUSTOMER_MIX)
    risks, planned = counted(risks), planned_part(detail, timeline)
    if risks.empty:
        return RiskOutlook(frames.empty_frame(frames.RISK_OUTLOOK), expected_margins([], planned), notes_frame([]))
    terms = terms or PaymentTerms()
    label = timeline.calendar.label
    supply = None if resolve is None or solution is None else SupplyResponse(planned, solution.network, locations, resolve)
    effects, notes = risk_effects(risks, planned, customer_mix, supply, label)
    if supply is not None:
        notes += together_notes(risks, effects, planned, supply, currency)
    asked = float(solution.network.demand.sum()) if solution is not None else np.nan
    simulation = Simulation(
        planned, effects, customer_mix, timeline, terms, asked=asked, service=solution.service if solution is not None else np.nan, cash=plan_cash
    )
    draws = np.column_stack([draw_risk(effect.risk, effect.probability, effect.ends, runs) for effect in effects])
    words = [risk_words(row, effect, currency, label) for row, effect in zip(records(risks), effects, strict=True)]
    together = outlook_words(runs, terms, supply is not None)
    rows = _rows(simulation, effects, draws, words, together, currency)
    return RiskOutlook(frames.check_frame(rows, frames.RISK_OUTLOOK), expected_margins(effects, planned), notes_frame(notes))


def _rows(simulation: Simulation, effects: list[RiskEffect], draws: Matrix, words: list[str], together: str, currency: str) -> pd.DataFrame:
    plan = simulation.figures(simulation.none())[0]
    outcomes = simulation.figures(draws)
    alone = _each_alone(simulation, effects, draws, plan)
    rows: list[dict[str, Any]] = []
    for f, figure in enumerate(FIGURES):
        if np.isnan(plan[f]):
            continue
        unit = "fraction" if figure == "service" else currency
        expected = sum(float(one.expected[f]) for one in alone)
        low, high = float(outcomes[:, f].min()), float(outcomes[:, f].max())
        rows.append(_row(figure, "", plan[f], expected, _percentiles(outcomes[:, f]), low, high, 0.0, unit, together))
        ranked = sorted(alone, key=lambda one: (-round(one.swing(f), 9), one.effect.risk))
        for rank, one in enumerate(ranked, start=1):
            ends = plan[f] + one.low[f], plan[f] + one.high[f]
            rows.append(_row(figure, one.effect.risk, plan[f], one.expected[f], _percentiles(one.changes(f)), *ends, float(rank), unit, words[one.place]))
    columns = {name: kind for name, kind in frames.RISK_OUTLOOK.columns.items() if name not in frames.RISK_OUTLOOK.optional}  # see `risk_trend` for the others
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.astype({name: "float64" for name, kind in columns.items() if kind == "number"})


def _row(
    figure: str, risk: str, plan: float, expected: float, percentiles: Matrix, low: float, high: float, rank: float, unit: str, note: str
) -> dict[str, Any]:
    p10, p50, p90 = percentiles.tolist()
    return {
        "figure": figure, "risk": risk, "plan": plan, "expected": expected, "p10": p10, "p50": p50, "p90": p90, "low": low, "high": high,
        "swing": high - low, "rank": rank, "unit": unit, "note": note,
    }  # fmt: skip


def _percentiles(values: Matrix) -> Matrix:
    return np.asarray(np.quantile(values, QUANTILES, method="inverted_cdf"))


def _each_alone(simulation: Simulation, effects: list[RiskEffect], draws: Matrix, plan: Matrix) -> list[_Alone]:
    """Each risk by itself, at its ends and at points between them, all computed together."""
    shares = np.linspace(0.0, 1.0, STEPS + 1)
    points = [np.unique(np.concatenate([effect.ends, triangular_quantiles(shares, effect.ends)])) for effect in effects]
    outcomes = np.full((sum(map(len, points)), len(effects)), np.nan)
    stops = np.cumsum([0, *map(len, points)])
    for k, (first, stop) in enumerate(pairwise(stops)):
        outcomes[first:stop, k] = points[k]
    changes = np.split(simulation.figures(outcomes) - plan, stops[1:-1])
    return [_Alone(k, effect, draws[:, k], points[k], changes[k]) for k, effect in enumerate(effects)]


class _Alone:
    """One risk by itself: what it changes of each figure at every effect that it may have."""

    def __init__(self, place: int, effect: RiskEffect, drawn: Matrix, effects: Matrix, changes: Matrix) -> None:
        self.place, self.effect, self._drawn, self._effects, self._changes = place, effect, drawn, effects, changes
        at_ends = changes[np.searchsorted(effects, effect.ends)]
        self.expected = effect.probability * self._mean(at_ends)
        # by itself it may also not happen, which leaves the plan as it is
        possible = np.vstack([at_ends, np.zeros(at_ends.shape[1])]) if effect.probability > 0 else np.zeros((1, at_ends.shape[1]))
        self.low, self.high = possible.min(axis=0), possible.max(axis=0)

    def _mean(self, at_ends: Matrix) -> Matrix:
        """Mean change once it happens: of straight lines between the ends exact; of days, which do not move money in straight lines, from many points."""
        if self.effect.driver != "date" or self.effect.ends[0] == self.effect.ends[2]:
            return np.asarray(self.effect.mean_weights @ at_ends)
        middle = (np.arange(1000) + 0.5) / 1000
        effects = triangular_quantiles(middle, self.effect.ends)
        return np.array([np.interp(effects, self._effects, self._changes[:, f]).mean() for f in range(at_ends.shape[1])])

    def changes(self, figure: int) -> Matrix:
        """(N,) what it changes in each outcome drawn, the others apart."""
        happens = ~np.isnan(self._drawn)
        changes = np.zeros(len(self._drawn))
        changes[happens] = np.interp(self._drawn[happens], self._effects, self._changes[:, figure])
        return changes

    def swing(self, figure: int) -> float:
        """How far apart it can move the figure."""
        return float(self.high[figure] - self.low[figure])
