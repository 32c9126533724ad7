"""Key figures of the executive review as a balanced scorecard: value, target, status, trend, and who answers for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.kpi_catalogue import KPIS
from sop_xl.plan.kpi_figures import ALL, Values, accuracy_figures, money_figures, stock_figures
from sop_xl.plan.kpi_status import limit_is_senseless, status, trend, watch_limit
from sop_xl.plan.notes import Note, notes_frame

DEFAULT_TARGETS: Mapping[str, float] = {"Forecast value added": 0.0, "Revenue against budget": 0.0}
"""Targets that need no setting: a forecast must not be worse than seasonal naive, the plan not below the budget."""

KPI_OF = {kpi.name: kpi for kpi in KPIS}


def kpis(
    financial_plan: pd.DataFrame,
    inventory_plan: pd.DataFrame,
    accuracy_totals: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    targets: Mapping[str, float] | None = None,
    *,
    more: Mapping[str, Mapping[str, float]] | None = None,
    stated: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Key figures over all items and by family.

    Parameters
    ----------
    financial_plan, inventory_plan
        FINANCIAL_PLAN and INVENTORY_PLAN; either may be empty. Stock of items without a unit cost is left out.
    accuracy_totals
        scope (`All` or a family), wmape, bias, fva; may be empty.
    items
        Families and unit costs.
    timeline
        "Next year" is its first 12 (weeks: 52) planned periods, or as many as there are.
    targets
        By name of the key figure, in its unit; they go before `DEFAULT_TARGETS`.
    more
        Figures that come from elsewhere, by name and scope.
    stated
        KPI_TARGETS: they go before `targets`. A row without a scope holds for `All` and for every family without a row of its own; limit and
        owner likewise, each by itself.
    previous
        KPIS of the last published cycle.

    Returns
    -------
    KPIS in the order of the key figures, `All` first. A figure over all items that cannot be computed is NaN; a family without it has no
    row. Status, limit and trend: see `plan.kpi_status`; `watch` is the limit that counts, whether stated or not.
    """
    frames.check_frame(financial_plan, frames.FINANCIAL_PLAN)
    frames.check_frame(inventory_plan, frames.INVENTORY_PLAN)
    wanted = {**DEFAULT_TARGETS, **(targets or {})}
    unknown = (set(wanted) | set(more or {})) - set(KPI_OF)
    if unknown:
        raise FrameError(f"there is no key figure {min(unknown)!r} to have a target or a value")
    values: Values = accuracy_figures(accuracy_totals) | stock_figures(inventory_plan, items, timeline) | money_figures(financial_plan, timeline)
    values |= {name: dict(by_scope) for name, by_scope in (more or {}).items()}
    own = _Stated(stated)
    was = {} if previous is None else previous.set_index(["kpi", "scope"])["value"].to_dict()
    rows = []
    for kpi in KPIS:
        by_scope = values.get(kpi.name, {})
        for scope in [ALL, *sorted(scope for scope, value in by_scope.items() if scope != ALL and np.isfinite(value))]:
            value = by_scope.get(scope, np.nan)
            value = value if np.isfinite(value) else np.nan
            target = own.number("target", kpi.name, scope, wanted.get(kpi.name, np.nan))
            watch = own.number("watch", kpi.name, scope, np.nan)
            before = float(was.get((kpi.name, scope), np.nan))
            rows.append((
                kpi.name, scope, value, kpi.unit, target, status(kpi, value, target, watch), kpi.meaning, str(kpi.perspective), before,
                trend(kpi, value, before, target), watch_limit(kpi, target, watch), own.owner(kpi.name, scope),
            ))  # fmt: skip
    numbers = {name: "float64" for name, kind in frames.KPIS.columns.items() if kind == "number"}
    return pd.DataFrame(rows, columns=list(frames.KPIS.columns)).astype(numbers)


class _Stated:
    """What KPI Targets says of a key figure: of the scope itself, else of all."""

    def __init__(self, stated: pd.DataFrame | None) -> None:
        rows = frames.empty_frame(frames.KPI_TARGETS) if stated is None else stated
        self.rows = rows.set_index(["kpi", "scope"]).to_dict("index")

    def _found(self, kpi: str, scope: str) -> list[dict[Hashable, Any]]:
        scopes = ("", ALL) if scope == ALL else (scope, "", ALL)
        return [self.rows[kpi, one] for one in scopes if (kpi, one) in self.rows]

    def number(self, name: str, kpi: str, scope: str, default: float) -> float:
        return next((float(row[name]) for row in self._found(kpi, scope) if np.isfinite(float(row[name]))), default)

    def owner(self, kpi: str, scope: str) -> str:
        return next((str(row["owner"]) for row in self._found(kpi, scope) if row["owner"]), "")


def target_notes(stated: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """What of KPI Targets cannot count: names that no key figure has, and limits on the good side of the target.

    Parameters
    ----------
    stated, figures
        KPI_TARGETS and KPIS.
    """
    notes = []
    for kpi, scope, watch in stated[["kpi", "scope", "watch"]].itertuples(index=False, name=None):
        if kpi not in KPI_OF:
            near = get_close_matches(kpi, KPI_OF, n=1)
            notes.append(Note("kpi_targets", kpi, "kpi-unknown", f'"{kpi}" is no key figure of KPIs; its target is left out' + (f' (did you mean "{near[0]}"?)' if near else "")))
            continue
        target = figures.loc[(figures["kpi"] == kpi) & (figures["scope"] == (scope or ALL)), "target"]
        if len(target) and limit_is_senseless(KPI_OF[kpi], float(target.iloc[0]), watch):
            notes.append(Note("kpi_targets", kpi, "kpi-limit", f"{kpi}: a watch limit of {watch:g} is no worse than the target of {float(target.iloc[0]):g}; a tenth of the target is taken"))
    return notes_frame(notes)
