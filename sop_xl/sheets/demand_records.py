"""What the demand side says about itself: corrections of history, tests, effects, what events brought, launches, and forecast value."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.demand_outputs import ItemGridRow
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class HistoryLogRow(Row):
    """One correction of history."""

    item: str = column("Item", "Item; empty: every item.", default="", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand; empty: every location.", default="", cell=CellType.CODE, width=16)
    period: datetime = column("Period", "Period corrected; of a level shift the first at the new level.", unit="period", cell=CellType.PERIOD, width=10)
    cause: str = column("Cause", "return, stock-out, event, one-off order, level shift or calendar.", width=14)
    raw: float | None = column("Raw", "Before this correction.", unit="units", default=None, width=12)
    corrected: float | None = column("Corrected", "After it: what the forecast learns from.", unit="units", default=None, width=12)
    mark: str = column("Keep or drop", "Your word: Keep applies the correction for good, Drop takes it back. Empty: the program decides. Survives the next run.", default="", choices=("Keep", "Drop"), width=12, people=True)
    state: str = column("State", "applied, dropped, proposed (Keep applies it) or not found (marked, but no longer there).", default="", width=11)
    note: str = column("Note", "The evidence.", default="", width=60)


def marked_lines(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The lines that carry a planner's mark; what the last run said of them is left behind, so that equal marks read equal."""
    marked = records[records["mark"] != ""].assign(state="", note="")
    return frames.order_rows(marked, frames.HISTORY_LOG)


HISTORY_LOG = SheetSpec(
    name="History Log",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Every correction of history before the forecast learns from it; the raw history stays as it is.",
    row=HistoryLogRow,
    key=("item", "location", "period", "cause"),
    frame=frames.HISTORY_LOG,
    to_frame=marked_lines,
)


