"""Files that are no workbook, that are open, locked or dangerous: one clear line each, and nothing is changed."""

from __future__ import annotations

import errno
import os
import struct
import zipfile
import zlib
from pathlib import Path

import made_packages as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_xl.errors import HostError
from sop_xl.hosts import package as package_module
from sop_xl.hosts.headless import HeadlessHost

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
HEADER = ["Item", "Quantity"]


def one_line(error: pytest.ExceptionInfo[HostError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 300
    return text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"Item,2026-11\npaint,5\n", "plain text, perhaps a CSV file"),
        ("Item;Größe\n".encode("utf-16"), "plain text, perhaps a CSV file"),
        (b"<html><table></table></html>", "XML or web page"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
        (OLE + "Workbook".encode("utf-16-le"), "old .xls format"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", "not an Excel workbook or is damaged"),
        (b"PK\x03\x04" + b"\0" * 50, "its ZIP directory cannot be read"),
        (made.archive(made.parts())[:-200], "its ZIP directory cannot be read"),
        (made.archive({"readme.txt": "hello"}), "ZIP archive but not an Excel workbook"),
        (made.archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "ZIP archive but not an Excel workbook"),
    ],
)  # fmt: skip
def test_what_is_no_workbook(tmp_path, content, says):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    with pytest.raises(HostError, match=says) as caught:
        HeadlessHost(path)
    assert "plan.xlsx" in one_line(caught)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(HostError, match="does not exist"):
        HeadlessHost(tmp_path / "none.xlsx")
    with pytest.raises(HostError, match="is a folder"):
        HeadlessHost(tmp_path)


@pytest.mark.parametrize(
    ("kind", "says"),
    [("application/vnd.ms-excel.sheet.binary.macroEnabled.main", r"binary workbook \(.xlsb\)"), ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "another Office document")],
)  # fmt: skip
def test_other_office_files(tmp_path, kind, says):
    content = made.parts()
    content["[Content_Types].xml"] = str(content["[Content_Types].xml"]).replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind
    )
    with pytest.raises(HostError, match=says):
        HeadlessHost(made.write(tmp_path / "plan.xlsx", content))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_damaged_part_is_named(tmp_path, part):
    path = made.write(tmp_path / "plan.xlsx", made.parts())
    blob = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        info = file.getinfo(part)
    for k in range(info.header_offset + 30 + len(part) + 5, info.header_offset + 30 + len(part) + 25):
        blob[k] ^= 0x55
    path.write_bytes(bytes(blob))
    with pytest.raises(HostError, match="is damaged") as caught:
        HeadlessHost(path).read_block("Plan")
    assert part in one_line(caught)


# archives that would unpack without end


def test_a_part_that_says_it_unpacks_beyond_the_bound(tmp_path):
    blob = bytearray(made.archive(made.parts()))
    at = blob.index(b"PK\x01\x02")
    struct.pack_into("<I", blob, at + 24, 0xF0000000)
    (tmp_path / "bomb.xlsx").write_bytes(bytes(blob))
    with pytest.raises(HostError, match=r"would unpack to .* MB, more than the 1,024 MB allowed") as caught:
        HeadlessHost(tmp_path / "bomb.xlsx")
    one_line(caught)


def test_a_part_that_lies_about_its_size(tmp_path):
    content = made.parts()
    content["xl/worksheets/sheet1.xml"] = b"<worksheet>" + b" " * 5_000_000
    blob = bytearray(made.archive(content))
    real = struct.pack("<I", len(content["xl/worksheets/sheet1.xml"]))
    blob = bytearray(bytes(blob).replace(real, struct.pack("<I", 1000)))
    (tmp_path / "bomb.xlsx").write_bytes(bytes(blob))
    with pytest.raises(HostError, match="not what its checksum says"):
        HeadlessHost(tmp_path / "bomb.xlsx").read_block("Plan")


def test_a_large_part_that_is_packed_too_well(tmp_path):
    content = made.parts()
    content["xl/media/image1.bmp"] = bytes(40 << 20)
    with pytest.raises(HostError, match=r"image1.bmp unpacks .*-fold"):
        HeadlessHost(made.write(tmp_path / "bomb.xlsx", content))


