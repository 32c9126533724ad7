"""What a budget adds up to, by measure and currency, and finance's control total beside it: no sum of different currencies or measures."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.budget_paste.left_out import LeftOut
from sop_xl.sheets.budget_paste.mapping import MappingLines
from sop_xl.sheets.budget_paste.money import number
from sop_xl.vocabulary import BY_LABEL, MEASURES, MONEY

Converter = Callable[[pd.DataFrame], pd.Series]
"""Amounts in plan currency at plan rates of rows with `amount`, `currency`, `period`, `last_period`; NaN where there is no rate."""

IN_PLAN_CURRENCY = "at plan rates"


def total_lines(lines: MappingLines, amounts: pd.DataFrame, left_out: LeftOut | None = None, convert: Converter | None = None) -> list[Problem]:
    """A line per measure and currency, one for what is left out, and the control total; a warning where the budget does not tie to it.

    Parameters
    ----------
    amounts
        One row per figure: measure, currency (`""` of quantities), period, last_period and amount as pasted.
    left_out
        Figures of the tab that do not count.
    convert
        Makes several currencies one; without it they cannot be held against one total.
    """
    order = {name: k for k, name in enumerate(MEASURES)}
    by_kind = amounts.groupby(["measure", "currency"], as_index=False)["amount"].sum()
    sums = {(str(name), str(code)): float(total) for name, code, total in by_kind.itertuples(index=False)}
    for (name, code), total in sorted(sums.items(), key=lambda kv: (order[kv[0][0]], kv[0][1])):
        lines.add("total", f"{MEASURES[name].label} {code}".strip(), "", "total", ["sum of all figures, as pasted"], float(total))
    words = ""
    if left_out is not None and left_out.count:
        one = len(sums) == 1
        words = f"left out: {left_out.words()}" + (f", {number(left_out.total)} in all" if one else "")
        lines.add("total", "left out", "", "left out", [f"{left_out.words()}; see the lines of these rows and columns"], left_out.total if one else None, left_out.count)
    return _control(lines, sums, amounts, words, convert)


def controlled_measure(measures: set[str], budget_measure: str) -> str:
    """The measure that a control total is of: the one that Settings say a budget states, else the only one there is."""
    wanted = BY_LABEL[budget_measure.casefold()].name
    return wanted if wanted in measures or len(measures) != 1 else next(iter(measures))


def _control(lines: MappingLines, sums: dict[tuple[str, str], float], amounts: pd.DataFrame, left_out: str, convert: Converter | None) -> list[Problem]:
    settings = lines.settings
    name = controlled_measure({measure for measure, _ in sums}, settings.budget_measure)
    label, stated = MEASURES[name].label, settings.budget_control_total
    codes = sorted(code for measure, code in sums if measure == name)
    found, unit = (float(sums[name, codes[0]]), codes[0]) if len(codes) == 1 else (0.0, "")
    if len(codes) > 1:
        rows = amounts[amounts["measure"] == name]
        found, unit = float(convert(rows).sum(skipna=False)) if convert is not None else float("nan"), settings.plan_currency
        if not isnan(found):
            lines.add("total", f"{IN_PLAN_CURRENCY}: {label} {unit}", "", IN_PLAN_CURRENCY, [f"{' and '.join(codes)} at the plan rates of their periods, quarters and years in equal parts"], found)
    unit = unit if MEASURES[name].unit == MONEY and len(codes) > 1 else ""
    shown = f"{label} found: {number(found)} {unit}".strip() if not isnan(found) else f"{label} is in {' and '.join(codes)}, which are not added up without plan rates in FX Rates"
    if stated is None:
        lines.add("total", "control total", "", "total", [f"{shown}; finance states no control total (Budget control total in Settings)", left_out], None)
        return []
    if isnan(found):
        lines.add("total", "control total", number(stated), "not checked", [shown, left_out], stated)
        return []
    difference = found - stated
    ties = abs(difference) < 0.005
    lines.add("total", "control total", number(stated), "ties" if ties else "does not tie", [f"{shown}, finance states {number(stated)}, difference {number(difference)}", left_out], stated)
    if ties:
        return []
    text = f"the budget adds up to {number(found)}{f' {unit}' if unit else ''}, finance states {number(stated)}: difference {number(difference)}"
    return [Problem(lines.block.sheet, "", "budget-control-total", text, hint=f"{left_out or 'Budget Mapping shows what was left out'}; Budget control total in Settings", severity=Severity.WARNING)]
