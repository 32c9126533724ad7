"""A supply review on the sample: one work centre loses hours; the shortage is explained, priced, and removed by the best option."""

from __future__ import annotations

import pytest
from company import append, cells, run

from sop_xl.sheets import sheet

CUT = [f"2026-{month:02d}" for month in range(4, 10)]
"""Months in which Frame Welding works fewer hours, around the peak of the season."""
WELDING = "Frame Welding"


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The sample as it comes, and the same workbook with fewer hours at the welding cells."""
    from sop_xl.commands.demo import filled_workbook

    folder = tmp_path_factory.mktemp("supply")
    path = filled_workbook(folder)
    append(path, "Resource Calendar", {"Resource": WELDING, "Measure": "Capacity", "Unit": "h", "Note": "robot overhauled", **dict.fromkeys(CUT, 250.0)})
    regenerate(path)
    return path


def regenerate(path):
    done = run("regenerate", path, "--as-of", "2025-05-05", "--recalc", "off")
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def shortages(planned):
    return cells(planned, "Shortages")


@pytest.fixture(scope="module")
def options(planned):
    return cells(planned, "Options")


def unmet(path, name="Unmet demand"):
    rows = [r for r in cells(path, "Inventory Plan") if r["Measure"] == name]
    return sum(float(v) for r in rows for k, v in r.items() if str(k)[:2] == "20" and v is not None)


def test_every_shortage_of_frames_and_bikes_is_traced_to_the_welding_cells(shortages):
    late = [r for r in shortages if r["Family"] in ("Mountain Frames", "Road Frames", "Touring Frames", "Mountain Bikes", "Road Bikes", "Touring Bikes") and r["From"] >= CUT[0]]
    assert late
    money = sum(r["Value"] for r in late)
    assert sum(r["Value"] for r in late if r["Cause"] == WELDING) > 0.8 * money
    first = next(r for r in late if r["Cause"] == WELDING)
    assert first["Kind of cause"] == "resource"
    assert first["Chain"].startswith(first["Item"]) and WELDING in first["Chain"]
    assert WELDING in first["Next action"]


def test_shortages_are_ranked_by_money(shortages):
    assert [r["Rank"] for r in shortages] == list(range(1, len(shortages) + 1))
    values = [r["Value"] for r in shortages]
    assert values == sorted(values, reverse=True)


def test_an_hour_of_welding_has_a_price_and_a_sentence(planned):
    rows = [r for r in cells(planned, "Binding Constraints") if r["Of"] == WELDING and r["Period"] in CUT]
    assert rows
    for row in rows:
        assert row["One less costs"] >= row["One more saves"] >= 0
        assert row["One less costs"] > 0
        assert WELDING in row["In words"] and row["Period"] in row["In words"]
    assert sum(r["Demand hurt"] for r in rows) > 0


def test_the_best_option_is_at_the_welding_cells_and_gains_profit_and_service(options):
    assert [r["Rank"] for r in options] == list(range(1, len(options) + 1))
    gains = [r["Gain"] for r in options]
    assert gains == sorted(gains, reverse=True)
    best = options[0]
    assert WELDING in best["Option"]
    assert best["Gain"] > 0 and best["Service change"] > 0
    assert best["Unmet demand"] < 0.1 * unmet_of_plan(options)


def unmet_of_plan(options):
    return max(r["Unmet demand"] for r in options)


def test_the_best_option_copied_into_decisions_and_approved_removes_the_shortage(planned, options):
    before = [r for r in cells(planned, "Shortages") if r["Cause"] == WELDING]
    best = options[0]
    shared = ("Option", "Lever", "Item", "Family", "Resource", "Supplier", "From", "To")
    row = {name: best[name] for name in shared if best[name] is not None}
    append(planned, "Decisions", {"Decision": "D-1", **row, "Value": best["Used"] if best["Lever"] != "combination" else None, "Status": "approved", "Owner": "COO"})
    late = unmet(planned)
    regenerate(planned)
    assert before and not [r for r in cells(planned, "Shortages") if r["Cause"] == WELDING and r["Value"] > 0.05 * before[0]["Value"]]
    assert unmet(planned) < 0.2 * late


def test_a_stated_number_of_hours_is_kept(planned):
    rows = {r["Measure"]: r for r in cells(planned, "Capacity") if r["Resource"] == WELDING}
    for period in CUT:
        assert rows["Available capacity"][period] == pytest.approx(250.0)
        assert rows["Load"][period] <= 250.0 + sum(rows[m][period] for m in ("Overtime",) if m in rows) + 20.0 * 31 / 7 + 1e-6
    assert sheet("Capacity").measures[0] == "available_capacity"


def test_scenarios_of_lead_time_material_and_supplier_stand_beside_the_plan(planned):
    rows = cells(planned, "Scenario Compare")
    named = list(dict.fromkeys(r["Scenario"] for r in rows))
    assert named[0] == "Plan" and len(named) == 4
    figures = {(r["Scenario"], r["Figure"]): r for r in rows}
    for name in named[1:]:
        mine = {k: r for (s, k), r in figures.items() if s == name}
        assert any("ash" in k for k in mine) and any("ervice" in k for k in mine)