class BacktestRow(Row):
    """How one series would have been forecast from a past origin."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand.", cell=CellType.CODE, width=16)
    origin: datetime = column("Origin", "First period that was held out.", unit="period", cell=CellType.PERIOD, width=10)
    horizon: float = column("Horizon", "The first so many periods from the origin on.", unit="periods", width=9)
    demand_class: str = column("Demand class", "Intermittent and lumpy demand is judged by RMSSE and cumulative error.", default="", width=13)
    model: str = column("Model", "What plans.", default="", width=26)
    wmape: float | None = column("WMAPE", "Sum of absolute errors / sum of actuals.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    bias: float | None = column("Bias", "Sum of errors / sum of actuals; positive is over-forecast.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    rmsse: float | None = column("RMSSE", "Root mean squared scaled error; does not reward zero forecasts.", unit="ratio", default=None, width=10)
    cumulative_error: float | None = column("Cumulative error", "|Sum of errors| / sum of actuals.", unit="fraction", cell=CellType.FRACTION, default=None, width=11)
    runner_up: str = column("Runner-up", "The next best of the other methods tried, over all that was held out; by RMSSE for intermittent and lumpy demand, by WMAPE otherwise. For information: the best of one test is no better choice.", default="", width=20)
    runner_up_wmape: float | None = column("Runner-up WMAPE", "Of the runner-up.", unit="fraction", cell=CellType.FRACTION, default=None, width=11)
    runner_up_rmsse: float | None = column("Runner-up RMSSE", "Of the runner-up.", unit="ratio", default=None, width=11)
    naive_wmape: float | None = column("Naive WMAPE", "Of seasonal naive.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    naive_rmsse: float | None = column("Naive RMSSE", "Of seasonal naive.", unit="ratio", default=None, width=10)


BACKTEST = SheetSpec(
    name="Backtest",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="The evidence for the model of each item and location: its error at a past origin beside the runner-up and seasonal naive.",
    row=BacktestRow,
    key=("item", "location", "origin", "horizon"),
    frame=frames.BACKTEST,
)


class DemandEffectRow(Row):
    """One thing that people added to the baseline."""

    stage: str = column("Stage", "Step of the consensus.", width=13)
    source: str = column("Source", "Event, life-cycle row, contributor or override.", cell=CellType.CODE, width=42)
    owner: str = column("Owner", "Who answers for it.", default="", width=18)
    reason_code: str = column("Reason code", "Kind of reason or type of event.", default="", width=14)
    state: str = column("State", "applied, partly applied, not applied, expired, to re-confirm or past.", default="", width=14)
    effect: float | None = column("Effect", "Units over the whole plan; positive adds.", unit="units", default=None, width=12)
    effect_value: float | None = column("Effect in money", "At net prices. Empty: no price is known.", unit="money", default=None, width=14)
    series: float | None = column("Series", "Item and location pairs moved.", unit="count", default=None, width=9)
    first_period: datetime | None = column("From", "First period moved.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period moved.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    note: str = column("Note", "What was done with it, and why.", default="", width=70)


DEMAND_EFFECTS = SheetSpec(
    name="Demand Effects",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Everything that people added to the baseline, one line each; the lines of a step add up to it.",
    row=DemandEffectRow,
    key=("stage", "source"),
    frame=frames.EFFECT_LEDGER,
)


class EventResultRow(Row):
    """What an event brought, or what events of a type usually bring."""

    kind: str = column("Kind", "event: measured; type: default of the next one of its type; elasticity: own-price elasticity of a family.", width=10)
    event: str = column("Event", "Event, type or family.", cell=CellType.CODE, width=42)
    type: str = column("Type", "Kind of event.", default="", width=14)
    scope: str = column("Scope", "Items, places and customers.", default="", width=30)
    first_period: datetime | None = column("From", "First period.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    baseline: float | None = column("Without", "Demand expected without the event, from cleansed history.", unit="units", default=None, width=12)
    demand: float | None = column("With", "Actual demand.", unit="units", default=None, width=12)
    uplift: float | None = column("Uplift", "With - without.", unit="units", default=None, width=12)
    effect: float | None = column("Effect", "Uplift / without; of an elasticity the elasticity itself.", unit="fraction", default=None, width=10)
    dip: float | None = column("Dip after", "Demand missing afterwards, as a positive number.", unit="units", default=None, width=11)
    planned_effect: float | None = column("Stated effect", "What the Events sheet says. Empty: nothing.", unit="fraction", default=None, width=11)
    sample: float | None = column("Sample", "Observations behind the figure.", unit="count", default=None, width=9)
    note: str = column("Note", "How it was measured, and how far to trust it.", default="", width=60)


EVENT_RESULTS = SheetSpec(
    name="Event Results",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="What past events brought against the cleansed baseline, and what the next one of its type takes as its default.",
    row=EventResultRow,
    key=("kind", "event"),
    frame=frames.EVENT_RESULTS,
)


class LifecyclePlanRow(Row):
    """Stage of an item at a location, and what a launch or phase-out means."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand; empty: all of them.", default="", cell=CellType.CODE, width=14)
    stage: str = column("Planned step", "launch or phase_out. Empty: neither is planned.", default="", width=12)
    current_stage: str = column("Stage now", "not yet sold, introduction, growth, maturity, decline, phase-out or ended.", default="", width=14)
    period: datetime | None = column("Period", "First period of sale, or first without; without a planned step, that of Sold until.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    counterpart: str = column("Like item, successor", "Item that the launch is like, or that takes over.", default="", cell=CellType.CODE, width=18)
    demand: float | None = column("Demand", "Launch: of its first year, from now on where it is on sale already. Phase-out: until the end.", unit="units", default=None, width=12)
    demand_low: float | None = column("Demand P10", "One time in ten it stays below.", unit="units", default=None, width=12)
    demand_high: float | None = column("Demand P90", "One time in ten it is exceeded.", unit="units", default=None, width=12)
    cannibalised: float | None = column("Taken from others", "Demand that other items lose to it, as a positive number.", unit="units", default=None, width=12)
    revenue: float | None = column("Revenue", "Of the first year, net of what others lose.", unit="money", default=None, width=14)
    gross_margin: float | None = column("Gross margin", "Of the first year, net of what others lose. Empty: a cost is unknown.", unit="money", default=None, width=14)
    order_quantity: float | None = column("Order quantity", "Initial order (launch) or last buy (phase-out), net of stock and open receipts.", unit="units", default=None, width=12)
    order_by: datetime | None = column("Order by", "Latest day to order it: the launch, or the period in which stock runs out, less the lead time.", unit="date", default=None, width=11)
    residual_stock: float | None = column("Residual stock", "Stock left at the end of life if nothing more is bought.", unit="units", default=None, width=12)
    exposure: float | None = column("Exposure", "Stock to write off (phase-out), or the initial order at cost (launch).", unit="money", default=None, width=13)
    note: str = column("Note", "What a planner must know.", default="", width=60)


LIFECYCLE_PLAN = SheetSpec(
    name="Lifecycle Plan",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Stage of every item; the business case of each launch, and last buy and write-off of each phase-out.",
    row=LifecyclePlanRow,
    key=("item", "location", "stage"),
    frame=frames.LIFECYCLE_PLAN,
)


class SalesReviewRow(Row):
    """Labels of one line of the review of sales input."""

    item: str = column("Item", "Item; empty: the family.", default="", cell=CellType.CODE, width=16)
    family: str = column("Family", "Family, where no item is named.", default="", width=20)
    location: str = column("Location", "Location; empty: all of them together.", default="", cell=CellType.CODE, width=16)
    contributor: str = column("Contributor", "Who gave the number.", default="", width=18)
    measure: str = column("Measure", "What the line shows.", width=20)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "The contributor's track record.", default="", width=28)


SALES_REVIEW = SheetSpec(
    name="Sales Review",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.DEMAND,
    purpose="Each sales number beside the forecast, the suggestion freed of its contributor's bias, and what entered the plan.",
    row=SalesReviewRow,
    key=("item", "family", "location", "contributor", "measure"),
    measures=("running", "sales_number", "suggestion", "entered"),
    frame=frames.SALES_REVIEW,
)


