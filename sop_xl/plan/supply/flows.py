"""What orders set in motion: when they are placed, what they take from other stocks, what arrives good.

Everything here follows from `orders` (S, T) alone, by the conventions of `plan.supply.network`.
"""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.supply.network import SupplyNetwork


def total_by(rows: Positions, values: Matrix, count: int) -> Matrix:
    """Sum of the lines of `values` (K, T) by row, (count, T); `rows` (K,) says to which each line belongs, below 0 to none."""
    result = np.zeros((count, values.shape[1]))
    kept = rows >= 0
    np.add.at(result, rows[kept], values[kept])
    return result


def sum_by(rows: Positions, values: Matrix, count: int) -> Matrix:
    """Sum of `values` (K,) by row, (count,); `rows` (K,) says to which each belongs."""
    return np.bincount(rows, values, minlength=count).astype(float)


def whole(network: SupplyNetwork, frame: str, column: str) -> Positions:
    """A column of positions or whole periods of one of the network's tables."""
    return getattr(network, frame)[column].to_numpy(dtype=np.intp)  # type: ignore[no-any-return]


def numbers(network: SupplyNetwork, frame: str, column: str) -> Matrix:
    """A column of numbers of one of the network's tables; NaN where absent."""
    return getattr(network, frame)[column].to_numpy(dtype=float)  # type: ignore[no-any-return]


def earlier(values: Matrix, steps: Positions) -> Matrix:
    """Each line moved so many periods towards the start; what would fall before it falls into the first period."""
    result = np.zeros_like(values)
    for step in np.unique(steps):
        lines, count = steps == step, values.shape[1]
        inside = min(int(step), count)
        result[lines, : count - inside] = values[lines, inside:]
        if inside and count:
            result[lines, 0] += values[lines, :inside].sum(axis=1)
    return result


def placed(network: SupplyNetwork, orders: Matrix) -> Matrix:
    """(S, T) the same orders in the periods in which they are placed."""
    return earlier(orders, whole(network, "sources", "lead_periods"))


def good_receipts(network: SupplyNetwork, orders: Matrix) -> Matrix:
    """(S, T) good units that arrive: the part `late_share` a period later, beyond the horizon never."""
    good = orders * numbers(network, "sources", "process_yield")[:, None]
    late = good * network.late_share
    result = good - late
    result[:, 1:] += late[:, :-1]
    return result


def regular_uses(network: SupplyNetwork) -> Mask:
    """(U,) lines of the bill that are not substitutes."""
    return whole(network, "uses", "substitute_for") < 0


def component_use(network: SupplyNetwork, orders: Matrix) -> Matrix:
    """(U, T) units of each component by the period in which it leaves stock, of the regular bill; substitutes take nothing."""
    quantity = np.where(regular_uses(network), numbers(network, "uses", "quantity"), 0.0)
    return placed(network, orders)[whole(network, "uses", "source")] * quantity[:, None]


def dependent_demand(network: SupplyNetwork, orders: Matrix, uses: Matrix | None = None) -> Matrix:
    """(N, T) units that make, subcontract and transfer orders take from each stock.

    Parameters
    ----------
    uses
        (U, T) what components are taken; None = as the regular bill says.
    """
    count = len(network.points)
    taken = component_use(network, orders) if uses is None else uses
    shipped = total_by(whole(network, "sources", "from_point"), placed(network, orders), count)
    return shipped + total_by(whole(network, "uses", "component"), taken, count)


def independent_demand(network: SupplyNetwork) -> Matrix:
    """(N, T) units that customers ask of each stock."""
    return total_by(whole(network, "streams", "point"), network.demand, len(network.points))
