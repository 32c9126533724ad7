"""Every way of making forecasts agree: against hand-worked figures, against hierarchicalforecast, and what holds for all of them."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from sop_xl.errors import FrameError, PlanError
from sop_xl.plan.hierarchy import BOTTOM, METHODS, Hierarchy, build_hierarchy, check_method, mint, reconcile
from sop_xl.plan.hierarchy.proportions import average_proportions, nested_levels, proportions_of_averages
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import columns_of

ITEMS = pd.DataFrame(
    {
        "item": ["road 1", "road 2", "tour 1", "helmet", "cap"],
        "family": ["Road", "Road", "Touring", "Wear, hard", "Wear, soft"],
        "category": ["Bikes", "Bikes", "Bikes", "Wear", "Wear"],
    }
)
LOCATIONS = pd.DataFrame({"location": ["FR", "DE", "US"], "region": ["Europe", "Europe", "America"]})
ALL_KEYS = ITEMS[["item"]].merge(LOCATIONS[["location"]], how="cross")
NEEDS_PACKAGE = ["mint_shrink", "mint_shrink_nonnegative"]
SEASON = 4


def random_case(seed: int = 1, keys: pd.DataFrame = ALL_KEYS):
    """A hierarchy with forecasts that do not agree, their variances, two years of quarters, and their errors; all above zero."""
    rng = np.random.default_rng(seed)
    hierarchy = build_hierarchy(keys, ITEMS, LOCATIONS)
    history = hierarchy.up(rng.uniform(50, 150, (len(hierarchy.bottom), 3 * SEASON)))
    base = history[:, -3:] * rng.uniform(0.9, 1.1, (len(history), 3))
    # rows of one family err together, and every sum errs in its own way on top of what its rows do
    together = rng.normal(0, 10, (len(set(hierarchy.bottom["family"])), 24))[hierarchy.bottom["family"].factorize()[0]]
    errors = hierarchy.up(together + rng.normal(0, 5, together.shape)) + rng.normal(0, 10, (len(base), 24))
    return hierarchy, base, errors.var(axis=1, ddof=1), {"history": history, "errors": errors}


def dense_sums(hierarchy: Hierarchy) -> np.ndarray:
    return hierarchy.up(np.eye(len(hierarchy.bottom)))


def strictly_nested(hierarchy: Hierarchy) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Rows of the levels that lie within each other, and their places among those rows by level, as the library wants them."""
    kept = nested_levels(hierarchy, "total")
    rows = np.concatenate([hierarchy.level(name)[0] for name in kept])
    level = hierarchy.nodes["level"].to_numpy()[rows]
    return rows, {name: np.flatnonzero(level == name) for name in kept}


# --- worked by hand ---------------------------------------------------------------------------------------------------------------------


def test_a_total_goes_down_level_by_level_by_the_forecasts_of_each_level():
    # total 200; categories 120 : 80 get 120 and 80; families Road 30 : Touring 90 get 30 and 90; road 1 : road 2 = 2 : 1 get 20 and 10
    keys = pd.DataFrame({"item": ["road 1", "road 2", "tour 1", "cap"], "location": "FR"})
    hierarchy = build_hierarchy(keys, ITEMS, LOCATIONS)
    base = hierarchy.up(np.array([[7.0], [2.0], [1.0], [5.0]]))  # cap, road 1, road 2, tour 1
    names = hierarchy.nodes
    for level, column, values in (
        ("total", "item", {"All": 200.0}),
        ("category", "category", {"Bikes": 60.0, "Wear": 40.0}),
        ("family", "family", {"Road": 10.0, "Touring": 30.0, "Wear, soft": 1.0}),
        ("family x region", "family", {"Road": 500.0, "Touring": 1.0, "Wear, soft": 9.0}),  # one region: nothing to decide
    ):
        hit = (names["level"] == level).to_numpy()
        base[hit, 0] = names.loc[hit, column].map(values)
    got = reconcile(hierarchy, base, np.ones(len(base)), "top_down")
    assert got[hierarchy.aggregates :, 0] == pytest.approx([80, 20, 10, 90])


