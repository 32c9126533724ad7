"""The recipe on a cluster: the same numbers as in this process, and one clear line where there is no cluster."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sop_xl.errors import HostError
from sop_xl.plan.forecast import distributed, forecast_series, members


def demand() -> list[np.ndarray]:
    """Every kind of history that the recipe tells apart."""
    random = np.random.default_rng(8)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(48) / 12)
    rare = np.where(random.random(48) < 0.3, 5.0, 0.0)
    return [100 / 3 * season * random.uniform(0.8, 1.2, 48), rare, np.array([4.0, 6.0]), np.empty(0), np.zeros(30), 1e9 * season]


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster inside this process: what finds one running uses it."""
    from distributed import Client

    with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as client:
        yield client


def test_dask_gives_the_members_to_the_last_bit(cluster):
    here = members.member_forecasts(demand(), [members.has_season(y, 12) for y in demand()], 6, 12)
    there = distributed.cluster_members(demand(), 6, 12, "dask")
    assert np.array_equal(here, there, equal_nan=True)
    assert np.unique(there[0] % 1).size > 5 and not np.array_equal(there, there.astype(np.float32)), "more digits than a float has"


def test_dask_gives_the_same_forecasts_ranges_and_weights(cluster):
    frame = pd.concat(
        pd.DataFrame({"unique_id": f"s{k}", "ds": np.arange(y.size), "y": y}) for k, y in enumerate(demand())
    )
    here, there = forecast_series(frame, 6, 12), forecast_series(frame, 6, 12, backend="dask")
    pd.testing.assert_frame_equal(here.forecast, there.forecast, check_exact=True)
    pd.testing.assert_frame_equal(here.models, there.models, check_exact=True)


def test_without_a_cluster_dask_starts_processes_of_its_own():
    histories = demand()[:2]
    here = members.member_forecasts(histories, [True, False], 3, 12)
    assert np.array_equal(distributed.cluster_members(histories, 3, 12, "dask", n_jobs=1), here)


def test_nothing_to_forecast_needs_no_cluster(monkeypatch):
    monkeypatch.setattr(distributed, "_STARTERS", {})
    assert not distributed.cluster_members([np.zeros(30), np.empty(0)], 3, 12, "dask").any()


@pytest.mark.parametrize(("backend", "needed"), [("dask", "dask and distributed"), ("ray", "ray and duckdb"), ("spark", "pyspark")])
def test_packages_that_are_not_installed_are_named_with_the_extra_that_brings_them(monkeypatch, backend, needed):
    monkeypatch.setattr(distributed, "find_spec", lambda _: None)
    with pytest.raises(HostError) as refused:
        distributed.cluster_members(demand(), 3, 12, backend)
    assert str(refused.value) == f"--backend {backend} needs {needed}, not installed here: pip install 'sop-xl[{backend}]'"


def test_a_cluster_that_breaks_off_is_one_line(monkeypatch, cluster):
    def refuse(*_):
        raise RuntimeError("Timed out trying to connect to tcp://10.0.0.1:8786\nsecond line")

    monkeypatch.setattr(distributed, "_run", refuse)
    with pytest.raises(HostError) as failed:
        distributed.cluster_members(demand(), 3, 12, "dask")
    assert str(failed.value) == "the dask cluster failed: Timed out trying to connect to tcp://10.0.0.1:8786"
