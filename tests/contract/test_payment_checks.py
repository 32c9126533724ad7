"""Payment terms that a planner may mistype."""

from __future__ import annotations

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check


def found(name: str, text: str) -> list[tuple[Severity, str]]:
    return [(p.severity, str(p)) for p in cross_check({name: read(name, text)}) if p.rule == "long-payment-terms"]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("Suppliers", "Supplier | Payment terms\nSmith | 365\nLee | 3000", "Suppliers!B8: expected days from receipt to payment, at most 365, got 3000"),
        ("Customer Classes", "Customer group | Priority | Payment terms\nKey | 1 | 20260131", "Customer Classes!C7: expected days from sale to payment, at most 365, got 20260131"),
    ],
)
def test_terms_of_more_than_a_year_are_warned_of(name, text, line):
    ((severity, said),) = found(name, text)
    assert severity is Severity.WARNING
    assert said == f"{line} (it is planned as it stands: so much money is tied up for so long)"


def test_a_year_and_nothing_are_terms():
    assert found("Suppliers", "Supplier | Payment terms\nSmith | 365\nLee |") == []
