"""LibreOffice as a calculator: hand it a copy of a workbook, take back what it computed.

It runs without a window, with a throw-away profile that makes it calculate everything on loading, fetch nothing from
outside and run no macro. Its own file is never kept: it loses much of what a planner's workbook holds.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.tabs import drop_print_names
from sop_xl.hosts.workbook import Workbook

TIMEOUT = 300.0
"""Seconds that LibreOffice may take for one workbook."""
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
)
_LOADING = ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode")
_SETTINGS = (
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),  # 2: never follow links to other files
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),  # TEXT() must not depend on the machine
)


def find_libreoffice() -> str | None:
    """Path of the LibreOffice program, `None` where it is not installed."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _USUAL_PLACES if Path(place).exists()), None)


def calculate(program: str, blob: bytes, suffix: str, timeout: float = TIMEOUT) -> Package:
    """The workbook as LibreOffice computed and saved it; raises as `convert` does."""
    return Package(convert(program, _without_print_titles(blob), suffix, "xlsx:Calc MS Excel 2007 XML", timeout), "the calculated copy")


def _without_print_titles(blob: bytes) -> bytes:
    """A copy that repeats nothing on its printed pages.

    While it loads, LibreOffice breaks every sheet with repeated columns into pages, which takes longer than computing all formulas.
    """
    book = Workbook(Package(blob, "the copy to calculate"))
    drop_print_names(book, ("Print_Titles",), range(len(book.sheets())))
    return book.package.to_bytes()


def convert(program: str, blob: bytes, suffix: str, to: str, timeout: float = TIMEOUT, *, compute: bool = True) -> bytes:
    """The workbook converted to another format, `to` being an extension with, after a colon, LibreOffice's filter.

    With `compute` every formula is computed on loading; without, stored results are taken.

    Raises
    ------
    HostError
        Where LibreOffice takes too long or produces nothing.
    """
    with tempfile.TemporaryDirectory(prefix="sop_xl_", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        source, results, profile = root / f"book{suffix}", root / "results", root / "profile"
        source.write_bytes(blob)
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_registry(compute), encoding="utf-8")
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault",
            "--convert-to", to,
            "--outdir", str(results),
            str(source),
        ]  # fmt: skip
        said = _run(command, timeout)
        made = results / f"book.{to.partition(':')[0]}"
        if not made.exists():
            raise HostError(f"LibreOffice could not calculate the workbook: {said or 'it gave no reason'}")
        return made.read_bytes()


def _registry(compute: bool) -> str:
    chosen = [*_SETTINGS, (*_LOADING, "0" if compute else "1")]  # 0: always calculate on loading, 1: never
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in chosen
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>\n'


def _run(command: list[str], timeout: float) -> str:
    """Run a command in a process group of its own, so that all of it can be ended; its last words on the error stream."""
    try:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise HostError(f"LibreOffice could not be started: {error.strerror or error}") from None
    try:
        _, said = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        raise HostError(
            f"LibreOffice took longer than {timeout:.0f} s to calculate the workbook and was stopped"
        ) from None
    except BaseException:
        _end(process)
        raise
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:160] if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def version_of(calculated: Package) -> str:
    """Version of the LibreOffice that wrote a package, `""` where it does not say."""
    if not calculated.has("docProps/app.xml"):
        return ""
    match = re.search(r"<Application>LibreOffice/([\d.]+)", calculated.text("docProps/app.xml"))
    return match[1] if match else ""
