"""The plan beside budget, last year, last cycle and the whole demand: same families and regions, same periods, same currency."""

from __future__ import annotations

from sop_xl.templates import review
from sop_xl.templates.finance_choices import Choices
from sop_xl.templates.reach import filled
from sop_xl.templates.review import BUDGET, LAST_YEAR, PREVIOUS_PLAN, Page, measure_label
from sop_xl.templates.styles import BLUE, MUTED, RULE, UNIT_FORMAT
from sop_xl.templates.word_block import PLACE, WORDS, Field, block_header, write_cell

UNCONSTRAINED = "Unconstrained"
REFERENCES = (BUDGET, LAST_YEAR, PREVIOUS_PLAN, UNCONSTRAINED)
COMPARED = ("sales_volume", "revenue", "cost", "gross_margin", "inventory_value")
HEIGHT = len(REFERENCES) * len(COMPARED) + 3
"""Rows of the block, heading, header and an empty row included."""

MONEY, SIGNED, CHANGE = "#,##0;-#,##0;0", "+#,##0;-#,##0;0", "+0.0%;-0.0%;0.0%"


def row_of_comparison(page: Page, choices: Choices, span: str, reference: str, measure: str) -> str:
    """Array formula of the line of Plan Comparison for the chosen family and region; an error where there is none.

    The stretch of time, the reference and the measure's label are formula texts: addresses, or names in quotes.
    """
    spec = page.book.spec("Plan Comparison")
    pairs = (
        ("level", choices.level), ("scope", page.family), ("region", page.region), ("span", span), ("reference", reference), ("measure", measure),
    )  # fmt: skip
    return f"MATCH(1,{'*'.join(f'({filled(spec, name)}={value})' for name, value in pairs)},0)"


def cell_of_comparison(page: Page, name: str, row: str) -> str:
    """Field `name` of the line of Plan Comparison whose number stands in the cell `row`; nothing where either is empty."""
    cell = f"INDEX({filled(page.book.spec('Plan Comparison'), name)},{row})"
    return f'IF({row}="","",IF({cell}="","",{cell}))'


def stretch_of_comparison(page: Page, row: str) -> str:
    """`2026-01 to 2026-12`: the periods that are compared."""
    first, last = (f"INDEX({filled(page.book.spec('Plan Comparison'), name)},{row})" for name in ("first_period", "last_period"))
    return f'{first}&" to "&{last}'


def comparison_block(page: Page, top: int, choices: Choices) -> int:
    """Every reference with every measure from a 1-based row on; returns the next row."""
    sheet, styles = page.sheet, page.book.styles
    row = review.heading(page, top, "")
    caption = f'="Plan beside its references: "&IF({choices.span}="","no comparison yet",{choices.span})'
    caption += f'&", "&IF({page.family}="All","all families",{page.family})&", "&IF({page.region}="All","all regions",{page.region})'
    sheet.write_formula(f"A{top}", caption, styles(bold=True, font_color="#C96F1A", bottom=1, bottom_color=RULE, font_size=11), "")
    fields = (
        Field("D", "Plan", "plan", MONEY),
        Field("E", "Reference value", "reference_value", MONEY),
        Field("F", "Gap %", "gap_percent", CHANGE),
        Field("G", "Gap", "gap", SIGNED),
    )
    words = Field(WORDS, "Unit, periods compared, and whether the gap is favourable to profit", "")
    captions = [(field.place, field.caption, bool(field.form)) for field in (*fields, words)]
    block_header(page, row, [("A", "Measure", False), ("B", "Against", False), (PLACE, "Row", True), *captions])
    line = row + 1
    for reference in REFERENCES:
        for name in COMPARED:
            first = name == COMPARED[0]
            sheet.write_string(f"A{line}", measure_label(name), styles.body(bold=name in ("revenue", "gross_margin")))
            sheet.write_string(f"B{line}", reference, styles.body(bold=first, font_color=BLUE if first else MUTED))
            cell = f"${PLACE}{line}"
            found = f'IFERROR({row_of_comparison(page, choices, choices.span, f"$B{line}", f"$A{line}")},"")'
            sheet.write_array_formula(f"{PLACE}{line}", f"{{={found}}}", styles.body(UNIT_FORMAT["rank"], font_color=MUTED, font_size=8), "")
            for field in fields:
                write_cell(page, line, field, cell_of_comparison(page, field.formula, cell))
            write_cell(page, line, words, f'IF({cell}="","",{_told(page, cell)})')
            line += 1
    return line + 1


def _told(page: Page, cell: str) -> str:
    """`USD, 2026-01 to 2026-12, unfavourable; what must be known of it`."""
    spec = page.book.spec("Plan Comparison")
    variance, unit, note = (f"INDEX({filled(spec, name)},{cell})" for name in ("variance", "unit", "note"))
    side = f'LOOKUP(SIGN(N({variance})),{{-1,0,1}},{{", unfavourable","",", favourable"}})'
    return f'{unit}&", "&{stretch_of_comparison(page, cell)}&{side}&IF({note}="","","; "&{note})'
