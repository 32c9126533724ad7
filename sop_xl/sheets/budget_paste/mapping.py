"""Budget Mapping: in words, what every column and row of a paste was taken for, and what was found in all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from sop_xl.blocks import Block, column_letters
from sop_xl.frames import BUDGET_MAPPING
from sop_xl.sheets.budget_paste.columns import FIGURES, LABELS, LEFT_OUT, TOTAL, UNKNOWN, Column
from sop_xl.sheets.budget_paste.figures import Figure
from sop_xl.sheets.budget_paste.left_out import LeftOut
from sop_xl.sheets.budget_paste.meaning import Meaning
from sop_xl.sheets.budget_paste.money import SCALE_WORDS
from sop_xl.sheets.budget_paste.numbers import Numbers
from sop_xl.sheets.budget_paste.remembered import OfLayout, Remembered
from sop_xl.sheets.budget_paste.rows import Line
from sop_xl.sheets.budget_paste.sheet_terms import Terms
from sop_xl.sheets.budget_paste.when import When, span_words
from sop_xl.sheets.cells import Refused, is_absent
from sop_xl.sheets.settings import Settings
from sop_xl.vocabulary import MEASURES

MOST_ROWS = 500
"""Plain rows listed one by one; those after them share a line. Rows that are left out, inferred or decided, or have cells without a number, are always listed."""


@dataclass
class TableRead:
    """One table of a paste as it was read."""

    columns: list[Column]
    lines: list[Line]
    numbers: Numbers
    terms: Terms
    figures: list[Figure]
    header: list[int]
    left_out: LeftOut
    negative_costs: bool = False


@dataclass
class MappingLines:
    """Gathers the lines of Budget Mapping of one layout."""

    layout: str
    block: Block
    settings: Settings
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, place: str, found: str, taken_as: str, words: Sequence[str], total: float | None = None, rejected: float | None = None) -> None:
        """One line; a text that reads as nothing is left empty."""
        shown = "" if is_absent(found) else found
        self.rows.append(
            {
                "layout": self.layout, "kind": kind, "place": place, "found": shown, "taken_as": taken_as, "means": "; ".join(dict.fromkeys(w for w in words if w)),
                "total": float("nan") if total is None else round(total, 6), "rejected": float("nan") if rejected is None else float(rejected), "decision": "", "confirmed": "",
            }
        )  # fmt: skip

    def frame(self, remembered: Remembered, own: OfLayout) -> pd.DataFrame:
        """BUDGET_MAPPING in the order of the sheet, with what the planner said, and below it what he said of rows that are not in this paste and of other layouts."""
        said = {(line.kind, line.place): line for line in reversed(own.lines)}  # the first one is of the last paste
        by_text = {(line.kind, line.found): line for line in reversed(own.lines) if line.decision}
        for row in self.rows:
            line = said.get((row["kind"], row["place"]))
            decided = by_text.get((row["kind"], row["found"]))
            row["decision"] = decided.decision if decided else line.decision if line and row["kind"] in ("sheet", "column") else ""
            row["confirmed"] = "yes" if line and line.confirmed else ""
        present = {(row["kind"], row["found"]) for row in self.rows}
        placed = {(row["kind"], row["place"]) for row in self.rows if row["kind"] in ("sheet", "column") and row["decision"]}
        absent = [x for x in own.lines if x.decision and (x.kind, x.found) not in present and (x.kind, x.place) not in placed]
        others = [x for x in remembered.lines if x.layout != self.layout and (x.confirmed or x.decision)]
        kept = [
            {"layout": x.layout, "kind": x.kind, "place": x.place, "found": x.found, "taken_as": "", "means": "of an earlier paste", "total": float("nan"), "rejected": float("nan"),
             "decision": x.decision, "confirmed": "yes" if x.confirmed else ""}
            for x in (*absent, *others)
        ]  # fmt: skip
        return pd.DataFrame([*self.rows, *kept], columns=list(BUDGET_MAPPING.columns)).astype({"total": "float64", "rejected": "float64"})


def column_lines(lines: MappingLines, table: TableRead, suffix: str) -> None:
    """One line per column; of figures of several measures or currencies one more for each of these."""
    totals: dict[int, dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for f in table.figures:
        totals[f.place][f.measure, f.currency] += f.pasted
    refused: dict[int, int] = defaultdict(int)
    for _, m in table.numbers.refused:
        refused[m] += 1
    for m, column in enumerate(table.columns):
        letter = column_letters(lines.block.column + column.place)
        figures = column.role == FIGURES
        sums = totals[m]
        count, left_out = table.left_out.columns.get(m, (None, None))
        total = (None if len(sums) > 1 else sum(sums.values())) if figures else left_out
        words = [*column.words, *_time_words(column, table, lines.block), _phasing(column, lines.settings)]
        lines.add("column", letter + suffix, column.found, column_words(column, table), words, total, refused[m] if figures else count)
        for (measure, currency), amount in sums.items() if len(sums) > 1 else ():
            part = f"{MEASURES[measure].label} {currency}".strip()
            lines.add("column", f"{letter}{suffix}: {part}", f"{column.found}: {part}", part, ["the part of it"], amount)


def column_words(column: Column, table: TableRead) -> str:
    """What a column was taken for."""
    if column.role == "product":
        return "family or item"
    if column.role in LABELS:
        return "period" if column.role == "month" else column.role
    if column.role != FIGURES:
        return column.role
    return meaning_words(column.meaning, table) or "figures"


def meaning_words(meaning: Meaning, table: TableRead) -> str:
    """`period 2026-03, region North, Revenue`."""
    words = []
    when = meaning.when
    if when is not None:
        span = table.terms.span(when)
        calendar = table.terms.settings.make_calendar()
        if isinstance(span, Refused) or (not when.dated and any(c.role in ("year", "fiscal year") for c in table.columns)):
            words.append(_part_words(when))
        else:
            kind = when.part if when.part in ("quarter", "half", "year") else "period"
            words.append(f"{kind} {span_words(*span, calendar)}")
    words += [f"{name} {getattr(meaning, name)}" for name in ("category", "family", "item", "region", "owner") if getattr(meaning, name)]
    if meaning.measure:
        words.append(MEASURES[meaning.measure].label)
    if meaning.currency or meaning.scale:
        words.append(f"{meaning.currency} {SCALE_WORDS.get(meaning.scale, '') if meaning.scale else ''}".strip())
    return ", ".join(words)


def _part_words(when: When) -> str:
    """A part of a year that is named elsewhere: `month 3`."""
    return f"{'month' if when.part == 'place' else when.part} {when.number or ''}".strip()


def _time_words(column: Column, table: TableRead, block: Block) -> list[str]:
    """Where the year of a column comes from, if not from itself."""
    when = column.meaning.when
    if column.role != FIGURES or when is None or (when.dated and (when.part != "month" or when.fiscal is not None)):
        return []
    if any(c.role in ("year", "fiscal year") for c in table.columns):
        return ["of the year that each row names"]
    span = table.terms.span(when)
    if isinstance(span, Refused):
        return [f"left out: {span.expected}"]
    return [f"{column.found} -> {span_words(*span, table.terms.settings.make_calendar())}, {year_words(table.terms, block)}"]


def year_words(terms: Terms, block: Block) -> str:
    """Where the year of months without one comes from."""
    if terms.meaning.when is not None and terms.meaning.when.year is not None and not terms.several_years:
        return f"year from the title in {block.address(*terms.sources['when'])}" if "when" in terms.sources else "year as decided in Budget Mapping"
    return "fiscal year from Budget year in Settings" if terms.settings.budget_year is not None else "no year is named"


def _phasing(column: Column, settings: Settings) -> str:
    when = column.meaning.when
    if column.role != FIGURES or when is None or when.part not in ("quarter", "half", "year"):
        return ""
    return PHASING[settings.budget_phasing]


PHASING = {
    "last year": "spread as last year's sales (Budget phasing in Settings)",
    "plan": "spread as the plan (Budget phasing in Settings)",
    "equal": "spread equally (Budget phasing in Settings)",
}


def row_lines(lines: MappingLines, table: TableRead, suffix: str) -> None:
    """One line per row; where time runs down, one for all rows with the same labels."""
    totals: dict[int, float] = defaultdict(float)
    for f in table.figures:
        totals[f.line] += f.pasted
    refused: dict[int, int] = defaultdict(int)
    for k, _ in table.numbers.refused:
        refused[k] += 1
    measures: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for f in table.figures:
        measures[f.line].add((f.measure, f.currency))
    # columns of several measures have no sum in any row
    across = len({(c.meaning.measure, c.meaning.currency) for c in table.columns if c.role == FIGURES}) > 1
    counted = [m for m, c in enumerate(table.columns) if c.role == FIGURES]
    stated = pd.DataFrame(table.numbers.table[:, counted]).sum(axis=1, min_count=1).tolist() if table.lines else []
    groups: dict[tuple[str, str, str], list[int]] = {}
    down = any(line.meaning.when is not None for line in table.lines)
    for k, line in enumerate(table.lines):
        key = (line.kind, line.found, row_words(line, table, down)) if down and line.kind == FIGURES else (line.kind, line.found, str(line.row))
        groups.setdefault(key, []).append(k)
    ordered = sorted(groups.values(), key=lambda members: members[0])
    plain = [members for members in ordered if not any(_is_telling(table.lines[k]) or refused[k] for k in members)]
    rest = [k for members in plain[MOST_ROWS:] for k in members]
    folded = set(rest)
    for members in ordered:
        if members[0] in folded:
            continue
        line = table.lines[members[0]]
        rows = [lines.block.row + table.lines[k].row for k in members]
        place = str(rows[0]) if len(rows) == 1 else f"{rows[0]} to {rows[-1]}"
        words = [w for k in members for w in table.lines[k].words]
        if len(rows) > 1:
            words.insert(0, f"{len(rows)} rows")
        if line.doubt and line.kind not in (FIGURES, TOTAL):
            words.append(line.doubt)
        missing = [table.left_out.rows[k] for k in members if k in table.left_out.rows]
        total: float | None = sum(totals.get(k, 0.0) for k in members) if line.kind == FIGURES else stated[members[0]] if line.kind == TOTAL else sum(x for _, x in missing) if missing else None
        if len(set().union(*(measures[k] for k in members))) > 1 or (across and line.kind != FIGURES):
            total = None  # revenue and cost in one row have no sum
        count = sum(refused[k] for k in members) + sum(n for n, _ in missing)
        lines.add("row", place + suffix, line.found, row_words(line, table, down), words, total, count if count or line.kind in (FIGURES, TOTAL) else None)
    if rest:
        kinds = Counter(table.lines[k].kind for k in rest)
        several = len(set().union(*(measures[k] for k in rest))) > 1
        words = [f"{len(rest)} rows: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}", "several measures" if several else ""]
        lines.add("row", f"further rows{suffix}", "", "as their labels say", words, None if several else sum(totals.get(k, 0.0) for k in rest), 0)


def _is_telling(line: Line) -> bool:
    """Whether a planner must see how a row was taken."""
    return line.kind == UNKNOWN or line.inferred or line.decided


def row_words(line: Line, table: TableRead, down: bool) -> str:
    """What a row was taken for."""
    if line.kind != FIGURES:
        return line.kind if line.kind != "repeated header" else LEFT_OUT
    return meaning_words(replace(line.meaning, when=None) if down else line.meaning, table) or ("period" if down else "figures")
