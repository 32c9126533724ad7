"""Budget figures of quarters and years, spread over their periods to the cent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.hierarchy.spreading import spread_rows_exactly
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.valuation import FinancialDetail

LAST_YEAR, PLAN, EQUAL = "last year", "plan", "equal"
MEASURES = ("demand", "revenue", "cost", "gross_margin")
_WORDS = {LAST_YEAR: "as last year's sales", PLAN: "as the plan", EQUAL: "equally"}

_KINDS = ("demand", "revenue")


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
        `last year`: as the sales of the same periods a year earlier (or further back, to the last one that is history); what was not sold yet in a part
        of them, or lies before the history, as its own plan, because a launch in June says nothing of April. `plan`: as the plan, with
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
    shapes = _Shapes(detail, timeline, phasing, rows)
    # rows of one span share their periods: their parts are one matrix
    span_of_row, spans = pd.factorize(pd.MultiIndex.from_frame(rows[["period", "last_period"]]))
    lent = np.full(len(rows), "", dtype=object)
    parts, origin = [plain[whole]], [np.flatnonzero(whole)]
    for n, (first, last) in enumerate(spans):
        places = np.flatnonzero(span_of_row == n)
        span = timeline.calendar.span(first, timeline.calendar.distance(first, last) + 1)
        part = plain[~whole].iloc[np.repeat(places, len(span))].assign(period=np.tile(span.to_numpy(), len(places)))
        by_kind = {kind: shapes.of(kind, places, span) for kind in _KINDS}
        for name in MEASURES:
            shares, _ = by_kind["demand" if name == "demand" else "revenue"]
            part[name] = _spread(rows[name].to_numpy(dtype=float)[places], shares).ravel()
        lent[places] = by_kind["revenue"][1]
        parts.append(part)
        origin.append(np.repeat(np.flatnonzero(~whole)[places], len(span)))
    in_order = np.argsort(np.concatenate(origin), kind="stable")
    notes = [Note("budget", "", "budget-phased", f"{len(rows)} figures of quarters, years and the like are spread over their periods {_WORDS[phasing]}")]
    launched = lent == "plan"
    if launched.any():
        told = rows[["item", "family", "region"]].astype("object")[launched]
        names = told["item"].where(told["item"] != "", told["family"]).where(lambda named: named != "", told["region"]).replace("", "everything")
        text = f"{int(launched.sum())} of them ({some_of(names)}) were not sold yet in a part of last year's periods; they are spread as their plan"
        notes.append(Note("budget", "", "budget-phased-launched", text))
    for level in dict.fromkeys(word for word in lent if word in _LENT):
        count = int((lent == level).sum())
        notes.append(Note("budget", "", f"budget-phased-{level}", f"{count} of them have no sales of their own to take their shape from; they are spread {_LENT[level]}"))
    return _added(pd.concat(parts, ignore_index=True).iloc[in_order].reset_index(drop=True)), notes_frame(notes)


_LENT = {"region": "as those of their region", "all": "as those of everything", "equal": "equally"}


def _spread(totals: Matrix, shares: Matrix) -> Matrix:
    """Parts (figures, periods) to the cent; what a figure itself has beyond cents stays in its largest part."""
    parts = spread_rows_exactly(totals, shares)
    rest = totals - np.copysign(np.rint(np.abs(totals) * 100), totals) / 100
    parts[np.arange(len(parts)), np.argmax(np.abs(parts), axis=1)] += rest
    return parts


def _added(budget: pd.DataFrame) -> pd.DataFrame:
    """One row per key and currency: a part of a quarter may meet a figure of its month."""
    keys = [*frames.BUDGET.keys, "currency"]
    if budget.duplicated(keys).any():
        budget = budget.groupby(keys, sort=True, as_index=False).sum(min_count=1)
    return budget.sort_values(keys, kind="stable").reset_index(drop=True)[[*frames.BUDGET.columns, "currency"]]


class _Shapes:
    """Sales by scope and period, of every scope that figures have or may have to borrow from; looked up once."""

    def __init__(self, detail: FinancialDetail, timeline: Timeline, phasing: str, rows: pd.DataFrame) -> None:
        self.timeline, self.phasing = timeline, phasing
        own = rows[["item", "family", "region"]].astype("object").reset_index(drop=True)
        own["family"] = own["family"].where(own["item"] == "", "")
        region = own.assign(item="", family="")
        everything = region.assign(region="")
        scopes = pd.concat([own, region, everything], ignore_index=True)
        code, listed = pd.factorize(pd.MultiIndex.from_frame(scopes))
        self.levels = code.reshape(3, len(own))
        self.has_region = (own["region"] != "").to_numpy(dtype=bool)
        wanted = pd.DataFrame(list(listed), columns=["item", "family", "region"], dtype="object")
        self.sums = {kind: _sums(wanted, detail.grid.series, matrix) for kind, matrix in (("demand", detail.volume), ("revenue", detail.revenue))}

    def of(self, kind: str, places: Positions, span: pd.DatetimeIndex) -> tuple[Matrix, NDArray[np.object_]]:
        """Shares (figures, periods), none below zero, of a span's periods, and what they are borrowed from: `""` where they are the figure's own."""
        level = np.full(len(places), "" if self.phasing == EQUAL else "equal", dtype=object)
        shares = np.ones((len(places), len(span)))
        if self.phasing == EQUAL:
            return shares, level
        known = self._known(kind, span, self.phasing)
        # the widest scope first: a narrower one that has sales takes its place
        for name, codes, fitting in (("all", self.levels[2], True), ("region", self.levels[1], self.has_region[places]), ("", self.levels[0], True)):
            sales = known[codes[places]]
            chosen = (sales.sum(axis=1) > 0) & fitting
            shares[chosen], level[chosen] = sales[chosen], name
        if self.phasing == LAST_YEAR:
            own = self.levels[0][places]
            planned = self._known(kind, span, PLAN)[own]
            launched = self._launched(kind, span)[own] & (planned.sum(axis=1) > 0)
            shares[launched], level[launched] = planned[launched], "plan"
        return shares, level

    def _launched(self, kind: str, span: pd.DatetimeIndex) -> Mask:
        """Scopes that were not sold yet in one of last year's periods."""
        sold = self.sums[kind][:, : len(self.timeline.history)] > 0
        first = np.where(sold.any(axis=1), sold.argmax(axis=1), len(self.timeline.history))
        return np.asarray((self._place(span, LAST_YEAR)[None, :] < first[:, None]).any(axis=1))

    def _place(self, span: pd.DatetimeIndex, phasing: str) -> NDArray[np.intp]:
        """Where the periods stand that give the shape, counted from the first one of the timeline; below 0 before it."""
        calendar, season = self.timeline.calendar, self.timeline.calendar.season
        known = len(self.timeline.periods) if phasing == PLAN else len(self.timeline.history)
        place = np.array([calendar.distance(self.timeline.first, period) for period in span], dtype=np.intp) - (0 if phasing == PLAN else season)
        return np.asarray(place - season * np.maximum(0, -(-(place - known + 1) // season)))

    def _known(self, kind: str, span: pd.DatetimeIndex, phasing: str) -> Matrix:
        """Sales (scopes, periods) of the same periods of the last year known, or of the plan where that is asked for and reaches so far; none below zero."""
        place, sums = self._place(span, phasing), self.sums[kind]
        inside = (place >= 0) & (place < sums.shape[1])
        return np.asarray(np.where(inside, np.clip(sums[:, np.where(inside, place, 0)], 0.0, None), 0.0))


def _sums(scopes: pd.DataFrame, series: pd.DataFrame, matrix: Matrix) -> Matrix:
    """Sum of the series of each scope (item, family, region; blank = every one) per period, absent ones as nothing."""
    values = np.nan_to_num(matrix)
    sums = np.zeros((len(scopes), values.shape[1]))
    said = (scopes != "").to_numpy(dtype=bool)
    for shape in np.unique(said, axis=0):
        places = np.flatnonzero((said == shape).all(axis=1))
        names = list(scopes.columns[shape])
        if not names:
            sums[places] = values.sum(axis=0)
            continue
        listed = pd.MultiIndex.from_frame(scopes.iloc[places][names])
        found = listed.get_indexer(pd.MultiIndex.from_frame(series[names].astype("object")))
        np.add.at(sums, places[found[found >= 0]], values[found >= 0])
    return sums
