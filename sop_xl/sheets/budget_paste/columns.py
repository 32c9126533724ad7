"""What each column of a table is: labels of one kind, or figures with what their header says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sop_xl.blocks import CellValue, column_letters
from sop_xl.sheets.budget_paste.layout import Cells, Table, is_figure
from sop_xl.sheets.budget_paste.meaning import NOTHING, Meaning, Reader, merged
from sop_xl.sheets.budget_paste.names import as_label
from sop_xl.sheets.budget_paste.when import When, parse_when
from sop_xl.sheets.budget_paste.words import OTHER, PLAN
from sop_xl.sheets.cells import is_absent, is_blank

FIGURES, TOTAL, LEFT_OUT, UNKNOWN = "figures", "total", "left out", "not understood"
TIMES = ("year", "fiscal year", "month", "quarter", "period")
IDENTITIES = ("product", "category", "family", "item", "region", "owner")
LABELS = (*IDENTITIES, "measure", "unit", "version", *TIMES)


@dataclass
class Column:
    """One column of a table.

    Parameters
    ----------
    place
        0-based in the block.
    role
        `figures`, `total`, `left out`, `not understood`, or what its cells are: `category`, `family`, `item`, `product` (any of these), `region`, `owner`,
        `measure`, `unit`, `version`, `year`, `fiscal year`, `month`, `quarter`, `period`.
    meaning
        What its header says of its figures.
    found
        Header texts, the upper ones first.
    words
        What the planner should know of how it was taken.
    inferred
        Whether that is more than the header says by itself.
    doubt
        Why it cannot be taken.
    header_cell
        Place of the lowest header cell with a text.
    decided
        Whether a planner said what it is.
    by_cells
        Whether its cells say what it is, though its header means nothing of a budget.
    """

    place: int
    role: str
    meaning: Meaning = NOTHING
    found: str = ""
    words: list[str] = field(default_factory=list)
    inferred: bool = False
    doubt: str = ""
    header_cell: tuple[int, int] = (0, 0)
    decided: bool = False
    by_cells: bool = False

    @property
    def letter(self) -> str:
        """Of a block that starts in column A."""
        return column_letters(self.place + 1)


def columns_of(table: Table, cells: Cells, reader: Reader, decide: Callable[[str], Meaning | None]) -> list[Column]:
    """Every column of a table that holds anything below its header, left to right.

    Parameters
    ----------
    decide
        What a planner decided of a column with these header texts; `None`: nothing.
    """
    width = max(len(r) for r in cells)
    used = [j for j in range(width) if any(not is_blank(cells[i][j]) for i in table.body)]
    columns = [_headed(table, cells, reader, j, used) for j in used]
    for column in columns:
        decision = decide(column.found)
        if decision is not None:
            _decide(column, decision)
        else:
            _classify(column, table, cells, reader)
    _said_by_headers(columns)
    _once_each(columns, table, cells, reader)
    _versions(columns)
    _unread_words(columns)
    _leading(columns)
    _lone_total(columns)
    return columns


def _headed(table: Table, cells: Cells, reader: Reader, j: int, used: list[int]) -> Column:
    """A column with the meaning of its header cells; upper ones are merged cells that hold up to the next one."""
    meaning, texts, cell = NOTHING, list[str](), (table.header[-1], j)
    leaf = table.header[-1]
    own = reader.header(cells[leaf][j]) if not is_blank(cells[leaf][j]) else NOTHING
    label = own.role in LABELS or own.role == LEFT_OUT
    for i in table.header:
        k = j
        if i != leaf and not label:
            while k > 0 and is_blank(cells[i][k]):
                k -= 1
            if is_blank(cells[i][k]) or (k != j and (reader.header(cells[i][k]).role in LABELS or k < _first_of(used))):
                continue
        value = cells[i][k]
        if is_blank(value) or (i != leaf and k == 0 and k != j):
            continue
        read = reader.header(value)
        if i != leaf and k != j and not (read.said or read.rest):
            continue
        texts.append(as_label(value))
        if k == j:
            cell = (i, j)
        # the lower cell stands nearer to the figures
        meaning = replace(merged(read, meaning), role=read.role or meaning.role)
    return Column(j, "", meaning, " / ".join(texts), header_cell=cell, doubt=meaning.doubt)


def _first_of(used: list[int]) -> int:
    return used[0] if used else 0


def _decide(column: Column, decision: Meaning) -> None:
    """A planner's word beats what the header says."""
    column.doubt, column.inferred, column.decided = "", False, True
    column.words = ["as decided in Budget Mapping"]
    if decision.total:
        column.role = TOTAL
    elif decision.role and decision.role != "value":
        column.role = decision.role
    else:
        column.role = FIGURES
        kept = dict.fromkeys(("rest", "doubt", "loose"), "")
        column.meaning = merged(decision, _without(replace(column.meaning, **kept), decision))  # type: ignore[arg-type]


