"""Checks of whole tables: keys, lists, bounds and problems."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, Module, SheetKind, SheetSpec
from sop_xl.templates.book import LAST_LIST_ROW, LAST_ROW, Book, bounded, is_grid, quoted
from sop_xl.templates.check_rules import Check
from sop_xl.templates.reach import counted, filled
from sop_xl.templates.review import LIST_ROWS, measure_label

_SHEET_END = 1_048_576


def table_checks(book: Book) -> list[Check]:
    """Everything that is one figure for a whole table."""
    checks = [*_change_checks(book), *_key_checks(book), *_period_checks(book), *_bound_checks(book)]
    checks.append(Check("Problems lists no error", "core", "Lines of severity error in Problems", "count",
                        lambda _: 'COUNTIF(Problems!$A:$A,"error")', by_period=False, exact=True))  # fmt: skip
    return checks


def _change_checks(book: Book) -> list[Check]:
    """From last cycle's consensus to this one: the steps add up, and so do the families."""
    if not book.has("Demand Changes"):
        return []
    spec = book.spec("Demand Changes")
    amounts, families, regions, steps = (bounded(spec, name) for name in ("amount", "family", "region", "step"))
    end = measure_label("consensus")
    of_all = f'{amounts},{families},"All",{regions},"All",{steps}'
    adds_up = f'SUMIFS({of_all},"<>{end}")-SUMIFS({of_all},"{end}")'
    of_end = f'{amounts},{steps},"{end}",{regions},"All",{families}'
    by_family = f'IF(COUNTIFS({steps},"{end}",{families},"<>All")=0,0,SUMIFS({of_end},"<>All")-SUMIFS({of_end},"All"))'
    return [
        Check("Changes of the consensus add up", "demand", "Demand Changes, All: start + steps - end", vocabulary.UNITS, lambda _: adds_up, by_period=False),
        Check("Consensus of the families = consensus in total", "demand", "Demand Changes: last step of the families - that of All", vocabulary.UNITS,
              lambda _: by_family, by_period=False),
    ]  # fmt: skip


def _key_checks(book: Book) -> list[Check]:
    """Keys stand once: by counting where people write, by contiguous blocks where the program writes in order."""
    checks = []
    for name, field in (("Items", "item"), ("Locations", "location")):
        if book.has(name):
            cells = bounded(book.spec(name), field, last=LAST_LIST_ROW)
            twice = f'SUMPRODUCT(({cells}<>"")*(MATCH({cells}&"",{cells}&"",0)<>ROW({cells})-ROW({cells.split(":")[0]})+1))'
            checks.append(Check(f"{name}: no key twice", "core", f"Rows of {name} whose key stands further up already", "count",
                                lambda _, twice=twice: twice, by_period=False, exact=True))  # type: ignore[misc]  # fmt: skip
    for name, measure in (("Baseline Forecast", "baseline"), ("Consensus Demand", "consensus"), ("Inventory Plan", "opening_balance")):
        if not book.has(name):
            continue
        spec = book.spec(name)
        change = "+".join(f"({filled(spec, key)}<>{filled(spec, key, down=1)})" for key in ("item", "location"))
        blocks = f'SUMPRODUCT(--(({change})>0),--({filled(spec, "item")}<>""))'
        formula = f'{blocks}-COUNTIF({filled(spec, "measure")},"{measure_label(measure)}")'
        checks.append(Check(f"{name}: each item and location once", "core", f"Blocks of lines - lines of {measure_label(measure)}", "count",
                            lambda _, formula=formula: formula, by_period=False, exact=True))  # type: ignore[misc]  # fmt: skip
    return checks


def _period_checks(book: Book) -> list[Check]:
    """The same column is the same period on every output grid, and this page shows them all."""
    checks = []
    grids = [s for s in book.sheets if is_grid(s) and s.kind is SheetKind.OUTPUT]
    source = book.spec("Consensus Demand")  # gives this page its header, so that it cannot differ from it
    for spec in grids:
        if spec is source:
            continue
        header = f"{quoted(spec.name)}!"
        checks.append(Check(f"{spec.name}: same periods in the same columns", str(spec.module), "Header of the grid differs from that of Consensus Demand", "count",
                            lambda c, header=header: f"IF({header}{c}${HEADER_ROW}={c}${HEADER_ROW},0,1)", exact=True))  # type: ignore[misc]  # fmt: skip
    shown = f'COUNTA({quoted(source.name)}!$H${HEADER_ROW}:$XFD${HEADER_ROW})-COUNTIF($H${HEADER_ROW}:${book.last_column}${HEADER_ROW},"?*")'
    checks.append(Check("Review pages show every period", "core", "Periods of Consensus Demand - periods of this page", "count",
                        lambda _: shown, by_period=False, exact=True))  # fmt: skip
    return checks


def _bound_checks(book: Book) -> list[Check]:
    """Nothing stands beyond the rows that formulas read."""
    outputs = [spec for spec in book.sheets if spec.kind is SheetKind.OUTPUT]
    grids = [spec for spec in book.sheets if is_grid(spec) and (spec in outputs or spec.required)]
    tables = [spec for spec in counted(book) if spec in outputs and not is_grid(spec)]

    def beyond(specs: list[SheetSpec], *, money: bool) -> list[str]:
        return [_beyond(spec, LAST_ROW) for spec in specs if (spec.module is Module.FINANCE) == money]

    reach = {
        "grid": beyond(grids, money=False),
        "grid of money": beyond(grids, money=True),
        "list of inputs": [_beyond(book.spec(name), LAST_LIST_ROW) for name in ("Items", "Locations") if book.has(name)],
        "list of money": beyond(tables, money=True),
        "list": beyond(tables, money=False),
    }
    checks = [
        Check(f"No rows of a {what} beyond the reach of these formulas", "core", "Rows that row-by-row formulas do not see", "count",
              lambda _, parts=parts: "+".join(parts), by_period=False, exact=True)  # type: ignore[misc]
        for what, parts in reach.items() if parts
    ]  # fmt: skip
    if book.has("Financial Plan"):
        spec = book.spec("Financial Plan")
        top = filled(spec, "family")
        listed = f'SUMPRODUCT(({top}<>"")*({top}<>"(not by family)")*(COUNTIF(sop_family_list,{top}&"")=0))'
        checks.append(Check("Drop-downs list every family", "core", f"Lines of Financial Plan whose family is not among the {LIST_ROWS} listed", "count",
                            lambda _: listed, by_period=False, exact=True))  # fmt: skip
    return checks


def _beyond(spec: SheetSpec, last: int) -> str:
    return f"COUNTA({quoted(spec.name)}!$A${last + 1}:$A${_SHEET_END})"


