"""Scenarios from the command line: standard ones added, many solved, one promoted into the plan."""

from __future__ import annotations

import pandas as pd
import pytest
from company import append, cells, change, run

from sop_xl.commands import scenario_runs
from sop_xl.hosts import forecast_cache

RUN = ("--as-of", "2025-01-06", "--recalc", "off", "--quiet")
DRIVERS = "Scenario Drivers"


def planned_again(path, *more):
    result = run("regenerate", path, *RUN, *more)
    assert result.exit_code == 0, result.output


def figure(path, scenario, kpi, column="Value"):
    return next(row[column] for row in cells(path, "Scenario Compare") if row["Scenario"] == scenario and row["Figure"] == kpi)


def figures(path, scenario):
    return {row["Figure"]: row["Value"] for row in cells(path, "Scenario Compare") if row["Scenario"] == scenario}


class TestAdd:
    def test_the_library_is_filled_in_from_the_workbook(self, planned):
        result = run("scenario", "add", planned, "--all", "--quiet")
        assert result.exit_code == 0, result.output
        scenarios = {row["Scenario"] for row in cells(planned, "Scenarios")}
        assert {"Lead times x2", "Price +5%", "Price -5%"} <= scenarios
        regions = {row["Region"] for row in cells(planned, DRIVERS) if row["Driver"] == "demand"}
        assert len(regions) == 1
        assert regions <= {"North", "South"}

    def test_rows_of_people_stay_and_names_stay_unique(self, planned):
        append(planned, "Scenarios", {"Scenario": "Price +5%", "Description": "ours"})
        append(planned, DRIVERS, {"Scenario": "Price +5%", "Driver": "price", "Value": 0.07})
        for _ in range(2):
            assert run("scenario", "add", planned, "price up", "price down", "--quiet").exit_code == 0
        assert [row["Scenario"] for row in cells(planned, "Scenarios")] == ["Price +5%", "Price -5%"]
        assert cells(planned, "Scenarios")[0]["Description"] == "ours"
        assert [row["Value"] for row in cells(planned, DRIVERS)] == [0.07, -0.05]

    def test_another_region_can_be_named_and_must_exist(self, planned):
        assert run("scenario", "add", planned, "demand up", "--region", "South", "--quiet").exit_code == 0
        assert cells(planned, DRIVERS)[0]["Region"] == "South"
        refused = run("scenario", "add", planned, "demand down", "--region", "Mars")
        assert refused.exit_code == 1
        assert "expected a region of the workbook: North, South" in " ".join(refused.output.split())

    def test_an_unknown_name_gives_the_known_ones(self, planned):
        refused = run("scenario", "add", planned, "meteorite")
        assert refused.exit_code == 1
        assert "supplier out" in refused.output


@pytest.fixture
def stated(planned):
    append(planned, "Scenarios", {"Scenario": "Nothing"}, {"Scenario": "More"}, {"Scenario": "Dearer"}, {"Scenario": "Both"})
    append(
        planned, DRIVERS,
        {"Scenario": "More", "Driver": "demand", "Region": "North", "Action": "percent", "Value": 0.1},
        {"Scenario": "Dearer", "Driver": "price", "Value": 0.05},
        {"Scenario": "Both", "Driver": "demand", "Region": "North", "Action": "percent", "Value": 0.1},
        {"Scenario": "Both", "Driver": "price", "Value": 0.05},
    )  # fmt: skip
    return planned


class TestRuns:
    def test_a_scenario_without_drivers_is_the_plan(self, stated):
        planned_again(stated)
        assert figures(stated, "Nothing") == figures(stated, "Plan")

    def test_in_processes_the_rows_are_those_of_one_process(self, stated, monkeypatch):
        planned_again(stated)
        alone = cells(stated, "Scenario Compare")
        monkeypatch.setattr(scenario_runs, "PAYS_FROM", {"fork": 1, "forkserver": 1, "spawn": 1})
        monkeypatch.setattr(forecast_cache, "load", lambda key, kind="forecasts": None)
        planned_again(stated)
        assert cells(stated, "Scenario Compare") == alone

    def test_an_unchanged_scenario_is_not_solved_again_and_a_changed_plan_is(self, stated, monkeypatch):
        planned_again(stated)
        alone, solved = cells(stated, "Scenario Compare"), []
        solve = scenario_runs.solve_scenario
        monkeypatch.setattr(scenario_runs, "solve_scenario", lambda base, name, drivers: solved.append(name) or solve(base, name, drivers))
        planned_again(stated)
        assert solved == []
        assert cells(stated, "Scenario Compare") == alone
        append(stated, DRIVERS, {"Scenario": "Dearer", "Driver": "demand", "Item": "0017", "Value": 0.01})
        planned_again(stated)
        assert solved == ["Dearer"]

    def test_the_mistake_of_a_driver_is_one_line_with_its_cell(self, stated):
        append(stated, DRIVERS, {"Scenario": "More", "Driver": "FX", "Value": 0.1})
        planned_again(stated)
        said = [row for row in cells(stated, "Problems") if row["Rule"] == "scenario-scope-empty"]
        assert len(said) == 1
        assert said[0]["Expected"] == "More, FX: FX Rates has no rate of another currency; the row is left out"
        assert said[0]["Cell"].startswith("B")


