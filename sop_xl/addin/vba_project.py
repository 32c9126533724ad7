"""A VBA project from its modules' source, without compiled code: the host compiles it when it opens the file (MS-OVBA)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import NAMESPACE_URL, uuid5

from sop_xl.addin.compound_file import compound_file
from sop_xl.addin.compression import compress

CODE_PAGE = 1252
_NOT_COMPILED = bytes.fromhex("CC61FFFF000000")
"""The version FFFF tells every host to leave caches alone and to compile the source."""
_ENGLISH = 0x409
_EXTENDER = "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"


class ModuleKind(Enum):
    """What a module belongs to."""

    STANDARD = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"  # of the workbook or of a sheet


@dataclass(frozen=True, slots=True)
class VbaModule:
    """One module.

    Parameters
    ----------
    name
        As `VB_Name` and, of a document's module, the code name in the workbook.
    kind
        See `ModuleKind`.
    source
        Text with its attribute lines, ASCII.
    """

    name: str
    kind: ModuleKind
    source: str


def vba_project(name: str, modules: Sequence[VbaModule]) -> bytes:
    """`vbaProject.bin` of these modules: the same bytes for the same source.

    Parameters
    ----------
    name
        Of the project, as the editor shows it.
    modules
        Documents first, as Excel orders them.
    """
    streams = {
        "PROJECT": _project_text(name, modules).encode("cp1252"),
        "PROJECTwm": _name_map(modules),
        "VBA/_VBA_PROJECT": _NOT_COMPILED,
        "VBA/dir": compress(_dir(name, modules)),
    }
    for module in modules:
        lines = module.source.replace("\r\n", "\n").rstrip("\n").split("\n")
        streams[f"VBA/{module.name}"] = compress("".join(f"{line}\r\n" for line in lines).encode("ascii"))
    return compound_file(streams)


def _project_text(name: str, modules: Sequence[VbaModule]) -> str:
    identity = f"{{{str(uuid5(NAMESPACE_URL, f'sop_xl:{name}')).upper()}}}"
    key = sum(identity.encode("ascii")) & 0xFF
    suffix = {ModuleKind.DOCUMENT: "/&H00000000"}
    lines = [
        f'ID="{identity}"',
        *(f"{m.kind.value}={m.name}{suffix.get(m.kind, '')}" for m in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{obscured(bytes(4), key, seed=0x10)}"',  # nothing is protected
        f'DPB="{obscured(bytes(1), key, seed=0x20)}"',  # no password
        f'GC="{obscured(bytes([0xFF]), key, seed=0x40)}"',  # visible
        "",
        "[Host Extender Info]",
        _EXTENDER,
        "",
        "[Workspace]",
        *(f"{m.name}=0, 0, 0, 0, C" for m in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines)


def obscured(content: bytes, key: int, seed: int) -> str:
    """A protection field of the PROJECT stream in hexadecimal (MS-OVBA 2.4.3.2), each byte mixed with the ones before it.

    Parameters
    ----------
    content
        What the field says.
    key
        Sum of the bytes of the project's identity, braces included, modulo 256.
    seed
        First byte; any number would do, two of its bits say how many bytes of filling follow.
    """
    mixed = [seed, seed ^ 2, seed ^ key]  # 2: version of the method
    before = key
    filling = bytes([7] * ((seed & 6) // 2))
    for byte in filling + struct.pack("<I", len(content)) + content:
        mixed.append(byte ^ (mixed[-2] + before) & 0xFF)
        before = byte
    return bytes(mixed).hex().upper()


def _name_map(modules: Sequence[VbaModule]) -> bytes:
    names = (m.name.encode("ascii") + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(names) + b"\0\0"


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _texts(number: int, unicode_number: int, text: str) -> bytes:
    return _record(number, text.encode("cp1252")) + _record(unicode_number, text.encode("utf-16-le"))


def _dir(name: str, modules: Sequence[VbaModule]) -> bytes:
    u16, u32 = struct.Struct("<H").pack, struct.Struct("<I").pack
    head = (
        _record(0x01, u32(1))  # 32-bit Windows, as Excel writes on either
        + _record(0x02, u32(_ENGLISH))
        + _record(0x14, u32(_ENGLISH))
        + _record(0x03, u16(CODE_PAGE))
        + _record(0x04, name.encode("cp1252"))
        + _texts(0x05, 0x40, "")  # description
        + _texts(0x06, 0x3D, "")  # help files
        + _record(0x07, u32(0))
        + _record(0x08, u32(0))
        + struct.pack("<HIIH", 0x09, 4, 1, 1)  # version 1.1; the size leaves out the minor version
        + _texts(0x0C, 0x3C, "")  # compilation constants
        + _record(0x0F, u16(len(modules)))
        + _record(0x13, u16(0xFFFF))
    )
    return head + b"".join(_module_records(m) for m in modules) + _record(0x10, b"")


def _module_records(module: VbaModule) -> bytes:
    u16, u32 = struct.Struct("<H").pack, struct.Struct("<I").pack
    return (
        _texts(0x19, 0x47, module.name)
        + _texts(0x1A, 0x32, module.name)  # its stream
        + _texts(0x1C, 0x48, "")
        + _record(0x31, u32(0))  # the source starts at once: nothing compiled stands before it
        + _record(0x1E, u32(0))
        + _record(0x2C, u16(0xFFFF))
        + _record(0x21 if module.kind is ModuleKind.STANDARD else 0x22, b"")
        + _record(0x2B, b"")
    )
