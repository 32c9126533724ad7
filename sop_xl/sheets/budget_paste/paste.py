"""A budget as finance pasted it, in any shape: understood, mapped and checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from sop_xl.blocks import Block, a1
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.frames import BUDGET_MAPPING, empty_frame
from sop_xl.sheets.budget_paste.coarse_columns import mark_coarse_columns
from sop_xl.sheets.budget_paste.columns import FIGURES, TOTAL, UNKNOWN, columns_of
from sop_xl.sheets.budget_paste.control import Converter, controlled_measure, total_lines
from sop_xl.sheets.budget_paste.figures import Figure, FigureMaker, budget_records, check_duplicates
from sop_xl.sheets.budget_paste.layout import Cells, Finder, Table, own_cells
from sop_xl.sheets.budget_paste.left_out import left_out_of, together
from sop_xl.sheets.budget_paste.mapping import (
    MappingLines,
    TableRead,
    column_lines,
    row_lines,
    year_words,
)
from sop_xl.sheets.budget_paste.meaning import NOTHING, Meaning, Reader
from sop_xl.sheets.budget_paste.money import SCALE_WORDS
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.numbers import numbers_of
from sop_xl.sheets.budget_paste.remembered import OfLayout, Remembered, fingerprint
from sop_xl.sheets.budget_paste.rows import count_lone_totals, lines_of, mark_unknown_units, say_categories
from sop_xl.sheets.budget_paste.said import (
    TELL,
    absent_problems,
    added_problems,
    cell_problems,
    column_problems,
    row_problems,
    total_problems,
)
from sop_xl.sheets.budget_paste.sheet_terms import scale_of_money, terms_of_table
from sop_xl.sheets.budget_paste.signs import NEGATIVE_COSTS, positive_costs
from sop_xl.sheets.budget_paste.totals import mark_coarse, mark_subtotals, untied_columns, untied_rows
from sop_xl.sheets.budget_paste.when import When
from sop_xl.sheets.header import Header
from sop_xl.sheets.labels import Labels
from sop_xl.sheets.read import Reading, habits_of
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec
from sop_xl.vocabulary import BY_LABEL, MEASURES, MONEY

MAPPING = "Budget Mapping"
FIGURE_COLUMNS = ("category", "family", "item", "region", "owner", "measure", "currency", "period", "last_period", "pasted", "number", "row", "column")


@dataclass(frozen=True)
class PastedBudget:
    """A pasted budget, understood.

    Parameters
    ----------
    reading
        As the Budget sheet's reader gives it; its frame has `last_period` beside `period` where figures cover several periods.
    mapping
        BUDGET_MAPPING in the order of the sheet.
    figures
        One row per figure: labels, measure, currency, period, last_period, pasted, number, row and column (0-based in the block) and its `cell`.
    amounts
        Number of every cell that was read as one, totals included, by row and column in the block; cells that name a currency are left out.
    """

    reading: Reading
    mapping: pd.DataFrame
    figures: pd.DataFrame
    amounts: dict[tuple[int, int], float]


def read_budget_paste(spec: SheetSpec, block: Block, settings: Settings, known: Known, remembered: Remembered | None = None, convert: Converter | None = None) -> PastedBudget | None:
    """Understand a pasted budget; `None` where no table is found in it.

    Parameters
    ----------
    spec
        Contract of the Budget.
    block
        Every used cell of the tab.
    settings
        Calendar, currency, and what holds where the paste says nothing.
    known
        The workbook's families, items and regions.
    remembered
        Budget Mapping as it stands in the workbook.
    convert
        Makes amounts of several currencies one, at plan rates, to hold them against the control total.
    """
    remembered = remembered or Remembered()
    reader = Reader(spec, known, habits_of(settings), settings.plan_currency)
    cells = own_cells(spec, block)
    tables = Finder(cells, reader).tables()
    if not tables:
        return None
    own = remembered.of(fingerprint(tables, cells, reader))
    own.titles = _titles(tables, cells)
    read = [_read_table(table, cells, reader, settings, block, own) for table in tables]
    parts = [part for part, _ in read]
    figures = [f for part in parts for f in part.figures]
    problems = [p for _, found in read for p in found]
    twice, added = check_duplicates(block, figures)
    problems += twice
    problems += added_problems(block, [c for part in parts for c in part.columns], added, confirmed=own.confirmed)
    if not figures:
        expected = "expected at least one figure of a budget"
        hint = "the other lines say why" if errors_in(problems) else TELL
        problems.append(Problem(block.sheet, block.address(tables[0].header[-1], 0), "budget-empty", expected, "none that is understood", hint))
    mapping, more = _mapping(parts, own, remembered, block, settings, convert)
    problems = [*own.problems, *problems, *more]
    reading = _reading(spec, block, settings, parts, figures, problems)
    frame = pd.DataFrame([_figure_row(f, block) for f in figures], columns=[*FIGURE_COLUMNS, "cell"])
    return PastedBudget(reading, mapping, frame, {place: amount for part in parts for place, amount in _amounts(part)})


def _amounts(part: TableRead) -> Iterator[tuple[tuple[int, int], float]]:
    """Cells of figures and totals with their numbers."""
    for k, line in enumerate(part.lines):
        for m, column in enumerate(part.columns):
            number = part.numbers.table[k, m]
            if column.role in (FIGURES, TOTAL) and not pd.isna(number) and (k, m) not in part.numbers.currencies:
                yield (line.row, column.place), float(number)


def _figure_row(figure: Figure, block: Block) -> dict[str, object]:
    """A figure as a row, with its cell."""
    return {name: getattr(figure, name) for name in FIGURE_COLUMNS} | {"cell": block.address(figure.row, figure.column)}


def _titles(tables: Sequence[Table], cells: Cells) -> str:
    texts = dict.fromkeys(str(cells[i][j]).strip() for table in tables for i, j in table.titles if isinstance(cells[i][j], str))
    return " | ".join(texts)[:250]


def _read_table(table: Table, cells: Cells, reader: Reader, settings: Settings, block: Block, own: OfLayout) -> tuple[TableRead, list[Problem]]:
    """One table: its columns, rows, numbers and figures, and what is wrong with them."""
    columns = columns_of(table, cells, reader, own.decisions("column", reader) if own.lines else _undecided)
    lines = lines_of(table, columns, cells, reader, own.decisions("row", reader) if own.lines else _undecided)
    count_lone_totals(lines)
    decided = own.decisions("sheet", reader)("") if own.lines else None
    terms = terms_of_table(table, columns, lines, cells, reader, settings, decided or NOTHING)
    usual = terms.meaning.measure or BY_LABEL[settings.budget_measure.casefold()].name
    mark_unknown_units(lines, columns, usual)
    mark_coarse(columns, lines, terms)
    numbers = numbers_of(lines, columns, cells, reader)
    mark_subtotals(lines, numbers.table, reader.known, "" if any(c.meaning.measure for c in columns if c.role == FIGURES) else usual)
    mark_coarse_columns(columns, lines, numbers.table, reader.known)
    say_categories(lines, reader.known)
    terms.meaning = scale_of_money(terms.meaning, columns, lines, usual)
    maker = FigureMaker(block, terms, settings)
    figures, negative, signs = positive_costs(block, list(maker.figures(lines, columns, numbers)))
    untied = [*untied_rows(lines, columns, numbers.table, reader.known, terms), *untied_columns(lines, columns, numbers.table, terms, reader.known)]
    problems = [
        *column_problems(block, columns, numbers), *row_problems(block, lines), *cell_problems(block, lines, columns, numbers),
        *absent_problems(block, lines, columns, numbers, cells), *maker.found(), *total_problems(block, untied), *_scale_problems(block, terms.meaning, terms.sources, settings, cells), *signs,
    ]  # fmt: skip
    left_out = left_out_of(lines, columns, numbers, figures)
    return TableRead(columns, lines, numbers, terms, figures, table.header, left_out, negative), problems


def _undecided(found: str) -> Meaning | None:
    return None


def _scale_problems(block: Block, meaning: Meaning, sources: dict[str, tuple[int, int]], settings: Settings, cells: Cells) -> list[Problem]:
    """A title and Settings that state different money units."""
    if settings.budget_scale in (1.0, meaning.scale) or not meaning.scale or "scale" not in sources:
        return []
    i, j = sources["scale"]
    hint = f"Budget money unit in Settings says {settings.budget_scale:,.0f}; set it to 1 or {meaning.scale:,.0f}"
    return [Problem(block.sheet, block.address(i, j), "budget-scale-twice", "expected one money unit", f'"{cells[i][j]}"', hint)]


def _mapping(parts: Sequence[TableRead], own: OfLayout, remembered: Remembered, block: Block, settings: Settings, convert: Converter | None) -> tuple[pd.DataFrame, list[Problem]]:
    """BUDGET_MAPPING, and what must be said about it: not confirmed, new rows, control total."""
    lines = MappingLines(own.layout, block, settings)
    words, inferred = _sheet_words(parts, block, settings)
    figures = [f for part in parts for f in part.figures]
    left_out = together([part.left_out for part in parts])
    refused = sum(len(part.numbers.refused) for part in parts)
    lines.add("sheet", block.sheet, own.titles, "budget", words, _total_of(figures, settings), refused + left_out.count)
    for k, part in enumerate(parts):
        suffix = "" if k == 0 else f" (table from row {block.row + part.header[0]})"
        column_lines(lines, part, suffix)
        row_lines(lines, part, suffix)
        if part.negative_costs:
            lines.add("total", f"sign of costs{suffix}", NEGATIVE_COSTS, "costs stated negative", ["they count positive"])
    amounts = pd.DataFrame([(f.measure, f.currency, f.period, f.last_period, f.pasted) for f in figures], columns=["measure", "currency", "period", "last_period", "amount"])
    problems = total_lines(lines, amounts, left_out, convert)
    problems += _unconfirmed(parts, own, inferred, block) if figures else []
    return lines.frame(remembered, own), problems


def _total_of(figures: Sequence[Figure], settings: Settings) -> float | None:
    """Sum of the budget's measure, as pasted; of the only one that it has; `None` where it is in several currencies."""
    name = controlled_measure({f.measure for f in figures}, settings.budget_measure)
    return None if len({f.currency for f in figures if f.measure == name}) > 1 else sum(f.pasted for f in figures if f.measure == name)


