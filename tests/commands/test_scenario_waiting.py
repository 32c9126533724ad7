"""Waiting for a scenario that is solved in another process: told every second, and what went wrong there is raised."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from sop_xl.commands.scenario_runs import _awaited


def most_once_a_second(limit: int = 5):
    """Fails a wait that goes round and round."""
    told: list[float] = []

    def tell() -> None:
        told.append(time.monotonic())
        assert len(told) <= limit, "it waits for ever"

    return tell


@pytest.mark.parametrize("failure", [TimeoutError("the solver took too long"), OSError("no memory"), ValueError("odd")])
def test_what_goes_wrong_there_is_raised_and_not_waited_for(failure):
    one: Future = Future()
    one.set_exception(failure)
    with pytest.raises(type(failure), match=str(failure)):
        _awaited(one, most_once_a_second())


def test_a_run_that_is_stopped_meanwhile_stops_the_waiting():
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _awaited(Future(), stop)


def test_a_result_is_given_as_it_comes():
    with ThreadPoolExecutor(1) as pool:
        assert _awaited(pool.submit(lambda: ("rows", [])), most_once_a_second()) == ("rows", [])
