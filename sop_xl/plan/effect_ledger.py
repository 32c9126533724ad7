"""What became of everything that people typed: one line each, whether it moved the plan or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from sop_xl.frames import DEMAND_EFFECTS, EFFECT_LEDGER, NET_PRICES, check_frame, empty_frame
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.effect_words import LONGEST, event_words, life_cycle_action, override_words
from sop_xl.plan.effects import EVENTS, LIFE_CYCLE, OVERRIDES, SALES_INPUT, STAGES
from sop_xl.plan.grid import records
from sop_xl.plan.life_cycle import life_cycle_key
from sop_xl.plan.override_policy import text_or
from sop_xl.plan.sales_numbers import NOBODY
from sop_xl.plan.sales_review import CONTRADICTS

APPLIED, PARTLY, NOT_APPLIED, EXPIRED, TO_CONFIRM, PAST = "applied", "partly applied", "not applied", "expired", "to re-confirm", "past"

_STATE_OF_RULE = {
    "override-expired": EXPIRED,
    "override-to-confirm": TO_CONFIRM,
    "override-past": PAST,
    "override-below-zero": PARTLY,
    "override-meets-pinned": PARTLY,
    "override-against-pinned": PARTLY,
    "override-decayed": PARTLY,
}
_FRAME_OF_STAGE = {EVENTS: "events", LIFE_CYCLE: "lifecycle", SALES_INPUT: "sales_input", OVERRIDES: "overrides"}


class _Typed(NamedTuple):
    """One thing that people typed: its stage and source, who and why, the last period that it is about (`None`: open), and its words."""

    stage: str
    source: str
    owner: str
    reason_code: str
    last: pd.Timestamp | None
    words: str


def effect_ledger(
    effects: pd.DataFrame,
    events: pd.DataFrame,
    lifecycle: pd.DataFrame,
    sales_input: pd.DataFrame,
    overrides: pd.DataFrame,
    prices: pd.DataFrame,
    notes: pd.DataFrame,
    timeline: Timeline,
    sales_review: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per event, life-cycle row, contributor and override.

    Parameters
    ----------
    effects
        DEMAND_EFFECTS.
    events, lifecycle, sales_input, overrides
        The inputs as they were planned with.
    prices
        NET_PRICES, plan currency per unit; with a column `period`, the price in that period.
    notes
        frame, key, rule, note of the demand step; a note whose key is a source is what its row says of it.
    timeline
        Its current period parts past from planned.
    sales_review
        SALES_REVIEW with its column `note`; `None` = nothing is said of the contributors' records.

    Returns
    -------
    EFFECT_LEDGER, in the order of the steps and of the inputs' keys, so that the rows of a step sum to it. Money is NaN where any
    series moved has no price. States: applied; partly applied (cut at 0, kept off by pinned cells, decayed, or with lines that could not
    be used); not applied, with the reason; expired; to re-confirm; past.
    """
    check_frame(effects, DEMAND_EFFECTS)
    if "period" not in prices:
        check_frame(prices, NET_PRICES)
    typed = list(_typed(events, lifecycle, sales_input, overrides, timeline.calendar, sales_review))
    known = {(one.stage, one.source) for one in typed}
    # an effect of a source that no input has, such as an end of sale on the Items sheet, still counts
    others = effects[["stage", "source", "owner", "reason_code"]].drop_duplicates(["stage", "source"])
    typed += [_Typed(r.stage, r.source, r.owner, r.reason_code, None, "") for r in records(others) if (r.stage, r.source) not in known]
    if not typed:
        return empty_frame(EFFECT_LEDGER)
    figures = _figures(effects, prices)
    said = _said(notes)
    unused = _with_unused_lines(sales_review)
    rows = []
    for one in typed:
        figure = figures.get((one.stage, one.source), _NO_EFFECT)
        about = said.get((_FRAME_OF_STAGE[one.stage], one.source), {})
        state = _state(one, figure is not _NO_EFFECT, about, one.stage == SALES_INPUT and one.source in unused, timeline)
        words = [one.words, *about.values()]
        if state == NOT_APPLIED and not about:
            words.append("it moved nothing")
        note = "; ".join(word for word in words if word)[:LONGEST]
        head = {"stage": one.stage, "source": one.source, "owner": one.owner, "reason_code": one.reason_code, "state": state}
        rows.append(head | figure | {"note": note})
    ledger = pd.DataFrame(rows)[list(EFFECT_LEDGER.columns)]
    for name in ("first_period", "last_period"):
        ledger[name] = pd.to_datetime(ledger[name]).astype("datetime64[ns]")
    order = ledger["stage"].map({stage: k for k, stage in enumerate(STAGES)})
    ordered = ledger.assign(order=order).sort_values(["order", "source"], kind="stable").drop(columns="order")
    return check_frame(ordered.reset_index(drop=True), EFFECT_LEDGER)


