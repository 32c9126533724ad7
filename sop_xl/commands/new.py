"""Workbooks made from the contract."""

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
from sop_xl.periods import Timeline
from sop_xl.sheets import LITE, SHEETS, sheets_of
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import Module, SheetSpec

Template = Literal["standard", "lite"]
CalendarChoice = Literal["months", "4-4-5", "weeks"]
OPTIONAL_MODULES = tuple(m for m in Module if m is not Module.CORE)


def new_workbook(
    path: Path,
    *,
    template: Template = "standard",
    modules: Sequence[str] = (),
    history: int | None = None,
    horizon: int | None = None,
    calendar: CalendarChoice = "months",
    fiscal_year_start: int = 1,
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
        Past and planned periods that the grids show; by default three years and a year and a half, of weeks two years and a year.
    calendar, fiscal_year_start
        As the settings of the same names; every grid is laid out in these periods.
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
    chosen = sheets_of(frozenset(module_named(name) for name in modules)) if modules else _template_sheets(template)
    past, ahead = (104, 52) if calendar == "weeks" else (36, 18)
    settings = Settings(horizon=horizon or ahead, calendar=calendar, fiscal_year_start=fiscal_year_start)
    cut = settings.make_calendar()
    current = cut.start_of(pd.Timestamp(as_of or date.today()))
    timeline = Timeline(cut, cut.shift(current, -(history or past)), current, settings.horizon)
    replace_file(path, workbook_bytes(chosen, timeline, settings, "custom" if modules else template))
    return Report(
        command="new",
        workbook=str(path),
        summary=f"{path} has {len(chosen)} sheets; fill Items and Demand History, then run: sop-xl regenerate {path}",
        facts={"sheets": [s.name for s in chosen], "periods": timeline.labels},
    )


def workbook_bytes(
    sheets: Sequence[SheetSpec],
    timeline: Timeline,
    settings: Settings,
    template: Literal["standard", "lite", "custom"],
    title: str = "",
) -> bytes:
    """A workbook with these sheets, as bytes; the same arguments give the same bytes. The title on Home is the company's unless given."""
    from sop_xl.templates.build import build_workbook

    target = io.BytesIO()
    build_workbook(target, sheets=sheets, timeline=timeline, settings=settings, template=template, title=title)
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


def module_named(name: str) -> Module:
    """The optional module of that name; raises `ContractError` for any other."""
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
