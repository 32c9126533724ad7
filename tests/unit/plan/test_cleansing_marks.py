"""The planner's last word: Keep and Drop on the lines of the History Log, and what becomes of them in the next run."""

import pandas as pd
import pytest
from cleansing_tables import cleanse, corrected, event, history, logged, marked, then
from plan_tables import month, table

from sop_xl import frames
from sop_xl.frames import HISTORY_LOG, check_frame
from sop_xl.plan.forecast import recipe_key

EVEN = [100.0] * 24


def peak(label: str = "2025-05", height: float = 500.0) -> pd.DataFrame:
    """Two even years with one high month."""
    dense = history({"A": EVEN})
    dense.loc[dense["period"] == month(label), "demand"] = height
    return dense


def mark(cause: str, label: str, word: str, **columns):
    """One line as the planner left it in the workbook."""
    return table(HISTORY_LOG, {"item": "A", "location": "L", "period": month(label), "cause": cause, "mark": word} | columns)


def test_drop_takes_a_correction_back_and_shows_what_it_would_have_been():
    made = cleanse(peak(), marks=mark("one-off order", "2025-05", "Drop"))
    assert corrected(made) == peak()["demand"].tolist()
    assert logged(made) == [("2025-05", 500.0, 100.0, "dropped")]
    assert made.log["mark"].tolist() == ["Drop"]


def test_keep_on_an_applied_correction_changes_nothing_and_is_written_again():
    made = cleanse(peak(), marks=mark("one-off order", "2025-05", "Keep"))
    assert logged(made) == [("2025-05", 500.0, 100.0, "applied")]
    assert made.log["mark"].tolist() == ["Keep"]


def test_a_mark_for_another_cause_or_month_does_not_count():
    for wrong in (mark("event", "2025-05", "Drop"), mark("one-off order", "2025-06", "Drop")):
        made = cleanse(peak(), marks=wrong)
        assert then(made, "2025-05") == 100
        assert sorted(made.log["state"]) == ["applied", "not found"]


def test_a_mark_whose_correction_is_gone_is_not_lost():
    old = mark("one-off order", "2025-05", "Drop", raw=500.0, corrected=100.0)
    made = cleanse(history({"A": EVEN}), marks=old)
    assert logged(made) == [("2025-05", 500.0, 100.0, "not found")]
    assert made.log[["mark", "note"]].to_numpy().tolist() == [["Drop", "not found in this run; the mark is kept"]]
    again = cleanse(peak(), marks=made.log)
    assert logged(again) == [("2025-05", 500.0, 100.0, "dropped")]  # it comes back, and so does the planner's word


def test_neither_is_one_on_an_item_that_is_not_sold_any_more():
    gone = mark("stock-out", "2025-05", "Drop", item="Z")
    made = cleanse(history({"A": EVEN}), marks=gone)
    assert made.log[["item", "mark", "state"]].to_numpy().tolist() == [["Z", "Drop", "not found"]]


def test_nor_one_on_a_month_before_the_history():
    assert cleanse(history({"A": EVEN}), marks=mark("event", "2020-01", "Drop")).log["state"].tolist() == ["not found"]


def test_lines_without_a_mark_are_no_marks():
    log = cleanse(peak()).log
    assert cleanse(history({"A": EVEN}), marks=log).log.empty


def test_a_mark_changes_its_own_line_and_no_other():
    dense = history({"A": EVEN}, stock_out={"A": {"2024-03": 0.5}})
    dense.loc[dense["period"] == month("2024-03"), "demand"] = 40.0
    dense.loc[dense["period"] == month("2025-05"), "demand"] = 160.0
    dense.loc[dense["period"] == month("2025-09"), "demand"] = 500.0
    spring = event("Spring", "2025-05")
    free = cleanse(dense, spring)
    assert free.log["cause"].tolist() == ["stock-out", "event", "one-off order"]
    for k in range(3):
        one = cleanse(dense, spring, marks=marked(free.log.iloc[[k]], "Drop"))
        assert one.log["state"].tolist() == ["dropped" if j == k else "applied" for j in range(3)]
        pd.testing.assert_frame_equal(one.log.drop(columns=["mark", "state"]), free.log.drop(columns=["mark", "state"]))


