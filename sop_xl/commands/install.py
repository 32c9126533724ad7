"""The add-in into Excel and out again: one file in the folder from which Excel loads add-ins by itself; no registry, no rights of an administrator."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sop_xl.commands.about import xlwings_version
from sop_xl.commands.machine import ON_A_MAC, SCRIPT_FOLDER_MAC, start_folder
from sop_xl.commands.report import ExitCode, Report
from sop_xl.errors import HostError
from sop_xl.hosts.files import made_folder, replace_file

ADDIN_NAME = "sop_xl.xlam"
Builder = Callable[[str], bytes]
"""Makes the add-in for an interpreter's full path."""


def install_addin(to: Path | None = None, *, build: Builder | None = None, interpreter: str | None = None, system: str | None = None) -> Report:
    """Put the add-in where Excel loads it from at every start.

    Parameters
    ----------
    to
        Folder to put it into; the user's start folder of Excel where absent.
    build
        Makes the add-in; by default from the installed package.
    interpreter
        Python that will compute; by default the one that runs this.
    system
        Name of the system; that of this machine where absent.

    Returns
    -------
    Report
        Says what was done; installing twice does nothing the second time. Exit code 2 where the system has no Excel and no folder is named.

    Raises
    ------
    HostError
        Where the file cannot be written: Excel has it open, or the folder is read-only.
    """
    system = system or platform.system()
    folder = to or start_folder(system)
    if folder is None:
        return _no_excel("install", system)
    content = (build or _built)(interpreter or window_interpreter(sys.executable, system))
    target = folder / ADDIN_NAME
    before = target.read_bytes() if target.exists() else None
    done = []
    if before == content:
        done.append(f"{target} is there already and up to date")
    else:
        made_folder(folder)
        replace_file(target, content)
        done.append(f"{target} {'replaced' if before else 'written'} ({len(content):,} bytes); start Excel anew, the tab S&OP is beside Home")
    if system == "Darwin" and to is None:
        done.append(_enable_scripts())
        done.append(ON_A_MAC)
    return Report("install", "", summary=". ".join(done) + ".", facts={"addin": str(target), "changed": before != content, "version_of_xlwings": xlwings_version()})


def uninstall_addin(from_: Path | None = None, *, system: str | None = None) -> Report:
    """Take the add-in out of the folder from which Excel loads it; doing so twice does nothing the second time.

    Raises
    ------
    HostError
        Where the file cannot be removed, as when Excel has it open.
    """
    system = system or platform.system()
    folder = from_ or start_folder(system)
    if folder is None:
        return _no_excel("uninstall", system)
    target = folder / ADDIN_NAME
    there = target.exists()
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise HostError(f"{target} could not be removed; close Excel and try again ({error.strerror})") from None
    told = f"{target} removed; workbooks keep their values" if there else f"{target} is not there, so nothing was removed"
    return Report("uninstall", "", summary=f"{told}.", facts={"addin": str(target), "changed": there})


def window_interpreter(executable: str, system: str) -> str:
    """The interpreter without a console window, where Windows has one beside this."""
    path = Path(executable)
    silent = path.with_name("pythonw.exe")
    return str(silent) if system == "Windows" and silent.exists() else str(path)


def _built(interpreter: str) -> bytes:
    from sop_xl.addin.build import build_addin

    return build_addin(interpreter=interpreter)


def _no_excel(command: str, system: str) -> Report:
    told = f"{system} has no Excel to {command} the add-in {'into' if command == 'install' else 'from'}; name a folder with {'--to' if command == 'install' else '--from'}"
    return Report(command, "", ExitCode.FAILED, told)


def _enable_scripts() -> str:
    """Put xlwings' script where Excel for Mac looks for it: its macros may call nothing else."""
    from importlib.util import find_spec

    spec = find_spec("xlwings")
    source = Path(spec.origin).parent / f"xlwings-{xlwings_version()}.applescript" if spec and spec.origin else None
    if source is None or not source.exists():
        raise HostError("xlwings is not installed or lacks its script; install it again")
    folder = Path.home() / SCRIPT_FOLDER_MAC
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
    except OSError as error:
        raise HostError(f"{folder / source.name} could not be written ({error.strerror})") from None
    return f"{folder / source.name} lets Excel's macros call Python"
