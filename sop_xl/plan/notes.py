"""What planning assumed, converted or left out, as rows that a planner can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd


class Note(NamedTuple):
    """One thing that a planner must know.

    Parameters
    ----------
    frame
        Name of the frame that it is about, e.g. `overrides`; the sheet of that name holds the row.
    key
        Key of the row, parts joined by ` / `; `""` when it is about the whole frame.
    rule
        Stable identifier in kebab case.
    note
        One sentence in the planner's terms.
    """

    frame: str
    key: str
    rule: str
    note: str


def notes_frame(notes: Iterable[Note]) -> pd.DataFrame:
    """Notes as a table (frame, key, rule, note), each said once, in the order in which they arose."""
    unique = list(dict.fromkeys(notes))
    return pd.DataFrame(unique, columns=list(Note._fields), dtype="object")


def some_of(names: Iterable[str], most: int = 3) -> str:
    """The first few names in sorted order, and how many more there are: `A, B, C and 9 more`."""
    ordered = sorted(set(names))
    text = ", ".join(ordered[:most])
    return text if len(ordered) <= most else f"{text} and {len(ordered) - most} more"
