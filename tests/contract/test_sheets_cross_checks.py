"""Sheets held against each other: each check alone, on the smallest workbook that breaks it."""

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets import cross_checks, price_checks, supply_checks
from sop_xl.sheets.cross_checks import CHECKS, cross_check, current_period
from sop_xl.sheets.settings import Settings

ITEMS = """
Item   | Family | Unit | Unit cost | Unit price
AX-140 | Axles  | pcs  | 5         | 9
BK-7   | Bikes  | pcs  | 100       | 190
"""
HISTORY = """
Item   | Location | 2026-01 | 2026-02
AX-140 | Berlin   | 5       | 6
BK-7   | Paris    | 1       | 2
"""
LOCATIONS = """
Location | Region | Currency | Supplied from
Berlin   | North  | USD      |
Paris    | South  | USD      | Berlin
"""


def workbook(settings: Settings | None = None, **tables: str):
    """Readings of Items, Locations and Demand History with some of them replaced or added; an empty text takes a sheet away."""
    texts = {"Items": ITEMS, "Locations": LOCATIONS, "Demand History": HISTORY}
    texts |= {name.replace("_", " "): text for name, text in tables.items()}
    return {name: read(name, text, settings) for name, text in texts.items() if text}


def found(readings, severity: Severity | None = None):
    return [str(p) for p in cross_check(readings) if severity in (None, p.severity)]


def test_a_sound_workbook_has_no_problems():
    assert found(workbook()) == []


def test_an_unknown_item_is_named_with_the_nearest_one():
    overrides = """
Override | Item   | From    | Action | Value | Reason | Owner
O-1      | AX-104 | 2026-03 | set    | 5     | fair   | Ann
"""
    assert found(workbook(Overrides=overrides)) == ['Overrides!B7: expected an item listed in Items, got "AX-104" (did you mean "AX-140"?)']


@pytest.mark.parametrize(
    ("sheet", "table", "line"),
    [
        ("Demand History", "Item | Location | 2026-01\nXX | Berlin | 5", 'Demand History!A7: expected an item listed in Items, got "XX"'),
        ("Demand History", "Item | Location | 2026-01\nBK-7 | Berlni | 5", 'Demand History!B7: expected a location listed in Locations, got "Berlni" (did you mean "Berlin"?)'),
        ("Events", "Event | Family | From | Effect\nE | bikes | 2026-03 | 1", 'Events!B7: expected a family listed in Items, got "bikes" (did you mean "Bikes"?)'),
        ("Events", "Event | Region | From | Effect\nE | Nort | 2026-03 | 1", 'Events!B7: expected a region listed in Locations, got "Nort" (did you mean "North"?)'),
        ("Locations", "Location | Supplied from\nBerlin | Rome\nParis |", 'Locations!B7: expected a location listed in Locations, got "Rome"'),
        ("Inventory", "Item | Location | On hand\nBK-7 | Roma | 1", 'Inventory!B7: expected a location listed in Locations, got "Roma"'),
    ],
)  # fmt: skip
def test_references(sheet, table, line):
    assert line in found(workbook(**{sheet.replace(" ", "_"): table}))


def test_a_bad_cell_elsewhere_in_the_row_does_not_make_the_item_unknown():
    readings = workbook(Items="Item | Unit cost | Unit price\nAX-140 | abc | 9\nBK-7 | 5 | 9")
    assert found(readings) == []


def test_references_to_an_absent_sheet_are_not_checked():
    assert found(workbook(Locations="")) == []
    stock = "Item | Location | On hand\nBK-7 | Rome | 1"
    assert found(workbook(Locations="", Inventory=stock), Severity.ERROR) == []
    assert found(workbook(Locations="", Inventory=stock)) == ['Inventory!B7: expected a location named in Demand History, got "Rome" (or list it in Locations)']


def test_an_empty_location_means_nothing_where_locations_are_listed():
    history = "Item | Location | 2026-01\nBK-7 | | 5\nAX-140 | | 6\nBK-7 | Paris | 5"
    assert found(workbook(Demand_History=history)) == ["Demand History!B7: expected a location listed in Locations, got nothing (2 lines state none)"]
    assert found(workbook(Demand_History=history, Locations="Location\nParis\nAll")) == []
    assert found(workbook(Demand_History=history, Locations="")) == []


