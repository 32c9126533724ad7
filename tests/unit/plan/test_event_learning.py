"""What past events brought, and what the next one of their type takes from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.cleansing import UPLIFT_COLUMNS
from sop_xl.plan.event_learning import learn_from_events, weighted_median
from sop_xl.plan.event_profiles import event_rise
from sop_xl.plan.grid import records

TIMELINE = months("2026-01", 6, history=36)
ITEMS, PLACES = items("A", "B"), locations(North="", South="")
HISTORY = table(frames.DEMAND_HISTORY, *({"item": i, "location": "North", "period": p, "demand": 100.0} for i in "AB" for p in TIMELINE.history))


def promotion(name, first="2025-06", **columns):
    return {"event": name, "type": "promotion", "first_period": month(first), "effect_kind": "percent"} | columns


def uplift(event, period, raw, expected, item="A", part="event", shared_by=1.0, real=True):
    return (event, item, "North", month(period), part, raw, expected, (raw - expected) / shared_by, shared_by, real)


def learn(events, *uplifts, mix=None):
    measured = pd.DataFrame(list(uplifts), columns=list(UPLIFT_COLUMNS))
    found = learn_from_events(table(frames.EVENTS, *events), measured, HISTORY, ITEMS, PLACES, TIMELINE, mix)
    return frames.check_frame(found, frames.EVENT_RESULTS).set_index(["kind", "event"])


def learn_without_cleansing(events):
    return learn_from_events(table(frames.EVENTS, *events), None, HISTORY, ITEMS, PLACES, TIMELINE)


def test_an_event_is_held_against_what_was_expected_without_it():
    """130 and 260 sold where 100 and 200 were expected: 90 of 300, a gain of 30 %; 20 were missing afterwards."""
    events = [promotion("Sale", item="A", last_period=month("2025-07"), effect=0.5, pull_forward=0.3)]
    row = learn(events, uplift("Sale", "2025-06", 130, 100), uplift("Sale", "2025-07", 260, 200), uplift("Sale", "2025-08", 80, 100, part="dip")).loc[("event", "Sale")]
    assert (row["baseline"], row["demand"], row["uplift"], row["effect"], row["dip"]) == pytest.approx((300, 390, 90, 0.3, 20))
    assert (row["planned_effect"], row["sample"], row["scope"]) == (0.5, 2, "A")
    assert row["note"] == "2 periods of 1 series against the cleansed baseline"


def test_a_period_of_lead_in_counts_by_its_share_of_the_full_effect():
    """+60 % with a lead-in of two: 20 % and 40 % before, 60 % at the peak. 120 more on 100/3 + 200/3 + 100 = 200 are 60 %, not 120 of 300."""
    sold = (("2025-04", 120), ("2025-05", 140), ("2025-06", 160))
    found = learn([promotion("Sale", item="A", lead_in=2, effect_kind="units", effect=60)], *(uplift("Sale", p, units, 100) for p, units in sold))
    row = found.loc[("event", "Sale")]
    assert (row["baseline"], row["demand"], row["uplift"], row["effect"], row["planned_effect"]) == pytest.approx((300, 420, 120, 0.6, 0.6))
    assert "a period of lead-in counts by its share of the full effect" in row["note"]
    assert found.loc[("type", "promotion"), "effect"] == pytest.approx(0.3)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 4), st.integers(1, 3), st.floats(-0.5, 2.0))
def test_what_is_planned_is_learned_again(lead_in, length, effect):
    """An event that ran exactly as planning would plan it has the effect that was planned."""
    past = promotion("Sale", "2025-06", item="A", last_period=TIMELINE.calendar.shift(month("2025-06"), length - 1), lead_in=lead_in, effect=effect)
    rise = event_rise(next(records(table(frames.EVENTS, past))), TIMELINE.history, TIMELINE.calendar)
    sold = [uplift("Sale", f"{p:%Y-%m}", 100 * (1 + effect * share), 100) for p, share in zip(TIMELINE.history, rise, strict=True) if share > 0]
    assert len(sold) == lead_in + length
    assert learn([past], *sold).loc[("event", "Sale"), "effect"] == pytest.approx(effect, abs=1e-9)


def test_units_that_were_stated_are_shown_as_the_share_they_meant():
    row = learn([promotion("Deal", item="A", effect_kind="units", effect=25)], uplift("Deal", "2025-06", 150, 100)).loc[("event", "Deal")]
    assert row["planned_effect"] == pytest.approx(0.25)


def test_events_at_the_same_time_share_what_they_brought():
    both = [promotion("One", item="A"), promotion("Two", item="A")]
    found = learn(both, uplift("One", "2025-06", 140, 100, shared_by=2), uplift("Two", "2025-06", 140, 100, shared_by=2))
    assert found.loc[("event", "One"), "effect"] == found.loc[("event", "Two"), "effect"] == pytest.approx(0.2)
    assert "others at the same time" in found.loc[("event", "One"), "note"]


def test_an_event_within_the_usual_error_says_so():
    row = learn([promotion("Sale")], uplift("Sale", "2025-06", 104, 100, real=False)).loc[("event", "Sale")]
    assert row["effect"] == pytest.approx(0.04) and "within the usual error" in row["note"]


def test_an_event_that_came_with_the_launch_cannot_be_told_from_it():
    row = learn([promotion("Launch offer", item="A")]).loc[("event", "Launch offer")]
    assert np.isnan(row["effect"]) and row["note"] == "not measured: too little was sold before it to tell what it brought"
    assert learn_without_cleansing([promotion("Sale", item="A")])["note"].tolist() == ["not measured: history is not cleansed (see Settings)"]
    assert ("type", "promotion") not in learn([promotion("Launch offer", item="A")]).index


def test_an_event_for_a_customer_group_is_held_against_its_share():
    """Half of the 100 is Web's: 20 more are 40 % of it."""
    mix = table(frames.CUSTOMER_MIX, *({"item": "A", "location": "North", "customer": c, "share": 0.5} for c in ("Web", "Club")))
    row = learn([promotion("Web week", item="A", customer="Web")], uplift("Web week", "2025-06", 120, 100), mix=mix).loc[("event", "Web week")]
    assert (row["baseline"], row["uplift"], row["effect"]) == pytest.approx((50, 20, 0.4))
    nobody = learn([promotion("Web week", item="A", customer="Bulk")], uplift("Web week", "2025-06", 120, 100), mix=mix).loc[("event", "Web week")]
    assert nobody["note"] == "not measured: Bulk bought nothing in its scope" and np.isnan(nobody["effect"])


