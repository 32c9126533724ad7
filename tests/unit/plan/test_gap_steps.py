"""What part of each shortage an option removes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plan_tables import month, table

from sop_xl import frames
from sop_xl.plan.gap_steps import removed_parts


def spell(item, first, last, location="Oslo"):
    return {"item": item, "location": location, "period": month(first), "last_period": month(last)}


def unmet(*rows):
    frame = pd.DataFrame(rows, columns=["option", "item", "location", "period", "unmet_demand"])
    return frame.assign(period=pd.DatetimeIndex([month(text) for text in frame["period"]]), unmet_demand=frame["unmet_demand"].astype(float))


def test_each_shortage_of_a_stock_is_held_against_its_own_periods():
    """Of 10 in spring 4 are left, of 20 in autumn all; other places and what is left outside both do not count."""
    shortages = table(frames.SHORTAGES, spell("Bike", "2026-03", "2026-04"), spell("Bike", "2026-09", "2026-09"), spell("Bike", "2026-03", "2026-03", "Rome"))
    plan = [("", "Bike", "Oslo", "2026-03", 6), ("", "Bike", "Oslo", "2026-04", 4), ("", "Bike", "Oslo", "2026-09", 20), ("", "Bike", "Rome", "2026-03", 5)]
    overtime = [("Overtime", "Bike", "Oslo", "2026-04", 4), ("Overtime", "Bike", "Oslo", "2026-09", 20), ("Overtime", "Bike", "Oslo", "2026-06", 99)]
    parts = removed_parts(shortages, unmet(*plan, *overtime, ("Not asked for", "Bike", "Oslo", "2026-03", 6)), ["Overtime", "Leaves nothing"])
    by_spell = dict(zip(zip(shortages["location"], shortages["period"], strict=True), parts.T.tolist(), strict=True))
    assert by_spell == {("Oslo", month("2026-03")): [0.6, 1.0], ("Oslo", month("2026-09")): [0.0, 1.0], ("Rome", month("2026-03")): [1.0, 1.0]}


def test_an_option_that_makes_it_worse_removes_nothing_and_a_shortage_that_the_plan_does_not_have_is_not_removed():
    shortages = table(frames.SHORTAGES, spell("Bike", "2026-03", "2026-03"), spell("Trike", "2026-03", "2026-03"))
    effects = unmet(("", "Bike", "Oslo", "2026-03", 6), ("Overtime", "Bike", "Oslo", "2026-03", 9))
    assert removed_parts(shortages, effects, ["Overtime"]).tolist() == [[0.0, 0.0]]


def test_without_shortages_or_options_there_are_no_parts():
    shortages = table(frames.SHORTAGES, spell("Bike", "2026-03", "2026-03"))
    assert removed_parts(shortages, unmet(), []).shape == (0, 1)
    assert removed_parts(shortages, unmet(), ["Overtime"]).tolist() == [[0.0]]
    assert removed_parts(table(frames.SHORTAGES), unmet(), ["Overtime"]).shape == (1, 0)
    assert np.isfinite(removed_parts(shortages, unmet(), ["Overtime"])).all()
