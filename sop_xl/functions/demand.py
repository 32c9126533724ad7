"""Functions of demand, from history to consensus."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.functions.processes import processes
from sop_xl.functions.registry import (
    BAD_NUMBER,
    BAD_VALUE,
    NOT_AVAILABLE,
    Argument,
    FunctionError,
    Kind,
    cell_function,
)
from sop_xl.functions.shapes import HEADERS, SEASON, alike, per_cell, per_row

Floats = npt.NDArray[np.float64]

MODEL_NAMES = (
    "automatic", "ETS", "Theta", "ARIMA", "CES", "MSTL", "Seasonal naive", "Moving average", "Croston-SBA", "TSB", "IMAPA", "ADIDA",
)  # fmt: skip
"""What a cell may ask for: the recipe, and the statistical models of the plan; a test holds them together."""

_HISTORY = Argument(
    "history",
    "Demand in units, oldest first; a row per series, or one column. A blank is not known: filled between neighbours, left out at both ends. 0 is no demand, below 0 counts as 0.",
    Kind.GRID,
)
_HORIZON = Argument("horizon", "Periods to forecast. Blank = one season.", Kind.WHOLE, None, 1, 520)
_MODEL = Argument(
    "model", "automatic (weighted mean of five methods), or one by name: ETS, Theta, ARIMA, CES, MSTL, Seasonal naive, Moving average, Croston-SBA, TSB, IMAPA, ADIDA. Blank = automatic.",
    Kind.TEXT, "automatic", choices=MODEL_NAMES,
)  # fmt: skip
_NO_HISTORY = ("#N/A", "no history is given")
_RECIPE = "The recipe of the Baseline Forecast sheet for each row by itself: Makridakis et al. (2020) on combinations; Fiorucci et al. (2016) theta; Syntetos and Boylan (2005) intermittent demand"


@cell_function(
    "SOP_FORECAST",
    description="Statistical forecast of demand, by the recipe of the Baseline Forecast sheet or one model. Many items at once: one formula over all their rows.",
    arguments=(_HISTORY, _HORIZON, SEASON, _MODEL),
    returns="Units per period from the one after the last known on, horizon cells for each row of history; downwards where history is one column. A series without demand in the last season is 0.",
    errors=(_NO_HISTORY,),
    example='=SOP_FORECAST({112,118,132,129,121,135,148,148,136,119,104,118,115,126,141,135,125,149,170,170,158,133,114,140},6)',
    source=_RECIPE,
    follows="history",
)
def forecast(history: Floats, horizon: int | None = None, season: int = 12, model: str = "automatic") -> Any:
    """See `plan.forecast.rows.row_forecasts`."""
    from sop_xl.plan.forecast.rows import row_forecasts

    return row_forecasts(history, horizon or season, season, model, n_jobs=processes()).made.forecast


@cell_function(
    "SOP_FORECAST_RANGE",
    description="Range in which demand will lie: lower and upper quantile around SOP_FORECAST, from errors of past forecasts. Rows given together share what their errors show.",
    arguments=(
        _HISTORY,
        _HORIZON,
        SEASON,
        Argument("low", "Lower quantile, above 0 and below 0.5. Blank = 0.1: one in ten below.", Kind.NUMBER, 0.1),
        Argument("high", "Upper quantile, above 0.5 and below 1. Blank = 0.9: one in ten above.", Kind.NUMBER, 0.9),
        _MODEL,
    ),
    returns="Units; two rows for each row of history, first low then high, horizon cells each; two columns where history is one column.",
    errors=(_NO_HISTORY, ("#NUM!", "low is not between 0 and 0.5, or high not between 0.5 and 1")),
    example='=SOP_FORECAST_RANGE({112,118,132,129,121,135,148,148,136,119,104,118,115,126,141,135,125,149,170,170,158,133,114,140},3)',
    source="Split conformal prediction on held-out errors, pooled over series (Lei et al. 2018)",
    follows="history",
)
def forecast_range(
    history: Floats, horizon: int | None = None, season: int = 12, low: float = 0.1, high: float = 0.9, model: str = "automatic"
) -> Any:
    """See `plan.forecast.ranges.range_bounds`."""
    if not 0 < low < 0.5 < high < 1:
        raise FunctionError(BAD_NUMBER, f"low must lie between 0 and 0.5 and high between 0.5 and 1, got {low:g} and {high:g}")
    from sop_xl.plan.forecast.rows import row_forecasts

    made = row_forecasts(history, horizon or season, season, model, (low, high), n_jobs=processes()).made
    return made.ranges.reshape(-1, made.forecast.shape[1])


@cell_function(
    "SOP_BACKTEST",
    description="How good the forecast would have been: the last season is held out, forecast from what was before, and compared with seasonal naive (the same month of last year).",
    arguments=(_HISTORY, SEASON, _MODEL, HEADERS),
    returns="Six figures for each row: periods tested, WMAPE, bias (positive = over-forecast), MASE, WMAPE of seasonal naive, FVA (positive = better than naive); fractions.",
    errors=(("#N/A", "no history is given, it is too short to hold anything out, or nothing was sold in what was held out"),),
    example='=SOP_BACKTEST({112,118,132,129,121,135,148,148,136,119,104,118,115,126,141,135,125,149,170,170,158,133,114,140,145,150,178,163,172,178,199,199,184,162,146,166})',
    source="Tashman (2000), Out-of-sample tests of forecasting accuracy; weights never see the periods they are judged by",
    follows="history",
)
def backtest(history: Floats, season: int = 12, model: str = "automatic", headers: bool = False) -> Any:
    """See `plan.forecast.rows.row_errors`."""
    from sop_xl.plan.forecast.rows import row_errors, row_forecasts

    made = row_forecasts(history, season, season, model, n_jobs=processes())
    figures = row_errors(made, season)
    names = ("periods tested", "WMAPE", "bias", "MASE", "WMAPE of seasonal naive", "FVA")
    return np.concatenate([np.array([names], dtype=object), figures.astype(object)]) if headers else figures


@cell_function(
    "SOP_MODEL",
    description="What makes the forecast of SOP_FORECAST, in words: the methods and the one with most weight, or why it is zero.",
    arguments=(_HISTORY, SEASON, _MODEL),
    returns="Text; one for each row of history, down.",
    errors=(_NO_HISTORY,),
    example='=SOP_MODEL({0,0,3,0,0,0,5,0,0,2,0,0,0,4,0,0,0,0})',
    source=_RECIPE,
)
def model(history: Floats, season: int = 12, model: str = "automatic") -> Any:
    """See `plan.forecast.series.describe_model`."""
    from sop_xl.plan.forecast.rows import row_forecasts

    words = row_forecasts(history, 1, season, model, n_jobs=processes()).models
    return np.array(words, dtype=object)[:, None]


@cell_function(
    "SOP_CLEANSE",
    description="History as customers would have ordered in ordinary times: returns put back, stock-outs filled, one-off orders brought to what the season expects, as on History Log.",
    arguments=(
        Argument("history", "Demand in units, oldest first; a row per series, or one column. A blank is not known and stays blank.", Kind.GRID),
        SEASON,
        Argument("stock_out", "Share of each period without stock, 0 to 1; as many cells as history. Blank = not known.", Kind.GRID, None, 0, 1),
        Argument("family", "Family of each row; rows of one family share their season. Blank = each row by itself.", Kind.TEXTS, None),
        Argument("proposed", "TRUE applies what is only proposed, too: level shifts, and one-off orders in the last period. Blank = FALSE.", Kind.FLAG, False),
    ),
    returns="Units, in the size of history; blank where history is.",
    errors=(_NO_HISTORY, ("#VALUE!", "stock_out or family does not fit history")),
    example="=SOP_CLEANSE({100,102,98,101,99,103,97,100,102,98,101,99,103,97,900,102,98,101,99,103,97,100,102,98,101,99})",
    source="Hampel (1974) for outliers, Page (1954) for level shifts",
    follows="history",
)
def cleanse(
    history: Floats, season: int = 12, stock_out: Floats | None = None, family: list[str] | None = None, proposed: bool = False
) -> Any:
    """See `plan.cleansing.causes.cleanse_rows`."""
    from sop_xl.plan.cleansing.causes import cleanse_rows

    if stock_out is not None:
        alike(history=history, stock_out=stock_out)
    groups = np.arange(len(history))
    if family is not None:
        if len(family) != len(history):
            raise FunctionError(BAD_VALUE, f"family has {len(family)} names for {len(history)} rows of history")
        groups = np.unique(family, return_inverse=True)[1]
    corrected = cleanse_rows(history, season, groups, stock_out, keep_proposed=proposed).astype(object)
    corrected[np.isnan(history)] = None
    return corrected


@cell_function(
    "SOP_DEMAND_CLASS",
    description="Pattern of demand: smooth, erratic, intermittent or lumpy, by how often and how evenly something is sold; new, ended or none where there is too little.",
    arguments=(
        Argument("history", "Demand in units, oldest first; a row per series, or one column. A blank is not known; history begins with the first demand.", Kind.GRID),
        SEASON,
    ),
    returns="Text; one for each row of history, down.",
    errors=(_NO_HISTORY,),
    example="=SOP_DEMAND_CLASS({0,0,3,0,0,0,5,0,0,2,0,0,0,4,0,0,0,3})",
    source="Syntetos, Boylan and Croston (2005), On the categorization of demand patterns",
)
def demand_class(history: Floats, season: int = 12) -> Any:
    """See `plan.segmentation.series_classes`."""
    from sop_xl.plan.segmentation import series_classes

    begun = np.maximum.accumulate(np.nan_to_num(history) != 0, axis=1)
    known = np.where(begun, history, np.nan)
    # the last season of a row is that before its last known period
    rows = np.stack([np.roll(y, int(np.isnan(y[::-1]).argmin())) for y in known])
    return np.array(series_classes(rows, season, season // 2), dtype=object)[:, None]


@cell_function(
    "SOP_ABC",
    description="ABC class of each value by its share of the total, largest first: A up to 80 %, B up to 95 %, C the rest.",
    arguments=(
        Argument("values", "Revenue (or units) of each item, one row or column. A blank has no class, 0 is C.", Kind.NUMBERS),
        Argument("a_share", "Share of the total that A items make up. Blank = 0.8.", Kind.NUMBER, 0.8, 0, 1),
        Argument("b_share", "Share that A and B items make up together. Blank = 0.95.", Kind.NUMBER, 0.95, 0, 1),
    ),
    returns="A, B or C for each value, in the direction of values; blank where a value is.",
    errors=(("#N/A", "no value is given"), ("#NUM!", "a_share is larger than b_share, or one is not between 0 and 1")),
    example="=SOP_ABC({500,300,120,50,20,10})",
    source="Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, ch. 2",
    follows="values",
)
def abc(values: Floats, a_share: float = 0.8, b_share: float = 0.95) -> Any:
    """See `plan.segmentation.abc_classes`."""
    from sop_xl.plan.segmentation import abc_classes

    if a_share > b_share:
        raise FunctionError(BAD_NUMBER, f"a_share {a_share:g} is larger than b_share {b_share:g}")
    classes = abc_classes(values, (a_share, b_share))
    classes[np.isnan(values)] = None
    return classes


@cell_function(
    "SOP_SPREAD",
    description="Divides a total in proportion to shares so that the rounded parts add up to it exactly, to the last cent or unit.",
    arguments=(
        Argument("total", "Amount to divide, any unit; one, or one for each row of shares.", Kind.NUMBERS),
        Argument("shares", "Proportions, not below 0, in any scale; a row (or one column) per total. A blank takes no part, all 0 = equal parts.", Kind.GRID, least=0),
        Argument("decimals", "Places to which parts are rounded. Blank = 2; 0 = whole units.", Kind.WHOLE, 2, 0, 9),
    ),
    returns="Parts in the unit of total, in the size of shares; blank where a share is.",
    errors=(("#N/A", "a total is blank"), ("#NUM!", "a share is below 0"), ("#VALUE!", "there are not as many totals as rows of shares")),
    example="=SOP_SPREAD(100,{1,1,1},0)",
    source="Largest remainder (Hamilton 1792)",
    follows="shares",
)
def spread(total: Floats, shares: Floats, decimals: int = 2) -> Any:
    """See `plan.hierarchy.spreading.spread_rows_exactly`."""
    from sop_xl.plan.hierarchy.spreading import spread_rows_exactly

    totals = per_row("total", total, len(shares), "shares")
    parts = np.full(shares.shape, None, dtype=object)
    for pattern in np.unique(~np.isnan(shares), axis=0):
        rows = (~np.isnan(shares) == pattern).all(axis=1)
        if pattern.any():
            parts[np.ix_(rows, pattern)] = spread_rows_exactly(totals[rows], shares[np.ix_(rows, pattern)], decimals)
    return parts


@cell_function(
    "SOP_RECONCILE",
    description="Makes forecasts of totals and their parts agree: give all rows of a tree with the parent of each; sums of parts then equal their parent in every period.",
    arguments=(
        Argument("forecast", "Forecasts in units, a row per node and a column per period. A blank row above others has no forecast of its own.", Kind.MATRIX),
        Argument("node", "Name of each row, unique.", Kind.TEXTS),
        Argument("parent", "Name of the row that each belongs to; blank at the top.", Kind.TEXTS),
        Argument(
            "method", "minimum trace (each forecast counts by its error), bottom up (parts are summed), or top down (the top is divided). Blank = minimum trace.",
            Kind.TEXT, "minimum trace", choices=("minimum trace", "bottom up", "top down"),
        ),
        Argument("rmse", "Root mean squared error of each forecast, units, for minimum trace. Blank = grows with the square root of the mean forecast.", Kind.NUMBERS, None),
    ),
    returns="Units, in the size of forecast; not below 0.",
    errors=(
        ("#N/A", "a lowest row, or the top for top down, lacks a forecast"),
        ("#VALUE!", "names do not fit forecast, are not unique, a parent is not a row, or parents go round in a circle"),
        ("#NUM!", "an rmse is not above 0"),
    ),
    example='=SOP_RECONCILE({100,110;70,75;40,40},{"All";"Bikes";"Parts"},{"";"All";"All"})',
    source="Wickramasuriya, Athanasopoulos and Hyndman (2019), Optimal forecast reconciliation through trace minimization",
)  # fmt: skip
def reconcile(forecast: Floats, node: list[str], parent: list[str], method: str = "minimum trace", rmse: Floats | None = None) -> Any:
    """See `plan.hierarchy.tree.reconcile_tree`."""
    from sop_xl.plan.hierarchy.tree import reconcile_tree

    rows = len(forecast)
    for name, given in (("node", node), ("parent", parent)):
        if len(given) != rows:
            raise FunctionError(BAD_VALUE, f"{name} has {len(given)} names for {rows} rows of forecast")
    parents = _parents(node, parent)
    leaves = ~np.isin(np.arange(rows), parents)
    needed = leaves | ((parents < 0) & (method == "top down"))
    lacking = np.isnan(forecast).any(axis=1) & needed
    if lacking.any():
        raise FunctionError(NOT_AVAILABLE, f"{node[int(lacking.argmax())]} lacks a forecast in some period")
    variance = None
    if rmse is not None:
        spread = per_row("rmse", rmse, rows, "forecast")
        if not (spread > 0).all():
            raise FunctionError(BAD_NUMBER, "every rmse must be above 0")
        variance = spread**2
    key = {"minimum trace": "mint_diagonal", "bottom up": "bottom_up", "top down": "top_down"}[method]
    return reconcile_tree(parents, forecast, key, variance)


def _parents(node: list[str], parent: list[str]) -> npt.NDArray[np.int64]:
    place = {name: row for row, name in enumerate(node)}
    if len(place) < len(node) or "" in place:
        raise FunctionError(BAD_VALUE, "node: every row needs a name of its own")
    unknown = next((name for name in parent if name and name not in place), None)
    if unknown is not None:
        raise FunctionError(BAD_VALUE, f"parent {unknown} is not among node")
    return np.array([place.get(name, -1) for name in parent], dtype=np.int64)


@cell_function(
    "SOP_CONSENSUS",
    description="Consensus demand: baseline + events + life cycle, then the weighted gap to the sales team's number, then overrides; never below 0.",
    arguments=(
        Argument("baseline", "Statistical forecast, units per period; a row (or one column) per item.", Kind.GRID),
        Argument("sales_number", "What sales expects, units; as baseline. A blank is no opinion, 0 is an opinion.", Kind.MATRIX, None),
        Argument("sales_weight", "Part of the gap between sales number and forecast that enters the plan, 0 to 1. Blank = 0.5.", Kind.NUMBER, 0.5, 0, 1),
        Argument("events", "Units that events add (below 0: take away), as baseline. Blank = none.", Kind.MATRIX, None),
        Argument("life_cycle", "Units that launches and phase-outs add or take away, as baseline. Blank = none.", Kind.MATRIX, None),
        Argument("override", "Units that a planner sets in place of the result, as baseline. Blank = none.", Kind.MATRIX, None, 0),
    ),
    returns="Units per period, in the size of baseline.",
    errors=(("#N/A", "a baseline is blank"), ("#VALUE!", "a range does not fit baseline"), ("#NUM!", "an override is below 0, or sales_weight is not from 0 to 1")),
    example="=SOP_CONSENSUS({100,110,120},{120,110,160},0.5,{0,20,0})",
    source="Steps of the Consensus Demand sheet",
    follows="baseline",
)
def consensus(
    baseline: Floats, sales_number: Floats | None = None, sales_weight: float = 0.5, events: Floats | None = None,
    life_cycle: Floats | None = None, override: Floats | None = None,
) -> Any:  # fmt: skip
    """See `plan.consensus_steps`."""
    from sop_xl.plan.consensus_steps import override_step, running_demand, sales_step

    given = {"sales_number": sales_number, "events": events, "life_cycle": life_cycle, "override": override}
    parts = {name: per_cell(name, values, baseline, "baseline", np.nan) for name, values in given.items()}
    events_, life_cycle_ = (np.nan_to_num(parts[name]) for name in ("events", "life_cycle"))
    running = running_demand(baseline, events_, life_cycle_)
    sales = sales_step(running, parts["sales_number"], sales_weight)
    overrides = override_step(running_demand(running, sales), parts["override"])
    return running_demand(baseline, events_, life_cycle_, sales, overrides)


@cell_function(
    "SOP_NPI_CURVE",
    description="Demand of a launch: how a new product grows to its full demand over the ramp, linear, as an S-curve or with a fast start.",
    arguments=(
        Argument("full_demand", "Demand once the launch is complete, units per period; one, or one for each period (with its season).", Kind.NUMBERS, least=0),
        Argument("ramp", "Periods from the first sale until full demand; 0 = at once.", Kind.NUMBER, least=0, most=520),
        Argument("curve", "linear, s-curve or fast start. Blank = linear.", Kind.TEXT, "linear", choices=("linear", "s-curve", "fast start")),
        Argument("periods", "Cells to fill where full_demand is one number. Blank = until full demand.", Kind.WHOLE, None, 1, 520),
        Argument("launch", "Period of the first sale: 1 = the first one. Blank = 1.", Kind.WHOLE, 1, 1, 520),
    ),
    returns="Units per period from the first one on; downwards where full_demand is a column.",
    errors=(("#N/A", "a full demand is blank"), ("#NUM!", "a number is below 0"), ("#VALUE!", "periods does not fit full_demand")),
    example='=SOP_NPI_CURVE(1000,5,"s-curve")',
    source="Bass (1969), A new product growth for model consumer durables; Sultan, Farley and Lehmann (1990)",
    follows="full_demand",
)
def npi_curve(full_demand: Floats, ramp: float, curve: str = "linear", periods: int | None = None, launch: int = 1) -> Any:
    """See `plan.launch_curves.ramp_share`."""
    from sop_xl.plan.launch_curves import ramp_share

    count = full_demand.size if full_demand.size > 1 else periods or int(np.ceil(ramp)) + launch
    if full_demand.size > 1 and periods not in (None, count):
        raise FunctionError(BAD_VALUE, f"full_demand has {count} periods, periods says {periods}")
    return ramp_share(np.arange(count) - (launch - 1), ramp, curve) * np.broadcast_to(full_demand, (count,))
