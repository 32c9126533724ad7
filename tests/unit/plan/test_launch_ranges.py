"""How far launches fall from what was expected: learned where there are enough, a stated default where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import MONTHS, baseline, items, month, months, table

from sop_xl import frames
from sop_xl.plan.launch_ranges import (
    DEFAULT_SPREAD,
    LEAST_LAUNCHES,
    LaunchSpread,
    launch_ranges,
    launch_spread,
    with_launch_ranges,
)

TIMELINE = months("2026-01", 4, history=36)
NO_PLAN = frames.empty_frame(frames.LIFECYCLE)
Z90 = 1.2815515655446004


def sold(item, level, first="2023-01"):
    periods = TIMELINE.history[TIMELINE.history >= month(first)]
    return {"item": item, "location": "North"} | {MONTHS.label(p): level for p in periods}


def learned(levels, lifecycle=NO_PLAN):
    """Spread from an established item of 100 a month and launches in 2024 at these levels."""
    rows = [sold("Old", 100.0), *(sold(f"N{k:02}", 100.0 * level, "2024-03") for k, level in enumerate(levels))]
    names = [row["item"] for row in rows]
    return launch_spread(table(frames.DEMAND_HISTORY, *rows), items(*names), lifecycle, TIMELINE)


def test_the_spread_is_the_median_deviation_from_the_usual_launch():
    """Launches at e^-0.4, e^-0.2 ... of 40 % of the old item: the usual one is 40 %, the median deviation of nine steps of 0.1 is 0.2."""
    levels = 0.4 * np.exp(np.arange(-4, 5) / 10)
    assert learned(levels) == LaunchSpread(pytest.approx(1.4826 * 0.2), 9)


def test_one_failure_does_not_set_it():
    calm = list(0.4 * np.exp(np.arange(-4, 5) / 10))
    assert learned([*calm, 0.0001]).spread == pytest.approx(learned(calm).spread, rel=0.4)


def test_too_few_launches_take_the_default_and_it_is_said():
    few = learned([0.4] * (LEAST_LAUNCHES - 1))
    assert few == LaunchSpread(DEFAULT_SPREAD, 0)
    assert "fewer than 8" in few.words
    assert "from 8 launches" in learned([0.4] * LEAST_LAUNCHES).words


def test_a_launch_counts_when_its_start_and_its_first_year_are_seen():
    early = [sold(f"N{k}", 50.0 + k, "2023-03") for k in range(9)]  # within a quarter of the start of history: it may be older
    late = [sold(f"N{k}", 50.0 + k, "2025-02") for k in range(9)]  # the first year is not over
    for rows in (early, late):
        names = ["Old", *(row["item"] for row in rows)]
        assert launch_spread(table(frames.DEMAND_HISTORY, sold("Old", 100.0), *rows), items(*names), NO_PLAN, TIMELINE).sample == 0


def test_a_launch_of_the_past_that_names_its_like_item_is_held_against_that():
    """All of them sold exactly the share of their like item that was planned, at nine different shares: planners know what they do."""
    shares = 0.1 * np.arange(1, 10)
    rows = [{"item": f"N{k:02}", "stage": "launch", "period": month("2024-03"), "like_item": "Old", "scale": share} for k, share in enumerate(shares)]
    assert learned(shares, table(frames.LIFECYCLE, *rows)).spread == pytest.approx(0)
    assert learned(shares).spread > 0.5


def consensus(**demand):
    rows = [{"item": item, "location": "North", "measure": "consensus", "2026-01": v, "2026-02": v} for item, v in demand.items()]
    return table(frames.CONSENSUS_DEMAND, *rows)


def test_the_range_is_the_plan_times_the_factor_of_the_spread():
    launch = table(frames.LIFECYCLE, {"item": "C", "stage": "launch", "period": month("2026-02"), "like_item": "A"})
    rows = launch_ranges(consensus(A=10.0, C=100.0), launch, LaunchSpread(0.5, 0), TIMELINE)
    assert rows[["source", "item"]].to_numpy().tolist() == [["C / launch", "C"]]
    assert rows[["demand_low", "demand", "demand_high"]].iloc[0].tolist() == pytest.approx([100 * np.exp(-0.5 * Z90), 100, 100 * np.exp(0.5 * Z90)])


def test_what_the_planner_states_stands_in_place_of_it():
    launch = table(frames.LIFECYCLE, {"item": "C", "stage": "launch", "period": month("2026-01"), "like_item": "A", "scale": 0.8, "scale_low": 0.4})
    rows = launch_ranges(consensus(A=10.0, C=80.0), launch, LaunchSpread(0.5, 0), TIMELINE)
    assert rows["demand_low"].tolist() == pytest.approx([40, 40])
    assert rows["demand_high"].tolist() == pytest.approx([80 * np.exp(0.5 * Z90)] * 2)


def test_a_launch_of_a_year_ago_has_a_range_of_its_own_history():
    launch = table(frames.LIFECYCLE, {"item": "C", "stage": "launch", "period": month("2025-01"), "like_item": "A"})
    rows = launch_ranges(consensus(C=80.0), launch, LaunchSpread(0.5, 0), TIMELINE)
    assert rows.empty
    start = baseline({"item": "C", "location": "North", "2026-01": 5.0})
    pd.testing.assert_frame_equal(with_launch_ranges(start, rows), start)
