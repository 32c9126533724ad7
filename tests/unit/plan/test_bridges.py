"""Bridges of a plan: from which version, over which periods, at which level; total, families and the items that matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.bridge_rows import OTHER_ITEMS, TOP_ITEMS, Explained, bridge_rows
from sop_xl.plan.bridge_steps import STEPS
from sop_xl.plan.bridges import bridges
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.prices import net_prices
from sop_xl.plan.valuation import constrain_detail, financial_detail

PLACES, TIMELINE = locations(North="", South=""), months("2026-01", 14)
ITEMS = pd.concat([items("A", "B", unit_cost=6.0), items("C", family="Brushes", unit_cost=4.0)], ignore_index=True)
SALES = [("A", "2025-01", 10, 100), ("B", "2025-02", 10, 300), ("C", "2025-03", 5, 50), ("A", "2025-12", 10, 120)]


def whole(budget=None, previous=None, timeline=TIMELINE, more=(), known=ITEMS, sales=SALES, by_item=True, served=None):
    """Bridges, plan and rules of the notes. Plan: 12 of A and 4 of B in January and June, at 11 and 30; last year 520 of Paint, 50 of Brushes."""
    history = table(frames.DEMAND_HISTORY, *({"item": i, "location": "North", "period": month(p), "demand": q, "revenue": r} for i, p, q, r in sales))
    history = history[history["period"] >= timeline.first]
    consensus = table(frames.CONSENSUS_DEMAND, *({"item": i, "location": "North", "measure": "consensus", "2026-01": q, "2026-06": q} for i, q in (("A", 12), ("B", 4))), *more)
    prices, _ = net_prices(history, known, PLACES, timeline, consensus)
    detail, _ = financial_detail(history, consensus, prices, known, PLACES, timeline)
    if served is not None:
        detail = constrain_detail(detail, served)
    budget = frames.empty_frame(frames.BUDGET) if budget is None else budget
    plan, _ = financial_plan(
        detail, frames.empty_frame(frames.INVENTORY_PLAN), budget,
        frames.empty_frame(frames.FINANCIAL_PLAN) if previous is None else previous, known, PLACES, timeline,
    )  # fmt: skip
    found, notes = bridges(detail, plan, timeline, *((budget, known) if by_item else ()))
    frames.check_frame(found, frames.BRIDGES)
    ties(found)
    return found, plan, set(notes["rule"])


def ties(found):
    """Every block adds up; items add up to their family and families to the total, step by step."""
    for key, rows in found.groupby(["bridge", "measure", "family", "item"]):
        assert rows["order"].tolist() == [float(k) for k in range(len(rows))], key
        assert rows["amount"].iloc[:-1].sum() == pytest.approx(rows["amount"].iloc[-1], abs=1e-8), key
    families = found[found["item"] == ""]
    for _, rows in families.groupby(["bridge", "measure"]):
        total = rows[rows["family"] == "All"].set_index("step")["amount"]
        parts = rows[rows["family"] != "All"].groupby("step")["amount"].sum()
        assert len(parts) == 0 or (total - parts[total.index]).abs().max() < 1e-8
    for key, rows in found[found["item"] != ""].groupby(["bridge", "measure", "family"]):
        family = families[(families[["bridge", "measure", "family"]] == list(key)).all(axis=1)].set_index("step")["amount"]
        added = rows.groupby("step")["amount"].sum().reindex(family.index, fill_value=0.0)
        assert (family - added).abs().max() < 1e-8, key


def block(found, name, family="All", measure="revenue", item=""):
    rows = found[(found["bridge"] == name) & (found["family"] == family) & (found["measure"] == measure) & (found["item"] == item)]
    return {step: round(amount, 6) for step, amount in zip(rows["step"], rows["amount"], strict=True)}


def note(found, name, step, family="All", measure="revenue", item=""):
    rows = found[(found["bridge"] == name) & (found["family"] == family) & (found["measure"] == measure) & (found["item"] == item)]
    return rows.set_index("step")["note"][step]


class TestFromLastYear:
    def test_revenue(self):
        """Last year 570, of which C's 50 end. A goes from 20 to 24 units, B from 10 to 8, at the prices of last year."""
        found, _, rules = whole()
        got = block(found, "Last year to plan")
        assert got["Last year"] == 570
        assert got["Discontinued"] == -50
        assert got["Volume"] == pytest.approx(2 * 520 / 30, abs=1e-5)
        assert got["Volume"] + got["Mix"] == pytest.approx(4 * 11 - 2 * 30)
        assert got["Price"] == pytest.approx(0, abs=1e-5)
        assert got["Plan"] == pytest.approx(24 * 11 + 8 * 30)
        assert rules == set()

    def test_gross_margin(self):
        """Last year 570 - 30 x 6 - 5 x 4 = 370; C's 30 end; A earns 5, B 24 a unit; plan 504 - 32 x 6 = 312."""
        found, _, _ = whole()
        got = block(found, "Last year to plan", measure="gross_margin")
        assert (got["Last year"], got["Discontinued"], got["Cost"], got["Plan"]) == (370, -30, 0, 312)
        assert got["Volume"] == pytest.approx(2 * 340 / 30, abs=1e-5)
        assert got["Volume"] + got["Mix"] == pytest.approx(4 * 5 - 2 * 24)

    def test_every_item_of_a_small_family_stands_by_itself(self):
        """A's share of the family's units rises from 20 of 30 to 24 of 32: 8 / 3 units more than the old mix would be, at 11."""
        found, _, _ = whole()
        assert block(found, "Last year to plan", "Paint", item="A") == {
            "Last year": 220, "Volume": pytest.approx(220 / 15, abs=1e-5), "Mix": pytest.approx(11 * 8 / 3, abs=1e-5), "Plan": 264,
        }  # fmt: skip
        assert block(found, "Last year to plan", "Brushes", item="C") == {"Last year": 50, "Discontinued": -50, "Plan": 0}

    def test_of_a_large_family_the_greatest_changes_stand_and_the_others_are_one_line(self):
        names = [f"N{k}" for k in range(TOP_ITEMS + 3)]
        many = pd.concat([ITEMS, items(*names, family="Brushes", unit_cost=1.0)], ignore_index=True)
        sales = [*SALES, *((name, "2025-04", 10 + k, 20 + 2 * k) for k, name in enumerate(names))]
        found, _, _ = whole(known=many, sales=sales)
        listed = found.loc[(found["family"] == "Brushes") & (found["measure"] == "revenue"), "item"].unique().tolist()
        assert listed == ["", "C", "N7", "N6", "N5", "N4", OTHER_ITEMS]
        assert block(found, "Last year to plan", "Brushes", item=OTHER_ITEMS) == {"Last year": 20 + 22 + 24 + 26, "Discontinued": -92, "Plan": 0}
        assert note(found, "Last year to plan", "Last year", "Brushes", item=OTHER_ITEMS).endswith("; 4 items")

    def test_the_total_stands_first_and_the_families_follow_by_name(self):
        found, _, _ = whole()
        assert found.loc[found["item"] == "", "family"].unique().tolist() == ["All", "Brushes", "Paint"]
        assert found["measure"].unique().tolist() == ["revenue", "gross_margin"]

    def test_the_plan_is_what_is_served_not_what_is_asked_for(self):
        """Half of A's January is not served: 6 units of 11 less than the consensus."""
        served = pd.DataFrame({"item": ["A"], "location": "North", "period": [month("2026-01")], "sales_volume": [6.0]})
        found, _, _ = whole(served=served)
        assert block(found, "Last year to plan")["Plan"] == 504 - 6 * 11
        assert block(found, "Last year to plan", measure="gross_margin")["Plan"] == 312 - 6 * 5

    def test_an_item_without_cost_has_revenue_but_no_margin_and_this_is_said(self):
        known = ITEMS.assign(unit_cost=[6.0, np.nan, 4.0])
        found, _, rules = whole(known=known)
        assert block(found, "Last year to plan")["Plan"] == 504
        got = block(found, "Last year to plan", "Paint", "gross_margin")
        assert (got["Last year"], got["Plan"]) == (220 - 120, 264 - 144)
        assert rules == {"bridge-margin-not-known"}

    def test_without_a_year_of_history_there_is_no_bridge(self):
        found, _, rules = whole(timeline=months("2026-01", 14, history=6))
        assert found.empty
        assert rules == {"bridge-without-last-year"}

    def test_the_periods_and_conventions_are_printed(self):
        found, _, _ = whole()
        assert note(found, "Last year to plan", "Last year") == "Revenue of last year, 2025-01 to 2025-12 at actual rates"
        assert note(found, "Last year to plan", "Plan") == "Revenue of the plan, 2026-01 to 2026-12 at plan rates"
        assert "row by row, never from totals" in note(found, "Last year to plan", "FX")
        assert "a shift between families is volume" in note(found, "Last year to plan", "Volume")
        assert (found["note"] != "").all()


