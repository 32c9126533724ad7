"""Why the plan differs from what was published: each cause alone moves its own row, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from company import ITEMS, TIMELINE, append, cells, make_workbook, run
from plan_tables import month, table

from sop_xl import frames
from sop_xl.commands.change_groups import GROUPS
from sop_xl.commands.change_planning import NOT_REPRODUCED, plan_changes
from sop_xl.commands.inputs import read_inputs
from sop_xl.commands.published import MODEL_WEIGHTS, Published, inputs_of
from sop_xl.commands.replan import Past, replan
from sop_xl.commands.scenario_inputs import with_promoted
from sop_xl.frames import SUPPLY_PLAN, empty_frame
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.periods import Timeline

NO_PAST = Past(None, empty_frame(SUPPLY_PLAN))
FEBRUARY = Timeline(TIMELINE.calendar, TIMELINE.first, month("2025-02"), TIMELINE.horizon)
CAUSES = [group.cause for group in GROUPS]


@pytest.fixture(scope="module")
def stated(tmp_path_factory) -> SimpleNamespace:
    """The company's inputs, with Rome selling in dollars, and what January's plan of them was."""
    inputs = read_inputs(HeadlessHost(make_workbook(tmp_path_factory.mktemp("company") / "company.xlsx")))
    sheets = {name: reading.frame for name, reading in inputs.readings.items()}
    sheets["Demand History"] = sheets["Demand History"].assign(currency=lambda t: t["location"].map({"Rome": "USD", "Oslo": "EUR"}))
    sheets["Locations"] = sheets["Locations"].assign(currency=lambda t: t["location"].map({"Rome": "USD", "Oslo": "EUR"}))
    rates = [{"currency": "USD", "rate_type": kind, "period": period, "fx_rate": 0.9} for kind in ("plan", "actual") for period in TIMELINE.periods]
    sheets["FX Rates"] = table(frames.FX_RATES, *rates)
    sheets["Overrides"] = table(frames.OVERRIDES, override("old", 10.0, expiry_policy="expire", entered="2025-01-07"))
    then = inputs_of(inputs.settings, sheets, {})
    planned = replan(then, TIMELINE, NO_PAST)
    results = {"Financial Plan": planned.financial_plan, MODEL_WEIGHTS: planned.demand.baseline.weights, "Supply Plan": empty_frame(SUPPLY_PLAN)}
    record = Published(TIMELINE.current, 1, "2025-01-20", "Ann", "", inputs.settings, sheets, {}, results)
    return SimpleNamespace(sheets=sheets, settings=inputs.settings, record=record)


def override(name, value, **more):
    return {"override": name, "family": "Chairs", "first_period": month("2025-06"), "action": "add", "value": value, "owner": "Bo", "spread_by": "forecast"} | more


def changes_after(stated, timeline=TIMELINE, settings=None, notes=None, of_the_run=0.0, **sheets) -> pd.DataFrame:
    """CHANGES of the plan whose inputs differ from the published ones in these sheets (`Price_List` for Price List); `of_the_run` is revenue that no inputs give."""
    named = {name.replace("_", " "): frame for name, frame in sheets.items()}
    inputs = inputs_of(settings or stated.settings, stated.sheets | named, {})
    planned = replan(inputs, timeline, NO_PAST)
    results = SimpleNamespace(
        inputs=inputs, demand=planned.demand, supply=SimpleNamespace(supply_plan=empty_frame(SUPPLY_PLAN)),
        money=SimpleNamespace(financial_plan=planned.financial_plan.assign(revenue=planned.financial_plan["revenue"] + of_the_run)),
    )  # fmt: skip
    return plan_changes(results, timeline, [stated.record], lambda *_: None, [] if notes is None else notes)


def moved(changes) -> set[str]:
    """Causes with an amount, of any measure and family."""
    inside = changes[~changes["cause"].isin(["start", "end"]) & (changes["amount"].abs() > 1e-9)]
    return set(inside["cause"])


def residual(changes) -> float:
    """Largest |start + causes - end|."""
    signed = changes["amount"].where(changes["cause"] != "end", -changes["amount"])
    return float(signed.groupby([changes["reference"], changes["measure"], changes["family"]]).sum().abs().max())


def with_rows(stated, name, spec, *rows):
    """A sheet with further rows."""
    before = stated.sheets.get(name)
    return pd.concat([f for f in (before, table(spec, *rows)) if f is not None and len(f)], ignore_index=True)


ONE_RESOURCE = {
    "Resources": lambda s: table(frames.RESOURCES, {"resource": "Line", "name": "Line", "kind": "machine", "unit": "h", "location": "Oslo", "capacity": 300.0}),
    "Bill_of_Resources": lambda s: table(frames.BILL_OF_RESOURCES, {"family": "Chairs", "location": "Oslo", "kind": "buy", "resource": "Line", "hours_per_unit": 4.0}),
}
CASES = {
    "Model": {"Forecast_Models": lambda s: table(frames.FORECAST_MODELS, {"rule": "1", "item": "0017", "model": "Seasonal naive"})},
    "Events": {"Events": lambda s: table(frames.EVENTS, {"event": "Fair", "type": "fair", "family": "Tables", "first_period": month("2025-05"), "last_period": month("2025-05"),
                                                         "effect_kind": "percent", "effect": 0.3, "probability": 1.0})},
    "Life cycle": {"Lifecycle": lambda s: table(frames.LIFECYCLE, {"item": "0042", "location": "Oslo", "stage": "phase_out", "period": month("2025-09"), "successor": "0043", "scale": 0.5, "ramp": 0.0})},
    "Sales input": {"Sales_Input": lambda s: table(frames.SALES_INPUT, {"item": "0018", "location": "Rome", "contributor": "Cy", "period": month("2025-04"), "demand": 500.0})},
    "Overrides": {"Overrides": lambda s: with_rows(s, "Overrides", frames.OVERRIDES, override("new", 40.0))},
    "Customer orders": {"Customer_Orders": lambda s: table(frames.CUSTOMER_ORDERS, {"order": "1", "item": "0044", "location": "Rome", "period": month("2025-01"), "demand": 2000.0})},
    "Capacity": ONE_RESOURCE,
    "Supply parameters": {"Inventory_Policy": lambda s: table(frames.INVENTORY_POLICY, {"policy": "1", "service_level": 0.7})},
    "Scenarios": {
        "Scenarios": lambda s: table(frames.SCENARIOS, {"scenario": "S", "name": "Rome grows", "state": "promoted"}, {"scenario": "T", "name": "tried", "state": "run"}),
        "Scenario_Drivers": lambda s: table(frames.SCENARIO_DRIVERS, *({"scenario": name, "driver": "lead time", "action": "add", "value": 60.0} for name in "ST")),
    },
    "Price": {"Price_List": lambda s: table(frames.PRICE_LIST, {"item": "0017", "currency": "EUR", "list_price": 150.0, "discount": 0.0, "valid_from": month("2025-01")})},
    "FX": {"FX_Rates": lambda s: s.sheets["FX Rates"].assign(fx_rate=lambda t: t["fx_rate"].where(t["rate_type"] != "plan", 0.95))},
    "Costs": {"Items": lambda s: s.sheets["Items"].assign(unit_cost=lambda t: t["unit_cost"] + 5.0)},
    "Master data": {"Items": lambda s: s.sheets["Items"].assign(end=lambda t: t["end"].where(t["item"] != "0019", pd.Timestamp("2025-06-30")))},
}  # fmt: skip


@pytest.mark.parametrize("cause", CASES)
def test_each_cause_alone_moves_its_own_row_and_nothing_else(stated, cause):
    changes = changes_after(stated, **{name: make(stated) for name, make in CASES[cause].items()})
    assert moved(changes) == {cause}
    assert residual(changes) < 1e-6


def test_a_setting_belongs_to_its_cause(stated):
    changes = changes_after(stated, settings=stated.settings.model_copy(update={"service_level": 0.99}))
    assert moved(changes) == {"Supply parameters"}
    row = changes[(changes["cause"] == "Supply parameters") & (changes["measure"] == "inventory_value") & (changes["family"] == "All")]
    assert "Service level 0.95 -> 0.99" in row["sentence"].item() and row["amount"].item() > 0


def test_items_of_several_causes_are_parted_by_their_columns(stated):
    items = stated.sheets["Items"].assign(unit_cost=lambda t: t["unit_cost"] + 5.0, family=lambda t: t["family"].replace("Tables", "Desks"))
    assert moved(changes_after(stated, Items=items)) == {"Costs", "Master data"}


def test_what_was_not_changed_is_not_explained_as_changed(stated):
    changes = changes_after(stated)
    assert moved(changes) == set() and set(changes["cause"]) == {"start", NOT_REPRODUCED, "end"}


def january_sold(stated, factor=1.0):
    """Demand History with January, a year's January times a factor."""
    history = stated.sheets["Demand History"]
    last_year = history[history["period"] == month("2024-01")]
    fresh = last_year.assign(period=month("2025-01"), demand=last_year["demand"] * factor, revenue=last_year["revenue"] * factor)
    return pd.concat([history, fresh], ignore_index=True).sort_values(["item", "location", "period"], ignore_index=True)


