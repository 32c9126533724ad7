"""A delimited text file as a block of cells: encoding and separator are recognised, every cell stays text."""

from __future__ import annotations

import csv
import io

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import ContractError, Problem

_SEPARATORS = (",", ";", "\t", "|")
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")


def csv_block(content: bytes, name: str = "file") -> Block:
    """The cells of a CSV file, header included; an empty field is an empty cell.

    UTF-8 with or without byte-order mark, UTF-16 with one, else Windows-1252; comma, semicolon, tab or bar, as the first
    lines show or a line `sep=;` says.

    Parameters
    ----------
    content
        The file's bytes.
    name
        File name, which takes the place of a sheet's name in problems.

    Raises
    ------
    ContractError
        When the bytes are no text, or hold a workbook.
    """
    text = _decode(content, name)
    separator, text = _separator(text)
    # a quote that is never closed would swallow the rest of the file as one field
    csv.field_size_limit(1 << 20)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ContractError([Problem(name, "", "not-a-table", "expected a CSV file", str(error), "a quotation mark may not be closed")]) from None
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(r) for r in rows), default=0)
    cells: list[list[CellValue]] = [[*(v or None for v in r), *[None] * (width - len(r))] for r in rows]
    return Block(name, 1, 1, cells)


def _decode(content: bytes, name: str) -> str:
    if content.startswith(_ARCHIVES):
        raise ContractError([Problem(name, "", "not-a-table", "expected a CSV file", "a workbook or archive", "give it its own ending, such as .xlsx")])
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ContractError([Problem(name, "", "not-a-table", "expected a CSV file", "bytes that are no text", "save it as CSV UTF-8")])


def _separator(text: str) -> tuple[str, str]:
    """The separator that cuts the first lines most evenly into most fields, and the text without a `sep=` line."""
    first, _, rest = text.partition("\n")
    told = first.rstrip("\r")
    if told.lower().startswith("sep=") and len(told) == 5:
        return told[4], rest
    sample = text[:65536].splitlines(keepends=True)[:50]
    best, best_score = ",", (0, 0)
    for separator in _SEPARATORS:
        try:
            widths = [len(r) for r in csv.reader(sample, delimiter=separator) if r]
        except csv.Error:
            continue
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        score = (wide.count(usual), usual)
        if score > best_score:
            best, best_score = separator, score
    return best, text
