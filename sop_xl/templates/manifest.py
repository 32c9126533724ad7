"""A workbook's inventory as text, read from the built file: what a reviewer sees in a diff instead of bytes."""

from __future__ import annotations

import io
import itertools
import re
import warnings
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from sop_xl.blocks import column_letters, parse_a1

_TAB_KINDS = {"5B6675": "control", "2F5D9B": "input", "2E7D4F": "output", "C96F1A": "review"}
_REFERENCE = re.compile(r"(?<![A-Za-z_.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![0-9(A-Za-z_])")
_COLUMNS = re.compile(r"(?<![A-Za-z_.$])([A-Z]{1,3}):([A-Z]{1,3})(?![0-9A-Za-z(])")


def manifest(content: bytes) -> str:
    """Text inventory of a workbook file.

    Parameters
    ----------
    content
        The .xlsx file.

    Returns
    -------
    str
        Per sheet: kind, state, table with columns and notes, validations, formulas (one line per formula that is the
        same over a run of cells), charts, print set-up; then the defined names. Ends with a line feed.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of parts that it would not write back; nothing is written here
        workbook = load_workbook(io.BytesIO(content))
    charts = _charts(content)
    lines = ["workbook", *(f"  property {k}: {v}" for k, v in _properties(workbook)), ""]
    for sheet in workbook.worksheets:
        lines += [*_sheet_lines(sheet, charts.get(sheet.title, [])), ""]
    lines.append("names")
    lines += [f"  {name} = {defined.attr_text}" for name, defined in sorted(workbook.defined_names.items())]
    return "\n".join(lines) + "\n"


def _properties(workbook: Any) -> list[tuple[str, str]]:
    properties = workbook.properties
    return [("title", properties.title), ("created", properties.created.date().isoformat()), ("about", properties.description)]


def _sheet_lines(sheet: Any, charts: list[str]) -> Iterator[str]:
    colour = sheet.sheet_properties.tabColor.rgb[-6:] if sheet.sheet_properties.tabColor else ""
    protected = "protected" if sheet.protection.sheet else "open"
    yield f"sheet {sheet.title}"
    yield f"  kind {_TAB_KINDS.get(colour, colour)}, {sheet.sheet_state}, {protected}, frozen at {sheet.freeze_panes or 'nothing'}"
    for address in ("A1", "A2", "B3"):
        if sheet[address].value:
            yield f"  {address}: {sheet[address].value}"
    setup = sheet.page_setup
    yield f"  print {setup.orientation}, fit {setup.fitToWidth} x {setup.fitToHeight}, titles {sheet.print_titles or '-'}, area {sheet.print_area or '-'}"
    for table in sheet.tables.values():
        yield f"  table {table.name} {table.ref}"
        yield from _table_columns(sheet, table)
    for rule in sheet.data_validations.dataValidation:
        limits = " ".join(str(x) for x in (rule.operator or "", rule.formula1 or "", rule.formula2 or "") if x)
        yield f"  validation {rule.sqref} {rule.type} {limits} [{rule.errorStyle or 'stop'}]"
    for area, rules in sheet.conditional_formatting._cf_rules.items():
        for rule in rules:
            yield f"  highlight {area.sqref} {rule.type} {rule.operator or ''} {' '.join(rule.formula)}".rstrip()
    yield from _formulas(sheet)
    yield from (f"  chart {line}" for line in charts)


def _table_columns(sheet: Any, table: Any) -> Iterator[str]:
    first, last = (parse_a1(corner) for corner in table.ref.split(":"))
    plain: list[str] = []
    for column in range(first[1], last[1] + 1):
        cell = sheet.cell(first[0], column)
        body = sheet.cell(first[0] + 1, column).number_format
        if cell.comment:
            note = " / ".join(cell.comment.text.splitlines())
            yield f"    {column_letters(column)} {cell.value} [{body}] {note}"
        else:
            plain.append(f"{cell.value} [{body}]")
    if plain:
        yield f"    {len(plain)} more columns: {plain[0]} to {plain[-1]}"


def _formulas(sheet: Any) -> Iterator[str]:
    """Formulas; those that are the same relative to their cells, over a row or over rows alike, make one line."""
    rows = [_runs(row) for row in sheet.iter_rows()]
    for _, alike in itertools.groupby(rows, key=lambda runs: [(run[0].column, run[1].column, run[3]) for run in runs]):
        block = list(alike)
        for (first, _, text, _), (_, last, _, _) in zip(block[0], block[-1], strict=True):
            area = first.coordinate if first is last else f"{first.coordinate}:{last.coordinate}"
            yield f"  formula {area} {text}"


def _runs(row: Any) -> list[tuple[Any, Any, str, str]]:
    """First cell, last cell, formula text and relative formula of each run of equal formulas in a row."""
    cells = [(c, _text(c.value)) for c in row if c.data_type == "f"]
    keyed = [(c, text, relative(text, c.row, c.column)) for c, text in cells]
    runs = []
    for _, group in itertools.groupby(enumerate(keyed), key=lambda pair: (pair[1][2], pair[1][0].column - pair[0])):
        run = [entry for _, entry in group]
        runs.append((run[0][0], run[-1][0], run[0][1], run[0][2]))
    return runs


def _text(value: Any) -> str:
    return f"{{{value.text}}}" if hasattr(value, "text") else str(value)


def relative(formula: str, row: int, column: int) -> str:
    """A formula with its relative references written as distances from the cell: equal for copies of one formula.

    >>> relative("=B2*$C$1", 2, 1) == relative("=B3*$C$1", 3, 1)
    True
    """

    def distance(match: re.Match[str]) -> str:
        own_row, own_column = parse_a1(f"{match[2]}{match[4]}")
        across = f"${match[2]}" if match[1] else f"C[{own_column - column}]"
        return f"{across}{'$' + match[4] if match[3] else f'R[{own_row - row}]'}"

    def columns(match: re.Match[str]) -> str:
        return ":".join(f"C[{parse_a1(m + '1')[1] - column}]" for m in match.groups())

    pieces = re.split(r'("[^"]*"|\'[^\']*\')', formula)
    for place in range(0, len(pieces), 2):
        pieces[place] = _COLUMNS.sub(columns, _REFERENCE.sub(distance, pieces[place]))
    return "".join(pieces)


def _charts(content: bytes) -> dict[str, list[str]]:
    """Charts by sheet: type, title and the cells of every series, read from the chart parts."""
    found: dict[str, list[str]] = {}
    with ZipFile(io.BytesIO(content)) as package:
        names = sorted((n for n in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)), key=_number)
        for name in names:
            text = package.read(name).decode()
            kinds = "+".join(dict.fromkeys(re.findall(r"<c:(area|bar|line|pie|scatter)Chart>", text)))
            series = re.findall(r"<c:val><c:numRef><c:f>([^<]*)</c:f>", text)
            title = re.search(r"<c:title>.*?(?:<a:t>([^<]*)</a:t>|<c:f>([^<]*)</c:f>)", text)
            caption = next((part for part in title.groups() if part), "") if title else ""
            owner = series[0].split("!")[0].strip("'") if series else ""
            found.setdefault(owner, []).append(f"{kinds} \"{caption}\": {', '.join(s.split('!')[-1] for s in series)}")
    return found


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))
