"""The figures of a waterfall: a bridge of the sheet Bridges, step by step. Its rows are steps, not periods."""

from __future__ import annotations

from typing import Any

from sop_xl.blocks import column_letters, parse_a1
from sop_xl.templates import layout
from sop_xl.templates.book import bounded, quoted
from sop_xl.templates.reach import filled
from sop_xl.templates.review import PLAN, Page, measure_label, shift
from sop_xl.templates.styles import MUTED

BRIDGES = ("Budget to plan", "Last year to plan", "Previous plan to plan")
"""Bridges that the sheet Bridges may hold."""

MEASURES = ("revenue", "gross_margin")
"""What a bridge may explain."""

STEPS = 11
"""Rows of the block: start, at most nine steps, end."""

CHANGE_STEPS = 7
"""Rows of the block of changes: last cycle, five steps, this cycle."""

WATERFALL = "From the reference to the plan; bars are cut, they do not start at 0"
"""Title of the chart where a program does not look it up in its cell."""

_HEADER = ("Step", "Amount", "Running", "Total (bar)", "Base (invisible)", "Raises", "Lowers")
_ZOOM = 2
"""Times the changes' own height that is left of the totals below them."""


def bridge_block(page: Page, row: int, choice: str, measure: str = "") -> int:
    """Write the block from a 1-based row on and return the row after it.

    Row: caption with the periods compared, in F the measure's label, over the first planned period the title of its chart, and in G the bridge's name, which is that in the cell `choice`, or last year's where the workbook
    has no such bridge; header; then one row per step, the running total carrying the bars. A bridge has no regions: it is that of the family.

    Parameters
    ----------
    choice
        Cell that names the bridge.
    measure
        Cell that names the measure; empty for revenue.
    """
    book, sheet, styles = page.book, page.sheet, page.book.styles
    spec = book.spec("Bridges")
    of, name = f"$F${row}", f"$G${row}"
    bridges, measures, families, items, orders = (filled(spec, column) for column in ("bridge", "measure", "family", "item", "order"))
    notes, rows = filled(spec, "note"), f'({bridges}={name})*({measures}={of})*({families}={page.family})*({items}="")'
    # the end says over which periods it is: `Revenue of the plan, 2026-01 to 2026-12 at plan rates`
    note = f'INDEX({notes},MATCH(1,{rows}*({filled(spec, "step")}="{PLAN}"),0))'
    # beside the header, where the chart of the Finance Review covers it
    beside = shift(page.beside, 1)
    span = f"${beside}${row + 1}"
    said = f'SUBSTITUTE(MID({note},FIND(", ",{note})+2,99)," at plan rates","")'
    sheet.write_array_formula(f"{beside}{row + 1}", f'{{=IFERROR({said},"")}}', styles(font_color=MUTED, font_size=8), "")
    page.rows["bridge_span"] = row + 1
    caption = f'={name}&", "&IF({page.family}="All","all families",{page.family})&": "&LOWER({of})&IF({span}="","",", "&{span})'
    style = styles(bold=True, font_color="#C96F1A", font_size=11)
    sheet.write_formula(f"A{row}", caption, style, "")
    label, muted = measure_label(MEASURES[0]), styles(font_color=MUTED, align="left", indent=1)
    if measure:
        sheet.write_formula(f"F{row}", f"={measure}", muted, label)
    else:
        sheet.write_string(f"F{row}", label, muted)
    found = f"COUNTIFS({bridges},{choice},{measures},{of})>0"
    sheet.write_formula(f"G{row}", f'=IF({found},{choice},"{BRIDGES[1]}")', muted, "")
    scope = f'{bridges},{name},{measures},{of},{families},{page.family},{items},""'
    amounts = f"SUMIFS({filled(spec, 'amount')},{scope},{orders},{{place}})"
    steps = f"INDEX({filled(spec, 'step')},MATCH(1,{rows}*({orders}={{place}}),0))"
    end = waterfall_rows(page, row + 1, STEPS, steps, amounts, f"COUNTIFS({scope})", foot=f"$E${row}")
    names, running = f"$A${row + 2}:$A${end - 1}", f"$C${row + 2}:$C${end - 1}"
    runs = f'IF({names}<>"",{running})'
    # steps are small beside totals: the bars are cut at a foot, so that the steps can be seen
    foot = f"MAX(0,MIN({runs})-(MAX({runs})-MIN({runs})))"
    sheet.write_string(f"D{row}", "bars from", styles(font_color=MUTED, align="right"))
    sheet.write_array_formula(f"E{row}", f"{{={foot}}}", styles(font_color=MUTED, num_format="#,##0"), 0)
    _bar_names(page, row + 2, end - 1, f"$E${row}")
    cut = f'IF($E${row}=0,"",". Bars start at "&{in_short(f"$E${row}")}&", not at 0")'
    sheet.write_formula(f"{page.beside}{row + 1}", f"=$A{row}&{cut}", styles(font_color=MUTED, font_size=8), "")
    return end


