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
    """

    name: str
    keys: tuple[str, ...]
    columns: dict[str, Kind] = field(hash=False)


def _spec(name: str, keys: str, /, **columns: Kind) -> FrameSpec:
    return FrameSpec(name, tuple(keys.split()), dict(columns))


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
    "demand_history", "item location period",
    item="text", location="text", period="date", demand="number", revenue="number",  # revenue in plan currency
)  # fmt: skip
SALES_INPUT = _spec(
    "sales_input", "item family location contributor period",
    item="text", family="text", location="text", contributor="text", period="date", demand="number",
)  # fmt: skip
EVENTS = _spec(
    "events", "event",
    event="text", type="text", item="text", family="text", location="text", region="text",
    first_period="date", last_period="date",
    effect_kind="text",        # percent (fraction of baseline) | units (per period, spread over the scope)
    effect="number", probability="number", owner="text",
)  # fmt: skip
LIFECYCLE = _spec(
    "lifecycle", "item location stage",
    item="text", location="text",
    stage="text",              # launch | phase_out
    period="date",             # first period of sale (launch), first period without sale (phase_out)
    like_item="text",          # launch: item whose demand is copied; "" = none
    successor="text",          # phase_out: item that takes over the demand; "" = none
    scale="number",            # launch: share of the like item's demand; phase_out: share that the successor takes
    ramp="number",             # periods until full effect; 0 = at once
    owner="text",
)  # fmt: skip
OVERRIDES = _spec(
    "overrides", "override",
    override="text", item="text", family="text", location="text", region="text",
    first_period="date", last_period="date",
    action="text",             # set | add | percent
    value="number",            # units per period, or a fraction for percent; over the whole scope
    reason="text", owner="text", entered="date",
    expires="date",            # not applied in a cycle whose current period starts after this day; NaT = never
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
DEMAND_RANGES = _spec(
    "demand_ranges", "family region period",  # "All" stands for every family or region
    family="text", region="text", period="date", demand_low="number", demand_high="number",
)  # fmt: skip
CONSENSUS_DEMAND = _spec(
    "consensus_demand", "item location period",
    item="text", location="text", period="date",
    baseline="number", events="number", life_cycle="number", sales_input="number", overrides="number", consensus="number",
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
