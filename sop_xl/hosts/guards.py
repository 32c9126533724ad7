"""What a file must be before it is read, and what must hold before it is replaced: each refusal is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts.package import MAX_UNPACKED, Package
from sop_xl.hosts.relations import relationships

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


def read_file(path: Path) -> bytes:
    """Bytes of a workbook file.

    Raises
    ------
    HostError
        Where there is no such file, it cannot be read, or it is no workbook: another kind of file, encrypted, binary.
    """
    if not path.exists():
        raise HostError(f"{path} does not exist; check the name and the folder")
    if path.is_dir():
        raise HostError(f"{path} is a folder, not a workbook")
    try:
        if path.stat().st_size > MAX_UNPACKED:
            raise HostError(f"{path} is larger than {MAX_UNPACKED >> 20:,} MB; it was not read")
        blob = path.read_bytes()
    except PermissionError:
        raise HostError(
            f"{path} cannot be read: no permission, or another program has it open; close it and try again"
        ) from None
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror or error}") from None
    check_kind(blob, path.name)
    return blob


def check_kind(blob: bytes, label: str) -> None:
    """Refuse bytes that are no ZIP archive, and say what they are."""
    if not blob:
        raise HostError(f"{label} is empty, not an Excel workbook")
    if blob[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in blob:
            raise HostError(
                f"{label} is encrypted with a password; open it in Excel, remove the password (File, Info) and try again"
            )
        raise HostError(f"{label} is in the old .xls format; save it as .xlsx in Excel and try again")
    if blob[:4] == _ZIP or blob[:4] == b"PK\x05\x06":
        return
    sample = blob[:4096]
    text = b"\0" not in sample or sample[:2] in (b"\xff\xfe", b"\xfe\xff")
    if text and sample.lstrip()[:1] == b"<":
        raise HostError(
            f"{label} is not an Excel workbook but an XML or web page; save it as .xlsx in Excel and try again"
        )
    if text:
        raise HostError(
            f"{label} is not an Excel workbook but plain text, perhaps a CSV file; import it instead of renaming it"
        )
    raise HostError(f"{label} is not an Excel workbook or is damaged; restore an earlier copy")


def lock_owner(path: Path) -> tuple[Path, str] | None:
    """The lock file that Excel or LibreOffice keeps beside an open workbook, and who has it open if it says so."""
    excel, office = path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")
    for lock in (excel, office):
        if not lock.exists():
            continue
        try:
            content = lock.read_bytes()[:300]
        except OSError:  # Excel on Windows keeps its own lock file closed to others
            return lock, ""
        if lock == excel and content:
            return lock, content[1 : 1 + content[0]].decode("latin-1").strip(" \0")
        if lock == office:
            return lock, content.decode("utf-8", "replace").lstrip(",").split(",")[0]
        return lock, ""
    return None


def check_target(path: Path) -> None:
    """Refuse a place that cannot be written: open elsewhere, read-only, no folder.

    Raises
    ------
    HostError
        One line naming the file, the reason and what to do.
    """
    folder = path.parent
    if not folder.is_dir():
        raise HostError(f"{folder} does not exist; make the folder first")
    locked = lock_owner(path)
    if locked is not None:
        lock, owner = locked
        by = f" by {owner}" if owner else ""
        raise HostError(
            f"{path.name} is open in another program{by}; close it there and try again (or delete {lock.name} if nobody has it open)"
        )
    if path.exists() and (not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK)):
        raise HostError(f"{path.name} is read-only; clear the attribute or save to another file")
    if not folder.stat().st_mode & 0o222 or not os.access(folder, os.W_OK):
        raise HostError(f"{path.name}: its folder {folder} is read-only; save to another folder")


def check_editable(package: Package, workbook_part: str) -> None:
    """Refuse a package that any change would break.

    Raises
    ------
    HostError
        For a digitally signed package and for an old-style shared workbook.
    """
    if any(r.kind == "origin" for r in relationships(package, "")):
        raise HostError(
            f"{package.label} carries a digital signature that any change would break; remove the signature in Excel (File, Info) first"
        )
    if any(r.kind == "revisionHeaders" for r in relationships(package, workbook_part)):
        raise HostError(
            f"{package.label} is shared with tracked changes (the old way); stop sharing it in Excel (Review) and try again"
        )
