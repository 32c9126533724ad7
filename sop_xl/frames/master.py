"""Frames of what is planned and where."""

from __future__ import annotations

from sop_xl.frames.form import spec

ITEMS = spec(
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
LOCATIONS = spec(
    "locations", "location",
    location="text", name="text", region="text", country="text", currency="text",
    supplied_from="text",      # location whose stock serves this one's demand; itself where none was named
)  # fmt: skip
