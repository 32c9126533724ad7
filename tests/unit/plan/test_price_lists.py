"""Price lists by date: the narrowest row that is valid holds, by days; what the list does not say stays as history has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from money_world import money_world
from plan_tables import months, table

from sop_xl import frames
from sop_xl.plan.dated_scopes import holding

ITEM = ({"item": "gloss", "unit_price": 20.0}, {"item": "matt", "unit_price": 20.0, "family": "Matt paint"})
ASKED = {("gloss", "Oslo"): [10.0, 10.0], ("matt", "Oslo"): [10.0, 10.0]}
JAN, FEB = 12, 13
"""Columns of the two planned months behind a year of history."""


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def priced(*price_list, **more):
    return money_world(ITEM, ASKED, net_price={"gloss": 15.0, "matt": 15.0}, price_list=price_list, **more).detail


class TestPrice:
    def test_without_a_list_units_bring_what_they_brought(self) -> None:
        detail = priced()
        assert (detail.price[:, JAN:] == 15.0).all()
        assert (detail.list_price == 20.0).all()

    def test_a_row_overrides_the_price_from_history(self) -> None:
        """24 less a quarter: 18 net."""
        detail = priced({"item": "gloss", "list_price": 24.0, "discount": 0.25})
        assert detail.price[0, JAN:].tolist() == [18.0, 18.0]
        assert detail.list_price[0, JAN:].tolist() == [24.0, 24.0]
        assert (detail.price[1, JAN:] == 15.0).all()
        assert detail.revenue[0, JAN:].tolist() == [180.0, 180.0]

    def test_a_discount_alone_is_taken_off_the_list_price_of_the_item(self) -> None:
        assert priced({"discount": 0.1}).price[:, JAN:] == pytest.approx(18.0)

    def test_the_narrowest_row_holds(self) -> None:
        rows = ({"list_price": 1.0}, {"region": "North", "list_price": 2.0}, {"family": "Paint", "list_price": 3.0}, {"item": "gloss", "list_price": 4.0})
        detail = priced(*rows)
        assert detail.price[:, JAN].tolist() == [4.0, 1.0]

    def test_a_period_cut_by_a_change_is_weighed_by_its_days(self) -> None:
        """31 for the first 14 days of January, 62 for the 17 from the 15th on: (14 x 31 + 17 x 62) / 31 = 48."""
        detail = priced({"item": "gloss", "list_price": 31.0}, {"item": "gloss", "list_price": 62.0, "valid_from": day("2026-01-15")})
        assert detail.price[0, JAN:] == pytest.approx([48.0, 62.0])

    def test_before_and_after_its_days_a_row_says_nothing(self) -> None:
        """46 on 10 of January's 31 days: (21 x 15 + 10 x 46) / 31 = 25."""
        detail = priced({"item": "gloss", "list_price": 46.0, "valid_from": day("2026-01-11"), "valid_until": day("2026-01-20")})
        assert detail.price[0, JAN:] == pytest.approx([25.0, 15.0])

    def test_a_later_row_of_a_wider_scope_does_not_hold(self) -> None:
        detail = priced({"item": "gloss", "list_price": 18.0, "valid_from": day("2025-01-01")}, {"list_price": 30.0, "valid_from": day("2026-01-01")})
        assert detail.price[:, JAN].tolist() == [18.0, 30.0]

    def test_past_periods_have_their_list_price_and_keep_their_net_one(self) -> None:
        history = ({"item": "gloss", "location": "Oslo", "2025-12": 4.0, "measure": "demand"}, {"item": "gloss", "location": "Oslo", "2025-12": 52.0, "measure": "revenue"})
        detail = priced({"item": "gloss", "list_price": 22.0}, history=history)
        assert detail.list_price[0, 11] == 22.0
        assert detail.price[0, 11] == 13.0

    def test_a_discount_without_any_list_price_says_nothing_and_is_noted(self) -> None:
        world = money_world([{"item": "gloss", "unit_price": np.nan}], {("gloss", "Oslo"): [1.0]}, net_price={"gloss": 15.0}, price_list=[{"discount": 0.5}])
        assert world.detail.price[0, JAN] == 15.0
        assert "price-list-without-price" in set(world.notes["rule"])


