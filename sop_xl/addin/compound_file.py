"""Compound files, version 3: a small file system of storages and streams in one file (MS-CFB).

Sectors are 512 bytes. Streams under 4096 bytes share the mini stream, which is cut in pieces of 64 bytes and hangs on the
root entry. Every storage keeps its children in a search tree ordered by length of name and then by the upper-cased name.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sop_xl.errors import FrameError

SECTOR, MINI_SECTOR, MINI_LIMIT = 512, 64, 4096
_END, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NOTHING = 0xFFFFFFFF
_HEADER_FAT_SECTORS = 109
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    children: list[_Entry] = field(default_factory=list)
    start: int = 0
    size: int = 0
    colour: int = _BLACK
    left: int = _NOTHING
    right: int = _NOTHING
    child: int = _NOTHING

    @property
    def order(self) -> tuple[int, str]:
        return len(self.name), self.name.upper()


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of these streams; no timestamps, so that the same streams give the same bytes.

    Parameters
    ----------
    streams
        Content by path, storages before slashes: `{"VBA/dir": b"..."}`.

    Raises
    ------
    FrameError
        When it would exceed the 6.8 MB that a file without a table of further allocation sectors holds.
    """
    entries = _numbered(_tree(streams))
    mini, mini_table = _mini_stream(entries)
    entries[0].content, entries[0].size = mini, len(mini)

    chains: list[bytes] = []  # every chain of whole sectors, in the order in which they stand in the file
    table: list[int] = []
    fat_sectors = _fat_sectors(entries, mini_table)
    if fat_sectors > _HEADER_FAT_SECTORS:
        raise FrameError("the macro project is too large for a compound file without further allocation sectors")
    table += [_FAT_SECTOR] * fat_sectors

    def place(content: bytes) -> int:
        if not content:
            return _END
        start, count = len(table), _count(len(content), SECTOR)
        table.extend(range(start + 1, start + count))
        table.append(_END)
        chains.append(content.ljust(count * SECTOR, b"\0"))
        return start

    # the directory holds where the streams start, so that its place is kept free and its content is made last
    directory_size = _count(len(entries) * 128, SECTOR) * SECTOR
    directory_at = place(b"\0" * directory_size)
    mini_table_at = place(_numbers(mini_table, SECTOR // 4))
    for entry in entries:
        if entry.kind == _ROOT or entry.size >= MINI_LIMIT:
            entry.start = place(entry.content)
    chains[0] = _directory(entries, directory_size)
    mini_sectors = _count(len(mini_table) * 4, SECTOR)
    header = _header(fat_sectors, directory_at, mini_table_at, mini_sectors)
    return header + _numbers(table, SECTOR // 4) + b"".join(chains)


def _count(size: int, piece: int) -> int:
    return -(-size // piece)


def _tree(streams: Mapping[str, bytes]) -> _Entry:
    root = _Entry("Root Entry", _ROOT)
    for path, content in streams.items():
        *folders, name = path.split("/")
        here = root
        for folder in folders:
            inner = next((e for e in here.children if e.name == folder), None)
            if inner is None:
                inner = _Entry(folder, _STORAGE)
                here.children.append(inner)
            here = inner
        if len(name) > 31:
            raise FrameError(f"{name} is too long for a stream's name")
        here.children.append(_Entry(name, _STREAM, content, size=len(content)))
    return root


def _numbered(root: _Entry) -> list[_Entry]:
    """All entries in the order of the directory, each storage's children tied into its search tree."""
    entries = [root]
    position = 0
    while position < len(entries):
        parent = entries[position]
        children = sorted(parent.children, key=lambda e: e.order)
        first = len(entries)
        entries += children
        deepest = len(children).bit_length() - 1
        parent.child = _search_tree(entries, first, first + len(children), 0, deepest)
        position += 1
    return entries


def _search_tree(entries: Sequence[_Entry], first: int, end: int, depth: int, deepest: int) -> int:
    """Tie entries `first` to `end` into a balanced tree and say which is on top.

    All levels but the last are full, so that a red last level makes every way down pass as many black entries.
    """
    if first == end:
        return _NOTHING
    middle = (first + end) // 2
    entry = entries[middle]
    entry.colour = _RED if depth and depth == deepest else _BLACK
    entry.left = _search_tree(entries, first, middle, depth + 1, deepest)
    entry.right = _search_tree(entries, middle + 1, end, depth + 1, deepest)
    return middle


def _mini_stream(entries: Sequence[_Entry]) -> tuple[bytes, list[int]]:
    mini, table = bytearray(), list[int]()
    for entry in entries:
        if entry.kind != _STREAM or entry.size >= MINI_LIMIT:
            continue
        if not entry.size:
            entry.start = _END
            continue
        entry.start = len(table)
        count = _count(entry.size, MINI_SECTOR)
        table += range(entry.start + 1, entry.start + count)
        table.append(_END)
        mini += entry.content.ljust(count * MINI_SECTOR, b"\0")
    return bytes(mini), table


def _fat_sectors(entries: Sequence[_Entry], mini_table: Sequence[int]) -> int:
    """Sectors of the allocation table, which has to describe itself too."""
    others = _count(len(entries) * 128, SECTOR) + _count(len(mini_table) * 4, SECTOR)
    others += sum(_count(e.size, SECTOR) for e in entries if e.kind == _ROOT or e.size >= MINI_LIMIT)
    sectors = 1
    while sectors * (SECTOR // 4) < others + sectors:
        sectors += 1
    return sectors


def _numbers(values: Sequence[int], multiple: int) -> bytes:
    padded = [*values, *[_FREE] * (-len(values) % multiple)]
    return struct.pack(f"<{len(padded)}I", *padded)


def _header(fat_sectors: int, directory_at: int, mini_table_at: int, mini_sectors: int) -> bytes:
    fat_at = [*range(fat_sectors), *[_FREE] * (_HEADER_FAT_SECTORS - fat_sectors)]
    return (
        bytes.fromhex("D0CF11E0A1B11AE1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)  # version 3, little endian, sectors of 2^9 and 2^6 bytes
        + bytes(6)
        + struct.pack("<III", 0, fat_sectors, directory_at)
        + struct.pack("<II", 0, MINI_LIMIT)
        + struct.pack("<IIII", mini_table_at, mini_sectors, _END, 0)
        + struct.pack(f"<{_HEADER_FAT_SECTORS}I", *fat_at)
    )


def _directory(entries: Sequence[_Entry], size: int) -> bytes:
    packed = b"".join(_directory_entry(e) for e in entries)
    unused = bytes(68) + struct.pack("<III", _NOTHING, _NOTHING, _NOTHING) + bytes(48)
    return packed + unused * ((size - len(packed)) // 128)


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBB", len(name), entry.kind, entry.colour)
        + struct.pack("<III", entry.left, entry.right, entry.child)
        + bytes(36)  # class, state and both times: none
        + struct.pack("<IQ", entry.start, entry.size)
    )
