"""Blocks of the Supply Review in words: what is short and why, what binds, and which options there are."""

from __future__ import annotations

from sop_xl.templates import review
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import MUTED
from sop_xl.templates.word_block import THREE_LINES, WORDS, Field, nth, words_block

SHORTAGES, CONSTRAINTS, OPTIONS = 8, 5, 5
"""Lines of each block."""

HEIGHTS = {"Shortages": SHORTAGES + 3, "Binding Constraints": CONSTRAINTS + 3, "Options": OPTIONS + 3}
"""Rows of each block, headings and an empty row included, by the sheet that it shows."""

_MONEY, _SIGNED, _SHARE, _PRICE = review.dashed("#,##0"), "+#,##0;-#,##0;0", "+0.0%;-0.0%;0.0%", review.dashed("#,##0.00")
_UNITS = _MONEY


def shortage_block(page: Page, top: int) -> int:
    """The shortages with the most money at risk, of the chosen family, from a 1-based row on; returns the next row."""
    spec = page.book.spec("Shortages")
    rank, family = filled(spec, "rank"), filled(spec, "family")
    row = review.heading(page, top, "What is short, the most money first: the chosen family, all regions")
    own = f'({rank}<>"")*(({page.family}="All")+({family}={page.family}))'

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    text = f'{of("cause")}&": "&{of("next_action")}&IF({of("option")}="",""," Best option: "&{of("option")})'
    fields = (
        Field("A", "Item", f'{of("item")}&" "&{of("name")}&", "&{of("location")}'),
        Field("B", "From - to", f'{of("period")}&" - "&{of("last_period")}'),
        Field("D", "Unmet demand", of("unmet_demand"), _UNITS),
        Field("E", "Value", of("shortage_value"), _MONEY),
        Field("F", "Cause", of("cause_kind")),
        Field("G", "Margin at risk", of("margin_at_risk"), _MONEY),
        Field(WORDS, "Cause, next action and best option", text),
    )
    place = f"SMALL(IF({own},{rank}),{{line}})"
    return words_block(page, row, SHORTAGES, fields, place, rank, "none: every demand is served in time")


def constraint_block(page: Page, top: int) -> int:
    """What binds first, with its price and in a sentence."""
    spec = page.book.spec("Binding Constraints")
    row = review.heading(page, top, "What binds: the whole plan")

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    fields = (
        Field("A", "Of", of("subject")),
        Field("B", "Constraint", f'SUBSTITUTE({of("constraint")},"_"," ")'),
        Field("D", "One more saves", of("price_low"), _PRICE),
        Field("E", "One less costs", of("price_high"), _PRICE),
        Field("F", "Period", of("period")),
        Field("G", "Demand hurt", of("demand_hurt"), _UNITS),
        Field(WORDS, "In words", of("sentence")),
    )
    return words_block(page, row, CONSTRAINTS, fields, nth(spec, "subject"), "", "nothing binds")


def option_block(page: Page, top: int) -> int:
    """The best options with what each changes."""
    spec = page.book.spec("Options")
    row = review.heading(page, top, "Options, the best first: copy what is agreed into Decisions")

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    fields = (
        Field("A", "Option", of("option")),
        Field("B", "Lever", of("lever")),
        Field("D", "Gain", of("gain"), _SIGNED),
        Field("E", "Profit change", of("profit_change"), _SIGNED),
        Field("F", "Service", of("service_change"), _SHARE),
        Field("G", "Cash change", of("cash_change"), _SIGNED),
        Field(WORDS, "Note", of("note")),
    )
    after = words_block(page, row, OPTIONS, fields, nth(spec, "option"), "", "none tried", THREE_LINES)
    page.sheet.conditional_format(f"D{row + 1}:D{after - 1}", {
        "type": "data_bar", "bar_color": "#A9D8BC", "bar_solid": True, "bar_negative_color": "#F3B6AF", "bar_axis_color": MUTED,
    })  # fmt: skip
    return after
