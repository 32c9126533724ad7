"""Checks of the lists of money: comparison, bridges, gaps, risk outlook and how a budget was understood."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl import vocabulary
from sop_xl.sheets.budget_paste.control import IN_PLAN_CURRENCY
from sop_xl.sheets.settings import SPEC as SETTINGS
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec, columns_of
from sop_xl.templates.book import FIRST_ROW, Book
from sop_xl.templates.bridge_block import BRIDGES
from sop_xl.templates.budget_gap_rules import budget_gap_checks
from sop_xl.templates.check_rules import FLAG_ROW, Check, Figure, column_of, is_measure
from sop_xl.templates.reach import filled, top
from sop_xl.templates.review import measure_label
from sop_xl.templates.settings_sheet import setting_value

BRIDGED = ("revenue", "gross_margin")
"""Measures that have bridges."""
COMPARED = ("sales_volume", "revenue", "cost")
"""Measures by which the comparison is held against the financial plan."""
_LEVELS = ("category", "family", "region", "family and region")


def money_table_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Checks of every list of money that the workbook carries."""
    checks: list[Check] = []
    if book.has("Financial Plan"):
        if book.has("Plan Comparison"):
            checks += _comparison_checks(book, book.spec("Plan Comparison"), figures)
        if book.has("Bridges"):
            checks += _bridge_checks(book, book.spec("Bridges"), figures)
        if book.has("Risk Outlook"):
            checks += _risk_checks(book, book.spec("Risk Outlook"), figures)
        checks += budget_gap_checks(book, figures)
    if book.has("Gap List"):
        checks += _gap_checks(book.spec("Gap List"))
    if book.has("Budget Mapping"):
        checks += _mapping_checks(book.spec("Budget Mapping"))
    return checks


def _whole(name: str, compared: str, formula: str, unit: str = vocabulary.MONEY) -> Check:
    """A check that is one figure for the whole table; of counts it must be 0."""
    return Check(name, "finance", compared, unit, lambda _: formula, by_period=False, exact=unit == vocabulary.COUNT)


def _row(book: Book, row: int) -> str:
    """All periods of a row of the page of checks."""
    return f"$H${row}:${book.last_column}${row}"


# --- plan comparison -------------------------------------------------------------------------------------------------


def _comparison_checks(book: Book, spec: SheetSpec, figures: dict[str, int]) -> list[Check]:
    plan, reference, gap, percent, variance, names = (filled(spec, name) for name in ("plan", "reference_value", "gap", "gap_percent", "variance", "measure"))
    cost = measure_label("cost")
    sign = f'(({names}<>"{cost}")-({names}="{cost}"))'
    share = f"{gap}/(ABS({reference})+({reference}=0))"
    mixed = "units or money"
    return [
        _whole("Gap = plan - reference value", "Plan Comparison: largest |difference|", f'SUMPRODUCT(MAX(({gap}<>"")*ABS({plan}-{reference}-{gap})))', mixed),
        _whole("Gap % = gap / reference value", "Plan Comparison: lines that differ by more than the tolerance",
               f'SUMPRODUCT(({percent}<>"")*(ABS({percent}-{share})>{setting_value("check_tolerance")}))', vocabulary.COUNT),
        _whole("Variance = gap, of costs with the other sign", "Plan Comparison: largest |difference|", f'SUMPRODUCT(MAX(({variance}<>"")*ABS({variance}-{gap}*{sign})))', mixed),
        *(
            _whole(f"Plan Comparison: sum of level {level} = total, {words}", "Largest |difference| of a total for which the level is known", _level_gap(spec, level, name), mixed)
            for level in _LEVELS for name, words in (("plan", "plan"), ("reference_value", "reference"))
        ),
        *(
            _whole(f"Plan Comparison = Financial Plan, {measure_label(name).lower()} {words}", "Totals beside unconstrained demand - periods compared", _of_periods(book, spec, figures, name, column, version),
                   vocabulary.measure(name).unit)
            for name in COMPARED for column, version, words in (("plan", "Plan", "of the plan"), ("reference_value", "Unconstrained", "unconstrained"))
        ),
    ]  # fmt: skip


