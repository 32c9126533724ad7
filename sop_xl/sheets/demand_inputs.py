"""What people add to the statistics: sales input, events, life cycle and overrides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class SalesInputRow(Row):
    """Labels of one line of the sales team's numbers."""

    item: str = column("Item", "Item. Empty: the whole family.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Family, where no item is named; the number is spread by mix.", default="", references="Items.family", width=20)
    location: str = column("Location", "Location. Empty: all of them together.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Territory",), width=16)
    contributor: str = column("Contributor", "Who gives the number.", default="", aliases=("Owner", "Sales person", "Account manager"), width=18)
    account: str = column("Account", "Customer that the number is for; a contributor's accounts add up. Empty: all of them.", default="", aliases=("Customer", "Key account"), width=16)
    measure: str = column("Measure", "Demand, or Revenue, which is divided by the plan price. Empty: Demand.", default="", choices=("Demand", "Revenue"), width=12)
    unit: str = column("Unit", "Stocking unit, or currency of the revenue. Empty: plan currency.", default="", width=8)


def sales_input_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """A line that names an item needs no family.

    Keeps the column `currency`, in which revenue is stated until the plan converts it.
    """
    frame = records.copy()
    frame.loc[frame["item"] != "", "family"] = ""
    frame = frame.sort_values(list(frames.SALES_INPUT.keys), kind="stable", ignore_index=True)
    return frame[[*frames.SALES_INPUT.columns, "currency"]]


SALES_INPUT = SheetSpec(
    name="Sales Input",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.DEMAND,
    purpose="What sales and marketing expect to sell in each period, by item or family, in units or money.",
    row=SalesInputRow,
    when_absent="the consensus takes nothing from sales",
    key=("item", "family", "location", "contributor", "account", "measure"),
    measures=("demand", "revenue"),
    frame=frames.SALES_INPUT,
    to_frame=sales_input_frame,
)

EFFECT_KINDS = ("percent", "units")
EVENT_TYPES = ("promotion", "campaign", "price change", "competitor", "deal", "other")


