"""One budget laid out in every shape that finance uses reads to the same figures, and its totals tie."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pasted_budgets import KNOWN, budget

from sop_xl.blocks import Block, CellValue
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.paste import PastedBudget, read_budget_paste
from sop_xl.sheets.settings import Settings

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    "es": ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
}
TOTAL = {"en": "Total", "de": "Summe", "fr": "Total", "es": "Suma"}
Rows = list[list[CellValue]]

amounts = st.integers(-10**6, 10**7).map(lambda cents: cents / 100)
language = st.sampled_from(sorted(MONTHS))


@st.composite
def tables(draw: st.DrawFn) -> dict[tuple[str, str], list[float]]:
    """Amounts of at least two months by region and family."""
    families = draw(st.permutations(KNOWN.families))[: draw(st.integers(2, 3))]
    months = draw(st.integers(2, 12))
    return {(region, family): draw(st.lists(amounts, min_size=months, max_size=months)) for region in KNOWN.regions for family in families}


def read(rows: Rows) -> PastedBudget:
    width = max(len(r) for r in rows)
    pasted = read_budget_paste(sheet("Budget"), Block("Budget", 1, 1, [r + [None] * (width - len(r)) for r in rows]), Settings(plan_currency="EUR"), KNOWN)
    assert pasted is not None
    return pasted


def expected(table: dict[tuple[str, str], list[float]]) -> dict[tuple[str, ...], float]:
    return {(region, family, f"2026-{m + 1:02d}"): x for (region, family), values in table.items() for m, x in enumerate(values)}


def ties(pasted: PastedBudget, table: dict[tuple[str, str], list[float]]) -> None:
    assert budget(pasted, "region", "family") == expected(table)
    assert [p for p in pasted.reading.problems if p.rule not in ("budget-not-confirmed", "currency-not-stated")] == []


def added(values: list[list[float]]) -> list[float]:
    return [round(sum(column), 2) for column in zip(*values, strict=True)]


@given(tables(), language, st.booleans(), st.booleans())
def test_regions_and_families_by_months_with_totals(table, tongue, merged, totals):
    """Region in the first column, its name once where cells are merged; subtotals by region, a grand total, a total column."""
    months = len(next(iter(table.values())))
    rows: Rows = [["Budget 2026"], ["Region", "Family", *MONTHS[tongue][:months], *([TOTAL[tongue]] if totals else [])]]
    for region in KNOWN.regions:
        own = [(family, values) for (r, family), values in table.items() if r == region]
        for k, (family, values) in enumerate(own):
            rows.append([None if merged and k else region, family, *values, *([round(sum(values), 2)] if totals else [])])
        if totals:
            subtotal = added([values for _, values in own])
            rows.append([f"{region} {TOTAL[tongue]}", None, *subtotal, round(sum(subtotal), 2)])
    if totals:
        everything = added(list(table.values()))
        rows.append([TOTAL[tongue], None, *everything, round(sum(everything), 2)])
    ties(read(rows), table)


@given(tables(), language)
def test_regions_over_months_in_merged_header_cells(table, tongue):
    months = len(next(iter(table.values())))
    families = list(dict.fromkeys(family for _, family in table))
    head: list[CellValue] = [None]
    for region in KNOWN.regions:
        head += [region, *[None] * (months - 1)]
    rows: Rows = [head, ["Family", *[f"{name} 2026" for name in MONTHS[tongue][:months]] * len(KNOWN.regions)]]
    rows += [[family, *(x for region in KNOWN.regions for x in table[region, family])] for family in families]
    ties(read(rows), table)


@given(tables(), language)
def test_titles_of_regions_between_the_rows(table, tongue):
    months = len(next(iter(table.values())))
    rows: Rows = [["Family", *[f"{name} 26" for name in MONTHS[tongue][:months]]]]
    for region in KNOWN.regions:
        rows.append([region])
        rows += [[family, *values] for (r, family), values in table.items() if r == region]
    ties(read(rows), table)


@given(tables(), st.randoms(use_true_random=False))
def test_a_long_export_in_any_order(table, order):
    lines = [[region, family, float(202601 + m), x] for (region, family), values in table.items() for m, x in enumerate(values)]
    order.shuffle(lines)
    ties(read([["Region", "Product", "Period", "Amount"], *lines]), table)


@given(tables(), language)
def test_months_down_and_families_across_regions(table, tongue):
    months = len(next(iter(table.values())))
    keys = list(table)
    rows: Rows = [[None, *(region for region, _ in keys)], ["Month", *(family for _, family in keys)]]
    rows += [[f"{MONTHS[tongue][m]} 2026", *(table[key][m] for key in keys)] for m in range(months)]
    ties(read(rows), table)


@given(tables())
def test_a_column_for_the_year_and_one_per_month(table):
    months = len(next(iter(table.values())))
    rows: Rows = [["Year", "Region", "Family", *(f"M{m + 1:02d}" for m in range(months))]]
    rows += [[2026.0, region, family, *values] for (region, family), values in table.items()]
    ties(read(rows), table)


@given(tables(), st.sampled_from(["thousands", "TEUR", "Mio EUR"]))
def test_a_money_unit_in_the_title_scales_every_figure(table, unit):
    scale = 1e6 if unit == "Mio EUR" else 1e3
    months = len(next(iter(table.values())))
    rows: Rows = [[f"Budget 2026 in {unit}"], ["Region", "Family", *MONTHS["en"][:months]]]
    rows += [[region, family, *values] for (region, family), values in table.items()]
    pasted = read(rows)
    assert budget(pasted, "region", "family") == {key: x * scale for key, x in expected(table).items()}
