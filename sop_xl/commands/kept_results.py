"""What a workbook's tables held before a command wrote them: kept in the user's profile, and written back on request."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sop_xl.commands.inputs import input_sheets
from sop_xl.commands.profile import kept_file
from sop_xl.commands.report import Report
from sop_xl.commands.typed_words import with_words_of
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.memory import Written
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.snapshot import apply_written, as_they_stand


@dataclass(frozen=True)
class Kept:
    """The tables and named cells of a workbook at one moment.

    Parameters
    ----------
    workbook
        Its address.
    command
        What wrote over them.
    when
        ISO date and time of that.
    written
        What they held.
    """

    workbook: str
    command: str
    when: str
    written: Written


def keep(kept: Kept) -> None:
    """Keep results until the next command writes; what was kept before goes.

    Raises
    ------
    HostError
        Where the profile cannot be written: nothing should be overwritten then.
    """
    path = kept_file(kept.workbook)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, pickle.dumps(kept, protocol=pickle.HIGHEST_PROTOCOL))
    except OSError as error:
        raise HostError(f"{path}: the previous results could not be kept, so nothing was written ({error.strerror or error})") from None


@contextlib.contextmanager
def keeping(kept: Kept) -> Iterator[None]:
    """Keep results for what is written inside; where that is refused, what was kept before is there again.

    Raises
    ------
    HostError
        Where the profile cannot be written: nothing should be overwritten then.
    """
    path = kept_file(kept.workbook)
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError:
        before = None
    keep(kept)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            _put(path, before)
        raise


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)


def kept_results(workbook: str) -> Kept:
    """What is kept for a workbook.

    Raises
    ------
    HostError
        Where nothing is, or what is there cannot be read.
    """
    path = kept_file(workbook)
    if not path.exists():
        raise HostError("there are no previous results to restore: no command has written to this workbook on this computer yet")
    try:
        kept = pickle.loads(path.read_bytes())
        _ = [table.formulas for table in kept.written.tables.values()]  # an earlier version kept none
    except Exception:
        kept = None
    if not isinstance(kept, Kept):
        raise HostError(f"{path}: the previous results were kept by another version or are damaged; regenerate instead")
    return kept


def inputs_among(kept: Kept) -> list[str]:
    """Input tables that are written back too, and with them lose what was typed into them since; in tab order."""
    return [spec.name for spec in input_sheets() if spec.name in kept.written.tables]


def restore_results(host: Host, workbook: str, *, now: str) -> Report:
    """Write back what is kept for a workbook, and keep what that overwrites: restoring twice changes nothing.

    What people typed beside results since then stays where its line is among the old ones.

    Parameters
    ----------
    host
        The workbook.
    workbook
        Its address.
    now
        ISO date and time.

    Raises
    ------
    HostError
        Where nothing is kept, a sheet is gone, or the workbook cannot be written; nothing has changed then.
    """
    kept = kept_results(workbook)
    check_sheets(host, kept.written)  # before the costlier reading
    write_keeping(host, with_words_of(host, kept.written), command="restore", workbook=workbook, now=now)
    tables, inputs = len(kept.written.tables), inputs_among(kept)
    whose = f"inputs {', '.join(inputs)} are" if len(inputs) > 1 else f"input {''.join(inputs)} is"
    gone = f" The {whose} as before it, too; what was typed there since comes back when you restore again." if inputs else ""
    return Report(
        command="restore",
        workbook=workbook,
        summary=f"Results from before {kept.command} of {kept.when.replace('T', ' ')} are back on {tables} sheet{'s' if tables != 1 else ''}; restore again for the later ones.{gone}",
        facts={"sheets": sorted(kept.written.tables), "kept": kept.when, "command_undone": kept.command},
    )


def restore_workbook(workbook: Path, *, now: str) -> Report:
    """Restore a file that is closed; see `restore_results`."""
    return restore_results(HeadlessHost(workbook), str(workbook.absolute()), now=now)  # as Excel says it: resolving would turn a mapped drive into its server


def write_keeping(host: Host, written: Written, *, command: str, workbook: str, now: str) -> None:
    """Keep what the workbook holds where something is about to be written, then write it.

    Raises
    ------
    HostError
        Where a sheet is gone, results cannot be kept or the workbook cannot be written.
    """
    check_sheets(host, written)
    with keeping(Kept(workbook, command, now, as_they_stand(host, written))):
        apply_written(written, host)


def check_sheets(host: Host, written: Written) -> None:
    """Refuse before anything is written where a sheet is gone.

    Raises
    ------
    HostError
        With its name.
    """
    present = {name.casefold() for name in host.sheet_names()}
    gone = [name for name in written.tables if name.casefold() not in present]
    if gone:
        more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
        raise HostError(f"the workbook has no sheet {gone[0]} any more{more}, so nothing was written; bring it back and try again")
