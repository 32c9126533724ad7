"""Two workbooks compared by table and key: which rows came, went and changed, each cell with its address."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from sop_xl.blocks import CellValue
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.tables import PlainTable, plain_table, plain_text, table_sheets
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host

MOST_ROWS = 25


def diff_workbooks(a: Path, b: Path, *, tolerance: float = 1e-9, relative: float = 1e-9) -> Report:
    """Compare every contract table of two workbooks.

    Parameters
    ----------
    tolerance, relative
        Two numbers are equal when they differ by no more than `tolerance`, or by no more than `relative` times the
        larger of the two.

    Returns
    -------
    Report
        Exit code 0 when equal, 1 when not. `facts["differences"]` holds one entry per difference: `kind` (sheet, row or cell), `sheet`, `key`,
        `column`, `a`, `b` and the addresses. Sheets outside the contract are not compared and are named in `facts["not_compared"]`.

    Raises
    ------
    HostError
        When a file cannot be read.
    """
    first, second = HeadlessHost(a), HeadlessHost(b)
    tables_a, tables_b = _tables(first), _tables(second)
    differences: list[dict[str, Any]] = []
    for name in dict.fromkeys([*tables_a, *tables_b]):
        if name not in tables_a or name not in tables_b:
            differences.append({"kind": "sheet", "sheet": name, "a": name in tables_a, "b": name in tables_b})
        else:
            differences.extend(_compare(tables_a[name], tables_b[name], tolerance, relative))
    others = sorted((set(first.sheet_names()) | set(second.sheet_names())) - set(tables_a) - set(tables_b))
    per_sheet = Counter(str(d["sheet"]) for d in differences)
    text = "no differences" if not differences else f"differences: {len(differences)}, in {len(per_sheet)} of the sheets"
    return Report(
        command="diff",
        workbook=str(a),
        exit_code=ExitCode.PROBLEMS if differences else ExitCode.FINE,
        summary=f"{a.name} and {b.name}: {text}",
        facts={"other": str(b), "differences": differences, "sheets": dict(per_sheet), "not_compared": others},
        tables=[("Differences", ["Where", "Key", "Column", "A", "B"], [_line(d) for d in differences[:MOST_ROWS]])] if differences else (),
    )


def _tables(host: Host) -> dict[str, PlainTable]:
    return {spec.name: plain_table(spec, host.read_block(spec.name)) for spec in table_sheets(host)}


def _compare(a: PlainTable, b: PlainTable, tolerance: float, relative: float) -> list[dict[str, Any]]:
    rows_a, rows_b = _by_key(a), _by_key(b)
    place_b = {name: k for k, name in enumerate(b.header)}
    shared = [(name, k, place_b[name]) for k, name in enumerate(a.header) if name in place_b]
    found: list[dict[str, Any]] = [
        {"kind": "column", "sheet": a.spec.name, "column": name, "a": name in a.header, "b": name in place_b}
        for name in dict.fromkeys([*a.header, *b.header])
        if (name in a.header) != (name in place_b)
    ]
    for key, (row_a, cells_a) in rows_a.items():
        if key not in rows_b:
            found.append({"kind": "row", "sheet": a.spec.name, "key": list(key), "a": f"row {row_a}", "b": None})
            continue
        row_b, cells_b = rows_b[key]
        for name, i, j in shared:
            if cells_a[i] == cells_b[j] or _equal(cells_a[i], cells_b[j], tolerance, relative):
                continue
            found.append(
                {"kind": "cell", "sheet": a.spec.name, "key": list(key), "column": name, "a": plain_text(cells_a[i]), "b": plain_text(cells_b[j]),
                 "cell_a": a.address(row_a, i), "cell_b": b.address(row_b, j)}
            )  # fmt: skip
    for key, (row_b, _) in rows_b.items():
        if key not in rows_a:
            found.append({"kind": "row", "sheet": a.spec.name, "key": list(key), "a": None, "b": f"row {row_b}"})
    return found


def _by_key(table: PlainTable) -> dict[tuple[str, ...], tuple[int, list[CellValue]]]:
    """Rows by the text of their key columns; of a table without a key, by all of them. A repeated key gets a number."""
    labels = {c.name: c.label for c in table.spec.columns}
    names = [labels[k] for k in table.spec.key] or table.header
    places = [table.header.index(n) for n in names if n in table.header]
    seen: Counter[tuple[str, ...]] = Counter()
    rows: dict[tuple[str, ...], tuple[int, list[CellValue]]] = {}
    for row, cells in table.rows:
        key = tuple(plain_text(cells[p]) for p in places)
        seen[key] += 1
        rows[key if seen[key] == 1 else (*key, f"#{seen[key]}")] = (row, cells)
    return rows


def _equal(a: CellValue, b: CellValue, tolerance: float, relative: float) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, abs_tol=tolerance, rel_tol=relative)
    return plain_text(a) == plain_text(b) and isinstance(a, str | None) == isinstance(b, str | None)


def _line(difference: dict[str, Any]) -> list[str]:
    where = str(difference["sheet"])
    if "cell_a" in difference:
        where += f"!{difference['cell_a']}"
    shown = (difference.get("column", ""), difference.get("a"), difference.get("b"))
    return [where, " / ".join(difference.get("key", [])), *("-" if v is None else str(v) for v in shown)]
