"""Whole sheets as people leave them, and what is understood: layouts, headers, rows that are none, and every kind of mistake."""

from datetime import datetime

import pandas as pd
import pytest
from sheet_tables import block_of, errors, lines, read

from sop_xl.blocks import Block
from sop_xl.errors import Severity
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import Shape

USD = Settings()


def history(reading):
    """Demand by item and month."""
    frame = reading.frame
    return {(r["item"], f"{r['period']:%Y-%m}"): r["demand"] for r in frame.to_dict("records")}


# records


def test_a_clean_table_of_items():
    reading = read("Items", """
Item | Name | Family | Unit cost | Lead time | Sold from
AX-1 | Axle | Wheels | 2.5       | 30.4375   | 2024-01-01
AX-2 | Hub  |        |           |           |
""")  # fmt: skip
    assert lines(reading) == []
    axle, hub = reading.frame.to_dict("records")
    assert (axle["item"], axle["unit_cost"], axle["lead_time"], axle["start"]) == ("AX-1", 2.5, 1.0, pd.Timestamp("2024-01-01"))
    assert hub["family"] == "(no family)" and hub["unit"] == "pcs"
    assert pd.isna(hub["unit_cost"]) and pd.isna(hub["start"])
    assert hub["lead_time"] == pytest.approx(30 / 30.4375)  # the setting


def test_every_bad_cell_has_its_own_line():
    reading = read("Items", """
Item | Name | Unit cost | Unit price | Service level | Sold from
AX-1 | Axle | abc       | -5         | 95 %          | 11/01/2026
AX-2 | Hub  | #REF!     | 1,234      | 1.2           | soon
     | Rim  | 1         | 2          |               |
AX-1 | Axle | 1         | 2          |               |
""")  # fmt: skip
    assert errors(reading) == [
        'Items!A9: expected an item, got nothing',
        'Items!C7: expected an amount in USD, got "abc"',
        'Items!C8: expected an amount in USD, got #REF! (mend the formula or empty the cell)',
        'Items!D8: expected a number that reads in one way only, got "1,234" (is it 1234 or 1.234? say so with Decimal mark in Settings)',
        'Items!F7: expected a date that reads in one way only, got "11/01/2026" (is it 2026-01-11 or 2026-11-01? say so with Date order in Settings)',
        'Items!F8: expected a date such as 2026-11-01, got "soon"',
        'Items!D7: expected a number of at least 0, got -5',
        'Items!E8: expected a number above 0.5 and below 1, got 1.2',
        'Items!A10: expected each item once, got "AX-1" (row 7 has it already)',
    ]  # fmt: skip


def test_bad_cells_are_absent_and_good_rows_stay():
    reading = read("Items", """
Item | Unit cost
AX-1 | abc
AX-2 | 5
""")
    assert reading.frame["item"].tolist() == ["AX-2"]
    assert reading.records["item"].tolist() == ["AX-1", "AX-2"]  # so that other sheets may still name AX-1


def test_conversions_are_said_once_per_column():
    reading = read("Items", """
Item | Unit cost
1001 | "$1,200.50"
1002 | "3.5"
1003 | NULL
""")
    assert lines(reading) == [
        'Items!A7: read as the code "1001", got 1001 (and 2 more in A7:A9)',
        'Items!B7: read as 1200.5, got "$1,200.50" (and 1 more in B7:B8)',
        'Items!B9: read as absent, got "NULL"',
    ]
    assert {p.severity for p in reading.problems} == {Severity.NOTE}


def test_choices_periods_and_defaults():
    reading = read("Events", """
Event | Type      | From    | Effect | Probability
E-1   | PROMOTION | 2026-11 | 20%    | 80 %
E-2   |           | Nov-26  | 0.1    |
E-3   | sale      | 2026-11 | 0.1    |
""")
    assert errors(reading) == ["Events!B9: expected promotion, campaign, price change, competitor, deal or other, got \"sale\""]
    first, second = reading.frame.to_dict("records")
    assert (first["type"], first["effect"], first["probability"]) == ("promotion", 0.2, 0.8)
    assert (second["type"], second["probability"], second["effect_kind"]) == ("other", 1.0, "percent")
    assert second["last_period"] == pd.Timestamp("2026-11-01")


