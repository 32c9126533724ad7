"""The monthly cycle as rules: which tasks it has, when they are due, when they are done, and what became of earlier cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from sop_xl.frames import CYCLE, CYCLE_CALENDAR, check_frame, order_rows
from sop_xl.plan.grid import records

Day = pd.Timestamp | NaTType
"""A day, or none."""

MONTHLY, WEEKLY = "monthly cycle", "weekly check-in and monthly deep dive"
CADENCES = (MONTHLY, WEEKLY)
"""How a company meets: the six steps of a month, or a short look every week and one long one."""

WHOLE = "(whole cycle)"
"""Task of the line that sums a cycle up."""
KEPT_CYCLES = 24
"""Cycles that the record keeps."""
CHECK_INS = 4
"""Weekly check-ins of a month; what is beyond four weeks belongs to the deep dive."""
WEEK = 5
"""Working days of a week."""

_STANDARD: tuple[tuple[str, str, int, str, str], ...] = (
    ("data", "Actuals of the last month are in", 3, "input fresh", "Demand History"),
    ("data", "Stock on hand is counted", 3, "input fresh", "Inventory"),
    ("data", "Data have no errors", 4, "no errors", ""),
    ("demand", "Sales numbers are in", 6, "sales input complete", ""),
    ("demand", "Demand plan is made", 8, "planned", ""),
    ("supply", "Supply plan is made", 11, "planned", ""),
    ("pre-S&OP", "Demand, supply and money agree", 13, "checks agree", ""),
    ("executive", "Decisions are taken", 16, "decisions taken", ""),
    ("publish", "Plan is approved and published", 18, "published", ""),
)
"""Step, task, due day, criterion, input. The order and the working days follow the monthly calendar of Wallace and Stahl, Sales & Operations Planning:
The How-To Handbook (3rd ed., 2008): data in the first days, the executive meeting in the third full week."""

_DEEP_DIVE: tuple[tuple[str, str, int, str, str], ...] = (
    ("data", "Actuals of the last month are in", 3, "input fresh", "Demand History"),
    ("data", "Data have no errors", 3, "no errors", ""),
    ("executive", "Monthly deep dive: decisions are taken", 6, "decisions taken", ""),
    ("publish", "Plan is approved and published", 7, "published", ""),
)


def standard_calendar(cadence: str) -> pd.DataFrame:
    """CYCLE_CALENDAR of a company that has none of its own: nobody is named, and every task is one that the program can check.

    Parameters
    ----------
    cadence
        One of `CADENCES`.
    """
    tasks = list(_STANDARD)
    if cadence == WEEKLY:
        check_ins = [("demand", f"Check-in of week {k + 1}", WEEK * (k + 1), "planned in its week", "") for k in range(CHECK_INS)]
        tasks = sorted([*_DEEP_DIVE, *check_ins], key=lambda task: task[2])
    frame = pd.DataFrame(tasks, columns=["step", "task", "due_day", "criterion", "sheet"]).astype({"due_day": float})
    for name in ("responsible", "accountable", "consulted", "informed", "note"):
        frame[name] = ""
    frame["delivered"] = pd.NaT
    frame["delivered"] = frame["delivered"].astype("datetime64[ns]")
    return frame[list(CYCLE_CALENDAR.columns)]


def due_date(cycle: pd.Timestamp, day: float) -> Day:
    """The working day (Monday to Friday) of that number, counted from the first one of the cycle's first period; NaT for no number.

    >>> due_date(pd.Timestamp("2025-02-01"), 1).date().isoformat()
    '2025-02-03'
    """
    if pd.isna(day):
        return pd.NaT
    return pd.Timestamp(np.busday_offset(np.datetime64(cycle.date()), int(day) - 1, roll="forward"))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one task.

    Parameters
    ----------
    done
        Whether its criterion is met; `None` where there is nothing to do.
    evidence
        In words.
    on
        Day on which it was met, where that is known otherwise than by the run that finds it; NaT = the run's day.
    now
        Fingerprint of the input that is delivered, as it stands; "" of other tasks.
    began
        The same as it stood when the cycle began; "" = not known.
    """

    done: bool | None
    evidence: str
    on: Day = pd.NaT
    now: str = ""
    began: str = ""


