"""The supply plan as a linear programme: the only package that knows the modeller and its solver."""

from sop_xl.plan.supply.solver.sensitivity import Sensitivity
from sop_xl.plan.supply.solver.solve import SolvedModel, open_model, solve_supply

__all__ = ["Sensitivity", "SolvedModel", "open_model", "solve_supply"]