def test_an_override_without_reason_or_owner_is_refused():
    reading = read("Overrides", """
Override | Item | From    | Action | Value | Reason | Owner
O-1      | AX-1 | 2026-11 | set    | 100   |        | Ann
""")
    assert errors(reading) == ["Overrides!F7: expected a reason, got nothing"]


# headers


@pytest.mark.parametrize("header", ["SKU", "item", "ITEM NO.", "Item  code", "Material", "Part number", "Item (code)"])
def test_header_words_of_other_systems(header):
    reading = read("Items", f"""
{header} | Standard cost
AX-1     | 2.5
""")
    assert lines(reading) == []
    assert reading.frame["item"].tolist() == ["AX-1"]


def test_a_renamed_header_is_named_with_a_suggestion():
    reading = read("Items", """
Name | Family | Itm
Axle | Wheels | AX-1
""")
    assert errors(reading) == ['Items!C6: expected a header "Item", got "Itm" (did you mean "Item"?)']


def test_a_missing_required_column_without_anything_like_it():
    reading = read("Items", """
Name | Family
Axle | Wheels
""")
    assert errors(reading) == ['Items!A6: expected a header "Item", got no such column (restore the header from the template)']


def test_unknown_columns_are_left_out_and_said_louder_when_they_resemble_one():
    reading = read("Items", """
Item | Colour | Unit csot
AX-1 | red    | 5
""")
    assert [(p.severity.value, str(p)) for p in reading.problems] == [
        ("warning", 'Items!C6: left out, not a column of Items, got "Unit csot" (did you mean "Unit cost"?)'),
        ("note", 'Items!B6: left out, not a column of Items, got "Colour"'),
    ]


def test_the_same_header_twice():
    reading = read("Items", """
Item | Unit cost | Unit cost
AX-1 | 5         | 6
""")
    assert errors(reading) == ['Items!C6: expected one column "Unit cost", got "Unit cost" (B6 is one already)']


def test_a_column_without_a_header_is_said():
    reading = read("Items", """
Item |   | Unit cost
AX-1 | x | 5
""")
    assert lines(reading) == ["Items!B6: left out a column without a header"]


def test_the_header_may_stand_further_down():
    reading = read("Items", """
Item list of the Berlin plant |
as of 2026-10-31 |

Item | Unit cost
AX-1 | 5
""")
    assert lines(reading) == []
    assert reading.cell_of(reading.records.index[0], "unit_cost") == "B10"


def test_a_table_pasted_with_its_header_under_the_header_that_was_there():
    reading = read("Items", """
Item | Name | Category | Family | Unit
SKU  | Description | Unit cost
AX-1 | Axle | 5
""")
    assert errors(reading) == []
    assert reading.frame[["item", "name", "unit_cost"]].to_numpy().tolist() == [["AX-1", "Axle", 5.0]]


def test_a_table_above_another_one_is_never_lost():
    reading = read("Items", """
Item | Unit cost
AX-1 | 5

Item | Name | Unit cost
AX-2 | Hub  | 6
""")
    assert errors(reading) == ['Items!A6: expected one table on the sheet, got "Item" (the other table has its header in row 9)']


def test_a_sheet_without_any_header():
    reading = read("Items", """
AX-1 | Axle
AX-2 | Hub
""")
    words = 'expected a header row with "Item" and the other columns of Items, got "AX-1", "Axle" (paste the header too, or restore the sheet from the template)'
    assert errors(reading) == [f"Items!A6: {words}"]


def test_a_header_that_is_not_understood_is_quoted():
    """The row with most words is the likeliest; a title above it has fewer."""
    reading = read("Items", """
Preisliste |            |      |            |
           | Artikelnr. | Bez. | Warengrp.  | Einstandspreis in EUR | Lagerort
           | 1001       | Stab | Stahl      | 2.5                   | Oslo
""")  # fmt: skip
    (line,) = errors(reading)
    assert line.startswith('Items!B7: expected a header row with "Item" and the other columns of Items, got "Artikelnr.", "Bez.", "Warengrp.", "Einstandsprei..." and 1 more (')