def _level_gap(spec: SheetSpec, level: str, name: str) -> str:
    """The lines of a level against the totals at the top, where the reference knows the level at all."""
    keys = {key: f"{filled(spec, key)},{top(spec, key)}" for key in ("span", "reference", "measure")}
    own = f'{filled(spec, "level")},"{level}"'
    known = f"(COUNTIFS({own},{keys['reference']},{keys['measure']})>0)"
    return f"SUMPRODUCT(MAX({known}*ABS({top(spec, name)}-SUMIFS({filled(spec, name)},{own},{','.join(keys.values())}))))"


def _of_periods(book: Book, spec: SheetSpec, figures: dict[str, int], name: str, column: str, version: str) -> str:
    """Totals of all spans beside unconstrained demand, against the same periods of the financial plan."""
    chosen = f'({top(spec, "reference")}="Unconstrained")*({top(spec, "measure")}="{measure_label(name)}")'
    header, figure = _row(book, HEADER_ROW), _row(book, figures.get(f"{name} {version}", 1))
    # labels of periods are texts in the order of time
    inside = f"({top(spec, 'first_period')}<={header})*({header}<={top(spec, 'last_period')})"
    return f"SUMPRODUCT({chosen}*{top(spec, column)})-SUMPRODUCT({chosen}*{inside}*{figure})"


# --- bridges ---------------------------------------------------------------------------------------------------------


def _bridge_checks(book: Book, spec: SheetSpec, figures: dict[str, int]) -> list[Check]:
    bridges, measures, families, items, steps, amounts = (filled(spec, name) for name in ("bridge", "measure", "family", "item", "step", "amount"))
    signs, place = f'(({steps}<>"Plan")-({steps}="Plan"))', f"(ROW({amounts})-{filled(spec, 'order')})/ROWS({amounts})"
    checks = [
        _whole("Every bridge adds up: all, families and items", "Bridges: start + steps - end of each block of steps, weighted by its place, so that none makes good for another",
               f"SUMPRODUCT({amounts}*{signs}*(1+{place}))"),
    ]  # fmt: skip
    for bridge in BRIDGES:
        for name in BRIDGED:
            label = f"{bridge}, {measure_label(name).lower()}"
            chosen = f"{bridges},$A${figures.get(f'start {bridge}', 1)},{measures},$A${figures.get(f'{name} Plan', 1)}"
            whole, listed = f'{chosen},{items},"",{families}', f"{chosen},{families},sop_family_list,{items}"
            checks += [
                _whole(f"Bridge adds up: {label}", "Start + steps - end, all families",
                       f'SUMIFS({amounts},{whole},"All",{steps},"<>Plan")-SUMIFS({amounts},{whole},"All",{steps},"Plan")'),
                _whole(f"Bridge by family = bridge in total: {label}", "All amounts of the families - those of All",
                       f'IF(COUNTIFS({whole},"<>All")=0,0,SUMIFS({amounts},{whole},"<>All")-SUMIFS({amounts},{whole},"All"))'),
                _whole(f"Items of a bridge = their family: {label}", "Families known by item: sum of |all amounts of the items - those of the family|",
                       f'SUMPRODUCT((COUNTIFS({listed},"?*")>0)*ABS(SUMIFS({amounts},{listed},"?*")-SUMIFS({amounts},{listed},"")))'),
            ]  # fmt: skip
    return [*checks, *_bridge_end_checks(book, spec, figures)]


