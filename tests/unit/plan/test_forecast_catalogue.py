"""Models by choice: each name does what the library's model does, on histories of every length."""

import numpy as np
import pytest
from statsforecast import models as library

from sop_xl.plan.forecast import catalogue
from sop_xl.plan.forecast.catalogue import FORECASTERS, MODELS, STATED, Job, chosen_forecasts, learns_season
from sop_xl.sheets import forecast_inputs

MONTHS = np.arange(48)
BEER = 100 * np.exp(0.4 * np.sin(2 * np.pi * MONTHS / 12)) * np.random.default_rng(3).uniform(0.95, 1.05, 48)
SPARES = np.array([0, 0, 5, 0, 0, 0, 4, 0, 0, 6, 0, 0, 0, 0, 5, 0, 3, 0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 4, 0, 0], dtype=float)


def forecast(model: str, y: np.ndarray, horizon: int = 6, season: int = 12, value: float = np.nan) -> np.ndarray:
    return chosen_forecasts([Job(model, y, value)], horizon, season)[0]


def test_the_sheet_offers_every_model_of_the_catalogue():
    assert forecast_inputs.MODELS == MODELS
    assert set(MODELS) == {"automatic", *FORECASTERS, *STATED}


@pytest.mark.parametrize(
    ("model", "same"),
    [
        ("ETS", library.AutoETS(season_length=12)),
        ("Theta", library.DynamicOptimizedTheta(season_length=12)),
        ("CES", library.AutoCES(season_length=12)),
        ("MSTL", library.MSTL(season_length=12, trend_forecaster=library.AutoETS(model="ZZN"))),
        ("Seasonal naive", library.SeasonalNaive(season_length=12)),
        ("Moving average", library.WindowAverage(window_size=12)),
        ("Croston-SBA", library.CrostonSBA()),
        ("TSB", library.TSB(alpha_d=0.1, alpha_p=0.1)),
        ("IMAPA", library.IMAPA()),
        ("ADIDA", library.ADIDA()),
    ],
)
def test_a_chosen_model_is_the_librarys_own(model, same):
    assert forecast(model, BEER) == pytest.approx(same.forecast(y=BEER, h=6)["mean"])


def test_arima_finds_the_season_too():
    made = forecast("ARIMA", BEER, 12)
    assert made == pytest.approx(100 * np.exp(0.4 * np.sin(2 * np.pi * np.arange(12) / 12)), rel=0.15)


def test_a_moving_average_of_three_months():
    assert forecast("Moving average", np.array([1.0, 2, 3, 10, 20, 30]), value=3) == pytest.approx([20.0] * 6)
    assert forecast("Moving average", np.array([10.0, 20.0]), value=3) == pytest.approx([15.0] * 6)  # what there is


@pytest.mark.parametrize("model", ["ETS", "Theta", "CES", "MSTL", "ARIMA"])
def test_less_than_two_seasons_take_the_form_without_season(model):
    short = BEER[:20]
    assert not learns_season(short.size, 12)
    made = FORECASTERS[model](short, 24, 12, np.nan)
    assert np.isfinite(made).all()
    assert made == pytest.approx(FORECASTERS[model](short, 24, 1, np.nan))


def test_seasonal_naive_of_half_a_year_is_the_last_value():
    assert forecast("Seasonal naive", np.arange(1.0, 7.0)) == pytest.approx([6.0] * 6)


@pytest.mark.parametrize("model", ["ETS", "Theta", "CES", "MSTL", "Seasonal naive"])
def test_a_season_of_52_weeks_is_found(model):
    t = np.arange(3 * 52 + 26)
    truth = 100 * np.exp(0.4 * np.sin(2 * np.pi * t / 52)) * np.random.default_rng(1).uniform(0.97, 1.03, t.size)
    made = forecast(model, truth[:156], 26, season=52)
    assert np.abs(made - truth[156:]).sum() / truth[156:].sum() < 0.08


@pytest.mark.parametrize("model", list(FORECASTERS))
def test_no_model_forecasts_below_zero_or_runs_away(model):
    falling = np.linspace(100, 1, 40)
    for y in (falling, SPARES):
        made = forecast(model, y, 36)
        assert (made >= 0).all() and made.max() <= 2 * y.max()


@pytest.mark.parametrize("model", list(FORECASTERS))
def test_no_demand_stays_no_demand(model):
    assert (forecast(model, np.zeros(30)) == 0).all()
    assert (forecast(model, np.empty(0)) == 0).all()


def test_a_model_that_cannot_be_fitted_says_so_with_an_absent_forecast():
    assert np.isnan(forecast("ETS", np.array([5.0]))).all()


def test_a_model_that_breaks_takes_nobody_with_it(monkeypatch):
    def broken(*_):
        raise Exception("singular")

    monkeypatch.setitem(catalogue.FORECASTERS, "CES", broken)
    made = chosen_forecasts([Job("CES", BEER), Job("ETS", BEER)], 3, 12)
    assert np.isnan(made[0]).all() and np.isfinite(made[1]).all()


def test_more_processes_give_the_same_numbers():
    jobs = [Job("ETS", BEER[: 24 + k % 20] * (k + 1)) for k in range(32)]
    assert np.array_equal(chosen_forecasts(jobs, 6, 12), chosen_forecasts(jobs, 6, 12, n_jobs=2))