def test_a_sheet_of_numbers_alone_has_no_titles_to_quote():
    reading = read("Items", "1 | 2\n3 | 4")
    assert errors(reading) == ['Items: expected a header row with "Item" and the other columns of Items, got none (paste the header too, or restore the sheet from the template)']


def test_the_same_mistake_all_down_a_column_leaves_the_others_visible():
    """Nine ambiguous prices and one that is none: the mistake that stands alone keeps its line, wherever it stands."""
    prices = ['"1.150"'] * 6 + ["n.n."] + ['"1.150"'] * 3
    body = "\n".join(f"AX-{k} | {'2.5' if k != 8 else '1.250'} | {price}" for k, price in enumerate(prices))
    reading = read("Items", f"Item | Unit cost | Unit price\n{body}".replace("1.250", '"1.250"'))
    ambiguous = "expected a number that reads in one way only, got"
    ask = "(is it 1150 or 1.150? say so with Decimal mark in Settings)"
    assert errors(reading) == [
        f'Items!B15: {ambiguous} "1.250" (is it 1250 or 1.250? say so with Decimal mark in Settings)',
        *(f'Items!C{row}: {ambiguous} "1.150" {ask}' for row in (7, 8, 9)),
        f'Items!C10: {ambiguous} "1.150" (and 5 more in C11:C16)',
        'Items!C13: expected an amount in USD, got "n.n."',
    ]
    assert reading.frame.empty


def test_four_of_a_kind_are_four_lines():
    reading = read("Items", "Item | Unit cost\nA | x\nB | x\nC | x\nD | x")
    assert [p.cell for p in reading.errors] == ["B7", "B8", "B9", "B10"]
    assert all("more" not in p.hint for p in reading.errors)


def test_the_same_mistake_in_a_grid_is_gathered_by_period():
    body = "\n".join(f"AX-{k} | x | {'x' if k < 2 else k}" for k in range(5))
    reading = read("Demand History", f"Item | 2026-01 | 2026-02\n{body}")
    assert sorted(errors(reading)) == [
        'Demand History!B10: expected a number, got "x" (and 1 more in B11)',
        *(f'Demand History!B{row}: expected a number, got "x"' for row in (7, 8, 9)),
        *(f'Demand History!C{row}: expected a number, got "x"' for row in (7, 8)),
    ]


def test_a_price_in_another_currency_points_to_the_plan_currency():
    """Unit of an item is its stocking unit, so that a line of Items has no currency of its own."""
    reading = read("Items", "Item | Unit | Unit cost\nAX-1 | pcs | 2,49 €")
    assert errors(reading) == ['Items!C7: expected an amount in USD, got "2,49 €" (Plan currency in Settings is USD)']


def test_an_excel_table_does_not_see_what_stands_beside_it():
    rows = [["Item", "Unit cost", None, "Item", "my own list"], ["AX-1", 5.0, None, "x", 1.0]]
    reading = read_sheet(sheet("Items"), Block("Items", 6, 1, rows, table=(6, 1, 7, 2)), USD)
    assert lines(reading) == []
    assert len(reading.frame) == 1


# rows that are none


def test_blank_rows_totals_repeated_headers_and_notes_are_left_out_and_said():
    reading = read("Demand History", """
Item  | Location | 2026-01 | 2026-02
AX-1  | Berlin   | 5       | 6

AX-2  | Berlin   | 7       | 8
Total |          | 12      | 14
Item  | Location | 2026-01 | 2026-02
AX-3  | Berlin   | 1       | 1
AX-3 Total |     | 1       | 1
Grand total |    | 13      | 15

Source: order book, without returns
""")
    assert errors(reading) == []
    assert [(p.cell, p.rule) for p in reading.problems] == [
        ("A10", "total-row"), ("A11", "repeated-header"), ("A13", "total-row"), ("A14", "total-row"), ("A16", "trailing-note"),
    ]  # fmt: skip
    assert sorted({k[0] for k in history(reading)}) == ["AX-1", "AX-2", "AX-3"]


def test_a_customer_may_be_called_total():
    reading = read("Sales Input", """
Item | Contributor | 2026-01
AX-1 | Total       | 5
     | Total       | 5
""")
    assert [p.cell for p in reading.problems] == ["B8"]
    assert reading.frame["contributor"].tolist() == ["Total"]


