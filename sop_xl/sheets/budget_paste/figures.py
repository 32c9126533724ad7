"""Every figure of a table with all that is known of it: labels, measure, currency, scale and the periods that it covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from sop_xl.blocks import Block
from sop_xl.errors import Problem
from sop_xl.sheets.budget_paste.columns import FIGURES, Column
from sop_xl.sheets.budget_paste.meaning import NOTHING, Meaning, merged
from sop_xl.sheets.budget_paste.numbers import Numbers
from sop_xl.sheets.budget_paste.rows import Line
from sop_xl.sheets.budget_paste.sheet_terms import Terms
from sop_xl.sheets.budget_paste.when import When
from sop_xl.sheets.cells import Refused, show
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import SheetSpec
from sop_xl.vocabulary import BY_LABEL, MEASURES, MONEY

COLUMNS = ("category", "family", "item", "region", "owner", "measure", "currency", "period", "last_period", "pasted", "number", "row", "column", "aside")

AMBIGUOUS = "ambiguous-figure"


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the budget.

    Parameters
    ----------
    category
        Of Items, where neither family nor item is known.
    currency
        Of money; `""` for quantities.
    period, last_period
        First and last period that it covers.
    pasted, number
        As it stands, and in units of its currency.
    stated
        Whether the paste states the currency, rather than leaving it to the plan's.
    row, column
        0-based places in the block.
    line, place
        Places among the table's lines and columns.
    aside
        Columns beside it that are not read with their texts, and the location that stands for its region, as column -1.
    """

    category: str
    family: str
    item: str
    region: str
    owner: str
    measure: str
    currency: str
    period: pd.Timestamp
    last_period: pd.Timestamp
    pasted: float
    number: float
    row: int
    column: int
    line: int
    place: int
    aside: tuple[tuple[int, str], ...]
    stated: bool = True


class FigureMaker:
    """Puts together what rows, columns, titles and settings say of each cell.

    Parameters
    ----------
    terms
        Of the table.
    settings
        What holds where the table says nothing.
    """

    def __init__(self, block: Block, terms: Terms, settings: Settings) -> None:
        self.block, self.terms, self.settings = block, terms, settings
        self.problems: dict[tuple[str, str, str], list[str]] = {}
        self._both: dict[tuple[Meaning, Meaning], Meaning] = {}
        self._spans: dict[When | None, tuple[pd.Timestamp, pd.Timestamp] | Refused] = {}

    def figures(self, lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers) -> Iterator[Figure]:
        """Every figure of the budget, row by row; what contradicts itself or has no year is left out and said."""
        years = {c.place for c in columns if c.role == "year"}
        for k, line in enumerate(lines):
            if line.kind != FIGURES:
                continue
            for m, column in enumerate(columns):
                if column.role != FIGURES or pd.isna(numbers.table[k, m]):
                    continue
                figure = self._figure(k, m, line, column, float(numbers.table[k, m]), numbers.currencies.get((k, m), ""), bool(years))
                if figure is not None:
                    yield figure

    def _figure(self, k: int, m: int, line: Line, column: Column, number: float, currency: str, by_year: bool) -> Figure | None:
        meaning = self._meaning(line.meaning, column.meaning)
        cell = (line.row, column.place)
        if meaning.doubt:
            where = column.header_cell if column.doubt else cell
            self._say(where, AMBIGUOUS, f"expected one meaning for the figure: {meaning.doubt}", "", "say it with Take it as in Budget Mapping", cell)
            return None
        when = meaning.when
        if by_year and when is not None and when.part in ("month", "place") and when.fiscal is None and not when.counts and column.meaning.when is not None:
            when = replace(when, fiscal=False)  # months beside a column Year are those of the calendar
        if when not in self._spans:
            self._spans[when] = self.terms.span(when)
        span = self._spans[when]
        if isinstance(span, Refused):
            where = column.header_cell if column.meaning.when is not None else line.cell if line.meaning.when is not None else column.header_cell
            found = column.found if where == column.header_cell else line.found
            self._say(where, span.rule, span.expected, show(found), span.hint, cell)
            return None
        measure = meaning.measure or BY_LABEL[self.settings.budget_measure.casefold()].name
        money = MEASURES[measure].unit == MONEY
        code = (meaning.currency or currency or self.settings.plan_currency) if money else ""
        scale = meaning.scale if meaning.scale and (money or not meaning.of_money) else (self.settings.budget_scale if money and not meaning.scale else 1.0)
        return Figure(
            meaning.category, meaning.family, meaning.item, meaning.region, meaning.owner, measure, code, *span, number, number * scale, line.row, column.place, k, m, (*line.aside, (-1, meaning.location)), bool(meaning.currency or currency)
        )  # fmt: skip

    def _meaning(self, line: Meaning, column: Meaning) -> Meaning:
        """Row and column together, then what the titles say of what is still open."""
        key = (line, column)
        if key not in self._both:
            both = merged(line, replace(column, rest="", role="", doubt=column.doubt))
            title = self.terms.meaning
            open_ones = {name: "" for name in ("category", "family", "item", "region", "owner", "measure", "currency") if getattr(both, name)}
            if both.item and not both.family:
                open_ones["family"] = ""
            if both.category:
                open_ones |= {"family": "", "item": ""}
            self._both[key] = merged(both, replace(title, **open_ones, when=None, doubt="")) if title != NOTHING else both  # type: ignore[arg-type]
        return self._both[key]

    def _say(self, where: tuple[int, int], rule: str, expected: str, got: str, hint: str, cell: tuple[int, int]) -> None:
        self.problems.setdefault((self.block.address(*where), rule, expected + "\n" + got + "\n" + hint), []).append(self.block.address(*cell))

    def found(self) -> list[Problem]:
        """One problem for each thing that may be read in two ways, at the cell that says it."""
        problems = []
        for (where, rule, text), cells in self.problems.items():
            expected, got, hint = text.split("\n")
            more = f"; {len(cells)} figures left out" if len(cells) > 1 else ""
            problems.append(Problem(self.block.sheet, where, rule, expected, got, f"{hint}{more}".strip("; ")))
        return problems