class EventRow(Row):
    """One promotion, campaign, price change, competitor's move or deal."""

    event: str = column("Event", "Name or number that identifies the event.", cell=CellType.CODE, aliases=("Event ID", "Promotion"), width=28)
    type: str = column("Type", "Kind of event.", default="other", choices=EVENT_TYPES, width=14)
    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    customer: str = column("Customer group", "Its share of the demand is moved. Empty: every customer.", default="", references="Demand History.customer_group", aliases=("Customer", "Account", "Channel"), width=14)
    first_period: datetime = column("From", "First period with an effect.", unit="period", cell=CellType.PERIOD, aliases=("Start", "First period"), width=10)
    last_period: datetime | None = column("To", "Last period with an effect. Empty: the same as From.", unit="period", cell=CellType.PERIOD, default=None, aliases=("End", "Until", "Last period"), width=10)
    effect_kind: str = column("Effect kind", '"percent": share of the baseline; "units": units per period, spread over the scope.', choices=EFFECT_KINDS, default="percent", width=10)
    effect: float | None = column("Effect", "Size of the effect if it happens; positive adds demand. 0.2 with percent means plus 20 %. Empty: from the price change, else what past events of the type had.", unit="fraction or units", default=None, aliases=("Uplift",), width=10)
    price_change: float | None = column("Price change", "-0.1 means a tenth cheaper. With the elasticity it gives the effect where none is stated.", unit="fraction", cell=CellType.FRACTION, default=None, aliases=("Discount", "Price change %"), width=10, gt=-1)
    elasticity: float | None = column("Elasticity", "Own-price elasticity: percent of demand per percent of price, below 0 as a rule. Empty: as measured in history.", unit="ratio", default=None, width=10)
    lead_in: float = column("Lead-in", "Periods before From in which the effect builds up. Empty: none.", unit="periods", default=0.0, width=9, ge=0, le=12)
    pull_forward: float = column("Pull-forward", "Share of the added demand that is missing afterwards. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=0.0, width=11, ge=0, le=1)
    dip_periods: float = column("Dip", "Periods after To over which it is missing. Empty: one.", unit="periods", default=1.0, width=8, ge=1, le=12)
    probability: float = column("Probability", "Chance that it happens. Empty: certain.", unit="fraction", cell=CellType.FRACTION, default=1.0, width=10, ge=0, le=1)
    owner: str = column("Owner", "Who answers for it.", default="", width=14)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def _last_period_defaults_to_first(records: pd.DataFrame) -> pd.DataFrame:
    frame = records.copy()
    frame["last_period"] = frame["last_period"].fillna(frame["first_period"])
    return frame


def events_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One period where no last one is given."""
    return frames.order_rows(_last_period_defaults_to_first(records), frames.EVENTS)


EVENTS = SheetSpec(
    name="Events",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Promotions, campaigns, price changes and deals: past ones are lifted out of history and learned from, coming ones move the plan.",
    row=EventRow,
    when_absent="no events",
    key=("event",),
    frame=frames.EVENTS,
    to_frame=events_frame,
)


CURVES = ("linear", "s-curve", "fast start")


class LifecycleRow(Row):
    """One launch or phase-out."""

    item: str = column("Item", "Item that starts or ends.", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    stage: str = column("Stage", "launch or phase_out.", choices=("launch", "phase_out"), width=12)
    period: datetime = column("Period", "Launch: first period of sale. Phase-out: first period without sale.", unit="period", cell=CellType.PERIOD, aliases=("Date", "From"), width=10)
    like_item: str = column("Like item", "Launch: item whose demand is taken as the pattern. Empty: the item's own baseline.", default="", cell=CellType.CODE, references="Items.item", width=16)
    successor: str = column("Successor", "Phase-out: item that takes over the demand. Empty: nobody.", default="", cell=CellType.CODE, references="Items.item", width=16)
    scale: float = column("Scale", "Launch: share of the like item's demand. Phase-out: share that the successor takes over. Empty: all of it.", unit="fraction", cell=CellType.FRACTION, default=1.0, width=10, ge=0)
    scale_low: float | None = column("Scale P10", "Launch: the scale that one launch in ten stays below. Empty: from how launches of the past turned out.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0)
    scale_high: float | None = column("Scale P90", "Launch: the scale that one launch in ten exceeds. Empty: from how launches of the past turned out.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0)
    ramp: float = column("Ramp", "Periods until the full effect is reached. Empty: at once.", unit="periods", default=0.0, width=10, ge=0)
    curve: str = column("Curve", "Shape of the ramp.", default="linear", choices=CURVES, width=11)
    donor: str = column("Takes from", "Launch: item or family that loses demand to it. Empty: none.", default="", cell=CellType.CODE, aliases=("Donor", "Cannibalises"), width=16)
    cannibalisation: float = column("Cannibalisation", "Launch: share of its demand that Takes from loses. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=0.0, width=14, ge=0, le=1)
    owner: str = column("Owner", "Who answers for it.", default="", width=14)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


LIFECYCLE = SheetSpec(
    name="Lifecycle",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Launches, successors and phase-outs.",
    row=LifecycleRow,
    when_absent="no launches and no phase-outs beyond the Sold until dates of Items",
    key=("item", "location", "stage"),
    frame=frames.LIFECYCLE,
)

ACTIONS = ("set", "add", "percent")
SPREADS = ("forecast", "history", "equal")
REASON_CODES = ("market", "customer", "promotion", "price", "new product", "supply", "forecast error", "other")
EXPIRY_POLICIES = ("hold", "decay", "expire", "re-confirm")


class OverrideRow(Row):
    """One planner's override."""

    override: str = column("Override", "Name or number that identifies the override.", cell=CellType.CODE, aliases=("ID", "Override ID", "No"), width=12)
    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    category: str = column("Category", "Empty: every category.", default="", references="Items.category", width=16)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    first_period: datetime = column("From", "First period changed.", unit="period", cell=CellType.PERIOD, aliases=("Start", "First period"), width=10)
    last_period: datetime | None = column("To", "Last period changed. Empty: the same as From.", unit="period", cell=CellType.PERIOD, default=None, aliases=("End", "Until", "Last period"), width=10)
    action: str = column("Action", '"set": the total of the scope becomes the value in each period; "add": units added in each period; "percent": share added.', choices=ACTIONS, width=10)
    value: float = column("Value", "Units per period over the whole scope, or a fraction for percent.", unit="units or fraction", width=10)
    spread_by: str = column("Spread by", "How the value is spread over the items of its scope: by forecast, by last year's history, or in equal parts.", default="forecast", choices=SPREADS, width=10)
    pinned: str = column("Pinned", "yes: no later override moves these cells. Empty: no.", default="no", choices=("yes", "no"), width=8)
    reason_code: str = column("Reason code", "Kind of reason, by which the value of overrides is measured.", default="other", choices=REASON_CODES, width=14)
    reason: str = column("Reason", "Why, in words; an override without a reason is refused.", width=26, min_length=1, aliases=("Comment",))
    owner: str = column("Owner", "Who answers for it.", width=14, min_length=1)
    entered: datetime | None = column("Entered", "Day of entry; later ones win where two set the same cell. Empty: the earliest.", unit="date", default=None, width=11)
    expiry_policy: str = column("Expiry policy", "hold: as entered until Expires; decay: half of it is left after each cycle; expire: for the cycle in which it was entered; re-confirm: as expire, and listed until Entered is renewed.", default="hold", choices=EXPIRY_POLICIES, width=12)
    expires: datetime | None = column("Expires", "Not applied once the current period starts after this day. Empty: never.", unit="date", default=None, aliases=("Expiry",), width=11)


def overrides_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One period where no last one is given."""
    return frames.order_rows(_last_period_defaults_to_first(records), frames.OVERRIDES)


OVERRIDES = SheetSpec(
    name="Overrides",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Planners' changes to the plan, each with reason, owner and expiry.",
    row=OverrideRow,
    when_absent="no overrides",
    key=("override",),
    frame=frames.OVERRIDES,
    to_frame=overrides_frame,
)