@pytest.mark.parametrize("code", ["Stand mixer", "Sum", "Source 5", "Note pad A5", "Page 7 calendar"])
def test_an_item_may_have_any_name(code):
    reading = read("Items", f"""
Item   | Name
AX-1   | Axle

{code} | What it is
""")
    assert lines(reading) == []
    assert reading.records["item"].tolist() == ["AX-1", code]


@pytest.mark.parametrize("remark", ["Source: order book", "* preliminary", "Page 2", "These figures come without returns", "as of: 2026-10-31"])
def test_remarks_below_the_table(remark):
    reading = read("Items", f"""
Item   | Name
AX-1   | Axle

{remark} |
""")
    assert [(p.cell, p.rule) for p in reading.problems] == [("A9", "trailing-note")]


# grids


def test_a_wide_grid_blank_is_absent_and_zero_is_zero():
    reading = read("Demand History", """
Item | Location | Measure | 2026-01 | 2026-02 | 2026-03
AX-1 | Berlin   |         | 5       |         | 0
AX-1 | Berlin   | Revenue | 50      |         |
""")
    assert lines(reading) == []
    assert reading.frame[["item", "location", "period", "demand", "revenue"]].fillna(-1).to_numpy().tolist() == [
        ["AX-1", "Berlin", pd.Timestamp("2026-01-01"), 5.0, 50.0],
        ["AX-1", "Berlin", pd.Timestamp("2026-03-01"), 0.0, -1.0],
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Item | Nov-26 | Dec-26",
        "Item | November 2026 | Dezember 2026",
        "Item | 11/2026 | 12/2026",
        "Item | 2026-11-01 | 2026-12-01",
        "Item | 01.11.2026 | 01.12.2026",
        "Item | 46327 | 46357",
        "Item | 2026-11 | Dec 26",
    ],
)
def test_periods_in_any_habit_and_mixed(header):
    reading = read("Demand History", header + "\nAX-1 | 5 | 6\n")
    assert errors(reading) == []
    assert history(reading) == {("AX-1", "2026-11"): 5.0, ("AX-1", "2026-12"): 6.0}
    assert [p.rule for p in reading.problems] == ["period-header"]


def test_a_month_given_twice():
    reading = read("Demand History", """
Item | 2026-11 | Nov-26
AX-1 | 5       | 6
""")
    assert errors(reading) == ['Demand History!C6: expected each period once, got "Nov-26" (2026-11 stands in B6 already)']


def test_an_ambiguous_or_broken_period_header_is_a_problem():
    reading = read("Demand History", """
Item | 2026-10 | 26-Nov | 2026-13 | Total | Q4 2026
AX-1 | 5       | 6      | 7       | 18    | 18
""")
    assert [(p.cell, p.rule, p.severity.value) for p in reading.problems] == [
        ("C6", "ambiguous-date", "error"), ("D6", "not-a-date", "error"), ("E6", "unknown-column", "note"), ("F6", "unknown-column", "note"),
    ]  # fmt: skip


def test_months_in_a_workbook_of_weeks_are_one_problem():
    reading = read("Demand History", """
Item | 2026-10 | 2026-11
AX-1 | 5       | 6
""", Settings(calendar="weeks"))  # fmt: skip
    assert errors(reading)[0] == 'Demand History!B6: expected a period such as 2026-W47, got "2026-10" (Settings cut time into weeks; 1 more such headers)'


def test_a_long_export():
    reading = read("Demand History", """
item | territory | month   | units | revenue | order_lines
AX-1 | Berlin    | 2026-01 | 5     | 50      | 2
AX-1 | Berlin    | 2026-02 | 6     |         | 3
AX-1 | Paris     | Jan 26  | 7     | 70      | 1
""")
    assert errors(reading) == []
    assert reading.frame[["location", "demand", "revenue"]].fillna(0).to_numpy().tolist() == [["Berlin", 5, 50], ["Berlin", 6, 0], ["Paris", 7, 70]]


def test_a_long_export_with_a_measure_and_a_value_column():
    reading = read("Demand History", """
Item | Measure  | Period  | Value
AX-1 | Quantity | 2026-01 | 5
AX-1 | Turnover | 2026-01 | 50
""")
    assert reading.frame[["demand", "revenue"]].to_numpy().tolist() == [[5.0, 50.0]]
    assert [p.rule for p in reading.problems] == ["synonym"]


