"""What sales and planners type into the workbook, found again on its sheets after a run."""

from __future__ import annotations

from datetime import datetime
from math import isclose

import pytest
from company import TIMELINE, cells, labels, run

from sop_xl.hosts.headless import HeadlessHost

PLAN = [TIMELINE.calendar.label(p) for p in TIMELINE.plan]
JANUARY = datetime(2025, 1, 3)


def type_in(path, sheet: str, *rows: dict[str, object], periods: bool = False) -> None:
    """Rows by label, in place of what the table has."""
    header = labels(sheet) + (TIMELINE.labels if periods else [])
    host = HeadlessHost(path)
    host.write_table(sheet, header, [[row.get(name) for name in header] for row in rows])
    host.save()


def regenerate(path):
    result = run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off")
    assert result.exit_code == 0, result.output
    return result


def line(path, sheet: str, measure: str, **keys: object) -> dict[str, object]:
    found = [r for r in cells(path, sheet) if r["Measure"] == measure and all(r[k] == v for k, v in keys.items())]
    assert len(found) == 1
    return found[0]


def test_three_peoples_edits_are_found_on_the_sheets(planned):
    type_in(planned, "Sales Input", {"Item": "0044", "Location": "Rome", "Contributor": "Ann", "Measure": "Revenue", "Unit": "EUR", "2025-02": 90000.0}, periods=True)
    change = {"From": "2025-02", "Owner": "Max", "Reason": "tender", "Reason code": "customer", "Entered": JANUARY}
    type_in(
        planned,
        "Overrides",
        change | {"Override": "O-1", "Item": "0044", "Location": "Rome", "Action": "set", "Value": 500.0, "Pinned": "yes"},
        change | {"Override": "O-2", "Family": "Tables", "Action": "percent", "Value": 0.1, "Owner": "Eve", "Entered": datetime(2025, 1, 4)},
        change | {"Override": "O-3", "Family": "Chairs", "Action": "add", "Value": 50.0, "Expiry policy": "re-confirm", "Entered": datetime(2024, 12, 4)},
    )
    regenerate(planned)
    ledger = {r["Source"]: r for r in cells(planned, "Demand Effects")}
    assert {name: r["State"] for name, r in ledger.items()} == {"Ann": "applied", "O-1": "applied", "O-2": "partly applied", "O-3": "to re-confirm"}
    for label in ("Sales input", "Overrides"):
        lines = [r for r in cells(planned, "Consensus Demand") if r["Measure"] == label]
        planned_units = sum(float(r[p] or 0) for r in lines for p in PLAN)  # type: ignore[arg-type]
        assert isclose(planned_units, sum(float(r["Effect"]) for r in ledger.values() if r["Stage"] == label), abs_tol=1e-6)  # type: ignore[arg-type]
    at = {"Item": "0044", "Location": "Rome"}
    assert isclose(float(line(planned, "Consensus Demand", "Consensus demand", **at)["2025-02"]), 500.0)  # type: ignore[arg-type]
    assert str(line(planned, "Consensus Demand", "Overrides", **at)["Note"]).startswith("O-1 set 500, Max: tender (")
    assert str(line(planned, "Consensus Demand", "Sales input", **at)["Note"]).startswith("Ann's number (")
    review = line(planned, "Sales Review", "Sales number", Contributor="Ann")
    assert isclose(float(review["2025-02"]), 90000 / 225, rel_tol=1e-9)  # type: ignore[arg-type]
    said = {(r["Sheet"], r["Cell"]) for r in cells(planned, "Problems") if r["Severity"] == "warning"}
    assert any(sheet == "Overrides" and str(cell).endswith("9") for sheet, cell in said)
    archived = [r for r in cells(planned, "Forecast Archive") if r["Stage"] == "sales_number"]
    assert [(r["Item"], r["Source"]) for r in archived] == [("0044", "Ann")]


@pytest.mark.parametrize(("blend", "days", "corrected"), [("track record", "off", True), ("track record", "Mon-Fri", True), ("weight", "off", False)])
def test_a_sandbaggers_number_is_corrected_by_what_the_archive_knows(planned, blend, days, corrected):
    """For six months Ann said 80 % of what came, and the forecast was right: her number is lifted, and hardly counts.

    She spoke of what comes in a month, whatever its working days.
    """
    actual = next(r for r in cells(planned, "Demand History") if (r["Item"], r["Location"], r["Measure"]) == ("0044", "Rome", "Demand"))
    rows = []
    for month in range(7, 13):
        units = float(actual[f"2024-{month:02d}"])  # type: ignore[arg-type]
        cycle = {"Cycle": f"2024-{month:02d}", "Item": "0044", "Location": "Rome"}
        rows += [cycle | {"Stage": "sales_number", "Source": "Ann", "Lag 1": 0.8 * units}, cycle | {"Stage": "baseline", "Lag 1": units}]
    type_in(planned, "Forecast Archive", *rows)
    host = HeadlessHost(planned)
    settings = [[c if c is not None else "" for c in r.values()] for r in cells(planned, "Settings")]
    for row in settings:
        if row[0] in (choice := {"Blend of sales input": blend, "Working days": days}):
            row[1] = choice[row[0]]
    host.write_table("Settings", labels("Settings"), [[c or None for c in row] for row in settings])
    host.save()
    type_in(planned, "Sales Input", {"Item": "0044", "Location": "Rome", "Contributor": "Ann", "2025-02": 90.0}, periods=True)
    regenerate(planned)
    of = {name: line(planned, "Sales Review", name, Contributor="Ann") for name in ("Forecast before sales", "Sales number", "Suggestion", "Entered in the plan")}
    running, number, suggestion, entered = (float(row["2025-02"]) for row in of.values())  # type: ignore[arg-type]
    assert (number, suggestion) == (90.0, pytest.approx(100.0))
    assert "6 periods: bias -20% (sandbagging)" in str(of["Suggestion"]["Note"])
    assert entered == pytest.approx(0.25 * (suggestion - running) if corrected else 0.5 * (number - running))
