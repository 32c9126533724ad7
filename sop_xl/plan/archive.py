"""The forecast archive: what each cycle forecast, step by step, kept until the actuals are there.

A cycle is named by its first planned period, which is lag 1. Its rows are written by every run of the cycle and stand
still as soon as a later cycle is archived. Seasonal naive is not stored: it is the demand of a year before, which the
history holds (see `plan.compared`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import FORECAST_ARCHIVE, empty_frame, order_rows
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.effects import EVENTS, LIFE_CYCLE, SALES_INPUT, STAGES
from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note, notes_frame

LAGS = 6
"""Periods of each cycle that are kept; what lies further ahead than six periods is not measured."""

LAG_COLUMNS = tuple(f"lag_{k}" for k in range(1, LAGS + 1))

BASELINE, SALES_NUMBER = "baseline", "sales_number"

ARCHIVED = (BASELINE, *STAGES, SALES_NUMBER)
"""Stages of an archived row: baseline + the four steps = consensus; the sales number is what a contributor said."""

_SERIES = ["item", "location", "stage", "source"]
_NOTHING = 1e-6
"""Units below which a step moved nothing: what float arithmetic leaves of parts that cancel."""


def source_text(owner: str, reason_code: str = "") -> str:
    """Owner and reason code in one text: `Ada | tender`, `Ada`, `| tender`; `source_parts` takes it apart again.

    A bar within the owner or the reason becomes a slash, runs of blanks become one.
    """
    who, why = (" ".join(str(part).replace("|", "/").split()) for part in (owner, reason_code))
    return f"{who} | {why}".strip() if why else who


def source_parts(source: str) -> tuple[str, str]:
    """Owner and reason code of a `source_text`; `""` for the one that is absent."""
    who, _, why = source.partition("|")
    return who.strip(), why.strip()


def cycle_forecast(
    consensus: pd.DataFrame,
    effects: pd.DataFrame,
    timeline: Timeline,
    sales_numbers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rows of the current cycle.

    Parameters
    ----------
    consensus
        CONSENSUS_DEMAND, units.
    effects
        DEMAND_EFFECTS, units. What of a step they do not explain is archived without a source, so that baseline and steps
        always add up to the consensus.
    timeline
        Its first six planned periods are kept, or as many as there are; lags beyond are absent.
    sales_numbers
        contributor, item, location, period, demand (units; NaN = not given): what each contributor said, before it was weighted.

    Returns
    -------
    FORECAST_ARCHIVE of the current cycle. A series that is 0 in every lag has no row; a sales number of 0 has one, for it
    was said. Numbers keep five significant digits and never less than whole units.
    """
    periods = timeline.plan[:LAGS]
    parts = [_long(consensus, BASELINE, BASELINE)]
    for stage in STAGES:
        named = effects[effects["stage"] == stage]
        # the whole step without a source, less what has one: what is left is what nobody stands for
        parts += [
            _long(consensus, stage, stage),
            _named(named, stage),
            _named(named, stage).assign(source="", units=-named["effect"].to_numpy(dtype=float)),
        ]
    moved = _wide(pd.concat(parts, ignore_index=True), periods, absent=0.0)
    lags = moved[list(LAG_COLUMNS[: len(periods)])]
    rows = [moved[(lags.abs() > _NOTHING).any(axis=1).to_numpy()]]
    if sales_numbers is not None and len(sales_numbers):
        said = sales_numbers[sales_numbers["demand"].notna()]
        said = said.assign(
            stage=SALES_NUMBER, source=said["contributor"].map(source_text), units=said["demand"]
        )
        rows.append(_wide(said, periods, absent=np.nan).dropna(how="all", subset=list(LAG_COLUMNS)))
    together = pd.concat(rows, ignore_index=True).assign(cycle=pd.Timestamp(timeline.current))
    if together.empty:
        return empty_frame(FORECAST_ARCHIVE)
    together[list(LAG_COLUMNS)] = _rounded(together[list(LAG_COLUMNS)].to_numpy())
    together["cycle"] = together["cycle"].astype("datetime64[ns]")
    return order_rows(together, FORECAST_ARCHIVE)


def _long(consensus: pd.DataFrame, column: str, stage: str) -> pd.DataFrame:
    busy = consensus.loc[consensus[column] != 0, ["item", "location", "period", column]]
    return busy.rename(columns={column: "units"}).assign(stage=stage, source="")


