"""ABC, XYZ and demand classes, with the bounds of the textbooks."""

import numpy as np
import pandas as pd
import pytest

from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.history import calendarise
from sop_xl.plan.segmentation import abc_classes, demand_class, segment, xyz_class


def test_abc_cuts_the_cumulative_revenue_at_80_and_95_percent():
    # cumulative shares 40, 65, 80, 90, 95, 98, 100: the classic Pareto table
    assert "".join(abc_classes(np.array([40, 25, 15, 10, 5, 3, 2.0]))) == "AAABBCC"


def test_the_series_that_crosses_a_bound_still_belongs_above_it():
    assert "".join(abc_classes(np.array([70, 20, 10.0]))) == "AAB"
    assert "".join(abc_classes(np.array([100.0]))) == "A"


def test_order_of_the_values_does_not_matter_to_abc():
    assert "".join(abc_classes(np.array([2, 40, 3, 25, 5, 15, 10.0]))) == "CACABAB"


def test_without_any_value_everything_is_c():
    assert "".join(abc_classes(np.array([0.0, np.nan, -5.0]))) == "CCC"


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ([10, 10, 10, 10], "X"),
        ([5, 15], "X"),  # variation exactly 0.5
        ([0, 10], "Y"),  # variation exactly 1.0
        ([0, 0, 0, 12], "Z"),
        ([0, 0], ""),
        ([], ""),
    ],
)
def test_xyz_cuts_the_coefficient_of_variation_at_a_half_and_one(demand, expected):
    assert xyz_class(np.array(demand, dtype=float)) == expected


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ([10, 11, 9, 10, 12, 10], "smooth"),
        ([2, 30, 1, 25, 3, 40], "erratic"),
        ([0, 10, 0, 11, 0, 9], "intermittent"),
        ([0, 2, 0, 30, 0, 0, 0, 45], "lumpy"),
        ([0, 0, 0], "none"),
    ],
)
def test_the_four_classes_of_syntetos_boylan_and_croston_2005(demand, expected):
    assert demand_class(np.array(demand, dtype=float)) == expected


def test_the_interval_bound_of_1_32_belongs_to_intermittent():
    periods_with_demand = np.ones(25)
    assert demand_class(np.concatenate([periods_with_demand, np.zeros(8)])) == "intermittent"  # 33/25 = 1.32
    assert demand_class(np.concatenate([np.ones(100), np.zeros(31)])) == "smooth"  # 1.31


TIMELINE = Timeline(Calendar(), pd.Timestamp("2023-01-01"), pd.Timestamp("2025-01-01"), 6)


def frames(series: dict[str, dict[str, float]], money: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        (item, "L", pd.Timestamp(f"{month}-01"), float(d), 3.0 * d if money else np.nan)
        for item, cells in series.items()
        for month, d in cells.items()
    ]
    history = pd.DataFrame(rows, columns=["item", "location", "period", "demand", "revenue"])
    items = pd.DataFrame({"item": list(series), "unit_price": np.nan, "end": pd.NaT})
    return calendarise(history, TIMELINE)[0], items


def months(first: str, count: int, demand: float = 10) -> dict[str, float]:
    return {str(p)[:7]: demand for p in pd.period_range(first, periods=count, freq="M")}


def test_young_ended_and_empty_series_have_classes_of_their_own():
    history, items = frames(
        {
            "steady": months("2023-01", 24),
            "young": months("2024-10", 3),
            "asleep": months("2023-01", 10),
            "stopped": months("2023-01", 24),
            "empty": months("2024-01", 2, 0),
        }
    )
    items.loc[items["item"] == "stopped", "end"] = pd.Timestamp("2024-12-31")
    classes = segment(history, TIMELINE, items).set_index("item")
    assert classes["demand_class"].to_dict() == {
        "steady": "smooth", "young": "new", "asleep": "ended", "stopped": "ended", "empty": "none",
    }  # fmt: skip
    assert classes.loc["asleep", "abc"] == "C"
    assert classes.loc["empty", ["abc", "xyz"]].tolist() == ["", ""]


def test_abc_looks_at_the_last_year_only():
    history, items = frames({"once big": {"2023-01": 10_000, "2024-06": 1}, "now": months("2024-01", 12, 50)})
    classes = segment(history, TIMELINE, items).set_index("item")["abc"]
    assert classes.to_dict() == {"now": "A", "once big": "C"}


def test_where_revenue_is_unknown_price_stands_in_and_then_demand():
    history, items = frames({"cheap": months("2024-01", 12, 100), "dear": months("2024-01", 12, 10)}, money=False)
    by_demand = segment(history, TIMELINE, items).set_index("item")["abc"]
    assert by_demand.to_dict() == {"cheap": "A", "dear": "B"}
    items["unit_price"] = [1.0, 100.0]
    by_price = segment(history, TIMELINE, items).set_index("item")["abc"]
    assert by_price.to_dict() == {"cheap": "B", "dear": "A"}


def test_an_empty_history_has_no_segments():
    history, items = frames({"A": months("2024-01", 1)})
    assert segment(history.iloc[:0], TIMELINE, items).empty
