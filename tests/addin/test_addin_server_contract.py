"""Excel's side of the functions: the xlwings server's own code for Windows calls them, over stand-ins for pywin32."""

from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from types import SimpleNamespace

import pytest
from formula_literals import taken_apart
from pywin32_stand_ins import xlwings_server

from sop_xl import udfs
from sop_xl.addin.wrappers import wrapper_module
from sop_xl.blocks import CellError
from sop_xl.functions import call, functions

LEFT_OUT = -2147352572
"""What Windows puts in the place of an optional argument that was left out."""


@pytest.fixture
def server(monkeypatch):
    return xlwings_server(monkeypatch)


@pytest.fixture
def seen(server, monkeypatch):
    """Sends one argument through the server and gives what the register gets."""
    arrived: list = []
    monkeypatch.setattr(udfs, "call", lambda name, arguments: arrived.append(arguments[0]) or 0.0)

    def send(value):
        server.call("sop_xl.udfs", "SOP_EOQ", (value,))
        return arrived.pop()

    return send


@pytest.fixture
def shown(server, monkeypatch):
    """What VBA gets where the register gives this result."""

    def give(result):
        monkeypatch.setattr(udfs, "call", lambda name, arguments: result)
        return server.call("sop_xl.udfs", "SOP_EOQ", ())

    return give


def marked(result):
    return udfs.ERROR_MARK + result if isinstance(result, CellError) else result


@pytest.mark.parametrize("name", list(functions()))
def test_the_server_computes_every_example_as_the_register_does(server, name):
    called, arguments = taken_apart(functions()[name].example)
    assert called == name
    expected = call(name, arguments)
    as_sent = tuple(tuple(map(tuple, a)) if isinstance(a, list) else a for a in arguments)
    got = server.call("sop_xl.udfs", name, as_sent)
    if isinstance(expected, list):
        rows = [["" if cell is None else marked(cell) for cell in row] for row in expected]
        assert got == (rows[0] if len(rows) == 1 else rows)
    else:
        assert got == ("" if expected is None else marked(expected))


# --- arguments -------------------------------------------------------------------------------------------------------


def test_a_cell_is_a_value_and_a_range_is_rows_whatever_its_shape(seen):
    assert seen(3.0) == 3.0
    assert seen(((1.0, 2.0), (3.0, 4.0))) == [[1.0, 2.0], [3.0, 4.0]]
    assert seen(((1.0,), (2.0,))) == [[1.0], [2.0]]
    assert seen(((1.0, 2.0),)) == [[1.0, 2.0]]
    assert seen((1.0, 2.0)) == [[1.0, 2.0]], "an array constant of one row comes flat"


def test_dates_stay_dates(seen):
    assert seen(datetime(2026, 3, 1, tzinfo=UTC)) == datetime(2026, 3, 1)
    assert seen(((datetime(2026, 3, 1, tzinfo=UTC), 5.0),)) == [[datetime(2026, 3, 1), 5.0]]


def test_blank_cells_and_texts_without_characters_are_absent_not_zero(seen):
    assert seen(None) is None
    assert seen(((1.0, None, ""),)) == [[1.0, None, None]]
    assert seen(LEFT_OUT) is None


def test_error_cells_are_seen_as_errors_with_their_name(seen, server):
    for code, name in server.codes.items():
        got = seen(((1.0, code),))[0][1]
        assert (got, type(got)) == (name, CellError)
    spilled_over = -2146826243
    assert isinstance(seen(spilled_over), CellError), "an error that xlwings has no name for is an error all the same"


def test_money_truth_and_text_keep_their_meaning(seen):
    row = seen(((Decimal("12.5"), True, "001", 7),))[0]
    assert [(v, type(v)) for v in row] == [(12.5, float), (True, bool), ("001", str), (7.0, float)]


# --- results ---------------------------------------------------------------------------------------------------------


