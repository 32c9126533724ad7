"""An engine for xlwings without Excel: a small workbook model that has Excel's habits, behind xlwings' own public classes."""

from __future__ import annotations

from xlwings_engine.impl import open_book, xlwings_book
from xlwings_engine.model import Excel, Protection, Workbook, Worksheet
from xlwings_engine.typed import ExcelError

__all__ = ["Excel", "ExcelError", "Protection", "Workbook", "Worksheet", "open_book", "xlwings_book"]
