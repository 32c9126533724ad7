"""What is said of a pasted budget: totals, rejected cells, what reads in two ways, the control total, and what people decide in Budget Mapping."""

from datetime import datetime

import pytest
from pasted_budgets import EUR, KNOWN, budget, line, meaning, paste, remember, rules, said, taken
from sheet_tables import block_of

from sop_xl.errors import Severity
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.paste import read_budget_paste
from sop_xl.sheets.settings import Settings

# totals and subtotals


def test_subtotals_and_totals_are_not_counted():
    pasted = paste("""
Region      | Family | Jan 2026 | Feb 2026 | Total
North       | Chairs | 10       | 20       | 30
North       | Tables | 5        | 6        | 11
North total |        | 15       | 26       | 41
South       | Chairs | 1        | 2        | 3
South total |        | 1        | 2        | 3
Grand total |        | 16       | 28       | 44
""")
    assert sum(budget(pasted, "region", "family").values()) == 44
    assert said(pasted) == []
    assert [v for v in taken(pasted, "row").values() if v == "total"] == ["total"] * 3


@pytest.mark.parametrize("word", ["Summe", "Total", "Gesamt", "Total général", "Suma", "Zwischensumme", "Somme", "Grand Total", "Total:"])
def test_total_in_four_languages(word):
    pasted = paste(f"Family | Jan 2026\nChairs | 1\nTables | 2\n{word} | 3")
    assert sum(budget(pasted, "family").values()) == 3
    assert said(pasted) == []


def test_a_subtotal_that_does_not_equal_its_parts_is_said():
    pasted = paste("""
Family       | Jan 2026 | Feb 2026
Chairs       | 100      | 110
Tables       | 50       | 60
Total Indoor | 150      | 171
""")
    assert said(pasted) == ["Budget!C4: the total 171 does not equal its parts, 170 (difference 1; the parts count, the total does not)"]
    assert sum(budget(pasted, "family").values()) == 320


def test_a_category_above_its_families_is_their_total():
    pasted = paste("""
Family        | Jan 2026
Indoor        | 150
Chairs        | 100
Tables        | 50
Outdoor       | 7
Garden Chairs | 7
""")
    assert sum(budget(pasted, "family").values()) == 157
    assert taken(pasted, "row") == {"2": "total", "3": "family Chairs", "4": "family Tables", "5": "total", "6": "family Garden Chairs"}
    assert meaning(pasted, "row", "2") == '"Indoor" read as category Indoor; its families stand beside it'


def test_a_family_above_its_items_is_not_counted_twice():
    pasted = paste("""
Product  | Jan 2026
Chairs   | 100
"0017"   | 60
"0018"   | 40
Tables   | 50
""")
    assert budget(pasted, "family", "item") == {("", "0017", "2026-01"): 60, ("", "0018", "2026-01"): 40, ("Tables", "", "2026-01"): 50}


def test_a_label_that_nobody_knows_and_that_equals_the_rows_above_it():
    pasted = paste("Family | Jan 2026 | Feb 2026\nChairs | 1 | 2\nTables | 3 | 4\nDivision A | 4 | 6")
    assert taken(pasted, "row")["4"] == "total"
    assert meaning(pasted, "row", "4") == "equals the sum of rows 2 to 3"
    assert rules(pasted) == ["budget-not-confirmed"]


def test_totals_of_columns_are_held_against_their_parts():
    pasted = paste("Budget 2026\nFamily | North | South | Total\nChairs | 1 | 2 | 3\nTables | 4 | 5 | 8")
    assert said(pasted)[0] == "Budget!D4: the total 8 does not equal its parts, 9 (difference -1; the parts count, the total does not)"


# cells and labels that cannot be read


def test_rejected_cells_are_listed_and_counted():
    rows = "\n".join(f"{item} | {'tba' if item != 'Tables' else 5}" for item in ("Chairs", "Tables", '"0017"', '"0042"', "AX-7", '"0018"'))
    pasted = paste(f"Product | Jan 2026\n{rows}")
    rejected = [p for p in pasted.reading.problems if p.rule == "budget-cell-rejected"]
    assert [str(p) for p in rejected] == [
        'Budget!B2: expected an amount in EUR, got "tba"', 'Budget!B4: expected an amount in EUR, got "tba"',
        'Budget!B5: expected an amount in EUR, got "tba"', 'Budget!B6: expected an amount in EUR, got "tba" (and 1 more in B7)',
    ]  # fmt: skip
    assert {p.severity for p in rejected} == {Severity.ERROR}, "a budget that is short of a figure is no budget"
    assert line(pasted, "sheet", "Budget")["rejected"] == 6, "and the family whose item has no number"
    assert line(pasted, "column", "B")["rejected"] == 5 and line(pasted, "row", "2")["rejected"] == 1


