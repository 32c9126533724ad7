"""Budgets in every shape that finance pastes, each as pasted, and what is read from it."""

from datetime import datetime

import pytest
from pasted_budgets import EUR, KNOWN, budget, line, meaning, paste, remember, rules, said, taken

from sop_xl.blocks import Block
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.paste import read_budget_paste
from sop_xl.sheets.settings import Settings

MONTHS = {
    "English": "January February March April May June July August September October November December",
    "English, short": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "German, short": "Jan. Feb. Mrz Apr. Mai Jun. Jul. Aug. Sept. Okt. Nov. Dez.",
    "Austrian": "Jänner Feber März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "French, short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Spanish, short": "ene feb mar abr may jun jul ago sep oct nov dic",
    "in capitals": "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
}


def test_families_by_months():
    pasted = paste("""
Family | 2026-01 | 2026-02
Chairs | 100     | 110
Tables | 50      |
""")
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 100, ("Chairs", "2026-02"): 110, ("Tables", "2026-01"): 50}
    assert said(pasted) == []
    assert taken(pasted, "column") == {"A": "family", "B": "period 2026-01", "C": "period 2026-02"}
    assert taken(pasted, "row") == {"2": "family Chairs", "3": "family Tables"}
    assert list(pasted.figures["cell"]) == ["B2", "C2", "B3"]


def test_items_by_months_with_the_code_that_excel_shortened():
    pasted = paste("""
Article   | Jan 26 | Feb 26
17        | 100    | 110
Bar stool |        |
"0042"    | 50     | 60
""")
    assert budget(pasted, "item") == {("0017", "2026-01"): 100, ("0017", "2026-02"): 110, ("0042", "2026-01"): 50, ("0042", "2026-02"): 60}
    assert meaning(pasted, "row", "2") == '"17" read as 0017'
    assert rules(pasted) == ["budget-not-confirmed"]


def test_an_item_by_its_name():
    pasted = paste("Product | Jan 2026\nBar stool | 5\nTables | 6")
    assert budget(pasted, "family", "item") == {("", "0017", "2026-01"): 5, ("Tables", "", "2026-01"): 6}


def test_no_word_stands_over_the_names():
    pasted = paste("""
       | Jan 2026 | Feb 2026
Chairs | 1        | 2
Tables | 3        | 4
""")
    assert taken(pasted, "column")["A"] == "family or item"
    assert said(pasted) == []


def test_regions_by_families_of_a_year():
    pasted = paste("""
Budget 2026
       | North | South | Total
Chairs | 100   | 200   | 300
Tables | 50    | 60    | 110
Total  | 150   | 260   | 410
""")
    assert budget(pasted, "family", "region") == {
        ("Chairs", "North", "2026-01..2026-12"): 100, ("Chairs", "South", "2026-01..2026-12"): 200,
        ("Tables", "North", "2026-01..2026-12"): 50, ("Tables", "South", "2026-01..2026-12"): 60,
    }  # fmt: skip
    assert rules(pasted) == ["budget-not-confirmed"]
    assert line(pasted, "sheet", "Budget")["total"] == 410


def test_regions_by_families_of_a_month():
    pasted = paste("Budget March 2026\nFamily | North | South\nChairs | 1 | 2")
    assert budget(pasted, "region") == {("North", "2026-03"): 1, ("South", "2026-03"): 2}


def test_measures_across_and_months_down():
    pasted = paste("""
Monat        | Umsatz | Wareneinsatz | Absatzmenge
Januar 2026  | 100    | 60           | 7
Februar 2026 | 110    | 65           | 8
Summe        | 210    | 125          | 15
""")
    assert budget(pasted) == {("2026-01",): 100, ("2026-02",): 110}
    assert budget(pasted, measure="cost") == {("2026-01",): 60, ("2026-02",): 65}
    assert budget(pasted, measure="demand") == {("2026-01",): 7, ("2026-02",): 8}
    assert said(pasted) == []


