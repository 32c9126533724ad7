"""Forecast Models held against what each model needs: one clear line at the cell, for each mistake alone."""

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.plan.forecast import drivers
from sop_xl.sheets import model_checks
from sop_xl.sheets.cross_checks import cross_check
from sop_xl.sheets.settings import Settings

ITEMS = """
Item   | Family | Unit
AX-140 | Axles  | pcs
BK-7   | Bikes  | pcs
"""
DRIVERS = """
Driver | Family | Measure      | 2026-01 | 2026-02
Price  | Bikes  | Driver value | 10      | 11
"""
HEADER = "Rule | Item | Family | Model | Like item | Value | Drivers\n"


def found(line: str, drivers: str = DRIVERS) -> list[tuple[str, Severity]]:
    texts = {"Items": ITEMS, "Drivers": drivers, "Forecast Models": HEADER + line}
    readings = {name: read(name, text) for name, text in texts.items() if text}
    problems = [p for r in readings.values() for p in r.problems] + cross_check(readings)
    return [(str(p), p.severity) for p in problems if p.sheet == "Forecast Models"]


@pytest.mark.parametrize(
    "line",
    [
        "R-1 | BK-7 | | ETS | | |",
        "R-1 | BK-7 | | Like item | AX-140 | 0.5 |",
        "R-1 | BK-7 | | Like item | AX-140 | |",
        "R-1 | BK-7 | | Manual | | 0 |",
        "R-1 | BK-7 | | Moving average | | 3 |",
        "R-1 | | Bikes | automatic | | | price, working days",
        "R-1 | BK-7 | Bikes | ETS | | | Price",
    ],
)
def test_a_sound_rule_has_no_problem(line):
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("R-1 | BK-7 | | Like item | | |", "Forecast Models!E7: expected an item for the model Like item, got nothing"),
        ("R-1 | BK-7 | | Like item | BK-7 | |", 'Forecast Models!E7: expected another item than the one forecast, got "BK-7"'),
        ("R-1 | BK-7 | | Like item | BK-8 | |", 'Forecast Models!E7: expected an item listed in Items, got "BK-8" (did you mean "BK-7"?)'),
        ("R-1 | BK-7 | | Manual | | |", "Forecast Models!F7: expected units per period for the model Manual, got nothing (0 is no demand)"),
        ("R-1 | BK-7 | | Moving average | | 2.5 |", "Forecast Models!F7: expected a whole number of periods, 1 or more, got 2.5"),
        ("R-1 | BK-7 | | Moving average | | 0 |", "Forecast Models!F7: expected a whole number of periods, 1 or more, got 0"),
        ("R-1 | BK-7 | | automatic | | | Prise", 'Forecast Models!G7: expected a driver named in Drivers, got "Prise" (did you mean "Price"?)'),
    ],
)
def test_a_rule_that_cannot_be_followed_stops_the_run_at_its_cell(line, said):
    assert found(line) == [(said, Severity.ERROR)]


def test_an_unknown_model_is_refused_with_the_list_of_models():
    (said, severity), *more = found("R-1 | BK-7 | | Prophecy | | |")
    assert said.startswith("Forecast Models!D7: expected ") and 'got "Prophecy"' in said
    assert severity is Severity.ERROR and not more


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("R-1 | BK-7 | | ETS | AX-140 | |", 'Forecast Models!E7: expected nothing, got "AX-140" (it changes nothing: ETS follows no item)'),
        ("R-1 | BK-7 | | Zero | | 5 |", "Forecast Models!F7: expected nothing, got 5 (it changes nothing: Zero takes no value)"),
        ("R-1 | BK-7 | | Manual | | 5 | Price", 'Forecast Models!G7: expected nothing, got "Price" (it changes nothing: Manual follows none)'),
        (
            "R-1 | BK-7 | Axles | ETS | | |",
            'Forecast Models!C7: expected Bikes, the family of item BK-7, or nothing, got "Axles" (nothing is in both, so it changes nothing)',
        ),
    ],
)
def test_what_a_rule_states_in_vain_is_a_warning(line, said):
    assert found(line) == [(said, Severity.WARNING)]


