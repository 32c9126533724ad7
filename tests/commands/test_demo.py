"""The demonstration workbook holds the real data, to the unit and the dollar."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from importlib.resources import files
from math import isclose

import pytest
from company import cells, run

from sop_xl.commands.regenerate import regenerate_on
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.snapshot import snapshot

DATA = files("sop_xl.samples") / "adventureworks"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    result = run("demo", "--out", folder, "--recalc", "off")
    assert result.exit_code == 0, result.output
    return folder / "sop_adventureworks.xlsx"


@pytest.fixture(scope="module")
def plan(demo):
    return cells(demo, "Financial Plan")


def total(rows, period, **where):
    return sum(r[period] or 0.0 for r in rows if all(r[k] == v for k, v in where.items()))


def sales(column):
    by_month: Counter[str] = Counter()
    with gzip.open(DATA / "sales_monthly.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_month[row["month"]] += float(row[column])
    return by_month


@pytest.mark.parametrize(("column", "measure"), [("units", "Demand"), ("revenue", "Revenue")])
def test_past_months_are_the_sample_s_sales(column, measure, plan):
    expected = sales(column)
    assert len(expected) == 35
    for month, amount in expected.items():
        assert isclose(total(plan, month, Version="Plan", Measure=measure), amount, abs_tol=0.01), month


def test_the_budget_is_the_target_file_in_dollars_on_the_sample_s_calendar(plan):
    """Thousands per sales person; its July 2017 is June 2022."""
    with (DATA / "sales_targets_as_received.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    targets: Counter[str] = Counter()
    for row in rows:
        for k in range(1, 13):
            if (text := row[f"M{k:02d}"]) not in ("", "NULL"):
                number = int(row["Year"]) * 12 + k - 1 + 59
                targets[f"{number // 12}-{number % 12 + 1:02d}"] += 1000 * float(text)
    assert min(targets) == "2022-06" and max(targets) == "2026-05"
    for month, amount in targets.items():
        assert total(plan, month, Version="Budget", Measure="Revenue") == pytest.approx(amount), month


def test_every_sold_pair_has_an_accuracy_line_that_names_its_model(demo):
    rows = cells(demo, "Forecast Accuracy")
    assert len(rows) == 2185 and all(r["Model"] for r in rows)


def test_ended_items_are_planned_as_nothing_and_said(demo):
    ended = [r for r in cells(demo, "Forecast Accuracy") if r["Demand class"] == "ended"]
    keys = {(r["Item"], r["Location"]) for r in ended}
    baseline = [r for r in cells(demo, "Baseline Forecast") if (r["Item"], r["Location"]) in keys]
    assert len(ended) > 500 and all("ended" in r["Model"] for r in ended)
    assert all(not v for r in baseline for k, v in r.items() if k[:2] == "20")


def test_the_examples_of_planners_knowledge_have_their_effect(demo):
    rows = cells(demo, "Consensus Demand")
    assert total(rows, "2025-06", Measure="Events", Family="Helmets", Region="North America") > 0
    assert total(rows, "2025-05", Measure="Overrides", Family="Road Bikes", Location="France") == pytest.approx(
        0.1 * total([r for r in rows if r["Measure"] not in ("Overrides", "Consensus demand", "Net price")], "2025-05", Family="Road Bikes", Location="France")
    )
    assert total(rows, "2025-07", Measure="Consensus demand", Item="BK-M18S-40") == 0
    assert total(rows, "2025-09", Measure="Life cycle", Item="BK-M18B-40") > 0


def test_a_second_run_changes_nothing(demo):
    before = demo.read_bytes()
    assert run("regenerate", demo, "--as-of", "2025-05-05", "--recalc", "off").exit_code == 0
    assert demo.read_bytes() == before


def test_the_sample_is_planned_in_memory_as_it_is_in_the_file(demo):
    """All that a run writes to a picture of the planned workbook is what stands there already."""
    picture = snapshot(HeadlessHost(demo))
    report = regenerate_on(picture, as_of="2025-05-05")
    assert report.exit_code == 0 and report.facts["forecast_from_cache"]
    assert {"Baseline Forecast", "Supply Plan", "Financial Plan", "KPIs", "Run Log"} <= set(picture.written.tables)
    assert not picture.changed
