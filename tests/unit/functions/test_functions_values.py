"""What a cell may hold, and what a function makes of it."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from sop_xl.blocks import CellError
from sop_xl.functions.registry import Argument, CellFunction, FunctionError, Kind
from sop_xl.functions.values import coerced, plain_result


def taken(kind: Kind, value, **options):
    """The value as a function with that one argument takes it."""
    argument = Argument("history", "Units.", kind, **options)
    return coerced(CellFunction("SOP_X", "demand", "", (argument,), "", (), "", lambda x: x), [value])[0]


def refused(kind: Kind, value, **options) -> str:
    with pytest.raises(FunctionError) as caught:
        taken(kind, value, **options)
    return f"{caught.value.value} {caught.value}"


class TestNumbers:
    def test_a_range_of_one_cell_is_its_value(self):
        assert taken(Kind.NUMBER, [[12]]) == taken(Kind.NUMBER, 12) == 12.0

    def test_an_empty_cell_of_a_range_is_absent_and_not_zero(self):
        assert np.array_equal(taken(Kind.NUMBERS, [[1, None, 0, "", 4]]), [1, np.nan, 0, np.nan, 4], equal_nan=True)

    def test_a_row_may_come_as_a_flat_list(self):
        assert np.array_equal(taken(Kind.NUMBERS, [1, 2, 3]), taken(Kind.NUMBERS, [[1, 2, 3]]))

    def test_a_single_column_is_one_series(self):
        assert taken(Kind.GRID, [[1], [2], [3]]).tolist() == [[1, 2, 3]]
        assert taken(Kind.GRID, [[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]

    def test_a_matrix_stays_as_it_stands(self):
        assert taken(Kind.MATRIX, [[1], [2]]).tolist() == [[1], [2]]

    def test_a_whole_number_comes_from_excel_with_a_point(self):
        assert taken(Kind.WHOLE, 12.0) == 12

    def test_an_array_of_numpy_is_a_range(self):
        assert taken(Kind.GRID, np.array([[1.0, 2.0]])).tolist() == [[1, 2]]


class TestMistakesAreNamedWithTheirPlace:
    @pytest.mark.parametrize(
        ("kind", "value", "words"),
        [
            (Kind.GRID, [[1, 2], [3, 4], [5, "n/a"]], '#VALUE! history, row 3, column 2: expected a number, got "n/a"'),
            (Kind.GRID, [[1, "12"]], '#VALUE! history, row 1, column 2: expected a number, got "12"'),
            (Kind.GRID, [[1, True]], "#VALUE! history, row 1, column 2: expected a number, got TRUE"),
            (Kind.NUMBERS, [[1], [datetime(2026, 1, 1)]], "#VALUE! history, row 2, column 1: expected a number, got a date 2026-01-01"),
            (Kind.GRID, [[1, CellError("#REF!")]], "#REF! history, row 1, column 2 is the error #REF!"),
            (Kind.NUMBER, CellError("#DIV/0!"), "#DIV/0! history is the error #DIV/0!"),
            (Kind.NUMBER, "many", '#VALUE! history: expected a number, got "many"'),
            (Kind.NUMBER, [[1, 2]], "#VALUE! history: expected one cell, got 1 x 2 cells"),
            (Kind.NUMBER, None, "#N/A history is empty"),
            (Kind.GRID, [[None, ""]], "#N/A history is empty"),
            (Kind.NUMBERS, [[1, 2], [3, 4]], "#VALUE! history: expected one row or one column, got 2 x 2 cells"),
            (Kind.WHOLE, 1.5, "#VALUE! history: expected a whole number, got 1.5"),
            (Kind.NUMBER, float("inf"), "#NUM! history is not finite"),
            (Kind.GRID, [[1.0, float("inf")]], "#NUM! history, row 1, column 2 is not finite"),
            (Kind.GRID, [[1, 2], [3]], "#VALUE! history: rows of different lengths"),
            (Kind.FLAG, 2, "#VALUE! history: expected TRUE or FALSE, got 2"),
            (Kind.DATE, "soon", '#VALUE! history: expected a date, got "soon"'),
            (Kind.TABLE, [["a", CellError("#N/A")]], "#N/A history, row 1, column 2 is the error #N/A"),
        ],
    )
    def test_said(self, kind, value, words):
        assert refused(kind, value) == words

    def test_bounds(self):
        assert refused(Kind.WHOLE, 0, least=1, most=366) == "#NUM! history: expected 1 to 366, got 0"
        assert refused(Kind.GRID, [[1, 2], [-3, 4]], least=0) == "#NUM! history, row 2, column 1: expected 0 or more, got -3"

    def test_a_word_that_is_none_of_the_choices_with_the_nearest_one(self):
        words = refused(Kind.TEXT, "nromal", choices=("normal", "gamma"))
        assert words == '#VALUE! history: expected one of normal, gamma, got "nromal" (did you mean normal?)'

    def test_too_many_arguments(self):
        function = CellFunction("SOP_X", "demand", "", (), "", (), "", lambda: 1)
        with pytest.raises(FunctionError, match="at most 0 arguments, got 1"):
            coerced(function, [1])


class TestOtherKinds:
    def test_choices_in_any_case(self):
        assert taken(Kind.TEXT, " GAMMA ", choices=("normal", "gamma")) == "gamma"

    def test_an_item_number_is_a_text_without_a_point(self):
        assert taken(Kind.TEXTS, [[101.0], ["A-1"], [None]]) == ["101", "A-1", ""]

    def test_a_date_is_a_date_or_a_serial(self):
        assert taken(Kind.DATE, 45992) == taken(Kind.DATE, datetime(2025, 12, 1, 8)) == taken(Kind.DATE, date(2025, 12, 1)) == date(2025, 12, 1)

    def test_blank_optional_ones_take_their_default(self):
        for blank in (None, "", " ", [[None]], float("nan")):
            assert taken(Kind.NUMBER, blank, default=7.0) == 7.0
        assert taken(Kind.GRID, [[None, None]], default=None) is None

    def test_anything_is_handed_on_even_an_error(self):
        assert taken(Kind.ANY, CellError("#N/A")) == "#N/A"


class TestResults:
    def test_a_single_value_is_no_range(self):
        assert plain_result(np.array([[3.0]])) == 3.0

    def test_what_is_not_known_is_na_and_what_overflows_is_num(self):
        assert plain_result(np.array([1.0, np.nan, np.inf])) == [[1.0, "#N/A", "#NUM!"]]
        assert isinstance(plain_result(np.nan), CellError)

    def test_nothing_is_an_empty_cell(self):
        assert plain_result(np.array([1.0, None], dtype=object)) == [[1.0, None]]

    def test_upright_results_stand(self):
        assert plain_result(np.array([[1.0, 2.0]]), upright=True) == [[1.0], [2.0]]

    def test_types_are_pythons_own(self):
        (row,) = plain_result(np.array([np.int64(1), np.float64(2), np.True_, np.str_("a")], dtype=object))
        assert [type(v) for v in row] == [int, float, bool, str]
