"""What surrounds every piece of work in a running Excel: patience while it is busy, its settings, protected sheets, the status bar."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from sop_xl.errors import HostError

_T = TypeVar("_T")
_BUSY = frozenset({-2147418111, -2147417846, -2146777998})
"""Call rejected, call to be repeated later, and Excel's own refusal while a cell is being edited."""

ALLOWANCES = (
    "AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns", "AllowInsertingRows",
    "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows", "AllowSorting", "AllowFiltering", "AllowUsingPivotTables",
)  # fmt: skip
"""What a person may do on a protected sheet, in the order in which Excel takes it."""


class Patience:
    """Tries again, after growing pauses, what Excel rejects because it is busy.

    Parameters
    ----------
    attempts
        How often in all.
    first_pause
        Seconds before the second attempt; each further pause is twice as long.
    sleep
        Waits that many seconds.
    """

    def __init__(self, attempts: int = 8, first_pause: float = 0.1, sleep: Callable[[float], object] = time.sleep) -> None:
        self.attempts = attempts
        self.first_pause = first_pause
        self._sleep = sleep

    def __call__(self, action: Callable[[], _T]) -> _T:
        """Result of `action`, which must do no harm when it is done twice.

        Raises
        ------
        HostError
            Where Excel stays busy.
        """
        pause = self.first_pause
        for attempt in range(1, self.attempts + 1):
            try:
                return action()
            except Exception as error:
                if not is_busy(error):
                    raise
                if attempt == self.attempts:
                    raise HostError("Excel is busy: a cell is being edited or a dialog is open; finish that and run again") from error
            self._sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")


def is_busy(error: BaseException) -> bool:
    """Whether an error says that Excel cannot answer just now."""
    if type(error).__name__ == "ExcelBusyError":
        return True
    codes = {getattr(error, "hresult", None), *error.args}
    for detail in error.args:
        if isinstance(detail, tuple):
            codes |= set(detail)
    return bool(_BUSY & {code for code in codes if isinstance(code, int)})


@contextlib.contextmanager
def quiet(app: Any, patient: Patience) -> Iterator[None]:
    """Excel without repainting, recalculating, events and questions; everything is as it was afterwards, whatever happens.

    xlwings' own guard sets all properties before it begins to watch over them, so that a refusal in the middle would leave some set.
    """
    wanted = {"screen_updating": False, "display_alerts": False, "enable_events": False, "calculation": "manual"}
    before: dict[str, object] = {}
    try:
        for name, value in wanted.items():
            before[name] = patient(lambda name=name: getattr(app, name))  # type: ignore[misc]
            patient(lambda name=name, value=value: setattr(app, name, value))  # type: ignore[misc]
        yield
    finally:
        failed = []
        for name, value in reversed(before.items()):
            try:
                patient(lambda name=name, value=value: setattr(app, name, value))  # type: ignore[misc]
            except Exception as error:  # the others must be restored all the same
                failed.append(error)
        if failed:
            raise HostError("Excel could not get all its settings back; check Formulas > Calculation Options") from failed[0]


@contextlib.contextmanager
def unlocked(sheet: Any, patient: Patience) -> Iterator[None]:
    """A sheet without its protection; it has the same protection again afterwards.

    xlwings has no protection in its public interface, so this speaks to Excel's own objects (`api`).

    Raises
    ------
    HostError
        For a sheet that is protected with a password.
    """
    native = sheet.api
    ways = _windows_protection if hasattr(native, "ProtectContents") else _mac_protection
    lift, restore = patient(lambda: ways(native))
    if lift is None:
        yield
        return
    try:
        patient(lift)
    except HostError:
        raise
    except Exception as error:
        raise HostError(f"{sheet.name} is protected with a password; lift that (Review, Unprotect Sheet) and run again") from error
    try:
        yield
    finally:
        try:
            patient(restore)
        except Exception as error:
            raise HostError(f"{sheet.name} could not be protected again; do it by hand (Review, Protect Sheet)") from error


def _nothing() -> None:
    return None


def _windows_protection(native: Any) -> tuple[Callable[[], object] | None, Callable[[], object]]:
    """What lifts a sheet's protection and what brings it back; nothing to lift where it has none."""
    if not (native.ProtectContents or native.ProtectDrawingObjects or native.ProtectScenarios):
        return None, _nothing
    parts = bool(native.ProtectDrawingObjects), bool(native.ProtectContents), bool(native.ProtectScenarios), bool(native.ProtectionMode)
    allowed = [bool(getattr(native.Protection, name)) for name in ALLOWANCES]
    selection = native.EnableSelection

    def restore() -> None:
        native.Protect("", *parts, *allowed)
        native.EnableSelection = selection

    # an empty password, since without one Excel would ask for it in a dialog
    return (lambda: native.Unprotect("")), restore


def _mac_protection(native: Any) -> tuple[Callable[[], object] | None, Callable[[], object]]:
    """The same in the words of Excel's scripting dictionary on a Mac, which has no words for what else is allowed (filtering, sorting): that is not brought back."""
    if not native.protect_contents.get():
        return None, _nothing
    parts = {
        "drawing_objects": native.protect_drawing_objects.get(),
        "worksheet_contents": True,
        "scenarios": native.protect_scenarios.get(),
    }
    return (lambda: native.unprotect(password="")), (lambda: native.protect_worksheet(password="", **parts))


class StatusLine:
    """Excel's status bar, written to a few times a second at most, and given back at the end.

    Parameters
    ----------
    app
        The running Excel.
    clock
        Seconds that only ever grow.
    interval
        Least time between two messages, in seconds.
    """

    def __init__(self, app: Any, clock: Callable[[], float] = time.monotonic, interval: float = 0.2) -> None:
        self._app = app
        self._clock = clock
        self._interval = interval
        self._before: object = None
        self._shown: float | None = None

    def show(self, message: str, done: int, total: int) -> None:
        """Show a message unless the last one is too fresh; a busy Excel misses it."""
        now = self._clock()
        if self._shown is not None and now - self._shown < self._interval:
            return
        counted = f" ({done + 1} of {total})" if 0 <= done < total else ""
        with contextlib.suppress(Exception):
            if self._shown is None:
                self._before = self._app.status_bar
            self._app.status_bar = f"S&OP: {message}{counted}"
            self._shown = now

    def give_back(self) -> None:
        """The status bar as it was before the first message."""
        if self._shown is None:
            return
        with contextlib.suppress(Exception):
            self._app.status_bar = self._before
            self._shown = None