def test_measures_down_and_months_across():
    pasted = paste("""
Budget 2026 | Jan | Feb
Net sales   | 100 | 110
COGS        | 60  | 65
Overheads   | 20  | 20
""")
    assert budget(pasted) == {("2026-01",): 100, ("2026-02",): 110}
    assert budget(pasted, measure="cost") == {("2026-01",): 60, ("2026-02",): 65}
    assert taken(pasted, "row")["4"] == "not understood"


def test_an_erp_export_in_long_form():
    export = """
Version | Posting period | Material | Region | Account              | Customer | Currency | Amount
Budget  | 202601         | "0017"   | North  | 4000 Umsatzerlöse    | A        | EUR      | 100
Budget  | 202601         | "0017"   | North  | 5000 Wareneinsatz    | A        | EUR      | 60
Actual  | 202601         | "0017"   | North  | 4000 Umsatzerlöse    | A        | EUR      | 999
Budget  | 202602         | "0042"   | South  | 4000 Umsatzerlöse    | A        | EUR      | 50
Budget  | 202602         | "0042"   | South  | 4000 Umsatzerlöse    | B        | EUR      | 5
"""
    pasted = paste(export)
    frame = pasted.reading.frame
    assert frame[["item", "region", "currency", "revenue", "cost"]].fillna(0).to_numpy().tolist() == [
        ["0017", "North", "EUR", 100.0, 60.0], ["0042", "South", "EUR", 55.0, 0.0],
    ]  # fmt: skip
    assert said(pasted) == [
        'Budget!F1: left out, so that 1 figures that differ only in it are added to others, got "Customer" (say what it is, or left out, with Take it as in Budget Mapping)'
    ]
    assert said(paste(export, remembered=remember(pasted, column_F="left out"))) == []
    assert [p.expected for p in pasted.reading.problems if p.rule == "budget-added-up"] == ["1 figures added to others that differ only in their location or in columns that are left out"]
    assert taken(pasted, "column")["F"] == "left out"
    assert "not the budget" in meaning(pasted, "row", "4")


def test_quarters_and_a_half_year():
    pasted = paste("""
Family | Q1 2026 | 2. Quartal 2026 | H2 2026
Chairs | 100     | 110             | 240
""")
    assert budget(pasted) == {("2026-01..2026-03",): 100, ("2026-04..2026-06",): 110, ("2026-07..2026-12",): 240}
    frame = pasted.reading.frame
    assert frame["last_period"].dt.strftime("%Y-%m").tolist() == ["2026-03", "2026-06", "2026-12"]
    assert meaning(pasted, "column", "B") == "spread as last year's sales (Budget phasing in Settings)"


def test_year_totals_side_by_side():
    pasted = paste("Family | 2026 | FY2027\nChairs | 1200 | 1300")
    assert budget(pasted) == {("2026-01..2026-12",): 1200, ("2027-01..2027-12",): 1300}


def test_a_year_beside_its_months_is_their_total():
    pasted = paste("Family | Jan 2026 | Feb 2026 | 2026\nChairs | 1 | 2 | 3\nTables | 5 | 6 | 12")
    assert taken(pasted, "column")["D"] == "total"
    assert said(pasted) == ["Budget!D3: the total 12 does not equal its parts, 11 (difference 1; the parts count, the total does not)"]


def test_quarters_between_their_months():
    pasted = paste("""
Budget 2026
Family | Jan | Feb | Mar | Q1 | Apr | May | Jun | Q2 | Total
Chairs | 1   | 2   | 3   | 6  | 4   | 5   | 6   | 15 | 21
""")
    assert list(budget(pasted).values()) == [1, 2, 3, 4, 5, 6]
    assert rules(pasted) == ["budget-not-confirmed"]


