"""What customers owe: terms, opening balance, and currencies row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made_balance import detail_of, full
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl import frames
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.receivables import receivables, revenue_by_currency

TIMELINE = Timeline(Calendar(), pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01"), 2)
NO_CLASSES = frames.empty_frame(frames.CUSTOMER_CLASSES)
PLACES = ("Berlin", "Leeds", "Ohio")


def sales(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """PROFIT_AND_LOSS of (region, customer, period, revenue)."""
    frame = pd.DataFrame(rows, columns=["region", "customer", "period", "revenue"]).assign(family="Bikes")
    return full(frame.assign(period=pd.to_datetime(frame["period"] + "-01")))


def locations(**currency: str) -> pd.DataFrame:
    names = list(currency)
    frame = pd.DataFrame({"location": names, "name": names, "region": "Europe", "country": "", "currency": list(currency.values()), "supplied_from": names})
    return frames.order_rows(frame, frames.LOCATIONS)


def rates(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["currency", "rate_type", "period", "fx_rate"])
    return frames.order_rows(frame.assign(period=pd.to_datetime(frame["period"] + "-01")), frames.FX_RATES)


def in_plan_currency(profit_and_loss: pd.DataFrame) -> pd.DataFrame:
    return profit_and_loss[["family", "region", "customer", "period", "revenue"]].assign(currency="", fx_rate=1.0)


def owed(profit_and_loss: pd.DataFrame, days: float, classes: pd.DataFrame = NO_CLASSES):
    return receivables(in_plan_currency(profit_and_loss), classes, days, rates(), "USD", TIMELINE)


def test_forty_five_days_reach_into_the_second_month_after():
    """310 of January: 14 of its 31 days are due by the end of February, and nothing before."""
    found, _ = owed(sales(("Europe", "", "2026-01", 310.0)), 45)
    assert found.opening.tolist() == pytest.approx([310])
    assert found.collections.tolist() == [pytest.approx([140, 170])]
    assert found.closing.tolist() == [pytest.approx([170, 0])]


def test_each_customer_group_has_its_own_terms_and_others_those_of_the_settings():
    classes = NO_CLASSES.reindex(range(2)).assign(customer=["Key", "Web"], payment_days=[60.0, np.nan])
    found, _ = owed(sales(("Europe", "Key", "2026-02", 28.0), ("Europe", "Web", "2026-02", 28.0), ("Europe", "", "2026-02", 28.0)), 0, classes)
    assert dict(zip(found.rows["customer"], found.closing[:, 0], strict=True)) == {"": 0.0, "Key": 28.0, "Web": 0.0}


def test_terms_longer_than_history_are_said():
    _, notes = owed(sales(("Europe", "", "2026-01", 310.0)), 45)
    assert notes["rule"].tolist() == ["opening-receivables-in-part"]
    assert "31 days, payment terms up to 45" in notes["note"].item()
    assert owed(sales(("Europe", "", "2026-01", 310.0)), 31)[1].empty


def abroad() -> tuple[pd.DataFrame, pd.DataFrame]:
    """January: 100 USD invoiced in EUR and 100 USD in GBP, at 0.5 each; both are owed at the start."""
    series = pd.DataFrame({"item": "bike", "location": PLACES, "family": "Bikes", "region": "Europe"})
    revenue = np.array([[100.0, 0, 0], [100.0, 0, 0], [40.0, 0, 0]])
    rate = np.array([[0.5, 0.4, 0.4], [0.5, 0.625, 0.625], [np.nan] * 3])
    detail = detail_of(series, TIMELINE, revenue=revenue, fx_rate=rate)
    return revenue_by_currency(sales(("Europe", "", "2026-01", 240.0)), detail, locations(Berlin="EUR", Leeds="GBP", Ohio="USD")), rates(
        ("EUR", "actual", "2026-01", 0.5), ("GBP", "actual", "2026-01", 0.5), ("EUR", "plan", "2026-02", 0.4), ("GBP", "plan", "2026-02", 0.625),
    )  # fmt: skip


def test_revenue_of_a_region_is_split_by_the_currency_of_the_invoice():
    revenue, _ = abroad()
    assert dict(zip(revenue["currency"], revenue["revenue"], strict=True)) == pytest.approx({"": 40, "EUR": 100, "GBP": 100})
    assert dict(zip(revenue["currency"], revenue["fx_rate"], strict=True)) == {"": 1.0, "EUR": 0.5, "GBP": 0.5}


def test_two_currencies_of_one_region_are_revalued_each_at_its_own_plan_rate():
    """50 EUR are worth 125 at 0.4, 50 GBP 80 at 0.625: +25 and -20."""
    revenue, fx = abroad()
    found, _ = receivables(revenue, NO_CLASSES, 60, fx, "USD", TIMELINE)
    assert dict(zip(found.rows["currency"], found.fx_effect[:, 0], strict=True)) == pytest.approx({"": 0, "EUR": 25, "GBP": -20})
    assert found.opening.sum() == pytest.approx(240)
    assert found.closing[:, 0].sum() == pytest.approx(240 + 25 - 20)
    # a rate of the total would be the mean of the rates: 0.5 before, 0.5125 after, a loss instead of a gain
    of_total = 100 / np.mean([0.4, 0.625]) - 200
    assert of_total < 0 < found.fx_effect[:, 0].sum()


def test_the_period_of_payment_gives_the_rate_of_what_is_paid():
    revenue, fx = abroad()
    found, _ = receivables(revenue, NO_CLASSES, 0.5 * 31, fx, "USD", TIMELINE)
    assert dict(zip(found.rows["currency"], found.collections[:, 0], strict=True)) == pytest.approx({"": 20, "EUR": 62.5, "GBP": 40})


def test_history_stands_at_actual_rates_and_the_plan_at_plan_rates():
    """Another actual rate from the plan's start on changes nothing in the plan."""
    revenue, fx = abroad()
    later = pd.concat([fx, rates(("EUR", "actual", "2026-02", 9.0), ("GBP", "actual", "2026-03", 9.0))], ignore_index=True)
    first, second = (receivables(revenue, NO_CLASSES, 30, table, "USD", TIMELINE)[0] for table in (fx, later))
    assert np.array_equal(first.closing, second.closing)
    assert np.array_equal(first.fx_effect, second.fx_effect)


