"""A whole run on a planner's own workbook: everything that it does not own stays as it was, compressed bytes included."""

from __future__ import annotations

import re
import zipfile

import extended_workbook as extended
import made_packages as made
import pytest
from company import cells, make_workbook, run

from sop_xl.commands.regenerate import STEPS


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The company's workbook with macros, pivots, slicers, queries, threaded comments and more put into it."""
    path = make_workbook(tmp_path_factory.mktemp("own") / "own.xlsx")
    with zipfile.ZipFile(path) as package:
        content: dict[str, str | bytes] = {n: package.read(n) for n in package.namelist()}
    extended.add_parts(content)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in content.items():
            package.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    path = tmp_path_factory.mktemp("after") / "own.xlsx"
    result = run("regenerate", before, "--out", path, "--as-of", "2025-01-06", "--recalc", "off")
    assert result.exit_code == 0, result.output
    return path


def owned_parts(path) -> set[str]:
    """Worksheets that a run writes or whose functions it computes, their tables, and the workbook's own three parts."""
    with zipfile.ZipFile(path) as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
    outputs = {s for group in STEPS.values() for s in group} | {"Problems", "Run Log", "Home", "Function Lab"}
    sheets = {f"xl/worksheets/sheet{names.index(s) + 1}.xml" for s in outputs}
    return sheets | {"xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"}


def test_parts_that_the_run_does_not_own_keep_their_compressed_bytes(before, after):
    old, new = made.compressed_parts(before), made.compressed_parts(after)
    owned = owned_parts(before)
    changed = {n for n in old if old[n] != new.get(n)}
    assert {n for n in changed if n not in owned and not n.startswith("xl/tables/")} == set()
    assert set(new) == set(old)
    assert {"xl/vbaProject.bin", "xl/pivotTables/pivotTable1.xml", "xl/slicers/slicer1.xml", "customXml/item1.xml"} <= set(new)


def test_the_plan_is_there(after):
    assert cells(after, "Financial Plan")


@made.needs_validator
def test_the_validator_finds_nothing_that_it_did_not_find_before(before, after):
    assert [e for e in made.validation_errors(after) if e not in made.validation_errors(before)] == []
