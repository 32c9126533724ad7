"""What holds whatever people type: effects add up to their step, spreads add up to their value, pinned cells stay, order of rows without effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, items, locations, month, table

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.effect_ledger import effect_ledger
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.overrides import apply_overrides
from sop_xl.plan.sales_input import SalesTerms, apply_sales_input

TIMELINE = Timeline(MONTHS, month("2025-01"), month("2026-01"), 3)
ITEMS = pd.concat([items("A", "B", family="Paint"), items("C", family="Brushes")], ignore_index=True).assign(unit_price=[2.0, 5.0, np.nan])
PLACES = locations(North="North", South="South")
PERIODS = list(TIMELINE.plan)
ENTERED = [pd.NaT, *(pd.Timestamp(day) for day in ("2025-11-03", "2025-12-24", "2026-01-07", "2026-01-09"))]

quantity = st.floats(0, 1e5).map(lambda v: round(v, 2))
item, place, family = st.sampled_from(["A", "B", "C"]), st.sampled_from(["North", "South"]), st.sampled_from(["Paint", "Brushes"])
blank = st.just("")

override = st.fixed_dictionaries(
    {
        "item": blank | item, "family": blank | family, "location": blank | place,
        "first_period": st.sampled_from(PERIODS), "last_period": st.sampled_from([pd.NaT, PERIODS[-1]]),
        "action": st.sampled_from(["set", "add", "percent"]), "value": st.sampled_from([-500.0, -0.3, 0.0, 0.25, 70.0, 4321.0]),
        "spread_by": st.sampled_from(["", "forecast", "history", "equal"]), "pinned": st.sampled_from(["", "yes", "no"]),
        "expiry_policy": st.sampled_from(["", "hold", "decay", "expire", "re-confirm"]), "entered": st.sampled_from(ENTERED), "owner": st.sampled_from(["Eve", ""]),
    }
)  # fmt: skip
overrides = st.lists(override, max_size=5).map(lambda rows: table(frames.OVERRIDES, *(row | {"override": f"O-{k}"} for k, row in enumerate(rows))))
line = st.fixed_dictionaries(
    {
        "item": blank | item, "family": family, "location": blank | place, "contributor": st.sampled_from(["Ann", "Bob", ""]),
        "account": st.sampled_from(["", "Metro", "Rewe", "Newcomer"]), "period": st.sampled_from(PERIODS), "demand": st.none() | quantity, "revenue": st.none() | quantity,
    }
)  # fmt: skip
LINE_KEY = ["item", "family", "location", "contributor", "account", "period"]
lines = st.lists(line, max_size=8, unique_by=lambda row: tuple(row[name] for name in LINE_KEY)).map(lambda rows: table(frames.SALES_INPUT, *rows))
forecast = st.lists(st.floats(0, 1e4), min_size=18, max_size=18).map(
    lambda units: table(
        frames.BASELINE_FORECAST,
        *({"item": i, "location": p, "period": t, "baseline": round(units.pop(), 1)} for i in "ABC" for p in ("North", "South") for t in PERIODS),
    )
)
history = st.lists(quantity, min_size=6, max_size=6).map(
    lambda units: table(
        frames.DEMAND_HISTORY, *({"item": i, "location": p, "period": month("2025-02"), "demand": units.pop()} for i in "ABC" for p in ("North", "South"))
    )
)
MIX = table(frames.CUSTOMER_MIX, *({"item": "A", "location": "North", "customer": name, "share": share} for name, share in (("Metro", 0.7), ("Rewe", 0.3))))
RECORDS = table(frames.TRACK_RECORDS, {"contributor": "Ann", "correction": 0.25, "weight": 0.8, "note": "r"}, {"contributor": "Bob", "correction": -0.1, "weight": 0.05, "note": "r"})


def plan(start, sales, changes, past, weight=0.5, by_track_record=True):
    return consensus_demand(
        start, frames.empty_frame(frames.EVENTS), frames.empty_frame(frames.LIFECYCLE), sales, changes, ITEMS, PLACES, TIMELINE, weight,
        demand_history=past, customer_mix=MIX, track_records=RECORDS, by_track_record=by_track_record,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(forecast, lines, overrides, history, st.booleans())
def test_every_effect_is_in_the_row_that_it_moved(start, sales, changes, past, by_track_record):
    result = plan(start, sales, changes, past, by_track_record=by_track_record)
    steps = ["baseline", "events", "life_cycle", "sales_input", "overrides"]
    assert np.allclose(result.demand[steps].sum(axis=1), result.demand["consensus"], atol=1e-6)
    assert (result.demand["consensus"] >= 0).all()
    keys = ["item", "location", "period"]
    for stage in steps[3:]:
        effects = result.effects[result.effects["stage"] == stage].groupby(keys)["effect"].sum()
        planned = result.demand.set_index(keys)[stage]
        assert np.allclose(effects.reindex(planned.index).fillna(0.0), planned, atol=1e-6)
    assert np.isclose(np.nansum(result.sales_review["entered"]), result.demand["sales_input"].sum(), atol=1e-5)
    prices = frames.empty_frame(frames.NET_PRICES)
    ledger = effect_ledger(
        result.effects, frames.empty_frame(frames.EVENTS), frames.empty_frame(frames.LIFECYCLE), sales, changes, prices, result.notes, TIMELINE, result.sales_review
    )
    assert set(ledger.loc[ledger["stage"] == "overrides", "source"]) == set(changes["override"])
    assert np.isclose(ledger["effect"].sum(), result.demand[steps[1:]].to_numpy().sum(), atol=1e-5)


@settings(max_examples=12, deadline=None)
@given(forecast, lines, overrides, history, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(start, sales, changes, past, random):
    def shuffled(frame):
        return frame.sample(frac=1, random_state=random.randrange(2**31)).reset_index(drop=True)

    straight, other = plan(start, sales, changes, past), plan(*(shuffled(frame) for frame in (start, sales, changes, past)))
    for name in ("demand", "effects", "sales_review", "sales_numbers"):
        pd.testing.assert_frame_equal(getattr(straight, name), getattr(other, name), rtol=1e-9, atol=1e-6)
    assert straight.notes.to_numpy().tolist() == other.notes.to_numpy().tolist()


def of_grid(start):
    grid = Grid(series_of([start], ITEMS, PLACES), TIMELINE.plan)
    return grid, grid.matrix(start, start["baseline"])


@settings(max_examples=20, deadline=None)
@given(forecast, overrides, override, history)
def test_pinned_cells_never_move(start, changes, pin, past):
    grid, running = of_grid(start)
    first = table(frames.OVERRIDES, pin | {"override": "0 pin", "pinned": "yes", "expiry_policy": "hold", "entered": pd.NaT})
    alone = running + apply_overrides(grid, running, first, TIMELINE, past).units
    together = running + apply_overrides(grid, running, pd.concat([first, changes], ignore_index=True), TIMELINE, past).units
    row = first.iloc[0]
    cells = np.ix_(grid.scope(row["item"], row["family"], row["location"], row["region"]), grid.span(row["first_period"], row["last_period"]))
    assert np.allclose(together[cells], alone[cells], atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(forecast, history, st.sampled_from(["forecast", "history", "equal"]), quantity, st.sampled_from(["", "Paint"]))
def test_a_spread_adds_up_to_its_value(start, past, by, units, group):
    grid, running = of_grid(start)
    fixed = {"override": "1", "family": group, "first_period": PERIODS[1], "spread_by": by, "value": units}
    inside = grid.scope("", group)
    for action, expected in (("set", units), ("add", running[inside, 1].sum() + units), ("add", max(running[inside, 1].sum() - units, 0.0))):
        value = -units if action == "add" and expected < running[inside, 1].sum() else units
        step = apply_overrides(grid, running, table(frames.OVERRIDES, fixed | {"action": action, "value": value}), TIMELINE, past)
        now = running + step.units
        assert np.isclose(now[inside, 1].sum(), expected, rtol=1e-9, atol=1e-6)
        assert np.array_equal(now[~inside], running[~inside])
        assert np.array_equal(now[:, 0], running[:, 0])


@settings(max_examples=12, deadline=None)
@given(forecast, st.integers(0, 8), st.sampled_from(["set", "add", "percent"]), st.sampled_from([0.3, 200.0, 9000.0]))
def test_after_n_cycles_a_half_to_the_power_of_n_is_left(start, cycles, action, value):
    grid, running = of_grid(start)
    entered = MONTHS.shift(TIMELINE.current, -cycles)
    row = {"override": "1", "first_period": PERIODS[0], "last_period": PERIODS[-1], "action": action, "value": value, "entered": entered}
    whole, left = (apply_overrides(grid, running, table(frames.OVERRIDES, row | {"expiry_policy": policy}), TIMELINE).units for policy in ("hold", "decay"))
    assert np.allclose(left, whole * 0.5**cycles, rtol=1e-9, atol=1e-9)


@settings(max_examples=12, deadline=None)
@given(forecast, st.sampled_from(["", "Paint"]), quantity)
def test_money_put_in_for_a_scope_is_worth_that_money(start, group, money):
    """At a weight of 1 the plan of the scope, valued at its own prices, is the money that sales stated."""
    grid, running = of_grid(start[start["item"] != "C"].reset_index(drop=True))
    prices = table(frames.NET_PRICES, *({"item": i, "location": p, "net_price": n, "source": "history"} for i, n in (("A", 2.0), ("B", 5.0)) for p in ("North", "South")))
    said = table(frames.SALES_INPUT, {"family": "Paint", "location": "North" if group else "", "measure": "revenue", "2026-01": money})
    step = apply_sales_input(grid, running, said, SalesTerms(1.0, prices=prices)).step
    inside = grid.scope(location="North" if group else "")
    now = (running + step.units)[inside, 0]
    price = grid.series["item"].map({"A": 2.0, "B": 5.0}).to_numpy()[inside]
    if running[inside, 0].sum() > 0:
        assert np.isclose((now * price).sum(), money, rtol=1e-9, atol=1e-6)
