"""From the plan's frames to the rows of each output sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.balance import balance_rows
from sop_xl.commands.cycle_results import CycleResults, cycle_rows
from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.memory import Remembered, value_added_rows
from sop_xl.commands.money_sheets import bridge_rows, comparison_rows
from sop_xl.commands.planning import Money
from sop_xl.commands.risk_planning import Outlook, outlook_rows
from sop_xl.commands.supply_planning import Supply
from sop_xl.commands.what_if import WhatIf
from sop_xl.periods import Timeline
from sop_xl.plan.effect_ledger import effect_ledger
from sop_xl.plan.effect_words import line_notes, short_words
from sop_xl.plan.finance import VERSIONS, category_of_family
from sop_xl.plan.grid import describe
from sop_xl.plan.profit_and_loss import COSTS_BELOW
from sop_xl.sheets import sheet
from sop_xl.sheets.write import grid_rows, record_rows
from sop_xl.vocabulary import MEASURES

DECIMALS = 6
"""Places to which sums of units and money are written: beyond them is what float arithmetic leaves."""

Rows = tuple[list[str], list[list[CellValue]]]


@dataclass(frozen=True)
class Results:
    """Everything a run computed, ready to be laid out; steps that were not asked for are `None`."""

    inputs: Inputs
    shown: Timeline
    demand: Demand
    memory: Remembered
    supply: Supply
    what_if: WhatIf
    money: Money
    outlook: Outlook | None
    kpis: pd.DataFrame
    life_cycle: pd.DataFrame
    cycle: CycleResults | None = None


def output_rows(results: Results) -> dict[str, Callable[[], Rows]]:
    """What makes the rows of each output sheet, by sheet name, in the order in which they are written."""
    archive = results.memory.rows

    def records(name: str, frame: pd.DataFrame) -> Rows:
        return record_rows(sheet(name), frame, results.shown.calendar)

    return {
        "History Log": lambda: records("History Log", results.demand.cleansed.log),
        "Baseline Forecast": lambda: baseline_rows(results),
        "Forecast Accuracy": lambda: records("Forecast Accuracy", results.demand.baseline.accuracy),
        "Event Results": lambda: records("Event Results", results.demand.event_results),
        "Backtest": lambda: records("Backtest", results.demand.baseline.backtest),
        "Consensus Demand": lambda: consensus_rows(results),
        "Lifecycle Plan": lambda: records("Lifecycle Plan", results.life_cycle),
        "Demand Effects": lambda: effect_rows(results),
        "Sales Review": lambda: sales_review_rows(results),
        "Forecast Consumption": lambda: consumption_rows(results),
        **({"Forecast Archive": lambda: archive} if archive is not None else {}),
        "Demand Changes": lambda: records("Demand Changes", results.memory.changes),
        "Forecast Value Added": lambda: value_added_rows(results.memory.value_added),
        "Supplier Performance": lambda: records("Supplier Performance", in_days(results, results.supply.performance, "lead_time", "lead_time_deviation", "stated_lead_time")),
        "Net Requirements": lambda: net_requirement_rows(results),
        "Supply Plan": lambda: supply_plan_rows(results),
        "Capacity": lambda: capacity_rows(results),
        "Inventory Plan": lambda: inventory_rows(results),
        "Shortages": lambda: shortage_rows(results),
        "Binding Constraints": lambda: records("Binding Constraints", dearest_first(results.supply.why.binding).round(DECIMALS)),
        "Options": lambda: records("Options", results.what_if.options.round(DECIMALS)),
        "Allocation": lambda: records("Allocation", results.supply.allocation.round(DECIMALS)),
        "Allocation Rules": lambda: records("Allocation Rules", results.supply.allocation_rules.round(DECIMALS)),
        "Inventory Targets": lambda: target_rows(results),
        "Service Curves": lambda: records("Service Curves", results.supply.service_curves.round(DECIMALS)),
        "Scenario Compare": lambda: records("Scenario Compare", results.what_if.scenario_compare.round(DECIMALS)),
        "Budget Mapping": lambda: records("Budget Mapping", results.inputs.budget_mapping),
        "Financial Plan": lambda: financial_rows(results),
        "Profit and Loss": lambda: profit_and_loss_rows(results),
        "Balance and Cash": lambda: balance_rows(results.money.balance_and_cash, results.inputs, results.shown),
        "Plan Comparison": lambda: comparison_rows(results.money.plan_comparison, results.inputs.settings.plan_currency, results.shown.calendar),
        "Bridges": lambda: bridge_rows(results.money.bridges, results.inputs.settings.plan_currency),
        **outlook_rows(results.outlook, results.shown.calendar),
        "KPIs": lambda: records("KPIs", results.kpis),
        **cycle_rows(results.cycle, results.shown.calendar),
    }


def _labels(frame: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Family, region and stocking unit of every row of an item x location frame."""
    items = inputs.frame("Items")
    pairs = frame[["item", "location"]].drop_duplicates()
    described = describe(pairs.reset_index(drop=True), items, inputs.locations())
    described = described.assign(unit=described["item"].map(items.set_index("item")["unit"]))
    return frame[["item", "location"]].merge(described, on=["item", "location"], how="left")


