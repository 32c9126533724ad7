"""SHA-256 of a frame's content: the same wherever the frame was kept and whichever library reads it."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd


def frame_digest(frame: pd.DataFrame) -> str:
    """SHA-256, in hexadecimal digits, of column names and values in their order; the row index does not count.

    Numbers are hashed as 64-bit floats, days as nanoseconds since 1970, texts as the list of those that differ and each row's place in it; all
    little-endian. Absent values are equal to each other, and to nothing else.
    """
    digest = hashlib.sha256(_text([len(frame), [str(name) for name in frame.columns]]))
    for _, column in frame.items():
        digest.update(_content(column))
    return digest.hexdigest()


def _content(column: pd.Series) -> bytes:
    if pd.api.types.is_bool_dtype(column.dtype):
        return b"flags" + column.to_numpy(dtype="u1").tobytes()
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return b"days" + column.to_numpy(dtype="datetime64[ns]").astype("<i8").tobytes()
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype="<f8", na_value=np.nan) + 0.0
        return b"numbers" + np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes()
    places, different = pd.factorize(column)
    return b"texts" + _text([str(value) for value in different]) + places.astype("<i8").tobytes()


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
