"""Checks of money: the financial plan derived again from consensus, prices and unit costs."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl import vocabulary
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import (
    FLAG_ROW,
    PLACE_ROW,
    STEPS,
    Check,
    Figure,
    column_of,
    in_plan,
    is_measure,
    same_series,
    total,
    total_before,
)
from sop_xl.templates.reach import ANY_TEXT, body, filled, history_demand
from sop_xl.templates.review import measure_label, shift
from sop_xl.templates.supply_check_rules import demand_to_serve

PLAN, UNCONSTRAINED, LAST_YEAR = "Plan", "Unconstrained", "Last year"
FIGURES = {
    PLAN: ("demand", "sales_volume", "revenue", "cost", "gross_margin"),
    UNCONSTRAINED: ("sales_volume", "revenue", "cost"),
    LAST_YEAR: ("demand", "sales_volume", "revenue", "cost", "gross_margin"),
    "Budget": ("revenue",),
    "Plan - budget": ("revenue",),
    "Previous plan": ("revenue",),
}
"""Totals of the financial plan that checks compare, by version."""
_PLAN, _ALL = '"Plan"', '"All"'


def working_figures(book: Book) -> list[Figure]:
    """Totals that several checks, or checks over several periods, read."""
    consensus = book.spec("Consensus Demand")
    steps = [
        Figure(f"step {step}", measure_label(step), "Consensus Demand, sum of the step's rows", vocabulary.UNITS,
               lambda c, step=step: total(consensus, c, step))  # type: ignore[misc]
        for step in STEPS
    ]  # fmt: skip
    if book.has("Financial Plan") or book.has("Inventory Plan"):
        words = "Consensus, what orders in hand and decisions move and what is owed today, planned periods"
        steps.append(Figure("asked", "Demand to serve", words, vocabulary.UNITS, lambda c: in_plan(c, demand_to_serve(book, c))))
    if not book.has("Financial Plan"):
        return steps
    spec = book.spec("Financial Plan")
    return [
        *steps,
        Figure("history", measure_label("demand"), "Demand History", vocabulary.UNITS, lambda c: history_demand(book, c, item=ANY_TEXT)),
        Figure("next year", "Next year", "1 for the planned periods of the next year", vocabulary.COUNT,
               lambda c: in_plan(c, f'IF({c}${PLACE_ROW}-COUNTIF($H${FLAG_ROW}:${book.last_column}${FLAG_ROW},"Actual")<=sop_season,1,0)')),
        *(
            # the plan's own go by their plain name, by which checks of tables find the measure
            Figure(f"{name} {version}", measure_label(name) if version == PLAN else f"{measure_label(name)}, {version}",
                   f"Financial Plan, version {version}, all families and regions", vocabulary.measure(name).unit,
                   lambda c, name=name, version=version: total(spec, c, name, version=f'"{version}"'))  # type: ignore[misc]
            for version, names in FIGURES.items() for name in names
        ),
    ]  # fmt: skip


def finance_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """The financial plan is volume x price and cost of the detail, by family and region as in total."""
    if not book.has("Financial Plan"):
        return []
    spec, consensus = book.spec("Financial Plan"), book.spec("Consensus Demand")
    money, units = vocabulary.MONEY, vocabulary.UNITS

    def figure(c: str, key: str) -> str:
        return f"{c}${figures.get(key, 1)}"

    def last_year(name: str) -> Callable[[str], str]:
        def formula(c: str) -> str:
            row = figures.get(f"{name} Plan", 1)
            earlier = f"INDEX($H${row}:${book.last_column}${row},COLUMNS($H{row}:{c}{row})-sop_season)"
            gap = in_plan(c, f"{figure(c, name + ' Last year')}-{earlier}")
            return f"IF(COLUMNS($H{row}:{c}{row})<=sop_season,0,{gap})"

        return formula

    def by_group(field: str, names: str) -> Callable[[str], str]:
        def formula(c: str) -> str:
            plan = total(spec, c, "demand", version=_PLAN, **{field: names})
            return in_plan(c, f"SUMPRODUCT(ABS({plan}-{total(consensus, c, 'consensus', **{field: names})}))")

        return formula

    def in_history(key: str) -> Callable[[str], str]:
        return lambda c: f'IF({c}${FLAG_ROW}="Actual",{_against_history(book, figure(c, key), figure(c, "history"))},0)'

    past = "Financial Plan - Demand History, past periods; not below it where shipments stand in for blanks"
    return [
        Check("Demand of the plan = consensus", "finance", "Financial Plan - Consensus Demand, planned periods", units,
              lambda c: in_plan(c, f"{figure(c, 'demand Plan')}-{total(consensus, c, 'consensus')}")),
        Check("Demand of past periods = Demand History", "finance", past, units, in_history("demand Plan")),
        Check("Sales volume of past periods = Demand History", "finance", past, units, in_history("sales_volume Plan")),
        Check("Demand by family = consensus by family", "finance", "Sum over families of |Financial Plan - Consensus Demand|", units, by_group("family", "sop_family_list")),
        Check("Demand by region = consensus by region", "finance", "Sum over regions of |Financial Plan - Consensus Demand|", units, by_group("region", "sop_region_list")),
        Check("Sum of families = total", "finance", "Revenue of the listed families - revenue of the plan", money,
              lambda c: f"SUMPRODUCT({total(spec, c, 'revenue', version=_PLAN, family='sop_family_list')})-{figure(c, 'revenue Plan')}"),
        Check("Unconstrained sales volume = consensus", "finance", "Financial Plan, version Unconstrained - Consensus Demand, planned periods", units,
              lambda c: in_plan(c, f"{figure(c, 'sales_volume Unconstrained')}-{total(consensus, c, 'consensus')}")),
        Check("Unconstrained revenue = consensus x net price", "finance", "Financial Plan, version Unconstrained - sum of consensus row x price row, planned periods", money,
              lambda c: in_plan(c, f"{figure(c, 'revenue Unconstrained')}-{_price_volume(consensus, c)}")),
        *_served_checks(book, figures),
        *(
            Check(f"Gross margin = revenue - cost, {version.lower()}", "finance", f"Financial Plan, version {version}, row by row where a margin is known", money, _margin(spec, version))
            for version in (PLAN, UNCONSTRAINED, LAST_YEAR)
        ),
        *(
            Check(f"Last year = a year earlier, {measure_label(name).lower()}", "finance", "Version Last year - version Plan one year of columns earlier", vocabulary.measure(name).unit,
                  last_year(name))
            for name in ("demand", "sales_volume", "revenue", "cost")
        ),
        Check("P10 <= P90 of the total", "finance", "P10 above P90 of all families and regions", units,
              lambda c: f'MAX(0,{total(spec, c, "demand_low", version=_PLAN, family=_ALL, region=_ALL)}-{total(spec, c, "demand_high", version=_PLAN, family=_ALL, region=_ALL)})'),
        *_value_checks(book, spec, consensus, figures),
    ]  # fmt: skip


def _served_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """The plan sells what stock serves, and over time no more than is asked for."""
    units = vocabulary.UNITS

    def so_far(c: str, key: str) -> str:
        row = figures.get(key, 1)
        return f'SUMIF($H${FLAG_ROW}:{c}${FLAG_ROW},"Plan",$H${row}:{c}${row})'

    checks = [
        Check("Sales volume is no more than the demand to serve", "finance",
              "Financial Plan, version Plan above consensus with what orders in hand and decisions move and what is owed today: all planned periods up to each", units,
              lambda c: in_plan(c, f"MAX(0,{so_far(c, 'sales_volume Plan')}-{so_far(c, 'asked')})")),
    ]  # fmt: skip
    if book.has("Inventory Plan"):
        stock = book.spec("Inventory Plan")

        def served(c: str) -> str:
            waited = f'IF({shift(c, -1)}${FLAG_ROW}="Plan",{total_before(stock, c, "unmet_demand")},0)'
            given = f"{total(stock, c, 'demand')}-{total(stock, c, 'lost_sales')}-{total(stock, c, 'unmet_demand')}+{waited}"
            return in_plan(c, f"{c}${figures.get('sales_volume Plan', 1)}-({given})")

        checks.append(Check("Sales volume = demand served", "finance", "Financial Plan - Inventory Plan: demand - lost sales - growth of unmet demand, planned periods", units, served))
    return checks


def _margin(spec: SheetSpec, version: str) -> Callable[[str], str]:
    """Sum of |margin - revenue + cost| over rows that follow each other; a blank margin says that a cost is not known."""
    rows = f'{is_measure(spec, "revenue")}*{is_measure(spec, "gross_margin", 2)}*({filled(spec, "version")}="{version}")'

    def difference(c: str) -> str:
        margin = column_of(spec, c, down=2)
        return f'SUMPRODUCT({rows}*({margin}<>"")*ABS({margin}-{column_of(spec, c)}+{column_of(spec, c, down=1)}))'

    return difference


def _against_history(book: Book, plan: str, history: str) -> str:
    """Demand of the plan - Demand History; where shipments stand in for blank demand the plan may have more, never less."""
    gap, measures = f"{plan}-{history}", filled(book.spec("Demand History"), "measure")
    return f'IF(COUNTIF({measures},"{measure_label("shipments")}")=0,{gap},MIN(0,{gap}))'


def _price_volume(consensus: SheetSpec, c: str) -> str:
    place = f"{is_measure(consensus, 'consensus')}*{is_measure(consensus, 'net_price', 1)}*{same_series(consensus, 1)}"
    return f"SUMPRODUCT({place}*{column_of(consensus, c)}*{column_of(consensus, c, down=1)})"


def _value_checks(book: Book, spec: SheetSpec, consensus: SheetSpec, figures: dict[str, int]) -> list[Check]:
    """Cost and stock value from unit costs, in one figure over all planned periods: a look-up per row is made once."""
    items, last = book.spec("Items"), book.last_column
    plan = f'($H${FLAG_ROW}:${last}${FLAG_ROW}="Plan")'

    def unit_costs(grid: SheetSpec) -> str:
        names, costs = filled(items, "item"), filled(items, "unit_cost")
        return f"SUMIF({names},{filled(grid, 'item')},{costs})"

    row = figures.get("cost Unconstrained", 1)
    cost = f"SUMPRODUCT({plan}*$H${row}:${last}${row})-SUMPRODUCT({is_measure(consensus, 'consensus')}*{unit_costs(consensus)}*{plan}*{body(consensus)})"
    checks = [Check("Unconstrained cost = consensus x unit cost", "finance", "Financial Plan, version Unconstrained - sum over items, all planned periods", vocabulary.MONEY, lambda _: cost, by_period=False)]
    if book.has("Inventory Plan"):
        stock = book.spec("Inventory Plan")
        label = f'"{measure_label("inventory_value")}"'
        book_value = f"SUMPRODUCT(({filled(spec, 'measure')}={label})*({filled(spec, 'version')}={_PLAN})*{body(spec)})"
        held = f"({is_measure(stock, 'projected_available_balance')}+{is_measure(stock, 'reserved_stock')})"
        on_rows = f"{held}*{unit_costs(stock)}*{plan}*({body(stock)}>0)*{body(stock)}"
        checks.append(Check(
            "Inventory value = balance x unit cost", "finance", "Financial Plan - sum over stock lines above 0, all planned periods",
            vocabulary.MONEY, lambda _: f"{book_value}-SUMPRODUCT({on_rows})", by_period=False,
        ))  # fmt: skip
    return checks
