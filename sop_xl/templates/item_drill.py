"""From a bridge down to the items that make it: those with the largest single step, each with what it was and what it is."""

from __future__ import annotations

from sop_xl.sheets.spec import SheetKind
from sop_xl.templates import review
from sop_xl.templates.finance_choices import Workings
from sop_xl.templates.reach import filled
from sop_xl.templates.review import PLAN, Page
from sop_xl.templates.styles import MUTED
from sop_xl.templates.word_block import Field, write_cell

ITEMS = 8
"""Lines of the block."""

HEIGHT = ITEMS + 3
"""Rows of the block, heading, header and an empty row included."""

_REST = "other items"
"""Line of a family that stands for those of its items that have none of their own."""

_FIELDS = (
    Field("A", "Item", ""), Field("B", "Largest step", ""), Field("C", "Row", "", "0"), Field("D", "Reference", "", "#,##0"), Field("E", "Plan", "", "#,##0"),
    Field("F", "Change", "", "+0.0%;-0.0%;0.0%"), Field("G", "Step's amount", "", "+#,##0;-#,##0;0"),
)  # fmt: skip


def item_drill(page: Page, top: int, bridge_row: int, workings: Workings) -> int:
    """The items of the bridge whose measure and name stand in F and G of row `bridge_row`, from a 1-based row on; returns the next row."""
    sheet, styles, spec = page.sheet, page.book.styles, page.book.spec("Bridges")
    bridges, measures, families, items, orders, steps, amounts = (
        filled(spec, key) for key in ("bridge", "measure", "family", "item", "order", "step", "amount")
    )
    row = review.heading(page, top, "Items behind it: the largest single steps")
    for field in _FIELDS:
        sheet.write_string(f"{field.place}{row}", field.caption, styles.header(SheetKind.REVIEW, number=bool(field.form), wrap=False))
    first = row + 1
    scope = f"{bridges},$G${bridge_row},{measures},$F${bridge_row}"
    own = f'({bridges}=$G${bridge_row})*({measures}=$F${bridge_row})*((({page.family}="All")+({families}={page.family}))>0)'
    own += f'*({items}<>"")*({items}<>"{_REST}")*({orders}>0)*({steps}<>"{PLAN}")'
    for line in range(first, first + ITEMS):
        left = f"{own}*(COUNTIF($A${row}:$A{line - 1},{items})=0)"
        size = workings.add(f"Largest step of the items that are left, {line - row}", f"IFERROR(MAX({left}*ABS({amounts})),0)", unit="money", array=True, form="#,##0")
        place = f'IF({size}=0,"",IFERROR(MATCH(1,{left}*(ABS({amounts})={size}),0),""))'
        sheet.write_array_formula(f"C{line}", f"{{={place}}}", styles.body("0", font_color=MUTED, font_size=8), "")
        of_item = f"{scope},{items},$A{line},{families},INDEX({families},$C{line})"
        shown = {
            "A": f"INDEX({items},$C{line})", "B": f"INDEX({steps},$C{line})", "D": f"SUMIFS({amounts},{of_item},{orders},0)",
            "E": f'SUMIFS({amounts},{of_item},{steps},"{PLAN}")', "F": f'IF($D{line}=0,"",$E{line}/$D{line}-1)', "G": f"INDEX({amounts},$C{line})",
        }  # fmt: skip
        for field in _FIELDS:
            if field.place in shown:
                write_cell(page, line, field, f'IF($C{line}="","",{shown[str(field.place)]})')
    return first + ITEMS + 1
