"""What people typed, in the few words that stand beside its effect: an override as `set 500, Anna: tender`, an event as `+20 % x 50 %, Eve`."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sop_xl.periods import Calendar
from sop_xl.plan.effects import EVENTS, LIFE_CYCLE, OVERRIDES, SALES_INPUT
from sop_xl.plan.grid import records
from sop_xl.plan.life_cycle import life_cycle_key
from sop_xl.plan.override_policy import HOLD, text_or
from sop_xl.plan.sales_numbers import NOBODY

LONGEST = 255
"""Characters that a cell's note may have, so that Excel shows all of it."""


def override_action(row: Any) -> str:
    """`set 500`, `+30`, `-5 %`."""
    if pd.isna(row.value):
        return f"{row.action} without a value"
    value = float(row.value)
    if row.action == "percent":
        return f"{100 * value:+,.4g} %"
    return f"set {value:,.10g}" if row.action == "set" else f"{value:+,.10g}"


def event_action(row: Any) -> str:
    """`promotion +20 % x 50 %`: effect and probability as stated."""
    if pd.notna(row.effect):
        effect = float(row.effect)
        size = f"{100 * effect:+,.4g} %" if row.effect_kind == "percent" else f"{effect:+,.10g} a period"
    elif pd.notna(row.price_change):
        size = f"price {100 * float(row.price_change):+,.4g} %"
    else:
        size = "as past ones"
    chance = "" if pd.isna(row.probability) or float(row.probability) == 1.0 else f" x {float(row.probability):.0%}"
    return f"{text_or(row.type, 'event')} {size}{chance}"


def life_cycle_action(row: Any, calendar: Calendar) -> str:
    """`launch in 2026-03 like AX-140 x 80 %`, `phase-out from 2026-03, 50 % to BK-7`."""
    start, scale = calendar.label(calendar.start_of(row.period)), 1.0 if pd.isna(row.scale) else float(row.scale)
    if row.stage == "launch":
        pattern = f" like {row.like_item}" if row.like_item else ""
        return f"launch in {start}{pattern} x {scale:.0%}"
    heir = f", {scale:.0%} to {row.successor}" if row.successor else ""
    return f"phase-out from {start}{heir}"


def short_words(
    events: pd.DataFrame, lifecycle: pd.DataFrame, sales_input: pd.DataFrame, overrides: pd.DataFrame, calendar: Calendar
) -> dict[tuple[str, str], str]:
    """Few words for each source by (stage, source); parameters as in `effect_ledger`."""
    words = {(EVENTS, str(row.event)): _by(f"{row.event} {event_action(row)}", row.owner) for row in records(events)}
    for row in records(lifecycle):
        named = f"{row.item} " if row.item else ""
        words[LIFE_CYCLE, life_cycle_key(row)] = _by(named + life_cycle_action(row, calendar), row.owner)
    for name in sorted(set(sales_input["contributor"])):
        words[SALES_INPUT, name or NOBODY] = f"{name or NOBODY}'s number"
    for row in records(overrides):
        reason = f": {row.reason}" if text_or(row.reason, "") else ""
        words[OVERRIDES, str(row.override)] = _by(f"{row.override} {override_action(row)}", row.owner) + reason
    return words


def override_words(row: Any, calendar: Calendar) -> str:
    """All that an override says: what, where, when, how spread, why."""
    last = row.first_period if pd.isna(row.last_period) else row.last_period
    first_label, last_label = (calendar.label(calendar.start_of(p)) for p in (row.first_period, last))
    when = first_label if first_label == last_label else f"{first_label} to {last_label}"
    parts = [override_action(row), _scope(row), when]
    if text_or(row.spread_by, "forecast") != "forecast":
        parts.append(f"spread {'in equal parts' if row.spread_by == 'equal' else 'by history'}")
    if text_or(row.pinned, "no") == "yes":
        parts.append("pinned")
    policy = text_or(row.expiry_policy, HOLD)
    if policy != HOLD:
        parts.append(policy)
    return ", ".join(parts) + (f": {row.reason}" if text_or(row.reason, "") else "")


def event_words(row: Any, calendar: Calendar) -> str:
    """All that an event says of the plan: effect, chance, where, when."""
    last = row.first_period if pd.isna(row.last_period) else row.last_period
    first_label, last_label = (calendar.label(calendar.start_of(p)) for p in (row.first_period, last))
    when = first_label if first_label == last_label else f"{first_label} to {last_label}"
    customer = f", customers {row.customer}" if text_or(row.customer, "") else ""
    return f"{event_action(row)}, {_scope(row)}{customer}, {when}"


def line_notes(effects: pd.DataFrame, words: dict[tuple[str, str], str]) -> pd.DataFrame:
    """Why each line of the consensus is what it is: the sources that moved it, the largest first.

    Parameters
    ----------
    effects
        DEMAND_EFFECTS.
    words
        Few words for each source by (stage, source), as of `short_words`; a source without is named as it is.

    Returns
    -------
    item, location, measure (the stage) and note of at most 255 characters: `O-12 set 500, Anna: tender (+120); O-3 +10 % (-4)`, the
    units over the plan in brackets. Sources that do not fit are counted: `and 3 more`.
    """
    if effects.empty:
        return pd.DataFrame({"item": [], "location": [], "measure": [], "note": []}, dtype="object")
    by = ["item", "location", "stage", "source"]
    units = effects.assign(moved=effects["effect"].abs()).groupby(by, as_index=False, sort=True)[["effect", "moved"]].sum()
    units = units.sort_values(["item", "location", "stage", "moved", "source"], ascending=[True, True, True, False, True], kind="stable")
    keys = zip(units["stage"], units["source"], strict=True)
    units["text"] = [f"{words.get(key, key[1])} ({effect:+,.0f})" for key, effect in zip(keys, units["effect"], strict=True)]
    notes = units.groupby(["item", "location", "stage"], sort=True)["text"].agg(_listed).reset_index()
    return notes.rename(columns={"stage": "measure", "text": "note"})


def _listed(texts: pd.Series) -> str:
    """As many of the texts as fit, and how many more there are."""
    every: list[str] = texts.tolist()
    for shown in range(len(every), 0, -1):
        more = f"; and {len(every) - shown} more" if shown < len(every) else ""
        text = "; ".join(every[:shown]) + more
        if len(text) <= LONGEST:
            return text
    more = f"; and {len(every) - 1} more" if len(every) > 1 else ""
    return every[0][: LONGEST - len(more) - 1] + "…" + more


def _by(words: str, owner: Any) -> str:
    name = text_or(owner, "")
    return f"{words}, {name}" if name else words


def _scope(row: Any) -> str:
    return " / ".join(part for part in (row.item, row.family, getattr(row, "category", ""), row.location, row.region) if text_or(part, "")) or "all items"


