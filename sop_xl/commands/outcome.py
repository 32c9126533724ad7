"""From an action to a report whatever happens: a failure is one line for a person, its traceback is in the log."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl.commands.profile import log_file
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.run_log import run_log
from sop_xl.errors import ContractError, FrameError, PlanError, SopError


def outcome(action: Callable[[], Report], *, run: str = "-") -> Report:
    """The action's report, or one that says why there is none; only an interruption by the user passes through.

    Parameters
    ----------
    run
        Id under which an unexpected error is logged.
    """
    try:
        return action()
    except ContractError as error:
        return _failure(error, ExitCode.PROBLEMS)
    except PlanError as error:
        return _failure(error, ExitCode.INFEASIBLE)
    except FrameError as error:  # a mistake of ours, whatever the data
        return _unexpected(error, run)
    except (SopError, OSError, MemoryError) as error:
        return _failure(error, ExitCode.FAILED)
    except Exception as error:
        return _unexpected(error, run)


def _failure(error: BaseException, code: ExitCode) -> Report:
    problems = error.problems if isinstance(error, ContractError) else ()
    return Report(command="", workbook="", exit_code=code, summary="" if problems else first_line(error), problems=problems)


def _unexpected(error: Exception, run: str) -> Report:
    with run_log(run) as log:
        log.exception("unexpected error")
    text = f"unexpected {type(error).__name__}: {first_line(error)} (details in the log: {log_file()})"
    return Report(command="", workbook="", exit_code=ExitCode.FAILED, summary=text)


def first_line(error: BaseException) -> str:
    """The error's first line, or its kind where it says nothing."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
