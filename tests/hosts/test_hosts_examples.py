"""The examples in the docstrings of the hosts are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["column_use", "formulas", "serials", "styles"])
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(f"sop_xl.hosts.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
