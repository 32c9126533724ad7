"""Scenarios beside the plan: solved in a small world, figures and sentences as a planner reads them."""

from __future__ import annotations

from dataclasses import fields, replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, month, table, value
from small_network import small_network

from sop_xl import frames
from sop_xl.errors import PlanError
from sop_xl.plan.safety_stock import safety_stock
from sop_xl.plan.scenario_figures import (
    BUDGET_GAP,
    CASH,
    CO2,
    INVENTORY,
    KEPT,
    MARGIN,
    MEANING,
    PLAN,
    REVENUE,
    SAFETY_STOCK,
    SERVICE,
    UNMET,
    UTILISATION,
)
from sop_xl.plan.scenario_service import late_with_components
from sop_xl.plan.scenarios import apply_drivers, compare_scenario, compare_scenarios, ground_of, plan_rows
from sop_xl.plan.supply.figures import plan_figures
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import solve_supply

ITEMS = items("paint", "resin", service_level=0.95)
NOWHERE = frames.empty_frame(frames.LOCATIONS)
RULES = SupplyRules()
MEAN, ERROR = 100.0, 30.0


def world():
    """Paint is made of one resin each; resin comes from Alpha in a month. Two months of it lie in stock above the right safety stock."""
    level = float(safety_stock(MEAN, ERROR, 1.0, 0.0, 0.95))
    return small_network(
        {"paint": [100.0] * 6, "resin": [100.0] * 6},
        points={
            "paint": {"unit_cost": 8.0, "unit_price": 20.0, "holding_cost": 0.4, "safety_cost": 10.0},
            "resin": {"unit_cost": 2.0, "unit_price": 3.0, "holding_cost": 0.1, "safety_cost": 10.0},
        },
        sources=[{"item": "paint", "kind": "make", "unit_cost": 3.0}, {"item": "resin", "kind": "buy", "supplier": "Alpha", "unit_cost": 2.0, "lead_time": 1.0}],
        uses={("paint", "resin"): 1.0},
        resources={"Mixer": {"capacity": 150.0, "loads": {"paint": 0.5}}},
        suppliers={"Alpha": [400.0] * 6},
        opening={"paint": level, "resin": 400.0 + level},
        safety_stock={"paint": level, "resin": level},
    )


TARGETS = table(
    frames.INVENTORY_TARGETS,
    {"item": "paint", "location": "All", "service_level": 0.95, "mean_demand": MEAN, "error_sd": ERROR, "lead_time": 1.0, "lead_time_deviation": 0.0},
    {"item": "resin", "location": "All", "service_level": 0.95, "mean_demand": MEAN, "error_sd": ERROR, "lead_time": 1.0, "lead_time_deviation": 0.0},
)


def restock(network, levels):
    """Safety stock of resin for the lead time of its source."""
    stock = network.safety_stock.copy()
    source = network.sources[network.sources["kind"] == "buy"].iloc[0]
    stock[1] = safety_stock(MEAN, ERROR, source["lead_time"], source["lead_time_deviation"], 0.95)
    return replace(network, safety_stock=stock)


def driver(scenario, name, amount=np.nan, action="percent", start=None, end=None, **scope):
    dates = {"first_period": month(start) if start else pd.NaT, "last_period": month(end) if end else pd.NaT}
    return {"scenario": scenario, "driver": name, "action": action, "value": amount} | dates | scope


SCENARIOS = table(
    frames.SCENARIOS,
    {"scenario": "Double", "name": "Lead times double", "state": "run"},
    {"scenario": "Late", "name": "Resin is 14 days late", "state": "run"},
    {"scenario": "Out", "name": "Alpha is out for two months", "state": ""},
    {"scenario": "More", "name": "Demand rises", "state": "run"},
    {"scenario": "Kept for later", "name": "", "state": "off"},
)
DRIVERS = table(
    frames.SCENARIO_DRIVERS,
    driver("Double", "lead time", 1.0, supplier="Alpha"),
    driver("Late", "material late", 14.0, item="resin"),
    driver("Out", "supplier out", supplier="Alpha", start="2026-02", end="2026-03"),
    driver("More", "demand", 0.1),
    driver("Kept for later", "demand", 9.0),
)


def compared(scenarios=SCENARIOS, drivers=DRIVERS, solve=solve_supply, targets=TARGETS, said=None, rules=RULES):
    network = world()
    progress = None if said is None else said.append
    compare, notes = compare_scenarios(
        network, rules, solve_supply(network, rules), scenarios, drivers, ITEMS, NOWHERE, restock, solve, plan_figures, progress, targets=targets
    )
    frames.check_frame(compare, frames.SCENARIO_COMPARE)
    return compare, notes


@pytest.fixture(scope="module")
def compare():
    return compared()[0]


def figure(compare, scenario, kpi, column="value"):
    return value(compare, column, scenario=scenario, kpi=kpi)


def note(compare, scenario, kpi):
    return compare[(compare["scenario"] == scenario) & (compare["kpi"] == kpi)]["note"].iloc[0]


