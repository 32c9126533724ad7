"""Supply of the plan worked out by hand: each item has its own source; one saw makes the chairs and is short of hours."""

from __future__ import annotations

from collections.abc import Callable

from hand_made_world import AHEAD, COST, FAMILY, STEPS, Row, consensus, label_cells, line, place

from sop_xl.sheets import sheet
from sop_xl.vocabulary import measure

OPENING, RECEIPT = 150.0, 40.0
DEPENDENT, LOST, EXPIRED = 5.0, 2.0, 1.0
"""Each stock gives so much to another, loses so many sales and throws so much away in each period."""
RESERVED = {("D1", "S"): 3.0}
"""Units that lie in stock for some demand while other demand waits; the balance sets the two off."""

SAW = {
    "available_capacity": [100.0, 100.0, 80.0], "required_capacity": [90.0, 130.0, 100.0], "load": [90.0, 110.0, 80.0], "overtime": [0.0, 10.0, 0.0],
}  # fmt: skip
CREW = {
    "available_capacity": [50.0, 50.0, 50.0], "required_capacity": [60.0, 60.0, 60.0], "load": [60.0, 60.0, 60.0],
    "workers": [6.0, 6.0, 6.0], "plan_capacity": [60.0, 60.0, 60.0],
}  # fmt: skip
"""The crew has hired a sixth worker: it may work beyond the hours that today's five give."""


def stocks(key: tuple[str, str]) -> dict[str, list[float]]:
    """Lines of a stock: 150 at the start, 40 more in each period, and what is taken from it."""
    opening = OPENING
    lines: dict[str, list[float]] = {name: [] for name in sheet("Inventory Plan").measures if name not in ("reserved_stock", "decided_demand")}
    for demand in consensus(key):
        balance = opening + RECEIPT - demand - DEPENDENT + LOST - EXPIRED
        figures = (opening, 0.0, RECEIPT, demand, DEPENDENT, LOST, EXPIRED, balance, 25.0, max(-balance, 0.0), 10.0)
        for name, figure in zip(lines, figures, strict=True):
            lines[name].append(figure)
        opening = balance
    if key in RESERVED:
        lines["reserved_stock"] = [RESERVED[key]] * AHEAD
    return lines


def stock_rows() -> list[Row]:
    return [line("Inventory Plan", name, figures, **place(key)) for key in STEPS for name, figures in stocks(key).items()]


def requirement_rows() -> list[Row]:
    """As if nothing were limited: what is required arrives in the period in which it is."""
    rows = []
    for key in STEPS:
        gross = [demand + DEPENDENT for demand in consensus(key)]
        figures = (gross, [3.0] * AHEAD, [OPENING] * AHEAD, [g - 3.0 for g in gross], [*gross[1:], 0.0])
        rows += [line("Net Requirements", name, values, **place(key)) for name, values in zip(sheet("Net Requirements").measures, figures, strict=True)]
    return rows


def source_rows() -> list[Row]:
    """Each receipt of 40: 30 are made, 10 bought."""
    rows = []
    for key in STEPS:
        for source, part in (("buy from X", 10.0), ("make", RECEIPT - 10.0)):
            labels = {"item": key[0], "family": FAMILY[key[0]], "location": key[1], "source": source}
            rows += [line("Supply Plan", name, [part] * AHEAD, **labels) for name in sheet("Supply Plan").measures]
    return rows


def capacity_rows() -> list[Row]:
    """A press that is down in the last period has no utilisation there."""
    idle = {name: [0.0] * AHEAD for name in ("required_capacity", "load")} | {"available_capacity": [20.0, 20.0, 0.0]}
    rows = []
    for resource, kind, stated in (("Crew", "labour", CREW), ("Press", "machine", idle), ("Saw", "machine", SAW)):
        available, required, load = (stated[name] for name in ("available_capacity", "required_capacity", "load"))
        derived = {
            "hours_to_buy_back": [max(r - a, 0.0) for r, a in zip(required, available, strict=True)],
            "utilisation_required": [r / a if a else None for r, a in zip(required, available, strict=True)],
            "plan_capacity": stated.get("plan_capacity", [a + o for a, o in zip(available, stated.get("overtime", [0.0] * AHEAD), strict=True)]),
        }
        derived |= {
            "utilisation": [x / a if a else None for x, a in zip(load, derived["plan_capacity"], strict=True)],
        }
        lines = stated | derived
        rows += [line("Capacity", name, lines[name], resource=resource, kind=kind, unit=measure(name).unit) for name in sheet("Capacity").measures if name in lines]
    return rows


def shortage_rows() -> list[Row]:
    """One line for each stock that has a backlog, the most money first."""
    short = {key: max(stocks(key)["unmet_demand"]) for key in STEPS}
    ranked = sorted((key for key in short if short[key] > 0), key=lambda key: -short[key] * COST[key[0]])
    return [
        label_cells(
            "Shortages", rank=float(n), item=item, name=f"Item {item}", family=FAMILY[item], location=location, period="2026-03", last_period="2026-03",
            unmet_demand=short[item, location], shortage_value=short[item, location] * COST[item], cause_kind="resource", cause="Saw",
            chain=f"{item} <- Saw", next_action="Authorise overtime on the Saw.", option="Overtime at Saw",
        )
        for n, (item, location) in enumerate(ranked, 1)
    ]  # fmt: skip


