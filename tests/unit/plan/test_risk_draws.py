"""Draws of risks: how often, how hard, and always the same."""

from __future__ import annotations

import numpy as np
import pytest
from risk_world import risks_of

from sop_xl.plan.risk_draws import draw_risk, effect_ends, end_weights, mean_weights, triangular_quantiles

ENDS = np.array([-0.3, -0.1, 0.05])


def test_it_happens_as_often_as_its_probability_says():
    assert np.isnan(draw_risk("R1", 0.3, ENDS, 10_000)).sum() == 7_000, "strata leave nothing to luck"


@pytest.mark.parametrize(("probability", "happens"), [(0.0, 0), (1.0, 500)])
def test_never_and_always(probability, happens):
    assert (~np.isnan(draw_risk("R1", probability, ENDS, 500))).sum() == happens


def test_the_same_risk_is_drawn_the_same_whoever_stands_beside_it():
    np.testing.assert_array_equal(draw_risk("R1", 0.5, ENDS, 1000), draw_risk("R1", 0.5, ENDS, 1000))
    assert not np.array_equal(draw_risk("R1", 0.5, ENDS, 1000), draw_risk("R2", 0.5, ENDS, 1000), equal_nan=True)


def test_two_risks_are_independent():
    both = [~np.isnan(draw_risk(name, 0.5, ENDS, 20_000)) for name in ("R1", "R2")]
    assert (both[0] & both[1]).mean() == pytest.approx(0.25, abs=0.01)
    assert abs(np.corrcoef(*both)[0, 1]) < 0.02


def test_mean_of_the_triangular_distribution():
    """(low + likely + high) / 3: Vose 2008, Risk Analysis, appendix; Law 2015, ch. 6."""
    drawn = draw_risk("R1", 1.0, ENDS, 20_000)
    assert drawn.mean() == pytest.approx(ENDS.sum() / 3, abs=1e-5)
    assert mean_weights(ENDS) @ ENDS == pytest.approx(ENDS.sum() / 3, abs=1e-15)


def test_variance_of_the_triangular_distribution():
    """(a2 + b2 + c2 - ab - ac - bc) / 18: Law 2015, ch. 6."""
    a, c, b = ENDS
    drawn = draw_risk("R1", 1.0, ENDS, 20_000)
    assert drawn.var() == pytest.approx((a * a + b * b + c * c - a * b - a * c - b * c) / 18, rel=1e-3)


def test_below_the_most_likely_lies_its_share_of_the_range():
    assert triangular_quantiles(np.array([(0.2 / 0.35)]), ENDS)[0] == pytest.approx(-0.1)
    np.testing.assert_allclose(triangular_quantiles(np.array([0.0, 1.0]), ENDS), [-0.3, 0.05])


@pytest.mark.parametrize("ends", [[-0.3, -0.3, 0.1], [-0.3, 0.1, 0.1], [0.2, 0.2, 0.2]])
def test_a_range_may_begin_or_end_at_its_most_likely(ends):
    ends = np.array(ends)
    drawn = draw_risk("R1", 1.0, ends, 5000)
    assert drawn.mean() == pytest.approx(ends.mean(), abs=1e-4)
    np.testing.assert_allclose(end_weights(drawn, ends) @ ends, drawn, atol=1e-12)


def test_what_does_not_happen_has_no_part_of_any_end():
    assert end_weights(np.array([np.nan, -0.3, -0.1, -0.2]), ENDS).tolist() == pytest.approx(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]]))


def test_mitigation_takes_its_part_of_every_end_and_an_absent_end_is_the_most_likely():
    ends = effect_ends(risks_of({"effect": -0.2, "effect_low": -0.4, "mitigated": 0.5}, {"effect": 0.1}))
    np.testing.assert_allclose(ends, [[-0.2, -0.1, -0.1], [0.1, 0.1, 0.1]])
