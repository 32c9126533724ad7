"""Tables in and out: CSV or another workbook into an input table, every table to CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sop_xl.blocks import Block, CellValue
from sop_xl.commands.approved_sheets import approved_of, read_snapshots
from sop_xl.commands.import_budget import READ_WITH_BUDGET, BudgetImport
from sop_xl.commands.inputs import input_sheets
from sop_xl.commands.manifest import MANIFEST, Exported, manifest_bytes
from sop_xl.commands.pasted_budget import BUDGET
from sop_xl.commands.report import ExitCode, Report, count
from sop_xl.commands.tables import PlainTable, plain_table, plain_text, table_sheets
from sop_xl.errors import ContractError, Problem, Severity, errors_in
from sop_xl.hosts.files import made_folder, read_bytes, replace_file
from sop_xl.hosts.formulas import has_relative_rows
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.sheets import BY_NAME
from sop_xl.sheets.csv_block import csv_block
from sop_xl.sheets.import_rows import import_rows
from sop_xl.sheets.read import read_settings
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS, Shape, SheetSpec

MOST_UNCLEAR = 10
"""Rows named that could mean several rows of the table; who has more begins with these."""


def import_table(workbook: Path, sheet: str, file: Path, *, replace: bool = False) -> Report:
    """Bring the rows of a file into an input table, matched by header.

    A row whose key the table has already updates that row, cell by cell where the file says something; other rows are added.
    With `replace` the table's own rows go first.

    The file may be a CSV (separator and encoding are recognised) or a workbook (the sheet of the same name, else its
    first sheet). A grid may come long or wide; it is laid out in the workbook's own periods. Nothing is written when
    anything in the file is a problem. A budget in a shape of its own goes into the tab as it is, as if it were pasted there.

    Raises
    ------
    HostError
        When a file cannot be read or the workbook cannot be written.
    """
    host = HeadlessHost(workbook)
    report = import_on(host, sheet, file, replace=replace)
    if not report.exit_code:
        host.save()
    return dataclasses.replace(report, workbook=str(workbook))


def sheets_for_import(spec: SheetSpec) -> set[str]:
    """What an import into a sheet reads of the workbook, the sheet itself included."""
    return {"Settings", spec.name, *(READ_WITH_BUDGET if spec.name == BUDGET else ())}


def import_on(host: Host, sheet: str, file: Path, *, replace: bool = False) -> Report:
    """Import into a workbook wherever it is, as `import_table` does, without saving."""
    spec = input_sheet(host, sheet)
    problems, rows, told = fill_table(host, spec, file, replace=replace)
    errors = errors_in(problems)
    done = f"{spec.name}: {told} from {file.name}" if not errors else f"{file.name} was not imported: {len(errors)} errors"
    return Report(
        command="import",
        workbook=host.name,
        exit_code=ExitCode.PROBLEMS if errors else ExitCode.FINE,
        summary=done,
        problems=problems,
        facts={"sheet": spec.name, "file": str(file), "rows": 0 if errors else rows, "notes": count(problems, Severity.NOTE)},
    )


def fill_table(host: Host, spec: SheetSpec, file: Path, *, replace: bool = False) -> tuple[list[Problem], int, str]:
    """Bring a file into an input table of an open workbook without saving; problems, number of lines, and what was done in words."""
    return fill_from(host, spec, file_block(file, spec.name), replace=replace)


def file_block(file: Path, *sheets: str) -> Block:
    """The cells of a CSV file, or of the first of these sheets that a workbook has, else of its first sheet."""
    if file.suffix.lower() not in {".xlsx", ".xlsm", ".xltx", ".xltm"}:
        return csv_block(read_bytes(file), name=file.name)
    other = HeadlessHost(file)
    names = other.sheet_names()
    return other.read_block(next((name for name in sheets if name in names), names[0]))


def fill_from(host: Host, spec: SheetSpec, block: Block, *, replace: bool = False) -> tuple[list[Problem], int, str]:
    """Bring the rows of a block into an input table, as `fill_table` does."""
    settings = settings_of(host)
    if spec.name == BUDGET:
        incoming = BudgetImport(host, settings)
        if not incoming.as_columns(block):
            put = incoming.put(block, replace=replace)
            if put is not None:
                return put
        elif not replace and (refused := incoming.other_shape()):
            return refused, 0, ""
    table = plain_table(spec, host.read_block(spec.name))
    labels = table.header[LABEL_COLUMNS:] if spec.shape is Shape.GRID else []
    header, rows, problems = import_rows(spec, block, settings, labels)
    if errors_in(problems):
        return problems, 0, ""
    told = f"{len(rows)} lines"
    formulas: dict[tuple[int, int], str] = {}
    if replace:
        told += f" in place of {len(table.rows)}"
    elif table.rows:
        table = plain_table(spec, host.read_block(spec.name), blank_rows=True)
        rows, told, unclear = _merged(spec, table, header, rows)
        if unclear:
            return [*problems, *unclear], 0, ""
        formulas, replaced = formulas_kept(host, spec, table, rows)
        problems = [*problems, *replaced]
    host.write_table(spec.name, header, rows, formulas=formulas)
    return problems, len(rows), told


def settings_of(host: Host) -> Settings:
    """The settings of a workbook; the defaults where it has none."""
    return read_settings(host.read_block("Settings"))[0] if "Settings" in host.sheet_names() else Settings()


def _merged(spec: SheetSpec, table: PlainTable, header: list[str], rows: list[list[CellValue]]) -> tuple[list[list[CellValue]], str, list[Problem]]:
    """The table's rows, blank ones among them, with those of the file brought in by key; an empty cell of the file says nothing.

    A row that leaves open one of the labels that are added up, such as the customer group, means the only row that the table has for the rest of
    its key; where there are several, that is a problem. So does the only such row of the file, where the table leaves the label open.
    """
    if table.header != header:
        expected = "expected the sheet to have its own columns, so that rows can be matched"
        raise ContractError([Problem(spec.name, "", "other-columns", expected, "other ones", "import with --replace to start the table anew")])
    places = [header.index(c.label) for c in spec.columns if c.name in spec.key]
    first_measure = spec.measure_terms[0].label if spec.measures else ""
    measure = next((header.index(c.label) for c in spec.columns if c.name == "measure"), -1)
    added_up = [header.index(c.label) for c in spec.columns if spec.combine and spec.frame and c.name in spec.key and c.name not in (*spec.frame.keys, "measure")]

    def key(cells: Sequence[CellValue], left_out: Sequence[int] = ()) -> tuple[str, ...]:
        return tuple(plain_text(cells[p]) or (first_measure if p == measure else "") for p in places if p not in left_out)

    kept = [list(cells) for _, cells in table.rows]
    own = [line for line, cells in enumerate(kept) if any(v is not None and v != "" for v in cells)]
    place = {key(kept[line]): line for line in own}
    alike: dict[tuple[str, ...], list[int]] = {}
    for line in own:
        cells = kept[line]
        alike.setdefault(key(cells, added_up), []).append(line)
    brought = Counter(key(row, added_up) for row in rows)
    updated, unclear = 0, list[Problem]()
    for row in rows:
        k = place.get(key(row))
        of_table = alike.get(key(row, added_up), [])
        if k is None and added_up and of_table:
            label, rest = " and ".join(header[p] for p in added_up), key(row, added_up)
            if not any(plain_text(row[p]) for p in added_up):
                if len(of_table) > 1:
                    got = f"none for {', '.join(part for part in rest if part)}"
                    unclear.append(Problem(spec.name, "", "unclear-row", f"expected a {label}, as the table has {len(of_table)} such rows", got))
                    continue
                k = of_table[0]
            elif len(of_table) == 1 == brought[rest] and not any(plain_text(kept[of_table[0]][p]) for p in added_up):
                k = of_table[0]
        if k is None:
            place[key(row)] = len(kept)
            kept.append(row)
        else:
            kept[k] = [old if new is None else new for old, new in zip(kept[k], row, strict=True)]
            updated += 1
    told = f"{len(kept) - len(table.rows)} lines added, {updated} updated, {len(own) - updated} kept as they were"
    return kept, told, unclear[:MOST_UNCLEAR]


def formulas_kept(host: Host, spec: SheetSpec, table: PlainTable, rows: Sequence[Sequence[CellValue]]) -> tuple[dict[tuple[int, int], str], list[Problem]]:
    """Formulas that people typed into cells which the file leaves as they are, and a note for each that gives way to a value."""
    place = host.table_place(spec.name)
    top = place[0] if place else 0
    lines = {row - top - 1: line for line, (row, _) in enumerate(table.rows)}
    kept, notes = dict[tuple[int, int], str](), list[Problem]()
    for (i, j), text in sorted(host.table_formulas(spec.name).items()):
        line = lines.get(i)
        if line is None:
            continue
        old, new = table.rows[line][1][j], rows[line][j]
        moved = line != i and has_relative_rows(text[1:])  # a blank row above it goes, and its references would be those of another row
        if type(old) is type(new) and old == new and not moved:
            kept[line, j] = text
        else:
            notes.append(Problem(spec.name, table.address(top + 1 + i, j), "formula-replaced", f"the formula {text} gave way to a value", plain_text(new), severity=Severity.NOTE))
    return kept, notes


def input_sheet(host: Host, name: str) -> SheetSpec:
    """The contract of an input sheet, found by its name whatever the case.

    Raises
    ------
    ContractError
        When there is no such input sheet, or the workbook does not carry it.
    """
    import difflib

    inputs = {s.name.casefold(): s for s in input_sheets()}
    spec = inputs.get(name.casefold()) or inputs.get(name.casefold().replace("_", " "))
    if spec is None:
        close = difflib.get_close_matches(name, [s.name for s in inputs.values()], n=1)
        hint = f'did you mean "{close[0]}"?' if close else "inputs: " + ", ".join(s.name for s in inputs.values())
        raise ContractError([Problem(name, "", "no-input-sheet", "expected the name of an input sheet", f'"{name}"', hint)])
    if spec.name not in host.sheet_names():
        raise ContractError([Problem(spec.name, "", "sheet-not-in-workbook", "expected the workbook to carry this sheet", "no such sheet", f"sop-xl module add WORKBOOK {spec.module}")])
    return spec


def export_tables(workbook: Path, out: Path, *, sheets: Sequence[str] = ()) -> Report:
    """Write each table, or those of `sheets`, to `out/<sheet>.csv` (UTF-8, comma, ISO dates, point as decimal mark), and `manifest.json`.

    The manifest lists files, rows, columns with their units and SHA-256 of each file, and says whose plan it is: date, cycle, and of an approved
    one who approved it and its hash. `import` reads back the file of every input sheet.

    Raises
    ------
    HostError
        When the workbook cannot be read or a file cannot be written.
    ContractError
        When a named sheet is not in the workbook.
    """
    return dataclasses.replace(export_on(HeadlessHost(workbook), out, sheets=sheets), workbook=str(workbook))


def export_on(host: Host, out: Path, *, sheets: Sequence[str] = ()) -> Report:
    """Export from a workbook wherever it is, as `export_tables` does."""
    if not any(True for _ in table_sheets(host)):
        raise ContractError([Problem(host.name, "", "no-tables", "expected an S&OP workbook", "a workbook without its sheets", "sop-xl new makes one")])
    available = {s.name: s for s in table_sheets(host)}
    unknown = [name for name in sheets if name not in available]
    if unknown:
        reason = "no such table" if unknown[0] not in BY_NAME else "not in this workbook"
        raise ContractError([Problem(unknown[0], "", "no-table", "expected a sheet with a table", reason, ", ".join(available))])
    made_folder(out)
    files = []
    for name in sheets or available:
        table = plain_table(available[name], host.read_block(name))
        file = Exported(f"{name}.csv", name, _units(table), len(table.rows), csv_bytes(table.header, [cells for _, cells in table.rows]))
        replace_file(out / file.name, file.content)
        files.append(file)
    current = plain_text(host.read_name("sop_current_period"))
    as_of = plain_text(host.read_name("sop_as_of"))
    replace_file(out / MANIFEST, manifest_bytes(files, host.name, as_of, current, approved_of(read_snapshots(host), current)))
    written = {file.table: file.rows for file in files}
    return Report(
        command="export",
        workbook=host.name,
        summary=f"{len(written)} tables written to {out}",
        facts={"folder": str(out), "rows": written},
        tables=[("Tables", ["Sheet", "Rows"], [[name, str(rows)] for name, rows in written.items()])],
    )


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> bytes:
    """A table as CSV that reads back as the same cells."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(header)
    lines.writerows([plain_text(v) for v in cells] for cells in rows)
    return text.getvalue().encode("utf-8")


def _units(table: PlainTable) -> list[tuple[str, str]]:
    """Unit of each column; of a grid's periods the line says it."""
    known = {c.label: c.unit for c in table.spec.columns}
    return [(name, known.get(name, "see Unit" if table.spec.shape is Shape.GRID else "")) for name in table.header]
