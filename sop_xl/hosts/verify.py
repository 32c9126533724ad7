"""Check a written package before it takes the place of the old one.

The rules are those that Excel's loader enforces and general validators do not: a part that breaks one of them makes
Excel offer a repair, which is how planners lose work.
"""

from __future__ import annotations

import re
from itertools import pairwise

from sop_xl.errors import HostError
from sop_xl.hosts.named_cell import read_formulas
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships, target_of
from sop_xl.hosts.scan import Sheet, column_number
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import read_tables
from sop_xl.hosts.values import ValueReader, read_row, shared_strings
from sop_xl.hosts.workbook import SheetEntry, Workbook
from sop_xl.hosts.xmltext import attributes, check_well_formed, whole

_CHAIN_CELL = re.compile(r"<(?:[\w.-]+:)?c(?=\s)[^>]*>")


def verify_package(written: bytes, intended: bytes, before: bytes, touched: set[str], label: str) -> None:
    """Check what was written, as it was read back from the disk.

    Parameters
    ----------
    written, intended
        What the disk holds, and what should be there.
    before
        The package before the change.
    touched
        Names of the parts that were meant to change.
    label
        File name for messages.

    Raises
    ------
    HostError
        With the first rule that does not hold; the file is left as it was.
    """
    if written != intended:
        raise HostError(
            f"{label} was not saved: the disk gave back other bytes than were written; try another disk"
        )
    old, new = Package(before, label), Package(written, label)
    _check_untouched(old, new, touched, label)
    for name in touched:
        if new.has(name):
            content = new.read(name)
            if name.endswith((".xml", ".rels", ".vml")):
                check_well_formed(content, f"{label}: {name}")
    workbook = Workbook(new)
    styles = StyleTable(new, workbook.part)
    sheets = [e for e in workbook.sheets() if e.kind == "worksheet"]
    for entry in sheets:
        if entry.part in touched:
            _check_sheet(new, entry, len(styles.formats), label)
    _check_tables(new, workbook, sheets, touched, label)
    _check_chain(new, workbook, sheets, touched, label)
    _check_relationships(old, new, label)


def _fail(label: str, what: str) -> HostError:
    return HostError(
        f"{label} was not saved: {what}; the file is as it was. Please report this, with the workbook if you can"
    )


def _check_untouched(old: Package, new: Package, touched: set[str], label: str) -> None:
    """Parts that nobody touched have the same compressed bytes, hence the same checksum."""
    stored = {entry.name: entry for entry in new.entries}
    for entry in old.entries:
        if entry.name in touched:
            continue
        same = stored.get(entry.name)
        if same is not None and (
            same.packed != entry.packed or same.crc != entry.crc or same.size != entry.size
        ):
            raise _fail(label, f"the part {entry.name} would have changed")
    if [n for n in new.names() if old.has(n)] != [n for n in old.names() if new.has(n)]:
        raise _fail(label, "the order of the parts would have changed")


def _check_sheet(package: Package, entry: SheetEntry, styles: int, label: str) -> None:
    """Rows and cells ascend, no cell stands twice, every style exists."""
    sheet = Sheet(package.text(entry.part), entry.name)
    known: dict[tuple[str, ...], bool] = {}
    heads: set[str] = set()
    before = 0
    for row in sheet.rows():
        if row.number <= before:
            raise _fail(label, f"row {row.number} of {entry.name} would be out of order")
        before = row.number
        found = sheet.patterns.head.findall(sheet.text, row.inner_start, row.inner_end)
        letters = tuple([c for c, _ in found])
        if letters not in known:
            known[letters] = _ascending(letters)
        if not known[letters]:
            raise _fail(label, f"the cells of row {row.number} of {entry.name} would be out of order")
        heads.update([head for _, head in found])
    for head in heads:
        number = whole(attributes(head), "s")
        if number and number >= styles:
            raise _fail(label, f"a cell of {entry.name} would have a style that does not exist")


def _ascending(letters: tuple[str, ...]) -> bool:
    columns = [column_number(c) for c in letters if c]
    return all(a < b for a, b in pairwise(columns))


def _check_tables(
    package: Package, workbook: Workbook, sheets: list[SheetEntry], touched: set[str], label: str
) -> None:
    """Names and numbers of tables are unique, and each touched table's headings stand in its header cells."""
    names: set[str] = set()
    numbers: set[int] = set()
    reader: ValueReader | None = None
    for entry in sheets:
        for table in read_tables(package, entry.part):
            if table.name.casefold() in names or table.id in numbers:
                raise _fail(label, f"the table {table.name} would not be unique")
            names.add(table.name.casefold())
            numbers.add(table.id)
            if not ({table.part, entry.part} & touched) or not table.header:
                continue
            if reader is None:
                reader = _reader(package, workbook)
            top, left, _, right = table.area
            shown = _header_texts(Sheet(package.text(entry.part), entry.name), reader, top, left, right)
            if shown != [c.name for c in table.columns]:
                raise _fail(label, f"the headings of the table {table.name} would not match its cells")


def _reader(package: Package, workbook: Workbook) -> ValueReader:
    part = target_of(package, workbook.part, "sharedStrings")
    texts = shared_strings(package.text(part)) if part and package.has(part) else []
    return ValueReader(texts, frozenset(), workbook.date1904)


def _header_texts(sheet: Sheet, reader: ValueReader, row: int, left: int, right: int) -> list[str]:
    values = read_row(sheet, reader, row)
    values += [None] * (right - len(values))
    return [v if isinstance(v, str) else str(v) for v in values[left - 1 : right]]


def _check_chain(
    package: Package, workbook: Workbook, sheets: list[SheetEntry], touched: set[str], label: str
) -> None:
    """Every entry of the calculation chain is a formula that is still there."""
    part = target_of(package, workbook.part, "calcChain")
    if part is None or not package.has(part):
        return
    by_id = {entry.sheet_id: entry for entry in sheets if entry.part in touched}
    formulas: dict[str, set[str]] = {}
    current = ""
    for tag in _CHAIN_CELL.findall(package.text(part)):
        values = attributes(tag)
        current = values.get("i", current)
        if current not in by_id:
            continue
        if current not in formulas:
            formulas[current] = set(
                read_formulas(Sheet(package.text(by_id[current].part), by_id[current].name))
            )
        if values.get("r") not in formulas[current]:
            raise _fail(
                label,
                f"the calculation chain would name {by_id[current].name}!{values.get('r')}, which has no formula",
            )


def _check_relationships(old: Package, new: Package, label: str) -> None:
    """No arrow points to a part that is not there, unless it did so before."""
    for name in new.names():
        if not name.endswith(".rels"):
            continue
        if old.has(name) and old.read(name) == new.read(name) and set(old.names()) <= set(new.names()):
            continue
        folder, _, listed = name.rpartition("_rels/")
        source = folder + listed[: -len(".rels")]
        missing = {
            r.target
            for r in relationships(new, source)
            if not r.external and r.target and not new.has(r.target)
        }
        if old.has(name):
            missing -= {
                r.target for r in relationships(old, source) if not r.external and not old.has(r.target)
            }
        if missing:
            raise _fail(label, f"{source or 'the package'} would point to {min(missing)}, which is not there")
