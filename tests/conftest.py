"""Shared by all tests: a forecast cache of their own, and a switch that makes a skipped test a failed one."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# how long an example takes is the machine's affair: a busy one would fail what is right; and the same examples are tried every time, so that
# what passes here passes everywhere. HYPOTHESIS_PROFILE=explore looks for new ones
settings.register_profile("the same everywhere", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "the same everywhere"))


@pytest.fixture(scope="session", autouse=True)
def own_forecast_cache(tmp_path_factory: pytest.TempPathFactory):
    """Never read or write the user's cache."""
    before = os.environ.get("SOP_XL_CACHE")
    os.environ["SOP_XL_CACHE"] = str(tmp_path_factory.mktemp("forecasts"))
    yield
    if before is None:
        del os.environ["SOP_XL_CACHE"]
    else:
        os.environ["SOP_XL_CACHE"] = before


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Of several processes one takes all tests of a module, so that what they share is made once."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadfile"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With SOP_XL_NO_SKIPS set, what a machine lacks is an error: nothing may go untested in silence."""
    report = yield
    if report.skipped and os.environ.get("SOP_XL_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but SOP_XL_NO_SKIPS is set: {report.longrepr}"
    return report
