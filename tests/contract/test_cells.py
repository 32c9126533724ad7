"""What people paste into one cell, and what is understood: the manual of the reader."""

from datetime import datetime

import pytest

from sop_xl.blocks import NOT_CALCULATED, CellError
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets.cell_dates import read_date, read_period
from sop_xl.sheets.cell_numbers import evident_decimal_mark, read_number
from sop_xl.sheets.cells import Habits, Refused, Understood, read_choice, read_code, read_text, show

MONTHS = Habits(Calendar())
POINT = Habits(Calendar(), decimal_mark=".")
COMMA = Habits(Calendar(), decimal_mark=",")
WEEKS = Habits(Calendar(CalendarKind.WEEKS))
WHOLE_WEEKS = Habits(Calendar(CalendarKind.FOUR_FOUR_FIVE))


def value(reading):
    assert isinstance(reading, Understood), reading
    return reading.value


def rule(reading):
    assert isinstance(reading, Refused), reading
    return reading.rule


@pytest.mark.parametrize(
    ("pasted", "number"),
    [
        ("12", 12),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1 234 567,89", 1234567.89),
        ("1\u00a0234,50", 1234.5),
        ("1\u202f234", 1234),
        ("1\u2009234.5", 1234.5),
        ("1'234.50", 1234.5),
        ("1’234’567", 1234567),
        ("0,125", 0.125),
        ("0.125", 0.125),
        ("1234,567", 1234.567),
        ("1234.567", 1234.567),
        (".5", 0.5),
        (",25", 0.25),
        ("'42", 42),
        (" 42 ", 42),
        ("+7", 7),
        ("-1,234.5", -1234.5),
        ("−5", -5),
        ("(1,234.50)", -1234.5),
        ("1.234,50-", -1234.5),
        ("1.2E+05", 120000),
        ("3e2", 300),
    ],
)
def test_numbers_that_are_beyond_doubt_are_read_and_reported(pasted, number):
    reading = read_number(pasted, MONTHS)
    assert value(reading) == pytest.approx(number)
    assert reading.note == "text-number"


@pytest.mark.parametrize(
    ("pasted", "settings", "number"),
    [
        ("1,234", POINT, 1234),
        ("1,234", COMMA, 1.234),
        ("1.234", POINT, 1.234),
        ("1.234", COMMA, 1234),
        ("12,5", COMMA, 12.5),
        ("1.234,5", COMMA, 1234.5),
    ],
)
def test_the_setting_decides_what_is_ambiguous(pasted, settings, number):
    assert value(read_number(pasted, settings)) == number


@pytest.mark.parametrize("pasted", ["1,234", "1.234", "12,345", "999.999", "(1,234)", "-1.234"])
def test_one_mark_before_three_digits_is_ambiguous(pasted):
    reading = read_number(pasted, MONTHS)
    assert rule(reading) == "ambiguous-number"
    assert "Decimal mark in Settings" in reading.hint


@pytest.mark.parametrize(
    ("pasted", "settings"), [("12,5", POINT), ("1.234,5", POINT), ("1,234.5", COMMA), ("12.5", COMMA), ("1 234,5", POINT)]
)
def test_a_number_against_the_setting_is_refused(pasted, settings):
    assert rule(read_number(pasted, settings)) == "not-a-number"


@pytest.mark.parametrize(
    "pasted", ["", " ", "-", "–", "—", "NULL", "null", "(null)", "n/a", "N/A", "NA", "na", "nan", "NaN", ".", "\u00a0", "None"]
)
def test_words_for_nothing_are_absent_and_not_zero(pasted):
    assert value(read_number(pasted, MONTHS)) is None


@pytest.mark.parametrize(
    "pasted", ["abc", "12 pcs", "PCS 12", "12 PCS", "1,23,456", "1.2.3", "12k", "1,2,3", "--5", "(-5)", "1 23", "12..5", "1,", "()", "5)", "٣x", True, False, datetime(2026, 1, 1)]
)
def test_what_is_no_number_is_refused(pasted):
    assert rule(read_number(pasted, MONTHS)) == "not-a-number"


@pytest.mark.parametrize("pasted", [CellError("#REF!"), CellError("#N/A"), NOT_CALCULATED, "#DIV/0!", "#value!"])
def test_an_error_cell_is_a_problem_never_a_blank(pasted):
    for reader in (read_number, read_date, read_period):
        assert rule(reader(pasted, MONTHS)) == "error-cell"
    assert rule(read_code(pasted)) == "error-cell"
    assert rule(read_text(pasted)) == "error-cell"


@pytest.mark.parametrize("number", [float("inf"), float("-inf")])
def test_an_infinite_number_is_refused(number):
    assert rule(read_number(number, MONTHS)) == "not-a-number"


