"""A process that serves Excel fetches what the first forecast needs in a pause, and nobody notices but by its speed."""

from __future__ import annotations

import subprocess
import sys
import threading

from sop_xl.functions import last_error
from sop_xl.functions.cache import RESULTS
from sop_xl.functions.warm_up import IdleWarmUp, warm_up


def test_it_works_once_in_a_thread_of_its_own_when_no_call_has_come_for_a_while():
    done = []
    idle = IdleWarmUp(lambda: done.append(threading.current_thread()), pause=0.0)
    idle.called()
    assert idle.join(10)
    idle.called()
    assert idle.join(10)
    assert len(done) == 1 and done[0] is not threading.current_thread()


def test_the_call_that_is_the_first_does_not_wait_for_it():
    release, ended = threading.Event(), threading.Event()

    def work():
        release.wait(10)
        ended.set()

    idle = IdleWarmUp(work, pause=0.0)
    idle.called()
    assert not ended.is_set(), "called came back while the work was still to be done"
    release.set()
    assert idle.join(10) and ended.is_set()


def test_nothing_begins_as_long_as_calls_come():
    done = []
    idle = IdleWarmUp(lambda: done.append(1), pause=3600.0)
    for _ in range(5):
        idle.called()
    assert not idle.join(0.01) and done == []


def test_what_fails_in_it_harms_nobody():
    def work():
        raise ImportError("no such package")

    idle = IdleWarmUp(work, pause=0.0)
    idle.called()
    assert idle.join(10)


def test_it_leaves_neither_results_nor_reasons():
    RESULTS.clear()
    before = last_error()
    warm_up()
    assert (len(RESULTS), last_error()) == (0, before)


def test_served_to_excel_the_first_call_of_a_light_function_brings_the_forecast_its_packages():
    program = """
import sys, types
sys.modules["xlwings.com_server"] = types.ModuleType("xlwings.com_server")
from sop_xl import udfs
udfs._IDLE._pause = 0.0
udfs.SOP_EOQ(1200.0, 50.0, 2.4)
assert udfs._IDLE.join(120)
print("statsforecast" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]
