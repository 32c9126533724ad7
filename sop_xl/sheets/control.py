"""Control and review sheets: what the system says about itself, and the pages that people meet around."""

from __future__ import annotations

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

HOME = SheetSpec(
    name="Home",
    kind=SheetKind.CONTROL,
    shape=Shape.PAGE,
    module=Module.CORE,
    purpose="Where to go, by role and by step of the monthly cycle, and how the plan stands.",
)


class ProblemRow(Row):
    """One mistake in the data, or one thing that was converted."""

    severity: str = column("Severity", "error stops the run, warning does not, note says what was converted or left out.", choices=("error", "warning", "note"), width=10)
    sheet: str = column("Sheet", "Sheet of the cell.", width=18)
    cell: str = column("Cell", "Address of the cell.", default="", width=8)
    rule: str = column("Rule", "Stable name of the rule.", width=24)
    expected: str = column("Expected", "What the cell should hold.", default="", width=50)
    got: str = column("Got", "What it holds.", default="", width=24)
    hint: str = column("Hint", "What would mend it.", default="", width=30)
    link: str = column("Link", "Goes to the cell.", default="", width=24)


PROBLEMS = SheetSpec(
    name="Problems",
    kind=SheetKind.CONTROL,
    shape=Shape.RECORDS,
    module=Module.CORE,
    purpose="What the last run found in the data: errors, warnings and conversions, each with its cell.",
    row=ProblemRow,
)

CHECKS = SheetSpec(
    name="Checks",
    kind=SheetKind.CONTROL,
    shape=Shape.PAGE,
    module=Module.CORE,
    purpose="Excel audits Python: native formulas derive the results again; 1 = agrees within the tolerance.",
)


class RunLogRow(Row):
    """One run."""

    as_of: str = column("As of", "Date for which the run was made.", width=12)
    version: str = column("Version", "Version of the program.", width=10)
    steps: str = column("Steps", "What was computed.", width=36)
    inputs: str = column("Inputs", "Fingerprint of everything that was read.", cell=CellType.CODE, width=18)
    current_period: str = column("Current period", "First planned period.", width=14)
    series: float | None = column("Series", "Item and location pairs forecast.", unit="count", default=None, width=10)
    errors: float | None = column("Errors", "Problems that stop a run.", unit="count", default=None, width=10)
    warnings: float | None = column("Warnings", "Problems that do not.", unit="count", default=None, width=10)
    outcome: str = column("Outcome", "How it ended.", default="", width=40)


RUN_LOG = SheetSpec(
    name="Run Log",
    kind=SheetKind.CONTROL,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Every run with different inputs, newest last.",
    row=RunLogRow,
    key=("as_of", "version", "steps", "inputs"),
)

FUNCTION_LAB = SheetSpec(
    name="Function Lab",
    kind=SheetKind.CONTROL,
    shape=Shape.PAGE,
    module=Module.CORE,
    purpose="Every function of the add-in at work on real sample data: what it is for, what it takes, and its result.",
)

ABOUT = SheetSpec(
    name="About",
    kind=SheetKind.CONTROL,
    shape=Shape.PAGE,
    module=Module.CORE,
    purpose="Purpose, conventions, colour key, list of sheets, the meaning of every column and of every function.",
)


class KpiRow(Row):
    """One key figure."""

    kpi: str = column("KPI", "Key figure.", width=26)
    scope: str = column("Scope", "All, or a family.", width=20)
    value: float | None = column("Value", "Measured value. Empty: cannot be measured yet.", unit="see unit", default=None, width=14)
    unit: str = column("Unit", "Unit of value and target.", default="", width=10)
    target: float | None = column("Target", "Value to reach. Empty: none set.", unit="see unit", default=None, width=14)
    status: str = column("Status", "good, watch or poor. Empty: no target.", default="", choices=("good", "watch", "poor"), width=10)
    meaning: str = column("Meaning", "Definition and sign.", default="", width=80)
    perspective: str = column("Perspective", "Side of the balanced scorecard: customer, process, finance, growth.", default="", choices=("customer", "process", "finance", "growth"), width=12)
    previous: float | None = column("Last cycle", "Value in the last published cycle. Empty: none.", unit="see unit", default=None, width=12)
    trend: str = column("Trend", "Against the last cycle. same: within half a percentage point, of other units within a hundredth.", default="", choices=("better", "worse", "same"), width=9)
    watch: float | None = column("Watch limit", "Between target and this it is to be watched, beyond it is poor. From KPI Targets, else a tenth of the target.", unit="see unit", default=None, width=12)
    owner: str = column("Owner", "Who acts when it is missed, as KPI Targets says.", default="", width=18)


KPIS = SheetSpec(
    name="KPIs",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="How the process performs against its targets.",
    row=KpiRow,
    key=("kpi", "scope"),
    frame=frames.KPIS,
)

EXECUTIVE = SheetSpec(
    name="Executive",
    kind=SheetKind.REVIEW,
    shape=Shape.PAGE,
    module=Module.CORE,
    purpose="One page for the executive review: demand, revenue against budget, bridge, stock.",
)
DEMAND_REVIEW = SheetSpec(
    name="Demand Review",
    kind=SheetKind.REVIEW,
    shape=Shape.PAGE,
    module=Module.DEMAND,
    purpose="Demand by family and region: history, forecast with its range, and every step to the consensus.",
)
SUPPLY_REVIEW = SheetSpec(
    name="Supply Review",
    kind=SheetKind.REVIEW,
    shape=Shape.PAGE,
    module=Module.SUPPLY,
    purpose="Stock and service by family, what is short and why, what binds, which options there are, how loaded the resources are.",
)
FINANCE_REVIEW = SheetSpec(
    name="Finance Review",
    kind=SheetKind.REVIEW,
    shape=Shape.PAGE,
    module=Module.FINANCE,
    purpose="Are we on plan in money and cash, why not, and what closes the gap: ten questions, comparisons, profit and loss, bridge, gaps and risks.",
)
WEEKLY_REVIEW = SheetSpec(
    name="Weekly Review",
    kind=SheetKind.REVIEW,
    shape=Shape.PAGE,
    module=Module.CYCLE,
    purpose="The first weeks of the plan: demand beside orders and shipments, receipts, where stock is heading, and the exceptions with the most money.",
)
