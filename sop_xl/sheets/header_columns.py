"""What each column under a header is.

The header may carry the words of another system and write periods in any habit. A required column that is not there is named
together with the header that it may have become.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.sheets.cell_dates import MONTHS, read_period, unaccented
from sop_xl.sheets.cells import Habits, Refused, is_blank, is_error, plain, show, suggestion
from sop_xl.sheets.header_terms import Terms
from sop_xl.sheets.spec import Shape, SheetSpec

_PLACE_IN_YEAR = re.compile(r"(?P<word>m|p|w|wk|kw|per|period|periode|month|monat|mois|mes|week|woche)[ \-_.]?(?P<number>\d{1,2})")
_NOT_A_PERIOD = re.compile(r"total|sum|gesamt|average|mean|\bavg\b|ytd|\bq[1-4]\b|\bfy\b|\bh[12]\b|growth|share|var|unit|note|comment|%")
_NUMBER = re.compile(r"[(+-]?\d[\d.,' \u00a0]*\)?-?")
_LOOKS_LIKE_PERIOD = re.compile(r"\d{4}\D*\d{1,2}|\d{1,2}\D*\d{4}|[a-z]{3,9}\W?\d{2,4}")


@dataclass(frozen=True)
class Header:
    """What the columns of a sheet are; column numbers are 0-based places in the block.

    Parameters
    ----------
    row
        Header row, a 0-based place in the block.
    labels
        Column of each field of the row model that was found.
    periods
        Column of each period: a grid laid out wide.
    places
        Columns of `M01` to `M12` (or `W01` ...) by number, where each row names its `year`.
    year, month, period
        Columns that say when, of a grid laid out long; `month` goes with `year`.
    fiscal
        The year column holds fiscal years and the places count from their start.
    values
        Column of each measure of a grid laid out long; `""` stands for the measure that the row names.
    columns
        Every column looked at, from the first to the one after the last.
    """

    row: int
    labels: dict[str, int] = field(default_factory=dict)
    periods: dict[pd.Timestamp, int] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    year: int | None = None
    month: int | None = None
    period: int | None = None
    fiscal: bool = False
    values: dict[str, int] = field(default_factory=dict)
    columns: range = range(0)

    @property
    def layout(self) -> str:
        """`wide`, `years` (a year column and one column per month) or `long`; `""` without any period."""
        if self.periods:
            return "wide"
        if self.places and self.year is not None:
            return "years"
        return "long" if self.values and (self.period is not None or (self.year is not None and self.month is not None)) else ""


def header_cells(block: Block, row: int) -> list[tuple[int, CellValue]]:
    """Filled cells of a header row; of an Excel Table only its own and those that follow without a gap."""
    cells = list(block.rows[row])
    first, last = 0, len(cells)
    if block.table is not None and block.row + row == block.table[0]:
        first, last = block.table[1] - block.column, block.table[3] - block.column + 1
        while last < len(cells) and not is_blank(cells[last]):
            last += 1
    return [(j, cells[j]) for j in range(max(first, 0), min(last, len(cells))) if not is_blank(cells[j])]


def place_in_year(value: CellValue, fiscal_start: int = 1) -> int | None:
    """Number of a header such as `M01`, `P1`, `W07`, `Jan` or 1; a month's name counts from the first month of the fiscal year."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if 1 <= value <= 53 and value == int(value) else None
    if not isinstance(value, str) or is_error(value):
        return None
    text = unaccented(plain(value))
    match = _PLACE_IN_YEAR.fullmatch(text)
    if match:
        return int(match["number"])
    if text.isdecimal() and len(text) <= 2:
        return int(text)
    month = MONTHS.get(text.rstrip("."))
    return None if month is None else (month - fiscal_start) % 12 + 1


def _counts_periods(value: CellValue) -> bool:
    """Whether a header numbers the periods of a year, as `P01` or 1 does, rather than naming months."""
    text = unaccented(plain(str(value))).removesuffix(".0")
    match = _PLACE_IN_YEAR.fullmatch(text)
    return text.isdecimal() or (match is not None and match["word"].startswith("p"))


def map_columns(spec: SheetSpec, block: Block, row: int, habits: Habits, terms: Terms) -> tuple[Header, list[Problem]]:
    """The columns under the header in that row, and what is wrong with them."""
    cells = header_cells(block, row)
    if not cells:
        return Header(row), []
    found, problems, left = _labels(spec, block, row, cells, terms)
    header = Header(row, labels=found, columns=range(cells[0][0], cells[-1][0] + 1))
    if spec.shape is Shape.GRID:
        header, left, more = _time_columns(spec, block, header, left, habits, terms)
        problems += more
        if not header.layout and not errors_in(more) and not _is_missing_required(spec, header):
            problems.append(_no_values(spec, block, header, left) if _says_when(header) else Problem(
                block.sheet, block.address(row, cells[0][0]), "no-periods", "expected period columns such as 2026-11, or a column Period", "none"))
    problems += _missing_required(spec, block, header, left)
    problems += _left_out(spec, block, header, left)
    return header, problems


