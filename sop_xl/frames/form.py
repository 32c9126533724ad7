"""What a frame is: its keys and columns, and the check that a caller kept to them.

Every frame is a tidy pandas table with a plain `RangeIndex`. Text columns hold `str` with `""` for "does not apply" (in a scope
column: every one), numbers are `float64` with NaN for absent, dates are `datetime64[ns]` with NaT for absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from sop_xl.errors import FrameError

Kind = Literal["text", "number", "date", "flag"]


@dataclass(frozen=True, slots=True)
class FrameSpec:
    """Form of one frame.

    Parameters
    ----------
    name
        Frame name; the same as the sheet's in snake case where the frame comes from a sheet.
    keys
        Columns that identify a row, in sort order; together they are unique.
    columns
        Every column, keys included, with its kind.
    optional
        Columns that may be missing; then nothing is known of them.
    open_keys
        Dates among the keys that may be absent: open.
    """

    name: str
    keys: tuple[str, ...]
    columns: dict[str, Kind] = field(hash=False)
    optional: frozenset[str] = frozenset()
    open_keys: frozenset[str] = frozenset()


def spec(name: str, keys: str, optional: str = "", open_keys: str = "", /, **columns: Kind) -> FrameSpec:
    """A frame's form with keys, optional columns and open keys as one text each."""
    return FrameSpec(name, tuple(keys.split()), dict(columns), frozenset(optional.split()), frozenset(open_keys.split()))


def empty_frame(spec: FrameSpec) -> pd.DataFrame:
    """A frame of that form without rows."""
    return pd.DataFrame({name: pd.Series(dtype=_DTYPES[kind]) for name, kind in spec.columns.items()})


_DTYPES: dict[str, str] = {"text": "object", "number": "float64", "date": "datetime64[ns]", "flag": "bool"}


def check_frame(frame: pd.DataFrame, spec: FrameSpec) -> pd.DataFrame:
    """Return `frame` unchanged when it has the form of `spec`.

    Extra columns are allowed. Raises `FrameError` naming the first column or key at fault: a wrong frame is a bug of
    the caller, never of the user, whose data were checked before they became a frame.
    """
    for name, kind in spec.columns.items():
        if name not in frame.columns:
            if name in spec.optional:
                continue
            raise FrameError(f"{spec.name}: column {name!r} is missing")
        if len(frame) and not _has_kind(frame[name], kind):
            raise FrameError(f"{spec.name}: column {name!r} is {frame[name].dtype}, not {kind}")
    keys = list(spec.keys)
    if len(frame):
        if any(frame[k].isna().any() for k in keys if k not in spec.open_keys):
            raise FrameError(f"{spec.name}: a key is absent")
        twice = frame.duplicated(keys)
        if twice.any():
            row = frame.loc[twice, keys].iloc[0].tolist()
            raise FrameError(f"{spec.name}: key {row} stands twice")
    return frame


def _has_kind(column: pd.Series, kind: Kind) -> bool:
    types = pd.api.types
    if kind == "number":
        return bool(types.is_float_dtype(column))
    if kind == "date":
        return bool(types.is_datetime64_any_dtype(column))
    if kind == "flag":
        return bool(types.is_bool_dtype(column))
    return bool(types.is_object_dtype(column) or types.is_string_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype))


def order_rows(frame: pd.DataFrame, spec: FrameSpec) -> pd.DataFrame:
    """Columns and rows in the defined order, index renumbered, so that the same content gives the same bytes."""
    return frame[list(spec.columns)].sort_values(list(spec.keys), kind="stable").reset_index(drop=True)
