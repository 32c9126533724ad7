"""Track records: what a contributor's past numbers were worth beside the forecast."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import MONTHS, items, month, months

from sop_xl import frames
from sop_xl.plan.track_record import IN_LINE, OPTIMISM, SANDBAGGING, TOO_FEW, track_records

TIMELINE = months("2026-01", 3, history=24)


def past(who, numbers, forecasts, actuals, *, item="A", lag=1, last="2025-12"):
    """One number a month, the last for `last`."""
    periods = [MONTHS.shift(month(last), k + 1 - len(numbers)) for k in range(len(numbers))]
    return pd.DataFrame(
        {"contributor": who, "item": item, "location": "North", "period": periods, "lag": lag, "sales_number": numbers, "forecast": forecasts, "actual": actuals}
    ).astype({"sales_number": float, "forecast": float, "actual": float})


def record(*parts, least=6, weight=0.5):
    table = track_records(pd.concat(parts, ignore_index=True), items("A", "B"), TIMELINE, weight, least)
    frames.check_frame(table, frames.TRACK_RECORDS)
    assert len(table) == 1
    return table.iloc[0]


def test_a_sandbagger_is_named_corrected_and_weighed():
    """Six months of 80 where 100 came: bias -20 %, shrunk by half to -10 %; corrected 88.9, squared error 123; the forecast's is 400.

    Earned 400 / (400 + 123.5) = 0.764, shrunk by half towards 0.5: 0.632.
    """
    row = record(past("Ann", [80] * 6, [120, 80] * 3, [100] * 6))
    assert (row["periods"], row["verdict"]) == (6, SANDBAGGING)
    assert row[["bias", "wmape", "forecast_wmape", "skill", "correction"]].tolist() == pytest.approx([-0.2, 0.2, 0.2, 0, -0.1])
    assert row["weight"] == pytest.approx(0.5 * 400 / (400 + (100 - 80 / 0.9) ** 2) + 0.25)
    assert row["note"] == "6 periods: bias -20% (sandbagging), WMAPE 20% against 20% of the forecast; worth a weight of 63%"


def test_five_periods_are_too_few_for_a_judgement():
    row = record(past("Ann", [80] * 5, [100] * 5, [100] * 5))
    assert (row["verdict"], row["correction"]) == (TOO_FEW, 0)
    assert pd.isna(row["weight"]) and pd.isna(row["bias"])
    assert row["note"] == "5 of 6 periods compared: too few to judge, the weight of Settings holds"


def test_optimism_is_the_other_direction():
    assert record(past("Ann", [130, 120, 140, 125, 135, 130], [100] * 6, [100] * 6))["verdict"] == OPTIMISM


def test_a_mean_that_chance_explains_is_in_line():
    """Mean error +10 of 100, but errors from -60 to +80: t = 0.4."""
    assert record(past("Ann", [180, 40, 170, 50, 180, 40], [100] * 6, [100] * 6))["verdict"] == IN_LINE


def test_a_sure_but_tiny_bias_is_in_line():
    assert record(past("Ann", [102] * 6, [100] * 6, [100] * 6))["verdict"] == IN_LINE


def test_whoever_errs_more_than_the_forecast_earns_less_than_half():
    numbers = [180, 40, 170, 50, 180, 40]
    assert record(past("Ann", numbers, [105, 95] * 3, [100] * 6), weight=0.5)["weight"] < 0.3


def test_more_periods_move_further_from_the_setting():
    few, many = (record(past("Ann", [90, 110] * n, [150, 50] * n, [100] * (2 * n))) for n in (3, 9))
    assert 0.5 < few["weight"] < many["weight"] < 1


def test_a_month_said_at_three_lags_is_one_month():
    parts = [past("Ann", [80] * 4, [100] * 4, [100] * 4, lag=lag) for lag in (1, 2, 3)]
    assert record(*parts)["periods"] == 4


def test_lags_beyond_three_and_months_that_are_not_past_are_left_out():
    row = record(past("Ann", [80] * 6, [100] * 6, [100] * 6), past("Ann", [900] * 6, [100] * 6, [100] * 6, lag=4), past("Ann", [900], [100], [100], last="2026-01"))
    assert row["bias"] == pytest.approx(-0.2)


def test_within_a_family_errors_of_the_mix_are_nobodys():
    """80 of A and 120 of B where it came the other way round: the family's number was right."""
    row = record(past("Ann", [80] * 6, [100] * 6, [120] * 6), past("Ann", [120] * 6, [100] * 6, [80] * 6, item="B"))
    assert row["wmape"] == 0


def test_no_past_numbers_no_records():
    assert track_records(past("Ann", [], [], []), items("A"), TIMELINE).empty
