"""Rows with wildcards: which of them hold for what, and which one is the narrowest.

An item is narrower than a family, a family than a location, a location than further classes (the more of them, the narrower): a row that
names an item beats every row that names none, whatever else they name; of two rows that both name one, or both none, the family decides,
then the location, then the number of classes. Of equally narrow rows the last one holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Positions

SCOPE = ("item", "family", "location")


def widest_first(rows: pd.DataFrame, classes: Sequence[str] = ()) -> Positions:
    """Positions of the rows from the widest scope to the narrowest, equal ones in their own order.

    Parameters
    ----------
    rows
        item, family, location and the classes, `""` = every one.
    classes
        Further columns that narrow a scope, all of them alike.
    """
    named = (rows[[*SCOPE, *classes]] != "").to_numpy()
    keys = (named[:, 3:].sum(axis=1), named[:, 2], named[:, 1], named[:, 0])
    return np.lexsort(keys)  # stable; the last key counts first


def in_scope(rows: pd.DataFrame, things: pd.DataFrame, classes: Sequence[str] = ()) -> pd.DataFrame:
    """Every pair of a row and a thing within its scope.

    Parameters
    ----------
    rows
        item, family, location and the classes, `""` = every one.
    things
        The same columns, each with the one label of the thing.
    classes
        Further columns of the scope.

    Returns
    -------
    DataFrame
        row, thing (positions); the pairs of one thing together, things ascending, from its widest row to its narrowest, so that the last pair of
        a group is the one that holds.
    """
    columns = [*SCOPE, *classes]
    named = (rows[columns] != "").to_numpy()
    rank = np.empty(len(rows), dtype=np.intp)
    rank[widest_first(rows, classes)] = np.arange(len(rows))
    labels = things[columns].reset_index(drop=True).rename_axis("thing").reset_index()
    parts = [pd.DataFrame({"row": [], "thing": []}, dtype=np.intp)]
    # rows that name the same columns are matched in one join
    for pattern in np.unique(named, axis=0):
        row = np.flatnonzero((named == pattern).all(axis=1))
        on = [name for name, is_named in zip(columns, pattern, strict=True) if is_named]
        wanted = rows[on].iloc[row].assign(row=row)
        parts.append(labels[[*on, "thing"]].merge(wanted, on=on or None, how="inner" if on else "cross")[["row", "thing"]])
    pairs = pd.concat(parts, ignore_index=True).astype(np.intp)
    order = np.lexsort((rank[pairs["row"].to_numpy()], pairs["thing"].to_numpy()))
    return pairs.iloc[order].reset_index(drop=True)
