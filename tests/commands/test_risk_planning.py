"""Risk Outlook and Gap List in the workbook: rows as people read them, and owners that stay where they were typed."""

from __future__ import annotations

import pytest
from company import cells, change
from plan_tables import month, table
from risk_world import outlook

from sop_xl import frames
from sop_xl.commands.inputs import planning_timeline, read_inputs
from sop_xl.commands.risk_planning import gap_list_rows, plan_gaps, risk_outlook_rows
from sop_xl.commands.what_if import WhatIf
from sop_xl.hosts.headless import HeadlessHost

SHORT = {
    "item": "0017", "location": "Oslo", "period": month("2025-03"), "last_period": month("2025-04"), "unmet_demand": 12.0, "margin_at_risk": 480.0, "cause_kind": "resource",
    "cause": "Saw", "next_action": "Authorise overtime on the Saw",
}  # fmt: skip


def write_gaps(path, *shortages):
    """Gaps of these shortages onto the sheet, with the owners that it has; the notes that were made."""
    host = HeadlessHost(path)
    inputs = read_inputs(host)
    assert not inputs.has_errors
    timeline, _ = planning_timeline(inputs)
    assert timeline is not None
    tried = WhatIf(frames.empty_frame(frames.OPTIONS), table(frames.SHORTAGES, *shortages), frames.empty_frame(frames.SCENARIO_COMPARE))
    notes = []
    gaps = plan_gaps(inputs, timeline, tried, frames.empty_frame(frames.FINANCIAL_PLAN), outlook(), notes)
    host.write_table("Gap List", *gap_list_rows(gaps, timeline.calendar), sparse=False)
    host.save()
    return [note for frame in notes for note in frame["note"]]


def test_a_gap_is_an_account_on_the_sheet(company):
    write_gaps(company, SHORT)
    rows = [(r["Rank"], r["Gap"], r["Step"], r["From"], r["Units"], r["Value"], r["Owner"]) for r in cells(company, "Gap List")]
    assert rows == [
        (1, "Chairs short: Saw", "gap", "2025-03", 12, 480, None),
        (1, "Chairs short: Saw", "not closed", "2025-03", -12, -480, None),
    ]


def test_an_owner_that_people_typed_stays_when_the_gap_changes(company):
    write_gaps(company, SHORT)
    change(company, "Gap List", "Owner", 0, "Ann")
    larger = SHORT | {"item": "0042", "margin_at_risk": 900.0}
    assert write_gaps(company, SHORT | {"unmet_demand": 20.0}, larger) == []
    assert [(r["Gap"], r["Owner"]) for r in cells(company, "Gap List") if r["Step"] == "gap"] == [("Tables short: Saw", None), ("Chairs short: Saw", "Ann")]


def test_an_owner_whose_gap_is_closed_for_a_cycle_is_said_and_still_there_when_it_is_back(company):
    write_gaps(company, SHORT)
    change(company, "Gap List", "Owner", 0, "Ann")
    assert write_gaps(company) == ["Chairs short: Saw: closed now; its line stays for its owner Ann"]
    assert [(r["Rank"], r["Step"], r["Units"], r["Value"], r["Owner"]) for r in cells(company, "Gap List")] == [(1, "gap", 0, 0, "Ann"), (1, "not closed", 0, 0, None)]
    assert write_gaps(company, SHORT) == []
    assert [(r["Step"], r["Value"], r["Owner"]) for r in cells(company, "Gap List")] == [("gap", 480, "Ann"), ("not closed", -480, None)]


def test_owners_can_be_typed_on_every_line_though_the_sheet_is_protected(company):
    from openpyxl import load_workbook

    from sop_xl.sheets.spec import HEADER_ROW

    write_gaps(company, SHORT, SHORT | {"item": "0042"})
    page = load_workbook(company)["Gap List"]
    columns = {page.cell(HEADER_ROW, k).value: k for k in range(1, page.max_column + 1)}
    lines = [r for r in range(HEADER_ROW + 1, page.max_row + 1) if page.cell(r, columns["Gap"]).value]
    assert len(lines) == 4 and page.protection.sheet
    for line in lines:
        assert not page.cell(line, columns["Owner"]).protection.locked
        assert page.cell(line, columns["Value"]).protection.locked


def test_figures_of_the_outlook_have_their_names(company):
    header, rows = risk_outlook_rows(outlook({"effect": -0.1, "probability": 0.5}, currency="EUR").outlook)
    at = {name: k for k, name in enumerate(header)}
    assert [(row[at["Figure"]], row[at["Risk"]], row[at["Unit"]]) for row in rows] == [
        (figure, risk, "EUR") for figure in ("Revenue", "Gross margin", "Cash") for risk in (None, "R1")
    ]
    host = HeadlessHost(company)
    host.write_table("Risk Outlook", header, rows)
    host.save()
    assert [r["P10"] for r in cells(company, "Risk Outlook")] == pytest.approx([row[at["P10"]] for row in rows])
