"""Small sheets as text, so that a test shows the sheet that it is about.

Cells are parted by `|`. A bare number is a number cell, `#REF!` an error cell, a bare ISO date a date cell, nothing an empty
cell; everything else is text, and quotes make text of anything.
"""

from __future__ import annotations

import re
from datetime import datetime

from sop_xl.blocks import Block, CellError, CellValue
from sop_xl.sheets import sheet
from sop_xl.sheets.read import Reading, read_sheet
from sop_xl.sheets.settings import Settings


def cell(text: str) -> CellValue:
    text = text.strip()
    if not text:
        return None
    if text[0] == text[-1] == '"' and len(text) > 1:
        return text[1:-1]
    if text.startswith("#"):
        return CellError(text)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return datetime.fromisoformat(text)
    return text


def block_of(text: str, name: str = "Items", row: int = 6, column: int = 1) -> Block:
    """The table as a block whose first line stands in `row`; an empty line is a blank row."""
    lines = text.strip("\n").split("\n")
    rows = [[cell(c) for c in line.split("|")] for line in lines]
    width = max(len(r) for r in rows)
    return Block(name, row, column, [r + [None] * (width - len(r)) for r in rows])


def read(name: str, text: str, settings: Settings | None = None) -> Reading:
    """Read the table as the sheet of that name, header in row 6."""
    return read_sheet(sheet(name), block_of(text, name), settings or Settings())


def lines(reading: Reading) -> list[str]:
    """Rendered problems of a reading, notes included."""
    return [str(p) for p in reading.problems]


def errors(reading: Reading) -> list[str]:
    """Rendered errors of a reading."""
    return [str(p) for p in reading.errors]