def test_a_like_item_is_another_item():
    table = """
Item   | Stage     | Period  | Like item | Successor
AX-140 | launch    | 2026-03 | AX-140    |
BK-7   | phase_out | 2026-03 |           | BK-7
"""
    assert found(workbook(Lifecycle=table)) == [
        'Lifecycle!D7: expected another item than the one launched, got "AX-140"',
        'Lifecycle!E8: expected another item than the one that ends, got "BK-7"',
    ]


def test_spans_end_after_they_start():
    events = "Event | From | To | Effect\nE | 2026-05 | 2026-04 | 0.1"
    assert 'Events!C7: expected a "To" not before From 2026-05, got 2026-04' in found(workbook(Events=events))
    items = "Item | Sold from | Sold until | Unit cost | Unit price\nAX-140 | 2026-01-02 | 2025-01-01 | 1 | 1\nBK-7 | | | 1 | 1"
    assert found(workbook(Items=items)) == ['Items!C7: expected a "Sold until" not before Sold from 2026-01-02, got 2025-01-01']


def test_sales_input_names_an_item_or_a_family():
    assert found(workbook(Sales_Input="Item | Contributor | 2026-03\n | Ann | 5")) == ["Sales Input!A7: expected an item or a family, got neither"]


def test_a_percentage_typed_as_a_whole_number_is_asked_about():
    events = "Event | From | Effect | Effect kind\nE-1 | 2026-03 | 20 | percent\nE-2 | 2026-03 | 20 | units\nE-3 | 2026-03 | 0.2 | percent"
    assert found(workbook(Events=events)) == ["Events!C7: expected a fraction such as 0.2, got 20 (it means +2000%; 20 % is 0.2, and more than +500 % is stated in units)"]


@pytest.mark.parametrize("name", ["All", "ALL", "(not by family)"])
def test_no_family_is_called_what_the_results_call_all_of_them(name):
    items = f"Item | Family | Unit cost | Unit price\nAX-140 | {name} | 5 | 9\nBK-7 | {name} | 5 | 9"
    kept = "All" if name == "ALL" else name
    assert found(workbook(Items=items), Severity.ERROR) == [
        f'Items!B7: expected another name than {kept} for a family, which the results keep for themselves, got "{name}" (and 1 more down to B8)'
    ]


def test_no_region_is_called_all_but_a_location_may_be():
    assert found(workbook(Locations="Location | Region\nBerlin | All\nParis | South")) == [
        'Locations!B7: expected another name than All for a region, which the results keep for themselves, got "All"'
    ]
    assert found(workbook(Locations="Location | Region\nBerlin | (no region)\nParis | (not by family)\nAll | ")) == []


EVENT = "Event | Item | Family | Location | Region | From | Effect\n"


@pytest.mark.parametrize(
    ("scope", "line"),
    [
        ("AX-140 | Bikes |  | ", 'Events!C7: expected Axles, the family of item AX-140, or nothing, got "Bikes" (nothing is in both, so it changes nothing)'),
        (" |  | Paris | North", 'Events!E7: expected South, the region of location Paris, or nothing, got "North" (nothing is in both, so it changes nothing)'),
        ("AX-140 | Axles | Paris | South", None),
        (" | Bikes |  | North", None),
    ],
)
def test_a_scope_that_holds_nothing_is_a_warning(scope, line):
    readings = workbook(Events=f"{EVENT}E | {scope} | 2026-03 | 0.1")
    assert found(readings, Severity.WARNING) == ([line] if line else [])
    assert found(readings, Severity.ERROR) == []


def test_an_item_without_a_family_is_in_none_of_the_others():
    items = "Item | Family | Unit cost | Unit price\nAX-140 | | 5 | 9\nBK-7 | Bikes | 5 | 9"
    overrides = "Override | Item | Family | From | Action | Value | Reason | Owner\nO | AX-140 | {} | 2026-03 | set | 5 | fair | Ann"
    assert [p.rule for p in cross_check(workbook(Items=items, Overrides=overrides.format("Bikes")))] == ["empty-scope"]
    assert found(workbook(Items=items, Overrides=overrides.format("(no family)"))) == []


