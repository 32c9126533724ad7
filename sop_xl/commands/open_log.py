"""Show the log in whatever program opens text files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sop_xl.commands.profile import log_file
from sop_xl.commands.report import ExitCode, Report

SHOWN_LINES = 20


def show_log(*, open_it: bool = False) -> Report:
    """Where the log is and its last lines; with `open_it` it opens, too. Without a log yet: exit code 0 and a line that says so."""
    path = log_file()
    if not path.exists():
        return Report("log", "", summary=f"{path}: nothing was logged yet", facts={"log": str(path), "lines": []})
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
    if open_it and not _open(path):
        return Report("log", "", ExitCode.FAILED, f"{path} could not be opened; open it by hand", facts={"log": str(path), "lines": lines})
    return Report("log", "", summary=f"The log is {path}", facts={"log": str(path), "lines": lines}, tables=[("Last lines", ["Log"], [[line] for line in lines])])


def _open(path: Path) -> bool:
    try:
        if os.name == "nt":
            os.startfile(path)  # type: ignore[attr-defined,unused-ignore]
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.Popen([opener, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError:
        return False
    return True
