"""Drivers: known effects are found again, noise is not believed, and what is missing is said."""

import numpy as np
import pandas as pd
import pytest
from forecast_company import (
    LOCATIONS,
    SEASON,
    TIMELINE,
    demand,
    drivers,
    forecast_of,
    frame_of,
    items,
    row_of,
    rules,
)

from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.forecast import baseline_forecast
from sop_xl.plan.forecast.choice import choose
from sop_xl.plan.forecast.drivers import MOST, driver_effects, driver_values
from sop_xl.plan.forecast.pooled import own_evidence, pool_evidence
from sop_xl.plan.history import calendarise

BOTH = np.array([True, True])


def sold(elasticity: float, uplift: float, periods: int = 60, seed: int = 0, noise: float = 0.05, shock: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Demand with trend and season that follows a price and a promotion flag: (periods,) units and (2, periods) driver values."""
    rng = np.random.default_rng(seed)
    t = np.arange(periods)
    price, promotion = np.log(10) + rng.normal(0, 0.1, periods), (rng.random(periods) < 0.2).astype(float)
    z = 5 + 0.004 * t + 0.4 * np.sin(2 * np.pi * t / 12) + elasticity * price + uplift * promotion + rng.normal(0, noise, periods)
    return np.exp(z if shock is None else z + shock), np.stack([price, promotion])


def learned(*series: tuple[np.ndarray, np.ndarray]):
    return pool_evidence([own_evidence(y, x, BOTH, 12) for y, x in series])


def test_a_known_elasticity_and_uplift_are_found():
    price, promotion = learned(sold(-1.8, 0.3))[0]
    assert price.coefficient == pytest.approx(-1.8, abs=0.25) and promotion.coefficient == pytest.approx(0.3, abs=0.05)
    assert abs(price.coefficient + 1.8) < 3 * price.error and 0.02 < price.error < 0.2


def test_season_and_trend_are_not_taken_for_the_driver():
    """Demand doubles every summer, and so does the price: what price did to demand is not in these data."""
    t = np.arange(60)
    summer = np.sin(2 * np.pi * t / 12)
    y = np.exp(4 + summer + 0.01 * t)
    evidence = own_evidence(y, np.stack([summer, 0.01 * t]), BOTH, 12)
    assert np.allclose(evidence.precision, 0)
    assert pool_evidence([evidence]) == [[None, None]]


def test_a_family_shares_what_it_knows_with_a_young_item():
    family = [sold(-2.0, 0.3, seed=k) for k in range(6)]
    young, x = sold(-2.0, 0.3, seed=9)
    young[:-14] = 0.0  # on sale for 14 months
    price = learned(*family, (young, x))[-1][0]
    assert price.coefficient == pytest.approx(-2.0, abs=0.15)


def test_an_item_unlike_its_family_keeps_its_own_coefficient_the_more_it_shows():
    family = [sold(e, 0.0, seed=k) for k, e in enumerate([-1.0, -1.5, -2.0, -2.5, -3.0])]
    found = [line[0].coefficient for line in learned(*family)]
    assert found == pytest.approx([-1.0, -1.5, -2.0, -2.5, -3.0], abs=0.35)
    assert np.ptp(found) < 2.05  # drawn together a little


def test_good_months_that_a_family_shares_are_not_counted_item_by_item():
    """The same promotion for twenty items and the same luck for all of them: twenty items know no more than one."""
    missed = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        shock, promotion = rng.normal(0, 0.3, 48), (rng.random(48) < 0.2).astype(float)
        series = [(y, np.stack([x[0], promotion])) for y, x in (sold(-1.0, 0.0, 48, 100 * seed + k, shock=shock) for k in range(10))]
        one = learned(*series)[0][1]
        missed.append(abs(one.coefficient) > 2 * one.error)
    assert np.mean(missed) <= 0.2  # counted one by one, it is two in three


def test_noise_is_not_believed():
    sizes = [abs(learned(sold(0.0, 0.0, 36, seed, noise=0.3))[0][0].coefficient) for seed in range(40)]
    assert np.median(sizes) < 0.3  # 0.3 / (0.1 sqrt(36)) = 0.5 and more, if all of it were believed
    assert np.mean(np.array(sizes) < 1e-6) > 0.4


COMPANY = {("race", "DE"): -1.5, ("tour", "FR"): -1.5, ("city", "FR"): -1.5}
PERIODS = TIMELINE.periods


def priced(seed: int = 77, planned: float = 8.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three bicycles at one price that changes from month to month, 10 on average, and `planned` in the whole plan."""
    rng = np.random.default_rng(seed)
    price = np.concatenate([10 * np.exp(rng.normal(0, 0.15, 36)), np.full(12, planned)])
    series = {}
    for k, (pair, elasticity) in enumerate(COMPANY.items()):
        series[pair] = {t: y * (price[t] / 10) ** elasticity for t, y in demand(100, 0, 36, k, noise=0.05).items()}
    history, _ = calendarise(frame_of(series, PERIODS), TIMELINE)
    return history, drivers(("Price", {}, PERIODS, price))


def planned(history, table, names: str = "Price", **rule: object):
    return baseline_forecast(history, TIMELINE, items(), LOCATIONS, rules=rules({"model": "automatic", "drivers": names} | rule), drivers=table)


def test_the_forecast_follows_the_planned_price_at_every_level():
    history, table = priced()
    truth = 100 * SEASON[36:48] * 0.8**-1.5
    blind, seeing = planned(history, None, ""), planned(history, table)
    assert abs(forecast_of(seeing, "race", "DE") - truth).sum() < 0.5 * abs(forecast_of(blind, "race", "DE") - truth).sum()
    assert seeing.forecast["baseline"].sum() == pytest.approx(3 * truth.sum(), rel=0.1)
    total = seeing.ranges.query("family == 'All' and region == 'All'")
    summed = seeing.forecast.groupby("period")["baseline"].sum().to_numpy()
    assert (total["demand_low"].to_numpy() < summed).all() and (summed < total["demand_high"].to_numpy()).all()


def test_whether_it_pays_is_said():
    history, table = priced()
    seeing = planned(history, table)
    row = row_of(seeing, "race")
    assert row["note"].startswith("Price elasticity -1.") and " points better" in row["note"]
    assert row["model"].endswith("(rule R-1)")
    assert row["wmape"] < row_of(planned(history, None, ""), "race")["wmape"] - 0.05


def test_a_chosen_model_follows_drivers_too():
    history, table = priced()
    made = forecast_of(planned(history, table, model="ETS"), "race", "DE")
    assert made.sum() == pytest.approx((100 * SEASON[36:48] * 0.8**-1.5).sum(), rel=0.15)


def test_series_without_the_rule_are_as_before():
    history, table = priced()
    result = baseline_forecast(history, TIMELINE, items(), LOCATIONS, rules=rules({"item": "race", "model": "automatic", "drivers": "Price"}), drivers=table, reconcile="bottom_up")
    before = baseline_forecast(history, TIMELINE, items(), LOCATIONS, reconcile="bottom_up")
    assert (forecast_of(result, "tour", "FR") == forecast_of(before, "tour", "FR")).all()


def test_missing_planned_values_hold_the_last_known_one_and_are_counted():
    history, table = priced()
    short = table[table["period"] < "2025-04-01"]
    held = planned(history, short)
    assert "driver Price: 9 planned values missing, last one held" in row_of(held, "race")["note"]
    assert (forecast_of(held, "race", "DE") == forecast_of(planned(history, table), "race", "DE")).all()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full(48, 9.0), "driver Price not used: it never changed"),
        (np.r_[np.full(28, np.nan), np.linspace(8, 11, 20)], "driver Price not used: it has 8 of the 12 values that it takes"),
    ],
)
def test_what_cannot_be_learned_from_is_not_used_and_changes_nothing(values, said):
    history, _ = priced()
    result = planned(history, drivers(("Price", {}, PERIODS, values)))
    assert said in row_of(result, "race")["note"]
    pd.testing.assert_frame_equal(result.forecast, planned(history, None, "").forecast)


