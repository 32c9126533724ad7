"""A planned workbook kept in the repository, compared part by part with what the program makes of the same inputs today.

Parts without planned numbers must be the same to the byte. In the others every text must be the same and every number the
same to six digits, which leaves room for another processor's last bits and for nothing else. When numbers change on purpose, say so in
CHANGELOG under "Numbers that change" and run `python tests/golden/test_golden.py`.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from company import make_workbook, run

GOLDEN = Path(__file__).with_name("company_planned.xlsx")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def planned(folder: Path) -> Path:
    path = make_workbook(folder / "company.xlsx")
    result = run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off")
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    with zipfile.ZipFile(GOLDEN) as golden, zipfile.ZipFile(planned(tmp_path_factory.mktemp("golden"))) as now:
        yield {n: golden.read(n) for n in golden.namelist()}, {n: now.read(n) for n in now.namelist()}


def test_the_same_parts_in_the_same_order(packages):
    golden, now = packages
    assert list(now) == list(golden)


def parts() -> list[str]:
    if not GOLDEN.exists():  # it is being made for the first time
        return []
    with zipfile.ZipFile(GOLDEN) as package:
        return package.namelist()


@pytest.mark.parametrize("part", parts())
def test_each_part_is_as_it_was(part, packages):
    golden, now = (package[part] for package in packages)
    if golden == now:
        return
    assert part.startswith("xl/worksheets/sheet"), "a part without planned numbers changed"
    before, after = golden.decode(), now.decode()
    assert NUMBER.sub("#", after) == NUMBER.sub("#", before), "cells or texts changed"
    differing = [
        (x, y)
        for x, y in zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
        if x != y and float(y) != pytest.approx(float(x), rel=1e-6, abs=1e-6)
    ]
    assert differing == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ["SOP_XL_CACHE"] = str(Path(place) / "cache")
        GOLDEN.write_bytes(planned(Path(place)).read_bytes())
