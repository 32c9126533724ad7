"""Bridges: each step means one thing, and together they are the whole difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge
from sop_xl.plan.bridges import bridges
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.prices import net_prices
from sop_xl.plan.valuation import financial_detail


def cells(*rows):
    """(item, units, price in its own currency, rate): one cell each, all in one family."""
    full = [(*row, np.nan)[:4] if len(row) == 3 else row for row in rows]
    return pd.DataFrame(
        {
            "item": [r[0] for r in full],
            "location": "North",
            "family": "F",
            "sales_volume": [float(r[1]) for r in full],
            "revenue": [r[1] * r[2] / (1.0 if np.isnan(r[3]) else r[3]) for r in full],
            "fx_rate": [float(r[3]) for r in full],
        }
    )


def steps(before, after):
    """Steps of the only family; asserts that they are the whole difference."""
    rows = bridge(before, after)
    total = rows[["start", *STEPS[REVENUE], "end"]].sum()
    assert total["start"] + total[list(STEPS[REVENUE])].sum() == pytest.approx(total["end"], rel=1e-12, abs=1e-9)
    return {name: round(amount, 6) for name, amount in total[list(STEPS[REVENUE])].items() if round(amount, 6) != 0}


class TestPublishedExamples:
    def test_quantity_and_mix_of_two_wines(self):
        """1,200 jugs at 5 and 400 premium bottles at 16 were budgeted, 1,100 and 700 sold.

        Sales quantity variance 1,550 and sales mix variance 2,750, both favourable: Lovely Professional University,
        Management Control Systems (DMGT514), unit 8, sales value method.
        """
        assert steps(cells(("jug", 1200, 5), ("premium", 400, 16)), cells(("jug", 1100, 5), ("premium", 700, 16))) == {"Volume": 1550, "Mix": 2750}

    def test_sales_price_variance(self):
        """8,900 units should have sold at 100 and brought 700,000: 190,000 adverse (aCOWtancy, ACCA MA syllabus E2); volume 400 x 100."""
        assert steps(cells(("A", 8500, 100)), cells(("A", 8900, 700_000 / 8900))) == {"Volume": 40_000, "Price": -190_000}


class TestSteps:
    def test_nothing_changed_has_no_steps(self):
        same = cells(("A", 10, 3), ("B", 5, 8, 0.9))
        assert steps(same, same) == {}

    def test_price_counts_at_units_after(self):
        assert steps(cells(("A", 10, 5)), cells(("A", 20, 6))) == {"Volume": 50, "Price": 20}

    def test_new_and_discontinued_items_stand_apart_from_volume(self):
        assert steps(cells(("A", 10, 5), ("old", 4, 10)), cells(("A", 10, 5), ("new", 3, 30))) == {"New": 90, "Discontinued": -40}

    def test_a_new_market_of_an_old_item_is_volume_not_a_new_item(self):
        before = cells(("A", 10, 5))
        after = pd.concat([before, before.assign(location="South", sales_volume=4.0, revenue=24.0)])
        assert steps(before, after) == {"Volume": 20, "Price": 4}

    def test_mix_stays_within_the_family(self):
        """Two families swap their volumes: each has volume, neither has mix."""
        before, after = cells(("A", 10, 5), ("B", 30, 50)), cells(("A", 30, 5), ("B", 10, 50))
        apart = [frame.assign(family=frame["item"]) for frame in (before, after)]
        assert steps(*apart) == {"Volume": -900}
        assert set(steps(before, after)) == {"Mix"}

    def test_what_has_no_price_is_unexplained(self):
        """Free units, revenue without units, and returns: none of them has a price."""
        nothing = cells(("A", 10, 5)).iloc[:0]
        free, fee = cells(("A", 10, 0)), cells(("A", 0, 0)).assign(revenue=70.0)
        assert steps(nothing, free) == {}
        assert steps(nothing, fee) == {"Unexplained": 70}
        assert steps(free, cells(("A", 10, 5))) == {"Unexplained": 50}
        assert steps(cells(("A", 10, 5)), cells(("A", -2, 5))) == {"Unexplained": -60}

    def test_a_missing_column_or_a_cell_given_twice_is_a_bug_of_the_caller(self):
        once = cells(("A", 1, 1))
        with pytest.raises(FrameError, match="'fx_rate'"):
            bridge(once, once.drop(columns="fx_rate"))
        with pytest.raises(FrameError, match="once"):
            bridge(once, pd.concat([once, once]))


class TestFx:
    BEFORE = cells(("A", 100, 9, 0.9), ("B", 100, 1000, 100.0))
    AFTER = cells(("A", 300, 9, 0.75), ("B", 100, 1000, 125.0))

    def test_it_is_counted_row_by_row(self):
        """A: 2,700 of its currency are 3,000 at the old rate and 3,600 at the new: +600. B: 100,000 are 1,000 and then 800: -200."""
        found = bridge(self.BEFORE, self.AFTER).set_index("item")["FX"]
        assert found.to_dict() == pytest.approx({"A": 600, "B": -200})
        assert steps(self.BEFORE, self.AFTER)["FX"] == pytest.approx(400)
        assert "Price" not in steps(self.BEFORE, self.AFTER)

    def test_a_total_rate_would_be_wrong(self):
        """One average rate for all rows takes the shift between currencies for an exchange gain."""

        def overall(frame):
            return (frame["revenue"] * frame["fx_rate"]).sum() / frame["revenue"].sum()

        end = self.AFTER["revenue"].sum()
        from_totals = end - end * overall(self.AFTER) / overall(self.BEFORE)
        assert abs(from_totals - 400) > 1000

    def test_price_and_rate_are_told_apart(self):
        """10 % more in its own currency, 25 % from the rate: price 10, then FX on the new price."""
        assert steps(cells(("A", 10, 10, 1.0)), cells(("A", 10, 11, 0.8))) == {"Price": 10, "FX": 27.5}

    def test_without_a_rate_on_one_side_nothing_is_put_on_currency(self):
        assert steps(cells(("A", 10, 10, 0.9)), cells(("A", 10, 10))) == {"Price": pytest.approx(-100 / 0.9 + 100, abs=1e-6)}


PLACES, ITEMS, TIMELINE = locations(North="", South=""), pd.concat([items("A", "B"), items("C", family="Brushes")], ignore_index=True), months("2026-01", 14)


def whole(budget=None, previous=None, timeline=TIMELINE, more=()):
    sales = [("A", "2025-01", 10, 100), ("B", "2025-02", 10, 300), ("C", "2025-03", 5, 50), ("A", "2025-12", 10, 120)]
    history = table(frames.DEMAND_HISTORY, *({"item": i, "location": "North", "period": month(p), "demand": q, "revenue": r} for i, p, q, r in sales))
    history = history[history["period"] >= timeline.first]
    consensus = table(frames.CONSENSUS_DEMAND, *({"item": i, "location": "North", "measure": "consensus", "2026-01": q, "2026-06": q} for i, q in (("A", 12), ("B", 4))), *more)
    prices, _ = net_prices(history, ITEMS, PLACES, timeline, consensus)
    detail, _ = financial_detail(history, consensus, prices, ITEMS, PLACES, timeline)
    plan, _ = financial_plan(
        detail, frames.empty_frame(frames.INVENTORY_PLAN), frames.empty_frame(frames.BUDGET) if budget is None else budget,
        frames.empty_frame(frames.FINANCIAL_PLAN) if previous is None else previous, ITEMS, PLACES, timeline,
    )  # fmt: skip
    found, notes = bridges(detail, plan, timeline)
    frames.check_frame(found, frames.BRIDGES)
    for (name, family), rows in found.groupby(["bridge", "family"]):
        amounts = rows.sort_values("order")["amount"].tolist()
        assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=1e-9), (name, family)
    return found, plan, set(notes["rule"])


def amounts(found, name, family="All"):
    rows = found[(found["bridge"] == name) & (found["family"] == family)]
    return {step: round(amount, 6) for step, amount in zip(rows["step"], rows["amount"], strict=True)}


class TestBridgesOfAPlan:
    def test_last_year_to_plan(self):
        """Last year 570, of which C's 50 end. A goes from 20 to 24 units, B from 10 to 8, at the prices of last year."""
        found, _, rules = whole()
        got = amounts(found, "Last year to plan")
        assert got["Last year"] == 570
        assert got["Discontinued"] == -50
        assert got["Volume"] == pytest.approx(2 * 520 / 30, abs=1e-5)
        assert got["Volume"] + got["Mix"] == pytest.approx(4 * 11 - 2 * 30)
        assert got["Price"] == pytest.approx(0, abs=1e-5)
        assert got["Plan"] == pytest.approx(24 * 11 + 8 * 30)
        assert amounts(found, "Last year to plan", "Brushes")["Discontinued"] == -50
        assert rules == set()

    def test_all_is_the_sum_of_the_families(self):
        found, _, _ = whole()
        total = found[found["family"] == "All"].set_index("step")["amount"]
        parts = found[found["family"] != "All"].groupby("step")["amount"].sum()
        assert (total - parts[total.index]).abs().max() < 1e-9

    def test_a_budget_in_money_alone_cannot_be_attributed(self):
        budget = table(frames.BUDGET, {"measure": "revenue", "2026-01": 200, "2026-06": 300})
        found, _, rules = whole(budget)
        assert amounts(found, "Budget to plan") == {"Budget": 500, "Not attributable": 4, "Plan": 504}
        assert set(found.loc[found["bridge"] == "Budget to plan", "family"]) == {"All"}
        assert rules == {"bridge-over-part-of-year"}

    def test_a_budget_with_units_splits_volume_from_price(self):
        """Budget for January: 10 units for 150. Plan: 16 units for 252."""
        budget = table(frames.BUDGET, {"family": "Paint", "measure": "revenue", "2026-01": 150}, {"family": "Paint", "measure": "demand", "2026-01": 10})
        found, _, _ = whole(budget)
        got = amounts(found, "Budget to plan", "Paint")
        assert (got["Budget"], got["Volume"], got["Mix"], got["Price"], got["Plan"]) == (150, 90, 0, 12, 252)

    def test_a_budget_is_compared_with_what_it_covers(self):
        """Brushes are planned too, but the budget speaks of Paint in January alone."""
        sold = [{"item": "C", "location": "North", "measure": "consensus", "2026-01": 30}]
        budget = table(frames.BUDGET, {"family": "Paint", "measure": "revenue", "2026-01": 150})
        found, plan, rules = whole(budget, more=sold)
        assert plan.loc[(plan["version"] == "Plan") & (plan["period"] == month("2026-01")), "revenue"].sum() == 252 + 300
        assert amounts(found, "Budget to plan") == {"Budget": 150, "Not attributable": 102, "Plan": 252}
        assert rules == {"bridge-over-part-of-year", "budget-covers-part-of-plan"}

    def test_the_previous_plan_is_explained_by_family_and_region(self):
        _, earlier, _ = whole()
        lower = earlier.assign(demand=earlier["demand"] / 2, revenue=earlier["revenue"] / 2)
        found, _, rules = whole(previous=lower)
        got = amounts(found, "Previous plan to plan")
        assert (got["Previous plan"], got["Volume"], got["Price"], got["Plan"]) == (252, 252, 0, 504)
        assert rules == set()

    def test_without_a_year_of_history_there_is_no_bridge_from_last_year(self):
        found, _, rules = whole(timeline=months("2026-01", 14, history=6))
        assert found.empty
        assert rules == {"bridge-without-last-year"}