def test_a_month_of_actuals_moves_facts_models_and_what_expired(stated):
    changes = changes_after(stated, FEBRUARY, Demand_History=january_sold(stated, 1.3))
    assert moved(changes) == {"Actuals", "Model", "Overrides"}  # the override was for January's cycle only
    assert residual(changes) < 1e-6
    row = changes[(changes["cause"] == "Overrides") & (changes["measure"] == "demand") & (changes["family"] == "All")]
    assert row["amount"].item() == pytest.approx(-10)
    row = changes[(changes["cause"] == "Actuals") & (changes["measure"] == "demand") & (changes["family"] == "All")]
    assert row["sentence"].item().startswith("demand of 2025-01 was ")
    assert set(changes["reference"]) == {"Last cycle"}


def test_only_periods_that_both_planned_are_compared(stated):
    changes = changes_after(stated, FEBRUARY, Demand_History=january_sold(stated))
    start = changes[(changes["cause"] == "start") & (changes["measure"] == "demand") & (changes["family"] == "All")]
    plan = stated.record.results["Financial Plan"]
    rows = plan[(plan["version"] == "Plan") & (plan["period"] >= FEBRUARY.current)]
    assert start["amount"].item() == pytest.approx(rows["demand"].sum())
    assert "compared from 2025-02 to 2025-12" in start["sentence"].item()