def _sheet_words(parts: Sequence[TableRead], block: Block, settings: Settings) -> tuple[list[str], list[str]]:
    """How the paste as a whole was understood, and what of it is inferred from its titles."""
    words, inferred = list[str](), list[str]()
    for part in parts:
        terms = part.terms
        said = terms.meaning
        for name, text in (
            ("scale", _scale_words(part)), ("currency", f"in {said.currency}"), ("region", f"region {said.region}"), ("category", f"category {said.category}"),
            ("family", f"family {said.family}"),
            ("measure", MEASURES[said.measure].label if said.measure else ""),
        ):  # fmt: skip
            if getattr(said, name) and name in terms.sources:
                inferred.append(f"{text}, from the title in {block.address(*terms.sources[name])}")
        undated = [w for w in _whens(part) if w is None or not w.dated]
        if undated and not any(c.role in ("year", "fiscal year") for c in part.columns):
            words.append(year_words(terms, block))
            if "when" in terms.sources:
                inferred.append(year_words(terms, block))
        if part.negative_costs:
            inferred.append("costs are stated below zero and count positive, as most of them prove")
        if part.numbers.absent:
            count = len(part.numbers.absent)
            words.append(f"{count} cells such as NULL read as nothing budgeted" if count > 1 else "a cell such as NULL read as nothing budgeted")
        if part.numbers.mark:
            inferred.append(f'numbers as text read with the decimal mark "{part.numbers.mark}", as some of them prove')
    measures = {f.measure for part in parts for f in part.figures}
    if not any(part.terms.meaning.measure for part in parts) and all(not c.meaning.measure for part in parts for c in part.columns) and len(measures) == 1:
        words.append(f"figures are {settings.budget_measure} (Budget states in Settings)")
    if settings.budget_scale != 1 and not any(part.terms.meaning.scale for part in parts):
        words.append(f"money in multiples of {settings.budget_scale:,.0f} (Budget money unit in Settings)")
    currencies = sorted({f.currency for part in parts for f in part.figures if f.currency})
    if len(currencies) > 1:
        words.append(f"currencies {', '.join(currencies)}")
    if not inferred:
        words.append("nothing is inferred from titles")
    return [*inferred, *words], list(dict.fromkeys(inferred))


