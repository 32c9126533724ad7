"""Orders consume the forecast: worked by hand, what is said, and what always holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, month, months, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.frames import CONSENSUS_DEMAND, CUSTOMER_ORDERS, FORECAST_CONSUMPTION, check_frame, order_rows
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.consumption import consume, consume_forecast, demand_to_serve

TIMELINE = months("2026-01", 6)


def consensus(*forecast: float, item: str = "A", location: str = "North") -> pd.DataFrame:
    cells = [{"item": item, "location": location, "period": p, "consensus": v} for p, v in zip(TIMELINE.plan, forecast, strict=False)]
    return table(CONSENSUS_DEMAND, *cells)


def orders(*lines: tuple[str, float], item: str = "A", location: str = "North") -> pd.DataFrame:
    rows = [
        {"order": f"{item}-{k + 1}", "item": item, "location": location, "customer": "C", "period": pd.Timestamp(due), "demand": quantity}
        for k, (due, quantity) in enumerate(lines)
    ]
    return table(CUSTOMER_ORDERS, *rows)


def worked(given_orders: pd.DataFrame, forecast: pd.DataFrame, backward: int, forward: int) -> dict[str, list[float]]:
    """Lines of the only series, by measure."""
    frame, _ = consume_forecast(forecast, given_orders, TIMELINE, backward, forward)
    return {name: frame[name].tolist() for name in ("customer_orders", "consumed", "remaining_forecast", "demand_to_serve")}


# --- worked by hand ---------------------------------------------------------------------------------------------------------------------


def test_an_order_within_the_forecast_takes_its_place():
    lines = worked(orders(("2026-02-01", 30)), consensus(100, 100, 100, 100, 100, 100), 1, 1)
    assert lines["remaining_forecast"] == [100, 70, 100, 100, 100, 100]
    assert lines["demand_to_serve"] == [100] * 6  # nothing is counted twice, nothing is lost


def test_backward_before_forward_as_oracle_works_it():
    """Oracle Master Scheduling/MRP, consumption example: forecasts 20 and 20, an order of 25 between them: 20 earlier, 5 later, 15 left."""
    lines = worked(orders(("2026-02-01", 25)), consensus(20, 0, 20, 0, 0, 0), 1, 1)
    assert lines["consumed"] == [20, 0, 5, 0, 0, 0]
    assert lines["remaining_forecast"] == [0, 0, 15, 0, 0, 0]
    assert lines["demand_to_serve"] == [0, 25, 15, 0, 0, 0]


def test_without_a_window_the_rest_of_an_order_is_demand_on_top():
    """The same source with no days of consumption: forecast 20, order 25, over-consumption 5."""
    lines = worked(orders(("2026-01-12", 25)), consensus(20, 20, 0, 0, 0, 0), 0, 0)
    assert lines["remaining_forecast"] == [0, 20, 0, 0, 0, 0]
    assert lines["demand_to_serve"] == [25, 20, 0, 0, 0, 0]


def test_the_nearest_period_first_and_never_beyond_the_window():
    # 100 in April: own 40, back March 30 and February 20, then ahead May 5 of 40; January is outside
    lines = worked(orders(("2026-04-01", 95)), consensus(99, 20, 30, 40, 40, 0), 2, 1)
    assert lines["consumed"] == [0, 20, 30, 40, 5, 0]
    lines = worked(orders(("2026-04-01", 200)), consensus(99, 20, 30, 40, 40, 7), 2, 1)
    assert lines["consumed"] == [0, 20, 30, 40, 40, 0]
    assert lines["demand_to_serve"] == [99, 0, 0, 200, 0, 7]


def test_no_order_takes_the_forecast_that_an_order_due_then_needs():
    """March needs 150 and may look at February; February's own order of 80 comes first and leaves it 20."""
    lines = worked(orders(("2026-02-01", 80), ("2026-03-01", 150)), consensus(0, 100, 100, 100, 0, 0), 1, 1)
    assert lines["consumed"] == [0, 100, 100, 30, 0, 0]
    assert lines["remaining_forecast"] == [0, 0, 0, 70, 0, 0]


def test_several_orders_of_a_period_count_together():
    lines = worked(orders(("2026-01-03", 10), ("2026-01-28", 15)), consensus(20, 20, 20, 20, 20, 20), 1, 1)
    assert lines["customer_orders"] == [25, 0, 0, 0, 0, 0]
    assert lines["consumed"] == [20, 5, 0, 0, 0, 0]


