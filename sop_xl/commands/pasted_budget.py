"""The Budget tab as finance pasted it: read through the sheet's own columns where they stand, else understood, with its mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from sop_xl.blocks import Block
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.frames import FX_RATES, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.currency import convert_to_plan_currency
from sop_xl.sheets.budget_paste.control import Converter
from sop_xl.sheets.budget_paste.meaning import Reader
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.own_checks import own_problems
from sop_xl.sheets.budget_paste.own_layout import identity_lines, is_own_layout
from sop_xl.sheets.budget_paste.paste import MAPPING, no_mapping, read_budget_paste
from sop_xl.sheets.budget_paste.remembered import remembered_mapping
from sop_xl.sheets.read import Reading, habits_of
from sop_xl.sheets.readings import filled
from sop_xl.sheets.settings import Settings

BUDGET = "Budget"


def understood_budget(block: Block, settings: Settings, readings: Mapping[str, Reading]) -> tuple[Reading, pd.DataFrame]:
    """The reading of the Budget tab, and BUDGET_MAPPING in the order of its sheet.

    Parameters
    ----------
    block
        Every used cell of the tab.
    readings
        Those of all sheets; that of Budget is the standard reader's, which stays where the sheet has its own columns or nothing at all, and where
        nothing else can be made of it.
    """
    standard = readings[BUDGET]
    remembered = remembered_mapping(readings.get(MAPPING))
    if standard.records.empty and not standard.errors and standard.header is None:
        return standard, no_mapping(remembered)
    known = known_names(readings)
    reader = Reader(standard.spec, known, habits_of(settings), settings.plan_currency)
    own = is_own_layout(standard, block, reader)
    if own and standard.records.empty:
        return standard, no_mapping(remembered)
    # a narrow paste under the sheet's own header lies in its label columns alone, and looks like labels without amounts
    if not own or standard.values is None or not len(standard.values.number):
        pasted = read_budget_paste(standard.spec, block, settings, known, remembered, at_plan_rates(settings, readings))
        if pasted is not None and (standard.errors or "budget-empty" not in {p.rule for p in errors_in(pasted.reading.problems)}):
            return pasted.reading, pasted.mapping
        if standard.errors or standard.values is None:
            return standard, no_mapping(remembered)
    mapping, said = identity_lines(standard, settings, remembered, block, at_plan_rates(settings, readings))
    said += own_problems(standard, block, known.family_of)
    notes = [p for p in standard.problems if p.severity is Severity.NOTE]
    return replace(standard, problems=(*(p for p in standard.problems if p not in notes), *said, *notes)), mapping


def budget_out_of_reach(budget: pd.DataFrame, timeline: Timeline) -> list[Problem]:
    """A warning where a budget has no figure in any past or planned period of the workbook: nothing is then compared with it."""
    if budget.empty:
        return []
    first, last = budget["period"].min(), (budget["last_period"] if "last_period" in budget else budget["period"]).max()
    start, end = timeline.periods[0], timeline.periods[-1]
    if first <= end and last >= start:
        return []
    label = timeline.calendar.label
    words = f"expected a budget of {label(start)} to {label(end)}, the past and planned periods of the workbook"
    hint = "nothing is compared with it; Budget period shift in Settings moves its periods"
    return [Problem(BUDGET, "", "budget-out-of-reach", words, f"{label(first)} to {label(last)}", hint, Severity.WARNING)]


def at_plan_rates(settings: Settings, readings: Mapping[str, Reading]) -> Converter:
    """Converts amounts of a budget as pasted, each at the plan rates of its own periods once they are moved as Settings say.

    An amount of several periods counts in equal parts; one without a rate is NaN.
    """
    rates = readings["FX Rates"].frame if "FX Rates" in readings else empty_frame(FX_RATES)
    calendar = settings.make_calendar()

    def convert(rows: pd.DataFrame) -> pd.Series:
        spans = [calendar.span(calendar.shift(first, settings.budget_period_shift), calendar.distance(first, last) + 1) for first, last in zip(rows["period"], rows["last_period"], strict=True)]
        counts = np.array([len(span) for span in spans])
        origin = np.repeat(np.arange(len(rows)), counts)
        part = pd.Series((rows["amount"].to_numpy(dtype=float) / counts)[origin])
        period = pd.Series([period for span in spans for period in span], dtype="datetime64[ns]")
        converted, _ = convert_to_plan_currency(part, pd.Series(rows["currency"].to_numpy(dtype=object)[origin]), period, rates, settings.plan_currency)
        return converted.groupby(origin).sum(min_count=1).where(converted.notna().groupby(origin).all())

    return convert


def known_names(readings: Mapping[str, Reading]) -> Known:
    """Families, items, categories and regions that the workbook lists, with its locations and countries as parts of regions."""
    items, locations = filled(readings, "Items"), filled(readings, "Locations")
    regions: list[str] = []
    region_of: dict[str, str] = {}
    regions_of_country: dict[str, tuple[str, ...]] = {}
    if locations is not None:
        places = locations.records
        regions = [str(r) for r in places["region"].unique() if r]
        # a name that two locations have is one of each; Known leaves it out where their regions differ
        named_places = places[(places["name"] != "") & ~places["name"].duplicated(keep=False)]
        # a country counts for its region as a location does, where all of its locations are in one
        countries = places.loc[places["country"] != "", ["country", "region"]].drop_duplicates()
        regions_of_country = {str(code).upper(): tuple(map(str, own)) for code, own in countries.groupby("country", sort=True)["region"] if len(own) > 1}
        countries = countries[~countries["country"].duplicated(keep=False)]
        region_of = {str(text): str(region) for side in (countries, named_places[["name", "region"]], places[["location", "region"]]) for text, region in side.itertuples(index=False) if text and region}
    if items is None:
        return Known(regions=tuple(regions), region_of=region_of, regions_of_country=regions_of_country)
    rows = items.records[items.records["item"] != ""]
    family = rows["family"].where(rows["family"] != "", "(no family)")
    named = rows["name"].where(~rows["name"].duplicated(keep=False), "")
    return Known(
        families=tuple(family.unique()),
        regions=tuple(regions),
        family_of=dict(zip(rows["item"], family, strict=True)),
        category_of={f: c for f, c in zip(family, rows["category"], strict=True) if c},
        region_of=region_of,
        regions_of_country=regions_of_country,
        item_names={n: i for n, i in zip(named, rows["item"], strict=True) if n and n != i},
    )
