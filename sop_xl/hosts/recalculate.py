"""Fresh results for the formulas of a workbook, without Excel: LibreOffice computes, we patch the stored results.

Only the stored result of formula cells changes; styles, formulas and every other part stay byte for byte. What LibreOffice
cannot compute keeps its old result and is listed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sop_xl.blocks import a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.atomic import replace_file
from sop_xl.hosts.cells import number_text
from sop_xl.hosts.guards import check_editable, check_target, read_file
from sop_xl.hosts.libreoffice import TIMEOUT, calculate, find_libreoffice, version_of
from sop_xl.hosts.named_cell import read_formulas
from sop_xl.hosts.occupied import array_areas
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.splice import cell_text
from sop_xl.hosts.values import rich_text, shared_strings
from sop_xl.hosts.verify import verify_package
from sop_xl.hosts.workbook import SheetEntry, Workbook
from sop_xl.hosts.xmltext import attributes, drop_attribute, escape_text, unescape, unescape_text

Mode = Literal["auto", "libreoffice", "off"]
Result = tuple[str, str]
"""Cell type and stored text, unescaped: `("n", "1.5")`, `("str", "late")`, `("e", "#N/A")`."""
_OURS = re.compile(r"(?<![\w.])(?:_xll\.)?SOP_\w+\(", re.I)
_SAME = 5e-15  # LibreOffice stores 15 digits; closer than that is the same number
_NAME = "#NAME?"


@dataclass(frozen=True, slots=True)
class RecalcReport:
    """What a recalculation did.

    Parameters
    ----------
    ran
        Whether it was done.
    reason
        Why not; `""` where it was.
    version
        Version of LibreOffice, `""` where it did not run.
    patched
        Formula cells whose stored result is fresh now.
    changed
        Those of them whose result is another than before.
    kept
        Addresses (`Executive!C4`) of formulas that LibreOffice cannot compute; they keep their old result.
    seconds
        Wall-clock time.
    """

    ran: bool
    reason: str = ""
    version: str = ""
    patched: int = 0
    changed: int = 0
    kept: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)


UP_TO_DATE = "every formula is up to date"
"""Reason given where nothing was written since the last calculation."""


def recalculate(path: str | Path, mode: Mode = "auto", timeout: float = TIMEOUT) -> RecalcReport:
    """Compute every formula of a workbook file and store the results in it.

    Parameters
    ----------
    path
        The workbook; replaced at once or not at all.
    mode
        `auto` uses LibreOffice where it is installed and the workbook waits for a calculation, `libreoffice` demands it, `off` does nothing.
    timeout
        Seconds that LibreOffice may take.

    Raises
    ------
    HostError
        Where the file cannot be read or written, or LibreOffice is demanded and missing or fails.
    """
    if mode not in ("auto", "libreoffice", "off"):
        raise FrameError(f"{mode!r} is none of auto, libreoffice, off")
    if mode == "off":
        return RecalcReport(False, "switched off; Excel calculates when it opens the file")
    started, path = time.perf_counter(), Path(path)
    program = find_libreoffice()
    if program is None:
        if mode == "libreoffice":
            raise HostError(
                "LibreOffice is not installed, so formulas cannot be calculated; install it or use --recalc off"
            )
        return RecalcReport(False, "LibreOffice is not installed; Excel calculates when it opens the file")
    blob = read_file(path)
    package = Package(blob, path.name)
    workbook = Workbook(package)
    sheets = [entry for entry in workbook.sheets() if entry.kind == "worksheet"]
    formulas = {entry.name: read_formulas(Sheet(package.text(entry.part), entry.name)) for entry in sheets}
    if not any(formulas.values()):
        return RecalcReport(False, "the workbook has no formulas")
    if mode == "auto" and not workbook.calculates_on_load:
        return RecalcReport(False, UP_TO_DATE)
    check_target(path.resolve())
    check_editable(package, workbook.part)
    try:
        calculated = calculate(
            program, _without_ours(blob, path.name, sheets, formulas), path.suffix, timeout
        )
    except HostError as error:
        if mode == "libreoffice":
            raise
        return RecalcReport(
            False, f"{error}; Excel calculates when it opens the file", seconds=time.perf_counter() - started
        )
    report = _patch(package, workbook, sheets, formulas, calculated)
    content = package.to_bytes()
    if content != blob:
        touched = {entry.name for entry in package.entries if entry.content is not None}
        replace_file(
            path, content, lambda written: verify_package(written, content, blob, touched, path.name)
        )
    patched, changed, kept = report
    return RecalcReport(
        True, "", version_of(calculated), patched, changed, kept, time.perf_counter() - started
    )


def _without_ours(
    blob: bytes, label: str, sheets: list[SheetEntry], formulas: dict[str, dict[str, str]]
) -> bytes:
    """A copy in which cells with our own functions hold their last result as a constant.

    LibreOffice does not know the functions; with the constant, formulas that build on such a cell still compute.
    """
    copy = Package(blob, label)
    for entry in sheets:
        ours = {address for address, formula in formulas[entry.name].items() if _OURS.search(formula)}
        if ours:
            sheet = Sheet(copy.text(entry.part), entry.name)
            formula = sheet.patterns.formula
            new = {a: (head, formula.sub("", inner, count=1)) for a, head, inner in _cells(sheet, ours)}
            copy.replace_text(entry.part, _rewritten(sheet, new))
    return copy.to_bytes()


def _patch(
    package: Package,
    workbook: Workbook,
    sheets: list[SheetEntry],
    formulas: dict[str, dict[str, str]],
    calculated: Package,
) -> tuple[int, int, tuple[str, ...]]:
    """Put the computed results into the package; number of fresh results, of changed ones, and the addresses kept."""
    theirs = Workbook(calculated)
    by_name = {entry.name: entry for entry in theirs.sheets() if entry.kind == "worksheet"}
    part = target_of(calculated, theirs.part, "sharedStrings")
    texts = shared_strings(calculated.text(part)) if part and calculated.has(part) else []
    patched = changed = 0
    kept: list[str] = []
    for entry in sheets:
        own = formulas[entry.name]
        if not own:
            continue
        if entry.name not in by_name:
            kept += [f"{entry.name}!{address}" for address in own]
            continue
        sheet = Sheet(package.text(entry.part), entry.name)
        wanted = set(own) | _spilled(sheet)
        results = _results(Sheet(calculated.text(by_name[entry.name].part), entry.name), wanted, texts)
        fresh: dict[str, Result] = {}
        for address in own:
            result = results.get(address, ("n", ""))
            if _OURS.search(own[address]) or result == ("e", _NAME):
                kept.append(f"{entry.name}!{address}")
            else:
                fresh[address] = result
        fresh.update({a: r for a, r in results.items() if a not in own})
        new = {
            a: cell
            for a, head, inner in _cells(sheet, set(fresh))
            if (cell := _with_result(sheet, head, inner, fresh[a])) != (head, inner)
        }
        package.replace_text(entry.part, _rewritten(sheet, new))
        patched += sum(address in own for address in fresh)
        changed += len(new)
    if not kept:
        workbook.withdraw_full_calculation()
    return patched, changed, tuple(kept)


def _spilled(sheet: Sheet) -> set[str]:
    """Addresses that array formulas fill besides their own cell."""
    return {
        a1(row, column)
        for top, left, bottom, right in array_areas(sheet)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }


def _results(sheet: Sheet, wanted: set[str], texts: list[str]) -> dict[str, Result]:
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


def _cells(sheet: Sheet, wanted: set[str]) -> Iterator[tuple[str, str, str]]:
    """Address, attribute text and inner text of the wanted cells."""
    rows = {int(re.sub(r"\D", "", address)) for address in wanted}
    for row in sheet.rows():
        if row.number in rows:
            for column, head, inner in sheet.cells(row):
                address = a1(row.number, column)
                if address in wanted:
                    yield address, head, inner


def _with_result(sheet: Sheet, head: str, inner: str, result: Result) -> tuple[str, str]:
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


def _rewritten(sheet: Sheet, new: dict[str, tuple[str, str]]) -> str:
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