class DemandChangeRow(Row):
    """One step from last cycle's consensus to this one."""

    family: str = column("Family", "Family, or All.", width=20)
    region: str = column("Region", "Region, or All.", width=16)
    order: float = column("Order", "Place of the step.", unit="count", width=8)
    step: str = column("Step", "Last cycle's consensus, what each step added or took since, and the consensus of now.", width=24)
    amount: float | None = column("Amount", "Units over the periods that both cycles planned; start + steps = end.", unit="units", default=None, width=14)
    note: str = column("Note", "Which periods are compared.", default="", width=60)


DEMAND_CHANGES = SheetSpec(
    name="Demand Changes",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="From last cycle's consensus to this one: what the baseline, events, life cycle, sales input and overrides changed.",
    row=DemandChangeRow,
    key=("family", "region", "step"),
    frame=frames.DEMAND_CHANGES,
)


class ArchiveRow(Row):
    """One series at one stage of one cycle."""

    cycle: datetime = column("Cycle", "First planned period of the cycle.", unit="period", cell=CellType.PERIOD, width=10)
    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand.", cell=CellType.CODE, width=16)
    stage: str = column("Stage", "Baseline, a step of the consensus, or the sales number as given; a series without a row was 0.", width=13)
    source: str = column("Source", "Owner or contributor, and reason code.", default="", cell=CellType.CODE, width=24)
    lag_1: float | None = column("Lag 1", "For the cycle's first period.", unit="units", default=None, width=10)
    lag_2: float | None = column("Lag 2", "For the second.", unit="units", default=None, width=10)
    lag_3: float | None = column("Lag 3", "For the third.", unit="units", default=None, width=10)
    lag_4: float | None = column("Lag 4", "For the fourth.", unit="units", default=None, width=10)
    lag_5: float | None = column("Lag 5", "For the fifth.", unit="units", default=None, width=10)
    lag_6: float | None = column("Lag 6", "For the sixth.", unit="units", default=None, width=10)


FORECAST_ARCHIVE = SheetSpec(
    name="Forecast Archive",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="What each cycle forecast, step by step, kept until the actuals are there: the memory behind Forecast Value Added.",
    row=ArchiveRow,
    key=("cycle", "item", "location", "stage", "source"),
    frame=frames.FORECAST_ARCHIVE,
)


class ValueAddedRow(Row):
    """Error of one step of the forecast at one level and lag."""

    level: str = column("Level", "total and family: errors of sums; mix and item: item by item; person, reason; improved, hurt: best and worst of them.", width=9)
    scope: str = column("Scope", "All, a family, an item, a person or a reason code.", cell=CellType.CODE, width=22)
    stage: str = column("Step", "Step of the forecast, in the order of the process; steps that moved nothing have no line.", width=18)
    source: str = column("Source", "Of improved and hurt: the level of the line.", default="", cell=CellType.CODE, width=16)
    lag: str = column("Lag", "Periods ahead; lead time: all periods of the item's lead time together, 6 at most.", width=10)
    periods: float | None = column("Periods", "Periods compared.", unit="count", default=None, width=9)
    demand: float | None = column("Demand", "Actual demand compared.", unit="units", default=None, width=12)
    wmape: float | None = column("WMAPE", "Sum of absolute errors / sum of actuals.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    bias: float | None = column("Bias", "Sum of errors / sum of actuals; positive is over-forecast.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    mase: float | None = column("MASE", "Mean absolute error / that of seasonal naive in the sample.", unit="ratio", default=None, width=10)
    tracking_signal: float | None = column("Tracking signal", "Sum of errors / mean absolute error; beyond +-4 out of control.", unit="ratio", default=None, width=10)
    fva: float | None = column("FVA", "WMAPE of the step before (consensus: of naive; person: without them) - WMAPE; positive adds value.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    units_better: float | None = column("Units better", "Absolute error that the step took away; negative: it hurt.", unit="units", default=None, width=12)
    verdict: str = column("Verdict", "improved or hurt by more than 0.5 % of demand, no difference, or too few periods (Least track record in Settings).", default="", width=34)


VALUE_ADDED = SheetSpec(
    name="Forecast Value Added",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="What each step, person and kind of reason did to the forecast error in past cycles: what improved it, what hurt.",
    row=ValueAddedRow,
    key=("level", "scope", "stage", "source", "lag"),
    frame=frames.VALUE_ADDED,
)

FORECAST_CONSUMPTION = SheetSpec(
    name="Forecast Consumption",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.DEMAND,
    purpose="How orders in hand consume the forecast: own period first, then earlier ones, then later ones, inside the window of Settings.",
    row=ItemGridRow,
    key=("item", "location", "measure"),
    measures=("consensus", "customer_orders", "consumed", "remaining_forecast", "demand_to_serve"),
    frame=frames.FORECAST_CONSUMPTION,
)
