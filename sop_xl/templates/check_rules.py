"""Checks by period of demand and supply: every line derived again from the lines that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec
from sop_xl.templates.book import Book, bounded, period_bounded, row_names
from sop_xl.templates.review import measure_label, shift

STEPS = ("baseline", "events", "life_cycle", "sales_input", "overrides")
FLAG_ROW = HEADER_ROW - 1
"""Row of the Actual/Plan flags on the page of checks."""


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
    pairs = {"measure": f'"{measure_label(measure)}"'} | criteria
    texts = ",".join(f"{bounded(spec, name)},{value}" for name, value in pairs.items())
    return f"SUMIFS({period_bounded(spec, letters)},{texts})"


def is_measure(spec: SheetSpec, measure: str, down: int = 0) -> str:
    """`1` for each body row that holds the measure, read `down` rows further down."""
    rows = bounded(spec, "measure", down=down) if down else row_names(spec)["measure"]
    return f'({rows}="{measure_label(measure)}")'


def in_plan(letters: str, formula: str) -> str:
    """The difference in planned periods; nothing is compared in the past."""
    return f'IF({letters}${FLAG_ROW}="Plan",{formula},0)'


def same_series(spec: SheetSpec, down: int) -> str:
    """`1` for each body row whose item and location stand `down` rows further down too."""
    names = row_names(spec)
    return "*".join(f"({names[name]}={bounded(spec, name, down=down)})" for name in ("item", "location"))


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
        steps = "-".join(period_bounded(spec, c, down=k) for k in range(count))
        baseline = f"({row_names(spec)['measure']}=$A${figures.get(f'step {STEPS[0]}', 1)})"
        place = f"{baseline}*{is_measure(spec, 'consensus', count)}*{same_series(spec, count)}"
        return in_plan(c, f"SUMPRODUCT({place}*ABS({period_bounded(spec, c, down=count)}-{steps}))")

    return formula


def _order(spec: SheetSpec, upper: str, lower: str, down: int, gap: str) -> Callable[[str], str]:
    """Sum of what is out of order between a row and the row `down` below it."""

    def formula(c: str) -> str:
        text = "(" + gap.format(a=period_bounded(spec, c), b=period_bounded(spec, c, down=down)) + ")"
        place = f"{is_measure(spec, upper)}*{is_measure(spec, lower, down)}*{same_series(spec, down)}"
        return in_plan(c, f"SUMPRODUCT({place}*({text}>0)*{text})")

    return formula


def supply_checks(book: Book) -> list[Check]:
    """The balance holds in every row and from period to period; backlog is the balance below zero."""
    if not book.has("Inventory Plan"):
        return []
    spec, consensus, units = book.spec("Inventory Plan"), book.spec("Consensus Demand"), vocabulary.UNITS
    place = {name: index for index, name in enumerate(spec.measures)}
    balance = place["projected_available_balance"]

    def own_rows(name: str, down: int) -> str:
        return f"{is_measure(spec, 'opening_balance')}*{is_measure(spec, name, down)}*{same_series(spec, down)}"

    def body(c: str, name: str) -> str:
        return period_bounded(spec, c, down=place[name])

    def balances(c: str) -> str:
        parts = f"{body(c, 'opening_balance')}+{body(c, 'scheduled_receipts')}+{body(c, 'planned_receipts')}-{body(c, 'demand')}"
        return in_plan(c, f"SUMPRODUCT({own_rows('projected_available_balance', balance)}*ABS({parts}-{body(c, 'projected_available_balance')}))")

    def carries(c: str) -> str:
        before = shift(c, -1)
        gap = f"SUMPRODUCT({own_rows('projected_available_balance', balance)}*ABS({body(c, 'opening_balance')}-{body(before, 'projected_available_balance')}))"
        return f'IF({before}${FLAG_ROW}="Plan",{gap},0)'

    def backlog(c: str) -> str:
        below = f"({body(c, 'projected_available_balance')}<0)*{body(c, 'projected_available_balance')}"
        return in_plan(c, f"SUMPRODUCT({own_rows('unmet_demand', place['unmet_demand'])}*ABS({body(c, 'unmet_demand')}+{below}))")

    measures = bounded(spec, "measure")
    covered = f"SUMPRODUCT({own_rows('projected_available_balance', balance)})"
    return [
        Check("Opening + receipts - demand = balance", "supply", "Inventory Plan, row by row: sum of |difference|", units, balances),
        Check("Opening balance = balance of the period before", "supply", "Inventory Plan, row by row: sum of |difference|", units, carries),
        Check("Unmet demand = balance below zero", "supply", "Inventory Plan, row by row: sum of |difference|", units, backlog),
        Check("Demand in Inventory Plan = consensus", "supply", "Sum of demand rows - sum of consensus rows, planned periods", units,
              lambda c: in_plan(c, f"{total(spec, c, 'demand')}-{total(consensus, c, 'consensus')}")),
        Check("Every line of stock was checked", "supply", "Opening rows with their balance row - all opening rows", "count",
              lambda _: f'{covered}-COUNTIF({measures},"{measure_label("opening_balance")}")', by_period=False, exact=True),
    ]  # fmt: skip
