"""The plan beside its references: same level, same periods, same currency, over fiscal years and the next so many periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import month, months, table

from sop_xl import frames
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.comparison_spans import comparison_spans
from sop_xl.plan.plan_comparison import plan_comparison

TIMELINE = months("2026-03", 24, history=14)  # 2025-01 to 2028-02


def line(version, family="Paint", region="North", category="Goods", measure="revenue", **by_month):
    """A line of the financial plan; `_2026_03=5` is a month."""
    cells = {name[1:].replace("_", "-"): value for name, value in by_month.items()}
    return {"family": family, "region": region, "category": category, "version": version, "measure": measure} | cells


def every(version, amount, first="2025-01", count=38, **labels):
    """The same amount in many months."""
    return line(version, **labels) | {str(m)[:7]: amount for m in pd.date_range(month(first), periods=count, freq="MS")}


def compare(*lines, timeline=TIMELINE):
    found, notes = plan_comparison(table(frames.FINANCIAL_PLAN, *lines), timeline)
    frames.check_frame(found, frames.PLAN_COMPARISON)
    return found, notes


def one(found, **keys):
    wanted = {"level": "total", "span": "Full year 2026", "reference": "Budget", "measure": "revenue"} | keys
    for name, value in wanted.items():
        found = found[found[name] == value]
    assert len(found) == 1, f"{len(found)} lines for {wanted}"
    return found.iloc[0]


class TestSpans:
    def names(self, timeline):
        spans, notes = comparison_spans(timeline)
        return [span.name for span in spans], [len(span.inside.nonzero()[0]) for span in spans], [n.rule for n in notes]

    def test_a_plan_from_march_on(self):
        assert self.names(TIMELINE) == (
            ["Full year 2026", "Full year 2027", "Year to date 2026", "Rest of 2026", "Next 3", "Next 12", "Next 18", "Next 24"],
            [12, 12, 2, 10, 3, 12, 18, 24],
            [],
        )

    def test_at_the_start_of_a_year_nothing_is_to_date(self):
        names, counts, _ = self.names(months("2026-01", 12))
        assert names == ["Full year 2026", "Rest of 2026", "Next 3", "Next 12"]
        assert counts == [12, 12, 3, 12]

    def test_what_lies_beyond_the_horizon_is_said(self):
        names, _, _ = self.names(months("2026-01", 18))
        assert "Next 18" in names and "Next 24" not in names
        _, notes = comparison_spans(months("2026-01", 18))
        assert [(n.frame, n.key, n.note) for n in notes] == [("plan_comparison", "Next 24", "Next 24 needs a horizon of 24 periods (Settings)")]

    def test_a_year_that_the_workbook_does_not_hold_is_no_full_year(self):
        """History from October on, six months of plan: neither 2025/26 nor the next year is whole."""
        timeline = Timeline(Calendar(fiscal_year_start=7), month("2025-10"), month("2026-03"), 6)
        names, counts, rules = self.names(timeline)
        assert names == ["Year to date 2026", "Rest of 2026", "Next 3"]
        assert counts == [5, 4, 3]
        assert rules == ["full-year-not-held", *["span-beyond-horizon"] * 3]

    def test_a_fiscal_year_from_july_is_named_by_the_year_in_which_it_ends(self):
        timeline = Timeline(Calendar(fiscal_year_start=7), month("2025-07"), month("2026-03"), 18)
        spans, _ = comparison_spans(timeline)
        by_name = {span.name: timeline.periods[span.inside] for span in spans}
        assert (by_name["Full year 2026"][0], by_name["Full year 2026"][-1]) == (month("2025-07"), month("2026-06"))
        assert (by_name["Full year 2027"][0], by_name["Full year 2027"][-1]) == (month("2026-07"), month("2027-06"))
        assert by_name["Year to date 2026"][-1] == month("2026-02")
        assert list(by_name["Rest of 2026"]) == [month(f"2026-0{k}") for k in (3, 4, 5, 6)]

    def test_a_445_year_has_twelve_periods_whose_first_days_are_mondays(self):
        calendar = Calendar(CalendarKind.FOUR_FOUR_FIVE, fiscal_year_start=2)
        current = calendar.parse("2026-05")
        timeline = Timeline(calendar, calendar.shift(current, -15), current, 24)
        spans, _ = comparison_spans(timeline)
        by_name = {span.name: timeline.periods[span.inside] for span in spans}
        assert len(by_name["Full year 2027"]) == 12
        assert by_name["Full year 2027"][0] == calendar.parse("2026-02") == pd.Timestamp("2026-02-02")

    def test_a_year_of_iso_weeks_has_53_where_the_calendar_has(self):
        """2026 has 53 ISO weeks. The next 13, 52, 78 and 104 weeks stand for a quarter to two years."""
        calendar = Calendar(CalendarKind.WEEKS)
        current = calendar.parse("2026-W10")
        timeline = Timeline(calendar, calendar.parse("2026-W01"), current, 104)
        names, counts, _ = self.names(timeline)
        assert dict(zip(names, counts, strict=True)) == {
            "Full year 2026": 53, "Full year 2027": 52, "Year to date 2026": 9, "Rest of 2026": 44, "Next 13": 13, "Next 52": 52, "Next 78": 78, "Next 104": 104,
        }  # fmt: skip


class TestOutlook:
    def test_the_full_year_is_actuals_to_date_and_then_plan(self):
        """100 a month were sold to February, 110 are planned; the budget is 105 a month."""
        found, _ = compare(every("Plan", 100, count=14), every("Plan", 110, "2026-03", 24), every("Budget", 105))
        row = one(found)
        assert (row["plan"], row["reference_value"], row["gap"]) == (2 * 100 + 10 * 110, 12 * 105, 40)
        assert (row["first_period"], row["last_period"]) == (month("2026-01"), month("2026-12"))
        assert row["note"] == "actuals to 2026-02, then plan"
        assert one(found, span="Year to date 2026")["gap"] == -10
        assert one(found, span="Rest of 2026")["gap"] == 50
        assert one(found, span="Next 24")["plan"] == 24 * 110

    def test_half_a_year_of_budget_never_stands_against_a_whole_one(self):
        found, _ = compare(every("Plan", 100), every("Budget", 90, "2026-07", 6))
        row = one(found)
        assert (row["plan"], row["reference_value"]) == (600, 540)
        assert (row["first_period"], row["last_period"]) == (month("2026-07"), month("2026-12"))
        assert row["note"] == "6 of 12 periods: those for which both have it"
        assert found[(found["span"] == "Year to date 2026")].empty

    def test_gap_percent_and_variance(self):
        found, _ = compare(every("Plan", 100, measure="cost"), every("Budget", 80, measure="cost"))
        row = one(found, measure="cost")
        assert (row["gap"], row["gap_percent"], row["variance"], row["unit"]) == (240, 0.25, -240, "money")

    def test_of_nothing_there_is_no_percentage(self):
        found, _ = compare(every("Plan", 100), every("Budget", 0))
        assert np.isnan(one(found)["gap_percent"])

    def test_a_year_before_that_is_planned_itself_is_said(self):
        found, _ = compare(every("Plan", 100), every("Last year", 90, "2026-01", 26))
        assert one(found, reference="Last year", span="Next 24")["note"] == "from 2027-03 on, the year before is itself planned"
        assert one(found, reference="Last year", span="Next 12")["note"] == ""

    def test_unconstrained_demand_shows_what_supply_does_not_serve(self):
        lines = [every("Plan", 90, measure="sales_volume"), every("Unconstrained", 100, "2026-03", 24, measure="sales_volume")]
        row = one(compare(*lines)[0], reference="Unconstrained", measure="sales_volume", span="Next 3")
        assert (row["gap"], row["unit"]) == (-30, "units")

    def test_weeks_and_fiscal_years_together(self):
        calendar = Calendar(CalendarKind.WEEKS, fiscal_year_start=7)
        timeline = Timeline(calendar, calendar.parse("2025-W20"), calendar.parse("2026-W10"), 60)
        rows = [
            {"family": "Paint", "region": "North", "version": version, "period": period, "revenue": amount}
            for version, amount in (("Plan", 10.0), ("Budget", 9.0))
            for period in timeline.periods
        ]
        row = one(compare(*rows, timeline=timeline)[0])
        assert (row["plan"], row["reference_value"]) == (520, 468)
        assert calendar.label(row["first_period"]) == "2025-W27"


class TestStock:
    def test_a_stock_is_that_of_the_last_period_compared(self):
        lines = [
            line("Plan", measure="inventory_value", _2026_11=70, _2026_12=80, _2027_01=10),
            line("Previous plan", measure="inventory_value", _2026_11=50, _2026_12=60),
        ]
        found, _ = compare(*lines)
        row = one(found, reference="Previous plan", measure="inventory_value")
        assert (row["plan"], row["reference_value"], row["gap"]) == (80, 60, 20)
        assert row["first_period"] == row["last_period"] == month("2026-12")
        assert np.isnan(row["variance"])
        assert row["note"] == "closing stock of 2026-12"
        assert one(found, reference="Previous plan", measure="inventory_value", span="Next 12")["plan"] == 80

    def test_every_level_takes_the_same_last_period(self):
        """Brushes were planned a month less: their stock of December is none, not that of November."""
        lines = [
            line("Plan", measure="inventory_value", _2026_11=70, _2026_12=80),
            line("Plan", family="Brushes", measure="inventory_value", _2026_11=7, _2026_12=8),
            line("Previous plan", measure="inventory_value", _2026_11=50, _2026_12=60),
            line("Previous plan", family="Brushes", measure="inventory_value", _2026_11=5),
        ]
        found, _ = compare(*lines)
        of_brushes = one(found, level="family", scope="Brushes", reference="Previous plan", measure="inventory_value")
        assert (of_brushes["plan"], of_brushes["reference_value"]) == (8, 0)
        assert one(found, reference="Previous plan", measure="inventory_value")["plan"] == 88


class TestLevels:
    PLAN = (
        every("Plan", 10), every("Plan", 20, region="South"), every("Plan", 30, family="Brushes"), every("Plan", 40, family="Tins", region="South", category="Metal"),
    )  # fmt: skip

    def test_each_level_with_its_scopes(self):
        found, _ = compare(*self.PLAN, *(row | {"version": "Previous plan"} for row in self.PLAN))
        rows = found[(found["span"] == "Next 3") & (found["measure"] == "revenue")]
        assert rows[["level", "scope", "region", "plan"]].to_numpy().tolist() == [
            ["total", "All", "All", 300],
            ["category", "Goods", "All", 180],
            ["category", "Metal", "All", 120],
            ["family", "Brushes", "All", 90],
            ["family", "Paint", "All", 90],
            ["family", "Tins", "All", 120],
            ["region", "All", "North", 120],
            ["region", "All", "South", 180],
            ["family and region", "Brushes", "North", 90],
            ["family and region", "Paint", "North", 30],
            ["family and region", "Paint", "South", 60],
            ["family and region", "Tins", "South", 120],
        ]

    def test_a_budget_of_one_family_is_compared_with_that_family(self):
        found, _ = compare(*self.PLAN, every("Budget", 25, region="(not by region)"))
        total = one(found)
        assert (total["plan"], total["reference_value"]) == (12 * 30, 12 * 25)
        assert total["note"] == "actuals to 2026-02, then plan; plan of 840 that the budget does not speak of is left out"
        assert set(found["level"]) == {"total", "category", "family"}
        assert set(found.loc[found["level"] == "family", "scope"]) == {"Paint"}

    def test_a_budget_that_knows_no_families_has_the_total_alone(self):
        found, _ = compare(*self.PLAN, every("Budget", 90, family="(not by family)", region="(not by region)", category=""))
        assert set(found["level"]) == {"total"}
        assert one(found)["gap"] == 12 * 10

    def test_a_budget_by_region_has_total_and_regions(self):
        found, _ = compare(*self.PLAN, every("Budget", 50, family="(not by family)", region="South", category=""))
        assert set(found["level"]) == {"total", "region"}
        assert one(found, level="region", region="South")["gap"] == 12 * 10

    def test_what_a_budget_leaves_open_takes_all_that_no_finer_line_covers(self):
        """Paint North has a budget of its own; 70 more are budgeted without saying for what."""
        found, _ = compare(*self.PLAN, every("Budget", 12), every("Budget", 70, family="(not by family)", region="(not by region)", category=""))
        assert one(found, level="family", scope="Paint")["plan"] == 120
        assert one(found, level="family", scope="(not by family)")["plan"] == 12 * 90
        assert one(found)["gap"] == 12 * (100 - 82)

    def test_what_is_budgeted_but_not_planned_counts_as_missing(self):
        found, _ = compare(*self.PLAN, every("Budget", 5, family="Ladders"), every("Budget", 10))
        assert one(found, level="family", scope="Ladders")["gap"] == -60
        assert one(found)["gap"] == -60

    def test_a_family_that_the_last_cycle_did_not_have_counts_in_full(self):
        found, _ = compare(*self.PLAN, *(row | {"version": "Previous plan"} for row in self.PLAN[:3]))
        assert one(found, level="family", scope="Tins", reference="Previous plan")["gap"] == 480

    def test_what_is_not_known_counts_on_neither_side_and_this_is_said(self):
        """The margin of Brushes is blank in the plan: its last year does not count either."""
        lines = [
            every("Plan", 10, measure="gross_margin"),
            every("Plan", 50, family="Brushes", measure="revenue"),
            every("Last year", 8, "2026-01", 26, measure="gross_margin"),
            every("Last year", 20, "2026-01", 26, family="Brushes", measure="gross_margin"),
        ]
        found, notes = compare(*lines)
        row = one(found, reference="Last year", measure="gross_margin")
        assert (row["plan"], row["reference_value"]) == (120, 96)
        assert row["note"].endswith("what is not known is left out of both sides")
        assert notes["rule"].tolist() == ["gross-margin-not-compared"]
        assert "Brushes" in notes["note"][0]

    def test_without_regions_there_are_no_lines_by_region(self):
        found, _ = compare(every("Plan", 10, region=""), every("Budget", 9, region=""))
        assert set(found["level"]) == {"total", "category", "family"}


class TestNothingToCompare:
    def test_a_plan_alone(self):
        found, notes = compare(every("Plan", 10))
        assert found.empty
        assert notes.empty

    def test_an_empty_plan(self):
        assert compare()[0].empty

    def test_nothing_on_both_sides_has_no_line_below_the_total(self):
        found, _ = compare(every("Plan", 0), every("Budget", 0))
        assert set(found["level"]) == {"total"}


def test_a_reference_in_another_currency_is_a_matter_of_its_conversion_row_by_row():
    """Two budget lines of 100 euro each, at plan rates of 0.8 and 0.5 euro to the dollar: 125 + 200, not 200 at a mean rate."""
    from sop_xl.plan.currency import convert_to_plan_currency

    rates = table(frames.FX_RATES, {"currency": "EUR", "rate_type": "plan", "2026-01": 0.8, "2026-02": 0.5}, {"currency": "EUR", "rate_type": "actual", "2026-01": 0.9})
    periods = pd.Series([month("2026-01"), month("2026-02")])
    money, notes = convert_to_plan_currency(pd.Series([100.0, 100.0]), pd.Series(["EUR", "EUR"]), periods, rates, "USD")
    found, _ = compare(every("Plan", 150, "2026-01", 2), line("Budget", _2026_01=money[0], _2026_02=money[1]))
    row = one(found, span="Year to date 2026")
    assert row["reference_value"] == pytest.approx(325)
    assert notes.empty


def test_a_gap_of_float_noise_is_none():
    found, _ = compare(*(every("Plan", 0.1, family=f) for f in "ABC"), every("Budget", 0.3, family="(not by family)", region="(not by region)", category=""))
    row = one(found)
    assert (row["gap"], row["gap_percent"], row["variance"]) == (0, 0, 0)
    assert row["plan"] == pytest.approx(3.6)
