"""What a workbook remembers: Forecast Archive over the cycles, and Forecast Value Added once the actuals are there."""

from __future__ import annotations

import pytest
from company import TIMELINE, cells, change, labels, run

from sop_xl.hosts.headless import HeadlessHost

SERIES = {"Item": "0017", "Location": "Oslo"}


def lines(path, sheet, **where):
    return [row for row in cells(path, sheet) if all(row[k] == v for k, v in where.items())]


def line(path, sheet, **where):
    (found,) = lines(path, sheet, **where)
    return found


def plan(path, label, *arguments):
    settings = [r["Setting"] for r in cells(path, "Settings")]
    change(path, "Settings", "Value", settings.index("Current period"), label)
    result = run("regenerate", path, "--recalc", "off", "--as-of", "2025-01-06", *arguments)
    assert result.exit_code == 0, result.output
    return path


def actual(path, period):
    return sum(r[period] for r in lines(path, "Demand History", Item="0017", Measure="Demand"))


def put(path, sheet, **cells_by_header):
    host = HeadlessHost(path)
    host.write_table(sheet, labels(sheet), [[cells_by_header.get(h) for h in labels(sheet)]])
    host.save()


@pytest.fixture(scope="session")
def reviewed_template(company_template, tmp_path_factory):
    company = tmp_path_factory.mktemp("reviewed") / "company.xlsx"
    company.write_bytes(company_template.read_bytes())
    change(company, "Settings", "Value", [r["Setting"] for r in cells(company, "Settings")].index("Least track record"), 1)
    for k, label in enumerate(("2024-10", "2024-11", "2024-12", "2025-01")):
        override = {"Override": f"O-{k}", "Item": "0017", "Location": "Oslo", "From": label, "Action": "add", "Value": 20.0, "Reason code": "customer", "Reason": "tender won", "Owner": "Ada"}
        put(company, "Overrides", **override)
        plan(company, label)
    return company


@pytest.fixture
def reviewed(reviewed_template, tmp_path):
    """Four months planned one after the other, each time with Ada's override of one item; 2024-10 to 2024-12 are over."""
    path = tmp_path / "company.xlsx"
    path.write_bytes(reviewed_template.read_bytes())
    return path


def test_each_cycle_is_archived_with_its_first_period_as_lag_1(planned):
    archived = line(planned, "Forecast Archive", Cycle="2025-01", Stage="baseline", **SERIES)
    shown = line(planned, "Baseline Forecast", Measure="Baseline forecast", **SERIES)
    for k, period in enumerate(TIMELINE.plan[:6]):
        assert archived[f"Lag {k + 1}"] == pytest.approx(shown[TIMELINE.calendar.label(period)], rel=1e-4)
    assert len(cells(planned, "Forecast Archive")) == 12, "one line for each item and location"


def test_before_any_archived_month_is_over_value_added_is_empty_and_it_is_said(planned):
    assert cells(planned, "Forecast Value Added") == []
    assert lines(planned, "Problems", Rule="nothing-to-compare")


def test_the_figures_of_one_item_by_hand(reviewed):
    """Three cycles of item 0017 over both locations, at lag 1, recomputed from the cells of the workbook."""
    periods = ["2024-10", "2024-11", "2024-12"]
    archive = lines(reviewed, "Forecast Archive", Item="0017")
    demand = [actual(reviewed, p) for p in periods]
    naive = [actual(reviewed, p) for p in ("2023-10", "2023-11", "2023-12")]
    baseline = [sum(r["Lag 1"] for r in archive if r["Cycle"] == p and r["Stage"] == "baseline") for p in periods]
    consensus = [sum(r["Lag 1"] for r in archive if r["Cycle"] == p) for p in periods]

    def error(forecast):
        return sum(abs(f - a) for f, a in zip(forecast, demand, strict=True))

    found = {r["Step"]: r for r in lines(reviewed, "Forecast Value Added", Level="item", Scope="0017", Lag="lag 1")}
    assert found["Baseline forecast"]["WMAPE"] == pytest.approx(error(baseline) / sum(demand))
    assert found["Baseline forecast"]["FVA"] == pytest.approx((error(naive) - error(baseline)) / sum(demand))
    assert found["Overrides"]["Units better"] == pytest.approx(error(baseline) - error(consensus))
    assert found["Consensus demand"]["Bias"] == pytest.approx((sum(consensus) - sum(demand)) / sum(demand))
    assert found["Overrides"]["Periods"] == 3 and found["Overrides"]["Demand"] == sum(demand)


