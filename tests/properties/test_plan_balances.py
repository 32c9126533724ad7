"""What holds for every plan, whatever is put in: balances in every row, order of rows without effect, bridges that tie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, month, table
from plan_thread import INPUTS, RESULTS, run_thread

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.currency import convert_to_plan_currency

TIMELINE = Timeline(MONTHS, month("2025-01"), month("2026-01"), 4)
ITEMS, PLACES, FAMILIES = ["A", "B", "C"], ["North", "South"], ["Paint", "Brushes"]
PERIODS = list(TIMELINE.plan)
STEP_COLUMNS = ["baseline", "events", "life_cycle", "sales_input", "overrides"]

quantity = st.floats(0, 1e6, allow_nan=False).map(lambda v: round(v, 3))
maybe = st.one_of(st.none(), quantity)
fraction = st.floats(0, 1).map(lambda v: round(v, 3))
blank = st.just("")
item, place, family = st.sampled_from(ITEMS), st.sampled_from(PLACES), st.sampled_from(FAMILIES)
scope = st.fixed_dictionaries(
    {
        "item": st.one_of(blank, item),
        "family": st.one_of(blank, family),
        "location": st.one_of(blank, place),
        "region": st.one_of(blank, place),
    }
)
span = st.tuples(st.sampled_from(PERIODS), st.sampled_from(PERIODS)).map(
    lambda two: {"first_period": min(two), "last_period": max(two)}
)


def rows_of(
    one: st.SearchStrategy[dict[str, Any]], keys: list[str], most: int, least: int = 0
) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(one, min_size=least, max_size=most, unique_by=lambda row: tuple(row[key] for key in keys))


def numbered(rows: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [row | {key: str(place)} for place, row in enumerate(rows)]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """A small company with a bit of everything."""

    def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})

    fixed = st.fixed_dictionaries
    attributes = fixed({
        "family": family, "unit_cost": maybe, "unit_price": maybe, "lead_time": st.sampled_from([0.0, 0.4, 1.0, 2.5]),
        "lead_time_deviation": st.sampled_from([0.0, 0.3]), "minimum_order": st.sampled_from([0.0, 50.0]), "order_multiple": st.sampled_from([0.0, 12.0]),
    })  # fmt: skip
    cell = {"item": item, "location": place}
    demand_rows = rows_of(
        fixed(cell | {"period": st.sampled_from(list(TIMELINE.history)), "demand": maybe, "revenue": maybe}),
        ["item", "location", "period"],
        12,
        4,
    )
    forecast = rows_of(
        fixed(cell | {"period": st.sampled_from(PERIODS), "baseline": quantity}),
        ["item", "location", "period"],
        16,
        4,
    )
    effect = fixed(
        {"effect_kind": st.just("units"), "effect": st.floats(-1e4, 1e4), "probability": fraction}
    ) | fixed({"effect_kind": st.just("percent"), "effect": st.floats(-2, 2), "probability": fraction})
    stage = fixed(
        {
            "item": item,
            "location": st.one_of(blank, place),
            "stage": st.sampled_from(["launch", "phase_out"]),
            "period": st.sampled_from(PERIODS),
            "like_item": st.one_of(blank, item),
            "successor": st.one_of(blank, item),
            "scale": fraction,
            "ramp": st.sampled_from([0.0, 1.0, 3.0]),
            "curve": st.sampled_from(["", "linear", "s-curve", "fast start"]),
            "donor": st.one_of(blank, item, family),
            "cannibalisation": fraction,
        }
    )
    sales = fixed(
        {
            "item": st.one_of(blank, item),
            "family": st.one_of(blank, family),
            "location": st.one_of(blank, place),
            "contributor": st.sampled_from(["Ann", "Bob"]),
            "period": st.sampled_from(PERIODS),
            "demand": maybe,
        }
    )
    change = fixed({"action": st.sampled_from(["set", "add"]), "value": st.floats(-1e4, 1e5)}) | fixed(
        {"action": st.just("percent"), "value": st.floats(-2, 2)}
    )
    stock = rows_of(
        fixed(cell | {"on_hand": st.one_of(st.none(), st.floats(-1e3, 1e5)), "safety_stock": maybe}),
        ["item", "location"],
        4,
    )
    budget = rows_of(
        fixed(
            {
                "family": st.one_of(blank, family),
                "item": blank,
                "region": st.one_of(blank, place),
                "owner": st.just("x"),
                "period": st.sampled_from(PERIODS),
                "demand": maybe,
                "revenue": maybe,
                "cost": maybe,
            }
        ),
        ["family", "region", "period"],
        5,
    )
    written = {
        "items": [draw(attributes) | {"item": name, "category": "Goods"} for name in ITEMS],
        "locations": [{"location": name, "region": name, "supplied_from": draw(place)} for name in PLACES],
        "demand_history": draw(demand_rows),
        "baseline_forecast": draw(forecast),
        "events": numbered(draw(st.lists(merged(scope, span, effect), max_size=3)), "event"),
        "lifecycle": draw(rows_of(stage, ["item", "location", "stage"], 3)),
        "sales_input": draw(rows_of(sales, ["item", "family", "location", "contributor", "period"], 6)),
        "overrides": numbered(draw(st.lists(merged(scope, span, change), max_size=3)), "override"),
        "inventory": draw(stock),
        "budget": draw(budget),
    }
    return {name: table(INPUTS[name], *rows) for name, rows in written.items()}


def close(left: pd.Series, right: pd.Series, scale: pd.Series | float = 1.0) -> bool:
    """Equal up to float noise relative to the size of what was added up; absent equals absent."""
    same = (left - right).abs() <= 1e-9 * (1.0 + np.abs(scale))
    return bool((same | (left.isna() & right.isna())).all())


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_every_row_of_every_table_adds_up(world):
    results, detail, _ = run_thread(world, TIMELINE, {"sales_weight": 0.5})
    plan = results["consensus_demand"]
    assert close(plan[STEP_COLUMNS].sum(axis=1), plan["consensus"], plan[STEP_COLUMNS].abs().max(axis=1))
    assert (plan["consensus"] >= 0).all()

    stock = results["inventory_plan"]
    moved = (
        stock["opening_balance"] + stock["scheduled_receipts"] + stock["planned_receipts"] - stock["demand"]
    )
    # what is left of an item's demand after an effect took it away is noise of the size that it had
    largest = plan.groupby("item")[STEP_COLUMNS].agg(lambda steps: steps.abs().max()).max(axis=1)
    moving = stock[["opening_balance", "planned_receipts", "demand"]].abs().max(axis=1)
    assert close(moved, stock["projected_available_balance"], np.fmax(moving, stock["item"].map(largest)))
    assert close(stock["unmet_demand"], (-stock["projected_available_balance"]).clip(lower=0))
    closing = stock.groupby(["item", "location"])["projected_available_balance"].shift()
    assert close(stock["opening_balance"][closing.notna()], closing.dropna())
    assert close(
        pd.Series([stock["demand"].sum()]),
        pd.Series([plan["consensus"].sum()]),
        float(plan["consensus"].sum()),
    )

    money = results["financial_plan"]
    computed = money[money["version"] != "Budget"]
    margin_known = computed[computed["gross_margin"].notna()]
    assert close(
        margin_known["revenue"] - margin_known["cost"],
        margin_known["gross_margin"],
        margin_known["revenue"].abs(),
    )
    of_plan = money[money["version"] == "Plan"]
    something_unknown = np.isnan(detail.revenue).any() or np.isnan(detail.cost).any()
    assert of_plan["gross_margin"].isna().any() == something_unknown
    assert abs(of_plan["revenue"].sum() - np.nansum(detail.revenue)) <= 0.005
    assert abs(of_plan["cost"].sum() - np.nansum(detail.cost)) <= 0.005

    for (name, *_), rows in results["bridges"].groupby(["bridge", "measure", "family", "item"]):
        amounts = rows.sort_values("order")["amount"]
        assert abs(amounts.iloc[:-1].sum() - amounts.iloc[-1]) <= 1e-9 * (1.0 + amounts.abs().max()), name


@settings(max_examples=10, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world, random):
    straight, _, said = run_thread(world, TIMELINE)
    shuffled = {
        name: frame.sample(frac=1, random_state=random.randrange(2**31)).reset_index(drop=True)
        for name, frame in world.items()
    }
    other, _, said_then = run_thread(shuffled, TIMELINE)
    assert said == said_then
    for name, frame in straight.items():
        pd.testing.assert_frame_equal(frame, other[name], check_exact=False, rtol=1e-9, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_results_come_in_the_defined_order(world):
    results, _, _ = run_thread(world, TIMELINE)
    for name in ("consensus_demand", "inventory_plan", "net_prices", "financial_plan"):
        pd.testing.assert_frame_equal(
            results[name][list(RESULTS[name].columns)], frames.order_rows(results[name], RESULTS[name])
        )


@settings(max_examples=15, deadline=None)
@given(worlds())
def test_a_rate_of_one_changes_nothing(world):
    """A location that sells in a currency worth exactly one unit of the plan currency is as good as one that sells in that."""
    foreign = world | {
        "locations": world["locations"].assign(currency="EUR"),
        "fx_rates": table(
            frames.FX_RATES,
            *({"currency": "EUR", "rate_type": kind, "2025-01": 1.0} for kind in ("plan", "actual")),
        ),
    }
    straight, converted = (
        run_thread(world, TIMELINE)[0],
        run_thread(foreign, TIMELINE, {"plan_currency": "USD"})[0],
    )
    for name in ("financial_plan", "bridges", "plan_comparison", "kpis"):
        pd.testing.assert_frame_equal(straight[name], converted[name], rtol=1e-9, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e9, 1e9), st.sampled_from(["USD", "EUR", "JPY", ""])), min_size=1, max_size=20
    ),
    st.floats(1e-3, 1e3),
)
def test_converting_there_and_back_is_the_identity(amounts, rate):
    money, currency = (pd.Series(list(values)) for values in zip(*amounts, strict=True))
    period = pd.Series([month("2026-01")] * len(amounts))
    there = table(
        frames.FX_RATES, *({"currency": c, "rate_type": "plan", "2026-01": rate} for c in ("EUR", "JPY"))
    )
    back = there.assign(fx_rate=1 / there["fx_rate"])
    once, _ = convert_to_plan_currency(money, currency, period, there, "USD")
    twice, _ = convert_to_plan_currency(once, currency, period, back, "USD")
    assert np.allclose(twice, money, rtol=1e-9)
