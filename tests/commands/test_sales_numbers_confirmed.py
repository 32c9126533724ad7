"""Sales numbers that stay as they were last cycle: who is missing, and that a day in Delivered confirms them."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from sop_xl.commands.cycle_status import _Status
from sop_xl.frames import CYCLE, SALES_INPUT, empty_frame
from sop_xl.periods import Calendar, Timeline

TIMELINE = Timeline(Calendar(), pd.Timestamp("2024-01-01"), pd.Timestamp("2025-02-01"), 6)
NUMBERS = pd.concat([empty_frame(SALES_INPUT), pd.DataFrame([{
    "item": "", "family": "Bikes", "location": "", "contributor": "Ann", "account": "", "period": pd.Timestamp("2025-03-01"), "demand": 12.0, "revenue": float("nan")
}])], ignore_index=True)  # fmt: skip


@pytest.mark.parametrize(
    ("delivered", "done", "evidence"),
    [
        (None, False, "0 of 1 sales numbers are in; missing: Ann (Bikes)"),
        ("2025-01-20", False, "0 of 1 sales numbers are in; missing: Ann (Bikes)"),
        ("2025-02-04", True, "0 of 1 sales numbers are in; confirmed as they stand: Ann (Bikes)"),
    ],
)
def test_a_day_of_this_cycle_confirms_them(delivered, done, evidence):
    last = SimpleNamespace(cycle=pd.Timestamp("2025-01-01"), version=1, inputs={"Sales Input": NUMBERS})
    results = SimpleNamespace(inputs=SimpleNamespace(frame=lambda name: NUMBERS))
    status = _Status(results, TIMELINE, [last], empty_frame(CYCLE), pd.Timestamp("2025-02-10"))
    day = pd.NaT if delivered is None else pd.Timestamp(delivered)
    found = status.sales_numbers(SimpleNamespace(task="Sales numbers are in", delivered=day))
    assert (found.done, found.evidence) == (done, evidence)
    assert not done or found.on == day