class TestComparison:
    def test_the_plan_comes_first_and_every_scenario_has_the_same_figures(self, compare):
        assert compare["scenario"].drop_duplicates().tolist() == [PLAN, "Double", "Late", "Out", "More"]
        for _, lines in compare.groupby("scenario"):
            assert lines["kpi"].tolist() == [kpi for kpi in MEANING if kpi not in (BUDGET_GAP, CO2)]  # nobody gave a budget or emissions

    def test_changes_are_against_the_plan(self, compare):
        assert (compare[compare["scenario"] == PLAN]["change"] == 0).all()
        wide = compare.pivot(index="scenario", columns="kpi", values="value")
        changes = compare.pivot(index="scenario", columns="kpi", values="change")
        assert np.allclose(wide - wide.loc[PLAN], changes)

    def test_more_demand_brings_more_revenue(self, compare):
        assert figure(compare, "More", REVENUE) == pytest.approx(1.1 * figure(compare, PLAN, REVENUE))
        assert figure(compare, "More", KEPT, "change") == 0

    def test_longer_lead_times_cost_cash_and_stock_that_is_kept_serves_worse(self, compare):
        """Two months instead of one: three months to protect instead of two, so z falls from 1.645 by the root of two thirds to 1.343: 91.0 %."""
        assert figure(compare, "Double", SAFETY_STOCK, "change") > 0
        assert figure(compare, "Double", INVENTORY, "change") > 0
        assert figure(compare, "Double", CASH, "change") < 0
        assert figure(compare, PLAN, KEPT) == pytest.approx(0.95 + 0.2 / 6 * 0.05, abs=1e-6)
        assert note(compare, "Double", KEPT) == "most of all resin / All in 2026-02: from 95.0 % to 91.0 %"
        # 200 units above safety stock protect resin in January; four fifths of the weight is paint, which is as before
        assert figure(compare, "Double", KEPT, "change") == pytest.approx(0.2 * 5 / 6 * (0.9104 - 0.95), abs=1e-4)

    def test_a_late_material_eats_the_stock_that_was_to_protect_service(self, compare):
        """0.46 months late are 46 units of the 70 that lie there for safety: 24 are left for a deviation of 30 x sqrt(2.46) = 47, which is 69 %."""
        late = 14 / (365.25 / 12)
        kept = (np.sqrt(2) * 1.6449 * ERROR - MEAN * late) / (ERROR * np.sqrt(2 + late))
        assert note(compare, "Late", KEPT).endswith(f"to {100 * NormalDist().cdf(float(kept)):.1f} %")
        assert figure(compare, "Late", KEPT, "change") < 0
        assert figure(compare, "Late", SAFETY_STOCK, "change") == 0, "a lateness that is known is no reason for other targets"

    def test_a_supplier_that_is_out_leaves_demand_unmet(self, compare):
        assert figure(compare, "Out", SERVICE, "change") < 0
        assert figure(compare, "Out", UNMET, "change") > 0
        assert "from 2026-0" in note(compare, "Out", UNMET)
        assert figure(compare, "Out", KEPT, "change") < figure(compare, "Late", KEPT, "change")

    def test_the_first_line_says_what_is_supposed(self, compare):
        assert note(compare, "Double", SERVICE) == "What if: lead time +100 % (supplier Alpha)"
        assert note(compare, "Late", SERVICE) == "What if: material late 14 days (item resin)"
        assert note(compare, "Out", SERVICE) == "What if: supplier out (supplier Alpha; from 2026-02 to 2026-03)"

    def test_utilisation_is_of_what_is_limited(self, compare):
        """100 paint at half an hour in 150 hours: a third, a tenth more with a tenth more demand."""
        assert figure(compare, PLAN, UTILISATION) == pytest.approx(1 / 3)
        assert figure(compare, "More", UTILISATION, "change") == pytest.approx(1 / 30)

    def test_without_targets_the_service_of_safety_stock_is_left_out(self):
        compare, _ = compared(SCENARIOS.iloc[:1], targets=None)
        assert KEPT not in set(compare["kpi"])

    def test_the_same_comes_out_twice(self, compare):
        pd.testing.assert_frame_equal(compare, compared()[0])


def test_whole_lots_are_no_part_of_the_difference():
    """A plan in lots is compared without them: its own line stays, and what a scenario adds is what it adds without lots."""
    in_lots = SupplyRules(whole_lots=True)
    solved = []

    def solve(network, rules):
        solved.append(rules.whole_lots)
        return solve_supply(network, rules)

    lots, _ = compared(solve=solve, rules=in_lots)
    plain, _ = compared()
    assert solved == [False] * 5, "the plan once more, and four scenarios"
    network = world()
    assert figure(lots, PLAN, REVENUE) == pytest.approx(plan_figures(solve_supply(network, in_lots)).revenue)
    keys = ["scenario", "kpi"]
    assert lots.set_index(keys)["change"].to_dict() == pytest.approx(plain.set_index(keys)["change"].to_dict(), abs=1e-6)


