"""The rows of a bridge on its sheet: total, families, and the items that matter, with the convention of every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.bridge_cells import ALL
from sop_xl.plan.bridge_steps import GROSS_MARGIN, REVENUE, STEPS
from sop_xl.plan.finance import BUDGET, LAST_YEAR, PLAN, PREVIOUS_PLAN

NOT_ATTRIBUTABLE = "Not attributable"
TOP_ITEMS = 5
"""Items of a family that stand by themselves: those whose figure changes most; the others are one line."""
OTHER_ITEMS = "other items"

_LABELS = {REVENUE: "Revenue", GROSS_MARGIN: "Gross margin"}
_WHAT = {REVENUE: ("price", "revenue"), GROSS_MARGIN: ("margin per unit", "margin")}
_FX = {
    LAST_YEAR: "Change from last year's actual rates to plan rates, at prices after x units after, row by row, never from totals",
    BUDGET: "None: budget and plan are both valued at plan rates",
    PREVIOUS_PLAN: "None: the last cycle's rates are not kept, so that a change of plan rates shows as price",
}
_COST = {
    LAST_YEAR: "Change in unit cost x units after, row by row; last year is valued at today's standard cost, so that this is 0",
    BUDGET: "Change from budgeted to standard unit cost x units after, row by row; a higher cost is negative",
    PREVIOUS_PLAN: "Change in unit cost since the last cycle x units after, row by row; a higher cost is negative",
}


def conventions(version: str, measure: str) -> dict[str, str]:
    """What each step of a bridge from that version means, in the order of the steps."""
    per_unit, total = _WHAT[measure]
    texts = {
        "Volume": f"Change in units of continuing items x average {per_unit} before, by family at the mix before",
        "Mix": f"Shift between continuing items and locations within the family, at {per_unit} before",
        "Price": "Change in price at rates before x units after, row by row",
        "FX": _FX[version],
        "Cost": _COST[version],
        "New": f"{total.capitalize()} of items that had no units before",
        "Discontinued": f"{total.capitalize()} before of items that have no units after",
        "Unexplained": "Revenue without units, or units without revenue: no price to explain it by",
        NOT_ATTRIBUTABLE: f"{version} states no units, or no revenue, so that volume and price cannot be told apart",
    }
    return {step: texts[step] for step in (*STEPS[measure], NOT_ATTRIBUTABLE)}


@dataclass(frozen=True, slots=True)
class Explained:
    """One bridge, explained.

    Parameters
    ----------
    version
        The other end.
    measure
        `revenue` or `gross_margin`.
    cells
        item, location, family, start, the steps, end; plan currency.
    levels
        By family `by_item` and `by_region`: whether the other version knows them; `with_units`.
    from_periods, to_periods
        The periods compared and the rates they are valued at, in words.
    """

    version: str
    measure: str
    cells: pd.DataFrame
    levels: pd.DataFrame
    from_periods: str
    to_periods: str

    @property
    def steps(self) -> list[str]:
        """The steps of this bridge: those of its measure where some family has units, Not attributable where something compared belongs to one that has none."""
        attributed = STEPS[self.measure] if self.levels["with_units"].any() else ()
        return [*attributed, *([NOT_ATTRIBUTABLE] if NOT_ATTRIBUTABLE in self.cells else [])]


def bridge_rows(explained: Explained) -> pd.DataFrame:
    """BRIDGES rows of one bridge: `All`, every family with every step, then its items without the steps that are zero.

    Items stand where the other version knows them: the `TOP_ITEMS` of each family by absolute change, the greatest first, and all
    the rest in one line, so that the items of a family add up to it in every step.
    """
    cells, columns = explained.cells, ["start", *explained.steps, "end"]
    families = cells.groupby("family", observed=True)[columns].sum()
    # the total stands for a family that bears its name, such as cells that are known in total only
    families.index = families.index.astype(object)
    families = pd.concat([cells[columns].sum().to_frame(ALL).T, families[families.index != ALL]])
    by_item = explained.levels.index[explained.levels["by_item"]]
    items = _items_that_matter(cells[cells["family"].isin(by_item)], columns)
    blocks = pd.concat(
        [
            families.rename_axis("family").reset_index().assign(item="", place=-1, others=0),
            items.reset_index(drop=True),
        ],
        ignore_index=True,
    )
    blocks = blocks.assign(first=blocks["family"] != ALL).sort_values(
        ["first", "family", "place"], kind="stable", ignore_index=True
    )
    return _lines(blocks, columns, explained)


def _items_that_matter(cells: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """One row per item that stands by itself and one for the others of its family: family, item, place, others, figures."""
    items = cells.groupby(["family", "item"], observed=True)[columns].sum().reset_index().astype({"family": object, "item": object})
    items = items[(items[columns] != 0).any(axis=1)]
    items = items.assign(change=(items["end"] - items["start"]).abs()).sort_values(
        ["family", "change", "item"], ascending=[True, False, True], kind="stable"
    )
    place = items.groupby("family").cumcount()
    count = items.groupby("family")["item"].transform("size")
    # one other item stands by itself as well as any line could for it
    apart = (place < TOP_ITEMS) | (count == TOP_ITEMS + 1)
    items = items.assign(place=place.where(apart, TOP_ITEMS + 1), item=items["item"].where(apart, OTHER_ITEMS))
    lines = items.groupby(["family", "place", "item"])
    summed, size = lines[columns].sum().reset_index(), lines.size().to_numpy()
    return summed.assign(others=np.where(summed["item"] == OTHER_ITEMS, size, 0))


def _lines(blocks: pd.DataFrame, columns: list[str], explained: Explained) -> pd.DataFrame:
    """One line per block and step; the order counts the lines of a block."""
    amounts = blocks[columns].to_numpy(dtype=float)
    # a step that is nothing but float noise reads as the zero that it is
    noise = 1e-13 * (np.abs(amounts[:, :1]) + np.abs(amounts[:, -1:]))
    amounts = np.where(np.abs(amounts) > noise, amounts, 0.0)
    shown = (amounts != 0) | (blocks["item"] == "").to_numpy()[:, None]
    shown[:, [0, -1]] = True
    row, step = np.nonzero(shown)
    label = _LABELS[explained.measure]
    texts = {
        "start": f"{label} of {explained.version.lower()}, {explained.from_periods}",
        "end": f"{label} of the plan, {explained.to_periods}",
    } | conventions(explained.version, explained.measure)
    names = {"start": explained.version, "end": PLAN}
    notes = np.array([texts[name] for name in columns], dtype=object)[step] + _suffixes(blocks, explained)[row, step]
    return pd.DataFrame(
        {
            "bridge": f"{explained.version} to plan",
            "measure": explained.measure,
            "family": blocks["family"].to_numpy(dtype=object)[row],
            "item": blocks["item"].to_numpy(dtype=object)[row],
            "step": np.array([names.get(name, name) for name in columns], dtype=object)[step],
            "order": (np.cumsum(shown, axis=1) - 1.0)[row, step],
            "amount": amounts[row, step],
            "note": notes,
        }
    )[list(frames.BRIDGES.columns)]


def _suffixes(blocks: pd.DataFrame, explained: Explained) -> np.ndarray[tuple[int, int], np.dtype[np.object_]]:
    """What must be added to the note of each block and step: the level of what is known, and how many items a line stands for."""
    columns = ["start", *explained.steps, "end"]
    levels = explained.levels
    known = {name: _level(name, *flags) for name, *flags in levels[["by_item", "by_region"]].itertuples(name=None)}
    several = len(set(known.values())) > 1
    of_all = "; known family by family at its own level" if several else next(iter(known.values()), "")
    of_block = [known.get(family, of_all) for family in blocks["family"]]
    by_rule = np.array([step not in ("start", "end", "FX", "Unexplained", NOT_ATTRIBUTABLE) for step in columns])
    suffixes = np.where(by_rule, np.array(of_block, dtype=object)[:, None], "")
    is_total = (blocks["family"] == ALL).to_numpy() & (len(levels) > 1)
    volume = np.array([step == "Volume" for step in columns])
    suffixes[np.ix_(is_total, volume)] += "; sum of the families: a shift between families is volume"
    others = blocks["others"].to_numpy()
    suffixes[others > 0, 0] = [f"; {count} items" for count in others[others > 0]]
    return suffixes.astype(object)


def _level(family: str, by_item: bool, by_region: bool) -> str:
    """How finely a family is known, where that is not by item and location."""
    if by_item:
        return "" if by_region else "; known by item only"
    if family == ALL:
        return "; known by region only" if by_region else "; known in total only"
    return "; known by family and region only" if by_region else "; known by family only"
