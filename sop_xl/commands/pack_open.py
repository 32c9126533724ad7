"""The executive pack of a workbook that is open in Excel: made from its file, which must hold what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sop_xl.commands.pack import FORMATS, pack_workbook
from sop_xl.commands.report import Report
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.protocol import Host
from sop_xl.sheets import sheet

TELLING = ("Ten Questions", "Run Log")
"""Sheets that are others after any run."""


def refuse_unless_saved(address: str) -> None:
    """Refuse where a workbook has no file on this machine.

    Raises
    ------
    HostError
        For a workbook that was never saved, and for one that has a web address.
    """
    if "://" in address:
        raise HostError("the pack is made from a file on this computer: save a copy there (File > Save a Copy), open it and press Pack again")
    if not Path(address).is_file():
        raise HostError("the pack is made from the saved file: save the workbook first")


def pack_open_workbook(picture: Host, workbook: Path, out: Path, *, progress: Callable[[str, int, int], None] | None = None) -> Report:
    """Make the pack of a workbook that is open, as PowerPoint and, where LibreOffice is installed, as PDF.

    Parameters
    ----------
    picture
        The workbook as it is open.
    workbook
        Its file.
    out
        Folder for the pack.

    Raises
    ------
    HostError
        Where the file holds another plan than what is open, and as `pack_workbook`.
    """
    refuse_unless_saved(str(workbook))
    saved = HeadlessHost(workbook)
    if any(_content(saved, name) != _content(picture, name) for name in TELLING):
        raise HostError("the last run is not in the file yet, and the pack is made from it: save the workbook (Ctrl+S) and press Pack again")
    if find_libreoffice() is not None:
        return pack_workbook(workbook, out, progress=progress)
    report = pack_workbook(workbook, out, formats=[one for one in FORMATS if one != "pdf"], progress=progress)
    return replace(report, summary=f"{report.summary}. A PDF needs LibreOffice; Excel prints the review pages by itself (File > Export)")


def _content(host: Host, name: str) -> list[list[str]]:
    """A table as texts; without rows where the workbook has no such sheet."""
    if name not in host.sheet_names():
        return []
    return [[plain_text(value) for value in cells] for _, cells in plain_table(sheet(name), host.read_block(name)).rows]