class TestFromBudget:
    def test_money_alone_cannot_be_attributed(self):
        budget = table(frames.BUDGET, {"measure": "revenue", "2026-01": 200, "2026-06": 300})
        found, _, rules = whole(budget)
        assert block(found, "Budget to plan") == {"Budget": 500, "Not attributable": 4, "Plan": 504}
        assert set(found.loc[found["bridge"] == "Budget to plan", "family"]) == {"All"}
        assert rules == {"bridge-over-part-of-year", "bridge-without-margin"}

    def test_units_split_volume_from_price(self):
        """Budget for January: 10 units for 150. Plan: 16 units for 252."""
        budget = table(frames.BUDGET, {"family": "Paint", "measure": "revenue", "2026-01": 150}, {"family": "Paint", "measure": "demand", "2026-01": 10})
        found, _, _ = whole(budget)
        got = block(found, "Budget to plan", "Paint")
        assert (got["Budget"], got["Volume"], got["Mix"], got["Price"], got["Plan"]) == (150, 90, 0, 12, 252)
        assert note(found, "Budget to plan", "Volume", "Paint").endswith("known by family only")

    def test_a_budgeted_cost_splits_the_margin(self):
        """Budget: 10 units at 15, cost 5. Plan: 16 units at 15.75, cost 6. Margin 100 -> 156: +60 volume, +12 price, -16 cost."""
        budget = table(
            frames.BUDGET,
            *({"family": "Paint", "measure": m, "2026-01": v} for m, v in (("revenue", 150), ("demand", 10), ("cost", 50))),
        )
        found, _, rules = whole(budget)
        got = block(found, "Budget to plan", "Paint", "gross_margin")
        assert {k: v for k, v in got.items() if v} == {"Budget": 100, "Volume": 60, "Price": 12, "Cost": -16, "Plan": 156}
        assert rules == {"bridge-over-part-of-year"}

    BY_ITEM = table(
        frames.BUDGET,
        {"item": "A", "measure": "revenue", "2026-01": 130}, {"item": "A", "measure": "demand", "2026-01": 10},
        {"item": "B", "measure": "revenue", "2026-01": 100}, {"item": "B", "measure": "demand", "2026-01": 4},
    )  # fmt: skip

    def test_a_budget_by_item_is_explained_by_item(self):
        """A: 10 at 13 against 12 at 11; B: 4 at 25 against 4 at 30. Family: 14 against 16 units at an average of 230 / 14."""
        found, _, _ = whole(self.BY_ITEM)
        assert block(found, "Budget to plan", "Paint")["Price"] == 12 * -2 + 4 * 5
        assert block(found, "Budget to plan", "Paint")["Volume"] == pytest.approx(2 * 230 / 14, abs=1e-5)
        got = block(found, "Budget to plan", "Paint", item="B")
        assert (got["Budget"], got["Price"], got["Plan"]) == (100, 20, 120)
        assert got["Volume"] + got["Mix"] == 0
        assert note(found, "Budget to plan", "Volume", "Paint").endswith("known by item only")

    def test_without_its_items_the_same_budget_is_explained_by_family(self):
        found, _, _ = whole(self.BY_ITEM, by_item=False)
        assert set(found.loc[found["bridge"] == "Budget to plan", "item"]) == {""}
        assert block(found, "Budget to plan", "Paint")["Plan"] == 252

    def test_each_family_at_the_level_at_which_it_was_given(self):
        """Paint by item and with units, Brushes by family and in money alone."""
        sold = [{"item": "C", "location": "North", "measure": "consensus", "2026-01": 30}]
        budget = pd.concat([self.BY_ITEM, table(frames.BUDGET, {"family": "Brushes", "measure": "revenue", "2026-01": 250})], ignore_index=True)
        found, _, _ = whole(budget, more=sold)
        assert block(found, "Budget to plan", "Brushes") == {
            "Budget": 250, **dict.fromkeys(("Volume", "Mix", "Price", "FX", "New", "Discontinued", "Unexplained"), 0), "Not attributable": 50, "Plan": 300,
        }  # fmt: skip
        assert block(found, "Budget to plan", "Paint")["Not attributable"] == 0
        assert set(found.loc[(found["bridge"] == "Budget to plan") & (found["item"] != ""), "family"]) == {"Paint"}

    def test_an_item_that_is_budgeted_but_not_planned_has_ended_and_one_that_is_planned_but_not_budgeted_is_new(self):
        budget = table(frames.BUDGET, {"item": "A", "measure": "revenue", "2026-02": 130}, {"item": "A", "measure": "demand", "2026-02": 10})
        sold = [{"item": "B", "location": "South", "measure": "consensus", "2026-02": 1}]
        found, _, _ = whole(budget, more=sold)
        got = block(found, "Budget to plan", "Paint")
        assert (got["Budget"], got["Discontinued"], got["New"], got["Plan"]) == (130, -130, 30, 30)

    def test_it_is_compared_with_what_it_covers(self):
        """Brushes are planned too, but the budget speaks of Paint in January alone."""
        sold = [{"item": "C", "location": "North", "measure": "consensus", "2026-01": 30}]
        budget = table(frames.BUDGET, {"family": "Paint", "measure": "revenue", "2026-01": 150})
        found, plan, rules = whole(budget, more=sold)
        assert plan.loc[(plan["version"] == "Plan") & (plan["period"] == month("2026-01")), "revenue"].sum() == 252 + 300
        assert block(found, "Budget to plan") == {"Budget": 150, "Not attributable": 102, "Plan": 252}
        assert rules == {"bridge-over-part-of-year", "budget-covers-part-of-plan", "bridge-without-margin"}

    def test_periods_between_that_it_does_not_have_are_counted(self):
        budget = table(frames.BUDGET, {"measure": "revenue", "2026-01": 200, "2026-06": 300})
        assert note(whole(budget)[0], "Budget to plan", "Budget") == "Revenue of budget, 2 periods from 2026-01 to 2026-06"

    def test_a_margin_that_the_plan_does_not_know_leaves_the_family_out(self):
        budget = table(
            frames.BUDGET,
            *({"family": "Paint", "measure": m, "2026-01": v} for m, v in (("revenue", 150), ("demand", 10), ("cost", 50))),
        )
        found, _, rules = whole(budget, known=ITEMS.assign(unit_cost=[6.0, np.nan, 4.0]))
        assert block(found, "Budget to plan", measure="gross_margin") == {}
        assert "bridge-margin-not-known" in rules