def test_the_person_and_the_reason_behind_an_override_are_judged(reviewed):
    archive = lines(reviewed, "Forecast Archive", Stage="overrides", **SERIES)
    assert {r["Cycle"] for r in archive} == {"2024-10", "2024-11", "2024-12", "2025-01"}
    assert all(r["Lag 1"] == pytest.approx(20.0) for r in archive)
    (step,) = lines(reviewed, "Forecast Value Added", Level="item", Scope="0017", Lag="lag 1", Step="Overrides")
    people = lines(reviewed, "Forecast Value Added", Level="person", Lag="lag 1", Step="Overrides")
    assert [r["Units better"] for r in people] == pytest.approx([step["Units better"]])
    assert {r["Verdict"] for r in people} <= {"improved", "hurt", "no difference"}


def test_the_staircase_of_the_sheet_adds_up(reviewed):
    total = {r["Step"]: r for r in lines(reviewed, "Forecast Value Added", Level="total", Lag="lag 1")}
    assert list(total) == ["Seasonal naive", "Baseline forecast", "Overrides", "Consensus demand"]
    assert total["Baseline forecast"]["FVA"] + total["Overrides"]["FVA"] == pytest.approx(total["Consensus demand"]["FVA"])


def test_a_second_run_of_a_cycle_with_a_memory_changes_nothing(reviewed):
    before = reviewed.read_bytes()
    plan(reviewed, "2025-01")
    assert reviewed.read_bytes() == before


def test_planning_an_earlier_month_again_leaves_every_archived_cycle_as_it_was(reviewed):
    before = cells(reviewed, "Forecast Archive")
    put(reviewed, "Overrides", Override="O-9", Item="0018", From="2024-11", Action="set", Value=999.0, Reason="with hindsight", Owner="Bo")
    plan(reviewed, "2024-11")
    assert cells(reviewed, "Forecast Archive") == before
    assert "its archive stays as it was" in lines(reviewed, "Problems", Rule="archive-stands")[0]["Expected"]


def test_the_current_cycle_follows_what_is_changed_in_it(reviewed):
    put(reviewed, "Overrides", Override="O-9", Item="0018", Location="Oslo", From="2025-01", Action="add", Value=5.0, Reason="late news", Owner="Bo")
    plan(reviewed, "2025-01")
    now = lines(reviewed, "Forecast Archive", Cycle="2025-01", Stage="overrides")
    assert [(r["Item"], r["Lag 1"]) for r in now] == [("0018", pytest.approx(5.0))]


def test_more_cycles_than_the_setting_keeps_let_the_oldest_go(reviewed):
    change(reviewed, "Settings", "Value", [r["Setting"] for r in cells(reviewed, "Settings")].index("Cycles in the archive"), 2)
    plan(reviewed, "2025-01")
    assert {r["Cycle"] for r in cells(reviewed, "Forecast Archive")} == {"2024-12", "2025-01"}
    assert "the archive holds its 2 cycles, from 2024-12 on" in lines(reviewed, "Problems", Rule="archive-full")[0]["Expected"]
    before = reviewed.read_bytes()
    plan(reviewed, "2025-01")
    assert reviewed.read_bytes() == before


