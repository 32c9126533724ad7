"""Sales and operations execution: the plan that is executed by week beside what happens, and what needs an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sop_xl.frames import WEEKLY_EXECUTION, empty_frame, order_rows
from sop_xl.plan.weekly_exceptions import WeeklyRules, weekly_exceptions
from sop_xl.plan.weekly_flows import WeeklyInputs, weekly_flows
from sop_xl.plan.weeks import Weeks


def weekly_execution(known: WeeklyInputs, weeks: Weeks, rules: WeeklyRules) -> pd.DataFrame:
    """WEEKLY_EXECUTION: every item and stocking location with demand, stock or orders, in every week; exceptions in the week in which they begin.

    The weeks are always those from the plan's first day on, so that periods tie to the plan and orders to date stand beside the plan to date;
    the day of the run says which of them are over. See `weekly_flows` and `weekly_exceptions`.
    """
    rules = replace(rules, day=weeks.counted_day(rules.day))
    flows = weekly_flows(known, weeks, rules.day)
    found = weekly_exceptions(flows, known, rules)
    alive, count = flows.alive, len(weeks.mondays)
    if not alive.any():
        return empty_frame(WEEKLY_EXECUTION)
    shape = flows.balance.shape
    value, rank = np.zeros(shape), np.full(shape, np.nan)
    exception, step = np.full(shape, "", dtype=object), np.full(shape, "", dtype=object)
    at = (found["row"].to_numpy(dtype=np.intp), found["week"].to_numpy(dtype=np.intp))
    value[at], rank[at], exception[at], step[at] = (found[name] for name in ("value", "rank", "exception", "next_step"))
    columns = {
        "planned_demand": flows.planned_demand, "orders": flows.orders, "shipments": flows.shipments, "planned_receipts": flows.planned_receipts, "receipts": flows.receipts,
        "projected_balance": flows.balance, "safety_stock": flows.safety_stock, "value": value, "exception": exception, "next_step": step,
        "later_demand": flows.later_demand, "dependent_demand": flows.dependent_demand, "rank": rank,
        "elapsed": np.broadcast_to(flows.elapsed, shape),
    }  # fmt: skip
    frame = pd.DataFrame(
        {name: np.repeat(flows.series.loc[alive, name].to_numpy(dtype=object), count) for name in ("item", "location", "family", "region")}
        | {"week": np.tile(weeks.mondays.to_numpy(), int(alive.sum())), "period": np.tile(weeks.periods[weeks.opening_period].to_numpy(), int(alive.sum()))}
        | {name: matrix[alive].ravel() for name, matrix in columns.items()}
    )
    return order_rows(frame, WEEKLY_EXECUTION)
