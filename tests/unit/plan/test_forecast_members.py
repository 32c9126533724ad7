"""The parts of the recipe: log space, seasonal indices, guard, members, weights."""

import subprocess
import sys

import numpy as np
import pytest

from sop_xl.plan.forecast import members
from sop_xl.plan.forecast.combine import combine, combine_cross_fitted, member_weights
from sop_xl.plan.forecast.seasonal import centred_mean, from_log, range_guard, seasonal_indices, to_log

SEASON = np.array([-0.5, -0.3, -0.1, 0.0, 0.1, 0.2, 0.4, 0.5, 0.2, 0.0, -0.2, -0.3])


def seasonal_history(years: int = 4, noise: float = 0.05, level: float = 100.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return level * np.exp(np.tile(SEASON, years) + rng.normal(0, noise, 12 * years))


def test_importing_the_package_does_not_load_the_models():
    code = "import sys, sop_xl.plan.forecast; sys.exit('statsforecast' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_log_space_goes_there_and_back_and_never_overflows():
    y = np.array([0.0, 1.0, 1e6])
    assert from_log(to_log(y)) == pytest.approx(y)
    assert np.isfinite(from_log(np.array([1e9])))[0]


def test_a_2x12_moving_average_leaves_half_a_year_at_both_ends():
    trend = centred_mean(np.arange(24.0), 12)
    assert np.isnan(trend[:6]).all() and np.isnan(trend[-6:]).all()
    assert trend[6:18] == pytest.approx(np.arange(6.0, 18.0))


def test_clear_seasons_are_kept_almost_whole():
    found = seasonal_indices(np.log(seasonal_history(5)), 12)
    assert found == pytest.approx(SEASON - SEASON.mean(), abs=0.08)
    assert found.sum() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("years", [2, 3])
def test_two_years_already_show_a_clear_season(years):
    found = seasonal_indices(np.log(seasonal_history(years)), 12)
    assert np.corrcoef(found, SEASON)[0, 1] > 0.95


def test_pure_noise_is_shrunken_to_next_to_no_season():
    rng = np.random.default_rng(5)
    sizes = [np.abs(seasonal_indices(rng.normal(0, 0.3, 60), 12)).mean() for _ in range(40)]
    raw_size = 0.3 / np.sqrt(4) * np.sqrt(2 / np.pi)  # what the unshrunken indices of such noise would be
    assert np.mean(sizes) < 0.35 * raw_size


def test_noise_is_pulled_towards_the_family_where_one_is_given():
    rng = np.random.default_rng(6)
    family = SEASON - SEASON.mean()
    noisy = np.tile(SEASON, 3) + rng.normal(0, 0.6, 36)
    alone, with_family = seasonal_indices(noisy, 12), seasonal_indices(noisy, 12, family)
    assert np.abs(with_family - family).mean() < np.abs(alone - family).mean()


def test_less_than_a_season_and_a_half_gives_the_prior_or_nothing():
    assert (seasonal_indices(np.ones(10), 12) == 0).all()
    assert seasonal_indices(np.ones(10), 12, SEASON) == pytest.approx(SEASON)


def test_the_guard_keeps_a_runaway_trend_within_half_a_range_below_and_one_above():
    history = np.array([50.0, 100.0] * 18)
    assert range_guard(history, np.array([-500.0, 80.0, 9000.0]), 12).tolist() == [25.0, 80.0, 150.0]


def test_the_guard_looks_at_three_years_only():
    history = np.concatenate([[10_000.0], np.tile([50.0, 100.0], 18)])
    assert range_guard(history, np.array([9000.0]), 12).tolist() == [150.0]


def test_a_series_has_a_season_with_two_years_and_few_zeros():
    assert members.has_season(np.ones(24), 12)
    assert not members.has_season(np.ones(23), 12)
    assert members.has_season(np.array([1.0] * 17 + [0.0] * 7), 12)  # 29 % zeros
    assert not members.has_season(np.array([1.0] * 16 + [0.0] * 8), 12)  # 33 % zeros


def test_a_broken_installation_is_not_taken_for_a_series_that_no_model_fits(monkeypatch):
    def missing(*_):
        raise ImportError("No module named 'statsforecast'")

    monkeypatch.setattr(members, "_models", missing)
    with pytest.raises(ImportError, match="statsforecast"):
        members.member_forecasts([seasonal_history(3)], [True], 12, 12)


def test_all_members_see_a_clear_season():
    y = seasonal_history(5, noise=0.02)
    made = members.member_forecasts([y], [True], 12, 12)[0]
    truth = 100 * np.exp(SEASON)
    for name, forecast in zip(members.SEASONAL_MEMBERS, made, strict=True):
        assert forecast == pytest.approx(truth, rel=0.2), name


def test_level_members_of_constant_demand_are_that_demand_or_biased_as_known():
    made = dict(zip(members.LEVEL_MEMBERS, members.member_forecasts([np.full(18, 7.0)], [False], 3, 12)[0], strict=True))
    for name in ("Simple smoothing", "TSB", "ADIDA", "Mean of a year"):
        assert made[name] == pytest.approx(7.0, rel=1e-6), name
    assert made["Croston SBA"] == pytest.approx(7.0 * 0.95)  # the approximation's known factor 1 - 0.1/2


@pytest.mark.parametrize("length", [1, 2, 3, 5, 11])
def test_the_shortest_histories_get_a_forecast(length):
    made = members.member_forecasts([np.arange(1.0, length + 1)], [False], 4, 12)[0]
    assert np.isfinite(made).any(axis=0).all()


def test_no_history_and_no_demand_give_zero():
    made = members.member_forecasts([np.empty(0), np.zeros(30)], [False, True], 4, 12)
    assert (made == 0).all()


def test_weekly_seasons_work_too():
    weeks = np.arange(160)
    y = 100 + 40 * np.sin(2 * np.pi * weeks / 52)
    made = members.member_forecasts([y], [True], 26, 52)[0]
    truth = 100 + 40 * np.sin(2 * np.pi * np.arange(160, 186) / 52)
    assert np.nanmedian(made, axis=0) == pytest.approx(truth, rel=0.15)


def test_a_member_that_fails_stays_absent_and_the_others_carry_on(monkeypatch):
    def refuse(*_):
        raise Exception("tiny datasets")

    monkeypatch.setattr("statsforecast.mstl.mstl", refuse)
    made = members.member_forecasts([seasonal_history(3)], [True], 6, 12)[0]
    place = members.SEASONAL_MEMBERS.index("STL")
    assert np.isnan(made[place]).all()
    assert np.isfinite(np.delete(made, place, axis=0)).all()


def test_results_do_not_depend_on_order_or_processes(monkeypatch):
    series = [seasonal_history(3, 0.3, seed=k) for k in range(6)] + [np.array([0.0, 3, 0, 0, 5])] * 3
    flags = [True] * 6 + [False] * 3
    one = members.member_forecasts(series, flags, 6, 12)
    backwards = members.member_forecasts(series[::-1], flags[::-1], 6, 12)[::-1]
    monkeypatch.setattr(members, "_POOL_FROM", {"fork": 1, "forkserver": 1, "spawn": 1})
    two = members.member_forecasts(series, flags, 6, 12, n_jobs=2)
    assert np.array_equal(one, backwards, equal_nan=True)
    assert np.array_equal(one, two, equal_nan=True)


def test_where_no_second_process_starts_the_work_is_done_in_this_one(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no Python to start")

    series = [seasonal_history(3, seed=k) for k in range(3)]
    expected = members.member_forecasts(series, [True] * 3, 6, 12)
    monkeypatch.setattr(members, "_POOL_FROM", {"fork": 1, "forkserver": 1, "spawn": 1})
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    assert np.array_equal(members.member_forecasts(series, [True] * 3, 6, 12, n_jobs=2), expected, equal_nan=True)


def test_weights_follow_the_inverse_square_of_the_error():
    actual = np.zeros((1, 4))
    errors = np.array([1.0, 2.0, 2.0, 4.0, 4.0])
    weights = member_weights(actual, np.repeat(errors[None, :, None], 4, axis=2))[0]
    assert weights.sum() == pytest.approx(1)
    assert weights[0] / weights[1] == pytest.approx(4, rel=0.01)
    assert weights[1] / weights[3] == pytest.approx(4, rel=0.01)


def test_no_member_is_shut_out_and_a_perfect_one_does_not_divide_by_zero():
    forecasts = np.stack([np.zeros(4), *[np.full(4, 100.0)] * 4])[None]
    weights = member_weights(np.zeros((1, 4)), forecasts)[0]
    assert weights[0] > 0.9
    assert (weights[1:] > 0.01).all()


def test_without_weights_the_median_is_taken_and_failures_are_left_out():
    made = np.array([[[1.0], [2.0], [9.0], [np.nan], [3.0]]])
    assert combine(made, np.full((1, 5), np.nan))[0, 0] == pytest.approx(2.5)
    equal = np.full((1, 5), 0.2)
    assert combine(made, equal)[0, 0] == pytest.approx(15 / 4)


def test_cross_fitting_never_shows_a_period_to_its_own_weights():
    rng = np.random.default_rng(0)
    actual, made = rng.normal(size=(3, 6)), rng.normal(size=(3, 5, 6))
    weighted = np.ones(3, dtype=bool)
    before = combine_cross_fitted(actual, made, weighted)
    changed = actual.copy()
    changed[:, 2] += 100.0  # an even period
    after = combine_cross_fitted(changed, made, weighted)
    assert np.array_equal(before[:, ::2], after[:, ::2])
    assert not np.allclose(before[:, 1::2], after[:, 1::2])
