"""What service costs in stock, on the Supply Review: the curve of the chosen family, and where it stands today."""

from __future__ import annotations

from sop_xl.sheets.spec import HEADER_ROW, SheetKind
from sop_xl.templates import review
from sop_xl.templates.book import quoted
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import MUTED, WHITE

POINTS = 16
"""Points of the curve that the block holds."""

HEIGHT = POINTS + 5
"""Rows of the block, headings and an empty row included."""

TODAY = (("settings", "Today's targets"), ("stock", "Today's stock"))


def curve_block(page: Page, top: int) -> int:
    """Today's two points, then the curve, of the family chosen above; returns the next row.

    Where the curve has ended its last point is repeated, out of sight, so that the chart ends there too.
    """
    book, sheet, styles = page.book, page.sheet, page.book.styles
    spec = book.spec("Service Curves")
    row = review.heading(page, top, "What service costs in stock: the chosen family, all regions")
    for letters, text in (("A", "Point"), ("B", ""), ("C", "Number"), ("D", "Safety stock"), ("E", "Service level"), ("F", "Fill rate"), ("G", "")):
        sheet.write_string(f"{letters}{row}", text, styles.header(SheetKind.REVIEW, wrap=False, number=letters in "CDEF"))
    money, percent, muted = styles.body(review.dashed("#,##0")), styles.body(review.dashed("0.0%")), styles.body(font_color=MUTED)
    family, today = filled(spec, "family"), filled(spec, "today")
    columns = (("D", "safety_stock_value", money), ("E", "service_level", percent), ("F", "fill_rate", percent))
    for line, (key, text) in enumerate(TODAY, row + 1):
        sheet.write_string(f"A{line}", text, styles.body(bold=True))
        sheet.write_string(f"B{line}", key, muted)
        sheet.write_formula(f"C{line}", f"=COUNTIFS({family},{page.family},{today},$B{line})", muted, 0)
        for letters, name, style in columns:
            figure = f"SUMIFS({filled(spec, name)},{family},{page.family},{today},$B{line})/MAX(1,$C{line})"
            sheet.write_formula(f"{letters}{line}", f"={figure}", style, 0)
    first = row + len(TODAY) + 1
    number = f"COUNTIFS({family},{page.family},{today},\"\")"
    own = f'({family}={page.family})*({today}="")'
    at = f"ROW({family})-ROW({quoted(spec.name)}!$A${HEADER_ROW})"
    for line in range(first, first + POINTS):
        nth = f"ROWS($C${first}:$C{line})"
        sheet.write_array_formula(f"C{line}", f"{{=IFERROR(SMALL(IF({own},{at}),MIN({nth},{number})),0)}}", muted, 0)
        sheet.write_formula(f"A{line}", f'=IF({nth}>{number},"",{page.family})', styles.body(), "")
        for letters in "BG":
            sheet.write_blank(f"{letters}{line}", None, muted)
        for letters, name, style in columns:
            sheet.write_formula(f"{letters}{line}", f"=IF($C{line}=0,0,INDEX({filled(spec, name)},$C{line}))", style, 0)
    last = first + POINTS - 1
    sheet.conditional_format(f"C{first}:F{last}", {"type": "formula", "criteria": f'=$A{first}=""', "format": styles.conditional(font_color=WHITE)})
    page.rows |= {"today": row + 1, "curve": first}
    return last + 2