def _without(meaning: Meaning, decision: Meaning) -> Meaning:
    """The meaning without what was decided otherwise."""
    said = {name: "" for name in ("category", "family", "item", "region", "owner", "measure", "currency", "version") if getattr(decision, name)}
    when = None if decision.when is not None and (decision.when.dated or decision.when.part != "year") else meaning.when
    return replace(meaning, **said, when=when)  # type: ignore[arg-type]


def _classify(column: Column, table: Table, cells: Cells, reader: Reader) -> None:
    filled = [cells[i][column.place] for i in table.body if not is_blank(cells[i][column.place])]
    values = [v for v in filled if not (isinstance(v, str) and is_absent(v, number=True))]
    figures = sum(is_figure(v, reader) for v in values)
    numeric = 2 * figures > len(values) or (not values and column.meaning.said) or (figures > 0 and (column.meaning.when is not None or column.meaning.measure != ""))
    meaning = column.meaning
    if meaning.role in ("category", LEFT_OUT) and not numeric and (named := _named_by(values, reader)):
        column.role, column.by_cells = named, meaning.role == LEFT_OUT
        column.inferred = named != meaning.role
        column.words = [f"its cells name {_PLURAL[named]}"]
    elif meaning.role in LABELS and meaning.role != "category" and not (meaning.role in ("unit", "measure") and numeric):
        column.role = meaning.role
    elif meaning.role in (LEFT_OUT, "category") or (meaning.role in ("unit", "measure") and numeric):
        column.role = LEFT_OUT
        column.words = ["not part of a budget"]
    elif column.doubt and (numeric or not meaning.rest):
        column.role = UNKNOWN
    elif numeric and (figures or not values):
        _classify_figures(column, values, reader)
    elif meaning.total and not figures:
        column.role = LEFT_OUT
    else:
        _classify_texts(column, values, reader)


def _classify_figures(column: Column, values: Sequence[CellValue], reader: Reader) -> None:
    meaning = column.meaning
    if meaning.rest == "%":
        column.role, column.words = LEFT_OUT, ["ratios and prices are not added up"]
    elif meaning.total:
        column.role = TOTAL
    elif meaning.when or meaning.scope or meaning.role == "value" or meaning.currency or (meaning.measure and not meaning.rest) or meaning.version or meaning.scale:
        column.role = FIGURES
        if meaning.loose:
            column.inferred = True
            column.words.append(f'"{meaning.loose}" read as {meaning.family or meaning.item or meaning.region}')
    else:
        labels = {as_label(v) for v in values}
        items = sum(any(kind == "item" for kind, _ in reader.known.find(label)[0]) for label in labels)
        if not meaning.rest and 2 * items > len(labels):
            column.role, column.inferred = "item", True
            column.words = ["its cells are items of Items"]
        else:
            column.role = UNKNOWN
            column.doubt = reader.known.near(column.found) if column.found else ""


def _classify_texts(column: Column, values: Sequence[CellValue], reader: Reader) -> None:
    """A column of texts whose header does not say what they are: the one kind of name that most of them are."""
    kinds, counted = _kinds(values, reader)
    several = [kind for kind, n in sorted(kinds.items()) if 2 * n >= counted and n]
    if len(several) > 1 and kinds[several[0]] == kinds[several[1]]:
        column.role, column.doubt = UNKNOWN, f"its cells may be {' or '.join(several)}"
    elif several:
        column.role = max(several, key=lambda kind: kinds[kind])
        # where every cell is a name as the workbook has it, nothing is inferred
        column.inferred = kinds[column.role] < counted and column.role not in TIMES
        if column.role not in TIMES:
            column.words = [f"its cells name {_PLURAL[column.role]}"]
    else:
        column.role = LEFT_OUT
        column.words = ["texts that are not read"]


def _named_by(values: Sequence[CellValue], reader: Reader) -> str:
    """What the cells of a column name, whose header means nothing of a budget: families or items, categories, or regions, if two of three do; `""` for nothing."""
    kinds, counted = _kinds(values, reader)
    return next((kind for kind in ("product", "category", "region") if kinds[kind] and 3 * kinds[kind] >= 2 * counted), "")