def test_what_is_planned_for_an_item_no_longer_sold_is_a_warning():
    items = "Item | Unit cost | Unit price | Sold until\nAX-140 | 5 | 9 | 2026-03-31\nBK-7 | 5 | 9 |"
    overrides = """
Override | Item   | From    | Action | Value | Reason | Owner
last     | AX-140 | 2026-03 | set    | 5     | fair   | Ann
late     | AX-140 | 2026-04 | set    | 5     | fair   | Ann
other    | BK-7   | 2026-04 | set    | 5     | fair   | Ann
"""
    events = "Event | Item | From | Effect\nE | AX-140 | 2026-05 | 0.1"
    lifecycle = "Item | Stage | Period | Like item\nAX-140 | launch | 2026-06 | BK-7"
    readings = workbook(Items=items, Overrides=overrides, Events=events, Lifecycle=lifecycle)
    assert found(readings, Severity.WARNING) == [
        'Events!B7: expected an item that is still sold in 2026-05, got "AX-140" (Items has it Sold until 2026-03-31)',
        'Overrides!B8: expected an item that is still sold in 2026-04, got "AX-140" (Items has it Sold until 2026-03-31)',
        'Lifecycle!A7: expected an item that is still sold in 2026-06, got "AX-140" (Items has it Sold until 2026-03-31)',
    ]
    assert found(readings, Severity.ERROR) == []


def test_currency_codes_may_be_written_small():
    readings = workbook(
        FX_Rates="Currency | 2026-03\neur | 0.9", Budget="Family | Unit | 2026-03\nBikes | eur | 5", Locations=LOCATIONS.replace("South  | USD", "South  | eur")
    )
    assert found(readings) == []
    assert set(readings["FX Rates"].frame["currency"]) == set(readings["Budget"].frame["currency"]) == {"EUR"}
    assert set(readings["Locations"].frame["currency"]) == {"EUR", "USD"}


def test_what_lies_outside_the_plan_is_a_warning_and_what_has_expired_a_note():
    overrides = """
Override | Item | From    | To      | Action | Value | Reason | Owner | Expires
past     | BK-7 | 2026-01 | 2026-02 | set    | 5     | x      | Ann   |
partly   | BK-7 | 2026-02 | 2026-03 | set    | 5     | x      | Ann   |
old      | BK-7 | 2026-04 |         | set    | 5     | x      | Ann   | 2026-02-28
last     | BK-7 | 2026-08 |         | set    | 5     | x      | Ann   |
late     | BK-7 | 2026-09 |         | set    | 5     | x      | Ann   |
"""
    readings = workbook(Settings(horizon=6), Overrides=overrides)
    assert f"{current_period(readings):%Y-%m}" == "2026-03"
    assert found(readings) == [
        "Overrides!C7: expected periods of the plan, 2026-03 to 2026-08, got 2026-01 (it changes nothing)",
        "Overrides!C11: expected periods of the plan, 2026-03 to 2026-08, got 2026-09 (it changes nothing)",
        "Overrides!I9: not applied: the override has expired, got 2026-02-28",
    ]
    assert {p.severity for p in cross_check(readings)} == {Severity.WARNING, Severity.NOTE}


def test_the_current_period_may_be_set():
    from datetime import datetime

    readings = workbook(Settings(current_period=datetime(2026, 1, 1)))
    assert f"{current_period(readings):%Y-%m}" == "2026-01"


def test_money_has_a_currency_and_quantities_have_the_items_unit():
    history = """
Item | Location | Measure | Unit | 2026-01
BK-7 | Berlin   | Demand  | box  | 5
BK-7 | Berlin   | Revenue | kUSD | 5
BK-7 | Paris    | Demand  | PCS  | 5
"""
    assert found(workbook(Demand_History=history)) == [
        'Demand History!D7: expected "pcs", the stocking unit of BK-7, got "box" (quantities are not converted)',
        'Demand History!D8: expected a three-letter currency code, got "kUSD" (state thousands with Budget money unit in Settings)',
    ]


def test_a_line_in_a_foreign_currency_needs_a_rate():
    budget = "Family | Unit | 2026-03\nBikes | EUR | 5\nAxles | EUR | 5"
    assert found(workbook(Budget=budget)) == ["Budget!B7: expected a rate for EUR in FX Rates, got none"]
    assert found(workbook(Budget=budget, FX_Rates="Currency | 2026-03\nEUR | 0.9")) == []


