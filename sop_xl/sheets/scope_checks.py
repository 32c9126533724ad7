"""Names and scopes held against Items and Locations: what no name may be, and what is planned for nothing.

A scope that holds nothing is no mistake in any one cell, so that it is a warning; unseen it would change nothing in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show
from sop_xl.sheets.readings import Readings, filled, moment_text

RESERVED = {"family": ("All", "(not by family)"), "region": ("All", "(not by region)")}
"""Names that stand for the sum over all families or regions, and for budget money of none of them."""

_SCOPED = ("Events", "Overrides", "Sourcing", "Bill of Resources", "Inventory Policy", "Scenario Drivers", "Decisions")
"""Sheets whose lines may name both an item and a family."""

_PARTS = (("Items", "item", "family"), ("Locations", "location", "region"))


def check_reserved_names(readings: Readings) -> Iterator[Problem]:
    """No family and no region is called what the results call all of them; one problem per name, at its first cell.

    Excel compares text without regard to case, and so do the drop-downs of the review sheets.
    """
    for sheet, _, field in _PARTS:
        reading = filled(readings, sheet)
        if reading is None:
            continue
        names = reading.records[field].astype(str)
        folded = names.str.casefold()
        for reserved in RESERVED[field]:
            lines = reading.records.index[folded == reserved.casefold()]
            if len(lines):
                more = f"and {len(lines) - 1} more down to {reading.cell_of(lines[-1], field)}" if len(lines) > 1 else ""
                expected = f"expected another name than {reserved} for a {field}, which the results keep for themselves"
                yield Problem(reading.sheet, reading.cell_of(lines[0], field), "reserved-name", expected, show(str(names[lines[0]])), more)


def check_empty_scopes(readings: Readings) -> Iterator[Problem]:
    """An event or override for an item and a family that it is not in, or a location and a region that it is not in, holds nothing."""
    for part, name, group in _PARTS:
        listing = filled(readings, part)
        if listing is None or listing.frame.empty:
            continue
        # of sound lines only: of a line with a mistake the group is not known
        group_of = dict(zip(listing.frame[name], listing.frame[group], strict=True))
        groups = set(group_of.values())
        for sheet in _SCOPED if name == "item" else ("Events", "Overrides", "Scenario Drivers"):
            reading = filled(readings, sheet)
            if reading is None:
                continue
            records = reading.records
            own = records[name].map(group_of)
            other = own.notna() & (own != records[group]) & records[group].isin(groups)
            for line in records.index[other]:
                yield Problem(
                    reading.sheet, reading.cell_of(line, group), "empty-scope", f"expected {own[line]}, the {group} of {name} {records.at[line, name]!s}, or nothing",
                    show(str(records.at[line, group])), "nothing is in both, so it changes nothing", Severity.WARNING,
                )  # fmt: skip


def check_ended_items(readings: Readings) -> Iterator[Problem]:
    """An event, override or launch of an item that is no longer sold when it starts."""
    items = filled(readings, "Items")
    if items is None:
        return
    listed = items.records[items.records["end"].notna()].drop_duplicates("item").set_index("item")["end"]
    for sheet, first in (("Events", "first_period"), ("Overrides", "first_period"), ("Lifecycle", "period")):
        reading = filled(readings, sheet)
        if reading is None or listed.empty:
            continue
        records = reading.records
        ended = pd.to_datetime(records["item"].map(listed)) < records[first]
        if sheet == "Lifecycle":
            ended &= records["stage"] == "launch"
        for line in records.index[ended]:
            item = str(records.at[line, "item"])
            yield Problem(
                reading.sheet, reading.cell_of(line, "item"), "item-not-sold", f"expected an item that is still sold in {moment_text(reading, first, line)}", show(item),
                f"Items has it Sold until {listed[item]:%Y-%m-%d}", Severity.WARNING,
            )  # fmt: skip
