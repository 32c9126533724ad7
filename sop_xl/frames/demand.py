"""Frames of demand, from history to what orders leave of the consensus."""

from __future__ import annotations

from sop_xl.frames.form import spec

DEMAND_HISTORY = spec(
    "demand_history", "item location period", "shipments stock_out returns",
    item="text", location="text", period="date",
    demand="number", revenue="number",  # what customers ordered; revenue in plan currency
    shipments="number",        # units that left; NaN = not known
    stock_out="number",        # share of the period without stock; NaN = not known
    returns="number",          # units sent back, positive; demand is net of them
)  # fmt: skip
CUSTOMER_MIX = spec(
    "customer_mix", "item location customer",
    item="text", location="text", customer="text", share="number",  # fraction of the pair's demand in the last season of history
)  # fmt: skip
HISTORY_LOG = spec(
    "history_log", "item location period cause",
    item="text", location="text",  # "" in both: every one (calendar effects)
    period="date",
    cause="text",              # return | stock-out | event | one-off order | level shift | calendar
    raw="number", corrected="number",  # before and after this correction
    mark="text",               # Keep | Drop | "": the planner's word
    state="text",              # applied | dropped | proposed | not found
    note="text",               # the evidence
)  # fmt: skip
SALES_INPUT = spec(
    "sales_input", "item family location contributor account period",
    item="text", family="text", location="text", contributor="text",
    account="text",            # customer that the number is for; "" = all of them
    period="date", demand="number",
    revenue="number",          # plan currency, where the number was given in money; NaN otherwise
)  # fmt: skip
EVENTS = spec(
    "events", "event",
    event="text", type="text", item="text", family="text", location="text", region="text",
    customer="text",           # customer group; "" = all of them
    first_period="date", last_period="date",
    effect_kind="text",        # percent (fraction of baseline) | units (per period, spread over the scope)
    effect="number",           # NaN = what past events of the type had
    price_change="number",     # fraction; with own-price elasticity it gives the effect where none is stated
    elasticity="number",       # own-price elasticity, below 0 as a rule; NaN = as measured in history
    lead_in="number",          # periods before the first one over which the effect builds up
    pull_forward="number",     # fraction of the uplift that is missing afterwards
    dip_periods="number",      # periods over which it is missing
    probability="number", owner="text",
)  # fmt: skip
LIFECYCLE = spec(
    "lifecycle", "item location stage",
    item="text", location="text",
    stage="text",              # launch | phase_out
    period="date",             # first period of sale (launch), first period without sale (phase_out)
    like_item="text",          # launch: item whose demand is copied; "" = none
    successor="text",          # phase_out: item that takes over the demand; "" = none
    scale="number",            # launch: share of the like item's demand; phase_out: share that the successor takes
    scale_low="number", scale_high="number",  # launch: P10 and P90 of the scale; NaN = as launches usually turn out
    ramp="number",             # periods until full effect; 0 = at once
    curve="text",              # shape of the ramp: linear | s-curve | fast start
    donor="text",              # launch: item or family that loses demand to it; "" = none
    cannibalisation="number",  # launch: share of its demand that the donor loses
    owner="text",
)  # fmt: skip
OVERRIDES = spec(
    "overrides", "override",
    override="text", item="text", family="text", category="text", location="text", region="text",
    first_period="date", last_period="date",
    action="text",             # set | add | percent
    value="number",            # units per period, or a fraction for percent; over the whole scope
    spread_by="text",          # forecast | history | equal
    pinned="text",             # yes | no: no later override moves its cells
    reason_code="text", reason="text", owner="text", entered="date",
    expiry_policy="text",      # hold | decay | expire | re-confirm
    expires="date",            # not applied in a cycle whose current period starts after this day; NaT = never
)  # fmt: skip
FORECAST_MODELS = spec(
    "forecast_models", "rule",  # rows in the order in which people wrote them
    rule="text", item="text", family="text", location="text",
    abc="text", xyz="text", demand_class="text",  # "" = every one
    model="text",              # one of plan.forecast.catalogue.MODELS
    like_item="text", value="number",  # of the models that need them
    drivers="text",            # names of drivers, comma separated; "" = none
)  # fmt: skip
DRIVERS = spec(
    "drivers", "driver item family location period",
    driver="text", item="text", family="text", location="text", period="date", driver_value="number",
)  # fmt: skip
CUSTOMER_ORDERS = spec(
    "customer_orders", "order",
    order="text", item="text", location="text", customer="text", period="date", demand="number",  # open quantity, units
)  # fmt: skip
BASELINE_FORECAST = spec(
    "baseline_forecast", "item location period",
    item="text", location="text", period="date",
    baseline="number", baseline_low="number", baseline_high="number",
)  # fmt: skip
FORECAST_ACCURACY = spec(
    "forecast_accuracy", "item location",
    item="text", location="text",
    model="text",              # what made the forecast, in words a planner reads
    demand_class="text",       # smooth | erratic | intermittent | lumpy | new | ended | none
    abc="text", xyz="text",    # A-C by revenue (demand where money is unknown), X-Z by variation; "" = no history
    wmape="number", bias="number", mase="number",
    fva="number",              # wmape of seasonal naive - wmape; positive adds value
    test_periods="number",     # held-out periods behind these figures; 0 = none, figures NaN
    note="text",               # what a planner must know: short history, outliers, gaps ...
)  # fmt: skip
BACKTEST = spec(
    "backtest", "item location origin horizon",
    item="text", location="text", origin="date",
    horizon="number",          # the first so many periods after the origin
    demand_class="text", model="text",
    wmape="number", bias="number", rmsse="number", cumulative_error="number",  # of the model that plans
    runner_up="text", runner_up_wmape="number", runner_up_rmsse="number",
    naive_wmape="number", naive_rmsse="number",  # of seasonal naive
)  # fmt: skip
DEMAND_RANGES = spec(
    "demand_ranges", "family region period",  # "All" stands for every family or region
    family="text", region="text", period="date", demand_low="number", demand_high="number",
)  # fmt: skip
CONSENSUS_DEMAND = spec(
    "consensus_demand", "item location period",
    item="text", location="text", period="date",
    baseline="number", events="number", life_cycle="number", sales_input="number", overrides="number", consensus="number",
)  # fmt: skip
DEMAND_EFFECTS = spec(
    "demand_effects", "stage source item location period",
    stage="text",              # events | life_cycle | sales_input | overrides
    source="text",             # event, item / location / stage of a life-cycle row, contributor, override
    owner="text", reason_code="text",
    item="text", location="text", period="date", effect="number",  # units; sums to the stage's column of CONSENSUS_DEMAND
)  # fmt: skip
EFFECT_LEDGER = spec(
    "effect_ledger", "stage source",
    stage="text", source="text", owner="text", reason_code="text",
    state="text",              # applied | partly applied | not applied | expired | to re-confirm | past
    effect="number",           # units over the plan
    effect_value="number",     # plan currency, at net prices; NaN = no price known
    series="number", first_period="date", last_period="date",
    note="text",
)  # fmt: skip
EVENT_RESULTS = spec(
    "event_results", "kind event",
    kind="text",               # event (measured) | type (default of the type) | elasticity (of a family)
    event="text", type="text", scope="text", first_period="date", last_period="date",
    baseline="number", demand="number", uplift="number",  # units over the event's periods, without and with it
    effect="number",           # uplift / baseline; of elasticity rows the elasticity
    dip="number",              # units missing afterwards, positive
    planned_effect="number",   # what the Events sheet had said; NaN = nothing
    sample="number", note="text",
)  # fmt: skip
LIFECYCLE_PLAN = spec(
    "lifecycle_plan", "item location stage",
    item="text", location="text",
    stage="text",              # launch | phase_out, or "" for an item without either; then the end is its Sold until
    current_stage="text",      # introduction | growth | maturity | decline | phase-out | ended | not yet sold
    period="date", counterpart="text",  # like item, successor or donor
    demand="number", demand_low="number", demand_high="number",  # units of the first year (launch) or until the end (phase-out)
    cannibalised="number",     # units that donors lose, positive
    revenue="number", gross_margin="number",  # plan currency, net of what donors lose
    order_quantity="number",   # initial order (launch) or last buy (phase-out), units
    order_by="date",           # latest day to order it: the step less the lead time
    residual_stock="number",   # units left at the end of life
    exposure="number",         # plan currency: stock to write off, or the initial order at cost
    note="text",
)  # fmt: skip
SALES_REVIEW = spec(
    "sales_review", "item family location contributor period",
    item="text", family="text", location="text", contributor="text", period="date",
    sales_number="number",     # as given, in units
    suggestion="number",       # freed of the contributor's measured bias
    running="number",          # forecast of the scope before sales input
    entered="number",          # what entered the plan
)  # fmt: skip
TRACK_RECORDS = spec(
    "track_records", "contributor",
    contributor="text",
    periods="number",          # compared with actual demand
    bias="number",             # sum of (number - actual) / sum of actual; positive is over-forecast
    wmape="number",            # of the numbers as given
    forecast_wmape="number",   # of the forecast before sales, same cells and lags
    skill="number",            # 1 - wmape / forecast_wmape; positive = better than the forecast
    correction="number",       # bias to free the next number of, shrunk by sample; 0 = too few periods
    weight="number",           # of the next number; NaN = the setting's
    verdict="text",            # sandbagging | optimism | in line | too few
    note="text",               # the record in words
)  # fmt: skip
FORECAST_ARCHIVE = spec(
    "forecast_archive", "cycle item location stage source",
    cycle="date",              # first planned period of the cycle
    item="text", location="text",
    stage="text",              # baseline | events | life_cycle | sales_input | overrides | sales_number
    source="text",             # "" of the baseline; else owner or contributor, and reason code: plan.archive.source_text
    lag_1="number", lag_2="number", lag_3="number", lag_4="number", lag_5="number", lag_6="number",  # units; lag 1 is the cycle's first period
)  # fmt: skip
VALUE_ADDED = spec(
    "value_added", "level scope stage source lag",
    level="text",              # total | mix | improved | hurt | person | reason | family | item
    scope="text", stage="text",
    source="text",             # of improved and hurt: the level that the line is from
    lag="text",                # lag 1 | lag 2 | lag 3 | lead time
    periods="number", demand="number",
    wmape="number", bias="number", mase="number", tracking_signal="number", fva="number",
    units_better="number",     # absolute error that the step took away, units; negative = it hurt
    verdict="text",
)  # fmt: skip
DEMAND_CHANGES = spec(
    "demand_changes", "family region step",  # "All" stands for every family or region
    family="text", region="text",
    step="text",               # Last cycle's consensus, the steps of the consensus, Consensus demand
    order="number", amount="number", note="text",  # units over the periods that both cycles planned
)  # fmt: skip
FORECAST_CONSUMPTION = spec(
    "forecast_consumption", "item location period",
    item="text", location="text", period="date",
    consensus="number", customer_orders="number", consumed="number", remaining_forecast="number", demand_to_serve="number",
)  # fmt: skip
