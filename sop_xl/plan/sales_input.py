"""Sales input: what the sales team expects, spread down by mix and weighted into the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.effects import Step
from sop_xl.plan.grid import Grid, Mask, Matrix, Positions
from sop_xl.plan.notes import Note, some_of

_LEVELS = (("item", "location"), ("item",), ("family", "location"), ("family",), ("location",), ())
"""Levels at which a number may be given, the most detailed first."""


def apply_sales_input(
    grid: Grid, running: Matrix, sales_input: pd.DataFrame, sales_weight: float
) -> Step:
    """Part of the sales team's number that moves the plan, in units by series and period.

    Parameters
    ----------
    grid
        Series and planned periods.
    running
        Baseline + events + life cycle, units, none below 0.
    sales_input
        SALES_INPUT: for an item or a family, at a location or (blank) at all of them together. An absent number is not
        given; 0 is planned as nothing.
    sales_weight
        0 leaves the plan as it is, 1 puts the sales number in its place.

    Returns
    -------
    `sales_weight` x (sales number - running) where there is a number, else 0; and notes.

    Several contributors for the same cell are several opinions of the same demand: their mean is taken, never their
    sum, and said. A number for a group is spread over its series by `running`, equally where that is 0. Where numbers
    overlap, the more detailed one holds for its series and the wider one is spread over the rest of its scope.
    """
    if not 0.0 <= sales_weight <= 1.0:
        raise FrameError(f"the weight of sales input is a fraction from 0 to 1, not {sales_weight}")
    given = sales_input[sales_input["demand"].notna()]
    column = grid.periods.get_indexer(pd.DatetimeIndex(given["period"]))
    given = given.assign(column=column)[column >= 0]
    notes = list[Note]()
    number = np.full(grid.shape, np.nan)
    for level in _LEVELS:
        _spread_level(grid, running, given[_at_level(given, level)], level, number, notes)
    step = np.where(np.isnan(number), 0.0, sales_weight * (number - running))
    return Step(step, notes=notes)


def _at_level(given: pd.DataFrame, level: tuple[str, ...]) -> Mask:
    """Rows of that level; an item says its family, so a family beside an item does not count."""
    has_item = (given["item"] != "").to_numpy(dtype=bool)
    has_family = (given["family"] != "").to_numpy(dtype=bool) & ~has_item
    has_location = (given["location"] != "").to_numpy(dtype=bool)
    at: Mask = (
        (has_item == ("item" in level))
        & (has_family == ("family" in level))
        & (has_location == ("location" in level))
    )
    return at


def _spread_level(
    grid: Grid,
    running: Matrix,
    given: pd.DataFrame,
    level: tuple[str, ...],
    number: Matrix,
    notes: list[Note],
) -> None:
    """Fill `number` where it is still open with the cells given at one level."""
    if given.empty:
        return
    groups = _group_codes(grid, level)
    labels = list(given[list(level)].itertuples(index=False, name=None))
    codes = np.array([groups.get(label, -1) for label in labels], dtype=np.intp)
    lost = sorted({" / ".join(label) for label, code in zip(labels, codes, strict=True) if code < 0})
    if lost:
        notes.append(
            Note(
                "sales_input",
                lost[0],
                "sales-input-without-series",
                f"sales input for {some_of(lost)} has no planned series to go to and is not used",
            )
        )
    size = (len(groups), len(grid.periods))
    total, voices = np.zeros(size), np.zeros(size)
    known = codes >= 0
    place = (codes[known], given["column"].to_numpy()[known])
    np.add.at(total, place, given["demand"].to_numpy(dtype=float)[known])
    np.add.at(voices, place, 1.0)
    if (voices > 1).any():
        names = [
            " / ".join(label) or "all items" for label, code in groups.items() if (voices[code] > 1).any()
        ]
        notes.append(
            Note(
                "sales_input",
                sorted(names)[0],
                "sales-input-averaged",
                f"several contributors for {some_of(names)}; their mean is used, not their sum",
            )
        )
    member = np.array([groups[label] for label in _labels(grid, level)], dtype=np.intp)
    _distribute(
        running, member, np.where(voices > 0, total / np.maximum(voices, 1.0), np.nan), groups, number, notes
    )


def _labels(grid: Grid, level: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not level:
        return [()] * len(grid.series)
    return list(grid.series[list(level)].itertuples(index=False, name=None))


def _group_codes(grid: Grid, level: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    return {label: code for code, label in enumerate(sorted(set(_labels(grid, level))))}


def _distribute(
    running: Matrix,
    member: Positions,
    wanted: Matrix,
    groups: dict[tuple[str, ...], int],
    number: Matrix,
    notes: list[Note],
) -> None:
    """Give each group's number, less what its series already have, to its open series by mix."""
    open_cell = np.isnan(number)
    fixed, mix, count = np.zeros_like(wanted), np.zeros_like(wanted), np.zeros_like(wanted)
    np.add.at(fixed, member, np.where(open_cell, 0.0, number))
    np.add.at(mix, member, np.where(open_cell, running, 0.0))
    np.add.at(count, member, open_cell.astype(float))
    rest = wanted - fixed
    # a difference of float noise between a total and its own details is no contradiction
    slack = 1e-6 * (1.0 + np.abs(wanted))
    clash = (rest < -slack) | ((count == 0) & (np.abs(rest) > slack))
    if clash.any():
        names = [" / ".join(label) or "all items" for label, code in groups.items() if clash[code].any()]
        notes.append(
            Note(
                "sales_input",
                sorted(names)[0],
                "sales-input-contradicts",
                f"sales input for {some_of(names)} does not agree with the more detailed numbers in it; the detailed ones are used",
            )
        )
    rest = np.maximum(rest, 0.0)
    by_mix = mix[member] > 0
    # where no series of a group is open any more nothing is filled, whatever the share
    share = np.where(
        by_mix, running / np.where(by_mix, mix[member], 1.0), 1.0 / np.maximum(count[member], 1.0)
    )
    filled = rest[member] * share
    fill = open_cell & ~np.isnan(wanted[member])
    number[fill] = filled[fill]
