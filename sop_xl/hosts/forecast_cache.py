"""Fitted forecasts, and solved scenarios, on disk, by the hash of what they were made from, so that nothing unchanged is computed again.

Safe to delete at any moment: a missing or damaged entry only means that the forecast is computed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

KEPT = {"forecasts": 40, "scenarios": 400}
"""Entries kept of each kind; the least recently used go first."""


FORECASTS = "forecasts"


def cache_folder(kind: str = FORECASTS) -> Path:
    """The user's cache folder for that kind of content; in the one that the environment variable `SOP_XL_CACHE` names, forecasts lie at the top."""
    named = os.environ.get("SOP_XL_CACHE")
    if named:
        return Path(named) if kind == FORECASTS else Path(named) / f".{kind}"
    from platformdirs import user_cache_path

    return user_cache_path("sop_xl", appauthor=False) / kind


def load(key: str, kind: str = FORECASTS) -> dict[str, pd.DataFrame] | None:
    """The frames stored under `key`, or `None` when there is no whole entry."""
    entry = cache_folder(kind) / key
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


def store(key: str, frames: Mapping[str, pd.DataFrame], kind: str = FORECASTS) -> None:
    """Keep the frames under `key`. A cache that cannot be written is no reason to fail: then nothing is kept."""
    folder = cache_folder(kind)
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
        _forget_oldest(folder, KEPT[kind])
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)


def _forget_oldest(folder: Path, kept: int) -> None:
    entries = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime)
    for entry in entries[:-kept]:
        shutil.rmtree(entry, ignore_errors=True)
