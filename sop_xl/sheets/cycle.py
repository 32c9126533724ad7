"""The monthly rhythm: calendar, where the cycle stands, what was published, what changed since, the ten questions."""

from __future__ import annotations

from datetime import datetime

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

CYCLE_STEPS = ("data", "demand", "supply", "pre-S&OP", "executive", "publish")
"""Steps of the monthly cycle in their order."""

CRITERIA = ("input fresh", "input present", "sales input complete", "no errors", "planned", "planned in its week", "checks agree", "decisions taken", "published", "by hand")
"""What the program can check of a task."""


class CycleCalendarRow(Row):
    """One task of the cycle."""

    step: str = column("Step", "Step of the cycle.", choices=CYCLE_STEPS, width=12)
    task: str = column("Task", "What is to be done; each task once.", width=40)
    responsible: str = column("Responsible", "Who does it. Several names separated by commas.", default="", width=18)
    accountable: str = column("Accountable", "Who answers for it.", default="", width=18)
    consulted: str = column("Consulted", "Who is asked.", default="", width=18)
    informed: str = column("Informed", "Who is told.", default="", width=18)
    due_day: float | None = column("Due day", "Working day, counted from the first one of the current period. Empty: not dated.", unit="days", default=None, ge=1, le=66, width=9)
    criterion: str = column("Done when", "What the program checks: input fresh (differs from when the cycle began), input present, sales input complete, no errors, planned, planned in its week (a run in its due week, Monday to Sunday), checks agree, decisions taken, published; by hand: the date in Delivered counts. Empty: by hand.", default="by hand", choices=CRITERIA, width=20)
    sheet: str = column("Input", "Of input fresh and input present: the sheet that is delivered.", default="", width=20)
    delivered: datetime | None = column("Delivered", "Yours: when it was done in this cycle; of a task by hand, and of sales numbers of which some stay as they were.", unit="date", default=None, width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)


CYCLE_CALENDAR = SheetSpec(
    name="Cycle Calendar",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Who does what by when in the monthly cycle, and how the program sees that it is done.",
    row=CycleCalendarRow,
    when_absent="the standard calendar of six steps without names",
    key=("task",),
    frame=frames.CYCLE_CALENDAR,
)


class CycleRow(Row):
    """One task of one cycle."""

    cycle: datetime = column("Cycle", "First planned period.", unit="period", cell=CellType.PERIOD, width=10)
    order: float = column("Order", "Of the task in the cycle.", unit="count", width=8)
    step: str = column("Step", "Step of the cycle. Empty: of the line that sums the cycle up.", default="", width=12)
    task: str = column("Task", "What is to be done.", width=40)
    responsible: str = column("Responsible", "Who does it.", default="", width=18)
    due: datetime | None = column("Due", "By when.", unit="date", default=None, width=12)
    state: str = column("State", "done, open, late (due and not done), or not needed.", choices=("done", "open", "late", "not needed"), width=11)
    delivered: datetime | None = column("Delivered", "When a run first found it done, or the date that people gave.", unit="date", default=None, width=12)
    on_time: str = column("On time", "Whether it was delivered by its due date. Empty: not dated or not delivered.", default="", choices=("yes", "no"), width=9)
    evidence: str = column("Evidence", "What was found.", default="", width=70)
    fingerprint: str = column("Fingerprint", "Of the input as it stood when the cycle began: fresh is what differs from it.", default="", cell=CellType.CODE, width=18)
    latest: str = column("Latest", "Of the input as it stands: the next cycle begins with it.", default="", cell=CellType.CODE, width=18)


CYCLE = SheetSpec(
    name="Cycle",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Where this cycle stands, task by task, and how earlier ones went: who delivered, who did not, and whether on time.",
    row=CycleRow,
    key=("cycle", "task"),
    frame=frames.CYCLE,
)


class SnapshotRow(Row):
    """One published plan."""

    cycle: datetime = column("Cycle", "First planned period.", unit="period", cell=CellType.PERIOD, width=10)
    version: float = column("Version", "1 is the first publication of the cycle.", unit="count", width=9)
    as_of: str = column("Published", "Date of publication.", width=12)
    approved_by: str = column("Approved by", "Who approved it.", width=22)
    scenario: str = column("Scenario", "Scenarios that the plan holds: those that were promoted when it was published. Empty: none.", default="", width=22)
    demand: float | None = column("Demand", "Over the planned periods.", unit="units", default=None, width=14)
    revenue: float | None = column("Revenue", "Over the planned periods.", unit="money", default=None, width=16)
    gross_margin: float | None = column("Gross margin", "Over the planned periods.", unit="money", default=None, width=16)
    inventory_value: float | None = column("Inventory value", "At the end of the last planned period.", unit="money", default=None, width=16)
    state: str = column("State", "approved: the single set of numbers of its cycle. superseded: a later version of the cycle was approved.", choices=("approved", "superseded"), width=12)
    place: str = column("Kept in", "workbook: all of it. Else the archive's folder beside the file.", default="", width=26)
    hash: str = column("Hash", "SHA-256 of the approved plan's figures and of what is said about it: `sop-xl verify` computes it again.", default="", cell=CellType.CODE, width=26)
    note: str = column("Note", "Free text given at publication.", default="", width=40)
    record_hash: str = column("Record hash", "SHA-256 of the inputs and results behind it, item by item; part of what Hash covers. Empty: published before they were hashed.", default="", cell=CellType.CODE, width=26)
    reservations: str = column("Reservations", "What stood against the plan when it was published: checks that disagree, warnings, tasks open or late. Empty: nothing.", default="", width=40)


