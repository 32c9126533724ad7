"""What counts as an input: the words of people, not the figures that a run writes beside them."""

from __future__ import annotations

import pytest
from sheet_tables import read

from sop_xl.commands.inputs import Inputs
from sop_xl.sheets.settings import Settings

ITEMS = "Item | Family\nBK-7 | Bikes"
GAPS = "Gap | Order | Kind | Step | Units | Value | Owner"
MAPPING = "Layout | Part | Place | Found | Taken as | Total | Take it as | Confirmed"
LOG = "Item | Location | Period | Cause | Raw | Corrected | Keep or drop | State"


def fingerprint(**sheets: str) -> str:
    texts = {"Items": ITEMS} | {name.replace("_", " "): text for name, text in sheets.items()}
    readings = {name: read(name, text) for name, text in texts.items()}
    assert not any(reading.errors for reading in readings.values())
    return Inputs(Settings(), readings, ()).fingerprint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Gap_List": f"{GAPS}\nBikes short | 0 | demand and supply | gap | 5 | 900 | Ann"}, {"Gap_List": f"{GAPS}\nBikes short | 0 | demand and supply | gap | 4 | 800 | Ann"}),
        (
            {"Gap_List": f"{GAPS}\nBikes short | 0 | plan and budget | gap | 5 | 900 | Ann\nAxles short | 0 | plan and budget | gap | 1 | 1 | Bob"},
            {"Gap_List": f"{GAPS}\nAxles short | 0 | plan and budget | gap | 1 | 1 | Bob\nBikes short | 0 | plan and budget | gap | 5 | 900 | Ann\nNew | 0 | plan and budget | gap | 2 | 2 |"},
        ),
        ({}, {"Gap_List": f"{GAPS}\nBikes short | 0 | demand and supply | gap | 5 | 900 |"}),
        ({"Budget_Mapping": f"{MAPPING}\nL1 | total | Revenue | Umsatz | left out | 100 | | "}, {"Budget_Mapping": f"{MAPPING}\nL1 | total | Revenue | Umsatz | left out | 200 | | "}),
        ({"History_Log": f"{LOG}\nBK-7 | | 2025-01 | return | 9 | 8 | Keep | applied"}, {"History_Log": f"{LOG}\nBK-7 | | 2025-01 | return | 9 | 7 | Keep | proposed"}),
    ],
    ids=["figures of a gap", "rank of the gaps", "nothing typed", "total of a budget", "correction of history"],
)  # fmt: skip
def test_what_a_run_writes_on_its_outputs_is_no_input(before, after):
    assert fingerprint(**before) == fingerprint(**after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Gap_List": f"{GAPS}\nBikes short | 0 | demand and supply | gap | 5 | 900 | "}, {"Gap_List": f"{GAPS}\nBikes short | 0 | demand and supply | gap | 5 | 900 | Ann"}),
        ({"Budget_Mapping": f"{MAPPING}\nL1 | column | B | Guess | not understood | | |"}, {"Budget_Mapping": f"{MAPPING}\nL1 | column | B | Guess | not understood | | left out |"}),
        ({"History_Log": f"{LOG}\nBK-7 | | 2025-01 | return | 9 | 8 | Keep | applied"}, {"History_Log": f"{LOG}\nBK-7 | | 2025-02 | return | 9 | 8 | Keep | applied"}),
        ({"Items": ITEMS}, {"Items": ITEMS.replace("Bikes", "Trikes")}),
    ],
    ids=["owner", "decision", "line of a mark", "input sheet"],
)  # fmt: skip
def test_what_people_write_is(before, after):
    assert fingerprint(**before) != fingerprint(**after)
