"""Are we on plan financially: ten questions, each with a status, figures and a sentence, for the chosen families, regions and stretch of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sop_xl.templates import review
from sop_xl.templates.bridge_block import STEPS
from sop_xl.templates.comparison_block import (
    CHANGE,
    MONEY,
    SIGNED,
    cell_of_comparison,
    row_of_comparison,
    stretch_of_comparison,
)
from sop_xl.templates.finance_choices import Choices, Workings
from sop_xl.templates.reach import filled
from sop_xl.templates.review import BUDGET, LAST_YEAR, PREVIOUS_PLAN, Page, measure_label, shift
from sop_xl.templates.styles import GOOD, GOOD_FILL, MUTED, PALE, POOR, POOR_FILL, WATCH, WATCH_FILL
from sop_xl.templates.word_block import PLACE, WORDS, Field, block_header, write_cell

QUESTIONS = 10
HEIGHT = QUESTIONS + 3
"""Rows of the block, heading, header and an empty row included."""

_STATES = (
    ("on plan", GOOD, GOOD_FILL), ("ahead", GOOD, GOOD_FILL), ("behind", POOR, POOR_FILL), ("mixed", WATCH, WATCH_FILL), ("not known", MUTED, PALE),
    ("information", MUTED, PALE),
)  # fmt: skip
_D, _E, _F, _G = (
    Field("D", "Plan", "", MONEY), Field("E", "Reference", "", MONEY), Field("F", "Gap %", "", CHANGE), Field("G", "Variance", "", SIGNED),
)  # fmt: skip
_WORDS = Field(WORDS, "Answer", "", size=10)
_LINE = 29
_TEXT = '"#,##0"'
_DELTA = '"+#,##0;-#,##0;0"'


@dataclass(frozen=True, slots=True)
class Blocks:
    """Rows of the other blocks that answers read; 0 = the page does not have it.

    Parameters
    ----------
    bridge
        Caption row of the bridge, its name in G and its measure in F.
    gaps
        First line of the gap list.
    """

    bridge: int
    gaps: int


def question_block(page: Page, top: int, choices: Choices, blocks: Blocks, workings: Workings) -> int:
    """The ten questions from a 1-based row on; returns the next row."""
    row = review.heading(page, top, "Are we on plan financially? Ten questions")
    captions = [(field.place, field.caption, bool(field.form)) for field in (_D, _E, _F, _G, _WORDS)]
    block_header(page, row, [("A", "Question", False), ("B", "Status", False), (PLACE, "Row", True), *captions])
    reference = workings.add(
        "What the chosen bridge starts from", f'SUBSTITUTE($G${blocks.bridge}," to plan","")' if blocks.bridge else f'"{BUDGET}"'
    )
    revenue, margin = (f'"{measure_label(name)}"' for name in ("revenue", "gross_margin"))
    budget, last_year, previous = (f'"{name}"' for name in (BUDGET, LAST_YEAR, PREVIOUS_PLAN))
    line = row + 1
    periods = _periods(page, workings)
    compared = (
        ("1 On budget for the full year?", choices.full_year, budget, revenue, "the full year"),
        ("2 On budget so far this year?", choices.to_date, budget, revenue, "the year to date"),
        ("3 On budget for the rest of the year?", choices.rest, budget, revenue, "the rest of the year"),
        ("4 Ahead of last year?", choices.span, last_year, revenue, "this stretch"),
        ("5 Where last cycle's plan was?", choices.span, previous, revenue, "this stretch"),
        ("6 Is the gross margin on plan?", choices.span, reference, margin, "this stretch"),
    )
    for text, span, against, measure, stretch in compared:
        _question(page, line, text)
        if choices.span:
            _comparison(page, line, choices, span, against, measure)
            _words(page, line, _compared_words(page, line, span, against, measure, stretch, workings) + (_margin_words(page, periods) if measure == margin else ""))
        else:
            _unknown(page, line, "Plan Comparison")
        line += 1
    others: tuple[tuple[str, Callable[[int], None] | None, str], ...] = (
        ("7 Why: what are the largest steps?", (lambda r: _why(page, r, blocks.bridge, workings)) if blocks.bridge else None, "Bridges"),
        ("8 Which families and regions?", (lambda r: _where(page, r, choices, reference, revenue, workings)) if choices.span else None, "Plan Comparison"),
        ("9 Cash and capital?", (lambda r: _cash(page, r, periods, workings)) if "working_capital" in page.rows else None, "Balance and Cash"),
        ("10 What closes the gap, what may move it?", (lambda r: _closing(page, r, blocks.gaps, periods, workings)) if blocks.gaps else None, "Gap List"),
    )  # fmt: skip
    for text, answer, source in others:
        _question(page, line, text)
        if answer:
            answer(line)
        else:
            _unknown(page, line, source)
        line += 1
    _colours(page, row + 1, line - 1)
    where, cash = row + 8, row + 9
    for at in range(row + 1, line):
        if at == cash:
            _cash_status(page, at)
        else:
            _status(page, at, choices.tolerance, page.rows.get("behind", 0) if at == where else 0)
    return line + 1


@dataclass(frozen=True, slots=True)
class Periods:
    """Cells that say in words which periods figures are of.

    Parameters
    ----------
    year, whole
        `2026-01 to 2026-12`: the next year, and every planned period.
    start, end
        First and last period of the next year.
    """

    year: str
    whole: str
    start: str
    end: str


def _periods(page: Page, workings: Workings) -> Periods:
    header = f"$H${page.header_row}:${page.book.last_column}${page.header_row}"
    start, end = (
        workings.add(f"{words} period of the next year", f'IFERROR(INDEX({header},MATCH(1,{page.span(key)},0)),"")') for words, key in (("First", "number"), ("Last", "end"))
    )  # fmt: skip
    year = workings.add("Next year, its periods", f'{start}&" to "&{end}')
    whole = workings.add("Every planned period", f'{start}&" to "&${page.book.last_column}${page.header_row}')
    return Periods(year, whole, start, end)


def _question(page: Page, row: int, text: str) -> None:
    page.sheet.set_row(row - 1, _LINE)
    page.sheet.write_string(f"A{row}", text, page.book.styles.body(bold=True, text_wrap=True))
    for letters in "BCDEFG":
        page.sheet.write_blank(f"{letters}{row}", None, page.book.styles.body())


def _unknown(page: Page, row: int, sheet: str) -> None:
    _words(page, row, f'"The workbook has no {sheet}; add the module finance."')


def _words(page: Page, row: int, formula: str) -> None:
    write_cell(page, row, _WORDS, formula)


def _status(page: Page, row: int, tolerance: str, behind: int = 0) -> None:
    """On plan within the tolerance, and a gap that stands is one however small; `mixed` where the cell in row `behind` counts what is behind of a whole that is not."""
    side = f"IF(OR(N($G{row})=0,AND(ISNUMBER($F{row}),ABS(N($F{row}))<={tolerance})),0,SIGN($G{row}))"
    side = f'LOOKUP({side},{{-1,0,1}},{{"behind","on plan","ahead"}})'
    if behind:
        side = f'IF(AND($D${behind}>0,OR(N($G{row})>=0,ABS(N($F{row}))<={tolerance})),"mixed",{side})'
    page.sheet.write_formula(f"B{row}", f'=IF(ISNUMBER($G{row}),{side},"not known")', page.book.styles.body(bold=True, align="left"), "not known")


def _cash_status(page: Page, row: int) -> None:
    """Cash that falls below nothing is behind; else there is no plan for it to be held against."""
    formula = f'=IF(ISNUMBER($D{row}),IF(N($G{row})<0,"behind","information"),"not known")'
    page.sheet.write_formula(f"B{row}", formula, page.book.styles.body(bold=True, align="left"), "not known")


def _comparison(page: Page, row: int, choices: Choices, span: str, reference: str, measure: str) -> None:
    """Figures of one line of Plan Comparison, whose number stands in C."""
    cell = f"${PLACE}{row}"
    found = f'IFERROR({row_of_comparison(page, choices, span, reference, measure)},"")'
    page.sheet.write_array_formula(f"{PLACE}{row}", f"{{={found}}}", page.book.styles.body("0", font_color=MUTED, font_size=8), "")
    for field, name in ((_D, "plan"), (_E, "reference_value"), (_F, "gap_percent"), (_G, "variance")):
        write_cell(page, row, field, cell_of_comparison(page, name, cell))


def _compared_words(page: Page, row: int, span: str, reference: str, measure: str, stretch: str, workings: Workings) -> str:
    cell = f"${PLACE}{row}"
    share = f'IF(ISNUMBER($F${row})," ("&TEXT(ABS($F${row}),"0.0%")&")","")'
    side = f'IF(N($G${row})<0," below "," above ")&LOWER({reference})'
    told = workings.add(f"Row {row}: size and side of the gap", f'LOWER({measure})&" "&TEXT(ABS(N($G${row})),{_TEXT})&{share}&{side}')
    periods = workings.add(f"Row {row}: periods", f'IF(${PLACE}${row}="","",{stretch_of_comparison(page, f"${PLACE}${row}")})')
    note = f"INDEX({filled(page.book.spec('Plan Comparison'), 'note')},${PLACE}${row})"
    more = workings.add(f"Row {row}: what must be known", f'IFERROR(IF({note}="","","; "&{note}),"")')
    nothing = f'"No "&LOWER({reference})&" to compare with: these families and regions, "&IF({span}="","{stretch}",{span})&"."'
    return f'IF({cell}="",{nothing},{span}&" ("&{periods}&"): "&{told}&{more}&".")'


def _margin_words(page: Page, periods: Periods) -> str:
    share = page.rows["margin_share"]
    return f'&" "&TEXT($D{share},"0.0%")&" of revenue in "&{periods.year}&", "&TEXT($E{share},"0.0%")&" in the year before."'


def _why(page: Page, row: int, bridge: int, workings: Workings) -> None:
    """The two largest steps of the bridge below."""
    first, last = bridge + 2, bridge + 1 + STEPS
    names, amounts, sizes = f"$A${first}:$A${last}", f"$B${first}:$B${last}", f"($F${first}:$F${last}+$G${first}:$G${last})"
    told: list[tuple[str, str]] = []
    for place, words in ((1, "Largest"), (2, "Second largest")):
        size = workings.add(f"{words} step, its size", f"SUMPRODUCT(LARGE({sizes},{place}))", unit="money", form="#,##0")
        other = f"*({names}<>{told[0][0]})" if told else ""
        at = f"MATCH(1,({sizes}={size}){other},0)"
        name = workings.add(f"{words} step", f'IF({size}=0,"",INDEX({names},{at}))', array=True)
        told.append((name, workings.add(f"{words} step, its amount", f'IF({size}=0,"",INDEX({amounts},{at}))', unit="money", array=True, form="#,##0")))
    ends = f'COUNTIF({names},"?*")'
    write_cell(page, row, _D, f'IF({ends}=0,"",INDEX({amounts},{ends}))')
    write_cell(page, row, _E, f'IF({ends}=0,"",$B${first})')
    write_cell(page, row, _F, f'IF(N($E{row})=0,"",$D{row}/$E{row}-1)')
    write_cell(page, row, _G, f'IF({ends}=0,"",$D{row}-$E{row})')
    steps = "&".join(f'IF({name}="","","{word} "&{name}&" "&TEXT({amount},{_DELTA}))' for (name, amount), word in zip(told, (":", ", then"), strict=True))
    regions = f'IF({page.region}="All","",", all regions")'
    span = f"${shift(page.beside, 1)}${page.rows['bridge_span']}"
    _words(page, row, f'IF({ends}=0,"No bridge yet.",$G${bridge}&{regions}&", "&LOWER($F${bridge})&", "&{span}&{steps}&".")')


def _where(page: Page, row: int, choices: Choices, reference: str, revenue: str, workings: Workings) -> None:
    """The two largest shortfalls and the largest surplus, by family and by region."""
    _comparison(page, row, choices, choices.span, reference, revenue)
    spec = page.book.spec("Plan Comparison")
    level, scope, region, span, against, measure, variance = (filled(spec, name) for name in ("level", "scope", "region", "span", "reference", "measure", "variance"))
    common = f"({span}={choices.span})*({against}={reference})*({measure}={revenue})"
    sides = (("Families", scope, "family", page.region, region, page.family), ("Regions", region, "region", page.family, scope, page.region))
    told, behind_ones, worst = [], [], list[tuple[str, str]]()
    for caption, names, single, other_choice, other_names, own_choice in sides:
        levels = workings.add(f"{caption}: level", f'IF({other_choice}="All","{single}","family and region")')
        lines = f"({level}={levels})*({other_names}={other_choice})*{common}"
        below = f"({variance}<-{choices.tolerance}*ABS({filled(spec, 'reference_value')}))"
        behind_ones.append(workings.add(f"{caption}: behind by more than the tolerance", f'IF({own_choice}<>"All",0,SUMPRODUCT({lines}*{below}))', unit="count", form="#,##0"))
        figures: list[tuple[str, str]] = []
        for words, function in (("most behind", "SMALL({},1)"), ("second most behind", "SMALL({},2)"), ("most ahead", "LARGE({},1)")):
            value = workings.add(f"{caption}: {words}, variance", f"IFERROR({function.format(f'IF({lines},{variance})')},0)", unit="money", array=True, form="#,##0")
            distinct = f"*({names}<>{figures[0][0]})" if figures else ""
            name = workings.add(f"{caption}: {words}", f'IFERROR(INDEX({names},MATCH(1,{lines}*({variance}={value}){distinct},0)),"")', array=True)
            figures.append((name, value))
        worst.append(figures[0])
        told.append(workings.add(f"{caption} in words", _side_words(figures, own_choice)))
    largest = f"MIN({worst[0][1]},{worst[1][1]})"
    named = f"IF({worst[1][1]}<{worst[0][1]},{worst[1][0]},{worst[0][0]})"
    page.rows["worst"] = int(workings.add("Most behind in revenue", f'IF({largest}<0,{named}&" "&TEXT({largest},{_DELTA}),"")').rsplit("$", maxsplit=1)[1])
    count = workings.add("Families and regions behind", "+".join(behind_ones), unit="count", form="#,##0")
    page.rows["behind"] = int(count.rsplit("$", maxsplit=1)[1])
    nothing = f'"No "&LOWER({reference})&" by family or region."'
    stretch = workings.add(f"Row {row}: periods", f'IF(${PLACE}${row}="","",{stretch_of_comparison(page, f"${PLACE}${row}")})')
    told_span = f'"Against "&LOWER({reference})&", revenue, "&{choices.span}&" ("&{stretch}&"). Families: "'
    _words(page, row, f'IF(${PLACE}{row}="",{nothing},{told_span}&{told[0]}&" Regions: "&{told[1]})')


def _side_words(figures: list[tuple[str, str]], choice: str) -> str:
    (first, behind), (second, next_behind), (best, ahead) = figures
    short = f'IF({behind}<0,{first}&" "&TEXT({behind},{_DELTA}),"none behind")&IF({next_behind}<0,", "&{second}&" "&TEXT({next_behind},{_DELTA}),"")'
    more = f'IF({ahead}>0,"; ahead "&{best}&" "&TEXT({ahead},{_DELTA}),"")'
    return f'IF({choice}<>"All",{choice}&" is chosen.",{short}&{more}&".")'


def _cash(page: Page, row: int, periods: Periods, workings: Workings) -> None:
    """Working capital and days from cash to cash at the end of the next year beside its start, the cash balance with its lowest point, and what flatters it.

    The variance is what cash lacks at its lowest; there is no share, so that no tolerance covers it.
    """
    capital, days, cash, unpaid = (page.rows[key] for key in ("working_capital", "cash_to_cash", "cash_balance", "not_paid"))
    today = workings.add(
        "Working capital when the plan begins", f"IFERROR(INDEX({page.span('working_capital')},MATCH(1,{page.span('back')},0)),0)", unit="money", form="#,##0"
    )
    first_days = workings.add("Cash-to-cash of the first planned period", f"IFERROR(INDEX({page.span('cash_to_cash')},MATCH(1,{page.span('number')},0)),0)", unit="days", form="#,##0")
    planned = f'({page.span("number")}>0)'
    has_cash = workings.add("Cash balance is known", f'IF(SUMPRODUCT({planned}*({page.span("cash_balance")}<>0))>0,"yes","")')
    lowest = workings.add("Lowest cash balance", f'IF({has_cash}="",0,MIN(IF({planned},{page.span("cash_balance")})))', unit="money", array=True, form="#,##0")
    header = f"$H${page.header_row}:${page.book.last_column}${page.header_row}"
    when = workings.add("Period of the lowest", f'IF({has_cash}="","",INDEX({header},MATCH(1,{planned}*({page.span("cash_balance")}={lowest}),0)))', array=True)
    write_cell(page, row, _D, f'IF($D${capital}=0,"",$D${capital})')
    write_cell(page, row, _E, f'IF({today}=0,"",{today})')
    write_cell(page, row, _F, f'IF(OR($D{row}="",N($E{row})=0),"",$D{row}/$E{row}-1)')
    write_cell(page, row, _G, f'IF(AND({has_cash}<>"",{lowest}<0),{lowest},"")')
    change = f'IF(N($F{row})=0,"",", "&TEXT($F{row},"+0.0%;-0.0%")&" on "&TEXT({today},{_TEXT})&" before "&{periods.start})'
    told = f'"Working capital "&TEXT($D${capital},{_TEXT})&" at the end of "&{periods.end}&{change}'
    told += f'&IF($D${days}=0,"","; cash-to-cash "&TEXT($D${days},{_TEXT})&" days, "&TEXT({first_days},{_TEXT})&" in "&{periods.start})&". "'
    words = workings.add("Working capital in words", told)
    money = f'"Cash "&TEXT($D${cash},{_TEXT})&" at the end of "&{periods.end}&", lowest "&TEXT({lowest},{_TEXT})&" in "&{when}&"."'
    cash_words = workings.add("Cash in words", f'IF({has_cash}="","Cash is known for the whole company alone.",{money})')
    share = f"$D${unpaid}/$D${page.rows['cost']}"
    much = f"IF($D${page.rows['cost']}=0,FALSE,{share}>FinanceReview_tolerance)"
    flattered = f'" It looks better by "&TEXT($D${unpaid},{_TEXT})&": "&TEXT({share},"0%")&" of cost of goods sold in "&{periods.year}&" has no payment behind it (see Problems)."'
    flatters = workings.add("What flatters cash", f'IF({much},{flattered},"")')
    _words(page, row, f'IF($D{row}="","No balance yet.",{words}&{cash_words}&{flatters})')


def _closing(page: Page, row: int, gaps: int, periods: Periods, workings: Workings) -> None:
    """The largest gap with its best closing step, and the range of revenue and gross margin."""
    outlook = ""
    if page.book.has("Risk Outlook"):
        spec = page.book.spec("Risk Outlook")
        told = []
        for name in ("revenue", "gross_margin"):
            label = measure_label(name)
            low, high = (f'SUMIFS({filled(spec, key)},{filled(spec, "figure")},"{label}",{filled(spec, "risk")},"")' for key in ("p10", "p90"))
            known = f'COUNTIFS({filled(spec, "figure")},"{label}")=0'
            told.append(workings.add(f"Range of {label.lower()}", f'IF({known},"",TEXT({low},{_TEXT})&" to "&TEXT({high},{_TEXT}))'))
        both = f'"P10 to P90 over "&{periods.whole}&": revenue "&{told[0]}&", gross margin "&{told[1]}&"."'
        outlook = '&" "&' + workings.add("Range in words", f'IF({told[0]}="","No risks yet.",{both})')
    nothing, something = f'${PLACE}${gaps}=""', f"COUNTIF({filled(page.book.spec('Plan Comparison'), 'level')},\"?*\")" if page.book.has("Plan Comparison") else "0"
    known = workings.add("Figures that are compared", something, unit="count", form="#,##0")
    for field in (_D, _E, _F):
        page.sheet.write_blank(f"{field.place}{row}", None, page.book.styles.body())
    write_cell(page, row, _G, f'IF({nothing},IF({known}=0,"",0),-$D{gaps})')
    closed = f'IF($E${gaps}=0,"nothing closes it","its best step closes "&TEXT($E${gaps},{_TEXT})&", "&TEXT(N($F${gaps}),"0%")&" stays open after all")'
    gap_list = page.book.spec("Gap List")
    at = f"MATCH(${PLACE}${gaps},{filled(gap_list, 'rank')},0)"
    first, last = (f"INDEX({filled(gap_list, name)},{at})" for name in ("first_period", "last_period"))
    over = workings.add("Periods of the largest gap", f'IF({nothing},"",{first}&" to "&{last})')
    told_gap = f'$A${gaps}&", "&{over}&", margin "&TEXT(N($D${gaps}),{_TEXT})&": "&{closed}&"; see the gaps below."'
    gap = workings.add("Largest gap in words", f'IF({nothing},"",{told_gap})')
    behind = ""
    if "worst" in page.rows:
        cell = f"$D${page.rows['worst']}"
        behind = "&" + workings.add("Most behind in revenue, in words", f'IF({cell}="",""," In revenue most is missing in "&{cell}&" (question 8).")')
    _words(page, row, f'IF({nothing},IF({known}=0,"Nothing planned yet.","No gap stands."),{gap}){behind}{outlook}')


def _colours(page: Page, first: int, last: int) -> None:
    for text, ink, fill in _STATES:
        look = page.book.styles.conditional(font_color=ink, bg_color=fill, bold=True)
        page.sheet.conditional_format(f"B{first}:B{last}", {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": look})