def test_weeks_are_consumed_as_months_are():
    weeks = Timeline(Calendar(CalendarKind.WEEKS), pd.Timestamp("2025-10-06"), pd.Timestamp("2026-01-05"), 3)
    forecast = table(CONSENSUS_DEMAND, *({"item": "A", "location": "North", "period": p, "consensus": 10.0} for p in weeks.plan))
    frame, _ = consume_forecast(forecast, orders(("2026-01-14", 12)), weeks, 1, 0)  # a Wednesday of the second week
    assert frame["consumed"].tolist() == [2, 10, 0]


# --- what is said -----------------------------------------------------------------------------------------------------------------------


def test_without_orders_there_is_no_table():
    for none in (orders(), orders(("2026-02-01", 0.0)), orders(("2026-02-01", np.nan))):
        frame, notes = consume_forecast(consensus(1, 2, 3), none, TIMELINE, 1, 1)
        check_frame(frame, FORECAST_CONSUMPTION)
        assert frame.empty and notes.empty


def test_an_overdue_order_is_due_now_and_said():
    frame, notes = consume_forecast(consensus(100, 0), orders(("2025-11-05", 30), ("2026-01-05", 5)), TIMELINE, 1, 1)
    assert frame["customer_orders"].tolist()[:2] == [35, 0]
    assert notes["rule"].tolist() == ["customer-order-overdue"]
    assert notes["note"].iloc[0] == "orders A-1 (30 units) are due before 2026-01 and counted as due in it"


def test_an_order_for_what_has_no_forecast_is_served_and_said():
    frame, notes = consume_forecast(consensus(100, 100), orders(("2026-02-01", 30), item="B"), TIMELINE, 1, 1)
    b = frame[frame["item"] == "B"]
    assert b["consensus"].tolist() == [0] * 6
    assert b["demand_to_serve"].tolist() == [0, 30, 0, 0, 0, 0]
    assert notes["rule"].tolist() == ["customer-order-without-forecast"]
    assert "B-1" in notes["note"].iloc[0]


def test_an_order_beyond_the_horizon_is_left_out_and_said():
    frame, notes = consume_forecast(consensus(100), orders(("2026-06-30", 1), ("2026-07-01", 30)), TIMELINE, 1, 1)
    assert frame["customer_orders"].sum() == 1
    assert "customer-order-beyond-horizon" in notes["rule"].tolist()
    assert "due after 2026-06" in notes.set_index("rule").loc["customer-order-beyond-horizon", "note"]


def test_orders_above_the_forecast_are_said_with_their_excess():
    _, notes = consume_forecast(consensus(20, 20, 20), orders(("2026-01-01", 100)), TIMELINE, 1, 1)
    assert notes["note"].tolist() == [
        "orders for A / North exceed the forecast in their window by 60 units, which are demand on top of it"
    ]


def test_a_window_below_zero_is_our_own_bug():
    with pytest.raises(FrameError, match="window"):
        consume_forecast(consensus(1), orders(("2026-01-01", 1)), TIMELINE, -1, 0)


# --- what always holds ------------------------------------------------------------------------------------------------------------------

quantities = st.floats(0, 1e6, allow_nan=False, allow_subnormal=False).map(lambda v: round(v, 2))


@st.composite
def order_books(draw):
    places = [(i, p) for i in "AB" for p in ("North", "South")]
    forecast = [
        {"item": i, "location": p, "period": period, "consensus": draw(quantities)}
        for i, p in draw(st.lists(st.sampled_from(places), unique=True, min_size=1))
        for period in TIMELINE.plan
    ]
    lines = draw(st.lists(st.tuples(st.sampled_from(places), st.integers(-2, 7), quantities), min_size=1, max_size=12))
    book = [
        {"order": str(k), "item": i, "location": p, "period": MONTHS.shift(TIMELINE.current, due), "demand": quantity}
        for k, ((i, p), due, quantity) in enumerate(lines)
    ]
    return table(CONSENSUS_DEMAND, *forecast), table(CUSTOMER_ORDERS, *book), draw(st.integers(0, 7)), draw(st.integers(0, 7))


