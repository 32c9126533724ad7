"""The plan's revenue, gross margin, service and cash in thousands of outcomes, each with its own risks.

How risks meet: percentages of one volume, price or cost multiply; what is added or taken away (units, hours, money per unit) adds up; delays of the
same sales add up. Volume moves first, then price and cost apply to what is left of it, then delay. A volume, price or cost that falls below nothing
is nothing.

No outcome is computed cell by cell. Cells that the same risks reach move alike, so that they are added up beforehand (`risk_patterns`); an outcome
is then the product of small matrices: factors of volume x money of the plan x factors of price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.risk_draws import end_weights
from sop_xl.plan.risk_effects import ENDS, RiskEffect
from sop_xl.plan.risk_patterns import Codes, Patterns, customer_groups, patterns_of, product_by_pattern
from sop_xl.plan.risk_reach import Planned
from sop_xl.plan.risk_timing import Days, PaymentTerms, collected_parts, mean_terms

FIGURES = ("revenue", "gross_margin", "service", "cash")
"""Columns of what a simulation gives."""

CELLS_AT_A_TIME = 4_000_000
"""Outcomes x sums of a plan that are computed together: what fits into memory."""


@dataclass(frozen=True)
class _Sums:
    """Money of the plan, added up.

    Parameters
    ----------
    money, units
        (volumes, sums): by factor of volume, then by ends of what changes units.
    delay, per_unit
        (sums,) delay, and pattern of price or cost, of each sum.
    """

    money: Matrix
    units: Matrix
    delay: Codes
    per_unit: Codes


@dataclass(frozen=True)
class _Service:
    """Units asked for and missed by the plan, over the planned periods; NaN where there is no supply plan."""

    asked: float
    missed: float


class Simulation:
    """A plan and its risks, ready to compute outcomes.

    Parameters
    ----------
    planned
        The plan in units and money.
    effects
        Of each risk, see `risk_effects`.
    mix
        CUSTOMER_MIX.
    timeline
        Of the plan.
    terms
        When sales and costs are paid.
    asked, service
        Units that the supply plan is asked for, and part of them that it serves in time; NaN = no supply plan.
    cash
        What the plan brings in by itself, plan currency; NaN = what is collected of its planned sales less what is paid for their cost.
    """

    def __init__(
        self, planned: Planned, effects: Sequence[RiskEffect], mix: pd.DataFrame, timeline: Timeline, terms: PaymentTerms, *, asked: float, service: float,
        cash: float = np.nan,
    ) -> None:  # fmt: skip
        self._effects, self._days, self._terms = list(effects), Days(timeline), terms
        self._service = _Service(asked, (1.0 - service) * asked)
        grid, series = planned.grid, len(planned.grid.series)
        named = {effect.reach.customer for effect in effects} - {""}
        reaches = [effect.reach for effect in effects]
        self._groups = customer_groups(reaches, {name: customer_shares(grid, mix, name) for name in named}, series)
        self._of = {kind: [k for k, effect in enumerate(effects) if effect.moves and is_kind(effect)] for kind, is_kind in _KINDS.items()}
        patterns = {kind: patterns_of([reaches[k] for k in self._of[kind]], self._groups, grid.shape) for kind in ("volume", "price", "cost", "date")}
        self._patterns = patterns
        self._mean_terms = mean_terms(terms, grid, mix, planned.revenue)
        self._delay_code, self._delays = _delay_codes(patterns["date"], self._in_reach())
        now = np.ones(grid.shape)
        collected = collected_parts(terms, grid, mix, self._days)
        paid = np.repeat(self._days.all_within(terms.supplier_days)[None, :], series, axis=0)
        self._revenue = self._sums("price", planned.revenue, planned.volume, planned.price, now)
        self._cost = self._sums("cost", planned.cost, planned.volume, planned.unit_cost, now)
        self._collected = self._sums("price", planned.revenue, planned.volume, planned.price, collected)
        self._paid = self._sums("cost", planned.cost, planned.volume, planned.unit_cost, paid)
        self._margin_beside = float(planned.margin.sum() - (planned.revenue.sum() - planned.cost.sum()))
        self._cash_beside = 0.0
        if not np.isnan(cash):
            self._cash_beside = cash - float(self.figures(self.none())[0, FIGURES.index("cash")])

    def none(self) -> Matrix:
        """(1, K) the outcome in which nothing happens."""
        return np.full((1, len(self._effects)), np.nan)

    def figures(self, effects: Matrix) -> Matrix:
        """(N, 4) `FIGURES` of each outcome.

        Parameters
        ----------
        effects
            (N, K) effect of each risk, NaN where it does not happen.
        """
        step = max(CELLS_AT_A_TIME // max(len(sums.delay) for sums in (self._revenue, self._cost, self._collected, self._paid)), 1)
        parts = [self._figures(effects[first : first + step]) for first in range(0, len(effects), step)]
        return np.concatenate(parts) if parts else np.zeros((0, len(FIGURES)))

    def _figures(self, effects: Matrix) -> Matrix:
        weights = {k: end_weights(effects[:, k], effect.ends) for k, effect in enumerate(self._effects) if effect.moves}
        by_end = np.concatenate([weights[k] for k in self._of["units"]], axis=1) if self._of["units"] else np.zeros((len(effects), 0))
        volume = [self._volume_factors(weights, side, len(effects)) for side in (0, 1)]
        price, cost = (self._per_unit_factors(effects, kind) for kind in ("price", "cost"))
        late = self._lateness(effects)
        revenue = _total(self._revenue, [volume[0], by_end], price, self._kept(late, 0.0))
        costs = _total(self._cost, [volume[1], by_end], cost, self._kept(late, 0.0))
        collected = _total(self._collected, [volume[0], by_end], price, self._kept(late, self._mean_terms))
        paid = _total(self._paid, [volume[1], by_end], cost, self._kept(late, self._terms.supplier_days))
        beside = sum((weights[k] @ self._effects[k].cost for k in weights), np.zeros(len(effects)))
        result = np.empty((len(effects), len(FIGURES)))
        result[:, 0] = revenue
        result[:, 1] = revenue - costs + self._margin_beside
        result[:, 2] = self._served_part(weights, len(effects))
        result[:, 3] = collected - paid - beside + self._cash_beside
        return result

    def _served_part(self, weights: dict[int, Matrix], count: int) -> Matrix:
        asked, missed = np.full(count, self._service.asked), np.full(count, self._service.missed)
        for k, of_end in weights.items():
            asked += of_end @ self._effects[k].asked
            missed += of_end @ self._effects[k].missed
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(asked > 0, np.clip(1.0 - missed / asked, 0.0, 1.0), np.where(np.isnan(asked), np.nan, 1.0))

    def _volume_factors(self, weights: dict[int, Matrix], side: int, count: int) -> Matrix:
        """(N, patterns) factors of the volume in money of revenue (side 0) or cost (side 1)."""
        chosen = self._of["volume"]
        factors = np.stack([1.0 + weights[k] @ self._effects[k].factors[:, side] for k in chosen], axis=1) if chosen else np.ones((count, 0))
        return product_by_pattern(np.maximum(factors, 0.0), self._patterns["volume"].members)

    def _per_unit_factors(self, effects: Matrix, kind: str) -> tuple[Matrix, Matrix]:
        """(N, patterns) factor and addition per unit of price or cost."""
        chosen, members = self._of[kind], self._patterns[kind].members
        happens = np.nan_to_num(effects[:, chosen])
        by_percent = np.array([self._effects[k].action == "percent" for k in chosen], dtype=bool)
        factors = np.where(by_percent, np.maximum(1.0 + happens, 0.0), 1.0)
        added = np.where(by_percent, 0.0, happens)
        return product_by_pattern(factors, members), added @ members.T.astype(float)

    def _lateness(self, effects: Matrix) -> Matrix:
        """(N, delays) days by which the sales of each delay come later; the first has none."""
        chosen = self._of["date"]
        days = np.nan_to_num(effects[:, chosen]) @ self._patterns["date"].members.T.astype(float)
        return np.asarray(days[:, [pattern for pattern, _ in self._delays]])

    def _kept(self, late: Matrix, terms: float) -> Matrix:
        """(N, delays) part of the money of each delay that comes within the plan, `terms` days after the sale; of what is never late all of it."""
        kept = np.ones(late.shape)
        for delay, (_, period) in enumerate(self._delays):
            if delay:
                kept[:, delay] = self._days.within(period, late[:, delay] + terms)
        return kept

    def _in_reach(self) -> Mask:
        """(patterns of dates, periods) whether sales, or what is paid for them, may be pushed beyond the plan."""
        members = self._patterns["date"].members.astype(float)
        longest = members @ np.array([max(float(self._effects[k].ends.max()), 0.0) for k in self._of["date"]])
        latest = longest + max(self._mean_terms, self._terms.supplier_days)
        return np.column_stack([self._days.within(period, latest) < 1.0 for period in range(len(self._days.length))])

    def _sums(self, kind: str, money: Matrix, volume: Matrix, per_unit: Matrix, in_time: Matrix) -> _Sums:
        """Money and units by delay, pattern of volume (then ends of what changes units) and pattern of price or cost.

        `in_time` is the part of the money that counts of what is never late; of what may be late `_kept` decides.
        """
        volumes, others = self._patterns["volume"], self._patterns[kind]
        early = np.where(self._delay_code == 0, in_time[None, :, :], 1.0)
        rows = volumes.count + ENDS * len(self._of["units"])
        at = (self._delay_code * rows + 0) * others.count + others.code
        keys, amounts, units = [(at + volumes.code * others.count).ravel()], [], []
        shares = self._groups.shares[:, :, None]
        amounts.append((shares * money * early).ravel())
        units.append((shares * volume * early).ravel())
        for place, k in enumerate(self._of["units"]):
            changes, customer = self._effects[k].units, self._effects[k].reach.customer
            assert changes is not None
            own = shares if not customer else np.array([[[float(name == customer)]] for name in self._groups.names])
            for end in range(ENDS):
                if not changes[end].any():
                    continue
                moved = own * changes[end] * early
                inside = moved != 0
                keys.append((at + (volumes.count + ENDS * place + end) * others.count)[inside])
                amounts.append((moved * per_unit)[inside])
                units.append(moved[inside])
        return _added_up(np.concatenate(keys), np.concatenate(amounts), np.concatenate(units), rows, others.count)


_KINDS: dict[str, Callable[[RiskEffect], bool]] = {
    "volume": lambda effect: effect.driver == "units" and effect.units is None,
    "units": lambda effect: effect.units is not None,
    "price": lambda effect: effect.driver == "price",
    "cost": lambda effect: effect.driver == "cost",
    "date": lambda effect: effect.driver == "date",
}
"""How each risk moves the plan: units by factors, units by so many, money per unit, days."""


def _delay_codes(dates: Patterns, in_reach: Mask) -> tuple[Codes, list[tuple[int, int]]]:
    """Delay of each cell, and pattern of dates and period of each delay; the first delay is that of all that stays within the plan however late."""
    periods = dates.code.shape[2]
    pair = np.where(in_reach[dates.code, np.arange(periods)] & (dates.code > 0), 1 + dates.code * periods + np.arange(periods), 0)
    found, code = np.unique(np.append(0, pair.ravel()), return_inverse=True)
    delays = [(0, 0)] + [divmod(int(key) - 1, periods) for key in found[1:]]
    return np.asarray(code)[1:].reshape(pair.shape).astype(np.intp), delays


def _added_up(keys: Codes, money: Matrix, units: Matrix, rows: int, columns: int) -> _Sums:
    """Sums of amounts whose key is (delay x rows + row) x columns + column."""
    delay, row, column = keys // (rows * columns), keys // columns % rows, keys % columns
    code = delay * columns + column
    is_there = np.bincount(code) > 0
    found, place = np.flatnonzero(is_there), is_there.cumsum() - 1
    at = row * len(found) + place[code]
    by_sum = [np.asarray(np.bincount(at, values, rows * len(found)), dtype=float).reshape(rows, len(found)) for values in (money, units)]
    return _Sums(by_sum[0], by_sum[1], found // columns, found % columns)


def _total(sums: _Sums, volume: Sequence[Matrix], per_unit: tuple[Matrix, Matrix], kept: Matrix) -> Matrix:
    """(N,) money of all sums in each outcome."""
    factors = np.concatenate(volume, axis=1)
    factor, added = per_unit
    money = (factors @ sums.money) * factor[:, sums.per_unit]
    if added.any():
        money += (factors @ sums.units) * added[:, sums.per_unit]
    if kept.shape[1] > 1:
        money *= kept[:, sums.delay]
    return np.asarray(money.sum(axis=1))
