"""Which rule holds for which series."""

import numpy as np
import pandas as pd
import pytest
from forecast_company import rules

from sop_xl.errors import FrameError
from sop_xl.plan.forecast.choice import NO_CHOICES, choose, stated_pairs

BOTTOM = pd.DataFrame(
    [("cap", "FR", "Caps"), ("cap", "US", "Caps"), ("race", "FR", "Bikes"), ("tour", "FR", "Bikes")], columns=["item", "location", "family"]
)
CLASSES = BOTTOM[["item", "location"]].assign(abc=["C", "C", "A", "A"], xyz=["Z", "Z", "X", "Y"], demand_class=["lumpy", "lumpy", "smooth", "smooth"])


def holding(*lines: dict[str, object]) -> dict[str, str]:
    """Name of the rule that holds, by series."""
    choices = choose(rules(*lines), BOTTOM, CLASSES)
    return {f"{BOTTOM['item'][row]} {BOTTOM['location'][row]}": choice.rule for row, choice in choices.of.items()}


def test_without_rules_nothing_is_chosen():
    assert choose(None, BOTTOM, CLASSES) is NO_CHOICES
    assert choose(rules(), BOTTOM, CLASSES) is NO_CHOICES


def test_a_rule_without_a_scope_holds_everywhere():
    assert set(holding({"model": "ETS"}).values()) == {"R-1"} and len(holding({"model": "ETS"})) == 4


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"item": "tour"}, {"family": "Bikes", "location": "FR", "abc": "A", "xyz": "Y", "demand_class": "smooth"}),
        ({"family": "Bikes"}, {"location": "FR", "abc": "A"}),
        ({"location": "FR"}, {"abc": "A", "xyz": "Y", "demand_class": "smooth"}),
        ({"item": "tour", "location": "FR"}, {"item": "tour", "abc": "A"}),
        ({"family": "Bikes", "abc": "A"}, {"family": "Bikes"}),
        ({"abc": "A", "xyz": "Y"}, {"demand_class": "smooth"}),
        ({"abc": "A"}, {}),
    ],
)
def test_the_narrowest_scope_holds_whatever_the_order(narrow, wide):
    assert holding(narrow | {"model": "ETS"}, wide | {"model": "Theta"})["tour FR"] == "R-1"
    assert holding(wide | {"model": "Theta"}, narrow | {"model": "ETS"})["tour FR"] == "R-2"


def test_of_equally_narrow_rules_the_last_holds():
    assert holding({"item": "tour", "model": "ETS"}, {"item": "tour", "model": "Theta"}) == {"tour FR": "R-2"}
    assert holding({"abc": "A", "model": "ETS"}, {"demand_class": "smooth", "model": "Theta"})["race FR"] == "R-2"
    # the name of a rule is no order
    assert holding({"rule": "Z", "abc": "A", "model": "ETS"}, {"rule": "A", "abc": "A", "model": "Theta"})["race FR"] == "A"


def test_classes_choose_what_is_in_all_of_them():
    assert holding({"abc": "A", "xyz": "X", "model": "ETS"}) == {"race FR": "R-1"}
    assert holding({"demand_class": "lumpy", "model": "TSB"}) == {"cap FR": "R-1", "cap US": "R-1"}


def test_a_series_without_a_class_is_in_no_class():
    choices = choose(rules({"abc": "A", "model": "ETS"}, {"item": "cap", "model": "Zero"}), BOTTOM, CLASSES.iloc[2:3])
    assert {row: c.rule for row, c in choices.of.items()} == {0: "R-2", 1: "R-2", 2: "R-1"}


def test_a_like_item_is_followed_at_its_own_location():
    choices = choose(rules({"item": "tour", "model": "Like item", "like_item": "race"}, {"item": "cap", "model": "Like item", "like_item": "race"}), BOTTOM, CLASSES)
    assert choices.of[3].like == 2
    assert choices.of[0].like == 2
    assert choices.of[1].model == "automatic" and choices.of[1].note == "like item race has no history at US: automatic"


