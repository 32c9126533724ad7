"""Ten thousand series agree in under a second and a gigabyte, beside what hierarchicalforecast needs for the same."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sop_xl.plan.hierarchy import Hierarchy, build_hierarchy, reconcile

pytestmark = pytest.mark.benchmark_only

HORIZON = 18
MOST_SECONDS, MOST_MEGABYTES = 1.0, 1024


def company(rows: int) -> Hierarchy:
    """`rows` item x location series: items of 100 families in ten categories, at ten locations of three regions."""
    count = rows // 10
    items = pd.DataFrame({"item": [f"i{k:05d}" for k in range(count)], "family": [f"f{k % 100:02d}" for k in range(count)]})
    items["category"] = "c" + items["family"].str[-1]
    places = pd.DataFrame({"location": [f"l{k}" for k in range(10)], "region": [f"r{k % 3}" for k in range(10)]})
    return build_hierarchy(items[["item"]].merge(places[["location"]], how="cross"), items, places)


def forecasts(hierarchy: Hierarchy) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts that do not agree, sizes spread over three powers of ten, and their variances."""
    random = np.random.default_rng(7)
    bottom = np.exp(random.normal(3, 2, (len(hierarchy.bottom), 1))) * random.uniform(0.5, 1.5, (len(hierarchy.bottom), HORIZON))
    base = hierarchy.up(bottom) * random.normal(1, 0.1, (len(hierarchy.nodes), HORIZON))
    return base, 0.01 * (base**2).mean(axis=1)


def best_of(times: int, call: Callable[[], object]) -> float:
    """Seconds of the fastest run, so that a busy machine is not taken for slow code."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def test_ten_thousand_series_agree_in_under_a_second(record_property):
    hierarchy = company(10_000)
    base, variance = forecasts(hierarchy)
    taken = best_of(3, lambda: reconcile(hierarchy, base, variance))
    record_property("seconds", round(taken, 3))
    record_property("nodes", len(base))
    assert taken < MOST_SECONDS


def test_with_building_the_hierarchy_it_stays_under_a_gigabyte(record_property):
    """In a process of its own: the peak counts everything that it ever held, the packages included."""
    code = (
        f"import resource, sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "from test_hierarchy_speed import company, forecasts; from sop_xl.plan.hierarchy import reconcile;"
        "h = company(10_000); reconcile(h, *forecasts(h));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    record_property("megabytes", int(done.stdout))
    assert int(done.stdout) < MOST_MEGABYTES


@pytest.mark.parametrize("method", ["middle_out", "top_down", "bottom_up"])
def test_the_other_methods_for_large_plans_are_no_slower(method, record_property):
    hierarchy = company(10_000)
    base, variance = forecasts(hierarchy)
    taken = best_of(3, lambda: reconcile(hierarchy, base, variance, method))
    record_property("seconds", round(taken, 3))
    assert taken < MOST_SECONDS


def test_it_costs_little_more_than_the_fastest_of_the_library(record_property):
    """Bottom-up is the floor: a product with the summing matrix. Minimum trace of the library on a sparse matrix is what ours replaces."""
    from hierarchicalforecast.methods import BottomUpSparse, MinTraceSparse
    from scipy import sparse

    hierarchy = company(10_000)
    base, variance = forecasts(hierarchy)
    sums = sparse.vstack([hierarchy.sums, sparse.eye(len(hierarchy.bottom))]).tocsr()
    ours = best_of(3, lambda: reconcile(hierarchy, base, variance))
    floor = best_of(3, lambda: BottomUpSparse().fit_predict(S=sums, y_hat=base))
    structural = best_of(1, lambda: MinTraceSparse("wls_struct").fit_predict(S=sums, y_hat=base))
    record_property("seconds", {"ours": round(ours, 3), "bottom-up": round(floor, 3), "MinTraceSparse wls_struct": round(structural, 3)})
    record_property("times bottom-up", round(ours / floor, 1))
    record_property("times MinTraceSparse", round(ours / structural, 2))
    assert ours < MOST_SECONDS
