"""Inventory Policy: the narrowest rule holds for a stock point, and as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plan_tables import table

from sop_xl.frames import INVENTORY_POLICY
from sop_xl.plan.supply.policies import policy_of_points, with_segments

POINTS = pd.DataFrame({
    "item": ["gloss", "gloss", "matt", "brush"], "family": ["Paint", "Paint", "Paint", "Tools"], "location": ["North", "South", "North", "North"],
    "abc": ["A", "A", "B", ""], "xyz": ["X", "Y", "X", ""],
})  # fmt: skip


def rules(*rows: dict) -> pd.DataFrame:
    return table(INVENTORY_POLICY, *rows)


def policies_of(*rows: dict) -> list[str]:
    return policy_of_points(POINTS, rules(*rows))["policy"].tolist()


def test_a_rule_for_an_item_beats_a_rule_for_its_family_beats_one_for_a_location_beats_one_for_a_class_beats_one_for_all() -> None:
    every = {"policy": "all"}
    a_class = {"policy": "A", "abc": "A"}
    north = {"policy": "north", "location": "North"}
    paint = {"policy": "paint", "family": "Paint"}
    gloss = {"policy": "gloss", "item": "gloss"}
    assert policies_of(every) == ["all", "all", "all", "all"]
    assert policies_of(a_class, every) == ["A", "A", "all", "all"]
    assert policies_of(north, a_class, every) == ["north", "A", "north", "north"]
    assert policies_of(paint, north, a_class, every) == ["paint", "paint", "paint", "north"]
    assert policies_of(gloss, paint, north, a_class, every) == ["gloss", "gloss", "paint", "north"]


def test_two_classes_are_narrower_than_one() -> None:
    assert policies_of({"policy": "AX", "abc": "A", "xyz": "X"}, {"policy": "A", "abc": "A"}) == ["AX", "A", "", ""]


def test_of_equally_narrow_rules_the_last_one_holds() -> None:
    assert policies_of({"policy": "first", "family": "Tools"}, {"policy": "second", "family": "Tools"}) == ["", "", "", "second"]


def test_a_rule_holds_as_a_whole_and_its_empty_cells_are_left_to_the_settings() -> None:
    found = policy_of_points(POINTS, rules({"policy": "all", "service_level": 0.9, "fence": 2.0}, {"policy": "gloss", "item": "gloss", "fence": 1.0}))
    assert found["fence"].tolist() == [1.0, 1.0, 2.0, 2.0]
    np.testing.assert_array_equal(found["service_level"], [np.nan, np.nan, 0.9, 0.9])


def test_without_rules_everything_is_left_to_the_settings() -> None:
    found = policy_of_points(POINTS, rules())
    assert found["method"].tolist() == ["", "", "", ""]
    assert found["shelf_life"].isna().all()


def test_a_stock_has_the_best_class_of_the_markets_that_it_serves() -> None:
    segments = pd.DataFrame({"item": ["gloss"] * 2, "location": ["Oslo", "Bergen"], "abc": ["B", "A"], "xyz": ["", "Z"]})
    points = with_segments(POINTS[["item", "location"]], segments, pd.Series(["North", "North"]))
    assert points.iloc[0][["abc", "xyz"]].tolist() == ["A", "Z"]
    assert points.iloc[3][["abc", "xyz"]].tolist() == ["", ""]