def title_cell(page: Page, row: int) -> str:
    """Where the title of the block's chart stands: what is bridged, over which periods, and where the bars start."""
    return f"={quoted(page.name)}!${page.beside}${row + 1}"


def in_short(cell: str) -> str:
    """Formula text of an amount in millions where it has them."""
    return f'IF({cell}>=1000*1000,TEXT({cell}/1000/1000,"#,##0.0")&" m",TEXT({cell},"#,##0"))'


def _bar_names(page: Page, first: int, last: int, foot: str) -> None:
    """What stands below each bar of a chart that has no axis, each step with its amount: in the first planned period's column, which the chart covers."""
    for line in range(first, last + 1):
        cut = f'IF({foot}=0,"",CHAR(10)&"from "&{in_short(foot)})'
        amount = f'IF($D{line}=0,TEXT($B{line},"+#,##0;-#,##0;0"),TEXT($B{line},"#,##0")&{cut})'
        name = f'=IF($A{line}="","",$A{line}&CHAR(10)&{amount})'
        page.sheet.write_formula(f"{page.beside}{line}", name, page.book.styles(font_color=MUTED, font_size=8), "")


def change_block(page: Page, row: int) -> int:
    """Last cycle's consensus to this one, in units, for the chosen family and region; laid out as `bridge_block`."""
    book = page.book
    spec = book.spec("Demand Changes")
    families, regions, orders, steps, notes = (bounded(spec, column) for column in ("family", "region", "order", "step", "note"))
    scope = f"{families},{page.family},{regions},{page.region}"
    covered = f'IFERROR(INDEX({notes},MATCH("All",{families},0)),"no earlier cycle yet")'
    style = book.styles(bold=True, font_color="#C96F1A", font_size=11)
    page.sheet.write_formula(f"A{row}", f'="From last cycle\'s consensus to this one, units: "&{covered}', style, "")
    amounts = f"ROUND(SUMIFS({bounded(spec, 'amount')},{scope},{orders},{{place}}),0)"
    # the steps are the same in every scope, so that a plain look-up by place finds them
    label = f"INDEX({steps},MATCH({{place}},{orders},0))"
    end = waterfall_rows(page, row + 1, CHANGE_STEPS, label, amounts, f"COUNTIFS({scope})", array=False, foot=f"$G${row}")
    running = f"C{row + 2}:C{end - 1}"
    page.sheet.write_string(f"F{row}", "bars from", book.styles.text(muted=True))
    # changes are small beside totals: the bars are cut at a foot, so that the changes can be seen
    foot = f"=MAX(0,MIN({running})-$E${row}*(MAX({running})-MIN({running})))"
    page.sheet.write_number(f"E{row}", _ZOOM, book.styles.body('"x "0'))
    page.sheet.write_formula(f"G{row}", foot, book.styles.body("#,##0"))
    return end


