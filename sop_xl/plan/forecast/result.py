"""What a baseline forecast is as plain frames, and the key under which a cache may keep it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.frames import DRIVERS, FORECAST_MODELS

RECIPE_VERSION = "5"
"""Counts up whenever the same input would give another forecast."""


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """The baseline forecast and what is known about its quality.

    Parameters
    ----------
    forecast
        Frame `BASELINE_FORECAST`: every item x location of the history, every plan period.
    accuracy
        Frame `FORECAST_ACCURACY`: one row per item x location.
    ranges
        Frame `DEMAND_RANGES`: every family (or All) x region (or All).
    levels
        level, scope, wmape, bias, fva, test_periods: accuracy of the reconciled forecast on sums at that level, at the origin that
        speaks for most of the demand; scope is `All` for the whole level, otherwise the node's name.
    backtest
        Frame `BACKTEST`: error of what plans, of the runner-up and of seasonal naive at each held-out origin.
    weights
        Weights of the combined methods by node, see `kept_weights.weights_frame`.
    kept
        Frame `BASELINE_FORECAST` as the weights of an earlier cycle would have made it; `None` where none were given.
    """

    forecast: pd.DataFrame
    accuracy: pd.DataFrame
    ranges: pd.DataFrame
    levels: pd.DataFrame
    backtest: pd.DataFrame
    weights: pd.DataFrame
    kept: pd.DataFrame | None = None

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """The frames by name, for a cache: all that do not depend on an earlier cycle."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "kept"}

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> BaselineResult:
        """Inverse of `to_frames`; raises `KeyError` where one is missing."""
        return cls(**{f.name: frames[f.name] for f in fields(cls) if f.name != "kept"})


def recipe_key(
    history: pd.DataFrame,
    timeline_labels: list[str],
    items: pd.DataFrame,
    locations: pd.DataFrame,
    notes: pd.DataFrame | None = None,
    actuals: pd.DataFrame | None = None,
    *,
    rules: pd.DataFrame | None = None,
    drivers: pd.DataFrame | None = None,
    kept_weights: pd.DataFrame | None = None,
    **parameters: object,
) -> str:
    """Content hash of everything that a baseline forecast depends on: equal keys mean equal results.

    Row order does not matter, but that of the rules does: of equally narrow ones the last holds. Drivers that no rule names do not count. Names, costs and other attributes that the forecast does not use do not change the key.

    Parameters
    ----------
    history, items, locations, notes, actuals, rules, drivers, kept_weights
        As for `baseline_forecast`.
    timeline_labels
        Labels of every period, history and plan, with the current one named among the parameters.
    parameters
        Every other argument of the forecast that changes its result, as plain values.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256).
    """
    digest = hashlib.sha256()
    head = {
        "recipe": RECIPE_VERSION,
        "statsforecast": importlib.metadata.version("statsforecast"),
        "periods": timeline_labels,
        **_reconciler(parameters),
        "parameters": {k: str(v) for k, v in sorted(parameters.items())},
    }
    digest.update(json.dumps(head, sort_keys=True).encode())
    used = [
        (history, ["item", "location", "period", "demand", "revenue"]),
        (items, ["item", "family", "category", "unit_price", "start", "end"]),
        (locations, ["location", "region"]),
    ]
    if notes is not None:
        used.append((notes, ["item", "location", "note"]))
    if actuals is not None:
        used.append((actuals, ["item", "location", "period", "demand"]))
    if rules is not None and len(rules):
        numbered = rules.assign(order=np.arange(len(rules), dtype=np.float64))
        used.append((numbered, [*FORECAST_MODELS.columns, "order"]))
        if drivers is not None and (rules["drivers"] != "").any():
            used.append((drivers, list(DRIVERS.columns)))
    if kept_weights is not None and len(kept_weights):
        used.append((kept_weights, list(kept_weights.columns)))
    for frame, columns in used:
        ordered = frame[columns].sort_values(columns, kind="stable")
        # lengths stand between the parts, so that no two different tables run together into the same bytes
        digest.update(f"{columns}{len(ordered)}".encode())
        for column in columns:
            if ordered[column].dtype.kind in "fM":
                digest.update(_plain(ordered[column]).tobytes())
            else:
                digest.update("\x1f".join(ordered[column].astype(str)).encode())
            digest.update(b"\x1e")
    return digest.hexdigest()


def _reconciler(parameters: Mapping[str, object]) -> dict[str, str]:
    """Version of the package that reconciles, where the method is one of its own; it is an optional one."""
    if not str(parameters.get("reconcile", "")).startswith("mint_shrink"):
        return {}
    try:
        return {"hierarchicalforecast": importlib.metadata.version("hierarchicalforecast")}
    except importlib.metadata.PackageNotFoundError:
        return {}


def _plain(column: pd.Series) -> npt.NDArray[np.float64] | npt.NDArray[np.int64]:
    # one byte pattern per value: -0.0 and 0.0, every NaN, and every resolution of a date are the same
    if column.dtype.kind == "M":
        return column.to_numpy(dtype="datetime64[ns]").astype(np.int64)
    values = column.to_numpy(dtype=np.float64) + 0.0
    return np.where(np.isnan(values), np.nan, values)