class TestCurrency:
    OSLO = ({"location": "Oslo", "region": "North", "currency": "EUR", "supplied_from": "Oslo"},)
    RATES = ({"currency": "EUR", "rate_type": "plan", "2026-01": 0.8, "2026-02": 1.0}, {"currency": "CHF", "rate_type": "plan", "2026-01": 0.5, "2026-02": 0.5})

    def test_rows_are_valued_at_the_plan_rates_of_their_period(self) -> None:
        """16 EUR at 0.8 EUR for a dollar are 20 dollars, at 1.0 they are 16."""
        detail = priced({"item": "gloss", "list_price": 16.0, "currency": "EUR"}, locations=self.OSLO, fx_rates=self.RATES, plan_currency="USD")
        assert detail.price[0, JAN:].tolist() == [20.0, 16.0]
        assert detail.fx_rate[0, JAN:].tolist() == [0.8, 1.0]

    def test_a_price_that_is_not_in_the_currency_of_the_location_has_no_rate(self) -> None:
        for currency in ("CHF", "USD"):
            row = {"item": "gloss", "list_price": 16.0, "currency": currency}
            detail = priced(row, locations=self.OSLO, fx_rates=self.RATES, plan_currency="USD")
            assert np.isnan(detail.fx_rate[0, JAN:]).all()

    @pytest.mark.parametrize("rates", [(), RATES[1:]])
    def test_a_price_in_a_currency_without_a_rate_says_nothing_and_is_not_taken_one_to_one(self, rates) -> None:
        world = money_world(ITEM, ASKED, net_price={"gloss": 15.0, "matt": 15.0}, price_list=[{"item": "gloss", "list_price": 1600.0, "currency": "EUR"}], fx_rates=rates, plan_currency="USD")
        assert (world.detail.price[:, JAN:] == 15.0).all()
        said = world.notes.set_index("rule")["note"]
        assert said["price-list-without-rate"] == "Price List prices gloss in a currency without a rate; the price that a unit brought so far stands"
        assert "price-list-without-price" not in said

    def test_a_currency_with_rate_1_changes_nothing(self) -> None:
        row = {"item": "gloss", "list_price": 16.0, "discount": 0.2}
        rate = ({"currency": "EUR", "rate_type": "plan", "2026-01": 1.0}, {"currency": "EUR", "rate_type": "actual", "2025-01": 1.0})
        plain, abroad = priced(row), priced(row | {"currency": "EUR"}, fx_rates=rate, plan_currency="USD")
        np.testing.assert_array_equal(plain.price[:, JAN:], abroad.price[:, JAN:])
        np.testing.assert_array_equal(plain.list_price, abroad.list_price)


class TestCustomers:
    MIX = ({"item": "gloss", "location": "Oslo", "customer": "Key", "share": 0.25},)

    def test_a_group_that_the_list_names_counts_with_its_share(self) -> None:
        """A quarter is sold to Key at 11, the rest at 15: 14 on average."""
        detail = priced({"customer": "Key", "list_price": 11.0}, customer_mix=self.MIX)
        assert detail.price[0, JAN:] == pytest.approx(14.0)
        assert {price.customer: price.price[0, JAN] for price in detail.by_customer} == {"": 15.0, "Key": 11.0}

    def test_where_the_group_buys_nothing_it_changes_nothing(self) -> None:
        assert priced({"customer": "Key", "list_price": 11.0}, customer_mix=self.MIX).price[1, JAN:] == pytest.approx(15.0)


def test_rows_in_any_order_mean_the_same() -> None:
    rows = [
        {"list_price": 20.0}, {"family": "Paint", "list_price": 21.0, "valid_until": day("2026-01-10")}, {"item": "gloss", "list_price": 22.0, "valid_from": day("2026-01-20")},
        {"item": "gloss", "list_price": 23.0, "valid_from": day("2026-02-03")},
    ]  # fmt: skip
    np.testing.assert_array_equal(priced(*rows).price, priced(*rows[::-1]).price)


def test_the_days_of_a_period_are_shared_out_once() -> None:
    rows = table(frames.PRICE_LIST, {"item": "gloss", "valid_from": day("2026-01-17")}, {"valid_from": day("2025-01-01")}, {"item": "gloss", "valid_until": day("2026-01-05")})
    timeline = months("2026-01", 3)
    things = pd.DataFrame({"item": ["gloss", "matt"], "family": "", "location": "", "region": "", "customer": ""})
    found = holding(rows, things, timeline.plan, timeline.calendar, ("region", "customer"))
    np.testing.assert_allclose(found.total(np.ones(len(found.row)), (2, 3)), 1.0)
    of_gloss = pd.Series(found.share[found.thing == 0]).groupby([found.row[found.thing == 0], found.period[found.thing == 0]]).sum()
    assert of_gloss[2, 0] == pytest.approx(5 / 31)
    assert of_gloss[1, 0] == pytest.approx(11 / 31)
    assert of_gloss[0, 0] == pytest.approx(15 / 31)
