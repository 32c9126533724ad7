"""Price List and Cost Rates held against the other sheets: each mistake alone, one line at its cell."""

from __future__ import annotations

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check

ITEMS = "Item | Family\nAX-140 | Axles\nBK-7 | Bikes"
HISTORY = "Item | Location | Customer group | 2026-01 | 2026-02\nAX-140 | Berlin | Shops | 5 | 6\nBK-7 | Berlin | Web | 1 | 2"
PRICE = {"Item": "BK-7", "Customer group": "Web", "Currency": "EUR", "List price": "900", "Discount": "0.1", "Valid from": "2026-01-01", "Valid until": "2026-12-31"}
RATE = {"Line": "freight", "Customer group": "Web", "Per unit": "2", "Share of revenue": "0.01", "Valid from": "2026-01-01", "Valid until": "2026-12-31"}
FX = "Currency | 2026-01 | 2026-02\nEUR | 0.9 | 0.9"


def found(sheet: str, row: dict[str, str], severity: Severity | None = None, rates: str = FX) -> list[str]:
    """Problems of a sheet with that one row."""
    texts = {"Items": ITEMS, "Demand History": HISTORY, "FX Rates": rates, sheet: " | ".join(row) + "\n" + " | ".join(row.values())}
    readings = {name: read(name, text) for name, text in texts.items() if text}
    return [str(p) for p in cross_check(readings) if p.sheet == sheet and severity in (None, p.severity)]


@pytest.mark.parametrize(("sheet", "row"), [("Price List", PRICE), ("Cost Rates", RATE)])
def test_a_sound_row_is_not_remarked(sheet, row):
    assert found(sheet, row) == []
    only_one = {k: v for k, v in row.items() if k not in ("List price", "Per unit", "Customer group", "Currency", "Valid from")}
    assert found(sheet, only_one) == []


@pytest.mark.parametrize(
    ("sheet", "row", "line"),
    [
        ("Price List", PRICE | {"Currency": "EUX"}, 'Price List!C7: expected a three-letter currency code, got "EUX" (empty means plan currency)'),
        ("Price List", PRICE | {"Valid until": "2025-12-31"}, "Price List!G7: expected a day not before Valid from 2026-01-01, got 2025-12-31"),
        ("Cost Rates", RATE | {"Valid until": "2025-12-31"}, "Cost Rates!F7: expected a day not before Valid from 2026-01-01, got 2025-12-31"),
    ],
)
def test_what_cannot_hold_stops_a_run(sheet, row, line):
    assert found(sheet, row, Severity.ERROR) == [line]


@pytest.mark.parametrize(
    ("sheet", "row", "line"),
    [
        ("Price List", PRICE | {"Customer group": "Wbe"}, 'Price List!B7: expected a customer group named in Demand History, got "Wbe" (did you mean "Web"?)'),
        ("Cost Rates", RATE | {"Customer group": "Export"}, 'Cost Rates!B7: expected a customer group named in Demand History, got "Export" (it changes nothing)'),
        ("Cost Rates", RATE | {"Per unit": "", "Share of revenue": ""}, "Cost Rates!C7: expected a cost Per unit or a Share of revenue, got nothing (it means no cost, whatever wider rows say)"),
        ("Price List", PRICE | {"List price": "", "Discount": ""}, "Price List!D7: expected a List price or a Discount, got nothing (it means the list price in Items without discount)"),
    ],
)
def test_what_was_most_likely_a_slip_is_a_warning(sheet, row, line):
    assert found(sheet, row) == [line]
    assert found(sheet, row, Severity.ERROR) == []


def test_a_figure_that_cannot_be_read_is_told_once():
    assert found("Price List", PRICE | {"List price": "abc", "Discount": ""}) == []


def test_a_code_of_ones_own_is_known_by_its_rate():
    assert found("Price List", PRICE | {"Currency": "XPT"}, rates="Currency | 2026-01\nXPT | 0.001") == []