def test_an_error_of_excel_is_never_a_blank():
    pasted = paste("Family | Jan 2026\nChairs | #REF!\nTables | 5")
    assert said(pasted, Severity.ERROR) == ["Budget!B2: expected an amount in EUR, got #REF! (mend the formula or empty the cell)"]


def test_a_number_that_is_decimal_or_thousands():
    pasted = paste('Family | Jan 2026\nChairs | "1.234"\nTables | 5')
    assert said(pasted, Severity.ERROR) == ['Budget!B2: expected a number that reads in one way only, got "1.234" (is it 1234 or 1.234? say so with Decimal mark in Settings)']


def test_other_numbers_of_the_paste_may_prove_the_decimal_mark():
    pasted = paste('Family | Jan 2026\nChairs | "1.234"\nTables | "5,50"')
    assert budget(pasted, "family") == {("Chairs", "2026-01"): 1234, ("Tables", "2026-01"): 5.5}
    assert 'decimal mark ","' in meaning(pasted, "sheet", "Budget")


def test_an_unknown_family_is_named_with_the_nearest_one():
    pasted = paste("Family | Jan 2026\nChiars | 1\nTables | 2\nRepairs | 3")
    assert said(pasted) == [
        'Budget!A2: expected a family, an item or a region of the workbook, got "Chiars" (did you mean "Chairs"?)',
        'Budget!A4: expected a family, an item or a region of the workbook, got "Repairs" (say what it is, or left out, with Take it as in Budget Mapping)',
    ]


def test_an_unknown_header_over_figures():
    pasted = paste("Family | Jan 2026 | Guess\nChairs | 1 | 9")
    assert said(pasted) == ['Budget!C1: expected a header that says what its figure is, got "Guess" (say what it is, or left out, with Take it as in Budget Mapping)']


def test_months_without_a_year():
    pasted = paste("Family | Jan | Feb\nChairs | 1 | 2")
    assert 'Budget!B1: expected a year for the period, got "Jan" (say it with Budget year in Settings)' in said(pasted, Severity.ERROR)
    assert pasted.reading.frame.empty
    stated = paste("Family | Jan | Feb\nChairs | 1 | 2", Settings(plan_currency="EUR", budget_year=2026))
    assert budget(stated) == {("2026-01",): 1, ("2026-02",): 2}
    assert meaning(stated, "column", "B") == "Jan -> 2026-01, fiscal year from Budget year in Settings"
    assert said(stated) == [], "what Settings say is stated, not inferred"


def test_months_over_the_turn_of_the_year():
    pasted = paste("Budget 2026\nFamily | Nov | Dec | Jan\nChairs | 1 | 2 | 3")
    assert "they run over the turn of the year, and one year is named" in said(pasted, Severity.ERROR)[0]


@pytest.mark.parametrize(("title", "first"), [("Budget FY2026", "2025-04"), ("Budget 2026", "2025-04"), ("Budget CY2026", "2026-04")])
def test_a_fiscal_year_that_starts_in_april(title, first):
    april = Settings(plan_currency="EUR", fiscal_year_start=4)
    months = "Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec | Jan | Feb | Mar"
    pasted = paste(f"{title}\nFamily | {months}\nChairs | {' | '.join(str(k) for k in range(101, 113))}", april)
    assert next(iter(budget(pasted))) == (first,)


def test_a_quarter_of_an_unclear_year_is_not_guessed():
    april = Settings(plan_currency="EUR", fiscal_year_start=4)
    pasted = paste("Family | Q1 2026\nChairs | 1", april)
    assert 'Budget!B1: expected a fiscal or a calendar year, got "Q1 2026" (write FY2026, or CY2026 for the calendar year)' in said(pasted, Severity.ERROR)
    assert budget(paste("Family | Q1 FY2026\nChairs | 1", april)) == {("2025-04..2025-06",): 1}
    assert budget(paste("Family | Q1 CY2026\nChairs | 1", april)) == {("2026-01..2026-03",): 1}


