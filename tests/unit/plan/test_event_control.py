"""Past events are measured against what everything else did at the same time, and against periods in which the item was on sale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.cleansing import cleanse_history
from sop_xl.plan.cleansing.control import LEAST_CONTROL

TIMELINE = months("2026-01", 6, history=36)
PERIODS = TIMELINE.history
AT = PERIODS.get_loc(month("2025-02"))
SALE = table(frames.EVENTS, {"event": "Sale", "type": "promotion", "item": "I0", "first_period": month("2025-02"), "effect_kind": "percent"})


def brought(demand: np.ndarray, **listed) -> float:
    """Effect of the sale as measured, from (items, periods) demand."""
    names = [f"I{k}" for k in range(len(demand))]
    history = pd.DataFrame({
        "item": np.repeat(names, len(PERIODS)), "location": "North", "period": np.tile(PERIODS, len(names)), "demand": demand.ravel(), "revenue": np.nan,
    }).astype({"item": object, "location": object})  # fmt: skip
    stock = pd.concat([items(name, **(listed if name == "I0" else {})) for name in names], ignore_index=True)
    found = cleanse_history(history.sort_values(["item", "period"], ignore_index=True), SALE, stock, locations(North=""), TIMELINE).uplifts
    return float(found["uplift"].sum() / found["expected"].sum())


def world(count: int, step: float) -> np.ndarray:
    """`count` items that sell about 100 a month, all of them `step` times as much in the month of the sale; the first sells half as much again."""
    demand = 100 * np.exp(np.random.default_rng(4).normal(0, 0.03, (count, len(PERIODS))))
    demand[:, AT] *= step
    demand[0, AT] *= 1.5
    return demand


@pytest.mark.parametrize("step", [0.6, 1.0, 2.0])
def test_what_everything_else_did_is_no_merit_of_the_event(step):
    assert brought(world(LEAST_CONTROL + 1, step)) == pytest.approx(0.5, abs=0.12)


def test_a_few_other_items_are_no_control():
    assert brought(world(LEAST_CONTROL, 2.0)) > 1.3


def test_months_after_the_last_day_of_sale_do_not_make_the_event_look_large():
    demand = world(3, 1.0)
    demand[0, AT + 1 :] = 0.0
    assert brought(demand, end=month("2025-03") - pd.Timedelta(days=1)) == pytest.approx(0.5, abs=0.12)
