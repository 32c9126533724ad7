"""Functions of finance: published figures, and the same numbers as the bridges, key figures and days of the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sop_xl.functions import call, last_error
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge


class TestProfitAndLoss:
    arguments = ([[100, 120], [50, 0]], [[20], [10]], [[18], [10]], 6, 3, 1, 0.5, [[50, 0]], 10, 0.02)

    def lines(self, *arguments):
        rows = call("SOP_PNL", [*arguments, *[None] * (10 - len(arguments)), True])
        return {row[0]: row[1:] for row in rows}

    def test_from_gross_revenue_to_contribution_margin(self):
        """By hand: 100 x 18 + 50 x 10 = 2,300 of 2,500 gross; cost 10 a unit; freight 75, premiums 50, obsolescence 10, 46 to serve."""
        lines = self.lines(*self.arguments)
        first = {name: values[0] for name, values in lines.items()}
        assert first["sales volume"] == 150
        assert (first["gross revenue"], first["discounts"], first["revenue"]) == (2500, 200, 2300)
        assert (first["material"], first["conversion"], first["other cost"], first["gross margin"]) == (900, 450, 150, 800)
        assert first["contribution margin"] == pytest.approx(800 - 75 - 50 - 10 - 46)

    def test_every_column_adds_up(self):
        lines = {name: np.array(values) for name, values in self.lines(*self.arguments).items()}
        assert lines["gross revenue"] - lines["discounts"] == pytest.approx(lines["revenue"])
        below = sum(lines[name] for name in ("freight", "premiums", "obsolescence", "cost to serve"))
        assert lines["gross margin"] - below == pytest.approx(lines["contribution margin"])

    def test_without_net_prices_there_are_no_discounts(self):
        assert self.lines([[100, 120]], 20)["discounts"] == [0, 0]

    def test_a_price_that_is_not_known_leaves_units_and_cost_known(self):
        lines = self.lines([[100, 120]], [[20, None]], None, 6)
        assert lines["revenue"] == [2000, "#N/A"]
        assert lines["material"] == [600, 720]
        assert lines["contribution margin"] == [1400, "#N/A"]

    def test_downwards_where_volume_is_a_column(self):
        assert np.shape(call("SOP_PNL", [[[100], [120], [90]], 20])) == (3, 13)


class TestBridge:
    def test_quantity_and_mix_of_two_wines(self):
        """1,200 jugs at 5 and 400 bottles at 16 became 1,100 and 700: quantity variance 1,550, mix variance 2,750, as in the tests of the bridges sheet."""
        rows = call("SOP_BRIDGE", [[1200, 400], [6000, 6400], [1100, 700], [5500, 11200], *[None] * 6, True])
        found = dict(zip(*rows, strict=True))
        assert found["Volume"] == pytest.approx(1550)
        assert found["Mix"] == pytest.approx(2750)
        assert found["start"] + sum(found[name] for name in STEPS[REVENUE]) == pytest.approx(found["end"])

    @pytest.mark.parametrize("measure", [REVENUE, GROSS_MARGIN])
    def test_each_item_has_the_steps_that_the_bridges_sheet_gives_it(self, measure):
        random = np.random.default_rng(8)
        q0, q1 = random.poisson(30, 12).astype(float), random.poisson(33, 12).astype(float)
        q0[2], q1[3], q1[4] = 0, 0, 5
        r0, r1 = q0 * random.uniform(9, 11, 12), q1 * random.uniform(9, 12, 12)
        r1[4] = 0  # units without revenue: nothing explains them
        c0, c1 = q0 * 6, q1 * 6.5
        rate0, rate1 = np.full(12, 1.1), np.full(12, 1.2)
        family = ["A"] * 5 + ["B"] * 7
        names = [f"i{k:02d}" for k in range(12)]

        def side(q, r, c, rate):
            return pd.DataFrame({"item": names, "location": "L", "family": family, "sales_volume": q, "revenue": r, "cost": c, "fx_rate": rate})

        batch = bridge(side(q0, r0, c0, rate0), side(q1, r1, c1, rate1), measure).sort_values("item")
        expected = batch[["start", *STEPS[measure], "end"]].to_numpy()
        costs = [c0, c1] if measure == GROSS_MARGIN else [None, None]
        arguments = [q0, r0, q1, r1, *costs, rate0, rate1, family]
        assert np.array(call("SOP_BRIDGE", [*arguments, True])) == pytest.approx(expected)
        assert call("SOP_BRIDGE", arguments)[0] == pytest.approx(expected.sum(axis=0).tolist())

    def test_the_order_of_the_items_does_not_matter(self):
        one = call("SOP_BRIDGE", [[10, 20, 0], [100, 300, 0], [12, 0, 5], [130, 0, 40]])
        other = call("SOP_BRIDGE", [[0, 10, 20], [0, 100, 300], [5, 12, 0], [40, 130, 0]])
        assert one[0] == pytest.approx(other[0])

    def test_one_cost_without_the_other_explains_nothing(self):
        assert call("SOP_BRIDGE", [[10], [100], [12], [120], [60]]) == "#VALUE!"
        assert last_error() == "SOP_BRIDGE: give both cost_from and cost_to, or neither"

    def test_margin_of_an_item_whose_cost_is_not_known_is_not_known(self):
        assert call("SOP_BRIDGE", [[10, 5], [100, 50], [12, 5], [120, 50], [60, None], [70, 30]]) == "#N/A"


class TestTurnsAndCash:
    def test_a_quarters_cost_made_yearly(self):
        assert call("SOP_TURNS", [[[250, 250, 250]], [[500, 400, 600]], 12]) == pytest.approx(6)

    def test_one_figure_for_each_family(self):
        assert call("SOP_TURNS", [[[10, 10], [20, 20]], [[60, 60], [60, 60]], 12]) == [[2], [4]]

    def test_without_stock_there_are_no_turns(self):
        assert call("SOP_TURNS", [[[10, 10]], [[0, 0]]]) == "#NUM!"

    def test_dell_2012_is_paid_fifty_days_before_it_pays(self):
        """Berk, DeMarzo, Harford, Fundamentals of Corporate Finance, example 19.1 (payables against the cost of goods sold there, million USD)."""
        found = call("SOP_CASH_TO_CASH", [1_382, 9_842, 15_223, 44_754, 56_940, 44_754, 365])
        assert found == pytest.approx(-49.80, abs=0.02)

    def test_its_three_parts(self):
        figures = [call("SOP_CASH_TO_CASH", [500, 400, 300, 3650, 4000, 2500, 365, f"days of {name}"]) for name in ("inventory", "receivables", "payables")]
        assert figures == [pytest.approx(50), pytest.approx(36.5), pytest.approx(43.8)]

    def test_from_the_third_month_on_flows_of_three_months_count(self):
        row = call("SOP_CASH_TO_CASH", [[30, 30, 30, 30], [0] * 4, [0] * 4, [10, 20, 30, 40], [1] * 4, [1] * 4, 30])
        assert row == [[pytest.approx(v) for v in (30 / 10 * 30, 30 / 30 * 60, 30 / 60 * 90, 30 / 90 * 90)]]

    def test_downwards_where_inventory_is_a_column(self):
        column = [[1], [1]]
        assert np.shape(call("SOP_CASH_TO_CASH", [column] * 6)) == (2, 1)
