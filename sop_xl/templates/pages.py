"""Which builder makes which page; sheets that are not listed hold a table of the contract."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl.templates.about import about_sheet
from sop_xl.templates.book import Book
from sop_xl.templates.checks import checks_sheet
from sop_xl.templates.demand_review import demand_review_sheet
from sop_xl.templates.executive import executive_sheet
from sop_xl.templates.finance_review import finance_review_sheet
from sop_xl.templates.home import home_sheet
from sop_xl.templates.lab.page import lab_sheet
from sop_xl.templates.settings_sheet import settings_sheet
from sop_xl.templates.supply_review import supply_review_sheet
from sop_xl.templates.weekly_review import weekly_review_sheet

PAGES: dict[str, Callable[[Book], None]] = {
    "Home": home_sheet,
    "Settings": settings_sheet,
    "Executive": executive_sheet,
    "Demand Review": demand_review_sheet,
    "Supply Review": supply_review_sheet,
    "Finance Review": finance_review_sheet,
    "Weekly Review": weekly_review_sheet,
    "Checks": checks_sheet,
    "Function Lab": lab_sheet,
    "About": about_sheet,
}
