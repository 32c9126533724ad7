"""Sheets of supply held against each other: what a planner may mistype, and the line that says so."""

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check

ITEMS = """
Item  | Family
Bike  | Bikes
Frame | Frames
Tube  | Parts
Pipe  | Parts
"""
BILL = "Item | Component | Quantity per | Substitute for\n"
SOURCING = "Item | Location | Kind | Source | Share | Minimum order | Maximum | Valid from | Valid until\n"
RESOURCES = "Resource | Kind | Capacity | Overtime limit | Extra shifts | Shift hours | Workers | Hours per worker | Hire limit\n"
DRIVERS = "Scenario | Driver | Item | Family | Resource | Supplier | From | To | Action | Value\n"


def found(severity: Severity | None = None, **sheets: str) -> list[str]:
    readings = {"Items": read("Items", ITEMS)}
    for name, text in sheets.items():
        sheet = name.replace("_", " ")
        readings[sheet] = read(sheet, text)
    return [str(p) for p in cross_check(readings) if severity in (None, p.severity)]


def test_a_sound_supply_side_has_no_problems():
    assert found(
        Bill_of_Materials=BILL + "Bike | Frame | 1 |\nFrame | Tube | 3 |\n | Pipe | 1 | Tube",
        Sourcing=SOURCING + "Bike | | make | | | | | |\nTube | | buy | Steel Inc | 0.6 | 10 | 50 | |\nTube | | buy | Iron Ltd | 0.4 | | | |",
        Suppliers="Supplier\nSteel Inc\nIron Ltd\n",
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("sheet", "rows", "line"),
    [
        ("Bill_of_Materials", BILL + " | Tube | 1 |", "Bill of Materials!A7: expected the item that is made, got nothing (only a substitute may leave it empty)"),
        ("Bill_of_Materials", BILL + "Tube | Tube | 1 |", 'Bill of Materials!B7: expected another item than the one that is made, got "Tube"'),
        ("Bill_of_Materials", BILL + "Bike | Frame | 1 |\nFrame | Tube | 1 |\nTube | Bike | 1 |",
         'Bill of Materials!B9: expected a component that does not contain its own item, got "Bike" (Bike > Frame > Tube > Bike)'),
        ("Bill_of_Materials", BILL + "Bike | Fraem | 1 |", 'Bill of Materials!B7: expected an item listed in Items, got "Fraem" (did you mean "Frame"?)'),
        ("Sourcing", SOURCING + "Bike | | transfer | | | | | |", "Sourcing!D7: expected the location that the transfer comes from, got nothing"),
        ("Sourcing", SOURCING + "Bike | | make | Steel Inc | | | | |",
         'Sourcing!D7: expected nothing: what is made comes from our own factory, got "Steel Inc" (a supplier that makes it is a subcontract)'),
        ("Sourcing", SOURCING + "Tube | | buy | X | | 60 | 50 | |", "Sourcing!F7: expected a Minimum order not above the Maximum 50, got 60 (nothing could ever be ordered)"),
        ("Sourcing", SOURCING + "Tube | | buy | X | | | | 2026-06-01 | 2026-05-01", "Sourcing!I7: expected a day not before Valid from 2026-06-01, got 2026-05-01"),
        ("Sourcing", SOURCING + "Tube | | buy | X | | | | | 2026-05-31\nTube | | buy | X | | | | 2026-05-01 |",
         "Sourcing!H8: expected rows of the same source to follow one another, got one until 2026-05-31 before it (a source has one price and one lead time at a time)"),
        ("Resources", RESOURCES + "Saw | machine | 40 | | 1 | | | |", "Resources!F7: expected the hours that one more shift adds, got nothing (without them a shift adds nothing)"),
        ("Resources", RESOURCES + "Crew | labour | | | | | 8 | |", "Resources!H7: expected the hours of one worker, got nothing (capacity follows from workers where they are stated)"),
        ("Scenario_Drivers", DRIVERS + "Late | lead time | | | | | | | percent |", "Scenario Drivers!J7: expected how much lead time changes, got nothing"),
        ("Scenario_Drivers", DRIVERS + "Late | demand | | | | | | | percent | -2", "Scenario Drivers!J7: expected a fraction not below -1, which takes all of it away, got -2"),
        ("Scenario_Drivers", DRIVERS + "Out | supplier out | | | | X | 2026-06 | 2026-05 | |", "Scenario Drivers!H7: expected a period not before From 2026-06, got 2026-05"),
    ],
)  # fmt: skip
def test_mistakes_that_stop_a_run(sheet, rows, line):
    assert found(Severity.ERROR, **{sheet: rows}) == [line]