def test_a_column_that_may_be_two_things():
    known = KNOWN.__class__(families=("March", "Chairs"), regions=("North",), family_of={"1": "Chairs"})
    pasted = read_budget_paste(sheet("Budget"), block_of("Budget 2026\nRegion | Feb | March\nNorth | 1 | 2", "Budget", row=1), EUR, known)
    assert pasted is not None
    assert budget(pasted, "region") == {("North", "2026-02"): 1}
    assert 'Budget!C2: expected one meaning: "March" names a family and a time, got "March" (say what it is, or left out, with Take it as in Budget Mapping)' in said(pasted)


def test_the_same_figure_twice():
    pasted = paste("Family | Jan 2026\nChairs | 1\nTables | 2\nChairs | 3")
    assert said(pasted) == ['Budget!B4: expected each figure of the budget once, got "Chairs", "Revenue" (B2 has it already)']


def test_ratios_are_left_out():
    pasted = paste("Month | Revenue | COGS | Margin % | Price\nJan 2026 | 100 | 60 | 0.4 | 3")
    assert {*pasted.figures["measure"]} == {"revenue", "cost"}
    assert taken(pasted, "column")["D"] == taken(pasted, "column")["E"] == "left out"


# the control total


def test_the_control_total_ties():
    pasted = paste("Budget 2026 in TEUR\nFamily | Jan | Feb\nChairs | 100 | 110\nTables | 50 | 60", Settings(plan_currency="EUR", budget_control_total=320.0))
    assert "budget-control-total" not in rules(pasted)
    control = line(pasted, "total", "control total")
    assert (control["taken_as"], control["total"]) == ("ties", 320.0)
    assert control["means"] == "Revenue found: 320, finance states 320, difference 0"


def test_the_control_total_does_not_tie():
    pasted = paste("Family | Jan 2026 | Feb 2026\nChairs | 100 | tba", Settings(plan_currency="EUR", budget_control_total=210.0))
    assert "Budget: the budget adds up to 100, finance states 210: difference -110 (Budget Mapping shows what was left out; Budget control total in Settings)" in said(pasted)
    assert line(pasted, "total", "control total")["taken_as"] == "does not tie"


def test_the_control_total_is_of_the_budgets_measure():
    settings = Settings(plan_currency="EUR", budget_measure="Gross margin", budget_control_total=40.0)
    pasted = paste("Month | Revenue | COGS | Margin\nJan 2026 | 100 | 60 | 40", settings)
    assert line(pasted, "total", "control total")["taken_as"] == "ties"


def test_a_budget_states_what_the_settings_say():
    pasted = paste("Family | Jan 2026\nChairs | 7", Settings(plan_currency="EUR", budget_measure="Demand"))
    assert pasted.reading.frame["demand"].tolist() == [7.0]
    assert "figures are Demand (Budget states in Settings)" in meaning(pasted, "sheet", "Budget")


# what people decide in Budget Mapping

INFERRED = "Budget 2026 in TEUR\nFamily | Jan | Feb\nchairs | 100 | 110\nTables | 50 | 60"


def test_an_inferred_mapping_counts_and_says_that_it_is_not_confirmed():
    pasted = paste(INFERRED)
    assert len(pasted.reading.frame) == 4
    assert rules(pasted) == ["budget-not-confirmed"]
    confirmed = paste(INFERRED, remembered=remember(pasted, confirmed=True))
    assert said(confirmed) == []
    assert line(confirmed, "sheet", "Budget")["confirmed"] == "yes"


def test_a_confirmed_layout_is_remembered_next_year():
    first = remember(paste(INFERRED), confirmed=True)
    later = paste("Budget 2027 in TEUR\nFamily | Feb | Mar | Apr\nchairs | 7 | 8 | 9\nTables | 5 | 6 | 7", remembered=first)
    assert budget(later, "family")[("Chairs", "2027-02")] == 7000
    assert said(later) == []


