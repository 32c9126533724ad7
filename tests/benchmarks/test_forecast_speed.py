"""The forecast of 10,000 monthly series against the bare statsforecast calls that it makes, and against a cluster on the same machine.

Off by default; run with `pytest tests/benchmarks/test_forecast_speed.py -m benchmark_only -s`. Each side runs in processes of its own, one right
after the other. Processor time is what is compared, because it does not depend on who else uses the machine; wall time is printed beside it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.benchmark_only

SERIES = int(os.environ.get("SOP_XL_BENCHMARK_SERIES", "10000"))
CLUSTER_SERIES = min(SERIES, 2000)
MONTHS, HORIZON, SEASON, JOBS, CHUNK = 60, 18, 12, 2, 64
Fits = list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]


def market(count: int) -> np.ndarray:
    """(series, months) positive demand with a level that wanders, a season and noise."""
    random = np.random.default_rng(17)
    level = random.lognormal(4, 1.5, (count, 1)) * np.exp(np.cumsum(random.normal(0, 0.04, (count, MONTHS)), axis=1))
    turn = 2 * np.pi * (np.arange(MONTHS) + random.integers(0, SEASON, (count, 1))) / SEASON
    return level * np.exp(random.uniform(0, 0.4, (count, 1)) * np.sin(turn) + random.normal(0, 0.15, (count, MONTHS)))


def long_frame(count: int) -> pd.DataFrame:
    """The same as a long frame."""
    names = np.array([f"S{k:06d}" for k in range(count)], dtype=object)
    dates = pd.date_range("2020-01-01", periods=MONTHS, freq="MS")
    return pd.DataFrame({"unique_id": np.repeat(names, MONTHS), "ds": np.tile(dates, count), "y": market(count).ravel()})


def recipe(count: int, backend: str = "local") -> float:
    """Seconds of the whole recipe, frames, weights and ranges included."""
    from sop_xl.plan.forecast import forecast_series

    frame = long_frame(count)
    start = time.perf_counter()
    made = forecast_series(frame, HORIZON, SEASON, (0.1, 0.9), n_jobs=JOBS, backend=backend)  # type: ignore[arg-type]
    wall = time.perf_counter() - start
    assert len(made.forecast) == count * HORIZON
    return wall


def bare(count: int) -> float:
    """Seconds of the library's own calls on the same arrays in as many processes, and nothing else.

    The arrays, for the whole history and for the history before the held-out year, are made before the clock starts.
    """
    from sop_xl.plan.forecast.seasonal import seasonal_indices

    def arrays(y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        logs = np.log1p(3 * y / y.mean())
        return y, 10 * y / y.mean(), logs, logs - np.resize(seasonal_indices(logs, SEASON), y.size)

    histories = list(market(count))
    fits = [arrays(y) for y in [*histories, *(y[:-SEASON] for y in histories)]]
    chunks = [fits[k : k + CHUNK] for k in range(0, len(fits), CHUNK)]
    start = time.perf_counter()
    import statsforecast.models

    assert statsforecast.models
    with ProcessPoolExecutor(JOBS) as pool:
        made = np.concatenate(list(pool.map(_bare_chunk, chunks)))
    wall = time.perf_counter() - start
    assert made.shape == (2 * count, 5, HORIZON)
    return wall


def _bare_chunk(fits: Fits) -> np.ndarray:
    from statsforecast import models
    from statsforecast.mstl import mstl

    naive, theta = models.SeasonalNaive(season_length=SEASON), models.DynamicOptimizedTheta(season_length=SEASON)
    smoothing, trend = models.AutoCES(season_length=1, model="N"), models.DynamicOptimizedTheta(season_length=1)
    flat = models.Theta(season_length=1)
    made = []
    for y, level, logs, rest in fits:
        parts = mstl(x=logs, period=SEASON)
        adjusted = (parts["trend"] + parts["remainder"]).to_numpy()
        asked = ((naive, y), (theta, level), (smoothing, rest), (trend, adjusted), (flat, rest))
        made.append([model.forecast(y=z, h=HORIZON)["mean"] for model, z in asked])
    return np.array(made)


def measured(side: str, count: int) -> dict[str, float]:
    """Wall and processor seconds and peak memory of one side, in a fresh process."""
    command = [sys.executable, "-W", "ignore", __file__, side, str(count)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_the_recipe_costs_at_most_1_3_times_the_bare_calls_it_makes():
    # the plain side stands on both ends, so that a machine that grows busier does not favour one of them
    first, whole, second = measured("bare", SERIES), measured("recipe", SERIES), measured("bare", SERIES)
    plain = {key: (first[key] + second[key]) / 2 for key in first}
    for side, figures in (("bare calls", plain), ("recipe", whole)):
        print(f"\n{side}, {SERIES:,} series: " + ", ".join(f"{k} {v:.1f}" for k, v in figures.items()), end="")
    print(f"\nratio: processor {whole['cpu s'] / plain['cpu s']:.3f}, wall {whole['wall s'] / plain['wall s']:.3f}")
    assert whole["cpu s"] <= 1.3 * plain["cpu s"]
    assert whole["wall s"] <= 1.3 * plain["wall s"]


def test_what_a_cluster_on_one_machine_costs():
    local, cluster = measured("recipe", CLUSTER_SERIES), measured("dask", CLUSTER_SERIES)
    for side, figures in (("local", local), (f"Dask with {JOBS} processes", cluster)):
        print(f"\n{side}, {CLUSTER_SERIES:,} series: wall {figures['wall s']:.1f} s, processor {figures['cpu s']:.1f} s", end="")
    # the library hands a cluster one series at a time; ten times the local cost would mean something else is wrong
    assert cluster["cpu s"] <= 10 * local["cpu s"]


def main(side: str, count: int) -> None:
    """Run one side and print its figures as JSON."""
    wall = bare(count) if side == "bare" else recipe(count, "local" if side == "recipe" else side)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    megabytes = (own.ru_maxrss + JOBS * children.ru_maxrss) / 1024
    print(json.dumps({"wall s": wall, "cpu s": cpu, "peak MB": megabytes, "peak MB of one process": own.ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
