"""Frames of money and key figures."""

from __future__ import annotations

from sop_xl.frames.form import spec

BUDGET = spec(
    "budget", "family item region owner period",
    family="text", item="text", region="text", owner="text", period="date",
    demand="number", revenue="number", cost="number", gross_margin="number",  # money in plan currency; NaN = not budgeted
)  # fmt: skip
FX_RATES = spec(
    "fx_rates", "currency rate_type period",
    currency="text",
    rate_type="text",          # plan | actual
    period="date", fx_rate="number",
)  # fmt: skip
NET_PRICES = spec(
    "net_prices", "item location",
    item="text", location="text",
    net_price="number",        # plan currency per unit
    source="text",             # history | list price | none
)  # fmt: skip
FINANCIAL_PLAN = spec(
    "financial_plan", "family region version period",
    family="text", category="text", region="text",
    version="text",            # Plan | Budget | Last year | Previous plan | Unconstrained; Plan holds actuals in past periods
    period="date",
    demand="number",           # units asked for: actual, then consensus; versions other than Plan and Last year: NaN
    sales_volume="number",     # units sold, or served by the supply plan; budgeted units; Unconstrained: the consensus
    revenue="number", cost="number", gross_margin="number",  # of the sales volume
    inventory_value="number",
)  # fmt: skip
BRIDGES = spec(
    "bridges", "bridge measure family item step",
    bridge="text",             # Budget to plan | Last year to plan | Previous plan to plan
    measure="text",            # revenue | gross_margin
    family="text",             # "All" or a family
    item="text",               # "" = the whole family
    step="text",               # start, Volume, Mix, Price, FX, Cost, New, Discontinued, Unexplained, end
    order="number", amount="number", note="text",
)  # fmt: skip
PRICE_LIST = spec(
    "price_list", "item family location region customer valid_from", "", "valid_from",
    item="text", family="text", location="text", region="text", customer="text",  # "" = every one; the narrowest row holds, of equal ones the later valid_from
    currency="text",           # of the list price; "" = plan currency
    list_price="number",       # per unit before discounts; NaN = the item's list price
    discount="number",         # fraction of the list price; NaN = none stated
    valid_from="date", valid_until="date",  # first and last day; NaT = open
)  # fmt: skip
COST_RATES = spec(
    "cost_rates", "line family region customer valid_from", "", "valid_from",
    line="text",               # freight | cost to serve | obsolescence
    family="text", region="text", customer="text",  # "" = every one; the narrowest row of a line holds, of equal ones the later valid_from
    per_unit="number",         # plan currency per unit sold; NaN = none
    share="number",            # fraction of net revenue, added to it; NaN = none
    valid_from="date", valid_until="date",
)  # fmt: skip
RISKS = spec(
    "risks", "risk",
    risk="text", name="text",
    kind="text",               # risk | opportunity: for people; the sign of the effect counts
    driver="text",             # units | price | cost | capacity | date
    item="text", family="text", region="text", customer="text", resource="text",  # "" = every one
    probability="number",      # fraction
    action="text",             # percent (fraction of the plan) | add (units, money per unit, hours, days of delay)
    effect="number",           # most likely effect
    effect_low="number", effect_high="number",  # ends of its range; NaN = the effect is certain once it happens
    first_period="date", last_period="date",  # NaT = open
    mitigation="text", mitigated="number",  # what is done, and the fraction of the effect that it takes away; NaN = none
    owner="text", due="date", status="text",  # open | mitigated | closed; closed ones do not count
)  # fmt: skip
BUDGET_MAPPING = spec(
    "budget_mapping", "layout kind place",
    layout="text",             # fingerprint of header texts: the same shape pasted again has the same
    kind="text",               # sheet | column | row | total
    place="text",              # column letter or row number of the Budget tab, or the name of a total
    found="text",              # what stands there
    taken_as="text",           # family | item | region | owner | measure | unit | year | period 2026-03 | quarter | total | title | left out | not understood
    means="text",              # in words, with scale, currency and phasing
    total="number",            # sum of what was taken from it, as pasted (its own currency and scale); of what is left out, of what does not count
    rejected="number",         # figures that do not count: cells without a number, and those of rows and columns that are left out
    decision="text",           # people: what it should be taken as instead
    confirmed="text",          # people: yes | ""
)  # fmt: skip
PROFIT_AND_LOSS = spec(
    "profit_and_loss", "family region customer period",
    family="text", region="text",
    customer="text",           # customer group; "" = not by customer
    period="date",
    sales_volume="number",     # units: sold in past periods, served by the supply plan in planned ones
    gross_revenue="number",    # at list prices
    discounts="number",        # gross revenue - revenue; positive reduces
    revenue="number",
    material_cost="number",    # bought components of what was sold, at standard
    conversion_cost="number",  # hours x rate and stated cost of making, at standard
    other_cost="number",       # standard cost that bills and hours do not explain
    cost="number",             # material + conversion + other
    gross_margin="number",     # revenue - cost
    freight="number", overtime_premium="number", expedite_cost="number", subcontract_premium="number", obsolescence="number", cost_to_serve="number",
    contribution_margin="number",  # gross margin - the six lines above, those that are known
)  # fmt: skip
BALANCE_AND_CASH = spec(
    "balance_and_cash", "family region period",
    family="text", region="text",  # region "All": the family over all regions; both "All": everything; sums of the lines by region
    period="date",             # planned ones, and the one before them: balances only, which are the opening ones
    inventory_value="number",  # closing, at the valuation of the settings
    stock_reserve="number",    # against excess and obsolete stock; positive reduces
    work_in_process="number",  # left one stock, with the work done on it, and not arrived in the next
    receivables="number", payables="number",
    working_capital="number",  # inventory - reserve + work in process + receivables - payables
    collections="number",      # received from customers: opening receivables + revenue + fx effect - closing receivables
    fx_effect="number",        # what rates make of receivables in other currencies, summed by row
    supplier_payments="number", conversion_payments="number", other_payments="number",  # positive is paid
    cash_flow="number",        # collections - payments
    cash_balance="number",     # both "All" only: opening cash + cash flows
    cost_variance="number",    # both "All" only: paid for and neither in stock nor in the standard cost of what was sold; positive is a cost
    days_of_inventory="number", days_of_receivables="number", days_of_payables="number", cash_to_cash="number",  # days; ratios, of their own line
)  # fmt: skip
PLAN_COMPARISON = spec(
    "plan_comparison", "level scope region span reference measure",
    level="text",              # total | category | family | region | family and region
    scope="text",              # "All", a category or a family
    region="text",             # "All" or a region
    span="text",               # "Full year 2025", "Year to date 2025", "Rest of 2025", "Next 3", "Next 12", "Next 18", "Next 24"
    first_period="date", last_period="date",  # of what is compared: the part of the span that the reference has
    reference="text",          # Budget | Last year | Previous plan | Unconstrained
    measure="text",            # vocabulary name
    plan="number", reference_value="number",
    gap="number",              # plan - reference
    gap_percent="number",      # fraction of the reference
    variance="number",         # the gap, favourable to profit positive
    unit="text", note="text",
)  # fmt: skip
GAP_LIST = spec(
    "gap_list", "gap order",
    gap="text",                # "Mountain Bikes below budget"
    order="number",            # 0 = the gap itself, 1.. = what closes it, the last one: what stays open
    kind="text",               # demand and supply | plan and budget | plan and last cycle
    family="text", region="text",
    step="text",               # "gap", a closing option as Options names it, or "not closed"
    first_period="date", last_period="date",
    units="number",            # units missing (positive) or closed (negative)
    value="number",            # plan currency, margin; closing items negative: the rows of one gap add up to 0
    cause="text",
    owner="text",              # people
    rank="number",             # of the gap, by money
    note="text",
)  # fmt: skip
RISK_OUTLOOK = spec(
    "risk_outlook", "figure risk", "previous_expected trend since",
    figure="text",             # revenue | gross_margin | service | cash
    risk="text",               # "" = all together
    plan="number",             # without any
    expected="number",         # change by probability x effect, after mitigation
    p10="number", p50="number", p90="number",  # of the figure with all of them; by risk: of its own change
    low="number", high="number",  # worst and best figure if the risk does not happen or happens at an end of its effect; all: worst and best simulated
    swing="number",            # |high - low|: what the tornado is ordered by
    rank="number", unit="text", note="text",
    previous_expected="number",  # of the same line in the plan that was published last; NaN = it was not there
    trend="text",              # rising | falling | same | new; "" = nothing was published yet
    since="date",              # cycle in which the risk was first seen
)  # fmt: skip
KPIS = spec(
    "kpis", "kpi scope",
    kpi="text", scope="text", value="number", unit="text", target="number", status="text", meaning="text",
    perspective="text",        # customer | process | finance | growth
    previous="number",         # value in the last published cycle; NaN = none
    trend="text",              # better | worse | same | ""
    watch="number",            # limit beyond which it is poor; NaN = no target
    owner="text",
)  # fmt: skip