def test_many_causes_at_once_still_add_up(stated):
    sheets = {name: make(stated) for cause in ("Events", "Overrides", "Capacity", "Price", "FX", "Life cycle") for name, make in CASES[cause].items()}
    changes = changes_after(stated, FEBRUARY, Demand_History=january_sold(stated, 0.8), **sheets)
    assert {"Actuals", "Events", "Overrides", "Capacity", "Price", "FX", "Life cycle"} <= moved(changes)
    assert NOT_REPRODUCED not in moved(changes)
    assert residual(changes) < 1e-6


def test_a_new_item_counts_where_its_demand_comes_from(stated):
    items = stated.sheets["Items"]
    new = items[items["item"] == "0044"].assign(item="0099", name="Stool", family="Stools")
    launch = table(frames.LIFECYCLE, {"item": "0099", "location": "Oslo", "stage": "launch", "period": month("2025-03"), "like_item": "0044", "scale": 0.5, "ramp": 2.0, "curve": "linear"})
    changes = changes_after(stated, Items=pd.concat([items, new], ignore_index=True).sort_values("item", ignore_index=True), Lifecycle=launch)
    assert moved(changes) == {"Life cycle"}
    assert "Stools" in set(changes["family"])


def test_another_version_of_the_program_has_a_row_of_its_own(stated):
    plan = stated.record.results["Financial Plan"]
    tampered = replace(stated.record, results=stated.record.results | {"Financial Plan": plan.assign(demand=plan["demand"] + 1.0)})
    changes = changes_after(SimpleNamespace(**vars(stated) | {"record": tampered}), **{n: m(stated) for n, m in CASES["Overrides"].items()})
    assert moved(changes) == {NOT_REPRODUCED, "Overrides"}
    assert residual(changes) < 1e-6


def test_what_only_today_s_run_has_is_not_charged_to_the_last_cause(stated):
    overridden = {n: m(stated) for n, m in CASES["Overrides"].items()}
    plain, changes = changes_after(stated, **overridden), changes_after(stated, of_the_run=100.0, **overridden)
    by_cause = [frame[(frame["measure"] == "revenue") & (frame["family"] == "All")].set_index("cause")["amount"] for frame in (plain, changes)]
    assert by_cause[1]["Overrides"] == pytest.approx(by_cause[0]["Overrides"])
    assert by_cause[1][NOT_REPRODUCED] == pytest.approx(by_cause[1]["end"] - by_cause[0]["end"]) and by_cause[1][NOT_REPRODUCED] > 100.0
    assert residual(changes) < 1e-6


