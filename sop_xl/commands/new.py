"""Workbooks made from the contract, and modules brought in or parked later."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from sop_xl.commands.report import Report
from sop_xl.errors import ContractError, HostError, Problem
from sop_xl.hosts.files import replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.periods import Timeline
from sop_xl.sheets import LITE, SHEETS, sheet, sheets_of
from sop_xl.sheets.read import read_settings
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS, Module, Shape, SheetKind, SheetSpec

Template = Literal["standard", "lite"]
OPTIONAL_MODULES = tuple(m for m in Module if m is not Module.CORE)


def new_workbook(
    path: Path,
    *,
    template: Template = "standard",
    modules: Sequence[str] = (),
    history: int = 36,
    horizon: int = 18,
    as_of: str = "",
) -> Report:
    """Make an empty workbook.

    Parameters
    ----------
    path
        File to make; it must not exist yet.
    template
        `standard` (all modules) or `lite` (ten tabs).
    modules
        Instead of a template's sheets: the core and these modules.
    history, horizon
        Past and planned periods that the grids show.
    as_of
        ISO date inside the first planned period; today where empty.

    Raises
    ------
    ContractError
        For an unknown module.
    HostError
        When the file exists or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise HostError(f"{path}: a workbook's name ends in .xlsx")
    if path.exists():
        raise HostError(f"{path} is there already; choose another name or move it away")
    chosen = sheets_of(frozenset(_module(name) for name in modules)) if modules else _template_sheets(template)
    settings = Settings(horizon=horizon)
    calendar = settings.make_calendar()
    current = calendar.start_of(pd.Timestamp(as_of or date.today()))
    timeline = Timeline(calendar, calendar.shift(current, -history), current, horizon)
    replace_file(path, workbook_bytes(chosen, timeline, settings, "custom" if modules else template))
    return Report(
        command="new",
        workbook=str(path),
        summary=f"{path} has {len(chosen)} sheets; fill Items and Demand History, then run: sop-xl regenerate {path}",
        facts={"sheets": [s.name for s in chosen], "periods": timeline.labels},
    )


def workbook_bytes(sheets: Sequence[SheetSpec], timeline: Timeline, settings: Settings, template: Literal["standard", "lite", "custom"]) -> bytes:
    """A workbook with these sheets, as bytes; the same arguments give the same bytes."""
    from sop_xl.templates.build import build_workbook

    target = io.BytesIO()
    build_workbook(target, sheets=sheets, timeline=timeline, settings=settings, template=template)
    return target.getvalue()


def build_template_files(folder: Path) -> Report:
    """Build the templates that ship, each with its manifest.

    Raises
    ------
    HostError
        When the folder cannot be written.
    """
    from sop_xl.templates.build import build_templates

    try:
        build_templates(folder)
    except OSError as error:
        raise HostError(f"{folder}: the templates could not be written ({error.strerror})") from None
    return Report(command="templates build", workbook=str(folder), summary=f"Templates and manifests are in {folder}")


def add_module(workbook: Path, module: str) -> Report:
    """Show the module's parked sheets again, and make those that the workbook never had.

    Sheets that are there stay as they are. Pages of formulas (Home, Checks, Executive) keep to the sheets that they were built for.

    Raises
    ------
    ContractError
        For an unknown module.
    HostError
        When the file cannot be read or written.
    """
    chosen = _module(module)
    host = HeadlessHost(workbook)
    present = set(host.sheet_names())
    wanted = [s for s in sheets_of(frozenset({chosen})) if s.module in (chosen, Module.CORE)]
    back = [s.name for s in wanted if s.name in present and s.module is chosen and host.sheet_visibility(s.name) != "visible"]
    missing = [s for s in wanted if s.name not in present]
    for name in back:
        host.set_sheet_visibility(name, "visible")
    if missing:
        settings = _settings(host)
        carried = [s for s in SHEETS if s.name in present or s in missing]
        host.add_sheets(workbook_bytes(carried, _shown_timeline(host, settings), settings, "custom"), [s.name for s in missing])
    if back or missing:
        host.save()
    made = [s.name for s in missing]
    return Report(
        command="module add",
        workbook=str(workbook),
        summary=f"{workbook.name}: " + (f"{', '.join(back + made)} added" if back or made else f"every sheet of {chosen} is there already"),
        facts={"module": str(chosen), "shown_again": back, "made": made},
    )


def remove_module(workbook: Path, module: str) -> Report:
    """Park the module's sheets: out of sight, their content kept, so that formulas elsewhere go on working.

    Raises
    ------
    ContractError
        For an unknown module, or the core.
    HostError
        When the file cannot be read or written.
    """
    chosen = _module(module)
    host = HeadlessHost(workbook)
    present = set(host.sheet_names())
    parked = [s.name for s in SHEETS if s.module is chosen and s.name in present and host.sheet_visibility(s.name) == "visible"]
    for name in parked:
        host.set_sheet_visibility(name, "veryHidden")
    if parked:
        host.save()
    return Report(
        command="module remove",
        workbook=str(workbook),
        summary=f"{workbook.name}: " + (f"{', '.join(parked)} parked; bring them back with: sop-xl module add {workbook} {chosen}" if parked else f"no sheet of {chosen} is shown"),
        facts={"module": str(chosen), "parked": parked},
    )


def _module(name: str) -> Module:
    try:
        module = Module(name.strip().casefold())
    except ValueError:
        module = Module.CORE
    if module is Module.CORE:
        expected = "expected one of " + ", ".join(OPTIONAL_MODULES)
        raise ContractError([Problem("module", "", "unknown-module", expected, f'"{name}"', "the core is always there" if name == "core" else "")])
    return module


def _template_sheets(template: str) -> tuple[SheetSpec, ...]:
    return SHEETS if template == "standard" else tuple(s for s in SHEETS if s.name in LITE)


def _settings(host: HeadlessHost) -> Settings:
    return read_settings(host.read_block("Settings"))[0] if "Settings" in host.sheet_names() else Settings()


def _shown_timeline(host: HeadlessHost, settings: Settings) -> Timeline:
    """The periods that the workbook's output grids show, read off their headers."""
    calendar = settings.make_calendar()
    for spec in SHEETS:
        if spec.shape is Shape.GRID and spec.kind is SheetKind.OUTPUT and spec.name in host.sheet_names():
            block = host.read_block(spec.name)
            if block.table is not None:
                top, left, _, right = block.table
                header = block.rows[top - block.row][left - block.column + LABEL_COLUMNS : right - block.column + 1]
                first, past = calendar.parse(str(header[0])), max(len(header) - settings.horizon, 1)
                return Timeline(calendar, first, calendar.shift(first, past), len(header) - past)
    current = calendar.start_of(pd.Timestamp(date.today()))
    return Timeline(calendar, calendar.shift(current, -36), current, settings.horizon)


def workbook_modules(host: HeadlessHost) -> list[str]:
    """Modules of which the workbook shows at least one sheet."""
    shown = {sheet(n).module for n in host.sheet_names() if n in {s.name for s in SHEETS} and host.sheet_visibility(n) == "visible"}
    return [str(m) for m in Module if m in shown]
