"""A demand review on the sample: a demand planner, sales, and product management type what they know, and find it again on the sheets."""

from __future__ import annotations

from math import isclose, nan

import pytest
from company import append, cells, change, run

PLAN = [f"{2025 + (4 + k) // 12}-{(4 + k) % 12 + 1:02d}" for k in range(18)]
NEXT = PLAN[1:4]  # June to August
STEPS = ("Baseline forecast", "Events", "Life cycle", "Sales input", "Overrides")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    from sop_xl.commands.demo import filled_workbook

    path = filled_workbook(tmp_path_factory.mktemp("review"))
    # the demand planner
    append(
        path, "Overrides",
        {"Override": "O-2", "Family": "Jerseys", "Region": "North America", "From": "2025-06", "To": "2025-08", "Action": "set", "Value": 900.0, "Pinned": "yes",
         "Reason code": "customer", "Reason": "tender won", "Owner": "Anna", "Entered": "2025-05-05"},
        {"Override": "O-3", "Family": "Jerseys", "From": "2025-06", "To": "2025-08", "Action": "percent", "Value": -0.5, "Reason": "trial", "Owner": "Ben", "Entered": "2025-05-06"},
    )  # fmt: skip
    append(path, "Forecast Models", {"Rule": "R-1", "Item": "BK-M18B-40", "Location": "Germany", "Model": "Manual", "Value": 5.0})
    append(path, "Customer Orders", {"Order": "4711", "Item": "BK-M18B-40", "Location": "France", "Customer": "Velo SA", "Due": "2025-06", "Open quantity": 40.0})
    # sales, in money
    append(path, "Sales Input", {"Family": "Road Bikes", "Location": "United Kingdom", "Contributor": "Sales UK", "Measure": "Revenue", "Unit": "USD", "2025-06": 90000.0})
    # marketing and product management
    append(path, "Events", {"Event": "Autumn sale", "Type": "promotion", "Family": "Jerseys", "From": "2025-09", "To": "2025-09", "Price change": -0.2, "Elasticity": -2.0,
                            "Pull-forward": 0.5, "Owner": "Marketing"})  # fmt: skip
    append(path, "Items", {"Item": "BK-R95Y-50", "Name": "Road-950 Yellow, 50", "Category": "Bikes", "Family": "Road Bikes", "Unit cost": 1100.0, "Unit price": 2100.0})
    append(path, "Lifecycle", {"Item": "BK-R95Y-50", "Stage": "launch", "Period": "2025-08", "Like item": "BK-R79Y-48", "Scale": 0.5, "Takes from": "Road Bikes",
                               "Cannibalisation": 0.4})  # fmt: skip
    done = run("regenerate", path, "--as-of", "2025-05-05", "--recalc", "off")
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="module")
def consensus(reviewed):
    return cells(reviewed, "Consensus Demand")


def units(rows, measure, period, **where):
    return sum(float(r[period] or 0.0) for r in rows if r["Measure"] == measure and all(r[k] == v for k, v in where.items()))


def ledger(path, source):
    (row,) = [r for r in cells(path, "Demand Effects") if r["Source"] == source]
    return row


def test_every_unit_of_the_plan_has_a_step(consensus):
    for period in PLAN:
        steps = sum(units(consensus, name, period) for name in STEPS)
        assert isclose(steps, units(consensus, "Consensus demand", period), rel_tol=1e-9)


def test_the_ledger_of_a_step_adds_up_to_the_step(reviewed, consensus):
    for step in STEPS[1:]:
        told = sum(float(r["Effect"] or 0.0) for r in cells(reviewed, "Demand Effects") if r["Stage"] == step)
        assert isclose(told, sum(units(consensus, step, p) for p in PLAN), abs_tol=1e-3), step


def test_the_planners_tender_stands_whatever_is_typed_later(reviewed, consensus):
    for period in NEXT:
        assert isclose(units(consensus, "Consensus demand", period, Family="Jerseys", Region="North America"), 900.0, abs_tol=1e-6)
    assert ledger(reviewed, "O-2")["State"] == "applied"
    assert ledger(reviewed, "O-3")["State"] == "partly applied"
    notes = {r["Note"] for r in consensus if r["Measure"] == "Overrides" and r["Family"] == "Jerseys" and r["Region"] == "North America"}
    assert all("O-2" in note and "tender won" in note for note in notes)


