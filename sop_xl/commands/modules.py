"""Modules brought into a workbook or parked, and the pages of formulas brought up to date with the sheets that show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from sop_xl.commands.new import OPTIONAL_MODULES, module_named, workbook_bytes
from sop_xl.commands.report import Report
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.sheets import SHEETS, sheet, sheets_of
from sop_xl.sheets.read import read_settings
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS, Module, Shape, SheetKind, SheetSpec

PAGES = tuple(s.name for s in SHEETS if s.shape is Shape.PAGE)
"""Sheets of formulas, links and charts, which depend on what other sheets there are."""


def add_module(workbook: Path, module: str) -> Report:
    """Show the module's parked sheets again, and make those that the workbook never had.

    Tables that are there stay as they are. Pages of formulas (Home, Checks, About, Executive, the reviews) become those of a workbook
    that is built with the sheets that now show; a page that a person changed is left as it is and named in the report.

    Raises
    ------
    ContractError
        For an unknown module.
    HostError
        When the file cannot be read or written.
    """
    chosen = module_named(module)
    host = HeadlessHost(workbook)
    present, before = set(host.sheet_names()), visible_sheets(host)
    wanted = [s for s in sheets_of(frozenset({chosen})) if s.module in (chosen, Module.CORE)]
    back = [s.name for s in wanted if s.name in present and s.module is chosen and s not in before]
    missing = [s for s in wanted if s.name not in present]
    made = [s.name for s in missing]
    refreshed: list[str] = []
    left: list[str] = []
    if back or missing:
        builds = Builds(host)
        for name in back:
            host.set_sheet_visibility(name, "visible")
        if missing:
            carried = [s for s in SHEETS if s.name in present or s in missing]
            host.add_sheets(builds.made(carried), made)
        refreshed, left = refresh_pages(host, builds, before, [n for n in PAGES if n not in made])
        host.save()
    done = f"{', '.join(back + made)} added" if back or made else f"every sheet of {chosen} is there already"
    return Report(
        command="module add",
        workbook=str(workbook),
        summary=f"{workbook.name}: {done}{_left_text(left)}",
        facts={
            "module": str(chosen),
            "shown_again": back,
            "made": made,
            "refreshed": refreshed,
            "left_as_they_were": left,
        },
    )


def remove_module(workbook: Path, module: str) -> Report:
    """Park the module's sheets: out of sight, their content kept, so that formulas elsewhere go on working.

    Pages of formulas follow, as in `add_module`.

    Raises
    ------
    ContractError
        For an unknown module, or the core.
    HostError
        When the file cannot be read or written.
    """
    chosen = module_named(module)
    host = HeadlessHost(workbook)
    before = visible_sheets(host)
    parked = [s.name for s in before if s.module is chosen]
    refreshed: list[str] = []
    left: list[str] = []
    if parked:
        for name in parked:
            host.set_sheet_visibility(name, "veryHidden")
        refreshed, left = refresh_pages(host, Builds(host), before, [n for n in PAGES if n not in parked])
        host.save()
    done = (
        f"{', '.join(parked)} parked; bring them back with: sop-xl module add {workbook} {chosen}"
        if parked
        else f"no sheet of {chosen} is shown"
    )
    return Report(
        command="module remove",
        workbook=str(workbook),
        summary=f"{workbook.name}: {done}{_left_text(left)}",
        facts={"module": str(chosen), "parked": parked, "refreshed": refreshed, "left_as_they_were": left},
    )


def visible_sheets(host: Host) -> tuple[SheetSpec, ...]:
    """Sheets of the contract that show, in the contract's order."""
    present = set(host.sheet_names())
    return tuple(s for s in SHEETS if s.name in present and host.sheet_visibility(s.name) == "visible")


class Builds:
    """Fresh workbooks with the planner's periods, settings and title.

    Parameters
    ----------
    host
        The planner's workbook.
    """

    def __init__(self, host: Host) -> None:
        self.settings = _settings(host)
        self.timeline = _shown_timeline(host, self.settings)
        self.title = _title(host)

    def made(self, sheets: Sequence[SheetSpec], *, titled: str | None = None) -> bytes:
        """Bytes of a workbook with these sheets; the title is that on Home, or the company where Home has none, unless given."""
        title = (self.title or self.settings.company) if titled is None else titled
        settings = self.settings.model_copy(update={"company": title})
        return _built(tuple(s.name for s in sheets), self.timeline, settings.model_dump_json(), title)


@lru_cache(maxsize=6)
def _built(names: tuple[str, ...], timeline: Timeline, settings: str, title: str) -> bytes:
    """A build takes seconds and is the same for the same arguments."""
    chosen = [sheet(name) for name in names]
    return workbook_bytes(chosen, timeline, Settings.model_validate_json(settings), "custom", title)


def refresh_pages(
    host: HeadlessHost, builds: Builds, before: Sequence[SheetSpec], pages: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Bring pages up to date with the sheets that show now; names of those made anew, and of those left as they were.

    Parameters
    ----------
    host
        The workbook, its sheets already shown, parked or added.
    builds
        Makes what pages are compared with.
    before
        Sheets that showed until now.
    pages
        Pages to look at; those that do not show are passed over.
    """
    now = visible_sheets(host)
    shown = {s.name for s in now}
    return host.refresh_sheets(
        builds.made(now), [n for n in pages if n in shown], _earlier_builds(host, builds, before, now)
    )


def _earlier_builds(
    host: HeadlessHost, builds: Builds, before: Sequence[SheetSpec], now: Sequence[SheetSpec]
) -> Iterator[bytes]:
    """Workbooks that the pages may have been made for, likely ones first: a page that was parked knows only what showed back then."""
    there = [s for s in SHEETS if s.name in set(host.sheet_names())]
    candidates = [tuple(before), tuple(now), tuple(there)]
    candidates += [tuple(s for s in there if str(s.module) != left_out) for left_out in OPTIONAL_MODULES]
    for sheets in dict.fromkeys(candidates):
        yield builds.made(sheets, titled=builds.title)


def _left_text(left: Sequence[str]) -> str:
    if not left:
        return ""
    verb, what = ("differs", "it was") if len(left) == 1 else ("differ", "they were")
    return f"; {', '.join(left)} {verb} from what the program made and stayed as {what}"


def _title(host: Host) -> str:
    """The title printed on Home; empty where there is none."""
    if "Home" not in host.sheet_names():
        return ""
    rows = host.read_block("Home").rows
    shown = str(rows[0][0]) if rows and rows[0] and rows[0][0] is not None else ""
    return shown.removeprefix("Home - ") if shown.startswith("Home - ") else ""


def _settings(host: Host) -> Settings:
    return read_settings(host.read_block("Settings"))[0] if "Settings" in host.sheet_names() else Settings()


def _shown_timeline(host: Host, settings: Settings) -> Timeline:
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


def workbook_modules(host: Host) -> list[str]:
    """Modules of which the workbook shows at least one sheet."""
    shown = {sheet(n).module for n in host.sheet_names() if n in {s.name for s in SHEETS} and host.sheet_visibility(n) == "visible"}
    return [str(m) for m in Module if m in shown]
