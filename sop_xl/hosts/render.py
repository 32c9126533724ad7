"""Sheets as pages: PDF by LibreOffice, pictures by poppler. For looking, never for storing numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from sop_xl.errors import HostError
from sop_xl.hosts.cell_formulas.parse import calls_ours
from sop_xl.hosts.files import read_bytes, replace_file
from sop_xl.hosts.libreoffice import convert, find_libreoffice
from sop_xl.hosts.package import Package
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.tabs import drop_print_names, set_visibility
from sop_xl.hosts.workbook import Workbook

DOTS_PER_INCH = 110
_FOOTERS = re.compile("(<oddFooter>).*?(</oddFooter>)", re.DOTALL)


def render_sheet(workbook: Path, sheet: str, out: Path, *, pictures: bool = True, most_pages: int = 0) -> list[Path]:
    """Print one sheet to `out/<sheet>.pdf`, and its pages to `out/<sheet>.png` (further pages `<sheet>-2.png` ...).

    Parameters
    ----------
    pictures
        Also make PNG files, where poppler's `pdftoppm` is installed.
    most_pages
        Pictures of no more than so many pages; 0 = all.

    Raises
    ------
    HostError
        When the sheet is not there, or LibreOffice is missing or fails.
    """
    program = _program()
    out.mkdir(parents=True, exist_ok=True)
    stem = sheet.lower().replace(" ", "_")
    pdf = out / f"{stem}.pdf"
    alone, waits = _only(workbook, sheet)
    replace_file(pdf, convert(program, alone, workbook.suffix, "pdf", compute=waits))
    return [pdf, *(_pictures(pdf, out, stem, most_pages) if pictures else [])]


def _only(workbook: Path, *sheets: str, footer: str = "") -> tuple[bytes, bool]:
    """A copy that prints these sheets alone, with another footer where one is given, and whether its formulas still wait to be computed.

    LibreOffice leaves hidden sheets out, but not those with a print area of their own: both are taken from the others, and so are their
    repeated rows and columns, which cost it seconds a sheet.
    """
    package = Package(read_bytes(workbook), workbook.name)
    book = Workbook(package)
    names = [entry.name for entry in book.sheets()]
    for sheet in sheets:
        if sheet not in names:
            raise HostError(f"{workbook.name} has no sheet named {sheet}")
    waits = book.calculates_on_load
    _keep_own_results(package, book)
    if footer:
        for entry in (entry for entry in book.sheets() if entry.name in sheets):
            package.replace_text(entry.part, _FOOTERS.sub(lambda found: found[1] + escape(footer) + found[2], package.text(entry.part)))
    for sheet in sheets:
        set_visibility(book, sheet, "visible")
    for name in names:
        if name not in sheets:
            set_visibility(book, name, "hidden")
    drop_print_names(book, ("Print_Area", "Print_Titles"), (k for k, name in enumerate(names) if name not in sheets))
    return package.to_bytes(), waits


def printed_sheets(workbook: Path, sheets: Sequence[str]) -> bytes:
    """One PDF of these sheets in tab order, as they print from the workbook; the footer is the sheet's name alone, as their pages go into other files.

    Raises
    ------
    HostError
        When a sheet is not there, or LibreOffice is missing or fails.
    """
    alone, waits = _only(workbook, *sheets, footer="&L&8&A")
    return convert(_program(), alone, workbook.suffix, "pdf", compute=waits)


def printed_book(content: bytes) -> bytes:
    """The PDF of a workbook in memory, every sheet of it; raises as `printed_sheets` does."""
    return convert(_program(), content, ".xlsx", "pdf", compute=False)


def _program() -> str:
    program = find_libreoffice()
    if program is None:
        raise HostError("printing needs LibreOffice, which was not found; install it, or print from Excel")
    return program


def _keep_own_results(package: Package, book: Workbook) -> None:
    """Cells that call functions of ours print their last result; LibreOffice does not know the functions."""
    for entry in book.sheets():
        if entry.kind == "worksheet" and calls_ours(package.text(entry.part)):
            sheet = Sheet(package.text(entry.part), entry.name)
            formulas = sheet.patterns.formula
            package.replace_text(entry.part, formulas.sub(lambda m: "" if calls_ours(m[2] or "") else m[0], sheet.text))


def _pictures(pdf: Path, out: Path, stem: str, most_pages: int) -> list[Path]:
    program = shutil.which("pdftoppm")
    if program is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        limit: Sequence[str] = ["-l", str(most_pages)] if most_pages else []
        done = subprocess.run(
            [program, "-png", "-r", str(DOTS_PER_INCH), *limit, str(pdf), f"{folder}/page"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise HostError(f"{pdf.name} could not be made into pictures: {done.stderr.strip()[:160]}")
        made = []
        for number, page in enumerate(sorted(Path(folder).glob("page*.png")), start=1):
            target = out / (f"{stem}.png" if number == 1 else f"{stem}-{number}.png")
            replace_file(target, page.read_bytes())
            made.append(target)
        return made
