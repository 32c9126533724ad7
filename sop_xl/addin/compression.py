"""Compression of VBA source: run and copy tokens in chunks of 4096 bytes (MS-OVBA 2.4.1).

A chunk is groups of eight tokens behind a byte of flags. A token is a literal byte, or two bytes that say how far back in
the chunk to copy from and how many bytes; how the sixteen bits are shared depends on how much of the chunk stands already.
"""

from __future__ import annotations

CHUNK = 4096
_SIGNATURE = 1
_SHORTEST = 3
_HEADER = 0x3000  # bits 12 to 14 of a chunk's header are 0b011
_COMPRESSED = 0x8000
_MOST_TRIES = 48
"""Earlier places that are tried for one copy: source has many; the first ones that are near give most of the gain."""


def compress(content: bytes) -> bytes:
    """The compressed form of a stream; the same bytes for the same content.

    >>> compress(b"aaaaaaaaaaaa").hex()
    '0103b002610800'
    """
    chunks = (_chunk(content[start : start + CHUNK]) for start in range(0, len(content), CHUNK))
    return bytes([_SIGNATURE]) + b"".join(chunks)


def _chunk(plain: bytes) -> bytes:
    packed = _tokens(plain)
    if len(packed) < CHUNK:
        return (_COMPRESSED | _HEADER | len(packed) - 1).to_bytes(2, "little") + packed
    # a chunk that does not shrink is stored as it is, padded to a whole one
    return (_HEADER | CHUNK - 1).to_bytes(2, "little") + plain.ljust(CHUNK, b"\0")


def _tokens(plain: bytes) -> bytes:
    packed = bytearray()
    places: dict[bytes, list[int]] = {}
    at = 0
    while at < len(plain):
        flags_at, flags = len(packed), 0
        packed.append(0)
        for bit in range(8):
            if at >= len(plain):
                break
            offset, length = _longest_copy(plain, at, places)
            if length:
                flags |= 1 << bit
                bits = _offset_bits(at)
                packed += ((offset - 1) << (16 - bits) | length - _SHORTEST).to_bytes(2, "little")
            else:
                packed.append(plain[at])
            for passed in range(at, at + (length or 1)):
                places.setdefault(plain[passed : passed + _SHORTEST], []).append(passed)
            at += length or 1
        packed[flags_at] = flags
    return bytes(packed)


def _longest_copy(plain: bytes, at: int, places: dict[bytes, list[int]]) -> tuple[int, int]:
    """`(offset, length)` of the longest earlier run that goes on like this place; length 0 where none is worth a token."""
    best_offset = best = 0
    most = min(len(plain) - at, (0xFFFF >> _offset_bits(at)) + _SHORTEST)
    if most < _SHORTEST:
        return 0, 0
    for place in places.get(plain[at : at + _SHORTEST], [])[: -_MOST_TRIES - 1 : -1]:
        length = _SHORTEST
        while length < most and plain[place + length] == plain[at + length]:
            length += 1
        if length > best:
            best_offset, best = at - place, length
            if best == most:
                break
    return best_offset, best


def _offset_bits(at: int) -> int:
    """How many of a copy token's bits hold the offset: enough for every earlier place in the chunk, at least four."""
    return max((at - 1).bit_length(), 4)
