"""The statistical baseline: statsforecast's models on every level of the hierarchy. Importing this does not import statsforecast."""

from sop_xl.plan.forecast.baseline import baseline_forecast
from sop_xl.plan.forecast.result import RECIPE_VERSION, BaselineResult, recipe_key
from sop_xl.plan.forecast.series import SeriesForecast, forecast_series
from sop_xl.plan.forecast.stated import followed_items, is_manual

__all__ = [
    "RECIPE_VERSION",
    "BaselineResult",
    "SeriesForecast",
    "baseline_forecast",
    "followed_items",
    "forecast_series",
    "is_manual",
    "recipe_key",
]
