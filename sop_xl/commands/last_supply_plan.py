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
    """Planned receipts of the last cycle by item, location and source: SUPPLY_PLAN.

    When the sheet was planned from an earlier period on, its planned receipts are those of the last cycle, in the periods that were planned
    then. When it was planned from this period on, it says itself what the last cycle had planned. So a second run in the same cycle is
    held against the same plan as the first. Without the sheet, or in the first cycle, there are no rows.
    """
    spec, nothing = sheet("Supply Plan"), empty_frame(SUPPLY_PLAN)
    if spec.name not in host.sheet_names():
        return nothing
    plan = read_sheet(spec, host.read_block(spec.name), inputs.settings).frame
    if plan.empty:
        return nothing
    planned_from = plan.loc[plan["planned_receipts"].notna(), "period"].min()
    column = "planned_receipts" if planned_from < timeline.current else "previous_receipts"
    kept = plan[plan[column].notna() & (plan["period"] >= timeline.current)]
    if kept.empty:
        return nothing
    return kept.assign(planned_receipts=kept[column])[list(SUPPLY_PLAN.columns)].reset_index(drop=True)
