"""Sales & Operations Planning inside the Excel workbook."""

__version__ = "0.1.0"
