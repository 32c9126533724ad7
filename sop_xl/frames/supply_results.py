"""Frames of what supply planning says: requirements, plan, load, stock, shortages, constraints and options."""

from __future__ import annotations

from sop_xl.frames.form import spec

NET_REQUIREMENTS = spec(
    "net_requirements", "item location period",
    item="text", location="text", period="date",
    gross_requirements="number",  # independent + dependent demand, units
    scheduled_receipts="number", projected_available_balance="number",
    planned_receipts="number",    # as if nothing were limited
    planned_releases="number",    # the same orders in the periods in which they are placed
)  # fmt: skip
SUPPLY_PLAN = spec(
    "supply_plan", "item location source period", "previous_releases",
    item="text", location="text",
    source="text",             # "make", "buy from X", "transfer from X", "subcontract at X": plan.supply.network.source_name
    period="date",
    planned_receipts="number",  # good units that arrive
    planned_releases="number",  # units ordered, in the period in which the order is placed
    previous_releases="number",  # planned releases of the last cycle's plan; NaN = not planned then
)  # fmt: skip
CAPACITY = spec(
    "capacity", "resource period",
    resource="text", period="date",
    available_capacity="number",  # productive hours in regular time
    required_capacity="number",   # hours that the unconstrained plan needs
    load="number",                # hours that the constrained plan uses
    overtime="number", extra_shifts="number", workers="number",  # of the constrained plan: hours, shifts, workers
    plan_capacity="number",    # available hours with that overtime, those shifts and workers
    utilisation_required="number", utilisation="number",  # fractions of available capacity, of plan capacity
    hours_to_buy_back="number",   # required - available where positive
)  # fmt: skip
INVENTORY_PLAN = spec(
    "inventory_plan", "item location period", "dependent_demand lost_sales expired reserved_stock decided_demand",
    item="text", location="text", period="date",
    opening_balance="number", demand="number", scheduled_receipts="number", planned_receipts="number",
    dependent_demand="number",    # units that what is made and shipped on takes
    lost_sales="number",          # demand that is not served and not waited for
    expired="number",             # units past their shelf life
    projected_available_balance="number", safety_stock="number", unmet_demand="number", days_of_supply="number",
    reserved_stock="number",      # units in stock beside demand that waits, which the balance sets off; NaN = none
    decided_demand="number",      # part of demand that approved decisions bring, below zero: take away; NaN = none
)  # fmt: skip
SHORTAGES = spec(
    "shortages", "item location period",
    item="text", location="text",
    period="date", last_period="date",  # first and last period of the shortage
    unmet_demand="number",     # units at its worst (back-orders) or in all (lost sales)
    shortage_value="number",   # plan currency: revenue late or lost
    margin_at_risk="number",   # plan currency
    cause_kind="text",         # resource | material | supplier | lead time | fence | storage | cost
    cause="text",              # what binds: "Frame Welding", "supplier X"
    chain="text",              # item <- component <- ... <- cause, in words
    next_action="text",
    option="text",             # the option of OPTIONS to take for it; "" = none that pays removes any
)  # fmt: skip
BINDING_CONSTRAINTS = spec(
    "binding_constraints", "constraint subject period",
    constraint="text",         # name of the constrain_* function, without the verb
    subject="text",            # resource, supplier, item at location
    period="date",
    limit="number", used="number", unit="text",
    price_low="number", price_high="number",  # plan currency that one unit less costs at least, one unit more saves at most; equal where the dual is unique
    valid_from="number", valid_until="number",  # limits between which the price holds
    demand_hurt="number",      # units of unmet demand that hang on it
    sentence="text",
)  # fmt: skip
OPTIONS = spec(
    "options", "option",
    option="text",             # "Overtime at Frame Welding"
    lever="text",              # overtime | shift | workforce | subcontract | second source | substitute | expedite | pre-build | price | allocation | combination
    item="text", family="text", resource="text", supplier="text",
    first_period="date", last_period="date",
    value="number", unit="text",  # how much of the lever the plan uses
    profit="number", service="number", cash="number", inventory_value="number", budget_gap="number", unmet_demand="number",  # with it
    gain="number",             # profit change and what customers no longer wait for, at the cost of lateness; options are ranked by it
    profit_change="number", service_change="number", cash_change="number", inventory_change="number",  # against the plan without it
    rank="number",
    note="text",
)  # fmt: skip
ALLOCATION = spec(
    "allocation", "item location customer period",
    item="text", location="text", customer="text", period="date",
    demand="number",
    by_priority="number", by_margin="number", by_fair_share="number", by_contract="number",  # units that each rule gives
    allocated="number",        # by the rule of the settings
)  # fmt: skip
ALLOCATION_RULES = spec(
    "allocation_rules", "rule customer",  # customer "" = all
    rule="text", customer="text",
    demand="number", allocated="number", fill_rate="number", margin="number",
    regret="number",           # margin of the best allocation - margin of this rule
    chosen="text",             # yes | ""
)  # fmt: skip
INVENTORY_TARGETS = spec(
    "inventory_targets", "item location",
    item="text", location="text", abc="text", xyz="text",
    method="text", service_measure="text", service_level="number",
    mean_demand="number", error_sd="number",     # units per period
    lead_time="number", lead_time_deviation="number",  # periods
    safety_stock="number", reorder_point="number", order_quantity="number", target_stock="number",  # units; the last: safety stock + half an order
    on_hand="number", projected_stock="number",  # now, and mean over the plan
    excess="number", obsolete="number", excess_value="number", obsolete_value="number",  # units and plan currency
    note="text",
)  # fmt: skip
SERVICE_CURVES = spec(
    "service_curves", "family service_level",
    family="text", service_level="number",
    safety_stock_value="number", fill_rate="number", today="text",  # today: "" | settings | stock
)  # fmt: skip
SUPPLIER_PERFORMANCE = spec(
    "supplier_performance", "supplier item",  # item "" = all of the supplier's
    supplier="text", item="text",
    order_lines="number", first_order="date", last_order="date",
    lead_time="number", lead_time_deviation="number",  # periods, measured from order to receipt
    stated_lead_time="number",  # periods, where Sourcing, Suppliers or Items says one
    late_share="number",       # fraction of lines received after their due date
    reject_rate="number", fill_rate="number",  # of units received; received / ordered
    used="text",               # what of it the plan uses
)  # fmt: skip
SCENARIO_COMPARE = spec(
    "scenario_compare", "scenario kpi",
    scenario="text", kpi="text",
    value="number", change="number", unit="text", note="text",  # change against the plan
)  # fmt: skip
