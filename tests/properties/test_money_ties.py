"""What holds for every bridge and every comparison: steps are the whole difference, and sums are those of the level below, to the cent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import MONTHS, month, table

from sop_xl import frames
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS, bridge
from sop_xl.plan.bridges import bridges
from sop_xl.plan.comparison_spans import comparison_spans
from sop_xl.plan.finance import NOT_BY_FAMILY, NOT_BY_REGION, financial_plan
from sop_xl.plan.grid import Grid
from sop_xl.plan.plan_comparison import plan_comparison
from sop_xl.plan.valuation import FinancialDetail

CENT = 0.005
FAMILY_OF = {"A": "Paint", "B": "Paint", "C": "Brushes"}
ITEMS, PLACES = list(FAMILY_OF), ["North", "South"]
item, place = st.sampled_from(ITEMS), st.sampled_from(PLACES)
money = st.floats(0.01, 1e5).map(lambda v: round(v, 2))
cell_rows = st.lists(
    st.tuples(item, place, st.one_of(st.just(0.0), money), money, money, st.floats(0.1, 10)), max_size=6, unique_by=lambda r: r[:2]
)


def cells(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item", "location", "sales_volume", "price", "unit_cost", "fx_rate"]).astype(
        {"sales_volume": float, "price": float, "unit_cost": float, "fx_rate": float, "item": object, "location": object}
    )
    return frame.assign(
        family=frame["item"].map(FAMILY_OF).astype(object),
        revenue=frame["sales_volume"] * frame["price"] / frame["fx_rate"],
        cost=frame["sales_volume"] * frame["unit_cost"],
    )


def off(one: pd.DataFrame | pd.Series, other: pd.DataFrame | pd.Series) -> float:
    """Greatest difference between two tables of the same lines; a line that one of them lacks is no tie."""
    difference = (one - other).to_numpy(dtype=float)
    return float(np.where(np.isnan(difference), np.inf, np.abs(difference)).max(initial=0.0))


def scale(rows: pd.DataFrame) -> float:
    """Money in play: float sums are exact to a fraction of it."""
    return 1.0 + float(rows.select_dtypes("number").abs().to_numpy().max(initial=0.0))


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows, st.sampled_from([REVENUE, GROSS_MARGIN]))
def test_the_steps_of_every_row_are_the_whole_difference(before, after, measure):
    rows = bridge(cells(before), cells(after), measure)
    assert off(rows["start"] + rows[list(STEPS[measure])].sum(axis=1), rows["end"]) <= 1e-9 * scale(rows)
    for frame, side in ((cells(before), "start"), (cells(after), "end")):
        stated = frame["revenue"] - (frame["cost"] if measure == GROSS_MARGIN else 0.0)
        assert abs(rows[side].sum() - stated.sum()) <= 1e-9 * scale(rows)


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows)
def test_price_and_rate_do_to_the_margin_what_they_do_to_revenue(before, after):
    revenue, margin = (bridge(cells(before), cells(after), measure) for measure in (REVENUE, GROSS_MARGIN))
    for step in ("Price", "FX"):
        assert np.allclose(revenue[step], margin[step], rtol=1e-9, atol=1e-9 * scale(revenue))


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows, st.sampled_from([REVENUE, GROSS_MARGIN]))
def test_the_way_back_has_the_opposite_total(before, after, measure):
    there, back = bridge(cells(before), cells(after), measure), bridge(cells(after), cells(before), measure)
    small = 1e-9 * scale(there)
    assert abs((there["end"] - there["start"]).sum() + (back["end"] - back["start"]).sum()) <= small
    assert abs(there["New"].sum() + back["Discontinued"].sum()) <= small


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(before, after, random):
    straight = bridge(cells(before), cells(after), GROSS_MARGIN)
    shuffled = (cells(rows).sample(frac=1, random_state=random.randrange(2**31)) for rows in (before, after))
    pd.testing.assert_frame_equal(straight, bridge(*shuffled, GROSS_MARGIN), rtol=1e-9, atol=1e-9 * scale(straight))


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows, st.sampled_from([REVENUE, GROSS_MARGIN]))
def test_a_rate_of_one_is_no_rate(before, after, measure):
    with_rate = [cells([(*row[:5], 1.0) for row in rows]) for rows in (before, after)]
    without = [frame.assign(fx_rate=np.nan) for frame in with_rate]
    pd.testing.assert_frame_equal(bridge(*with_rate, measure), bridge(*without, measure))


@settings(max_examples=30, deadline=None)
@given(cell_rows, cell_rows, st.sampled_from([0.5, 2.0, 4.0]))
def test_an_item_whose_share_of_the_family_stays_has_no_mix(before, after, growth):
    """All units grow alike: what changes is volume, price, rate and cost."""
    grown = cells(before).assign(**{name: cells(before)[name] * growth for name in ("sales_volume", "revenue", "cost")})
    rows = bridge(cells(before), grown, GROSS_MARGIN)
    assert rows[["Mix", "Price", "FX", "Cost", "New", "Discontinued"]].abs().to_numpy().max(initial=0.0) <= 1e-9 * scale(rows)


TIMELINE = Timeline(MONTHS, month("2025-01"), month("2026-01"), 4)


@st.composite
def valued(draw: st.DrawFn) -> FinancialDetail:
    """A valued plan of three items in two places over 12 past and 4 planned months: a third of the cells are empty, half of the series foreign."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    pairs = [(i, p) for i in ITEMS for p in PLACES]
    series = pd.DataFrame(pairs, columns=["item", "location"], dtype=object)
    series = series.assign(family=series["item"].map(FAMILY_OF).astype(object), category="Goods", region=series["location"])
    shape, planned = (len(pairs), 16), np.arange(16) >= 12
    sold = (random.random(shape) < 2 / 3) & (random.random((len(pairs), 2)) < 0.8)[:, planned.astype(int)]
    volume = np.where(sold, random.gamma(1.0, 1e3, shape).round(2), 0.0)
    price, unit_cost = (random.gamma(2.0, 10.0, (len(pairs), 2)).round(2)[:, planned.astype(int)] + 0.01 for _ in range(2))
    rate = np.where((random.random(len(pairs)) < 0.5)[:, None], np.nan, np.where(planned, 0.8, 0.9))
    return FinancialDetail(
        grid=Grid(series, TIMELINE.periods), demand=volume, volume=volume, revenue=volume * price, cost=volume * unit_cost, price=price,
        list_price=price, unit_cost=unit_cost, fx_rate=rate,
    )  # fmt: skip


