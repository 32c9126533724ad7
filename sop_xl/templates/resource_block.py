"""Resources on the Supply Review: the most loaded as a heat map, and one of them in detail."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.sheets.spec import SheetKind
from sop_xl.templates import layout, review
from sop_xl.templates.book import LAST_LIST_ROW, bounded, period_letters
from sop_xl.templates.highlights import bands
from sop_xl.templates.reach import body, filled, period_filled
from sop_xl.templates.review import Formula, Line, Page, measure_label
from sop_xl.templates.styles import MUTED

RESOURCES = 10
"""Lines of the heat map."""

MAP_HEIGHT = RESOURCES + 3
LINES_HEIGHT = 10
"""Rows of both blocks, headings and an empty row included."""

_LINES = ("available_capacity", "required_capacity", "hours_to_buy_back", "load", "overtime", "extra_shifts", "plan_capacity", "utilisation")


def heat_map(page: Page, top: int) -> int:
    """Utilisation that the demand asks for, the most loaded resources first; returns the next row."""
    book, sheet, styles = page.book, page.sheet, page.book.styles
    spec = book.spec("Capacity")
    row = review.heading(page, top, "Resources: utilisation that the demand asks for, the most loaded in the next year first")
    for letters, text in zip("ABCDEFG", ("Resource", "Kind", "Unit", "Peak", "Mean", "To buy", ""), strict=True):
        sheet.write_string(f"{letters}{row}", text, styles.header(SheetKind.REVIEW, number=letters in "DEF", wrap=False))
    label = measure_label("utilisation_required")
    resources, measures = filled(spec, "resource"), filled(spec, "measure")
    year = page.span("next")
    # one number for each line of Capacity: its sum over the next year
    sums = f"MMULT({body(spec)}*{year},TRANSPOSE(0*{year}+1))"
    percent, plain, muted = styles.body(review.dashed("0%")), styles.body(bold=True), styles.body(font_color=MUTED)
    mean = styles.body("0%;-0%;")  # nothing where there is no further resource
    first = row + 1
    for line in range(first, first + RESOURCES):
        left = f'({measures}="{label}")*(COUNTIF($A${row}:$A{line - 1},{resources})=0)'
        sheet.write_array_formula(f"E{line}", f"{{=MAX({left}*{sums})/MAX(1,SUM({year}))}}", mean, 0)
        found = f"MATCH(1,{left}*({sums}/MAX(1,SUM({year}))=$E{line}),0)"
        sheet.write_array_formula(f"A{line}", f'{{=IFERROR(INDEX({resources},{found})&"","")}}', plain, "")
        kind = f'IFERROR(INDEX({filled(spec, "kind")},MATCH($A{line},{resources},0))&"","")'
        sheet.write_formula(f"B{line}", f'=IF($A{line}="","",{kind})', muted, "")
        sheet.write_formula(f"C{line}", f'=IF($A{line}="","","fraction")', muted, "")
        cells = f"$H{line}:${book.last_column}{line}"
        sheet.write_formula(f"D{line}", f'=IF($A{line}="","",MAX({cells}))', percent, "")
        total = f"SUMPRODUCT(({resources}=$A{line})*({measures}=\"{measure_label('hours_to_buy_back')}\")*{body(spec)}*{year})"
        sheet.write_formula(f"F{line}", f'=IF($A{line}="","",{total})', styles.body(review.dashed("#,##0")), "")
        sheet.write_blank(f"G{line}", None, muted)
        for index in range(len(book.labels)):
            letters = period_letters(index)
            figure = f'SUMIFS({period_filled(spec, letters)},{measures},"{label}",{resources},$A{line})'
            sheet.write_formula(f"{letters}{line}", f'=IF($A{line}="","",{page.planned(letters, figure)})', percent, "")
    last = first + RESOURCES - 1
    bands(book, page.name, f"D{first}:E{last}", "{cell}<>0")
    bands(book, page.name, f"H{first}:{book.last_column}{last}", "{cell}<>0")
    page.rows["resources"] = first
    return last + 2


def resource_lines(page: Page, top: int) -> int:
    """Heading with a drop-down of resources and the lines of the one chosen; empty shows the most loaded; returns the next row."""
    book, sheet, styles = page.book, page.sheet, page.book.styles
    row = review.heading(page, top, "One resource: yellow cell; empty = the most loaded")
    sheet.write_blank(f"D{top}", None, styles.body(entry=True, bold=True))
    if book.has("Resources"):
        sheet.data_validation(f"D{top}", {
            "validate": "list", "source": "=" + bounded(book.spec("Resources"), "resource", last=LAST_LIST_ROW), "error_type": "warning",
            "error_title": "Resource", "error_message": "It does not stand in Resources.",
        })  # fmt: skip
    layout.cell_name(book, "SupplyReview_resource", page.name, top, 4)
    sheet.write_formula(f"E{top}", f'=IF($D${top}="",$A${page.rows["resources"]},$D${top})', styles.text(muted=True), "")
    return review.write_lines(page, row, _lines(page, f"$E${top}"))


def _lines(page: Page, resource: str) -> list[Line]:
    spec, rows = page.book.spec("Capacity"), page.rows

    def formula(c: str, r: int) -> str:
        return page.planned(c, f"SUMIFS({period_filled(spec, c)},{filled(spec, 'measure')},$A{r},{filled(spec, 'resource')},{resource})")

    def share(c: str, r: int) -> str:
        return f"IF(N({c}{rows['res_plan_capacity']})=0,0,{c}{rows['res_load']}/{c}{rows['res_plan_capacity']})"

    totals: dict[str, Formula | str] = {"extra_shifts": "", "utilisation": share}
    return [
        Line(f"res_{name}", measure_label(name), spec.name, vocabulary.measure(name).unit, formula, totals.get(name), bold=name == "load") for name in _LINES
    ]