def test_two_corrections_of_one_month_act_one_after_the_other():
    dense = history({"A": EVEN}, returns={"A": {"2025-05": 10.0}})
    dense.loc[dense["period"] == month("2025-05"), "demand"] = 490.0
    made = cleanse(dense)
    by_cause = made.log.set_index("cause")[["raw", "corrected"]]
    assert by_cause.loc["return"].tolist() == [490.0, 500.0]
    assert by_cause.loc["one-off order"].tolist() == pytest.approx([500.0, 100.0])


def test_drop_on_an_earlier_cause_shows_through_a_later_one_of_the_same_month():
    dense = history({"A": EVEN}, returns={"A": {"2025-05": 30.0}}, stock_out={"A": {"2025-05": 1.0}})
    dense.loc[dense["period"] == month("2025-05"), "demand"] = 10.0
    free = cleanse(dense)
    assert logged(free) == [("2025-05", 10.0, 40.0, "applied"), ("2025-05", 40.0, 100.0, "applied")]
    dropped = cleanse(dense, marks=mark("return", "2025-05", "Drop"))
    assert logged(dropped) == [("2025-05", 10.0, 40.0, "dropped"), ("2025-05", 10.0, 70.0, "applied")]
    assert then(dropped, "2025-05") == pytest.approx(70)


def test_what_is_taken_off_stops_at_zero_when_an_earlier_correction_is_taken_back():
    dense = history({"A": EVEN}, returns={"A": {"2025-05": 480.0}})
    dense.loc[dense["period"] == month("2025-05"), "demand"] = 20.0
    assert logged(cleanse(dense), "one-off order") == [("2025-05", 500.0, 100.0, "applied")]
    dropped = cleanse(dense, marks=mark("return", "2025-05", "Drop"))
    assert logged(dropped, "one-off order") == [("2025-05", 20.0, 0.0, "applied")]
    assert then(dropped, "2025-05") == 0


def test_switched_off_history_is_as_it_is_and_marks_are_carried_on():
    made = cleanse(peak(), marks=mark("one-off order", "2025-05", "Drop"), enabled=False)
    pd.testing.assert_frame_equal(made.history, peak())
    assert made.log[["mark", "state", "note"]].to_numpy().tolist() == [["Drop", "not found", "history is not cleansed (see Settings)"]]
    assert cleanse(peak(), enabled=False).log.empty


def test_every_series_says_what_was_done_to_it():
    made = cleanse(peak())
    assert made.series_notes.to_numpy().tolist() == [["A", "L", "history corrected: 1 one-off order; see History Log"]]
    last = cleanse(peak("2025-12"))
    assert last.series_notes.to_numpy().tolist() == [["A", "L", "correction proposed: 1 one-off order; see History Log"]]
    dropped = cleanse(peak(), marks=mark("one-off order", "2025-05", "Drop"))
    assert dropped.series_notes.empty


def test_the_run_says_how_many_of_each_cause():
    made = cleanse(peak())
    assert made.notes[["frame", "key", "note"]].to_numpy().tolist() == [["history_log", "one-off order", "one-off order: 1 applied"]]


def test_the_log_is_a_frame_of_its_contract_in_defined_order():
    dense = pd.concat([peak().assign(item="B"), peak()], ignore_index=True)
    log = check_frame(cleanse(dense).log, HISTORY_LOG)
    assert log["item"].tolist() == ["A", "B"]


def test_a_mark_changes_the_key_of_the_forecast():
    free, dropped = cleanse(peak()), cleanse(peak(), marks=mark("one-off order", "2025-05", "Drop"))
    items, places = table(frames.ITEMS, {"item": "A"}), table(frames.LOCATIONS, {"location": "L"})
    keys = {recipe_key(c.history, ["2025-12"], items, places, c.series_notes, c.actuals) for c in (free, dropped)}
    assert len(keys) == 2
