"""Which stated limits contradict each other, and by how much at least each had to give way."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.network import SupplyNetwork, point_names, source_name


def relaxation_notes(network: SupplyNetwork, beyond: dict[str, Matrix]) -> list[Note]:
    """One note per limit that could not be kept, naming the period in which it is exceeded most.

    Parameters
    ----------
    beyond
        (subjects, T) of `over_maximum`, `over_storage` and `over_capacity`: units, space and hours beyond the limit.
    """
    points, resources = point_names(network), network.resources["resource"].tolist()
    labels = network.timeline.calendar.label
    notes = []
    for name, frame, keys, rule, text in (
        ("over_maximum", "inventory_policy", points, "maximum-stock-relaxed", "Stock of {key} lies {most:,.6g} units above its maximum in {period}{more}: opening stock, open orders and demand leave no other way"),
        ("over_storage", "resources", resources, "storage-relaxed", "Storage {key} holds {most:,.6g} more than its space in {period}{more}: opening stock, open orders and demand leave no other way"),
        ("over_capacity", "resource_calendar", resources, "capacity-relaxed", "{key} has {most:,.6g} h less than nothing in {period}{more}: maintenance takes more than its capacity and overtime; the plan counts it as closed"),
    ):  # fmt: skip
        over = beyond.get(name)
        if over is None or not len(over):
            continue
        for row in np.flatnonzero((over > _least(over)).any(axis=1)):
            period = int(np.argmax(over[row]))
            others = int((over[row] > _least(over)).sum()) - 1
            more = f" and less in {others} other period{'s' if others > 1 else ''}" if others else ""
            day = labels(network.timeline.plan[period])
            notes.append(Note(frame, keys[row], rule, text.format(key=keys[row], most=float(over[row, period]), period=day, more=more)))
    return notes


def _least(over: Matrix) -> float:
    return 1e-6 * max(1.0, float(over.max(initial=0.0)))


def unusable_notes(network: SupplyNetwork) -> list[Note]:
    """Sources whose minimum order is more than they may give in a period: with whole lots they can never be used."""
    sources = network.sources
    never = sources[sources["minimum_order"].fillna(0.0) > sources["maximum"].astype(float).fillna(np.inf)]
    names, notes = point_names(network), []
    for point, kind, source, least, most in zip(never["point"], never["kind"], never["source"], never["minimum_order"], never["maximum"], strict=True):
        name = names[int(point)]
        text = f"{name} cannot be ordered by {source_name(kind, source)}: its minimum order of {least:,.6g} is more than its maximum of {most:,.6g}"
        notes.append(Note("sourcing", name, "minimum-above-maximum", text))
    return notes
