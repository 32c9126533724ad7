"""Checks of supply's lists: shortages, constraints, options, allocation, targets, curves and scenarios."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec
from sop_xl.templates.book import Book, quoted
from sop_xl.templates.check_rules import FLAG_ROW, Check, column_of, in_plan, is_measure
from sop_xl.templates.reach import body, filled
from sop_xl.templates.settings_sheet import setting_value
from sop_xl.templates.supply_check_rules import constrained


def supply_table_checks(book: Book) -> list[Check]:
    """Checks of every list of supply and of the scenarios that the workbook carries."""
    checks = [*_shortage_checks(book), *_allocation_checks(book)]
    makers = {
        "Binding Constraints": _price_checks, "Options": _option_checks, "Inventory Targets": _target_checks, "Service Curves": _curve_checks,
        "Scenario Compare": _scenario_checks,
    }  # fmt: skip
    for name, make in makers.items():
        if book.has(name):
            checks += make(book, book.spec(name))
    return checks


def _whole(name: str, compared: str, unit: str, formula: str, *, module: str = "supply") -> Check:
    """A check that is one figure for the whole table; of counts it must be 0."""
    return Check(name, module, compared, unit, lambda _: formula, by_period=False, exact=unit == vocabulary.COUNT)


def _shortage_checks(book: Book) -> list[Check]:
    """What the plan leaves unmet has its line in Shortages, and nothing else has."""
    if not book.has("Shortages", "Inventory Plan"):
        return []
    spec, stock = book.spec("Shortages"), book.spec("Inventory Plan")
    keys = ("item", "location")

    def listed(c: str) -> str:
        pairs = ",".join(f"{filled(spec, key)},{filled(stock, key)}" for key in keys)
        late = f"{is_measure(stock, 'unmet_demand')}*({column_of(stock, c)}>{setting_value('check_tolerance')})"
        return in_plan(c, f"{constrained(book)}*SUMPRODUCT({late}*(COUNTIFS({pairs})=0))")

    unmet = f"({is_measure(stock, 'unmet_demand')}+{is_measure(stock, 'lost_sales')})"
    left = f'SUMPRODUCT({unmet}*($H${FLAG_ROW}:${book.last_column}${FLAG_ROW}="Plan")*{body(stock)})'
    return [
        Check("Unmet demand is listed in Shortages", "supply", "Inventory Plan: stocks with unmet demand in the period that have no line in Shortages", vocabulary.COUNT,
              listed, exact=True),
        _whole("Shortages are no more than what is unmet", "Shortages above unmet demand and lost sales of Inventory Plan, all planned periods", vocabulary.UNITS,
               f"MAX(0,SUM({filled(spec, 'unmet_demand')})-{left})"),
    ]  # fmt: skip


def _price_checks(book: Book, spec: SheetSpec) -> list[Check]:
    saved, cost = filled(spec, "price_low"), filled(spec, "price_high")
    known = f'({saved}<>"")*({cost}<>"")'
    return [
        _whole("One more saves no more than one less costs", "Binding Constraints: sum of savings above costs", vocabulary.MONEY,
               f"SUMPRODUCT({known}*({saved}>{cost})*({saved}-{cost}))"),
    ]  # fmt: skip


def _option_checks(book: Book, spec: SheetSpec) -> list[Check]:
    option, rank, profit, change = (filled(spec, name) for name in ("option", "rank", "profit", "profit_change"))
    place = f"ROW({rank})-ROW({quoted(spec.name)}!$A${HEADER_ROW})"
    first = f"(INDEX({profit},1)-INDEX({change},1))"
    return [
        _whole("Options stand in the order of their ranks", "Options: sum of |rank - place in the list|", vocabulary.COUNT,
               f'SUMPRODUCT(({option}<>"")*ABS({rank}-({place})))'),
        _whole("Options are compared with the same plan", "Options: sum of |profit - profit change - that of the first option|", vocabulary.MONEY,
               f'SUMPRODUCT(({profit}<>"")*({change}<>"")*ABS({profit}-{change}-{first}))'),
    ]  # fmt: skip


def _allocation_checks(book: Book) -> list[Check]:
    """Nobody gets more than asked for; the rules are those of the detail, and each is measured against the same best."""
    if not book.has("Allocation", "Allocation Rules"):
        return []
    spec, rules = book.spec("Allocation"), book.spec("Allocation Rules")
    by_rule = [filled(spec, name) for name in ("by_priority", "by_margin", "by_fair_share", "by_contract")]
    demand = f"SUM({filled(spec, 'demand')})"
    rule, customer, margin, regret = (filled(rules, name) for name in ("rule", "customer", "margin", "regret"))
    chosen = f'{filled(rules, "chosen")},"yes",{customer},""'
    best = f"(SUMIFS({margin},{chosen})+SUMIFS({regret},{chosen}))"
    return [
        _whole("Nobody is allocated more than asked for", "Allocation: rows of claims that are given more than demand, all periods of a claim together, because some catch up", vocabulary.COUNT,
               _overserved(spec)),
        _whole("No rule allocates more than is asked for", "Allocation: largest total of a rule above demand", vocabulary.UNITS,
               f"MAX({demand},{','.join(f'SUM({given})' for given in by_rule)})-{demand}"),
        _whole("Allocation Rules = sum of Allocation", "Allocated by all rules together, lines of all customers - columns of Allocation", vocabulary.UNITS,
               f'SUMIFS({filled(rules, "allocated")},{customer},"")-SUM({",".join(by_rule)})'),
        _whole("Margin + regret is the same for every rule", "Allocation Rules: sum of |margin + regret - that of the chosen rule|", vocabulary.MONEY,
               f'SUMPRODUCT(({rule}<>"")*({customer}="")*({margin}<>"")*ABS({margin}+{regret}-{best}))'),
    ]  # fmt: skip


def _overserved(spec: SheetSpec) -> str:
    """Rows of claims that get more than their demand, all listed periods of a claim together.

    By the rule in use alone, because the work grows with the square of the rows.
    """
    own = ",".join(f"{filled(spec, key)},{filled(spec, key)}" for key in ("item", "location", "customer")) + '&""'  # a claim may have no customer
    gap = f"SUMIFS({filled(spec, 'allocated')},{own})-SUMIFS({filled(spec, 'demand')},{own})"
    return f"SUMPRODUCT(--({gap}>{setting_value('check_tolerance')}))"


def _target_checks(book: Book, spec: SheetSpec) -> list[Check]:
    items = book.spec("Items")
    safety, order, target, reorder = (filled(spec, name) for name in ("safety_stock", "order_quantity", "target_stock", "reorder_point"))
    cost = f"SUMIF({filled(items, 'item')},{filled(spec, 'item')},{filled(items, 'unit_cost')})"
    value = f"{filled(spec, 'excess_value')}+{filled(spec, 'obsolete_value')}"
    return [
        _whole("Target = safety stock + half an order", "Inventory Targets: sum of |twice the target - twice the safety stock - order quantity|", vocabulary.UNITS,
               f'SUMPRODUCT(({target}<>"")*({order}<>"")*ABS({target}+{target}-{safety}-{safety}-{order}))'),
        _whole("Reorder point is not below safety stock", "Inventory Targets: sum of safety stock above the reorder point", vocabulary.UNITS,
               f'SUMPRODUCT(({reorder}<>"")*({safety}>{reorder})*({safety}-{reorder}))'),
        _whole("Excess and obsolete value = units x unit cost", "Inventory Targets: sum of |difference| where Items states a cost", vocabulary.MONEY,
               f"SUMPRODUCT(({cost}>0)*ABS({value}-({filled(spec, 'excess')}+{filled(spec, 'obsolete')})*{cost}))"),
    ]  # fmt: skip


def _curve_checks(book: Book, spec: SheetSpec) -> list[Check]:
    family, level, value, today = (filled(spec, name) for name in ("family", "service_level", "safety_stock_value", "today"))
    next_family, next_level, next_value, next_today = (filled(spec, name, down=1) for name in ("family", "service_level", "safety_stock_value", "today"))
    curve = f'({family}={next_family})*({today}="")*({next_today}="")*({next_level}>{level})'
    return [
        _whole("More service never needs less stock", "Service Curves: sum of what safety stock falls by where the service level rises", vocabulary.MONEY,
               f"SUMPRODUCT({curve}*({next_value}<{value})*({value}-{next_value}))"),
    ]  # fmt: skip


def _scenario_checks(book: Book, spec: SheetSpec) -> list[Check]:
    value, change, kpi, scenario = (filled(spec, name) for name in ("value", "change", "kpi", "scenario"))
    plan = f'SUMIFS({value},{scenario},"Plan",{kpi},{kpi})'
    return [
        _whole("Change = scenario - plan", "Scenario Compare: sum of |value - value of the plan - change|", "see unit",
               f'SUMPRODUCT(({change}<>"")*ABS({value}-{plan}-{change}))', module="cycle"),
    ]  # fmt: skip