def cycle_rows(calendar: pd.DataFrame, findings: list[Finding], cycle: pd.Timestamp, before: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The tasks of the current cycle, with the line that sums it up.

    Parameters
    ----------
    calendar
        CYCLE_CALENDAR, in the order of the tasks.
    findings
        One for each task.
    cycle
        First planned period.
    before
        CYCLE, as the last run wrote it: who was found to have delivered keeps that day, as long as the criterion is met.
    as_of
        Day of the run.

    Returns
    -------
    pd.DataFrame
        CYCLE.
    """
    check_frame(calendar, CYCLE_CALENDAR)
    own = before[before["cycle"] == cycle].set_index("task")
    rows = []
    for order, (task, found) in enumerate(zip(records(calendar), findings, strict=True), start=1):
        due = due_date(cycle, task.due_day)
        told = own["delivered"].get(task.task, pd.NaT)
        delivered = pd.NaT if not found.done else found.on if pd.notna(found.on) else told if pd.notna(told) else as_of
        rows.append({
            "cycle": cycle, "order": float(order), "step": task.step, "task": task.task, "responsible": task.responsible, "due": due,
            "state": _state(found.done, due, as_of), "delivered": delivered, "on_time": _on_time(due, delivered), "evidence": found.evidence,
            "fingerprint": found.began, "latest": found.now,
        })  # fmt: skip
    return pd.concat([_frame(rows), _whole(_frame(rows))], ignore_index=True)


def _state(done: bool | None, due: Day, as_of: pd.Timestamp) -> str:
    if done is None:
        return "not needed"
    if done:
        return "done"
    return "late" if pd.notna(due) and as_of > due else "open"


def _on_time(due: Day, delivered: Day) -> str:
    if pd.isna(due) or pd.isna(delivered):
        return ""
    return "yes" if delivered <= due else "no"


def _whole(tasks: pd.DataFrame) -> pd.DataFrame:
    """The line that sums a cycle up: its cadence record."""
    needed = tasks[tasks["state"] != "not needed"]
    done, late = needed[needed["state"] == "done"], needed[needed["state"] == "late"]
    on_time, dated = int((needed["on_time"] == "yes").sum()), int(needed["due"].notna().sum())
    finished = len(done) == len(needed)
    parts = [f"{len(done)} of {len(needed)} tasks are done, {on_time} of {dated} on time"]
    behind = [*(done.loc[done["on_time"] == "no", "task"] + " (done late)"), *late["task"]]
    parts += [f"late: {', '.join(behind)}"] if behind else []
    due = needed["due"].max()
    delivered = done["delivered"].max() if finished else pd.NaT
    state = "done" if finished else "late" if len(late) else "open"
    return _frame([{
        "cycle": tasks["cycle"].iloc[0], "order": float(len(tasks) + 1), "step": "", "task": WHOLE, "responsible": "", "due": due, "state": state,
        "delivered": delivered, "on_time": "" if not finished else "yes" if on_time == dated else "no", "evidence": "; ".join(parts), "fingerprint": "", "latest": "",
    }])  # fmt: skip


def closed_cycles(before: pd.DataFrame, cycle: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Earlier cycles as they went: what was never done is late once its day is over. The last 23 of them, so that 24 stand with the current one."""
    earlier = before[(before["cycle"] < cycle) & (before["task"] != WHOLE)]
    kept = sorted(earlier["cycle"].unique())[-(KEPT_CYCLES - 1) :]
    earlier = earlier[earlier["cycle"].isin(kept)].copy()
    over = earlier["state"].eq("open") & earlier["due"].lt(as_of)
    earlier["state"] = earlier["state"].mask(over, "late")
    parts = [part for _, tasks in earlier.groupby("cycle", sort=True) for part in (tasks, _whole(tasks))]
    return order_rows(pd.concat(parts, ignore_index=True), CYCLE) if parts else before.iloc[:0]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """CYCLE, the current cycle first, then the earlier ones backwards; tasks in their order."""
    return rows.sort_values(["cycle", "order"], ascending=[False, True], kind="stable", ignore_index=True)[list(CYCLE.columns)]


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(CYCLE.columns))
    dates = [name for name, kind in CYCLE.columns.items() if kind == "date"]
    return frame.astype(dict.fromkeys(dates, "datetime64[ns]") | {"order": float})
