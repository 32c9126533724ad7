"""The archive beside the workbook: published plans that have left it, each a folder of Parquet files that any tool reads."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pandas as pd

from sop_xl.commands.approved_sheets import APPROVED_PLAN
from sop_xl.commands.published import GROUPS, Published, head_of, published_from
from sop_xl.commands.record_proof import changed_frames
from sop_xl.errors import HostError
from sop_xl.hosts.folders import read_folder, write_folder
from sop_xl.hosts.frame_archive import parquet_bytes

RECORD = "record.json"
APPROVED_FILE = "approved_plan.parquet"
_OF_THE_ARCHIVE = ("hash", "files")
"""What `record.json` says beyond the head of the record."""


def archive_folder(workbook: Path) -> Path:
    """Where the plans of a workbook go."""
    return workbook.parent / f"{workbook.stem}_archive"


def archived_files(published: Published, digest: str) -> dict[str, bytes]:
    """Files of one plan by their path in its folder; the same plan gives the same bytes.

    `approved_plan.parquet`, a file per input, detail and result in folders of these names, and `record.json` with who approved what and when, the
    hash of the approved plan, the settings, the digest of each frame, and rows and SHA-256 of each file.
    """
    frames = {f"{group}/{name}.parquet": frame for group in GROUPS for name, frame in getattr(published, group).items() if name != APPROVED_PLAN}
    if APPROVED_PLAN in published.results:
        frames[APPROVED_FILE] = published.results[APPROVED_PLAN]
    files = {path: parquet_bytes(frame) for path, frame in sorted(frames.items())}
    listed = {path: {"rows": len(frames[path]), "sha256": hashlib.sha256(content).hexdigest()} for path, content in files.items()}
    record = head_of(published) | {"hash": digest, "files": listed}
    return {RECORD: (json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8"), **files}


def write_archived(archive: Path, label: str, published: Published, digest: str) -> str:
    """Write one plan to the archive and give its place relative to the workbook, such as `plan_archive/2026-03_v1`.

    A folder that holds the same plan already, as after a run that broke off, serves; one that holds another plan of that name stays as it is, and
    the plan goes beside it.

    Raises
    ------
    HostError
        Where the folder cannot be written.
    """
    files = archived_files(published, digest)
    stem = f"{label}_v{published.version}"
    count = 1
    while (place := archive / (stem if count == 1 else f"{stem}_{count}")).exists():
        if _holds(place, files):
            break
        count += 1
    else:
        write_folder(place, files)
    return f"{archive.name}/{place.name}"


def _holds(place: Path, files: dict[str, bytes]) -> bool:
    try:
        return read_folder(place) == files
    except HostError:
        return False


def read_archived(place: Path) -> tuple[Published, str]:
    """A plan of the archive and the hash that was recorded of it.

    Raises
    ------
    HostError
        Where the folder is missing, a file of it is missing, damaged or was changed, even where its SHA-256 in `record.json` was changed with it.
    """
    files = read_folder(place)
    try:
        record = json.loads(files[RECORD])
        listed = {path: str(entry["sha256"]) for path, entry in record["files"].items()}
        digest = str(record["hash"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise HostError(f"{place.name}/{RECORD} is missing or damaged") from None
    groups: dict[str, dict[str, pd.DataFrame]] = {group: {} for group in GROUPS}
    for path, expected in listed.items():
        if path not in files:
            raise HostError(f"{place.name}/{path} is missing")
        if hashlib.sha256(files[path]).hexdigest() != expected:
            raise HostError(f"{place.name}/{path} was changed since it was archived")
        frame = _frame(place, path, files[path])
        if path == APPROVED_FILE:
            groups["results"][APPROVED_PLAN] = frame
        else:
            group, _, name = path.removesuffix(".parquet").partition("/")
            groups[group][name] = frame
    published = published_from({name: value for name, value in record.items() if name not in _OF_THE_ARCHIVE}, groups)
    if changed := changed_frames(published):
        raise HostError(f"{place.name}: {changed[0]} is not as it was published")
    return published, digest


def _frame(place: Path, path: str, content: bytes) -> pd.DataFrame:
    try:
        return pd.read_parquet(io.BytesIO(content))
    except Exception:  # whatever a reader makes of bytes that are no Parquet
        raise HostError(f"{place.name}/{path} is damaged") from None