def test_sales_may_be_units_or_money():
    unclear = "expected a header that says units or money, got \"Sales\" (head it Demand or Revenue)"
    assert errors(read("Demand History", "Item | Month | Sales\nAX-1 | 2026-01 | 5")) == [f"Demand History!C6: {unclear}"]
    assert errors(read("Demand History", "Item | Measure | 2026-01\nAX-1 | Sales | 5")) == ['Demand History!B7: expected Demand, Revenue, Shipments, Stock-out or Returns, got "Sales"']
    assert read("Budget", "Owner | Month | Sales\nAnn | 2026-01 | 5").frame["revenue"].tolist() == [5.0]


def test_the_same_key_and_period_twice_in_a_long_export_is_never_added_up():
    reading = read("Demand History", """
Item | Month   | Units
AX-1 | 2026-01 | 5
AX-1 | 2026-02 | 5
AX-1 | 2026-01 | 6
""")
    assert errors(reading) == ['Demand History!A9: expected each item once, got "AX-1", "2026-01-01" (row 7 has it already)']


def test_a_long_export_with_year_and_month_apart():
    reading = read("Demand History", """
Item | Year | Month | Units
AX-1 | 2026 | 1     | 5
AX-1 | 2026 | Feb   | 6
AX-1 | 2026 | 13    | 6
""")
    assert errors(reading) == ["Demand History!C9: expected a month from 1 to 12, got 13"]
    assert history(reading) == {("AX-1", "2026-01"): 5.0, ("AX-1", "2026-02"): 6.0}


@pytest.mark.parametrize("header", ["Item | Year | M01 | M02", "Item | Year | Jan | Feb", "Item | Year | Month 1 | Month 2", "Item | Year | 1 | 2", 'Item | Year | "01" | "02"'])
def test_a_year_column_and_one_column_per_month(header):
    reading = read("Demand History", header + """
AX-1 | 2025 | 1 | 2
AX-1 | 2026 | 3 | NULL
AX-2 |      | 3 | 4
""")
    assert history(reading) == {("AX-1", "2025-01"): 1.0, ("AX-1", "2025-02"): 2.0, ("AX-1", "2026-01"): 3.0}
    assert errors(reading) == ["Demand History!B9: expected a year such as 2026, got nothing"]


def test_fiscal_years_count_from_their_own_first_month():
    july = Settings(fiscal_year_start=7)
    reading = read("Demand History", """
Item | FY     | P01 | P07
AX-1 | FY2026 | 1   | 7
""", july)  # fmt: skip
    assert history(reading) == {("AX-1", "2025-07"): 1.0, ("AX-1", "2026-01"): 7.0}
    by_name = read("Demand History", """
Item | FY     | Jul | Jan
AX-1 | FY2026 | 1   | 7
""", july)  # fmt: skip
    assert history(by_name) == history(reading)


def test_a_year_with_numbered_periods_is_ambiguous_when_the_fiscal_year_does_not_start_in_january():
    reading = read("Demand History", """
Item | Year | P01 | P02
AX-1 | 2026 | 1   | 2
""", Settings(fiscal_year_start=7))  # fmt: skip
    assert [p.rule for p in reading.errors][:1] == ["ambiguous-period"]


def test_text_in_a_number_and_an_error_cell_name_their_cells():
    reading = read("Demand History", """
Item | Location | 2026-01 | 2026-02
AX-1 | Berlin   | many    | 6
AX-1 | Paris    | 5       | #REF!
""")
    assert errors(reading) == [
        'Demand History!C7: expected a number, got "many"',
        "Demand History!D8: expected a number, got #REF! (mend the formula or empty the cell)",
    ]


def test_the_same_line_twice():
    reading = read("Demand History", """
Item | Location | Measure | 2026-01
AX-1 | Berlin   | Demand  | 5
AX-1 | Berlin   | Revenue | 50
AX-1 | Berlin   |         | 6
""")
    assert errors(reading) == ['Demand History!A9: expected each item, location and measure once, got "AX-1", "Berlin" (row 7 has it already)']


