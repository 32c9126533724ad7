"""The workbook's own forecast recipe on a long file of series, for engineers and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sop_xl.commands.report import ExitCode, Report, count
from sop_xl.errors import ContractError, HostError, Problem, Severity, quote
from sop_xl.hosts.series_files import SeriesFile, check_out, read_series, write_forecast
from sop_xl.plan.forecast import forecast_series
from sop_xl.plan.forecast.distributed import Backend, check_backend
from sop_xl.plan.forecast.regular import MOST_PERIODS, Frequency, fill_gaps, infer_frequency
from sop_xl.plan.forecast.report import DECIMALS

ABSENT_ALLOWED = 0.25
"""Share of missing periods in a series above which a note becomes a warning."""


def forecast_file(
    file: Path,
    out: Path,
    *,
    horizon: int,
    season: int | None = None,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    n_jobs: int = 1,
    backend: Backend = "local",
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Forecast each series of a long CSV or Parquet file and write a long file, CSV or Parquet by its ending.

    Parameters
    ----------
    file
        Columns unique_id, ds and y, one row per series and period. A blank y, or a period without a row between a series' first and last, is absent
        and interpolated; dates are ISO (`2025-03`, `2025-03-01`), or whole numbers where periods are only counted.
    out
        Gets unique_id, ds, forecast and one column per quantile (`q0.1`). Each series is forecast from its own last value on.
    horizon
        Periods ahead.
    season
        Periods in a season; absent = as usual for the frequency of the dates (12 monthly, 4 quarterly, 52 weekly, 7 daily, 24 hourly, 1 yearly).
    quantiles
        Fractions between 0 and 1.
    n_jobs
        Processes; results do not depend on it.
    backend
        `local`, or a cluster through `dask`, `ray` or `spark`, each an extra of the package; results do not depend on it.
    progress
        Called with (message, done, total).

    Returns
    -------
    Report
        `facts`: series, frequency, season, rows, absent periods, and how many series each kind of method made.

    Raises
    ------
    ContractError
        With every bad value and its line; nothing is written.
    HostError
        When a file cannot be read or written, or a cluster's packages are absent or it fails.
    """
    tell = progress or (lambda message, done, total: None)
    chosen = sorted(set(quantiles))
    if horizon < 1 or not all(0 < q < 1 for q in chosen):
        raise HostError("a forecast needs a horizon of at least 1 and quantiles between 0 and 1")
    check_out(out, file)
    check_backend(backend)
    tell("Reading", 0, 0)
    source = read_series(file)
    rows, notes = _understood(file.name, source)
    frequency = _frequency(file.name, rows, season)
    dense, spans = _regular(file.name, source.unit, rows, frequency)
    made = forecast_series(
        dense, horizon, season or frequency.season, chosen, n_jobs=n_jobs, backend=backend,
        progress=lambda done, total: tell("Forecasting", done, total),
    )  # fmt: skip
    tell("Writing", 0, 0)
    write_forecast(out, _long(made.forecast, spans, frequency, chosen))
    notes += _gaps(file.name, spans, frequency) + _short(file.name, spans, season or frequency.season)
    kinds = made.models["model"].str.split(",").str[0].value_counts().sort_index()
    return Report(
        command="forecast",
        workbook=str(file),
        exit_code=ExitCode.FINE,
        summary=f"{out.name}: {len(spans)} {frequency.name} series, {horizon} periods ahead, season of {season or frequency.season}",
        problems=notes,
        facts={
            "out": str(out), "series": len(spans), "rows": len(rows), "frequency": frequency.name, "season": season or frequency.season,
            "horizon": horizon, "quantiles": chosen, "absent": int(spans["absent"].sum()), "methods": {str(k): int(v) for k, v in kinds.items()},
            "notes": count(notes, Severity.NOTE),
        },
        tables=[("Methods", ["Method", "Series"], [[str(k), str(v)] for k, v in kinds.items()])],
    )  # fmt: skip


def _understood(name: str, source: SeriesFile) -> tuple[pd.DataFrame, list[Problem]]:
    """Typed rows with a value, and what was left out or converted; every bad field is a problem with its line."""
    raw, unit = source.rows, source.unit
    if raw.empty:
        raise ContractError([Problem(name, "", "no-rows", "expected at least one row below the header")])
    problems: list[tuple[int, Problem]] = []

    def complain(bad: pd.Series, rule: str, expected: str, column: str) -> None:
        for place, value in zip(raw.loc[bad, "place"], raw.loc[bad, column], strict=True):
            got = quote(None if pd.isna(value) else value)
            hint = "decimals take a point" if rule == "not-a-number" and "," in str(value) else ""
            problems.append((int(place), Problem(f"{name} {unit} {place}", "", rule, expected, got, hint)))

    unique_id = raw["unique_id"]
    blank = unique_id.isna() | (unique_id.astype(str).str.strip() == "")
    complain(blank, "no-series", "expected the name of a series in unique_id", "unique_id")
    ds = _dates(raw["ds"])
    complain(ds.isna(), "not-a-date", "expected a date in ds such as 2025-03-01", "ds")
    y = pd.to_numeric(raw["y"], errors="coerce").astype(float)
    given = raw["y"].notna()
    bad = (given & y.isna()) | np.isinf(y)
    complain(bad, "not-a-number", "expected a number in y", "y")
    if problems:
        raise ContractError(problem for _, problem in sorted(problems, key=lambda found: found[0]))
    notes = []
    if source.others:
        notes.append(_note(name, "columns-left-out", f"columns left out: {', '.join(source.others[:8])}"))
    if (y < 0).any():
        notes.append(_note(name, "negative-as-zero", f"{int((y < 0).sum())} negative values count as 0"))
    rows = pd.DataFrame({"unique_id": unique_id.astype(str), "ds": ds, "y": y, "place": raw["place"]})
    silent = sorted(set(rows["unique_id"]) - set(rows.loc[given, "unique_id"]))
    notes += [_note(name, "no-values", f"series {quote(s)} has no value and is left out", Severity.WARNING) for s in silent]
    if not given.any():
        raise ContractError([Problem(name, "", "no-rows", "expected at least one value in y")])
    return rows[given].reset_index(drop=True), notes


