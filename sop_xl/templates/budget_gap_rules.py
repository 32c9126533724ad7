"""Checks that the plan lies above or below the budget by one and the same figure on every sheet."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import Check
from sop_xl.templates.reach import filled
from sop_xl.templates.review import BUDGET, measure_label

_BRIDGE, _KPI = "Budget to plan", "Revenue against budget"


def budget_gap_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Revenue - budget of the next year by Plan Comparison, Bridges and KPIs against the Financial Plan, of what is budgeted alone.

    Plan Comparison is asked for the next year, or for as many periods as are planned of it; where it has no such stretch there is nothing to compare.
    """

    def line(key: str) -> str:
        row = figures.get(key, 1)
        return f"$H${row}:${book.last_column}${row}"

    gap = f"SUMPRODUCT({line('next year')}*{line('revenue Plan - budget')})"
    checks = []
    if book.has("Plan Comparison"):
        compared = _compared(book, "gap", f"SUM({line('next year')})")
        stretch = f"COUNTIFS({_span(book, line('next year'))})=0"
        checks.append(_check("Revenue - budget: Plan Comparison = Financial Plan", "Total, next year: gap - that of version Plan - budget", f"IF({stretch},0,{compared}-{gap})"))
        if book.has("KPIs"):
            key = f'KPIs!$A:$A,"{_KPI}",KPIs!$B:$B,"All"'
            share, known = f"SUMIFS(KPIs!$C:$C,{key})", f'COUNTIFS({key},KPIs!$C:$C,"<>")=0'
            checks.append(_check("Revenue - budget: KPIs = Plan Comparison", f"{_KPI} x the budget compared - gap, total, next year", f"IF({known},0,{_weighed(book, line('next year'), share)})"))
    if book.has("Bridges"):
        spec = book.spec("Bridges")
        key = f'{filled(spec, "bridge")},"{_BRIDGE}",{filled(spec, "measure")},"{measure_label("revenue")}",{filled(spec, "family")},"All",{filled(spec, "step")}'
        ends = [f'SUMIFS({filled(spec, "amount")},{key},"{step}")' for step in ("Plan", BUDGET)]
        checks.append(_check("Revenue - budget: Bridges = Financial Plan", "End - start of the bridge, all families - version Plan - budget, next year", f"{ends[0]}-{ends[1]}-{gap}"))
    return checks


def _span(book: Book, year: str) -> str:
    spec = book.spec("Plan Comparison")
    return f'{filled(spec, "level")},"total",{filled(spec, "span")},"Next "&SUM({year})'


def _weighed(book: Book, year: str, share: str) -> str:
    """A share of the budget less the gap, of the lines that `_compared` sums; in one pass, so that the formula stays short."""
    spec = book.spec("Plan Comparison")
    chosen = {"level": '"total"', "span": f'"Next "&SUM({year})', "reference": f'"{BUDGET}"', "measure": f'"{measure_label("revenue")}"'}
    flags = "*".join(f"({filled(spec, name)}={value})" for name, value in chosen.items())
    return f'SUMPRODUCT({flags}*({share}*{filled(spec, "reference_value")}-{filled(spec, "gap")}))'


def _compared(book: Book, name: str, periods: str) -> str:
    spec = book.spec("Plan Comparison")
    pairs = {"level": '"total"', "span": f'"Next "&{periods}', "reference": f'"{BUDGET}"', "measure": f'"{measure_label("revenue")}"'}
    return f"SUMIFS({filled(spec, name)},{','.join(f'{filled(spec, key)},{value}' for key, value in pairs.items())})"


def _check(name: str, compared: str, formula: str) -> Check:
    return Check(name, "finance", compared, vocabulary.MONEY, lambda _: formula, by_period=False)
