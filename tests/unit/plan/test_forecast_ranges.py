"""Ranges around a forecast: what held-out errors say, carried ahead by the rehearsal of a stand-in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl.plan.accuracy import coverage
from sop_xl.plan.forecast import forecast_series, scales
from sop_xl.plan.forecast.ranges import UNREHEARSED, range_bounds, small_pool_factor
from sop_xl.plan.forecast.rehearsal import align, rehearsed_ratio, stand_in

SAMPLE = Path(__file__).parents[3] / "sop_xl" / "samples" / "adventureworks"
demand = st.floats(0, 1e9)


def random_walks(count: int, length: int, season: int = 12, seed: int = 0) -> np.ndarray:
    """Positive series with a season whose level wanders: errors grow with the square root of the step."""
    rng = np.random.default_rng(seed)
    level = 200 + np.cumsum(rng.normal(0, 4, (count, length)), axis=1)
    wave = 30 * np.sin(2 * np.pi * np.arange(length) / season)
    return np.maximum(level + wave + rng.normal(0, 2, (count, length)), 0.0)


def test_a_range_covers_what_it_says_when_the_errors_are_known_noise():
    # noise of deviation 10 around 100 on every step, forecast 100: P10 and P90 lie 1.28 deviations away
    rng = np.random.default_rng(1)
    history = rng.normal(100, 10, (400, 60))
    made = np.full((400, 18), 100.0)
    low, high = np.moveaxis(range_bounds(made, made[:, :12], history[:, 48:], history, np.ones(400, bool), 12, (0.1, 0.9)), 1, 0)
    assert high.mean() == pytest.approx(112.8, abs=1.5)
    assert low.mean() == pytest.approx(87.2, abs=1.5)
    assert coverage(rng.normal(100, 10, (400, 18)).ravel(), low.ravel(), high.ravel()) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("seasonal", [True, False])
def test_ranges_open_with_the_horizon_and_with_the_quantile(seasonal):
    history = random_walks(60, 72)
    made = np.repeat(history[:, -1:], 18, axis=1)
    tested = np.repeat(history[:, 59:60], 12, axis=1)
    kind = np.full(60, seasonal)
    bounds = range_bounds(made, tested, history[:, 60:], history, kind, 12, (0.025, 0.1, 0.5, 0.9, 0.975))
    assert (np.diff(bounds, axis=1) >= -1e-9).all(), "outer quantiles lie outside"
    assert (np.diff(bounds[:, 3] - bounds[:, 1], axis=1) >= -1e-9).all(), "never narrower farther ahead"
    assert np.array_equal(bounds[:, 2], made)


def test_the_rehearsal_sees_growth_beyond_the_held_out_season():
    # level noise accumulates, so errors of steps 13 to 18 exceed what 12 held-out steps say
    history = random_walks(80, 96, seed=3)
    ratio = rehearsed_ratio(history, np.full(80, 12), 12, 18, 0.8)
    assert ratio is not None and ratio[17] > ratio[3]


def test_the_rehearsal_notices_that_the_held_out_year_was_calm():
    # noise around a steady level; the last year's is half of what it was before, and the next year's is not known to be
    noise = np.random.default_rng(5).normal(0, 10, (200, 96))
    calm = noise.copy()
    calm[:, -12:] /= 2
    held = np.full(200, 12)
    as_usual = rehearsed_ratio(200 + noise, held, 12, 6, 0.8)
    after_calm = rehearsed_ratio(200 + calm, held, 12, 6, 0.8)
    assert as_usual is not None and after_calm is not None
    assert as_usual.mean() == pytest.approx(1.0, abs=0.1)
    assert (after_calm > 1.2 * as_usual).all()


def test_without_two_seasons_before_the_held_out_part_nothing_is_rehearsed():
    assert rehearsed_ratio(random_walks(5, 26), np.full(5, 6), 12, 12, 0.8) is None
    assert UNREHEARSED >= 1


def test_the_stand_in_repeats_a_steady_season_and_half_of_its_growth():
    months = np.arange(36)
    season = 20 * np.sin(2 * np.pi * months / 12)
    assert stand_in((100 + season)[None], 12, 12)[0] == pytest.approx(100 + season[:12])
    # one unit more every month: half of it is carried on (Theta's half slope), in the first year and past its end
    grown = stand_in((100 + season + months)[None], 18, 12)[0]
    assert np.diff(grown - season[:18]) == pytest.approx(0.5)


def test_the_stand_in_needs_two_whole_seasons():
    history = align([np.arange(24.0), np.arange(23.0)])
    assert np.isfinite(stand_in(history, 3, 12)).all(axis=1).tolist() == [True, False]


def test_few_errors_make_a_wider_range():
    # one series held out for 12 months counts as four observations: t with 4 degrees 2.776 over the normal's 1.960 at 95 %
    one = np.ones((1, 12))
    assert small_pool_factor(one, 12, 0.95) == pytest.approx(2.776 / 1.960, abs=2e-3)
    assert small_pool_factor(np.ones((1000, 12)), 12, 0.95) == pytest.approx(1.0, abs=1e-3)


def test_without_any_held_out_error_there_is_still_a_range():
    history = np.array([[5.0, 6.0, 4.0, 5.0]])
    made = np.full((1, 6), 5.0)
    nothing = np.full((1, 1), np.nan)
    bounds = range_bounds(made, nothing, nothing, history, np.array([False]), 12, (0.1, 0.9))
    assert (bounds[0, 0] < 5).all() and (bounds[0, 1] > 5).all()


def test_a_series_without_demand_before_the_origin_says_nothing_about_the_others():
    history = random_walks(40, 60)
    launched = np.concatenate([history, np.concatenate([np.zeros((5, 48)), np.full((5, 12), 900.0)], axis=1)])
    kind = np.zeros(45, dtype=bool)
    made, tested = np.full((45, 6), 200.0), np.concatenate([history[:, 36:48], np.zeros((5, 12))])
    alone = range_bounds(made[:40], tested[:40], history[:, 48:], history, kind[:40], 12, (0.9,))
    among = range_bounds(made, tested, launched[:, 48:], launched, kind, 12, (0.9,))
    assert among[:40] == pytest.approx(alone)


@given(st.lists(st.tuples(demand, demand), min_size=1, max_size=12))
def test_a_bound_is_where_its_error_is(pairs):
    forecast, actual = (np.array([p[k] for p in pairs])[None] for k in (0, 1))
    error = scales.stretched_error(forecast, actual)
    back = scales.stretched_bound(forecast, error)
    assert back == pytest.approx(actual, rel=1e-6, abs=1e-6 * (1 + forecast.max() + actual.max()))


@settings(max_examples=50, deadline=None)
@given(st.lists(demand, max_size=40))
def test_an_error_scale_is_always_above_zero_and_the_same_for_one_and_for_many(values):
    y = np.array(values)
    assert scales.error_scale(y, 12) > 0
    if y.sum() > 0:
        assert scales.naive_scales(y[None], 12)[0] == pytest.approx(scales.error_scale(y, 12))


@pytest.mark.parametrize("months", [3, 6])
def test_ranges_cover_real_sales_of_families(months):
    """AdventureWorks families by territory, planned as if their last months were not known yet.

    The company renews its catalogue every year, so a range learned from the year of renewal is rather too wide than too narrow.
    """
    sales = pd.read_csv(SAMPLE / "sales_monthly.csv.gz", parse_dates=["month"])
    items = pd.read_csv(SAMPLE / "items.csv")
    sums = sales.merge(items[["item", "family"]], on="item").groupby(["family", "territory", "month"])["units"].sum()
    table = sums.unstack(fill_value=0.0).sort_index(axis=1)
    table = table[(table.iloc[:, :24] > 0).mean(axis=1) > 0.7]  # sold from the start; the others have hardly a history
    table.index = table.index.map("/".join)
    known = table.iloc[:, :-months].rename_axis("unique_id").reset_index().melt("unique_id", var_name="ds", value_name="y")
    made = forecast_series(known, months, 12, (0.025, 0.1, 0.9, 0.975)).forecast
    actual = table.loc[made["unique_id"].unique()].iloc[:, -months:].to_numpy().ravel()
    assert len(table) >= 40
    inner = coverage(actual, made["q10"].to_numpy(), made["q90"].to_numpy())
    outer = coverage(actual, made["q2.5"].to_numpy(), made["q97.5"].to_numpy())
    assert 0.72 <= inner <= 0.97
    assert outer >= 0.92
    assert inner < outer
    naive = np.abs(np.diff(table.to_numpy(), axis=1)).mean(axis=1)
    width = (made["q90"] - made["q10"]).to_numpy().reshape(len(table), months).mean(axis=1)
    assert np.median(width / naive) < 6, "wide enough is easy; useful is harder"
