"""What a person added to a workbook survives every write, byte for byte."""

from __future__ import annotations

import re
from datetime import datetime

import extended_workbook as extended
import made_packages as made
import pytest

from sop_xl.hosts.headless import HeadlessHost

ROWS = [[f"item {k}", k * 1.5] for k in range(40)]


@pytest.fixture
def path(tmp_path):
    return extended.make(tmp_path / "extended.xlsm")


def write(path, rows=ROWS, **options):
    host = HeadlessHost(path, **options)
    host.write_table("Supply Plan", ["Item", "2026-11"], rows)
    host.save()
    return host


def test_every_part_that_is_not_ours_stays_byte_for_byte_compressed_bytes_included(path):
    before, order = made.compressed_parts(path), extended.member_order(path)
    assert len(before) > 50
    write(path)
    after = made.compressed_parts(path)
    assert extended.member_order(path) == order
    assert {name for name in before if before[name] != after[name]} == set(extended.OWNED)


def test_on_the_written_sheet_everything_but_the_table_stays(path):
    before = made.read_parts(path)["xl/worksheets/sheet1.xml"].decode()
    write(path)
    after = made.read_parts(path)["xl/worksheets/sheet1.xml"].decode()
    end = "</sheetData>"
    assert after[after.index(end) :] == before[before.index(end) :], (
        "rules, sparklines, drawings, links, header, print set-up"
    )
    start = "<sheetViews>"
    assert (
        after[after.index(start) : after.index("<sheetData>")]
        == before[before.index(start) : before.index("<sheetData>")]
    )
    for cell in ('<c r="A1" t="s">', '<c r="A2" s=', '<c r="F4" t="s">'):
        kept = re.search(re.escape(cell) + r".*?</c>", before)
        assert kept is not None
        assert kept[0] in after


def test_other_sheets_read_the_same(path):
    before = {s: HeadlessHost(path).read_block(s) for s in ("My Analysis", "Home")}
    formulas = HeadlessHost(path).read_formulas("Home")
    write(path)
    host = HeadlessHost(path)
    assert {s: host.read_block(s) for s in before} == before
    assert host.read_formulas("Home") == formulas


def test_a_stamp_cell_touches_its_sheet_alone(path):
    before = made.compressed_parts(path)
    host = HeadlessHost(path)
    host.write_name("as_of", datetime(2026, 11, 22))
    host.save()
    after = made.compressed_parts(path)
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet3.xml", "xl/styles.xml"}


def test_the_same_input_gives_the_same_bytes(path, tmp_path):
    write(path, out=tmp_path / "one.xlsm")
    write(path, out=tmp_path / "two.xlsm")
    assert (tmp_path / "one.xlsm").read_bytes() == (tmp_path / "two.xlsm").read_bytes()


def test_saving_elsewhere_leaves_the_source_alone(path, tmp_path):
    before = path.read_bytes()
    host = write(path, out=tmp_path / "copy.xlsm")
    assert host.changed
    assert path.read_bytes() == before
    assert HeadlessHost(tmp_path / "copy.xlsm").read_block("Supply Plan").table == (3, 2, 43, 3)


def test_nothing_to_write_leaves_the_very_same_file(path, tmp_path):
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    host = HeadlessHost(path)
    host.save()
    assert not host.changed
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)
    HeadlessHost(path, out=tmp_path / "copy.xlsm").save()
    assert (tmp_path / "copy.xlsm").read_bytes() == before, "saved elsewhere it is a plain copy"


def test_writing_what_stands_there_already_changes_nothing(path):
    write(path)
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    host = write(path)
    assert not host.changed
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)


def test_a_write_back_and_forth_ends_where_it_began(path):
    write(path, ROWS[:2])
    before = made.read_parts(path)
    write(path, ROWS)
    write(path, ROWS[:2])
    block = HeadlessHost(path).read_block("Supply Plan")
    assert block.table == (3, 2, 5, 3)
    after = made.read_parts(path)
    assert {n for n in before if before[n] != after[n]} <= {"xl/worksheets/sheet1.xml"}


@made.needs_validator
def test_microsofts_validator_finds_nothing_that_it_did_not_find_before(path):
    before = made.validation_errors(path)
    host = HeadlessHost(path)
    host.write_table(
        "Supply Plan",
        ["Item", "2026-11", "2026-12", "Größe & <Rest>"],
        [["=1", 1.5, datetime(2026, 1, 1), True]] * 30,
    )
    host.write_name("as_of", datetime(2026, 11, 22, 6))
    host.save()
    assert [e for e in made.validation_errors(path) if e not in before] == []


@made.needs_validator
def test_microsofts_validator_accepts_made_packages_after_a_write(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    assert made.validation_errors(path) == []
    host = HeadlessHost(path)
    host.write_table(
        "Plan",
        ["Item", "two\nlines", "_x000D_"],
        [[" a ", "x\ry\x07", datetime(2026, 1, 1)], [None, -1e-300, "漢字"]],
    )
    host.save()
    assert made.validation_errors(path) == []
