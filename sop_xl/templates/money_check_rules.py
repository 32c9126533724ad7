"""Checks by period of profit and loss and of balance and cash: every line derived again from the lines that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sop_xl import vocabulary
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import (
    FLAG_ROW,
    Check,
    Figure,
    column_of,
    in_plan,
    is_measure,
    total,
)
from sop_xl.templates.reach import filled
from sop_xl.templates.review import measure_label, shift
from sop_xl.templates.settings_sheet import setting_value

BELOW = ("freight", "overtime_premium", "expedite_cost", "subcontract_premium", "obsolescence", "cost_to_serve")
"""Lines between gross margin and contribution margin; those that a plan does not have at all are left out."""
BALANCE = (
    "inventory_value", "stock_reserve", "work_in_process", "receivables", "payables", "working_capital", "collections", "fx_effect", "supplier_payments",
    "conversion_payments", "other_payments", "cash_flow",
)  # fmt: skip
"""Lines of balance and cash that add up over families and regions."""
DAYS = ("days_of_inventory", "days_of_receivables", "days_of_payables", "cash_to_cash")
_ALL, _EVERY, _NOT_ALL, _PLAN = '"All"', "sop_family_list", '"<>All"', '"Plan"'


def money_figures(book: Book) -> list[Figure]:
    """Totals of both sheets, by the plain names of their lines, by which checks find them."""
    figures: list[Figure] = []
    if book.has("Profit and Loss"):
        profit = book.spec("Profit and Loss")
        figures.append(Figure("contribution_margin", measure_label("contribution_margin"), "Profit and Loss, all families, regions and customers", vocabulary.MONEY,
                              lambda c: total(profit, c, "contribution_margin")))  # fmt: skip
    if not book.has("Balance and Cash"):
        return figures
    spec = book.spec("Balance and Cash")
    return figures + [
        Figure(f"balance {name}", measure_label(name), "Balance and Cash, all families and regions", vocabulary.MONEY,
               lambda c, name=name: total(spec, c, name, region=_ALL, family=_ALL))  # type: ignore[misc]
        for name in (*BALANCE, "cash_balance", "cost_variance", *DAYS)
    ] + [
        Figure("at standard", "Stock at standard", "1 for the planned periods where Settings value the stock at standard", vocabulary.COUNT,
               lambda c: in_plan(c, f'--({setting_value("inventory_valuation")}="standard")')),
    ]  # fmt: skip


def money_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Checks of both sheets, as far as the workbook carries them."""
    return [*_profit_checks(book, figures), *_balance_checks(book, figures)]


def _finance(name: str, compared: str, formula: Callable[[str], str], unit: str = vocabulary.MONEY) -> Check:
    return Check(name, "finance", compared, unit, formula)


def _whole(name: str, compared: str, formula: str) -> Check:
    """A check that is one count for the whole table."""
    return Check(name, "finance", compared, vocabulary.COUNT, lambda _: formula, by_period=False, exact=True)


def _adds_up(spec: SheetSpec, lines: Sequence[tuple[int, str, str]], *, guard: str = "") -> Callable[[str], str]:
    """Sum over the series of |sum of some of their lines|.

    Parameters
    ----------
    lines
        Rows below the first line of the series, sign and measure; those without a sign only say where a series is.
    guard
        Further factor.
    """

    def formula(c: str) -> str:
        places = "*".join(is_measure(spec, name, down) for down, _, name in (lines[0], lines[-1]))
        parts = "".join(sign + column_of(spec, c, down=down) for down, sign, _ in lines if sign)
        return f"SUMPRODUCT({places}{guard}*ABS({parts.removeprefix('+')}))"

    return formula


def _in_order(spec: SheetSpec, last: str, names: Sequence[str]) -> str:
    """Lines of the last measure - series in which all of these stand below each other."""
    pairs = ",".join(f'{filled(spec, "measure", down=down)},"{measure_label(name)}"' for down, name in enumerate(names))
    return f'COUNTIF({filled(spec, "measure")},"{measure_label(last)}")-COUNTIFS({pairs})'


def _figure(figures: dict[str, int], c: str, key: str) -> str:
    return f"{c}${figures.get(key, 1)}"


# --- profit and loss -------------------------------------------------------------------------------------------------