@pytest.mark.parametrize(
    ("title", "scale", "currency"),
    [
        ("Budget 2026 in TEUR", 1e3, "EUR"), ("Budget 2026 (T€)", 1e3, "EUR"), ("Budget 2026, k€", 1e3, "EUR"), ("Budget 2026 in Tsd. EUR", 1e3, "EUR"), ("Budget 2026 - USD '000", 1e3, "USD"),
        ("Budget 2026 Mio EUR", 1e6, "EUR"), ("Budget 2026 in Mio. €", 1e6, "EUR"), ("Budget 2026 (EUR m)", 1e6, "EUR"), ("Budget 2026 in thousands of USD", 1e3, "USD"),
        ("Budget 2026 en milliers d'EUR", 1e3, "EUR"), ("Presupuesto 2026 en miles de EUR", 1e3, "EUR"), ("Budget 2026 in millions", 1e6, "EUR"), ("Budget 2026 in GBP", 1.0, "GBP"),
        ("Budget 2026 kUSD", 1e3, "USD"), ("Budget 2026 MEUR", 1e6, "EUR"), ("Budget 2026", 1.0, "EUR"),
    ],
)  # fmt: skip
def test_thousands_and_millions_in_a_title(title, scale, currency):
    pasted = paste(f"{title}\nFamily | Jan | Feb\nChairs | 1 | 2")
    assert budget(pasted, "currency") == {(currency, "2026-01"): scale, (currency, "2026-02"): 2 * scale}
    assert rules(pasted) == ["budget-not-confirmed"]


def test_thousands_by_the_settings():
    pasted = paste("Family | Jan 2026\nChairs | 1.5", Settings(plan_currency="EUR", budget_scale=1000.0))
    assert pasted.reading.frame["revenue"].tolist() == [1500.0]
    assert said(pasted) == []


def test_a_title_and_the_settings_may_say_the_same():
    pasted = paste("Budget 2026 in TEUR\nFamily | Jan\nChairs | 1.5", Settings(plan_currency="EUR", budget_scale=1000.0))
    assert pasted.reading.frame["revenue"].tolist() == [1500.0]


def test_a_title_and_the_settings_that_contradict_each_other():
    pasted = paste("Budget 2026 in TEUR\nFamily | Jan\nChairs | 1.5", Settings(plan_currency="EUR", budget_scale=1e6))
    assert said(pasted)[0] == 'Budget!A1: expected one money unit, got "Budget 2026 in TEUR" (Budget money unit in Settings says 1,000,000; set it to 1 or 1,000)'


def test_currencies_in_a_column():
    pasted = paste("""
Family | Currency | Jan 2026
Chairs | EUR      | 100
Chairs | usd      | 90
Tables | TEUR     | 2
""")
    assert budget(pasted, "family", "currency") == {("Chairs", "EUR", "2026-01"): 100, ("Chairs", "USD", "2026-01"): 90, ("Tables", "EUR", "2026-01"): 2000}
    assert pasted.reading.frame[["family", "currency", "revenue"]].to_numpy().tolist() == [["Chairs", "EUR", 100.0], ["Chairs", "USD", 90.0], ["Tables", "EUR", 2000.0]]


def test_currencies_in_a_header_above_the_months():
    pasted = paste("""
       | EUR      |          | kUSD     |
Family | Jan 2026 | Feb 2026 | Jan 2026 | Feb 2026
Chairs | 1        | 2        | 3        | 4
""")
    assert budget(pasted, "currency") == {("EUR", "2026-01"): 1, ("EUR", "2026-02"): 2, ("USD", "2026-01"): 3000, ("USD", "2026-02"): 4000}


def test_a_code_that_is_no_currency():
    pasted = paste("Family | Currency | Jan 2026\nChairs | EUR | 1\nTables | ERU | 2")
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 1}
    assert said(pasted) == ['Budget!A3: expected a three-letter currency code, got "ERU" (say what it is, or left out, with Take it as in Budget Mapping)']