def _named(effects: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Effects of one stage by the person and the reason behind them; a contributor answers for his own number."""
    owner = effects["owner"]
    if stage == SALES_INPUT:
        owner = owner.where(owner != "", effects["source"])
    sources = [source_text(*both) for both in zip(owner, effects["reason_code"], strict=True)]
    rows = effects[["item", "location", "period", "stage"]].assign(units=effects["effect"])
    return rows.assign(source=pd.Series(sources, index=effects.index, dtype="object"))


def _wide(rows: pd.DataFrame, periods: pd.DatetimeIndex, absent: float) -> pd.DataFrame:
    """One row per series, stage and source with a column per lag; several units of one cell add up."""
    column = periods.get_indexer(pd.DatetimeIndex(rows["period"]))
    rows, column = rows[column >= 0], column[column >= 0]
    groups = rows.groupby(_SERIES, sort=True, observed=True)
    code = groups.ngroup().to_numpy()
    keys = rows[_SERIES].iloc[np.unique(code, return_index=True)[1]].reset_index(drop=True)
    units = np.zeros((len(keys), LAGS))
    np.add.at(units, (code, column), rows["units"].to_numpy(dtype=float))
    if np.isnan(absent):
        given = np.zeros(units.shape, dtype=bool)
        given[code, column] = True
        units[~given] = np.nan
    units[:, len(periods) :] = np.nan
    return keys.join(pd.DataFrame(units, columns=list(LAG_COLUMNS)))


def _rounded(units: Matrix) -> Matrix:
    """Five significant digits, whole units at least: enough to judge a forecast by, at half the size of the file."""
    size = np.where(np.isfinite(units) & (units != 0), np.abs(units), 1.0)
    factor = 10.0 ** np.clip(4 - np.floor(np.log10(size)), 0, 9)
    return np.asarray(np.round(units * factor) / factor) + 0.0


def archive_cycle(
    archive: pd.DataFrame, cycle_rows: pd.DataFrame, timeline: Timeline, keep: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The archive with the current cycle in it.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE as it stands; may be empty.
    cycle_rows
        `cycle_forecast` of this run.
    timeline
        Whose current period names the cycle.
    keep
        Most cycles to keep; beyond it the oldest go.

    Returns
    -------
    tuple of DataFrame
        The archive, and notes. The rows of the current cycle take the place of an earlier run's, unless a later cycle is
        archived already: then the forecast was handed on, and planning the month again does not rewrite what was
        forecast. Rows of other cycles are never changed.
    """
    current, label = pd.Timestamp(timeline.current), timeline.calendar.label
    notes: list[Note] = []
    cycles = archive["cycle"]
    if (cycles == current).any() and (cycles > current).any():
        words = f"{label(current)} is archived already and later cycles follow it: its archive stays as it was"
        notes.append(Note("forecast_archive", label(current), "archive-stands", words))
        rolled = archive
    else:
        rolled = pd.concat([archive[cycles != current], cycle_rows], ignore_index=True)
        rolled = order_rows(rolled, FORECAST_ARCHIVE)
    held = np.sort(rolled["cycle"].unique())
    if len(held) >= keep:
        oldest = pd.Timestamp(held[-keep])
        # said as long as the archive is full, not only in the run that drops one: a repeated run says the same
        words = f"the archive holds its {keep} cycles, from {label(oldest)} on; older ones have left it"
        notes.append(Note("forecast_archive", label(oldest), "archive-full", words))
        rolled = rolled[rolled["cycle"] >= oldest].reset_index(drop=True)
    return rolled, notes_frame(notes)


def contributor_pairs(archive: pd.DataFrame, history: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Every archived sales number beside the forecast that it was to improve and the actual that came.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE; stage `sales_number` has the contributor as its source.
    history
        item, location, period, demand in units; an absent actual (NaN or no row) is left out, 0 counts.
    calendar
        Tells the period of each lag.

    Returns
    -------
    contributor, item, location, period, lag (1 to 6), sales_number, forecast (baseline + events + life cycle of the same
    cycle), actual; one row per number and actual, sorted by these columns.
    """
    said = _by_lag(archive[archive["stage"] == SALES_NUMBER], calendar).dropna(subset=["units"])
    said = said.rename(columns={"source": "contributor", "units": "sales_number"}).drop(columns="stage")
    keys = ["cycle", "item", "location"]
    spoken_of = archive[keys].merge(said[keys].drop_duplicates(), on=keys, how="left", indicator=True)
    before = archive[
        archive["stage"].isin([BASELINE, EVENTS, LIFE_CYCLE]) & (spoken_of["_merge"] == "both").to_numpy()
    ]
    forecast = _by_lag(before, calendar).rename(columns={"units": "forecast"})
    forecast = forecast.groupby([*keys, "lag"], as_index=False)[["forecast"]].sum(min_count=1)
    paired = said.merge(forecast, on=[*keys, "lag"], how="left")
    paired["forecast"] = paired["forecast"].fillna(0.0)
    actual = history[["item", "location", "period", "demand"]].rename(columns={"demand": "actual"})
    paired = paired.merge(actual.dropna(), on=["item", "location", "period"])
    columns = ["contributor", "item", "location", "period", "lag", "sales_number", "forecast", "actual"]
    return paired[columns].sort_values(columns[:5], kind="stable").reset_index(drop=True)


def _by_lag(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """One row per lag, with its period; units NaN where the lag is absent."""
    columns = ["cycle", "item", "location", "stage", "source"]
    long = rows.melt(columns, list(LAG_COLUMNS), var_name="lag", value_name="units")
    long["lag"] = long["lag"].str.removeprefix("lag_").astype("int64")
    when = {
        (cycle, lag): calendar.shift(cycle, lag - 1)
        for cycle, lag in long[["cycle", "lag"]].drop_duplicates().itertuples(index=False)
    }
    periods = [when[key] for key in zip(long["cycle"], long["lag"], strict=True)]
    return long.assign(period=pd.Series(periods, index=long.index, dtype="datetime64[ns]"))
