"""Customer groups: whose share of the demand is whose."""

import pandas as pd
import pytest
from plan_tables import items, locations, month, months

from sop_xl import frames
from sop_xl.plan.customers import customer_mix, customer_shares
from sop_xl.plan.grid import Grid, series_of

TIMELINE = months("2026-01", 3, history=24)


def lines(*rows):
    frame = pd.DataFrame(rows, columns=["item", "location", "customer", "period", "demand"])
    return frame.assign(period=pd.to_datetime([month(p) for p in frame["period"]]), demand=frame["demand"].astype(float))


def shares(frame):
    mix = frames.check_frame(customer_mix(frame, TIMELINE), frames.CUSTOMER_MIX)
    return {(r.item, r.customer): r.share for r in mix.itertuples()}


def test_the_share_is_that_of_the_last_season():
    told = lines(("A", "North", "Web", "2025-01", 30), ("A", "North", "Retail", "2025-12", 10), ("A", "North", "Retail", "2024-12", 500))
    assert shares(told) == {("A", "Web"): 0.75, ("A", "Retail"): 0.25}


def test_a_pair_that_sold_nothing_lately_has_the_share_of_all_its_history():
    assert shares(lines(("A", "North", "Web", "2024-03", 5), ("A", "North", "", "2024-05", 15))) == {("A", "Web"): 0.25, ("A", ""): 0.75}


def test_periods_beyond_history_absent_demand_and_net_returns_do_not_count():
    told = lines(("A", "North", "Web", "2025-05", 10), ("A", "North", "Web", "2026-01", 99), ("A", "North", "Retail", "2025-05", -4), ("A", "North", "Club", "2025-05", None))
    assert shares(told) == {("A", "Web"): 1.0}


def test_no_demand_no_mix():
    assert shares(lines(("A", "North", "Web", "2025-05", 0))) == {}
    assert shares(lines()) == {}


def test_shares_stand_beside_the_series_of_a_plan_and_no_customer_means_all():
    pairs = pd.DataFrame({"item": ["A", "B"], "location": "North"}, dtype=object)
    grid = Grid(series_of([pairs], items("A", "B"), locations(North="")), TIMELINE.plan)
    mix = customer_mix(lines(("A", "North", "Web", "2025-05", 1), ("A", "North", "Club", "2025-05", 3), ("Z", "North", "Web", "2025-05", 3)), TIMELINE)
    assert customer_shares(grid, mix, "Web") == pytest.approx([0.25, 0])
    assert customer_shares(grid, mix, "") == pytest.approx([1, 1])
