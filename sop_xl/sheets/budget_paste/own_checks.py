"""What a budget in the sheet's own columns may get wrong though every cell reads well: costs below zero, and a row beside its own parts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from sop_xl.blocks import Block
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show
from sop_xl.sheets.grids import line_currencies
from sop_xl.sheets.read import Reading

_LABELS = ("family", "item", "region")


def own_problems(reading: Reading, block: Block, family_of: Mapping[str, str]) -> list[Problem]:
    """Warnings of a budget that the sheet's own reader has read; nothing in it is changed.

    Parameters
    ----------
    reading
        With labels and values.
    block
        The cells it was read from.
    family_of
        Family of each item.
    """
    figures = _figures(reading, block, family_of)
    return [*_negative_costs(figures, reading.sheet), *_counted_twice(figures, reading.sheet)]


def _figures(reading: Reading, block: Block, family_of: Mapping[str, str]) -> pd.DataFrame:
    """One row per filled cell: labels, owner, measure, currency, period, number and cell; an item has the family of Items."""
    labels, values = reading.labels, reading.values
    assert labels is not None and values is not None
    measures = np.array(reading.spec.measures, dtype=object)
    figures = pd.DataFrame({name: np.array(labels.values[name], dtype=object)[values.line] for name in (*_LABELS, "owner")}).fillna("")
    figures["family"] = figures["item"].map(family_of).fillna(figures["family"])
    rows = np.array(labels.rows, dtype=np.intp)
    return figures.assign(
        measure=measures[values.measure], currency=np.array(line_currencies(reading.spec, labels, reading.settings.plan_currency), dtype=object)[values.line],
        period=values.period, number=values.number, cell=[block.address(int(i), int(j)) for i, j in zip(rows[values.line], values.column, strict=True)],
    )  # fmt: skip


def _negative_costs(figures: pd.DataFrame, sheet: str) -> list[Problem]:
    """Costs are positive: one below zero raises the margin. A credit may be meant, so that it counts as it stands."""
    costs = figures[(figures["measure"] == "cost") & (figures["number"] != 0)]
    below = costs[costs["number"] < 0]
    if below.empty:
        return []
    first = below.iloc[0]
    words = f"expected costs above zero: {len(below)} of {len(costs)} are below and reduce the cost"
    return [Problem(sheet, first["cell"], "budget-cost-signs", words, show(first["number"]), "the first of them; type costs positive", Severity.WARNING)]


def _counted_twice(figures: pd.DataFrame, sheet: str) -> list[Problem]:
    """A figure of a family, a region or everything beside one of its own parts, of the same owner, measure, currency and period: both count.

    A zero holds nothing twice.
    """
    said = figures[figures["number"] != 0]
    shape = [tuple(row) for row in (said[list(_LABELS)] != "").to_numpy().tolist()]
    of_shape = {own: said[[own == other for other in shape]] for own in dict.fromkeys(shape)}
    found = []
    for coarse, fine in product(of_shape, of_shape):
        if coarse == fine or not all(b or not a for a, b in zip(coarse, fine, strict=True)):
            continue
        on = [*(name for name, kept in zip(_LABELS, coarse, strict=True) if kept), "owner", "measure", "currency", "period"]
        found.append(of_shape[coarse].reset_index().merge(of_shape[fine].reset_index().drop_duplicates(on), on=on, suffixes=("", "_part")))
    pairs = pd.concat(found).drop_duplicates("index").sort_values("index", kind="stable") if found else pd.DataFrame()
    if pairs.empty:
        return []
    first, more = pairs.iloc[0], len(pairs) - 1
    named = [first[name] for name in _LABELS if first[name]]
    got = show(" ".join(named)) if named else "no label"
    words = f"counts beside its own part in {first['cell_part']}: both are added up"
    hint = "clear one of them if the one holds the other" + (f"; {more} more such cells" if more else "")
    return [Problem(sheet, first["cell"], "budget-counted-twice", words, got, hint, Severity.WARNING)]
