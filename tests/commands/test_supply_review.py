"""A supply review on the sample: one work centre loses hours; the shortage is explained, priced, and removed by the best option."""

from __future__ import annotations

import pytest
from company import append, cells, run

CUT = [f"2025-{month:02d}" for month in range(7, 11)]
"""Months in which the welding robots are overhauled."""
HOURS = 120.0
"""Left of about 470 a month."""
WELDING = "Frame Welding"


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The sample as it comes, and the same workbook with fewer hours at the welding cells."""
    from sop_xl.commands.demo import filled_workbook

    folder = tmp_path_factory.mktemp("supply")
    path = filled_workbook(folder)
    append(path, "Resource Calendar", {"Resource": WELDING, "Measure": "Capacity", "Unit": "h", "Note": "robot overhauled", **dict.fromkeys(CUT, HOURS)})
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
    gains = [r["Gain"] for r in options if not r["Note"].startswith("Changes nothing")]
    assert gains == sorted(gains, reverse=True)
    best = options[0]
    assert WELDING in best["Option"]
    assert best["Gain"] > 0 and best["Service change"] > 0
    worst = max(r["Unmet demand"] for r in options)
    assert best["Unmet demand"] < 0.3 * worst  # what is left waits for a vendor's lead time


def test_the_best_option_copied_into_decisions_and_approved_removes_the_shortage(planned, options):
    best, late = options[0], unmet(planned)
    assert waits_for_welding(planned)
    shared = ("Option", "Lever", "Item", "Family", "Resource", "Supplier", "From", "To")
    append(planned, "Decisions", {"Decision": "D-1", **{k: best[k] for k in shared if best[k] is not None}, "Status": "approved", "Owner": "COO"})
    regenerate(planned)
    assert not waits_for_welding(planned)
    assert unmet(planned) == pytest.approx(best["Unmet demand"], rel=0.01)
    assert unmet(planned) < 0.3 * late


def waits_for_welding(path):
    return [r["Item"] for r in cells(path, "Shortages") if r["Cause"] == WELDING]


def test_a_stated_number_of_hours_is_kept(planned):
    rows = {r["Measure"]: r for r in cells(planned, "Capacity") if r["Resource"] == WELDING}
    for period in CUT:
        more = sum(rows[name][period] * hours for name, hours in (("Overtime", 1.0), ("Extra shifts", 20.0 * 365.25 / 12 / 7)) if name in rows)
        assert rows["Available capacity"][period] == pytest.approx(HOURS)
        assert rows["Load"][period] <= HOURS + more + 1e-6


def test_scenarios_of_lead_time_material_and_supplier_stand_beside_the_plan(planned):
    rows = cells(planned, "Scenario Compare")
    named = list(dict.fromkeys(r["Scenario"] for r in rows))
    assert named[0] == "Plan" and len(named) == 4
    change = {(r["Scenario"], r["Figure"]): r["Change"] for r in rows}
    held = "Service with the plan's stock"
    # twice the lead time: more stock for the same service, less cash for it, and customers wait
    assert change["Lead times double", "Safety stock value"] > 0 > change["Lead times double", "Cash"]
    assert change["Lead times double", "Unmet demand"] > 0 > change["Lead times double", held]
    # what is on its way comes later: the stock that is there covers less
    assert change["Crankarms late", held] < 0
    # bought ahead of the outage: stock is dearer, and thin where the outage is a surprise
    assert change["Brake maker out", "Inventory value"] > 0 > change["Brake maker out", "Profit"]
    assert change["Brake maker out", held] < 0
