"""The lines of the sheet Balance and Cash."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made_balance import balance_of, items_of
from small_network import small_network

from sop_xl.commands.balance import balance_rows, balance_settings, line_basis
from sop_xl.commands.inputs import Inputs
from sop_xl.plan.balance_and_cash import BalanceSettings
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.sheets import sheet
from sop_xl.sheets.read import Reading
from sop_xl.sheets.settings import Settings


@pytest.fixture(scope="module")
def rows():
    solution = unconstrained_solution(small_network({"bench": [10, 10]}, sources=[{"item": "bench", "kind": "buy", "unit_cost": 10.0}]), SupplyRules())
    settings, timeline = Settings(plan_currency="USD"), solution.network.timeline

    class WithItems(Inputs):
        def frame(self, name: str) -> pd.DataFrame:
            return items_of(solution).assign(category="Furniture") if name == "Items" else super().frame(name)

    readings: dict[str, Reading] = {}
    header, lines = balance_rows(balance_of(solution, customer_payment_days=31.0)[0], WithItems(settings, readings, ()), timeline)
    return pd.DataFrame(lines, columns=header)


def test_everything_stands_first_then_the_family_over_all_regions(rows):
    order = rows[["Family", "Region"]].drop_duplicates().fillna("").to_numpy().tolist()
    assert order == [["All", "All"], ["Family", "All"], ["Family", ""]]


def test_every_line_says_how_it_is_found(rows):
    assert rows["Basis"].notna().all()
    assert rows.loc[rows["Measure"] == "Receivables", "Basis"].unique().tolist() == ["customer terms by days; open currency at plan rates"]


def test_every_sum_stands_below_its_parts_though_they_are_zero(rows):
    shown = rows.loc[(rows["Family"] == "All") & (rows["Region"] == "All"), "Measure"].tolist()
    assert set(shown) == {term.label for term in sheet("Balance and Cash").measure_terms}


def test_the_month_before_the_plan_holds_balances_and_later_ones_flows(rows):
    cash = rows[(rows["Family"] == "All") & (rows["Measure"] == "Collections")].iloc[0]
    assert cash["2025-12"] is None or np.isnan(cash["2025-12"])
    assert cash["2026-01"] == 0
    assert cash["2026-02"] == pytest.approx(200 * 28 / 31, abs=0.01)


def test_a_family_has_its_category(rows):
    assert rows.loc[rows["Family"] == "Family", "Category"].unique().tolist() == ["Furniture"]


def test_every_measure_of_the_sheet_has_a_basis():
    assert set(line_basis(Settings())) == set(sheet("Balance and Cash").measures)
    assert line_basis(Settings(inventory_valuation="moving average"))["inventory_value"] == "closing stock at moving average"


def test_the_reserve_says_that_profit_and_loss_does_not_bear_it():
    basis = line_basis(Settings(excess_reserve_rate=0.25, obsolete_reserve_rate=1.0))["stock_reserve"]
    assert basis == "25% of excess, 100% of obsolete stock; not charged in Profit and Loss"


def test_numbers_of_the_settings_sheet_are_those_of_the_balance():
    found = balance_settings(Settings(inventory_valuation="moving average", customer_payment_days=7, opening_cash=3, excess_reserve_rate=0.1, obsolete_reserve_rate=0.2, excess_cover_days=90))
    assert found == BalanceSettings("moving average", 7, 90, 0.1, 0.2, 3)
