"""Folders of files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts.atomic import flush_folder
from sop_xl.hosts.files import made_folder, read_bytes


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with these files, by their path within it: written beside its place, flushed, read back, and only then given its name.

    Raises
    ------
    HostError
        Where it is there already, or cannot be written; no litter is left then.
    """
    if path.exists():
        raise HostError(f"{path} is there already and stays as it is")
    made_folder(path.parent)
    temporary: Path | None = None
    try:
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        for name, content in files.items():
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        if read_folder(temporary) != dict(files):
            raise HostError(f"{path} was not written: what was read back differs")
        if os.name == "posix":
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o777 & ~mask)
        temporary.rename(path)
        temporary = None
        flush_folder(path.parent)
    except OSError as error:
        raise HostError(f"{path} could not be written ({error.strerror or error})") from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(temporary)


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file of a folder by its path within it, with slashes; raises `HostError` where one cannot be read."""
    if not path.is_dir():
        raise HostError(f"{path} does not exist")
    return {file.relative_to(path).as_posix(): read_bytes(file) for file in sorted(path.rglob("*")) if file.is_file()}
