"""Runs the planning situations of `tests/cases`, which a planner can read and add to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from plan_tables import MONTHS, month, table
from plan_thread import INPUTS, RESULTS, run_thread

from sop_xl.frames import FrameSpec
from sop_xl.periods import Timeline

FOLDER = Path(__file__).parent.parent / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))
KEYS = {"says", "timeline", "settings", "given", "expect", "said"}


def read_table(spec: FrameSpec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a case as a frame; dates are written as days, `2026-02-05`, or as months, `2026-02`."""
    dated = [{name: _moment(value) if spec.columns.get(name) == "date" else value for name, value in row.items()} for row in rows]
    return table(spec, *dated)


def _moment(written: Any) -> pd.Timestamp:
    return month(written) if isinstance(written, str) else pd.Timestamp(written)


def expected_cells(spec: FrameSpec, rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str, Any]]:
    """(keys, column, value) of everything that a case states about one result table."""
    cells = []
    for row in rows:
        keys = {name: value for name, value in row.items() if name in spec.keys}
        for name, value in row.items():
            if name[:1].isdigit():
                cells.append((keys | {"period": month(name)}, row["measure"], value))
            elif name not in spec.keys and name != "measure":
                assert name in spec.columns, f"{spec.name} has no column {name!r}"
                cells.append((keys, name, value))
    return cells


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_case(path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(case) <= KEYS, f"a case has no part {min(set(case) - KEYS)!r}"
    line = case["timeline"]
    timeline = Timeline(MONTHS, month(line["first"]), month(line["current"]), line["horizon"])
    given = {name: read_table(INPUTS[name], rows) for name, rows in case["given"].items()}
    results, _, rules = run_thread(given, timeline, case.get("settings"))
    cells = [(name, *cell) for name, rows in case["expect"].items() for cell in expected_cells(RESULTS[name], rows)]
    assert cells, "a case must expect something"
    wrong = [text for cell in cells if (text := difference(results, *cell))]
    assert not wrong, "\n".join(wrong)
    if "said" in case:
        assert rules == sorted(case["said"])


def difference(results: dict[str, pd.DataFrame], name: str, keys: dict[str, Any], column: str, value: Any) -> str:
    """What is wrong with one stated cell; `""` when nothing is."""
    rows = results[name]
    for key, wanted in keys.items():
        rows = rows[rows[key] == wanted]
    place = f"{name} {', '.join(str(MONTHS.label(v) if k == 'period' else v) for k, v in keys.items())}: {column}"
    if len(rows) != 1:
        return f"{place}: {len(rows)} rows"
    got = rows[column].iloc[0]
    same = got == value if isinstance(value, str) else got == pytest.approx(value, rel=1e-6, abs=1e-6)
    return "" if same else f"{place}: expected {value}, got {got}"


def test_there_are_cases():
    assert len(CASES) >= 8