def test_families_keep_their_forecast_and_the_total_becomes_their_sum():
    hierarchy, base, variance, _ = random_case()
    for method, level in (("middle_out", "family"), ("middle_out_regions", "family x region")):
        got = reconcile(hierarchy, base, variance, method)
        rows, _ = hierarchy.level(level)
        np.testing.assert_allclose(got[rows], base[rows])
        np.testing.assert_allclose(got[0], base[rows].sum(axis=0))


def test_the_two_historical_shares_differ_as_in_gross_and_sohl():
    history = np.array([[10.0, 30.0], [30.0, 30.0]])
    total = history.sum(axis=0)
    assert average_proportions(history, total) == pytest.approx([0.375, 0.625])  # mean of 1/4 and 1/2
    assert proportions_of_averages(history, total) == pytest.approx([0.4, 0.6])  # 20 of 50


def test_what_is_not_sold_any_more_makes_no_recent_month_count_more_than_another():
    """Old sold 90 in the first month. A's 10 then were a tenth of sales, not all of them."""
    history, total = np.array([[10.0, 50.0], [0.0, 50.0]]), np.array([100.0, 100.0])
    assert average_proportions(history, total) == pytest.approx([0.6 / 1.1, 0.5 / 1.1])


def test_months_without_any_sale_and_unknown_months_take_no_part():
    history = np.array([[10.0, 0.0, np.nan], [30.0, 0.0, 30.0]])
    total = np.array([40.0, 0.0, 60.0])
    assert average_proportions(history, total) == pytest.approx([0.25 / 0.875, 0.625 / 0.875])
    assert proportions_of_averages(np.zeros((2, 3)), np.zeros(3)).tolist() == [0.5, 0.5]


def test_a_family_in_two_categories_is_divided_from_the_total_without_them():
    items = ITEMS.assign(category=["Bikes", "Outlet", "Bikes", "Wear", "Wear"])
    hierarchy = build_hierarchy(ALL_KEYS, items, LOCATIONS)
    assert nested_levels(hierarchy, "total") == ["total", "family", "family x region", BOTTOM]
    base = hierarchy.up(np.ones((len(ALL_KEYS), 1)))
    base[0] = 30.0
    assert reconcile(hierarchy, base, np.ones(len(base)), "top_down")[-15:, 0] == pytest.approx([2.0] * 15)


# --- against the library ----------------------------------------------------------------------------------------------------------------


def test_minimum_trace_by_our_sparse_solve_is_the_librarys_weighted_least_squares():
    from hierarchicalforecast.methods import MinTrace

    hierarchy, base, variance, _ = random_case()
    residuals = np.sqrt(variance)[:, None] * np.array([[1.0, -1.0, 1.0, 1.0]])
    theirs = MinTrace("wls_var").fit_predict(
        S=dense_sums(hierarchy), y_hat=base, y_insample=residuals, y_hat_insample=np.zeros_like(residuals)
    )
    np.testing.assert_allclose(reconcile(hierarchy, base, variance), theirs["mean"], rtol=1e-8)


def test_shrunken_minimum_trace_is_the_librarys_own_where_its_scale_suits_it():
    from hierarchicalforecast.methods import MinTrace

    hierarchy, base, variance, known = random_case()
    errors = known["errors"] + 7.0  # a steady bias is no covariance
    theirs = MinTrace("mint_shrink").fit_predict(
        S=dense_sums(hierarchy), y_hat=base, y_insample=errors, y_hat_insample=np.zeros_like(errors)
    )
    ours = reconcile(hierarchy, base, variance, "mint_shrink", errors=errors)
    np.testing.assert_allclose(ours, theirs["mean"], rtol=1e-6)
    assert np.abs(ours - reconcile(hierarchy, base, variance)).max() > 0.1  # correlations do matter here


