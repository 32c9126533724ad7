"""What was published: the inputs and results of each approved plan, kept in the workbook, read back as they were."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.tables import plain_table
from sop_xl.errors import HostError
from sop_xl.hosts.frame_archive import frames_packed, frames_unpacked
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.sheets import sheet
from sop_xl.sheets.read import Reading
from sop_xl.sheets.settings import Settings

if TYPE_CHECKING:
    from sop_xl.commands.results import Results

SHEET = "Published Record"

CELL = 32_000
"""Characters of a record in one cell; Excel holds 32,767."""

MODEL_WEIGHTS = "Model Weights"
"""Of the results that no sheet shows: weights of the combined forecast methods, see `plan.forecast.kept_weights`."""

GROUPS = ("inputs", "details", "results")
"""Parts of a record."""


@dataclass(frozen=True)
class Published:
    """One published plan.

    Parameters
    ----------
    cycle
        First planned period.
    version
        1 is the first publication of the cycle.
    as_of
        ISO date of publication.
    approved_by, scenario
        Who, and which scenarios were part of the plan; `""` = none.
    settings
        Of that run.
    inputs, details
        Frame of each input sheet that had rows, by sheet name; and what it was before rows were added up, where they were.
    results
        Frames of the plan by the name of their sheet, see `kept_results_of`.
    head
        What its record says about itself, see `head_of`; empty of a plan that is not kept yet.
    """

    cycle: pd.Timestamp
    version: int
    as_of: str
    approved_by: str
    scenario: str
    settings: Settings
    inputs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    results: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    head: Mapping[str, Any] = field(default_factory=dict)

    def as_inputs(self) -> Inputs:
        """The inputs of that plan, to plan them again."""
        return inputs_of(self.settings, self.inputs, self.details)


def inputs_of(settings: Settings, stated: Mapping[str, pd.DataFrame], details: Mapping[str, pd.DataFrame]) -> Inputs:
    """Inputs to plan from frames by sheet name; `details` what they were before rows were added up, where they were."""
    calendar = settings.make_calendar()
    readings = {
        name: Reading(sheet(name), settings, calendar, pd.DataFrame(), frame, (), None, (1, 1), name, detail=details.get(name))
        for name, frame in stated.items()
    }
    return Inputs(settings, readings, ())


def kept_results_of(results: Results) -> dict[str, pd.DataFrame]:
    """Results that later cycles are held against, by the name of their sheet."""
    kept = {
        "Forecast Accuracy": results.demand.baseline.accuracy,
        MODEL_WEIGHTS: results.demand.baseline.weights.round(6),
        "Consensus Demand": results.demand.consensus,
        "Supply Plan": results.supply.supply_plan,
        "Capacity": results.supply.capacity,
        "Inventory Plan": results.supply.inventory_plan,
        "Shortages": results.what_if.shortages,
        "Options": results.what_if.options,
        "Financial Plan": results.money.financial_plan,
        "KPIs": results.kpis,
    }
    if results.outlook is not None:
        kept |= {"Risk Outlook": results.outlook.risks, "Gap List": results.outlook.gaps}
    if results.cycle is not None:
        kept |= {"Worklist": results.cycle.worklist, "Decision Effects": results.cycle.decision_effects, "Decision Units": results.cycle.decision_units}
    return kept


def published_now(results: Results, cycle: pd.Timestamp, version: int, as_of: str, approved_by: str, scenario: str) -> Published:
    """The plan as it is now, to be published."""
    readings = results.inputs.readings
    return Published(
        cycle, version, as_of, approved_by, scenario, results.inputs.settings,
        {name: reading.frame for name, reading in readings.items() if len(reading.frame)},
        {name: reading.detail for name, reading in readings.items() if reading.detail is not None},
        kept_results_of(results),
    )  # fmt: skip


def head_of(published: Published) -> dict[str, Any]:
    """What a record says about itself, in plain JSON types; of one that was read what it said, be it of an earlier version."""
    return dict(published.head) or {
        "cycle": published.cycle.isoformat(), "version": published.version, "as_of": published.as_of, "approved_by": published.approved_by,
        "scenario": published.scenario, "settings": json.loads(published.settings.model_dump_json()),
    }  # fmt: skip


def published_from(head: Mapping[str, Any], groups: Mapping[str, Mapping[str, pd.DataFrame]]) -> Published:
    """A record from what it says about itself and its frames; settings that the program no longer has are left out.

    Raises
    ------
    HostError
        Where the record is damaged.
    """
    try:
        known = {name: value for name, value in head["settings"].items() if name in Settings.model_fields}
        settings = Settings.model_validate_json(json.dumps(known))
        return Published(pd.Timestamp(head["cycle"]), head["version"], head["as_of"], head["approved_by"], head["scenario"], settings, **groups, head=dict(head))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HostError(f"{SHEET}: the record is damaged and cannot be read ({type(error).__name__})") from None


def packed(published: Published) -> bytes:
    """A record as bytes; the same record gives the same bytes."""
    named = {f"{group}/{name}": frame for group in GROUPS for name, frame in getattr(published, group).items()}
    return frames_packed(json.dumps(head_of(published), sort_keys=True), named)


def unpacked(content: bytes) -> Published:
    """The record that was packed.

    Raises
    ------
    HostError
        Where it is damaged.
    """
    try:
        text, named = frames_unpacked(content)
        head: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise HostError(f"{SHEET}: the record is damaged and cannot be read ({type(error).__name__})") from None
    groups: dict[str, dict[str, pd.DataFrame]] = {group: {} for group in GROUPS}
    for entry, frame in named.items():
        group, _, name = entry.partition("/")
        groups[group][name] = frame
    return published_from(head, groups)


def read_published(host: Host, notes: list[pd.DataFrame] | None = None) -> list[Published]:
    """Plans that were published and are kept in the workbook, oldest first; none where the workbook has no record.

    A record that is damaged is left out; `notes` takes which.
    """
    found: list[Published] = []
    for (cycle, version), text in record_texts(host).items():
        try:
            found.append(record_of(text))
        except HostError as error:
            if notes is not None:
                words = f"the plan of {cycle}, version {version}, counts as never published: {error}"
                notes.append(notes_frame([Note(SHEET, cycle, "record-damaged", words)]))
    return sorted(found, key=lambda one: (one.cycle, one.version))


def record_texts(host: Host) -> dict[tuple[str, int], str]:
    """Text of each record that the workbook holds, by label of its cycle and version, in the order of the sheet."""
    if SHEET not in host.sheet_names():
        return {}
    spec = sheet(SHEET)
    table = plain_table(spec, host.read_block(SHEET))
    names = [c.label for c in spec.columns]
    if table.header[: len(names)] != names:
        return {}
    texts: dict[tuple[str, int], list[tuple[float, str]]] = {}
    for _, (cycle, version, part, text, *_) in table.rows:
        if isinstance(version, (int, float)) and isinstance(part, (int, float)):
            texts.setdefault((str(cycle), int(version)), []).append((float(part), str(text)))
    return {key: "".join(piece for _, piece in sorted(pieces)) for key, pieces in texts.items()}


def record_of(text: str) -> Published:
    """The record that a text of Published Record holds; raises `HostError` where it is damaged."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise HostError(f"{SHEET}: the record is damaged and cannot be read") from None
    return unpacked(content)


