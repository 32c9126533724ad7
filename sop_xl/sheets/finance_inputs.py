"""Money that people state: prices by date, cost rates, risks and opportunities."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

COST_LINES = ("freight", "cost to serve", "obsolescence")
RISK_DRIVERS = ("units", "price", "cost", "capacity", "date")


class PriceRow(Row):
    """One price."""

    item: str = column("Item", "Empty: every item. The narrowest row holds (item, family, location, region, customer); of equal ones the one that begins last.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material"), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Selling location. Empty: every one.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    customer: str = column("Customer group", "As in Demand History. Empty: every one.", default="", aliases=("Customer", "Channel"), width=18)
    currency: str = column("Currency", "Of the list price. Empty: plan currency.", default="", cell=CellType.CODE, width=9, max_length=3)
    list_price: float | None = column("List price", "Per unit before discounts. Empty: the list price in Items.", unit="money/unit", default=None, aliases=("Price", "Gross price"), width=11, ge=0)
    discount: float | None = column("Discount", "Part of the list price. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=None, aliases=("Rebate",), width=10, ge=0, le=1)
    valid_from: datetime | None = column("Valid from", "First day. Empty: always was.", unit="date", default=None, aliases=("From",), width=12)
    valid_until: datetime | None = column("Valid until", "Last day. Empty: until further notice.", unit="date", default=None, aliases=("To", "Valid to"), width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def price_list_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Currency codes in capitals."""
    return frames.order_rows(records.assign(currency=records["currency"].str.upper()), frames.PRICE_LIST)


PRICE_LIST = SheetSpec(
    name="Price List",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="List prices and discounts by date, as narrow or wide as you know them.",
    row=PriceRow,
    when_absent="planned units are valued at what a unit brought in the last year",
    key=("item", "family", "location", "region", "customer", "valid_from"),
    frame=frames.PRICE_LIST,
    to_frame=price_list_frame,
)


class CostRateRow(Row):
    """One rate of cost that follows sales."""

    line: str = column("Line", "freight, cost to serve or obsolescence.", choices=COST_LINES, width=14)
    family: str = column("Family", "Empty: every family. The narrowest row of a line holds (family, region, customer); of equal ones the one that begins last.", default="", references="Items.family", width=18)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    customer: str = column("Customer group", "As in Demand History. Empty: every one.", default="", aliases=("Customer", "Channel"), width=18)
    per_unit: float | None = column("Per unit", "Plan currency per unit sold. Empty: none.", unit="money/unit", default=None, width=10, ge=0)
    share: float | None = column("Share of revenue", "Part of net revenue, on top of the rate per unit. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=None, width=11, ge=0, le=1)
    valid_from: datetime | None = column("Valid from", "First day. Empty: always was.", unit="date", default=None, aliases=("From",), width=12)
    valid_until: datetime | None = column("Valid until", "Last day. Empty: until further notice.", unit="date", default=None, aliases=("To", "Valid to"), width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


COST_RATES = SheetSpec(
    name="Cost Rates",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Freight, cost to serve and obsolescence as rates per unit or part of revenue.",
    row=CostRateRow,
    when_absent="none of these costs is known; contribution margin leaves them out",
    key=("line", "family", "region", "customer", "valid_from"),
    frame=frames.COST_RATES,
)


class RiskRow(Row):
    """One risk or opportunity."""

    risk: str = column("Risk", "Number or short name.", cell=CellType.CODE, aliases=("ID", "R&O", "Number"), width=10)
    name: str = column("Name", "What may happen, for people.", default="", aliases=("Description",), width=34)
    kind: str = column("Kind", "risk or opportunity: how you see it; the sign of the effect counts. Empty: risk.", default="risk", choices=("risk", "opportunity"), width=11)
    driver: str = column("Driver", "What it moves: units (demand), price, cost (of a unit), capacity (hours of a resource) or date (days by which sales come later).", choices=RISK_DRIVERS, width=10)
    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", width=14)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    customer: str = column("Customer group", "Empty: every one.", default="", aliases=("Customer", "Channel"), width=16)
    resource: str = column("Resource", "For capacity. Empty: every resource.", default="", cell=CellType.CODE, references="Resources.resource", width=16)
    probability: float = column("Probability", "That it happens.", unit="fraction", cell=CellType.FRACTION, aliases=("P", "Likelihood"), width=10, ge=0, le=1)
    action: str = column("Action", "percent: the effect is a part of the plan (-0.1 = 10 % less). add: in units, money per unit, hours or days, per period. Empty: percent.", default="percent", choices=("percent", "add"), width=9)
    effect: float = column("Effect", "Most likely effect; negative lowers. For dates days later.", unit="as the action", aliases=("Impact",), width=10)
    effect_low: float | None = column("Effect, low", "Lowest effect. Empty: the effect is certain once it happens.", unit="as the action", default=None, width=10)
    effect_high: float | None = column("Effect, high", "Highest effect. Empty: as the most likely one.", unit="as the action", default=None, width=10)
    first_period: datetime | None = column("From", "First period. Empty: from now.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period. Empty: to the end of the plan.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    mitigation: str = column("Mitigation", "What is done about it.", default="", width=28)
    mitigated: float | None = column("Mitigated", "Part of the effect that the mitigation takes away. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0, le=1)
    owner: str = column("Owner", "Who watches it.", default="", aliases=("Responsible",), width=14)
    due: datetime | None = column("Due", "Day by which the mitigation stands.", unit="date", default=None, width=12)
    status: str = column("Status", "open, mitigated or closed; closed ones do not count. Empty: open.", default="open", choices=("open", "mitigated", "closed"), width=10)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


RISKS = SheetSpec(
    name="Risks",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Risks and opportunities beside the plan: what may happen, how likely, what it moves, and who watches it.",
    row=RiskRow,
    when_absent="the plan stands without a range of outcomes",
    key=("risk",),
    frame=frames.RISKS,
)
