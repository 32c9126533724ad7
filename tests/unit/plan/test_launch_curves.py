"""Launch curves: how fast a launch grows to its full effect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.errors import FrameError
from sop_xl.plan.launch_curves import ADOPTED, CURVES, ramp_share

every_curve = pytest.mark.parametrize("curve", list(CURVES))


def test_a_linear_ramp_rises_in_equal_steps():
    assert ramp_share(np.arange(-1, 5), 3, "linear").tolist() == [0, 0.25, 0.5, 0.75, 1, 1]


def test_a_fast_start_has_most_of_it_after_half_the_ramp():
    """Without imitation the Bass model is F = 1 - e^-pt (Fourt and Woodlock 1960). 95 % after a whole ramp leave 5 %, after half of it
    the square root of that, 22.36 %: (1 - 0.2236) / 0.95 = 0.8173."""
    assert ramp_share(0, 1, "fast start") == pytest.approx((1 - np.sqrt(0.05)) / 0.95)
    assert ramp_share(0, 1, "fast start") == pytest.approx(0.8173, abs=5e-5)


def test_an_s_curve_is_the_bass_model_with_the_usual_coefficients():
    """p = 0.03 and q = 0.38 a year: F(t) reaches 95 % at t = ln((1 + 0.95 * 0.38 / 0.03) / 0.05) / 0.41 = 13.57 years.

    With a ramp of seven periods the second one is at a quarter of it, t = 3.392: e^(-0.41 t) = 0.2489,
    F = 0.7511 / (1 + 12.667 * 0.2489) = 0.1809, of 0.95 that is 0.190. Half-way it is 0.553."""
    p, q = 0.03, 0.38
    whole = np.log((1 + ADOPTED * q / p) / (1 - ADOPTED)) / (p + q)
    assert whole == pytest.approx(13.57, abs=5e-3)
    for age in range(7):
        left = np.exp(-(p + q) * whole * (age + 1) / 8)
        assert ramp_share(age, 7, "s-curve") == pytest.approx((1 - left) / (1 + q / p * left) / ADOPTED)
    assert ramp_share([1, 3], 7, "s-curve") == pytest.approx([0.190, 0.553], abs=5e-4)


@every_curve
def test_without_a_ramp_everything_comes_at_once(curve):
    for ramp in (0.0, np.nan):
        assert ramp_share([-1, 0, 1], ramp, curve).tolist() == [0, 1, 1]


@given(st.floats(0, 60), st.sampled_from(list(CURVES)))
def test_every_curve_rises_from_nothing_to_all_of_it(ramp, curve):
    share = ramp_share(np.arange(-3, 64), ramp, curve)
    assert (share[:3] == 0).all()
    assert (np.diff(share) >= -1e-12).all()
    assert share[3] > 0
    assert share[-1] == 1
    assert (ramp_share(np.arange(np.ceil(ramp), 64), ramp, curve) == 1).all()


@given(st.integers(1, 60))
def test_a_fast_start_is_ahead_of_a_linear_one(ramp):
    ages = np.arange(ramp)
    assert (ramp_share(ages, ramp, "fast start") > ramp_share(ages, ramp, "linear")).all()


def test_no_word_is_linear_and_another_word_a_bug():
    assert ramp_share(0, 1, "") == 0.5
    with pytest.raises(FrameError, match="none of linear, s-curve, fast start"):
        ramp_share(0, 1, "steep")
