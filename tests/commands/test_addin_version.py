"""The add-in says with every command which version built it; one of another version is told so in one line."""

from __future__ import annotations

import pytest

from sop_xl import __version__, ribbon
from sop_xl.addin.sources import own_sources
from sop_xl.commands.lines import read_lines, write_lines


def asked(command: str, addin: str) -> dict[str, str]:
    return read_lines(ribbon.run(command, write_lines({"addin": addin, "visible": "1"})))


@pytest.mark.parametrize("command", ["regenerate", "check", "restore", "import", "export"])
def test_an_add_in_of_another_version_begins_nothing(command):
    told = asked(command, "0.0.1")
    assert told["state"] == "failed"
    assert told["message"] == f"the add-in is of sop_xl 0.0.1, Python has {__version__}: close Excel, run sop-xl install, start Excel anew"
    assert "the add-in is of" not in str(asked(command, __version__))


def test_help_comes_all_the_same_and_about_shows_both():
    told = asked("about", "0.0.1")
    assert told["state"] == "done" and "add-in 0.0.1" in told["box"].splitlines() and f"sop_xl {__version__}" in told["box"].splitlines()


def test_the_add_in_carries_the_version_that_built_it():
    assert f'SopVersion_Text = "{__version__}"' in own_sources()["SopVersion"]
