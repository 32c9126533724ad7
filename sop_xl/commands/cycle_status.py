"""Where the cycle stands, task by task: the calendar's criteria held against the workbook and the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sop_xl.commands.published import Published, approved_of_cycle, last_published
from sop_xl.frames import CYCLE, empty_frame
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.cycle import Finding, closed_cycles, cycle_rows, due_date, in_order, standard_calendar
from sop_xl.plan.cycle_participation import participation
from sop_xl.plan.fingerprint import fingerprint
from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet

if TYPE_CHECKING:
    from sop_xl.commands.results import Results

CALENDAR_SHEET, CYCLE_SHEET = "Cycle Calendar", "Cycle"
FINGERPRINT = 16
"""Digits of a fingerprint that the sheet Cycle holds."""


def cycle_status(host: Host, results: Results, timeline: Timeline, published: Sequence[Published], as_of: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """CYCLE: the tasks of this cycle and of the earlier ones, from the calendar, the plan, and what the last run wrote.

    Without rows in Cycle Calendar the standard calendar of the cadence in Settings is taken. When a task was delivered is the day of the first run
    that found it done; the sheet Cycle itself is the memory of that.
    """
    inputs = results.inputs
    own = inputs.frame(CALENDAR_SHEET)
    calendar = standard_calendar(inputs.settings.cadence) if own.empty else own
    before = _last_written(host, results)
    day = pd.Timestamp(as_of)
    status = _Status(results, timeline, list(published), before, day)
    findings = [status.finding(task) for task in records(calendar)]
    if status.unknown and len(own):  # a workbook need not have all that the standard calendar speaks of
        notes.append(notes_frame(status.unknown))
    return in_order(pd.concat([cycle_rows(calendar, findings, timeline.current, before, day), closed_cycles(before, timeline.current, day)], ignore_index=True))


def _last_written(host: Host, results: Results) -> pd.DataFrame:
    """CYCLE as the last run wrote it; without rows where there is none."""
    if CYCLE_SHEET not in host.sheet_names():
        return empty_frame(CYCLE)
    return read_sheet(sheet(CYCLE_SHEET), host.read_block(CYCLE_SHEET), results.inputs.settings).frame


@dataclass
class _Status:
    """What is needed to judge a task."""

    results: Results
    timeline: Timeline
    published: list[Published]
    before: pd.DataFrame
    as_of: pd.Timestamp

    def __post_init__(self) -> None:
        self.unknown: list[Note] = []
        self.checks: dict[str, Callable[[Any], Finding]] = {
            "input fresh": self.input_fresh, "input present": self.input_present, "sales input complete": self.sales_numbers, "no errors": self.no_errors,
            "planned": self.planned, "planned in its week": self.planned_in_its_week, "checks agree": self.checks_agree, "decisions taken": self.decisions,
            "published": self.is_published, "by hand": self.by_hand,
        }  # fmt: skip

    def finding(self, task: Any) -> Finding:
        """What was found about a task; one without a criterion is delivered by hand."""
        return self.checks[task.criterion or "by hand"](task)

    def label(self, period: pd.Timestamp) -> str:
        return self.timeline.calendar.label(period)

    def _input(self, task: Any) -> pd.DataFrame | None:
        """Frame of the input that a task delivers; `None`, and a remark, where the calendar names none of the workbook's."""
        names = {name.casefold(): name for name in self.results.inputs.readings}
        name = names.get(task.sheet.casefold())
        if name is None:
            what = f'"{task.sheet}"' if task.sheet else "no input"
            self.unknown.append(Note("cycle_calendar", task.task, "cycle-input-unknown", f"{task.task} names {what}, which is no input sheet of this workbook; it is not followed"))
            return None
        return self.results.inputs.frame(name)

    def input_present(self, task: Any) -> Finding:
        frame = self._input(task)
        if frame is None:
            return Finding(None, f"{task.sheet or 'the input'} is not in this workbook")
        return Finding(len(frame) > 0, f"{task.sheet} has {len(frame):,} records" if len(frame) else f"{task.sheet} is empty")

    def input_fresh(self, task: Any) -> Finding:
        """Fresh is what differs from the input as it stood at the last run of the cycle before; in the first cycle, what is there."""
        frame = self._input(task)
        if frame is None or frame.empty:
            return Finding(None if frame is None else False, f"{task.sheet or 'the input'} {'is not in this workbook' if frame is None else 'is empty'}")
        now = fingerprint(frame)[:FINGERPRINT]
        began = self._began(task.task)
        if not began:
            return Finding(True, f"{task.sheet} has {len(frame):,} records; this is the first cycle that follows it", now=now)
        if now == began:
            return Finding(False, f"{task.sheet} is as it was when the cycle began", now=now, began=began)
        return Finding(True, f"{task.sheet} has changed since the cycle began; {len(frame):,} records", now=now, began=began)

    def _began(self, task: str) -> str:
        """Fingerprint of the task's input as the cycle began: as this cycle noted it, else as the latest earlier one left it."""
        known = self.before[self.before["task"] == task]
        own = known[known["cycle"] == self.timeline.current]
        if len(own):
            return str(own["fingerprint"].iloc[0])
        earlier = known[known["cycle"] < self.timeline.current].sort_values("cycle", kind="stable")
        return str(earlier["latest"].iloc[-1]) if len(earlier) else ""

    def sales_numbers(self, task: Any) -> Finding:
        last = last_published(self.published, self.timeline.current)
        frame = self.results.inputs.frame("Sales Input")
        before = None if last is None else last.inputs.get("Sales Input", frame.iloc[:0])
        found = participation(frame, before, self.timeline.current if last is None else last.cycle, self.timeline.current)
        if found.missing and pd.notna(task.delivered) and task.delivered >= self.timeline.current:
            return Finding(True, found.confirmed, on=task.delivered)
        return Finding(not found.missing if found.expected else None, found.sentence)

    def no_errors(self, task: Any) -> Finding:
        """A run with errors writes nothing, so whatever is written was free of them."""
        return Finding(True, "the inputs were read without errors")

    def planned(self, task: Any) -> Finding:
        return Finding(True, f"planned from {self.label(self.timeline.current)} on")

    def planned_in_its_week(self, task: Any) -> Finding:
        """A run in the week in which the task is due, Monday to Sunday; a later one does not make good for it."""
        due = due_date(self.timeline.current, task.due_day)
        if pd.isna(due):
            return self.planned(task)
        monday = due - pd.Timedelta(days=due.weekday())
        week = f"the week of {monday:%Y-%m-%d}"
        if self._delivered(task.task) or monday <= self.as_of < monday + pd.Timedelta(days=7):
            return Finding(True, f"planned in {week}")
        return Finding(False, f"waits for a run in {week}" if self.as_of < monday else f"missed: nobody planned in {week}")

    def _delivered(self, task: str) -> bool:
        own = self.before[(self.before["task"] == task) & (self.before["cycle"] == self.timeline.current)]
        return bool(own["delivered"].notna().any())

    def checks_agree(self, task: Any) -> Finding:
        """Demand of the Financial Plan is that of the items, and every stock is what came less what went; the sheet Checks has more of them."""
        tolerance = self.results.inputs.settings.check_tolerance
        gaps = {"demand of families = demand of items": self._demand_gap(), "stock = what came - what went": self._stock_gap()}
        wrong = [f"{name} is off by {gap:,.2f}" for name, gap in gaps.items() if gap > tolerance]
        return Finding(not wrong, "; ".join(wrong) if wrong else "demand of families is that of their items, and stocks balance")

    def _demand_gap(self) -> float:
        plan = self.results.money.financial_plan
        planned = plan[(plan["version"] == "Plan") & plan["period"].isin(self.timeline.plan)]
        items = self.results.demand.consensus
        items = items[items["period"].isin(self.timeline.plan)]
        gap = planned.groupby("period")["demand"].sum() - items.groupby("period")["consensus"].sum()
        return float(gap.abs().max()) if len(gap) else 0.0

    def _stock_gap(self) -> float:
        """The largest of what balances differ by within a period, and of what one period hands to the next."""
        plan = self.results.supply.inventory_plan.sort_values(["item", "location", "period"], kind="stable")
        closing, opening = plan["projected_available_balance"], plan["opening_balance"]
        came = plan["scheduled_receipts"] + plan["planned_receipts"] + plan["lost_sales"]  # what is lost is not served
        went = plan["demand"] + plan["dependent_demand"] + plan["expired"]
        handed = opening - closing.groupby([plan["item"], plan["location"]]).shift(1)
        gaps = pd.concat([opening + came - went - closing, handed]).abs()
        return float(gaps.max()) if gaps.notna().any() else 0.0

    def decisions(self, task: Any) -> Finding:
        register = self.results.inputs.frame("Decisions")
        register = register[register["kind"].isin(["decision", ""])]  # actions and escalations are done, not decided
        if register.empty:
            return Finding(None, "no decision is in the register")
        waiting = register[register["status"].eq("proposed")]
        taken = len(register) - len(waiting)
        if waiting.empty:
            return Finding(True, f"{taken} decision{'s are' if taken > 1 else ' is'} taken, none waits")
        named = ", ".join(waiting["decision"].head(5)) + (f" and {len(waiting) - 5} more" if len(waiting) > 5 else "")
        return Finding(False, f"{taken} of {len(register)} taken; waiting: {named}")

    def is_published(self, task: Any) -> Finding:
        approved = approved_of_cycle(self.published, self.timeline.current)
        if approved is None:
            return Finding(False, f"the plan of {self.label(self.timeline.current)} is not published")
        first = next(one for one in self.published if one.cycle == self.timeline.current)
        by = f"version {approved.version} of {approved.as_of}, approved by {approved.approved_by}"
        return Finding(True, by, on=pd.Timestamp(first.as_of))

    def by_hand(self, task: Any) -> Finding:
        """A day in Delivered counts from the first day of the cycle on; an earlier one was left from another cycle."""
        if pd.isna(task.delivered):
            return Finding(False, "nobody has put a day into Delivered")
        if task.delivered < self.timeline.current:
            return Finding(False, f"the day in Delivered, {task.delivered:%Y-%m-%d}, is of an earlier cycle")
        return Finding(True, "delivered by hand", on=task.delivered)
