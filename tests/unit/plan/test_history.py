"""Making history dense: what a blank means, what is flagged, what is said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl.errors import FrameError
from sop_xl.frames import DEMAND_HISTORY, check_frame
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.history import calendarise, flag_outliers

YEAR = Timeline(Calendar(), pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01"), 3)


def rows(*cells: tuple[str, float], item: str = "A", location: str = "L") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": item,
            "location": location,
            "period": pd.to_datetime([f"{month}-01" for month, _ in cells]),
            "demand": [float(demand) for _, demand in cells],
            "revenue": [2.0 * demand for _, demand in cells],
        }
    )


def test_a_series_runs_from_its_first_demand_to_the_last_period_of_history():
    dense, _ = calendarise(rows(("2024-04", 5), ("2024-06", 7)), YEAR)
    assert list(dense["period"].dt.month) == list(range(4, 13))
    assert dense["demand"].tolist() == [5, 0, 7, 0, 0, 0, 0, 0, 0]
    assert dense["filled"].tolist() == [False, True, False] + [True] * 6
    check_frame(dense, DEMAND_HISTORY)


def test_a_blank_may_mean_not_known_instead_of_zero():
    dense, notes = calendarise(rows(("2024-10", 5), ("2024-12", 7)), YEAR, blank_means="absent")
    assert dense["demand"].tolist()[0] == 5
    assert np.isnan(dense["demand"].tolist()[1])
    assert not dense["filled"].any()
    assert notes["note"].tolist() == ["1 of 3 periods blank, not known"]


def test_a_row_with_absent_demand_is_a_blank_too():
    dense, notes = calendarise(rows(("2024-10", 5), ("2024-11", np.nan), ("2024-12", 7)), YEAR)
    assert dense["demand"].tolist() == [5, 0, 7]
    assert notes["note"].tolist() == ["1 of 3 periods blank, taken as zero"]


def test_recorded_zeros_before_the_first_demand_are_not_history():
    dense, _ = calendarise(rows(("2024-01", 0), ("2024-11", 5), ("2024-12", 0)), YEAR)
    assert dense["demand"].tolist() == [5, 0]


def test_a_series_without_any_demand_starts_at_its_first_row():
    dense, _ = calendarise(rows(("2024-11", 0)), YEAR)
    assert dense["demand"].tolist() == [0, 0]


def test_after_an_items_end_blanks_are_zero_and_not_a_gap():
    ends = pd.Series({"A": pd.Timestamp("2024-10-31")})
    dense, notes = calendarise(rows(("2024-09", 5), ("2024-10", 6)), YEAR, "absent", ends)
    assert dense["demand"].tolist() == [5, 6, 0, 0]
    assert notes.empty


def test_returns_are_kept_and_named():
    dense, notes = calendarise(rows(("2024-11", 5), ("2024-12", -2)), YEAR)
    assert dense["demand"].tolist() == [5, -2]
    assert dense["negative"].tolist() == [False, True]
    assert notes["note"].tolist() == ["negative demand (returns) in 2024-12"]


def test_rows_outside_the_history_are_counted_not_lost_silently():
    dense, notes = calendarise(rows(("2023-12", 9), ("2024-12", 5), ("2025-01", 7)), YEAR)
    assert dense["demand"].tolist() == [5]
    assert notes["note"].tolist() == ["2 rows outside the history periods left out"]


def test_an_empty_history_gives_empty_frames():
    dense, notes = calendarise(rows().astype({"item": object}), YEAR)
    assert dense.empty and notes.empty
    check_frame(dense, DEMAND_HISTORY)


def test_a_timeline_without_history_has_no_series():
    start = pd.Timestamp("2024-01-01")
    dense, notes = calendarise(rows(("2024-04", 5)), Timeline(Calendar(), start, start, 3))
    assert dense.empty
    assert notes["note"].tolist() == ["1 rows outside the history periods left out"]


def test_weeks_are_periods_like_any_other():
    weeks = Timeline(Calendar(CalendarKind.WEEKS), pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-05"), 4)
    history = rows(("2024-01", 3)).assign(period=pd.Timestamp("2024-01-15"))
    dense, _ = calendarise(history, weeks)
    assert dense["demand"].tolist() == [3, 0, 0]


def test_an_unknown_meaning_of_blanks_is_refused():
    with pytest.raises(FrameError, match="'zero' or 'absent'"):
        calendarise(rows(("2024-01", 1)), YEAR, blank_means="nothing")  # type: ignore[arg-type]


def test_one_month_ten_times_too_high_is_an_outlier():
    rng = np.random.default_rng(1)
    demand = 100 * np.exp(rng.normal(0, 0.1, (1, 24)))
    demand[0, 10] *= 10
    assert np.flatnonzero(flag_outliers(demand, 12)[0]).tolist() == [10]


def test_a_strong_season_is_not_an_outlier():
    rng = np.random.default_rng(2)
    demand = np.tile([100.0] * 11 + [1000.0], 4) * np.exp(rng.normal(0, 0.05, 48))
    assert not flag_outliers(demand[None, :], 12).any()


def test_short_and_constant_series_have_no_outliers():
    short = np.array([[1.0, 1.0, 50.0, 1.0, 1.0, 1.0]])
    constant = np.full((1, 24), 7.0)
    assert not flag_outliers(short, 12).any()
    assert not flag_outliers(constant, 12).any()


def test_outliers_are_named_but_not_changed():
    rng = np.random.default_rng(3)
    demand = np.round(100 * np.exp(rng.normal(0, 0.1, 12)), 1)
    demand[5] = 5000
    dense, notes = calendarise(rows(*((f"2024-{m + 1:02d}", d) for m, d in enumerate(demand))), YEAR)
    assert dense["demand"].tolist() == demand.tolist()
    assert notes["note"].tolist() == ["outlier in 2024-06"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_demand_is_lost_and_row_order_does_not_matter(data):
    cells = data.draw(
        st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("XY"), st.integers(1, 12)), unique=True, max_size=20)
    )
    demand = data.draw(st.lists(st.integers(-5, 50), min_size=len(cells), max_size=len(cells)))
    history = pd.DataFrame(
        {
            "item": [c[0] for c in cells],
            "location": [c[1] for c in cells],
            "period": pd.to_datetime([f"2024-{c[2]:02d}-01" for c in cells]),
            "demand": [float(d) for d in demand],
            "revenue": [float(d) for d in demand],
        }
    ).astype({"item": object, "location": object})
    dense, _ = calendarise(history, YEAR)
    shuffled, _ = calendarise(history.sample(frac=1, random_state=1), YEAR)
    assert dense["demand"].sum() == sum(demand)
    pd.testing.assert_frame_equal(dense, shuffled)


def test_what_was_shipped_returned_and_out_of_stock_is_carried_along():
    sold = rows(("2024-10", 5), ("2024-12", 7)).assign(shipments=[4.0, np.nan], stock_out=[np.nan, 0.5])
    dense, _ = calendarise(sold, YEAR)
    assert dense["shipments"].fillna(-1).tolist() == [4, -1, -1]
    assert dense["stock_out"].fillna(-1).tolist() == [-1, -1, 0.5]
    assert "returns" not in dense.columns
