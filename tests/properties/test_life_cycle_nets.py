"""What holds for every set of launches and phase-outs: parts that add up, donors that pay for launches, order without effect."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, items, locations, months, table

from sop_xl import frames
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.life_cycle import apply_life_cycle, life_cycle_key, life_cycle_pairs

TIMELINE = months("2026-01", 5)
NAMES, PLACES = ["A", "B", "C", "D"], ["North", "South"]
LISTED = pd.concat([items("A", "B", family="Paint"), items("C", "D", family="Brushes")], ignore_index=True)
SITES = locations(North="", South="")

units = st.one_of(st.just(0.0), st.floats(0.01, 1e5))
fraction = st.floats(0, 1).map(lambda v: round(v, 3))
name = st.sampled_from(NAMES)
pairs = st.dictionaries(st.tuples(name, st.sampled_from(PLACES)), st.lists(units, min_size=5, max_size=5), min_size=1)
row = st.fixed_dictionaries(
    {
        "item": name,
        "location": st.sampled_from(["", *PLACES]),
        "stage": st.sampled_from(["launch", "phase_out"]),
        "period": st.sampled_from([MONTHS.shift(TIMELINE.current, k) for k in range(-3, 7)]),
        "like_item": st.one_of(st.just(""), name),
        "successor": st.one_of(st.just(""), name),
        "scale": st.one_of(st.none(), st.floats(0, 3).map(lambda v: round(v, 3))),
        "ramp": st.sampled_from([None, 0.0, 2.0, 6.0]),
        "curve": st.sampled_from(["", "linear", "s-curve", "fast start"]),
        "donor": st.one_of(st.just(""), name, st.sampled_from(["Paint", "Brushes"])),
        "cannibalisation": st.one_of(st.none(), fraction),
    }
)
rows = st.lists(row, max_size=5, unique_by=lambda r: (r["item"], r["location"], r["stage"]))


def applied(demand, lifecycle):
    """Grid, baseline and the step."""
    labels = [MONTHS.label(p) for p in TIMELINE.plan]
    baseline = table(frames.BASELINE_FORECAST, *({"item": i, "location": p} | dict(zip(labels, v, strict=True)) for (i, p), v in demand.items()))
    grid = Grid(series_of([baseline, life_cycle_pairs(baseline, lifecycle)], LISTED, SITES), TIMELINE.plan)
    start = np.nan_to_num(grid.matrix(baseline, baseline["baseline"]))
    return grid, start, apply_life_cycle(grid, start, grid.zeros(), lifecycle, TIMELINE)


def summed(grid, effects):
    total = grid.zeros()
    for effect in effects:
        np.add.at(total, effect.rows, effect.units)
    return total


@settings(max_examples=50, deadline=None)
@given(pairs, rows)
def test_the_effects_of_the_rows_sum_to_the_step_and_nothing_falls_below_zero(demand, written):
    lifecycle = table(frames.LIFECYCLE, *written)
    grid, start, step = applied(demand, lifecycle)
    scale = 1 + np.abs(start).max() * 50
    assert np.allclose(summed(grid, step.effects), step.units, rtol=0, atol=1e-9 * scale)
    assert (start + step.units >= -1e-9 * scale).all()
    assert [e.source for e in step.effects] == [life_cycle_key(r) for r in lifecycle.sort_values(["period", "item", "location", "stage"], kind="stable").itertuples()]


@settings(max_examples=50, deadline=None)
@given(pairs, rows)
def test_what_launches_take_nets_to_zero_against_the_donors_unless_it_is_cut(demand, written):
    """Donors of a launch lose exactly its share of what it brings; with a cut they lose less, and it is said."""
    written = [r for r in written if r["stage"] == "launch"]
    lifecycle = table(frames.LIFECYCLE, *written)
    _, _, without = applied(demand, lifecycle.assign(cannibalisation=np.nan))
    grid, start, step = applied(demand, lifecycle)
    cut = {note.key for note in step.notes if note.rule == "cannibalisation-cut"}
    for r, effect, bare in zip(lifecycle.sort_values(["period", "item", "location", "stage"], kind="stable").itertuples(), step.effects, without.effects, strict=True):
        own = (grid.series["item"].to_numpy() == r.item)[effect.rows]
        assert (effect.units[~own] <= 0).all()
        assert np.allclose(effect.units[own].sum(), bare.units.sum())  # the new item itself is not reduced
        # with its own baseline of before out of the way, what a launch brings is what it makes of the item
        after = TIMELINE.plan.to_numpy() >= r.period
        brought = ((start[effect.rows[own]] + effect.units[own]) * after).sum()
        expected = (0.0 if pd.isna(r.cannibalisation) or not r.donor else r.cannibalisation) * brought
        lost = -effect.units[~own].sum()
        if effect.source in cut:
            assert lost < expected
        else:
            assert np.isclose(lost, expected, rtol=1e-9, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(pairs, rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_series_changes_nothing(demand, written, random):
    _, _, straight = applied(demand, table(frames.LIFECYCLE, *written))
    mixed, cells = list(written), list(demand.items())
    random.shuffle(mixed)
    random.shuffle(cells)
    _, _, other = applied(dict(cells), table(frames.LIFECYCLE, *mixed))
    assert np.array_equal(straight.units, other.units)
    assert [e.source for e in straight.effects] == [e.source for e in other.effects]
    assert straight.notes == other.notes


@settings(max_examples=30, deadline=None)
@given(pairs, st.permutations(NAMES), st.sampled_from(list(TIMELINE.plan)), st.sampled_from(PLACES))
def test_a_whole_hand_over_at_once_conserves_every_unit(demand, order, period, place):
    """Chains of successors included, whatever their order."""
    written = [
        {"item": old, "stage": "phase_out", "period": period, "successor": new, "scale": 1.0, "location": place}
        for old, new in pairwise(order)
    ]
    _, start, step = applied(demand, table(frames.LIFECYCLE, *written))
    assert np.allclose(step.units.sum(axis=0), 0.0, atol=1e-9 * (1 + start.max()))
