"""`sop-xl regenerate`: what a run writes, what it leaves, and that it repeats itself."""

from __future__ import annotations

import json
import zipfile
from math import isclose

import pytest
from company import ITEMS, LOCATIONS, TIMELINE, cells, change, run

from sop_xl.commands import demand_planning
from sop_xl.commands.regenerate import STEPS, regenerate_workbook
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost

PLAN = [TIMELINE.calendar.label(p) for p in TIMELINE.plan]
PAST = [TIMELINE.calendar.label(p) for p in TIMELINE.history]


def lines(path, sheet, **where):
    return [row for row in cells(path, sheet) if all(row[k] == v for k, v in where.items())]


def test_every_output_sheet_is_filled(planned):
    assert {sheet for sheets in STEPS.values() for sheet in sheets if not cells(planned, sheet)} == EMPTY_HERE


EMPTY_HERE = {
    "Forecast Consumption", "History Log", "Demand Effects", "Sales Review", "Forecast Value Added", "Demand Changes",
    "Supplier Performance", "Capacity", "Scenario Compare", "Risk Outlook", "Changes", "Decision Effects",
}  # fmt: skip
"""No orders, nothing to correct in this company, nothing that people put in, no archived month over; no past purchases, no resources, no scenarios, no risks, nothing published."""


def test_every_item_and_location_has_a_forecast_with_its_range_and_its_model(planned):
    rows = lines(planned, "Baseline Forecast", Measure="Baseline forecast")
    assert {(r["Item"], r["Location"]) for r in rows} == {(i, place) for i in ITEMS for place in LOCATIONS}
    assert all(r["Note"] for r in rows)
    for item in ITEMS:
        for place in LOCATIONS:
            low, middle, high = (lines(planned, "Baseline Forecast", Item=item, Location=place, Measure=m)[0] for m in ("Baseline P10", "Baseline forecast", "Baseline P90"))
            assert all(low[p] <= middle[p] <= high[p] for p in PLAN)


def test_the_forecast_follows_the_season_of_the_data(planned):
    """Demand swings by 40 % with its peak in April and its trough in October."""
    row = lines(planned, "Baseline Forecast", Item="0044", Location="Rome", Measure="Baseline forecast")[0]
    assert row["2025-04"] > 1.5 * row["2025-10"]


def test_revenue_of_the_plan_is_consensus_times_price_summed_over_its_items(planned):
    consensus = lines(planned, "Consensus Demand", Family="Chairs", Region="North", Measure="Consensus demand")
    price = {r["Item"]: r for r in lines(planned, "Consensus Demand", Family="Chairs", Region="North", Measure="Net price")}
    revenue = lines(planned, "Financial Plan", Family="Chairs", Region="North", Version="Plan", Measure="Revenue")[0]
    for p in PLAN:
        assert isclose(revenue[p], sum(r[p] * price[r["Item"]][p] for r in consensus), abs_tol=0.005)


def test_actuals_stand_in_the_past_periods_of_the_plan(planned):
    history = lines(planned, "Demand History", Location="Oslo", Measure="Revenue")
    chairs = [r for r in history if ITEMS[r["Item"]] == "Chairs"]
    revenue = lines(planned, "Financial Plan", Family="Chairs", Region="North", Version="Plan", Measure="Revenue")[0]
    for p in PAST:
        assert isclose(revenue[p], sum(r[p] for r in chairs), abs_tol=0.005)


def test_last_year_is_the_plan_twelve_months_earlier(planned):
    plan = lines(planned, "Financial Plan", Family="Tables", Region="South", Version="Plan", Measure="Demand")[0]
    before = lines(planned, "Financial Plan", Family="Tables", Region="South", Version="Last year", Measure="Demand")[0]
    assert [before[p] for p in PLAN] == [plan[p] for p in PAST[-12:]]


