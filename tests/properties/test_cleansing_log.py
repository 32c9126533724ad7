"""History cleansing on any history: the log accounts for every unit, and the planner can always have the raw history back."""

import numpy as np
import pandas as pd
from cleansing_tables import MONTH, cleanse, event, history, marked, timeline
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_xl.plan.cleansing import working_days

LENGTH = 30
CAUSES = ["return", "stock-out", "event", "one-off order", "level shift", "calendar"]
LABELS = [MONTH(p) for p in timeline(LENGTH).history]
quietly = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@st.composite
def companies(draw):
    """A few series with peaks, steps, returns, stock-outs and promotions of any size, and the days of a week."""
    demand, beside = {}, {"shipments": {}, "stock_out": {}, "returns": {}}
    months = st.sampled_from(LABELS)
    for name in ("A/L", "A/M", "B/L", "C/M"):
        rng = np.random.default_rng(draw(st.integers(0, 10**6)))
        level = np.where(np.arange(LENGTH) < draw(st.integers(0, LENGTH)), draw(st.sampled_from([20, 100])), 100)
        values = np.round(level * rng.uniform(0.9, 1.1, LENGTH) * (rng.random(LENGTH) < draw(st.sampled_from([0.4, 1.0]))))
        for place, times in draw(st.dictionaries(st.integers(0, LENGTH - 1), st.sampled_from([-1, 0, 3, 8, 40]), max_size=3)).items():
            values[place] *= times
        demand[name] = values[draw(st.integers(0, 5)) :].tolist()
        beside["shipments"][name] = {k: float(v) for k, v in draw(st.dictionaries(months, st.integers(0, 90), max_size=3)).items()}
        beside["stock_out"][name] = draw(st.dictionaries(months, st.sampled_from([0.0, 0.3, 1.0]), max_size=3))
        beside["returns"][name] = {k: float(v) for k, v in draw(st.dictionaries(months, st.integers(0, 20), max_size=2)).items()}
    scopes = st.sampled_from([{}, {"item": "A"}, {"location": "M"}])
    spans = [(draw(months), draw(scopes), draw(st.sampled_from([0.0, 0.5]))) for _ in range(draw(st.integers(0, 3)))]
    events = [event(f"E{k}", first, pull_forward=pull, dip_periods=2.0, **scope) for k, (first, scope, pull) in enumerate(spans)]
    return history(demand, **beside), events, working_days(timeline(LENGTH), draw(st.sampled_from(["off", "Mon-Fri"])))


def run(company, marks=None):
    dense, events, days = company
    return cleanse(dense, *events, marks=marks, working_days=days)


def cells(frame):
    return {(r.item, r.location, r.period): r.demand for r in frame.itertuples()}


def before_any_correction(company, log):
    """Demand as it was known: orders, but what left the house where stock limited a month."""
    raw = cells(company[0])
    for row in log[log["note"].str.startswith("ordered")].itertuples():
        sent_back = log[(log["cause"] == "return") & (log["item"] == row.item) & (log["location"] == row.location) & (log["period"] == row.period)]
        raw[row.item, row.location, row.period] = float(sent_back["raw"].iloc[0]) if len(sent_back) else row.raw
    return raw


def replayed(demand, log):
    """The log read with a pencil: every applied line in the order of the causes."""
    demand = dict(demand)
    for cause in CAUSES:
        for row in log[(log["cause"] == cause) & (log["state"] == "applied")].itertuples():
            if cause == "calendar":
                touched = [key for key in demand if key[2] == row.period]
            elif cause == "level shift":
                touched = [key for key in demand if key[:2] == (row.item, row.location) and key[2] < row.period]
            else:
                touched = [(row.item, row.location, row.period)]
                assert abs(demand[touched[0]] - row.raw) < 1e-6
            for key in touched:
                shifts = cause in ("calendar", "level shift")
                demand[key] = demand[key] * row.corrected / row.raw if shifts else demand[key] + row.corrected - row.raw
    return demand


def same(one, other):
    assert one.keys() == other.keys()
    for key in one:
        np.testing.assert_allclose(one[key], other[key], rtol=1e-9, atol=1e-6)


@quietly
@given(companies(), st.lists(st.sampled_from(["", "Keep", "Drop"]), min_size=200, max_size=200))
def test_raw_and_the_lines_of_the_log_make_what_the_forecast_learns_from(company, words):
    log = run(company).log
    made = run(company, log.assign(mark=(words * (len(log) // 200 + 1))[: len(log)]))
    same(cells(made.history), replayed(before_any_correction(company, log), made.log))


@quietly
@given(companies(), st.lists(st.sampled_from(["", "Keep", "Drop"]), min_size=200, max_size=200))
def test_a_mark_changes_what_the_later_lines_of_a_month_act_on_and_not_what_they_do(company, words):
    free = run(company).log
    log = run(company, free.assign(mark=(words * (len(free) // 200 + 1))[: len(free)])).log
    keys = ["item", "location", "period", "cause"]
    assert log[keys].to_numpy().tolist() == free[keys].to_numpy().tolist()
    step, found = (each["corrected"] - each["raw"] for each in (log, free))
    stopped = (found < 0) & (log["corrected"] <= 1e-9)  # nothing is left to take off
    assert ((step - found).abs() < 1e-6)[~stopped].all()
    assert (step[stopped] >= found[stopped] - 1e-6).all() and (step[stopped] <= 1e-9).all()


@quietly
@given(companies())
def test_drop_on_every_line_gives_the_raw_history_back(company):
    log = run(company).log
    made = run(company, marked(log, "Drop"))
    assert set(made.log["state"]) <= {"dropped"}
    same(cells(made.history), before_any_correction(company, log))


@quietly
@given(companies(), st.sampled_from(["Keep", "Drop"]))
def test_a_second_run_with_the_marks_of_the_first_changes_nothing(company, word):
    first = run(company)
    second = run(company, first.log.assign(mark=[word if k % 2 else "" for k in range(len(first.log))]))
    third = run(company, second.log[second.log["mark"] != ""].assign(state="", note=""))
    pd.testing.assert_frame_equal(second.log, third.log)
    pd.testing.assert_frame_equal(second.history, third.history)


@quietly
@given(companies(), st.integers(0, 1000))
def test_the_order_of_rows_and_events_means_nothing(company, seed):
    dense, events, days = company
    made = run(company)
    shuffled = dense.sample(frac=1.0, random_state=seed)
    other = cleanse(shuffled, *events[::-1], working_days=days)
    pd.testing.assert_frame_equal(made.log, other.log)
    pd.testing.assert_frame_equal(made.history, other.history.sort_index())
    pd.testing.assert_frame_equal(made.uplifts, other.uplifts)


@quietly
@given(companies())
def test_nothing_becomes_negative_and_stock_outs_never_lower_demand(company):
    made = run(company)
    assert (made.history["demand"].dropna() >= -1e-9).all()
    lifted = made.log[made.log["cause"] == "stock-out"]
    assert (lifted["corrected"] > lifted["raw"]).all()
    assert not made.log.duplicated(["item", "location", "period", "cause"]).any()
