"""Relative references move as Excel moves them; openpyxl's translator is the second opinion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from sop_xl.hosts.formulas import addresses_in, has_relative_rows, move_formula


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "moved"),
    [
        ("A1+B2", 1, 1, "B2+C3"),
        ("$A1+A$1+$A$1", 2, 3, "$A3+D$1+$A$1"),
        ("SUM(A1:B9,C:C,$D:E,2:3,$4:5)", 1, 1, "SUM(B2:C10,D:D,$D:F,3:4,$4:6)"),
        ('"A1 is ""B2"""&A1', 1, 0, '"A1 is ""B2"""&A2'),
        ("'A1 sheet'!A1+Items!B2", 1, 0, "'A1 sheet'!A2+Items!B3"),
        ("Plan[[#This Row],[A1]]*B1+Plan[B2]", 1, 0, "Plan[[#This Row],[A1]]*B2+Plan[B2]"),
        ("LOG10(A1)+ATAN2(A1,B1)", 0, 1, "LOG10(B1)+ATAN2(B1,C1)"),
        ("rate_1+FY26+tax2026x", 1, 1, "rate_1+FZ27+tax2026x"),  # FY26 is a cell
        ("[1]Sheet1!A1", 1, 0, "[1]Sheet1!A2"),
        ("A1", -1, 0, "#REF!"),
        ("XFD1048576", 0, 1, "#REF!"),
        ("1.5E3+2*A1", 1, 0, "1.5E3+2*A2"),
        ("Q1!A1", 1, 0, "Q1!A2"),  # a sheet that is named like a cell
        ("IF(TRUE,A1,#N/A)", 1, 0, "IF(TRUE,A2,#N/A)"),
    ],
)
def test_moving_references(formula, rows, columns, moved):
    assert move_formula(formula, rows, columns) == moved


references = st.builds(
    lambda a, c, b, r: f"{a}{c}{b}{r}",
    st.sampled_from(["", "$"]),
    st.sampled_from(["B", "Z", "AA", "XA"]),
    st.sampled_from(["", "$"]),
    st.integers(20, 900),
)
terms = st.one_of(
    references,
    st.builds(lambda a, b: f"SUM({a}:{b})", references, references),
    st.builds(lambda a: f"Items!{a}", references),
    st.builds(lambda a: f"'my plan'!{a}", references),
    st.sampled_from(['"text B7"', "1.5", "PI()", "Plan[Quantity]", "season"]),
)


@given(st.lists(terms, min_size=1, max_size=5), st.integers(-15, 40), st.integers(-1, 40))
def test_openpyxl_moves_them_alike(pieces, rows, columns):
    formula = "+".join(pieces)
    from sop_xl.blocks import a1

    expected = Translator("=" + formula, origin="C20").translate_formula(a1(20 + rows, 3 + columns))
    assert "=" + move_formula(formula, rows, columns) == expected


def test_which_cells_a_formula_cites():
    assert addresses_in('SUM(B2:B9)+Items!$C$3&"D4"+Plan[E5]') == ["B2", "B9", "$C$3"]
    assert has_relative_rows("B2*2")
    assert not has_relative_rows("Plan[[#This Row],[x]]*$F$1+B$2")