@pytest.mark.parametrize(
    "other",
    ["Budget 2026 in Mio EUR\nFamily | Jan | Feb\nchairs | 100 | 110", "Budget 2026 in TEUR\nFamily | Region | Jan\nchairs | North | 110", "Budget 2026 in TUSD\nFamily | Jan | Feb\nchairs | 1 | 2"],
)
def test_another_layout_must_be_confirmed_anew(other):
    assert "budget-not-confirmed" in rules(paste(other, remembered=remember(paste(INFERRED), confirmed=True)))


SHAPES = ("Jan 2026 | Feb 2026", "Jan | Feb", "2026 | 2027", "FY2026 | FY2027", "Q1 2026 | Q2 2026", "H1 2026 | H2 2026")


@pytest.mark.parametrize("confirmed", SHAPES)
def test_a_yes_to_months_is_none_to_years(confirmed):
    """Each shape of periods is a layout of its own; the years in it are not."""
    settings = Settings(plan_currency="EUR", budget_year=2026)
    remembered = remember(paste(f"Family | {confirmed}\nchairs | 1 | 2", settings), confirmed=True)
    for other in SHAPES:
        expected = [] if other == confirmed else ["budget-not-confirmed"]
        assert rules(paste(f"Family | {other}\nchairs | 1 | 2", settings, remembered)) == expected, other
        assert rules(paste(f"Family | {other.replace('2026', '2028').replace('2027', '2029')}\nchairs | 1 | 2", settings, remembered)) == expected


def test_a_row_inferred_since_the_mapping_was_confirmed_is_said():
    first = remember(paste(INFERRED), confirmed=True)
    later = paste(INFERRED + "\nGARDEN-CHAIRS | 1 | 2", remembered=first)
    assert rules(later) == ["budget-new-rows"]
    assert rules(paste(INFERRED + "\nGARDEN-CHAIRS | 1 | 2", remembered=remember(later))) == []


def test_what_was_said_of_an_earlier_layout_stays_on_the_sheet():
    first = remember(paste(INFERRED), confirmed=True)
    other = paste("Family | Jan 2026\nTables | 5", remembered=first)
    kept = other.mapping[other.mapping["means"] == "of an earlier paste"]
    assert kept[["kind", "confirmed"]].to_numpy().tolist() == [["sheet", "yes"]]
    assert said(paste(INFERRED, remembered=remember(other))) == ['Budget Mapping: 1 rows of a confirmed mapping are new and were inferred: chairs (look at their lines in Budget Mapping)']


WITH_A_GUESS = "Family | Jan 2026 | Guess\nChairs | 1 | 9\nRepairs | 2 | 8"


def test_a_column_and_a_row_are_taken_as_the_planner_says():
    pasted = paste(WITH_A_GUESS)
    decided = paste(WITH_A_GUESS, remembered=remember(pasted, column_C="2026-02", row_3="family Tables"))
    assert budget(decided, "family") == {("Chairs", "2026-01"): 1, ("Chairs", "2026-02"): 9, ("Tables", "2026-01"): 2, ("Tables", "2026-02"): 8}
    assert said(decided) == []
    assert line(decided, "column", "C")["decision"] == "2026-02" and line(decided, "row", "3")["decision"] == "family Tables"
    assert meaning(decided, "column", "C").startswith("as decided in Budget Mapping")


def test_a_decision_on_a_row_that_one_paste_lacks_is_there_again_when_the_row_is():
    decided = remember(paste(WITH_A_GUESS), row_3="family Tables")
    without = paste("Family | Jan 2026 | Guess\nChairs | 1 | 9\nGarden Chairs | 4 | 4", remembered=decided)
    kept = without.mapping[without.mapping["found"] == "Repairs"]
    assert kept[["place", "means", "decision"]].to_numpy().tolist() == [["3", "of an earlier paste", "family Tables"]]
    again = remember(paste("Family | Jan 2026 | Guess\nChairs | 1 | 9\nTables | 4 | 4", remembered=remember(without)))
    assert budget(paste(WITH_A_GUESS, remembered=again), "family") == {("Chairs", "2026-01"): 1, ("Tables", "2026-01"): 2}
    assert list(paste(WITH_A_GUESS, remembered=again).mapping["decision"]).count("family Tables") == 1, "once, on its own line"


