"""Risks held against the other sheets: each mistake alone, one line at its cell."""

from __future__ import annotations

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check

ITEMS = "Item | Family\nAX-140 | Axles\nBK-7 | Bikes"
HISTORY = "Item | Location | Customer group | 2026-01 | 2026-02\nAX-140 | Berlin | Shops | 5 | 6\nBK-7 | Berlin | Web | 1 | 2"
RESOURCES = "Resource | Capacity\nSaw | 100"
LOADS = "Item | Resource | Hours\nBK-7 | Saw | 1"
SOUND = {"Risk": "R1", "Driver": "units", "Probability": "0.3", "Effect": "-0.1"}


def found(severity=None, resources=RESOURCES, **cells):
    """Problems of the Risks sheet with one row: a sound one, with those cells by label (spaces as `_`, a comma as `__`)."""
    row = SOUND | {label.replace("__", ", ").replace("_", " "): value for label, value in cells.items()}
    texts = {"Items": ITEMS, "Demand History": HISTORY, "Risks": " | ".join(row) + "\n" + " | ".join(row.values()), "Resources": resources, "Bill of Resources": LOADS}
    readings = {name: read(name, text) for name, text in texts.items() if text}
    assert not readings["Risks"].errors
    return [str(p) for p in cross_check(readings) if p.sheet == "Risks" and severity in (None, p.severity)]


def test_a_sound_risk_is_not_remarked():
    assert found() == []
    assert found(Effect__low="-0.2", Effect__high="0.05", Customer_group="Web", Family="Bikes", From="2026-04", To="2026-06") == []


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ({"Effect__low": "-0.05"}, 'Risks!E7: expected a "Effect, low" not above the Effect -0.1, got -0.05 (low is the smaller number: of -0.3 and -0.1 it is -0.3)'),
        ({"Effect__high": "-0.3"}, 'Risks!E7: expected a "Effect, high" not below the Effect -0.1, got -0.3 (low is the smaller number: of -0.3 and -0.1 it is -0.3)'),
        ({"Effect": "-1.5"}, "Risks!D7: expected a fraction not below -1, which takes all of it away, got -1.5"),
        ({"From": "2026-06", "To": "2026-04"}, "Risks!F7: expected a period not before From 2026-06, got 2026-04"),
    ],
)
def test_contradictions_stop_a_run(cells, line):
    assert found(Severity.ERROR, **cells) == [line]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ({"Effect": "20"}, "Risks!D7: expected a fraction such as -0.1, got 20 (it means +2000%; 20 % is 0.2)"),
        ({"Effect": "0"}, "Risks!D7: expected an effect other than 0, got 0 (it moves nothing)"),
        ({"From": "2029-01"}, "Risks!E7: expected periods of the plan, 2026-03 to 2027-08, got 2029-01 (it moves nothing)"),
        ({"To": "2026-01"}, "Risks!E7: expected periods of the plan, 2026-03 to 2027-08, got 2026-01 (it moves nothing)"),
        ({"Resource": "Saw"}, 'Risks!E7: expected nothing: units is of demand, got "Saw" (it narrows nothing)'),
        ({"Driver": "capacity", "Family": "Bikes"}, 'Risks!E7: expected nothing: capacity is of a resource, got "Bikes" (it narrows nothing)'),
        ({"Item": "BK-7", "Family": "Axles"}, 'Risks!F7: expected Bikes, the family of item BK-7, or nothing, got "Axles" (nothing is in both, so it moves nothing)'),
        ({"Customer_group": "Wbe"}, 'Risks!E7: expected a customer group named in Demand History, got "Wbe" (did you mean "Web"?)'),
    ],
)
def test_what_moves_nothing_or_too_much_is_a_warning(cells, line):
    assert found(**cells) == [line]
    assert found(Severity.ERROR, **cells) == []


def test_hours_need_resources():
    line = 'Risks!B7: expected resources in Resources for a driver capacity, got "capacity" (without hours and loads nothing limits the plan, so it moves nothing)'
    assert found(resources="", Driver="capacity") == [line]


def test_units_may_be_more_than_five_and_days_are_no_fraction():
    assert found(Action="add", Effect="400") == []
    assert found(Driver="date", Effect="30") == []


@pytest.mark.parametrize("cells", [{"Effect__low": "0.5"}, {"Effect": "20"}, {"From": "2029-01"}, {"Resource": "Saw"}])
def test_closed_ones_are_left_alone(cells):
    assert found(**cells, Status="closed") == []