def test_rates_per_another_currency_than_the_plans_stop_a_run():
    """As when the plan currency was changed in Settings and the rates were not."""
    rates = "Currency | Unit | 2026-03\nGBP | {} | 0.8\nEUR | EUR per USD | 0.9"
    assert found(workbook(FX_Rates=rates.format("GBP per EUR")), Severity.ERROR) == [
        'FX Rates!B7: expected "GBP per USD", got "GBP per EUR" (Plan currency in Settings is USD: restate the rate, then its unit)'
    ]
    assert found(workbook(FX_Rates=rates.format("USD per GBP")), Severity.ERROR) != [], "the rate is the other way round"
    assert [found(workbook(FX_Rates=rates.format(unit))) for unit in ("GBP/USD", "gbp per usd", "")] == [[], [], []]


def test_a_list_price_in_a_foreign_currency_needs_a_rate():
    prices = "Item | Currency | List price | Discount\nBK-7 | eur | 9 |\nAX-140 | EUR | 5 |\n | CHF | | 0.1\n | USD | 3 |"
    assert found(workbook(Price_List=prices), Severity.ERROR) == ["Price List!B7: expected a rate for EUR in FX Rates, got none"]
    assert found(workbook(Price_List=prices, FX_Rates="Currency | 2026-03\nEUR | 0.9")) == []


def test_a_location_that_sells_in_a_foreign_currency_is_a_warning_only():
    locations = LOCATIONS.replace("South  | USD", "South  | EUR")
    readings = workbook(Locations=locations)
    assert found(readings) == ["Locations!C8: expected a rate for EUR in FX Rates, got none (money is shown in plan currency only)"]
    assert found(readings, Severity.ERROR) == []


def test_items_without_cost_or_price_are_one_warning_each():
    readings = workbook(Items="Item | Unit cost | Unit price\nAX-140 | | 9\nBK-7 | | ")
    assert found(readings) == [
        "Items!B7: 2 items with demand have no unit cost: left out of cost, margin and stock value (AX-140, BK-7)",
        "Items!C8: 1 items with demand have no price and no revenue: left out of all money (BK-7)",
    ]


def test_a_supplying_location_keeps_its_own_stock():
    locations = "Location | Supplied from\nBerlin | Paris\nParis | Rome\nRome |"
    assert found(workbook(Locations=locations)) == ['Locations!B7: expected a location with its own stock, got "Paris" (Paris is itself supplied from Rome)']


def test_how_the_budget_was_understood_is_said():
    readings = workbook(Settings(budget_scale=1000.0, budget_period_shift=2), Budget="Family | 2026-03 | 2026-04\nBikes | 5 | 6")
    assert found(readings) == [
        "Budget: money read as multiples of 1,000 (Budget money unit in Settings)",
        "Budget: every period moved by 2 (Budget period shift in Settings): the budget now covers 2026-05 to 2026-06",
        "Budget: lines without a currency read as USD",
    ]


def test_every_check_is_listed():
    named = {name for name in {**vars(cross_checks), **vars(supply_checks), **vars(price_checks)} if name.startswith("check_")}
    assert named == {check.__name__ for check in CHECKS}


def test_nothing_is_said_of_an_empty_workbook():
    assert cross_check({}) == []


SALES = "Item | Contributor | Account | Measure | Unit | 2026-03 | 2026-04\n"
CUSTOMERS = "Item | Location | Customer group | 2026-01 | 2026-02\nAX-140 | Berlin | Metro | 5 | 6\nBK-7 | Paris | | 1 | 2"


def test_nobody_expects_to_sell_less_than_nothing():
    sales = f"{SALES}AX-140 | Ann | | | | 5 | -6\nBK-7 | Ann | | Revenue | USD | -5 | -6"
    assert found(workbook(Sales_Input=sales), Severity.ERROR) == [
        "Sales Input!G7: expected a number of 0 or more, got -6 (a number is what is sold, not a change)",
        "Sales Input!F8: expected a number of 0 or more, got -5 (and 1 more in this line)",
    ]


