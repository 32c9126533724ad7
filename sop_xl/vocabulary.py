"""Every measure once: its name in code, the label a planner reads, unit, aggregation, sign and meaning.

The names are the field's standard terms (ASCM/APICS). A measure's name runs unchanged through frames, parameters, row
fields and tests; its label is what stands in the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sop_xl.errors import FrameError


class Aggregation(StrEnum):
    """What happens when periods are summed: a flow adds up, a stock takes the last period, a ratio is recomputed."""

    FLOW = "flow"
    STOCK = "stock"
    RATIO = "ratio"


UNITS = "units"
MONEY = "money"
MONEY_PER_UNIT = "money/unit"
FRACTION = "fraction"
DAYS = "days"
COUNT = "count"
HOURS = "h"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Parameters
    ----------
    name, label
        In code and in the workbook.
    unit
        `units` = the item's stocking unit, `money` = plan currency, `fraction` = 1 is 100 %.
    aggregation
        See `Aggregation`.
    meaning
        One sentence: definition, sign rule and, where it is not ours, the source.
    """

    name: str
    label: str
    unit: str
    aggregation: Aggregation
    meaning: str


_F, _S, _R = Aggregation.FLOW, Aggregation.STOCK, Aggregation.RATIO

_ALL = (
    # demand
    Measure("demand", "Demand", UNITS, _F, "Quantity that customers asked for, by requested period."),
    Measure("shipments", "Shipments", UNITS, _F, "Quantity that left, which stock may have limited."),
    Measure("stock_out", "Stock-out", FRACTION, _R, "Share of the period without stock; 1 is all of it."),
    Measure("returns", "Returns", UNITS, _F, "Quantity that customers sent back, as a positive number; demand is net of it."),
    Measure("driver_value", "Driver value", "as the driver", _R, "Value of something outside the plan that moves demand: price, promotion, working days."),
    Measure("baseline", "Baseline forecast", UNITS, _F, "Statistical forecast before any human knowledge; the median."),
    Measure("baseline_low", "Baseline P10", UNITS, _F, "One demand in ten is expected to fall below it."),
    Measure("baseline_high", "Baseline P90", UNITS, _F, "One demand in ten is expected to exceed it."),
    Measure("events", "Events", UNITS, _F, "Effect of promotions, price changes and deals, times their probability; positive adds."),
    Measure("life_cycle", "Life cycle", UNITS, _F, "Effect of launches, successors and phase-outs; positive adds."),
    Measure("sales_input", "Sales input", UNITS, _F, "Part of the sales team's number that moves the plan; positive adds."),
    Measure("overrides", "Overrides", UNITS, _F, "Effect of planners' overrides; positive adds."),
    Measure("consensus", "Consensus demand", UNITS, _F, "Baseline + events + life cycle + sales input + overrides."),
    Measure("sales_number", "Sales number", UNITS, _F, "What the sales team gives, in units; money is divided by the plan price."),
    Measure("suggestion", "Suggestion", UNITS, _F, "The sales number freed of the bias that its contributor has shown."),
    Measure("running", "Forecast before sales", UNITS, _F, "Baseline + events + life cycle of the line's scope."),
    Measure("entered", "Entered in the plan", UNITS, _F, "What of the sales number entered the plan; positive adds."),
    Measure("customer_orders", "Customer orders", UNITS, _F, "Open orders due in the period."),
    Measure("consumed", "Consumed forecast", UNITS, _F, "Part of the period's consensus that orders have taken up."),
    Measure("remaining_forecast", "Remaining forecast", UNITS, _F, "Consensus demand - consumed forecast."),
    Measure("demand_to_serve", "Demand to serve", UNITS, _F, "Customer orders + remaining forecast."),
    Measure("demand_low", "Demand P10", UNITS, _F, "P10 of the consensus demand at the level of the row."),
    Measure("demand_high", "Demand P90", UNITS, _F, "P90 of the consensus demand at the level of the row."),
    # supply
    Measure("opening_balance", "Opening balance", UNITS, _S, "Stock at the start of the period; takes the first period when summed."),
    Measure("scheduled_receipts", "Scheduled receipts", UNITS, _F, "Open orders due in the period."),
    Measure("planned_receipts", "Planned receipts", UNITS, _F, "Replenishment that the plan proposes: good units that arrive."),
    Measure("production", "Production", UNITS, _F, "Planned receipts that are made on own resources; open orders are scheduled receipts and not among them."),
    Measure("purchases", "Purchases", UNITS, _F, "Planned receipts that are bought or subcontracted; open orders are scheduled receipts and not among them."),
    Measure("planned_releases", "Planned releases", UNITS, _F, "Orders behind the planned receipts, in the period in which they are placed."),
    Measure("previous_releases", "Last cycle's releases", UNITS, _F, "Planned releases of the last cycle's plan in the same period."),
    Measure("gross_requirements", "Gross requirements", UNITS, _F, "Independent + dependent demand."),
    Measure("dependent_demand", "Dependent demand", UNITS, _F, "What planned orders of other items and transfers take."),
    Measure("lost_sales", "Lost sales", UNITS, _F, "Demand that is not served and does not wait."),
    Measure("expired", "Expired", UNITS, _F, "Units past their shelf life."),
    Measure("projected_available_balance", "Projected available balance", UNITS, _S, "Opening balance + receipts - demand - dependent demand + lost sales - expired; below zero is backlog."),
    Measure("safety_stock", "Safety stock", UNITS, _S, "Stock held against uncertain demand and lead time."),
    Measure("unmet_demand", "Unmet demand", UNITS, _S, "Backlog at the end of the period, as a positive number."),
    Measure("reserved_stock", "Reserved stock", UNITS, _S, "Stock held back for other demand while some demand waits; the balance sets the two off."),
    Measure("decided_demand", "Demand by decisions", UNITS, _F, "Part of the demand that approved decisions bring, such as of a price; below zero: take away."),
    Measure("days_of_supply", "Days of supply", DAYS, _R, "Days of coming demand that the balance covers; negative balances count as 0."),
    Measure("capacity", "Capacity", HOURS, _F, "Hours on the clock of the period."),
    Measure("maintenance", "Planned maintenance", HOURS, _F, "Hours taken off the capacity of the period."),
    Measure("overtime_limit", "Overtime limit", HOURS, _F, "Hours of overtime that can be worked in the period."),
    Measure("available_capacity", "Available capacity", HOURS, _F, "(Capacity - planned maintenance) x efficiency; of a storage resource space."),
    Measure("required_capacity", "Required capacity", HOURS, _F, "Load of the unconstrained plan."),
    Measure("load", "Load", HOURS, _F, "Load of the plan."),
    Measure("overtime", "Overtime", HOURS, _F, "Hours of overtime in the plan."),
    Measure("extra_shifts", "Extra shifts", COUNT, _R, "Shifts beyond the regular ones in the plan."),
    Measure("workers", "Workers", COUNT, _S, "Workers in the plan."),
    Measure("plan_capacity", "Plan capacity", HOURS, _F, "Available capacity with the overtime, extra shifts and workers of the plan."),
    Measure("utilisation_required", "Utilisation required", FRACTION, _R, "Required capacity / available capacity."),
    Measure("utilisation", "Utilisation", FRACTION, _R, "Load / plan capacity; of a storage resource / space."),
    Measure("hours_to_buy_back", "Hours to buy back", HOURS, _F, "Required capacity above available capacity."),
    # money
    Measure("net_price", "Net price", MONEY_PER_UNIT, _R, "Price per unit after discounts, in plan currency."),
    Measure("sales_volume", "Sales volume", UNITS, _F, "Units sold; in planned periods units that the supply plan serves."),
    Measure("gross_revenue", "Gross revenue", MONEY, _F, "Sales volume x list price."),
    Measure("discounts", "Discounts", MONEY, _F, "Gross revenue - revenue; positive reduces."),
    Measure("revenue", "Revenue", MONEY, _F, "Sales volume x net price."),
    Measure("material_cost", "Material cost", MONEY, _F, "Bought components of what is sold, at standard; positive is a cost."),
    Measure("conversion_cost", "Conversion cost", MONEY, _F, "Hours x rate and stated cost of making what is sold, at standard; positive is a cost."),
    Measure("other_cost", "Other cost of goods", MONEY, _F, "Standard cost that bills and hours do not explain, overheads among it; positive is a cost."),
    Measure("cost", "Cost of goods sold", MONEY, _F, "Sales volume x unit cost; positive is a cost."),
    Measure("gross_margin", "Gross margin", MONEY, _F, "Revenue - cost of goods sold."),
    Measure("freight", "Freight", MONEY, _F, "Cost of bringing goods to customers and between locations; positive is a cost."),
    Measure("overtime_premium", "Overtime premium", MONEY, _F, "What overtime and extra shifts cost above regular hours; positive is a cost."),
    Measure("expedite_cost", "Expedite cost", MONEY, _F, "What orders in half their lead time cost on top; positive is a cost."),
    Measure("subcontract_premium", "Subcontract premium", MONEY, _F, "What subcontractors and second sources cost above the regular source; positive is a cost, negative a saving."),
    Measure("obsolescence", "Obsolescence", MONEY, _F, "Stock that expires, and what Cost Rates says; positive is a cost. The reserve on excess and obsolete stock stands in Balance and Cash."),
    Measure("cost_to_serve", "Cost to serve", MONEY, _F, "Cost of serving customers by the rates of Cost Rates; positive is a cost."),
    Measure("contribution_margin", "Contribution margin", MONEY, _F, "Gross margin - freight - premiums - expediting - obsolescence - cost to serve, as far as these are known."),
    Measure("inventory_value", "Inventory value", MONEY, _S, "(Projected available balance, backlog as 0, + reserved stock) x unit cost."),
    Measure("stock_reserve", "Excess and obsolete reserve", MONEY, _S, "Value taken off stock that will not be sold; positive reduces."),
    Measure("work_in_process", "Work in process", MONEY, _S, "Components, goods between locations and work in orders that have not arrived."),
    Measure("receivables", "Receivables", MONEY, _S, "Revenue that customers have not paid yet."),
    Measure("payables", "Payables", MONEY, _S, "Receipts that are not paid yet."),
    Measure("working_capital", "Working capital", MONEY, _S, "Inventory value - reserve + work in process + receivables - payables."),
    Measure("collections", "Collections", MONEY, _F, "Cash received from customers."),
    Measure("supplier_payments", "Supplier payments", MONEY, _F, "Cash paid for purchased goods; positive is paid."),
    Measure("conversion_payments", "Conversion payments", MONEY, _F, "Cash paid for hours, shifts, wages, hiring and lay-off; positive is paid."),
    Measure("other_payments", "Other payments", MONEY, _F, "Cash paid for freight, cost to serve and orders; positive is paid."),
    Measure("cash_flow", "Cash flow", MONEY, _F, "Collections - payments."),
    Measure("cash_balance", "Cash balance", MONEY, _S, "Opening cash + cash flows so far."),
    Measure("fx_effect", "FX effect on receivables", MONEY, _F, "What the change of rates makes of receivables in other currencies, summed row by row; positive is a gain."),
    Measure("cost_variance", "Cost variance", MONEY, _F, "Paid for and neither in stock nor in the standard cost of sales: gross margin - change of working capital before reserve + FX effect - other payments - cash flow; positive is a cost."),
    Measure("days_of_inventory", "Days of inventory", DAYS, _R, "Inventory value with work in process / cost of goods sold of the last 3 periods x their days."),
    Measure("days_of_receivables", "Days of receivables", DAYS, _R, "Receivables / revenue of the last 3 periods x their days."),
    Measure("days_of_payables", "Days of payables", DAYS, _R, "Payables / purchases of the last 3 periods x their days."),
    Measure("cash_to_cash", "Cash-to-cash", DAYS, _R, "Days of inventory + days of receivables - days of payables."),
    Measure("fx_rate", "FX rate", "currency per plan currency", _R, "Units of the currency for one unit of the plan currency."),
    # accuracy and KPIs
    Measure("wmape", "WMAPE", FRACTION, _R, "Sum of |forecast - actual| / sum of actual."),
    Measure("bias", "Bias", FRACTION, _R, "Sum of (forecast - actual) / sum of actual; positive is over-forecast."),
    Measure("mase", "MASE", "ratio", _R, "Mean absolute error / in-sample mean absolute error of seasonal naive (Hyndman and Koehler 2006)."),
    Measure("fva", "Forecast value added", FRACTION, _R, "WMAPE of seasonal naive - WMAPE of this step; positive adds value (Gilliland 2010)."),
    Measure("rmsse", "RMSSE", "ratio", _R, "Root mean squared error / in-sample root mean squared error of the naive forecast; does not reward zero forecasts (Makridakis et al. 2022)."),
    Measure("cumulative_error", "Cumulative error", FRACTION, _R, "|Sum of errors| / sum of actuals over all test periods."),
    Measure("tracking_signal", "Tracking signal", "ratio", _R, "Sum of errors / mean absolute error; beyond +-4 a forecast is out of control (Brown 1959)."),
    Measure("turns", "Inventory turns", "per year", _R, "Yearly cost of goods sold / mean inventory value."),
)

MEASURES: dict[str, Measure] = {m.name: m for m in _ALL}
"""Measure by name."""

BY_LABEL: dict[str, Measure] = {m.label.casefold(): m for m in _ALL}
"""Measure by case-folded label."""


def measure(name: str) -> Measure:
    """The measure of that name; raises `FrameError` for an unknown one."""
    try:
        return MEASURES[name]
    except KeyError:
        raise FrameError(f"{name!r} is no measure of the vocabulary") from None
