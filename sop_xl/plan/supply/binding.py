"""The limits that bind a plan: what they allow, what one unit more or less is worth, how far that holds, and whose demand hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from sop_xl.frames.form import order_rows
from sop_xl.frames.supply_results import BINDING_CONSTRAINTS
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.binding_words import binding_sentence
from sop_xl.plan.supply.limits import LIMITS, RELEASED_LIMITS, SHARED, subject, unit
from sop_xl.plan.supply.price_parts import TIMING
from sop_xl.plan.supply.short_downstream import ShortDownstream
from sop_xl.plan.supply.shortage_causes import CauseFinder
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.why_words import Names

MOST_ASKED = 60
"""Constraints whose range of prices is asked for."""

LEAST_PRICE = 0.005
"""Plan currency per unit under which a limit does not bind."""

Key = tuple[str, int, int]


class Sensitivity(Protocol):
    """What one constraint is worth; NaN = not known, valid_until may be inf."""

    @property
    def price_low(self) -> float:
        """Plan currency that one unit more saves."""

    @property
    def price_high(self) -> float:
        """Plan currency that one unit less costs."""

    @property
    def valid_from(self) -> float:
        """Limit down to which one less costs that much."""

    @property
    def valid_until(self) -> float:
        """Limit up to which one more saves that much."""

    @property
    def limit(self) -> float:
        """What is allowed."""

    @property
    def used(self) -> float:
        """What the plan uses."""


class PricedPlan(Protocol):
    """A solved plan that can be asked what its limits are worth: `plan.supply.solver.SolvedModel`."""

    @property
    def solution(self) -> SupplySolution:
        """The plan."""

    def sensitivity(self, constraint: str, row: int, period: int) -> Sensitivity:
        """Prices and valid range of one constraint."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one constraint, as of `Sensitivity`."""

    price_low: float = np.nan
    price_high: float = np.nan
    valid_from: float = np.nan
    valid_until: float = np.nan
    limit: float = np.nan
    used: float = np.nan


def binding_constraints(model: PricedPlan, finder: CauseFinder, names: Names, currency: str) -> tuple[pd.DataFrame, list[Note]]:
    """Every limit that binds, at most `MOST_ASKED` of them; the others are counted in a note.

    Limits on which unmet demand hangs come before those that only cost money; within them the most valuable (price x limit) first.

    Returns
    -------
    BINDING_CONSTRAINTS in the order of its keys, and notes.
    """
    solution = model.solution
    hurt = _hurt(solution, finder)
    rents = _rents(solution)
    keys = sorted({*rents, *hurt}, key=lambda k: (-(sum(hurt.get(k, {}).values()) > 0), -round(rents.get(k, 0.0), 6), k))
    rows, downstream = [], ShortDownstream(finder)
    for key in keys[:MOST_ASKED]:
        price = _price(model, finder, key)
        waiting = dict(sorted(hurt.get(key, {}).items(), key=lambda entry: (-entry[1], entry[0])))
        rows.append(_row(names, solution, key, price, waiting, currency, downstream.first(*key)))
    notes = []
    if len(keys) > MOST_ASKED:
        text = f"{len(keys)} limits bind; the {MOST_ASKED} on which most hangs are listed."
        notes.append(Note("binding_constraints", "", "constraints-left-out", text))
    columns = list(BINDING_CONSTRAINTS.columns)
    frame = pd.DataFrame(rows, columns=columns).astype({c: "float64" for c, kind in BINDING_CONSTRAINTS.columns.items() if kind == "number"})
    return order_rows(_unique(frame), BINDING_CONSTRAINTS), notes


def _row(names: Names, solution: SupplySolution, key: Key, price: Price, waiting: Mapping[int, float], currency: str, later: int | None) -> dict[str, object]:
    constraint, row, period = key
    return {
        "constraint": constraint,
        "subject": subject(names, constraint, row),
        "period": names.network.timeline.plan[period],
        "limit": price.limit,
        "used": price.used,
        "unit": unit(names, constraint, row),
        "price_low": price.price_low,
        "price_high": price.price_high,
        "valid_from": price.valid_from,
        "valid_until": price.valid_until,
        "demand_hurt": sum(waiting.values()),
        "sentence": binding_sentence(names, key, price, waiting, lost=solution.rules.unmet == "lost sales", currency=currency, later=later),
    }


