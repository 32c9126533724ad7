"""Totals among the rows and columns of a paste: told from figures, left out, and held against their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.sheets.budget_paste.columns import FIGURES, TOTAL, UNKNOWN, Column
from sop_xl.sheets.budget_paste.meaning import Meaning
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.rows import TITLE, Line
from sop_xl.sheets.budget_paste.sheet_terms import Terms
from sop_xl.sheets.budget_paste.when import When
from sop_xl.sheets.cells import Refused, squeeze

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.float64]]
Positions = np.ndarray[Any, np.dtype[np.intp]]

CENT = 0.005
"""Largest difference, in figures as pasted, that is what float arithmetic leaves."""


@dataclass(frozen=True)
class Untied:
    """A total that does not equal its parts: its cell (0-based), the total and the sum of its parts, and what else was found wrong beside it.

    `unknown` is the name that it bears where nothing in workbook or paste has that name, so that it was held against the rows beside it.
    """

    row: int
    column: int
    total: float
    parts: float
    words: str
    more: int = 0
    unknown: str = ""


def mark_coarse(columns: Sequence[Column], lines: Sequence[Line], terms: Terms) -> None:
    """Quarters, years and the like beside their own parts are totals of them, across and down."""
    _coarse([c for c in columns if c.role == FIGURES and not c.decided], [c.meaning for c in columns if c.role == FIGURES and not c.decided], terms)
    timed = [line for line in lines if line.kind == FIGURES and line.meaning.when is not None and not line.decided]
    if len({line.meaning.when.part for line in timed if line.meaning.when}) > 1:
        _coarse(timed, [line.meaning for line in timed], terms)


def _coarse(parts: Sequence[Column | Line], meanings: Sequence[Meaning], terms: Terms) -> None:
    spans: dict[When, tuple[pd.Timestamp, pd.Timestamp] | None] = {}
    groups: dict[tuple[object, ...], list[tuple[Column | Line, pd.Timestamp, pd.Timestamp]]] = {}
    for part, meaning in zip(parts, meanings, strict=True):
        if meaning.when is None:
            continue
        if meaning.when not in spans:
            spans[meaning.when] = _span(meaning.when, terms)
        span = spans[meaning.when]
        if span is not None:
            side = (meaning.category, meaning.family, meaning.item, meaning.region, meaning.owner, meaning.measure, meaning.currency, meaning.version)
            groups.setdefault(side, []).append((part, *span))
    for group in groups.values():
        distinct = sorted({(a, b) for _, a, b in group})
        coarse = {(a, b) for a, b in distinct if any((a, b) != (x, y) and a <= x and y <= b for x, y in distinct)}
        for part, a, b in group:
            if (a, b) in coarse:
                part.words.append("the parts of it stand beside it")
                if isinstance(part, Column):
                    part.role = TOTAL
                else:
                    part.kind = TOTAL


def _span(when: When, terms: Terms) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Where it lies; of what names no year, in any year that all of the table share."""
    span = terms.span(when)
    if isinstance(span, Refused) and not when.dated:
        span = terms.span(When(when.part, when.number, when.last, 2001, False))
    return None if isinstance(span, Refused) else span


