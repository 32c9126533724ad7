"""`sop-xl addin build`: the add-in as a file, with its checksum, and as text for who reviews it."""

from __future__ import annotations

import hashlib
import json
import zipfile

from company import run


def test_it_says_what_it_wrote_and_by_which_checksum_to_know_it(tmp_path):
    result = run("addin", "build", "--out", tmp_path / "ours.xlam")
    assert result.exit_code == 0, result.output
    assert hashlib.sha256((tmp_path / "ours.xlam").read_bytes()).hexdigest() in result.output
    assert zipfile.is_zipfile(tmp_path / "ours.xlam")
    assert [p.name for p in tmp_path.iterdir()] == ["ours.xlam"]


def test_a_folder_gets_the_usual_name_and_a_program_gets_json(tmp_path):
    result = run("addin", "build", "--out", tmp_path, "--json")
    report = json.loads(result.output)
    assert report["file"] == str(tmp_path / "sop_xl.xlam")
    assert report["sha256"] == hashlib.sha256((tmp_path / "sop_xl.xlam").read_bytes()).hexdigest()


def test_text_for_review_stands_beside(tmp_path):
    result = run("addin", "build", "--out", tmp_path, "--text", tmp_path / "text")
    assert result.exit_code == 0, result.output
    names = {p.name for p in (tmp_path / "text").iterdir()}
    assert {"SopFunctions.bas", "SopBridge.bas", "SopRibbon.bas", "ThisWorkbook.cls", "customUI14.xml"} <= names
    assert "Public Function SOP_EOQ" in (tmp_path / "text" / "SopFunctions.bas").read_text(encoding="ascii")


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run("addin", "build", "--out", tmp_path / "file" / "sop_xl.xlam")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_path_without_an_ending_is_a_folder_for_file_and_texts(tmp_path):
    result = run("addin", "build", "--out", tmp_path / "addin", "--text", tmp_path / "addin")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "addin" / "sop_xl.xlam").exists()
    assert (tmp_path / "addin" / "SopRibbon.bas").exists()