def figures_frame(figures: Sequence[Figure]) -> pd.DataFrame:
    """One row per figure; see `Figure`."""
    return pd.DataFrame([[getattr(f, name) for name in COLUMNS] for f in figures], columns=list(COLUMNS))


def check_duplicates(block: Block, figures: Sequence[Figure]) -> tuple[list[Problem], Counter[tuple[int, ...]]]:
    """A figure that stands twice, unless texts that are not read tell the rows apart: those are added up.

    Returns
    -------
    Problems, and the number of figures that are added to others by the columns that tell them apart; -1 stands for locations of one region.
    """
    seen: dict[tuple[object, ...], Figure] = {}
    exact: dict[tuple[object, ...], Figure] = {}
    twice: dict[tuple[int, int], tuple[Figure, Figure]] = {}
    added: Counter[tuple[int, ...]] = Counter()
    for f in figures:
        key = (f.category, f.family, f.item, f.region, f.owner, f.measure, f.currency, f.period, f.last_period)
        # two lines of a journal that differ in nothing may be one that was pasted twice
        again = exact.setdefault((*key, f.aside), f)
        if again is not f:
            twice.setdefault((f.row, again.row), (again, f))
        elif (first := seen.setdefault(key, f)) is not f:
            added[tuple(sorted({place for place, _ in {*f.aside} ^ {*first.aside}}))] += 1
    problems = []
    for earlier, second in twice.values():
        key_words = [w for w in (second.category, second.family, second.item, second.region, second.owner, MEASURES[second.measure].label) if w]
        where = block.address(earlier.row, earlier.column)
        problems.append(
            Problem(block.sheet, block.address(second.row, second.column), "duplicate-key", "expected each figure of the budget once", ", ".join(show(w) for w in key_words), f"{where} has it already")
        )  # fmt: skip
    return problems, added


def budget_records(figures: Sequence[Figure], spec: SheetSpec) -> pd.DataFrame:
    """The figures as the Budget sheet's reader gives its records: one row per key and span, one column per measure, money in units of its currency.

    `category` is one of the keys where a figure is of a category.
    """
    frame = figures_frame(figures)
    of_category = ["category"] if any(f.category for f in figures) else []
    keys = [*of_category, "family", "item", "region", "owner", "currency", "period", "last_period"]
    names = [*keys, "unit", *spec.measures]
    if frame.empty:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in names})
    wide = frame.pivot_table(index=keys, columns="measure", values="number", aggfunc="sum", sort=True).reset_index()
    wide.columns.name = None
    for name in spec.measures:
        if name not in wide:
            wide[name] = float("nan")
    return wide.assign(unit=wide["currency"])[names]