def _profit_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    if not book.has("Profit and Loss", "Financial Plan"):
        return []
    spec, plan = book.spec("Profit and Loss"), book.spec("Financial Plan")
    margins = ("revenue", "material_cost", "conversion_cost", "other_cost", "cost", "gross_margin")
    costs = [(0, "+", "material_cost"), (1, "+", "conversion_cost"), (2, "+", "other_cost"), (3, "-", "cost")]
    return [
        _finance("Gross revenue - discounts = revenue", "Profit and Loss, row by row: sum of |difference|",
                 _adds_up(spec, [(0, "+", "gross_revenue"), (1, "-", "discounts"), (2, "-", "revenue")])),
        _finance("Material + conversion + other = cost of goods sold", "Profit and Loss, row by row: sum of |difference|", _adds_up(spec, costs)),
        _finance("Revenue - cost of goods sold = gross margin", "Profit and Loss, row by row where a margin is known: sum of |difference|", _profit_margin(spec)),
        *(
            _finance(
                f"Contribution margin, {count} line{'' if count == 1 else 's'} below gross margin",
                "Profit and Loss, series with so many lines of further costs: sum of |gross margin - these costs - contribution margin|", _contribution(spec, count),
            )
            for count in range(len(BELOW) + 1)
        ),
        _whole("Every revenue has its lines in order", "Lines of revenue in Profit and Loss - those that follow gross revenue and discounts",
               _in_order(spec, "revenue", ("gross_revenue", "discounts", "revenue"))),
        _whole("Every gross margin has its lines in order", "Lines of gross margin in Profit and Loss - those that follow revenue and costs", _in_order(spec, "gross_margin", margins)),
        _whole("Every contribution margin was checked", "Lines of contribution margin in Profit and Loss - those at most so many lines below a gross margin", _contributions(spec, figures)),
        *_roll_up_checks(spec, plan, figures),
    ]  # fmt: skip


def _profit_margin(spec: SheetSpec) -> Callable[[str], str]:
    """A blank margin says that a cost is not known."""

    def formula(c: str) -> str:
        known = f'*({column_of(spec, c, down=5)}<>"")'
        return _adds_up(spec, [(0, "+", "revenue"), (4, "-", "cost"), (5, "-", "gross_margin")], guard=known)(c)

    return formula


def _contribution(spec: SheetSpec, count: int) -> Callable[[str], str]:
    """Series whose contribution margin stands `count` lines of costs below the gross margin."""
    between = [(down, "-", "") for down in range(1, count + 1)]
    return _adds_up(spec, [(0, "+", "gross_margin"), *between, (count + 1, "-", "contribution_margin")])


def _contributions(spec: SheetSpec, figures: dict[str, int]) -> str:
    label, measures = f"$A${figures.get('contribution_margin', 1)}", filled(spec, "measure")
    found = "+".join(f'({filled(spec, "measure", down=down)}={label})' for down in range(1, len(BELOW) + 2))
    return f"COUNTIF({measures},{label})-SUMPRODUCT({is_measure(spec, 'gross_margin')}*({found}))"


def _roll_up_checks(spec: SheetSpec, plan: SheetSpec, figures: dict[str, int]) -> list[Check]:
    """Customers, families and regions add up to the financial plan."""

    def by_group(name: str, field: str) -> Callable[[str], str]:
        lists = {field: f"sop_{field}_list"}
        return lambda c: f"SUMPRODUCT(ABS({total(spec, c, name, **lists)}-{total(plan, c, name, version=_PLAN, **lists)}))"

    checks = [
        _finance(f"Profit and Loss = Financial Plan, {measure_label(name).lower()}", "All families, regions and customers - version Plan",
                 lambda c, name=name: f"{total(spec, c, name)}-{_figure(figures, c, f'{name} Plan')}", vocabulary.measure(name).unit)  # type: ignore[misc]
        for name in ("sales_volume", "revenue", "cost")
    ]  # fmt: skip
    for name, fields in (("sales_volume", ("region",)), ("revenue", ("family", "region")), ("cost", ("family",))):
        checks += [
            _finance(f"Profit and Loss by {field} = Financial Plan, {measure_label(name).lower()}", f"Sum over {'families' if field == 'family' else 'regions'} of |all customers - version Plan|",
                     by_group(name, field), vocabulary.measure(name).unit)
            for field in fields
        ]  # fmt: skip
    return checks


# --- balance and cash ------------------------------------------------------------------------------------------------


def _balance_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    if not book.has("Balance and Cash", "Financial Plan"):
        return []
    spec = book.spec("Balance and Cash")
    held = dict(zip(BALANCE[:6], "+-++--", strict=True))
    moved = {"collections": "+", "supplier_payments": "-", "conversion_payments": "-", "other_payments": "-", "cash_flow": "-"}
    weighted = "Balance and Cash, planned periods: sum over families and regions of the difference, weighted by their place, so that none makes good for another"
    return [
        _finance("Inventory - reserve + work in process + receivables - payables = working capital", weighted, _of_series(spec, figures, held)),
        _finance("Collections - payments = cash flow", weighted, _of_series(spec, figures, moved)),
        *_cash_checks(figures),
        *_level_checks(book, spec, figures),
    ]


def _of_series(spec: SheetSpec, figures: dict[str, int], signs: dict[str, str]) -> Callable[[str], str]:
    """Sum over the series of the sum of their lines, each series weighted by the place of its family and region; lines of zero may be left out.

    A product with the weight is summed once, where a sum by family and region would read the table for each of them.
    """
    measures, family, region = (filled(spec, name) for name in ("measure", "family", "region"))
    terms = "".join(f"{sign}({measures}=$A${figures.get(f'balance {name}', 1)})" for name, sign in signs.items())
    place = f'(COUNTIF({_EVERY},"<"&{family})+COUNTIF(sop_region_list,"<"&{region})/ROWS({family}))/ROWS({_EVERY})'

    def formula(c: str) -> str:
        return in_plan(c, f"SUMPRODUCT((1+{place})*({terms.removeprefix('+')})*{column_of(spec, c)})")

    return formula