def test_without_correlations_to_learn_from_shrunken_is_diagonal():
    hierarchy, base, variance, known = random_case()
    for errors in (known["errors"][:, : mint.LEAST_ERRORS - 1], np.full_like(base, np.nan), np.full_like(base, 5.0)):
        ours = reconcile(hierarchy, base, variance, "mint_shrink", errors=errors)
        np.testing.assert_allclose(ours, reconcile(hierarchy, base, variance), rtol=1e-8)


def test_bottom_up_is_the_librarys():
    from hierarchicalforecast.methods import BottomUp

    hierarchy, base, variance, _ = random_case()
    theirs = BottomUp().fit_predict(S=dense_sums(hierarchy), y_hat=base)["mean"]
    np.testing.assert_allclose(reconcile(hierarchy, base, variance, "bottom_up"), theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("top_down", "forecast_proportions"),
        ("top_down_average_proportions", "average_proportions"),
        ("top_down_proportions_of_averages", "proportion_averages"),
    ],
)
def test_top_down_is_the_librarys_on_a_strictly_nested_hierarchy(ours, theirs):
    from hierarchicalforecast.methods import TopDown

    hierarchy, base, variance, known = random_case()
    rows, tags = strictly_nested(hierarchy)
    wanted = TopDown(theirs).fit_predict(S=dense_sums(hierarchy)[rows], y_hat=base[rows], tags=tags, y_insample=known["history"][rows])
    got = reconcile(hierarchy, base, variance, ours, **known)
    np.testing.assert_allclose(got[rows], wanted["mean"], rtol=1e-9)


@pytest.mark.parametrize(("ours", "level"), [("middle_out", "family"), ("middle_out_regions", "family x region")])
def test_middle_out_is_the_librarys_on_a_strictly_nested_hierarchy(ours, level):
    from hierarchicalforecast.methods import MiddleOut

    hierarchy, base, variance, _ = random_case()
    # the library finds the members of the middle by their order: bottom rows of one family x region must stand together
    by_family = hierarchy.bottom.sort_values(["category", "family", "region", "item"]).index.to_numpy()
    rows, tags = strictly_nested(hierarchy)
    sums, upper = dense_sums(hierarchy)[rows], len(rows) - len(by_family)
    order = np.concatenate([np.arange(upper), upper + by_family])
    wanted = MiddleOut(level, "forecast_proportions").fit_predict(S=sums[order][:, by_family], y_hat=base[rows][order], tags=tags)["mean"]
    got = reconcile(hierarchy, base, variance, ours)
    np.testing.assert_allclose(got[rows][order], wanted, rtol=1e-9)


def test_without_negative_values_means_the_best_of_all_coherent_forecasts_that_have_none():
    """Against an independent solver of the same least-squares problem (Lawson and Hanson 1974)."""
    hierarchy, base, variance, _ = random_case()
    base[hierarchy.aggregates :] *= np.where(np.arange(15) % 3 == 0, 0.05, 3.0)[:, None]  # bottoms far above their totals
    errors = np.zeros((len(base), 3))
    got = reconcile(hierarchy, base, variance, "mint_shrink_nonnegative", errors=errors)
    unit = np.sqrt(variance)
    sums = dense_sums(hierarchy) / unit[:, None]
    best = np.column_stack([nnls(sums, column / unit)[0] for column in base.T])
    assert (best == 0).any()
    np.testing.assert_allclose(got[hierarchy.aggregates :], best, atol=1e-3)

    def loss(made: np.ndarray) -> float:
        return float((((made - base) / unit[:, None]) ** 2).sum())

    assert loss(got) < loss(reconcile(hierarchy, base, variance, "mint_shrink", errors=errors))


# --- what the methods need, and what they say when they do not have it -------------------------------------------------------------------


