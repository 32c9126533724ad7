"""Exponential smoothing with trend and season (Holt 1957, Winters 1960), by arithmetic that can be followed with a pencil.

Holt and Winters smooth a level l, a slope b and seasonal terms s; the forecast h ahead is l + h b + s of that place in the season,
or (l + h b) x s. Where history is such a pattern without noise every smoothing weight finds the same l, b and s, so that the
forecast is the pattern itself, carried on, whatever a program chooses for the weights.
"""

from __future__ import annotations

import numpy as np
import pytest

from sop_xl.plan.forecast.catalogue import FORECASTERS

QUARTER = 4
SEASON = np.array([10.0, -5.0, -15.0, 10.0])  # sums to 0
FACTOR = np.array([1.2, 0.9, 0.7, 1.2])  # averages 1


def quarters(first: int, count: int) -> np.ndarray:
    return np.arange(first, first + count)


def test_a_slope_of_two_and_a_season_that_adds_are_carried_on():
    # 100 + 2 a quarter: quarter 24 is 148 + 10, 25 is 150 - 5, 26 is 152 - 15, 27 is 154 + 10
    t = quarters(0, 24)
    made = FORECASTERS["ETS"](100.0 + 2.0 * t + SEASON[t % QUARTER], 4, QUARTER, float("nan"))
    assert made == pytest.approx([158, 145, 137, 164], rel=0.01)


def test_a_season_that_multiplies_grows_with_the_level():
    # 200 + 4 a quarter: quarter 28 is 312 x 1.2, 29 is 316 x 0.9, 30 is 320 x 0.7, 31 is 324 x 1.2
    t = quarters(0, 28)
    made = FORECASTERS["ETS"]((200.0 + 4.0 * t) * FACTOR[t % QUARTER], 4, QUARTER, float("nan"))
    assert made == pytest.approx([374.4, 284.4, 224.0, 388.8], rel=0.02)


def test_one_step_of_simple_smoothing_is_the_textbooks():
    """l = a y + (1 - a) l: with weights of 1 the last value is the forecast, so a random walk's naive forecast comes out of ETS."""
    walk = np.cumsum(np.random.default_rng(11).normal(0.0, 10.0, 60)) + 500.0
    made = FORECASTERS["ETS"](walk, 3, 1, float("nan"))
    assert made == pytest.approx([walk[-1]] * 3, rel=0.02)
