"""Columns of a category or a family beside columns of its parts: their totals, never counted a second time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sop_xl.sheets.budget_paste.columns import FIGURES, TOTAL, UNKNOWN, Column
from sop_xl.sheets.budget_paste.meaning import Meaning
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.rows import Line

CENT = 0.005


def mark_coarse_columns(columns: Sequence[Column], lines: Sequence[Line], table: np.ndarray[Any, np.dtype[np.float64]], known: Known) -> None:
    """A column that names a category beside columns of its families, or a family beside columns of its items.

    It is a total where it equals their sum in every row, and not understood where it does not.

    Parameters
    ----------
    table
        (lines, columns), as pasted.
    """
    figures = np.array([line.kind == FIGURES for line in lines], dtype=bool)
    sums = np.nan_to_num(table[figures])
    # families are settled before the categories that hold them
    for size in ("family", "category"):
        for m, column in enumerate(columns):
            if column.role != FIGURES or column.decided or not getattr(column.meaning, size) or column.meaning.item:
                continue
            parts = [k for k, other in enumerate(columns) if k != m and other.role == FIGURES and _holds(column.meaning, other.meaning, known)]
            if not parts:
                continue
            noun = "families" if size == "category" else "items"
            equal = bool((np.abs(sums[:, m] - sums[:, parts].sum(axis=1)) <= CENT).all())
            column.role, column.inferred = (TOTAL, True) if equal else (UNKNOWN, False)
            column.words.append(f"its {noun} stand beside it")
            column.doubt = "" if equal else f"expected the sum of its {noun}, which stand beside it"


def _holds(coarse: Meaning, fine: Meaning, known: Known) -> bool:
    """Whether figures of the one hold those of the other."""
    if any(getattr(coarse, name) != getattr(fine, name) for name in ("region", "owner", "measure", "currency", "version", "when")):
        return False
    family = known.family_of.get(fine.item, fine.family)
    if coarse.category:
        return bool(family) and known.category_of.get(family, "") == coarse.category
    return bool(fine.item) and family == coarse.family
