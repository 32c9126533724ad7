"""Rules that share out what there is: who comes before whom, and how those who come together share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, Positions
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


def share_out(claims: Claims, supply: Matrix, rule: str, *, waits: bool) -> tuple[Matrix, Matrix]:
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
    Units given and units waiting at the end of each period, both (C, T). Claims of the same rank get the same fraction of what they ask for, with
    what waits; all of the supply is given out as long as somebody asks for it.
    """
    count, periods = claims.demand.shape
    first, rest = ranks(claims, rule)
    contract = claims.numbers("contract_share")[:, None].clip(0.0, 1.0)
    asked = np.concatenate([claims.demand * contract, claims.demand * (1.0 - contract)])
    point, rank = np.tile(claims.point, 2), np.concatenate([first, rest])
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
    return given[:count] + given[count:], waiting[:count] + waiting[count:]


def best_allocation(claims: Claims, supply: Matrix, *, waits: bool) -> tuple[Matrix, Matrix]:
    """The allocation that earns the most margin less back-order cost; shapes as of `share_out`.

    Where what waits costs the same whoever waits, serving the highest margin first is best. Else who waits for how long matters: a linear
    programme over all periods, with the same supply given out in each.
    """
    if not waits or not _waiting_differs(claims):
        return share_out(claims, supply, MARGIN, waits=waits)
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack, kron, vstack

    count, periods = claims.demand.shape
    stocks, stock = np.unique(claims.point, return_inverse=True)
    every = eye_array(periods)
    # of each claim and period: given + waiting - waiting before = asked; of each stock and period: given out = supply
    step = every - eye_array(periods, k=-1)
    flow = hstack([kron(eye_array(count), every), kron(eye_array(count), step)])
    given_out = kron(coo_array((np.ones(count), (stock, np.arange(count))), shape=(len(stocks), count)), every)
    out = hstack([given_out, coo_array((len(stocks) * periods, count * periods))])
    value = np.concatenate([-np.repeat(claims.numbers("margin"), periods), np.repeat(claims.numbers("backorder_cost"), periods)])
    asked = np.concatenate([claims.demand.ravel(), supply[stocks].ravel()])
    found = linprog(value, A_eq=vstack([flow, out]).tocsr(), b_eq=asked, bounds=(0, None), method="highs")
    if found.x is None:  # what float noise made inconsistent; the rule by margin is near
        return share_out(claims, supply, MARGIN, waits=waits)
    given, waiting = found.x.reshape(2, count, periods)
    return given, waiting


def _waiting_differs(claims: Claims) -> bool:
    cost = claims.rows.groupby("point")["backorder_cost"]
    return bool(((cost.max() - cost.min()) > 1e-9).any())


def margin_of(claims: Claims, given: Matrix, waiting: Matrix) -> Matrix:
    """(C,) margin of what is given, less what it costs to let the rest wait."""
    return np.asarray(claims.numbers("margin") * given.sum(axis=1) - claims.numbers("backorder_cost") * waiting.sum(axis=1))
