"""Premiums of the supply plan on what is sold: from stock points up the bill, and then by sales volume to items and locations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, pair_positions, positions
from sop_xl.plan.supply.flows import total_by
from sop_xl.plan.supply.premiums import carried_to_sale, shared, supply_premiums
from sop_xl.plan.supply.solution import SupplySolution

PREMIUMS = {
    "freight": "freight", "overtime_premium": "overtime", "expedite_cost": "expedite", "subcontract_premium": "subcontract", "obsolescence": "expired",
}  # fmt: skip
"""Amount of the supply plan behind each line."""


@dataclass(frozen=True, slots=True)
class SpreadPremiums:
    """Premiums by line.

    Parameters
    ----------
    by_series
        (S, P) plan currency in planned periods; a line of which nothing is paid is missing.
    left
        family, region, period and one column per line: amounts at stocks of a family of which nothing is sold. Mostly without rows.
    """

    by_series: dict[str, Matrix]
    left: pd.DataFrame


def spread_premiums(series: pd.DataFrame, volume: Matrix, stocked: pd.DataFrame, solution: SupplySolution, locations: pd.DataFrame) -> SpreadPremiums:
    """Put what the plan pays beyond the regular way on what is sold.

    Parameters
    ----------
    series
        item and family of everything that is sold.
    volume
        (S, P) units sold in planned periods: the weights, of the period, else of the whole plan.
    stocked
        item and location of the stock that serves each series.
    solution
        The supply plan.
    locations
        LOCATIONS: the region of a stock of which nothing is sold; may be empty.

    Returns
    -------
    Amounts of a stock go to the series that it serves; of a stock that serves none in the plan to the other items of its family. By line they
    sum to what the supply plan pays.
    """
    network = solution.network
    points = network.points
    families = pd.Index(pd.concat([points["family"], series["family"]]).unique())
    of_point, of_series = families.get_indexer(pd.Index(points["family"])), families.get_indexer(pd.Index(series["family"]))
    paid, stock = supply_premiums(solution), pair_positions(points, stocked)
    by_series, remaining = {}, {}
    for line, name in PREMIUMS.items():
        amount = getattr(paid, name)
        if not amount.any():
            continue
        own, left = shared(carried_to_sale(solution, amount), stock, volume)
        if not left.any():
            by_series[line] = own
            continue
        of_family, nobodys = shared(total_by(of_point, left, len(families)), of_series, volume)
        by_series[line] = own + of_family
        remaining[line] = np.where((nobodys != 0)[of_point], left, 0.0)
    return SpreadPremiums(by_series, _left(remaining, points, locations, network.timeline.plan))


def _left(remaining: dict[str, Matrix], points: pd.DataFrame, locations: pd.DataFrame, plan: pd.DatetimeIndex) -> pd.DataFrame:
    point, period = np.nonzero(sum(np.abs(amount) for amount in remaining.values()) + np.zeros((len(points), len(plan))))
    rows = points.iloc[point].reset_index(drop=True)
    region = np.full(len(rows), "", dtype=object)
    if len(locations) and len(rows):
        region = locations["region"].to_numpy(dtype=object)[positions(locations["location"], rows["location"], "location")]
    amounts = {line: remaining[line][point, period] if line in remaining else np.zeros(len(rows)) for line in PREMIUMS}
    left = pd.DataFrame({"family": rows["family"].astype(object), "region": region, "period": plan.to_numpy()[period], **amounts})
    return left.groupby(["family", "region", "period"], as_index=False).sum()
