"""The macro project as bytes: read back by programs that are not ours, which hold it against Microsoft's specification."""

from __future__ import annotations

import io
import struct

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oletools.olevba import VBA_Parser, decompress_stream

from sop_xl.addin.compound_file import compound_file
from sop_xl.addin.compression import compress
from sop_xl.addin.vba_project import ModuleKind, VbaModule, obscured, vba_project
from sop_xl.errors import FrameError


def opened(blob: bytes) -> olefile.OleFileIO:
    return olefile.OleFileIO(io.BytesIO(blob), raise_defects=olefile.DEFECT_POTENTIAL)


# --- compression -----------------------------------------------------------------------------------------------------


def test_the_examples_of_the_specification():
    """MS-OVBA 3.2: nothing to compress, and one long run. Of the third example, where several copies are equally long, only the length is given."""
    assert compress(b"abcdefghijklmnopqrstuv.").hex(" ", -2) == "0119 b000 6162 6364 6566 6768 0069 6a6b 6c6d 6e6f 7000 7172 7374 7576 2e"
    assert compress(b"a" * 73).hex(" ", -2) == "0103 b002 6145 00"
    assert len(compress(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa")) == 4 + 0x2F


@given(st.lists(st.sampled_from(["Dim x", "End Sub", "    ", "\r\n", "a", "aaaaaaaaa", "Option Explicit"]), max_size=2000).map("".join))
def test_text_comes_back(text):
    if text:
        assert bytes(decompress_stream(bytearray(compress(text.encode())))) == text.encode()


@pytest.mark.parametrize("size", [1, 2, 3, 4095, 4096, 4097, 8192, 70_000])
def test_every_size_comes_back(size):
    text = (b"Public Sub Anything(ByVal number As Long)\r\n" * 2000)[:size]
    assert bytes(decompress_stream(bytearray(compress(text)))) == text


def test_a_whole_chunk_that_does_not_shrink_is_stored():
    noise = bytes((i * i * 31 + i * 17 + (i >> 3)) & 0xFF ^ (i * 2654435761 >> 13) & 0xFF for i in range(4096))
    packed = compress(noise)
    assert bytes(decompress_stream(bytearray(packed))) == noise
    assert len(packed) <= 1 + 2 + 4096


# --- compound file ---------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([0, 1, 63, 64, 65, 4095, 4096, 4097, 9000]), min_size=1, max_size=24))
def test_streams_of_every_size_come_back(sizes):
    streams = {f"VBA/module{k}": bytes([k % 251 + 1]) * size for k, size in enumerate(sizes)} | {"PROJECT": b"x" * 700}
    file = opened(compound_file(streams))
    assert sorted("/".join(path) for path in file.listdir()) == sorted(streams)
    assert {name: file.openstream(name).read() for name in streams} == streams


def test_a_project_larger_than_one_allocation_sector_describes():
    streams = {"VBA/large": bytes(range(256)) * 800, "VBA/larger": b"x" * 300_000}
    file = opened(compound_file(streams))
    assert {name: file.openstream(name).read() for name in streams} == streams


def test_what_the_header_cannot_describe_is_refused():
    with pytest.raises(FrameError, match="too large"):
        compound_file({"huge": bytes(7_500_000)})


def _entries(blob: bytes, count: int) -> list[tuple[str, int, int, int, int]]:
    """Name, colour, left, right and child of every directory entry."""
    (start,) = struct.unpack_from("<I", blob, 0x30)
    found = []
    for at in range(512 * (start + 1), 512 * (start + 1) + 128 * count, 128):
        length, _, colour, left, right, child = struct.unpack_from("<HBBIII", blob, at + 64)
        found.append((blob[at : at + length - 2].decode("utf-16-le"), colour, left, right, child))
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 20])
def test_names_are_found_by_searching_and_every_way_down_is_as_black(count):
    names = [f"m{'x' * (k % 5)}{k:02d}" for k in range(count)]
    entries = _entries(compound_file(dict.fromkeys(names, b"1")), count + 1)

    def walk(position: int) -> tuple[list[str], int]:
        if position == 0xFFFFFFFF:
            return [], 1
        name, colour, left, right, _ = entries[position]
        before, black_left = walk(left)
        after, black_right = walk(right)
        assert black_left == black_right
        if colour == 0:
            assert all(entries[p][1] == 1 for p in (left, right) if p != 0xFFFFFFFF), "a red entry has black children"
        return [*before, name, *after], black_left + colour

    in_order, _ = walk(entries[0][4])
    assert in_order == sorted(names, key=lambda n: (len(n), n.upper()))


