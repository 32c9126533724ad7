"""The core's tables: which keys and columns each frame has, and the check that a caller kept to it.

Every frame is a tidy pandas table with a plain `RangeIndex`. Text columns hold `str` with `""` for "does not apply" (in a scope
column: every one), numbers are `float64` with NaN for absent, dates are `datetime64[ns]` with NaT for absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sop_xl.errors import FrameError

Kind = Literal["text", "number", "date", "flag"]


@dataclass(frozen=True, slots=True)
class FrameSpec:
    """Form of one frame.

    Parameters
    ----------
    name
        Frame name; the same as the sheet's in snake case where the frame comes from a sheet.
    keys
        Columns that identify a row, in sort order; together they are unique.
    columns
        Every column, keys included, with its kind.
    optional
        Columns that may be missing; then nothing is known of them.
    """

    name: str
    keys: tuple[str, ...]
    columns: dict[str, Kind] = field(hash=False)
    optional: frozenset[str] = frozenset()


def _spec(name: str, keys: str, optional: str = "", /, **columns: Kind) -> FrameSpec:
    return FrameSpec(name, tuple(keys.split()), dict(columns), frozenset(optional.split()))


ITEMS = _spec(
    "items", "item",
    item="text", name="text", category="text", family="text", unit="text",
    unit_cost="number",        # plan currency per unit; NaN = not known (its cost and value are absent, and said)
    unit_price="number",       # plan currency per unit, list price; NaN = not known
    lead_time="number",        # periods, mean
    lead_time_deviation="number",  # periods, standard deviation
    minimum_order="number", order_multiple="number",   # units; 0 = none
    service_level="number",    # fraction; NaN = the setting
    start="date", end="date",  # first and last day of sale; NaT = open
)  # fmt: skip
LOCATIONS = _spec(
    "locations", "location",
    location="text", name="text", region="text", country="text", currency="text",
    supplied_from="text",      # location whose stock serves this one's demand; itself where none was named
)  # fmt: skip
DEMAND_HISTORY = _spec(
    "demand_history", "item location period", "shipments stock_out returns",
    item="text", location="text", period="date",
    demand="number", revenue="number",  # what customers ordered; revenue in plan currency
    shipments="number",        # units that left; NaN = not known
    stock_out="number",        # share of the period without stock; NaN = not known
    returns="number",          # units sent back, positive; demand is net of them
)  # fmt: skip
CUSTOMER_MIX = _spec(
    "customer_mix", "item location customer",
    item="text", location="text", customer="text", share="number",  # fraction of the pair's demand in the last season of history
)  # fmt: skip
HISTORY_LOG = _spec(
    "history_log", "item location period cause",
    item="text", location="text",  # "" in both: every one (calendar effects)
    period="date",
    cause="text",              # return | stock-out | event | one-off order | level shift | calendar
    raw="number", corrected="number",  # before and after this correction
    mark="text",               # Keep | Drop | "": the planner's word
    state="text",              # applied | dropped | proposed | not found
    note="text",               # the evidence
)  # fmt: skip
SALES_INPUT = _spec(
    "sales_input", "item family location contributor account period",
    item="text", family="text", location="text", contributor="text",
    account="text",            # customer that the number is for; "" = all of them
    period="date", demand="number",
    revenue="number",          # plan currency, where the number was given in money; NaN otherwise
)  # fmt: skip
EVENTS = _spec(
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
LIFECYCLE = _spec(
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
OVERRIDES = _spec(
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
FORECAST_MODELS = _spec(
    "forecast_models", "rule",  # rows in the order in which people wrote them
    rule="text", item="text", family="text", location="text",
    abc="text", xyz="text", demand_class="text",  # "" = every one
    model="text",              # one of plan.forecast.catalogue.MODELS
    like_item="text", value="number",  # of the models that need them
    drivers="text",            # names of drivers, comma separated; "" = none
)  # fmt: skip
DRIVERS = _spec(
    "drivers", "driver item family location period",
    driver="text", item="text", family="text", location="text", period="date", driver_value="number",
)  # fmt: skip
CUSTOMER_ORDERS = _spec(
    "customer_orders", "order",
    order="text", item="text", location="text", customer="text", period="date", demand="number",  # open quantity, units
)  # fmt: skip
INVENTORY = _spec(
    "inventory", "item location",
    item="text", location="text", on_hand="number",
    safety_stock="number",     # units, planner's own; NaN = computed
)  # fmt: skip
BUDGET = _spec(
    "budget", "family item region owner period",
    family="text", item="text", region="text", owner="text", period="date",
    demand="number", revenue="number", cost="number", gross_margin="number",  # money in plan currency; NaN = not budgeted
)  # fmt: skip
FX_RATES = _spec(
    "fx_rates", "currency rate_type period",
    currency="text",
    rate_type="text",          # plan | actual
    period="date", fx_rate="number",
)  # fmt: skip

BASELINE_FORECAST = _spec(
    "baseline_forecast", "item location period",
    item="text", location="text", period="date",
    baseline="number", baseline_low="number", baseline_high="number",
)  # fmt: skip
FORECAST_ACCURACY = _spec(
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
BACKTEST = _spec(
    "backtest", "item location origin horizon",
    item="text", location="text", origin="date",
    horizon="number",          # the first so many periods after the origin
    demand_class="text", model="text",
    wmape="number", bias="number", rmsse="number", cumulative_error="number",  # of the model that plans
    runner_up="text", runner_up_wmape="number", runner_up_rmsse="number",
    naive_wmape="number", naive_rmsse="number",  # of seasonal naive
)  # fmt: skip
DEMAND_RANGES = _spec(
    "demand_ranges", "family region period",  # "All" stands for every family or region
    family="text", region="text", period="date", demand_low="number", demand_high="number",
)  # fmt: skip
CONSENSUS_DEMAND = _spec(
    "consensus_demand", "item location period",
    item="text", location="text", period="date",
    baseline="number", events="number", life_cycle="number", sales_input="number", overrides="number", consensus="number",
)  # fmt: skip
DEMAND_EFFECTS = _spec(
    "demand_effects", "stage source item location period",
    stage="text",              # events | life_cycle | sales_input | overrides
    source="text",             # event, item / location / stage of a life-cycle row, contributor, override
    owner="text", reason_code="text",
    item="text", location="text", period="date", effect="number",  # units; sums to the stage's column of CONSENSUS_DEMAND
)  # fmt: skip
EFFECT_LEDGER = _spec(
    "effect_ledger", "stage source",
    stage="text", source="text", owner="text", reason_code="text",
    state="text",              # applied | partly applied | not applied | expired | to re-confirm | past
    effect="number",           # units over the plan
    effect_value="number",     # plan currency, at net prices; NaN = no price known
    series="number", first_period="date", last_period="date",
    note="text",
)  # fmt: skip
EVENT_RESULTS = _spec(
    "event_results", "kind event",
    kind="text",               # event (measured) | type (default of the type) | elasticity (of a family)
    event="text", type="text", scope="text", first_period="date", last_period="date",
    baseline="number", demand="number", uplift="number",  # units over the event's periods, without and with it
    effect="number",           # uplift / baseline; of elasticity rows the elasticity
    dip="number",              # units missing afterwards, positive
    planned_effect="number",   # what the Events sheet had said; NaN = nothing
    sample="number", note="text",
)  # fmt: skip
LIFECYCLE_PLAN = _spec(
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
SALES_REVIEW = _spec(
    "sales_review", "item family location contributor period",
    item="text", family="text", location="text", contributor="text", period="date",
    sales_number="number",     # as given, in units
    suggestion="number",       # freed of the contributor's measured bias
    running="number",          # forecast of the scope before sales input
    entered="number",          # what entered the plan
)  # fmt: skip
TRACK_RECORDS = _spec(
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
FORECAST_ARCHIVE = _spec(
    "forecast_archive", "cycle item location stage source",
    cycle="date",              # first planned period of the cycle
    item="text", location="text",
    stage="text",              # baseline | events | life_cycle | sales_input | overrides | sales_number
    source="text",             # "" of the baseline; else owner or contributor, and reason code: plan.archive.source_text
    lag_1="number", lag_2="number", lag_3="number", lag_4="number", lag_5="number", lag_6="number",  # units; lag 1 is the cycle's first period
)  # fmt: skip
VALUE_ADDED = _spec(
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
DEMAND_CHANGES = _spec(
    "demand_changes", "family region step",  # "All" stands for every family or region
    family="text", region="text",
    step="text",               # Last cycle's consensus, the steps of the consensus, Consensus demand
    order="number", amount="number", note="text",  # units over the periods that both cycles planned
)  # fmt: skip
FORECAST_CONSUMPTION = _spec(
    "forecast_consumption", "item location period",
    item="text", location="text", period="date",
    consensus="number", customer_orders="number", consumed="number", remaining_forecast="number", demand_to_serve="number",
)  # fmt: skip
INVENTORY_PLAN = _spec(
    "inventory_plan", "item location period",
    item="text", location="text", period="date",
    opening_balance="number", demand="number", scheduled_receipts="number", planned_receipts="number",
    projected_available_balance="number", safety_stock="number", unmet_demand="number", days_of_supply="number",
)  # fmt: skip
NET_PRICES = _spec(
    "net_prices", "item location",
    item="text", location="text",
    net_price="number",        # plan currency per unit
    source="text",             # history | list price | none
)  # fmt: skip
FINANCIAL_PLAN = _spec(
    "financial_plan", "family region version period",
    family="text", category="text", region="text",
    version="text",            # Plan | Budget | Last year | Previous plan; Plan holds actuals in past periods
    period="date", demand="number", revenue="number", cost="number", gross_margin="number", inventory_value="number",
)  # fmt: skip
BRIDGES = _spec(
    "bridges", "bridge family step",
    bridge="text",             # Budget to plan | Last year to plan | Previous plan to plan
    family="text",             # "All" or a family
    step="text",               # start, Volume, Mix, Price, FX, New, Discontinued, Unexplained, end
    order="number", amount="number", note="text",
)  # fmt: skip
KPIS = _spec(
    "kpis", "kpi scope",
    kpi="text", scope="text", value="number", unit="text", target="number", status="text", meaning="text",
)  # fmt: skip


def empty_frame(spec: FrameSpec) -> pd.DataFrame:
    """A frame of that form without rows."""
    return pd.DataFrame({name: pd.Series(dtype=_DTYPES[kind]) for name, kind in spec.columns.items()})


_DTYPES: dict[str, str] = {"text": "object", "number": "float64", "date": "datetime64[ns]", "flag": "bool"}


def check_frame(frame: pd.DataFrame, spec: FrameSpec) -> pd.DataFrame:
    """Return `frame` unchanged when it has the form of `spec`.

    Extra columns are allowed. Raises `FrameError` naming the first column or key at fault: a wrong frame is a bug of
    the caller, never of the user, whose data were checked before they became a frame.
    """
    for name, kind in spec.columns.items():
        if name not in frame.columns:
            if name in spec.optional:
                continue
            raise FrameError(f"{spec.name}: column {name!r} is missing")
        if len(frame) and not _has_kind(frame[name], kind):
            raise FrameError(f"{spec.name}: column {name!r} is {frame[name].dtype}, not {kind}")
    keys = list(spec.keys)
    if len(frame):
        if frame[keys].isna().to_numpy().any():
            raise FrameError(f"{spec.name}: a key is absent")
        twice = frame.duplicated(keys)
        if twice.any():
            row = frame.loc[twice, keys].iloc[0].tolist()
            raise FrameError(f"{spec.name}: key {row} stands twice")
    return frame


def _has_kind(column: pd.Series, kind: Kind) -> bool:
    types = pd.api.types
    if kind == "number":
        return bool(types.is_float_dtype(column))
    if kind == "date":
        return bool(types.is_datetime64_any_dtype(column))
    if kind == "flag":
        return bool(types.is_bool_dtype(column))
    return bool(types.is_object_dtype(column) or types.is_string_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype))


def order_rows(frame: pd.DataFrame, spec: FrameSpec) -> pd.DataFrame:
    """Columns and rows in the defined order, index renumbered, so that the same content gives the same bytes."""
    return frame[list(spec.columns)].sort_values(list(spec.keys), kind="stable").reset_index(drop=True)
