"""Plain files, with errors that a user can read."""

from __future__ import annotations

from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts import atomic

MOST_BYTES = 512 * 1024 * 1024


def read_bytes(path: Path) -> bytes:
    """Content of a file.

    Raises
    ------
    HostError
        When it is missing, unreadable or larger than `MOST_BYTES`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise HostError(f"{path.name} is larger than {MOST_BYTES // 2**20} MiB and was not read")
        return path.read_bytes()
    except FileNotFoundError:
        raise HostError(f"{path} does not exist") from None
    except OSError as error:
        raise HostError(f"{path} could not be read ({error.strerror})") from None


def made_folder(path: Path) -> Path:
    """The folder, made where it is not there.

    Raises
    ------
    HostError
        When it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HostError(f"{path}: the folder could not be made ({error.strerror})") from None
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Make or replace a file all at once; see `atomic.replace_file`."""
    atomic.replace_file(path, content, verify=lambda written: None)