def test_stock_balances_in_every_period(planned):
    for item in ITEMS:
        row = {r["Measure"]: r for r in lines(planned, "Inventory Plan", Item=item, Location="Oslo")}
        for p in PLAN:
            receipts = (row["Scheduled receipts"][p] or 0.0) + row["Planned receipts"][p]
            end = row["Opening balance"][p] + receipts - row["Demand"][p]
            assert isclose(end, row["Projected available balance"][p], abs_tol=1e-6)


def test_an_override_shows_as_its_own_line_and_moves_the_consensus(company):
    row = [None] * 13
    header = ["Override", "Item", "Family", "Location", "Region", "From", "To", "Action", "Value", "Reason", "Owner", "Entered", "Expires"]
    for name, value in {"Override": "O-1", "Item": "0017", "Location": "Oslo", "From": "2025-02", "Action": "set", "Value": 500.0, "Reason": "tender won", "Owner": "Ada"}.items():
        row[header.index(name)] = value
    host = HeadlessHost(company)
    host.write_table("Overrides", header, [row])
    host.save()
    assert run("regenerate", company, "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    consensus = lines(company, "Consensus Demand", Item="0017", Location="Oslo", Measure="Consensus demand")[0]
    baseline = lines(company, "Consensus Demand", Item="0017", Location="Oslo", Measure="Baseline forecast")[0]
    override = lines(company, "Consensus Demand", Item="0017", Location="Oslo", Measure="Overrides")[0]
    assert consensus["2025-02"] == pytest.approx(500.0)
    assert override["2025-02"] == pytest.approx(500.0 - baseline["2025-02"])
    assert override["2025-03"] == 0


def test_the_same_input_gives_the_same_bytes(company, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        assert run("regenerate", company, "--out", tmp_path / name, "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_second_run_on_an_unchanged_workbook_changes_nothing_and_fits_nothing(planned, monkeypatch):
    before = planned.read_bytes()
    monkeypatch.setattr(demand_planning, "baseline_forecast", lambda *a, **k: pytest.fail("fitted again"))
    report = regenerate_workbook(planned, as_of="2025-01-06", recalc="off")
    assert report.facts["forecast_from_cache"] and not report.facts["changed"]
    assert planned.read_bytes() == before


def test_a_damaged_cache_is_only_a_reason_to_fit_again(company, tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_CACHE", str(tmp_path / "cache"))
    first = regenerate_workbook(company, out=tmp_path / "a.xlsx", as_of="2025-01-06", recalc="off")
    for file in (tmp_path / "cache").rglob("*.feather"):
        file.write_bytes(b"damaged")
    second = regenerate_workbook(company, out=tmp_path / "b.xlsx", as_of="2025-01-06", recalc="off")
    assert not first.facts["forecast_from_cache"] and not second.facts["forecast_from_cache"]
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_out_leaves_the_workbook_as_it_is(company, tmp_path):
    before = company.read_bytes()
    assert run("regenerate", company, "--out", tmp_path / "other.xlsx", "--recalc", "off").exit_code == 0
    assert company.read_bytes() == before


def test_steps_limit_what_is_written(company):
    assert run("regenerate", company, "--steps", "forecast", "--recalc", "off").exit_code == 0
    assert cells(company, "Baseline Forecast")
    assert not cells(company, "Consensus Demand") and not cells(company, "Financial Plan")


@pytest.mark.parametrize("steps", [("forecast,demand", "--steps", "kpis"), ("forecast", "--steps", "demand", "--steps", "kpis"), ("forecast, demand,kpis",)])
def test_steps_given_again_all_count(monkeypatch, steps):
    from sop_xl.commands import regenerate as module

    asked = []

    def stop(workbook, **options):
        asked.append(options["steps"])
        raise HostError("stop here")

    monkeypatch.setattr(module, "regenerate_workbook", stop)
    run("regenerate", "any.xlsx", "--steps", *steps)
    assert asked == [("forecast", "demand", "kpis")]


def test_an_unknown_step_is_named(company):
    result = run("regenerate", company, "--steps", "forcast")
    assert result.exit_code == 1
    assert 'expected steps among forecast, demand, supply, options, scenarios, finance, outlook, kpis, cycle, got "forcast"' in result.output


def test_input_sheets_and_everything_else_stay_byte_for_byte(company, planned):
    outputs = {name for names in STEPS.values() for name in names} | {"Problems", "Run Log", "Home"}
    with zipfile.ZipFile(company) as before, zipfile.ZipFile(planned) as after:
        changed = {n for n in before.namelist() if before.read(n) != after.read(n)}
        workbook = before.read("xl/workbook.xml").decode()
    import re

    names = re.findall(r'<sheet name="([^"]+)"', workbook)
    owned = {f"xl/worksheets/sheet{names.index(o) + 1}.xml" for o in outputs}
    other = {n for n in changed if n not in owned and not n.startswith("xl/tables/") and n not in ("xl/workbook.xml", "xl/styles.xml")}
    assert other == set()


def test_the_report_is_json_and_stable(company, tmp_path):
    reports = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.json"
        result = run("regenerate", company, "--out", tmp_path / "out.xlsx", "--as-of", "2025-01-06", "--recalc", "off", "--json", path)
        assert result.exit_code == 0
        reports.append(json.loads(path.read_text(encoding="utf-8")))
    assert {"schema", "command", "workbook", "exit_code", "outcome", "problems", "sheets", "series", "current_period", "inputs"} <= set(reports[0])
    assert {k: v for k, v in reports[0].items() if k not in ("forecast_from_cache", "summary")} == {k: v for k, v in reports[1].items() if k not in ("forecast_from_cache", "summary")}


def test_rolling_to_the_next_month_keeps_the_last_plan_as_previous_plan(planned):
    """January's actuals arrive; what was planned for February on is now the previous plan."""
    before = lines(planned, "Financial Plan", Family="Chairs", Region="North", Version="Plan", Measure="Revenue")[0]
    for row in range(len(history := cells(planned, "Demand History"))):
        change(planned, "Demand History", "2025-01", row, 1.1 * history[row]["2024-01"])
    assert run("regenerate", planned, "--as-of", "2025-02-05", "--recalc", "off").exit_code == 0
    held = lines(planned, "Financial Plan", Family="Chairs", Region="North", Version="Previous plan", Measure="Revenue")[0]
    assert held["2025-03"] == pytest.approx(before["2025-03"])
    assert held["2025-02"] == pytest.approx(before["2025-02"])
    assert "2026-01" in held and "2022-01" not in held, "the window moves on by one month and keeps its width"
    again = planned.read_bytes()
    assert run("regenerate", planned, "--as-of", "2025-02-05", "--recalc", "off").exit_code == 0
    assert planned.read_bytes() == again


def test_stopping_in_the_middle_leaves_the_file_as_it_was(company):
    before = company.read_bytes()

    def stop(message, done, total):
        if message.startswith("Writing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        regenerate_workbook(company, recalc="off", progress=stop)
    assert company.read_bytes() == before
    assert [p.name for p in company.parent.iterdir() if p.name.startswith(".")] == []


def test_history_after_the_current_period_is_left_out_and_said(company):
    change(company, "Settings", "Value", [r["Setting"] for r in cells(company, "Settings")].index("Current period"), "2024-07")
    result = run("regenerate", company, "--recalc", "off")
    assert result.exit_code == 0, result.output
    assert "history-after-current-period" in {r["Rule"] for r in cells(company, "Problems")}
    assert cells(company, "Run Log")[-1]["Current period"] == "2024-07"


def test_revenue_in_another_currency_is_converted_at_its_own_rates(company, planned):
    """Oslo's revenue is stated in kroner, 10 to the euro; Rome's stays in euros."""
    host = HeadlessHost(company)
    rows = cells(company, "Demand History")
    for row in rows:
        if row["Location"] == "Oslo" and row["Measure"] == "Revenue":
            row["Unit"] = "NOK"
            row.update({p: row[p] * 10 for p in PAST})
    host.write_table("Demand History", list(rows[0]), [list(r.values()) for r in rows])
    rate = {"Currency": "NOK", "Rate type": "actual", "Measure": "FX rate"} | dict.fromkeys(PAST, 10.0)
    header = ["Currency", "Name", "Source", "Rate type", "Measure", "Unit", "Note", *PAST, *PLAN]
    host.write_table("FX Rates", header, [[rate.get(h) for h in header]])
    host.save()
    result = run("regenerate", company, "--as-of", "2025-01-06", "--recalc", "off")
    assert result.exit_code == 0, result.output
    before, after = (lines(path, "Financial Plan", Family="Chairs", Region="North", Version="Plan", Measure="Revenue")[0] for path in (planned, company))
    assert [after[p] for p in PAST] == pytest.approx([before[p] for p in PAST])
    assert [after[p] for p in PLAN] == pytest.approx([before[p] for p in PLAN])


def test_stopping_while_formulas_are_computed_leaves_the_file_as_it_was(company, monkeypatch):
    """Plan and computed formulas come into place together or not at all."""
    before = company.read_bytes()

    def stop(path, mode, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("sop_xl.commands.cell_functions.recalculate", stop)
    result = run("regenerate", company, "--as-of", "2025-01-06")
    assert result.exit_code == 130 and "nothing was written" in result.output
    assert company.read_bytes() == before


def test_a_file_that_somebody_saved_during_the_run_is_not_overwritten(company, monkeypatch):
    def save_meanwhile(path, mode, **more):
        company.write_bytes(b"newer")
        from sop_xl.hosts.recalculate import RecalcReport

        return RecalcReport(False, "off")

    monkeypatch.setattr("sop_xl.commands.cell_functions.recalculate", save_meanwhile)
    result = run("regenerate", company)
    assert result.exit_code == 2 and "changed by another program" in result.output
    assert company.read_bytes() == b"newer"


def current_period(path, label):
    change(path, "Settings", "Value", [r["Setting"] for r in cells(path, "Settings")].index("Current period"), label)


def test_planning_an_earlier_month_again_never_shows_a_later_plan_as_the_previous_one(planned):
    current_period(planned, "2024-10")
    assert run("regenerate", planned, "--recalc", "off").exit_code == 0
    assert lines(planned, "Financial Plan", Version="Previous plan") == []


def test_a_gap_after_the_history_is_refused(company):
    current_period(company, "2025-04")
    result = run("regenerate", company)
    assert result.exit_code == 1
    assert "expected a current period from 2022-02 to 2025-01, got 2025-04" in result.output


def test_a_horizon_that_the_grids_cannot_show_is_refused(company):
    change(company, "Settings", "Value", [r["Setting"] for r in cells(company, "Settings")].index("Horizon"), 48)
    result = run("regenerate", company)
    assert result.exit_code == 1 and "expected a horizon of at most 47" in result.output and "sop-xl new --horizon 48" in result.output


def test_some_steps_cannot_leave_grids_in_different_months(planned):
    for row in range(len(history := cells(planned, "Demand History"))):
        change(planned, "Demand History", "2025-01", row, history[row]["2024-01"])
    before = planned.read_bytes()
    result = run("regenerate", planned, "--steps", "demand")
    assert result.exit_code == 1 and "expected a whole run" in result.output
    assert planned.read_bytes() == before


def test_a_month_that_is_not_over_is_noticed(company):
    change(company, "Demand History", "2025-01", 0, 12.0)
    result = run("check", company)
    assert "only 1 lines have demand in 2025-01, 12 in 2024-12" in result.output


def test_what_is_parked_but_counts_is_said(planned):
    assert run("module", "remove", planned, "supply").exit_code == 0
    result = run("regenerate", planned, "--recalc", "off", "--as-of", "2025-01-06")
    assert result.exit_code == 0 and "Inventory: 12 rows of this parked sheet count in the plan" in result.output
