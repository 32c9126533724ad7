"""Demand, supply and finance review pages."""

from __future__ import annotations

from sop_xl.templates import layout
from sop_xl.templates.book import Book


def demand_review_sheet(book: Book) -> None:
    """Demand by family and region."""
    layout.head(book, book.spec("Demand Review"))


def supply_review_sheet(book: Book) -> None:
    """Stock by family."""
    layout.head(book, book.spec("Supply Review"))


def finance_review_sheet(book: Book) -> None:
    """Money by family and region."""
    layout.head(book, book.spec("Finance Review"))
