"""The page `docs/functions.md` says what the functions say of themselves."""

from __future__ import annotations

from pathlib import Path

from sop_xl.functions import functions
from sop_xl.functions.reference import reference_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "functions.md"
REBUILD = "a function has changed: run `python -m sop_xl.functions`"


def test_the_page_is_what_the_registry_says_today():
    assert PAGE.read_text(encoding="utf-8") == reference_page(), REBUILD


def test_every_function_has_a_heading():
    headings = [line.removeprefix("### ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    assert headings == list(functions())
