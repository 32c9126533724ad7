"""Locations: where demand arises and where stock lies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

ONLY_LOCATION = "All"
"""Name of the one location of a workbook that states none."""

NO_REGION = "(no region)"


class LocationRow(Row):
    """One sales territory, warehouse or plant."""

    location: str = column("Location", "Code of the location, the same in every sheet.", cell=CellType.CODE, aliases=("Territory", "Site", "Warehouse", "Plant", "Market"), width=18, max_length=60)
    name: str = column("Name", "Name for people.", default="", aliases=("Description",), width=26)
    region: str = column("Region", "Group of locations, the level of the executive review. Empty: (no region).", default="", width=18)
    country: str = column("Country", "Two-letter country code; for people.", default="", width=10)
    currency: str = column("Currency", "Currency in which the location sells. Empty: plan currency.", default="", cell=CellType.CODE, width=10, max_length=3)
    supplied_from: str = column("Supplied from", "Location whose stock serves the demand here. Empty: its own.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Stocking location",), width=18)


def to_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Empty region, currency and supplying location take their stated defaults."""
    frame = records.copy()
    frame["region"] = frame["region"].replace("", NO_REGION)
    frame["currency"] = frame["currency"].replace("", settings.plan_currency).str.upper()
    own = frame["supplied_from"] == ""
    frame.loc[own, "supplied_from"] = frame.loc[own, "location"]
    return frames.order_rows(frame, frames.LOCATIONS)


SPEC = SheetSpec(
    name="Locations",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CORE,
    purpose="Where demand arises and where stock lies, one row per location.",
    row=LocationRow,
    when_absent="the locations named in Demand History stand for themselves, in one region, each with its own stock; history without a location is at the one location All",
    key=("location",),
    frame=frames.LOCATIONS,
    to_frame=to_frame,
)


def assumed_locations(names: Iterable[str], settings: Settings) -> pd.DataFrame:
    """Locations of a workbook that lists none: each stands for itself, in no region, with its own stock."""
    import pandas as pd

    known = sorted(set(names)) or [ONLY_LOCATION]
    columns = {"location": known, "name": known, "region": "", "country": "", "currency": "", "supplied_from": ""}
    return to_frame(pd.DataFrame(columns).astype(object), settings)
