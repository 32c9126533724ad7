"""The executive pack: 10 to 15 pages as PDF and as PowerPoint, from the figures that stand in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sop_xl.commands import pack_review_slides as reviews
from sop_xl.commands import pack_slides as content
from sop_xl.commands.pack_tables import Tables
from sop_xl.commands.report import Report
from sop_xl.errors import ContractError, HostError, Problem
from sop_xl.hosts.files import made_folder, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.slides import Chart, Slide, Table, Text, slides_bytes
from sop_xl.sheets.read import read_settings

FORMATS = ("pdf", "pptx")
FEWEST, MOST = 10, 15
"""Pages of a pack."""

OWN_PAGES: dict[str, tuple[str, int]] = {
    "ten questions": ("Executive", 0), "charts": ("Executive", 1), "finance": ("Finance Review", 0), "supply": ("Supply Review", 0), "weeks": ("Weekly Review", 0),
}  # fmt: skip
"""Parts that the PDF takes from the workbook's own printed pages where it has them: sheet, and 0-based page of that sheet."""


def pack_workbook(
    workbook: Path, out: Path, *, formats: Sequence[str] = FORMATS, as_of: str = "", progress: Callable[[str, int, int], None] | None = None
) -> Report:
    """Make the pack of a planned workbook; the workbook is read and never changed.

    Parameters
    ----------
    out
        Folder; it is made where it is not there. The files are called like the workbook.
    formats
        Of `FORMATS`. The PDF takes the review pages as the workbook prints them, and the other pages with what stands on the slides.
    as_of
        ISO date of the files' properties; the date of the plan where empty.

    Raises
    ------
    ContractError
        For an unknown format, or a workbook that was not planned yet.
    HostError
        When the workbook cannot be read, a library of the extra `pack` is missing, or, for the PDF, LibreOffice.
    """
    if unknown := [one for one in formats if one not in FORMATS]:
        raise ContractError([Problem("--format", "", "unknown-format", "expected formats among " + ", ".join(FORMATS), f'"{unknown[0]}"')])
    host, say = HeadlessHost(workbook), progress or (lambda message, done, total: None)
    present = host.sheet_names()
    if "Ten Questions" not in present:
        raise HostError(f"{workbook.name} has no sheet Ten Questions: add the module cycle and plan")
    settings, _ = read_settings(host.read_block("Settings"))
    planned = host.read_name("sop_as_of")
    current = str(host.read_name("sop_current_period") or "")
    tables = Tables(host, settings.plan_currency, current, settings.make_calendar())
    if tables.table("Ten Questions").empty:
        raise ContractError([Problem("Ten Questions", "", "not-planned", "expected the ten questions answered", "an empty table", "plan the workbook first")])
    day = datetime.fromisoformat(as_of) if as_of else _day(planned)
    say("Laying out the pages", 0, 0)
    slides = pack_slides(tables, workbook.stem, f"{day:%Y-%m-%d}" if planned or as_of else "")
    made_folder(out)
    facts: dict[str, Any] = {"files": [], "pages": {}}
    if "pptx" in formats:
        presentation = slides_bytes(list(slides.values()), f"{workbook.stem}: S&OP executive review", day)
        target = out / f"{workbook.stem}_pack.pptx"
        replace_file(target, presentation)
        facts["files"].append(str(target))
        facts["pages"]["pptx"] = len(slides)
    if "pdf" in formats:
        target = out / f"{workbook.stem}_pack.pdf"
        blob, own = _pdf(workbook, slides, [n for n in present if host.sheet_visibility(n) == "visible"], day, say)
        replace_file(target, blob)
        facts["files"].append(str(target))
        facts["pages"]["pdf"], facts["own_pages"] = len(slides), own
    counts = ", ".join(f"{name} {number} pages" for name, number in facts["pages"].items())
    if not all(FEWEST <= number <= MOST for number in facts["pages"].values()):
        raise HostError(f"the pack should have {FEWEST} to {MOST} pages and has {counts}")
    return Report("pack", str(workbook), summary=f"{workbook.name}: {counts}, in {out}", facts=facts)


def pack_slides(tables: Tables, name: str, as_of: str) -> dict[str, Slide]:
    """Every page of the pack by its name, in order."""
    pages = {
        "cover": content.cover(tables, name, as_of),
        "ten questions": content.ten_questions(tables),
        "charts": content.key_charts(tables),
        "changes": content.changes(tables),
        "key figures": content.key_figures(tables),
        "families": content.families(tables),
        "finance": reviews.finance(tables),
        "supply": reviews.supply(tables),
        "risks and gaps": reviews.risks_and_gaps(tables),
        "decisions": reviews.decisions(tables),
        "product development": reviews.product_development(tables),
        "scenarios": reviews.scenarios(tables),
        "follow-up": reviews.follow_up(tables),
        "weeks": reviews.weeks(tables),
    }
    return {page: replace(slide, parts=[_shown(part) for part in slide.parts]) for page, slide in pages.items()}


def _shown(part: Text | Table | Chart) -> Text | Table | Chart:
    """A chart without figures, such as of a sheet that the workbook has not, says so: PowerPoint opens no file with an empty one."""
    if isinstance(part, Chart) and not any(value is not None for _, values in part.series for value in values):
        return Text(part.box, [f"{part.title}: no figures in this workbook."])
    return part


def _pdf(
    workbook: Path, slides: dict[str, Slide], showing: Sequence[str], day: datetime, say: Callable[[str, int, int], None]
) -> tuple[bytes, list[str]]:
    """The bound file, and which of its pages are the workbook's own."""
    from sop_xl.hosts.pack_book import book_bytes
    from sop_xl.hosts.pdf_pages import bound, count_pages, pages_by_sheet
    from sop_xl.hosts.render import printed_book, printed_sheets

    sheets = [name for name in dict.fromkeys(sheet for sheet, _ in OWN_PAGES.values()) if name in showing]
    say("Printing the review pages", 0, 0)
    printed = printed_sheets(workbook, sheets) if sheets else b""
    places = pages_by_sheet(printed, sheets) if sheets else {}
    say("Printing the other pages", 0, 0)
    others = printed_book(book_bytes(list(slides.values())))
    if count_pages(others) != len(slides):
        raise HostError(f"the pack has {len(slides)} pages and was printed on {count_pages(others)} pages")
    pages, own = [], []
    for number, name in enumerate(slides):
        sheet, page = OWN_PAGES.get(name, ("", 0))
        if sheet == "Executive" and len(places.get(sheet, ())) == 1:  # a page from before it answered the questions: charts alone
            page -= 1
        if 0 <= page < len(places.get(sheet, ())):
            pages.append((printed, places[sheet][page], name.capitalize()))
            own.append(f"{number + 1}: {sheet}")
        else:
            pages.append((others, number, name.capitalize()))
    return bound(pages, f"{workbook.stem}: S&OP executive review", day), own


def _day(planned: object) -> datetime:
    """The day of the plan; where the workbook does not say, a day that is always the same."""
    if isinstance(planned, datetime):
        return planned
    if isinstance(planned, date):
        return datetime(planned.year, planned.month, planned.day)
    try:
        return datetime.fromisoformat(str(planned))
    except ValueError:
        return datetime(2000, 1, 1)