budget_row = st.fixed_dictionaries(
    {
        "scope": st.sampled_from([("Paint", ""), ("Paint", "A"), ("Paint", "B"), ("Brushes", ""), ("Brushes", "C"), ("", "")]),
        "region": st.sampled_from(["", *PLACES]),
        "period": st.sampled_from(list(TIMELINE.plan)),
        "demand": st.one_of(st.none(), money),
        "revenue": st.one_of(st.none(), money),
        "cost": st.one_of(st.none(), money),
    }
)
budget_rows = st.lists(budget_row, max_size=8, unique_by=lambda row: (row["scope"], row["region"], row["period"]))


def all_items() -> pd.DataFrame:
    return table(frames.ITEMS, *({"item": name, "family": family, "category": "Goods", "lead_time": 0.0} for name, family in FAMILY_OF.items()))


def budget_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    named = ({**row, "family": row["scope"][0], "item": row["scope"][1]} for row in rows)
    return table(frames.BUDGET, *({k: v for k, v in row.items() if k != "scope"} for row in named))


def whole_plan(detail: FinancialDetail, budget: pd.DataFrame) -> pd.DataFrame:
    """The financial plan with the plan itself, a tenth lower, as that of the last cycle."""
    places = table(frames.LOCATIONS, *({"location": name, "region": name} for name in PLACES))
    given = (frames.empty_frame(frames.INVENTORY_PLAN), budget)
    plan = financial_plan(detail, *given, frames.empty_frame(frames.FINANCIAL_PLAN), all_items(), places, TIMELINE)[0]
    lower = plan.assign(**{name: plan[name] * 0.9 for name in ("sales_volume", "revenue", "cost", "gross_margin")})
    return financial_plan(detail, *given, lower, all_items(), places, TIMELINE)[0]


@settings(max_examples=12, deadline=None)
@given(valued(), budget_rows)
def test_bridges_tie_at_every_level(detail, rows):
    """Each block adds up, items to their family, families to the total, and the ends are those of plan and comparison."""
    budget = budget_of(rows)
    plan = whole_plan(detail, budget)
    found, _ = bridges(detail, plan, TIMELINE, budget, all_items())
    blocks = found.groupby(["bridge", "measure", "family", "item"])["amount"]
    assert (blocks.sum() - 2 * blocks.last()).abs().max() <= CENT
    of_families = found[found["item"] == ""]
    total = of_families[of_families["family"] == "All"].set_index(["bridge", "measure", "step"])["amount"]
    parts = of_families[of_families["family"] != "All"].groupby(["bridge", "measure", "step"])["amount"].sum()
    assert off(total.reindex(parts.index), parts) <= CENT
    by_item = found[found["item"] != ""].groupby(["bridge", "measure", "family", "step"])["amount"].sum()
    of_family = of_families.set_index(["bridge", "measure", "family", "step"])["amount"].reindex(by_item.index)
    assert off(of_family, by_item) <= CENT
    own = plan[(plan["version"] == "Plan") & plan["period"].isin(TIMELINE.plan)]
    for measure in (REVENUE, GROSS_MARGIN):
        for name in ("Last year to plan", "Previous plan to plan"):
            assert abs(total[(name, measure, "Plan")] - own[measure].sum()) <= CENT
    if "Budget to plan" in total.index:  # the comparison comes to the same ends on its own way
        compared, _ = plan_comparison(plan, TIMELINE)
        line = compared[(compared["level"] == "total") & (compared["span"] == "Rest of 2026") & (compared["reference"] == "Budget")].set_index("measure")
        ends = total["Budget to plan"]
        for measure in ends.index.get_level_values("measure").unique():
            assert abs(ends[(measure, "Budget")] - line.loc[measure, "reference_value"]) <= CENT
            assert abs(ends[(measure, "Plan")] - line.loc[measure, "plan"]) <= CENT


