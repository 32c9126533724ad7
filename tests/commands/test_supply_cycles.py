"""Two cycles of supply planning: the second knows what the first had planned, and a price on changes keeps it to that."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from company import append, cells, make_workbook, run

from sop_xl.hosts.headless import HeadlessHost

PLAN = [f"2025-{month:02d}" for month in range(1, 13)]


def plan(path, as_of):
    done = run("regenerate", path, "--as-of", as_of, "--recalc", "off")
    assert done.exit_code == 0, done.output


def lines(path, measure):
    return {
        (r["Item"], r["Location"], r["Source"]): [float(r[p] or 0.0) for p in PLAN[1:-2]]
        for r in cells(path, "Supply Plan")
        if r["Measure"] == measure
    }


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = make_workbook(tmp_path_factory.mktemp("cycles") / "company.xlsx")
    append(path, "Resources", {"Resource": "Saw", "Per": "period", "Capacity": 900.0})
    append(path, "Bill of Resources", *({"Family": f, "Kind": "buy", "Resource": "Saw", "Hours per unit": 1.0} for f in ("Chairs", "Tables")))
    plan(path, "2025-01-05")
    return path


def test_the_first_cycle_has_nothing_to_look_back_on(workbook):
    assert lines(workbook, "Planned releases")
    assert not lines(workbook, "Last cycle's releases")


def with_january(path):
    """History of one more month: last year's January again."""
    host = HeadlessHost(path)
    block = host.read_block("Demand History")
    assert block.table is not None
    top, left, bottom, right = block.table
    header, *rows = [list(r)[left - 1 : right] + [None] * (right - len(r)) for r in block.rows[top - 1 : bottom]]
    at = header.index(PLAN[0])
    for row in rows:
        row[at] = row[at - 12]
    host.write_table("Demand History", header, rows)
    host.save()
    return path


def same(one, other):
    return one.keys() == other.keys() and all(values == pytest.approx(other[key]) for key, values in one.items())


def test_the_next_cycle_sets_its_releases_beside_the_last_ones_and_again_when_it_is_run_again(workbook, tmp_path):
    before = lines(workbook, "Planned releases")
    path = with_january(Path(shutil.copy(workbook, tmp_path / "next.xlsx")))
    plan(path, "2025-02-05")
    assert same(lines(path, "Last cycle's releases"), before)
    assert not same(lines(path, "Planned releases"), before)
    plan(path, "2025-02-06")
    assert same(lines(path, "Last cycle's releases"), before)


def test_a_price_on_changes_keeps_the_next_cycle_nearer_to_the_last(workbook, tmp_path):
    before = lines(workbook, "Planned releases")

    def moved(cost):
        path = with_january(Path(shutil.copy(workbook, tmp_path / f"calm {cost}.xlsx")))
        setting(path, "Cost of changing the plan", cost)
        plan(path, "2025-02-05")
        now = lines(path, "Planned releases")
        return sum(abs(a - b) for key, values in before.items() for a, b in zip(now.get(key, [0.0] * len(values)), values, strict=True))

    assert moved(0.5) < 0.8 * moved(0.0)


def setting(path, label, value):
    host = HeadlessHost(path)
    rows = host.read_block("Settings").rows
    top = next(i for i, row in enumerate(rows) if "Setting" in row)
    header, body = list(rows[top]), [list(row) for row in rows[top + 1 :] if row and row[0]]
    for row in body:
        if row[0] == label:
            row[header.index("Value")] = value
    host.write_table("Settings", header, body)
    host.save()
