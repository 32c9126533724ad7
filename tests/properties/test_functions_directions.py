"""Whatever the numbers are: results lie as their ranges lie, and no row depends on the rows beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl.blocks import CellError
from sop_xl.functions import call

UNITS = st.one_of(st.none(), st.integers(0, 500), st.floats(0, 500, allow_nan=False).map(lambda v: round(v, 2)))

# formulas of one range of units that are computed row by row: name, arguments before the range, and after it
BY_ROW = [
    ("SOP_PROJECTED_BALANCE", [100], []),
    ("SOP_NET_REQUIREMENTS", [100], [None, 20, 30, 12, 1]),
    ("SOP_ATP", [100], []),
    ("SOP_SPREAD", [1000], [0]),
    ("SOP_CONSENSUS", [], [50, 0.3]),
    ("SOP_CLEANSE", [], [4]),
    ("SOP_DEMAND_CLASS", [], [4]),
    ("SOP_DAYS_OF_SUPPLY", [700], []),
]


@st.composite
def grids(draw: st.DrawFn) -> list[list[float | None]]:
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(2, 14))
    return draw(st.lists(st.lists(UNITS, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


def table(result: object) -> list[list[object]]:
    return result if isinstance(result, list) else [[result]]  # type: ignore[return-value]


@pytest.mark.parametrize(("name", "before", "after"), BY_ROW)
@given(grid=grids(), turn=st.integers(0, 3))
@settings(max_examples=25)
def test_rows_in_another_order_give_the_same_rows_in_that_order(name, before, after, grid, turn):
    whole, turned = call(name, [*before, grid, *after]), call(name, [*before, grid[turn:] + grid[:turn], *after])
    if isinstance(whole, CellError):
        assert whole == turned
        return
    assert table(turned) == table(whole)[turn:] + table(whole)[:turn]


@pytest.mark.parametrize(("name", "before", "after"), BY_ROW)
@given(grid=grids())
@settings(max_examples=25)
def test_one_series_downwards_gives_what_it_gives_across(name, before, after, grid):
    across = call(name, [*before, [grid[0]], *after])
    down = call(name, [*before, [[value] for value in grid[0]], *after])
    if isinstance(across, CellError):
        assert down == across
        return
    assert np.array(table(down), dtype=object).T.tolist() == table(across)


@given(grid=grids(), place=st.tuples(st.integers(0, 1), st.integers(0, 1)))
@settings(max_examples=25)
def test_a_text_among_the_numbers_is_named_with_its_place(grid, place):
    row, column = place
    grid[row][column] = "n/a"  # type: ignore[call-overload]
    for name, before, after in BY_ROW:
        assert call(name, [*before, grid, *after]) == "#VALUE!"
        assert f'row {row + 1}, column {column + 1}: expected a number, got "n/a"' in str(call("SOP_LASTERROR", [name]))
