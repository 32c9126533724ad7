"""The ZIP layer: parts as they are stored, copied with their compressed bytes, and a few replaced.

A workbook is a ZIP of parts. Every part that nobody replaced is written back from its compressed bytes, in its old place;
only the headers around it are made anew. Bounds are checked before anything is unpacked.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from sop_xl.errors import HostError
from sop_xl.hosts.xmltext import decode_part

MAX_UNPACKED = 1 << 30
"""Bytes that a package may unpack to."""
MAX_ENTRIES = 20_000
"""Parts that a package may hold."""
MAX_RATIO = 500
"""Unpacked bytes per packed byte above which a large part counts as a bomb; plain sheets stay below 150."""
_LARGE = 32 << 20
_UTF8_FLAG = 0x800
_LEVEL_LIMIT = 1 << 20


@dataclass(slots=True)
class Entry:
    """One stored part, or one new or replaced one (`content` is not `None`)."""

    name: str
    flags: int = 0
    method: int = zipfile.ZIP_DEFLATED
    time: int = 0
    day: int = 0x21
    crc: int = 0
    size: int = 0
    packed: bytes = b""
    version: int = 20
    made_by: int = 20
    internal: int = 0
    external: int = 0
    content: bytes | None = None
    added: bool = False


def part_key(name: str) -> str:
    """How parts are compared: forward slashes, no leading slash, case folded."""
    return name.replace("\\", "/").lstrip("/").lower()


class Package:
    """The parts of one workbook in memory.

    Parameters
    ----------
    blob
        Bytes of the whole file.
    label
        File name for messages.
    """

    def __init__(self, blob: bytes, label: str) -> None:
        self.label = label
        self.blob = blob
        self._texts: dict[str, str] = {}
        self.entries: list[Entry] = _read_entries(blob, label)
        self._by_key: dict[str, Entry] = {}
        for entry in self.entries:
            key = part_key(entry.name)
            if key in self._by_key:
                raise HostError(
                    f"{label} holds {entry.name} twice (as {self._by_key[key].name}); programs disagree which one counts. "
                    "Save it once from Excel and try again"
                )
            self._by_key[key] = entry
        self._original = [entry.name for entry in self.entries]

    @property
    def changed(self) -> bool:
        """Whether any part was replaced, added or removed."""
        return [e.name for e in self.entries] != self._original or any(
            e.content is not None for e in self.entries
        )

    def names(self) -> list[str]:
        """Stored names in order."""
        return [e.name for e in self.entries]

    def has(self, name: str) -> bool:
        """Whether there is such a part; spelling is compared as Excel does."""
        return part_key(name) in self._by_key

    def entry(self, name: str) -> Entry:
        """The stored part; raises `HostError` where it is missing."""
        try:
            return self._by_key[part_key(name)]
        except KeyError:
            raise HostError(f"{self.label} is damaged: its part {name} is missing") from None

    def read(self, name: str) -> bytes:
        """Unpacked content of a part."""
        entry = self.entry(name)
        return entry.content if entry.content is not None else unpack(entry, self.label)

    def text(self, name: str) -> str:
        """An XML part as text, see `decode_part`."""
        key = part_key(name)
        if key not in self._texts:
            self._texts[key] = decode_part(self.read(name), f"{self.label}: {name}")
        return self._texts[key]

    def replace_text(self, name: str, text: str) -> None:
        """Give an XML part a new text; nothing happens where it is the old one."""
        if text == self.text(name):
            return
        entry = self.entry(name)
        entry.content = text.encode("utf-8")
        self._texts[part_key(name)] = text

    def add(self, name: str, content: bytes) -> None:
        """Append a new part at the end of the package."""
        if self.has(name):
            raise HostError(f"{self.label} already holds a part {name}")
        entry = Entry(name, flags=0 if name.isascii() else _UTF8_FLAG, content=content, added=True)
        self.entries.append(entry)
        self._by_key[part_key(name)] = entry

    def remove(self, name: str) -> None:
        """Take a part out."""
        entry = self._by_key.pop(part_key(name))
        self.entries.remove(entry)
        self._texts.pop(part_key(name), None)

    def fresh_name(self, pattern: str) -> str:
        """First free part name for a pattern such as `xl/tables/table{}.xml`."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def to_bytes(self) -> bytes:
        """The package as a file; unchanged it is the very bytes that were read."""
        if not self.changed:
            return self.blob
        out = io.BytesIO()
        directory = io.BytesIO()
        for entry in self.entries:
            if entry.content is not None:
                _pack(entry)
            name = _stored_name(entry)
            offset = out.tell()
            flags = entry.flags & ~0x8  # sizes stand in the header, so there is no data descriptor any more
            common = struct.pack(
                "<HHHHHIIIHH",
                entry.version, flags, entry.method, entry.time, entry.day,
                entry.crc, len(entry.packed), entry.size, len(name), 0,
            )  # fmt: skip
            out.write(b"PK\x03\x04" + common + name + entry.packed)
            directory.write(b"PK\x01\x02" + struct.pack("<H", entry.made_by) + common)
            directory.write(struct.pack("<HHHII", 0, 0, entry.internal, entry.external, offset) + name)
        start, listing, count = out.tell(), directory.getvalue(), len(self.entries)
        out.write(
            listing + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), start, 0)
        )
        return out.getvalue()


