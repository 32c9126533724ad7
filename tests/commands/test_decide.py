"""Decisions from the command line: an option becomes a row, what it brought is told in the cycles to come, risks are carried with their trend."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
from company import ITEMS, LOCATIONS, append, cells, change, labels, run

from sop_xl.hosts.headless import HeadlessHost

OVERTIME = "Overtime at Saw"


@pytest.fixture(scope="module")
def short_template(company_template, tmp_path_factory):
    """The company with a saw that has not the hours for its demand, and a risk; planned."""
    path = tmp_path_factory.mktemp("short") / "company.xlsx"
    path.write_bytes(company_template.read_bytes())
    host = HeadlessHost(path)
    host.write_table("Inventory", labels("Inventory"), [[item, place, 5.0, None, None] for item in ITEMS for place in LOCATIONS])
    host.save()
    append(path, "Sourcing", {"Kind": "make", "Lead time": 0.0})
    append(path, "Resources", {"Resource": "Saw", "Unit": "h", "Per": "period", "Capacity": 600.0, "Overtime limit": 150.0, "Overtime cost": 4.0, "Cost per hour": 1.0, "Extra shifts": 1.0, "Shift hours": 160.0, "Shift cost": 900.0})
    append(path, "Bill of Resources", *({"Family": f, "Kind": "make", "Resource": "Saw", "Hours per unit": 1.0} for f in ("Chairs", "Tables")))
    append(path, "Risks", {"Risk": "R1", "Name": "A chain of shops closes", "Driver": "units", "Probability": 0.5, "Action": "percent", "Effect": -0.1, "Status": "open"})
    ran = run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off")
    assert ran.exit_code == 0, ran.output
    return path


@pytest.fixture
def short(short_template, tmp_path):
    path = tmp_path / "company.xlsx"
    path.write_bytes(short_template.read_bytes())
    return path


def decide(path, option, *more, by="COO"):
    return run("decide", path, option, "--by", by, "--as-of", "2025-01-07", *more)


def option(path, name=OVERTIME):
    (found,) = [r for r in cells(path, "Options") if r["Option"] == name]
    return found


def test_an_option_becomes_a_decision_with_what_was_expected_and_what_else_was_weighed(short):
    shown = option(short)
    done = decide(short, OVERTIME, "--approve", "--due", "2025-02-01", "--note", "cheapest at once", "--matter", "Saw is full")
    assert done.exit_code == 0 and "D1 approved: Overtime at Saw, expected gain EUR" in done.output
    (row,) = cells(short, "Decisions")
    for label in ("Option", "Lever", "Resource", "From", "To"):
        assert row[label] == shown[label], label
    assert (row["Decision"], row["Kind"], row["Status"], row["Owner"], row["Decided by"]) == ("D1", "decision", "approved", "COO", "COO")
    assert (row["Due"], row["Decided on"]) == (datetime(2025, 2, 1), datetime(2025, 1, 7))
    assert (row["Note"], row["Matter"]) == ("cheapest at once", "Saw is full")
    assert row["Expected gain"] == pytest.approx(shown["Gain"]) and row["Expected gain"] > 0
    assert row["Unmet demand spared"] > 0
    assert "Extra shift at Saw (EUR" in row["Options considered"] and f"{OVERTIME} (" not in row["Options considered"].split("; ")


def test_a_name_that_nothing_has_gets_the_nearest_one(short):
    before = short.read_bytes()
    done = decide(short, "Overtime at Saww")
    assert done.exit_code == 1 and 'did you mean "Overtime at Saw"?' in done.output
    assert short.read_bytes() == before


def test_other_rows_stay_as_they_are_and_a_number_changes_its_own(short):
    append(short, "Decisions", {"Decision": "S-07", "Kind": "action", "Question": "Ask Smith", "Owner": "Ann", "Note": "by phone"})
    theirs = cells(short, "Decisions")[0]
    assert decide(short, OVERTIME).exit_code == 0
    assert decide(short, "no option", "--approve").exit_code == 0
    assert decide(short, "S-08", "--approve", by="CEO").exit_code == 0
    ann, overtime, none = cells(short, "Decisions")
    assert ann == theirs
    assert (overtime["Decision"], overtime["Option"], overtime["Status"], overtime["Decided by"], overtime["Owner"]) == ("S-08", OVERTIME, "approved", "CEO", "COO")
    assert (none["Decision"], none["Lever"], none["Question"]) == ("S-09", None, "No option: the plan stays as it is")


def test_an_option_is_decided_once(short):
    assert decide(short, OVERTIME).exit_code == 0
    again = decide(short, OVERTIME, "--approve")
    assert again.exit_code == 1 and "which D1 has as proposed" in " ".join(again.output.split())
    assert len(cells(short, "Decisions")) == 1
    assert decide(short, "D1", "--reject").exit_code == 0
    assert decide(short, OVERTIME).exit_code == 0  # what was rejected may be asked for again
    assert [r["Status"] for r in cells(short, "Decisions")] == ["rejected", "proposed"]


@pytest.mark.parametrize("nobody", ["", "  ", "\t"])
def test_nobody_decides_nothing(short, nobody):
    before = short.read_bytes()
    done = decide(short, OVERTIME, "--approve", by=nobody)
    assert done.exit_code == 1 and "--by: expected the name of who decides, got none" in done.output
    assert short.read_bytes() == before


def test_a_date_that_is_over_is_a_slip_unless_the_decision_is_over_too(short):
    before = short.read_bytes()
    late = decide(short, OVERTIME, "--approve", "--due", "2020-01-01")
    assert late.exit_code == 1 and "--due: expected a day from 2025-01-07 on" in late.output
    assert short.read_bytes() == before
    assert decide(short, OVERTIME, "--due", "2025-01-07").exit_code == 0
    assert decide(short, "D1", "--reject", "--due", "2020-01-01").exit_code == 0


def test_what_was_decided_before_stays_in_the_note_and_a_proposal_is_nobodys(short):
    assert decide(short, OVERTIME, "--reject", "--note", "too dear").exit_code == 0
    assert decide(short, "D1", "--approve", by="CEO").exit_code == 0
    (row,) = cells(short, "Decisions")
    assert row["Note"] == "too dear; before: rejected by COO on 2025-01-07"
    assert row["Decided by"] == "CEO"
    assert decide(short, "D1", "--propose", by="Ann").exit_code == 0
    (row,) = cells(short, "Decisions")
    assert (row["Status"], row["Decided by"], row["Decided on"]) == ("proposed", None, None)
    assert row["Note"].endswith("before: approved by CEO on 2025-01-07")


def test_only_what_pulls_a_lever_asks_for_another_plan(short):
    assert "regenerate plans with it" in decide(short, OVERTIME, "--approve").output
    assert "regenerate" not in decide(short, "no option", "--approve").output


def test_a_scenario_is_promoted_not_decided_on(short):
    append(short, "Scenarios", {"Scenario": "Rain"})
    append(short, "Scenario Drivers", {"Scenario": "Rain", "Driver": "demand", "Action": "percent", "Value": -0.1})
    before = short.read_bytes()
    for word in ("--approve", "--propose"):
        done = decide(short, "rain", word)
        said = " ".join(done.output.split())
        assert done.exit_code == 1 and 'sop-xl scenario promote WORKBOOK "Rain" --by WHO' in said
        assert "regenerate plans with it" not in said
    assert short.read_bytes() == before


def test_the_record_of_a_promoted_scenario_says_what_the_plan_does(short):
    append(short, "Scenarios", {"Scenario": "Rain", "State": "promoted"})
    append(short, "Decisions", {"Decision": "D1", "Option": "Rain", "Lever": "scenario", "Status": "approved"})
    done = decide(short, "D1", "--reject")
    assert done.exit_code == 1 and "set its State in Scenarios to off" in " ".join(done.output.split())
    change(short, "Scenarios", "State", 0, "off")
    assert decide(short, "D1", "--reject").exit_code == 0
    assert "scenario promote" in " ".join(decide(short, "D1", "--approve").output.split())


def test_one_word_on_a_decision_at_a_time(short):
    assert decide(short, OVERTIME, "--approve", "--reject").exit_code == 2


def test_rows_that_say_nothing_or_cannot_count_get_one_line_each(short):
    append(
        short, "Decisions", {"Decision": "D1", "Status": "approved"}, {"Decision": "D2", "Option": OVERTIME, "Status": "approved"},
        {"Decision": "D3", "Kind": "action", "Lever": "overtime", "Question": "Ask", "Status": "approved"},
    )  # fmt: skip
    said = run("check", short).output
    assert said.count("expected a lever, or a Question") == 1
    assert "expected the lever of" in said and "an action pulls no lever" in said


def test_what_overtime_brought_is_told_in_the_next_cycle_and_the_risk_is_carried(short):
    assert decide(short, OVERTIME, "--approve").exit_code == 0
    assert run("publish", short, "--by", "CEO", "--as-of", "2025-01-08", "--recalc", "off").exit_code == 0
    (new,) = cells(short, "Decision Effects")
    assert new["Approved in"] == "2025-01" and new["Elapsed"] == 0 and new["Expected units"] > 0
    assert new["Still expected"] == pytest.approx(new["Expected units"])

    change(short, "Risks", "Probability", 0, 0.8)
    actuals = short.parent / "january.csv"
    plan = pd.DataFrame(cells(short, "Consensus Demand"))
    january = plan[plan["Measure"] == "Consensus demand"][["Item", "Location", "2025-01"]]
    lines = [f"{i},{place},Demand,{units}" for i, place, units in january.itertuples(index=False)]
    actuals.write_text("\n".join(["Item,Location,Measure,2025-01", *lines]) + "\n", encoding="utf-8")
    rolled = run("roll", short, actuals, "--as-of", "2025-02-04", "--recalc", "off")
    assert rolled.exit_code == 0, rolled.output
    (effect,) = cells(short, "Decision Effects")
    assert effect["Approved in"] == "2025-01"
    assert effect["Expected units"] == pytest.approx(new["Expected units"])  # as of the approval, whatever is planned since
    assert effect["Elapsed"] == 1
    assert effect["Expected so far"] > 0
    assert effect["Realised so far"] == pytest.approx(effect["Expected so far"])  # what was planned was asked for
    assert "units expected so far were sold (by demand, as shipments are not known)" in effect["In words"]
    revenue = next(r for r in cells(short, "Risk Outlook") if r["Figure"] == "Revenue" and r["Risk"] == "R1")
    assert (revenue["Trend"], revenue["Since"]) == ("rising", "2025-01")
    assert revenue["Previously"] == pytest.approx(revenue["Expected change"] * 0.5 / 0.8, rel=0.2)
