"""Stored results of formula cells: read them from a calculated copy, put others in their place, leave everything else as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sop_xl.blocks import a1
from sop_xl.hosts.cells import number_text
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.splice import cell_text
from sop_xl.hosts.values import rich_text
from sop_xl.hosts.xmltext import attributes, drop_attribute, escape_text, unescape, unescape_text

Result = tuple[str, str]
"""Cell type and stored text, unescaped: `("n", "1.5")`, `("str", "late")`, `("e", "#N/A")`."""
_SAME = 5e-15  # LibreOffice stores 15 digits; closer than that is the same number


def results_of(sheet: Sheet, wanted: set[str], texts: list[str]) -> dict[str, Result]:
    """Computed results by address."""
    found: dict[str, Result] = {}
    for row in sheet.rows():
        for column, head, inner in sheet.cells(row):
            address = a1(row.number, column)
            if address in wanted:
                found[address] = _stored(sheet, attributes(head).get("t", "n"), inner, texts)
    return found


def _stored(sheet: Sheet, kind: str, inner: str, texts: list[str]) -> Result:
    if kind == "inlineStr":
        return "str", rich_text(inner, sheet.patterns)
    match = sheet.patterns.value.search(inner)
    text = (match[1] or "") if match else ""
    if kind == "s":
        return "str", texts[int(text)]
    return (kind, unescape_text(text)) if kind == "str" else (kind, unescape(text))


def cells_at(sheet: Sheet, wanted: set[str]) -> Iterator[tuple[str, str, str]]:
    """Address, attribute text and inner text of the wanted cells."""
    rows = {int(re.sub(r"\D", "", address)) for address in wanted}
    for row in sheet.rows():
        if row.number in rows:
            for column, head, inner in sheet.cells(row):
                address = a1(row.number, column)
                if address in wanted:
                    yield address, head, inner


def with_result(sheet: Sheet, head: str, inner: str, result: Result) -> tuple[str, str]:
    """Attribute text and inner text of a formula cell with a new result; the old ones where it is the same."""
    p = sheet.prefix
    kind, text = result
    old_kind = attributes(head).get("t", "n")
    match = sheet.patterns.value.search(inner)
    old_text = (match[1] or "") if match else ""
    if old_kind == "b" and text.upper() in (
        "0",
        "1",
        "TRUE",
        "FALSE",
    ):  # a truth value that a number format dressed up
        kind, text = "b", "1" if text.upper() in ("1", "TRUE") else "0"
    if kind == "n":
        text = _number(text, old_text if old_kind == "n" else "")
    if old_kind in ("s", "inlineStr"):  # a cell that an array formula fills
        old_kind = ""
    stored = escape_text(text) if kind == "str" else text
    if kind == old_kind and stored == old_text:
        return head, inner
    head = drop_attribute(head, "t")
    head = head if kind == "n" else f'{head.rstrip()} t="{kind}"'
    value = f"<{p}v>{stored}</{p}v>" if stored or kind == "str" else ""
    if match:
        return head, inner[: match.start()] + value + inner[match.end() :]
    formula = sheet.patterns.formula.search(inner)
    place = formula.end() if formula else 0
    return head, inner[:place] + value + inner[place:]


def _number(text: str, old: str) -> str:
    """Shortest text of a computed number; the old text where both are the same number to 15 digits."""
    if not text:
        return ""
    new = float(text)
    try:
        if old and abs(new - float(old)) <= _SAME * abs(new):
            return old
    except ValueError:
        pass
    return number_text(new)


def rewritten(sheet: Sheet, new: Mapping[str, tuple[str, str]]) -> str:
    """Text of the sheet with other attribute and inner text for some cells."""
    rows = {int(re.sub(r"\D", "", address)) for address in new}
    parts, position = [], 0
    for row in sheet.rows():
        if row.number not in rows:
            continue
        parts.append(sheet.text[position : row.inner_start])
        for column, head, inner in sheet.cells(row):
            address = a1(row.number, column)
            parts.append(cell_text(sheet.prefix, address, *new.get(address, (head, inner))))
        position = row.inner_end
    parts.append(sheet.text[position:])
    return "".join(parts)