def test_lines_without_numbers_say_nothing_twice():
    reading = read("Budget", """
Family | Note        | 2026-01
Bikes  |             | 5
       | see mail    |
       | more to come |
Bikes  | to be split |
""")
    assert errors(reading) == [] and reading.frame["revenue"].tolist() == [5.0]


def test_lines_that_are_the_same_once_defaults_are_filled_in():
    reading = read("Demand History", """
Item | Location | 2026-01
AX-1 | All      | 5
AX-1 |          | 6
""")
    assert errors(reading) == ['Demand History: expected each line once after defaults are filled in, got "AX-1", "All", "2026-01-01 00:00:00"']


def test_rates_are_above_zero():
    reading = read("FX Rates", """
Currency | 2026-01 | 2026-02
EUR      | 0.9     | 0
""")
    assert errors(reading) == ["FX Rates!C7: expected a number above 0, got 0"]


def test_revenue_keeps_the_currency_of_its_line():
    reading = read("Demand History", """
Item | Location | Measure | Unit | 2026-01
AX-1 | Berlin   | Demand  | pcs  | 5
AX-1 | Berlin   | Revenue | EUR  | "50,00 €"
AX-1 | London   | Revenue | GBP  | "€ 50"
""")
    assert errors(reading) == ['Demand History!E9: expected an amount in GBP, got "€ 50" (give lines in another currency their own Unit)']
    assert reading.frame[["demand", "revenue", "currency"]].to_numpy().tolist() == [[5.0, 50.0, "EUR"]]


# absent and empty


@pytest.mark.parametrize("rows", [[], [[None, None]], [["", " "]]])
def test_an_empty_sheet(rows):
    required = read_sheet(sheet("Items"), Block("Items", 1, 1, rows), USD)
    assert [str(p) for p in required.problems] == ["Items: expected at least one row in Items, got an empty table (a plan needs Items and Demand History)"]
    optional = read_sheet(sheet("Events"), Block("Events", 1, 1, rows), USD)
    assert optional.problems == () and list(optional.frame.columns) == list(sheet("Events").frame.columns)


def test_a_required_table_without_rows():
    reading = read("Demand History", "Item | Location | 2026-01\n | | \n")
    assert errors(reading) == ["Demand History!A7: expected at least one row in Demand History, got an empty table (a plan needs Items and Demand History)"]


@pytest.mark.parametrize("spec", [s for s in SHEETS if s.row is not None and s.name != "Settings"], ids=lambda s: s.name)
def test_every_sheet_of_the_contract_can_be_read_when_it_has_only_its_header(spec):
    header = [c.label for c in spec.columns] + (["2026-01", "2026-02"] if spec.shape is Shape.GRID else [])
    reading = read_sheet(spec, Block(spec.name, 6, 1, [header, [None] * len(header)]), USD)
    assert [p.rule for p in reading.problems] == (["required-table"] if spec.required else [])
    assert reading.frame.empty


# the budget as finance sends it


def test_the_budget_pasted_as_it_came():
    reading = read("Budget", """
Year | EmployeeID | M01  | M02 | M03
2017 | 61161660   |      | 200 | NULL
2018 | 61161660   | 150  | tba | 600
""", Settings(budget_scale=1000.0, budget_period_shift=59))  # fmt: skip
    assert errors(reading) == ['Budget!D8: expected an amount in USD, got "tba"']
    assert reading.frame[["owner", "period", "revenue", "currency"]].to_numpy().tolist() == [
        ["61161660", pd.Timestamp("2022-01-01"), 200_000.0, "USD"],
        ["61161660", pd.Timestamp("2022-12-01"), 150_000.0, "USD"],
        ["61161660", pd.Timestamp("2023-02-01"), 600_000.0, "USD"],
    ]
    assert [str(p) for p in reading.problems[1:]] == [
        'Budget!B7: read as the code "61161660", got 61161660 (and 1 more in B7:B8)',
        'Budget!E7: read as absent, got "NULL"',
    ]


