"""Service times that cost least along a supply chain, by the guaranteed-service model.

Every stage promises a service time S to those who take from it, and is promised SI by those it takes from. What it must cover by stock is the net
lead time SI + T - S, with T its own processing time: it holds z * sd * sqrt(SI + T - S). A stage that makes its takers wait holds less, and
they hold more.

The promises of a tree are chosen by the dynamic programme of Graves and Willems, Optimizing strategic safety stock placement in supply chains,
Manufacturing & Service Operations Management 2 (2000), erratum 5 (2003), as implemented by stockpyl; see Snyder and Shen, Fundamentals of Supply
Chain Theory, 2nd ed. 2019, section 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions


@dataclass(frozen=True, slots=True)
class Stages:
    """Stages of a supply chain.

    Parameters
    ----------
    processing_time
        (K,) whole steps from having everything to having it in stock.
    cost
        (K,) of safety stock per root of a step: holding cost * z * deviation of demand per step.
    inbound
        (K,) steps that what comes from outside takes.
    promise
        (K,) longest service time that the stage may promise; -1 = any.
    """

    processing_time: Positions
    cost: Matrix
    inbound: Positions
    promise: Positions


@dataclass(frozen=True, slots=True)
class Links:
    """Who takes from whom.

    Parameters
    ----------
    giver, taker
        (L,) positions of stages.
    quantity
        (L,) units of the giver per unit of the taker.
    """

    giver: Positions
    taker: Positions
    quantity: Matrix

    def where(self, kept: Mask) -> Links:
        """Some of the links."""
        return Links(self.giver[kept], self.taker[kept], self.quantity[kept])


def is_available() -> bool:
    """Whether stockpyl is installed."""
    try:
        import stockpyl.gsm_tree  # noqa: F401 - asked for, not used
    except ImportError:
        return False
    return True


def service_times(stages: Stages, tree: Links, taking_part: Mask) -> Positions:
    """(K,) service times in steps that cost least along a forest; 0 where a stage takes no part."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(stages.cost)
    graph = coo_array((np.ones(len(tree.giver)), (tree.giver, tree.taker)), shape=(count, count))
    label = connected_components(graph, directed=False)[1]
    result: Positions = np.zeros(count, dtype=np.intp)
    alone = np.bincount(label)[label] == 1
    # a stage on its own that sells keeps its promise; others serve nobody here and so promise at once
    result[alone] = np.maximum(stages.promise[alone], 0)
    for tree_label in np.unique(label[taking_part & ~alone]):
        members = np.flatnonzero(label == tree_label)
        result[members] = _tree_service_times(stages, tree.where(label[tree.giver] == tree_label), members)
    return result


def net_lead_times(links: Links, processing_time: Matrix, service_time: Matrix, inbound: Matrix | float = 0.0) -> Matrix:
    """(K,) SI + T - S along all links, not below 0, in the unit of the times given."""
    promised = np.broadcast_to(np.asarray(inbound, dtype=float), processing_time.shape).copy()
    np.maximum.at(promised, links.taker, service_time[links.giver])
    return np.asarray(np.maximum(promised + processing_time - service_time, 0.0))


class _Stage:
    """One stage as stockpyl's programme reads it; the names are stockpyl's."""

    def __init__(self, label: int, stages: Stages, position: int) -> None:
        self.index = label
        self.processing_time = int(stages.processing_time[position])
        self.external_inbound_cst = int(stages.inbound[position])
        self.external_outbound_cst = int(stages.promise[position]) if stages.promise[position] >= 0 else _ANY
        # the programme multiplies the three
        self.demand_bound_constant, self.net_demand_standard_deviation, self.holding_cost = 1.0, 1.0, float(stages.cost[position])
        self.max_replenishment_time = 0
        self.larger_adjacent_node: int | None = None
        self.larger_adjacent_node_is_downstream: bool | None = None
        self.givers: list[int] = []
        self.takers: list[int] = []

    def predecessor_indices(self) -> list[int]:
        return self.givers

    def successor_indices(self) -> list[int]:
        return self.takers


class _Tree:
    """A tree as stockpyl's programme reads it: labelled so that every stage but the last has one neighbour with a greater label.

    stockpyl's own network is copied several times over on its way to the programme, which takes minutes for a hundred stages.
    """

    def __init__(self, stages: Stages, tree: Links, members: Positions) -> None:
        self.label_of = _labels(tree, members)
        self.nodes = [_Stage(label, stages, position) for position, label in sorted(self.label_of.items(), key=lambda pair: pair[1])]
        self.node_indices = [node.index for node in self.nodes]
        self.nodes_by_index = dict(enumerate(self.nodes))
        for giver, taker in zip(tree.giver.tolist(), tree.taker.tolist(), strict=True):
            up, down = self.nodes_by_index[self.label_of[giver]], self.nodes_by_index[self.label_of[taker]]
            up.takers.append(down.index)
            down.givers.append(up.index)
            below, above = (up, down) if up.index < down.index else (down, up)
            below.larger_adjacent_node, below.larger_adjacent_node_is_downstream = above.index, above is down
        for node in self._givers_first():
            promised = max((self.nodes_by_index[label].max_replenishment_time for label in node.givers), default=0)
            node.max_replenishment_time = node.processing_time + max(promised, node.external_inbound_cst)
            if not node.takers:
                # nobody here waits for it
                node.external_outbound_cst = 0 if node.external_outbound_cst == _ANY else node.external_outbound_cst
        self.max_max_replenishment_time = max(node.max_replenishment_time for node in self.nodes)

    def _givers_first(self) -> list[_Stage]:
        waiting = {node.index: len(node.givers) for node in self.nodes}
        ready = [node for node in self.nodes if not node.givers]
        for node in ready:
            for label in node.takers:
                waiting[label] -= 1
                if not waiting[label]:
                    ready.append(self.nodes_by_index[label])
        return ready


_ANY = 10**9


def _tree_service_times(stages: Stages, tree: Links, members: Positions) -> Positions:
    """Service times of one tree, in the order of `members`."""
    from stockpyl.gsm_tree import _cst_dp_tree

    labelled = _Tree(stages, tree, members)
    chosen, _ = _cst_dp_tree(labelled)
    return np.array([chosen[labelled.label_of[position]] for position in members.tolist()], dtype=np.intp)


def _labels(tree: Links, members: Positions) -> dict[int, int]:
    """Label of each stage: the reverse of the order in which they are met from the first one on."""
    neighbours: dict[int, list[int]] = {position: [] for position in members.tolist()}
    for giver, taker in zip(tree.giver.tolist(), tree.taker.tolist(), strict=True):
        neighbours[giver].append(taker)
        neighbours[taker].append(giver)
    met = {int(members[0]): None}
    queue = list(met)
    for position in queue:
        for other in neighbours[position]:
            if other not in met:
                met[other] = None
                queue.append(other)
    return {position: len(queue) - 1 - k for k, position in enumerate(queue)}
