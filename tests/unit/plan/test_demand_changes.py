"""From last cycle's consensus to this one, step by step."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.demand_changes import START, demand_changes

TIMELINE = months("2026-02", 6)
ITEMS = pd.concat([items("A", family="Paint"), items("B", family="Brushes")], ignore_index=True)
PLACES = locations(N="N", S="S")


def archived(*rows):
    """Rows of the cycle before, January: item, location, stage, units at lags 1 to 6."""
    return table(
        frames.FORECAST_ARCHIVE,
        *(
            {"cycle": month("2026-01"), "item": i, "location": p, "stage": s, **{f"lag_{k + 1}": v for k, v in enumerate(lags)}}
            for i, p, s, lags in rows
        ),
    )


def planned(*rows):
    """Consensus of this cycle: item, location, baseline and overrides per month."""
    cells = []
    for item, place, baseline, overrides in rows:
        for period in TIMELINE.plan:
            steps = {"baseline": baseline, "events": 0.0, "life_cycle": 0.0, "sales_input": 0.0, "overrides": overrides}
            cells.append({"item": item, "location": place, "period": period, **steps, "consensus": baseline + overrides})
    return pd.DataFrame(cells)


def amounts(frame, family="All", region="All"):
    rows = frame[(frame["family"] == family) & (frame["region"] == region)]
    return dict(zip(rows["step"], rows["amount"], strict=True))


LAST = archived(
    ("A", "N", "baseline", [90, 100, 100, 100, 100, 100]),
    ("A", "N", "events", [0, 20, 0, 0, 0, 0]),
    ("B", "S", "baseline", [50, 50, 50, 50, 50, 50]),
)
NOW = planned(("A", "N", 110.0, 0.0), ("B", "S", 50.0, -5.0))


def test_the_five_months_that_both_cycles_planned_are_compared():
    # January's lags 2 to 6 are February to June: A 500 + 20, B 250; now A 550, B 225
    changes = demand_changes(LAST, NOW, ITEMS, PLACES, TIMELINE)
    assert amounts(changes) == pytest.approx(
        {START: 770, "Baseline forecast": 50, "Events": -20, "Life cycle": 0, "Sales input": 0, "Overrides": -25, "Consensus demand": 775}
    )
    assert changes["note"].iloc[0] == "2026-02 to 2026-06; last cycle is 2026-01"


def test_each_family_and_region_has_its_own_steps():
    changes = demand_changes(LAST, NOW, ITEMS, PLACES, TIMELINE)
    assert amounts(changes, "Paint", "N")["Events"] == pytest.approx(-20)
    assert amounts(changes, "Brushes")["Overrides"] == pytest.approx(-25)
    assert amounts(changes, region="S")["Consensus demand"] == pytest.approx(225)


def test_start_and_steps_make_the_end_in_every_scope():
    changes = demand_changes(LAST, NOW, ITEMS, PLACES, TIMELINE)
    for _, rows in changes.groupby(["family", "region"]):
        steps = rows.sort_values("order")["amount"].to_numpy()
        assert steps[:-1].sum() == pytest.approx(steps[-1])


def test_a_gap_of_two_months_compares_what_is_left():
    late = months("2026-03", 6)
    changes = demand_changes(LAST, NOW[NOW["period"].isin(late.plan)], ITEMS, PLACES, late)
    assert amounts(changes)[START] == pytest.approx(600)  # A 400 and B 200 of March to June


def test_without_an_earlier_cycle_there_is_nothing_to_compare():
    later = LAST.assign(cycle=month("2026-02"))
    assert demand_changes(later, NOW, ITEMS, PLACES, TIMELINE).empty
    far = LAST.assign(cycle=month("2025-06"))
    assert demand_changes(far, NOW, ITEMS, PLACES, TIMELINE).empty


def test_an_item_that_is_no_longer_listed_counts_in_the_total_alone():
    gone = pd.concat([LAST, archived(("X", "N", "baseline", [10] * 6))], ignore_index=True)
    changes = demand_changes(gone, NOW, ITEMS, PLACES, TIMELINE)
    assert amounts(changes)["Baseline forecast"] == pytest.approx(0)  # 50 more of A, 50 of X gone
    assert set(changes["family"]) == {"All", "Brushes", "Paint"}


def test_the_order_of_rows_does_not_matter():
    shuffled = LAST.sample(frac=1, random_state=3), NOW.sample(frac=1, random_state=4)
    one, other = demand_changes(LAST, NOW, ITEMS, PLACES, TIMELINE), demand_changes(*shuffled, ITEMS, PLACES, TIMELINE)
    pd.testing.assert_frame_equal(one, other)
    assert np.isfinite(one["amount"]).all()


def test_months_beyond_the_horizon_of_the_last_cycle_are_not_compared():
    """January planned three months; that the horizon is longer now raises nothing: of February and March both cycles planned 100."""
    short = archived(("A", "N", "baseline", [100, 100, 100]), ("A", "N", "events", [0, 10, 0]))
    changes = demand_changes(short, planned(("A", "N", 100.0, 0.0)), ITEMS, PLACES, TIMELINE)
    assert amounts(changes)[START] == pytest.approx(210)
    assert amounts(changes)["Baseline forecast"] == pytest.approx(0)
    assert amounts(changes)["Consensus demand"] == pytest.approx(200)
    assert changes["note"].iloc[0] == "2026-02 to 2026-03; last cycle is 2026-01"


def test_a_last_cycle_that_planned_one_month_says_nothing_of_this_ones():
    assert demand_changes(archived(("A", "N", "baseline", [100])), NOW, ITEMS, PLACES, TIMELINE).empty
