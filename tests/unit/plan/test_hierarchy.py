"""Adding up, spreading down, and forecasts of all levels made to agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl.errors import FrameError
from sop_xl.plan.hierarchy import ALL, BOTTOM, build_hierarchy, reconcile, spread, spread_exactly

ITEMS = pd.DataFrame(
    {
        "item": ["road 1", "road 2", "helmet"],
        "family": ["Road Bikes", "Road Bikes", "Helmets"],
        "category": ["Bikes", "Bikes", "Accessories"],
    }
)
LOCATIONS = pd.DataFrame({"location": ["FR", "DE", "US"], "region": ["Europe", "Europe", "America"]})
KEYS = pd.DataFrame(
    {"item": ["road 2", "road 1", "helmet", "helmet"], "location": ["FR", "US", "DE", "US"]}
)  # not in key order on purpose


def make(keys: pd.DataFrame = KEYS):
    return build_hierarchy(keys, ITEMS, LOCATIONS)


def node(hierarchy, level: str, **names: str) -> int:
    hit = hierarchy.nodes["level"] == level
    for column, name in names.items():
        hit &= hierarchy.nodes[column] == name
    return int(np.flatnonzero(hit)[0])


def test_bottom_rows_are_in_key_order():
    assert make().bottom["item"].tolist() == ["helmet", "helmet", "road 1", "road 2"]


def test_every_level_is_the_sum_of_its_members():
    hierarchy = make()
    sums = hierarchy.up(np.array([[1.0], [2.0], [30.0], [400.0]]))[:, 0]  # helmet DE, helmet US, road 1 US, road 2 FR
    assert sums[node(hierarchy, "total")] == 433
    assert sums[node(hierarchy, "region", region="Europe")] == 401
    assert sums[node(hierarchy, "category", category="Bikes")] == 430
    assert sums[node(hierarchy, "family", family="Helmets")] == 3
    assert sums[node(hierarchy, "family x region", family="Road Bikes", region="America")] == 30
    assert sums[node(hierarchy, "item", item="helmet")] == 3


def test_a_summed_dimension_is_called_all():
    nodes = make().nodes
    family = nodes[nodes["level"] == "family"].iloc[0]
    assert family[["item", "location", "region"]].tolist() == [ALL, ALL, ALL]
    assert family["category"] == "Accessories"


def test_a_family_in_two_categories_is_one_node_of_no_category():
    items = ITEMS.assign(category=["Bikes", "Outlet", "Accessories"])
    nodes = build_hierarchy(KEYS, items, LOCATIONS).nodes
    families = nodes[nodes["level"] == "family"].set_index("family")["category"]
    assert families.to_dict() == {"Helmets": "Accessories", "Road Bikes": ALL}


def test_unknown_items_and_locations_are_refused_by_name():
    with pytest.raises(FrameError, match="item 'ghost'"):
        make(pd.DataFrame({"item": ["ghost"], "location": ["FR"]}))
    with pytest.raises(FrameError, match="location 'Mars'"):
        make(pd.DataFrame({"item": ["helmet"], "location": ["Mars"]}))
    with pytest.raises(FrameError, match="twice"):
        make(pd.concat([KEYS, KEYS]))


def test_an_empty_hierarchy_is_a_hierarchy():
    hierarchy = make(KEYS.iloc[:0])
    assert hierarchy.aggregates == 0
    assert hierarchy.up(np.empty((0, 3))).shape == (0, 3)


def test_restricting_drops_what_has_no_member_left():
    hierarchy = make()
    part = hierarchy.restrict(np.array([True, True, False, False]))
    assert set(part.nodes["family"]) == {"Helmets", ALL}
    assert part.up(np.array([[1.0], [2.0]]))[0, 0] == 3


def test_minimum_trace_of_one_total_and_two_rows_is_the_textbook_split():
    # total 100 against parts 30 + 50: with equal variances each of the three gives a third of the gap of 20
    keys = pd.DataFrame({"item": ["road 1", "road 2"], "location": ["FR", "FR"]})
    hierarchy = build_hierarchy(keys, ITEMS, LOCATIONS)
    base = hierarchy.up(np.array([[30.0], [50.0]]))
    base[0] = 100.0
    variance = np.full(len(base), 1e9)
    variance[[0, -2, -1]] = 1.0
    base[node(hierarchy, "item", item="road 1")] = 0.0  # known to be wildly uncertain: must not matter
    got = reconcile(hierarchy, base, variance)[:, 0]
    assert got[-2:] == pytest.approx([30 + 20 / 3, 50 + 20 / 3], rel=1e-6)
    assert got[0] == pytest.approx(80 + 40 / 3, rel=1e-6)


def test_a_sure_total_moves_its_members_and_the_unsure_member_moves_most():
    keys = pd.DataFrame({"item": ["road 1", "road 2"], "location": ["FR", "FR"]})
    hierarchy = build_hierarchy(keys, ITEMS, LOCATIONS)
    base = hierarchy.up(np.array([[30.0], [50.0]]))
    base[0] = 100.0
    variance = np.full(len(base), 1e9)
    variance[0], variance[-2], variance[-1] = 1e-6, 1.0, 3.0
    assert reconcile(hierarchy, base, variance)[-2:, 0] == pytest.approx([35.0, 65.0], rel=1e-5)


def test_bottom_up_keeps_the_rows_and_top_down_keeps_the_total():
    hierarchy = make()
    base = hierarchy.up(np.array([[1.0], [2.0], [30.0], [400.0]]))
    base[0] = 866.0
    variance = np.ones(len(base))
    assert reconcile(hierarchy, base, variance, "bottom_up")[-4:, 0].tolist() == [1, 2, 30, 400]
    assert reconcile(hierarchy, base, variance, "top_down")[-4:, 0] == pytest.approx([2, 4, 60, 800])


def test_an_unknown_method_and_a_zero_variance_are_our_own_bugs():
    hierarchy = make()
    base = hierarchy.up(np.ones((4, 1)))
    with pytest.raises(FrameError, match="no reconciliation"):
        reconcile(hierarchy, base, np.ones(len(base)), "ols")  # type: ignore[arg-type]
    with pytest.raises(FrameError, match="above zero"):
        reconcile(hierarchy, base, np.zeros(len(base)))


@st.composite
def planning_problems(draw):
    places = [(i, p) for i in ITEMS["item"] for p in LOCATIONS["location"]]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, min_size=1))
    keys = pd.DataFrame(chosen, columns=["item", "location"])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 10.0 ** draw(st.integers(-2, 6))
    return keys, rng, scale


@settings(max_examples=60, deadline=None)
@given(planning_problems(), st.sampled_from(["mint_diagonal", "bottom_up", "top_down"]))
def test_whatever_goes_in_every_level_adds_up_and_nothing_is_negative(problem, method):
    keys, rng, scale = problem
    hierarchy = make(keys)
    base = scale * rng.normal(1, 1, (len(hierarchy.nodes), 3))
    variance = scale**2 * np.exp(rng.normal(0, 4, len(base)))
    got = reconcile(hierarchy, base, variance, method)
    assert (got >= 0).all()
    bottom = got[hierarchy.aggregates :]
    for level, dimensions in (("family", ["family"]), ("region", ["region"]), ("item", ["item"])):
        names = hierarchy.nodes.loc[hierarchy.nodes["level"] == level, dimensions[0]]
        expected = pd.DataFrame(bottom).groupby(hierarchy.bottom[dimensions[0]].to_numpy()).sum().loc[names]
        np.testing.assert_allclose(got[names.index], expected, rtol=1e-9, atol=1e-6 * scale)
    np.testing.assert_allclose(got[0], bottom.sum(axis=0), rtol=1e-9, atol=1e-6 * scale)


@settings(max_examples=30, deadline=None)
@given(planning_problems())
def test_the_order_of_the_keys_changes_nothing(problem):
    keys, rng, _ = problem
    one, other = make(keys), make(keys.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(one.nodes, other.nodes)
    base = rng.uniform(0, 100, (len(one.nodes), 2))
    variance = rng.uniform(0.1, 10, len(base))
    assert np.array_equal(reconcile(one, base, variance), reconcile(other, base, variance))


@settings(max_examples=30, deadline=None)
@given(planning_problems())
def test_forecasts_that_already_agree_are_left_alone(problem):
    keys, rng, scale = problem
    hierarchy = make(keys)
    base = hierarchy.up(scale * rng.uniform(0, 1, (len(keys), 2)))
    variance = np.exp(rng.normal(0, 2, len(base)))
    np.testing.assert_allclose(reconcile(hierarchy, base, variance), base, rtol=1e-7, atol=1e-9 * scale)


def test_ten_thousand_series_reconcile_within_memory():
    items = pd.DataFrame({"item": [f"i{k}" for k in range(1000)], "family": [f"f{k % 50}" for k in range(1000)]})
    items["category"] = "c" + items["family"].str[-1]
    places = pd.DataFrame({"location": [f"l{k}" for k in range(10)], "region": [f"r{k % 3}" for k in range(10)]})
    keys = items[["item"]].merge(places[["location"]], how="cross")
    hierarchy = build_hierarchy(keys, items, places)
    rng = np.random.default_rng(0)
    base = rng.uniform(1, 2, (len(hierarchy.nodes), 2))
    got = reconcile(hierarchy, base, np.ones(len(base)))
    assert got.shape[0] == 10_000 + hierarchy.aggregates
    assert got[0] == pytest.approx(got[hierarchy.aggregates :].sum(axis=0))
    assert (hierarchy.nodes["level"] == BOTTOM).sum() == 10_000


def test_spreading_follows_the_shares_and_halves_where_there_are_none():
    shares = np.array([[1.0, 0.0], [3.0, 0.0]])
    assert spread(np.array([8.0, 8.0]), shares).tolist() == [[2.0, 4.0], [6.0, 4.0]]


def test_a_hundred_in_three_equal_parts_gives_the_odd_cent_to_the_first():
    assert spread_exactly(100.0, [1, 1, 1]).tolist() == [33.34, 33.33, 33.33]


def test_seats_of_the_largest_remainder_method():
    # Hamilton's method on 10 seats for votes 47,000 / 16,000 / 15,900 / 12,000 / 6,000 / 3,100
    votes = [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]
    assert spread_exactly(10, votes, decimals=0).tolist() == [5, 2, 1, 1, 1, 0]


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40),
    st.integers(0, 3),
)
def test_parts_add_up_to_the_last_cent(units, shares, decimals):
    total = units / 10**decimals
    parts = spread_exactly(total, shares, decimals)
    assert sum(round(p * 10**decimals) for p in parts) == units
    assert (np.sign(parts) * np.sign(total) >= 0).all()


@pytest.mark.parametrize("shares", [[], [1.0, -1.0], [np.nan, 1.0]])
def test_there_must_be_something_to_spread_over(shares):
    with pytest.raises(FrameError, match="spread"):
        spread_exactly(10.0, shares)