def constraint_rows() -> list[Row]:
    return [
        label_cells(
            "Binding Constraints", constraint="resource_capacity", subject="Saw", period=period, limit=limit, used=limit, unit="h", price_low=low, price_high=high,
            demand_hurt=hurt, sentence=f"The Saw is full in {period}: one more hour saves {low:g} USD.",
        )
        for period, limit, low, high, hurt in (("2026-02", 110.0, 12.0, 12.0, 0.0), ("2026-03", 80.0, 9.0, 11.0, 20.0))
    ]  # fmt: skip


def option_rows() -> list[Row]:
    """The plan without any option earns 1,000; each spares customers lateness worth 25 beside what it earns."""
    return [
        label_cells("Options", rank=float(n), option=option, lever=lever, gain=profit + 25.0, profit_change=profit, profit=1000.0 + profit, service_change=0.02, cash_change=profit / 2, unmet_demand=5.0)
        for n, (option, lever, profit) in enumerate((("Overtime at Saw", "overtime", 300.0), ("Second source of A1", "second source", 100.0), ("Expedite A1", "expedite", -20.0)), 1)
    ]  # fmt: skip


def allocation_rows() -> list[Row]:
    """40 units for two customers who ask for 30 each."""
    shares = {"Key": (30.0, 30.0, 20.0, 25.0), "Other": (10.0, 10.0, 20.0, 15.0)}
    return [
        label_cells(
            "Allocation", item="A1", location="N", customer=customer, period="2026-03", demand=30.0, allocated=by[0], by_priority=by[0], by_margin=by[1],
            by_fair_share=by[2], by_contract=by[3],
        )
        for customer, by in shares.items()
    ]  # fmt: skip


def allocation_rule_rows() -> list[Row]:
    """The key customer pays 5 a unit, the other 4: what goes to the other costs 1 of margin."""
    rows = []
    for rule, key, other in (("priority", 30.0, 10.0), ("margin", 30.0, 10.0), ("fair share", 20.0, 20.0), ("contract first", 25.0, 15.0)):
        chosen = "yes" if rule == "priority" else None
        for customer, demand, units, margin in ((None, 60.0, 40.0, 5 * key + 4 * other), ("Key", 30.0, key, 5 * key), ("Other", 30.0, other, 4 * other)):
            regret = 190.0 - margin if customer is None else None
            rows.append(label_cells("Allocation Rules", rule=rule, customer=customer, demand=demand, allocated=units, fill_rate=units / demand,
                                    margin=margin, regret=regret, chosen=chosen))  # fmt: skip
    return rows


def target_rows() -> list[Row]:
    return [
        label_cells(
            "Inventory Targets", item=item, family=FAMILY[item], location=location, method="normal", safety_stock=25.0, reorder_point=60.0, order_quantity=40.0,
            target_stock=45.0, on_hand=OPENING, excess=10.0, obsolete=4.0, excess_value=10.0 * COST[item], obsolete_value=4.0 * COST[item],
        )
        for item, location in STEPS
    ]  # fmt: skip


def curve_rows() -> list[Row]:
    points = ((0.8, 100.0, ""), (0.9, 160.0, ""), (0.95, 220.0, "settings"), (0.97, 250.0, ""), (0.98, 270.0, "stock"), (0.99, 330.0, ""))
    return [
        label_cells("Service Curves", family=family, service_level=level, safety_stock_value=value * share, fill_rate=level + 0.005, today=today or None)
        for family, share in (("All", 1.0), ("Chairs", 0.4), ("Lamps", 0.1), ("Tables", 0.5)) for level, value, today in points
    ]  # fmt: skip


def scenario_rows() -> list[Row]:
    values = {"Plan": (0.9, 5000.0), "Saw out": (0.7, 4000.0)}
    return [
        label_cells("Scenario Compare", scenario=scenario, kpi=kpi, value=figure, change=figure - plan, unit=unit)
        for scenario, figures in values.items()
        for (kpi, unit), figure, plan in zip((("Service", "fraction"), ("Cash", "USD")), figures, values["Plan"], strict=True)
    ]  # fmt: skip


SUPPLY_TABLES: dict[str, Callable[[], list[Row]]] = {
    "Net Requirements": requirement_rows,
    "Supply Plan": source_rows,
    "Capacity": capacity_rows,
    "Inventory Plan": stock_rows,
    "Shortages": shortage_rows,
    "Binding Constraints": constraint_rows,
    "Options": option_rows,
    "Allocation": allocation_rows,
    "Allocation Rules": allocation_rule_rows,
    "Inventory Targets": target_rows,
    "Service Curves": curve_rows,
    "Scenario Compare": scenario_rows,
}
"""What makes the rows of each output sheet of supply."""