# --- project ---------------------------------------------------------------------------------------------------------

MODULES = [
    VbaModule("ThisWorkbook", ModuleKind.DOCUMENT, 'Attribute VB_Name = "ThisWorkbook"\n'),
    VbaModule("Sheet1", ModuleKind.DOCUMENT, 'Attribute VB_Name = "Sheet1"\n'),
    VbaModule("Thing", ModuleKind.CLASS, 'Attribute VB_Name = "Thing"\nOption Explicit\n'),
    VbaModule("Macros", ModuleKind.STANDARD, 'Attribute VB_Name = "Macros"\nSub Go_On()\nEnd Sub\n'),
]


def _revealed(text: str, key: int) -> bytes:
    """The content of an obscured field, by the specification's way back (MS-OVBA 2.4.3.3)."""
    mixed = bytes.fromhex(text)
    seed = mixed[0]
    assert mixed[1] ^ seed == 2
    assert mixed[2] ^ seed == key
    plain, before = bytearray(), key
    for k in range(3, len(mixed)):
        byte = mixed[k] ^ (mixed[k - 2] + before) & 0xFF
        plain.append(byte)
        before = byte
    plain = plain[(seed & 6) // 2 :]
    (length,) = struct.unpack_from("<I", plain)
    assert len(plain) == 4 + length
    return bytes(plain[4:])


@given(st.binary(min_size=1, max_size=40), st.integers(0, 255), st.integers(0, 255))
def test_protection_fields_can_be_read_again(content, key, seed):
    assert _revealed(obscured(content, key, seed), key) == content


def test_the_project_is_neither_protected_nor_locked_nor_hidden():
    lines = opened(vba_project("Sample", MODULES)).openstream("PROJECT").read().decode().splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    key = sum(fields["ID"].strip('"').encode()) & 0xFF
    assert _revealed(fields["CMG"].strip('"'), key) == bytes(4)
    assert _revealed(fields["DPB"].strip('"'), key) == bytes(1)
    assert _revealed(fields["GC"].strip('"'), key) == b"\xff"


def test_the_project_lists_its_modules_by_kind():
    lines = opened(vba_project("Sample", MODULES)).openstream("PROJECT").read().decode().splitlines()
    assert lines[1:6] == ["Document=ThisWorkbook/&H00000000", "Document=Sheet1/&H00000000", "Class=Thing", "Module=Macros", 'Name="Sample"']
    assert lines[-4:] == [f"{m.name}=0, 0, 0, 0, C" for m in MODULES]


def test_the_modules_are_source_alone_and_come_back_as_written():
    blob = vba_project("Sample", MODULES)
    assert opened(blob).openstream("VBA/_VBA_PROJECT").read()[2:4] == b"\xff\xff", "nothing compiled"
    parser = VBA_Parser("vbaProject.bin", data=blob)
    found = {name: source.replace("\r\n", "\n") for _, _, name, source in parser.extract_all_macros()}
    assert {n.rsplit(".", 1)[0]: s for n, s in found.items()} == {m.name: m.source for m in MODULES}


def test_the_same_source_is_the_same_bytes():
    assert vba_project("Sample", MODULES) == vba_project("Sample", list(MODULES))
