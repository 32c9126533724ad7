"""Several frames and a text in one piece of bytes: the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pandas as pd

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every entry, so that no clock is in the bytes."""
_HEAD = "head"


def frames_packed(head: str, frames: Mapping[str, pd.DataFrame]) -> bytes:
    """A text and frames, by name, as bytes; the row index is left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_HEAD, _EPOCH), head)
        for name, frame in sorted(frames.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _EPOCH), parquet_bytes(frame))
    return target.getvalue()


def frames_unpacked(content: bytes) -> tuple[str, dict[str, pd.DataFrame]]:
    """What was packed.

    Raises
    ------
    ValueError
        Where the bytes are damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            named = {n.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(archive.read(n))) for n in archive.namelist() if n != _HEAD}
            return archive.read(_HEAD).decode("utf-8"), named
    except Exception as error:
        raise ValueError(f"damaged ({type(error).__name__})") from error


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as Parquet without its row index; texts that repeat compress to next to nothing."""
    content: bytes | None = frame.reset_index(drop=True).to_parquet(None, index=False, compression="zstd", compression_level=19)
    assert content is not None
    return content