def test_too_many_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(package_module, "MAX_ENTRIES", 5)
    with pytest.raises(HostError, match="holds 9 parts, more than the 5"):
        HeadlessHost(made.write(tmp_path / "bomb.xlsx", made.parts()))


def test_parts_that_share_their_bytes(tmp_path):
    """Overlapping entries are how a small archive hides a large one: all of them point at the same packed bytes."""
    blob = made.archive(made.parts())
    start = blob.index(b"PK\x01\x02")
    name = len("[Content_Types].xml")
    entry = blob[start : start + 46 + name]
    packed = struct.unpack_from("<I", entry, 20)[0]
    copies = b"".join(
        entry.replace(b"[Content_Types].xml", f"[Content_Ty{k:03}].xml".encode())
        for k in range(len(blob) // packed + 2)
    )
    end = blob.rindex(b"PK\x05\x06")
    listing = blob[start:end] + copies
    count = listing.count(b"PK\x01\x02")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listing), start, 0)
    (tmp_path / "bomb.xlsx").write_bytes(blob[:start] + listing + tail)
    with pytest.raises(HostError, match="overlap"):
        HeadlessHost(tmp_path / "bomb.xlsx")


def test_unknown_packing_and_zip_passwords(tmp_path):
    content = made.parts()
    path = tmp_path / "plan.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        for name, text in content.items():
            file.writestr(name, text)
    with pytest.raises(HostError, match="packed in a way that Excel does not know"):
        HeadlessHost(path)
    blob = bytearray(made.archive(content))
    at = blob.index(b"PK\x01\x02")
    blob[at + 8] |= 1
    path.write_bytes(bytes(blob))
    with pytest.raises(HostError, match="ZIP password"):
        HeadlessHost(path)


# places that cannot be written


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    return made.write(folder / "plan.xlsx", made.parts())


def refused(path, says: str) -> None:
    """Reading works, the first write is refused, and neither the file nor its folder has changed."""
    before, around = path.read_bytes(), sorted(path.parent.iterdir())
    host = HeadlessHost(path)
    assert host.read_block("Plan").rows[1] == ["paint", 1]
    with pytest.raises(HostError, match=says) as caught:
        host.write_table("Plan", HEADER, [["a", 1]])
    assert "plan.xlsx" in one_line(caught)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == around


def test_open_in_excel(path):
    (path.parent / "~$plan.xlsx").write_bytes(b"\x04Anna" + b" " * 50)
    refused(path, r"open in another program by Anna; close it there and try again \(or delete ~\$plan.xlsx")


def test_open_in_libreoffice(path):
    (path.parent / ".~lock.plan.xlsx#").write_text(",anna,desk,22.11.2026 10:00,file:///profile;")
    refused(path, "open in another program by anna")


def test_read_only_file(path):
    path.chmod(0o444)
    refused(path, "is read-only; clear the attribute or save to another file")


def test_read_only_folder(path):
    path.parent.chmod(0o555)
    try:
        refused(path, "its folder .* is read-only")
    finally:
        path.parent.chmod(0o755)


def test_a_file_open_in_excel_can_be_saved_elsewhere(path, tmp_path):
    (path.parent / "~$plan.xlsx").write_bytes(b"\x04Anna")
    host = HeadlessHost(path, out=tmp_path / "copy.xlsx")
    host.write_table("Plan", HEADER, [["a", 1]])
    host.save()
    assert HeadlessHost(tmp_path / "copy.xlsx").read_block("Plan").rows[1] == ["a", 1]


def test_no_folder_to_save_to(path, tmp_path):
    with pytest.raises(HostError, match="does not exist; make the folder first"):
        HeadlessHost(path, out=tmp_path / "none" / "copy.xlsx").save()


def test_a_file_that_someone_changed_meanwhile_is_not_overwritten(path):
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["mine", 1]])
    other = HeadlessHost(path)
    other.write_table("Plan", HEADER, [["theirs", 2]])
    other.save()
    with pytest.raises(HostError, match="changed by another program since it was read; run again"):
        host.save()
    assert HeadlessHost(path).read_block("Plan").rows[1] == ["theirs", 2]


