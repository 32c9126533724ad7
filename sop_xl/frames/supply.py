"""Frames of supply as people state it: stock, orders, sources, bills, resources, suppliers and policy."""

from __future__ import annotations

from sop_xl.frames.form import spec

INVENTORY = spec(
    "inventory", "item location",
    item="text", location="text", on_hand="number",
    safety_stock="number",     # units, planner's own; NaN = computed
)  # fmt: skip
OPEN_ORDERS = spec(
    "open_orders", "order",
    order="text", item="text", location="text",
    supplier="text",           # "" = not known
    period="date",             # day on which it is due in stock
    scheduled_receipts="number",  # open quantity, units
)  # fmt: skip
SOURCING = spec(
    "sourcing", "item family location kind source valid_from", "", "valid_from",  # of one source the rows with other dates follow one another
    item="text", family="text", location="text",  # "" = every one; the narrowest row of a kind and source holds for an item
    kind="text",               # make | buy | transfer | subcontract
    source="text",             # supplier (buy, subcontract), location (transfer), "" (make)
    priority="number",         # 1 = regular; above 1 an alternate
    share="number",            # fraction of the receipts of the stock point that this source takes; NaN = free
    unit_cost="number",        # plan currency per unit paid to the source, materials of a bill not included; NaN = as the item's cost says
    lead_time="number", lead_time_deviation="number",  # periods; NaN = as measured, else the supplier's, else the item's
    minimum_order="number", order_multiple="number",   # units; NaN = the item's (regular source) or none
    maximum="number",          # units per period; NaN = none
    process_yield="number",    # fraction of the quantity ordered that arrives good; NaN = 1 less the supplier's reject rate
    fixed_cost="number",       # plan currency per order; NaN = none
    valid_from="date", valid_until="date",  # receipts within these days; NaT = open
    co2_per_unit="number",     # kg CO2 of a unit ordered from here, way included; NaN = not given
)  # fmt: skip
BILL_OF_MATERIALS = spec(
    "bill_of_materials", "item component substitute_for",
    item="text",               # what is made; "" (substitutes only) = whatever uses the component
    component="text",
    quantity_per="number",     # units of component per unit made; of a substitute per unit of the component that it replaces
    scrap="number",            # fraction of the component lost; NaN = none
    substitute_for="text",     # component that this one can stand in for; "" = a regular line of the bill
    extra_cost="number",       # plan currency per unit of a substitute used, on top of its own cost; NaN = none
)  # fmt: skip
RESOURCES = spec(
    "resources", "resource",
    resource="text", name="text",
    kind="text",               # machine | labour | storage | transport
    location="text",
    unit="text",               # h, or the unit of space or transport
    capacity="number",         # per period of mean length: hours on the clock; NaN = not limited
    efficiency="number",       # productive hours per hour on the clock; NaN = 1
    cost_per_hour="number",    # plan currency per hour of load in regular time; NaN = none
    overtime_limit="number", overtime_cost="number",   # hours per period; full cost of such an hour; NaN = none
    shifts="number", shift_capacity="number", shift_cost="number",  # extra shifts that management may authorise; hours and cost per shift and period
    workers="number", hours_per_worker="number", wage="number",  # today's workers; hours and cost per worker and period; NaN = not by workers
    hire_limit="number", hire_cost="number", layoff_cost="number",  # workers per period; cost per worker hired, laid off
)  # fmt: skip
BILL_OF_RESOURCES = spec(
    "bill_of_resources", "item family location kind source resource",
    item="text", family="text", location="text", kind="text", source="text",  # "" = every one; the narrowest row of a resource holds
    resource="text",
    hours_per_unit="number",   # of a storage resource: space per unit in stock
    setup_hours="number",      # per order; NaN = none
    before="number",           # periods before the receipt in which the load falls; NaN = in the period of the receipt
)  # fmt: skip
RESOURCE_CALENDAR = spec(
    "resource_calendar", "resource period",
    resource="text", period="date",
    capacity="number",         # hours on the clock of this very period; NaN = as Resources says
    maintenance="number",      # hours of planned maintenance, taken off; NaN = none
    overtime_limit="number",   # hours of this very period; NaN = as Resources says
)  # fmt: skip
SUPPLIERS = spec(
    "suppliers", "supplier",
    supplier="text", name="text",
    supplier_limit="number",   # units per period over all items; NaN = none
    reliability="number",      # fraction of orders that come in full; NaN = not known
    reject_rate="number",      # fraction of units; NaN = as measured, else none
    lead_time="number", lead_time_deviation="number",  # periods; NaN = as measured, else the item's
    payment_days="number",     # days from receipt to payment; NaN = the setting
    risk="text",               # low | medium | high | ""
)  # fmt: skip
PURCHASE_HISTORY = spec(
    "purchase_history", "order item",
    order="text", item="text", supplier="text",
    ordered="date", due="date", received="date",  # NaT = not known
    order_quantity="number", received_quantity="number", rejected_quantity="number",  # units
)  # fmt: skip
INVENTORY_POLICY = spec(
    "inventory_policy", "policy",  # rows in the order in which people wrote them; the narrowest holds, of equal ones the last
    policy="text", item="text", family="text", location="text", abc="text", xyz="text",  # "" = every one
    service_level="number",    # fraction; NaN = the item's, else the setting
    service_measure="text",    # cycle service | fill rate | "" (the setting)
    method="text",             # normal | gamma | bootstrap | echelon | "" (the setting)
    shelf_life="number",       # periods that a unit may lie in stock; NaN = for ever
    fence="number",            # periods from now in which no new order may be placed; NaN = the setting
    maximum_stock="number",    # units; NaN = none
    holding_cost_rate="number",  # fraction of the unit cost per year; NaN = the setting
    backorder_cost="number",   # plan currency per unit and period late; NaN = the setting's share of the price
    demand_priority="number",  # 1 is served first; NaN = the customer class's, else 1
)  # fmt: skip
CUSTOMER_CLASSES = spec(
    "customer_classes", "customer",
    customer="text",           # customer group of Demand History
    priority="number",         # 1 is served first
    contract_share="number",   # fraction of its demand that is under contract; NaN = none
    price_factor="number",     # its net price over the mean; NaN = 1
    backorder_cost="number",   # plan currency per unit and period late; NaN = the policy's
    payment_days="number",     # days from sale to payment; NaN = the setting
)  # fmt: skip
SCENARIOS = spec(
    "scenarios", "scenario",
    scenario="text", name="text",
    state="text",              # run | off | promoted: part of the plan itself
)  # fmt: skip
SCENARIO_DRIVERS = spec(
    "scenario_drivers", "scenario driver item family location region resource supplier first_period currency setting", "", "first_period",
    # rows in the order in which people wrote them: of one scenario they follow one another
    scenario="text",
    driver="text",             # one of plan.scenario_drivers.DRIVERS or plan.scenario_inputs.INPUT_DRIVERS
    item="text", family="text", location="text", region="text", resource="text", supplier="text",  # "" = every one
    first_period="date", last_period="date",  # NaT = open
    action="text",             # percent (fraction) | add | set
    value="number",            # of lead times in days, of launch dates in periods
    currency="text", setting="text",  # of FX and of policy; "" = every currency
)  # fmt: skip
DECISIONS = spec(
    "decisions", "decision", "kind question considered expected_gain unmet_spared matter done decided_by decided_on",
    decision="text",
    option="text",             # as the Options sheet names it
    lever="text", item="text", family="text", resource="text", supplier="text",  # what the option names
    first_period="date", last_period="date",
    value="number",            # NaN = as much as the lever's limit allows
    status="text",             # proposed | approved | rejected; approved ones enter the plan
    owner="text", due="date",
    kind="text",               # decision | action | escalation; only decisions pull a lever
    question="text",           # what is decided, or what is to be done
    considered="text",         # options that were weighed, in words
    expected_gain="number",    # plan currency, as Options showed it; NaN = not stated
    unmet_spared="number",     # unit-periods of demand waiting or lost that it spares, likewise
    matter="text",             # alert of the Worklist that it answers; "" = none
    done="date",               # of an action: when it was done; NaT = not yet
    decided_by="text", decided_on="date",
)  # fmt: skip
