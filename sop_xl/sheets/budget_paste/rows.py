"""What each row of a table is: figures with their labels, a total, a title, or nothing of the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sop_xl.blocks import CellValue
from sop_xl.sheets.budget_paste.columns import (
    FIGURES,
    IDENTITIES,
    LABELS,
    LEFT_OUT,
    TIMES,
    TOTAL,
    UNKNOWN,
    Column,
)
from sop_xl.sheets.budget_paste.layout import Cells, Table, is_figure
from sop_xl.sheets.budget_paste.meaning import NOTHING, Meaning, Reader, merged
from sop_xl.sheets.budget_paste.money import take_money
from sop_xl.sheets.budget_paste.names import Known, as_label
from sop_xl.sheets.budget_paste.when import When, parse_when
from sop_xl.sheets.budget_paste.words import take_version
from sop_xl.sheets.cell_dates import unaccented
from sop_xl.sheets.cells import Refused, is_absent, is_blank, squeeze
from sop_xl.sheets.currencies import CURRENCIES

TITLE, REPEATED = "title", "repeated header"


@dataclass
class Line:
    """One row of a table.

    Parameters
    ----------
    row
        0-based in the block.
    kind
        `figures`, `total`, `title`, `repeated header`, `left out` or `not understood`.
    meaning
        Of its labels and of the titles above it that hold for it.
    found
        Its label texts.
    words, inferred, doubt
        As those of a column.
    group
        Of a total: the category that it names.
    cell
        Place of the label in doubt, else of the first label.
    aside
        Columns that are left out and the texts in them: rows that differ in nothing else are added up.
    decided
        Whether a planner said what it is.
    unit
        A unit that is no currency.
    """

    row: int
    kind: str
    meaning: Meaning = NOTHING
    found: str = ""
    words: list[str] = field(default_factory=list)
    inferred: bool = False
    doubt: str = ""
    group: str = ""
    cell: tuple[int, int] = (0, 0)
    aside: tuple[tuple[int, str], ...] = ()
    decided: bool = False
    unit: str = ""


def lines_of(table: Table, columns: Sequence[Column], cells: Cells, reader: Reader, decide: Callable[[str], Meaning | None]) -> list[Line]:
    """Every row of a table's body.

    Parameters
    ----------
    decide
        What a planner decided of a row with these label texts; `None`: nothing.
    """
    labels = [c for c in columns if c.role in LABELS]
    figures = [c for c in columns if c.role in (FIGURES, TOTAL)]
    unclear = [c for c in columns if c.role == UNKNOWN]
    section = NOTHING
    carried: dict[int, tuple[CellValue, int]] = {}
    lines: list[Line] = []
    filled_down = _merged_columns(table, labels, figures, cells)
    for i in table.body:
        row = cells[i]
        if not any(not is_blank(row[c.place]) for c in figures) and not any(is_figure(row[c.place], reader) for c in unclear):
            line, section = _without_figures(i, table, columns, cells, reader, section)
            lines.append(line)
            continue
        line = _labelled(i, row, labels, columns, reader, filled_down, carried)
        decision = decide(line.found) if line.found else None
        if decision is not None:
            _decide(line, decision)
        own, line.meaning = line.meaning, _under(line.meaning, section)
        if section.said and line.kind == FIGURES:
            # a title above rows that name the same themselves adds nothing to them
            line.inferred = line.inferred or any(getattr(line.meaning, name) and not getattr(own, name) for name in section.scope)
        lines.append(line)
    _leave_other_versions(lines)
    return lines


def count_lone_totals(lines: Sequence[Line]) -> None:
    """Totals beside which nothing else stands are the budget itself: one line for the company, or one per measure."""
    totals = [line for line in lines if line.kind == TOTAL and not line.decided]
    if any(line.kind in (FIGURES, UNKNOWN) for line in lines) or any(line.group for line in totals) or len({replace(line.meaning, total="") for line in totals}) < len(totals):
        return
    for line in totals:
        line.kind, line.inferred, line.meaning = FIGURES, True, replace(line.meaning, total="")
        line.words.append("no parts of this total stand beside it: it counts itself")


def say_categories(lines: Sequence[Line], known: Known) -> None:
    """Of a row that counts for a category, the families that it is spread over."""
    for line in lines:
        if line.kind == FIGURES and line.meaning.category:
            families = [family for family, category in known.category_of.items() if category == line.meaning.category]
            more = f" and {len(families) - 3} more" if len(families) > 3 else ""
            line.words.append(f"spread over its families {', '.join(families[:3])}{more} (Budget phasing in Settings)")


def mark_unknown_units(lines: Sequence[Line], columns: Sequence[Column], usual: str) -> None:
    """Rows of money whose unit is three letters that are no currency; of quantities it is the stocking unit. `usual` is the measure where none is said."""
    across = {c.meaning.measure or usual for c in columns if c.role == FIGURES}
    for line in lines:
        measures = {line.meaning.measure} if line.meaning.measure else across
        if line.unit and line.kind == FIGURES and "demand" not in measures and not line.decided:
            line.kind, line.doubt = UNKNOWN, "expected a three-letter currency code"


def _leave_other_versions(lines: Sequence[Line]) -> None:
    """Rows of the budget among those of other versions; where nothing is called budget, a plan is one."""
    said = {line.meaning.version for line in lines if line.kind == FIGURES}
    chosen = "budget" if "budget" in said else "plan" if "plan" in said else ""
    for line in lines:
        version = line.meaning.version
        if line.kind != FIGURES or not version or line.decided:
            continue
        if version == "other" or (chosen and version != chosen):
            line.kind, line.words, line.inferred = LEFT_OUT, ["not the budget"], False
        elif version == "plan":
            line.inferred = True
            line.words.append("a plan, read as the budget: nothing else is called so")


def _decide(line: Line, decision: Meaning) -> None:
    line.doubt, line.inferred, line.words, line.decided = "", False, ["as decided in Budget Mapping"], True
    if decision.total:
        line.kind = TOTAL
    elif decision.role in (LEFT_OUT, TITLE):
        line.kind = LEFT_OUT
    else:
        line.kind = FIGURES
        said = {name: "" for name in ("category", "family", "item", "region", "owner", "measure", "currency") if getattr(decision, name)}
        said |= dict.fromkeys(("family", "item"), "") if decision.category else {}
        line.meaning = merged(decision, replace(line.meaning, **said, doubt="", rest="", when=None if decision.when else line.meaning.when))  # type: ignore[arg-type]


def _under(meaning: Meaning, section: Meaning) -> Meaning:
    """A row under a title: what the row says itself beats the title."""
    own = {name: "" for name in ("category", "family", "item", "region", "owner", "measure", "currency") if getattr(meaning, name)}
    return merged(meaning, replace(section, **own, rest="", doubt="")) if section.said else meaning  # type: ignore[arg-type]


def _without_figures(i: int, table: Table, columns: Sequence[Column], cells: Cells, reader: Reader, section: Meaning) -> tuple[Line, Meaning]:
    """A row without figures: the header again, a title that holds for the rows below it, or a row of which nothing is budgeted."""
    filled = [j for j, v in enumerate(cells[i]) if not is_blank(v)]
    found = " / ".join(as_label(cells[i][j]) for j in filled)
    cell = (i, filled[0])
    if any(2 * sum(cells[h][j] == cells[i][j] for j in filled) > len(filled) for h in table.header):
        return Line(i, REPEATED, found=found, cell=cell), section
    if len(filled) > 1:
        return Line(i, LEFT_OUT, found=found, cell=cell, words=["nothing is budgeted"]), section
    text = cells[i][filled[0]]
    said = reader.title(text) if isinstance(text, str) else reader.header(text)
    if said.rest and not said.scope and not said.when:
        said = replace(said, measure="", version="")
    line = Line(i, TITLE, said, found, cell=cell)
    if not said.said:
        return line, section
    line.inferred = bool(set(said.scope) - {"category"} or said.measure or said.currency or said.when)
    line.words = ["holds for the rows below it"]
    kept = {name: getattr(said, name) or getattr(section, name) for name in ("category", "family", "item", "region", "owner", "measure", "currency")}
    return line, replace(said, **kept, scale=said.scale or section.scale, when=said.when or section.when, rest="", total="")


def _merged_columns(table: Table, labels: Sequence[Column], figures: Sequence[Column], cells: Cells) -> set[int]:
    """Label columns whose empty cells take the text above, as a merged cell leaves them: all but the last one with names in every row."""
    names = [c for c in labels if c.role in (*IDENTITIES, "measure", "version", "year", "fiscal year")]
    body = [i for i in table.body if any(not is_blank(cells[i][c.place]) for c in figures)]
    found: set[int] = set()
    for k, column in enumerate(names):
        blank = [is_blank(cells[i][column.place]) for i in body]
        finer = [c for c in labels if c.place > column.place]
        if not body or blank[0] or not any(blank) or not finer:
            continue
        if k < len(names) and all(any(not is_blank(cells[i][c.place]) for c in finer) for i, b in zip(body, blank, strict=True) if b):
            found.add(column.place)
    return found


def _labelled(
    i: int, row: Sequence[CellValue], labels: Sequence[Column], columns: Sequence[Column], reader: Reader, filled_down: set[int], carried: dict[int, tuple[CellValue, int]]
) -> Line:
    """A row with figures by its labels."""
    texts = [(c, as_label(row[c.place])) for c in columns if c.role in (*LABELS, LEFT_OUT, UNKNOWN) and isinstance(row[c.place], str)]
    line = Line(i, FIGURES, cell=(i, labels[0].place if labels else 0))
    line.aside = tuple((c.place, as_label(row[c.place])) for c in columns if c.role == LEFT_OUT and not c.meaning.said)
    total = next(((c, reader.text(t)) for c, t in texts if t and reader.names_total(t) and not (c.role in TIMES and isinstance(parse_when(t, reader.habits), When))), None)
    found: list[str] = []
    for column in labels:
        value = row[column.place]
        if is_blank(value) and column.place in filled_down and column.place in carried and total is None:
            value, above = carried[column.place]
            line.inferred = True
            line.words.append(f"{column.role} from row {above + 1}")
        elif not is_blank(value):
            carried[column.place] = (value, i)
        if is_blank(value) or (isinstance(value, str) and is_absent(value)):
            continue
        found += [as_label(value)] if column.role not in TIMES or not found else []
        if total is not None and column is total[0]:
            continue
        _add(line, column, value, reader)
    if total is not None:
        read = total[1]
        line.kind, line.group, line.cell = TOTAL, read.rest, (i, total[0].place)
        line.meaning = merged(replace(read, rest="", role=""), replace(line.meaning, doubt=""))
        line.doubt = ""
        found = found or [as_label(row[total[0].place])]
    line.found = " / ".join(found)
    return line


def _add(line: Line, column: Column, value: CellValue, reader: Reader) -> None:
    """One label of a row."""
    label = as_label(value)
    place = (column.role, type(value), value)
    read = reader.labels.get(place)
    if read is None:
        read = reader.labels[place] = _cell(column, value, label, reader)
    if read.doubt or read.rest:
        line.kind = UNKNOWN
        line.doubt = line.doubt or read.doubt
        line.group = line.group or read.rest
        line.cell = (line.row, column.place)
    if read.loose:
        line.inferred = True
        line.words.append(f"\"{read.loose}\" read as {read.family or read.item or read.region or f'category {read.category}'}")
    line.unit = line.unit or (read.role if column.role == "unit" else "")
    line.meaning = merged(replace(read, rest="", loose="", role=""), line.meaning)


def _cell(column: Column, value: CellValue, label: str, reader: Reader) -> Meaning:
    role = column.role
    if role in TIMES:
        when = parse_when(value, reader.habits, numbers=True)
        if isinstance(when, Refused):
            return Meaning(doubt=f"{when.expected} ({when.hint})" if when.hint else when.expected, rest=label)
        if when is None:
            return Meaning(rest=label, doubt="expected a period")
        return Meaning(when=replace(when, fiscal=True) if role == "fiscal year" and when.part == "year" else _quarter(when, role))
    if role == "owner":
        return Meaning(owner=label)
    if role == "measure":
        account = reader.text(label)
        # "4000 Umsatzerlöse" is revenue; "Sales returns" is something else
        known = account.measure and not any(c.isalpha() for c in account.rest)
        return Meaning(measure=account.measure, currency=account.currency, scale=account.scale, of_money=account.of_money) if known else Meaning(rest=label)
    if role == "unit":
        money = take_money(unaccented(label), label, reader.plan_currency)
        if money.currency or money.scale or len(label) != 3 or not label.isupper():
            return Meaning(currency=money.currency, scale=money.scale, of_money=money.of_money)
        # a code of three letters that is no currency: PCS of a quantity, or a slip
        return Meaning(currency=label) if label in (*CURRENCIES, reader.plan_currency) else Meaning(role=label)
    if role == "version":
        return Meaning(version=take_version(unaccented(label))[0] or "unnamed")
    return _named(role, label, reader)


def _quarter(when: When, role: str) -> When:
    """In a column of quarters a plain number is one."""
    return replace(when, part="quarter") if role == "quarter" and when.part == "place" and when.number <= 4 else when


def _named(role: str, label: str, reader: Reader) -> Meaning:
    products = ("family", "item", "category")
    kinds = {"product": products, "family": products, "category": ("category", "family", "item"), "item": ("item", "family", "category"), "region": ("region",)}[role]
    found, exact = reader.known.find(label)
    if (role == "region" and not reader.known.regions) or (role == "family" and not reader.known.families):
        return Meaning(**{role: label})  # type: ignore[arg-type]
    fitting = [(kind, name) for kind in kinds for k, name in found if k == kind]
    if role in ("category", "family", "item") and fitting:
        fitting = fitting[:1]
    if role == "region" and squeeze(label) in ("all", "allregions", "total"):
        return NOTHING
    if not fitting:
        regions = reader.known.regions_of_country.get(label.upper(), ())
        doubt = f"expected one region: Locations has {label} in {' and '.join(regions)}" if regions else reader.known.near(label)
        return Meaning(rest=label, doubt=doubt)
    if len({kind for kind, _ in fitting}) > 1 or len(fitting) > 1:
        return Meaning(rest=label, doubt=" or ".join(f"{kind} {name}" for kind, name in fitting))
    kind, name = fitting[0]
    loose = "" if (exact or name == label) and role in (kind, "product") else label
    return Meaning(**{kind: name}, loose=loose, location=label if reader.known.located(label) else "")  # type: ignore[arg-type]