def test_units_and_money_for_the_same_demand_are_asked_about():
    sales = f"{SALES}AX-140 | Ann | | Demand | | 5 |\nAX-140 | Ann | | Revenue | USD | 50 |"
    assert found(workbook(Sales_Input=sales)) == ["Sales Input!D8: expected units or money for the same demand, got both (the units are planned where both are given)"]
    other_month = f"{SALES}AX-140 | Ann | | Demand | | 5 |\nAX-140 | Ann | | Revenue | USD | | 50"
    assert found(workbook(Sales_Input=other_month)) == []


@pytest.mark.parametrize(
    ("account", "severity", "line"),
    [
        ("Metro", None, None),
        ("Metor", Severity.WARNING, 'Sales Input!C7: expected a customer named in Demand History, got "Metor" (did you mean "Metro"?)'),
        ("Zabka", Severity.NOTE, 'Sales Input!C7: expected a customer named in Demand History, got "Zabka" (taken as new: its number comes on top of the forecast of the others)'),
    ],
)
def test_an_account_is_a_customer_of_history(account, severity, line):
    readings = workbook(Demand_History=CUSTOMERS, Sales_Input=f"{SALES}AX-140 | Ann | {account} | | | 5 |")
    assert [str(p) for p in cross_check(readings) if p.sheet == "Sales Input"] == ([line] if line else [])
    assert {p.severity for p in cross_check(readings) if p.sheet == "Sales Input"} == ({severity} if severity else set())


def test_without_customers_in_history_a_note_says_what_accounts_mean():
    assert found(workbook(Sales_Input=f"{SALES}AX-140 | Ann | Metro | | | 5 |")) == [
        'Sales Input!C7: accounts of a contributor are added up and taken as the whole demand: Demand History names no customers, got "Metro"'
    ]


POLICY = "Override | Item | From | Action | Value | Reason | Owner | Entered | Expiry policy | Expires\n"


@pytest.mark.parametrize(
    ("cells", "severity", "line"),
    [
        (" | hold | ", None, None),
        (" | decay | ", Severity.ERROR, 'Overrides!H7: expected the day of entry, got nothing ("decay" counts from it)'),
        (" | expire | ", Severity.ERROR, 'Overrides!H7: expected the day of entry, got nothing ("expire" counts from it)'),
        ("2026-03-02 | re-confirm | ", None, None),
        ("2026-02-27 | re-confirm | ", Severity.WARNING, "Overrides!H7: expected a day from 2026-03-01 on to confirm it, got 2026-02-27 (it is not applied until then)"),
        ("2026-02-27 | expire | ", Severity.NOTE, "Overrides!H7: not applied: it was for the cycle of its entry, got 2026-02-27"),
    ],
)
def test_a_policy_that_counts_cycles_needs_the_day_of_entry(cells, severity, line):
    problems = cross_check(workbook(Overrides=f"{POLICY}O-1 | BK-7 | 2026-03 | add | 5 | fair | Ann | {cells}"))
    assert [(str(p), p.severity) for p in problems] == ([(line, severity)] if line else [])


def test_what_has_ended_need_not_be_confirmed():
    row = "O-1 | BK-7 | 2026-03 | add | 5 | fair | Ann | 2026-01-10 | re-confirm | 2026-02-01"
    assert [p.rule for p in cross_check(workbook(Overrides=POLICY + row))] == ["expired"]


def test_a_plan_is_not_set_below_nothing():
    row = "O-1 | BK-7 | 2026-03 | set | -5 | fair | Ann | | |"
    assert found(workbook(Overrides=POLICY + row)) == ['Overrides!E7: expected 0 or more units to set, got -5 (to take units away, use "add")']


@pytest.mark.parametrize(("column", "word", "line"), [("Pinned", "maybe", 'Overrides!H7: expected yes or no, got "maybe"'), ("Expiry policy", "forever", 'Overrides!H7: expected hold, decay, expire or re-confirm, got "forever"')])
def test_pin_and_policy_have_their_words(column, word, line):
    text = f"Override | Item | From | Action | Value | Reason | Owner | {column}\nO-1 | BK-7 | 2026-03 | add | 5 | fair | Ann | {word}"
    assert [str(p) for p in read("Overrides", text).errors] == [line]
