"""Forecast value added: what each step, person and reason did to the error of past cycles (Gilliland 2010).

The staircase goes from seasonal naive over the statistical baseline and each human step to the consensus; each step is
judged by the error that it took away from the step before.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from sop_xl.frames import VALUE_ADDED, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.accuracy import ColumnErrors, column_errors, naive_scales
from sop_xl.plan.archive import LAGS
from sop_xl.plan.compared import (
    CONSENSUS,
    LAG_NAMES,
    LEAD_TIME,
    NAIVE,
    STAIRCASE,
    Compared,
    View,
    compare,
)
from sop_xl.plan.contributions import contribution_rows
from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.verdicts import HURT, IMPROVED, with_verdicts

ALL = "All"
TOTAL, MIX, FAMILY, ITEM = "total", "mix", "family", "item"

LEVELS = (TOTAL, MIX, IMPROVED, HURT, "person", "reason", FAMILY, ITEM)
"""Blocks of the sheet in reading order."""

MOST_RANKED = 10
"""Lines in the list of what improved, and in that of what hurt."""

_MOVED = 1e-9
"""Units below which a step moved nothing."""


def value_added(
    archive: pd.DataFrame,
    history: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    least_periods: int,
    blank_means: Literal["zero", "absent"] = "zero",
    unknown: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each step of the forecast was worth, once the actuals are there.

    Parameters
    ----------
    archive, history, items, timeline, blank_means, unknown
        See `compare`.
    least_periods
        Periods that must be compared before a verdict is given.

    Returns
    -------
    tuple of DataFrame
        VALUE_ADDED, and notes.

        Error = forecast - actual, at lags 1, 2 and 3 and summed over each item's lead time, as far as that is over.
        *total* and *family*: errors of the sums of the scope in each period (volume); *mix*: of all items, item by item;
        *item*: of the item over its locations. WMAPE, bias, tracking signal and MASE as in `plan.accuracy`; the scale of MASE is the
        history of the scope before the first archived cycle. FVA and units better compare with the step before, of the consensus with
        seasonal naive, so that the FVA of the steps adds up to that of the consensus. Steps that moved nothing in a scope have
        no line there; of items the naive line is left out (its WMAPE is that of the baseline + FVA), and the consensus where nobody
        moved the baseline. *person* and *reason*: see `contribution_rows`. *improved* and *hurt* are the best and worst of the lines
        of persons, reasons, families and items, by units, at lead time (lag 1 as long as nothing is judged there).
    """
    compared = compare(archive, history, items, timeline, blank_means, unknown)
    if compared is None:
        words = "no period of an archived cycle is over yet; value added is shown from the next cycle on"
        said = Note("value_added", "", "nothing-to-compare", words)
        return empty_frame(VALUE_ADDED), notes_frame([said] if len(archive) else [])
    parts = [part for view in compared.views() for part in _view_rows(compared, view, timeline.calendar.season)]
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty_frame(VALUE_ADDED), notes_frame([])
    judged = with_verdicts(pd.concat(parts, ignore_index=True), least_periods)
    together = pd.concat([judged, *_ranked(judged)], ignore_index=True)
    return _in_reading_order(together)[list(VALUE_ADDED.columns)], notes_frame(_lead_time_note(compared))


def _view_rows(compared: Compared, view: View, season: int) -> Iterator[pd.DataFrame]:
    if not view.known.any():
        return
    for level, names, member in _scopes(compared.series):
        yield _staircase(view, level, names, member, season)
        if level == ITEM:
            yield _mix(view, names, member)
    yield contribution_rows(compared, view)


def _scopes(series: pd.DataFrame) -> Iterator[tuple[str, list[str], Positions]]:
    """Level, names of its scopes and the scope of each series (-1 = none)."""
    yield TOTAL, [ALL], np.zeros(len(series), dtype=np.intp)
    for level in (FAMILY, ITEM):
        names = sorted(set(series[level]) - {""})
        yield level, names, np.asarray(pd.Index(names, dtype="object").get_indexer(pd.Index(series[level])))


def summed(numbers: Matrix, member: Positions, scopes: int) -> Matrix:
    """(rows, scopes) sums of (rows, series); NaN where a scope has no known series in a row."""
    known = np.isfinite(numbers)
    filled, inside = np.where(known, numbers, 0.0), member >= 0
    out = np.full((len(numbers), scopes), np.nan)
    for row in range(len(numbers)):
        count = np.bincount(member[inside], weights=known[row, inside], minlength=scopes)
        total = np.bincount(member[inside], weights=filled[row, inside], minlength=scopes)
        out[row] = np.where(count > 0, total, np.nan)
    return out


def _staircase(view: View, level: str, names: list[str], member: Positions, season: int) -> pd.DataFrame:
    """Every step of every scope of a level, on sums of the scope."""
    scopes = len(names)
    actual = summed(np.where(view.known, view.actual, np.nan), member, scopes)
    sample = summed(view.sample, member, scopes)
    begun = np.cumsum(np.nan_to_num(sample) != 0, axis=0) > 0
    scale = naive_scales(np.where(begun, sample, np.nan), season)
    after = {
        stage: summed(np.where(view.known, units, np.nan), member, scopes) for stage, units in view.forecast.items()
    }
    errors = {stage: column_errors(actual, forecast, scale) for stage, forecast in after.items()}
    moved = _moved(view, member, scopes)
    busy = errors[NAIVE].periods > 0
    if level == ITEM:
        busy &= (errors[NAIVE].demand > 0) | np.any([e.absolute_error > 0 for e in errors.values()], axis=0)
    touched = np.any([moved[stage] for stage in STAIRCASE[2:]], axis=0)
    shown = {NAIVE: level != ITEM, CONSENSUS: (level != ITEM) | touched}
    return _step_rows(level, names, view.lag, errors, busy, moved | shown)


