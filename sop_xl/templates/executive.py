"""Executive: one page for the executive review."""

from __future__ import annotations

from sop_xl.templates import layout
from sop_xl.templates.book import Book


def executive_sheet(book: Book) -> None:
    """The executive page."""
    layout.head(book, book.spec("Executive"))