def _cash_checks(figures: dict[str, int]) -> list[Check]:
    """What everything together owes, is owed and holds follows from period to period."""

    def held(c: str, name: str) -> str:
        return _figure(figures, c, f"balance {name}")

    def change(c: str, name: str) -> str:
        return f"({held(c, name)}-{held(shift(c, -1), name)})"

    def owed(c: str) -> str:
        return in_plan(c, f"{_figure(figures, c, 'revenue Plan')}+{held(c, 'fx_effect')}-{held(c, 'collections')}-{change(c, 'receivables')}")

    def cash(c: str) -> str:
        before = shift(c, -1)
        opening = f'({before}${FLAG_ROW}<>"Plan")*{setting_value("opening_cash")}'
        so_far = f'({before}${FLAG_ROW}="Plan")*N({held(before, "cash_balance")})'
        return in_plan(c, f"{opening}+{so_far}+{held(c, 'cash_flow')}-{held(c, 'cash_balance')}")

    def indirect(c: str) -> str:
        earned = f"{_figure(figures, c, 'revenue Plan')}-{_figure(figures, c, 'cost Plan')}-{held(c, 'cost_variance')}-{held(c, 'other_payments')}+{held(c, 'fx_effect')}"
        tied_up = f"{change(c, 'inventory_value')}+{change(c, 'work_in_process')}+{change(c, 'receivables')}-{change(c, 'payables')}"
        return in_plan(c, f"{earned}-({tied_up})-{held(c, 'cash_flow')}")

    def cycle(c: str) -> str:
        known = f"({held(c, 'cash_to_cash')}<>0)"
        return in_plan(c, f"{known}*({held(c, 'days_of_inventory')}+{held(c, 'days_of_receivables')}-{held(c, 'days_of_payables')}-{held(c, 'cash_to_cash')})")

    return [
        _finance("Days of inventory + receivables - payables = cash-to-cash", "Balance and Cash, everything, where it is known", cycle, vocabulary.DAYS),
        _finance("Receivables before + revenue + FX effect - collections = receivables", "Balance and Cash, everything; revenue of Financial Plan", owed),
        _finance("Cash before + cash flow = cash balance", "Balance and Cash, everything; begins with the opening cash of Settings", cash),
        _finance(
            "Cash flow, direct = indirect",
            "Margin - cost variance - other payments + FX effect - change of stock, work in process, receivables and payables - cash flow; Financial Plan and Balance and Cash", indirect,
        ),
        _finance("Reserve is no more than the stock", "Balance and Cash, everything: reserve above inventory value",
                 lambda c: in_plan(c, f"MAX(0,{held(c, 'stock_reserve')}-{held(c, 'inventory_value')})")),
    ]  # fmt: skip


def _level_checks(book: Book, spec: SheetSpec, figures: dict[str, int]) -> list[Check]:
    """Regions add up to their family, families to everything; the stock is that of the financial plan."""
    first, last = (figures.get(f"balance {name}", 1) for name in (BALANCE[0], BALANCE[-1]))
    measures, plan = filled(spec, "measure"), book.spec("Financial Plan")

    def of_level(c: str, region: str, family: str = "") -> str:
        more = f",{filled(spec, 'family')},{family}" if family else ""
        return f"SUMIFS({column_of(spec, c)},{measures},$A${first}:$A${last},{filled(spec, 'region')},{region}{more})"

    def to_total(region: str, family: str = "") -> Callable[[str], str]:
        return lambda c: in_plan(c, f"SUMPRODUCT(ABS({of_level(c, region, family)}-{c}${first}:{c}${last}))")

    def by_family(c: str) -> str:
        regions, family = (total(spec, c, "working_capital", region=region, family=_EVERY) for region in (_NOT_ALL, _ALL))
        return in_plan(c, f"SUMPRODUCT(({_EVERY}<>{_ALL})*ABS({regions}-{family}))")

    def stock(c: str) -> str:
        at_standard = _figure(figures, c, "at standard")
        regions = total(spec, c, "inventory_value", region=_NOT_ALL, family=_EVERY)
        planned = total(plan, c, "inventory_value", version=_PLAN, family=_EVERY)
        return f"IF({at_standard}=1,SUMPRODUCT(ABS({regions}-{planned})),0)"

    every = "Balance and Cash, planned periods: sum over all lines of |difference|"
    return [
        _finance("Sum of families = everything", every, to_total(_ALL, _NOT_ALL)),
        _finance("Sum of families by region = everything", every, to_total(_NOT_ALL)),
        _finance("Regions of each family = the family, working capital", "Balance and Cash, planned periods: sum over families of |difference|", by_family),
        _finance("Inventory value by family = Financial Plan", "Balance and Cash - version Plan, planned periods, at standard: sum over families of |difference|", stock),
    ]
