"""What the demand side computes: baseline, accuracy and consensus."""

from __future__ import annotations

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column


class ItemGridRow(Row):
    """Labels of a line at item and location."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    family: str = column("Family", "Family of the item.", default="", width=20)
    location: str = column("Location", "Location of the demand.", cell=CellType.CODE, width=16)
    region: str = column("Region", "Region of the location.", default="", width=14)
    measure: str = column("Measure", "What the line shows.", width=20)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "Model, reason or what a planner must know.", default="", width=28)


BASELINE_FORECAST = SheetSpec(
    name="Baseline Forecast",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.CORE,
    purpose="Statistical forecast with its range, before any human knowledge; the model is named on every line.",
    row=ItemGridRow,
    key=("item", "location", "measure"),
    measures=("baseline", "baseline_low", "baseline_high"),
    frame=frames.BASELINE_FORECAST,
)

CONSENSUS_DEMAND = SheetSpec(
    name="Consensus Demand",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.CORE,
    purpose="The demand that the plan serves: baseline + events + life cycle + sales input + overrides, each on its own line.",
    row=ItemGridRow,
    key=("item", "location", "measure"),
    measures=("baseline", "events", "life_cycle", "sales_input", "overrides", "consensus", "net_price"),
    frame=frames.CONSENSUS_DEMAND,
)


class ForecastAccuracyRow(Row):
    """How well the forecast of one item at one location did on held-out periods."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand.", cell=CellType.CODE, width=16)
    model: str = column("Model", "What made the forecast.", width=26)
    demand_class: str = column("Demand class", "Smooth, erratic, intermittent or lumpy (Syntetos and Boylan), or new, ended, none.", width=13)
    abc: str = column("ABC", "A: first 80 % of revenue, B: next 15 %, C: the rest.", width=6)
    xyz: str = column("XYZ", "X: coefficient of variation up to 0.5, Y: up to 1, Z: above.", width=6)
    wmape: float | None = column("WMAPE", "Sum of absolute errors / sum of actuals. Empty: nothing was held out.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    bias: float | None = column("Bias", "Sum of (forecast - actual) / sum of actuals; positive is over-forecast.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    mase: float | None = column("MASE", "Mean absolute error / that of seasonal naive in the sample; under 1 is better.", unit="ratio", default=None, width=10)
    fva: float | None = column("FVA", "WMAPE of seasonal naive - WMAPE; positive adds value.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    test_periods: float | None = column("Test periods", "Held-out periods behind the figures.", unit="count", default=None, width=10)
    note: str = column("Note", "What a planner must know: short history, outliers, gaps.", default="", width=60)


FORECAST_ACCURACY = SheetSpec(
    name="Forecast Accuracy",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="How well the forecast would have done on the last periods, held out from it; one line per item and location.",
    row=ForecastAccuracyRow,
    key=("item", "location"),
    frame=frames.FORECAST_ACCURACY,
)
