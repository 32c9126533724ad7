"""What promoted scenarios were to bring, and what actuals say of it: demand with a scenario in the plan, and without it.

A scenario that drives demand is a statement about the market. It is held against what was asked for, as a whole and not cell by cell: the noise of
single items cancels out in a sum, while it would look like an effect if each item counted up to what it was to bring.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.frames import DECISION_UNITS, empty_frame
from sop_xl.plan.scenario_inputs import BUDGET, SOURCE

OF_DEMAND = frozenset({"demand", "promotion"})
"""Drivers whose effect is counted in units asked for."""

_LEAST_UNITS = 1e-6
_NOT_COUNTED = {
    "price": "prices paid depend on what was bought, too",
    "FX": "rates of exchange as they came are not compared with those of the plan",
    "launch date": "demand by the other launch date is in no plan that was kept",
    BUDGET: "it changes what the plan is compared with, and no plan",
}
_OF_SUPPLY = "the supply plan without it was not kept"


def scenario_units(decision: str, scenario: str, effects: pd.DataFrame, consensus: pd.DataFrame) -> pd.DataFrame:
    """Demand that a promoted scenario adds to the plan, by item, selling location and period.

    Parameters
    ----------
    decision
        Number of its record.
    scenario
        Its name.
    effects, consensus
        DEMAND_EFFECTS and CONSENSUS_DEMAND of the plan that has it.

    Returns
    -------
    DECISION_UNITS of units asked for, only where the scenario moves demand; without rows where it drives none.
    """
    own = effects[effects["source"].str.fullmatch(re.escape(f"{SOURCE}{scenario}") + r"(?: \(\d+\))?")]
    keys = ["item", "location", "period"]
    more = own.groupby(keys, as_index=False, sort=True)["effect"].sum()
    more = more[more["effect"].abs() > _LEAST_UNITS]
    if more.empty:
        return empty_frame(DECISION_UNITS)
    found = more.merge(consensus[[*keys, "consensus"]], on=keys, how="left", validate="one_to_one")
    with_it = found["consensus"].fillna(0.0)
    made: pd.DataFrame = found[keys].assign(decision=decision, with_it=with_it, without=with_it - found["effect"], more=found["effect"])
    return made[list(DECISION_UNITS.columns)]


def asked_for(history: pd.DataFrame) -> pd.DataFrame:
    """DEMAND_HISTORY as units asked for by item, location and period; what is not known has no row."""
    known = history[history["demand"].notna()]
    return known.groupby(["item", "location", "period"], as_index=False, sort=True).agg(demand=("demand", "sum"))


def realised_demand(units: pd.DataFrame, asked: pd.DataFrame, *, blank_is_zero: bool = False) -> tuple[float, float, float]:
    """Units expected, realised, and expected where nothing is known, of periods that are over.

    Parameters
    ----------
    units
        DECISION_UNITS of those periods.
    asked
        As `asked_for` gives it.
    blank_is_zero
        Whether nothing stated means nothing asked for (Settings), in a period of which anything is known. Left out, the cells without demand
        would be missing from the sum, and those above the plan would stay.

    Returns
    -------
    Expected includes what is not known; realised is what was asked for less what the plan without the scenario has, over the cells that are known, below zero
    where it was less; NaN where none is. An error of the forecast is part of it: a market without the scenario was never seen.
    """
    found = units.merge(asked, on=["item", "location", "period"], how="left")
    if blank_is_zero:
        found["demand"] = found["demand"].fillna(found["period"].isin(asked["period"]).map({True: 0.0, False: np.nan}))
    known = found["demand"].notna()
    expected, unknown = float(found["more"].sum()), float(found.loc[~known, "more"].sum())
    realised = float((found["demand"] - found["without"])[known].sum()) if known.any() else np.nan
    return expected, realised, unknown


def not_counted_words(drivers: Iterable[str]) -> str:
    """Why of some drivers no realised effect is counted: `of price (prices paid depend on ...)`; "" where each is one of demand."""
    reasons: dict[str, list[str]] = {}
    for driver in dict.fromkeys(drivers):
        if driver not in OF_DEMAND:
            reasons.setdefault(_NOT_COUNTED.get(driver, _OF_SUPPLY), []).append(driver)
    return ", ".join(f"of {' and '.join(named)} ({reason})" for reason, named in reasons.items())