def test_the_last_cycle_is_compared_also_in_the_run_in_which_it_leaves_the_archive(reviewed):
    change(reviewed, "Settings", "Value", [r["Setting"] for r in cells(reviewed, "Settings")].index("Cycles in the archive"), 1)
    plan(reviewed, "2025-01")
    assert {r["Cycle"] for r in cells(reviewed, "Forecast Archive")} == {"2025-01"}
    assert any("last cycle is 2024-12" in str(r["Note"]) for r in cells(reviewed, "Demand Changes"))
    assert lines(reviewed, "Problems", Rule="archive-below-track-record")[0]["Severity"] == "warning"


# rows that somebody broke


def broken(path, row, **cells_by_header):
    for name, value in cells_by_header.items():
        change(path, "Forecast Archive", name, row, value)


def test_a_broken_row_is_kept_at_the_end_said_at_its_cell_and_its_series_is_not_compared(reviewed):
    assert cells(reviewed, "Forecast Archive")[0]["Cycle"] == "2024-10"
    broken(reviewed, 0, **{"Lag 1": "n/a"})
    plan(reviewed, "2025-01")
    archive = cells(reviewed, "Forecast Archive")
    assert archive[-1]["Lag 1"] == "n/a" and archive[-1]["Cycle"] == "2024-10"
    (said,) = lines(reviewed, "Problems", Rule="archive-row")
    assert (said["Severity"], said["Got"]) == ("warning", '"n/a"')
    block = HeadlessHost(reviewed).read_block("Forecast Archive")
    assert said["Cell"] == f"F{block.table[2]}", "the cell as it stands after the run"
    total = line(reviewed, "Forecast Value Added", Level="total", Lag="lag 1", Step="Baseline forecast")
    oslo = line(reviewed, "Demand History", Measure="Demand", **SERIES)["2024-10"]
    everything = sum(r[p] for r in lines(reviewed, "Demand History", Measure="Demand") for p in ("2024-10", "2024-11", "2024-12"))
    assert total["Demand"] == everything - oslo
    before = reviewed.read_bytes()
    plan(reviewed, "2025-01")
    assert reviewed.read_bytes() == before


def test_rows_of_somebody_else_stay_and_stop_nothing(planned):
    place = len(cells(planned, "Forecast Archive"))
    broken(planned, place, Cycle="last spring", Item="our own", Location="Oslo", Stage="guess")
    broken(planned, place + 1, Cycle="2024-12", Item="0017", Location="Oslo", Stage="gut feeling", **{"Lag 1": 5.0})
    plan(planned, None)
    assert [r["Stage"] for r in cells(planned, "Forecast Archive")[-2:]] == ["guess", "gut feeling"]
    assert [r["Got"] for r in lines(planned, "Problems", Rule="archive-row")] == ['"last spring"', '"gut feeling"']


def test_a_broken_row_of_the_current_cycle_is_written_anew(planned):
    good = cells(planned, "Forecast Archive")
    broken(planned, 0, **{"Lag 2": True})
    plan(planned, None)
    assert cells(planned, "Forecast Archive") == good
    assert not lines(planned, "Problems", Rule="archive-row")


def test_an_archive_without_one_of_its_columns_is_left_alone(planned):
    host = HeadlessHost(planned)
    rows = cells(planned, "Forecast Archive")
    host.write_table("Forecast Archive", ["Cycle?", *list(rows[0])[1:]], [list(r.values()) for r in rows])
    host.save()
    plan(planned, None)
    assert next(iter(cells(planned, "Forecast Archive")[0])) == "Cycle?"
    (said,) = lines(planned, "Problems", Rule="archive-header")
    assert said["Severity"] == "warning" and said["Expected"] == 'expected a column "Cycle"'


def test_steps_that_do_not_write_the_archive_leave_it(planned):
    change(planned, "Forecast Archive", "Lag 1", 0, 1.5)
    plan(planned, None, "--steps", "supply")
    assert cells(planned, "Forecast Archive")[0]["Lag 1"] == 1.5
