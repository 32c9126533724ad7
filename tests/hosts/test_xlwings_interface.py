"""Which part of xlwings the live host uses, so that another version of it is known to have it still, before a planner finds out."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
import xlwings
from xlwings import base_classes

import sop_xl
from sop_xl.hosts import live_excel, live_table

LIVE = sorted((Path(sop_xl.__file__).parent / "hosts").glob("live*.py"))

USED = {
    "App": ["calculation", "display_alerts", "enable_events", "screen_updating", "status_bar"],
    "Book": ["app", "name", "names", "sheets"],
    "Sheet": ["api", "name", "pivot_tables", "range", "tables", "used_range", "visible"],
    "Range": [
        "autofill", "clear", "clear_contents", "column", "formula", "formula2", "has_array", "merge_area", "merge_cells", "number_format", "options",
        "row", "shape", "value",
    ],
    "Table": ["autofilter", "name", "range", "resize", "show_autofilter", "show_headers", "show_totals"],
    "AutoFilter": ["clear", "criteria"],
    "AutoFilterCriteria": ["type"],
    "Name": ["name", "refers_to"],
    "PivotTable": ["range"],
}  # fmt: skip
"""Public attributes of xlwings' classes that the live host uses. What it uses anew belongs here, and into the engine for tests."""

OF_ENGINES = {
    "App": ["calculation", "display_alerts", "enable_events", "pid", "screen_updating", "status_bar"],
    "Book": ["app", "name", "names", "sheets"],
    "Sheet": ["api", "name", "range", "tables", "used_range", "visible"],
    "Range": [
        "api", "autofill", "clear", "clear_contents", "column", "formula", "formula2", "has_array", "max_cells_per_read", "max_cells_per_write",
        "merge_area", "merge_cells", "number_format", "raw_value", "row", "shape",
    ],
    "Table": ["autofilter", "name", "range", "resize", "show_autofilter", "show_headers", "show_totals"],
    "AutoFilter": ["clear", "criteria"],
    "Names": ["contains", "snapshot"],
    "Name": ["name", "refers_to"],
}  # fmt: skip
"""What those ask of an engine's classes: if it changes, the engine for tests is no likeness any more."""


@pytest.mark.parametrize(("name", "attribute"), [(n, a) for n, attributes in USED.items() for a in attributes])
def test_xlwings_has_what_the_live_host_uses(name, attribute):
    assert hasattr(getattr(xlwings.main, name), attribute)


@pytest.mark.parametrize(("name", "attribute"), [(n, a) for n, attributes in OF_ENGINES.items() for a in attributes])
def test_engines_have_what_xlwings_asks_of_them(name, attribute):
    assert hasattr(getattr(base_classes, name), attribute)


OURS = {"cells", "index", "rows", "save", "sheet", "sheet_names", "table"}
"""Attributes that xlwings' classes have as well, but that the live host only asks of our own and of Python's."""


def attributes_of_xlwings() -> set[str]:
    """Attributes in the live host's modules that a class of xlwings has."""
    public = {a for n in USED for a in dir(getattr(xlwings.main, n)) if not a.startswith("_")}
    found = {node.attr for path in LIVE for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)}
    return (found & public) - OURS


def test_the_list_of_what_is_used_is_complete():
    listed = {a for attributes in USED.values() for a in attributes}
    assert attributes_of_xlwings() - listed == set()


def test_excel_s_own_objects_are_spoken_to_in_two_places_only():
    """xlwings has neither protection nor unrounded money in its public interface."""
    allowed = {}
    for function in (live_excel.unlocked, live_table._exact_values):
        lines, start = inspect.getsourcelines(function)
        allowed[f"{function.__module__.rpartition('.')[2]}.py"] = range(start, start + len(lines))
    places = [
        (path.name, node.lineno)
        for path in LIVE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("api", "impl", "xl")
    ]
    assert len(places) == 2
    assert all(line in allowed[name] for name, line in places)


def test_nothing_of_the_licensed_part_is_imported():
    sources = sorted(LIVE[0].parents[1].rglob("*.py"))
    assert {"udfs.py", "ribbon.py", "build.py", "live.py"} <= {path.name for path in sources}
    for path in sources:
        imported = [
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [f"{node.module}.{a.name}" for a in node.names])
        ]
        assert not [name for name in imported if name.startswith(("xlwings.pro", "xlwings.server"))], path