def mark_subtotals(lines: Sequence[Line], numbers: Numbers, known: Known, usual: str = "") -> None:
    """Rows that are subtotals though they do not say so.

    A row that names less than others beside it (a category above its families, a family above its items, a region without a family, no label at all) holds them: it is a total where
    it equals their sum, and not understood where it does not. A label that is not known is a total where it equals its block.

    Parameters
    ----------
    usual
        Measure of rows that name none; `""` where the columns say it.
    """
    labels = {k: _labels(line.meaning, known) for k, line in enumerate(lines) if line.kind == FIGURES}
    finer = _finer_lines(lines, labels, usual)
    beside: dict[tuple[object, ...], _Beside] = {}
    # the finest first: what is found to be a total counts in none that is coarser
    for k in sorted(labels, key=lambda k: -sum(map(bool, labels[k]))):
        key = _key(lines[k].meaning, labels[k], usual)
        if key not in finer or lines[k].decided or not np.nan_to_num(numbers[k]).any():
            continue
        if key not in beside:
            parts = [j for j in finer[key] if lines[j].kind == FIGURES]
            same = [j for j in parts if labels[j][4:] == labels[k][4:]]
            names = [words for n, words in enumerate(_PARTS) if not labels[k][n] and any(labels[j][n] for j in parts)]
            names = names[1:] if names[:2] == ["categories", "families"] else names
            beside[key] = _Beside([np.nansum(numbers[side], axis=0) for side in (same, parts) if side], names, bool(same))
        if beside[key].sums:
            _mark_coarser(lines[k], numbers[k], beside[key])
    for k, line in enumerate(lines):
        if line.kind == UNKNOWN and not line.decided:
            _mark_unknown(k, lines, numbers)


_Labels = tuple[object, ...]
"""Category, family, item, region, owner and time; the family of an item and the category of a family are known."""


def _labels(meaning: Meaning, known: Known) -> _Labels:
    return _category(meaning, known), known.family_of.get(meaning.item, meaning.family), meaning.item, meaning.region, meaning.owner, meaning.when


def _category(meaning: Meaning, known: Known) -> str:
    return meaning.category or known.category_of.get(known.family_of.get(meaning.item, meaning.family), "")


def _key(meaning: Meaning, labels: _Labels, usual: str) -> tuple[object, ...]:
    return (*labels, meaning.measure or usual, meaning.currency, meaning.version)


def _finer_lines(lines: Sequence[Line], labels: Mapping[int, _Labels], usual: str) -> dict[tuple[object, ...], list[int]]:
    """Rows that say more, by what a row that says less may say: of the combinations of labels that rows of the table have."""
    shapes = sorted({tuple(map(bool, own)) for own in labels.values()})
    finer: dict[tuple[object, ...], list[int]] = {}
    for k, own in labels.items():
        said = tuple(map(bool, own))
        for shape in shapes:
            if shape != said and all(a <= b for a, b in zip(shape, said, strict=True)):
                coarse = tuple(label if kept else (None if n == 5 else "") for n, (label, kept) in enumerate(zip(own, shape, strict=True)))
                finer.setdefault(_key(lines[k].meaning, coarse, usual), []).append(k)
    return finer


@dataclass(frozen=True)
class _Beside:
    """What stands beside a row that names less: sums of the rows of the same owner and time, and of all; what they name; whether there are any of the same."""

    sums: list[Numbers]
    names: list[str]
    certain: bool


def _mark_coarser(line: Line, own: Numbers, beside: _Beside) -> None:
    """A row beside rows that name more. Where only owners or times tell them apart, it may be a budget of its own: a total only if it equals them."""
    stated = ~np.isnan(own)
    equal = any(_same(own[stated], parts[stated]).all() for parts in beside.sums)
    if not equal and not beside.certain:
        return
    line.kind, line.inferred = (TOTAL, True) if equal else (UNKNOWN, False)
    line.words.append(f"its {' and '.join(beside.names)} stand beside it")
    line.doubt = "" if equal else f"expected the sum of its {' and '.join(beside.names)}, which stand beside it"


_PARTS = ("categories", "families", "items", "regions", "owners", "periods")


def _mark_unknown(k: int, lines: Sequence[Line], numbers: Numbers) -> None:
    line = lines[k]
    own = ~np.isnan(numbers[k])
    for block in (_block(lines, k, -1), _block(lines, k, 1)):
        if len(block) >= 2 and own.any() and (np.nan_to_num(numbers[k]) != 0).any() and _same(numbers[k][own], np.nansum(numbers[block], axis=0)[own]).all():
            line.kind, line.inferred, line.doubt = TOTAL, True, ""
            rows = [lines[b].row for b in block]
            line.words.append(f"equals the sum of rows {min(rows) + 1} to {max(rows) + 1}")
            return


