"""Money: prices, currencies, the plan by family and region, and what it is compared with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table, value

from sop_xl import frames
from sop_xl.plan.currency import convert_to_plan_currency, rates_at
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.prices import net_prices
from sop_xl.plan.valuation import financial_detail

PLACES = locations(North="", South="")
TIMELINE = months("2026-01", 2)


def history_of(*rows):
    return table(frames.DEMAND_HISTORY, *rows)


def sold(item, location, period, demand, revenue=np.nan):
    return {"item": item, "location": location, "period": month(period), "demand": demand, "revenue": revenue}


def consensus_of(*rows):
    return table(frames.CONSENSUS_DEMAND, *({"measure": "consensus"} | row for row in rows))


class TestNetPrices:
    def price_of(self, history, of, item="A", location="North"):
        prices, notes = net_prices(history, of, PLACES, TIMELINE, consensus_of({"item": item, "location": location, "2026-01": 1}))
        row = prices[(prices["item"] == item) & (prices["location"] == location)].iloc[0]
        return row["net_price"], row["source"], set(notes["rule"])

    def test_what_the_last_year_really_brought_per_unit(self):
        history = history_of(sold("A", "North", "2025-01", 10, 90), sold("A", "North", "2025-12", 30, 330))
        assert self.price_of(history, items("A", unit_price=99)) == (10.5, "history", set())

    def test_older_and_unpriced_sales_do_not_count(self):
        history = history_of(sold("A", "North", "2024-12", 10, 1000), sold("A", "North", "2025-06", 10, 100), sold("A", "North", "2025-07", 10))
        assert self.price_of(history, items("A"))[0] == 10

    def test_a_new_market_takes_the_items_price_elsewhere(self):
        history = history_of(sold("A", "South", "2025-06", 10, 80))
        assert self.price_of(history, items("A", unit_price=99))[:2] == (8, "history of the item")

    def test_a_new_item_takes_its_list_price_and_it_is_said(self):
        assert self.price_of(history_of(), items("A", unit_price=99)) == (99, "list price", {"price-from-list"})

    def test_returns_give_no_price(self):
        history = history_of(sold("A", "North", "2025-06", -5, -50))
        assert self.price_of(history, items("A", unit_price=99))[1] == "list price"

    def test_no_price_is_not_a_price_of_zero(self):
        price, source, rules = self.price_of(history_of(), items("A"))
        assert np.isnan(price)
        assert (source, rules) == ("none", {"price-absent"})


RATES = table(
    frames.FX_RATES,
    {"currency": "EUR", "rate_type": "plan", "2026-01": 0.8},
    {"currency": "EUR", "rate_type": "actual", "2025-01": 0.9, "2025-06": 1.0},
    {"currency": "CHF", "rate_type": "actual", "2025-01": 0.5},
)


class TestCurrency:
    def convert(self, currency, period, rate_type="plan"):
        amount, notes = convert_to_plan_currency(pd.Series([100.0]), pd.Series([currency]), pd.Series([month(period)]), RATES, "USD", rate_type)
        return amount.iloc[0], set(notes["rule"])

    def test_an_amount_is_divided_by_units_of_its_currency_per_plan_currency(self):
        assert self.convert("EUR", "2026-01") == (125, set())

    @pytest.mark.parametrize("currency", ["USD", ""])
    def test_plan_currency_stays_as_it_is(self, currency):
        assert self.convert(currency, "2026-01") == (100, set())

    def test_a_month_without_a_rate_takes_the_last_known_one(self):
        assert self.convert("EUR", "2026-09") == (125, {"rate-carried-on"})
        assert self.convert("EUR", "2025-03", "actual")[0] == pytest.approx(100 / 0.9)

    def test_without_a_plan_rate_the_last_actual_one_serves(self):
        assert self.convert("CHF", "2026-01") == (200, {"rate-of-other-kind"})

    def test_a_rate_is_never_taken_from_the_future(self):
        amount, rules = self.convert("EUR", "2024-12", "actual")
        assert np.isnan(amount)
        assert rules == {"rate-absent"}

    def test_each_row_has_its_own_rate_whatever_the_order(self):
        period = pd.Series([month("2025-06"), month("2025-01"), month("2025-01")], index=[7, 3, 5])
        rate, _ = rates_at(pd.Series(["EUR", "USD", "EUR"], index=[7, 3, 5]), period, RATES, "USD", "actual")
        assert rate.to_dict() == {7: 1.0, 3: 1.0, 5: 0.9}


ITEMS = pd.concat([items("A", unit_cost=4.0), items("B", family="Brushes", unit_cost=2.0)], ignore_index=True)
HISTORY = history_of(sold("A", "North", "2025-01", 10, 100), sold("A", "North", "2025-02", 20, 200), sold("B", "South", "2025-01", 5, 15))
CONSENSUS = consensus_of({"item": "A", "location": "North", "2026-01": 12, "2026-02": 20}, {"item": "B", "location": "South", "2026-01": 10, "2026-02": 0})


def whole_plan(history=HISTORY, consensus=CONSENSUS, of=ITEMS, *, places=PLACES, stock=None, budget=None, previous=None, timeline=TIMELINE, fx=None):
    prices, _ = net_prices(history, of, places, timeline, consensus)
    detail, said = financial_detail(history, consensus, prices, of, places, timeline, fx, "USD")
    plan, more = financial_plan(
        detail,
        frames.empty_frame(frames.INVENTORY_PLAN) if stock is None else stock,
        frames.empty_frame(frames.BUDGET) if budget is None else budget,
        frames.empty_frame(frames.FINANCIAL_PLAN) if previous is None else previous,
        of,
        places,
        timeline,
    )
    return frames.check_frame(plan, frames.FINANCIAL_PLAN), set(said["rule"]) | set(more["rule"])


def at(plan, column, period, version="Plan", family="Paint", region="North"):
    return value(plan, column, family=family, region=region, version=version, period=period)


class TestPlan:
    def test_past_periods_hold_actuals_and_planned_ones_the_plan(self):
        plan, rules = whole_plan()
        assert [at(plan, m, "2025-02") for m in ("demand", "revenue", "cost", "gross_margin")] == [20, 200, 80, 120]
        assert [at(plan, m, "2026-01") for m in ("demand", "revenue", "cost", "gross_margin")] == [12, 120, 48, 72]
        assert at(plan, "revenue", "2026-01", family="Brushes", region="South") == 30
        assert rules == set()

    def test_last_year_is_the_same_plan_a_year_earlier(self):
        plan, _ = whole_plan()
        assert at(plan, "revenue", "2026-02", "Last year") == 200
        assert at(plan, "demand", "2026-01", "Last year", "Brushes", "South") == 5
        assert plan[(plan["version"] == "Last year") & (plan["period"] < month("2026-01"))].empty

    def test_an_unknown_cost_is_left_out_and_said(self):
        plan, rules = whole_plan(of=pd.concat([items("A"), items("B", family="Brushes", unit_cost=2.0)], ignore_index=True))
        assert np.isnan(at(plan, "cost", "2026-01"))
        assert np.isnan(at(plan, "gross_margin", "2026-01"))
        assert at(plan, "cost", "2025-06") == 0
        assert rules == {"cost-not-known"}

    def test_revenue_of_an_unknown_cost_is_no_margin(self):
        """Half of a family costs nothing that anybody knows: what the rest earned is not the margin of the family."""
        history = history_of(sold("A", "North", "2025-01", 10, 100), sold("C", "North", "2025-02", 10, 50))
        consensus = consensus_of({"item": "A", "location": "North", "2026-01": 12, "2026-02": 12}, {"item": "C", "location": "North", "2026-01": 10})
        plan, rules = whole_plan(history, consensus, pd.concat([items("A", unit_cost=4.0), items("C")], ignore_index=True))
        assert [at(plan, m, "2026-01") for m in ("revenue", "cost")] == [170, 48]
        assert np.isnan(at(plan, "gross_margin", "2026-01"))
        assert at(plan, "gross_margin", "2026-02") == 120 - 48
        assert rules == {"cost-not-known"}

    def test_past_sales_without_revenue_are_valued_at_the_net_price_and_it_is_said(self):
        plan, rules = whole_plan(history=pd.concat([HISTORY, history_of(sold("A", "North", "2025-03", 7))], ignore_index=True))
        assert at(plan, "revenue", "2025-03") == 70
        assert rules == {"revenue-absent"}

    def test_past_revenue_is_that_of_the_history_even_without_demand(self):
        """A blank demand beside a revenue: the money was earned, for how many units and at what cost nobody said."""
        history = pd.concat([HISTORY, history_of(sold("A", "North", "2025-03", np.nan, 70), sold("B", "South", "2025-03", 0, 8))], ignore_index=True)
        plan, rules = whole_plan(history=history)
        assert plan.loc[(plan["version"] == "Plan") & (plan["period"] < month("2026-01")), "revenue"].sum() == history["revenue"].sum()
        assert [at(plan, m, "2025-03") for m in ("demand", "revenue")] == [0, 70]
        assert np.isnan(at(plan, "cost", "2025-03"))
        assert at(plan, "cost", "2025-03", family="Brushes", region="South") == 0
        assert rules == {"demand-absent", "cost-not-known"}

    def test_inventory_value_counts_stock_where_it_lies_and_no_backlog(self):
        stock = table(frames.INVENTORY_PLAN, {"item": "A", "location": "South", "measure": "projected_available_balance", "2026-01": 25, "2026-02": -5})
        plan, _ = whole_plan(stock=stock)
        assert at(plan, "inventory_value", "2026-01", region="South") == 100
        assert at(plan, "inventory_value", "2026-02", region="South") == 0
        assert at(plan, "inventory_value", "2026-01") == 0
        assert np.isnan(at(plan, "inventory_value", "2025-12"))

    def test_stock_of_unknown_cost_is_not_worth_nothing(self):
        """B is costed and out of stock, C is in stock and not costed: what lies there is worth something that nobody knows."""
        of = pd.concat([ITEMS, items("C", family="Brushes")], ignore_index=True)
        rows = [{"item": i, "location": "South", "measure": "projected_available_balance", "2026-01": b, "2026-02": e} for i, b, e in (("B", 0, 3), ("C", 5, 5))]
        plan, rules = whole_plan(of=of, stock=table(frames.INVENTORY_PLAN, *rows))
        assert np.isnan(at(plan, "inventory_value", "2026-01", family="Brushes", region="South"))
        assert at(plan, "inventory_value", "2026-02", family="Brushes", region="South") == 6
        assert at(plan, "inventory_value", "2026-01") == 0
        assert rules == {"stock-value-not-known"}

    def test_a_price_in_another_currency_is_valued_at_plan_rates(self):
        """Sold at 10 USD when a dollar was 0.9 EUR: 9 EUR; planned at 0.8 EUR per dollar it is 11.25 USD."""
        abroad = PLACES.assign(currency=["EUR", "USD"])
        history = history_of(sold("A", "North", "2025-01", 10, 100))
        plan, _ = whole_plan(history, consensus_of({"item": "A", "location": "North", "2026-01": 1}), places=abroad, fx=RATES)
        assert at(plan, "revenue", "2026-01") == pytest.approx(11.25)
        assert at(plan, "revenue", "2025-01") == 100

    def test_a_list_price_is_in_plan_currency_already(self):
        abroad = PLACES.assign(currency=["EUR", "USD"])
        plan, _ = whole_plan(history_of(), consensus_of({"item": "A", "location": "North", "2026-01": 1}), items("A", unit_price=50), places=abroad, fx=RATES)
        assert at(plan, "revenue", "2026-01") == 50

    def test_only_a_price_in_another_currency_has_a_rate_behind_it(self):
        abroad = PLACES.assign(currency=["EUR", "USD"])
        of, consensus = items("A", "B", unit_price=50), consensus_of(*({"item": i, "location": "North", "2026-01": 1} for i in "AB"))
        history = history_of(sold("A", "North", "2025-01", 10, 100))
        prices, _ = net_prices(history, of, abroad, TIMELINE, consensus)
        detail, _ = financial_detail(history, consensus, prices, of, abroad, TIMELINE, RATES, "USD")
        planned = detail.fx_rate[:, -2:]
        assert planned[0].tolist() == [0.8, 0.8]
        assert np.isnan(planned[1]).all()

    def test_a_family_in_two_categories_says_so(self):
        of = pd.concat([items("A"), items("B", category="Other")], ignore_index=True)
        assert set(whole_plan(of=of)[0]["category"]) == {"(several)"}

    def test_nothing_gives_an_empty_plan(self):
        assert whole_plan(history_of(), consensus_of())[0].empty


class TestBudget:
    def test_it_stays_at_the_level_at_which_it_was_given(self):
        budget = table(frames.BUDGET, *({"owner": who, "measure": "revenue", "2026-01": v} for who, v in (("Ann", 100), ("Bob", 150))))
        plan, rules = whole_plan(budget=budget)
        assert at(plan, "revenue", "2026-01", "Budget", "(not by family)", "(not by region)") == 250
        assert np.isnan(at(plan, "demand", "2026-01", "Budget", "(not by family)", "(not by region)"))
        assert rules == set()

    def test_an_items_budget_counts_for_its_family(self):
        budget = table(frames.BUDGET, {"item": "B", "region": "South", "measure": "revenue", "2026-01": 40})
        assert at(whole_plan(budget=budget)[0], "revenue", "2026-01", "Budget", "Brushes", "South") == 40

    def test_margin_and_cost_complete_each_other(self):
        budget = table(
            frames.BUDGET,
            {"family": "Paint", "region": "North", "measure": "revenue", "2026-01": 100, "2026-02": 100},
            {"family": "Paint", "region": "North", "measure": "cost", "2026-01": 60},
            {"family": "Paint", "region": "North", "measure": "gross_margin", "2026-02": 30},
        )
        plan, _ = whole_plan(budget=budget)
        assert at(plan, "gross_margin", "2026-01", "Budget") == 40
        assert at(plan, "cost", "2026-02", "Budget") == 70

    def test_two_levels_in_one_period_are_said(self):
        budget = table(frames.BUDGET, {"measure": "revenue", "2026-01": 100}, {"family": "Paint", "measure": "revenue", "2026-01": 60})
        assert whole_plan(budget=budget)[1] == {"budget-of-several-levels"}

    def test_it_is_said_how_many_figures_lie_elsewhere(self):
        budget = table(frames.BUDGET, *({"measure": m, "2026-01": 100, "2028-01": 100, "2028-02": 100} for m in ("revenue", "cost")))
        prices, _ = net_prices(HISTORY, ITEMS, PLACES, TIMELINE, CONSENSUS)
        detail, _ = financial_detail(HISTORY, CONSENSUS, prices, ITEMS, PLACES, TIMELINE)
        stock, previous = frames.empty_frame(frames.INVENTORY_PLAN), frames.empty_frame(frames.FINANCIAL_PLAN)
        _, notes = financial_plan(detail, stock, budget, previous, ITEMS, PLACES, TIMELINE)
        assert notes["note"].iloc[0].startswith("4 of 6 budget figures")

    def test_other_periods_are_left_out_and_said(self):
        budget = table(frames.BUDGET, {"measure": "revenue", "2028-01": 100})
        plan, rules = whole_plan(budget=budget)
        assert "Budget" not in set(plan["version"])
        assert rules == {"budget-outside-timeline"}


def test_the_plan_of_an_earlier_cycle_is_passed_on():
    earlier, _ = whole_plan()
    plan, _ = whole_plan(consensus=consensus_of({"item": "A", "location": "North", "2026-01": 99}), previous=earlier)
    assert at(plan, "sales_volume", "2026-01", "Previous plan") == 12
    assert at(plan, "demand", "2026-01") == 99


def test_weeks_compare_with_the_week_52_weeks_ago():
    from sop_xl.periods import Calendar, CalendarKind, Timeline

    weeks = Calendar(CalendarKind.WEEKS)
    current = weeks.parse("2026-W10")
    timeline = Timeline(weeks, weeks.shift(current, -52), current, 2)
    history = history_of(sold("A", "North", "2025-01", 10, 100) | {"period": weeks.shift(current, -52)})
    plan, _ = whole_plan(history, consensus_of(), timeline=timeline)
    assert value(plan, "revenue", family="Paint", version="Last year", period=current) == 100
