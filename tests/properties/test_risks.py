"""What holds for every risk: none of it changes nothing, order does not count, a certain effect is certain."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_world import ITEMS, NO_MIX, PLACES, TIMELINE, detail_of, line, outlook, risks_of

from sop_xl.plan.risk_outlook import risk_outlook

EFFECTS = st.floats(-0.9, 0.9).map(lambda x: round(x, 3)).filter(lambda x: x != 0)
FRACTIONS = st.floats(0.0, 1.0).map(lambda x: round(x, 2))
SCOPES = st.sampled_from([{}, {"family": "Bikes"}, {"item": "Helmet"}, {"region": "North"}, {"region": "South", "family": "Bikes"}])


@st.composite
def risks(draw):
    """Any risk that needs no supply plan."""
    driver = draw(st.sampled_from(["units", "price", "cost", "date"]))
    likely = draw(EFFECTS) * (60 if driver == "date" else 1)
    spread = sorted([likely, likely * draw(st.floats(0.5, 1.5))])
    ends = {"effect_low": min(spread), "effect_high": max(spread)} if draw(st.booleans()) else {}
    return draw(SCOPES) | {"driver": driver, "effect": likely, "probability": draw(FRACTIONS)} | ends


LISTS = st.lists(risks(), min_size=1, max_size=5)


def figures(found):
    return found.outlook.drop(columns="note")


@settings(max_examples=40, deadline=None)
@given(LISTS)
def test_what_cannot_happen_changes_nothing(rows):
    found = figures(outlook(*[row | {"probability": 0.0} for row in rows], runs=200))
    for name in ("p10", "p50", "p90", "low", "high"):
        together = found[found["risk"] == ""]
        np.testing.assert_array_equal(together[name], together["plan"])
    assert (found["expected"] == 0).all() and (found["swing"] == 0).all()


@settings(max_examples=40, deadline=None)
@given(LISTS)
def test_mitigated_in_full_it_is_no_risk(rows):
    found = figures(outlook(*[row | {"mitigated": 1.0} for row in rows], runs=200))
    together = found[found["risk"] == ""]
    np.testing.assert_allclose(together["p10"], together["plan"])
    np.testing.assert_allclose(together["high"], together["low"])


@settings(max_examples=40, deadline=None)
@given(SCOPES, EFFECTS, st.sampled_from(["units", "price", "cost"]))
def test_a_certain_effect_moves_every_percentile_by_exactly_itself(scope, effect, driver):
    found = outlook(scope | {"driver": driver, "effect": effect}, runs=200)
    for figure in ("revenue", "gross_margin", "cash"):
        row = line(found, figure)
        for name in ("p10", "p50", "p90"):
            assert row[name] - row.plan == pytest.approx(row.expected, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(LISTS, st.randoms())
def test_the_order_of_the_rows_does_not_count(rows, random):
    frame = risks_of(*rows)
    shuffled = frame.sample(frac=1.0, random_state=random.randint(0, 1000)).reset_index(drop=True)
    one, other = (risk_outlook(detail_of(), None, each, ITEMS, PLACES, NO_MIX, TIMELINE, 200).outlook for each in (frame, shuffled))
    pd.testing.assert_frame_equal(one, other)


@settings(max_examples=30, deadline=None)
@given(LISTS)
def test_the_same_risks_give_the_same_figures(rows):
    pd.testing.assert_frame_equal(outlook(*rows, runs=200).outlook, outlook(*rows, runs=200).outlook)


@settings(max_examples=40, deadline=None)
@given(LISTS)
def test_percentiles_are_in_order_within_the_worst_and_the_best(rows):
    found = figures(outlook(*rows, runs=300))
    together = found[found["risk"] == ""]
    for lower, higher in (("low", "p10"), ("p10", "p50"), ("p50", "p90"), ("p90", "high")):
        assert (together[lower] <= together[higher]).all()
    ranked = found[found["risk"] != ""]
    assert (ranked["low"] <= ranked["plan"] + 1e-9).all() and (ranked["high"] >= ranked["plan"] - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(LISTS)
def test_margins_by_family_add_up_to_what_is_expected(rows):
    """Of all but risks of date, which move margin between periods."""
    found = outlook(*rows, runs=200)
    for n, row in enumerate(rows, start=1):
        if row["driver"] != "date":
            own = found.margins.loc[found.margins["risk"] == f"R{n}", "gross_margin"].sum()
            assert own == pytest.approx(line(found, "gross_margin", f"R{n}").expected, rel=1e-9, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(LISTS)
def test_another_risk_leaves_the_draws_of_the_others_alone(rows):
    alone = outlook(*rows, runs=300)
    beside = outlook(*rows, {"risk": "Z", "driver": "price", "effect": 0.5, "probability": 0.5}, runs=300)
    for n in range(1, len(rows) + 1):
        pd.testing.assert_series_equal(line(alone, risk=f"R{n}").drop(["rank", "note"]), line(beside, risk=f"R{n}").drop(["rank", "note"]), check_names=False)
