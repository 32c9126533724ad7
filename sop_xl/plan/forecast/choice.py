"""Which rule holds for which series.

The rule with the narrowest scope holds. An item is narrower than a family, a family than a location, a location than classes
(ABC, XYZ, demand class; the more of them, the narrower): a rule that names an item beats every rule that names none, whatever
else they name; of two rules that both name one, or both none, the family decides, then the location, then the number of
classes. Of equally narrow rules the last one holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.forecast.catalogue import AUTOMATIC, LIKE_ITEM, MANUAL, MODELS, STATED
from sop_xl.plan.scopes import widest_first

_CLASSES = ("abc", "xyz", "demand_class")


class Choice(NamedTuple):
    """What a rule says about one series.

    Parameters
    ----------
    rule
        Name of the rule.
    model
        One of `catalogue.MODELS`; automatic also where the rule's own model could not be taken.
    value
        Manual: units per period. Moving average: periods. Like item: share. NaN = the model's default.
    like
        Like item: row of the bottom series that is followed; -1 = none.
    drivers
        Names of the drivers that the forecast follows.
    by_name
        Whether the rule names the item.
    note
        What could not be done as the rule says; `""` = nothing.
    """

    rule: str
    model: str
    value: float
    like: int
    drivers: tuple[str, ...]
    by_name: bool
    note: str

    @property
    def stated(self) -> bool:
        """Whether the forecast is what a person stated, so that nothing statistical may move it."""
        return self.model in STATED

    @property
    def statistical(self) -> bool:
        """Whether a single statistical model was chosen."""
        return self.model not in (*STATED, AUTOMATIC)


@dataclass(frozen=True, slots=True)
class Choices:
    """The rules that hold, by row of the bottom series, rows ascending.

    Parameters
    ----------
    of
        Choice by row; a row without a rule is absent and takes the measured recipe.
    """

    of: dict[int, Choice]

    def rows(self, *models: str) -> list[int]:
        """Rows with one of these models."""
        return [row for row, choice in self.of.items() if choice.model in models]

    @property
    def stated(self) -> list[int]:
        """Rows whose forecast a person stated."""
        return self.rows(*STATED)

    @property
    def statistical(self) -> list[int]:
        """Rows with a single statistical model."""
        return [row for row, choice in self.of.items() if choice.statistical]

    @property
    def driven(self) -> list[int]:
        """Rows that follow drivers; a stated forecast follows none."""
        return [row for row, choice in self.of.items() if choice.drivers and not choice.stated]

    def unfitted(self, rows: Iterable[int]) -> Choices:
        """The same with those rows automatic, because their model could not be fitted."""
        out = dict(self.of)
        for row in rows:
            note = f"{out[row].model} could not be fitted: automatic"
            out[row] = out[row]._replace(model=AUTOMATIC, note=note)
        return Choices(out)

    def text(self, row: int, automatic: str) -> str:
        """What made the forecast of a row, in words a planner reads; `automatic` names the recipe's part in it."""
        choice = self.of.get(row)
        if choice is None:
            return automatic
        share = "" if np.isnan(choice.value) or choice.value == 1 else f" x {choice.value:g}"
        words = {AUTOMATIC: automatic, LIKE_ITEM: f"{LIKE_ITEM}{share}"}.get(choice.model, choice.model)
        return f"{words} (rule {choice.rule})"


NO_CHOICES = Choices({})


