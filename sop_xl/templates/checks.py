"""Checks: native formulas that derive the program's results again."""

from __future__ import annotations

from sop_xl.templates import layout
from sop_xl.templates.book import Book


def checks_sheet(book: Book) -> None:
    """The audit page with the master check."""
    spec = book.spec("Checks")
    layout.head(book, spec)
    sheet = book.worksheets["Checks"]
    sheet.write_string("A4", "Failed checks", book.styles.text(bold=True))
    sheet.write_formula("G4", '=COUNTIF(Problems!$A:$A,"error")', book.styles.body("0", bold=True), 0)
    layout.cell_name(book, "MasterCheck", "Checks", 4, 7)
    layout.protect(book, "Checks")