def _scale_words(part: TableRead) -> str:
    """Which figures the scale of the titles holds for."""
    said = part.terms.meaning
    money = any(MEASURES[f.measure].unit == MONEY for f in part.figures)
    plain = any(MEASURES[f.measure].unit != MONEY and f.number == f.pasted != 0 for f in part.figures)
    scaled = "money" if said.of_money else "figures" if money else "quantities"
    return f"{scaled} in {SCALE_WORDS.get(said.scale, '')}{' and quantities as they stand' if plain else ''}"


def _whens(part: TableRead) -> list[When | None]:
    across = [c.meaning.when for c in part.columns if c.role == FIGURES]
    if any(w is not None for w in across):
        return list(across)
    down = [line.meaning.when for line in part.lines if line.kind == FIGURES]
    return list(down)


def _unconfirmed(parts: Sequence[TableRead], own: OfLayout, inferred: list[str], block: Block) -> list[Problem]:
    """One warning as long as what was inferred is not confirmed; of a confirmed layout, rows that were inferred since."""
    columns = [c.found for part in parts for c in part.columns if c.inferred and c.role != UNKNOWN]
    rows = [line.found for part in parts for line in part.lines if line.inferred and line.kind != UNKNOWN]
    sheet = own.sheet or MAPPING
    if own.confirmed:
        new = [found for found in rows if found not in own.seen("row")]
        new += [NEGATIVE_COSTS] if any(part.negative_costs for part in parts) and NEGATIVE_COSTS not in own.seen("total") else []
        if not new:
            return []
        shown = ", ".join(dict.fromkeys(new))[:80]
        hint = "look at their lines in Budget Mapping"
        return [Problem(sheet, "", "budget-new-rows", f"{len(new)} rows of a confirmed mapping are new and were inferred: {shown}", hint=hint, severity=Severity.WARNING)]
    count = len(inferred) + len(columns) + len(rows)
    if not count:
        return []
    cell = a1(HEADER_ROW + 1, 10)
    words = f"the budget counts, but {count} things that were inferred are not confirmed" if count > 1 else "the budget counts, but one thing that was inferred is not confirmed"
    hint = "look through Budget Mapping and type yes in Confirmed on its line of part sheet" if own.sheet else "the workbook has no sheet Budget Mapping; sop-xl module add WORKBOOK finance"
    return [Problem(sheet, cell if own.sheet else "", "budget-not-confirmed", words, hint=hint, severity=Severity.WARNING)]