def _kinds(values: Sequence[CellValue], reader: Reader) -> tuple[Counter[str], int]:
    """How many different texts name a thing of each kind, and how many there are but for totals."""
    texts = {as_label(v) for v in values if not is_figure(v, reader)}
    kinds: Counter[str] = Counter()
    counted = 0
    for text in sorted(texts):
        read = reader.text(text)
        if read.total:
            continue
        counted += 1
        found = {kind for kind, _ in reader.known.find(text)[0]} or {*read.scope}
        kinds.update({"product" if kind in ("family", "item") else kind for kind in found})
        if not found:
            when = parse_when(text, reader.habits, numbers=True)
            kinds.update([name for name, said in (("measure", read.measure), ("unit", read.currency or read.scale), ("version", read.version), ("period", isinstance(when, When))) if said])
    if kinds["product"]:  # a category may stand above its families
        kinds["product"] += kinds.pop("category", 0)
    return kinds, counted


_PLURAL = {"product": "families or items of Items", "category": "categories of Items", "region": "regions of Locations", "measure": "measures", "unit": "currencies", "version": "versions"}


def _said_by_headers(columns: list[Column]) -> None:
    """What cells alone say gives way to a column whose header says it: a text beside the family is no second one."""
    for column in columns:
        if not column.by_cells:
            continue
        alike = ("product", "family", "item") if column.role == "product" else (column.role,)
        said = next((c for c in columns if c.role in alike and not c.by_cells), None)
        if said is not None:
            column.role, column.inferred, column.words = LEFT_OUT, False, [f"column {said.letter} says it already"]


def _once_each(columns: list[Column], table: Table, cells: Cells, reader: Reader) -> None:
    """Of two columns that name the same, the one whose cells are names of the workbook is read; a product beside its item says nothing new."""
    for roles in (("item", "product"), ("category",), ("family",), ("region",), ("owner",), ("measure",), ("unit",), ("version",), ("year", "fiscal year"), ("month", "quarter", "period")):
        alike = [c for c in columns if c.role in roles]
        if len(alike) < 2:
            continue

        def matches(column: Column) -> int:
            labels = {as_label(cells[i][column.place]) for i in table.body} - {""}
            if column.role == "measure":
                return sum(bool(reader.text(label).measure) for label in labels)
            return sum(bool(reader.known.find(label)[0]) for label in labels)

        best = max(alike, key=lambda c: (not c.by_cells, matches(c), -c.place))
        if roles[0] == "month" and len({c.role for c in alike}) == len(alike):
            best = next(c for name in ("period", "month", "quarter") for c in alike if c.role == name)
        for column in alike:
            if column is not best:
                column.role, column.inferred = LEFT_OUT, column.role not in TIMES
                column.words = [f"column {best.letter} says it already"]


def _versions(columns: list[Column]) -> None:
    """Columns of the budget among those of other versions; where nothing is called budget, a plan is one."""
    said = {c.meaning.version for c in columns if c.role in (FIGURES, TOTAL)}
    for column in columns:
        version = column.meaning.version
        if column.role not in (FIGURES, TOTAL) or not version:
            continue
        if version == OTHER or (version == PLAN and "budget" in said):
            column.role, column.words = LEFT_OUT, ["not the budget"]
        elif version == PLAN:
            column.inferred = True
            column.words.append("a plan, read as the budget: nothing else is called so")


def _unread_words(columns: list[Column]) -> None:
    """Words of a header that are not understood: nothing where all columns have the same, else the columns are not understood either."""
    figures = [c for c in columns if c.role == FIGURES]
    rests = {c.meaning.rest for c in figures}
    for column in figures:
        if not column.meaning.rest:
            continue
        if len(rests) == 1:
            column.inferred = True
            column.words.append(f'"{column.meaning.rest}" not read')
        else:
            column.role = UNKNOWN


def _lone_total(columns: list[Column]) -> None:
    """A total column beside which no other figures stand holds the budget itself."""
    totals = [c for c in columns if c.role == TOTAL and not c.decided]
    if len(totals) == 1 and not any(c.role in (FIGURES, UNKNOWN) for c in columns):
        column = totals[0]
        column.role, column.inferred, column.meaning = FIGURES, True, replace(column.meaning, total="")
        column.words.append("no parts of this total stand beside it: it counts itself")


def _leading(columns: list[Column]) -> None:
    """The first column of texts must say what the rows are, where no other does."""
    if any(c.role in LABELS for c in columns):
        return
    first = next((c for c in columns if c.role == LEFT_OUT and c.words == ["texts that are not read"]), None)
    if first is not None:
        first.role, first.words = "product", []
