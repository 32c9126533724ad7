"""A level shift that a planner kept stays kept, whatever the months that follow say about it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from cleansing_tables import corrected, logged
from plan_tables import month, months, table

from sop_xl import frames
from sop_xl.frames import HISTORY_LOG
from sop_xl.plan.cleansing import Cleansed, cleanse_history
from sop_xl.plan.history import calendarise

# a customer won in the summer of 2024: seen from early 2025 the level rose in July, seen from the middle of 2026 in August
NOISY = [
    109, 89, 83, 70, 96, 116, 100, 106, 113, 90, 137, 90, 105, 139, 99, 101, 94, 104, 139, 167, 221,
    185, 175, 188, 189, 183, 193, 147, 193, 166, 198, 180, 160, 178, 160, 203, 179, 199, 157, 219, 174, 212,
]  # fmt: skip
WEAK_END = [100] * 18 + [200] * 10 + [120] * 3
"""The last three months do not show the new level of July 2024: it is no longer found."""


def seen_from(current: str, demand: Sequence[float], marks: pd.DataFrame | None = None) -> Cleansed:
    """What is made of demand from January 2023 on, at the start of that month."""
    begin, now = month("2023-01"), month(current)
    line = months(current, 3, history=(now.year - begin.year) * 12 + now.month - begin.month)
    rows = [{"item": "A", "location": "L", "period": p, "demand": float(v)} for p, v in zip(line.history, demand, strict=False)]
    dense, _ = calendarise(table(frames.DEMAND_HISTORY, *rows), line)
    items, places = table(frames.ITEMS, {"item": "A", "family": "Paint"}), table(frames.LOCATIONS, {"location": "L"})
    return cleanse_history(dense, table(frames.EVENTS), items, places, line, marks)


def mark(label: str, word: str, raw: float = 100.0, level: float = 200.0) -> pd.DataFrame:
    return table(
        HISTORY_LOG,
        {"item": "A", "location": "L", "period": month(label), "cause": "level shift", "mark": word, "raw": raw, "corrected": level},
    )


def lines(made: Cleansed) -> list[tuple[str, str, str]]:
    log = made.log[made.log["cause"] == "level shift"]
    return [(f"{p:%Y-%m}", word, state) for p, word, state in log[["period", "mark", "state"]].itertuples(index=False)]


@pytest.mark.parametrize(("word", "state"), [("Keep", "applied"), ("Drop", "dropped")])
def test_a_mark_follows_the_shift_to_the_month_in_which_it_is_found_later(word, state):
    early = seen_from("2025-02", NOISY)
    assert lines(early) == [("2024-07", "", "proposed")]
    assert lines(seen_from("2026-07", NOISY)) == [("2024-08", "", "proposed")]
    late = seen_from("2026-07", NOISY, early.log.assign(mark=word))
    assert lines(late) == [("2024-07", word, state)]
    assert late.log["note"].iloc[0].endswith("; the line keeps the period of its mark, 2024-07")
    again = seen_from("2026-07", NOISY, late.log)
    pd.testing.assert_frame_equal(again.log, late.log)


def test_a_kept_shift_acts_up_to_the_month_in_which_it_is_found_now():
    late = seen_from("2026-07", NOISY, mark("2024-07", "Keep"))
    raw, level = late.log[["raw", "corrected"]].iloc[0]
    assert corrected(late) == pytest.approx([v * level / raw for v in NOISY[:19]] + NOISY[19:])


def test_a_kept_shift_that_is_no_longer_found_is_applied_as_it_was_kept():
    kept = seen_from("2025-05", WEAK_END).log.assign(mark="Keep")
    assert lines(seen_from("2025-08", WEAK_END)) == []
    late = seen_from("2025-08", WEAK_END, kept)
    assert logged(late) == [("2024-07", 100.0, 200.0, "applied")]
    assert late.log["note"].tolist() == ["not found in this run, applied as it was kept: level went from 100 to 200 a period in 2024-07"]
    assert corrected(late) == pytest.approx([200.0] * 28 + [120.0] * 3)
    pd.testing.assert_frame_equal(seen_from("2025-08", WEAK_END, late.log).log, late.log)


def test_a_shift_more_than_a_quarter_of_a_year_away_is_another_one():
    demand = [100] * 18 + [200] * 10
    for label, own in (("2024-04", False), ("2024-10", False), ("2024-03", True), ("2024-11", True)):
        made = seen_from("2025-05", demand, mark(label, "Keep"))
        assert lines(made) == ([(label, "Keep", "applied")] if not own else sorted([(label, "Keep", "applied"), ("2024-07", "", "proposed")]))


def test_two_marks_of_one_shift_do_not_count_twice():
    both = pd.concat([mark("2024-06", "Keep"), mark("2024-07", "Keep")], ignore_index=True)
    found = seen_from("2025-05", [100] * 18 + [200] * 10, both)
    assert lines(found) == [("2024-06", "Keep", "not found"), ("2024-07", "Keep", "applied")]
    assert corrected(found) == pytest.approx([200.0] * 28)
    gone = seen_from("2025-08", WEAK_END, both)
    assert lines(gone) == [("2024-06", "Keep", "not found"), ("2024-07", "Keep", "applied")]
    assert corrected(gone) == pytest.approx([200.0] * 28 + [120.0] * 3)


@pytest.mark.parametrize(("raw", "level"), [(np.nan, 200.0), (100.0, np.nan), (0.0, 200.0), (100.0, 0.0)])
def test_a_kept_line_without_its_levels_cannot_be_applied_and_is_not_lost(raw, level):
    made = seen_from("2025-08", WEAK_END, mark("2024-07", "Keep", raw, level))
    assert lines(made) == [("2024-07", "Keep", "not found")]
    assert corrected(made) == WEAK_END


def test_drop_on_a_shift_that_is_no_longer_found_waits_in_the_log():
    made = seen_from("2025-08", WEAK_END, mark("2024-07", "Drop"))
    assert lines(made) == [("2024-07", "Drop", "not found")]
    assert corrected(made) == WEAK_END
