"""Rules that share out what there is: who comes before whom, and how those who come together share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.supply.allocation_claims import Claims

PRIORITY, MARGIN, FAIR_SHARE, CONTRACT_FIRST = "priority", "margin", "fair share", "contract first"
RULES = (PRIORITY, MARGIN, FAIR_SHARE, CONTRACT_FIRST)


def ranks(claims: Claims, rule: str) -> tuple[Positions, Positions]:
    """Rank of the part of each claim that is under contract, and of the rest of it; 0 is served first, equals share alike.

    Parameters
    ----------
    rule
        priority: by the class's priority. margin: by margin per unit, the highest first. fair share: all alike. contract first: contracts by priority,
        then the rest of all alike.
    """
    if rule == PRIORITY:
        rank = _dense(claims.numbers("priority"))
        return rank, rank
    if rule == MARGIN:
        rank = _dense(-claims.numbers("margin").round(9))
        return rank, rank
    alike = np.zeros(len(claims.rows), dtype=np.intp)
    if rule == FAIR_SHARE:
        return alike, alike
    contract = _dense(claims.numbers("priority"))
    return contract, alike + contract.max(initial=-1) + 1


def _dense(values: Matrix) -> Positions:
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


@dataclass(frozen=True, slots=True)
class Shares:
    """What each claim gets: units given, and of the demand under contract the units that wait at the end of each period, (C, T)."""

    given: Matrix
    owed: Matrix


def share_out(claims: Claims, supply: Matrix, rule: str, *, waits: bool) -> Shares:
    """What a rule gives each claim.

    Parameters
    ----------
    claims
        Who asks for how much.
    supply
        (N, T) units of each stock that are given out.
    rule
        See `ranks`.
    waits
        Whether what is not served waits, in its rank, for the next period.

    Returns
    -------
    Claims of the same rank get the same fraction of what they ask for, with what waits; all of the supply is given out as long as somebody asks
    for it.
    """
    count, periods = claims.demand.shape
    asked, point, rank = _parts(claims), np.tile(claims.point, 2), np.concatenate(ranks(claims, rule))
    group = pd.DataFrame({"point": point, "rank": rank}).groupby(["point", "rank"], sort=True).ngroup().to_numpy()
    groups = int(group.max(initial=-1)) + 1
    of_group = np.zeros(groups, dtype=np.intp)
    of_group[group] = point
    opens = np.searchsorted(of_group, of_group)  # first group of the same stock
    given, waiting, open_units = np.zeros((2 * count, periods)), np.zeros((2 * count, periods)), np.zeros(2 * count)
    for t in range(periods):
        open_units = open_units + asked[:, t]
        total = np.bincount(group, open_units, groups)
        ahead = np.cumsum(total) - total
        left = np.clip(supply[of_group, t] - (ahead - ahead[opens]), 0.0, total)
        given[:, t] = open_units * (left / np.where(total > 0, total, 1.0))[group]
        open_units = open_units - given[:, t] if waits else np.zeros(2 * count)
        waiting[:, t] = open_units
    return Shares(given[:count] + given[count:], waiting[:count])


def _parts(claims: Claims) -> Matrix:
    """(2C, T) demand under contract, then the rest."""
    contract = claims.numbers("contract_share")[:, None].clip(0.0, 1.0)
    return np.concatenate([claims.demand * contract, claims.demand * (1.0 - contract)])


def best_allocation(claims: Claims, supply: Matrix, *, waits: bool) -> Shares:
    """The allocation of the same units, in every period, that earns the most margin less back-order costs of contracts.

    Without contracts, serving the highest margin first is best. With them it matters who waits for how long: a linear programme over all
    periods.
    """
    owes = bool(((claims.numbers("contract_share") > 0) & (claims.numbers("backorder_cost") > 0)).any())
    if not waits or not owes:
        return share_out(claims, supply, MARGIN, waits=waits)
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack, kron, vstack

    count, periods = claims.demand.shape
    stocks, stock = np.unique(np.tile(claims.point, 2), return_inverse=True)
    parts, every = 2 * count, eye_array(periods)
    # of each part and period: given + waiting - waiting before = asked; of each stock and period: given out = supply
    step = every - eye_array(periods, k=-1)
    flow = hstack([kron(eye_array(parts), every), kron(eye_array(parts), step)])
    given_out = kron(coo_array((np.ones(parts), (stock, np.arange(parts))), shape=(len(stocks), parts)), every)
    out = hstack([given_out, coo_array((len(stocks) * periods, parts * periods))])
    waiting_cost = np.concatenate([claims.numbers("backorder_cost"), np.zeros(count)])
    value = np.concatenate([-np.repeat(np.tile(claims.numbers("margin"), 2), periods), np.repeat(waiting_cost, periods)])
    right = np.concatenate([_parts(claims).ravel(), supply[stocks].ravel()])
    found = linprog(value, A_eq=vstack([flow, out]).tocsr(), b_eq=right, bounds=(0, None), method="highs")
    if found.x is None:  # what float noise made inconsistent; the rule by margin is near
        return share_out(claims, supply, MARGIN, waits=waits)
    given, waiting = found.x.reshape(2, parts, periods)
    return Shares(given[:count] + given[count:], waiting[:count])


def margin_of(claims: Claims, shares: Shares, shown: Mask) -> Matrix:
    """(C,) margin of what is given in the periods shown, less what it costs that contracts wait."""
    given, owed = (np.where(shown, units, 0.0).sum(axis=1) for units in (shares.given, shares.owed))
    return np.asarray(claims.numbers("margin") * given - claims.numbers("backorder_cost") * owed)
