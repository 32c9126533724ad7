"""From a host to checked frames: every input sheet read, cross-checked, and the timeline they imply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from sop_xl.commands.pasted_budget import BUDGET, budget_out_of_reach, understood_budget
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.frames import BUDGET_MAPPING, CUSTOMER_MIX, empty_frame
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.customers import customer_mix
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.cross_checks import cross_check
from sop_xl.sheets.locations import assumed_locations
from sop_xl.sheets.read import Reading, read_settings, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS, Shape, SheetKind, SheetSpec


@dataclass(frozen=True)
class Inputs:
    """Everything that people put into the workbook, understood.

    Parameters
    ----------
    settings
        The Settings sheet, defaults filled in.
    readings
        One reading per input sheet that the workbook has.
    problems
        What was found while reading and when the sheets were held against each other.
    budget_mapping
        BUDGET_MAPPING: how the Budget tab was understood, in the order of its sheet.
    """

    settings: Settings
    readings: dict[str, Reading]
    problems: tuple[Problem, ...]
    budget_mapping: pd.DataFrame = field(default_factory=lambda: empty_frame(BUDGET_MAPPING))

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops a run."""
        return bool(errors_in(self.problems))

    def frame(self, name: str) -> pd.DataFrame:
        """The frame of that sheet; without rows where the sheet is absent or empty."""
        spec = sheet(name)
        assert spec.frame is not None
        if name in self.readings:
            return self.readings[name].frame
        return empty_frame(spec.frame)

    @property
    def states_stock(self) -> bool:
        """Whether any stock on hand is stated; where none is, what can be served is not known."""
        return bool(self.frame("Inventory")["on_hand"].notna().any())

    def locations(self) -> pd.DataFrame:
        """The Locations sheet, or the locations that history implies where it is absent or empty."""
        stated = self.frame("Locations")
        if len(stated):
            return stated
        named = [self.frame(name)["location"] for name in ("Demand History", "Inventory", "Open Orders", "Sourcing")]
        places = pd.concat([*named, self.frame("Sourcing").query("kind == 'transfer'")["source"]]).unique()
        return assumed_locations([place for place in places if place != ""], self.settings)

    def customer_mix(self, timeline: Timeline) -> pd.DataFrame:
        """Share of each customer group in the demand of an item at a location, over the last season of history: CUSTOMER_MIX."""
        reading = self.readings.get("Demand History")
        if reading is None or reading.detail is None:
            return empty_frame(CUSTOMER_MIX)
        return customer_mix(reading.detail.rename(columns={"customer_group": "customer"}), timeline)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that people put in; the same content gives the same text, whatever the layout of the sheets.

        Of outputs that people write on only their words count, and where they stand: figures are a run's own.
        """
        digest = hashlib.sha256(self.settings.model_dump_json().encode())
        for name in sorted(self.readings):
            reading = self.readings[name]
            written_by_runs = reading.spec.kind is SheetKind.OUTPUT
            frame = _typed(reading) if written_by_runs else reading.frame
            if written_by_runs and frame.empty:
                continue
            digest.update(name.encode())
            digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
            detail = reading.detail
            if detail is not None and len(detail) != len(frame):  # what was added up moves the plan by its labels, too
                digest.update(pd.util.hash_pandas_object(detail, index=False).to_numpy().tobytes())
        return digest.hexdigest()[:16]


def _typed(reading: Reading) -> pd.DataFrame:
    """The words that people wrote on an output, with the key of their line; in the order of the keys, as a run may rank its lines anew."""
    if reading.records.empty:
        return reading.records
    people = [c.name for c in reading.spec.columns if c.people]
    marked = (reading.records[people].fillna("") != "").any(axis=1)
    words = reading.records.loc[marked, [*reading.spec.key, *people]].astype(str)
    return words.sort_values(list(words.columns), ignore_index=True)


def input_sheets() -> tuple[SheetSpec, ...]:
    """The sheets that people fill, in tab order."""
    return tuple(s for s in SHEETS if s.kind is SheetKind.INPUT)


def marked_sheets() -> tuple[SheetSpec, ...]:
    """Output sheets with a column that people fill."""
    return tuple(s for s in SHEETS if s.kind is SheetKind.OUTPUT and s.shape is Shape.RECORDS and any(c.people for c in s.columns))


def read_inputs(host: Host, progress: Callable[[str, int, int], None] | None = None) -> Inputs:
    """Read and check every input sheet of a workbook, and what people marked on its outputs. Never raises for mistakes in the data: they are in `problems`.

    Progress goes to the host unless a listener is given.
    """
    say = progress or host.progress
    present = set(host.sheet_names())
    settings, problems = Settings(), []
    if "Settings" in present:
        settings, found = read_settings(host.read_block("Settings"))
        problems.extend(found)
    readings: dict[str, Reading] = {}
    specs = (*input_sheets(), *marked_sheets())
    for k, spec in enumerate(specs):
        say(f"Reading {spec.name}", k, len(specs))
        if spec.name in present:
            readings[spec.name] = read_sheet(spec, host.read_block(spec.name), settings)
    mapping = empty_frame(BUDGET_MAPPING)
    if BUDGET in readings:
        # what a budget speaks of is known once the other sheets are read
        readings[BUDGET], mapping = understood_budget(host.read_block(BUDGET), settings, readings)
    for spec in specs:
        if spec.name in readings:
            problems.extend(readings[spec.name].problems)
        elif spec.required:
            problems.append(
                Problem(spec.name, "", "required-sheet", f"expected a sheet named {spec.name}", "no such sheet",
                        "is this an S&OP workbook? `sop-xl new` makes one")
            )  # fmt: skip
    problems.extend(cross_check(readings))
    return Inputs(settings, readings, tuple(problems), mapping)


def planning_timeline(inputs: Inputs) -> tuple[Timeline | None, list[Problem]]:
    """The periods to learn from and to plan; `None` and a problem where history and settings leave none.

    The current period is the setting, or the period after the last demand. History from the current period on is left
    out, so that an earlier month can be planned again as it was. A current period that leaves a gap after the history is refused:
    months without a word would count as months without demand.
    """
    history, settings = inputs.frame("Demand History"), inputs.settings
    calendar = settings.make_calendar()
    known = history.loc[history["demand"].notna(), "period"]
    if known.empty:
        return None, [Problem("Demand History", "", "no-history", "expected demand of at least one period", "none")]
    first, last = calendar.start_of(known.min()), calendar.start_of(known.max())
    current, following = calendar.shift(last, 1), calendar.shift(last, 1)
    notes: list[Problem] = []
    if settings.current_period is not None:
        current = calendar.start_of(pd.Timestamp(settings.current_period))
        if not first < current <= following:
            span = f"{calendar.label(calendar.shift(first, 1))} to {calendar.label(following)}"
            hint = f"Demand History has periods from {calendar.label(first)} to {calendar.label(last)}"
            return None, [Problem("Settings", "", "current-period", f"expected a current period from {span}", calendar.label(current), hint)]
        if current <= last:
            left_out = int((known >= current).sum())
            notes.append(
                Problem("Demand History", "", "history-after-current-period", f"{left_out} values from {calendar.label(current)} on were left out",
                        severity=Severity.NOTE, hint="the current period in Settings is earlier than the last history")
            )  # fmt: skip
    timeline = Timeline(calendar, first, current, settings.horizon)
    return timeline, notes + _unfinished(history, timeline, settings) + budget_out_of_reach(inputs.frame("Budget"), timeline)


def _unfinished(history: pd.DataFrame, timeline: Timeline, settings: Settings) -> list[Problem]:
    """A warning where the last period has demand of far fewer series than the one before: it may not be over yet."""
    busy = history[history["demand"].notna() & (history["demand"] != 0)].groupby("period").size()
    last, before = (timeline.calendar.shift(timeline.current, -k) for k in (1, 2))
    now, then = int(busy.get(last, 0)), int(busy.get(before, 0))
    if then < 4 or now * 3 >= then:
        return []
    label = timeline.calendar.label
    return [
        Problem("Demand History", "", "unfinished-period", f"only {now} lines have demand in {label(last)}, {then} in {label(before)}", severity=Severity.WARNING,
                hint=f"the others count as {'zero' if settings.blank_demand == 'zero' else 'missing data'}; if {label(last)} is not over, set Current period to it in Settings")
    ]  # fmt: skip


def shown_periods(host: Host) -> int:
    """Period columns of the workbook's output grids, on which its pages of formulas count; 0 where it has no such grid."""
    present = set(host.sheet_names())
    for spec in SHEETS:
        if spec.kind is SheetKind.OUTPUT and spec.shape is Shape.GRID and spec.name in present:
            table = host.table_place(spec.name)
            if table is not None:
                return table[3] - table[1] + 1 - LABEL_COLUMNS
    return 0


