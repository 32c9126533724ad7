"""From what people state to the supply network: one module for each part of it."""

from sop_xl.plan.supply.build.assemble import build_network

__all__ = ["build_network"]