def record_text(published: Published) -> str:
    """A record as text."""
    return base64.b64encode(packed(published)).decode("ascii")


def record_rows_of(texts: Mapping[tuple[str, int], str]) -> list[list[CellValue]]:
    """Rows of Published Record from the texts of its records by label of cycle and version, oldest first."""
    rows: list[list[CellValue]] = []
    for (cycle, version), text in sorted(texts.items()):
        pieces = [text[k : k + CELL] for k in range(0, len(text), CELL)]
        rows += [[cycle, float(version), float(k + 1), piece] for k, piece in enumerate(pieces)]
    return rows


def last_published(published: list[Published], before: pd.Timestamp) -> Published | None:
    """The latest version of the latest cycle before a period; `None` without one."""
    earlier = [one for one in published if one.cycle < before]
    return earlier[-1] if earlier else None


def approved_of_cycle(published: list[Published], cycle: pd.Timestamp) -> Published | None:
    """The latest version that was published of a cycle; `None` without one."""
    own = [one for one in published if one.cycle == cycle]
    return own[-1] if own else None


def weights_of_last_cycle(published: list[Published], timeline: Timeline) -> pd.DataFrame | None:
    """Weights of the combined forecast methods in the last cycle's published plan; `None` where none was published, or it does not know them."""
    last = last_published(published, timeline.current)
    return None if last is None else last.results.get(MODEL_WEIGHTS)
