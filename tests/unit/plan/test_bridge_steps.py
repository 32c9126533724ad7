"""The arithmetic of a bridge: each step means one thing, and together they are the whole difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sop_xl.errors import FrameError
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge


def cells(*rows, cost=0.0):
    """(item, units, price in its own currency, rate): one row each, all in one family; `cost` per unit, one for all or one each."""
    full = [(*row, np.nan)[:4] if len(row) == 3 else row for row in rows]
    units = np.array([float(r[1]) for r in full])
    return pd.DataFrame(
        {
            "item": [r[0] for r in full],
            "location": "North",
            "family": "F",
            "sales_volume": units,
            "revenue": [r[1] * r[2] / (1.0 if np.isnan(r[3]) else r[3]) for r in full],
            "cost": units * np.asarray(cost, dtype=float),
            "fx_rate": [float(r[3]) for r in full],
        }
    )


def steps(before, after, measure=REVENUE):
    """Steps of the only family; asserts that they are the whole difference in every row."""
    rows = bridge(before, after, measure)
    names = list(STEPS[measure])
    assert (rows["start"] + rows[names].sum(axis=1)).to_numpy() == pytest.approx(rows["end"].to_numpy(), rel=1e-12, abs=1e-8)
    return {name: round(amount, 6) for name, amount in rows[names].sum().items() if round(amount, 6) != 0}


def by_item(before, after, step, measure=GROSS_MARGIN):
    return bridge(before, after, measure).set_index("item")[step].round(6).to_dict()


class TestPublishedVolumeAndMix:
    def test_quantity_and_mix_of_two_wines(self):
        """1,200 jugs at 5 and 400 premium bottles at 16 were budgeted, 1,100 and 700 sold.

        Sales quantity variance 1,550 and sales mix variance 2,750, both favourable: Lovely Professional University,
        Management Control Systems (DMGT514), unit 8, sales value method.
        """
        assert steps(cells(("jug", 1200, 5), ("premium", 400, 16)), cells(("jug", 1100, 5), ("premium", 700, 16))) == {"Volume": 1550, "Mix": 2750}

    def test_every_soft_drink_has_its_own_quantity_and_mix_variance(self):
        """Kola, Limor and Orlem with contribution margins of 2.00, 1.20 and 2.50, in thousands.

        Sales-quantity variances 160, 144 and 750, sales-mix variances 0, 216 and -450: solution of a problem of Horngren, Datar, Foster, Rajan
        and Ittner, Cost Accounting, 13th ed., pp. 517-519. Kola keeps its share of 16 %, so that it has no mix variance.
        """
        before = cells(("Kola", 400, 12.0), ("Limor", 600, 11.2), ("Orlem", 1500, 12.5), cost=10)
        after = cells(("Kola", 480, 12.0), ("Limor", 900, 11.2), ("Orlem", 1620, 12.5), cost=10)
        assert by_item(before, after, "Volume") == {"Kola": 160, "Limor": 144, "Orlem": 750}
        assert by_item(before, after, "Mix") == {"Kola": 0, "Limor": 216, "Orlem": -450}
        assert steps(before, after, GROSS_MARGIN) == {"Volume": 1054, "Mix": -234}


class TestPublishedMargins:
    PLANNED = cells(("Pro", 12_500, 379), ("CE", 37_500, 269), ("Kid", 50_000, 149), cost=[182, 98, 65])
    SOLD = cells(("Pro", 11_000, 349), ("CE", 44_000, 285), ("Kid", 55_000, 102), cost=[178, 92, 73])

    def test_three_handhelds_from_budgeted_to_actual_contribution(self):
        """13,075,000 budgeted, 11,968,000 earned; sales-quantity variance 1,307,500 F, sales-mix variance 71,500 U.

        Aussie Infonautics, Horngren, Datar and Foster, Cost Accounting, problem 14-32 with its solution exhibit. What is left of the
        total of 1,107,000 U is the flexible-budget variance, 2,343,000 U: here price and cost.
        """
        found = steps(self.PLANNED, self.SOLD, GROSS_MARGIN)
        assert (found["Volume"], found["Mix"]) == (1_307_500, -71_500)
        assert found["Price"] + found["Cost"] == -2_343_000
        assert sum(found.values()) == 11_968_000 - 13_075_000

    def test_each_handheld_at_the_budgeted_mix(self):
        """Columns of the same exhibit: 2,708,750 - 2,462,500, 7,053,750 - 6,412,500 and 4,620,000 - 4,200,000."""
        assert by_item(self.PLANNED, self.SOLD, "Volume") == {"Pro": 246_250, "CE": 641_250, "Kid": 420_000}
        assert by_item(self.PLANNED, self.SOLD, "Mix") == {"Pro": 2_167_000 - 2_708_750, "CE": 7_524_000 - 7_053_750, "Kid": 0}

    def test_gross_profit_at_budgeted_prices_and_standard_costs(self):
        """Three income statements: budget 26,250 gross profit, actual 20,108, actual units at budgeted prices and costs 25,133.

        Sales 142,233 against 138,226 at budgeted prices, cost 122,125 against 113,093 at standard, 10,425 units at the average of 2.50:
        accountingdetails.com, "Gross Profit Analysis Based on Budgets and Standard Costs" (after Matz and Usry). Statements are rounded to 1.
        """
        before = cells(("A", 6_000, 15), ("B", 3_500, 12), ("C", 1_000, 10), cost=[12, 10, 8.75])
        after = cells(("A", 5_112, 16), ("B", 4_208, 12), ("C", 1_105, 9), cost=[13.98, 9.72, 8.83])
        found = steps(before, after, GROSS_MARGIN)
        assert found["Price"] == pytest.approx(142_233 - 138_226, abs=1)
        assert found["Cost"] == pytest.approx(113_093 - 122_125, abs=1)
        assert found["Volume"] == pytest.approx(10_425 * 2.50 - 26_250, abs=1)
        assert found["Mix"] == pytest.approx(25_133 - 10_425 * 2.50, abs=1)
        assert set(found) == {"Volume", "Mix", "Price", "Cost"}

    def test_price_and_cost_variances_of_two_products(self):
        """Memphis Company: sales price variance 5,250 F, cost price variance 1,500 U, net volume variance 1,400 U.

        accountingdetails.com, "Gross Profit Analysis Solved Problems", problem 1; the net volume variance is volume and mix together.
        """
        before = cells(("Alco", 8_000, 20), ("Bacco", 4_200, 14), cost=[16, 12])
        after = cells(("Alco", 7_500, 21), ("Bacco", 4_500, 13.5), cost=[16.5, 11.5])
        found = steps(before, after, GROSS_MARGIN)
        assert (found["Price"], found["Cost"]) == (5_250, -1_500)
        assert found["Volume"] + found["Mix"] == pytest.approx(-1_400)


class TestPublishedPrices:
    def test_sales_price_variance(self):
        """8,900 units should have sold at 100 and brought 700,000: 190,000 adverse (aCOWtancy, ACCA MA syllabus E2); volume 400 x 100."""
        assert steps(cells(("A", 8500, 100)), cells(("A", 8900, 700_000 / 8900))) == {"Volume": 40_000, "Price": -190_000}

    def test_volume_price_and_exchange_of_one_item_in_pounds(self):
        """23,204 units at 16.50 planned, 23,021 at 15.979 sold, in pounds; 1.48925 dollars a pound planned, 1.53851 had.

        Exchange 18,121, price -17,862, volume -4,497 dollars: AJB Systems, "Volume, Price, Exchange Variance: Currency Conversions".
        """
        found = steps(cells(("A", 23_204, 16.5, 1 / 1.48925)), cells(("A", 23_021, 15.979, 1 / 1.53851)))
        assert found["FX"] == pytest.approx(18_121, abs=1)
        assert found["Price"] == pytest.approx(-17_862, abs=2)
        assert found["Volume"] == pytest.approx(-4_497, abs=1)
        assert set(found) == {"FX", "Price", "Volume"}


class TestFxIsCountedRowByRow:
    """Two currencies whose mix shifts: one rate over the totals takes the shift for an exchange effect."""

    BEFORE = cells(("USA", 600, 1, 0.6), ("EUR", 500, 1, 500 / 950))
    AFTER = cells(("USA", 400, 1, 0.5), ("EUR", 800, 1, 800 / 1200))

    @staticmethod
    def from_totals(before, after):
        """Revenue after - what its local sum would be at the average rate before."""

        def local(frame):
            return (frame["revenue"] * frame["fx_rate"]).sum()

        return after["revenue"].sum() - local(after) / (local(before) / before["revenue"].sum())

    def test_a_published_case_in_which_totals_are_wrong(self):
        """133.33 and -320.00 are -186.67, row by row; from the totals it would be -127.27.

        Rates, sales and the two rows: "FX Variance calculation, SUMX doesn't work", Microsoft Fabric community (Power BI Desktop forum),
        where a total line is computed by one average rate, and asked why it is wrong. (Its own sums, 900 and 1,750, do not add up the rows.)
        """
        found = bridge(self.BEFORE, self.AFTER).set_index("item")["FX"]
        assert found.round(2).to_dict() == {"USA": 133.33, "EUR": -320.00}
        assert round(found.sum(), 2) == -186.67
        assert round(self.from_totals(self.BEFORE, self.AFTER), 2) == -127.27

    def test_without_any_change_of_rates_totals_invent_an_effect(self):
        """A is worth 0.9, B 100 to the unit throughout; twice as much of A is sold. True effect 0; totals say otherwise."""
        before = cells(("A", 100, 9, 0.9), ("B", 100, 1000, 100.0))
        after = cells(("A", 200, 9, 0.9), ("B", 100, 1000, 100.0))
        assert "FX" not in steps(before, after)
        assert self.from_totals(before, after) == pytest.approx(3000 - 101_800 / 50.45)

    def test_price_and_rate_are_told_apart(self):
        """10 % more in its own currency, 25 % from the rate: price 10, then FX on the new price."""
        assert steps(cells(("A", 10, 10, 1.0)), cells(("A", 10, 11, 0.8))) == {"Price": 10, "FX": 27.5}

    def test_without_a_rate_on_one_side_nothing_is_put_on_currency(self):
        assert steps(cells(("A", 10, 10, 0.9)), cells(("A", 10, 10))) == {"Price": pytest.approx(-100 / 0.9 + 100, abs=1e-6)}

    def test_margin_gains_from_rates_what_revenue_gains(self):
        """Unit costs are in plan currency: all of the rate reaches the margin."""
        before, after = (frame.assign(cost=frame["sales_volume"] * 0.5) for frame in (self.BEFORE, self.AFTER))
        assert steps(before, after, GROSS_MARGIN)["FX"] == steps(before, after)["FX"]


class TestSteps:
    def test_nothing_changed_has_no_steps(self):
        same = cells(("A", 10, 3), ("B", 5, 8, 0.9), cost=2)
        assert steps(same, same) == steps(same, same, GROSS_MARGIN) == {}

    def test_price_counts_at_units_after(self):
        assert steps(cells(("A", 10, 5)), cells(("A", 20, 6))) == {"Volume": 50, "Price": 20}

    def test_a_dearer_unit_lowers_the_margin_at_units_after(self):
        """10 x (5 - 2) = 30 become 20 x (5 - 3) = 40: +30 volume, -20 cost. Revenue knows no cost."""
        before, after = cells(("A", 10, 5), cost=2), cells(("A", 20, 5), cost=3)
        assert steps(before, after, GROSS_MARGIN) == {"Volume": 30, "Cost": -20}
        assert steps(before, after) == {"Volume": 50}

    def test_new_and_discontinued_items_stand_apart_from_volume(self):
        before, after = cells(("A", 10, 5), ("old", 4, 10), cost=1), cells(("A", 10, 5), ("new", 3, 30), cost=1)
        assert steps(before, after) == {"New": 90, "Discontinued": -40}
        assert steps(before, after, GROSS_MARGIN) == {"New": 87, "Discontinued": -36}

    def test_a_new_market_of_an_old_item_is_volume_not_a_new_item(self):
        before = cells(("A", 10, 5), cost=1)
        after = pd.concat([before, before.assign(location="South", sales_volume=4.0, revenue=24.0, cost=8.0)])
        assert steps(before, after) == {"Volume": 20, "Price": 4}
        assert steps(before, after, GROSS_MARGIN) == {"Volume": 16, "Price": 4, "Cost": -4}

    def test_an_item_that_sells_below_cost_has_a_volume_effect_of_its_own_sign(self):
        assert steps(cells(("A", 10, 5), cost=6), cells(("A", 20, 5), cost=6), GROSS_MARGIN) == {"Volume": -10}

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
        assert steps(nothing, cells(("A", 10, 0), cost=3), GROSS_MARGIN) == {"Unexplained": -30}

    def test_an_item_with_the_name_of_a_family_stays_apart_from_it(self):
        """Brushes are known in total only; an item of Paint is called Brushes and is new."""
        before = cells(("Brushes", 10, 5)).assign(family="Brushes")
        after = pd.concat([before, cells(("Brushes", 2, 50))])
        assert steps(before, after) == {"New": 100}


class TestMistakesOfTheCaller:
    ONCE = cells(("A", 1, 1))

    def test_a_missing_column(self):
        with pytest.raises(FrameError, match="'fx_rate'"):
            bridge(self.ONCE, self.ONCE.drop(columns="fx_rate"))

    def test_a_row_given_twice(self):
        with pytest.raises(FrameError, match="once"):
            bridge(self.ONCE, pd.concat([self.ONCE, self.ONCE]))

    def test_a_cost_that_is_not_known_matters_to_the_margin_alone(self):
        unknown = self.ONCE.assign(cost=np.nan)
        assert steps(unknown, unknown) == {}
        with pytest.raises(FrameError, match="cost of every row"):
            bridge(self.ONCE, unknown, GROSS_MARGIN)

    def test_another_measure(self):
        with pytest.raises(FrameError, match="inventory_value"):
            bridge(self.ONCE, self.ONCE, "inventory_value")
