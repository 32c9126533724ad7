"""The range of the consensus: human knowledge moves the middle and keeps the relative width."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import table

from sop_xl import frames
from sop_xl.plan.demand_ranges import consensus_ranges

MAY = pd.Timestamp("2026-05-01")
WINE = table(frames.ITEMS, {"item": "red", "family": "Wine"}, {"item": "white", "family": "Wine"})
PLACES = table(frames.LOCATIONS, {"location": "Oslo", "region": "North"}, {"location": "Rome", "region": "South"})


def ranges(**bounds: tuple[float, float]) -> pd.DataFrame:
    rows = [(*node.split("_"), MAY, low, high) for node, (low, high) in bounds.items()]
    return pd.DataFrame(rows, columns=["family", "region", "period", "demand_low", "demand_high"]).astype({"demand_low": float, "demand_high": float})


def consensus(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item", "location", "baseline", "consensus"]).assign(period=MAY)
    for step in ("events", "life_cycle", "sales_input"):
        frame[step] = 0.0
    frame["overrides"] = frame["consensus"] - frame["baseline"]
    return frame


def bounds(result: pd.DataFrame, family: str, region: str) -> tuple[float, float]:
    (row,) = result[(result["family"] == family) & (result["region"] == region)].itertuples()
    return row.demand_low, row.demand_high


def test_a_range_moves_with_the_consensus_of_its_own_node():
    """Oslo's consensus is half as much again as its baseline, Rome's is unchanged: 60 + 40 becomes 90 + 40."""
    base = ranges(Wine_North=(50, 80), Wine_South=(30, 60), Wine_All=(90, 120), All_All=(90, 120), All_North=(50, 80), All_South=(30, 60))
    result = consensus_ranges(base, consensus(("red", "Oslo", 60.0, 90.0), ("white", "Rome", 40.0, 40.0)), WINE, PLACES)
    assert bounds(result, "Wine", "North") == pytest.approx((75, 120))
    assert bounds(result, "Wine", "South") == pytest.approx((30, 60))
    assert bounds(result, "All", "All") == pytest.approx((90 * 1.3, 120 * 1.3))


def test_where_the_baseline_is_nothing_the_range_moves_by_the_consensus():
    base = ranges(Wine_North=(0, 6), Wine_All=(0, 6), All_North=(0, 6), All_All=(0, 6))
    result = consensus_ranges(base, consensus(("red", "Oslo", 0.0, 10.0)), WINE, PLACES)
    assert bounds(result, "Wine", "North") == (10, 16)


def test_a_family_that_only_the_consensus_has_is_its_own_bounds():
    result = consensus_ranges(ranges(Wine_North=(0, 6)).iloc[:0], consensus(("red", "Oslo", 0.0, 10.0)), WINE, PLACES)
    assert bounds(result, "Wine", "North") == (10, 10)


def test_no_consensus_no_ranges():
    assert consensus_ranges(ranges(All_All=(1, 2)), consensus().astype({"item": object, "location": object, "baseline": float, "consensus": float, "overrides": float}), WINE, PLACES).empty


def launches(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "item", "location", "demand_low", "demand", "demand_high"]).assign(period=MAY)


def test_a_launch_widens_the_range_of_every_node_that_it_is_in():
    """Half widths of 30 and 40 that have nothing to do with each other make 50: 100 + 50. The places of one launch rise and fall together: 20 + 20."""
    base = ranges(Wine_North=(70, 130), Wine_South=(80, 120), Wine_All=(140, 230), All_North=(70, 130), All_South=(80, 120), All_All=(140, 230))
    plan = consensus(("red", "Oslo", 100.0, 100.0), ("white", "Rome", 100.0, 100.0))
    one = launches(("red / launch", "red", "Oslo", 60.0, 100.0, 140.0))
    result = consensus_ranges(base, plan, WINE, PLACES, one)
    assert bounds(result, "Wine", "North") == pytest.approx((50, 150))
    assert bounds(result, "Wine", "South") == pytest.approx((80, 120))
    assert bounds(result, "All", "All") == pytest.approx((200 - (60**2 + 40**2) ** 0.5, 200 + (30**2 + 40**2) ** 0.5))
    two = launches(("red / launch", "red", "Oslo", 80.0, 100.0, 120.0), ("red / launch", "red", "Rome", 80.0, 100.0, 120.0))
    assert bounds(consensus_ranges(base, plan, WINE, PLACES, two), "Wine", "All")[1] == pytest.approx(250)


def test_launches_that_come_out_as_planned_widen_nothing():
    base = ranges(Wine_North=(70, 130), Wine_All=(70, 130), All_North=(70, 130), All_All=(70, 130))
    plan = consensus(("red", "Oslo", 100.0, 100.0))
    certain = launches(("red / launch", "red", "Oslo", 100.0, 100.0, 100.0))
    pd.testing.assert_frame_equal(consensus_ranges(base, plan, WINE, PLACES, certain), consensus_ranges(base, plan, WINE, PLACES))