def made_up(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    pairs = [(c, p) for c in ("", "EUR", "GBP") for p in TIMELINE.periods]
    revenue = pd.DataFrame({
        "family": "Bikes", "region": "Europe", "customer": "", "currency": [c for c, _ in pairs], "period": [p for _, p in pairs],
        "revenue": draw.integers(-20, 200, len(pairs)).astype(float), "fx_rate": np.where([c == "" for c, _ in pairs], 1.0, draw.uniform(0.5, 2, len(pairs))),
    })  # fmt: skip
    table = rates(*((c, kind, f"2026-0{m}", float(draw.uniform(0.5, 2))) for c in ("EUR", "GBP") for kind in ("actual", "plan") for m in (1, 2, 3)))
    return revenue, table, revenue.sample(frac=1.0, random_state=seed)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 90))
def test_every_row_rolls_forward_and_the_order_of_rows_changes_nothing(seed, days):
    revenue, table, shuffled = made_up(seed)
    found, _ = receivables(revenue, NO_CLASSES, float(days), table, "USD", TIMELINE)
    before = np.concatenate([found.opening[:, None], found.closing[:, :-1]], axis=1)
    sold = revenue.pivot_table(index="currency", columns="period", values="revenue").loc[found.rows["currency"]].to_numpy()[:, 1:]
    assert before + sold + found.fx_effect - found.collections == pytest.approx(found.closing, abs=1e-9)
    other, _ = receivables(shuffled, NO_CLASSES, float(days), table, "USD", TIMELINE)
    assert other.closing.sum(axis=0) == pytest.approx(found.closing.sum(axis=0), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 90))
def test_a_currency_at_rate_one_is_plan_currency(seed, days):
    revenue, table, _ = made_up(seed)
    revenue, table = revenue.assign(fx_rate=1.0), table.assign(fx_rate=1.0)
    found, _ = receivables(revenue, NO_CLASSES, float(days), table, "USD", TIMELINE)
    home, _ = receivables(revenue.groupby(["family", "region", "customer", "period"], as_index=False)["revenue"].sum().assign(currency="", fx_rate=1.0), NO_CLASSES, float(days), table, "USD", TIMELINE)
    assert not found.fx_effect.any()
    assert found.closing.sum(axis=0) == pytest.approx(home.closing.sum(axis=0), abs=1e-9)
