"""Checks by period, and those of demand: every line derived again from the lines that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec
from sop_xl.templates.book import Book
from sop_xl.templates.reach import body, filled
from sop_xl.templates.review import measure_label

STEPS = ("baseline", "events", "life_cycle", "sales_input", "overrides")
FLAG_ROW = HEADER_ROW - 1
"""Row of the Actual/Plan flags on the page of checks."""
PLACE_ROW = FLAG_ROW - 1
"""Row that counts the periods from 1 on, by which formulas find a period's column in a grid."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a difference that is 0 when Excel and the program agree.

    Parameters
    ----------
    name, module, compared, unit
        As printed.
    formula
        From the letters of a period column to the difference there; of a check that is not by period, from `""` to the whole difference.
    by_period
        Whether there is a difference in every period.
    exact
        Whether the tolerance is 0, as for counts.
    """

    name: str
    module: str
    compared: str
    unit: str
    formula: Callable[[str], str]
    by_period: bool = True
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A total that several checks compare with, printed so that it can be followed."""

    key: str
    name: str
    compared: str
    unit: str
    formula: Callable[[str], str]


def total(spec: SheetSpec, letters: str, measure: str, **criteria: str) -> str:
    """SUMIFS over a grid for a measure and further fields; criteria are formula texts."""
    return _sumifs(spec, column_of(spec, letters), measure, criteria)


def total_before(spec: SheetSpec, letters: str, measure: str, **criteria: str) -> str:
    """The same in the period before."""
    return _sumifs(spec, column_of(spec, letters, before=True), measure, criteria)


def _sumifs(spec: SheetSpec, column: str, measure: str, criteria: dict[str, str]) -> str:
    pairs = {"measure": f'"{measure_label(measure)}"'} | criteria
    texts = ",".join(f"{filled(spec, name)},{value}" for name, value in pairs.items())
    return f"SUMIFS({column},{texts})"


def column_of(spec: SheetSpec, letters: str, *, down: int = 0, before: bool = False) -> str:
    """A grid's filled rows in the period of this page's column `letters`, or in the period before, read `down` rows further down."""
    return f"INDEX({body(spec, down=down)},0,{letters}${PLACE_ROW}{'-1' if before else ''})"


def is_measure(spec: SheetSpec, measure: str, down: int = 0) -> str:
    """`1` for each body row that holds the measure, read `down` rows further down."""
    return f'({filled(spec, "measure", down=down)}="{measure_label(measure)}")'


def in_plan(letters: str, formula: str) -> str:
    """The difference in planned periods; nothing is compared in the past."""
    return f'IF({letters}${FLAG_ROW}="Plan",{formula},0)'


def same_series(spec: SheetSpec, down: int) -> str:
    """`1` for each body row whose item and location stand `down` rows further down too."""
    return "*".join(f"({filled(spec, name)}={filled(spec, name, down=down)})" for name in ("item", "location"))


def demand_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Consensus adds up, in total and row by row; baseline and range are those of the forecast."""
    spec = book.spec("Consensus Demand")
    units = vocabulary.UNITS

    def adds_up(c: str) -> str:
        first, last = (figures.get(f"step {step}", 1) for step in (STEPS[0], STEPS[-1]))
        return f"{total(spec, c, 'consensus')}-SUM({c}{first}:{c}{last})"

    checks = [Check("Consensus = baseline + steps, in total", "core", "Consensus Demand: sum of consensus rows - sum of step rows", units, adds_up)]
    for count in range(1, len(STEPS) + 1):
        text = f"Consensus rows that follow {count} step row{'s' if count > 1 else ''}: sum of |consensus - steps|"
        checks.append(Check(f"Consensus row by row, {count} step{'s' if count > 1 else ''}", "core", text, units, _row_by_row(spec, count, figures)))
    if book.has("Baseline Forecast"):
        baseline = book.spec("Baseline Forecast")
        checks += [
            Check("Baseline in Consensus Demand = Baseline Forecast", "core", "Sum of baseline rows of both sheets, planned periods", units,
                  lambda c: in_plan(c, f"{total(spec, c, 'baseline')}-{total(baseline, c, 'baseline')}")),
            Check("P10 <= baseline, row by row", "core", "Baseline Forecast: sum of P10 above baseline", units, _order(baseline, "baseline", "baseline_low", 1, "{b}-{a}")),
            Check("Baseline <= P90, row by row", "core", "Baseline Forecast: sum of baseline above P90", units, _order(baseline, "baseline", "baseline_high", 2, "{a}-{b}")),
        ]  # fmt: skip
    return checks


def _row_by_row(spec: SheetSpec, count: int, figures: dict[str, int]) -> Callable[[str], str]:
    """|consensus - steps| over the consensus rows that stand `count` rows below their own baseline row."""

    def formula(c: str) -> str:
        steps = "-".join(column_of(spec, c, down=k) for k in range(count))
        baseline = f"({filled(spec, 'measure')}=$A${figures.get(f'step {STEPS[0]}', 1)})"
        place = f"{baseline}*{is_measure(spec, 'consensus', count)}*{same_series(spec, count)}"
        return in_plan(c, f"SUMPRODUCT({place}*ABS({column_of(spec, c, down=count)}-{steps}))")

    return formula


def _order(spec: SheetSpec, upper: str, lower: str, down: int, gap: str) -> Callable[[str], str]:
    """Sum of what is out of order between a row and the row `down` below it."""

    def formula(c: str) -> str:
        text = "(" + gap.format(a=column_of(spec, c), b=column_of(spec, c, down=down)) + ")"
        place = f"{is_measure(spec, upper)}*{is_measure(spec, lower, down)}*{same_series(spec, down)}"
        return in_plan(c, f"SUMPRODUCT({place}*({text}>0)*{text})")

    return formula