def display_timeline(host: Host, timeline: Timeline) -> tuple[Timeline, list[Problem]]:
    """The window that the output grids show: as many period columns as they have, ending with the horizon.

    A horizon that leaves no room for a past period is a problem: grids that grew would leave the pages of formulas behind.
    """
    shown = shown_periods(host) or len(timeline.periods)
    past = shown - timeline.horizon
    problems = []
    if past < 1:
        hint = f"a wider workbook: sop-xl new --horizon {timeline.horizon}"
        problems = [Problem("Settings", "", "horizon-too-long", f"expected a horizon of at most {shown - 1}: the grids have {shown} period columns", str(timeline.horizon), hint)]
    first = timeline.calendar.shift(timeline.current, -max(past, 1))
    return Timeline(timeline.calendar, first, timeline.current, timeline.horizon), problems


def parked_inputs(host: Host, inputs: Inputs) -> list[Problem]:
    """A warning for every input that was parked with its module while it still holds rows: they count, though nobody sees them."""
    return [
        Problem(name, "", "parked-input", f"{len(reading.frame)} rows of this parked sheet count in the plan", severity=Severity.WARNING,
                hint=f"sop-xl module add WORKBOOK {reading.spec.module} shows it again; clear it there if it should not count")
        for name, reading in inputs.readings.items()
        if len(reading.frame) and host.sheet_visibility(name) == "veryHidden"
    ]  # fmt: skip