@pytest.mark.parametrize(
    ("pasted", "currency", "number"),
    [
        ("$1,234.50", "USD", 1234.5),
        ("1.234,50 €", "EUR", 1234.5),
        ("EUR 12,5", "EUR", 12.5),
        ("12.50 USD", "USD", 12.5),
        ("USD12.50", "USD", 12.5),
        ("-$5", "USD", -5),
        ("$-5", "USD", -5),
        ("($5.25)", "USD", -5.25),
        ("£ 7", "GBP", 7),
        ("kr 7,5", "SEK", 7.5),
        ("C$12.5", "CAD", 12.5),
    ],
)
def test_currency_signs_that_agree_are_read(pasted, currency, number):
    assert value(read_number(pasted, MONTHS, currency=currency)) == number


def test_currency_signs_that_disagree_are_refused():
    assert rule(read_number("€ 5", MONTHS, currency="USD")) == "other-currency"
    assert rule(read_number("5 CHF", MONTHS, currency="EUR")) == "other-currency"
    assert rule(read_number("$5", MONTHS)) == "currency-sign"


def test_percent_is_for_fractions_only():
    assert value(read_number("5 %", MONTHS, fraction=True)) == pytest.approx(0.05)
    assert value(read_number("12,5%", MONTHS, fraction=True)) == pytest.approx(0.125)
    assert value(read_number(0.05, MONTHS, fraction=True)) == 0.05
    assert rule(read_number("5%", MONTHS)) == "percent-sign"


def test_whole_numbers():
    assert value(read_number(18.0, MONTHS, integer=True)) == 18
    assert isinstance(value(read_number("18", MONTHS, integer=True)), int)
    assert rule(read_number(18.5, MONTHS, integer=True)) == "not-a-whole-number"


def test_plain_numbers_of_a_text_file_are_no_conversion():
    of_file = Habits(Calendar(), from_text_file=True)
    assert read_number("12.5", of_file) == Understood(12.5)
    assert read_number("1200", of_file) == Understood(1200.0)
    assert rule(read_number("1.234", of_file)) == "ambiguous-number"
    assert read_number("1 200", of_file).note == "text-number"


def test_the_numbers_of_one_file_prove_its_decimal_mark():
    assert evident_decimal_mark(["1,234", "12.50", "7"]) == "."
    assert evident_decimal_mark(["1.234", "0,5"]) == ","
    assert evident_decimal_mark(["1.234.567"]) == ","
    assert evident_decimal_mark(["1,234", "7"]) == ""
    assert evident_decimal_mark(["1,5", "1.5"]) == ""
    assert evident_decimal_mark(["2026-11-01", "AX-1.5"]) == ""


@pytest.mark.parametrize(
    "pasted",
    [
        "2026-11-01", "2026/11/01", "2026/11/1", "2026.11.01", "20261101", 20261101.0, "2026-11-01 00:00:00", "2026-11-01T00:00:00",
        "01.11.2026", "1.11.2026", "01-Nov-2026", "1 Nov 2026", "1 November 2026", "November 1, 2026", "Nov 1st, 2026", "1. November 2026",
        "1er novembre 2026", "1 de noviembre de 2026", "01-Nov-26", 46327.0, 46327, datetime(2026, 11, 1), datetime(2026, 11, 1, 13, 30),
    ],
)  # fmt: skip
def test_dates(pasted):
    assert value(read_date(pasted, MONTHS)) == datetime(2026, 11, 1)


@pytest.mark.parametrize(
    "pasted",
    [
        "2026-11", "2026/11", "2026 11", "11/2026", "11.2026", "11-2026", "Nov-26", "Nov 26", "Nov 2026", "nov. 2026", "Nov'26", "November 2026",
        "NOVEMBER-2026", "2026 Nov", "2026-Nov", "novembre 2026", "Noviembre 2026", "2026M11", "2026-M11", "M11 2026", "202611", 202611.0,
        "2026-11-01", "2026-11-18", "01.11.2026", 46327.0, datetime(2026, 11, 1), datetime(2026, 11, 30),
    ],
)  # fmt: skip
def test_periods(pasted):
    assert value(read_period(pasted, MONTHS)) == datetime(2026, 11, 1)


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Jan", 1), ("Februar", 2), ("février", 2), ("März", 3), ("Mrz", 3), ("mars", 3), ("marzo", 3), ("avril", 4), ("Mai", 5), ("Mayo", 5),
        ("juin", 6), ("Juli", 7), ("juil.", 7), ("août", 8), ("agosto", 8), ("Sept", 9), ("Okt", 10), ("octubre", 10), ("Dez", 12), ("déc.", 12), ("dic", 12),
        ("enero", 1), ("Jänner", 1),
    ],
)  # fmt: skip
def test_month_names_in_four_languages(name, month):
    assert value(read_period(f"{name} 2026", MONTHS)) == datetime(2026, month, 1)
    assert value(read_period(f"{name.upper()}-26", MONTHS)) == datetime(2026, month, 1)


