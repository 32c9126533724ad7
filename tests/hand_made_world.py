"""The world of the plan worked out by hand: four items, two locations, thirteen months of actuals and three planned."""

from __future__ import annotations

import pandas as pd

from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import sheet
from sop_xl.vocabulary import measure

TIMELINE = Timeline(Calendar(), pd.Timestamp("2024-12-01"), pd.Timestamp("2026-01-01"), 3)
PAST, AHEAD = 13, 3
NOTHING = [None] * PAST
FAMILY = {"A1": "Chairs", "B1": "Tables", "C1": "Tables", "D1": "Lamps"}
COST = {"A1": 4.0, "B1": 10.0, "C1": 7.5, "D1": 2.0}
PRICE = {"A1": 9.0, "B1": 21.0, "C1": 15.0, "D1": 5.5}
REGION = {"N": "North", "S": "South"}
STEPS: dict[tuple[str, str], dict[str, list[float]]] = {
    ("A1", "N"): {"baseline": [100, 110, 120], "events": [0, 20, 0], "life_cycle": [0, 0, -5], "sales_input": [3, 3, 3], "overrides": [0, 0, 10]},
    ("A1", "S"): {"baseline": [50, 55, 60]},
    ("B1", "N"): {"baseline": [30, 31, 32], "overrides": [-4, 0, 0]},
    ("C1", "S"): {"baseline": [10, 12, 11], "events": [1, 0, 0], "sales_input": [0, 2, 0]},
    ("D1", "S"): {"baseline": [70, 71, 72], "events": [1, 1, 1], "life_cycle": [2, 2, 2], "overrides": [-3, -3, -3]},
}
"""Steps of each series; they are its consensus."""
PAST_DEMAND = {key: [float(20 + 3 * k + 7 * n) for k in range(PAST)] for n, key in enumerate(STEPS)}
OPENING, RECEIPT = 150.0, 40.0

Row = list[object]


def consensus(key: tuple[str, str]) -> list[float]:
    """Sum of the steps, period by period."""
    return [sum(step[k] for step in STEPS[key].values()) for k in range(AHEAD)]


def label_cells(name: str, /, **values: object) -> Row:
    """Label columns of a row, by field."""
    return [values.get(column.name) for column in sheet(name).columns]


def line(name: str, what: str, figures: list[float | None], /, **labels: object) -> Row:
    """A grid's row; planned figures alone stand behind an empty past."""
    past = [] if len(figures) == PAST + AHEAD else NOTHING
    return [*label_cells(name, **({"measure": measure(what).label, "unit": measure(what).unit} | labels)), *past, *figures]


def place(key: tuple[str, str]) -> dict[str, str]:
    """Labels of an item and location."""
    return {"item": key[0], "family": FAMILY[key[0]], "location": key[1], "region": REGION[key[1]]}
