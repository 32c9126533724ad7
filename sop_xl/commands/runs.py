"""A run in a process of its own, seen from outside: its order, its process, how far it is, what came of it.

Everything about a run lies in one folder of the user's profile, so that any process that knows the workbook can ask for it or end it.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from sop_xl.commands.profile import profile_folder, run_folder
from sop_xl.commands.report import Report
from sop_xl.errors import HostError
from sop_xl.hosts.memory import MemoryHost, Written

ORDER, STATUS, RESULT, REPORT, OUTPUT, PROCESS = "order.pickle", "status.json", "result.pickle", "report.json", "output.txt", "process.json"
SECONDS_BETWEEN_STATUS = 0.2
SECONDS_KEPT = 86_400
SECONDS_TO_END = 2


@dataclass(frozen=True)
class ProcessMark:
    """A process that can be told from a later one with the same number.

    Parameters
    ----------
    pid
        Its number.
    started
        When it began, in seconds, as the system counts.
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessMark:
        """The process that has this number now; raises `psutil.NoSuchProcess` where none has."""
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process, `None` where it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


@dataclass(frozen=True)
class Order:
    """What a worker is to do.

    Parameters
    ----------
    run
        Id of the run, on every line of the log.
    command
        Name as on the command line.
    workbook
        Its address, for people and for what is kept under it.
    arguments
        As on the command line.
    picture
        The workbook as it stood when the run began.
    owner
        Process without which the run has no use: it ends with it.
    """

    run: str
    command: str
    workbook: str
    picture: MemoryHost
    owner: ProcessMark
    arguments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """How far a run is: `running` or `finished`, what it does, and how much of that is done."""

    state: str
    message: str = ""
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int | None:
        """Share of what it does now; `None` where that is unknown."""
        return 100 * self.done // self.total if self.total else None


@dataclass(frozen=True)
class Result:
    """What came of a run: its report, and what is to be written to the workbook."""

    report: Report
    written: Written


class Run:
    """The run of one workbook.

    Parameters
    ----------
    workbook
        Its address; see `profile.workbook_key`.
    """

    def __init__(self, workbook: str) -> None:
        self.folder = run_folder(workbook)

    @property
    def exists(self) -> bool:
        """Whether one was started and not yet cleared away."""
        return (self.folder / PROCESS).exists()

    def start(self, order: Order) -> None:
        """Write the order and start the worker; what an earlier run left goes.

        Raises
        ------
        HostError
            Where the profile cannot be written or the process cannot be started.
        """
        forget_old_runs()
        try:
            self.clear()
            self.folder.mkdir(parents=True, exist_ok=True)
            if (self.folder / STATUS).exists():
                raise HostError("the last run still holds its files; try again in a moment")
            (self.folder / ORDER).write_bytes(pickle.dumps(order, protocol=pickle.HIGHEST_PROTOCOL))
            with (self.folder / OUTPUT).open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, "-m", "sop_xl.commands.worker", str(self.folder)],
                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder.parent, **_apart(),
                )  # fmt: skip
        except OSError as error:
            raise HostError(f"the run could not be started ({error.strerror or error}); run sop-xl doctor") from None
        _CHILDREN[process.pid] = process
        try:
            mark = ProcessMark.of(process.pid)
        except psutil.Error:  # it broke down at once, which the next question finds
            mark = ProcessMark(process.pid, 0.0)
        try:
            _write_json(self.folder / PROCESS, {"pid": mark.pid, "started": mark.started}, needed=True)
        except OSError as error:  # a run of which nobody knows the process could be neither asked nor stopped
            process.kill()
            process.wait(SECONDS_TO_END)
            raise HostError(f"the run could not be started ({error.strerror or error}); try again") from None

    def process(self) -> psutil.Process | None:
        """The worker, `None` where it has ended."""
        return _process_of(self.folder)

    def status(self) -> Status:
        """How far it is; that nothing is known yet where the worker has not spoken."""
        stated = _read_json(self.folder / STATUS)
        return Status(**stated) if stated else Status("running", "Starting Python")

    def order(self) -> Order:
        """What the worker was given. Raises `HostError` where that is lost."""
        order: Order = _unpickled(self.folder / ORDER, Order)
        return order

    def result(self) -> Result:
        """What came of it. Raises `HostError` where that is lost."""
        result: Result = _unpickled(self.folder / RESULT, Result)
        return result

    def output(self) -> str:
        """What the worker printed, which is nothing unless it broke down."""
        with contextlib.suppress(OSError):
            return (self.folder / OUTPUT).read_text(encoding="utf-8", errors="replace").strip()
        return ""

    def stop(self) -> bool:
        """End the worker and every process that it started, by their numbers; whether there was one."""
        process = self.process()
        if process is None:
            return False
        with contextlib.suppress(psutil.Error):
            family = [*process.children(recursive=True), process]
            for member in family:
                with contextlib.suppress(psutil.Error):
                    member.kill()
            psutil.wait_procs(family, timeout=5)
        return True

    def clear(self) -> None:
        """Remove the run's folder, once a worker that is about to end has let go of it."""
        process = self.process()
        if process is not None:
            with contextlib.suppress(psutil.Error):
                process.wait(SECONDS_TO_END)
        shutil.rmtree(self.folder, ignore_errors=True)


