"""What a sheet promises: kind, shape, columns with unit and meaning, keys, and what its absence means.

A sheet's row is a pydantic model. Every field is made by `column`, so that label, unit, description, accepted header
names and validation live in one place: the templates print them, the reader enforces them, About lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from sop_xl.errors import FrameError
from sop_xl.frames import FrameSpec
from sop_xl.vocabulary import Measure, measure

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class SheetKind(StrEnum):
    """Who writes the sheet: both, people, Python, or formulas over outputs."""

    CONTROL = "control"
    INPUT = "input"
    OUTPUT = "output"
    REVIEW = "review"


class Shape(StrEnum):
    """One row per thing; label columns and one column per period; or a page of formulas without a table."""

    RECORDS = "records"
    GRID = "grid"
    PAGE = "page"


class Module(StrEnum):
    """Parts of the process that a workbook may carry or leave out."""

    CORE = "core"
    DEMAND = "demand"
    SUPPLY = "supply"
    FINANCE = "finance"
    CYCLE = "cycle"


class CellType(StrEnum):
    """What a cell of a column may hold."""

    TEXT = "text"
    CODE = "code"
    """Text that identifies something: kept to the letter, leading zeros included."""
    NUMBER = "number"
    INTEGER = "integer"
    FRACTION = "fraction"
    """A ratio; `5 %` and 0.05 mean the same."""
    DATE = "date"
    PERIOD = "period"
    CHOICE = "choice"


class Row(BaseModel):
    """One row of a sheet. Cells were converted before, so that pydantic checks and never coerces."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True)


def column(
    label: str,
    description: str,
    *,
    unit: str = "text",
    cell: CellType | None = None,
    default: Any = ...,
    aliases: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
    references: str = "",
    width: int = 14,
    people: bool = False,
    **limits: Any,
) -> Any:
    """A field of a row model.

    Parameters
    ----------
    label
        Header text in the workbook.
    description
        One or two sentences: meaning, sign, and what an empty cell means.
    unit
        `text`, `units`, `money`, `money/unit`, `fraction`, `days`, `date`, `period`, `count` ...
    cell
        Cell type; by default derived from the annotation (`str`, `float`, `int`, `datetime`).
    default
        Value of an empty cell; without one the cell is required.
    aliases
        Other header texts that are accepted, as exports of common systems write them; case, blanks and punctuation do not count.
    choices
        The only texts allowed (case does not count when reading).
    references
        `"Items.item"`: the value must stand in that sheet's column, when that sheet has rows.
    width
        Column width in characters.
    people
        Of an output sheet: people fill this column; a run reads it, and writes it back beside the same key.
    limits
        Passed to pydantic: `ge`, `gt`, `le`, `lt`, `max_length`.
    """
    extra: dict[str, Any] = {
        "unit": unit, "cell": cell, "aliases": aliases, "choices": choices, "references": references, "width": width, "people": people,
    }  # fmt: skip
    return Field(default, title=label, description=description, json_schema_extra=extra, **limits)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet, as read from the row model's field; see `column` for the meaning of each attribute."""

    name: str
    label: str
    description: str
    unit: str
    cell: CellType
    required: bool
    default: Any
    aliases: tuple[str, ...]
    choices: tuple[str, ...]
    references: str
    width: int
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool = False
    people: bool = False


@dataclass(frozen=True)
class SheetSpec:
    """The contract of one sheet.

    Parameters
    ----------
    name
        Tab name; the Excel Table is named the same without spaces.
    kind, shape, module
        See the enumerations.
    row
        Row model. Of a grid: its label columns only; each period column holds one number.
    purpose
        One sentence printed under the title.
    when_absent
        What the plan assumes when the sheet is missing or empty.
    key
        Fields that together identify a row; a second row with the same key is a problem. Of a grid, `measure` is part of it.
    measures
        Of a grid: names of the measures it may hold, the first is assumed where the measure cell is empty.
    frame
        Form of the core's frame made of this sheet, or from which it is written.
    to_frame
        Converts the read records (columns named as the row's fields; a grid: one row per key and period, one column per measure) into
        that frame: units, defaults that depend on settings. `None` where names and units are already the same.
    combine
        Adds up rows that differ in nothing but labels that the frame does not carry, such as customer groups. What stood there before
        is kept as the reading's `detail`. `None` where a key of the sheet is a key of the frame.
    required
        A workbook without it, or without rows in it, cannot be planned.
    """

    name: str
    kind: SheetKind
    shape: Shape
    module: Module
    purpose: str
    row: type[Row] | None = None
    when_absent: str = ""
    key: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    frame: FrameSpec | None = field(default=None, hash=False)
    to_frame: Callable[[pd.DataFrame, Settings], pd.DataFrame] | None = field(default=None, hash=False, compare=False)
    combine: Callable[[pd.DataFrame], pd.DataFrame] | None = field(default=None, hash=False, compare=False)
    required: bool = False

    @property
    def table(self) -> str:
        """Name of the sheet's Excel Table."""
        return self.name.replace(" ", "")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns in sheet order; of a grid, its label columns."""
        return columns_of(self.row) if self.row else ()

    def column(self, name: str) -> Column:
        """The column of that field name."""
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise FrameError(f"{self.name} has no column {name!r}")

    @property
    def measure_terms(self) -> tuple[Measure, ...]:
        """The vocabulary's entries for `measures`."""
        return tuple(measure(name) for name in self.measures)


@cache
def columns_of(row: type[Row]) -> tuple[Column, ...]:
    """The columns that a row model describes, in order."""
    return tuple(_column(name, info) for name, info in row.model_fields.items())


def _column(name: str, info: FieldInfo) -> Column:
    extra = info.json_schema_extra
    if not isinstance(extra, dict) or info.title is None or not info.description:
        raise FrameError(f"field {name!r} was not made by column()")
    limits = {type(limit).__name__.lower(): limit for limit in info.metadata}
    lower: Any = limits.get("ge", limits.get("gt"))
    upper: Any = limits.get("le", limits.get("lt"))
    return Column(
        name=name,
        label=info.title,
        description=info.description,
        unit=str(extra["unit"]),
        cell=_cell_type(info.annotation, extra),
        required=info.is_required(),
        default=None if info.is_required() else info.default,
        aliases=extra["aliases"],  # type: ignore[arg-type]
        choices=extra["choices"],  # type: ignore[arg-type]
        references=str(extra["references"]),
        width=extra["width"],  # type: ignore[arg-type]
        minimum=getattr(lower, "ge", getattr(lower, "gt", None)),
        maximum=getattr(upper, "le", getattr(upper, "lt", None)),
        exclusive_minimum="gt" in limits,
        people=bool(extra["people"]),
    )


def _cell_type(annotation: Any, extra: dict[str, Any]) -> CellType:
    if extra["cell"] is not None:
        return CellType(extra["cell"])
    if extra["choices"]:
        return CellType.CHOICE
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(a for a in get_args(annotation) if a is not NoneType)
    plain = {str: CellType.TEXT, float: CellType.NUMBER, int: CellType.INTEGER, datetime: CellType.DATE}
    if annotation not in plain:
        raise FrameError(f"no cell type for {annotation!r}")
    return plain[annotation]


LABEL_COLUMNS = 7
"""Label columns of every grid, so that the same column is the same period on every grid of a workbook."""

HEADER_ROW = 6
"""Row of the table header on every sheet that has a table; title, purpose and navigation stand above."""