def test_the_order_of_day_and_month_is_never_guessed():
    reading = read_date("11/01/2026", MONTHS)
    assert rule(reading) == "ambiguous-date"
    assert reading.hint == "is it 2026-01-11 or 2026-11-01? say so with Date order in Settings"
    assert value(read_date("11/01/2026", Habits(Calendar(), date_order="DMY"))) == datetime(2026, 1, 11)
    assert value(read_date("11/01/2026", Habits(Calendar(), date_order="MDY"))) == datetime(2026, 11, 1)
    assert value(read_date("13/01/2026", MONTHS)) == datetime(2026, 1, 13)
    assert value(read_date("01/13/2026", MONTHS)) == datetime(2026, 1, 13)
    assert value(read_date("05/05/2026", MONTHS)) == datetime(2026, 5, 5)


@pytest.mark.parametrize("pasted", ["26-Nov", "13/01/26", "11-12-2026"])
def test_dates_that_read_in_two_ways_are_refused(pasted):
    assert rule(read_date(pasted, MONTHS)) == "ambiguous-date"


@pytest.mark.parametrize("pasted", ["2026-13", "2026-02-30", "31/02/2026", "soon", "Q1 2026", "2026", 2026, 12.0, True, "Nov", "1066-10-14", "0"])
def test_what_is_no_date_is_refused(pasted):
    assert rule(read_period(pasted, MONTHS)) == "not-a-date"


def test_a_month_is_not_a_day():
    assert rule(read_date("Nov 2026", MONTHS)) == "not-a-date"


@pytest.mark.parametrize("pasted", ["2026-W47", "2026W47", "W47 2026", "KW 47/2026", "CW47-2026", "2026 week 47", datetime(2026, 11, 16), "2026-11-18"])
def test_weeks(pasted):
    assert value(read_period(pasted, WEEKS)) == datetime(2026, 11, 16)


def test_a_label_of_another_calendar_is_refused():
    assert rule(read_period("2026-W47", MONTHS)) == "not-this-calendar"
    assert rule(read_period("2026-11", WEEKS)) == "not-this-calendar"
    assert rule(read_period("2026-W54", WEEKS)) == "not-a-date"


def test_months_of_whole_weeks_are_named_by_the_month():
    start = WHOLE_WEEKS.calendar.parse("2026-11").to_pydatetime()
    assert start != datetime(2026, 11, 1)
    for pasted in ("2026-11", "Nov-26", datetime(2026, 11, 1), "2026-11-18"):
        assert value(read_period(pasted, WHOLE_WEEKS)) == start


@pytest.mark.parametrize(
    ("pasted", "code", "note"),
    [
        ("AX-104", "AX-104", ""),
        ("00123", "00123", ""),
        (1001.0, "1001", "number-as-code"),
        (1001, "1001", "number-as-code"),
        (12.5, "12.5", "number-as-code"),
        (" AX-104 ", "AX-104", "trimmed"),
        ("AX-104\u00a0", "AX-104", "trimmed"),
        ("'00123", "00123", "trimmed"),
        ("AX\x07-104", "AX-104", "trimmed"),
        ("\ufeffAX-104", "AX-104", "trimmed"),
        ("=AX+1", "=AX+1", ""),
        ("NA", "NA", ""),
        ("NULL", None, "absent-word"),
        ("-", None, "absent-word"),
        ("", None, ""),
        (None, None, ""),
    ],
)
def test_codes_are_kept_to_the_letter(pasted, code, note):
    assert read_code(pasted) == Understood(code, note)


def test_codes_that_excel_damaged_are_refused():
    assert rule(read_code(datetime(2026, 3, 1))) == "code-became-date"
    assert rule(read_code(1234567890123456.0)) == "code-lost-digits"
    assert rule(read_code("1.23457E+12")) == "code-lost-digits"
    assert rule(read_code(True)) == "not-a-code"


def test_choices_do_not_mind_case_and_say_what_is_allowed():
    assert value(read_choice("PHASE OUT", ("launch", "phase_out"))) == "phase_out"
    refused = read_choice("launched", ("launch", "phase_out"))
    assert refused == Refused("unknown-choice", "expected launch or phase_out", 'did you mean "launch"?')
    assert value(read_choice(datetime(2005, 4, 4), ("months", "4-4-5", "weeks"))) == "4-4-5"  # what Excel makes of 4-4-5


@pytest.mark.parametrize(
    ("raw", "seen"),
    [(None, "nothing"), ("n/a", '"n/a"'), (5.0, "5"), (0.25, "0.25"), (True, "TRUE"), (datetime(2026, 11, 1), "2026-11-01"), (CellError("#REF!"), "#REF!")],
)
def test_cells_are_quoted_as_a_planner_sees_them(raw, seen):
    assert show(raw) == seen
