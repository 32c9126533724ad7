"""History cleansing: what the forecast learns from, with every correction on record."""

from sop_xl.plan.cleansing.cleanse import Cleansed, cleanse_history
from sop_xl.plan.cleansing.past_events import UPLIFT_COLUMNS
from sop_xl.plan.cleansing.working_days import on_planned_days, stated_days, week_mask, working_days

__all__ = ["UPLIFT_COLUMNS", "Cleansed", "cleanse_history", "on_planned_days", "stated_days", "week_mask", "working_days"]
