"""The gap list: what is missing, what closes it, and accounts that add up to nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, month, months, table

from sop_xl import frames
from sop_xl.plan.gap_list import gap_list

TIMELINE = months("2026-01", 18)
ITEMS = pd.concat([items("Bike", "Trike", family="Bikes"), items("Helmet", family="Helmets")], ignore_index=True)


def shortage(item, units, margin, cause="Saw", kind="resource", period="2026-03", last="2026-04"):
    return {
        "item": item, "location": "All", "period": month(period), "last_period": month(last), "unmet_demand": units, "shortage_value": margin * 3, "margin_at_risk": margin,
        "cause_kind": kind, "cause": cause, "next_action": f"Do something for {item}.",
    }  # fmt: skip


def option(name, gain, rank, lever="overtime", **cells):
    return {"option": name, "lever": lever, "gain": gain, "profit_change": gain, "rank": float(rank)} | cells


def left(option, location="All", **units):
    """Units that an option leaves unmet of each item, half of them in each of two months; option "" is the plan."""
    return [{"option": option, "item": item, "location": location, "period": month(p), "unmet_demand": n / 2} for item, n in units.items() for p in ("2026-03", "2026-04")]


def plan_rows(family="Bikes", region="North", version="Plan", margin=np.nan, revenue=np.nan, first="2026-01", count=18):
    periods = TIMELINE.calendar.span(month(first), count)
    return [
        {"family": family, "category": "", "region": region, "version": version, "period": p, "revenue": revenue, "gross_margin": margin} for p in periods
    ]  # fmt: skip


def margins_of(*rows):
    columns = ["risk", "family", "region", "period", "gross_margin"]
    return pd.DataFrame([(r, f, "North", month(p), m) for r, f, p, m in rows], columns=columns).astype({"gross_margin": "float64", "period": "datetime64[ns]"})


def gaps(shortages=(), options=(), effects=(), plan=(), margins=(), risks=(), marked=None, locations=None):
    unmet = pd.DataFrame(list(effects), columns=["option", "item", "location", "period", "unmet_demand"])
    return gap_list(
        table(frames.SHORTAGES, *shortages), table(frames.OPTIONS, *options), unmet, table(frames.FINANCIAL_PLAN, *plan), margins_of(*margins),
        table(frames.RISKS, *risks), ITEMS, TIMELINE, marked, "USD", locations,
    )  # fmt: skip


def account(listed, gap):
    rows = listed[listed["gap"] == gap]
    return list(zip(rows["step"], rows["value"], rows["units"], strict=True))


class TestDemandAndSupply:
    def test_shortages_of_a_family_with_one_cause_are_one_gap(self):
        listed, _ = gaps([shortage("Bike", 10, 400), shortage("Trike", 5, 300, period="2026-05", last="2026-06"), shortage("Helmet", 2, 10)])
        head = listed[listed["order"] == 0]
        assert head[["gap", "value", "units", "rank"]].values.tolist() == [["Bikes short: Saw", 700, 15, 1], ["Helmets short: Saw", 10, 2, 2]]
        assert (head["first_period"].iloc[0], head["last_period"].iloc[0]) == (month("2026-03"), month("2026-06"))
        assert head["note"].iloc[0] == "2 items short, most Bike with 10 units. Do something for Bike."

    def test_causes_of_single_items_are_one_gap_by_their_kind(self):
        listed, _ = gaps([shortage("Bike", 10, 400, "lead time of Bike", "lead time"), shortage("Trike", 5, 300, "lead time of Trike", "lead time")])
        assert listed["gap"].unique().tolist() == ["Bikes short: lead time"]

    def test_without_an_option_it_stays_open(self):
        listed, _ = gaps([shortage("Bike", 10, 400)])
        assert account(listed, "Bikes short: Saw") == [("gap", 400, 10), ("not closed", -400, -10)]
        assert listed["note"].iloc[-1] == "No option that pays and no opportunity closes any of it"

    def test_an_option_closes_the_part_that_it_removes(self):
        listed, _ = gaps([shortage("Bike", 10, 400)], [option("Overtime at Saw", 400, 1)], [*left("", Bike=10), *left("Overtime at Saw", Bike=4)])
        assert account(listed, "Bikes short: Saw") == [("gap", 400, 10), ("Overtime at Saw", -240, -6), ("not closed", -160, -4)]

    def test_its_own_cost_stays_open(self):
        """It removes everything and saves 400 of margin, of which 150 are left after its cost."""
        listed, _ = gaps([shortage("Bike", 10, 400)], [option("Overtime at Saw", 150, 1)], left("", Bike=10))
        assert account(listed, "Bikes short: Saw") == [("gap", 400, 10), ("Overtime at Saw", -150, -10), ("not closed", -250, 0)]
        assert listed["note"].iloc[-1] == "What the options cost: every unit is made good"

    def test_over_two_gaps_an_option_brings_no_more_than_its_gain(self):
        listed, _ = gaps(
            [shortage("Bike", 10, 400), shortage("Helmet", 20, 200)], [option("Overtime at Saw", 300, 1)], left("", Bike=10, Helmet=20)
        )
        assert listed.loc[listed["step"] == "Overtime at Saw", "value"].tolist() == pytest.approx([-200, -100])

    def test_the_next_option_closes_what_the_first_leaves(self):
        options = [option("Overtime at Saw", 400, 1), option("Subcontract item Bike", 400, 2, "subcontract")]
        effects = [*left("", Bike=10), *left("Overtime at Saw", Bike=4), *left("Subcontract item Bike", Bike=5)]
        listed, _ = gaps([shortage("Bike", 10, 400)], options, effects)
        assert account(listed, "Bikes short: Saw") == [("gap", 400, 10), ("Overtime at Saw", -240, -6), ("Subcontract item Bike", -160, -4), ("not closed", 0, 0)]

    def test_a_combination_and_its_parts_do_not_stand_together(self):
        both = "Overtime at Saw + Subcontract item Bike"
        options = [option(both, 400, 1, "combination"), option("Overtime at Saw", 400, 2), option("Subcontract item Bike", 400, 3, "subcontract")]
        listed, _ = gaps([shortage("Bike", 10, 400)], options, [*left("", Bike=10), *left("Overtime at Saw", Bike=4), *left("Subcontract item Bike", Bike=5)])
        assert listed["step"].tolist() == ["gap", both, "not closed"]

    def test_of_two_that_close_as_much_the_plainer_is_taken(self):
        both = "Overtime at Saw + Subcontract item Bike"
        options = [option(both, 400, 1, "combination"), option("Overtime at Saw", 400, 2)]
        listed, _ = gaps([shortage("Bike", 10, 400)], options, [*left("", Bike=10)])
        assert listed["step"].tolist() == ["gap", "Overtime at Saw", "not closed"]

    def test_an_option_that_loses_money_closes_nothing(self):
        listed, _ = gaps([shortage("Bike", 10, 400)], [option("Overtime at Saw", -5, 1)], left("", Bike=10))
        assert listed["step"].tolist() == ["gap", "not closed"]

    def test_a_margin_that_is_not_known_is_no_margin_of_nothing(self):
        listed, _ = gaps([shortage("Bike", 10, np.nan)], [option("Overtime at Saw", 5, 1)], left("", Bike=10))
        assert listed["value"].isna().all()
        assert listed["units"].tolist() == [10, -10, 0]


class TestPlanAndBudget:
    PLAN = (*plan_rows(margin=100, revenue=400), *plan_rows("Helmets", margin=10, revenue=50))

    def test_a_family_below_its_budgeted_margin_over_the_next_twelve_periods(self):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", margin=130), *plan_rows("Helmets", version="Budget", margin=5)])
        assert account(listed, "Bikes below budget")[0][:2] == ("gap", 360)
        assert listed["gap"].unique().tolist() == ["Bikes below budget"], "helmets are above theirs"
        assert listed["cause"].iloc[0] == "Gross margin 360 USD below budget (23.1% of 1,560)"

    def test_only_what_the_budget_covers_is_compared(self):
        """Half a year is budgeted, in one of two regions: the other one does not make up for it."""
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(region="South", margin=500, revenue=900), *plan_rows(version="Budget", margin=130, count=6)])
        assert account(listed, "Bikes below budget")[0][:2] == ("gap", 180)

    @pytest.mark.parametrize("version, name", [("Budget", "Tents below budget"), ("Previous plan", "Tents below last cycle")])
    def test_all_of_a_family_is_missing_that_the_plan_no_longer_has(self, version, name):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows("Tents", version=version, margin=30)])
        assert account(listed, name)[0][:2] == ("gap", 12 * 30)
        assert listed["note"].iloc[0] == "The plan has no line there: all of it is missing"

    def test_so_is_all_of_a_region_of_a_budget_without_families(self):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows("(not by family)", "West", "Budget", margin=30, count=3)])
        assert account(listed, "West below budget")[0][:2] == ("gap", 3 * 30)

    def test_revenue_of_a_family_that_the_plan_no_longer_has_is_valued_at_the_margin_of_the_whole_plan(self):
        """110 of 450 a month."""
        listed, notes = gaps(plan=[*self.PLAN, *plan_rows("Tents", version="Budget", revenue=90)])
        assert account(listed, "Tents below budget")[0][:2] == ("gap", 12 * 90 * 110 / 450)
        assert "24.4% of revenue that the whole plan earns" in listed["note"].iloc[0]
        assert notes.empty

    def test_without_a_plan_there_is_nothing_to_compare(self):
        listed, _ = gaps(plan=plan_rows(version="Budget", margin=130))
        assert listed.empty

    def test_revenue_alone_is_valued_at_the_margin_of_the_plan(self):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", revenue=500)])
        assert account(listed, "Bikes below budget")[0][:2] == ("gap", 1200 * 0.25)
        assert "25.0% of revenue" in listed["note"].iloc[0]

    def test_a_plan_that_earns_nothing_misses_nothing(self):
        listed, _ = gaps(plan=[*plan_rows(margin=-5, revenue=400), *plan_rows(version="Budget", revenue=500)])
        assert account(listed, "Bikes below budget")[0][:2] == ("gap", 0)

    def test_of_gaps_in_revenue_that_earns_nothing_the_largest_stands_first(self):
        plan = [*plan_rows(margin=-5, revenue=400), *plan_rows("Helmets", margin=-1, revenue=50)]
        listed, _ = gaps(plan=[*plan, *plan_rows(version="Budget", revenue=410), *plan_rows("Helmets", version="Budget", revenue=90)])
        assert listed.drop_duplicates("gap")[["gap", "value"]].values.tolist() == [["Helmets below budget", 0], ["Bikes below budget", 0]]

    def test_a_budget_that_names_no_family_is_one_of_the_whole_plan(self):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows("(not by family)", "(not by region)", "Budget", margin=115)])
        assert account(listed, "Whole plan below budget")[0][:2] == ("gap", 12 * 5)

    def test_how_much_of_it_supply_does_not_serve(self):
        unconstrained = plan_rows(version="Unconstrained", margin=110, revenue=420)
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", margin=130), *unconstrained])
        assert listed["cause"].iloc[0].endswith(": of which 120 USD is demand that supply does not serve; the bridge does not stand at this level")

    def test_a_margin_that_is_not_known_has_no_value_and_is_said(self):
        listed, notes = gaps(plan=[*plan_rows(revenue=400), *plan_rows(version="Budget", revenue=500)])
        assert listed["value"].isna().all()
        assert notes["rule"].tolist() == ["gap-not-valued"]

    def test_options_close_it_by_the_profit_that_they_bring_to_the_family(self):
        """Of a profit of 300, 400 : 200 of the margin saved is that of bikes."""
        shorts = [shortage("Bike", 10, 400), shortage("Helmet", 20, 200)]
        spring = option("Overtime at Saw", 300, 1, first_period=month("2026-03"), last_period=month("2026-04"))
        listed, _ = gaps(shorts, [spring], left("", Bike=10, Helmet=20), [*self.PLAN, *plan_rows(version="Budget", margin=130)])
        assert [row[:2] for row in account(listed, "Bikes below budget")] == [("gap", 360), ("Overtime at Saw", pytest.approx(-200)), ("not closed", pytest.approx(-160))]

    def regional(self, *served, region="North", margin=130):
        """A budget by region alone, and shortages of 400 at Oslo and of 200 at Rome that overtime makes good, for a profit of 300."""
        shorts = [shortage("Bike", 10, 400) | {"location": "Oslo"}, shortage("Bike", 20, 200) | {"location": "Rome"}]
        plan = [*plan_rows(margin=100, revenue=400), *plan_rows(region="South", margin=100, revenue=400), *plan_rows("(not by family)", region, "Budget", margin=margin)]
        places = table(frames.LOCATIONS, *({"location": place, "name": place, "region": region, "supplied_from": stock} for place, region, stock in served))
        effects = [*left("", "Oslo", Bike=10), *left("", "Rome", Bike=20)]
        spring = option("Overtime at Saw", 300, 1, first_period=month("2026-03"), last_period=month("2026-04"))
        return gaps(shorts, [spring], effects, plan, locations=places)[0]

    @pytest.mark.parametrize("region, closed", [("North", -200), ("South", -100)])
    def test_a_gap_of_a_region_is_closed_by_what_saves_margin_in_stock_that_serves_it_alone(self, region, closed):
        """Lund is served from Oslo, and Malta sells nothing."""
        listed = self.regional(("Oslo", "North", ""), ("Lund", "North", "Oslo"), ("Rome", "South", ""), ("Malta", "Sea", "Rome"), region=region)
        assert account(listed, f"{region} below budget")[1][:2] == ("Overtime at Saw", pytest.approx(closed))

    def test_of_stock_that_serves_several_regions_nobody_knows_whom_it_serves_first(self):
        listed = self.regional(("Oslo", "North", ""), ("Bari", "South", "Oslo"), ("Rome", "South", ""))
        assert [row[0] for row in account(listed, "North below budget")] == ["gap", "not closed"]

    def test_without_locations_options_are_told_of_no_region(self):
        assert [row[0] for row in account(self.regional(), "North below budget")] == ["gap", "not closed"]

    @pytest.mark.parametrize(
        "first, last, closed, words",
        [
            ("2026-07", "2027-06", -150, "; 6 of its 12 periods lie within the gap's, so that 50% of what it brings counts"),
            ("2026-10", None, -100, "; 3 of its 9 periods lie within the gap's, so that 33% of what it brings counts"),
            (None, None, -200, "; 12 of its 18 periods lie within the gap's, so that 67% of what it brings counts"),
            ("2026-01", "2026-12", -300, ""),
        ],
    )
    def test_of_an_option_the_part_of_its_span_within_the_year_of_the_gap_counts(self, first, last, closed, words):
        """It brings 300 over a plan of 18 months; the gap is one of the next 12. A span without an end reaches to the end of the plan."""
        span = {name: month(text) for name, text in (("first_period", first), ("last_period", last)) if text}
        listed, _ = gaps([shortage("Bike", 10, 400)], [option("Overtime at Saw", 300, 1, **span)], left("", Bike=10), [*self.PLAN, *plan_rows(version="Budget", margin=130)])
        assert account(listed, "Bikes below budget")[1][:2] == ("Overtime at Saw", pytest.approx(closed))
        note = listed.loc[(listed["gap"] == "Bikes below budget") & (listed["step"] == "Overtime at Saw"), "note"].iloc[0]
        assert note == f"Rank 1 in Options: gains 300 USD over the whole plan after its own cost{words}"

    def test_an_option_after_the_gap_closes_none_of_it(self):
        late = option("Overtime at Saw", 300, 1, first_period=month("2027-01"), last_period=month("2027-03"))
        listed, _ = gaps([shortage("Bike", 10, 400)], [late], left("", Bike=10), [*self.PLAN, *plan_rows(version="Budget", margin=130)])
        assert [row[0] for row in account(listed, "Bikes below budget")] == ["gap", "not closed"]

    def test_what_an_opportunity_brings_before_a_gap_closes_none_of_it(self):
        """The budget is one of the second half of the year."""
        brought = [("O1", "Bikes", "2026-02", 50.0), ("O1", "Bikes", "2026-09", 20.0)]
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", margin=130, first="2026-07", count=6)], margins=brought, risks=[{"risk": "O1", "probability": 1.0}])
        assert [row[:2] for row in account(listed, "Bikes below budget")] == [("gap", 180), ("Opportunity O1", -20), ("not closed", -160)]

    def test_so_do_opportunities_by_what_is_expected_of_them_in_time(self):
        tender = {"risk": "O1", "name": "Tender", "probability": 0.4, "owner": "Ann"}
        brought = [("O1", "Bikes", "2026-02", 50.0), ("O1", "Bikes", "2027-02", 70.0), ("O1", "Helmets", "2026-02", 9.0), ("R1", "Bikes", "2026-02", -30.0)]
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", margin=130)], margins=brought, risks=[tender, {"risk": "R1", "probability": 0.5}])
        assert [row[:2] for row in account(listed, "Bikes below budget")] == [("gap", 360), ("Opportunity O1: Tender", -50), ("not closed", -310)]
        assert listed["note"].iloc[1] == "Expected 50 USD: 40% likely; see Risks. Watched by Ann"

    def test_a_step_closes_no_more_than_the_gap(self):
        listed, _ = gaps(plan=[*self.PLAN, *plan_rows(version="Budget", margin=101)], margins=[("O1", "Bikes", "2026-02", 500.0)], risks=[{"risk": "O1", "probability": 1.0}])
        assert [row[1] for row in account(listed, "Bikes below budget")] == [12, -12, 0]

    def test_an_opportunity_is_counted_once_by_budgets_of_several_levels(self):
        plan = [*self.PLAN, *plan_rows(version="Budget", margin=130), *plan_rows("(not by family)", "(not by region)", "Budget", margin=200)]
        listed, _ = gaps(plan=plan, margins=[("O1", "Bikes", "2026-02", 500.0)], risks=[{"risk": "O1", "probability": 1.0}])
        assert listed.loc[listed["step"] == "Opportunity O1", "value"].sum() == pytest.approx(-500)


def test_the_last_cycle_is_a_reference_of_its_own():
    listed, _ = gaps(plan=[*plan_rows(margin=100, revenue=400), *plan_rows(version="Previous plan", margin=104, revenue=410, count=6)])
    assert account(listed, "Bikes below last cycle") == [("gap", 24, pytest.approx(np.nan, nan_ok=True)), ("not closed", -24, pytest.approx(np.nan, nan_ok=True))]
    assert listed["kind"].unique().tolist() == ["plan and last cycle"]


def test_gaps_are_ranked_by_money_whatever_their_kind():
    listed, _ = gaps([shortage("Bike", 10, 400), shortage("Helmet", 1, 20)], plan=[*plan_rows(margin=100), *plan_rows(version="Budget", margin=110)])
    assert listed.drop_duplicates("gap")[["gap", "rank"]].values.tolist() == [["Bikes short: Saw", 1], ["Bikes below budget", 2], ["Helmets short: Saw", 3]]


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_a_gap_add_up_to_nothing_to_the_cent(seed):
    random = np.random.default_rng(seed)
    shorts = [shortage(item, *random.uniform(1, 1e6, 2)) for item in ("Bike", "Trike", "Helmet")]
    units = {row["item"]: row["unmet_demand"] for row in shorts}
    names = ["Overtime at Saw", "Subcontract item Bike", "Expedite item Trike"]
    options = [option(name, random.uniform(1, 1e6), n, "expedite") for n, name in enumerate(names, 1)]
    effects = [*left("", **units), *(row for name in names for row in left(name, **{item: n * random.uniform(0, 1) for item, n in units.items()}))]
    listed, _ = gaps(shorts, options, effects, [*plan_rows(margin=1 / 3, revenue=2 / 3), *plan_rows(version="Budget", margin=random.uniform(1, 1e5))])
    sums = listed.groupby("gap")[["value", "units"]].sum()
    assert sums.abs().max().max() < 1e-6
    assert ((listed["value"] * 100).round() / 100 == listed["value"]).all()
    closing = listed[~listed["step"].isin(["gap"])]
    assert (closing["value"] <= 0).all() and (closing["units"].dropna() <= 0).all()


class TestOwners:
    def marked(self, **owners):
        listed, _ = gaps([shortage("Bike", 10, 400)], [option("Overtime at Saw", 400, 1)], [*left("", Bike=10), *left("Overtime at Saw", Bike=4)])
        return listed.assign(owner=listed["step"].map(owners | {"Overtime at Saw": "Ben"}).fillna("").astype(object))

    def test_stay_with_gap_and_step_when_the_figures_change(self):
        marked = self.marked(gap="Ann")
        listed, notes = gaps([shortage("Bike", 80, 3000)], [option("Overtime at Saw", 900, 1)], [*left("", Bike=80), *left("Overtime at Saw", Bike=4)], marked=marked)
        assert listed["owner"].tolist() == ["Ann", "Ben", ""]
        assert notes.empty

    def test_stay_with_their_step_when_another_comes_before_it(self):
        options = [option("Overtime at Saw", 400, 1), option("Subcontract item Bike", 400, 2, "subcontract")]
        effects = [*left("", Bike=10), *left("Overtime at Saw", Bike=6), *left("Subcontract item Bike", Bike=1)]
        listed, _ = gaps([shortage("Bike", 10, 400)], options, effects, marked=self.marked())
        assert dict(zip(listed["step"], listed["owner"], strict=True)) == {"gap": "", "Subcontract item Bike": "", "Overtime at Saw": "Ben", "not closed": ""}

    def test_of_a_gap_that_is_closed_now_keep_its_rows_at_nothing_and_are_said(self):
        listed, notes = gaps(marked=self.marked(gap="Ann"))
        assert account(listed, "Bikes short: Saw") == [("gap", 0, 0), ("Overtime at Saw", 0, 0), ("not closed", 0, 0)]
        assert listed["owner"].tolist() == ["Ann", "Ben", ""]
        assert listed["cause"].iloc[0] == "Closed now: nothing is missing"
        assert notes["note"].tolist() == [
            "Bikes short: Saw: closed now; its line stays for its owner Ann",
            "Bikes short: Saw, Overtime at Saw: closes nothing now; its line stays for its owner Ben",
        ]

    def test_are_there_when_the_gap_is_back_after_two_cycles(self):
        closed, _ = gaps(marked=self.marked(gap="Ann"))
        closed, _ = gaps([shortage("Helmet", 1, 20)], marked=closed)
        assert closed.loc[closed["step"] == "gap", ["gap", "rank"]].values.tolist() == [["Helmets short: Saw", 1], ["Bikes short: Saw", 2]]
        back, notes = gaps([shortage("Bike", 80, 3000)], [option("Overtime at Saw", 900, 1)], [*left("", Bike=80), *left("Overtime at Saw", Bike=4)], marked=closed)
        assert list(zip(back["gap"], back["owner"], strict=True)) == [("Bikes short: Saw", "Ann"), ("Bikes short: Saw", "Ben"), ("Bikes short: Saw", "")]
        assert notes.empty
        fresh, _ = gaps([shortage("Bike", 80, 3000)], [option("Overtime at Saw", 900, 1)], [*left("", Bike=80), *left("Overtime at Saw", Bike=4)])
        pd.testing.assert_frame_equal(back.drop(columns="owner"), fresh.drop(columns="owner"))

    def test_of_a_step_that_closes_nothing_now_stay_in_their_gap(self):
        """The gap is one of 80 units now, of which another option closes half."""
        other = option("Subcontract item Bike", 5000, 1, "subcontract")
        listed, notes = gaps([shortage("Bike", 80, 3000)], [other], [*left("", Bike=80), *left("Subcontract item Bike", Bike=40)], marked=self.marked(gap="Ann"))
        assert account(listed, "Bikes short: Saw") == [("gap", 3000, 80), ("Subcontract item Bike", -1500, -40), ("Overtime at Saw", 0, 0), ("not closed", -1500, -40)]
        assert (listed["owner"].tolist(), listed["order"].tolist()) == (["Ann", "", "Ben", ""], [0, 1, 2, 3])
        assert notes["note"].tolist() == ["Bikes short: Saw, Overtime at Saw: closes nothing now; its line stays for its owner Ben"]

    def test_of_a_gap_in_money_leave_its_units_absent(self):
        plan = [*plan_rows(margin=100), *plan_rows(version="Budget", margin=110)]
        marked, _ = gaps(plan=plan)
        listed, _ = gaps(marked=marked.assign(owner=["Ann", ""]))
        assert listed["value"].tolist() == [0, 0]
        assert listed["units"].isna().all()

    def test_that_are_cleared_let_a_closed_gap_go(self):
        closed, _ = gaps(marked=self.marked(gap="Ann"))
        listed, notes = gaps(marked=closed.assign(owner=""))
        assert listed.empty and notes.empty

    def test_of_closed_gaps_do_not_touch_what_stands(self):
        both = [shortage("Bike", 10, 400), shortage("Helmet", 20, 200)]
        marked, _ = gaps(both)
        listed, _ = gaps([*both[:1]], marked=marked.assign(owner=marked["gap"].where(marked["step"] == "not closed", "")))
        assert listed[["gap", "step", "value", "owner"]].values.tolist() == [
            ["Bikes short: Saw", "gap", 400, ""], ["Bikes short: Saw", "not closed", -400, "Bikes short: Saw"],
            ["Helmets short: Saw", "gap", 0, ""], ["Helmets short: Saw", "not closed", 0, "Helmets short: Saw"],
        ]  # fmt: skip
        assert listed.groupby("gap")["value"].sum().eq(0).all()


def test_nothing_missing_is_an_empty_list():
    listed, notes = gaps()
    assert listed.empty and notes.empty
    frames.check_frame(listed, frames.GAP_LIST)