def _block(lines: Sequence[Line], k: int, step: int) -> list[int]:
    """Rows of figures next to a row, up to a total, a title or a row that is not understood."""
    found = []
    j = k + step
    while 0 <= j < len(lines) and lines[j].kind not in (TOTAL, TITLE, UNKNOWN):
        if lines[j].kind == FIGURES:
            found.append(j)
        j += step
    return found


def _same(a: Numbers, b: Numbers) -> Mask:
    return np.asarray(np.abs(np.nan_to_num(a) - np.nan_to_num(b)) <= CENT + 1e-9 * np.abs(np.nan_to_num(b)))


def untied_rows(lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers, known: Known, terms: Terms) -> list[Untied]:
    """Total rows that do not equal their parts: those that they name, else the rows since the last total, below it, or all of them."""
    checked = np.array([c.role in (FIGURES, TOTAL) for c in columns])
    counted = _Counted(lines, numbers, known, terms)
    found = []
    for k, line in enumerate(lines):
        if line.kind != TOTAL:
            continue
        owner = counted.owner_named(line)
        total = replace(line, meaning=replace(line.meaning, owner=owner)) if owner else line
        unknown = line.group if line.group and not owner else ""
        named = bool(total.meaning.scope or (line.group and not unknown) or line.meaning.when)
        everything = [counted.before(total, k), counted.before(total, len(lines))]
        near = [] if named else [counted.among(total, _block(lines, k, step)) for step in (-1, 1)]
        candidates = everything[1:] if named else everything + near if line.meaning.total == "grand total" else near + everything
        miss = _least_miss([c for c in candidates if c is not None], numbers[k], checked)
        if miss is not None:
            parts, wrong = miss
            column = int(np.flatnonzero(wrong)[0])
            found.append(Untied(line.row, columns[column].place, float(numbers[k, column]), float(parts[column]), line.found, int(wrong.sum()) - 1, unknown))
    return found


class _Counted:
    """Rows that totals may hold, looked up by what a total names of them; totals that name the same are answered once."""

    def __init__(self, lines: Sequence[Line], numbers: Numbers, known: Known, terms: Terms) -> None:
        self.lines, self.numbers, self.known, self.terms = lines, np.nan_to_num(numbers), known, terms
        self.all = [k for k, line in enumerate(lines) if line.kind in (FIGURES, UNKNOWN)]
        self.places: dict[tuple[str, str], list[int]] = {}
        for k in self.all:
            m = lines[k].meaning
            said = {(name, getattr(m, name)) for name in _NAMES} | {("family", known.family_of.get(m.item, m.family)), ("category", _category(m, known))}
            for label in said:
                self.places.setdefault(label, []).append(k)
        self.owners = {squeeze(lines[k].meaning.owner): lines[k].meaning.owner for k in self.all if lines[k].meaning.owner}
        self._fitting: dict[tuple[object, ...], tuple[Positions, Numbers]] = {}

    def owner_named(self, total: Line) -> str:
        """The owner of other rows whose name a total bears: owners are known from the paste alone."""
        return "" if total.meaning.owner else self.owners.get(squeeze(total.group), "") if total.group else ""

    def fitting(self, total: Line) -> tuple[Positions, Numbers]:
        """Rows among those that a total names, ascending, and their figures added up from the first one on."""
        m = total.meaning
        key = (*(getattr(m, name) for name in _NAMES), m.when, total.group)
        if key not in self._fitting:
            # the label that the fewest rows have leaves the fewest to look at
            sides = [self.places.get((name, getattr(m, name)), []) for name in _NAMES if getattr(m, name)]
            rows = [k for k in min(sides, key=len, default=self.all) if _fits(self.lines[k].meaning, total, self.known, self.terms)]
            self._fitting[key] = np.array(rows, dtype=np.intp), np.cumsum(self.numbers[rows], axis=0)
        return self._fitting[key]

    def before(self, total: Line, end: int) -> Numbers | None:
        """Sums of the fitting rows above a place; `None` where there are none."""
        rows, running = self.fitting(total)
        count = int(np.searchsorted(rows, end))
        return np.asarray(running[count - 1]) if count else None

    def among(self, total: Line, block: Sequence[int]) -> Numbers | None:
        """Sums of the fitting rows of a block; `None` where there are none."""
        inside = [k for k in block if _fits(self.lines[k].meaning, total, self.known, self.terms)]
        return np.asarray(self.numbers[inside].sum(axis=0)) if inside else None


