"""Payment terms that cannot be meant as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show
from sop_xl.sheets.readings import Readings, filled

LONGEST_TERMS = 365.0
"""Days beyond which a term is taken to be a slip of the keyboard, or not in days."""

_STATED = (("Customer Classes", "sale"), ("Suppliers", "receipt"))


def check_payment_terms(readings: Readings) -> Iterator[Problem]:
    """Terms are days, and nobody waits for more than a year."""
    for name, since in _STATED:
        reading = filled(readings, name)
        if reading is None:
            continue
        days = reading.records["payment_days"]
        for line in reading.records.index[days > LONGEST_TERMS]:
            yield Problem(
                reading.sheet, reading.cell_of(line, "payment_days"), "long-payment-terms", f"expected days from {since} to payment, at most {LONGEST_TERMS:.0f}",
                show(float(days[line])), "it is planned as it stands: so much money is tied up for so long", Severity.WARNING,
            )  # fmt: skip