def test_only_events_that_began_in_history_are_told():
    found = learn([promotion("Before", "2022-12"), promotion("Coming", "2026-01"), promotion("Past", "2025-12")])
    assert found.loc["event"].index.tolist() == ["Past"]


class TestDefaults:
    def test_one_event_gives_half_of_what_it_had_and_three_give_three_quarters(self):
        """Credibility (Buehlmann 1967): n events count n / (n + 1)."""
        one = learn([promotion("1", item="A")], uplift("1", "2025-06", 140, 100)).loc[("type", "promotion")]
        assert (one["effect"], one["sample"]) == pytest.approx((0.2, 1))
        months_ = ("2025-02", "2025-05", "2025-09")
        three = learn([promotion(p, p, item="A") for p in months_], *(uplift(p, p, 100 + gain, 100) for p, gain in zip(months_, (40, 20, 900), strict=True)))
        assert three.loc[("type", "promotion"), "effect"] == pytest.approx(0.4 * 0.75)
        assert three.loc[("type", "promotion"), "note"] == "median +40% of 3 events (+20% to +900%); 3/4 of it is taken, as so many leave doubt"

    def test_each_type_learns_from_its_own(self):
        events = [promotion("Sale", item="A"), promotion("Rival", "2025-09", item="A", type="competitor")]
        found = learn(events, uplift("Sale", "2025-06", 140, 100), uplift("Rival", "2025-09", 80, 100))
        assert found.loc["type"]["effect"].to_dict() == pytest.approx({"competitor": -0.1, "promotion": 0.2})

    def test_a_large_event_tells_more_than_a_small_one(self):
        assert weighted_median(np.array([0.5, 0.1, 0.2]), np.array([1.0, 1.0, 10.0])) == pytest.approx(0.2)

    @pytest.mark.parametrize(("values", "expected"), [([0.3], 0.3), ([0.1, 0.3], 0.2), ([0.3, 0.1, 0.2], 0.2), ([0.4, 0.1, 0.2, 0.3], 0.25)])
    def test_with_equal_weights_it_is_the_median(self, values, expected):
        assert weighted_median(np.array(values), np.ones(len(values))) == pytest.approx(expected)


def test_the_elasticity_says_how_it_was_measured_and_that_it_proves_no_cause():
    moves = np.random.default_rng(0).choice([0.0, -0.2], (2, 36))
    rows = [
        {"item": i, "location": "North", "period": p, "demand": 100 * np.exp(sign * moves[k, t]), "revenue": 1000 * np.exp((sign + 1) * moves[k, t])}
        for k, i in enumerate("AB") for t, p in enumerate(TIMELINE.history) for sign in (-1.5,)
    ]  # fmt: skip
    found = learn_from_events(table(frames.EVENTS), pd.DataFrame(columns=list(UPLIFT_COLUMNS)), table(frames.DEMAND_HISTORY, *rows), ITEMS, PLACES, TIMELINE)
    family = found[(found["kind"] == "elasticity") & (found["event"] == "Paint")].iloc[0]
    assert family["effect"] == pytest.approx(-1.5, abs=1e-3) and family["sample"] == 72
    assert family["note"].startswith("measured -1.50 (standard error 0.00), 2 items, pulled towards the overall one.")
    assert family["note"].endswith("no proof of cause")


def test_nothing_known_gives_no_rows():
    empty = frames.empty_frame(frames.DEMAND_HISTORY)
    found = learn_from_events(table(frames.EVENTS), pd.DataFrame(columns=list(UPLIFT_COLUMNS)), empty, ITEMS, PLACES, TIMELINE)
    assert frames.check_frame(found, frames.EVENT_RESULTS).empty


def test_the_order_of_rows_changes_nothing():
    events = [promotion(str(k), f"2025-0{k}", item="AB"[k % 2]) for k in range(1, 7)]
    measured = [uplift(str(k), f"2025-0{k}", 100 + 7 * k, 100, item="AB"[k % 2]) for k in range(1, 7)]
    pd.testing.assert_frame_equal(learn(events, *measured), learn(events[::-1], *measured[::-1]))