def test_a_typed_forecast_comes_out_as_typed_and_backtest_names_the_rule(reviewed):
    lines = [r for r in cells(reviewed, "Baseline Forecast") if r["Item"] == "BK-M18B-40" and r["Location"] == "Germany"]
    (row,) = [r for r in lines if r["Measure"] == "Baseline forecast"]
    assert {row[p] for p in PLAN} == {5.0}
    assert "R-1" in str(row["Note"])


def test_the_order_is_served_and_consumes_the_forecast_around_it(reviewed):
    lines = {r["Measure"]: r for r in cells(reviewed, "Forecast Consumption")}
    assert lines["Customer orders"]["2025-06"] == 40.0
    assert lines["Remaining forecast"]["2025-06"] == 0.0
    assert float(lines["Demand to serve"]["2025-06"]) == 40.0


def test_money_of_sales_enters_at_the_price_of_the_plan(reviewed):
    """Without a track record half of the difference to the forecast enters, as Settings says; 90,000 is that many units at the plan's own prices."""
    rows = {r["Measure"]: r for r in cells(reviewed, "Sales Review") if r["Contributor"] == "Sales UK"}
    number, before, entered = (float(rows[name]["2025-06"]) for name in ("Sales number", "Forecast before sales", "Entered in the plan"))
    assert isclose(entered, 0.5 * (number - before), rel_tol=1e-6)
    consensus = cells(reviewed, "Consensus Demand")
    mine = [r for r in consensus if r["Family"] == "Road Bikes" and r["Location"] == "United Kingdom"]
    price = {r["Item"]: float(r["2025-06"] or nan) for r in mine if r["Measure"] == "Net price"}
    steps = ("Baseline forecast", "Events", "Life cycle")
    running = {i: sum(units(mine, s, "2025-06", Item=i) for s in steps) for i in price}
    average = sum(q * price[i] for i, q in running.items() if q) / sum(running.values())
    assert number * average == pytest.approx(90000.0, rel=0.01)


def test_the_sale_sells_more_at_a_lower_price_and_less_afterwards(reviewed, consensus):
    """A fifth off at an elasticity of -2: (1 - 0.2) ^ -2 - 1 = 56 % more in September, half of which is missing in October."""
    base = units(consensus, "Baseline forecast", "2025-09", Family="Jerseys")
    added = units(consensus, "Events", "2025-09", Family="Jerseys")
    assert isclose(added, 0.5625 * base, rel_tol=1e-6)
    assert isclose(units(consensus, "Events", "2025-10", Family="Jerseys"), -0.5 * added, rel_tol=1e-6)
    price = {(r["Item"], r["Location"]): r for r in consensus if r["Measure"] == "Net price" and r["Family"] == "Jerseys"}
    for row in price.values():
        if row["2025-09"] and row["2025-11"] and row["Location"] in ("Northwest", "Southwest"):
            assert float(row["2025-09"]) == pytest.approx(0.8 * float(row["2025-11"]))


def test_the_launch_takes_from_its_family_what_it_is_said_to_take(reviewed, consensus):
    launched = sum(units(consensus, "Life cycle", p, Item="BK-R95Y-50") for p in PLAN)
    assert launched > 0
    (case,) = [r for r in cells(reviewed, "Lifecycle Plan") if r["Item"] == "BK-R95Y-50" and r["Planned step"] == "launch"]
    assert isclose(float(case["Taken from others"]), 0.4 * float(case["Demand"]), rel_tol=1e-6)
    assert float(case["Demand P10"]) < float(case["Demand"]) < float(case["Demand P90"])
    whole = ledger(reviewed, "BK-R95Y-50 / launch")
    assert isclose(float(whole["Effect"]), 0.6 * launched, rel_tol=1e-6)


def test_a_mark_in_the_history_log_stays_and_moves_the_forecast(reviewed):
    log = cells(reviewed, "History Log")
    place = next(k for k, r in enumerate(log) if r["State"] == "applied")
    change(reviewed, "History Log", "Keep or drop", place, "Drop")
    done = run("regenerate", reviewed, "--as-of", "2025-05-05", "--recalc", "off")
    assert done.exit_code == 0, done.output
    keys = ("Item", "Location", "Period", "Cause")
    (row,) = [r for r in cells(reviewed, "History Log") if all(r[k] == log[place][k] for k in keys)]
    assert (row["Keep or drop"], row["State"]) == ("Drop", "dropped")