def test_every_choice_in_settings_is_a_method_and_every_method_a_choice():
    setting = next(c for c in columns_of(Settings) if c.name == "reconciliation")
    assert setting.choices == METHODS
    assert setting.default == "mint_diagonal"


@pytest.mark.parametrize("method", NEEDS_PACKAGE)
def test_a_plan_too_large_for_a_dense_method_says_the_limit_and_the_remedy(method, monkeypatch):
    most = mint.MOST_NODES[method]
    check_method(method, most)
    with pytest.raises(PlanError, match=rf"at most {most:,} series and sums, and there are {most + 1:,}; choose .*mint_diagonal in Settings"):
        check_method(method, most + 1)
    hierarchy, base, variance, known = random_case()
    monkeypatch.setitem(mint.MOST_NODES, method, 20)
    with pytest.raises(PlanError, match="at most 20"):
        reconcile(hierarchy, base, variance, method, **known)


@pytest.mark.parametrize("method", NEEDS_PACKAGE)
def test_a_missing_package_is_one_line_that_names_the_extra(method, monkeypatch):
    monkeypatch.setitem(sys.modules, "hierarchicalforecast.methods", None)
    with pytest.raises(PlanError, match=r'pip install "sop-xl\[mint\]"') as caught:
        check_method(method, 10)
    assert "\n" not in str(caught.value)
    check_method("mint_diagonal", 10)


def test_a_solver_that_gives_up_is_said_and_not_replaced_by_another(monkeypatch):
    hierarchy, base, variance, known = random_case()

    class GivesUp:
        def __init__(self, *_: object, **__: object) -> None: ...

        def fit_predict(self, **_: object) -> None:
            raise Exception("ill-conditioned")

    monkeypatch.setattr(mint, "_library", lambda method: GivesUp)
    with pytest.raises(PlanError, match=r"mint_shrink found no solution \(ill-conditioned\); choose mint_diagonal"):
        reconcile(hierarchy, base, variance, "mint_shrink", **known)


@pytest.mark.parametrize(
    ("method", "missing"),
    [("mint_shrink", "errors"), ("top_down_average_proportions", "history"), ("top_down_proportions_of_averages", "history")],
)
def test_a_method_without_what_it_learns_from_is_our_own_bug(method, missing):
    hierarchy, base, variance, known = random_case()
    with pytest.raises(FrameError, match=missing):
        reconcile(hierarchy, base, variance, method, **{k: v for k, v in known.items() if k != missing})
    with pytest.raises(FrameError, match=missing):
        reconcile(hierarchy, base, variance, method, **known | {missing: known[missing][1:]})


# --- what holds for every method ---------------------------------------------------------------------------------------------------------


@st.composite
def problems(draw):
    """Any part of the company, some series dead, sizes from hundredths to millions, errors partly unknown or constant."""
    chosen = draw(st.lists(st.sampled_from(list(ALL_KEYS.itertuples(index=False, name=None))), unique=True, min_size=1))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 10.0 ** draw(st.integers(-2, 6))
    hierarchy = build_hierarchy(pd.DataFrame(chosen, columns=["item", "location"]), ITEMS, LOCATIONS)
    alive = rng.random((len(chosen), 1)) < 0.7
    history = hierarchy.up(alive * scale * rng.gamma(0.5, 2.0, (len(chosen), 9)))
    base = np.maximum(history[:, -3:] + scale * rng.normal(0, 0.5, (len(history), 3)), 0.0)
    errors = scale * rng.normal(0, 1, (len(base), 9))
    errors[rng.random(errors.shape) < 0.1] = np.nan
    errors[rng.random(len(errors)) < 0.2] = 0.0
    variance = np.maximum(0.3 * np.nan_to_num(errors).var(axis=1), 1e-6 * scale**2)
    return hierarchy, base, variance, {"history": history, "errors": errors}, scale


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(problem=problems())
def test_every_level_adds_up_and_nothing_is_negative(method, problem):
    hierarchy, base, variance, known, scale = problem
    got = reconcile(hierarchy, base, variance, method, **known)
    assert np.isfinite(got).all() and (got >= 0).all()
    np.testing.assert_allclose(got, hierarchy.up(got[hierarchy.aggregates :]), rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8, deadline=None)