SNAPSHOTS = SheetSpec(
    name="Snapshots",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Every plan that was published: when, by whom, on which scenario, and the hash that proves it was not changed since.",
    row=SnapshotRow,
    key=("cycle", "version"),
    frame=frames.SNAPSHOTS,
)


class ApprovedPlanRow(Row):
    """Labels of one line of an approved plan."""

    cycle: str = column("Cycle", "First planned period.", cell=CellType.CODE, width=10)
    version: str = column("Version", "Of the cycle.", cell=CellType.CODE, width=9)
    family: str = column("Family", "Product family.", width=20)
    region: str = column("Region", "Region of the demand.", width=16)
    measure: str = column("Measure", "What the line shows.", width=20)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "Free text.", default="", width=14)


APPROVED_PLAN = SheetSpec(
    name="Approved Plan",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.CYCLE,
    purpose="The plans that were approved, by family and region: frozen, whatever is planned since.",
    row=ApprovedPlanRow,
    key=("cycle", "version", "family", "region", "measure"),
    measures=("demand", "sales_volume", "revenue", "cost", "gross_margin", "inventory_value", "production", "purchases"),
    frame=frames.APPROVED_PLAN,
)


class PublishedRecordRow(Row):
    """A piece of a record."""

    cycle: str = column("Cycle", "First planned period.", cell=CellType.CODE, width=10)
    version: float = column("Version", "Of the cycle.", unit="count", width=9)
    part: float = column("Part", "Place of the piece in its record.", unit="count", width=7)
    text: str = column("Record", "Inputs and results of the published plan, compressed. Do not edit.", cell=CellType.CODE, width=60)


PUBLISHED_RECORD = SheetSpec(
    name="Published Record",
    kind=SheetKind.CONTROL,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Technical: what the last published plans were made of, so that the next cycle can say what changed and why.",
    row=PublishedRecordRow,
    key=("cycle", "version", "part"),
)


class ChangeRow(Row):
    """One cause of a change."""

    reference: str = column("Against", "Last cycle: its approved plan, over the periods that both planned. Approved plan: that of this cycle, once there is one.", width=14)
    measure: str = column("Measure", "Demand, sales volume, revenue, gross margin or inventory value.", width=18)
    family: str = column("Family", "Family, or All.", width=20)
    order: float = column("Order", "0: the reference. Last: the plan now.", unit="count", width=8)
    cause: str = column("Cause", "What was changed; causes are taken one after the other in the order shown.", width=20)
    amount: float | None = column("Amount", "Reference and plan are totals, the causes between add up to their difference exactly.", unit="as the measure", default=None, width=16)
    unit: str = column("Unit", "Unit of the amount.", default="", width=8)
    sentence: str = column("In words", "What happened.", default="", width=90)


CHANGES = SheetSpec(
    name="Changes",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Why the plan differs from last cycle's and from the approved one, cause by cause, to the last unit and cent.",
    row=ChangeRow,
    key=("reference", "measure", "family", "order"),
    frame=frames.CHANGES,
)


class TenQuestionRow(Row):
    """One question of the executive review."""

    number: float = column("No", "Of the question.", unit="count", width=5)
    question: str = column("Question", "What the executive review asks.", width=40)
    answer: str = column("Answer", "Made from the plan's figures.", width=110)
    figure: float | None = column("Figure", "The one figure behind the answer. Empty: none.", unit="see unit", default=None, width=16)
    unit: str = column("Unit", "Unit of the figure.", default="", width=10)
    status: str = column("Status", "good, watch or poor. Empty: nothing to rate.", default="", choices=("good", "watch", "poor"), width=9)
    evidence: str = column("Evidence", "Sheet that has the detail.", default="", width=20)
    shown: str = column("Chart shows", "What the small chart on Executive shows. Empty: none.", default="", width=40)
    point_1: float | None = column("Point 1", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_2: float | None = column("Point 2", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_3: float | None = column("Point 3", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_4: float | None = column("Point 4", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_5: float | None = column("Point 5", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_6: float | None = column("Point 6", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_7: float | None = column("Point 7", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_8: float | None = column("Point 8", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_9: float | None = column("Point 9", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_10: float | None = column("Point 10", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_11: float | None = column("Point 11", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)
    point_12: float | None = column("Point 12", "Of the small chart. Empty: fewer.", unit="as the figure", default=None, width=11)


TEN_QUESTIONS = SheetSpec(
    name="Ten Questions",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="The ten questions of the executive review, each answered from the plan's own figures.",
    row=TenQuestionRow,
    key=("number",),
    frame=frames.TEN_QUESTIONS,
)
