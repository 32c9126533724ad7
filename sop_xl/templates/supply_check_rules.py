"""Checks by period of supply: stock, requirements, receipts and load derived again from the lines that they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sop_xl import vocabulary
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.book import Book, bounded
from sop_xl.templates.check_rules import FLAG_ROW, Check, column_of, in_plan, is_measure, same_series, total
from sop_xl.templates.reach import filled
from sop_xl.templates.review import measure_label, shift
from sop_xl.templates.settings_sheet import setting_value

_OPENING = "opening_balance"


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one series of a grid, which stand below each other in the contract's order.

    Parameters
    ----------
    spec
        Contract of the grid.
    """

    spec: SheetSpec

    def down(self, name: str) -> int:
        """How many rows below the series' first line that measure stands."""
        return self.spec.measures.index(name)

    def figure(self, letters: str, name: str, *, before: bool = False) -> str:
        """The measure's figures of every series, in line with their first rows."""
        return column_of(self.spec, letters, down=self.down(name), before=before)

    def starts(self) -> str:
        """`1` for each first line of a series."""
        return is_measure(self.spec, self.spec.measures[0])

    def has(self, name: str) -> str:
        """`1` where the measure stands where it must below a first line."""
        return is_measure(self.spec, name, self.down(name))


def supply_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Checks of every supply grid that the workbook carries."""
    return [*_stock_checks(book, figures), *_requirement_checks(book), *_receipt_checks(book), *_capacity_checks(book)]


def _stock_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """The balance holds in every row and from period to period; backlog is the balance below zero."""
    if not book.has("Inventory Plan"):
        return []
    spec, units = book.spec("Inventory Plan"), vocabulary.UNITS
    lines = Lines(spec)
    balance = "projected_available_balance"

    def own_rows(name: str) -> str:
        return f"{lines.starts()}*{lines.has(name)}*{same_series(spec, lines.down(name))}"

    def balances(c: str) -> str:
        signs = {
            _OPENING: "", "scheduled_receipts": "+", "planned_receipts": "+", "demand": "-", "dependent_demand": "-", "lost_sales": "+", "expired": "-", balance: "-",
        }  # fmt: skip
        parts = "".join(sign + lines.figure(c, name) for name, sign in signs.items())
        return in_plan(c, f"SUMPRODUCT({lines.starts()}*ABS({parts}))")

    def carries(c: str) -> str:
        gap = f"{lines.figure(c, _OPENING)}-{lines.figure(c, balance, before=True)}"
        return f'IF({shift(c, -1)}${FLAG_ROW}="Plan",SUMPRODUCT({own_rows(balance)}*ABS({gap})),0)'

    def backlog(c: str) -> str:
        below = f"({lines.figure(c, balance)}<0)*{lines.figure(c, balance)}"
        return in_plan(c, f"SUMPRODUCT({own_rows('unmet_demand')}*ABS({lines.figure(c, 'unmet_demand')}+{below}))")

    count = f'COUNTIF({filled(spec, "measure")},"{measure_label(_OPENING)}")'
    covered = f"SUMPRODUCT({own_rows(balance)})"
    flows, stocks = spec.measures[:5], (_OPENING, *spec.measures[5:10])
    return [
        Check("Opening + receipts - demand = balance", "supply", "Inventory Plan, row by row: |opening + receipts - demand - dependent demand + lost sales - expired - balance|", units, balances),
        Check("Opening balance = balance of the period before", "supply", "Inventory Plan, row by row: sum of |difference|", units, carries),
        Check("Unmet demand = balance below zero", "supply", "Inventory Plan, row by row: sum of |difference|", units, backlog),
        Check("Demand in Inventory Plan = demand to serve", "supply", "Sum of demand rows - consensus rows, what orders in hand and decisions move and what is owed today, planned periods", units,
              lambda c: in_plan(c, f"{total(spec, c, 'demand')}-{c}${figures.get('asked', 1)}")),
        _whole("Every line of stock was checked", "Opening rows with their balance row - all opening rows", f"{covered}-{count}"),
        _whole("Every stock has its flows in order", "Opening rows followed by receipts and demand - all opening rows", f"{_in_order(lines, flows)}-{count}"),
        _whole("Every stock has its other lines in order", "Opening rows with lost sales, expired, balance, safety stock and unmet demand in place - all opening rows",
               f"{_in_order(lines, stocks)}-{count}"),
    ]  # fmt: skip


def demand_to_serve(book: Book, c: str) -> str:
    """What the plan is asked for in a planned period: consensus, what orders in hand and decisions move, and what is owed today.

    What waits before the plan begins is demand of its first period: stock below zero.
    """
    parts = [total(book.spec("Consensus Demand"), c, "consensus")]
    if book.has("Forecast Consumption"):
        orders = book.spec("Forecast Consumption")
        parts.append(f"{total(orders, c, 'demand_to_serve')}-{total(orders, c, 'consensus')}")
    if book.has("Inventory Plan"):
        parts.append(total(book.spec("Inventory Plan"), c, "decided_demand"))
    text = "+".join(parts)
    if book.has("Inventory"):
        text += f'-IF({shift(c, -1)}${FLAG_ROW}="Plan",0,SUMIF({bounded(book.spec("Inventory"), "on_hand")},"<0"))'
    return text


def _in_order(lines: Lines, names: tuple[str, ...]) -> str:
    """Number of series whose lines of these measures stand in their place."""
    pairs = ",".join(f'{filled(lines.spec, "measure", down=lines.down(name))},"{measure_label(name)}"' for name in names)
    return f"COUNTIFS({pairs})"


def _requirement_checks(book: Book) -> list[Check]:
    """Netting: each balance follows from the one before; what customers ask for is part of what is required."""
    if not book.has("Net Requirements"):
        return []
    spec, units = book.spec("Net Requirements"), vocabulary.UNITS
    lines, balance = Lines(spec), "projected_available_balance"

    def balances(c: str) -> str:
        receipts = f"{lines.figure(c, 'scheduled_receipts')}+{lines.figure(c, 'planned_receipts')}-{lines.figure(c, 'gross_requirements')}"
        gap = f"ABS({lines.figure(c, balance, before=True)}+{receipts}-{lines.figure(c, balance)})"
        # of lost sales the balance knows nothing more: the sheet does not say how many
        waits = f'AND({shift(c, -1)}${FLAG_ROW}="Plan",{setting_value("unmet_demand")}="back-orders")'
        return f"IF({waits},SUMPRODUCT({lines.starts()}*{gap}),0)"

    checks = [Check("Balance before + receipts - requirements = balance", "supply", "Net Requirements, row by row from the second planned period on, where demand waits: sum of |difference|", units, balances)]
    if book.has("Inventory Plan"):
        stock = book.spec("Inventory Plan")
        checks.append(Check(
            "Gross requirements cover the demand", "supply", "Demand in Inventory Plan above gross requirements in Net Requirements, planned periods", units,
            lambda c: in_plan(c, f"MAX(0,{total(stock, c, 'demand')}-{total(spec, c, 'gross_requirements')})"),
        ))  # fmt: skip
    return checks


def _receipt_checks(book: Book) -> list[Check]:
    """What the sources deliver is what stock receives, in total and by family."""
    if not book.has("Supply Plan", "Inventory Plan"):
        return []
    spec, stock, units = book.spec("Supply Plan"), book.spec("Inventory Plan"), vocabulary.UNITS
    name = "planned_receipts"
    families = {"family": "sop_family_list"}
    return [
        Check("Receipts of the sources = receipts of stock", "supply", "Supply Plan - Inventory Plan, planned receipts, planned periods", units,
              lambda c: in_plan(c, f"{total(spec, c, name)}-{total(stock, c, name)}")),
        Check("Receipts by family", "supply", "Sum over families of |Supply Plan - Inventory Plan|, planned receipts", units,
              lambda c: in_plan(c, f"SUMPRODUCT(ABS({total(spec, c, name, **families)}-{total(stock, c, name, **families)}))")),
    ]  # fmt: skip


def _capacity_checks(book: Book) -> list[Check]:
    """Hours to buy back and utilisation from hours; what is made fits into the hours that there are."""
    if not book.has("Capacity"):
        return []
    spec = book.spec("Capacity")
    lines, hours = Lines(spec), vocabulary.HOURS

    def buy_back(c: str) -> str:
        above = f"({lines.figure(c, 'required_capacity')}-{lines.figure(c, 'available_capacity')})"
        gap = f"ABS({lines.figure(c, 'hours_to_buy_back')}-({above}>0)*{above})"
        return in_plan(c, f"SUMPRODUCT({lines.starts()}*{lines.has('hours_to_buy_back')}*{gap})")

    def of_resource(c: str, name: str) -> str:
        return total(spec, c, name, resource=filled(spec, "resource"))

    def share(part: str, ratio: str, whole: str = "available_capacity") -> Callable[[str], str]:
        def formula(c: str) -> str:
            own = column_of(spec, c)
            known = f'{is_measure(spec, ratio)}*({own}<>"")'
            return in_plan(c, f"SUMPRODUCT({known}*ABS({own}*{of_resource(c, whole)}-{of_resource(c, part)}))")

        return formula

    def within(c: str) -> str:
        own = column_of(spec, c)
        above = f"({own}>1)*({own}-1)*{of_resource(c, 'plan_capacity')}"
        return f'{constrained(book)}*SUMPRODUCT({is_measure(spec, "utilisation")}*({filled(spec, "kind")}<>"storage")*{above})'

    def fits(*stretch: str) -> Callable[[str], str]:
        """Of resources whose load is followed by these lines and then by the plan capacity: neither shifts nor other workers add hours."""
        after = lines.down("load") + 1
        order = "*".join(is_measure(spec, name, after + place) for place, name in enumerate((*stretch, "plan_capacity")))
        places = [lines.down("load"), *(after + place for place in range(len(stretch))), 0]

        def formula(c: str) -> str:
            above = "(" + "-".join(column_of(spec, c, down=place) for place in places) + ")"
            return f'{constrained(book)}*SUMPRODUCT({lines.starts()}*{order}*({filled(spec, "kind")}<>"storage")*({above}>0)*{above})'

        return formula

    return [
        Check("Hours to buy back = required above available", "supply", "Capacity, row by row: sum of |difference|", hours, buy_back),
        Check("Utilisation required = required / available", "supply", "Capacity, by resource: sum of |utilisation x available - required|", hours, share("required_capacity", "utilisation_required")),
        Check("Utilisation = load / plan capacity", "supply", "Capacity, by resource: sum of |utilisation x plan capacity - load|", hours,
              share("load", "utilisation", "plan_capacity")),
        Check("Utilisation is not above 1", "supply", "Capacity of a constrained plan, storage apart: utilisation above 1 x plan capacity", hours, within),
        Check("Load fits into available hours", "supply", "Capacity of a constrained plan, resources without overtime, extra shifts and workers: load above available", hours, fits()),
        Check("Load fits into available hours and overtime", "supply", "Capacity of a constrained plan, resources with overtime alone: load above both", hours, fits("overtime")),
    ]  # fmt: skip


def constrained(book: Book) -> str:
    """`1` where the settings ask for a plan within limits."""
    return f'({setting_value("supply_plan")}="constrained")'


def _whole(name: str, compared: str, formula: str) -> Check:
    """A check that is one count for the whole table."""
    return Check(name, "supply", compared, vocabulary.COUNT, lambda _: formula, by_period=False, exact=True)
