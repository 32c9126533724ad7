"""What a standard unit cost is made of: bought material, conversion, and what bills and hours do not explain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, Positions, positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.supply.build.sourcing import MAKERS
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.unit_costs import hour_cost, with_components

PARTS = ("material_cost", "conversion_cost", "other_cost")
MOST_LEVELS = 30
"""Levels of bills and transfers that are followed; a ring ends there too."""
CENT = 0.005


def cost_structure(network: SupplyNetwork, items: pd.DataFrame) -> pd.DataFrame:
    """Split the standard cost of every stock point.

    Parameters
    ----------
    network
        Sources, bills and hours. Of each stock point the first regular source counts, as standard costs are set for the usual way to have it.
    items
        ITEMS; unit_cost is the standard cost.

    Returns
    -------
    item, location, material_cost, conversion_cost, other_cost, plan currency per unit, in the order of the network's points. Material: the price of
    what is bought, through every level of the bill, scrap and yield included. Conversion: hours x rate, and what Sourcing states for making or
    subcontracting. Other: the rest up to the unit cost, overheads among it; below zero where bill and hours cost more than the standard. The
    three sum to the unit cost and are NaN where it is not known. The cost of a transfer is freight, and in none of them.

    The elements are those of standard costing: direct materials, direct labour and overhead applied by the hour (Horngren, *Cost Accounting*, ch. 7).
    """
    standard = items["unit_cost"].to_numpy(dtype=float)[positions(items["item"], network.points["item"], "item")]
    material, conversion = _through_the_bill(network)
    absent = np.isnan(standard)
    parts = {
        "material_cost": np.where(absent, np.nan, material), "conversion_cost": np.where(absent, np.nan, conversion),
        "other_cost": standard - material - conversion,
    }  # fmt: skip
    return network.points[["item", "location"]].assign(**parts)


def cost_notes(structure: pd.DataFrame) -> pd.DataFrame:
    """Say which standard costs are below what bill, hours and prices come to."""
    below = structure.loc[structure["other_cost"] < -CENT, "item"].tolist()
    if not below:
        return notes_frame([])
    words = f"material and conversion of {some_of(below)} cost more than the unit cost in Items; other cost of goods is below zero there"
    return notes_frame([Note("items", min(below), "standard-below-bill", words)])


def parts_of_series(structure: pd.DataFrame, pairs: pd.DataFrame, unit_cost: Matrix) -> dict[str, Matrix]:
    """The parts for items sold at locations, (S,) each.

    Parameters
    ----------
    structure
        See `cost_structure`.
    pairs
        item and location that stocks it. Where the network has no such stock, the item's first one counts; where it has none, the
        whole cost is other.
    unit_cost
        (S,) standard cost: what the parts sum to.
    """
    known = pd.MultiIndex.from_frame(structure[["item", "location"]])
    at: Positions = known.get_indexer(pd.MultiIndex.from_frame(pairs[["item", "location"]].astype(object)))
    first = structure.drop_duplicates("item")
    elsewhere = pd.Index(first["item"]).get_indexer(pd.Index(pairs["item"]))
    rows = np.append(first.index.to_numpy(dtype=np.intp), -1)[elsewhere]
    row = np.where(at >= 0, at, rows)
    split = {name: np.where(row >= 0, np.append(structure[name].to_numpy(dtype=float), 0.0)[row], 0.0) for name in PARTS[:2]}
    split = {name: np.where(np.isnan(unit_cost), np.nan, np.nan_to_num(part)) for name, part in split.items()}
    return split | {"other_cost": unit_cost - split["material_cost"] - split["conversion_cost"]}


def _through_the_bill(network: SupplyNetwork) -> tuple[Matrix, Matrix]:
    """(N,) material and conversion of a unit of every stock point, level by level."""
    sources = network.sources
    kind, paid = sources["kind"].to_numpy(dtype=object), np.nan_to_num(sources["unit_cost"].to_numpy(dtype=float)).clip(min=0.0)
    stated = sources["cost_stated"].to_numpy(dtype=bool)
    # what making costs where nobody says it is the rest up to the unit cost, and so no part that is explained
    own = {
        "material": np.where(kind == "buy", paid, 0.0),
        "conversion": np.where(np.isin(kind, MAKERS) & stated, paid, 0.0) + hour_cost(network),
    }
    regular = np.flatnonzero((sources["lever"] == "").to_numpy())
    first = regular[~sources["point"].iloc[regular].duplicated().to_numpy()]  # sorted by priority
    at = sources["point"].to_numpy(dtype=np.intp)[first]
    result = []
    for amount in own.values():
        cost = np.zeros(len(network.points))
        for _ in range(MOST_LEVELS):
            after = np.zeros_like(cost)
            after[at] = with_components(network, amount, cost)[first]
            if np.allclose(after, cost, rtol=1e-12, atol=0.0):
                break
            cost = after
        result.append(cost)
    return result[0], result[1]