def _labels(
    spec: SheetSpec, block: Block, row: int, cells: list[tuple[int, CellValue]], terms: Terms
) -> tuple[dict[str, int], list[Problem], list[tuple[int, CellValue]]]:
    """Label columns by field; a label beats a field's name, and both beat an alias. A label without anything below it beats nothing that is
    filled: what was pasted over part of the sheet's own header leaves the rest of it standing.
    """
    claims: dict[str, list[tuple[int, int, CellValue]]] = {}
    left: list[tuple[int, CellValue]] = []
    for j, value in cells:
        match = terms.column_of(value) if isinstance(value, str) and not is_error(value) else None
        if match is None:
            left.append((j, value))
        else:
            claims.setdefault(match[0], []).append((match[1], j, value))
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for name, every in claims.items():
        every.sort(key=lambda c: (c[0], c[1]))
        filled = [claim for claim in every if _filled_below(block, row, [claim[1]])]
        claimed = filled if filled and filled[0][0] > every[0][0] else every
        rank, j, _ = claimed[0]
        found[name] = j
        for other_rank, other, value in claimed[1:]:
            if other_rank == rank:
                problems.append(
                    Problem(block.sheet, block.address(row, other), "duplicate-header", f'expected one column "{spec.column(name).label}"', show(value),
                            f"{block.address(row, j)} is one already")
                )  # fmt: skip
            else:
                left.append((other, value))
    return found, problems, sorted(left)


def _time_columns(
    spec: SheetSpec, block: Block, header: Header, left: list[tuple[int, CellValue]], habits: Habits, terms: Terms
) -> tuple[Header, list[tuple[int, CellValue]], list[Problem]]:
    """Sort the columns that are no labels into periods, places in a year, and roles of a long layout."""
    periods: dict[pd.Timestamp, int] = {}
    places: dict[int, int] = {}
    roles: dict[str, int] = {}
    rest: list[tuple[int, CellValue]] = []
    odd: list[tuple[int, CellValue, Refused]] = []
    problems: list[Problem] = []
    named = {terms.role_of(v) for _, v in left if isinstance(v, str)}
    has_year, fiscal = bool(named & {"year", "fiscal year"}), "fiscal year" in named
    fiscal_start = habits.calendar.fiscal_year_start
    for j, value in left:
        role = terms.role_of(value) if isinstance(value, str) and not is_error(value) else None
        place = place_in_year(value, fiscal_start if fiscal else 1) if has_year else None
        if role == "unclear":
            odd.append((j, value, Refused("ambiguous-header", "expected a header that says units or money", "head it Demand or Revenue")))
        elif role is not None and role not in roles:
            roles[role] = j
        elif place is not None and not fiscal and fiscal_start != 1 and _counts_periods(value):
            hint = "head the years Fiscal year, or the columns M01 to M12"
            odd.append((j, value, Refused("ambiguous-period", "expected months of the calendar or the fiscal year", hint)))
        elif place is not None and place not in places:
            places[place] = j
        else:
            reading = read_period(value, habits)
            if isinstance(reading, Refused):
                odd.append((j, value, reading))
            elif reading.value is not None:
                start = pd.Timestamp(reading.value)
                if start in periods:
                    seen = block.address(header.row, periods[start])
                    problems.append(Problem(block.sheet, block.address(header.row, j), "duplicate-period", "expected each period once", show(value), f"{habits.calendar.label(start)} stands in {seen} already"))
                else:
                    periods[start] = j
            else:
                rest.append((j, value))
    if periods and roles and not _filled_below(block, header.row, periods.values()) and _filled_below(block, header.row, [*places.values(), *roles.values()]):
        # pasted over the sheet's own header, whose further period columns are still there
        periods = {}
    first = min([*periods.values(), *places.values()], default=None)
    refused = {j for j, value, why in odd if _is_bad_period(value, why, j, first)}
    problems += list(_bad_periods(spec, block, header.row, [o for o in odd if o[0] in refused]))
    rest += [(j, value) for j, value, _ in odd if j not in refused]
    if periods and roles:
        rest += [(j, value) for j, value in left if j in roles.values()]
        roles = {}
    year = roles.get("fiscal year", roles.get("year"))
    known = {name: j for name, j in roles.items() if name.startswith("measure:")}
    values = {name.removeprefix("measure:"): j for name, j in known.items()}
    if "value" in roles:
        values[""] = roles["value"]
    # beside a year, a column Month holds the month of that year
    when = roles.get("period")
    full = Header(
        header.row, header.labels, periods, {} if periods else places, year, None if year is None else when, when if year is None else None,
        fiscal, values, header.columns,
    )  # fmt: skip
    return full, sorted(rest), problems


def _says_when(header: Header) -> bool:
    return header.period is not None or (header.year is not None and header.month is not None)


