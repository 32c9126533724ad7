"""Calling a function: results by content, reasons of failures, and nothing that ever escapes."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from sop_xl.blocks import CellError
from sop_xl.errors import FrameError, PlanError
from sop_xl.functions import call, functions, last_error, registry
from sop_xl.functions.cache import RESULTS, ResultCache, key_of
from sop_xl.functions.registry import Argument, CellFunction, Kind


@pytest.fixture
def counted(monkeypatch):
    """A function SOP_COUNTED of a grid that counts how often it is computed, and fails as `fail` says."""
    calls: list[np.ndarray] = []
    fail: list[Exception] = []

    def compute(history):
        calls.append(history)
        if fail:
            raise fail[0]
        return history * 2

    argument = Argument("history", "Units.", Kind.GRID)
    function = CellFunction("SOP_COUNTED", "demand", "", (argument,), "", (("#N/A", "a cell is blank"),), "", compute, follows="history")
    known = dict(functions()) | {"SOP_COUNTED": function}
    monkeypatch.setattr(registry, "functions", lambda: known)
    RESULTS.clear()
    yield calls, fail
    RESULTS.clear()


class TestTheSameContentIsComputedOnce:
    def test_as_a_flat_row_as_rows_and_as_whole_numbers(self, counted):
        calls, _ = counted
        assert call("SOP_COUNTED", [[1, 2]]) == call("sop_counted", [[[1.0, 2.0]]]) == [[2, 4]]
        assert len(calls) == 1

    def test_but_not_where_it_lies_the_other_way(self, counted):
        assert call("SOP_COUNTED", [[[1, 2]]]) == [[2, 4]]
        assert call("SOP_COUNTED", [[[1], [2]]]) == [[2], [4]]

    def test_nor_where_an_empty_cell_stands_for_a_zero(self, counted):
        assert call("SOP_COUNTED", [[[1, 0]]]) == [[2, 0]]
        assert call("SOP_COUNTED", [[[1, None]]]) == [[2, "#N/A"]]

    def test_nobody_can_change_what_is_kept(self, counted):
        call("SOP_COUNTED", [[[1, 2]]])[0][0] = 99
        assert call("SOP_COUNTED", [[[1, 2]]]) == [[2, 4]]

    def test_a_failure_is_not_kept(self, counted):
        calls, fail = counted
        fail.append(PlanError("no plan"))
        assert call("SOP_COUNTED", [[[1, 2]]]) == "#NUM!"
        fail.clear()
        assert call("SOP_COUNTED", [[[1, 2]]]) == [[2, 4]]
        assert len(calls) == 2

    def test_texts_that_run_together_are_told_apart(self):
        assert key_of("SOP_X", False, ["ab", "c"]) != key_of("SOP_X", False, ["a", "bc"])
        assert key_of("SOP_X", False, [np.zeros((1, 4))]) != key_of("SOP_X", False, [np.zeros((2, 2))])
        assert key_of("SOP_X", False, [1.0]) != key_of("SOP_X", False, ["1.0"])

    def test_those_not_asked_for_the_longest_go_first(self):
        cache = ResultCache(largest=3 * 500)
        for key in (b"a", b"b"):
            cache.put(key, [[1.0]])
        cache.get(b"a")
        cache.put(b"c", [[1.0]])
        assert cache.get(b"b") is None
        assert cache.get(b"a") == [[1.0]]
        assert cache.size <= cache.largest

    def test_what_is_too_large_alone_is_not_kept_and_drives_nothing_out(self):
        cache = ResultCache(largest=1000)
        cache.put(b"a", 1.0)
        cache.put(b"b", [[1.0] * 1000])
        assert len(cache) == 1


class TestReasons:
    def test_of_the_last_failure_and_of_each_function(self):
        assert call("SOP_EOQ", [1200, 50, 0]) == "#NUM!"
        assert call("SOP_WMAPE", [[1, 2], [1, "n/a"]]) == "#VALUE!"
        assert last_error() == 'SOP_WMAPE: forecast, row 1, column 2: expected a number, got "n/a"'
        assert last_error("SOP_EOQ") == "SOP_EOQ: holding_cost must be above 0: where holding is free, no quantity is too much"

    def test_a_cell_asks_for_its_own_reason_by_pointing_at_itself(self):
        failed = call("SOP_EOQ", [1200, 50, 0])
        assert isinstance(failed, CellError)
        assert call("SOP_LASTERROR", [failed]).startswith("SOP_EOQ: holding_cost")
        assert call("SOP_LASTERROR", ["sop_eoq"]).startswith("SOP_EOQ: holding_cost")
        assert call("SOP_LASTERROR", ["SOP_STATUS"]) == ""

    def test_a_healthy_cell_has_no_reason_whatever_failed_elsewhere(self):
        call("SOP_EOQ", [1200, 50, 0])
        for healthy in (223.6, 0, True, "fine", [[1, 2], [3, None]]):
            assert call("SOP_LASTERROR", [healthy]) == ""
        assert call("SOP_LASTERROR", [[[1], [CellError("#NUM!")]]]).startswith("SOP_EOQ: holding_cost")

    def test_a_function_that_succeeds_again_has_no_reason(self):
        failed = call("SOP_EOQ", [1200, 50, 0])
        call("SOP_EOQ", [1200, 50, 2.4])
        assert call("SOP_LASTERROR", ["SOP_EOQ"]) == ""
        assert call("SOP_LASTERROR", [failed]).startswith("SOP_EOQ: holding_cost")  # of an error that still shows, the last failure

    def test_a_number_that_does_not_exist_says_why(self):
        assert call("SOP_WMAPE", [[0, 0], [1, 2]]) == "#N/A"
        assert last_error() == "SOP_WMAPE: no period has both an actual and a forecast, or nothing was sold in them"

    def test_single_cells_without_a_result_are_remembered_and_the_rest_stands(self):
        assert call("SOP_REORDER_POINT", [[[10], [None]], 2, 5]) == [[25], ["#N/A"]]
        assert last_error() == "SOP_REORDER_POINT: #N/A in some cells: a number is blank"

    def test_a_function_that_is_none(self):
        assert call("SOP_EOK", [1]) == "#NAME?"
        assert last_error() == "SOP_EOK: there is no function SOP_EOK"


class TestNothingEscapes:
    def test_our_own_mistake_is_an_error_value_and_its_traceback_is_in_the_log(self, counted, caplog):
        counted[1].append(ZeroDivisionError("secret detail"))
        with caplog.at_level(logging.ERROR):
            assert call("SOP_COUNTED", [[[1, 2]]]) == "#VALUE!"
        assert last_error() == "SOP_COUNTED: something went wrong inside (ZeroDivisionError); the log has the details"
        assert "secret detail" in caplog.text
        assert "Traceback" in caplog.text

    def test_what_the_plan_refuses_is_said_in_its_words(self, counted):
        counted[1].append(FrameError("a service level lies between 0 and 1"))
        assert call("SOP_COUNTED", [[[1, 2]]]) == "#VALUE!"
        assert last_error() == "SOP_COUNTED: a service level lies between 0 and 1"

    @pytest.mark.parametrize("name", sorted(functions()))
    @pytest.mark.parametrize("odd", ["text", True, CellError("#REF!"), [[]], [["a", None]], [[1e300, -1e300]], -1, 1e300, [], [[1], [2, 3]]])
    def test_whatever_stands_in_a_cell(self, name, odd, caplog):
        count = len(functions()[name].arguments)
        result = call(name, [odd] * count)
        assert not caplog.records, caplog.text
        assert result is None or isinstance(result, str | float | int | list)


class TestStatus:
    def test_says_version_and_functions_and_no_time(self):
        from sop_xl import __version__

        assert call("SOP_STATUS", ["version"]) == __version__
        assert call("SOP_STATUS", ["functions"]) == len(functions())
        assert call("SOP_STATUS", []).startswith(f"sop_xl {__version__}, Python 3.")
