"""The Lifecycle sheet held against Items and against itself: like items, donors, ranges of the scale, and dates that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, filled, moment_text


def check_like_items(readings: Readings) -> Iterator[Problem]:
    """A launch copies another item's demand and takes from another; a phase-out hands over to another item."""
    reading = filled(readings, "Lifecycle")
    if reading is None:
        return
    for field, words in (
        ("like_item", "expected another item than the one launched"),
        ("successor", "expected another item than the one that ends"),
        ("donor", "expected another item than the one launched"),
    ):
        same = (reading.records[field] == reading.records["item"]) & (reading.records["item"] != "")
        for line in reading.records.index[same]:
            yield Problem(reading.sheet, reading.cell_of(line, field), "same-item", words, show(str(reading.records.at[line, field])))


def check_donors(readings: Readings) -> Iterator[Problem]:
    """What a launch takes from is an item or a family, and a share without it, or it without a share, changes nothing."""
    reading, items = filled(readings, "Lifecycle"), filled(readings, "Items")
    if reading is None or items is None:
        return
    records = reading.records
    known = sorted({str(name) for field in ("item", "family") for name in items.records[field] if name != ""})
    donor, share = records["donor"], records["cannibalisation"]
    for line in records.index[~donor.isin([*known, ""])]:
        yield Problem(
            reading.sheet, reading.cell_of(line, "donor"), "unknown-donor", "expected an item or a family listed in Items", show(str(donor[line])),
            suggestion(str(donor[line]), known),
        )  # fmt: skip
    launch = records["stage"] == "launch"
    for line in records.index[launch & (donor == "") & (share > 0)]:
        yield Problem(
            reading.sheet, reading.cell_of(line, "donor"), "donor-absent", "expected the item or family that loses demand", "nothing",
            f"a share of {share[line]:.0%} of nobody changes nothing", Severity.WARNING,
        )  # fmt: skip
    for line in records.index[launch & (donor != "") & ~(share > 0)]:
        yield Problem(
            reading.sheet, reading.cell_of(line, "cannibalisation"), "share-absent", f"expected the share of the launch that {donor[line]!s} loses",
            "nothing", "it loses nothing", Severity.WARNING,
        )  # fmt: skip
    for line in records.index[(records["stage"] == "phase_out") & (donor != "")]:
        yield Problem(
            reading.sheet, reading.cell_of(line, "donor"), "donor-of-phase-out", "expected nothing: only a launch takes from others", show(str(donor[line])),
            "it changes nothing", Severity.WARNING,
        )  # fmt: skip


def check_scales(readings: Readings) -> Iterator[Problem]:
    """The bounds of a launch's scale lie in order and hold the scale between them."""
    reading = filled(readings, "Lifecycle")
    if reading is None:
        return
    records = reading.records
    low, middle, high = records["scale_low"], records["scale"], records["scale_high"]
    crossed = low > high
    for line in records.index[crossed]:
        yield Problem(reading.sheet, reading.cell_of(line, "scale_low"), "scale-bounds", f"expected a Scale P10 not above Scale P90 {high[line]:g}", f"{low[line]:g}")
    for bound, wrong, words in ((low, low > middle, "above"), (high, high < middle, "below")):
        for line in records.index[wrong & ~crossed]:
            name = "P10" if words == "above" else "P90"
            yield Problem(
                reading.sheet, reading.cell_of(line, f"scale_{'low' if name == 'P10' else 'high'}"), "scale-outside-bounds",
                f"expected a Scale {name} not {words} Scale {middle[line]:g}", f"{bound[line]:g}", "the plan would lie outside its own range", Severity.WARNING,
            )  # fmt: skip


def check_life_cycle_dates(readings: Readings) -> Iterator[Problem]:
    """An item ends after it is launched, and its dates in Items say the same."""
    reading = filled(readings, "Lifecycle")
    if reading is None:
        return
    yield from _ends_before_launch(reading)
    items = filled(readings, "Items")
    if items is None:
        return
    listed = items.records.drop_duplicates("item").set_index("item")
    calendar = reading.calendar
    for stage, field, words in (("launch", "start", "Sold from"), ("phase_out", "end", "Sold until")):
        chosen = reading.records[reading.records["stage"] == stage]
        days = pd.to_datetime(chosen["item"].map(listed[field]))
        hint = "a baseline of its own begins with Sold from" if stage == "launch" else "the earlier one ends it"
        for line, day, stated in zip(chosen.index, days, chosen["period"], strict=True):
            if pd.isna(day) or pd.isna(stated):
                continue
            period = calendar.shift(calendar.start_of(day), 0 if stage == "launch" else 1)
            if period != calendar.start_of(stated):
                yield Problem(
                    reading.sheet, reading.cell_of(line, "period"), "dates-differ", f"expected {calendar.label(period)}, as by {words} {day:%Y-%m-%d} in Items",
                    moment_text(reading, "period", line), hint, Severity.WARNING,
                )  # fmt: skip


def _ends_before_launch(reading: Reading) -> Iterator[Problem]:
    """Phase-outs of an item, at one place, that are not after its launch there."""
    records = reading.records
    launches = records[records["stage"] == "launch"].reset_index(names="line")
    outs = records[records["stage"] == "phase_out"].reset_index(names="line")
    both = outs.merge(launches[["item", "location", "period"]], on="item", suffixes=("", "_of_launch"))
    same_place = (both["location"] == both["location_of_launch"]) | (both["location"] == "") | (both["location_of_launch"] == "")
    wrong = both[same_place & (both["period"] <= both["period_of_launch"])].drop_duplicates("line")
    for line, launch in zip(wrong["line"], wrong["period_of_launch"], strict=True):
        yield Problem(
            reading.sheet, reading.cell_of(line, "period"), "ends-before-launch",
            f"expected a phase-out after the launch in {reading.calendar.label(launch)}", moment_text(reading, "period", line),
        )  # fmt: skip
