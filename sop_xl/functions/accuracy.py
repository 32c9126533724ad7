"""Functions of accuracy. Error = forecast - actual throughout; a pair of which either side is blank is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.functions.registry import Argument, Kind, cell_function
from sop_xl.functions.shapes import SEASON, alike

Floats = npt.NDArray[np.float64]

_ACTUAL = Argument("actual", "What was sold, units; a row (or one column) per series. A blank period is left out, 0 counts.", Kind.GRID)
_FORECAST = Argument("forecast", "What had been forecast for the same periods, units; as many cells as actual.", Kind.GRID)
_OVERALL = Argument("overall", "TRUE = one figure over all rows together. Blank = FALSE: one for each row.", Kind.FLAG, False)
_NOTHING = ("#N/A", "no period has both an actual and a forecast, or nothing was sold in them")
_SIZES = ("#VALUE!", "the ranges differ in size")
_EACH_ROW = "one for each row of actual, down"


@cell_function(
    "SOP_WMAPE",
    description="Forecast error in percent of sales (WMAPE): sum of |forecast - actual| / sum of actual. The lower the better; defined with zero actuals.",
    arguments=(_ACTUAL, _FORECAST, _OVERALL),
    returns=f"Fraction, 0.2 = 20 %; {_EACH_ROW}.",
    errors=(_NOTHING, _SIZES),
    example="=SOP_WMAPE({100,120,80},{110,110,90})",
    source="Kolassa and Schuetz (2007), Advantages of the MAD/mean ratio over the MAPE",
)
def wmape(actual: Floats, forecast: Floats, overall: bool = False) -> Any:
    """See `plan.accuracy.wmape`."""
    from sop_xl.plan import accuracy

    return _by_row(accuracy.wmape, overall, actual=actual, forecast=forecast)


@cell_function(
    "SOP_BIAS",
    description="Whether a forecast leans: sum of (forecast - actual) / sum of actual. Positive = over-forecast, negative = under-forecast, 0 = in balance.",
    arguments=(_ACTUAL, _FORECAST, _OVERALL),
    returns=f"Fraction, positive = over-forecast; {_EACH_ROW}.",
    errors=(_NOTHING, _SIZES),
    example="=SOP_BIAS({100,120,80},{110,110,90})",
)
def bias(actual: Floats, forecast: Floats, overall: bool = False) -> Any:
    """See `plan.accuracy.bias`."""
    from sop_xl.plan import accuracy

    return _by_row(accuracy.bias, overall, actual=actual, forecast=forecast)


@cell_function(
    "SOP_MASE",
    description="Forecast error against that of a seasonal naive forecast over history (MASE). Below 1 the forecast beats repeating last year; comparable between items.",
    arguments=(
        _ACTUAL,
        _FORECAST,
        Argument("history", "Sales before the periods of actual, units, oldest first; a row (or one column) per series. A blank is not known.", Kind.GRID),
        SEASON,
    ),
    returns=f"Ratio; {_EACH_ROW}.",
    errors=(
        ("#N/A", "no period has both an actual and a forecast, history is not longer than a season, or it never changed"),
        _SIZES,
    ),
    example="=SOP_MASE({12,14},{13,13},{10,12,11,13,12},1)",
    source="Hyndman and Koehler (2006), Another look at measures of forecast accuracy",
)
def mase(actual: Floats, forecast: Floats, history: Floats, season: int = 12) -> Any:
    """See `plan.accuracy.mase`."""
    from sop_xl.functions.registry import BAD_VALUE, FunctionError
    from sop_xl.plan import accuracy

    alike(actual=actual, forecast=forecast)
    if len(history) != len(actual):
        raise FunctionError(BAD_VALUE, f"history has {len(history)} rows, actual has {len(actual)}")
    return np.array([[accuracy.mase(a, f, h, season)] for a, f, h in zip(actual, forecast, history, strict=True)])


@cell_function(
    "SOP_TRACKING_SIGNAL",
    description="Whether a forecast is out of control: sum of (forecast - actual) / mean absolute error. Beyond 4 or -4 it leans for more than chance; positive = over-forecast.",
    arguments=(_ACTUAL, _FORECAST),
    returns=f"Number of mean absolute errors, positive = over-forecast; {_EACH_ROW}.",
    errors=(("#N/A", "no period has both an actual and a forecast, or there was no error at all"), _SIZES),
    example="=SOP_TRACKING_SIGNAL({100,120,80},{110,110,90})",
    source="Brown (1959), Statistical Forecasting for Inventory Control; sign as everywhere here",
)
def tracking_signal(actual: Floats, forecast: Floats) -> Any:
    """See `plan.accuracy.tracking_signal`."""
    from sop_xl.plan import accuracy

    return _by_row(accuracy.tracking_signal, False, actual=actual, forecast=forecast)


@cell_function(
    "SOP_FVA",
    description="Forecast value added: WMAPE of the step before - WMAPE of this step. Positive = the step made the forecast better, negative = it made it worse.",
    arguments=(
        _ACTUAL,
        Argument("previous", "Forecast before the step (e.g. statistical), units; as many cells as actual.", Kind.GRID),
        Argument("forecast", "Forecast after the step (e.g. consensus), units; as many cells as actual.", Kind.GRID),
        _OVERALL,
    ),
    returns=f"Fraction (0.05 = 5 points of WMAPE gained), positive = value added; {_EACH_ROW}.",
    errors=(("#N/A", "no period has an actual and both forecasts, or nothing was sold in them"), _SIZES),
    example="=SOP_FVA({100,120,80},{100,100,100},{110,110,90})",
    source="Gilliland (2010), The Business Forecasting Deal",
)
def fva(actual: Floats, previous: Floats, forecast: Floats, overall: bool = False) -> Any:
    """See `plan.accuracy.fva`."""
    from sop_xl.plan import accuracy

    return _by_row(accuracy.fva, overall, actual=actual, previous=previous, forecast=forecast)


def _by_row(measure: Callable[..., float], overall: bool, **arrays: Floats) -> Any:
    alike(**arrays)
    if overall:
        return measure(*(array.ravel() for array in arrays.values()))
    return np.array([[measure(*rows)] for rows in zip(*arrays.values(), strict=True)])
