"""Fitted forecasts on disk, by the hash of what they were fitted on, so that an unchanged history is not fitted again.

Safe to delete at any moment: a missing or damaged entry only means that the forecast is computed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

KEPT = 40
"""Entries kept; the least recently used go first."""


def cache_folder() -> Path:
    """The user's cache folder, or the one that the environment variable `SOP_XL_CACHE` names."""
    named = os.environ.get("SOP_XL_CACHE")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("sop_xl", appauthor=False) / "forecasts"


def load(key: str) -> dict[str, pd.DataFrame] | None:
    """The frames stored under `key`, or `None` when there is no whole entry."""
    entry = cache_folder() / key
    try:
        names = (entry / "complete").read_text(encoding="utf-8").split()
        frames = {name: pd.read_feather(entry / f"{name}.feather") for name in names}
        os.utime(entry)
    except (OSError, ValueError, ImportError):
        return None
    except Exception as error:  # a damaged file may raise anything of the reader's own
        if type(error).__module__.startswith("pyarrow"):
            return None
        raise
    return frames


def store(key: str, frames: Mapping[str, pd.DataFrame]) -> None:
    """Keep the frames under `key`. A cache that cannot be written is no reason to fail: then nothing is kept."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    except OSError:
        return
    try:
        for name, frame in frames.items():
            frame.to_feather(draft / f"{name}.feather", compression="uncompressed")
        (draft / "complete").write_text(" ".join(frames), encoding="utf-8")
        entry = folder / key
        if entry.exists():
            shutil.rmtree(entry, ignore_errors=True)
        draft.replace(entry)
        _forget_oldest(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)


def _forget_oldest(folder: Path) -> None:
    entries = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime)
    for entry in entries[:-KEPT]:
        shutil.rmtree(entry, ignore_errors=True)
