"""Own-price elasticity: recovered from made-up history with a known one, and refused where prices tell nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, months

from sop_xl.plan.elasticity import ALL_FAMILIES, own_price_elasticity, price_effect

TIMELINE = months("2026-01", 6, history=36)
PERIODS = TIMELINE.history


def history(slopes: dict[str, float], *, noise=0.0, price_moves=0.1, seed=1, periods=36, places=("North", "South", "West")):
    """Demand of four items a family with levels, seasons and a boom of their own; log demand moves by `slope` x log price."""
    random = np.random.default_rng(seed)
    boom = np.cumsum(random.normal(0, 0.1, 36))  # moves all items alike
    rows, listed = [], []
    for family, slope in slopes.items():
        season = random.normal(0, 0.3, 12)
        for k in range(4):
            item = f"{family}-{k}"
            listed.append(items(item, family=family))
            moves = random.choice([0.0, -1.0, -2.0], 36) * price_moves
            for place in places:
                level = random.uniform(3, 6)
                for t in range(36 - periods, 36):
                    log_price = 3.0 - 0.5 * level + moves[t]  # what sells more is cheaper: no elasticity of its own
                    log_demand = level + boom[t] + season[t % 12] + slope * moves[t] + random.normal(0, noise)
                    rows.append((item, place, PERIODS[t], np.exp(log_demand), np.exp(log_demand + log_price)))
    frame = pd.DataFrame(rows, columns=["item", "location", "period", "demand", "revenue"])
    return frame.assign(shipments=np.nan, stock_out=np.nan, returns=np.nan), pd.concat(listed, ignore_index=True)


def measure(slopes, **how):
    return own_price_elasticity(*history(slopes, **how), TIMELINE).set_index("family")


def test_constant_elasticity():
    """A tenth cheaper at an elasticity of -2: 0.9 to the power of -2 is 1.2346; at -1 revenue stays what it was."""
    assert price_effect(-0.1, -2.0) == pytest.approx(1 / 0.81 - 1)
    assert 0.8 * (1 + price_effect(-0.2, -1.0)) == pytest.approx(1)
    assert price_effect(0.0, -3.0) == 0


def test_the_known_elasticity_is_found_whatever_level_season_and_boom_do():
    found = measure({"Paint": -2.0, "Tools": -0.5}, places=("North",))
    assert found["measured"][["Paint", "Tools"]].to_numpy() == pytest.approx([-2.0, -0.5], abs=1e-6)
    assert found["elasticity"][["Paint", "Tools"]].to_numpy() == pytest.approx([-2.0, -0.5], abs=1e-4)
    assert found["sample"]["Paint"] == 144 and found["items"]["Paint"] == 4


def test_with_noise_it_lies_within_its_own_error():
    found = measure({"Paint": -2.0, "Tools": -0.5, "Glue": -1.0}, noise=0.4)
    for family, true in (("Paint", -2.0), ("Tools", -0.5), ("Glue", -1.0)):
        assert abs(found["measured"][family] - true) < 3 * found["standard_error"][family]
        assert 0.05 < found["standard_error"][family] < 0.5


def test_a_family_is_pulled_towards_the_overall_one_the_more_the_less_certain_it_is():
    found = measure({"Paint": -3.0, "Tools": -0.5, "Glue": -1.0}, noise=1.0)
    overall = found["elasticity"][ALL_FAMILIES]
    families = found.drop(ALL_FAMILIES)
    pulled = (families["elasticity"] - overall) / (families["measured"] - overall)
    assert pulled.between(0, 1).all() and (pulled < 0.999).all()
    assert pulled.corr(families["standard_error"]) < 0


def test_a_price_that_never_moves_is_refused_and_takes_the_overall_elasticity():
    moving, listed = history({"Paint": -2.0})
    still, more = history({"Tools": -2.0}, price_moves=0.0, seed=2)
    found = own_price_elasticity(pd.concat([moving, still]), pd.concat([listed, more]), TIMELINE).set_index("family")
    assert np.isnan(found["measured"]["Tools"]) and found["variation"]["Tools"] < 0.02
    assert found["elasticity"]["Tools"] == pytest.approx(found["elasticity"][ALL_FAMILIES])


def test_where_no_price_moves_nothing_is_known():
    found = measure({"Paint": -2.0}, price_moves=0.0)
    assert found["elasticity"].isna().all() and found["measured"].isna().all()


def test_a_price_that_moved_only_with_the_season_of_its_family_tells_nothing():
    """Every December is cheap and busy: whether the price or the month did it cannot be told."""
    frame, listed = history({"Paint": 0.0}, price_moves=0.0)
    december = frame["period"].dt.month == 12
    frame["revenue"] *= np.where(december, 0.7, 1.0)
    assert own_price_elasticity(frame, listed, TIMELINE)["measured"].isna().all()


def test_the_discount_of_one_large_order_is_no_elasticity():
    """One place in three buys a lot at once and pays less; the price that others pay does not move."""
    frame, listed = history({"Paint": 0.0}, price_moves=0.0)
    large = np.random.default_rng(5).random(len(frame)) < 0.1
    large &= (frame["location"] == "North").to_numpy()
    frame["demand"] *= np.where(large, 5.0, 1.0)
    frame["revenue"] *= np.where(large, 5.0 * 0.8, 1.0)
    assert own_price_elasticity(frame, listed, TIMELINE)["measured"].isna().all()


def test_too_few_cells_are_refused():
    found = measure({"Paint": -2.0}, periods=5, places=("North",))
    assert found["sample"]["Paint"] == 20 and np.isnan(found["variation"]["Paint"])


def test_no_price_no_row():
    frame, listed = history({"Paint": -2.0})
    assert own_price_elasticity(frame.assign(revenue=np.nan), listed, TIMELINE).empty


def test_the_order_of_rows_changes_nothing():
    frame, listed = history({"Paint": -2.0, "Tools": -0.5}, noise=0.4)
    shuffled = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_frame_equal(own_price_elasticity(frame, listed, TIMELINE), own_price_elasticity(shuffled, listed, TIMELINE))