def _no_values(spec: SheetSpec, block: Block, header: Header, left: list[tuple[int, CellValue]]) -> Problem:
    """The problem of a long layout whose figures have a header that nobody knows; the column is named that has numbers below it."""
    when = header.period if header.period is not None else header.month
    names = " or ".join(term.label for term in spec.measure_terms)
    expected = f"expected a column {names} beside {show(block.rows[header.row][when])}" if when is not None else f"expected a column {names}"
    unknown = next(((j, value) for j, value in left if isinstance(value, str) and _numbers_below(block, header.row, j)), None)
    if unknown is None:
        return Problem(block.sheet, block.address(header.row, header.columns.start), "no-figures", expected, "none")
    left.remove(unknown)
    return Problem(block.sheet, block.address(header.row, unknown[0]), "no-figures", expected, show(unknown[1]), f'head it "{spec.measure_terms[0].label}"')


def _numbers_below(block: Block, row: int, column: int) -> bool:
    """Whether a column has figures, and nothing else, below its header."""
    cells = [cells[column] for cells in block.rows[row + 1 :] if column < len(cells) and not is_blank(cells[column])]
    return bool(cells) and all(_NUMBER.fullmatch(str(value).strip()) for value in cells)


def _filled_below(block: Block, row: int, columns: Iterable[int]) -> bool:
    return any(not is_blank(cells[j]) for j in columns for cells in block.rows[row + 1 :] if j < len(cells))


def _is_bad_period(value: CellValue, why: Refused, column: int, first: int | None) -> bool:
    """Whether a header was meant as a period and cannot be read as one, rather than being some other column."""
    if why.rule == "ambiguous-header":
        return first is None
    if why.rule in ("ambiguous-date", "ambiguous-period", "not-this-calendar", "error-cell"):
        return True
    if first is None or column < first or not isinstance(value, str):
        return False
    text = unaccented(plain(value))
    return bool(_LOOKS_LIKE_PERIOD.search(text)) and not _NOT_A_PERIOD.search(text)


def _bad_periods(spec: SheetSpec, block: Block, row: int, odd: list[tuple[int, CellValue, Refused]]) -> Iterator[Problem]:
    wrong_calendar = [o for o in odd if o[2].rule == "not-this-calendar"]
    if wrong_calendar:
        j, value, why = wrong_calendar[0]
        more = f"; {len(wrong_calendar) - 1} more such headers" if len(wrong_calendar) > 1 else ""
        yield Problem(block.sheet, block.address(row, j), why.rule, why.expected, show(value), why.hint + more)
    for j, value, why in odd:
        if why.rule != "not-this-calendar":
            yield Problem(block.sheet, block.address(row, j), why.rule, why.expected, show(value), why.hint)


def _is_missing_required(spec: SheetSpec, header: Header) -> bool:
    return any(c.required and c.name not in header.labels for c in spec.columns)


def _missing_required(spec: SheetSpec, block: Block, header: Header, left: list[tuple[int, CellValue]]) -> Iterator[Problem]:
    """One problem per required column that is not there, at the header that it has probably become."""
    free = {show(v).strip('"'): j for j, v in left if isinstance(v, str)}
    for wanted in spec.columns:
        if not wanted.required or wanted.name in header.labels:
            continue
        near = ""
        for name in (wanted.label, wanted.name, *wanted.aliases):
            near = suggestion(name, list(free), cutoff=0.6).removeprefix('did you mean "').removesuffix('"?')
            if near:
                break
        j = free[near] if near else header.columns.start
        hint = f'did you mean "{wanted.label}"?' if near else "restore the header from the template"
        got = f'"{near}"' if near else "no such column"
        yield Problem(block.sheet, block.address(header.row, j), "missing-column", f'expected a header "{wanted.label}"', got, hint)
        if near:
            del free[near]
            left[:] = [(k, v) for k, v in left if k != j]


def _left_out(spec: SheetSpec, block: Block, header: Header, left: list[tuple[int, CellValue]]) -> Iterator[Problem]:
    """Columns that the sheet does not know are left out and said; more loudly where one looks like a missing column."""
    absent = [c.label for c in spec.columns if c.name not in header.labels]
    for j, value in left:
        near = suggestion(show(value).strip('"'), absent, cutoff=0.8) if isinstance(value, str) and absent else ""
        severity = Severity.WARNING if near or is_error(value) else Severity.NOTE
        yield Problem(block.sheet, block.address(header.row, j), "unknown-column", f"left out, not a column of {spec.name}", show(value), near, severity)
    used = {j for j, _ in header_cells(block, header.row)}
    for j in header.columns:
        if j not in used and any(j < len(r) and not is_blank(r[j]) for r in block.rows[header.row + 1 :]):
            yield Problem(block.sheet, block.address(header.row, j), "column-without-header", "left out a column without a header", severity=Severity.WARNING)