stated = st.tuples(
    st.sampled_from(["Plan", "Budget", "Last year", "Previous plan", "Unconstrained"]),
    st.sampled_from(["Paint", "Brushes", "Tins", NOT_BY_FAMILY]),
    st.sampled_from([*PLACES, NOT_BY_REGION]),
    st.integers(0, 29),
)
lines = st.lists(
    st.tuples(stated, st.fixed_dictionaries({name: st.one_of(st.none(), money) for name in ("sales_volume", "revenue", "cost", "inventory_value")})),
    max_size=30,
    unique_by=lambda line: line[0],
)
calendars = st.builds(Calendar, st.sampled_from(list(CalendarKind)), st.integers(1, 12))


def plan_of(rows: list[Any], timeline: Timeline) -> pd.DataFrame:
    """FINANCIAL_PLAN of these lines; only a budget leaves family and region open."""
    categories = {"Paint": "Goods", "Brushes": "Goods", "Tins": "Metal"}
    kept = [
        {"family": f, "region": r, "version": v, "period": timeline.periods[k], "category": categories.get(f, "")} | {n: np.nan if x is None else x for n, x in values.items()}
        for (v, f, r, k), values in rows
        if v == "Budget" or not (f == NOT_BY_FAMILY or r == NOT_BY_REGION)
    ]
    return table(frames.FINANCIAL_PLAN, *kept)


@settings(max_examples=25, deadline=None)
@given(lines, calendars, st.integers(0, 20), st.randoms(use_true_random=False))
def test_lines_of_a_comparison_are_the_sums_of_the_lines_below(rows, calendar, past, random):
    """Family and region -> family -> category -> total, and region -> total, in every span, whatever the fiscal year and the calendar."""
    current = calendar.shift(calendar.start_of(pd.Timestamp("2026-03-15")), 0)
    timeline = Timeline(calendar, calendar.shift(current, -past), current, 30 - past)
    plan = plan_of(rows, timeline)
    found, _ = plan_comparison(plan, timeline)
    frames.check_frame(found, frames.PLAN_COMPARISON)
    keys = ["span", "reference", "measure"]
    sums = {level: of_level.groupby(keys)[["plan", "reference_value", "gap"]].sum() for level, of_level in found.groupby("level")}
    for level, below in sums.items():
        if level != "total":  # a level that nobody knows has no lines; those that it has are all of it
            assert off(sums["total"].reindex(below.index), below) <= CENT, level
    below = found[found["level"] == "family and region"].groupby([*keys, "scope"])["plan"].sum()
    above = found[found["level"] == "family"].set_index([*keys, "scope"])["plan"].reindex(below.index)
    assert off(above, below) <= CENT
    assert off(found["plan"] - found["reference_value"], found["gap"]) <= CENT
    shuffled = plan.sample(frac=1, random_state=random.randrange(2**31)).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, plan_comparison(shuffled, timeline)[0], rtol=1e-9, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(calendars, st.integers(0, 90), st.integers(1, 110), st.integers(0, 400))
def test_a_full_year_holds_every_period_of_its_fiscal_year_and_no_other(calendar, past, horizon, days):
    current = calendar.start_of(pd.Timestamp("2025-12-01") + pd.Timedelta(days=days))
    timeline = Timeline(calendar, calendar.shift(current, -past), current, horizon)
    spans, _ = comparison_spans(timeline)
    usual = (52, 53) if calendar.kind is CalendarKind.WEEKS else (12,)
    by_name = {span.name: span.inside for span in spans}
    for name, inside in by_name.items():
        years = {calendar.fiscal_year(period) for period in timeline.periods[inside]}
        if name.startswith("Full year"):
            assert inside.sum() in usual
            assert years == {int(name.split()[-1])}
    this = calendar.fiscal_year(current)
    for year in (this, this + 1):
        of_year = [step for step in range(-60, 120) if calendar.fiscal_year(calendar.shift(current, step)) == year]
        assert (f"Full year {year}" in by_name) == (-past <= of_year[0] and of_year[-1] < horizon)
    if f"Full year {this}" in by_name:
        to_date = by_name.get(f"Year to date {this}", np.zeros(len(timeline.periods), dtype=bool))
        assert (by_name[f"Full year {this}"] == (to_date ^ by_name[f"Rest of {this}"])).all()