_NAMES = ("category", "family", "item", "region", "owner", "measure", "currency")


def _least_miss(candidates: Sequence[Numbers], own: Numbers, checked: Mask) -> tuple[Numbers, Mask] | None:
    """Sums and wrong cells of the candidate that a total comes nearest to; `None` where it equals one of them, or there is nothing to hold it against."""
    best: tuple[Numbers, Mask] | None = None
    stated = ~np.isnan(own) & checked
    for parts in candidates:
        wrong = stated & ~_same(own, parts)
        if not wrong.any():
            return None
        if best is None or wrong.sum() < best[1].sum():
            best = parts, wrong
    return best


def _fits(meaning: Meaning, total: Line, known: Known, terms: Terms) -> bool:
    """Whether a row is among those that a total names."""
    m = total.meaning
    if m.family and m.family not in (meaning.family, known.family_of.get(meaning.item)):
        return False
    if any(getattr(m, name) and getattr(m, name) != getattr(meaning, name) for name in _NAMES[2:]) or (m.category and m.category != _category(meaning, known)):
        return False
    if m.when is None or meaning.when is None:
        return True
    outer, inner = _span(m.when, terms), _span(meaning.when, terms)
    return outer is None or inner is None or (outer[0] <= inner[0] and inner[1] <= outer[1])


def untied_columns(lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers, terms: Terms, known: Known) -> list[Untied]:
    """Total columns that do not equal the columns that they name, else those since the last total, or all of them."""
    rows = np.array([line.kind in (FIGURES, UNKNOWN) for line in lines])
    found = []
    for k, column in enumerate(columns):
        if column.role != TOTAL or not rows.any():
            continue
        fitting = np.array([c.role in (FIGURES, UNKNOWN) and bool(c.meaning.said) and _beside(c.meaning, column.meaning, terms, known) for c in columns])
        near = fitting.copy()
        last = max((j for j in range(k) if columns[j].role == TOTAL), default=-1)
        near[: last + 1] = near[k:] = False
        before = fitting.copy()
        before[k:] = False
        candidates = [fitting] if column.meaning.when or column.meaning.scope else [near, before, fitting]
        figures = numbers[rows]
        miss = _least_miss([np.nansum(figures[:, c], axis=1) for c in candidates if c.any()], figures[:, k], np.ones(int(rows.sum()), dtype=bool))
        if miss is not None:
            parts, wrong = miss
            line = int(np.flatnonzero(wrong)[0])
            row = int(np.flatnonzero(rows)[line])
            found.append(Untied(lines[row].row, column.place, float(numbers[row, k]), float(parts[line]), column.found, int(wrong.sum()) - 1))
    return found


def _beside(meaning: Meaning, total: Meaning, terms: Terms, known: Known) -> bool:
    if any(getattr(total, name) and getattr(total, name) != getattr(meaning, name) for name in _NAMES[1:]) or (total.category and total.category != _category(meaning, known)):
        return False
    if total.when is None or meaning.when is None:
        return True
    outer, inner = _span(total.when, terms), _span(meaning.when, terms)
    return outer is None or inner is None or (outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1])
