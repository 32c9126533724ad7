"""Sales input: what the sales team expects, spread down by mix and weighted into the plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.frames import CUSTOMER_MIX, NET_PRICES, TRACK_RECORDS, empty_frame
from sop_xl.plan.effects import Effect, Step
from sop_xl.plan.grid import Grid, Matrix, Positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.sales_numbers import (
    CELL,
    LEVELS,
    LINE,
    NOBODY,
    Level,
    SalesNumbers,
    sales_numbers,
    scope_text,
    summed,
)
from sop_xl.plan.sales_review import CONTRADICTS, sales_review

SLACK = 1e-6
"""Relative difference between a total and its own details that is float noise and no contradiction."""


@dataclass(frozen=True, slots=True)
class SalesTerms:
    """How far sales numbers count.

    Parameters
    ----------
    weight
        Share of the gap between sales number and forecast that enters the plan, 0 to 1.
    by_track_record
        Whether a contributor with a track record counts by it: his number freed of his bias, with his own weight.
    records
        TRACK_RECORDS; a contributor without a row has none.
    prices, customer_mix
        NET_PRICES and CUSTOMER_MIX; see `sales_numbers`.
    """

    weight: float
    by_track_record: bool = False
    records: pd.DataFrame = field(default_factory=lambda: empty_frame(TRACK_RECORDS))
    prices: pd.DataFrame = field(default_factory=lambda: empty_frame(NET_PRICES))
    customer_mix: pd.DataFrame = field(default_factory=lambda: empty_frame(CUSTOMER_MIX))

    def __post_init__(self) -> None:
        if not 0.0 <= self.weight <= 1.0:
            raise FrameError(f"the weight of sales input is a fraction from 0 to 1, not {self.weight}")


class SalesInput(NamedTuple):
    """What sales said and what became of it.

    Parameters
    ----------
    step
        Part of the sales numbers that moves the plan; one effect per contributor.
    review
        SALES_REVIEW with a column `note` more, the same in all rows of a line.
    numbers
        contributor, item, location, period, demand: every contributor's own numbers for all customers, as given, spread to items
        and locations. Numbers for single accounts are not among them: no actual of a scope tells whether they were right.
    """

    step: Step
    review: pd.DataFrame
    numbers: pd.DataFrame


def apply_sales_input(grid: Grid, running: Matrix, sales_input: pd.DataFrame, terms: SalesTerms) -> SalesInput:
    """Part of the sales team's numbers that moves the plan, in units by series and period.

    Parameters
    ----------
    grid
        Series and planned periods.
    running
        Baseline + events + life cycle, units, none below 0.
    sales_input
        SALES_INPUT: for an item or a family, at a location or (blank) at all of them together. An absent number is not
        given; 0 is planned as nothing.
    terms
        Weight, track records, prices and customers.

    Returns
    -------
    The step: weight x (sales number - running) where there is a number, else 0. Numbers are made comparable by `sales_numbers`.

    Several contributors for the same cell are several opinions of the same demand, said and never added up: each counts by its
    weight, so that equal weights give the mean. Different accounts are different demand, and add up. A number for a group is
    spread over its series by `running`, equally where that is 0. Where numbers overlap, the more detailed one holds for its
    series and the wider one is spread over the rest of its scope.
    """
    said = sales_numbers(grid, running, sales_input, terms.prices, terms.customer_mix)
    voices = _with_weights(said.voices, terms)
    notes = [*said.notes, *_several_notes(voices, said)]
    _, parts, clashing = _spread(grid, running, said, voices, notes)
    said = replace(said, remarks=pd.concat([said.remarks, clashing.assign(words=CONTRADICTS)], ignore_index=True))
    wanted = _by_contributor(parts)
    effects = _above_zero(running, wanted)
    entered = _entered(parts, wanted, effects)
    units = grid.zeros()
    for effect in effects:
        units[effect.rows] += effect.units
    return SalesInput(
        Step(units, effects, notes), sales_review(grid, said, voices, entered, terms.records), _own_numbers(grid, running, said, voices)
    )


def _with_weights(voices: pd.DataFrame, terms: SalesTerms) -> pd.DataFrame:
    """Voices with the number freed of bias, the one that counts, the contributor's weight and the voice's share in its cell.

    A record is of numbers for all customers; one for an account counts as given, with the weight of the settings.
    """
    records = terms.records.set_index("contributor")
    who = voices["contributor"].where(voices["account"] == "")
    correction = who.map(records["correction"]).fillna(0.0).to_numpy(dtype=float)
    own_weight = who.map(records["weight"]).to_numpy(dtype=float)
    given = voices["number"].to_numpy(dtype=float)
    suggestion = given / (1.0 + correction)
    by_record = terms.by_track_record
    weight = np.where(np.isnan(own_weight) | (not by_record), terms.weight, own_weight)
    weighed = voices.assign(
        given=given, suggestion=suggestion, number=suggestion if by_record else given, base=voices["base"].astype(float), weight=weight
    )
    return _shares_of_voice(weighed)


def _shares_of_voice(voices: pd.DataFrame) -> pd.DataFrame:
    """Column `voice`: opinions of the same demand share one voice by their weights, equally where all weights are 0.

    Beside a number for all accounts, a contributor's accounts are one opinion of the whole; else each account is a demand of its own.
    """
    pool = [*(voices[c] for c in CELL), voices["account"].where(~voices["whole"].astype(bool), "")]
    first = ~pd.concat([*pool, voices["contributor"]], axis=1).duplicated()
    weight = voices["weight"].where(first, 0.0).groupby(pool).transform("sum")
    count = first.astype(float).groupby(pool).transform("sum")
    share = (voices["weight"] / weight.where(weight > 0)).fillna(1.0 / count)
    return voices.assign(voice=share, opinions=count)


def _several_notes(voices: pd.DataFrame, said: SalesNumbers) -> list[Note]:
    several = voices[voices["opinions"] > 1] if len(voices) else voices
    if several.empty:
        return []
    names = sorted(set(several["label"]))
    how = "their mean" if several["weight"].nunique() == 1 else "their mean by track record"
    return [Note("sales_input", names[0], "sales-input-averaged", f"several contributors for {some_of(names)}; {how} is used, not their sum")]


def _spread(
    grid: Grid, running: Matrix, said: SalesNumbers, voices: pd.DataFrame, notes: list[Note]
) -> tuple[Matrix, list[_Part], pd.DataFrame]:
    """Numbers by series (NaN where none), what every contributor moves at every level, and the lines (`LINE`) that details contradict."""
    number = np.full(grid.shape, np.nan)
    parts: list[_Part] = []
    clashing = [voices.iloc[:0][LINE]]
    for place in range(len(LEVELS)):
        level, here = said.levels[place], voices[voices["level"] == place]
        if level is None or here.empty:
            continue
        parting = _Parting(level, running, number, here)
        clashing.append(here.loc[here["code"].isin(parting.contradicted(notes)), LINE].drop_duplicates())
        number = parting.filled(number)
        for contributor, lines in here.groupby("contributor", sort=True):
            codes, moved = parting.of(lines)
            rows = np.flatnonzero(np.isin(level.member, codes))
            units = np.where(parting.fill[rows], moved[np.searchsorted(codes, level.member[rows])] * parting.share[rows], 0.0)
            parts.append(_Part(str(contributor), rows, units, level.member[rows], lines[CELL].drop_duplicates()))
    return number, parts, pd.concat(clashing)


class _Part(NamedTuple):
    """What one contributor moves at one level: series, their units by period and the group of each, and the cells he speaks of."""

    contributor: str
    rows: Positions
    units: Matrix
    codes: Positions
    cells: pd.DataFrame


class _Parting:
    """How the numbers of one level part over those of their series that no more detailed number has taken."""

    def __init__(self, level: Level, running: Matrix, number: Matrix, voices: pd.DataFrame) -> None:
        self.level, self.running = level, running
        member, groups = level.member, len(level.labels)
        open_cell = np.isnan(number)
        self.gap, self.voice = np.zeros_like(level.running), np.zeros_like(level.running)
        where = (voices["code"].to_numpy(dtype=np.intp), voices["column"].to_numpy(dtype=np.intp))
        np.add.at(self.gap, where, (voices["voice"] * (voices["number"] - voices["base"])).to_numpy(dtype=float))
        np.add.at(self.voice, where, voices["voice"].to_numpy(dtype=float))
        self.count = summed(member, open_cell.astype(float), groups)
        # what the more detailed numbers of the group already are above the forecast
        self.taken = summed(member, np.where(open_cell, 0.0, number - running), groups)
        self.open_running = summed(member, np.where(open_cell, running, 0.0), groups)
        # the rest of a scope cannot fall below nothing
        self.lift = np.maximum(-self.open_running - (self.gap - self.taken), 0.0)
        self.fill = open_cell & (self.voice > 0)[member]
        mix = self.open_running[member]
        self.share = np.where(mix > 0, running / np.where(mix > 0, mix, 1.0), 1.0 / np.maximum(self.count[member], 1.0))

    def filled(self, number: Matrix) -> Matrix:
        """`number` with the open cells of the groups that have a voice."""
        rest = (self.gap - self.taken + self.lift)[self.level.member]
        return np.where(self.fill, np.maximum(self.running + rest * self.share, 0.0), number)

    def of(self, lines: pd.DataFrame) -> tuple[Positions, Matrix]:
        """Groups that one contributor speaks of, and the units by which he moves each in every period."""
        code, column = lines["code"].to_numpy(dtype=np.intp), lines["column"].to_numpy(dtype=np.intp)
        codes, place = np.unique(code, return_inverse=True)
        gap, voice = np.zeros_like(self.gap[codes]), np.zeros_like(self.gap[codes])
        np.add.at(gap, (place, column), (lines["voice"] * (lines["number"] - lines["base"])).to_numpy(dtype=float))
        np.add.at(voice, (place, column), lines["voice"].to_numpy(dtype=float))
        every = self.voice[codes]
        part = np.where(every > 0, voice / np.where(every > 0, every, 1.0), 0.0)
        # one weight per group and period: a contributor's lines there are for all customers or all for accounts
        weight = np.zeros_like(gap)
        weight[place, column] = lines["weight"].to_numpy(dtype=float)
        return codes, weight * (gap + part * (self.lift - self.taken)[codes])

    def contradicted(self, notes: list[Note]) -> Positions:
        """Groups whose number does not agree with the more detailed ones in it; they are named in `notes`."""
        total = self.level.running + self.gap
        slack = SLACK * (1.0 + np.abs(total))
        rest = self.open_running + self.gap - self.taken
        clash = (self.voice > 0) & ((rest < -slack) | ((self.count == 0) & (np.abs(rest) > slack)))
        if clash.any():
            names = sorted(scope_text(label) for label, bad in zip(self.level.labels, clash.any(axis=1), strict=True) if bad)
            words = f"sales input for {some_of(names)} does not agree with the more detailed numbers in it; the detailed ones are used"
            notes.append(Note("sales_input", names[0], "sales-input-contradicts", words))
        return np.flatnonzero(clash.any(axis=1))


def _by_contributor(parts: list[_Part]) -> list[Effect]:
    """One effect per contributor; a series that he reaches at several levels appears once."""
    effects = []
    for contributor in sorted({part.contributor for part in parts}):
        own = [part for part in parts if part.contributor == contributor]
        rows, place = np.unique(np.concatenate([part.rows for part in own]), return_inverse=True)
        units = summed(place, np.concatenate([part.units for part in own]), len(rows))
        effects.append(Effect(contributor, "" if contributor == NOBODY else contributor, "", rows, units))
    return effects


def _above_zero(running: Matrix, effects: list[Effect]) -> list[Effect]:
    """Effects that together take no more than there is: contributors of unequal weight could, where details and totals clash."""
    up, down = np.zeros_like(running), np.zeros_like(running)
    for effect in effects:
        up[effect.rows] += np.maximum(effect.units, 0.0)
        down[effect.rows] += np.maximum(-effect.units, 0.0)
    too_much = down > up + running
    if not too_much.any():
        return effects
    kept = np.where(too_much, (up + running) / np.where(down > 0, down, 1.0), 1.0)
    return [
        Effect(e.source, e.owner, e.reason_code, e.rows, np.where(e.units < 0, e.units * kept[e.rows], e.units)) for e in effects
    ]


def _entered(parts: list[_Part], wanted: list[Effect], effects: list[Effect]) -> pd.DataFrame:
    """Units that each line brought (level, code, column, contributor, entered), so that they sum to the effects that were kept."""
    kept = {
        whole.source: (whole.rows, np.divide(left.units, whole.units, out=np.ones_like(whole.units), where=whole.units != 0))
        for whole, left in zip(wanted, effects, strict=True)
    }
    lines = [pd.DataFrame(columns=[*CELL, "contributor", "entered"])]
    for part in parts:
        rows, share = kept[part.contributor]
        groups, place = np.unique(part.codes, return_inverse=True)
        brought = summed(place, part.units * share[np.searchsorted(rows, part.rows)], len(groups))
        code, column = (part.cells[name].to_numpy(dtype=np.intp) for name in ("code", "column"))
        lines.append(part.cells.assign(contributor=part.contributor, entered=brought[np.searchsorted(groups, code), column]))
    return pd.concat(lines[1:] or lines, ignore_index=True)


def _own_numbers(grid: Grid, running: Matrix, said: SalesNumbers, voices: pd.DataFrame) -> pd.DataFrame:
    """Every contributor's numbers for all customers as given, at item and location: his details hold, his totals go to the rest."""
    frames = []
    # with accounts alone the others would stand at the forecast, and a contributor would be judged by its error
    for contributor, own in voices[voices["account"] == ""].groupby("contributor", sort=True):
        alone = _shares_of_voice(own.assign(number=own["given"], weight=1.0))
        number, _, _ = _spread(grid, running, said, alone, [])
        at, when = np.nonzero(~np.isnan(number))
        frames.append(
            pd.DataFrame(
                {
                    "contributor": contributor,
                    "item": grid.series["item"].to_numpy(dtype=object)[at],
                    "location": grid.series["location"].to_numpy(dtype=object)[at],
                    "period": grid.periods.to_numpy()[when],
                    "demand": number[at, when],
                }
            )
        )
    if not frames:
        return pd.DataFrame({"contributor": [], "item": [], "location": [], "period": pd.DatetimeIndex([]), "demand": []}).astype(
            {"contributor": object, "item": object, "location": object, "demand": float}
        )
    return pd.concat(frames, ignore_index=True)