def _dates(ds: pd.Series) -> pd.Series:
    """Dates, or whole numbers where the column counts periods; `NaT` for what is neither."""
    text = ds.astype(str).str.strip()
    if text[ds.notna()].str.fullmatch(r"\d{1,7}").all() and ds.notna().all():
        return text.astype("int64")
    if ds.dtype.kind == "M":
        return pd.Series(ds.dt.tz_localize(None))
    dates = pd.to_datetime(text.where(ds.notna()), errors="coerce", format="ISO8601", utc=True)
    return pd.Series(dates.dt.tz_localize(None))


def _frequency(name: str, rows: pd.DataFrame, season: int | None) -> Frequency:
    frequency = infer_frequency(rows["unique_id"], rows["ds"])
    if frequency is None:
        expected = "expected dates that are hours, days, weeks, months, quarters or years apart"
        steps = rows.groupby("unique_id")["ds"].nunique().max() > 1
        raise ContractError([Problem(name, "", "no-frequency", expected, "other steps" if steps else "no series with two dates")])
    if not frequency.code and season is None:
        raise ContractError([Problem(name, "", "no-frequency", "expected dates in ds to know the season", "numbers", "give --season")])
    return frequency


def _regular(name: str, unit: str, rows: pd.DataFrame, frequency: Frequency) -> tuple[pd.DataFrame, pd.DataFrame]:
    ordinal = frequency.ordinals(rows["ds"])
    keyed = rows.assign(ordinal=ordinal)
    repeated = keyed.duplicated(["unique_id", "ordinal"])
    if repeated.any():
        first = keyed.drop_duplicates(["unique_id", "ordinal"]).set_index(["unique_id", "ordinal"])["place"]
        again = keyed[repeated]
        raise ContractError(
            Problem(
                f"{name} {unit} {place}", "", "repeated-period", "expected one value per series and period",
                f"{quote(series)} {frequency.label(int(number))} again", f"first in {unit} {first.loc[(series, number)]}",
            )
            for series, number, place in zip(again["unique_id"], again["ordinal"], again["place"], strict=True)
        )  # fmt: skip
    spans = keyed.groupby("unique_id")["ordinal"].agg(["min", "max"])
    endless = spans[spans["max"] - spans["min"] >= MOST_PERIODS]
    if len(endless):
        raise ContractError(
            Problem(name, "", "not-a-date", f"expected dates of {quote(series)} within {MOST_PERIODS:,} periods",
                    f"{frequency.label(int(low))} to {frequency.label(int(high))}")
            for series, low, high in zip(endless.index, endless["min"], endless["max"], strict=True)
        )  # fmt: skip
    return fill_gaps(rows["unique_id"], ordinal, rows["y"])


def _long(forecast: pd.DataFrame, spans: pd.DataFrame, frequency: Frequency, quantiles: Sequence[float]) -> pd.DataFrame:
    last = spans.set_index("unique_id")["last"]
    ordinals = forecast["unique_id"].map(last).to_numpy(dtype=np.int64) + forecast["step"].to_numpy(dtype=np.int64)
    out = pd.DataFrame({"unique_id": forecast["unique_id"], "ds": frequency.dates(ordinals), "forecast": forecast["forecast"].round(DECIMALS)})
    for quantile in quantiles:
        out[f"q{quantile:g}"] = forecast[f"q{quantile * 100:g}"].round(DECIMALS)
    return out


def _gaps(name: str, spans: pd.DataFrame, frequency: Frequency) -> list[Problem]:
    notes: list[Problem] = []
    holey = spans[spans["absent"] > 0]
    for series, first, last, periods, absent in zip(*(holey[c] for c in ("unique_id", "first", "last", "periods", "absent")), strict=True):
        much = absent > ABSENT_ALLOWED * periods
        between = f"{frequency.label(int(first))} and {frequency.label(int(last))}"
        text = f"series {quote(series)}: {absent} of {periods} periods between {between} have no value and are interpolated"
        hint = "a period without demand needs a row with 0" if much else ""
        notes.append(_note(name, "absent-periods", text, Severity.WARNING if much else Severity.NOTE, hint))
    early = int((spans["last"] < spans["last"].max()).sum())
    if early:
        latest = frequency.label(int(spans["last"].max()))
        notes.append(_note(name, "ends-early", f"{early} of {len(spans)} series end before {latest}; each is forecast from its own end on"))
    return notes


def _short(name: str, spans: pd.DataFrame, season: int) -> list[Problem]:
    short = int((spans["periods"] < 2 * season).sum())
    if not short or season < 2:
        return []
    return [_note(name, "short-series", f"{short} of {len(spans)} series are shorter than two seasons of {season} periods and are forecast without a season")]


def _note(name: str, rule: str, text: str, severity: Severity = Severity.NOTE, hint: str = "") -> Problem:
    return Problem(name, "", rule, text, hint=hint, severity=severity)
