"""A short text that stands for content: equal content gives equal text, in every process and on every day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd


def fingerprint(*parts: object) -> str:
    """Hash of frames, arrays, numbers, texts, and of dataclasses, mappings and sequences of them.

    Frames count by their columns, types and values in their order, not by their index. Absent numbers are equal to each other.

    Raises
    ------
    TypeError
        For a kind of content that is none of these: nothing is taken for equal that was not looked at.
    """
    digest = hashlib.sha256()
    _add(digest, parts)
    return digest.hexdigest()[:32]


def _add(digest: Any, part: object) -> None:
    if isinstance(part, pd.DataFrame):
        digest.update(f"frame {len(part)} {list(map(str, part.columns))} {[str(t) for t in part.dtypes]}".encode())
        digest.update(pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes())
    elif isinstance(part, np.ndarray):
        digest.update(f"array {part.shape} {part.dtype}".encode())
        if part.dtype == object:
            digest.update(repr(part.tolist()).encode())
        else:
            digest.update(np.ascontiguousarray(part).tobytes())
    elif is_dataclass(part) and not isinstance(part, type):
        digest.update(type(part).__name__.encode())
        for one in fields(part):
            digest.update(f".{one.name}=".encode())
            _add(digest, getattr(part, one.name))
    elif isinstance(part, Mapping):
        digest.update(f"mapping {len(part)}".encode())
        for key in sorted(part, key=str):
            digest.update(f"{key!r}:".encode())
            _add(digest, part[key])
    elif isinstance(part, frozenset | set):
        _add(digest, sorted(part, key=str))
    elif isinstance(part, list | tuple):
        digest.update(f"sequence {len(part)}".encode())
        for each in part:
            _add(digest, each)
    elif part is None or isinstance(part, str | bool | int | float | np.generic | pd.Timestamp):
        digest.update(f"{type(part).__name__} {part!r};".encode())
    else:
        raise TypeError(f"a fingerprint knows no {type(part).__name__}")
