"""Allocation in shortage: who gets how much of what there is not enough of, by each rule, and what each rule costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.supply.allocation_claims import Claims, claims_on
from sop_xl.plan.supply.allocation_rules import (
    CONTRACT_FIRST,
    FAIR_SHARE,
    MARGIN,
    PRIORITY,
    RULES,
    Shares,
    best_allocation,
    margin_of,
    share_out,
)
from sop_xl.plan.supply.flows import total_by, whole
from sop_xl.plan.supply.solution import SupplySolution

NOISE = 1e-6  # units; what a solver leaves of a zero
_COLUMN = {PRIORITY: "by_priority", MARGIN: "by_margin", FAIR_SHARE: "by_fair_share", CONTRACT_FIRST: "by_contract"}


def allocate(
    solution: SupplySolution,
    served: pd.DataFrame,
    locations: pd.DataFrame,
    customer_mix: pd.DataFrame,
    customer_classes: pd.DataFrame,
    prices: pd.DataFrame,
    rule: str,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Share what the plan serves of every stock that is short among the locations and customer classes that ask for it.

    Parameters
    ----------
    solution
        The plan. How much of a stock is served in each period is its; only who gets it is decided here.
    served
        item, location, period, consensus (units): demand where it arises, as the network was made from.
    locations, customer_mix, customer_classes
        LOCATIONS, CUSTOMER_MIX, CUSTOMER_CLASSES; without classes the locations share among themselves.
    prices
        item, location, net_price and, where it differs by period, period.
    rule
        The rule of the settings: priority | margin | fair share | contract first.

    Returns
    -------
    ALLOCATION for the periods in which a stock is short or catches up, ALLOCATION_RULES, and notes. In every one of these periods
    and by every rule the units given sum to what the plan serves from the stock. A unit given may serve demand of an earlier period that waited: over
    the horizon nobody gets more than was asked for. Margin is gross margin at unit cost less back-order costs of contracts that wait; regret, of the lines over all
    customers, is the margin of the best allocation of the same units less that of the rule, never below 0.

    Raises
    ------
    FrameError
        For a rule that does not exist.
    """
    if rule not in RULES:
        raise FrameError(f"there is no rule of allocation {rule!r}")
    network, waits = solution.network, solution.rules.unmet == "back-orders"
    supply, missing = _given_out(solution)
    in_question = missing > NOISE
    if waits:
        in_question[:, 1:] |= missing[:, :-1] > NOISE  # a period that catches up
    short = np.asarray(in_question.any(axis=1))
    if not short.any():
        return frames.empty_frame(frames.ALLOCATION), frames.empty_frame(frames.ALLOCATION_RULES), notes_frame([])
    claims = claims_on(network, short, served, locations, customer_mix, customer_classes, prices)
    shown = in_question[claims.point]
    by_rule = {name: share_out(claims, supply, name, waits=waits) for name in RULES}
    best = best_allocation(claims, supply, waits=waits)
    plan = network.timeline.plan
    allocation = _allocation(claims, shown, by_rule, rule, plan)
    return allocation, _rules(claims, shown, by_rule, best, rule), notes_frame(_notes(claims))


def _given_out(solution: SupplySolution) -> tuple[Matrix, Matrix]:
    """Units served from each stock, and units that wait or are lost, (N, T)."""
    network = solution.network
    point, count = whole(network, "streams", "point"), len(network.points)
    waiting, lost = (total_by(point, units, count) for units in (solution.unmet, solution.lost))
    waiting = np.where(waiting > NOISE, waiting, 0.0)
    before = np.concatenate([np.zeros((count, 1)), waiting[:, :-1]], axis=1)
    supply = np.maximum(total_by(point, network.demand, count) + before - waiting - lost, 0.0)
    return supply, waiting + lost


def _allocation(claims: Claims, shown: Mask, by_rule: dict[str, Shares], rule: str, plan: pd.DatetimeIndex) -> pd.DataFrame:
    claim, period = np.nonzero(shown)
    rows = claims.rows.iloc[claim]
    columns = {column: by_rule[name].given[claim, period] for name, column in _COLUMN.items()}
    result = pd.DataFrame(
        {name: rows[name].to_numpy(dtype=object) for name in ("item", "location", "customer")}
        | {"period": plan.to_numpy()[period], "demand": claims.demand[claim, period]}
        | columns
        | {"allocated": columns[_COLUMN[rule]]}
    )
    says_something = (result[["demand", *columns]] > NOISE).any(axis=1)
    return frames.order_rows(result[says_something], frames.ALLOCATION)


def _rules(claims: Claims, shown: Mask, by_rule: dict[str, Shares], best: Shares, rule: str) -> pd.DataFrame:
    """ALLOCATION_RULES: each rule over all customers, then by class."""
    most = float(margin_of(claims, best, shown).sum())
    customer = claims.rows["customer"].to_numpy(dtype=object)
    asked = np.where(shown, claims.demand, 0.0).sum(axis=1)
    rows = []
    for name in RULES:
        units, margin = np.where(shown, by_rule[name].given, 0.0).sum(axis=1), margin_of(claims, by_rule[name], shown)
        for who in ["", *sorted(set(customer) - {""})]:
            own = (customer == who) if who else np.ones(len(customer), dtype=bool)
            demand, allocated, earned = float(asked[own].sum()), float(units[own].sum()), float(margin[own].sum())
            regret = np.nan if who else max(most - earned, 0.0)
            fill_rate = allocated / demand if demand > 0 else np.nan
            rows.append((name, who, demand, allocated, fill_rate, earned, regret, "yes" if name == rule else ""))
    return pd.DataFrame(rows, columns=list(frames.ALLOCATION_RULES.columns))


def _notes(claims: Claims) -> list[Note]:
    unpriced = claims.rows.loc[~claims.rows["priced"].to_numpy(dtype=bool), "item"].tolist()
    if not unpriced:
        return []
    text = f"no price is known for {some_of(unpriced)}; as far as margin goes they are worth nothing"
    return [Note("items", min(unpriced), "allocation-price-absent", text)]