LONG = "Owner | Family | Jan 2026\n" + "\n".join(f"Rep {k} | Chairs | {k}" for k in range(1000, 1600))


def test_of_many_rows_only_the_plain_ones_share_a_line():
    tail = "\nRep A | Repairs | 5\nRep B | Tables | tba\nRep C | garden-chairs | 7\nTotal | | 779707"
    pasted = paste(LONG + tail, remembered=remember(paste(LONG + tail), row_602="left out"))
    rows = pasted.mapping[(pasted.mapping["kind"] == "row")].set_index("place")
    assert rows.loc[["602", "603", "604"], "taken_as"].tolist() == ["left out", "family Tables, owner Rep B", "family Garden Chairs, owner Rep C"]
    assert rows.loc["602", "decision"] == "left out" and rows.loc["603", "rejected"] == 1
    further = rows.loc["further rows"]
    assert (further["taken_as"], further["means"], further["rejected"]) == ("as their labels say", "101 rows: 100 figures, 1 total", 0)
    assert further["total"] == sum(range(1500, 1600))


def test_rows_that_share_a_line_have_no_total_of_several_measures():
    rows = "\n".join(f"Rep {k} | {measure} | {k}" for k in range(1000, 1300) for measure in ("Revenue", "COGS"))
    further = line(paste(f"Owner | Measure | Jan 2026\n{rows}"), "row", "further rows")
    assert further["total"] != further["total"] and further["means"] == "100 rows: 100 figures; several measures"


def test_a_decision_on_the_sheet_is_not_kept_twice():
    first = remember(paste(INFERRED), sheet_Budget="USD")
    later = paste("Budget 2027 in TEUR\nFamily | Jan | Feb\nchairs | 7 | 8\nTables | 5 | 6", remembered=first)
    assert list(later.mapping["decision"]).count("USD") == 1


@pytest.mark.parametrize(("decision", "expected"), [("left out", {1.0}), ("total", {1.0}), ("Cost of goods sold, 2026-01", {1.0, 9.0}), ("region North, Feb 2026", {1.0, 9.0})])
def test_decisions_of_a_column(decision, expected):
    text = "Family | Jan 2026 | Guess\nChairs | 1 | 9"
    decided = paste(text, remembered=remember(paste(text), column_C=decision))
    assert {*decided.figures["pasted"]} == expected


def test_a_decision_of_the_sheet_holds_for_all_of_it():
    text = "Family | Jan | Feb\nChairs | 1 | 2"
    settings = Settings(plan_currency="EUR", budget_year=2026)
    decided = paste(text, settings, remember(paste(text, settings), sheet_Budget="thousands, USD, Gross margin, 2027"))
    assert budget(decided, "currency", measure="gross_margin") == {("USD", "2027-01"): 1000, ("USD", "2027-02"): 2000}


def test_words_that_decide_nothing():
    pasted = paste(WITH_A_GUESS, remembered=remember(paste(WITH_A_GUESS), column_C="whatever"))
    assert "Budget Mapping!I10: expected what the line should be taken as: a label, a measure, a period, a name, total or left out, got \"whatever\"" in said(pasted)


def test_a_decision_that_names_a_year_is_not_used_for_another_one():
    text = "Budget {} \nFamily | Jan | Guess\nChairs | 1 | 9"
    first = remember(paste(text.format(2026)), column_C="2026-02", confirmed=True)
    later = paste(text.format(2027), remembered=first)
    assert budget(later) == {("2027-01",): 1}
    assert "old-decision" in rules(later)


def test_corrected_lines_need_no_further_word():
    text = "Family | Jan 2026\nchairs | 1\nTables | 2"
    assert rules(paste(text)) == ["budget-not-confirmed"]
    assert said(paste(text, remembered=remember(paste(text), row_2="family Chairs"))) == []


def test_figures_are_found_again_at_their_cells():
    pasted = read_budget_paste(sheet("Budget"), block_of("Family | Jan 2026\nChairs | 5", "Budget", row=10), EUR, KNOWN)
    assert pasted is not None
    assert pasted.figures[["cell", "number", "period"]].to_numpy().tolist() == [["B11", 5.0, datetime(2026, 1, 1)]]
    assert pasted.reading.cell_of(pasted.reading.records.index[0], "family") == "A11"
