"""Sums by family and region of what stands by stock and of what stands by sale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sop_xl.plan.finance import NOT_BY_FAMILY, NOT_BY_REGION
from sop_xl.plan.grid import Matrix, Positions, describe
from sop_xl.plan.roll_up import sum_of_known
from sop_xl.plan.supply.flows import total_by
from sop_xl.plan.supply.network import SupplyNetwork

ALL = "All"


def sum_known(rows: Positions, values: Matrix, count: int) -> Matrix:
    """(count, P) sums by row of what is known, see `plan.roll_up.sum_of_known`."""
    return sum_of_known(lambda part: total_by(rows, part, count), values)


class FamilyRegions:
    """Family x region: where stock is held and where goods are sold, and one for what belongs to neither."""

    def __init__(self, network: SupplyNetwork, profit_and_loss: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame) -> None:
        points = describe(network.points[["item", "location"]], items, locations)[["family", "region"]]
        sold = profit_and_loss[["family", "region"]]
        nobody = pd.DataFrame({"family": [NOT_BY_FAMILY], "region": [NOT_BY_REGION]})
        every = pd.MultiIndex.from_frame(pd.concat([points, sold, nobody], ignore_index=True).drop_duplicates().sort_values(["family", "region"], kind="stable"))
        self.labels = every.to_frame(index=False)
        self._index = every
        self._points = self.rows_of(points)
        self.nobody = int(self.rows_of(nobody)[0])

    def rows_of(self, frame: pd.DataFrame) -> Positions:
        """Group of each row of family and region."""
        found: Positions = self._index.get_indexer(pd.MultiIndex.from_frame(frame[["family", "region"]]))
        return found

    def sum(self, rows: Positions, values: Matrix) -> Matrix:
        """(G, P) sums; what is not known is left out, and NaN stays where nothing else is there."""
        return sum_known(rows, values, len(self.labels))

    def levels(self) -> Iterator[tuple[pd.DataFrame, Positions]]:
        """Labels of each level, and which of them each group belongs to: family and region, family over all regions, everything."""
        yield self.labels, np.arange(len(self.labels), dtype=np.intp)
        code, families = pd.factorize(self.labels["family"])
        yield pd.DataFrame({"family": np.asarray(families, dtype=object), "region": ALL}), code.astype(np.intp)
        yield pd.DataFrame({"family": [ALL], "region": [ALL]}), np.zeros(len(self.labels), dtype=np.intp)

    def of_points(self, values: Matrix) -> Matrix:
        """(G, P) sums of the values of stock points."""
        return self.sum(self._points, values)

    def of_sales(self, profit_and_loss: pd.DataFrame, name: str, periods: pd.DatetimeIndex) -> Matrix:
        """(G, P) a line of the profit and loss over customers; what is not known counts as none."""
        rows = profit_and_loss[profit_and_loss["period"].isin(periods) & profit_and_loss[name].notna()]
        total = np.zeros((len(self.labels), len(periods)))
        np.add.at(total, (self.rows_of(rows), periods.get_indexer(pd.DatetimeIndex(rows["period"]))), rows[name].to_numpy(dtype=float))
        return total