def test_like_items_in_a_circle_follow_nobody():
    choices = choose(
        rules({"item": "tour", "model": "Like item", "like_item": "race"}, {"item": "race", "model": "Like item", "like_item": "tour"},
              {"item": "cap", "model": "Like item", "like_item": "tour"}), BOTTOM, CLASSES,
    )  # fmt: skip
    assert [choices.of[row].model for row in (2, 3)] == ["automatic", "automatic"]
    assert "circle" in choices.of[3].note
    assert choices.of[0].model == "Like item"  # outside the circle: it follows what tour has become


def test_a_family_that_is_like_one_of_its_own_items_leaves_that_one_automatic():
    choices = choose(rules({"family": "Bikes", "model": "Like item", "like_item": "race"}), BOTTOM, CLASSES)
    assert choices.of[3].like == 2
    assert choices.of[2].note == "like item race is this item: automatic"


def test_manual_without_a_number_is_automatic_and_says_so():
    choice = choose(rules({"item": "tour", "model": "Manual"}), BOTTOM, CLASSES).of[3]
    assert (choice.model, choice.note) == ("automatic", "Manual without a value: automatic")


def test_what_people_state_follows_no_drivers():
    choices = choose(rules({"item": "tour", "model": "Manual", "value": 5.0, "drivers": "Price"}, {"item": "race", "model": "ETS", "drivers": " Price,, Promo,Price"}), BOTTOM, CLASSES)
    assert choices.of[3].drivers == () and choices.of[3].note == "Manual follows no drivers"
    assert choices.of[2].drivers == ("Price", "Promo")
    assert choices.driven == [2]


def test_the_model_is_named_with_its_rule():
    lines = [{"item": "tour", "model": "ETS"}, {"item": "race", "model": "Like item", "like_item": "cap", "value": 0.5}, {"item": "cap", "model": "automatic"}]
    choices = choose(rules(*lines), BOTTOM, CLASSES)
    assert [choices.text(row, "Weighted mean of 5") for row in (3, 2, 0)] == ["ETS (rule R-1)", "Like item x 0.5 (rule R-2)", "Weighted mean of 5 (rule R-3)"]
    assert NO_CHOICES.text(0, "Weighted mean of 5") == "Weighted mean of 5"


def test_an_unknown_model_is_a_bug_of_the_caller():
    with pytest.raises(FrameError, match="no model is called 'Prophecy'"):
        choose(rules({"model": "Prophecy"}), BOTTOM, CLASSES)


def test_items_without_history_get_a_forecast_where_a_rule_names_it():
    items = pd.DataFrame({"item": ["cap", "race", "tour", "next"]})
    locations = pd.DataFrame({"location": ["FR", "US"]})
    keys = BOTTOM[["item", "location"]]

    def pairs(*lines: dict[str, object]) -> list[tuple[str, str]]:
        return list(stated_pairs(rules(*lines), keys, items, locations).itertuples(index=False, name=None))

    assert pairs({"item": "next", "model": "Like item", "like_item": "cap"}) == [("next", "FR"), ("next", "US")]
    assert pairs({"item": "next", "location": "US", "model": "Manual", "value": 3.0}) == [("next", "US")]
    assert pairs({"item": "next", "model": "Manual", "value": 3.0}) == []  # 3 where?
    assert pairs({"item": "next", "location": "US", "model": "ETS"}) == []  # nothing to learn from
    assert pairs({"item": "other", "location": "US", "model": "Manual", "value": 3.0}) == []  # not in Items
    assert pairs({"item": "tour", "location": "FR", "model": "Manual", "value": 3.0}) == []  # has a history
    assert stated_pairs(None, keys, items, locations).empty
    assert np.array_equal(stated_pairs(rules(), keys, items, locations).columns, ["item", "location"])
