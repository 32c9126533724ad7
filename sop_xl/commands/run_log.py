"""The log in the user's profile: every line with its time and its run, old files moved aside when it grows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler

from sop_xl.commands.profile import log_file

LOGGER = "sop_xl"
MOST_BYTES = 1_000_000
KEPT_FILES = 3


class _EveryLine(logging.Formatter):
    """Repeats time, run and level on each line of a record, so that a traceback can be told from another run's."""

    def __init__(self, run: str) -> None:
        super().__init__("%(message)s")
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {self._run} {record.levelname:<7}"
        return "\n".join(f"{head} {line}" for line in super().format(record).splitlines() or [""])


@contextmanager
def run_log(run: str) -> Iterator[logging.Logger]:
    """A logger that writes to the log under this run's id until the block ends; without a place to write it is silent.

    Several processes may write at the same time. The file is moved aside only here, where a run begins: in the middle of a run another
    process holds it open, which Windows forbids to rename.
    """
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        handler = _file_handler(run)
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        handler.close()


def _file_handler(run: str) -> RotatingFileHandler:
    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=0, backupCount=KEPT_FILES, encoding="utf-8")
    handler.setFormatter(_EveryLine(run))
    if path.stat().st_size > MOST_BYTES:
        with suppress(OSError):
            handler.doRollover()
    return handler
