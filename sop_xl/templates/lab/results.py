"""Where everything of the Function Lab stands, and what its formulas give: computed once in a process, by the functions themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sop_xl.blocks import CellValue
from sop_xl.errors import FrameError
from sop_xl.functions import call
from sop_xl.functions.registry import CellArgument, CellResult, functions
from sop_xl.sheets.spec import HEADER_ROW
from sop_xl.templates.lab.blocks import VALUES, Argument, Block, Cells, Nested, Placed
from sop_xl.templates.lab.entries import ENTRIES, Entry
from sop_xl.templates.lab.sample import BLOCKS

DIGITS = 7
"""Significant digits of stored results: what processors differ in lies far behind them, so that the same workbook is built everywhere."""
MOST_DIGITS = 15
"""Of results that are arithmetic and that models are fitted to; what Excel shows at most."""


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block and its rows: 1-based rows of the title and of the first line."""

    block: Block
    title_row: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with its result: rows of name, arguments, formula, captions (0 = none) and of the result's first line."""

    entry: Entry
    row: int
    captions_row: int
    formula: str
    labels: tuple[str, ...]
    captions: tuple[str | int, ...]
    result: Placed

    @property
    def last_row(self) -> int:
        """Last row that the result fills."""
        return self.result.row + len(self.result.values) - 1


@dataclass(frozen=True, slots=True)
class Lab:
    """The whole page: sample data, then entries; `topic_rows` are the rows of the topics' headings."""

    blocks: tuple[PlacedBlock, ...]
    shown: tuple[Shown, ...]
    topic_rows: tuple[tuple[int, str], ...]
    last_row: int


@lru_cache(maxsize=1)
def made_lab() -> Lab:
    """The page with all results."""
    places: dict[str, Placed] = {}
    blocks, row = _placed_blocks(places)
    shown: list[Shown] = []
    topics: list[tuple[int, str]] = []
    for entry in ENTRIES:
        topic = functions()[entry.function].topic
        if topic not in [name for _, name in topics]:
            topics.append((row + 1, topic))
            row += 3
        made = _shown(entry, row, places)
        places[entry.key] = made.result
        shown.append(made)
        row = made.last_row + 2
    return Lab(blocks, tuple(shown), tuple(topics), row - 2)


def _placed_blocks(places: dict[str, Placed]) -> tuple[tuple[PlacedBlock, ...], int]:
    """Blocks below the heading of the sample data and its line of source; the row after the last."""
    placed: list[PlacedBlock] = []
    row = HEADER_ROW + 3
    for block in BLOCKS:
        first = row + 1 + bool(block.marks) + bool(block.captions)
        placed.append(PlacedBlock(block, row, first))
        width = max(len(line.values) for line in block.lines)
        if any(len(line.values) != width for line in block.lines):
            raise FrameError(f"lines of the lab's block {block.key} differ in length")
        places[block.key] = Placed(first, block.column, tuple(line.values for line in block.lines))
        places.update({line.key: Placed(first + k, block.column, (line.values,)) for k, line in enumerate(block.lines) if line.key})
        row = first + len(block.lines) + 1
    return tuple(placed), row


def _shown(entry: Entry, row: int, places: dict[str, Placed]) -> Shown:
    values = _rows(call(entry.function, [_value(argument, places) for argument in entry.arguments]), exact=entry.exact)
    labels, captions = entry.labels, entry.captions
    if entry.headers:
        names = _rows(call(entry.function, _with_headers(entry, places)))
        if entry.headers == "rows":
            labels = tuple(str(line[0]) for line in names)
        else:
            captions = tuple(str(name) for name in names[0])
    if len(labels) != len(values) or (captions and len(captions) != len(values[0])):
        raise FrameError(f"{entry.function} gives {len(values)} x {len(values[0])} cells, the lab labels {len(labels)} x {len(captions)}")
    formula = f"={entry.function}({','.join(_text(argument, places) for argument in entry.arguments)})"
    captions_row = row + 3 if captions else 0
    return Shown(entry, row, captions_row, formula, labels, captions, Placed(row + 3 + bool(captions), VALUES, values))


def _with_headers(entry: Entry, places: dict[str, Placed]) -> list[CellArgument]:
    """The arguments with the names of the figures asked for."""
    place = [a.name for a in functions()[entry.function].arguments].index("headers")
    given = [_value(argument, places) for argument in entry.arguments]
    return [*given, *[None] * (place - len(given)), True]


def _rows(result: CellResult, *, exact: bool = False) -> tuple[tuple[CellValue, ...], ...]:
    rows = result if isinstance(result, list) else [[result]]
    return tuple(tuple(_stored(value, MOST_DIGITS if exact else DIGITS) for value in row) for row in rows)


def _stored(value: CellValue, digits: int) -> CellValue:
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _value(argument: Argument, places: dict[str, Placed]) -> CellArgument:
    """What the function gets: the values of the cells that the formula cites."""
    if isinstance(argument, Cells):
        return places[argument.key].content(argument)
    if isinstance(argument, Nested):
        return call(argument.function, [_value(inner, places) for inner in argument.arguments])
    return argument


def _text(argument: Argument, places: dict[str, Placed]) -> str:
    """How the formula writes it."""
    if isinstance(argument, Cells):
        return places[argument.key].address(argument)
    if isinstance(argument, Nested):
        return f"{argument.function}({','.join(_text(inner, places) for inner in argument.arguments)})"
    if isinstance(argument, bool):
        return str(argument).upper()
    return "" if argument is None else f'"{argument}"' if isinstance(argument, str) else str(argument)
