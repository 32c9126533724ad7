"""The plan of the cycle before, as it stands in the workbook."""

from __future__ import annotations

import pandas as pd

from sop_xl.blocks import Block
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.tables import plain_table
from sop_xl.errors import FrameError
from sop_xl.frames import FINANCIAL_PLAN, empty_frame
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.spec import LABEL_COLUMNS


def previous_plan(host: Host, timeline: Timeline, inputs: Inputs) -> pd.DataFrame:
    """The financial plan of the cycle before, from the Financial Plan as it stands in the workbook.

    When that was planned from an earlier period on, its version Plan is the previous plan, in the periods that were planned then. When it was
    planned from this period on, what it holds as Previous plan stays, if that begins earlier. A later plan is never a previous one.
    """
    spec = sheet("Financial Plan")
    nothing = empty_frame(FINANCIAL_PLAN)
    if spec.name not in host.sheet_names():
        return nothing
    block = host.read_block(spec.name)
    planned_from = _first_period(block, inputs, version="Plan", measure="Demand P10")
    if planned_from is None:
        return nothing
    version = "Plan" if planned_from < timeline.current else "Previous plan"
    kept = read_sheet(spec, _lines_of_version(block, inputs, version), inputs.settings).frame
    if version == "Plan":
        kept = kept[kept["period"] >= planned_from]
    if kept["sales_volume"].isna().all():  # a plan that was written before it knew what is sold: its money was that of the demand
        kept = kept.assign(sales_volume=kept["demand"])
    figures = ["sales_volume", "revenue", "cost", "gross_margin", "inventory_value"]
    kept = kept.dropna(subset=figures, how="all").assign(version="Previous plan")
    if kept.empty or kept["period"].min() >= timeline.current:
        return nothing
    return kept[list(FINANCIAL_PLAN.columns)].reset_index(drop=True)


def _first_period(block: Block, inputs: Inputs, **labels: str) -> pd.Timestamp | None:
    """First period with a value in the lines of these labels: ranges stand in planned periods only, so they tell where a plan began."""
    table = plain_table(sheet("Financial Plan"), block)
    names = [c.name for c in table.spec.columns]
    lines = [cells for _, cells in table.rows if all(cells[names.index(k)] == v for k, v in labels.items())]
    places = [k for cells in lines for k in range(LABEL_COLUMNS, len(cells)) if cells[k] is not None]
    if not places:
        return None
    try:
        return inputs.settings.make_calendar().parse(table.header[min(places)])
    except FrameError:  # the calendar was changed since then
        return None


def _lines_of_version(block: Block, inputs: Inputs, version: str) -> Block:
    """The block with the table's lines of one version only: most of the sheet need not be understood."""
    if block.table is None:
        return block
    top, left, _, right = block.table
    head, body = block.rows[: top - block.row + 1], block.rows[top - block.row + 1 :]
    place = left - block.column + [c.name for c in sheet("Financial Plan").columns].index("version")
    kept = [row for row in body if len(row) > place and row[place] == version]
    return Block(block.sheet, block.row, block.column, [*head, *kept], (top, left, top + max(len(kept), 1), right))
