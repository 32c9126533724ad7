"""The first forecast of a process waits for its packages; a process that starts early can have them before anyone asks."""

from __future__ import annotations

from sop_xl.functions.registry import call

_YEARS_OF_MONTHS = [[100.0 + 10.0 * ((3 * k) % 12) for k in range(36)]]


def warm_up() -> None:
    """Use the functions that need packages of their own once; one to four seconds, for a moment in which nobody waits."""
    call("SOP_FORECAST", [_YEARS_OF_MONTHS, 1])
    call("SOP_FILL_RATE", [10, 100, 30, 1])
