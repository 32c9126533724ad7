"""The supply plan of the last cycle, from the Supply Plan as it stands in the workbook."""

from __future__ import annotations

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.frames import SUPPLY_PLAN, empty_frame
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet


def last_supply_plan(host: Host, timeline: Timeline, inputs: Inputs) -> pd.DataFrame:
    """Planned releases of the last cycle by item, location and source: SUPPLY_PLAN, its receipts unknown.

    When the sheet was planned from an earlier period on, its planned releases are those of the last cycle, in the periods that were planned
    then. When it was planned from this period on, it says itself what the last cycle had planned. So a second run in the same cycle is
    held against the same plan as the first. Without the sheet, or in the first cycle, there are no rows.
    """
    spec, nothing = sheet("Supply Plan"), empty_frame(SUPPLY_PLAN)
    if spec.name not in host.sheet_names():
        return nothing
    plan = read_sheet(spec, host.read_block(spec.name), inputs.settings).frame
    if plan.empty:
        return nothing
    planned_from = plan.loc[plan["planned_releases"].notna(), "period"].min()
    releases = plan["planned_releases"] if planned_from < timeline.current else plan["previous_releases"]
    kept = plan.assign(planned_releases=releases, planned_receipts=float("nan"), previous_releases=float("nan"))
    kept = kept[releases.notna() & (plan["period"] >= timeline.current)]
    return kept[list(SUPPLY_PLAN.columns)].reset_index(drop=True)


def with_last_plan(supply_plan: pd.DataFrame, last_plan: pd.DataFrame) -> pd.DataFrame:
    """SUPPLY_PLAN with the releases of the last cycle beside its own; what only the last cycle had planned has rows of its own."""
    keys = list(SUPPLY_PLAN.keys)
    before = last_plan[[*keys, "planned_releases"]].rename(columns={"planned_releases": "previous_releases"})
    both = supply_plan.drop(columns="previous_releases", errors="ignore").merge(before, on=keys, how="outer")
    return both.sort_values(keys, kind="stable", ignore_index=True)
