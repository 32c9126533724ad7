"""Stage of an item: what its history, its dates and the plan say about where it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import MONTHS, month, months, table

from sop_xl import frames
from sop_xl.plan.item_stage import item_stages

TIMELINE = months("2026-01", 6, history=36)


def stage(sold, *, planned=1.0, timeline=TIMELINE, location="", **dates):
    """Stage and note of an item that sold this in its last months."""
    labels = [MONTHS.label(p) for p in timeline.history[len(timeline.history) - len(sold) :]]
    history = table(frames.DEMAND_HISTORY, {"item": "A", "location": "North"} | dict(zip(labels, sold, strict=True))) if len(sold) else frames.empty_frame(frames.DEMAND_HISTORY)
    consensus = table(frames.CONSENSUS_DEMAND, {"item": "A", "location": "North", "measure": "consensus", "2026-01": planned})
    given = {name: pd.to_datetime(dates.get(name)) for name in ("start", "end", "launch", "phase_out")}
    scopes = pd.DataFrame([{"item": "A", "location": location} | given]).astype(dict.fromkeys(given, "datetime64[ns]"))
    row = item_stages(scopes, history, consensus, timeline).iloc[0]
    return row["current_stage"], row["note"]


YEAR = np.array([80, 80, 90, 100, 110, 120, 120, 110, 100, 90, 80, 120.0])


def test_what_has_no_demand_is_not_yet_sold():
    assert stage([]) == ("not yet sold", "")
    assert stage([0.0] * 30, launch=month("2026-03")) == ("not yet sold", "")


@pytest.mark.parametrize("age", [1, 6, 11])
def test_the_first_year_is_the_introduction(age):
    assert stage([100.0] * age)[0] == "introduction"


def test_a_launch_begins_the_first_year_again():
    assert stage([100.0] * 36, launch=month("2025-09"))[0] == "introduction"
    assert stage([100.0] * 36, launch=month("2026-02"))[0] == "maturity"


def test_an_item_sold_from_the_start_of_history_on_is_older_unless_its_start_says_otherwise():
    short = months("2026-01", 6, history=8)
    assert stage([100.0] * 8, timeline=short) == ("maturity", "history too short for a trend")
    assert stage([100.0] * 8, timeline=short, start=month("2025-05"))[0] == "introduction"
    assert stage([100.0] * 8, timeline=short, start=month("2020-05"))[0] == "maturity"


@pytest.mark.parametrize(("factor", "expected"), [(1.25, "growth"), (1.05, "maturity"), (0.95, "maturity"), (0.75, "decline")])
def test_a_year_is_held_against_the_year_before_month_by_month(factor, expected):
    """A season of plus and minus a fifth is no trend; a quarter more in every month is."""
    said = stage([*YEAR, *YEAR, *YEAR * factor])
    assert said == (expected, f"{factor - 1:+.0%} on the year before")


def test_one_big_month_is_no_growth():
    """One order of 900 makes a year half as large again, but t = 1: it could be chance."""
    assert stage([*YEAR, *YEAR, *YEAR[:-1], YEAR[-1] + 900])[0] == "maturity"


def test_an_item_of_a_year_and_a_half_is_held_against_the_months_it_was_sold_in():
    assert stage([50.0] * 9 + [100.0] * 9) == ("growth", "+100% on the year before")
    assert stage([50.0] * 4 + [100.0] * 9)[0] == "introduction"  # one month in both years tells nothing


def test_the_end_of_an_item():
    assert stage([100.0] * 36, end=month("2026-04"))[0] == "phase-out"
    assert stage([100.0] * 36, end=month("2027-04"))[0] == "maturity"
    assert stage([100.0] * 36, phase_out=month("2026-04"))[0] == "phase-out"
    assert stage([100.0] * 36, phase_out=month("2026-01"))[0] == "ended"
    assert stage([100.0] * 36, end=month("2025-12"))[0] == "ended"


def test_a_year_without_demand_is_the_end_unless_the_plan_has_some():
    assert stage([100.0] * 20 + [0.0] * 12, planned=0.0)[0] == "ended"
    assert stage([100.0] * 20 + [0.0] * 12, planned=5.0)[0] == "decline"


def test_an_item_at_a_location_is_looked_at_there():
    assert stage([100.0] * 36, location="North")[0] == "maturity"
    assert stage([100.0] * 36, location="South")[0] == "not yet sold"