def waterfall_rows(page: Page, row: int, count: int, label: str, amount: str, filled: str, *, array: bool = True, foot: str = "0") -> int:
    """A header and `count` steps from a 1-based row on, the running total carrying the bars; returns the row after them.

    Parameters
    ----------
    label, amount
        Formulas in which `{place}` stands for the number of the step, from 0.
    filled
        Formula of how many steps there are; the first and the last of them are totals.
    array
        Whether `label` must be an array formula.
    foot
        Cell from which the bars are drawn; `0` = from zero.
    """
    sheet, styles = page.sheet, page.book.styles
    for index, text in enumerate(_HEADER):
        sheet.write_string(row - 1, index, text, styles.header(page.book.spec(page.name).kind, number=index > 0))
    first = row + 1
    number, text_style, narrow = styles.body("#,##0;-#,##0;0"), styles.body(), styles.body("#,##0;-#,##0;0", shrink=True, font_color=MUTED)
    cut = "" if foot == "0" else f"-{foot}"
    for line in range(first, first + count):
        place = f"(ROWS($A${first}:$A{line})-1)"
        is_end, is_start = f"{place}={filled}-1", f"{place}=0"
        text = f'IFERROR({label.format(place=place)},"")'
        if array:
            sheet.write_array_formula(f"A{line}", f"{{={text}}}", text_style, "")
        else:
            sheet.write_formula(f"A{line}", f"={text}", text_style, "")
        sheet.write_formula(f"B{line}", f'=IF($A{line}="","",{amount.format(place=place)})', number)
        before = f"N(C{line - 1})"
        sheet.write_formula(f"C{line}", f'=IF($A{line}="",0,IF(OR({is_start},{is_end}),B{line},{before}+B{line}))', narrow)
        sheet.write_formula(f"D{line}", f'=IF(AND($A{line}<>"",OR({is_start},{is_end})),B{line}{cut},0)', number)
        step = f'AND($A{line}<>"",D{line}=0)'
        sheet.write_formula(f"E{line}", f"=IF({step},MIN({before},C{line}){cut},0)", number)
        sheet.write_formula(f"F{line}", f"=IF({step},MAX(B{line},0),0)", number)
        sheet.write_formula(f"G{line}", f"=IF({step},MAX(-B{line},0),0)", number)
    # lines without a step show nothing, and count as 0
    sheet.conditional_format(f"C{first}:G{first + count - 1}", {
        "type": "formula", "criteria": f'=$A{first}=""', "format": styles.conditional(num_format=";;;"),
    })  # fmt: skip
    return first + count


def bridge_choice(page: Page, label: str, cell: str, initial: str) -> None:
    """The drop-down that chooses among the bridges."""
    styles, stem = page.book.styles, page.name.replace(" ", "")
    row, column = parse_a1(cell)
    page.sheet.write_string(label, "Bridge", styles.text(bold=True))
    page.sheet.write_string(cell, initial, styles.body(entry=True, bold=True))
    page.sheet.data_validation(cell, {"validate": "list", "source": list(BRIDGES), "error_title": "Bridge", "error_message": "Choose a bridge from the list."})
    layout.cell_name(page.book, f"{stem}_bridge", page.name, row, column)


def chart_beside_table(page: Page, chart: Any, description: str) -> None:
    """The waterfall chosen on the page, on the sheet Bridges too: right of its table, which prints and filters as before."""
    book = page.book
    sheet, columns = book.worksheets["Bridges"], len(book.spec("Bridges").columns)
    place = column_letters(columns + 2)
    sheet.write_string(f"{place}5", f"Chosen on {page.name}", book.styles.text(muted=True))
    # every row, however many the table has; written as A1 to the last row, which Excel takes for whole columns and other programs for a range
    sheet.print_area_range = f"Bridges!$A$1:${column_letters(columns)}$1048576"
    chart.set_size({"width": 900, "height": 440})
    sheet.insert_chart(f"{place}6", chart, {"object_position": 3, "description": description})
