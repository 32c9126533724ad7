"""Rows with wildcards: which of them hold for what."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_xl.plan.scopes import in_scope, widest_first

COLUMNS = ["item", "family", "location", "kind"]


def table(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def test_an_item_counts_before_a_family_before_a_location_before_classes() -> None:
    rows = table(("i", "", "", ""), ("", "f", "l", "k"), ("", "", "l", "k"), ("", "", "", "k"), ("", "", "", ""))
    assert widest_first(rows, ("kind",)).tolist() == [4, 3, 2, 1, 0]


def test_rows_without_any_scope_hold_for_everything_and_no_rows_hold_for_nothing() -> None:
    things = table(("i", "f", "l", "k"), ("j", "f", "l", "k"))
    assert in_scope(table(("", "", "", "")), things, ("kind",)).to_numpy().tolist() == [[0, 0], [0, 1]]
    assert in_scope(table(), things, ("kind",)).empty
    assert in_scope(table(("", "", "", "")), table(), ("kind",)).empty


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from(["", "a", "b"])] * 4), max_size=12),
    st.lists(st.tuples(*[st.sampled_from(["", "a", "b"])] * 4), max_size=8),
)
def test_the_last_row_of_each_thing_is_the_narrowest_that_matches(rows: list[tuple[str, ...]], things: list[tuple[str, ...]]) -> None:
    found = in_scope(table(*rows), table(*things), ("kind",)).groupby("thing")["row"].apply(list).to_dict()  # type: ignore[arg-type]
    for k, thing in enumerate(things):
        holding = [n for n, row in enumerate(rows) if all(not want or want == have for want, have in zip(row, thing, strict=True))]
        expected = sorted(holding, key=lambda n: ([bool(part) for part in rows[n]], n))
        assert found.get(k, []) == expected
