"""The VBA functions that Excel lists: made from the register, one for each."""

from __future__ import annotations

import re

import pytest

from sop_xl.addin.intellisense import intellisense_rows
from sop_xl.addin.wrappers import attribute_text, wrapper, wrapper_module
from sop_xl.functions.registry import Argument, CellFunction, Kind, functions


def function(*arguments: Argument, name: str = "SOP_SAMPLE", topic: str = "demand", description: str = "A sample.") -> CellFunction:
    return CellFunction(name, topic, description, arguments, "A number.", (), f"={name}()", lambda *a: 0.0)


HISTORY = Argument("history", "Units per period.", Kind.NUMBERS)
HORIZON = Argument("horizon", "Periods.", Kind.NUMBER, 12)


def test_a_wrapper_reads_like_this():
    assert wrapper(function(HISTORY, HORIZON)) == [
        "Public Function SOP_SAMPLE(ByRef history As Variant, Optional ByRef horizon As Variant) As Variant",
        'Attribute SOP_SAMPLE.VB_Description = "A sample."',
        r'Attribute SOP_SAMPLE.VB_ProcData.VB_Invoke_Func = " \n14"',
        "    On Error GoTo sopFailedHere",
        "    Dim sopArguments As Variant",
        "    sopArguments = Array(Empty, Empty)",
        "    sopArguments(0) = SopValues_Given(history)",
        "    If Not IsMissing(horizon) Then",
        "        sopArguments(1) = SopValues_Given(horizon)",
        "    End If",
        '    SOP_SAMPLE = SopValues_Result(SopBridge_Call("SOP_SAMPLE", sopArguments))',
        "    Exit Function",
        "sopFailedHere:",
        '    SOP_SAMPLE = SopValues_Failed("SOP_SAMPLE", Err.Description)',
        "End Function",
    ]


def test_a_function_without_arguments_needs_none():
    assert wrapper(function())[0] == "Public Function SOP_SAMPLE() As Variant"


def test_functions_that_tell_how_things_are_say_in_words_that_python_is_not_there():
    assert '    SOP_STATUS = SopValues_FailedText("SOP_STATUS", Err.Description)' in wrapper(function(name="SOP_STATUS", topic="status"))


def test_words_that_vba_keeps_for_itself_get_another_name():
    source = "\n".join(wrapper(function(Argument("date", "A day.", Kind.DATE), Argument("step", "Periods.", Kind.NUMBER, 1))))
    assert "ByRef date_value As Variant" in source
    assert "IsMissing(step_value)" in source


def test_many_arguments_stand_below_each_other():
    many = [Argument(f"a_rather_long_name_{letter}", "Text.", Kind.NUMBER) for letter in "abcdefgh"]
    source = wrapper(function(*many))
    assert source[0] == "Public Function SOP_SAMPLE( _"
    assert source[8] == "    ByRef a_rather_long_name_h As Variant) As Variant"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Say "yes"', "Say 'yes'"),
        (r"a \n b", "a /n b"),
        ("two\nlines", "two lines"),
        ("0\N{EN DASH}1", "0-1"),
        ("\N{GREEK SMALL LETTER ALPHA}", "?"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_description_becomes_what_an_attribute_can_hold(text, shown):
    assert attribute_text(text) == shown


def test_every_function_of_the_register_is_there_with_its_handler_first():
    source = wrapper_module(functions().values())
    bodies = re.findall(r"^Public Function (SOP_\w+).*?\n(    On.*?)\n", re.sub(r" _\n", " ", source), re.M | re.S)
    assert [name for name, _ in bodies] == list(functions())
    assert {first for _, first in bodies} == {"    On Error GoTo sopFailedHere"}


def test_help_while_typing_has_a_row_for_every_function_with_its_arguments():
    head, *rows = intellisense_rows(functions().values())
    assert head[0] == "FunctionInfo"
    assert [row[0] for row in rows] == list(functions())
    for row in rows:
        assert len(row) == 3 + 2 * len(functions()[row[0]].arguments)
        assert all(row[:2]) and all(row[3:])
        assert max(map(len, row)) <= 255