def bridge_figures(book: Book, figures_of: Callable[[str, str], str]) -> list[Figure]:
    """What bridges start from and must know, by period; each start goes by the name of its bridge, by which checks find it.

    Parameters
    ----------
    figures_of
        From the letters of a period column and the key of a working figure to its cell.
    """
    if not book.has("Financial Plan", "Bridges"):
        return []
    plan = book.spec("Financial Plan")
    versions = filled(plan, "version")
    both = f'(({versions}="Plan")+({versions}="Last year"))'
    lines = f"({is_measure(plan, 'revenue')}-{is_measure(plan, 'gross_margin')})"

    def unknown(c: str) -> str:
        blank = f'{is_measure(plan, "gross_margin")}*({column_of(plan, c)}="")'
        return f"{figures_of(c, 'next year')}*(SUMPRODUCT({both}*{lines})+SUMPRODUCT({both}*{blank}))"

    def start(bridge: str) -> Figure:
        version = bridge.removesuffix(" to plan")
        compared = f"Start of the bridge: revenue of version {version} in the next year"
        return Figure(f"start {bridge}", bridge, compared, vocabulary.MONEY, lambda c: f"{figures_of(c, 'next year')}*{figures_of(c, f'revenue {version}')}")

    def unpriced(c: str) -> str:
        of_plan = f'({versions}="Plan")'
        blank = f'{is_measure(plan, "revenue")}*({column_of(plan, c)}="")'
        return f"{figures_of(c, 'next year')}*(SUMPRODUCT({of_plan}*({is_measure(plan, 'demand')}-{is_measure(plan, 'revenue')}))+SUMPRODUCT({of_plan}*{blank}))"

    return [
        *map(start, BRIDGES),
        Figure("unknown revenues", "Revenues not known", "Families and regions of the plan without a revenue in the next year: their budget counts on neither side", vocabulary.COUNT, unpriced),
        Figure("unknown margins", "Margins not known", "Families and regions without a margin in the next year, this year or last: a bridge leaves out items whose cost is not known",
               vocabulary.COUNT, unknown),
    ]  # fmt: skip


def _bridge_end_checks(book: Book, spec: SheetSpec, figures: dict[str, int]) -> list[Check]:
    """Bridges start and end in figures of the financial plan over the next year; with a budget only what it speaks of is compared."""

    def line(key: str) -> str:
        return _row(book, figures.get(key, 1))

    def gap(bridge: str, name: str, step: str, total: str) -> str:
        keys = {"bridge": f"$A${figures.get(f'start {bridge}', 1)}", "measure": f"$A${figures.get(f'{name} Plan', 1)}", "family": '"All"', "step": f'"{step}"'}
        found = ",".join(f"{filled(spec, key)},{value}" for key, value in keys.items())
        return f"IF(COUNTIFS({found})=0,0,SUMIFS({filled(spec, 'amount')},{found})-{total})"

    def start(bridge: str) -> str:
        found = gap(bridge, "revenue", bridge.removesuffix(" to plan"), f"SUM({line(f'start {bridge}')})")
        return found if bridge != BRIDGES[0] else f"IF(SUM({line('unknown revenues')})=0,{found},0)"

    checks = [
        _whole(f"Bridge starts in Financial Plan: {bridge}", "Revenue at the start - that of the version, next year; of a budget where every revenue of the plan is known", start(bridge))
        for bridge in BRIDGES
    ]
    checks += [
        _whole(f"Bridge ends in Financial Plan: {bridge}, revenue", "Revenue at the end - version Plan, periods of the next year for which the bridge has a start",
               gap(bridge, "revenue", "Plan", f"SUMPRODUCT(({line(f'start {bridge}')}<>0)*{line('revenue Plan')})"))
        for bridge in ("Last year to plan", "Previous plan to plan")
    ]  # fmt: skip
    margin = gap("Last year to plan", "gross_margin", "Plan", f"SUMPRODUCT({line('next year')}*{line('gross_margin Plan')})")
    checks.append(_whole("Bridge ends in Financial Plan: Last year to plan, gross margin", "Gross margin at the end - version Plan, next year, where every cost is known",
                         f"IF(SUM({line('unknown margins')})=0,{margin},0)"))  # fmt: skip
    return checks


# --- gaps, risks, the budget's mapping -------------------------------------------------------------------------------


def _gap_checks(spec: SheetSpec) -> list[Check]:
    gap, order, rank, value, units = (filled(spec, name) for name in ("gap", "order", "rank", "value", "units"))
    following = f'{filled(spec, "step")},"gap",{rank},{rank}+1'
    next_value, is_followed = f"SUMIFS({value},{following})", f"(COUNTIFS({following})>0)"
    return [
        _whole("What closes a gap and what stays open = the gap, in money", "Gap List: sum over lines of |all values of their gap|", f'SUMPRODUCT(({gap}<>"")*ABS(SUMIFS({value},{gap},{gap})))'),
        _whole("What closes a gap and what stays open = the gap, in units", "Gap List: sum over lines of |all units of their gap|", f'SUMPRODUCT(({gap}<>"")*ABS(SUMIFS({units},{gap},{gap})))',
               vocabulary.UNITS),
        _whole("Gaps stand in the order of their money", "Gap List: sum of what a gap is worth more than the one ranked before it",
               f'SUMPRODUCT(({gap}<>"")*({order}=0)*{is_followed}*({next_value}>{value})*({next_value}-{value}))'),
    ]  # fmt: skip


