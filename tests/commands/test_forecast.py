"""`sop-xl forecast`: the recipe on a long CSV or Parquet file."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from company import run

from sop_xl.plan.forecast import forecast_series
from sop_xl.plan.forecast.regular import infer_frequency

MONTHS = pd.date_range("2021-01-01", periods=48, freq="MS")


def sales(*names: str, dates: pd.DatetimeIndex = MONTHS) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(len(dates)) / 12)
    return pd.concat(
        [pd.DataFrame({"unique_id": n, "ds": dates, "y": np.round(100 * season * rng.uniform(0.9, 1.1, len(dates)))}) for n in names],
        ignore_index=True,
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sales.csv"
    sales("0017", "0042").to_csv(path, index=False)
    return path


def written(path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"unique_id": str}, parse_dates=["ds"])


def test_the_file_holds_what_the_engine_forecasts(file):
    out = file.with_name("out.csv")
    result = run("forecast", file, "--horizon", "6", "--quantiles", "0.1,0.5,0.975", "--out", out)
    assert result.exit_code == 0, result.output
    made = written(out)
    assert list(made.columns) == ["unique_id", "ds", "forecast", "q0.1", "q0.5", "q0.975"]
    assert made["unique_id"].tolist() == ["0017"] * 6 + ["0042"] * 6, "codes keep their leading zeros"
    assert made["ds"].tolist() == list(pd.date_range("2025-01-01", periods=6, freq="MS")) * 2
    engine = forecast_series(sales("0017", "0042"), 6, 12, (0.1, 0.5, 0.975)).forecast
    assert made["forecast"].to_numpy() == pytest.approx(engine["forecast"].to_numpy(), abs=1e-6)
    assert made["q0.975"].to_numpy() == pytest.approx(engine["q97.5"].to_numpy(), abs=1e-6)
    assert "2 monthly series" in result.output and "season of 12" in result.output


def test_parquet_in_and_out_give_the_same_numbers_and_twice_the_same_bytes(file):
    source, out, again = (file.with_name(n) for n in ("in.parquet", "out.parquet", "again.parquet"))
    sales("0017", "0042").to_parquet(source)
    run("forecast", file, "--horizon", "3", "--out", file.with_name("out.csv"))
    assert run("forecast", source, "--horizon", "3", "--out", out).exit_code == 0
    run("forecast", source, "--horizon", "3", "--out", again)
    pd.testing.assert_frame_equal(pd.read_parquet(out), written(file.with_name("out.csv")), check_dtype=False)
    assert out.read_bytes() == again.read_bytes()


def test_a_gap_is_said_and_interpolated_and_a_series_that_ends_early_starts_early(file):
    rows = sales("a", "b")
    rows = rows.drop(index=[10, 11]).query("not (unique_id == 'b' and ds >= '2024-11-01')")
    rows.assign(region="north").to_csv(file, index=False)
    out = file.with_name("out.csv")
    result = run("forecast", file, "--horizon", "2", "--out", out)
    assert result.exit_code == 0
    assert 'series "a": 2 of 48 periods between 2021-01 and 2024-12 have no value and are interpolated' in result.output
    assert "1 of 2 series end before 2024-12" in result.output
    assert "columns left out: region" in result.output
    assert written(out)["ds"].dt.strftime("%Y-%m").tolist() == ["2025-01", "2025-02", "2024-11", "2024-12"]


def test_a_blank_value_at_the_end_is_not_yet_known_rather_than_zero(file):
    rows = sales("a")
    rows.loc[47, "y"] = np.nan
    rows.to_csv(file, index=False)
    run("forecast", file, "--horizon", "1", "--out", file.with_name("out.csv"))
    assert written(file.with_name("out.csv"))["ds"].tolist() == [pd.Timestamp("2024-12-01")]


@pytest.mark.parametrize(
    ("freq", "name", "season"),
    [("MS", "monthly", 12), ("ME", "monthly", 12), ("QS", "quarterly", 4), ("QE-FEB", "quarterly", 4), ("W-WED", "weekly", 52),
     ("D", "daily", 7), ("h", "hourly", 24), ("YS", "yearly", 1), ("YE-JUN", "yearly", 1)],
)  # fmt: skip
def test_the_dates_show_their_frequency_and_go_on_in_their_own_style(freq, name, season):
    dates = pd.date_range("2019-01-01", periods=31, freq=freq)
    known = dates[:20]
    frequency = infer_frequency(pd.Series(["a"] * 20), pd.Series(known))
    assert frequency is not None
    assert (frequency.name, frequency.season) == (name, season)
    ordinals = frequency.ordinals(pd.Series(known))
    assert (np.diff(ordinals) == 1).all()
    assert frequency.dates(ordinals[-1] + np.arange(1, 12)).tolist() == dates[20:].tolist()


def test_a_series_too_short_for_its_season_is_said(file):
    pd.concat([sales("long"), sales("short").tail(23)]).to_csv(file, index=False)
    result = run("forecast", file, "--horizon", "2", "--out", file.with_name("out.csv"))
    assert "1 of 2 series are shorter than two seasons of 12 periods and are forecast without a season" in result.output
    sales("long").to_csv(file, index=False)
    assert "two seasons" not in run("forecast", file, "--horizon", "2", "--out", file.with_name("out.csv")).output


def test_numbered_periods_need_a_season(file):
    frame = sales("a").assign(ds=np.arange(1, 49))
    frame.to_csv(file, index=False)
    out = file.with_name("out.csv")
    refused = run("forecast", file, "--horizon", "2", "--out", out)
    assert refused.exit_code == 1 and "give --season" in refused.output
    assert run("forecast", file, "--horizon", "2", "--season", "12", "--out", out).exit_code == 0
    assert pd.read_csv(out)["ds"].tolist() == [49, 50]


BAD = {
    "a,2025-13,5": 'sales.csv line 50: expected a date in ds such as 2025-03-01, got "2025-13"',
    'a,2025-01-01,"1,5"': 'sales.csv line 50: expected a number in y, got "1,5" (decimals take a point)',
    "a,2025-01-01,inf": 'sales.csv line 50: expected a number in y, got "inf"',
    ",2025-01-01,5": "sales.csv line 50: expected the name of a series in unique_id, got nothing",
    "a,2024-12-09,5": 'sales.csv line 50: expected one value per series and period, got "a" 2024-12 again (first in line 49)',
    "a,2025-01-01,5,6": "sales.csv line 50: expected 3 fields, got 4",
}


@pytest.mark.parametrize(("line", "said"), BAD.items())
def test_a_bad_line_is_named_and_nothing_is_written(file, line, said):
    sales("a").to_csv(file, index=False)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    out = file.with_name("out.csv")
    out.write_text("old")
    result = run("forecast", file, "--horizon", "3", "--out", out)
    assert result.exit_code == 1
    assert said in result.output
    assert out.read_text() == "old"
    assert [p.name for p in file.parent.iterdir() if p.suffix == ".tmp"] == []


def test_files_that_are_none(file):
    out = file.with_name("out.csv")
    empty, binary, columns = (file.with_name(n) for n in ("empty.csv", "binary.csv", "columns.csv"))
    empty.write_text("")
    binary.write_bytes(b"PAR1\x00\x00")
    columns.write_text("item,month,units\na,2025-01,3\n")
    broken = file.with_name("broken.parquet")
    broken.write_bytes(b"unique_id,ds,y\n")
    for path, code, said in (
        (empty, 1, "the file is empty"), (binary, 1, "a Parquet file ends in .parquet"), (columns, 1, "the file has item, month, units"),
        (broken, 2, "is not a readable Parquet file"), (file.with_name("none.csv"), 2, "does not exist"),
    ):  # fmt: skip
        result = run("forecast", path, "--horizon", "3", "--out", out)
        assert result.exit_code == code, result.output
        assert said in result.output
        assert not out.exists()


def test_a_place_that_cannot_be_is_refused_before_any_work(file):
    for out, said in ((file, "is the input"), (file.with_name("out.xlsx"), ".csv or .parquet"), (file.parent / "no" / "out.csv", "there is no folder")):
        result = run("forecast", file, "--horizon", "3", "--out", out)
        assert result.exit_code == 2 and said in result.output
    assert run("forecast", file, "--horizon", "3", "--quantiles", "0.1,2", "--out", file.with_name("o.csv")).exit_code == 2


def test_the_report_is_json(file):
    result = run("forecast", file, "--horizon", "3", "--out", file.with_name("out.csv"), "--json")
    report = json.loads(result.stdout)
    assert report["frequency"] == "monthly" and report["series"] == 2 and report["absent"] == 0
    assert sum(report["methods"].values()) == 2


def test_a_cluster_writes_the_same_file(file):
    from distributed import Client

    local, cluster = file.with_name("local.parquet"), file.with_name("cluster.parquet")
    assert run("forecast", file, "--horizon", "3", "--out", local).exit_code == 0
    with Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None):
        result = run("forecast", file, "--horizon", "3", "--backend", "dask", "--out", cluster)
    assert result.exit_code == 0, result.output
    assert cluster.read_bytes() == local.read_bytes()


def test_a_cluster_that_is_not_installed_is_one_line_before_any_work(file, monkeypatch):
    monkeypatch.setattr("sop_xl.plan.forecast.distributed.find_spec", lambda name: None)
    out = file.with_name("out.csv")
    result = run("forecast", file.with_name("none.csv"), "--horizon", "3", "--backend", "ray", "--out", out)
    assert result.exit_code == 2
    assert result.output.strip() == "--backend ray needs ray and duckdb, not installed here: pip install 'sop-xl[ray]'"
    assert not out.exists()
    assert run("forecast", file, "--horizon", "3", "--backend", "local", "--out", out).exit_code == 0, "this machine needs nothing more"