class TestFromTheLastCycle:
    def test_it_is_explained_by_family_and_region(self):
        _, earlier, _ = whole()
        lower = earlier.assign(**{name: earlier[name] / 2 for name in ("sales_volume", "revenue", "cost", "gross_margin")})
        found, _, rules = whole(previous=lower)
        got = block(found, "Previous plan to plan")
        assert (got["Previous plan"], got["Volume"], got["Price"], got["Plan"]) == (252, 252, 0, 504)
        assert block(found, "Previous plan to plan", measure="gross_margin")["Volume"] == 156
        assert set(found.loc[found["bridge"] == "Previous plan to plan", "item"]) == {""}
        assert rules == set()

    def test_a_standard_cost_that_rose_since_then_is_cost(self):
        _, earlier, _ = whole(known=ITEMS.assign(unit_cost=[5.0, 5.0, 4.0]))
        found, _, _ = whole(previous=earlier)
        got = block(found, "Previous plan to plan", "Paint", "gross_margin")
        assert {k: v for k, v in got.items() if v} == {"Previous plan": 344, "Cost": -32, "Plan": 312}

    def test_a_family_that_it_did_not_have_is_new(self):
        _, earlier, _ = whole()
        sold = [{"item": "C", "location": "North", "measure": "consensus", "2026-01": 30}]
        found, _, _ = whole(previous=earlier[earlier["family"] != "Brushes"], more=sold)
        assert block(found, "Previous plan to plan", "Brushes")["New"] == 300

    def test_what_it_held_without_a_margin_is_left_out_of_the_margin_on_both_sides(self):
        _, earlier, _ = whole()
        gone = earlier["period"] == month("2026-01")
        found, _, _ = whole(previous=earlier.assign(gross_margin=earlier["gross_margin"].mask(gone)))
        got = block(found, "Previous plan to plan", measure="gross_margin")
        assert (got["Previous plan"], got["Plan"]) == (156, 156)


def test_a_family_without_units_and_without_a_cell_among_those_compared_asks_for_no_step():
    cells = pd.DataFrame({
        "item": ["A"], "location": ["North"], "family": ["Paint"], "start": [100.0],
        **{step: [0.0] for step in STEPS["revenue"]}, "end": [100.0],
    })  # fmt: skip
    levels = pd.DataFrame({"by_item": [True, False], "by_region": [True, False], "with_units": [True, False]}, index=["Paint", "Brushes"])
    rows = bridge_rows(Explained("Budget", "revenue", cells, levels, "2026", "2026 at plan rates"))
    assert set(rows["family"]) == {"All", "Paint"}
    assert "Not attributable" not in set(rows["step"])
