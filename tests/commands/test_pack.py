"""The executive pack: pages, figures that are those of the sheets, and the same bytes every time."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from company import cells, make_workbook, run

from sop_xl.commands.pack import FEWEST, MOST, pack_slides
from sop_xl.commands.pack_slides import first_sentence
from sop_xl.commands.pack_tables import Tables, figure, number
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.slides import HEIGHT, WIDTH, Box, Chart, Slide, Table, Text, slides_bytes
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets import sheet

pptx = pytest.importorskip("pptx")
DAY = datetime(2025, 1, 5)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_workbook(tmp_path_factory.mktemp("pack") / "furniture.xlsx")
    assert run("regenerate", path, "--as-of", "2025-01-05", "--recalc", "off", "--quiet").exit_code == 0
    return path


@pytest.fixture(scope="module")
def deck(planned: Path) -> object:
    out = planned.parent / "out"
    result = run("pack", planned, "--out", out, "--format", "pptx")
    assert result.exit_code == 0, result.output
    return pptx.Presentation(str(out / "furniture_pack.pptx"))


def texts(slide) -> list[str]:
    """Every text of a slide, cells of its tables included."""
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return found + [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]


def test_the_pack_has_ten_to_fifteen_slides_with_a_title_each(deck):
    assert FEWEST <= len(deck.slides) <= MOST
    assert all(slide.shapes.title.text for slide in deck.slides)


def test_answers_on_the_slide_are_those_of_the_sheet(planned, deck):
    shown = texts(deck.slides[1])
    for row in cells(planned, "Ten Questions"):
        assert row["Answer"] in shown


def test_figures_by_family_are_sums_of_the_financial_plan(planned, deck):
    periods = [f"2025-{month:02}" for month in range(1, 13)]
    lines = [r for r in cells(planned, "Financial Plan") if r["Version"] == "Plan" and r["Measure"] == "Revenue" and r["Family"] != "All"]
    shown = texts(deck.slides[5])
    for family in ("Chairs", "Tables"):
        revenue = sum(float(r[p] or 0) for r in lines if r["Family"] == family for p in periods)
        assert number(revenue) in shown[shown.index(family) : shown.index(family) + 6]


def test_charts_are_native_and_hold_the_figures_of_the_sheet(planned, deck):
    chart = next(shape.chart for shape in deck.slides[2].shapes if shape.has_chart)
    place = list(chart.plots[0].categories).index("2025-03")
    demand = [r for r in cells(planned, "Financial Plan") if r["Version"] == "Plan" and r["Measure"] == "Demand"]
    assert chart.plots[0].series[0].values[place] == pytest.approx(sum(float(r["2025-03"] or 0) for r in demand))


def test_nothing_stands_beyond_the_page(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height


def test_the_same_workbook_gives_the_same_bytes(planned):
    host = HeadlessHost(planned)
    made = [slides_bytes(list(pack_slides(Tables(host, "EUR", "2025-01"), "furniture", "2025-01-05").values()), "furniture", DAY) for _ in range(2)]
    assert made[0] == made[1]
    assert b"2025-01-05T00:00:00Z" in pptx.Presentation(io.BytesIO(made[0])).part.package.part_related_by(
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    ).blob  # fmt: skip


def test_a_published_plan_names_its_approver_on_the_cover(planned, monkeypatch):
    tables = Tables(HeadlessHost(planned), "EUR", "2025-01")
    lines = pack_slides(tables, "furniture", "2025-01-05")["cover"].parts[0].lines
    assert lines[0].startswith("Not approved yet")
    approved = {"cycle": "2025-01", "version": 1.0, "as_of": "2025-01-20", "approved_by": "Ann", "scenario": "", "state": "approved", "hash": "abc"}
    tables._read["Snapshots"] = pd.DataFrame([approved])
    assert pack_slides(tables, "furniture", "2025-01-05")["cover"].parts[0].lines[0].startswith("Approved by Ann on 2025-01-20, version 1.")


@pytest.mark.parametrize(("before", "now"), [("2026-W46", "2026-W47"), (datetime(2026, 11, 9), datetime(2026, 11, 16))], ids=["labels", "dates"])
def test_on_a_weekly_calendar_only_the_plan_and_the_tasks_of_this_very_week_count(planned, before, now):
    def pages(approved_cycle: object) -> dict[str, Slide]:
        host = HeadlessHost(planned)
        tasks = [{"cycle": cycle, "step": "demand", "task": task, "state": "open"} for cycle, task in ((before, "Of last week"), (now, "Of this week"))]
        snapshot = {"cycle": approved_cycle, "version": 1.0, "as_of": "2026-11-17", "approved_by": "Ann", "state": "approved", "hash": "abc"}
        for name, rows in (("Snapshots", [snapshot]), ("Cycle", tasks)):
            columns = sheet(name).columns
            host.write_table(name, [c.label for c in columns], [[row.get(c.name) for c in columns] for row in rows])
        return pack_slides(Tables(host, "EUR", "2026-W47", Calendar(CalendarKind.WEEKS)), "furniture", "2026-11-17")

    assert pages(before)["cover"].parts[0].lines[0].startswith("Not approved yet")
    this_week = pages(now)
    assert this_week["cover"].parts[0].lines[0].startswith("Approved by Ann")
    assert [row[1] for row in this_week["follow-up"].parts[-1].rows] == ["Of this week"]


def test_an_unplanned_workbook_is_refused_in_one_line(tmp_path):
    result = run("pack", make_workbook(tmp_path / "new.xlsx"), "--out", tmp_path, "--format", "pptx")
    assert result.exit_code == 1
    assert "plan the workbook first" in result.output
    assert not list(tmp_path.glob("*_pack.*"))


def test_an_unknown_format_is_refused(planned, tmp_path):
    result = run("pack", planned, "--out", tmp_path, "--format", "docx")
    assert result.exit_code == 1
    assert "expected formats among pdf, pptx" in result.output


def test_titles_are_the_first_sentence_of_an_answer():
    assert first_sentence("Yes. Revenue is 5.4 % above budget. More.") == "Yes. Revenue is 5.4 % above budget."
    assert first_sentence("Two risks are open; one is new.") == "Two risks are open; one is new."
    assert len(first_sentence("word " * 60)) <= 151


def test_figures_read_as_planners_write_them():
    assert [figure(0.954, "fraction"), figure(144.2, "days"), figure(3.14, "per year"), number(float("nan")), number(-0.2, "+,.0f")] == ["95.4 %", "144", "3.1", "-", "0"]


@pytest.mark.skipif(find_libreoffice() is None, reason="needs LibreOffice")
def test_every_page_of_the_content_prints_on_one_page_of_its_own():
    pypdf = pytest.importorskip("pypdf")
    from sop_xl.hosts.pack_book import book_bytes
    from sop_xl.hosts.render import printed_book

    wide = Box(0.5, 1.35, WIDTH - 1, 3)
    parts = [
        Table(wide, ("Family", "Revenue"), [["Chairs", "1,234"]] * 9, (3, 1), frozenset({1})),
        Chart(Box(0.5, 4.6, WIDTH - 1, 3), "Revenue", "columns", ["2025-01", "2025-02"], [("Revenue", [1.0, None])]),
    ]
    full = Table(Box(0.5, 1.35, 6.0, 6.3), ("Family",), [["Tables"]] * 16, (1,))  # as many rows as a page of families has
    pages = [Slide("Families", "", [full], "Financial Plan"), Slide("First", "with a table", parts, "KPIs"), Slide("Second", "with text", [Text(Box(0.5, 3.5, 10, HEIGHT - 5), ["A line.", "And one that runs over more than one line of the page. " * 4, "Last."])], cover=True)]
    printed = pypdf.PdfReader(io.BytesIO(printed_book(book_bytes(pages))))
    assert len(printed.pages) == len(pages)
    assert "1,234" in printed.pages[1].extract_text()
    assert "A line." in printed.pages[2].extract_text()


@pytest.mark.parametrize("modules", ["cycle", "finance,cycle"])
def test_a_small_company_s_workbook_without_supply_sheets_has_a_pack_too(tmp_path, modules):
    path = tmp_path / "small.xlsx"
    assert run("new", path, "--modules", modules, "--horizon", "12", "--as-of", "2025-01-05").exit_code == 0
    host = HeadlessHost(path)
    host.write_table("Items", ["Item", "Family", "List price"], [["0017", "Chairs", 100.0]])
    host.write_table("Demand History", ["Item", "2024-11", "2024-12"], [["0017", 40.0, 41.0]])
    host.save()
    assert run("regenerate", path, "--as-of", "2025-01-05", "--recalc", "off", "--quiet").exit_code == 0
    assert "Inventory Plan" not in host.sheet_names()
    result = run("pack", path, "--out", tmp_path, "--format", "pptx")
    assert result.exit_code == 0, result.output
    assert FEWEST <= len(pptx.Presentation(str(tmp_path / "small_pack.pptx")).slides) <= MOST