def _reading(spec: SheetSpec, block: Block, settings: Settings, parts: Sequence[TableRead], figures: Sequence[Figure], problems: Sequence[Problem]) -> Reading:
    """The paste as the Budget sheet's reader gives it, so that other sheets are held against it in the same way."""
    from sop_xl.sheets.finance import budget_frame

    records = budget_records(figures, spec)
    frame = budget_frame(records, settings.model_copy(update={"budget_scale": 1.0}))
    lines = dict.fromkeys((f.row, f.family, f.item, f.region, f.owner, MEASURES[f.measure].label, f.currency if f.stated else "") for f in figures)
    names = ("family", "item", "region", "owner", "measure", "unit")
    values = {name: [key[n + 1] for key in lines] for n, name in enumerate(names)}
    values["note"] = [""] * len(lines)
    labels = Labels([int(str(key[0])) for key in lines], values)
    header = Header(parts[0].header[-1], labels=_label_places(parts[0]), columns=range(len(block.rows[0]) if block.rows else 0))
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    ordered = tuple(sorted(dict.fromkeys(problems), key=lambda p: order[p.severity]))
    return Reading(spec, settings, settings.make_calendar(), labels.frame(spec), frame, ordered, header, (block.row, block.column), block.sheet, labels)


def _label_places(part: TableRead) -> dict[str, int]:
    """Columns of the labels that the paste has, as the Budget sheet names them."""
    places: dict[str, int] = {}
    for column in part.columns:
        if column.role == "product":
            places.setdefault("family", column.place)
            places.setdefault("item", column.place)
        elif column.role in ("family", "item", "region", "owner", "measure", "unit"):
            places.setdefault(column.role, column.place)
    return places


def no_mapping(remembered: Remembered) -> pd.DataFrame:
    """BUDGET_MAPPING where nothing is pasted: what the planner said of earlier layouts."""
    lines = MappingLines("", Block("Budget", 1, 1, []), Settings())
    frame = lines.frame(remembered, remembered.of(""))
    return frame if len(frame) else empty_frame(BUDGET_MAPPING)