@pytest.mark.parametrize("names", MONTHS.values(), ids=MONTHS)
@pytest.mark.parametrize("year", ["", " 2026", " 26", "-26", ". 2026"])
def test_months_in_four_languages(names, year):
    header = " | ".join(f"{name.rstrip('.') if year.startswith('.') else name}{year}" for name in names.split())
    pasted = paste(f"Budget 2026\nFamily | {header}\nChairs | {' | '.join(str(k) for k in range(101, 113))}")
    assert budget(pasted) == {(f"2026-{m:02d}",): 100 + m for m in range(1, 13)}


@pytest.mark.parametrize("header", ["2026-01 | 2026-02", "01/2026 | 02/2026", "2026-01-01 | 2026-02-01", "202601 | 202602", "01.01.2026 | 01.02.2026", "Jan/26 | Feb/26", "M01 2026 | M02 2026"])
def test_months_in_figures(header):
    assert budget(paste(f"Family | {header}\nChairs | 5 | 6")) == {("2026-01",): 5, ("2026-02",): 6}


def test_region_over_month_in_merged_cells():
    pasted = paste("""
       | North    |          | South    |
Family | Jan 2026 | Feb 2026 | Jan 2026 | Feb 2026
Chairs | 1        | 2        | 3        | 4
""")
    assert budget(pasted, "region") == {("North", "2026-01"): 1, ("North", "2026-02"): 2, ("South", "2026-01"): 3, ("South", "2026-02"): 4}
    assert line(pasted, "column", "E")["found"] == "South / Feb 2026"
    assert said(pasted) == []


def test_year_over_month_in_merged_cells():
    pasted = paste("""
       | 2026 |     | 2027 |
Family | Nov  | Dec | Jan  | Feb
Chairs | 1    | 2   | 3    | 4
""")
    assert budget(pasted) == {("2026-11",): 1, ("2026-12",): 2, ("2027-01",): 3, ("2027-02",): 4}
    assert said(pasted) == []


def test_budget_and_actual_over_month_in_merged_cells():
    pasted = paste("""
       | Budget   |          | Actual   |
Family | Jan 2026 | Feb 2026 | Jan 2026 | Feb 2026
Chairs | 1        | 2        | 3        | 4
""")
    assert budget(pasted) == {("2026-01",): 1, ("2026-02",): 2}
    assert taken(pasted, "column") == {"A": "family", "B": "period 2026-01", "C": "period 2026-02", "D": "left out", "E": "left out"}


def test_month_over_budget_and_actual():
    pasted = paste("""
Soll und Ist 2026
             | Jan  |     |      | Feb  |
Warengruppe  | Soll | Ist | Abw. | Soll | Ist
Chairs       | 1    | 3   | 2    | 2    | 4
""")
    assert budget(pasted) == {("2026-01",): 1, ("2026-02",): 2}


def test_region_names_merged_down_the_rows():
    pasted = paste("""
Region | Family | Jan 2026
North  | Chairs | 1
       | Tables | 2
South  | Chairs | 3
       | Tables | 4
""")
    assert budget(pasted, "region", "family") == {("North", "Chairs", "2026-01"): 1, ("North", "Tables", "2026-01"): 2, ("South", "Chairs", "2026-01"): 3, ("South", "Tables", "2026-01"): 4}
    assert meaning(pasted, "row", "3") == "region from row 2"
    assert rules(pasted) == ["budget-not-confirmed"]


def test_titles_between_the_rows_hold_for_the_rows_below_them():
    pasted = paste("""
Family | Jan 2026 | Feb 2026
North  |          |
Chairs | 1        | 2
Tables | 3        | 4
South  |          |
Chairs | 5        | 6
""")
    assert budget(pasted, "region", "family") == {
        ("North", "Chairs", "2026-01"): 1, ("North", "Chairs", "2026-02"): 2, ("North", "Tables", "2026-01"): 3, ("North", "Tables", "2026-02"): 4,
        ("South", "Chairs", "2026-01"): 5, ("South", "Chairs", "2026-02"): 6,
    }  # fmt: skip
    assert taken(pasted, "row")["2"] == "title"
    assert rules(pasted) == ["budget-not-confirmed"]