@settings(max_examples=80, deadline=None)
@given(order_books())
def test_nothing_is_lost_and_nothing_counted_twice(book):
    forecast, lines, backward, forward = book
    frame, _ = consume_forecast(forecast, lines, TIMELINE, backward, forward)
    check_frame(frame, FORECAST_CONSUMPTION)
    pd.testing.assert_frame_equal(frame, order_rows(frame, FORECAST_CONSUMPTION))
    if frame.empty:
        return
    assert (frame["remaining_forecast"] >= 0).all() and (frame["consumed"] >= 0).all()
    np.testing.assert_allclose(frame["consumed"] + frame["remaining_forecast"], frame["consensus"], atol=1e-6)
    np.testing.assert_allclose(frame["customer_orders"] + frame["remaining_forecast"], frame["demand_to_serve"], atol=1e-6)
    total = frame[["consensus", "customer_orders", "consumed", "demand_to_serve"]].sum()
    assert total["consensus"] == pytest.approx(forecast["consensus"].sum())
    in_time = lines.loc[lines["period"] <= month("2026-06"), "demand"].sum()
    assert total["customer_orders"] == pytest.approx(in_time)
    assert total["demand_to_serve"] >= max(total["consensus"], total["customer_orders"]) - 1e-6
    assert total["consumed"] <= in_time + 1e-6


@settings(max_examples=40, deadline=None)
@given(order_books(), st.randoms(use_true_random=False))
def test_the_order_of_the_order_book_changes_nothing(book, chance):
    forecast, lines, backward, forward = book
    one, said = consume_forecast(forecast, lines, TIMELINE, backward, forward)
    other, said_too = consume_forecast(
        forecast.sample(frac=1, random_state=chance.randrange(1000)), lines.sample(frac=1, random_state=chance.randrange(1000)), TIMELINE, backward, forward
    )
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(said, said_too)


@settings(max_examples=40, deadline=None)
@given(order_books())
def test_a_wider_window_never_leaves_more_demand(book):
    forecast, lines, backward, forward = book
    narrow, _ = consume_forecast(forecast, lines, TIMELINE, backward, forward)
    wide, _ = consume_forecast(forecast, lines, TIMELINE, 7, 7)
    assert wide["demand_to_serve"].sum() <= narrow["demand_to_serve"].sum() + 1e-6


def by_hand(forecast: list[float], ordered: list[float], backward: int, forward: int) -> list[float]:
    """The rule as a planner would follow it, one order and one period at a time."""
    left, need = list(forecast), list(ordered)
    for step in [0, *(-k for k in range(1, backward + 1)), *range(1, forward + 1)]:
        for due in range(len(left)):
            if 0 <= due + step < len(left):
                taken = min(need[due], left[due + step])
                need[due] -= taken
                left[due + step] -= taken
    return left


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_all_series_at_once_is_what_one_after_the_other_gives(cells, backward, forward):
    forecast, ordered = [float(f) for f, _ in cells], [float(o) for _, o in cells]
    both = np.array([forecast, forecast[::-1]]), np.array([ordered, ordered[::-1]])
    left, _ = consume(*both, backward, forward)
    assert left[0].tolist() == by_hand(forecast, ordered, backward, forward)
    assert left[1].tolist() == by_hand(forecast[::-1], ordered[::-1], backward, forward)


# what supply serves


def test_supply_serves_orders_and_the_forecast_that_they_leave():
    # 30 ordered where 20 were expected and none may look into another month: 10 on top
    plan = months("2026-01", 2)
    consensus = table(frames.CONSENSUS_DEMAND, {"item": "A", "location": "N", "measure": "consensus", "2026-01": 20.0, "2026-02": 20.0})
    consensus = consensus.fillna(0.0)
    orders = table(frames.CUSTOMER_ORDERS, {"order": "1", "item": "A", "location": "N", "period": month("2026-01"), "demand": 30.0})
    consumption, _ = consume_forecast(consensus, orders, plan, 0, 0)
    served = demand_to_serve(consensus, consumption)
    assert served["consensus"].tolist() == [30.0, 20.0]


def test_an_ordered_item_without_a_forecast_is_served_and_has_no_steps():
    plan = months("2026-01", 1)
    orders = table(frames.CUSTOMER_ORDERS, {"order": "1", "item": "B", "location": "N", "period": month("2026-01"), "demand": 7.0})
    nothing = frames.empty_frame(frames.CONSENSUS_DEMAND)
    consumption, _ = consume_forecast(nothing, orders, plan, 0, 0)
    served = demand_to_serve(nothing, consumption)
    assert served[["item", "baseline", "consensus"]].to_numpy().tolist() == [["B", 0.0, 7.0]]


def test_without_orders_the_consensus_is_served():
    consensus = table(frames.CONSENSUS_DEMAND, {"item": "A", "location": "N", "measure": "consensus", "2026-01": 20.0})
    assert demand_to_serve(consensus, frames.empty_frame(frames.FORECAST_CONSUMPTION)) is consensus
