"""The tab is what the catalogue says, valid for Office, and everything that it calls is there; so is every command on the command line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import typer
from excel_in_memory import MODULES, vba_source
from lxml import etree

from sop_xl.addin.catalogue import COMMANDS, TAB_KEYTIP, WITHOUT_BUTTON, Group, Length, by_macro
from sop_xl.addin.ribbon_xml import NAMESPACE, ribbon_xml
from sop_xl.cli import app
from sop_xl.commands.regenerate import STEPS
from sop_xl.commands.worker import LONG_COMMANDS
from sop_xl.ribbon import _COMMANDS
from sop_xl.sheets import SHEETS

SCHEMA = Path(__file__).parent / "customUI14.xsd"
TAB = etree.fromstring(ribbon_xml().encode())
CONTROLS = TAB.findall(f".//{{{NAMESPACE}}}group/*")
CALLBACKS = ("onAction", "onLoad", "getEnabled", "getLabel")
PROCEDURE = re.compile(r"^Public (?:Sub|Function) (\w+)\((.*?)\)", re.MULTILINE)
PROCEDURES = {name: arguments for module in MODULES for name, arguments in PROCEDURE.findall(vba_source(module))}


def command_line() -> dict[str, list[str]]:
    """Names of the command line's commands, each with its options."""
    root = typer.main.get_command(app)
    found = {}
    for name, command in root.commands.items():
        for full, leaf in [(f"{name} {n}", c) for n, c in command.commands.items()] if hasattr(command, "commands") else [(name, command)]:
            found[full] = [part for p in leaf.params for part in (*p.opts, p.name)]
    return found


def test_the_tab_is_valid_for_office():
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(TAB), schema.error_log


@pytest.mark.parametrize(
    "wrong",
    [
        ('keytip="RE"', 'keytip="FOUR"'), ('size="large"', 'size="huge"'), ("onAction=", "onClick="), ('id="sop_stop"', 'id="sop_regenerate"'),
        ("<ribbon>", "<ribbons>"), ('screentip="Last run"', 'screentip="Last run" keytip="LR"'),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_office_would(wrong):
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    text = ribbon_xml().replace(*wrong).replace("</ribbon>", "</ribbons>" if "<ribbons>" in wrong else "</ribbon>")
    assert not schema.validate(etree.fromstring(text.encode()))


def test_groups_follow_the_cycle():
    labels = [group.get("label") for group in TAB.iter(f"{{{NAMESPACE}}}group")]
    assert labels == ["Cycle", "Demand", "Supply", "Finance", "Scenarios", "Review", "Help"] == [g.value for g in Group]


def test_key_tips_are_unique_and_none_begins_another():
    tips = [c.keytip for c in COMMANDS]
    assert len(set(tips)) == len(tips)
    assert not [(a, b) for a in tips for b in tips if a != b and b.startswith(a)]
    assert all(re.fullmatch("[A-Z0-9]{1,3}", tip) for tip in (*tips, TAB_KEYTIP))


@pytest.mark.parametrize("control", CONTROLS, ids=[c.get("id") for c in CONTROLS])
def test_every_control_explains_itself(control):
    assert 3 < len(control.get("screentip")) <= 60
    assert 20 < len(control.get("supertip")) <= 400
    assert control.get("supertip").endswith(".")
    assert control.get("keytip") or control.tag.endswith("labelControl")
    assert control.get("imageMso") or control.tag.endswith("labelControl")
    assert control.get("label") or control.get("getLabel")


def test_everything_the_tab_calls_is_in_the_macros_with_the_arguments_that_office_gives():
    called = {(name, element.get(name)) for element in TAB.iter() for name in CALLBACKS if element.get(name)}
    assert called
    for kind, procedure in called:
        given = PROCEDURES[procedure].count(",") + 1
        assert given == (2 if kind.startswith("get") else 1), procedure
        assert "As Object" in PROCEDURES[procedure]


def test_every_button_has_its_macro_and_every_macro_its_button():
    macros = {name for name in PROCEDURES if name.startswith("sop_")} - {"sop_poll", "sop_escape", "sop_clear_message", "sop_describe", "sop_leave"}
    assert macros == set(by_macro()) == {c.get("id") for c in CONTROLS if c.tag.endswith("button")}
    assert max(Counter(c.macro for c in COMMANDS).values()) == 1


def test_every_button_is_a_command_of_the_command_line_with_the_same_name_and_options():
    known = command_line()
    for command in COMMANDS:
        if command.length is Length.EXCEL:
            assert command.name == "go"
            continue
        assert command.name in known
        options = {option.lstrip("-") for option in known[command.name]}
        assert {key for key, _ in command.arguments} <= options, command.name


def test_every_command_of_the_command_line_has_a_button_or_a_reason_to_have_none():
    names = set(command_line())
    with_button = {c.name for c in COMMANDS if c.length is not Length.EXCEL}
    assert with_button | (set(WITHOUT_BUTTON) & names) == names
    assert not with_button & set(WITHOUT_BUTTON)


def test_buttons_ask_for_steps_and_sheets_that_there_are():
    steps = {value for c in COMMANDS for key, value in c.arguments if key == "steps"}
    assert steps == set(STEPS)
    sheets = {value for c in COMMANDS for key, value in c.arguments if key == "sheet"}
    assert sheets <= {s.name for s in SHEETS}


def test_python_answers_to_every_button_and_runs_the_long_ones_in_their_own_process():
    asked = {c.name: c.length for c in COMMANDS if c.length is not Length.EXCEL}
    assert set(asked) | {"poll"} == set(_COMMANDS)
    assert {name for name, length in asked.items() if length is Length.LONG} == set(LONG_COMMANDS)


@pytest.mark.parametrize("module", MODULES)
def test_the_macros_keep_to_what_every_interpreter_understands(module):
    source = vba_source(module)
    assert source.isascii()
    assert source.splitlines()[:2] == [f'Attribute VB_Name = "{module}"', "Option Explicit"]
    assert f"Public Function {module}_Sentinel() As String" in source
    code = [line.split("'")[0] if line.lstrip().startswith("'") else line for line in source.splitlines()]
    for line in code:
        assert len(line) < 200
        assert not re.match(r"\s*#|\s*(Private |Public )?Declare\b", line), line
        assert "Application.Caller" not in line and "CreateObject" not in line and "Shell" not in line
        assert not re.search(r"\bThen\s+\S", line), f"If on several lines: {line}"