def _risk_checks(book: Book, spec: SheetSpec, figures: dict[str, int]) -> list[Check]:
    figure, risk, plan, expected, p10, p50, p90, low, high, swing = (
        filled(spec, name) for name in ("figure", "risk", "plan", "expected", "p10", "p50", "p90", "low", "high", "swing")
    )
    alone, together = f'({figure}<>"")*({risk}<>"")', f'({figure}<>"")*({risk}="")'
    flags, revenue = _row(book, FLAG_ROW), _row(book, figures.get("revenue Plan", 1))
    of_all = f'{figure},"{measure_label("revenue")}",{risk},""'
    unit = "as the figure"
    return [
        _whole("P10 <= P50 <= P90 of what risks do", "Risk Outlook: sum of what is out of order", f"SUMPRODUCT(({p10}>{p50})*({p10}-{p50})+({p50}>{p90})*({p50}-{p90}))", unit),
        _whole("Swing = high - low", "Risk Outlook: sum of |difference|", f"SUMPRODUCT(ABS({high}-{low}-{swing}))", unit),
        _whole("All outcomes lie between the worst and the best", "Risk Outlook, all risks together: sum of what P10 is below low and P90 above high",
               f"SUMPRODUCT({together}*(({low}>{p10})*({low}-{p10})+({p90}>{high})*({p90}-{high})))", unit),
        _whole("Expected change of all = sum of the risks", "Risk Outlook: sum over figures of |all together - sum of the risks|",
               f'SUMPRODUCT({together}*ABS({expected}-SUMIFS({expected},{figure},{figure},{risk},"?*")))', unit),
        _whole("Every risk is held against the same plan", "Risk Outlook: sum of |plan of a risk's line - plan of the figure|", f'SUMPRODUCT({alone}*ABS({plan}-SUMIFS({plan},{figure},{figure},{risk},"")))', unit),
        _whole("Revenue of Risk Outlook = Financial Plan", "Revenue without any risk - version Plan, all planned periods",
               f'IF(COUNTIFS({of_all})=0,0,SUMIFS({plan},{of_all})-SUMIF({flags},"Plan",{revenue}))'),
    ]  # fmt: skip


def _mapping_checks(spec: SheetSpec) -> list[Check]:
    kind, place, taken, amount = (filled(spec, name) for name in ("kind", "place", "taken_as", "total"))
    row = FIRST_ROW + [c.name for c in columns_of(Settings)].index("budget_control_total")
    stated = f"{SETTINGS.name}!$B${row}"
    of_measure = f'{kind},"total",{taken},"total",{place},{setting_value("budget_measure")}&"*"'
    # what is left out and what several currencies are worth in plan currency stand among the totals, and are none of them
    totals = f'{kind},"total",{taken},"total"'
    found = f'SUMIFS({amount},{totals})'
    counted = f'{kind},"column",{taken},"<>left out",{taken},"<>not understood"'
    converted = f'{kind},"total",{taken},"{IN_PLAN_CURRENCY}"'
    return [
        _whole("The budget ties to its control total", "Budget Mapping: total of the measure that Budget states in Settings, of several currencies at plan rates - Budget control total, where finance states one",
               f'IF(OR({stated}="",COUNTIFS({kind},"total")=0,COUNTIFS({taken},"not checked")>0),0,IF(COUNTIFS({converted})=0,SUMIFS({amount},{of_measure}),SUMIFS({amount},{converted}))-{stated})', "as pasted"),
        _whole("Columns of the budget = its totals", "Budget Mapping: totals of the columns that count - totals by measure and currency, where columns are listed",
               f'IF(COUNTIFS({kind},"column")=0,0,SUMIFS({amount},{counted})-{found})', "as pasted"),
    ]  # fmt: skip
