"""What people changed in a table, counted: lines added, removed and changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def same_table(then: pd.DataFrame, now: pd.DataFrame) -> bool:
    """Whether two tables hold the same lines in the same order; absent is absent, whatever the column's type."""
    if len(then) != len(now):
        return False
    if not len(then):
        return True
    return set(then.columns) == set(now.columns) and not any(_differs(then[c], now[c]).any() for c in then.columns)


def changed_lines(then: pd.DataFrame, now: pd.DataFrame, keys: Sequence[str]) -> tuple[int, int, int]:
    """Lines added, removed, and changed under the same key. Lines of one key are told apart by their order."""
    old, new = (_keyed(table, keys) for table in (then, now))
    both = old.index.intersection(new.index, sort=False)
    compared = [c for c in old.columns if c in new.columns]
    changed = np.zeros(len(both), dtype=bool)
    for name in compared:
        changed |= _differs(old.loc[both, name], new.loc[both, name])
    return len(new) - len(both), len(old) - len(both), int(changed.sum())


def count_words(counts: tuple[int, int, int]) -> str:
    """`3 added, 1 removed, 2 changed`; `""` where nothing is."""
    named = zip(counts, ("added", "removed", "changed"), strict=True)
    return ", ".join(f"{count:,} {word}" for count, word in named if count)


def _keyed(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The table by its keys as texts, with the number of the line among those of the same key."""
    texts = table[list(keys)].astype(str)
    number = texts.groupby(list(keys)).cumcount() if len(texts) else pd.Series(dtype=int)
    index = pd.MultiIndex.from_arrays([*(texts[k] for k in keys), number.astype(int)])
    return table.drop(columns=list(keys)).set_axis(index, axis=0)


def _differs(then: pd.Series, now: pd.Series) -> np.ndarray:
    """Row by row; two absent values are the same."""
    old, new = then.reset_index(drop=True), now.reset_index(drop=True)
    absent = old.isna().to_numpy() & new.isna().to_numpy()
    if old.dtype != new.dtype:
        old, new = old.astype(object), new.astype(object)
    if isinstance(old.dtype, pd.CategoricalDtype):
        old, new = old.astype(object), new.astype(object)
    return np.asarray((old != new).to_numpy(dtype=bool) & ~absent)
