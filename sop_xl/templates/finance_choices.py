"""What the Finance Review is asked about: stretch of time, bridge, figure and tolerance; and the cells that its blocks read them from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sop_xl.blocks import parse_a1
from sop_xl.templates import layout
from sop_xl.templates.book import quoted
from sop_xl.templates.bridge_block import BRIDGES, MEASURES
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page, measure_label
from sop_xl.templates.styles import MUTED
from sop_xl.templates.word_block import Beside, letters_of

SERVICE = "Service"
FIGURES = ("Revenue", "Gross margin", SERVICE, "Cash")
"""Figures of Risk Outlook, as it writes them."""

CHOICE_ROW = 4
SPANS = 12
"""Stretches of time that the drop-down can list."""

_TOLERANCE = 0.01
_BRIDGE, _MEASURE, _WITHIN = ((0, 0), (1, 2)), ((3, 3), (4, 5)), ((7, 9), (10, 10))
"""Where a caption and its yellow cell stand, over the planned periods."""


@dataclass
class Workings:
    """Cells below the page, not printed, in which its sentences are worked out: one line each, the result in D.

    Parameters
    ----------
    page
        Whose they are.
    row
        1-based row of the next one.
    """

    page: Page
    row: int

    def add(self, label: str, formula: str, *, unit: str = "text", array: bool = False, form: str = "General") -> str:
        """One working; returns its absolute address."""
        sheet, styles, row = self.page.sheet, self.page.book.styles, self.row
        muted = styles(font_color=MUTED, font_size=9)
        sheet.write_string(f"A{row}", label, muted)
        sheet.write_string(f"B{row}", "Working", muted)
        sheet.write_string(f"C{row}", unit, muted)
        look = styles(font_color=MUTED, font_size=9, num_format=form, align="left")
        if array:
            sheet.write_array_formula(f"D{row}", f"{{={formula}}}", look, "")
        else:
            sheet.write_formula(f"D{row}", f"={formula}", look, "")
        self.row += 1
        return f"$D${row}"


@dataclass(frozen=True, slots=True)
class Choices:
    """Cells that say what is chosen.

    Parameters
    ----------
    bridge, measure, tolerance
        Yellow cells: name of the bridge, label of its measure, fraction within which a figure is on plan.
    span
        Name of the chosen stretch of time that Plan Comparison has; empty where it has none.
    full_year, to_date, rest
        Names of the stretches of the current fiscal year; empty where Plan Comparison has none.
    level
        Level of Plan Comparison that the chosen family and region are.
    balance_family
        What the family of Balance and Cash is compared with: its own line of everything, or any family.
    """

    bridge: str
    measure: str
    tolerance: str
    span: str
    full_year: str
    to_date: str
    rest: str
    level: str
    balance_family: str


def choose(page: Page, workings: Workings) -> Choices:
    """Write the yellow cells of row 4 and what follows from them."""
    family, region = page.family, page.region
    by_family = f'IF({region}="All","family","family and region")'
    level = workings.add("Level of the choice in Plan Comparison", f'IF({family}="All",IF({region}="All","total","region"),{by_family})')
    balance = f'IF(AND({family}="All",{region}="All"),"All",{page.family_criterion})'
    balance_family = workings.add("Family of Balance and Cash", balance)
    bridge = measure = ""
    if page.book.has("Bridges"):
        bridge = _listed(page, "bridge", "Bridge", *_BRIDGE, BRIDGES)
        measure = _listed(page, "measure", "of", *_MEASURE, tuple(measure_label(name) for name in MEASURES))
    tolerance = _tolerance(page)
    span, full_year, to_date, rest = _spans(page, workings) if page.book.has("Plan Comparison") else ("", "", "", "")
    return Choices(bridge, measure, tolerance, span, full_year, to_date, rest, level, balance_family)


def drop_down(page: Page, stem: str, area: str, source: object, initial: str, title: str) -> str:
    """A yellow cell, merged over the area where it is one, with a name of its own; returns its absolute address."""
    look = page.book.styles.body(entry=True, bold=True)
    first = area.split(":", maxsplit=1)[0]
    if ":" in area:
        page.sheet.merge_range(area, "", look)
    page.sheet.write_string(first, initial, look)
    return _named(page, stem, area, {"validate": "list", "source": source, "error_title": title, "error_message": "Choose from the list."})


def _named(page: Page, stem: str, area: str, rule: dict[str, Any]) -> str:
    page.sheet.data_validation(area, rule)
    cell = area.split(":", maxsplit=1)[0]
    row, column = parse_a1(cell)
    layout.cell_name(page.book, f"{page.name.replace(' ', '')}_{stem}", page.name, row, column)
    return f"${cell.rstrip('0123456789')}${row}"


def _caption(page: Page, place: Beside, text: str) -> None:
    first, last = letters_of(page, place)
    look = page.book.styles(bold=True, align="right", indent=1)
    if first != last:
        page.sheet.merge_range(f"{first}{CHOICE_ROW}:{last}{CHOICE_ROW}", text, look)
    else:
        page.sheet.write_string(f"{first}{CHOICE_ROW}", text, look)


def _listed(page: Page, stem: str, caption: str, label: Beside, place: Beside, choices: tuple[str, ...]) -> str:
    _caption(page, label, caption)
    first, last = letters_of(page, place)
    return drop_down(page, stem, f"{first}{CHOICE_ROW}:{last}{CHOICE_ROW}", list(choices), choices[0], stem.capitalize())


def _tolerance(page: Page) -> str:
    label, place = _WITHIN
    _caption(page, label, "On plan within +/-")
    cell = f"{letters_of(page, place)[0]}{CHOICE_ROW}"
    page.sheet.write_number(cell, _TOLERANCE, page.book.styles.body("0.0%", entry=True, bold=True))
    rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_title": "On plan within", "error_message": "A share between 0% and 100%."}
    return _named(page, "tolerance", cell, rule)


def _spans(page: Page, workings: Workings) -> tuple[str, str, str, str]:
    """The list of what Plan Comparison has, the drop-down over it, and the stretches that the questions ask about."""
    sheet, styles = page.sheet, page.book.styles
    spans = filled(page.book.spec("Plan Comparison"), "span")
    muted = styles(font_color=MUTED, font_size=9)
    workings.add("Spans in Plan Comparison", '"below"')
    top = workings.row
    for row in range(top, top + SPANS):
        above = f"$D${top - 1}:$D{row - 1}"
        listed = f'IF(D{row - 1}="","",IFERROR(INDEX({spans},MATCH(0,COUNTIF({above},{spans}&"")+({spans}=""),0))&"",""))'
        workings.add("Span", listed, array=True)
    cells = f"$D${top}:$D${top + SPANS - 1}"
    listed = f"{quoted(page.name)}!{cells}"
    start = listed.split(":", maxsplit=1)[0]
    page.book.workbook.define_name("FinanceReview_spans", f'={start}:INDEX({listed},MAX(1,COUNTIF({listed},"?*")))')
    sheet.write_string(f"E{CHOICE_ROW}", "Over", styles(bold=True, align="right", indent=1))
    chosen = drop_down(page, "span", f"F{CHOICE_ROW}:G{CHOICE_ROW}", "=FinanceReview_spans", "Full year", "Span")
    first = f"$D${top}"
    meant = f'IFERROR(INDEX({cells},MATCH({chosen}&"*",{cells},0)),{first})'
    span = workings.add("Chosen; the first where Plan Comparison does not have it", f'IF({chosen}="",{first},{meant})')
    sheet.merge_range(f"F{CHOICE_ROW + 1}:G{CHOICE_ROW + 1}", "", muted)
    sheet.write_formula(f"F{CHOICE_ROW + 1}", f'="= "&{span}', muted, "")
    rest = workings.add("Rest of the fiscal year", f'IFERROR(INDEX({cells},MATCH("Rest of *",{cells},0)),"")')
    year = f'SUBSTITUTE({rest},"Rest of ","")'
    full, to_date = (
        workings.add(f"{words} of the fiscal year", f'IF(COUNTIF({cells},"{words} "&{year})=0,"","{words} "&{year})') for words in ("Full year", "Year to date")
    )  # fmt: skip
    return span, full, to_date, rest