def test_more_demand_or_a_higher_target_is_no_better_served_by_the_stock_of_the_plan(stated):
    append(stated, "Scenarios", {"Scenario": "Target"})
    append(stated, DRIVERS, {"Scenario": "Target", "Driver": "policy", "Setting": "Service level", "Action": "set", "Value": 0.99})
    planned_again(stated)
    for scenario in ("More", "Target"):
        assert figure(stated, scenario, "Service with the plan's stock", "Change") <= 0
    assert figure(stated, "Target", "Safety stock value", "Change") > 0


class TestPromote:
    def test_a_promoted_scenario_is_the_plan_and_the_record_says_what_was_expected(self, stated):
        planned_again(stated)
        before, expected = figures(stated, "Plan"), figures(stated, "Both")
        result = run("scenario", "promote", stated, "Both", "--by", "A. Chief", "--as-of", "2025-01-06", "--quiet")
        assert result.exit_code == 0, result.output
        record = cells(stated, "Decisions")[-1]
        assert (record["Lever"], record["Status"], record["Owner"], record["Option"]) == ("scenario", "approved", "A. Chief", "Both")
        assert record["Expected gain"] == pytest.approx(expected["Profit"] - before["Profit"])
        assert record["Unmet demand spared"] == pytest.approx(before["Unmet demand"] - expected["Unmet demand"], abs=1e-6)
        assert f"revenue {expected['Revenue'] - before['Revenue']:+,.0f} EUR" in record["Note"]
        planned_again(stated)
        now = figures(stated, "Plan")
        for every in (now, expected):  # what the plan's stock gives in a surprise: the scenario is none any more
            every.pop("Service with the plan's stock")
        assert now == pytest.approx(expected, rel=1e-6)
        assert {row["Scenario"] for row in cells(stated, "Scenario Compare")} == {"Plan", "Nothing", "More", "Dearer"}
        assert figure(stated, "More", "Revenue") > figure(stated, "Plan", "Revenue")

    def test_the_next_cycle_says_what_came_of_it(self, stated):
        planned_again(stated)
        assert run("scenario", "promote", stated, "More", "--by", "A. Chief", "--as-of", "2025-01-06", "--quiet").exit_code == 0
        assert run("publish", stated, "--by", "A. Chief", "--as-of", "2025-01-08", "--recalc", "off").exit_code == 0
        (new,) = cells(stated, "Decision Effects")
        plan = pd.DataFrame([row for row in cells(stated, "Consensus Demand") if row["Measure"] == "Consensus demand"])
        north = plan["Location"] == "Oslo"
        months = [name for name in plan.columns if str(name).startswith("2025-")]
        brought = plan.loc[north, months].sum().sum() * 0.1 / 1.1  # 10 % more of what the plan without it has
        assert new["Expected units"] == new["Still expected"] == pytest.approx(brought, rel=1e-3)
        january = plan[["Item", "Location", "2025-01"]].assign(asked=plan["2025-01"].where(~north, plan["2025-01"] * 1.05 / 1.1))  # half of it comes
        lines = [f"{item},{place},Demand,{asked}" for item, place, _, asked in january.itertuples(index=False)]
        actuals = stated.parent / "january.csv"
        actuals.write_text("\n".join(["Item,Location,Measure,2025-01", *lines]) + "\n", encoding="utf-8")
        rolled = run("roll", stated, actuals, "--as-of", "2025-02-04", "--recalc", "off")
        assert rolled.exit_code == 0, rolled.output
        (effect,) = cells(stated, "Decision Effects")
        assert (effect["Approved in"], effect["Elapsed"]) == ("2025-01", 1)
        assert effect["Expected so far"] == pytest.approx(plan.loc[north, "2025-01"].sum() * 0.1 / 1.1, rel=1e-3)
        assert effect["Realised so far"] == pytest.approx(effect["Expected so far"] / 2, rel=1e-3)
        assert "above the plan without it" in effect["In words"]

    def test_set_back_it_leaves_the_plan(self, stated):
        planned_again(stated)
        before = figures(stated, "Plan")
        run("scenario", "promote", stated, "More", "--by", "A. Chief", "--as-of", "2025-01-06", "--quiet")
        planned_again(stated)
        assert figures(stated, "Plan")["Revenue"] > before["Revenue"]
        change(stated, "Scenarios", "State", 1, "off")
        planned_again(stated)
        assert figures(stated, "Plan") == before

    @pytest.mark.parametrize(
        ("name", "by", "words"),
        [
            ("Rain", "A. Chief", 'expected one of Both, Dearer, More, Nothing, got "Rain"'),
            ("Nothing", "A. Chief", "expected a scenario that changes something"),
            ("More", "A. Chief", "expected figures of More in Scenario Compare, got none"),
            ("More", " ", "expected who promotes it"),
        ],
    )
    def test_what_cannot_be_promoted_is_refused_and_nothing_is_written(self, stated, name, by, words):
        before = stated.read_bytes()
        refused = run("scenario", "promote", stated, name, "--by", by, "--as-of", "2025-01-06")
        assert refused.exit_code == 1
        assert words in " ".join(refused.output.split())
        assert stated.read_bytes() == before


def test_frames_that_are_read_back_from_the_cache_are_those_that_were_kept():
    rows = pd.DataFrame({"scenario": ["A"], "kpi": ["Service"], "value": [0.1 + 0.2], "change": [float("nan")], "unit": [""], "note": ["x"]})
    forecast_cache.store("key", {"rows": rows, "notes": rows[["note"]]}, kind="scenarios")
    pd.testing.assert_frame_equal(forecast_cache.load("key", kind="scenarios")["rows"], rows)
    assert forecast_cache.load("key") is None
