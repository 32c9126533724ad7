"""The first forecast of a process waits for its packages; a process in which nobody waits can have them before anyone asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sop_xl.functions.registry import LOG, CellArgument, functions

IDLE_SECONDS = 2.0
"""How long nobody must have asked for anything before packages are fetched."""
_YEARS_OF_MONTHS = [[100.0 + 10.0 * ((3 * k) % 12) for k in range(36)]]
_HEAVY: tuple[tuple[str, list[CellArgument]], ...] = (("SOP_FORECAST", [_YEARS_OF_MONTHS, 1]), ("SOP_FILL_RATE", [10, 100, 30, 1]))


def warm_up() -> None:
    """Use the functions that need packages of their own once; one to six seconds, for a moment in which nobody waits.

    Neither results nor reasons are kept: it is as if nobody had called.
    """
    from sop_xl.functions.values import coerced

    for name, arguments in _HEAVY:
        function = functions()[name]
        function.compute(*coerced(function, arguments))


class IdleWarmUp:
    """Warms a process up once, in a thread of its own, in the first pause between the calls that it computes.

    Parameters
    ----------
    work
        What to do in the pause.
    pause
        Seconds without a call that make a pause.
    """

    def __init__(self, work: Callable[[], None], pause: float = IDLE_SECONDS) -> None:
        self._work, self._pause, self._last = work, pause, 0.0
        self._thread: threading.Thread | None = None

    def called(self) -> None:
        """Say that a call was just answered."""
        self._last = time.monotonic()
        if self._thread is None:
            self._thread = threading.Thread(target=self._wait, name="sop_xl warm-up", daemon=True)
            self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait for its end, and say whether it has come."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is not None and not self._thread.is_alive()

    def _wait(self) -> None:
        while (left := self._last + self._pause - time.monotonic()) > 0:
            time.sleep(left)
        try:
            self._work()
        except Exception:  # the function itself will say what is missing, to whoever asks for it
            LOG.exception("warming up failed")
