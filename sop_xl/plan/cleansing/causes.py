"""The causes of history cleansing in their order, on plain arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats, Places, expectation
from sop_xl.plan.cleansing.found import Found, act
from sop_xl.plan.cleansing.level_shifts import find_level_shifts
from sop_xl.plan.cleansing.one_offs import find_one_offs
from sop_xl.plan.cleansing.returns import find_returns
from sop_xl.plan.cleansing.stock_outs import Limited, find_stock_outs, limited_by_stock
from sop_xl.plan.cleansing.working_days import find_calendar

Lift = Callable[[Floats, Expectation, Flags], Found]
"""Demand so far, what is expected, where it may be learned from; gives what events brought."""


def find_causes(
    start: Floats,
    returned: Floats,
    limited: Limited,
    on_sale: Flags,
    explained: Flags,
    season: int,
    groups: Places,
    labels: list[str],
    lift: Lift | None = None,
    days: Floats | None = None,
) -> list[Found]:
    """Every cause in order, each on the result of those before it with what is applied by default applied.

    Parameters
    ----------
    start
        (series, periods) units that were sold; NaN = not known.
    returned
        (series, periods) units sent back; NaN = not known.
    limited
        Where stock limited sales.
    on_sale, explained
        (series, periods) whether the item was sold; whether an event covers the period.
    season, groups
        See `expectation`.
    labels
        Name of each period, for the evidence.
    lift
        Finds what events brought; `None` = there are none.
    days
        (periods,) working days; `None` = the calendar is left alone.
    """
    now = start.copy()

    def acted(found: Found) -> Found:
        act(now, found, np.full(found.rows.size, "", dtype=object))
        return found

    found = [acted(find_returns(now, returned, season, labels))]
    known = np.isfinite(now) & on_sale
    # with orders known a period is as good as any other once they are put in place of the shipments
    usable = known & on_sale & ~explained & ~limited.by_flag
    expected = expectation(now + limited.short, usable, season, groups)
    found.append(acted(find_stock_outs(now, limited, expected, usable)))
    if lift is not None:
        found.append(acted(lift(now, expected, usable)))
    found.append(acted(find_one_offs(now, known, explained | limited.by_flag, season, groups)))
    found.append(acted(find_level_shifts(now, known & ~explained & ~limited.by_flag, expected, labels)))
    if days is not None:
        found.append(acted(find_calendar(days)))
    return found


def cleanse_rows(
    demand: Floats, season: int, groups: Places, stock_out: Floats | None = None, *, keep_proposed: bool = False
) -> Floats:
    """Cleansed history of bare rows, without names, events or marks.

    Parameters
    ----------
    demand
        (rows, periods) units, oldest first; NaN = not known, and stays so.
    season
        Periods in a year.
    groups
        (rows,) number of each row's family; rows of a family share what is known of their season.
    stock_out
        (rows, periods) share of the period without stock; NaN = not known, `None` = nowhere known.
    keep_proposed
        Whether what cleansing only proposes is applied too: level shifts, and one-off orders at the end of history.
    """
    begun = np.maximum.accumulate(np.nan_to_num(demand) != 0, axis=1)
    history = np.where(begun, demand, np.nan)
    absent = np.full(demand.shape, np.nan)
    on_sale = np.ones(demand.shape, dtype=bool)
    limited = limited_by_stock(history, absent, absent if stock_out is None else stock_out, on_sale)
    labels = [f"period {k + 1}" for k in range(demand.shape[1])]
    found = find_causes(history, absent, limited, on_sale, ~on_sale, season, groups, labels)
    mark = "Keep" if keep_proposed else ""
    for each in found:
        act(history, each, np.full(each.rows.size, mark, dtype=object))
    return np.where(begun, history, demand)