class StatusFile:
    """The worker's side of `Status`: written so that a reader finds the old text or the new one, and not more often than five times a second.

    Parameters
    ----------
    folder
        The run's.
    owner
        When this process has ended, the next word ends the run: nobody is left to take its results.
    """

    def __init__(self, folder: Path, owner: ProcessMark) -> None:
        self._path = folder / STATUS
        self._owner = owner
        self._spoken = 0.0

    def say(self, message: str, done: int = 0, total: int = 0) -> None:
        """Tell how far the run is.

        Raises
        ------
        SystemExit
            Where the owner has ended.
        """
        now = time.monotonic()
        if self._spoken and now - self._spoken < SECONDS_BETWEEN_STATUS:
            return
        self._spoken = now
        if self._owner.find() is None:
            raise SystemExit(1)
        _write_json(self._path, {"state": "running", "message": message, "done": int(done), "total": int(total)})

    def finish(self) -> None:
        """Tell that the result is there; nothing is told after this."""
        _write_json(self._path, {"state": "finished", "message": "", "done": 0, "total": 0}, needed=True)


_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def forget_old_runs() -> None:
    """Remove what is left of runs of a day ago and before, whose Excel went away: they hold a picture of somebody's workbook."""
    for folder in (profile_folder() / "runs").glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > SECONDS_KEPT and _process_of(folder) is None:
                shutil.rmtree(folder, ignore_errors=True)


def _process_of(folder: Path) -> psutil.Process | None:
    """The worker of the run in this folder, `None` where it has ended."""
    recorded = _read_json(folder / PROCESS)
    if recorded is None:
        return None
    child = _CHILDREN.get(recorded["pid"])
    if child is not None and child.poll() is not None:  # also takes an ended child off the system's list
        return None
    return ProcessMark(recorded["pid"], recorded["started"]).find()


def _apart() -> dict[str, Any]:
    """A process of its own group, without a window."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
    return {"start_new_session": True}


def _write_json(path: Path, content: dict[str, Any], *, needed: bool = False) -> None:
    """Replace a file at once. Windows refuses while another process reads it: another word follows soon, so only a last one is insisted on."""
    temporary = path.with_suffix(".new")
    for attempt in range(50 if needed else 1):
        try:
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(path)
            return
        except OSError:
            if needed and attempt == 49:
                raise
            time.sleep(0.02 if needed else 0)


def _read_json(path: Path) -> dict[str, Any] | None:
    for _ in range(3):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return content if isinstance(content, dict) else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            continue
    return None


def _unpickled(path: Path, kind: type[Any]) -> Any:
    try:
        content = pickle.loads(path.read_bytes())
    except Exception:
        content = None
    if not isinstance(content, kind):
        raise HostError(f"{path.name} of the run is lost or damaged; run again")
    return content