@pytest.mark.parametrize(
    ("failure", "step", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "fsync", "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), "fsync", "Input/output error"),
        (
            PermissionError(errno.EACCES, "Permission denied"),
            "replace",
            "open in another program or read-only",
        ),
        (OSError(errno.EROFS, "Read-only file system"), "open", "open in another program or read-only"),
    ],
)
def test_a_disk_that_fails_leaves_the_file_and_no_litter(path, monkeypatch, failure, step, says):
    before, around = path.read_bytes(), sorted(path.parent.iterdir())
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["a", 1]])

    def fail(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        targets = {"fsync": "os.fsync", "replace": "pathlib.Path.replace", "open": "tempfile.mkstemp"}
        patched.setattr(targets[step], fail)
        with pytest.raises(HostError, match=says) as caught:
            host.save()
    one_line(caught)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == around
    host.save()
    assert HeadlessHost(path).read_block("Plan").rows[1] == ["a", 1], (
        "once there is room, the same save works"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which only Linux has")
def test_a_really_full_disk(path, monkeypatch):
    before = path.read_bytes()
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["a", 1]])
    real = os.fdopen
    monkeypatch.setattr(
        "os.fdopen", lambda handle, mode: (os.close(handle), real(os.open("/dev/full", os.O_WRONLY), mode))[1]
    )
    with pytest.raises(HostError, match="the disk is full"):
        host.save()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda b: b[:-1] + b"x", "the disk gave back other bytes"),
    ],
)
def test_a_disk_that_gives_back_something_else(path, monkeypatch, damage, says):
    before = path.read_bytes()
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["a", 1]])
    real = type(path).read_bytes
    monkeypatch.setattr(
        type(path), "read_bytes", lambda self: damage(real(self)) if self.suffix == ".tmp" else real(self)
    )
    with pytest.raises(HostError, match=says):
        host.save()
    monkeypatch.undo()
    assert path.read_bytes() == before


def test_permissions_of_the_file_stay_and_a_link_is_followed(path):
    path.chmod(0o640)
    link = path.parent / "link.xlsx"
    link.symlink_to(path)
    host = HeadlessHost(link)
    host.write_table("Plan", HEADER, [["a", 1]])
    host.save()
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert HeadlessHost(path).read_block("Plan").rows[1] == ["a", 1]


def test_checksums_are_those_of_the_content(path):
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["a", 1]])
    host.save()
    with zipfile.ZipFile(path) as file:
        assert all(zlib.crc32(file.read(i)) == i.CRC for i in file.infolist())


PARTS = made.parts(
    home=made.sheet('<row r="1"><c r="A1"><f>SUM(Plan[Quantity])</f><v>3</v></c></row>', before=""),
    workbook_extra='<definedNames><definedName name="as_of">Home!$C$4</definedName></definedNames><calcPr calcId="1"/>',
)


@given(
    part=st.sampled_from(sorted(PARTS)),
    place=st.integers(0, 10_000),
    length=st.integers(0, 30),
    instead=st.sampled_from(
        ["", '"', "<", ">", "/>", "=", "-1", "x", " ", "&", "\x00", "'", "</row>", "<c>", "<v>", "9" * 20]
    ),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_damaged_there_is_one_line_or_it_works(tmp_path, part, place, length, instead):
    """A few characters of any part replaced: the file is read and written, or refused with a line; never anything else."""
    text = str(PARTS[part])
    place %= len(text)
    path = made.write(
        tmp_path / "damaged.xlsx", {**PARTS, part: text[:place] + instead + text[place + length :]}
    )
    before = path.read_bytes()
    try:
        host = HeadlessHost(path)
        for name in host.sheet_names():
            host.read_block(name)
            host.read_formulas(name)
        host.write_table("Plan", ["Item", "Quantity", "2026-11"], [["a", 1, 2.5], ["b", None, "x"]])
        host.write_name("as_of", 5)
        host.save()
    except HostError as error:
        assert "\n" not in str(error)
        assert path.read_bytes() == before
    else:
        assert HeadlessHost(path).read_block("Plan").table is not None
