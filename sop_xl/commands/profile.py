"""Where the program keeps what is the user's and no workbook's: the log, runs under way, results to go back to."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

PLACE = "SOP_XL_PROFILE"
"""Environment variable: a folder to use in place of the usual one."""


def profile_folder() -> Path:
    r"""The user's log folder for this program (on Windows `%LOCALAPPDATA%\sop_xl\Logs`); it need not exist yet."""
    stated = os.environ.get(PLACE)
    if stated:
        return Path(stated)
    from platformdirs import user_log_path

    return user_log_path("sop_xl", appauthor=False)


def log_file() -> Path:
    """The log that every run is written to."""
    return profile_folder() / "sop_xl.log"


def workbook_key(workbook: str) -> str:
    """A file name for what belongs to one workbook: part of its own name, for people, and a hash of its whole address.

    Parameters
    ----------
    workbook
        Full path, or the web address that Excel gives where the workbook lies in OneDrive or SharePoint; upper and lower case are the same.
    """
    stem = re.split(r"[\\/]", workbook)[-1].rpartition(".")[0] or "workbook"
    plain = re.sub(r"[^\w-]+", "_", stem)[:40]
    return f"{plain}-{hashlib.sha256(workbook.casefold().encode()).hexdigest()[:10]}"


def run_folder(workbook: str) -> Path:
    """Folder of the workbook's run; a workbook has one at a time."""
    return profile_folder() / "runs" / workbook_key(workbook)


def kept_file(workbook: str) -> Path:
    """File of the results that the workbook had before the last command wrote to it."""
    return profile_folder() / "kept" / f"{workbook_key(workbook)}.pickle"