@pytest.mark.parametrize("row", [1, 3, 6, 7, 9, 150])
def test_the_budget_may_be_pasted_anywhere_on_the_sheet_of_the_template(row):
    labels = ["Family", "Item", "Region", "Owner", "Measure", "Unit", "Note", *(f"2026-{m:02d}" for m in range(1, 13))]
    rows = [["Budget"], ["The budget as finance states it"], [], [], ["", "", "", "", "", "", "", "Actual"], labels, *([] for _ in range(200))]
    rows = [[v or None for v in r] + [None] * (len(labels) - len(r)) for r in rows]
    for i, line in enumerate([["Year", "EmployeeID", "M01", "M02"], [2026.0, 61161660.0, None, 200.0], [2027.0, 61161660.0, 5.0, "NULL"]]):
        rows[row - 1 + i][: len(line)] = line
    reading = read_sheet(sheet("Budget"), Block("Budget", 1, 1, rows, table=(6, 1, 206, len(labels))), USD)
    assert errors(reading) == []
    assert [(r["owner"], f"{r['period']:%Y-%m}", r["revenue"]) for r in reading.frame.to_dict("records")] == [
        ("61161660", "2026-02", 200.0), ("61161660", "2027-01", 5.0),
    ]  # fmt: skip


@pytest.mark.parametrize("row", [1, 4, 6, 7])
def test_no_line_is_lost_that_stands_where_the_header_was(row):
    labels = ["Family", "Item", "Region", "Owner", "Measure", "Unit", "Note", *(f"2026-{m:02d}" for m in range(1, 13))]
    rows = [[], [], [], [], [], labels, *([] for _ in range(40))]
    rows = [r + [None] * (len(labels) - len(r)) for r in rows]
    pasted = [["Year", "EmployeeID", *(f"M{m:02d}" for m in range(1, 13))], *([2026.0, f"E{n}", *[float(n)] * 12] for n in range(1, 21))]
    for i, line in enumerate(pasted):
        rows[row - 1 + i][: len(line)] = line
    reading = read_sheet(sheet("Budget"), Block("Budget", 1, 1, rows, table=(6, 1, 46, len(labels))), USD)
    assert errors(reading) == []
    assert len(reading.frame) == 240 and reading.frame["revenue"].sum() == 12 * 210


def test_budget_lines_in_two_currencies_stay_apart_until_they_are_converted():
    reading = read("Budget", """
Family | Measure | Unit | 2026-01
Bikes  | Revenue | USD  | 100
Bikes  | Revenue | EUR  | 90
Bikes  | Demand  | pcs  | 5
Bikes  | Revenue |      | 1
""")
    assert errors(reading) == ['Budget!A10: expected each family, measure and unit once, got "Bikes", "Revenue" (row 7 has it already)']
    assert reading.frame[["currency", "demand", "revenue"]].fillna(0).to_numpy().tolist() == [["EUR", 0.0, 90.0], ["USD", 5.0, 100.0]]


# addresses


def test_cells_are_found_again():
    reading = read_sheet(sheet("Demand History"), block_of("Item | 2026-01\nAX-1 | 5", "Demand History", row=10, column=3), USD)
    line = reading.records.index[0]
    assert reading.cell_of(line, "item") == "C11"
    assert reading.cell_of(line, pd.Timestamp("2026-01-01")) == "D11"
    assert reading.cell_of(line, "location") == "C11"  # no such column: the line's first cell
    assert reading.header_cell(pd.Timestamp(datetime(2026, 1, 1))) == "D10"


def test_a_list_pasted_over_part_of_the_header_keeps_its_costs():
    """Three own columns pasted over the first three of Items: the sheet's Unit cost and Unit price still stand behind them, empty."""
    rows = [["SKU", "Cost", "Price", "Family", "Unit", "Unit cost", "Unit price"], ["A-1", 60.0, 120.0, None, None, None, None]]
    reading = read_sheet(sheet("Items"), Block("Items", 1, 1, rows), Settings())
    assert reading.frame[["item", "unit_cost", "unit_price"]].to_numpy().tolist() == [["A-1", 60.0, 120.0]]
    assert not reading.errors


def test_of_two_filled_columns_for_one_field_the_label_still_wins():
    rows = [["Item", "Cost", "Unit cost"], ["A-1", 60.0, 70.0]]
    reading = read_sheet(sheet("Items"), Block("Items", 1, 1, rows), Settings())
    assert reading.frame["unit_cost"].tolist() == [70.0]