def _moved(view: View, member: Positions, scopes: int) -> dict[str, np.ndarray]:
    """Whether a step moved any compared cell of a scope; the baseline always did."""
    moved = {STAIRCASE[1]: np.ones(scopes, dtype=bool)}
    for before, stage in pairwise(STAIRCASE[1:]):
        change = np.where(view.known, np.abs(view.forecast[stage] - view.forecast[before]), 0.0).sum(axis=0)
        inside = member >= 0
        moved[stage] = np.bincount(member[inside], weights=change[inside], minlength=scopes) > _MOVED
    return moved


def _mix(view: View, names: list[str], member: Positions) -> pd.DataFrame:
    """The staircase of all items together, errors taken item by item; a sum of several series has neither scale nor signal."""
    count = len(names)
    actual = summed(np.where(view.known, view.actual, np.nan), member, count)
    periods = float(np.isfinite(actual).any(axis=1).sum())
    errors = {}
    for stage, units in view.forecast.items():
        forecast = summed(np.where(view.known, units, np.nan), member, count)
        flat = column_errors(actual.reshape(-1, 1), forecast.reshape(-1, 1), np.array([np.nan]))
        nothing = np.array([np.nan])
        errors[stage] = ColumnErrors(
            np.array([periods]), flat.demand, flat.absolute_error, flat.wmape, flat.bias, nothing, nothing
        )
    moved = _moved(view, np.zeros(len(member), dtype=np.intp), 1)
    return _step_rows(MIX, [ALL], view.lag, errors, np.array([periods > 0]), moved | {NAIVE: True, CONSENSUS: True})


def _step_rows(
    level: str,
    names: list[str],
    lag: str,
    errors: dict[str, ColumnErrors],
    busy: np.ndarray,
    shown: dict[str, np.ndarray | bool],
) -> pd.DataFrame:
    """Rows of the steps that are shown, each compared with the one before, the consensus with seasonal naive."""
    last = STAIRCASE[-1]
    steps = [(stage, stage, STAIRCASE[k - 1] if k else "") for k, stage in enumerate(STAIRCASE)]
    parts = []
    for stage, made_by, before in [*steps, (CONSENSUS, last, NAIVE)]:
        at = np.flatnonzero(busy & shown[stage])
        own = errors[made_by]
        reference = errors[before] if before else None
        parts.append(
            pd.DataFrame(
                {
                    "level": level,
                    "scope": np.array(names, dtype=object)[at],
                    "stage": stage,
                    "source": "",
                    "lag": lag,
                    "periods": own.periods[at],
                    "demand": own.demand[at],
                    "wmape": own.wmape[at],
                    "bias": own.bias[at],
                    "mase": own.mase[at],
                    "tracking_signal": own.tracking_signal[at],
                    "fva": reference.wmape[at] - own.wmape[at] if reference else np.nan,
                    "units_better": reference.absolute_error[at] - own.absolute_error[at] if reference else np.nan,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _ranked(judged: pd.DataFrame) -> list[pd.DataFrame]:
    """Copies of the lines with a clear verdict, best and worst first."""
    candidates = judged[
        judged["level"].isin(["person", "reason", FAMILY, ITEM])
        & (judged["stage"] != CONSENSUS)
        & judged["verdict"].isin([IMPROVED, HURT])
    ]
    at_lead = candidates[candidates["lag"] == LEAD_TIME]
    candidates = at_lead if len(at_lead) else candidates[candidates["lag"] == LAG_NAMES[0]]
    ranked = []
    for verdict in (IMPROVED, HURT):
        lines = candidates[candidates["verdict"] == verdict]
        lines = lines.assign(size=-lines["units_better"].abs(), place=_places(lines["level"], LEVELS))
        lines = lines.sort_values(["size", "place", "scope", "stage"], kind="stable").head(MOST_RANKED)
        ranked.append(lines.assign(source=lines["level"], level=verdict, rank=np.arange(len(lines), dtype=float)))
    return ranked


def _places(labels: pd.Series, order: tuple[str, ...]) -> pd.Series:
    return labels.map({label: place for place, label in enumerate(order)})


def _in_reading_order(rows: pd.DataFrame) -> pd.DataFrame:
    keys = rows.assign(
        level_at=_places(rows["level"], LEVELS),
        lag_at=_places(rows["lag"], LAG_NAMES),
        stage_at=_places(rows["stage"], (*STAIRCASE, CONSENSUS, "sales_number")),
        rank=rows["rank"].fillna(0.0) if "rank" in rows else 0.0,
    )
    order = ["level_at", "rank", "scope", "lag_at", "stage_at"]
    return rows.loc[keys.sort_values(order, kind="stable").index].reset_index(drop=True)


def _lead_time_note(compared: Compared) -> list[Note]:
    longer = compared.series.loc[compared.series["lead_time"] > LAGS, "item"]
    if longer.empty:
        return []
    words = f"lead times of more than {LAGS} periods are compared over {LAGS}: {some_of(longer)}"
    return [Note("value_added", str(longer.min()), "lead-time-capped", words)]
