"""Risks carried from cycle to cycle: what was expected of each before, which way it goes, since when it is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from risk_world import outlook

from sop_xl.plan.risk_trend import with_trend

NOVEMBER, DECEMBER, JANUARY = pd.Timestamp("2025-11-01"), pd.Timestamp("2025-12-01"), pd.Timestamp("2026-01-01")


def lines(**expected):
    """RISK_OUTLOOK of revenue with that change expected of each risk."""
    found = outlook(*[{"risk": risk, "effect": -0.1} for risk in expected]).outlook
    revenue = found[(found["figure"] == "revenue") & (found["risk"] != "")]
    return revenue.assign(expected=revenue["risk"].map(expected).astype(float)).sort_values("risk", ignore_index=True)


def test_in_the_first_cycle_nothing_is_said():
    (row,) = with_trend(lines(A=-10.0), JANUARY, []).outlook.to_dict("records")
    assert (row["trend"], row["since"]) == ("", JANUARY) and np.isnan(row["previous_expected"])


def test_a_risk_rises_or_falls_by_the_size_of_what_is_expected():
    now, before = lines(A=-12.0, B=-8.0, C=-10.05, D=-5.0), lines(A=-10.0, B=-10.0, C=-10.0)
    found = with_trend(now, JANUARY, [(DECEMBER, before)]).outlook.set_index("risk")
    assert found["trend"].to_dict() == {"A": "rising", "B": "falling", "C": "same", "D": "new"}
    assert found["previous_expected"].fillna(0.0).to_dict() == {"A": -10.0, "B": -10.0, "C": -10.0, "D": 0.0}


def test_since_is_the_cycle_from_which_on_it_was_there_without_a_break():
    found = with_trend(lines(A=-1.0, B=-1.0, C=-1.0), JANUARY, [(NOVEMBER, lines(A=-1.0, B=-1.0)), (DECEMBER, lines(A=-1.0))]).outlook
    assert found.set_index("risk")["since"].to_dict() == {"A": NOVEMBER, "B": JANUARY, "C": JANUARY}


def test_a_risk_that_is_gone_is_said_and_no_other_is():
    gone = with_trend(lines(A=-1.0), JANUARY, [(DECEMBER, lines(A=-1.0, Z=-1.0))]).notes
    assert gone["rule"].tolist() == ["risk-closed"] and gone["note"].iloc[0].startswith("Z:")
    assert with_trend(lines(A=-1.0), JANUARY, [(DECEMBER, lines(A=-1.0))]).notes.empty
