"""Everything that is fitted, for all origins in one go: the recipe's members, chosen models, and the same without drivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sop_xl.plan.forecast.catalogue import Job, chosen_forecasts
from sop_xl.plan.forecast.choice import Choices
from sop_xl.plan.forecast.drivers import DriverEffects
from sop_xl.plan.forecast.members import member_forecasts
from sop_xl.plan.forecast.nodes import Origin
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class View:
    """What a model may see from one origin.

    Parameters
    ----------
    origin
        The origin, of demand freed of its drivers.
    known
        (bottom, periods) that demand up to the origin.
    effects
        What the drivers did.
    plain
        The origin of demand as it was, where drivers are to be judged; `None` otherwise.
    """

    origin: Origin
    known: Floats
    effects: DriverEffects
    plain: Origin | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted at one origin.

    Parameters
    ----------
    members
        (asked, members, horizon) forecasts of the recipe's members, borrowed seasons put back.
    chosen
        Row of the bottom series to the (horizon,) forecast of the model chosen for it.
    failed
        Rows whose chosen model could not be fitted.
    plain_members, plain_chosen
        The same of demand as it was: node to (members, horizon), row to (horizon,); only of series that follow drivers.
    """

    members: Floats
    chosen: dict[int, Floats]
    failed: tuple[int, ...]
    plain_members: dict[int, Floats]
    plain_chosen: dict[int, Floats]


def fit(
    hierarchy: Hierarchy,
    views: Sequence[View],
    bottom: Floats,
    choices: Choices,
    season: int,
    n_jobs: int,
    progress: Progress | None,
) -> list[Fitted]:
    """Fit what every view asks for.

    Parameters
    ----------
    views
        The plan's first, then those of the held-out origins.
    bottom
        (bottom, periods) demand as it was.
    choices
        Which rows take a model by choice.
    n_jobs, progress
        See `baseline_forecast`.
    """
    members, plain_members = _members(hierarchy, views, choices, season, n_jobs, progress)
    chosen, plain_chosen = _chosen(views, bottom, choices, season, n_jobs, progress)
    return [
        Fitted(
            members[k],
            {row: made for row, made in chosen[k].items() if np.isfinite(made).all()},
            tuple(row for row, made in chosen[k].items() if not np.isfinite(made).all()),
            plain_members[k],
            plain_chosen[k],
        )
        for k in range(len(views))
    ]


def _members(
    hierarchy: Hierarchy,
    views: Sequence[View],
    choices: Choices,
    season: int,
    n_jobs: int,
    progress: Progress | None,
) -> tuple[list[Floats], list[dict[int, Floats]]]:
    # one call for all origins, at the longest horizon: one process pool, evenly filled
    ahead = max(v.origin.horizon for v in views)
    origins = [v.origin for v in views]
    series = [y for o in origins for y in o.series]
    flags = [bool(s) for o in origins for s in o.seasonal]
    again: list[tuple[int, int, int]] = []  # view, node and its place among those asked, once more as it was
    for k, view in enumerate(views):
        if view.plain is not None:
            nodes = {hierarchy.aggregates + row for row in choices.driven}
            again += [
                (k, int(node), place) for place, node in enumerate(view.plain.asked) if int(node) in nodes
            ]
            series += [view.plain.series[place] for v, _, place in again if v == k]
            flags += [bool(view.plain.seasonal[place]) for v, _, place in again if v == k]

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress("Forecasting", done, total)

    made = member_forecasts(series, flags, ahead, season, n_jobs=n_jobs, progress=report)
    parts = np.split(made, np.cumsum([len(o.series) for o in origins]))
    members = [p[:, :, : o.horizon] * o.factors[:, None, :] for o, p in zip(origins, parts[:-1], strict=True)]
    plain: list[dict[int, Floats]] = [{} for _ in views]
    for (k, node, place), one in zip(again, parts[-1], strict=True):
        origin = views[k].plain
        assert origin is not None
        plain[k][node] = one[:, : origin.horizon] * origin.factors[place]
    return members, plain


def _chosen(
    views: Sequence[View],
    bottom: Floats,
    choices: Choices,
    season: int,
    n_jobs: int,
    progress: Progress | None,
) -> tuple[list[dict[int, Floats]], list[dict[int, Floats]]]:
    jobs: list[Job] = []
    place: list[tuple[int, int, bool]] = []
    driven = set(choices.driven)
    for k, view in enumerate(views):
        for row in choices.statistical:
            if not view.origin.live[row]:
                continue
            model, value = choices.of[row].model, choices.of[row].value
            size = view.known.shape[1]
            start = int((view.known[row] > 0).argmax())
            jobs.append(Job(model, view.known[row, start:], value))
            place.append((k, row, False))
            if view.plain is not None and row in driven:
                jobs.append(Job(model, bottom[row, start:size], value))
                place.append((k, row, True))

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress("Forecasting by chosen models", done, total)

    ahead = max(v.origin.horizon for v in views)
    made = chosen_forecasts(jobs, ahead, season, n_jobs=n_jobs, progress=report)
    chosen: list[dict[int, Floats]] = [{} for _ in views]
    plain: list[dict[int, Floats]] = [{} for _ in views]
    for (k, row, is_plain), one in zip(place, made, strict=True):
        (plain if is_plain else chosen)[k][row] = one[: views[k].origin.horizon]
    return chosen, plain