def test_an_error_value_travels_as_a_marked_text_alone_and_in_rows(shown):
    assert shown(CellError("#NUM!")) == "sop_xl:error:#NUM!"
    assert shown([[1.0, CellError("#N/A")], [2.0, 3.0]]) == [[1.0, "sop_xl:error:#N/A"], [2.0, 3.0]]


def test_the_mark_is_the_one_that_the_vba_takes_off():
    source = resources.files("sop_xl.addin").joinpath("vba", "SopValues.bas").read_text(encoding="ascii")
    assert re.search(r'SOP_MARK As String = "(.*)"', source)[1] == udfs.ERROR_MARK


def test_a_blank_in_a_result_is_a_text_without_characters_because_excel_would_show_0(shown):
    assert shown(None) == ""
    assert shown([[None, 1.0], [2.0, None]]) == [["", 1.0], [2.0, ""]]


def test_whole_numbers_go_as_excel_has_them_and_truth_stays_truth(shown):
    got = shown([[2**40, True]])
    assert [(v, type(v)) for v in got] == [(float(2**40), float), (True, bool)]


def test_dates_go_as_dates_without_shifting(shown):
    assert shown(date(2026, 3, 1)) == datetime(2026, 3, 1, tzinfo=UTC)
    assert shown([[datetime(2026, 3, 1, 6, 30)], [1.0]]) == [[datetime(2026, 3, 1, 6, 30, tzinfo=UTC)], [1.0]]


def test_one_row_comes_flat_and_one_column_upright(shown):
    assert shown([[1.0, 2.0]]) == [1.0, 2.0]
    assert shown([[1.0], [2.0]]) == [[1.0], [2.0]]


# --- signatures ------------------------------------------------------------------------------------------------------


def _signatures(vba: str) -> dict[str, list[tuple[str, bool]]]:
    """Name, and per argument its name and whether it is optional, of every function in the source."""
    joined = re.sub(r" _\s*\n\s*", " ", vba)
    found = {}
    for name, inside in re.findall(r"^(?:Public )?Function (SOP_\w+)\((.*?)\)", joined, re.M):
        arguments = [a.strip() for a in inside.split(",") if a.strip()]
        bare = [re.sub(r"^Optional |ByRef | As Variant$", "", a).replace("ByRef ", "") for a in arguments]
        found[name] = [(b, a.startswith("Optional")) for a, b in zip(arguments, bare, strict=True)]
    return found


def test_our_wrappers_take_what_those_of_xlwings_would_take(server):
    theirs = io.StringIO()
    server.udfs.generate_vba_wrapper("sop_xl.udfs", udfs, theirs, SimpleNamespace(Name="sop_xl.xlam"))
    ours, others = _signatures(wrapper_module(functions().values())), _signatures(theirs.getvalue())
    assert list(functions()) == list(ours)
    assert {name: [(re.sub("_value$", "", a), o) for a, o in arguments] for name, arguments in ours.items()} == {
        name: [(re.sub("_value$", "", a), o) for a, o in arguments] for name, arguments in others.items()
    }


def test_only_cell_functions_are_offered_to_the_server(server):
    assert {name for name in dir(udfs) if hasattr(getattr(udfs, name), "__xlfunc__")} == set(functions())


# --- the process -----------------------------------------------------------------------------------------------------


def test_the_process_starts_without_anything_heavy():
    heavy = ["pandas", "scipy", "statsforecast", "pydantic", "openpyxl", "xlsxwriter", "linopy", "xlwings", "typer"]
    program = f"import sys, sop_xl.udfs; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_goes_wrong_inside_is_in_the_users_log_and_nothing_is_made_before(monkeypatch, tmp_path):
    logger = logging.getLogger("sop_xl.functions")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    udfs._keep_log()
    udfs._keep_log()
    assert not (tmp_path / "profile").exists()
    logging.getLogger("sop_xl.functions.registry").error("no such series")
    lines = (tmp_path / "profile" / "sop_xl.log").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition("ERROR")[2].strip() for line in lines] == ["no such series"]
