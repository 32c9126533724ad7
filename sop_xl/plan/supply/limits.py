"""The limits of a supply plan: whose they are, in which unit they count, and what kind of cause they make of a shortage."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.why_words import Names, number

RESOURCE, MATERIAL, SUPPLIER, LEAD_TIME, FENCE, STORAGE, COST = "resource", "material", "supplier", "lead time", "fence", "storage", "cost"

Owner = Literal["resource", "supplier", "source", "point"]


class Limit(NamedTuple):
    """Rows of which table a limit has, and the kind of cause that it is."""

    owner: Owner
    kind: str


LIMITS: dict[str, Limit] = {
    "resource_capacity": Limit("resource", RESOURCE),
    "overtime": Limit("resource", RESOURCE),
    "shifts": Limit("resource", RESOURCE),
    "hiring": Limit("resource", RESOURCE),
    "supplier_limit": Limit("supplier", SUPPLIER),
    "source_maximum": Limit("source", SUPPLIER),
    "storage": Limit("resource", STORAGE),
    "maximum_stock": Limit("point", STORAGE),
    "shelf_life": Limit("point", STORAGE),
    "lead_time": Limit("source", LEAD_TIME),
    "fence": Limit("source", FENCE),
    "validity": Limit("source", SUPPLIER),
    "no_source": Limit("point", MATERIAL),
    "prebuild": Limit("point", COST),
    "source_share": Limit("point", SUPPLIER),
    "whole_lots": Limit("point", COST),
    "other": Limit("point", COST),
    "cost": Limit("point", COST),
}
"""By name of the constraint, or of what stands in no constraint: `lead_time` to `no_source` mean that nothing can be ordered at all."""

SHARED = "source_share"
"""How the sources of a point split what comes in: what a unit beside a share costs is no price of a limit, and is not listed as one."""

RELEASED_LIMITS = ("overtime", "shifts", "hiring")
"""Limits of what management has released; they bind on top of the capacity of the same resource and period."""


def cause_kind(network: SupplyNetwork, constraint: str, row: int) -> str:
    """Kind of cause; a source without a supplier makes a shortage of material, not of a supplier."""
    owner, kind = LIMITS[constraint]
    if owner == "source" and kind == SUPPLIER and number(network.sources, "supplier", row) < 0:
        return MATERIAL
    return kind


def subject(names: Names, constraint: str, row: int) -> str:
    """Whose limit it is: a resource, a supplier, an item (at a location), an item and its source."""
    owner = LIMITS[constraint].owner
    if owner == "resource":
        return names.resource(row)
    if owner == "supplier":
        return names.supplier(row)
    return names.source_of(row) if owner == "source" else names.point(row)


def unit(names: Names, constraint: str, row: int) -> str:
    """Unit in which a limit counts."""
    if constraint in ("shifts", "hiring"):
        return {"shifts": "shifts", "hiring": "workers"}[constraint]
    return names.unit(row) if LIMITS[constraint].owner == "resource" else "units"
