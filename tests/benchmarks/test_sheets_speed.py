"""Reading and laying out sheets of the size of the demonstration workbook; off by default (`pytest -m benchmark_only`)."""

import numpy as np
import pandas as pd
import pytest

from sop_xl.blocks import Block
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.write import grid_rows

pytestmark = pytest.mark.benchmark_only

MONTHS = Calendar()
PERIODS = MONTHS.span(MONTHS.parse("2022-01"), 54)
TIMELINE = Timeline(MONTHS, PERIODS[0], PERIODS[36], 18)


def history(text: bool = False) -> Block:
    random = np.random.default_rng(1)
    rows = []
    for n in range(2200):
        for measure in ("Demand", "Revenue"):
            values = [float(v) if v > 3 else None for v in random.integers(0, 9, 36)]
            numbers = [f"{v:.1f}".replace(".", ",") if v else "NULL" for v in values] if text else values
            rows.append([f"I{n:05d}", None, f"L{n % 10}", None, measure, None, None, *numbers, *[None] * 18])
    header = [c.label for c in sheet("Demand History").columns] + TIMELINE.labels
    return Block("Demand History", 6, 1, [header, *rows])


def test_reading_a_history_of_4400_lines(benchmark):
    block = history()
    reading = benchmark.pedantic(read_sheet, (sheet("Demand History"), block, Settings()), rounds=3)
    assert not reading.errors and len(reading.frame) > 60_000
    assert benchmark.stats["min"] < 0.5


def test_reading_the_same_history_pasted_as_text(benchmark):
    block = history(text=True)
    reading = benchmark.pedantic(read_sheet, (sheet("Demand History"), block, Settings()), rounds=3)
    assert not reading.errors and len(reading.frame) > 60_000
    assert benchmark.stats["min"] < 2


def test_laying_out_10000_lines(benchmark):
    keys = pd.MultiIndex.from_product([[f"I{n:05d}" for n in range(1700)], ["All"], PERIODS], names=["item", "location", "period"])
    frame = keys.to_frame(index=False)
    for name in ("baseline", "events", "life_cycle", "sales_input", "overrides", "consensus"):
        frame[name] = 1.5
    _, rows = benchmark.pedantic(grid_rows, (sheet("Consensus Demand"), frame, TIMELINE), rounds=3)
    assert len(rows) == 10_200
    assert benchmark.stats["min"] < 0.5