@given(problem=problems(), factor=st.sampled_from([1e-3, 12.0, 1e4]))
def test_counting_everything_in_another_unit_changes_nothing_but_the_unit(method, problem, factor):
    hierarchy, base, variance, known, scale = problem
    one = reconcile(hierarchy, base, variance, method, **known)
    other = reconcile(hierarchy, factor * base, factor**2 * variance, method, **{k: factor * v for k, v in known.items()})
    np.testing.assert_allclose(other, factor * one, rtol=1e-5, atol=1e-5 * factor * scale)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8, deadline=None)
@given(problem=problems(), factor=st.sampled_from([1e-3, 12.0, 1e3]))
def test_counting_one_item_in_another_unit_changes_that_item_alone(method, problem, factor):
    """Where forecasts agree. Where they do not, sums of mixed units say how much each item moves, and that is no matter of one item."""
    hierarchy, _, variance, known, scale = problem
    bottom = known["history"][hierarchy.aggregates :, -3:-2].repeat(3, axis=1)
    item = hierarchy.bottom["item"].to_numpy() == hierarchy.bottom["item"].iloc[0]
    scaled = np.where(item[:, None], factor, 1.0) * bottom
    for amounts in (bottom, scaled):
        # history at the same mix: shares of the past are then those of the forecast
        got = reconcile(
            hierarchy, hierarchy.up(amounts), variance, method, history=hierarchy.up(amounts), errors=known["errors"]
        )[hierarchy.aggregates :]
        if amounts.any():
            np.testing.assert_allclose(got, amounts, rtol=1e-5, atol=1e-6 * scale * max(factor, 1.0))


@pytest.mark.parametrize("method", METHODS)
def test_other_names_and_so_another_order_change_nothing(method):
    hierarchy, base, variance, known = random_case()
    order = ["tour 1", "helmet", "cap", "road 2", "road 1"]
    one = reconcile(hierarchy, base, variance, method, **known)
    renamed = dict(zip(ITEMS["item"], order, strict=True))
    other = build_hierarchy(ALL_KEYS.assign(item=ALL_KEYS["item"].map(renamed)), ITEMS.assign(item=ITEMS["item"].map(renamed)), LOCATIONS)
    named = ["level", "item", "location", "family", "category", "region"]
    places = pd.MultiIndex.from_frame(other.nodes[named])
    now = places.get_indexer(pd.MultiIndex.from_frame(hierarchy.nodes.assign(item=hierarchy.nodes["item"].replace(renamed))[named]))
    back = np.argsort(now)
    two = reconcile(other, base[back], variance[back], method, **{k: v[back] for k, v in known.items()})
    np.testing.assert_allclose(two[now], one, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_dead_series_beside_large_ones_stay_where_they_are(method):
    """One series sells a million, one nothing at all, with the smallest variance that the forecast ever states."""
    keys = pd.DataFrame({"item": ["road 1", "road 2", "helmet"], "location": "FR"})
    hierarchy = build_hierarchy(keys, ITEMS, LOCATIONS)
    history = hierarchy.up(np.array([[30.0], [1e6], [0.0]]) * np.array([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 1.0]))
    base = history[:, -1:] * np.where(hierarchy.nodes["level"] == "total", 1.02, 1.0)[:, None]
    variance = np.maximum((0.1 * base[:, 0]) ** 2, 1e-12)
    got = reconcile(hierarchy, base, variance, method, history=history, errors=0.01 * history)
    assert got[-1, 0] == pytest.approx(0.0, abs=1e-3)
    assert got[-2, 0] == pytest.approx(1e6, rel=0.03)
    assert got[-3, 0] == pytest.approx(30.0, rel=0.05)