_NO_EFFECT: dict[str, object] = {"effect": 0.0, "effect_value": 0.0, "series": 0.0, "first_period": pd.NaT, "last_period": pd.NaT}


def _typed(
    events: pd.DataFrame, lifecycle: pd.DataFrame, sales_input: pd.DataFrame, overrides: pd.DataFrame, calendar: Calendar,
    sales_review: pd.DataFrame | None,
) -> Iterator[_Typed]:  # fmt: skip
    """Everything that the inputs hold."""
    for row in records(events):
        last = row.first_period if pd.isna(row.last_period) else row.last_period
        yield _Typed(EVENTS, str(row.event), text_or(row.owner, ""), text_or(row.type, ""), last, event_words(row, calendar))
    for row in records(lifecycle):
        yield _Typed(LIFE_CYCLE, life_cycle_key(row), text_or(row.owner, ""), row.stage, None, life_cycle_action(row, calendar))
    given = sales_input[sales_input["demand"].notna() | sales_input["revenue"].notna()]
    for name, lines in given.groupby("contributor", sort=True):
        count = len(lines[["item", "family", "location"]].drop_duplicates())
        words = f"{count} line{'s' if count > 1 else ''}"
        if sales_review is not None and len(sales_review):
            own = sales_review.loc[sales_review["contributor"] == (name or NOBODY), "note"]
            words += "; some do not agree with more detailed numbers" if own.str.contains(CONTRADICTS, regex=False).any() else ""
            words += f"; {own.iloc[0].split('; ')[-1]}" if len(own) else ""
        yield _Typed(SALES_INPUT, str(name) or NOBODY, str(name), "", lines["period"].max(), words)
    for row in records(overrides):
        last = row.first_period if pd.isna(row.last_period) else row.last_period
        yield _Typed(
            OVERRIDES, str(row.override), text_or(row.owner, ""), text_or(row.reason_code, ""), last, override_words(row, calendar)
        )


def _figures(effects: pd.DataFrame, prices: pd.DataFrame) -> dict[tuple[str, str], dict[str, object]]:
    """Units, money, series and periods of every source that moved something."""
    keys = ["item", "location", *(["period"] if "period" in prices else [])]
    valued = effects.merge(prices[[*keys, "net_price"]], on=keys, how="left", validate="many_to_one")
    valued["effect_value"] = valued["effect"] * valued["net_price"]
    valued["pair"] = valued.groupby(["item", "location"], sort=False).ngroup()
    sources = valued.groupby(["stage", "source"], sort=True)
    table = sources.agg(
        effect=("effect", "sum"),
        effect_value=("effect_value", lambda money: money.sum(skipna=False)),
        series=("pair", "nunique"),
        first_period=("period", "min"),
        last_period=("period", "max"),
    ).astype({"series": float})
    return {key: dict(zip(table.columns, values, strict=True)) for key, values in zip(table.index, table.itertuples(index=False), strict=True)}


def _said(notes: pd.DataFrame) -> dict[tuple[str, str], dict[str, str]]:
    """Texts by frame and key, each by its rule; the key in the text is left out, for it stands in the row already."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for row in records(notes):
        text = row.note.removeprefix(f"override {row.key} ").removeprefix(f"event {row.key} ").removeprefix(": ")
        said.setdefault((row.frame, row.key), {})[row.rule] = text
    return said


def _with_unused_lines(sales_review: pd.DataFrame | None) -> set[str]:
    """Contributors of whom some number could not be used."""
    if sales_review is None or sales_review.empty:
        return set()
    return set(sales_review.loc[sales_review["running"].isna(), "contributor"])


def _state(one: _Typed, moved: bool, about: dict[str, str], unused: bool, timeline: Timeline) -> str:
    told = [_STATE_OF_RULE[rule] for rule in about if rule in _STATE_OF_RULE]
    if moved:
        cut = unused or PARTLY in told or any(rule.endswith(("-below-zero", "-without-price")) for rule in about)
        return PARTLY if cut else APPLIED
    if one.last is not None and one.last < timeline.current:
        return PAST
    final = [state for state in told if state in (EXPIRED, TO_CONFIRM, PAST)]
    if final:
        return final[0]
    if about or unused or one.stage != OVERRIDES:
        return NOT_APPLIED
    # an override that asks for what is already planned is in force
    return APPLIED
