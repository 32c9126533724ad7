"""Budget figures of quarters and years, spread over their periods to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix
from sop_xl.plan.hierarchy.spreading import spread_exactly
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.valuation import FinancialDetail

LAST_YEAR, PLAN, EQUAL = "last year", "plan", "equal"
MEASURES = ("demand", "revenue", "cost", "gross_margin")
_WORDS = {LAST_YEAR: "as last year's sales", PLAN: "as the plan", EQUAL: "equally"}

_Scope = tuple[str, str, str]


def phase_budget(budget: pd.DataFrame, detail: FinancialDetail, timeline: Timeline, phasing: str = LAST_YEAR) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spread every figure that covers several periods; the parts of a figure add up to it to the cent.

    Parameters
    ----------
    budget
        BUDGET with `currency`, and `last_period` where a figure reaches from `period` to it; without that column nothing is spread. Money in its
        own currency: what is spread before it is converted meets the rate of each period.
    detail
        History and plan, whose shape the figures take: the sales volume for quantities, revenue for money, of the same item or family and the same region.
        Where these have nothing in the span, the shape is that of the region, then of everything, then equal; the notes say of how many.
    timeline
        Past and planned periods of `detail`.
    phasing
        `last year`: as the sales of the same periods a year earlier (or further back, to the last one that is history). `plan`: as the plan, with
        actuals in past periods; beyond the plan as the last known year. `equal`.

    Returns
    -------
    BUDGET rows, with `currency` but without `last_period`, and notes.
    """
    if phasing not in _WORDS:
        raise FrameError(f"a budget is phased by last year, plan or equal, not {phasing!r}")
    if "last_period" not in budget:
        return budget, notes_frame([])
    whole = (budget["last_period"] == budget["period"]) | budget["last_period"].isna()
    rows = budget[~whole]
    plain = budget.drop(columns="last_period")
    if rows.empty:
        return _added(plain), notes_frame([])
    shapes = _Shapes(detail, timeline, phasing)
    parts = [plain[whole]]
    for row in rows.to_dict("records"):
        span = timeline.calendar.span(row["period"], timeline.calendar.distance(row["period"], row["last_period"]) + 1)
        labels = {str(name): row[name] for name in plain if name not in (*MEASURES, "period")}
        spread = {name: _spread(float(row[name]), shapes.of((row["item"], row["family"], row["region"]), name, span)) for name in MEASURES}
        parts.append(pd.DataFrame({"period": span, **spread}).assign(**labels)[list(plain.columns)])
    notes = [Note("budget", "", "budget-phased", f"{len(rows)} figures of quarters, years and the like are spread over their periods {_WORDS[phasing]}")]
    for level, count in shapes.lent.items():
        notes.append(Note("budget", "", f"budget-phased-{level.replace(' ', '-')}", f"{count} of them have no sales of their own to take their shape from; they are spread {_LENT[level]}"))
    return _added(pd.concat(parts, ignore_index=True)), notes_frame(notes)


_LENT = {"region": "as those of their region", "all": "as those of everything", "equal": "equally"}


def _spread(total: float, shares: Matrix) -> Matrix:
    """Parts of one figure to the cent; what the figure itself has beyond cents stays in its largest part."""
    if np.isnan(total):
        return np.full(len(shares), np.nan)
    parts = spread_exactly(total, shares)
    parts[int(np.argmax(np.abs(parts)))] += total - round(total, 2)
    return np.asarray(parts)


def _added(budget: pd.DataFrame) -> pd.DataFrame:
    """One row per key and currency: a part of a quarter may meet a figure of its month."""
    keys = [*frames.BUDGET.keys, "currency"]
    if budget.duplicated(keys).any():
        budget = budget.groupby(keys, sort=True, as_index=False).sum(min_count=1)
    return budget.sort_values(keys, kind="stable").reset_index(drop=True)[[*frames.BUDGET.columns, "currency"]]


class _Shapes:
    """Sales by scope and period of the year, known ones looked up once; counts in `lent` the figures that had to take a wider scope's."""

    def __init__(self, detail: FinancialDetail, timeline: Timeline, phasing: str) -> None:
        self.detail, self.timeline, self.phasing = detail, timeline, phasing
        self.lent: dict[str, int] = {}
        self._sums: dict[tuple[_Scope, str], Matrix] = {}

    def of(self, scope: _Scope, measure: str, span: pd.DatetimeIndex) -> Matrix:
        """Shares of a span's periods, not below zero, not all zero."""
        if self.phasing == EQUAL:
            return np.ones(len(span))
        region = scope[2]
        which = "demand" if measure == "demand" else "revenue"
        levels = (("", scope), *((("region", ("", "", region)),) if region else ()), ("all", ("", "", "")))
        for level, wider in levels:
            shares = np.clip(np.nan_to_num(self._at(wider, which, span)), 0.0, None)
            if shares.sum() > 0:
                self._count(level, measure)
                return shares
        self._count("equal", measure)
        return np.ones(len(span))

    def _count(self, level: str, measure: str) -> None:
        if level and measure == "revenue":
            self.lent[level] = self.lent.get(level, 0) + 1

    def _at(self, scope: _Scope, which: str, span: pd.DatetimeIndex) -> Matrix:
        """Sales of the same periods of the last year known, or of the plan where that is asked for and reaches so far."""
        sums = self._sum(scope, which)
        calendar, season = self.timeline.calendar, self.timeline.calendar.season
        known = len(self.timeline.periods) if self.phasing == PLAN else len(self.timeline.history)
        values = []
        for period in span:
            place = calendar.distance(self.timeline.first, period) - (0 if self.phasing == PLAN else season)
            while place >= known:
                place -= season
            values.append(sums[place] if 0 <= place < len(sums) else 0.0)
        return np.array(values)

    def _sum(self, scope: _Scope, which: str) -> Matrix:
        if (scope, which) not in self._sums:
            item, family, region = scope
            inside = self.detail.grid.scope(item=item, family="" if item else family, region=region)
            matrix = self.detail.volume if which == "demand" else self.detail.revenue
            self._sums[scope, which] = np.nansum(matrix[inside], axis=0)
        return self._sums[scope, which]
