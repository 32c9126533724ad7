"""What holds for a whole table: what its titles say, what Settings say where it says nothing, and the years of its months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from sop_xl.sheets.budget_paste.columns import FIGURES, LABELS, Column
from sop_xl.sheets.budget_paste.layout import Cells, Table
from sop_xl.sheets.budget_paste.meaning import NOTHING, Meaning, Reader, merged
from sop_xl.sheets.budget_paste.rows import Line
from sop_xl.sheets.budget_paste.when import When, span_of
from sop_xl.sheets.cells import Refused, is_blank
from sop_xl.sheets.settings import Settings
from sop_xl.vocabulary import MEASURES, MONEY


@dataclass
class Terms:
    """What holds for all figures of one table.

    Parameters
    ----------
    meaning
        What the titles say, or what was decided instead.
    sources
        Place of the title that says it, by field.
    titles
        The title texts.
    months
        Months without a year of their own, in the order of the table.
    """

    meaning: Meaning
    sources: dict[str, tuple[int, int]]
    titles: list[str]
    months: list[int]
    settings: Settings
    several_years: bool = False

    def year_of(self, when: When) -> When | Refused:
        """The same with its year: its own, that of the titles, or Settings' Budget year."""
        calendar = self.settings.make_calendar()
        start = calendar.fiscal_year_start
        if when.part == "period" or (when.year is not None and (when.part != "month" or when.fiscal is not None or start == 1)):
            return when
        year, fiscal, turns = when.year, when.fiscal, when.turns
        if year is None:
            said = self.meaning.when
            if said is not None and said.year is not None and not self.several_years:
                year, fiscal, turns = said.year, said.fiscal if said.part != "month" else False, said.turns
            elif self.settings.budget_year is not None:
                year, fiscal = self.settings.budget_year, True
            else:
                return Refused("budget-without-year", "expected a year for the period", "say it with Budget year in Settings")
            if self._turn() and start == 1 and not turns:
                return Refused("ambiguous-period", "expected months that name their year", "they run over the turn of the year, and one year is named")
        if fiscal is None and start != 1 and when.part == "month":
            order = self._fiscal_order(start)
            if order is None:
                return Refused("ambiguous-period", "expected a fiscal or a calendar year", f"write FY{year}, or CY{year} for the calendar year")
            fiscal = order
        return replace(when, year=year, fiscal=fiscal, turns=turns)

    def _turn(self) -> bool:
        return any(b < a for a, b in zip(self.months, self.months[1:], strict=False))

    def _fiscal_order(self, start: int) -> bool | None:
        """Whether the months run as those of a fiscal year, `None` where their order does not tell."""
        if self.months[:1] == [start] and (self._turn() or start == 1):
            return True
        return False if self.months[:1] == [1] and len(self.months) > 1 and not self._turn() else None

    def span(self, when: When | None) -> tuple[pd.Timestamp, pd.Timestamp] | Refused:
        """First and last period of a figure; one without any time is that of the titles, or of the whole Budget year."""
        said = self.meaning.when
        if when is None:
            when = said if said is not None and not self.several_years else When("year")
        dated = self.year_of(when)
        return dated if isinstance(dated, Refused) else span_of(dated, self.settings.make_calendar())


def terms_of_table(table: Table, columns: Sequence[Column], lines: Sequence[Line], cells: Cells, reader: Reader, settings: Settings, decision: Meaning) -> Terms:
    """What the titles of a table say; `decision` is what a planner said instead."""
    meaning, sources, texts = NOTHING, dict[str, tuple[int, int]](), list[str]()
    years: set[int] = set()
    # the cell over the names of the rows may be used as a title: `in TEUR`
    corner = [(i, c.place) for c in columns if c.role in LABELS and c.meaning.said and not c.meaning.role for i in table.header if not is_blank(cells[i][c.place])]
    for i, j in [*table.titles, *corner]:
        value = cells[i][j]
        if is_blank(value):
            continue
        said = reader.title(value) if isinstance(value, str) else reader.header(value)
        texts.append(str(value).strip())
        if said.when is not None and said.when.year is not None:
            years.add(said.when.year)
        if said.when is not None and meaning.when is not None:
            said = replace(said, when=None)
        for name in ("category", "family", "region", "measure", "currency", "scale", "when"):
            if getattr(said, name) and not getattr(meaning, name):
                sources[name] = (i, j)
        # a later title adds to the first one, and never contradicts it
        meaning = merged(meaning, replace(said, rest="", role="", version="", item="", owner="", **{k: "" for k in ("category", "family", "region", "measure") if getattr(meaning, k)}))  # type: ignore[arg-type]
    if decision != NOTHING:
        kept = {k: "" for k in ("category", "family", "region", "measure", "currency") if getattr(decision, k)}
        meaning = merged(replace(decision, role="", rest=""), replace(meaning, **kept, when=None if decision.when else meaning.when, scale=0.0 if decision.scale else meaning.scale))  # type: ignore[arg-type]
        years = years if decision.when is None else set()
    across = [c.meaning.when for c in columns if c.role == FIGURES and c.meaning.when is not None]
    down = [line.meaning.when for line in lines if line.meaning.when is not None]
    months = list(dict.fromkeys(w.number for w in (*across, *down) if w.part == "month" and not (w.year is not None and w.fiscal is not None)))
    return Terms(meaning, sources, texts, months, settings, len(years) > 1)


def scale_of_money(said: Meaning, columns: Sequence[Column], lines: Sequence[Line], usual: str) -> Meaning:
    """What titles say, their scale said of money alone, unless the title names a quantity or the table holds nothing but quantities.

    "Budget 2026 in thousands" over revenue and units is about the revenue; "Units in thousands" is about the units.

    Parameters
    ----------
    usual
        Measure of figures whose row and column name none.
    """
    if not said.scale or said.of_money or (said.measure and MEASURES[said.measure].unit != MONEY):
        return said
    across = {c.meaning.measure for c in columns if c.role == FIGURES}
    down = {line.meaning.measure for line in lines if line.kind == FIGURES}
    measures = {row or column or usual for row in down for column in across}
    return replace(said, of_money=any(MEASURES[name].unit == MONEY for name in measures))
