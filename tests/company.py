"""A small company's workbook: six items in two families, two regions, three years of months."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from sop_xl.cli import app
from sop_xl.commands.new import workbook_bytes
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import SHEETS
from sop_xl.sheets.settings import Settings

TIMELINE = Timeline(Calendar(), pd.Timestamp("2022-01-01"), pd.Timestamp("2025-01-01"), 12)
ITEMS = {"0017": "Chairs", "0018": "Chairs", "0019": "Chairs", "0042": "Tables", "0043": "Tables", "0044": "Tables"}
LOCATIONS = {"Oslo": "North", "Rome": "South"}


def history_rows() -> list[list[object]]:
    """Seasonal demand with a little noise, and revenue at a price of its own per item."""
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(36) / 12)
    noise = np.random.default_rng(7)
    rows: list[list[object]] = []
    for k, item in enumerate(ITEMS):
        for j, location in enumerate(LOCATIONS):
            demand = np.round((40 + 15 * k + 10 * j) * season * noise.uniform(0.9, 1.1, 36))
            price = 100.0 + 25 * k
            rows.append([item, None, location, None, "Demand", "pcs", None, *demand.tolist(), *[None] * 12])
            rows.append([item, None, location, None, "Revenue", "EUR", None, *(demand * price).tolist(), *[None] * 12])
    return rows


def labels(name: str) -> list[str]:
    return [c.label for s in SHEETS if s.name == name for c in s.columns]


def make_workbook(path: Path) -> Path:
    """The company's inputs in a standard workbook, not planned yet."""
    path.write_bytes(workbook_bytes(SHEETS, TIMELINE, Settings(plan_currency="EUR", horizon=12), "standard"))
    host = HeadlessHost(path)
    items = [
        [item, f"{family[:-1]} {item}", "Furniture", family, "pcs", 60.0 + 10 * k, 110.0 + 25 * k, 20.0, 5.0, 10.0, 5.0, None, None, None]
        for k, (item, family) in enumerate(ITEMS.items())
    ]
    host.write_table("Items", labels("Items"), items)
    host.write_table("Locations", labels("Locations"), [[name, name, region, None, "EUR", None] for name, region in LOCATIONS.items()])
    host.write_table("Demand History", labels("Demand History") + TIMELINE.labels, history_rows())
    host.write_table("Inventory", labels("Inventory"), [[i, place, 80.0, None, None] for i in ITEMS for place in LOCATIONS])
    budget = ["Chairs", None, "North", None, "Revenue", "EUR", None, *[None] * 36, *[20000.0] * 12]
    host.write_table("Budget", labels("Budget") + TIMELINE.labels, [budget])
    host.save()
    return path


def run(*arguments: object):
    """Run the command line as a user would, in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments])


def cells(path: Path, sheet: str) -> list[dict[str, object]]:
    """Body rows of a sheet's table as dictionaries by header."""
    block = HeadlessHost(path).read_block(sheet)
    assert block.table is not None
    top, left, bottom, right = block.table
    rows = [list(r)[left - 1 : right] + [None] * (right - len(r)) for r in block.rows[top - 1 : bottom]]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if any(v is not None for v in row)]


def change(path: Path, sheet: str, column: str, row: int, value: object) -> None:
    """Type a value into a body row (0 = first) of an input table."""
    host = HeadlessHost(path)
    block = host.read_block(sheet)
    assert block.table is not None
    top, left, bottom, right = block.table
    table = [list(r)[left - 1 : right] + [None] * (right - len(r)) for r in block.rows[top - 1 : bottom]]
    header, body = [str(h) for h in table[0]], table[1:]
    body += [[None] * len(header) for _ in range(row + 1 - len(body))]
    body[row][header.index(column)] = value
    host.write_table(sheet, header, body)
    host.save()


def append(path: Path, sheet: str, *rows: dict[str, object]) -> None:
    """Type further rows, by header, below those of an input table."""
    host = HeadlessHost(path)
    block = host.read_block(sheet)
    assert block.table is not None
    top, left, bottom, right = block.table
    table = [list(r)[left - 1 : right] + [None] * (right - len(r)) for r in block.rows[top - 1 : bottom]]
    header = [str(h) for h in table[0]]
    unknown = [name for row in rows for name in row if name not in header]
    assert not unknown, f"{sheet} has no column {unknown[0]!r}"
    body = [line for line in table[1:] if any(v is not None for v in line)]
    host.write_table(sheet, header, body + [[row.get(h) for h in header] for row in rows])
    host.save()
