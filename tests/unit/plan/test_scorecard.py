"""The balanced scorecard: targets of one's own, watch limits, trend, owners, and what opens an exception."""

from __future__ import annotations

import numpy as np
import pytest
from plan_tables import items, months, table

from sop_xl import frames
from sop_xl.plan.kpi_catalogue import KPIS
from sop_xl.plan.kpi_status import status, trend, watch_limit
from sop_xl.plan.kpi_variances import MoneyBases, variance_matters
from sop_xl.plan.kpis import kpis, target_notes

TIMELINE = months("2026-01", 12)
BASES = MoneyBases(year={"All": 12_000_000.0}, quarter={"All": 3_000_000.0}, stock={"All": 2_000_000.0})


def kpi(name):
    return next(one for one in KPIS if one.name == name)


def scorecard(values, stated=(), previous=None):
    return kpis(
        frames.empty_frame(frames.FINANCIAL_PLAN), frames.empty_frame(frames.INVENTORY_PLAN), frames.empty_frame(frames.FORECAST_ACCURACY).iloc[:0], items("A"), TIMELINE,
        {"WMAPE": 0.3}, more=values, stated=table(frames.KPI_TARGETS, *stated), previous=previous,
    )  # fmt: skip


def line(figures, name, scope="All"):
    found = figures[(figures["kpi"] == name) & (figures["scope"] == scope)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_scorecard_has_its_four_perspectives():
    assert set(scorecard({})["perspective"]) == {"customer", "process", "finance", "growth"}


def test_a_target_of_the_sheet_goes_before_that_of_settings_and_holds_for_families_without_their_own():
    stated = [{"kpi": "WMAPE", "target": 0.2, "owner": "Ann"}, {"kpi": "WMAPE", "scope": "Paint", "target": 0.4}]
    figures = scorecard({"WMAPE": {"All": 0.25, "Paint": 0.25, "Tools": 0.25}}, stated)
    assert [line(figures, "WMAPE", scope)["target"] for scope in ("All", "Paint", "Tools")] == [0.2, 0.4, 0.2]
    assert set(figures.loc[figures["kpi"] == "WMAPE", "owner"]) == {"Ann"}


@pytest.mark.parametrize(
    ("name", "value", "target", "watch", "expected"),
    [
        ("Fill rate", 0.96, 0.95, 0.90, "good"),
        ("Fill rate", 0.90, 0.95, 0.90, "watch"),
        ("Fill rate", 0.89, 0.95, 0.90, "poor"),
        ("Excess stock", 0.14, 0.10, 0.15, "watch"),
        ("Excess stock", 0.16, 0.10, 0.15, "poor"),
        ("Bias", -0.07, 0.05, 0.10, "watch"),
        ("Bias", -0.11, 0.05, 0.10, "poor"),
        ("Utilisation", 0.80, 0.85, 0.95, "watch"),
        ("Utilisation", 0.74, 0.85, 0.95, "poor"),
        ("Fill rate", 0.89, 0.95, 0.97, "watch"),  # a limit on the good side does not count: a tenth of the target does
    ],
)
def test_between_target_and_watch_limit_a_figure_is_to_be_watched(name, value, target, watch, expected):
    assert status(kpi(name), value, target, watch) == expected


def test_a_figure_without_a_limit_shows_the_one_that_counts():
    assert watch_limit(kpi("WMAPE"), 0.3) == pytest.approx(0.33)
    assert watch_limit(kpi("Fill rate"), 0.95) == pytest.approx(0.855)
    assert np.isnan(watch_limit(kpi("Fill rate"), np.nan))


@pytest.mark.parametrize(
    ("name", "value", "previous", "target", "expected"),
    [
        ("Fill rate", 0.95, 0.92, np.nan, "better"),
        ("Fill rate", 0.95, 0.953, np.nan, "same"),
        ("WMAPE", 0.30, 0.25, np.nan, "worse"),
        ("Bias", -0.10, 0.04, np.nan, "worse"),
        ("Days of supply", 70, 90, 60, "better"),
        ("Days of supply", 40, 50, 60, "worse"),
        ("Days of supply", 40, 50, np.nan, ""),  # what is good of it needs a target
        ("Fill rate", 0.95, np.nan, 0.9, ""),
    ],
)
def test_the_trend_says_whether_it_got_better(name, value, previous, target, expected):
    assert trend(kpi(name), value, previous, target) == expected


def test_the_last_cycle_stands_beside_the_figure():
    before = scorecard({"Fill rate": {"All": 0.97}})
    now = line(scorecard({"Fill rate": {"All": 0.91}}, previous=before), "Fill rate")
    assert (now["previous"], now["trend"]) == (0.97, "worse")


def test_names_and_limits_that_cannot_count_are_said():
    stated = [{"kpi": "Fil rate", "target": 0.9}, {"kpi": "Fill rate", "target": 0.9, "watch": 0.95}, {"kpi": "WMAPE", "watch": 0.4}]
    said = target_notes(table(frames.KPI_TARGETS, *stated), scorecard({}, stated))
    assert said["rule"].tolist() == ["kpi-unknown", "kpi-limit"]
    assert 'did you mean "Fill rate"' in said["note"].iloc[0]


# --- variance triggers -----------------------------------------------------------------------------------------------


def test_a_poor_figure_opens_an_exception_with_its_owner_and_its_money():
    """4 points below the target of 95 %, of a yearly revenue of 12 million."""
    figures = scorecard({"Fill rate": {"All": 0.91}}, [{"kpi": "Fill rate", "target": 0.95, "watch": 0.93, "owner": "Ann"}])
    (matter,) = variance_matters(figures, BASES)
    assert (matter.alert, matter.kind, matter.responsible) == ("KPI Fill rate", "variance", "Ann")
    assert matter.value == pytest.approx(480_000)
    assert matter.sentence == "Fill rate is 91.0%: target 95.0%, poor beyond 93.0%."
    assert matter.next_step.split()[0] == "Decide"


def test_a_figure_that_is_only_to_be_watched_opens_none():
    assert variance_matters(scorecard({"Fill rate": {"All": 0.94}}, [{"kpi": "Fill rate", "target": 0.95, "watch": 0.93}]), BASES) == []
    assert variance_matters(scorecard({"Fill rate": {"All": 0.10}}), BASES) == []  # nothing is wanted of it


def test_a_good_figure_that_would_miss_its_target_after_one_more_such_fall_opens_one():
    stated = [{"kpi": "Fill rate", "target": 0.95, "watch": 0.93}]
    before = scorecard({"Fill rate": {"All": 0.99}}, stated)
    (matter,) = variance_matters(scorecard({"Fill rate": {"All": 0.96}}, stated, before), BASES)
    assert "99.0% in the last cycle" in matter.sentence
    assert variance_matters(scorecard({"Fill rate": {"All": 0.98}}, stated, before), BASES) == []


def test_a_figure_far_above_its_target_may_fall():
    stated = [{"kpi": "Revenue against budget", "target": 0.0, "watch": -0.05}]
    before = scorecard({"Revenue against budget": {"All": 1.5}}, stated)
    assert variance_matters(scorecard({"Revenue against budget": {"All": 1.2}}, stated, before), BASES) == []
    (matter,) = variance_matters(scorecard({"Revenue against budget": {"All": 0.6}}, stated, before), BASES)
    assert "one more cycle like the last misses the target" in matter.sentence


def test_families_out_of_bounds_are_named_in_the_one_line_of_their_figure():
    stated = [{"kpi": "Fill rate", "target": 0.95}]
    figures = scorecard({"Fill rate": {"All": 0.95, "Paint": 0.5, "Tools": 0.7}}, stated)
    (matter,) = variance_matters(figures, BASES)
    assert (matter.family, matter.sentence.endswith("also Tools.")) == ("Paint", True)
