"""History cleansing: what the forecast learns from, with every correction on record."""

from sop_xl.plan.cleansing.cleanse import MEASURES, Cleansed, cleanse_history
from sop_xl.plan.cleansing.working_days import working_days

__all__ = ["MEASURES", "Cleansed", "cleanse_history", "working_days"]
