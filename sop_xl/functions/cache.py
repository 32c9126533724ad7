"""Results by content: the same function of the same numbers is computed once, however many cells ask for it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from sop_xl import __version__
from sop_xl.functions.registry import CellResult

LARGEST = 64 * 2**20
"""Bytes that all kept results may take together, as estimated."""

_VALUE_BYTES, _ROW_BYTES, _ENTRY_BYTES = 40, 100, 400  # a cell's value, a row of them, and what an entry needs beside


class ResultCache:
    """Results by key; those that were not asked for the longest go first.

    Parameters
    ----------
    largest
        Bytes, as estimated from the number of cells. A larger result is not kept at all.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self.largest, self.size, self.hits, self.misses = largest, 0, 0, 0
        self._kept: OrderedDict[bytes, tuple[CellResult, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> CellResult:
        """The result, rows of its own; `None` where it is not known."""
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return _copy(found[0])

    def put(self, key: bytes, result: CellResult) -> None:
        """Keep a result."""
        size = _bytes_of(result)
        if size > self.largest:
            return
        self.size -= self._kept.pop(key, (None, 0))[1]
        self._kept[key] = (_copy(result), size)
        self.size += size
        while self.size > self.largest:
            _, (_, gone) = self._kept.popitem(last=False)
            self.size -= gone

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self.size = self.hits = self.misses = 0


RESULTS = ResultCache()
"""The results of this process."""


def key_of(name: str, upright: bool, values: Sequence[Any]) -> bytes:
    """Key of a call: function, version of the package, direction of the result and the bytes of every argument.

    Parameters
    ----------
    values
        Arguments as `values.coerced` gives them, so that 12 and 12.0, or a row and the flat list of its cells, are the same.
    """
    digest = hashlib.blake2b(f"{name}\x1f{__version__}\x1f{upright}".encode(), digest_size=20)
    for value in values:
        # kind and length stand before the bytes, so that no two different lists of arguments run together
        if isinstance(value, np.ndarray) and value.dtype != object:
            plain = np.where(np.isnan(value), np.nan, value + 0.0)  # one NaN, one zero
            digest.update(f"\x1earray{value.shape}".encode() + plain.tobytes())
        else:
            text = repr(value.tolist() if isinstance(value, np.ndarray) else value)
            digest.update(f"\x1e{type(value).__name__}{len(text)}:{text}".encode())
    return digest.digest()


def _copy(result: CellResult) -> CellResult:
    return [list(row) for row in result] if isinstance(result, list) else result


def _bytes_of(result: CellResult) -> int:
    if not isinstance(result, list):
        return _ENTRY_BYTES + (len(result) if isinstance(result, str) else 0)
    cells = [value for row in result for value in row]
    text = sum(len(value) for value in cells if isinstance(value, str))
    return _ENTRY_BYTES + _ROW_BYTES * len(result) + _VALUE_BYTES * len(cells) + text