def test_a_driver_without_a_line_is_not_used_and_said():
    history, table = priced()
    row = row_of(planned(history, table, "Price, Weather"), "race")
    assert "driver Weather not used: it has no line" in row["note"] and "Price elasticity" in row["note"]


def test_a_price_far_from_any_seen_is_pointed_out_and_bounded():
    history, table = priced(planned=0.01)
    result = planned(history, table)
    assert "driver Price: planned values beyond those seen in history" in row_of(result, "race")["note"]
    assert forecast_of(result, "race", "DE").max() <= MOST * 200


def lines_for(*lines, names: str = "Price", timeline: Timeline = TIMELINE):
    keys = pd.DataFrame([("cap", "FR", "Caps"), ("race", "DE", "Bikes"), ("race", "FR", "Bikes"), ("tour", "FR", "Bikes")], columns=["item", "location", "family"])
    choices = choose(rules({"model": "automatic", "drivers": names}), keys, keys[["item", "location"]].assign(abc="", xyz="", demand_class=""))
    return driver_values(drivers(*lines) if lines else None, choices, keys, timeline)


def test_the_line_with_the_narrowest_scope_holds():
    one = [np.full(1, value) for value in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)]
    scopes = ({}, {"location": "FR"}, {"family": "Bikes"}, {"family": "Bikes", "location": "FR"}, {"item": "race"}, {"item": "race", "location": "FR"})
    found = lines_for(*(("Price", scope, PERIODS[:1], value) for scope, value in zip(scopes, one, strict=True)))
    assert np.exp(found.values[0, :, 0]) == pytest.approx([1.0, 4.0, 5.0, 3.0])


def test_values_above_zero_are_elasticities_and_flags_are_not():
    found = lines_for(("Price", {}, PERIODS[:2], np.array([8.0, 10.0])), ("Promo", {}, PERIODS[:2], np.array([0.0, 1.0])), names="promo, price")
    assert found.names == ("Price", "Promo") and found.relative.tolist() == [True, False]
    assert found.values[0, 0, :2] == pytest.approx(np.log([8, 10]))


def test_working_days_are_counted_from_the_calendar_unless_they_are_listed():
    found = lines_for(names="working days")
    assert np.exp(found.values[0, 0, :3]) == pytest.approx([21, 20, 23])  # January to March 2022
    listed = lines_for(("Working days", {}, PERIODS[:1], np.array([19.0])), names="Working days")
    assert np.exp(listed.values[0, 0, 0]) == pytest.approx(19)


def test_working_days_of_4_4_5_months_are_whole_weeks():
    calendar = Calendar(CalendarKind.FOUR_FOUR_FIVE)
    first = calendar.start_of(pd.Timestamp("2024-01-15"))
    found = lines_for(names="Working days", timeline=Timeline(calendar, first, calendar.shift(first, 3), 3))
    assert np.exp(found.values[0, 0, :6]) == pytest.approx([20, 20, 25, 20, 20, 25])


def test_without_drivers_there_is_no_effect():
    effects = driver_effects(None, np.ones((2, 24)), np.array(["a", "a"], dtype=object), 12, 6)
    assert (effects.history == 1).all() and (effects.ahead == 1).all() and not effects.said
