"""Remarks that are shown as warnings are remarks that the core or a command makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sop_xl
from sop_xl.commands.remarks import WARNINGS

ROOT = Path(sop_xl.__file__).parent


def found(part: str, pattern: str) -> set[str]:
    """What a pattern finds in the sources of a package."""
    return {text for path in sorted((ROOT / part).rglob("*.py")) for text in re.findall(pattern, path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def emitted() -> set[str]:
    """Every text in quotes in the sources of the core, keys of dictionaries aside: they look rules up, and emit none; of commands the rules of notes alone."""
    return found("plan", r'"([a-z0-9-]+)"(?!\s*:)') | found("commands", r'\bNote\([^()]*"([a-z0-9-]+)",')


@pytest.mark.parametrize("rule", sorted(WARNINGS))
def test_every_warning_is_made_somewhere(rule, emitted):
    assert rule in emitted


@pytest.mark.parametrize("rule", ["budget-covers-part-of-plan", "budget-of-several-levels", "risk-scope-empty", "risk-without-demand", "risk-without-limit", "owner-without-gap", "price-list-without-rate"])
def test_what_leaves_money_out_is_a_warning(rule):
    assert rule in WARNINGS
