"""Customer groups in Demand History: their lines add up, a true duplicate stays one, and nothing counts twice."""

import pandas as pd
import pytest
from sheet_tables import errors, read

from sop_xl import frames
from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check

TWO_GROUPS = """
Item | Location | Customer group | Measure   | 2026-01 | 2026-02
A    | Berlin   | Retail         | Demand    | 5       | 6
A    | Berlin   | Web            | Demand    | 1       |
A    | Berlin   | Web            | Revenue   | 10      |
A    | Berlin   | Retail         | Stock-out | 0.2     |
A    | Berlin   | Web            | Stock-out | 0.5     |
"""


def history(text: str):
    return read("Demand History", text)


def rows(reading):
    frame = frames.check_frame(reading.frame, frames.DEMAND_HISTORY)
    return {f"{r.item} {r.location} {r.period:%Y-%m}": r for r in frame.itertuples()}


def test_lines_of_all_groups_add_up_and_blank_stays_absent():
    reading = history(TWO_GROUPS)
    assert errors(reading) == []
    first, second = rows(reading)["A Berlin 2026-01"], rows(reading)["A Berlin 2026-02"]
    assert (first.demand, first.revenue, second.demand) == (6, 10, 6)
    assert pd.isna(second.revenue) and pd.isna(first.shipments)


def test_a_stock_out_is_the_places_and_not_added_up():
    assert rows(history(TWO_GROUPS))["A Berlin 2026-01"].stock_out == 0.5


def test_what_each_group_had_is_kept_beside_it():
    detail = history(TWO_GROUPS).detail
    assert detail.loc[detail["demand"].notna(), ["customer_group", "demand"]].to_numpy().tolist() == [["Retail", 5], ["Web", 1], ["Retail", 6]]


def test_the_same_group_twice_is_a_duplicate():
    text = "Item | Location | Customer group | 2026-01\nA | Berlin | Web | 5\nA | Berlin | Retail | 6\nA | Berlin | Web | 7"
    assert errors(history(text)) == [
        'Demand History!A9: expected each item, location and customer group once, got "A", "Berlin", "Web" (row 7 has it already)'
    ]


def test_the_same_group_twice_after_defaults_is_a_duplicate():
    """An empty location means All."""
    text = "Item | Location | Customer group | 2026-01\nA | | Web | 5\nA | All | Web | 6\nA | All | Retail | 6"
    assert errors(history(text)) == ['Demand History: expected each line once after defaults are filled in, got "A", "All", "2026-01-01 00:00:00", "Web"']


def test_shipments_of_all_customers_do_not_stand_for_the_demand_of_groups_that_is_known():
    text = "Item | Location | Customer group | Measure | 2026-01 | 2026-02\nA | Berlin | Web | Demand | 5 |\nA | Berlin | | Shipments | 4 | 9"
    found = rows(history(text))
    assert (found["A Berlin 2026-01"].demand, found["A Berlin 2026-01"].shipments) == (5, 4)
    assert found["A Berlin 2026-02"].demand == 9


ITEMS = "Item | Unit cost | Unit price\nA | 1 | 2\nB | 1 | 2"


def checked(demand_history: str, events: str = ""):
    readings = {"Items": read("Items", ITEMS), "Demand History": history(demand_history)}
    if events:
        readings["Events"] = read("Events", events)
    return [str(p) for p in cross_check(readings) if p.severity is Severity.ERROR]


def test_a_line_for_all_customers_beside_one_for_a_group_would_count_twice():
    text = "Item | Location | Customer group | 2026-01\nB | Berlin | Web | 5\nA | Berlin | Web | 5\nA | Berlin | | 9\nB | Berlin | Retail | 5"
    assert checked(text) == [
        'Demand History!C9: expected a customer group, as other lines of the same item and location have one, got nothing for "A", "Berlin" '
        "(a line for all customers would count their demand twice)"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Item | Location | Customer group | 2025-12 | 2026-01\nA | Berlin | | 5 |\nA | Berlin | Web | | 6",  # groups are told from January on
        "Item | Location | Customer group | 2026-01\nA | Berlin | | 5\nB | Berlin | Web | 6",  # of one item only
        "Item | Location | Customer group | Measure | 2026-01\nA | Berlin | | Shipments | 5\nA | Berlin | Web | Demand | 6",
    ],
)
def test_groups_may_be_known_for_a_part_of_history_only(text):
    assert checked(text) == []


EVENT = "Event | Customer group | From | Effect\nE | {} | 2026-02 | 0.1"


def test_an_event_for_an_unknown_customer_is_one_line_at_its_cell():
    named = "Item | Customer group | 2026-01\nA | Web | 5\nA | Retail | 5"
    assert checked(named, EVENT.format("Retail")) == []
    assert checked(named, EVENT.format("Retial")) == [
        'Events!B7: expected a customer group listed in Demand History, got "Retial" (did you mean "Retail"?)'
    ]


def test_an_event_for_a_customer_needs_customers_in_history():
    assert checked("Item | 2026-01\nA | 5", EVENT.format("Web")) == [
        'Events!B7: expected nothing: Demand History names no customer groups, got "Web" (fill its column Customer group to plan by customer)'
    ]


def test_past_events_are_no_mistake_as_far_back_as_history_goes():
    text = "Event | From | Effect\nold | 2024-12 | 0.1\npast | 2026-01 | 0.1\nnext | 2026-02 | 0.1"
    readings = {"Items": read("Items", ITEMS), "Demand History": history("Item | 2025-12 | 2026-01\nA | 5 | 6"), "Events": read("Events", text)}
    warnings = [str(p) for p in cross_check(readings) if p.rule == "outside-the-plan"]
    assert len(warnings) == 1 and warnings[0].startswith("Events!B7:")


def test_mistakes_in_an_event_are_named_at_their_cells():
    text = "Event | From | Effect | Price change | Probability | Pull-forward | Dip\nE | 2026-02 | | -100% | 150% | 20% | 0"
    assert errors(read("Events", text)) == [
        'Events!D7: expected a number above -1, got "-100%"',
        "Events!G7: expected a number from 1 to 12, got 0",
        'Events!E7: expected a number from 0 to 1, got "150%"',
    ]
