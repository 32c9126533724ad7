"""The ledger of effects and the notes of the rows: what became of each thing typed, and why a number is what it is."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import MONTHS, baseline, items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.effect_ledger import effect_ledger
from sop_xl.plan.effect_words import LONGEST, line_notes, short_words

TIMELINE = months("2026-01", 2)
START = baseline({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100}, {"item": "B", "location": "North", "2026-01": 300, "2026-02": 300})
PRICES = table(frames.NET_PRICES, {"item": "A", "location": "North", "net_price": 2.0, "source": "history"}, {"item": "B", "location": "North", "source": "none"})
ENTERED = pd.Timestamp("2026-01-02")


def entry(key, **columns):
    fixed = {"override": key, "item": "A", "first_period": month("2026-01"), "action": "add", "value": 10.0, "owner": "Eve", "reason": "tender", "reason_code": "customer", "entered": ENTERED}
    return fixed | columns


def planned(*overrides, sales=()):
    """Ledger and row notes of a plan with overrides and lines of sales input."""
    inputs = {
        "events": frames.empty_frame(frames.EVENTS),
        "lifecycle": frames.empty_frame(frames.LIFECYCLE),
        "sales_input": table(frames.SALES_INPUT, *sales),
        "overrides": table(frames.OVERRIDES, *overrides),
    }
    plan = consensus_demand(START, **inputs, items=items("A", "B"), locations=locations(North=""), timeline=TIMELINE, sales_weight=0.5)
    ledger = effect_ledger(plan.effects, **inputs, prices=PRICES, notes=plan.notes, timeline=TIMELINE, sales_review=plan.sales_review)
    by_stage = ledger.groupby("stage")["effect"].sum()
    for stage in by_stage.index:
        assert by_stage[stage] == pytest.approx(plan.demand[stage].sum())
    return ledger.set_index("source"), line_notes(plan.effects, short_words(**inputs, calendar=MONTHS))


def test_one_row_says_what_was_typed_and_what_came_of_it():
    ledger, _ = planned(entry("O-1", action="set", value=160.0, last_period=month("2026-02"), pinned="yes"))
    row = ledger.loc["O-1"]
    assert row[["stage", "owner", "reason_code", "state"]].tolist() == ["overrides", "Eve", "customer", "applied"]
    assert row[["effect", "effect_value", "series"]].tolist() == [120, 240, 1]
    assert row[["first_period", "last_period"]].tolist() == [month("2026-01"), month("2026-02")]
    assert row["note"] == "set 160, A, 2026-01 to 2026-02, pinned: tender"


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ({}, "applied", ""),
        ({"action": "set", "value": 100.0}, "applied", ""),
        ({"value": -500.0}, "partly applied", "would take 400 units more than there are; demand stays at 0"),
        ({"expiry_policy": "decay", "entered": pd.Timestamp("2025-12-02")}, "partly applied", "was entered in 2025-12; 50.0% of it is left"),
        ({"expires": pd.Timestamp("2025-12-31")}, "expired", "expired on 2025-12-31 and is not applied"),
        ({"expiry_policy": "expire", "entered": pd.Timestamp("2025-12-02")}, "expired", "was for the cycle of 2025-12 only and is not applied"),
        ({"expiry_policy": "re-confirm", "entered": pd.Timestamp("2025-12-02")}, "to re-confirm", "was entered in 2025-12 and waits for a new day in Entered; it is not applied"),
        ({"first_period": month("2025-11")}, "past", "is for periods that are past"),
        ({"first_period": month("2027-01")}, "not applied", "lies outside the planned periods"),
        ({"region": "Nowhere"}, "not applied", "has no planned series in its scope"),
    ],
)
def test_states(change, state, words):
    row = planned(entry("O-1", **change))[0].loc["O-1"]
    assert row["state"] == state
    assert row["note"].endswith(words)


def test_what_a_pin_kept_off_is_partly_applied():
    ledger, _ = planned(entry("O-1", pinned="yes"), entry("O-2", item="", action="percent", value=0.1, entered=pd.Timestamp("2026-01-03")))
    assert ledger.loc["O-2", "state"] == "partly applied"
    assert ledger.loc["O-2", "note"].endswith("leaves 1 cells as O-1 pinned them")


def test_without_a_price_money_is_absent():
    assert pd.isna(planned(entry("O-1", item="B"))[0].loc["O-1", "effect_value"])


def test_contributors_have_a_row_each_and_unused_lines_show():
    ledger, _ = planned(sales=({"item": "A", "contributor": "Ann", "2026-01": 140}, {"item": "B", "contributor": "Ann", "measure": "revenue", "2026-01": 5}))
    assert ledger.loc["Ann", ["state", "effect"]].tolist() == ["partly applied", 20]
    assert ledger.loc["Ann", "note"].startswith("2 lines")


def test_whose_total_does_not_agree_with_the_details_is_told_so():
    """Bob has 500 for all items, of which Ann alone sees 600 of A."""
    ledger, _ = planned(sales=({"contributor": "Bob", "2026-01": 500}, {"item": "A", "contributor": "Ann", "2026-01": 600}))
    assert ledger.loc["Bob", "note"] == "1 line; some do not agree with more detailed numbers; no past numbers to compare"
    assert ledger.loc["Ann", "note"] == "1 line; no past numbers to compare"


def test_nothing_typed_gives_an_empty_ledger():
    ledger, notes = planned()
    assert ledger.empty and notes.empty


def test_a_row_names_its_sources_the_largest_first():
    _, notes = planned(entry("O-3", action="percent", value=0.1, reason="fair"), entry("O-12", action="set", value=500.0, entered=pd.Timestamp("2026-01-03"), owner="Anna"))
    assert notes.to_numpy().tolist() == [["A", "North", "overrides", "O-12 set 500, Anna: tender (+390); O-3 +10 %, Eve: fair (+10)"]]


def test_a_note_fits_into_a_cell_and_counts_what_it_leaves_out():
    many = [entry(f"O-{k:02d}", value=float(100 - k), reason="a long word on why this is so and not otherwise") for k in range(12)]
    note = planned(*many)[1]["note"].iloc[0]
    assert len(note) <= LONGEST
    assert note.startswith("O-00 +100, Eve: a long word")
    assert note.endswith("; and 9 more")
    long = planned(entry("O-1", reason="x" * 400), entry("O-2", value=1.0))[1]["note"].iloc[0]
    assert len(long) == LONGEST
    assert long.endswith("…; and 1 more")
