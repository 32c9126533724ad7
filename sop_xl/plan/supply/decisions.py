"""Decisions: the levers that management approved, pulled in the network that the plan is made for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.lever_names import COMBINATION, levers_of_option, option_name
from sop_xl.plan.supply.levers import KINDS, ON_RESOURCE, Lever, pull
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules

APPROVED = "approved"

SCENARIO = "scenario"
DECISION = "decision"
"""The kind of row that may pull a lever."""


class Decided(NamedTuple):
    """The network and rules with every approved decision in them, and what could not be followed."""

    network: SupplyNetwork
    rules: SupplyRules
    notes: list[Note]


def apply_decisions(network: SupplyNetwork, rules: SupplyRules, decisions: pd.DataFrame, elasticity: pd.DataFrame | None = None) -> Decided:
    """Pull the lever of every approved decision, in the order of the rows.

    Parameters
    ----------
    network, rules
        What the plan would be made for without decisions.
    decisions
        DECISIONS. A row copied from OPTIONS gives back what the option showed: what an option used in all is also the most that it may use in one
        period, and its span is the one in which it was used. A combination pulls every lever that its option names; the span holds for each but
        price, which names its own, and a value for none.
    elasticity
        Of price decisions, as in `levers.pull`.

    Returns
    -------
    Rows that are not approved change nothing, nor do actions, escalations and records without a lever. A row that names what the plan does not know, or that allows nothing new, is skipped with a note.
    """
    frames.check_frame(decisions, frames.DECISIONS)
    notes: list[Note] = []
    for row in decisions[pulls_a_lever(decisions)].itertuples(index=False):
        fault = None
        levers = _levers(row, network)
        if isinstance(levers, Note):
            notes.append(levers)
            continue
        for lever in levers:
            fault = _fault(row, lever, network)
            if fault is None:
                pulled = pull(network, rules, lever, elasticity)
                if pulled[0] is network and pulled[1] is rules:
                    name = option_name(lever, network.timeline)
                    fault = _note(row, "decision-without-effect", f"{name} allows nothing that the plan does not have already")
                network, rules = pulled
            if fault is not None:
                notes.append(fault)
    return Decided(network, rules, notes)


def pulls_a_lever(decisions: pd.DataFrame) -> pd.Series:
    """Rows of DECISIONS that change the plan: approved, with a lever, and neither an action nor an escalation.

    A promoted scenario has a row as a record; it enters the plan by its state in Scenarios.
    """
    approved = (decisions["status"] == APPROVED) & ~decisions["lever"].isin(["", SCENARIO])
    return approved & decisions["kind"].fillna(DECISION).isin([DECISION, ""]) if "kind" in decisions else approved


def is_promotion(decisions: pd.DataFrame) -> pd.Series:
    """Rows of DECISIONS that record a scenario as part of the plan."""
    return (decisions["status"] == APPROVED) & (decisions["lever"] == SCENARIO)


def _note(row: Any, rule: str, text: str) -> Note:
    return Note("decisions", row.decision, rule, f"{text}; decision {row.decision} is not followed")


def _levers(row: Any, network: SupplyNetwork) -> list[Lever] | Note:
    """The levers of one decision, each with its span and amount."""
    named = levers_of_option(row.option, network.timeline) if row.option else None
    first, last = (_position(day, network) for day in (row.first_period, row.last_period))
    value = None if np.isnan(row.value) else float(row.value)
    if row.lever == COMBINATION:
        if not named:
            return _note(row, "unknown-option", f'no combination of levers is called "{row.option}"')
        return [lever if lever.kind == "price" else replace(lever, first=first, last=last) for lever in named]
    if row.lever not in KINDS:
        return _note(row, "unknown-lever", f'no lever is called "{row.lever}"')
    same = named[0] if named and len(named) == 1 and named[0].kind == row.lever else Lever(row.lever)
    if row.lever == "allocation":
        return [same] if same.rule else _note(row, "unknown-option", f'no rule of allocation is called "{row.option}"')
    if row.lever == "price" and value is None:
        value = same.value
    if row.lever == "price" and (value is None or value <= -1.0):
        return _note(row, "price-without-change", "a price decision needs its change as a fraction above -1")
    scope = {name: getattr(row, name) for name in ("item", "family", "resource", "supplier")}
    return [
        Lever(row.lever, **scope, first=same.first if first is None else first, last=same.last if last is None else last, value=value)
    ]  # fmt: skip


def _position(day: Any, network: SupplyNetwork) -> int | None:
    """Position of the period that holds a day; before the plan it is below zero."""
    if pd.isna(day):
        return None
    timeline = network.timeline
    return timeline.calendar.distance(timeline.current, timeline.calendar.start_of(day))


def _fault(row: Any, lever: Lever, network: SupplyNetwork) -> Note | None:
    """What keeps a lever from being pulled: a span outside the plan, or a scope that is not in it."""
    first, last = lever.first or 0, network.periods - 1 if lever.last is None else lever.last
    if last < 0 or first >= network.periods or first > last:
        return _note(row, "decision-outside-plan", "its periods are not in the plan")
    known = {
        "item": (lever.item, network.points["item"]),
        "family": (lever.family, network.points["family"]),
        "resource": (lever.resource if lever.kind in ON_RESOURCE else "", network.resources["resource"]),
        "supplier": (lever.supplier, pd.concat([network.suppliers["supplier"], network.sources["source"]])),
    }
    for scope, (name, names) in known.items():
        if name and not (names == name).any():
            return _note(row, f"unknown-{scope}", f'the plan has no {scope} "{name}"')
    return None