def stated_pairs(
    rules: pd.DataFrame | None, keys: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame
) -> pd.DataFrame:
    """Item x location pairs without any history that a rule gives a forecast by name: Manual and Like item.

    Like item without a location stands wherever the like item has a history; Manual without one stands nowhere new, unless
    there is only one location at all.

    Parameters
    ----------
    rules
        Frame `FORECAST_MODELS`; absent = none.
    keys
        item, location of every pair with history.
    items, locations
        Frames `ITEMS` and `LOCATIONS`: a pair that they do not list is left out.

    Returns
    -------
    DataFrame
        item, location in key order.
    """
    found: set[tuple[str, str]] = set()
    known = set(keys.itertuples(index=False, name=None))
    listed, places = set(items["item"]), list(locations["location"])
    for rule in () if rules is None else rules.itertuples(index=False):
        if rule.item not in listed or rule.model not in (LIKE_ITEM, MANUAL):
            continue
        if rule.location:
            at = [rule.location]
        elif rule.model == LIKE_ITEM:
            at = list(keys.loc[keys["item"] == rule.like_item, "location"])
        else:
            at = places if len(places) == 1 else []
        found |= {(str(rule.item), str(place)) for place in at if place in places}
    return pd.DataFrame(sorted(found - known), columns=["item", "location"], dtype=object)


def choose(rules: pd.DataFrame | None, bottom: pd.DataFrame, classes: pd.DataFrame) -> Choices:
    """The rule that holds for each series.

    Parameters
    ----------
    rules
        Frame `FORECAST_MODELS` in the order in which people wrote it; absent = none.
    bottom
        item, location, family of every series.
    classes
        item, location, abc, xyz, demand_class of `segment`; a series that it does not know is in no class.

    Raises
    ------
    FrameError
        For a model that the catalogue does not have.
    """
    if rules is None or rules.empty or bottom.empty:
        return NO_CHOICES
    unknown = ~rules["model"].isin(MODELS)
    if unknown.any():
        raise FrameError(f"forecast_models: no model is called {rules.loc[unknown, 'model'].iloc[0]!r}")
    series = bottom[["item", "location", "family"]].merge(classes, on=["item", "location"], how="left")
    holds = np.full(len(series), -1)
    for number in widest_first(rules, _CLASSES):
        scope = np.ones(len(series), dtype=bool)
        for column in ("item", "family", "location", *_CLASSES):
            wanted = rules[column].iat[number]
            if wanted:
                scope &= (series[column] == wanted).to_numpy()
        holds[scope] = number
    place = {
        pair: row for row, pair in enumerate(bottom[["item", "location"]].itertuples(index=False, name=None))
    }
    of = {
        row: _choice(rules.iloc[number], str(bottom["location"].iat[row]), row, place)
        for row, number in enumerate(holds)
        if number >= 0
    }
    return Choices(_without_circles(of))


def _choice(rule: pd.Series, location: str, row: int, place: dict[tuple[str, str], int]) -> Choice:
    names = (name.strip() for name in str(rule["drivers"]).split(","))
    drivers = tuple(dict.fromkeys(name for name in names if name))
    choice = Choice(
        str(rule["rule"]), str(rule["model"]), float(rule["value"]), -1, drivers, bool(rule["item"]), ""
    )
    if choice.model == MANUAL and np.isnan(choice.value):
        return choice._replace(model=AUTOMATIC, note="Manual without a value: automatic")
    if choice.model == LIKE_ITEM:
        like = place.get((str(rule["like_item"]), location), -1)
        if like in (-1, row):
            words = "is this item" if like == row else f"has no history at {location}"
            return choice._replace(model=AUTOMATIC, note=f"like item {rule['like_item']} {words}: automatic")
        choice = choice._replace(like=like)
    if choice.stated and drivers:
        choice = choice._replace(drivers=(), note=f"{choice.model} follows no drivers")
    return choice


def _without_circles(of: dict[int, Choice]) -> dict[int, Choice]:
    """Items that are like each other in a circle have nothing to follow: all of the circle are automatic."""
    out = dict(of)
    for row, choice in of.items():
        path, at = [row], choice.like
        while at >= 0 and at not in path:
            path.append(at)
            at = of[at].like if at in of else -1
        if at == row:
            note = "like items follow each other in a circle: automatic"
            out[row] = choice._replace(model=AUTOMATIC, like=-1, note=note)
    return out
