"""Put new bytes in a file's place all at once: the file is the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts.guards import check_target

_LEFTOVER_SECONDS = 3600


def replace_file(path: Path, content: bytes, verify: Callable[[bytes], None]) -> None:
    """Write `content` to a temporary file beside `path`, flush it, read it back, verify it, and only then rename it.

    Parameters
    ----------
    path
        The file to make or replace; a link is followed.
    content
        Its new bytes.
    verify
        Gets what was read back; raises to refuse.

    Raises
    ------
    HostError
        Where the place cannot be written or the disk is full; nothing has changed then, and no litter is left.
    """
    path = path.resolve()
    check_target(path)
    temporary: Path | None = None
    prefix = f".{path.stem[:60]}."
    _clear_leftovers(path.parent, prefix)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _take_over_mode(path, temporary)
        verify(temporary.read_bytes())
        check_target(path)  # it may have been opened in the meantime
        temporary.replace(path)
        temporary = None
        flush_folder(path.parent)
    except OSError as error:
        raise HostError(_reason(path, error)) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _clear_leftovers(folder: Path, prefix: str) -> None:
    """Remove temporary files of runs that were killed; one in use by another process is never that old."""
    with contextlib.suppress(OSError):
        for old in folder.glob(f"{glob.escape(prefix)}*.tmp"):
            if time.time() - old.stat().st_mtime > _LEFTOVER_SECONDS:
                old.unlink()


def _take_over_mode(path: Path, temporary: Path) -> None:
    """Give the new file the permissions of the old one, or those of any newly made file."""
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    elif os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)


def flush_folder(folder: Path) -> None:
    """Make the rename itself durable; not every system can."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path.name} was not saved: the disk is full; make room and try again (the file is as it was)"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY) or isinstance(
        error, PermissionError
    ):
        return f"{path.name} was not saved: it is open in another program or read-only; close it and try again (the file is as it was)"
    return f"{path.name} was not saved: {error.strerror or error} (the file is as it was)"
