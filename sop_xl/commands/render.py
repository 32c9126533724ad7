"""Pages of a workbook as PDF and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sop_xl.commands.report import Report
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.render import render_sheet
from sop_xl.sheets import BY_NAME
from sop_xl.sheets.spec import SheetKind


def render_workbook(
    workbook: Path, out: Path, *, sheets: Sequence[str] = (), most_pages: int = 0, progress: Callable[[str, int, int], None] | None = None
) -> Report:
    """Print sheets, by default the review pages, each to a PDF of its own and to pictures of its pages.

    Raises
    ------
    HostError
        When a sheet is not there, or LibreOffice is missing or fails.
    """
    present = HeadlessHost(workbook).sheet_names()
    chosen = list(sheets) or [n for n in present if n in BY_NAME and BY_NAME[n].kind is SheetKind.REVIEW]
    made: list[Path] = []
    for k, name in enumerate(chosen):
        if progress:
            progress(f"Printing {name}", k, len(chosen))
        made += render_sheet(workbook, name, out, most_pages=most_pages)
    return Report(
        command="render",
        workbook=str(workbook),
        summary=f"{len(made)} files for {len(chosen)} sheets are in {out}",
        facts={"files": [str(p) for p in made]},
    )
