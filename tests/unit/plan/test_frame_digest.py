"""The digest of a frame: what is the same content, and what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.plan.frame_digest import frame_digest


def plan() -> pd.DataFrame:
    return pd.DataFrame({
        "item": ["0017", "0018", None], "period": pd.to_datetime(["2026-01-01", "2026-02-01", None]), "demand": [10.0, np.nan, 0.0], "pinned": [True, False, False],
    })  # fmt: skip


def test_the_digest_of_a_small_frame_stays_what_it_was_in_every_version():
    assert frame_digest(plan()) == "f7287a42067e7ccb7d609f64474981cc68c639c42046d4d9f09e60ebf7dbe369"


@given(row=st.integers(0, 2), by=st.floats(1e-9, 1e9))
def test_the_least_change_of_a_number_changes_it(row, by):
    changed = plan()
    changed["demand"] = changed["demand"].fillna(5.0)
    before = frame_digest(changed)
    changed.loc[row, "demand"] += by
    assert frame_digest(changed) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.assign(item=["0017", "18", None]),
        lambda p: p.assign(item=["0017", "0018", "None"]),
        lambda p: p.assign(item=["0017", "0018", ""]),
        lambda p: p.assign(period=p["period"] + pd.Timedelta(days=1)),
        lambda p: p.assign(demand=[10.0, 0.0, 0.0]),
        lambda p: p.assign(pinned=[True, True, False]),
        lambda p: p.rename(columns={"demand": "supply"}),
        lambda p: p[["period", "item", "demand", "pinned"]],
        lambda p: p.iloc[::-1],
        lambda p: p.iloc[:2],
        lambda p: p.assign(more=1.0),
    ],
)
def test_other_content_has_another_digest(change):
    assert frame_digest(change(plan())) != frame_digest(plan())


@pytest.mark.parametrize(
    "same",
    [
        lambda p: p.set_index(pd.Index([7, 8, 9])),
        lambda p: p.assign(item=p["item"].astype("string")),
        lambda p: p.assign(item=p["item"].astype("category")),
        lambda p: p.assign(item=["0017", "0018", np.nan]),
        lambda p: p.assign(demand=[10, np.nan, -0.0]),
        lambda p: p.assign(period=p["period"].astype("datetime64[s]")),
    ],
)
def test_how_content_is_held_does_not_count(same):
    assert frame_digest(same(plan())) == frame_digest(plan())


def test_texts_that_run_together_are_told_apart():
    assert frame_digest(pd.DataFrame({"item": ["ab", "c"]})) != frame_digest(pd.DataFrame({"item": ["a", "bc"]}))