def test_titles_that_say_nothing_are_left_out():
    pasted = paste("""
Sales controlling, confidential
Stand: 12.11.2025

Family | Jan 2026
Indoor |
Chairs | 1
Tables | 2
Prepared by Ann
""")
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 1, ("Tables", "2026-01"): 2}
    assert said(pasted) == []


def test_two_tables_one_below_the_other():
    pasted = paste("""
Revenue
Family | Jan 2026 | Feb 2026
Chairs | 10       | 20

COGS
Family | Jan 2026 | Feb 2026
Chairs | 6        | 12
""")
    assert budget(pasted) == {("2026-01",): 10, ("2026-02",): 20}
    assert budget(pasted, measure="cost") == {("2026-01",): 6, ("2026-02",): 12}


def test_a_table_per_year_one_below_the_other():
    pasted = paste("""
Family | Jan 2026 | Feb 2026
Chairs | 10       | 20

Family | Jan 2027 | Feb 2027
Chairs | 30       | 40
""")
    assert budget(pasted) == {("2026-01",): 10, ("2026-02",): 20, ("2027-01",): 30, ("2027-02",): 40}


def test_the_target_file_as_received():
    settings = Settings(budget_scale=1000.0, budget_period_shift=59)
    header = ["Year", "EmployeeID", "M01", "M02", "M03"]
    rows = [header, [2017.0, 61161660.0, None, "NULL", 200.0], [2018.0, 61161660.0, 150.0, "NULL", 600.0], [2017.0, 90836195.0, "NULL", "NULL", "NULL"]]
    pasted = read_budget_paste(sheet("Budget"), Block("Budget", 1, 1, rows), settings, KNOWN)
    assert pasted is not None
    assert pasted.reading.frame[["owner", "period", "revenue", "currency"]].to_numpy().tolist() == [
        ["61161660", datetime(2022, 2, 1), 200_000.0, "USD"], ["61161660", datetime(2022, 12, 1), 150_000.0, "USD"], ["61161660", datetime(2023, 2, 1), 600_000.0, "USD"],
    ]  # fmt: skip
    assert said(pasted) == []
    assert taken(pasted, "column") == {"A": "year", "B": "owner", "C": "month 1", "D": "month 2", "E": "month 3"}
    assert "money in multiples of 1,000 (Budget money unit in Settings)" in meaning(pasted, "sheet", "Budget")


@pytest.mark.parametrize("row", [1, 4, 6, 7, 12])
def test_a_paste_anywhere_on_the_tab_of_the_template(row):
    labels = ["Family", "Item", "Region", "Owner", "Measure", "Unit", "Note", *(f"2025-{m:02d}" for m in range(1, 13))]
    purpose = sheet("Budget").purpose + " Written by people (yellow cells)."
    rows = [["Budget", None, None, None, "OK: all checks agree"], [purpose], ["< Home", "Money as finance states it; Settings says in which unit. Costs are positive."], [], [*[None] * 7, "Actual", "Actual", "Plan"], labels]
    rows = [r + [None] * (len(labels) - len(r)) for r in rows] + [[None] * len(labels) for _ in range(20)]
    for i, cells in enumerate([["Budget 2026 in TEUR"], ["Warengruppe", "Jan", "Feb"], ["Chairs", 1.0, 2.0], ["Tables", 3.0, 4.0]]):
        rows[row - 1 + i][: len(cells)] = cells
    pasted = read_budget_paste(sheet("Budget"), Block("Budget", 1, 1, rows, table=(6, 1, 26, len(labels))), EUR, KNOWN)
    assert pasted is not None
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 1000, ("Chairs", "2026-02"): 2000, ("Tables", "2026-01"): 3000, ("Tables", "2026-02"): 4000}
    assert rules(pasted) == ["budget-not-confirmed"]
