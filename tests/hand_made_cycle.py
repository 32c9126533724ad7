"""The cycle of the plan worked out by hand: what was approved, what changed since, the weeks, and what needs somebody.

January's plan was published twice, the second time as it is now; its demand falls on four equal weeks in each month, and the last of
them reaches a tenth of the next month's demand into that month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from hand_made_money import PREVIOUS, flows, groups, total
from hand_made_world import AHEAD, FAMILY, PAST, REGION, STEPS, TIMELINE, Row, consensus, label_cells, line

from sop_xl.sheets import sheet

LABELS = TIMELINE.labels[PAST:]
CYCLE = LABELS[0]
WEEKS = 4
"""Of each period."""
STRADDLES = 0.1
"""Part of a period's demand that falls in the last week of the period before."""
FIGURES = ("demand", "revenue", "gross_margin")


def approved(version: str) -> dict[tuple[str, str], dict[str, list[float]]]:
    """Figures of a version by family and region: the first one had half of the demand, the second one is the plan as it is now."""
    share = {"1": 0.5, "2": 1.0}[version]
    plans = {}
    for group, keys in groups().items():
        figures = flows(keys, lambda key: [share * x for x in consensus(key)])
        plans[group] = {"demand": figures["sales_volume"], "revenue": figures["revenue"], "gross_margin": figures["gross_margin"]}
    return plans


def approved_rows() -> list[Row]:
    return [
        line("Approved Plan", name, figures, cycle=CYCLE, version=version, family=family, region=region)
        for version in ("1", "2")
        for (family, region), lines in approved(version).items()
        for name, figures in lines.items()
    ]


def snapshot_rows() -> list[Row]:
    """Versions are numbers here and texts in Approved Plan."""
    rows = []
    for version, state in (("1", "superseded"), ("2", "approved")):
        sums = {name: sum(total(lines[name] for lines in approved(version).values())) for name in FIGURES}
        rows.append(label_cells("Snapshots", cycle=CYCLE, version=float(version), as_of="2026-01-05", approved_by="M. Lee", state=state, place="workbook", **sums))
    return rows


def week_rows() -> list[Row]:
    """Twelve weeks from the first Monday of January on for each item and location."""
    first = TIMELINE.current.to_pydatetime() + timedelta(days=4)
    rows = []
    for item, location in STEPS:
        demand = [float(x) for x in consensus((item, location))]
        for k, period in enumerate(LABELS):
            before = STRADDLES if k else 0.0  # of this period, already in the last week of the one before
            own = demand[k] * (1 - before) / WEEKS
            for week in range(WEEKS):
                later = STRADDLES * demand[k + 1] if week == WEEKS - 1 and k + 1 < AHEAD else 0.0
                rows.append(label_cells(
                    "Weekly Execution", item=item, location=location, family=FAMILY[item], region=REGION[location], week=first + timedelta(weeks=WEEKS * k + week),
                    period=period, planned_demand=own + later, later_demand=later,
                ))  # fmt: skip
    return rows


def change_rows() -> list[Row]:
    """Of the last cycle's plan two causes took away and brought: the families share them as they share the total."""
    groups_of: dict[str, int] = {}
    for family, _ in groups():
        groups_of[family] = groups_of.get(family, 0) + 1
    rows = []
    for name in ("sales_volume", "revenue"):
        for family, share in ({"All": sum(groups_of.values())} | groups_of).items():
            start = share * AHEAD * PREVIOUS[name]
            steps = (("start", start), ("overrides", -0.25 * start), ("capacity", 0.1 * start), ("end", 0.85 * start))
            rows += [label_cells("Changes", reference="Last cycle", measure=name, family=family, order=float(n), cause=cause, amount=amount) for n, (cause, amount) in enumerate(steps)]
    return rows


def worklist_rows() -> list[Row]:
    """Three open matters and two that were accepted, each group with the dearest first, and what is not listed."""
    def section(kind: str, state: str) -> str:
        return "more" if kind == "more" else "accepted" if state == "accepted" else "open"

    matters = (("shortage", 900.0, "open"), ("gap", 500.0, "open"), ("risk", 200.0, "in work"), ("excess", 300.0, "accepted"), ("forecast", 100.0, "accepted"), ("more", 250.0, ""))
    return [label_cells("Worklist", rank=float(n), alert=f"Matter {n}", kind=kind, value=value, state=state or None, section=section(kind, state)) for n, (kind, value, state) in enumerate(matters, 1)]


CYCLE_TABLES: dict[str, Callable[[], list[Row]]] = {
    "Changes": change_rows,
    "Weekly Execution": week_rows,
    "Worklist": worklist_rows,
    "Snapshots": snapshot_rows,
    "Approved Plan": approved_rows,
}
"""What makes the rows of each output sheet of the cycle."""


def damage_to_cycle(at: Callable[..., int]) -> dict[tuple[str, int, int], object]:
    """A wrong figure for each check of the cycle's sheets, which must notice it; `at` finds the row that holds some words."""

    def cells() -> Iterator[tuple[str, int, str, object]]:
        yield from (("Snapshots", n, name, 1.0) for n in (0, 1) for name in FIGURES)
        yield "Changes", at("Changes", "All", "sales_volume", "overrides"), "amount", 1.0
        yield "Changes", at("Changes", "Chairs", "revenue", "capacity"), "amount", 1.0
        yield "Weekly Execution", at("Weekly Execution", "A1", "N", LABELS[1]), "planned_demand", 1.0
        yield "Worklist", 1, "rank", 7.0
        yield "Worklist", 1, "value", 950.0  # the only place where it rises but the one where the accepted ones begin

    return {(name, row, [c.name for c in sheet(name).columns].index(field)): wrong for name, row, field, wrong in cells()}