class TestScenariosThatHaveNoPlan:
    def test_progress_is_told_and_scenarios_that_are_off_are_not_solved(self):
        said = []
        compared(said=said)
        assert said == ["Double", "Late", "Out", "More"]

    def test_a_scenario_that_changes_nothing_is_the_plan_and_not_solved_again(self):
        def never(network, rules):
            raise AssertionError

        empty = table(frames.SCENARIOS, {"scenario": "Empty", "state": "run"})
        compare, notes = compared(empty, solve=never)
        assert (compare["change"] == 0).all()
        assert notes["rule"].tolist() == ["scenario-without-drivers"]

    def test_a_scenario_without_a_plan_is_said(self):
        def impossible(network, rules):
            raise PlanError("Paint is 310 h short in 2026-03")

        compare, notes = compared(SCENARIOS.iloc[:1], solve=impossible)
        assert set(compare["scenario"]) == {PLAN}
        assert notes["note"].tolist() == ["Double has no plan: Paint is 310 h short in 2026-03"]

    def test_a_scenario_cannot_be_called_plan(self):
        compare, notes = compared(table(frames.SCENARIOS, {"scenario": "plan", "state": "run"}))
        assert set(compare["scenario"]) == {PLAN}
        assert notes["rule"].tolist() == ["scenario-named-plan"]


def test_a_cell_that_no_driver_touches_is_the_plans_own():
    """The very same arrays and frames, not copies: a scenario holds only what it changes."""
    network = world()
    changed, rules, _ = apply_drivers(network, RULES, DRIVERS[DRIVERS["scenario"] == "More"].reset_index(drop=True), ITEMS, NOWHERE)
    assert rules is RULES
    assert {f.name for f in fields(network) if getattr(network, f.name) is not getattr(changed, f.name)} == {"demand"}


def test_what_is_made_of_a_late_material_is_late_by_what_its_stock_does_not_cover():
    """Resin half a month late with stock for a tenth of a month: paint, made in no time, is four tenths late."""
    late = np.zeros((2, 6))
    late[1, 2:4] = 0.5
    held = np.array([[0.0] * 6, [10.0] * 6])
    reached = late_with_components(world(), late, held, np.array([[100.0], [100.0]]))
    assert reached[0].tolist() == pytest.approx([0, 0, 0.4, 0.4, 0, 0])
    assert reached[1].tolist() == late[1].tolist()


class TestMoneyAndEmissions:
    def rows(self, network, budget=None, **driver_of):
        base = solve_supply(network, RULES)
        ground = ground_of(network, RULES, base, base, ITEMS, NOWHERE, plan_figures, budget=budget)
        drivers = table(frames.SCENARIO_DRIVERS, driver("What if", **driver_of)) if driver_of else frames.empty_frame(frames.SCENARIO_DRIVERS)
        return pd.concat([plan_rows(ground), compare_scenario(ground, "What if", drivers, ground.start(None), solve_supply, plan_figures)[0]])

    def test_gross_margin_is_revenue_less_unit_cost_of_what_is_served(self):
        """600 paint at 20 that cost 8 each and 600 resin at 3 that cost 2; at a tenth more, 2 and 0.3 each more."""
        compare = self.rows(world(), name="price", amount=0.1)
        assert figure(compare, PLAN, MARGIN) == pytest.approx(600 * 12.0 + 600 * 1.0)
        assert figure(compare, "What if", MARGIN, "change") == pytest.approx(600 * 2.0 + 600 * 0.3)

    def test_revenue_is_held_against_budget_only_where_there_is_one(self):
        """Budgeted are 1,500 in January; 100 paint at 20 and 100 resin at 3 are sold then."""
        budget = pd.DataFrame({"family": ["Family"], "period": [month("2026-01")], "revenue": [1500.0]})
        compare = self.rows(world(), budget)
        assert figure(compare, PLAN, BUDGET_GAP) == pytest.approx(800.0)
        assert BUDGET_GAP not in set(self.rows(world())["kpi"])

    def test_emissions_are_those_of_what_is_ordered_and_unknown_where_nobody_gives_any(self):
        """Resin weighs 3 kg a unit; making paint is not counted, as nothing is given for it."""
        network = world()
        bought = network.sources["kind"] == "buy"
        network = replace(network, sources=network.sources.assign(co2_per_unit=np.where(bought, 3.0, np.nan)))
        compare = self.rows(network)
        orders = solve_supply(network, RULES).orders[bought.to_numpy()].sum()
        assert orders > 0
        assert figure(compare, PLAN, CO2) == pytest.approx(3.0 * orders)
        assert compare.loc[compare["kpi"] == CO2, "unit"].unique().tolist() == ["kg"]

    def test_no_drivers_give_the_plan(self):
        compare = self.rows(world())
        assert (compare["change"] == 0).all()