def _alive(frame: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """Rows of those items and locations for which any of the measures is other than zero in any period."""
    busy = (frame[measures].fillna(0.0) != 0).any(axis=1)
    return frame[busy.groupby([frame["item"], frame["location"]]).transform("any")].reset_index(drop=True)


def baseline_rows(results: Results) -> Rows:
    """Baseline and its range; the note names model and demand class. What has ended has a line of zeros and no range."""
    frame = results.demand.baseline.forecast.copy()
    ended = ~(frame["baseline_high"] != 0).groupby([frame["item"], frame["location"]]).transform("any")
    frame.loc[ended, ["baseline_low", "baseline_high"]] = np.nan
    labels = _labels(frame, results.inputs)
    accuracy = results.demand.baseline.accuracy
    words = accuracy["model"] + " (" + accuracy["demand_class"] + ")"
    models = accuracy[["item", "location"]].assign(note=words)
    note = frame[["item", "location"]].merge(models, on=["item", "location"], how="left")["note"].fillna("")
    return _item_grid("Baseline Forecast", frame, results, labels, note)


def consensus_rows(results: Results) -> Rows:
    """Every step to the consensus, with what moved it in its note, and the price that values it. What has ended has no lines."""
    inputs = results.inputs
    steps = ["baseline", "events", "life_cycle", "sales_input", "overrides"]
    frame = _alive(results.demand.consensus, steps).merge(results.money.price_cells(), on=["item", "location", "period"], how="left")
    labels = _labels(frame, inputs)
    note = frame["item"].map(inputs.frame("Items").set_index("item")["name"]).fillna("")
    header, rows = _item_grid("Consensus Demand", frame, results, labels, note, not_if_zero=tuple(steps[1:]))
    return header, _with_line_notes(rows, results)


def _with_line_notes(rows: list[list[CellValue]], results: Results) -> list[list[CellValue]]:
    """Lines of the consensus with the sources behind each step in place of the item's name."""
    names = [c.name for c in sheet("Consensus Demand").columns]
    item, location, measure, note = (names.index(name) for name in ("item", "location", "measure", "note"))
    said = line_notes(results.demand.effects, short_words(*_people(results.inputs), calendar=results.shown.calendar))
    labels = said["measure"].map(lambda name: MEASURES[name].label)
    by_line = dict(zip(zip(said["item"], said["location"], labels, strict=True), said["note"], strict=True))
    for row in rows:
        row[note] = by_line.get((row[item], row[location], row[measure]), row[note])
    return rows


def _people(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What people put in between baseline and consensus, in the order of the steps."""
    return inputs.frame("Events"), inputs.frame("Lifecycle"), inputs.frame("Sales Input"), inputs.frame("Overrides")


def effect_rows(results: Results) -> Rows:
    """What became of everything that people typed."""
    agreed, (events, lifecycle, sales_input, overrides) = results.demand.agreed, _people(results.inputs)
    ledger = effect_ledger(
        agreed.effects, events, lifecycle, sales_input, overrides, results.money.net_prices(), agreed.notes, results.shown, agreed.sales_review
    )
    ledger["stage"] = ledger["stage"].map(lambda name: MEASURES[name].label)
    return record_rows(sheet("Demand Effects"), ledger.round({"effect": DECIMALS, "effect_value": DECIMALS}), results.shown.calendar)


def sales_review_rows(results: Results) -> Rows:
    """Each sales number beside the forecast and the suggestion; the note is the contributor's record. A family of several units is in `units`."""
    review, items = results.demand.agreed.sales_review, results.inputs.frame("Items")
    units = items.groupby("family")["unit"].agg(lambda found: found.iloc[0] if found.nunique() == 1 else "units")
    stocking_unit = review["item"].map(items.set_index("item")["unit"]).fillna(review["family"].map(units)).fillna("units")
    return grid_rows(sheet("Sales Review"), review, results.shown, stocking_unit=stocking_unit.tolist())


def consumption_rows(results: Results) -> Rows:
    """How orders consume the consensus, for the series that have any; of all others demand to serve is the consensus."""
    frame = _alive(results.demand.consumption, ["customer_orders"])
    labels = _labels(frame, results.inputs)
    note = frame["item"].map(results.inputs.frame("Items").set_index("item")["name"]).fillna("")
    return _item_grid("Forecast Consumption", frame, results, labels, note)


def inventory_rows(results: Results) -> Rows:
    """The projection, one block of lines per item and stocking location."""
    plan = results.supply.inventory_plan
    return _item_grid("Inventory Plan", plan, results, _labels(plan, results.inputs), None, not_if_zero=("reserved_stock", "decided_demand"))


def in_days(results: Results, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with those columns turned from periods of mean length to days."""
    days = results.shown.calendar.mean_days
    return frame.assign(**{name: (frame[name] * days).round(DECIMALS) for name in names})


def net_requirement_rows(results: Results) -> Rows:
    """What would have to arrive if nothing were limited, one block of lines per item and stocking location."""
    plan = results.supply.net_requirements
    return _item_grid("Net Requirements", plan, results, _labels(plan, results.inputs), None)


def supply_plan_rows(results: Results) -> Rows:
    """Receipts and releases by source; what was not planned in the last cycle has no line of it."""
    plan = results.supply.supply_plan
    return _item_grid("Supply Plan", plan, results, _labels(plan, results.inputs), None)


def shortage_rows(results: Results) -> Rows:
    """Shortages by rank, with name and family of the item."""
    frame, items = results.what_if.shortages.round(DECIMALS), results.inputs.frame("Items").set_index("item")
    named = frame.assign(rank=np.arange(1.0, len(frame) + 1), name=frame["item"].map(items["name"]), family=frame["item"].map(items["family"]))
    return record_rows(sheet("Shortages"), named, results.shown.calendar)


def dearest_first(binding: pd.DataFrame) -> pd.DataFrame:
    """Constraints by the money that hangs on them: price x units that wait, then price alone."""
    price = binding["price_high"].fillna(binding["price_low"]).fillna(0.0)
    worth = pd.DataFrame({"waiting": price * binding["demand_hurt"].fillna(0.0), "price": price})
    return binding.loc[worth.sort_values(["waiting", "price"], ascending=False, kind="stable").index]


def target_rows(results: Results) -> Rows:
    """Targets of every stock, with the family of the item."""
    frame = results.supply.inventory_targets.round(DECIMALS)
    return record_rows(sheet("Inventory Targets"), frame.assign(family=frame["item"].map(results.inputs.frame("Items").set_index("item")["family"])))


def capacity_rows(results: Results) -> Rows:
    """Load and capacity of every resource; lines of levers that it does not have are left out."""
    frame = results.supply.capacity
    known = results.supply.network.resources.set_index("resource")
    texts = {name: frame["resource"].map(known[name]).tolist() for name in ("name", "kind", "location")}
    units = frame["resource"].map(known["unit"]).tolist()
    more = frame.groupby("resource")[["overtime", "extra_shifts"]].transform("sum").sum(axis=1) > 0
    texts["note"] = np.where(more, "works overtime or extra shifts", "").tolist()
    return grid_rows(sheet("Capacity"), frame, results.shown, texts, stocking_unit=units, not_if_zero=("overtime", "extra_shifts"))


def _item_grid(
    name: str, frame: pd.DataFrame, results: Results, labels: pd.DataFrame, note: pd.Series | None, not_if_zero: tuple[str, ...] = ()
) -> Rows:
    texts = {"family": labels["family"].tolist(), "region": labels["region"].tolist()}
    if note is not None:
        texts["note"] = note.tolist()
    return grid_rows(
        sheet(name), frame, results.shown, texts, stocking_unit=labels["unit"].tolist(),
        plan_currency=results.inputs.settings.plan_currency, not_if_zero=not_if_zero,
    )  # fmt: skip


def financial_rows(results: Results) -> Rows:
    """The roll-up, with the range of demand at every family, region and their totals as lines of version Plan."""
    plan = results.money.financial_plan
    categories = plan.drop_duplicates("family").set_index("family")["category"]
    ranges = results.demand.ranges.assign(version="Plan")
    ranges["category"] = ranges["family"].map(categories).fillna("")
    merged = plan.merge(ranges, on=["family", "region", "version", "period"], how="outer", suffixes=("", "_of_range"))
    merged["category"] = merged["category"].fillna(merged["category_of_range"]).fillna("")
    merged = merged.sort_values(["version", "family", "region", "period"], key=_version_order, kind="stable").reset_index(drop=True)
    return grid_rows(sheet("Financial Plan"), merged, results.shown, plan_currency=results.inputs.settings.plan_currency)


def _version_order(column: pd.Series) -> pd.Series:
    """Plan first, then what it is compared with."""
    if column.name != "version":
        return column
    return column.map({version: place for place, version in enumerate(VERSIONS)})


def profit_and_loss_rows(results: Results) -> Rows:
    """Profit and loss, with the category of each family; costs that the plan does not have at all have no line."""
    frame = results.money.profit_and_loss
    texts = {"category": frame["family"].map(category_of_family(results.inputs.frame("Items"))).fillna("").tolist()}
    return grid_rows(sheet("Profit and Loss"), frame.round(DECIMALS), results.shown, texts, plan_currency=results.inputs.settings.plan_currency, not_if_zero=COSTS_BELOW)
