"""Customer orders and the choice of a reconciliation, typed into the workbook and found again after a run."""

from __future__ import annotations

import sys
from math import isclose

import pytest
from company import TIMELINE, cells, change, labels, run

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import columns_of

PLAN = [TIMELINE.calendar.label(p) for p in TIMELINE.plan]


def regenerate(path, *more: object):
    return run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off", *more)


def choose(path, name: str, value: object) -> None:
    change(path, "Settings", "Value", [c.name for c in columns_of(Settings)].index(name), value)


def lines_of(path, sheet: str, item: str, place: str) -> dict[str, list[float]]:
    """Planned figures of one item and location by measure."""
    return {str(r["Measure"]): [float(r[p] or 0) for p in PLAN] for r in cells(path, sheet) if (r["Item"], r["Location"]) == (item, place)}  # type: ignore[arg-type]


def test_orders_consume_the_consensus_on_their_own_sheet(planned):
    host = HeadlessHost(planned)
    orders = [
        ["S-1", "0044", "Rome", "Miller", "2025-03", 50, None],
        ["S-2", "0044", "Rome", "Smith", "2025-03", 5000, None],
        ["S-3", "0017", "Oslo", "Smith", "2024-11", 10, "late"],
    ]
    host.write_table("Customer Orders", labels("Customer Orders"), orders)
    host.save()
    choose(planned, "consume_backward", 2)
    choose(planned, "consume_forward", 1)
    result = regenerate(planned)
    assert result.exit_code == 0, result.output
    found = lines_of(planned, "Forecast Consumption", "0044", "Rome")
    consensus = lines_of(planned, "Consensus Demand", "0044", "Rome")["Consensus demand"]
    assert found["Customer orders"] == [0, 0, 5050, *[0] * 9]
    for p, (planned_demand, taken, left, serve) in enumerate(
        zip(consensus, found["Consumed forecast"], found["Remaining forecast"], found["Demand to serve"], strict=True)
    ):
        inside = p <= 3  # March, two months back and one ahead
        assert isclose(taken, planned_demand if inside else 0, abs_tol=0.01)
        assert isclose(left, 0 if inside else planned_demand, abs_tol=0.01)
        assert isclose(serve, (5050 if p == 2 else 0) + left, abs_tol=0.01)
    assert lines_of(planned, "Inventory Plan", "0044", "Rome")["Demand"] == found["Demand to serve"]  # supply serves the orders
    assert lines_of(planned, "Forecast Consumption", "0017", "Oslo")["Customer orders"][0] == 10
    assert not lines_of(planned, "Forecast Consumption", "0018", "Oslo")  # nothing ordered
    said = [p["Expected"] for p in cells(planned, "Problems") if p["Sheet"] == "Customer Orders"]
    assert any("S-3" in str(text) and "due before 2025-01" in str(text) for text in said)
    assert any("0044 / Rome exceed the forecast" in str(text) for text in said)
    host = HeadlessHost(planned)
    host.write_table("Customer Orders", labels("Customer Orders"), [])
    host.save()
    assert regenerate(planned).exit_code == 0
    assert not cells(planned, "Forecast Consumption")


def test_another_reconciliation_is_chosen_in_settings(planned):
    before = lines_of(planned, "Consensus Demand", "0044", "Rome")["Consensus demand"]
    choose(planned, "reconciliation", "mint_shrink")
    result = regenerate(planned)
    assert result.exit_code == 0, result.output
    after = lines_of(planned, "Consensus Demand", "0044", "Rome")["Consensus demand"]
    assert after != before
    assert all(isclose(a, b, rel_tol=0.25) for a, b in zip(after, before, strict=True))


def test_a_reconciliation_whose_package_is_missing_leaves_the_file_and_names_the_extra(company, monkeypatch):
    choose(company, "reconciliation", "mint_shrink_nonnegative")
    content = company.read_bytes()
    monkeypatch.setitem(sys.modules, "hierarchicalforecast.methods", None)
    result = regenerate(company)
    assert result.exit_code != 0
    assert 'pip install "sop-xl[mint]"' in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert company.read_bytes() == content


@pytest.mark.parametrize("method", ["ols", "MinT"])
def test_a_method_that_is_not_offered_is_a_problem_with_its_cell(company, method):
    choose(company, "reconciliation", method)
    result = regenerate(company)
    assert result.exit_code == 1
    assert "Settings!" in result.output