def _stored_name(entry: Entry) -> bytes:
    return entry.name.encode("utf-8" if entry.flags & _UTF8_FLAG else "cp437")


def _pack(entry: Entry) -> None:
    content = entry.content or b""
    # large parts are packed faster: the planner waits for them, and repetitive XML hardly grows
    packer = zlib.compressobj(6 if len(content) < _LEVEL_LIMIT else 1, zlib.DEFLATED, -15)
    entry.packed = packer.compress(content) + packer.flush()
    entry.method, entry.size, entry.crc = zipfile.ZIP_DEFLATED, len(content), zlib.crc32(content)
    entry.time, entry.day, entry.version = 0, 0x21, 20  # 1980-01-01: the same content gives the same bytes


def unpack(entry: Entry, label: str) -> bytes:
    """Unpack a stored part; raises `HostError` where it is damaged or larger than it says."""
    if entry.method == zipfile.ZIP_STORED:
        content = entry.packed
    else:
        try:
            unpacker = zlib.decompressobj(-15)
            content = unpacker.decompress(entry.packed, entry.size + 1)
        except zlib.error:
            raise HostError(f"{label} is damaged: its part {entry.name} cannot be unpacked") from None
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise HostError(f"{label} is damaged: its part {entry.name} is not what its checksum says")
    return content


def _read_entries(blob: bytes, label: str) -> list[Entry]:
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError, struct.error):
        raise HostError(
            f"{label} is damaged: its ZIP directory cannot be read; restore an earlier copy"
        ) from None
    if len(infos) > MAX_ENTRIES:
        raise HostError(
            f"{label} holds {len(infos):,} parts, more than the {MAX_ENTRIES:,} that any workbook needs; it was not read"
        )
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        raise HostError(
            f"{label} would unpack to {total / 2**20:,.0f} MB, more than the {MAX_UNPACKED >> 20:,} MB allowed; it was not read"
        )
    if sum(info.compress_size for info in infos) > len(blob):
        raise HostError(f"{label} is damaged: its parts overlap; it was not read")
    entries = []
    for info in infos:
        if info.flag_bits & 0x1:
            raise HostError(f"{label} is protected by a ZIP password; remove it and try again")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise HostError(
                f"{label}: its part {info.orig_filename} is packed in a way that Excel does not know"
            )
        if info.file_size > _LARGE and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise HostError(
                f"{label}: its part {info.orig_filename} unpacks {info.file_size // max(info.compress_size, 1)}-fold; it was not read"
            )
        entries.append(_read_entry(blob, info, label))
    return entries


def _read_entry(blob: bytes, info: zipfile.ZipInfo, label: str) -> Entry:
    start = info.header_offset
    if blob[start : start + 4] != b"PK\x03\x04" or start + 30 > len(blob):
        raise HostError(f"{label} is damaged: its part {info.orig_filename} is not where the directory says")
    time, day = struct.unpack_from("<HH", blob, start + 10)
    name_length, extra_length = struct.unpack_from("<HH", blob, start + 26)
    begin = start + 30 + name_length + extra_length
    packed = blob[begin : begin + info.compress_size]
    if len(packed) != info.compress_size:
        raise HostError(f"{label} is damaged: its part {info.orig_filename} is cut short")
    return Entry(
        info.orig_filename,
        flags=info.flag_bits,
        method=info.compress_type,
        time=time,
        day=day,
        crc=info.CRC,
        size=info.file_size,
        packed=packed,
        made_by=info.create_system << 8 | info.create_version,
        internal=info.internal_attr,
        external=info.external_attr,
    )
