"""Records of published plans as text in a cell, and as Parquet files in the archive: what goes in comes out, and a change is found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from sop_xl.commands.plan_archive import archived_files, read_archived, write_archived
from sop_xl.commands.published import (
    GROUPS,
    Published,
    packed,
    record_of,
    record_rows_of,
    record_text,
    unpacked,
)
from sop_xl.errors import HostError
from sop_xl.hosts.folders import write_folder
from sop_xl.sheets.settings import Settings

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
numbers = st.floats(allow_infinity=False, width=64)


@st.composite
def frames_of_any_kind(draw):
    count = draw(st.integers(0, 6))
    days = st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2100-12-31").date())
    columns = {
        "item": pd.Series(draw(st.lists(texts, min_size=count, max_size=count)), dtype="object"),
        "period": pd.Series(pd.to_datetime(draw(st.lists(st.none() | days, min_size=count, max_size=count)))).astype("datetime64[ns]"),
        "demand": pd.Series(draw(st.lists(numbers, min_size=count, max_size=count)), dtype="float64"),
        "pinned": pd.Series(draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype="bool"),
    }
    return pd.DataFrame(columns)


@st.composite
def plans(draw):
    groups = {group: draw(st.dictionaries(st.sampled_from(["Items", "Demand History", "Supply Plan"]), frames_of_any_kind(), max_size=2)) for group in GROUPS}
    return Published(
        pd.Timestamp("2026-01-01"), draw(st.integers(1, 9)), "2026-01-20", draw(texts), draw(texts), Settings(plan_currency="EUR", horizon=draw(st.integers(1, 30))), **groups
    )


def assert_same(one: Published, other: Published) -> None:
    assert (one.cycle, one.version, one.as_of, one.approved_by, one.scenario) == (other.cycle, other.version, other.as_of, other.approved_by, other.scenario)
    assert one.settings == other.settings
    for group in GROUPS:
        mine, others = getattr(one, group), getattr(other, group)
        assert sorted(mine) == sorted(others)
        for name, frame in mine.items():
            assert_frame_equal(frame, others[name])


@given(plans())
@settings(max_examples=40, deadline=None)
def test_what_is_packed_comes_out_as_it_was(plan):
    assert_same(unpacked(packed(plan)), plan)


@given(plans())
@settings(max_examples=20, deadline=None)
def test_the_same_plan_gives_the_same_bytes(plan):
    assert packed(unpacked(packed(plan))) == packed(plan)
    assert archived_files(unpacked(packed(plan)), "h") == archived_files(plan, "h")


def a_plan(version: int = 1, demand: float = 10.0) -> Published:
    history = pd.DataFrame({"item": ["A", "B"], "demand": [demand, np.nan]})
    figures = pd.DataFrame({"family": ["Paint"], "demand": [demand]})
    return Published(pd.Timestamp("2026-01-01"), version, "2026-01-20", "Ada", "", Settings(), {"Demand History": history}, {}, {"Approved Plan": figures})


def test_a_long_record_is_cut_into_cells_that_excel_can_hold():
    text = "x" * 70_000
    rows = record_rows_of({("2026-01", 1): text, ("2025-12", 2): "y"})
    assert [row[:3] for row in rows] == [["2025-12", 2.0, 1.0], ["2026-01", 1.0, 1.0], ["2026-01", 1.0, 2.0], ["2026-01", 1.0, 3.0]]
    assert all(len(row[3]) <= 32_767 for row in rows) and "".join(row[3] for row in rows[1:]) == text


@pytest.mark.parametrize("damage", [lambda text: text[:-40], lambda text: "?" + text[1:], lambda text: "", lambda text: text[:200] + "AAAA" + text[204:]])
def test_a_damaged_record_is_said_to_be_damaged(damage):
    with pytest.raises(HostError, match="damaged"):
        record_of(damage(record_text(a_plan())))


def test_a_plan_of_the_archive_is_a_folder_that_any_tool_reads(tmp_path):
    place = write_archived(tmp_path / "plan_archive", "2026-01", a_plan(), "abc")
    assert place == "plan_archive/2026-01_v1"
    folder = tmp_path / place
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*")) == ["approved_plan.parquet", "inputs/Demand History.parquet", "record.json"]
    assert pd.read_parquet(folder / "inputs" / "Demand History.parquet")["demand"][0] == 10
    record = json.loads((folder / "record.json").read_text())
    assert record["approved_by"] == "Ada" and record["hash"] == "abc" and record["files"]["approved_plan.parquet"]["rows"] == 1
    plan, digest = read_archived(folder)
    assert digest == "abc"
    assert_same(plan, a_plan())


def test_archiving_again_after_a_run_that_broke_off_uses_what_is_there(tmp_path):
    first = write_archived(tmp_path, "2026-01", a_plan(), "abc")
    assert write_archived(tmp_path, "2026-01", a_plan(), "abc") == first
    assert [p.name for p in tmp_path.iterdir()] == ["2026-01_v1"]


def test_another_plan_of_that_name_is_never_overwritten(tmp_path):
    write_archived(tmp_path, "2026-01", a_plan(demand=10.0), "abc")
    assert write_archived(tmp_path, "2026-01", a_plan(demand=11.0), "def").endswith("2026-01_v1_2")
    assert read_archived(tmp_path / "2026-01_v1")[1] == "abc"


def test_a_changed_a_missing_and_a_strange_file_of_the_archive_are_named(tmp_path):
    folder = tmp_path / write_archived(tmp_path / "a", "2026-01", a_plan(), "abc")
    file = folder / "inputs" / "Demand History.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + b"!")
    with pytest.raises(HostError, match=r"inputs/Demand History\.parquet was changed"):
        read_archived(folder)
    file.unlink()
    with pytest.raises(HostError, match=r"inputs/Demand History\.parquet is missing"):
        read_archived(folder)
    (folder / "record.json").write_text("[]")
    with pytest.raises(HostError, match="missing or damaged"):
        read_archived(folder)
    with pytest.raises(HostError, match="does not exist"):
        read_archived(tmp_path / "nowhere")


def test_a_folder_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    from pathlib import Path

    def broken(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(HostError, match="No space left"):
        write_folder(tmp_path / "plan", {"a/b.txt": b"1"})
    assert list(tmp_path.iterdir()) == [], "no half of it, and no litter"