def _rents(solution: SupplySolution) -> dict[Key, float]:
    """Price x limit of every constraint with a price: what it would be worth as a whole at that price."""
    rents: dict[Key, float] = {}
    for constraint in LIMITS:
        if constraint in TIMING or constraint == SHARED or (matrix := solution.duals.get(constraint)) is None or not matrix.size:
            continue
        used, released = _used(solution, constraint), _released(solution, constraint, matrix)
        for row, period in np.argwhere((matrix > LEAST_PRICE) & released):
            rents[constraint, int(row), int(period)] = float(matrix[row, period]) * float(max(used[row, period], 1.0))
    return rents


def _used(solution: SupplySolution, constraint: str) -> Matrix:
    """(rows, T) what the plan uses of a limit."""
    network = solution.network
    if constraint == "supplier_limit":
        suppliers = network.sources["supplier"].to_numpy(dtype=int)
        return np.array([solution.orders[suppliers == v].sum(axis=0) for v in range(len(network.suppliers))])
    by_name = {"overtime": solution.overtime, "shifts": solution.shifts, "hiring": solution.hired, "source_maximum": solution.orders}
    if constraint in by_name:
        return by_name[constraint]
    return solution.load if LIMITS[constraint].owner == "resource" else solution.orders if LIMITS[constraint].owner == "source" else solution.stock


def _released(solution: SupplySolution, constraint: str, matrix: Matrix) -> Mask:
    """Where a limit of what is released allows anything: what was not released at all is a lever, no limit that is used up."""
    network = solution.network
    limits = {"overtime": network.overtime_limit, "shifts": network.shift_limit, "hiring": network.hire_limit}
    return np.asarray(limits.get(constraint, np.ones_like(matrix)) > 0)


def _hurt(solution: SupplySolution, finder: CauseFinder) -> dict[Key, dict[int, float]]:
    """Units by point that hang on each limit; what hangs on a resource hangs on its overtime and shifts too, where these are used up."""
    hurt = {key: dict(waiting) for key, waiting in finder.hurt.items() if key[0] != "cost"}
    for (constraint, row, period), waiting in list(hurt.items()):
        for released in RELEASED_LIMITS if constraint == "resource_capacity" else ():
            matrix = solution.duals.get(released)
            if matrix is not None and matrix.size and matrix[row, period] > LEAST_PRICE and _released(solution, released, matrix)[row, period]:
                hurt[released, row, period] = dict(waiting)
    return hurt


def _price(model: PricedPlan, finder: CauseFinder, key: Key) -> Price:
    constraint, row, period = key
    matrix = model.solution.duals.get(constraint)
    priced = matrix is not None and bool(matrix.size)
    if constraint in TIMING and not (priced and matrix is not None and matrix[row, period] > 0):
        saved = finder.timing_prices.get(key, np.nan)
        return Price(saved, saved)
    if not priced:
        return Price()
    asked = model.sensitivity(constraint, row, period)
    if constraint in TIMING:  # nothing is allowed there, so that a limit says nothing
        return Price(asked.price_low, asked.price_high, valid_until=asked.valid_until)
    return Price(asked.price_low, asked.price_high, asked.valid_from, asked.valid_until, asked.limit, asked.used)


def _unique(frame: pd.DataFrame) -> pd.DataFrame:
    """Two sources of one name (alternates of one supplier) are one line: that on which more hangs."""
    keys = list(BINDING_CONSTRAINTS.keys)
    ordered = frame.sort_values([*keys, "demand_hurt", "price_low"], ascending=[True, True, True, False, False], kind="stable")
    return ordered.drop_duplicates(keys)
