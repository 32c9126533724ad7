"""The planning hierarchy: sum up, spread down, and make forecasts of all levels agree."""

from sop_xl.plan.hierarchy.nodes import ALL, BOTTOM, LEVELS, Floats, Hierarchy, build_hierarchy
from sop_xl.plan.hierarchy.reconciliation import METHODS, Reconcile, check_method, reconcile
from sop_xl.plan.hierarchy.spreading import spread, spread_exactly

__all__ = [
    "ALL",
    "BOTTOM",
    "LEVELS",
    "METHODS",
    "Floats",
    "Hierarchy",
    "Reconcile",
    "build_hierarchy",
    "check_method",
    "reconcile",
    "spread",
    "spread_exactly",
]