@pytest.mark.parametrize(
    ("sheet", "rows", "line"),
    [
        ("Bill_of_Materials", BILL + "Bike | Pipe | 1 | Tube", 'Bill of Materials!D7: expected a component of Bike, got "Tube" (it changes nothing)'),
        ("Sourcing", SOURCING + "Tube | | buy | X | 0.7 | | | |\nTube | | buy | Y | 0.7 | | | |",
         "Sourcing!E7: expected shares of the same scope that add up to at most 1, got 1.4 (they are kept in proportion)"),
        ("Resources", RESOURCES + "Hall | storage | 900 | 8 | | | | |",
         "Resources!D7: expected nothing: a storage resource has space, not hours, got 8 (it is left out)"),
        ("Scenario_Drivers", DRIVERS + "More | demand | Bike | Frames | | | | | percent | 0.1",
         'Scenario Drivers!D7: expected Bikes, the family of item Bike, or nothing, got "Frames" (nothing is in both, so it changes nothing)'),
        ("Scenario_Drivers", DRIVERS + "More | demand | | | | | | | percent | 10", "Scenario Drivers!J7: expected a fraction such as 0.2, got 10 (it means +1000%)"),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_a_warning(sheet, rows, line):
    assert found(Severity.WARNING, **{sheet: rows}) == [line]
    assert found(Severity.ERROR, **{sheet: rows}) == []


def test_a_supplier_that_is_not_listed_is_said_with_the_nearest_name():
    said = found(Severity.WARNING, Suppliers="Supplier\nSteel Inc\n", Sourcing=SOURCING + "Tube | | buy | Stele Inc | | | | |")
    assert said == ['Sourcing!D7: expected a supplier listed in Suppliers, got "Stele Inc" (did you mean "Steel Inc"?)']


def test_orders_that_came_before_they_were_placed_are_said_once():
    history = "Order | Item | Supplier | Ordered | Received | Received quantity | Rejected quantity\n"
    said = found(Severity.WARNING, Purchase_History=history + "1 | Tube | X | 2026-03-05 | 2026-03-01 | 5 | 0\n2 | Tube | X | 2026-03-05 | 2026-03-02 | 5 | 9")
    assert said == [
        "Purchase History!E7: expected a receipt not before its order, got 2026-03-01 (2 such lines, left out of the measurement)",
        "Purchase History!G8: expected a Rejected quantity not above the Received quantity, got 9 (left out of the measurement)",
    ]


def test_a_lever_that_does_not_exist_is_refused_with_the_nearest_one():
    from sop_xl.blocks import Block
    from sop_xl.sheets.settings_rows import read_settings

    _, problems = read_settings(Block("Settings", 6, 1, [["Setting", "Value"], ["Levers without a decision", "pre-build, overtme"]]))
    assert [str(p) for p in problems] == [
        "Settings!B7: expected levers among overtime, shift, workforce, subcontract, second source, substitute, expedite, pre-build for Levers without a decision, "
        'got "overtme" (did you mean "overtime"?)'
    ]


def test_a_second_line_with_the_same_key_names_it_without_empty_parts():
    said = found(Severity.ERROR, Scenario_Drivers=DRIVERS + "Late | demand | | | | | | | percent | 0.1\nLate | demand | | | | | | | percent | 0.2")
    assert all("NaT" not in line for line in said)