def test_a_published_plan_that_cannot_be_planned_again_is_told(stated, monkeypatch):
    from sop_xl.commands import change_planning
    from sop_xl.errors import FrameError

    honest, calls, notes = change_planning.replan, [], []

    def refuses_first(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise FrameError("a sheet of then is not known any more")
        return honest(*arguments)

    monkeypatch.setattr(change_planning, "replan", refuses_first)
    changes_after(stated, notes=notes, **{n: m(stated) for n, m in CASES["Overrides"].items()})
    (said,) = pd.concat(notes)["note"]
    assert "could not be planned again" in said and "counts as Overrides: a sheet of then is not known any more" in said


def test_inputs_that_do_not_fit_apart_are_counted_together(stated, monkeypatch):
    from sop_xl.commands import change_planning
    from sop_xl.errors import FrameError

    honest = change_planning.replan

    def refuses_events_alone(inputs, timeline, past, demand=None):
        if len(inputs.frame("Events")) and not len(inputs.frame("Price List")):
            raise FrameError("does not fit")
        return honest(inputs, timeline, past, demand)

    sheets = {name: make(stated) for cause in ("Events", "Price") for name, make in CASES[cause].items()}
    monkeypatch.setattr(change_planning, "replan", refuses_events_alone)
    changes = changes_after(stated, **sheets)
    assert moved(changes) == {"Price"} and residual(changes) < 1e-6
    assert "Events and Price together" in " ".join(changes["sentence"])


@pytest.mark.parametrize(("update", "why"), [({"calendar": "weeks"}, "another calendar"), ({"plan_currency": "USD"}, "is in EUR, the plan now in USD")])
def test_plans_that_cannot_be_compared_are_not_and_a_note_says_why(stated, update, why):
    settings = stated.settings.model_copy(update={"plan_currency": "USD"} if "plan_currency" in update else {})
    record = replace(stated.record, settings=stated.settings.model_copy(update=update)) if "calendar" in update else stated.record
    inputs, notes = inputs_of(settings, stated.sheets, {}), []
    results = SimpleNamespace(inputs=inputs, demand=None, supply=None, money=None)
    assert plan_changes(results, TIMELINE, [record], lambda *_: None, notes).empty
    assert why in notes[0]["note"].item()


def test_nothing_was_published(stated):
    results = SimpleNamespace(inputs=inputs_of(stated.settings, stated.sheets, {}))
    assert plan_changes(results, TIMELINE, [], lambda *_: None, []).empty


# --- in a workbook ---------------------------------------------------------------------------------------------------


def test_an_override_typed_after_publication_is_the_only_deviation(tmp_path):
    path = make_workbook(tmp_path / "company.xlsx")
    assert run("publish", path, "--by", "Ann", "--as-of", "2025-01-05", "--recalc", "off").exit_code == 0
    append(path, "Overrides", {"Override": "1", "Family": "Chairs", "From": "2025-03", "Action": "add", "Value": 50, "Owner": "Bo", "Reason code": "Other", "Reason": "dealer"})
    assert run("regenerate", path, "--as-of", "2025-01-07", "--recalc", "off").exit_code == 0
    rows = [row for row in cells(path, "Changes") if row["Measure"] == "Demand" and row["Family"] == "All"]
    assert {row["Against"] for row in rows} == {"Approved plan"}
    amount = {row["Cause"]: row["Amount"] for row in rows}
    assert amount[NOT_REPRODUCED] == 0 and amount["Overrides"] == pytest.approx(50)
    assert amount["start"] + 50 == pytest.approx(amount["end"])
    assert set(amount) == {"start", NOT_REPRODUCED, "Overrides", "end"}
    assert {row["Family"] for row in cells(path, "Changes")} == {"All", "Chairs"} <= {"All", *ITEMS.values()}


def test_demand_of_a_promoted_scenario_counts_as_the_scenario_s_and_not_as_somebody_s_override(stated):
    scenarios = table(frames.SCENARIOS, {"scenario": "Rome (the city) grows", "state": "promoted"})
    driver = {"scenario": "Rome (the city) grows", "driver": "demand", "location": "Rome", "action": "percent", "value": 0.1}
    drivers = table(frames.SCENARIO_DRIVERS, driver, driver | {"driver": "promotion", "value": 0.05})
    sheets = {"Scenarios": scenarios, "Scenario Drivers": drivers}
    planned, _ = with_promoted(inputs_of(stated.settings, stated.sheets | sheets, {}), TIMELINE)
    given = {name: planned.frame(name) for name in ("Overrides", "Events")}
    assert len(given["Overrides"]) == 2 and len(given["Events"]) >= 1
    changes = changes_after(stated, **{name.replace(" ", "_"): frame for name, frame in (sheets | given).items()})
    assert moved(changes) == {"Scenarios"}
    assert residual(changes) < 1e-6
    said = " ".join(changes.loc[changes["cause"] == "Scenarios", "sentence"])
    assert "Overrides of scenarios 1 added" in said and "Events of scenarios 1 added" in said
