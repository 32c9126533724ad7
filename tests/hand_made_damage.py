"""Wrong figures for the plan worked out by hand: one for each check of money, which must notice it."""

from __future__ import annotations

from collections.abc import Callable

from hand_made_money import CUSTOMERS

from sop_xl.sheets import sheet
from sop_xl.sheets.spec import LABEL_COLUMNS

Damage = dict[tuple[str, int, int], object]
Finder = Callable[..., int]
WRONG = 99_999.0


def damage_to_money(at: Finder, column: int) -> Damage:
    """A wrong value by sheet, row and column; `at` finds the row that holds some words, `column` is the first planned period."""

    def cell(name: str, field: str, *words: str, nth: int = 0) -> tuple[str, int, int]:
        return name, at(name, *words, nth=nth), [c.name for c in sheet(name).columns].index(field)

    def figure(name: str, *words: str, nth: int = 0, place: int = column) -> tuple[str, int, int]:
        return name, at(name, *words, nth=nth), place

    return {
        **_plan_damage(figure),
        **_profit_damage(cell, figure),
        **_balance_damage(figure),
        **_comparison_damage(cell),
        **_bridge_damage(cell),
        cell("KPIs", "value", "Revenue against budget"): WRONG,
        cell("Gap List", "value", "Overtime at Saw"): -WRONG,
        cell("Gap List", "units", "Expedite A1"): -WRONG,
        cell("Gap List", "value", "Tables below budget", "gap"): WRONG,
        cell("Risk Outlook", "p10", "Cash", "R1"): WRONG,
        cell("Risk Outlook", "swing", "Cash", "R2"): WRONG,
        cell("Risk Outlook", "low", "Gross margin", "together"): WRONG,
        cell("Risk Outlook", "expected", "Service", "R1"): WRONG,
        cell("Risk Outlook", "plan", "Service", "R2"): WRONG,
        cell("Risk Outlook", "plan", "Revenue", "together"): WRONG,
        cell("Budget Mapping", "total", "Revenue USD"): WRONG,
    }


def _plan_damage(figure: Callable[..., tuple[str, int, int]]) -> Damage:
    name = "Financial Plan"
    return {
        figure(name, "Chairs", "North", "Plan", "Sales volume", place=LABEL_COLUMNS): WRONG,
        figure(name, "Tables", "South", "Plan", "Sales volume"): WRONG,
        figure(name, "Chairs", "North", "Unconstrained", "Sales volume"): WRONG,
        figure(name, "Chairs", "North", "Unconstrained", "Revenue"): WRONG,
        figure(name, "Chairs", "South", "Unconstrained", "Cost of goods sold"): WRONG,
        figure(name, "Chairs", "South", "Last year", "Sales volume"): WRONG,
        figure(name, "Chairs", "South", "Last year", "Cost of goods sold"): WRONG,
        figure(name, "Chairs", "South", "Plan - budget", "Revenue"): WRONG,
    }


def _profit_damage(cell: Callable[..., tuple[str, int, int]], figure: Callable[..., tuple[str, int, int]]) -> Damage:
    name = "Profit and Loss"
    margins: Damage = {}
    for family, region, customer in CUSTOMERS:
        words = (family, region, *([customer] if customer else []), "Contribution margin")  # lines of no customer stand first
        margins[figure(name, *words)] = WRONG
    return {
        **margins,
        figure(name, "Chairs", "North", "Gross revenue"): WRONG,
        figure(name, "Tables", "South", "Material cost"): WRONG,
        figure(name, "Tables", "North", "Gross margin"): WRONG,
        figure(name, "Tables", "North", "Revenue"): WRONG,
        figure(name, "Tables", "South", "Cost of goods sold"): WRONG + 1,
        cell(name, "measure", "Lamps", "South", "Discounts"): "Freight",
        cell(name, "measure", "Tables", "North", "Material cost"): "Freight",
        cell(name, "measure", "Chairs", "North", "Sales volume"): "Contribution margin",
    }


def _balance_damage(figure: Callable[..., tuple[str, int, int]]) -> Damage:
    name = "Balance and Cash"
    return {
        figure(name, "Chairs", "North", "Working capital"): WRONG,
        figure(name, "Chairs", "North", "Cash flow"): WRONG,
        figure(name, "All", "Cash-to-cash", nth=-1): WRONG,
        figure(name, "Tables", "South", "Inventory value"): WRONG,
        figure(name, "All", "Receivables", nth=-1): WRONG,
        figure(name, "All", "Cash balance"): WRONG,
        figure(name, "All", "Excess and obsolete reserve", nth=-1): WRONG,
    }


def _comparison_damage(cell: Callable[..., tuple[str, int, int]]) -> Damage:
    name, span = "Plan Comparison", "Next 3"
    levels = {
        cell(name, field, level, span, "Previous plan", "Revenue"): WRONG for level in ("category", "family", "region", "family and region") for field in ("plan", "reference_value")
    }  # fmt: skip
    labels = ("Sales volume", "Revenue", "Cost of goods sold")
    totals = {cell(name, field, "total", span, "Unconstrained", label): WRONG for label in labels for field in ("plan", "reference_value")}
    return {
        **levels,
        **totals,
        cell(name, "gap", "total", span, "Budget", "Revenue"): WRONG,
        cell(name, "gap_percent", "region", span, "Budget", "Revenue"): WRONG,
        cell(name, "variance", "family", span, "Budget", "Revenue"): WRONG,
    }


def _bridge_damage(cell: Callable[..., tuple[str, int, int]]) -> Damage:
    name, damage = "Bridges", dict[tuple[str, int, int], object]()
    for bridge in ("Budget to plan", "Last year to plan", "Previous plan to plan"):
        for measure in ("Revenue", "Gross margin"):
            damage[cell(name, "amount", bridge, measure, "All", "Volume")] = WRONG
            damage[cell(name, "item", bridge, measure, "Tables", "Price")] = "B2"
        damage[cell(name, "amount", bridge, "Revenue", "All", bridge.removesuffix(" to plan"))] = WRONG
    for bridge, measure in (("Last year to plan", "Revenue"), ("Last year to plan", "Gross margin"), ("Previous plan to plan", "Revenue")):
        damage[cell(name, "amount", bridge, measure, "All", "Plan")] = -WRONG
    return damage

