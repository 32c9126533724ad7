"""The worklist: few matters, the dearest first, each once, with what people said of it and whether it needs a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.frames import WORKLIST, check_frame, empty_frame
from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.worklist_matters import FORECAST, MORE, NOTHING, RISK, VARIANCE, Matter

OPEN, ACCEPTED, YES = "open", "accepted", "yes"
MORE_ALERT = "More matters"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Money at stake from which a matter needs a decision: of risks, and of everything else that is in money."""

    value: float
    risk: float


def worklist(
    matters: Sequence[Matter],
    decisions: pd.DataFrame,
    items: pd.DataFrame,
    current: pd.Timestamp,
    limits: Escalation,
    most: int,
    currency: str = "",
    marked: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    least: float = NOTHING,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines of the worklist, and notes.

    Parameters
    ----------
    matters
        In any order; those at stake with less than `least` are left out, unless people said something of them or they ask for a decision by themselves. Matters with the same alert are one, with the larger money.
    decisions
        DECISIONS: a matter above its limit needs a decision unless one that was approved or rejected, and whose span is not over, speaks of it.
    items
        Families.
    current
        First planned period: since when a matter is listed that is new.
    limits
        From which money on a matter needs a decision.
    most
        Open lines at most. Those that need a decision go before the others, and a line of which people said something is listed in any case.
    marked, previous
        WORKLIST as it stands in the workbook, for what people typed, and of the last published plan: since when a matter is listed.
    least
        Plan currency below which a matter is none.

    Returns
    -------
    WORKLIST by rank: open lines by money (without money last), then accepted ones, at last one line for all that are not listed.
    """
    said, since = _said(marked), _since(marked, previous)
    real = [m for m in matters if np.isnan(m.value) or m.value >= (NOTHING if m.alert in said or m.undecided else max(least, NOTHING))]
    by_alert = {matter.alert: matter for matter in sorted(real, key=lambda m: (np.nan_to_num(m.value, nan=-1.0), m.kind))}
    dearest = sorted(by_alert.values(), key=lambda m: (-np.nan_to_num(m.value, nan=-1.0), m.kind, m.alert))
    asked = {m.alert for m in dearest if needs_decision(m, decisions, items, current, limits)}
    accepted = [m for m in dearest if said.get(m.alert, ("", ""))[1] == ACCEPTED]
    open_ones = [m for m in dearest if m not in accepted]
    first = sorted(open_ones, key=lambda m: m.alert not in asked)[:most]
    listed = [m for m in open_ones if m in first or m.alert in said]
    rest = [m for m in open_ones if m not in listed]
    rows: list[tuple[object, ...]] = []
    for rank, m in enumerate([*listed, *accepted], start=1):
        owner, state = said.get(m.alert, ("", ""))
        rows.append((
            m.alert, float(rank), m.kind, m.family, m.region, m.item, m.value, m.first_period, min(since.get(m.alert, current), current), m.sentence, m.next_step, m.evidence,
            YES if m.alert in asked else "", owner, state, m.responsible, 1.0, ACCEPTED if m in accepted else OPEN,
        ))  # fmt: skip
    if rest:
        rows.append(_rest(rest, float(len(rows) + 1), current, currency))
    gone = [Note("worklist", alert, "matter-over", f"{alert}: no longer a matter; its line was {_words(*words)}") for alert, words in said.items() if alert not in by_alert]
    return _frame(rows), notes_frame(gone)


def needs_decision(matter: Matter, decisions: pd.DataFrame, items: pd.DataFrame, current: pd.Timestamp, limits: Escalation) -> bool:
    """Whether a matter is above its limit and no decision speaks of it; one that asks for a decision by itself always does.

    Key figures and forecasts have an owner who finds the cause; what is to be decided are the gaps and risks behind them.
    """
    if matter.undecided:
        return True
    if matter.kind in (VARIANCE, FORECAST) or not matter.value > (limits.risk if matter.kind == RISK else limits.value):
        return False
    taken = decisions[decisions["status"].isin(["approved", "rejected"]) & ~(decisions["last_period"] < current)]
    family_of = dict(zip(items["item"], items["family"], strict=True))
    return not any(_speaks_of(row, matter, family_of) for row in records(taken))


def _speaks_of(decision: object, matter: Matter, family_of: dict[str, str]) -> bool:
    """Whether a decision names the matter, an option that would mend it, what binds, or things within its scope: one about an item is not about its family."""
    item, family, option, resource, supplier = (str(getattr(decision, name)) for name in ("item", "family", "option", "resource", "supplier"))
    if getattr(decision, "matter", "") == matter.alert or (option and option in matter.options):
        return True
    if any(_binds(cause, resource, supplier) for cause in matter.causes):
        return True
    if item:
        return item == matter.item
    return bool(family) and family == (matter.family or family_of.get(matter.item, ""))


def _binds(cause: str, resource: str, supplier: str) -> bool:
    """Whether a cause, as SHORTAGES names it, is this resource or this supplier and not one whose name only begins or ends alike."""
    return bool(resource and cause == resource) or bool(supplier and (cause == f"supplier {supplier}" or f" from {supplier})" in cause))


def _said(marked: pd.DataFrame | None) -> dict[str, tuple[str, str]]:
    """Owner and state that people typed, by alert."""
    if marked is None:
        return {}
    typed = marked[((marked["owner"] != "") | (marked["state"] != "")) & (marked["kind"] != MORE)]
    return {row.alert: (row.owner, row.state) for row in records(typed)}


def _since(marked: pd.DataFrame | None, previous: pd.DataFrame | None) -> dict[str, pd.Timestamp]:
    known: dict[str, pd.Timestamp] = {}
    for frame in (previous, marked):
        if frame is not None:
            known |= {row.alert: row.since for row in records(frame[frame["since"].notna()])}
    return known


def _rest(rest: Sequence[Matter], rank: float, current: pd.Timestamp, currency: str) -> tuple[object, ...]:
    """One line for what is not listed."""
    worth = float(np.nansum([m.value for m in rest]))
    places = sorted({m.evidence for m in rest if m.evidence}, key=lambda name: (-np.nansum([m.value for m in rest if m.evidence == name]), name))
    many = f"{len(rest)} more matters" if len(rest) > 1 else "1 more matter"
    amount = f" worth {worth:,.0f} {currency}".rstrip() + " in all" if worth >= NOTHING else ""
    text, step = f"{many}{amount}: see {', '.join(places)}." if places else f"{many}{amount}.", f"Open {places[0]} once the lines above are done." if places else ""
    return MORE_ALERT, rank, MORE, "", "", "", worth, pd.NaT, current, text, step, places[0] if places else "", "", "", "", "", float(len(rest)), MORE


def _words(owner: str, state: str) -> str:
    return " and ".join(part for part in (f"with {owner}" if owner else "", state) if part)


def _frame(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    if not rows:
        return empty_frame(WORKLIST)
    frame = pd.DataFrame(rows, columns=list(WORKLIST.columns))
    types = {"number": "float64", "date": "datetime64[ns]", "text": "object"}
    return check_frame(frame.astype({name: types[kind] for name, kind in WORKLIST.columns.items()}), WORKLIST)
