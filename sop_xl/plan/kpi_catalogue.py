"""Every key figure of the scorecard, in the order in which they are shown, each with its formula in one sentence."""

from __future__ import annotations

from sop_xl.plan.kpi_status import Direction, Kpi, Perspective
from sop_xl.vocabulary import DAYS, FRACTION, MONEY

_CUSTOMER, _PROCESS, _FINANCE, _GROWTH = Perspective.CUSTOMER, Perspective.PROCESS, Perspective.FINANCE, Perspective.GROWTH
_HIGHER, _LOWER, _NEAR_ZERO, _NEAR_TARGET = Direction.HIGHER, Direction.LOWER, Direction.NEAR_ZERO, Direction.NEAR_TARGET

KPIS = (
    Kpi("WMAPE", FRACTION, _LOWER, _PROCESS, "How far forecasts miss: sum of |forecast - actual| / sum of actual, over held-out periods."),
    Kpi("Bias", FRACTION, _NEAR_ZERO, _PROCESS, "Whether forecasts lean: sum of (forecast - actual) / sum of actual; positive is over-forecast."),
    Kpi("Forecast value added", FRACTION, _HIGHER, _PROCESS, "What forecasting brings: WMAPE of seasonal naive - WMAPE of the forecast; positive adds value."),
    Kpi("Days of supply", DAYS, _NEAR_TARGET, _PROCESS, "How long stock lasts: days of coming demand, at unit cost, that stock at the end of the current period covers."),
    Kpi("Inventory turns", "per year", _HIGHER, _FINANCE, "How often stock is renewed: yearly cost of the coming demand / mean projected inventory value."),
    Kpi("Demand served on time", FRACTION, _HIGHER, _CUSTOMER, "Projected service: 1 - demand that becomes backlog / demand, both at unit cost, over the next year."),
    Kpi("Unmet demand", MONEY, _LOWER, _CUSTOMER, "Largest projected backlog at the end of a period of the next year, at unit cost."),
    Kpi("Fill rate", FRACTION, _HIGHER, _CUSTOMER, "Projected fill rate: units of demand that the plan serves in their period / units of demand, over the next year."),
    Kpi("Fill rate, actual", FRACTION, _HIGHER, _CUSTOMER, "Units shipped, at most what was ordered in the period / units ordered, over the last quarter of Demand History; needs its shipments."),
    Kpi("On time in full", FRACTION, _HIGHER, _CUSTOMER, "Share of the weeks with orders of an item at a location, over the last 13, by whose end all that was ordered so far had left; needs orders and shipments in Weekly Actuals."),
    Kpi("Customer lead time", DAYS, _LOWER, _CUSTOMER, "Days from the wanted week to shipment: units ordered and not shipped at the ends of the last 13 weeks / units ordered a day (Little's law); needs orders and shipments in Weekly Actuals."),
    Kpi("Plan adherence of sales", FRACTION, _HIGHER, _PROCESS, "1 - sum over families of |sold - planned| / planned units of the last period, not below 0, by the plan that was published before it; needs a published plan."),
    Kpi("Plan adherence of production", FRACTION, _HIGHER, _PROCESS, "1 - sum over items of |received - planned| / planned units made in the last period, open orders due in it among them, not below 0; unplanned receipts count as missed; needs a published plan and receipts in Weekly Actuals."),
    Kpi("Plan adherence of purchase", FRACTION, _HIGHER, _PROCESS, "1 - sum over items of |received - planned| / planned units bought in the last period, open orders due in it among them, not below 0; unplanned receipts count as missed; needs a published plan and receipts in Weekly Actuals or Purchase History."),
    Kpi("Utilisation", FRACTION, _NEAR_TARGET, _PROCESS, "Load / plan capacity in hours of all machines and labour with a limit, over the next year."),
    Kpi("Excess stock", FRACTION, _LOWER, _FINANCE, "Value of excess and obsolete stock / value of stock on hand, both at unit cost, see Inventory Targets."),
    Kpi("Cash-to-cash", DAYS, _LOWER, _FINANCE, "Days of inventory + receivables - payables: mean over the next year of Balance and Cash."),
    Kpi("Revenue against budget", FRACTION, _HIGHER, _FINANCE, "(Plan - budget) / budget revenue over the families, regions and periods of the next year that have a budget; positive is favourable."),
    Kpi("Revenue without a budget", FRACTION, _LOWER, _FINANCE, "Share of the plan's revenue over the next year that the budget does not speak of: revenue against budget leaves it out."),
    Kpi("Revenue against last year", FRACTION, _HIGHER, _FINANCE, "(Plan - last year) / last year's revenue over the next year; positive is growth."),
    Kpi("Gross margin %", FRACTION, _HIGHER, _FINANCE, "(Revenue - cost of goods sold) / revenue of the plan over the next year, where both are known of every item of a family and region."),
    Kpi("Launch performance", FRACTION, _HIGHER, _GROWTH, "Units of launched items since their launch / what the last forecast before it said of the same periods, up to six; needs Forecast Archive of that cycle."),
    Kpi("Milestones on time", FRACTION, _HIGHER, _GROWTH, "Milestones of Initiatives that were reached by their due date / those that are due by now."),
)  # fmt: skip
"""Every key figure."""
