"""What trials without whole lots keep of a plan with them: the hours that its set-ups take; and what they cannot keep, said to the planner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.bottlenecks import find_bottlenecks, upstream
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.shortage_causes import LEAST_UNITS
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.reading import load_of


def less_setups(network: SupplyNetwork, plan: SupplySolution) -> SupplyNetwork:
    """The network without the hours that the orders of a plan take to be set up.

    A plan in orders of any size starts nothing, so it would have those hours to make with, and what is short for want of them would not be.
    The set-ups stay where the plan has them: a trial that orders at other times sets up as often.

    Parameters
    ----------
    network
        What the plan was made for.
    plan
        Made with or without whole lots; without, it has no set-ups and the very same network comes back.
    """
    running = load_of(network, plan.orders, np.zeros_like(plan.orders), plan.stock)
    setups = (plan.load - running).clip(min=0.0)
    if not (setups > 1e-9).any():
        return network
    return replace(network, capacity=network.capacity - setups, maintenance=network.maintenance + setups)


def short_for_lots_alone(plan: SupplySolution, without_lots: SupplySolution) -> list[Note]:
    """Says which items are short in the plan and would not be with orders of any size: no option is found for them.

    An item on whose way something binds all the same is left out: there the plan with orders of any size has only let another one wait.

    Parameters
    ----------
    plan
        With whole lots.
    without_lots
        The plan of the same demand that options are compared with.
    """
    network = plan.network
    point = network.streams["point"].to_numpy(dtype=int)
    short, still = (np.unique(point[(s.unmet + s.lost > LEAST_UNITS).any(axis=1)]) for s in (plan, without_lots))
    held, every = find_bottlenecks(without_lots).chain, np.arange(len(network.points))
    alone = [p for p in np.setdiff1d(short, still) if not (upstream(network, every == p) & held).any()]
    if not alone:
        return []
    short_items = some_of(network.points["item"].to_numpy(dtype=object)[alone])
    text = f"No option is found for {short_items}: short only because of minimum orders and whole lots, while options are compared with orders of any size"
    return [Note("options", "", "short-for-lots-alone", text)]