def test_without_a_drivers_sheet_only_working_days_are_known():
    assert found("R-1 | BK-7 | | automatic | | | Working days", drivers="") == []
    assert found("R-1 | BK-7 | | automatic | | | Price", drivers="")[0][1] is Severity.ERROR


def test_working_days_are_not_to_be_counted_twice():
    settings = Settings(working_days="Mon-Fri")
    readings = {name: read(name, text, settings) for name, text in {"Items": ITEMS, "Forecast Models": HEADER + "R-1 | | | ETS | | | working days"}.items()}
    (problem,) = cross_check(readings)
    assert str(problem).startswith("Forecast Models!G7: expected no Working days while the setting Working days has them")
    assert problem.severity is Severity.WARNING


def test_core_and_sheets_mean_the_same_working_days():
    assert model_checks.COUNTED == drivers.WORKING_DAYS


def test_rules_stay_in_the_order_in_which_they_were_written():
    text = HEADER + "Z | | | ETS | | |\nA | | | Theta | | |\n"
    assert read("Forecast Models", text).frame["rule"].tolist() == ["Z", "A"]


EVENT_HEADER = "Event | Item | Family | Location | From | To | Effect | Price change | Elasticity\n"
PAST = "Item | Location | 2025-12\nBK-7 | | 10\nAX-140 | | 10\n"
LOCATIONS = "Location\nOslo\nRome\n"


def found_at_events(event: str, rule: str = "R-1 | BK-7 | | ETS | | | Price", drivers: str = DRIVERS, history: str = PAST) -> list[tuple[str, Severity]]:
    texts = {"Items": ITEMS, "Locations": LOCATIONS, "Demand History": history, "Drivers": drivers, "Forecast Models": HEADER + rule, "Events": EVENT_HEADER + event}
    problems = cross_check({name: read(name, text) for name, text in texts.items()})
    return [(str(p), p.severity) for p in problems if p.sheet == "Events" and p.rule == "counted-twice"]


def test_a_planned_price_is_not_to_be_counted_twice():
    said = (
        "Events!H7: expected no price change where the forecast follows the planned values of the driver Price, got -0.1 "
        "(rule R-1 moves demand by that price already: state 0 as Effect, or keep one of the two)"
    )
    assert found_at_events("Cut | BK-7 | | | 2026-02-01 | | | -0.1 | -2") == [(said, Severity.WARNING)]
    assert found_at_events("Cut | | Bikes | | 2025-11-01 | 2026-01-01 | | -0.1 | -2") == [(said, Severity.WARNING)]
    assert found_at_events("Cut | | | Rome | 2026-02-01 | | | -0.1 | -2", "R-1 | | | automatic | | | Promo, price")[0][1] is Severity.WARNING


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("Cut | AX-140 | | | 2026-02-01 | | | -0.1 | -2", {}),  # the rule is for another item
        ("Cut | AX-140 | | | 2026-02-01 | | | -0.1 | -2", {"rule": "R-1 | | | ETS | | | Price"}),  # the driver is of another family
        ("Cut | BK-7 | | | 2026-03-01 | | | -0.1 | -2", {}),  # the driver has no value then
        ("Cut | BK-7 | | | 2026-02-01 | | 0 | -0.1 | ", {}),  # it moves the price and no demand
        ("Cut | BK-7 | | | 2026-02-01 | | 0.2 | | ", {}),  # no price change
        ("Cut | BK-7 | | | 2026-02-01 | | | -0.1 | -2", {"rule": "R-1 | BK-7 | | ETS | | | Promo"}),  # the rule follows no price
        ("Cut | BK-7 | | | 2026-02-01 | | | -0.1 | -2", {"rule": "R-1 | BK-7 | | Manual | | 5 | Price"}),  # a stated number follows nothing
        ("Cut | BK-7 | | | 2026-02-01 | | | -0.1 | -2", {"history": PAST.replace("2025-12", "2026-02")}),  # a price of the past is no plan
        ("Cut | BK-7 | | Oslo | 2026-02-01 | | | -0.1 | -2", {"drivers": DRIVERS.replace("Family |", "Family | Location |").replace("Bikes |", "Bikes | Rome |")}),
    ],
)
def test_a_price_change_that_no_driver_has_stands(event, more):
    assert found_at_events(event, **more) == []
