"""The same members on a cluster: Dask, Ray or Spark, through statsforecast's own distributed support.

Nothing else imports fugue or a cluster's package. On one machine a cluster is slower than processes; it pays where the series
do not fit one machine, or where a cluster stands idle anyway.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import pandas as pd

from sop_xl.errors import HostError
from sop_xl.plan.forecast.members import MEMBERS, one_member
from sop_xl.plan.forecast.seasonal import Floats

Cluster = Literal["dask", "ray", "spark"]
Backend = Literal["local", "dask", "ray", "spark"]

_PACKAGES: dict[str, tuple[str, ...]] = {
    "dask": ("dask", "distributed"),
    "ray": ("ray", "duckdb"),
    "spark": ("pyspark",),
}
_PARTS = 4  # partitions per process, so that none waits long for the last one


class Member:
    """One member of the recipe in the shape of a statsforecast model.

    Parameters
    ----------
    place
        Number of the member, in the order of `SEASONAL_MEMBERS` and `LEVEL_MEMBERS`.
    season
        Periods in a year.
    """

    uses_exog = False

    def __init__(self, place: int, season: int) -> None:
        self.place, self.season = place, season
        self.alias = f"m{place}"

    def __repr__(self) -> str:
        return self.alias

    def forecast(
        self, y: Floats, h: int, X: Any = None, X_future: Any = None, fitted: bool = False  # noqa: N803
    ) -> dict[str, Floats]:  # fmt: skip
        """The member's forecast of one series under `mean`, (h,) units; NaN where it fails."""
        return {"mean": one_member(self.place, y, h, self.season)}


def cluster_members(
    series: Sequence[Floats],
    horizon: int,
    season: int,
    backend: Cluster,
    *,
    n_jobs: int = 2,
) -> Floats:
    """`member_forecasts` on a cluster, the same numbers to the last bit; each series takes the members that `has_season` gives it.

    The cluster is the one that its own settings name (a running Dask client or `DASK_SCHEDULER_ADDRESS`, `RAY_ADDRESS`, Spark's
    configuration), whose processes need this package as well; without one, this machine: `n_jobs` processes for Dask, every core for Ray and Spark.

    Parameters
    ----------
    series, horizon, season
        See `member_forecasts`.
    backend
        `dask`, `ray` or `spark`.
    n_jobs
        Processes of Dask where no cluster is named.

    Returns
    -------
    Floats
        (series, members, horizon).

    Raises
    ------
    HostError
        When the packages are not installed, or the cluster does not start or breaks off.
    """
    check_backend(backend)
    out = np.zeros((len(series), MEMBERS, horizon))
    asked = [k for k, y in enumerate(series) if y.size and (y > 0).any()]
    if not asked:
        return out
    lengths = np.array([series[k].size for k in asked])
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.asarray(asked, dtype=np.int64), lengths),
            "ds": np.concatenate([np.arange(n, dtype=np.int64) for n in lengths]),
            "y": np.concatenate([series[k] for k in asked]),
        }
    )
    try:
        with (
            warnings.catch_warnings(),
            _STARTERS[backend](frame, n_jobs, min(len(asked), _PARTS * n_jobs)) as (distributed, engine),
        ):
            warnings.simplefilter("ignore")  # between Dask, fugue and pandas; nobody who forecasts can mend them
            made = _run(distributed, engine, horizon, season)
    except HostError:
        raise
    except Exception as error:  # whatever a cluster raises, its first line says why
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
        raise HostError(f"the {backend} cluster failed: {reason}") from error
    made = made.sort_values(["unique_id", "ds"], kind="stable")
    values = made[[f"m{k}" for k in range(MEMBERS)]].to_numpy(dtype=np.float64)
    out[asked] = values.reshape(len(asked), horizon, MEMBERS).transpose(0, 2, 1)
    return out


def check_backend(backend: str) -> None:
    """Raise one clear `HostError` where a cluster's packages are not installed; `local` needs none."""
    absent = [name for name in _PACKAGES.get(backend, ()) if find_spec(name) is None]
    if absent:
        raise HostError(
            f"--backend {backend} needs {' and '.join(absent)}, not installed here: pip install 'sop-xl[{backend}]'"
        )


def _run(distributed: Any, engine: Any, horizon: int, season: int) -> pd.DataFrame:
    from fugue import api
    from statsforecast.distributed.fugue import FugueBackend

    class Exact(FugueBackend):  # type: ignore[misc]
        """Forecasts come back as doubles; statsforecast's own schema would round them to seven digits."""

        def _get_output_schema(self, **asked: Any) -> Any:
            schema = super()._get_output_schema(**asked)
            return schema.alter(",".join(f"{name}:double" for name in schema.names if name.startswith("m")))

    made = Exact(engine).forecast(
        df=distributed, freq=1, models=[Member(place, season) for place in range(MEMBERS)], fallback_model=None,
        X_df=None, h=horizon, level=None, fitted=False, prediction_intervals=None,
        id_col="unique_id", time_col="ds", target_col="y",
    )  # fmt: skip
    return pd.DataFrame(api.as_pandas(made))


@contextmanager
def _dask(frame: pd.DataFrame, n_jobs: int, parts: int) -> Iterator[tuple[Any, Any]]:
    import logging

    import dask
    from dask import dataframe
    from distributed import Client, default_client
    from fugue_dask import DaskExecutionEngine

    try:
        client, own = default_client(), None
    except ValueError:  # none is running
        if dask.config.get("scheduler-address", None):
            client = own = Client()
        else:
            client = own = Client(
                n_workers=n_jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
            client.run(warnings.simplefilter, "ignore")  # the processes are new, and know nothing of the filter here
    try:
        yield dataframe.from_pandas(frame, npartitions=parts), DaskExecutionEngine(client)
    finally:
        if own is not None:
            own.close()
            if own.cluster is not None:
                own.cluster.close()


@contextmanager
def _ray(frame: pd.DataFrame, n_jobs: int, parts: int) -> Iterator[tuple[Any, Any]]:
    import logging

    import ray
    from fugue_ray import RayExecutionEngine

    own = not ray.is_initialized()
    if own:
        # an address comes from RAY_ADDRESS; without one, this machine
        ray.init(log_to_driver=False, logging_level="ERROR")
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        engine = RayExecutionEngine({"fugue.ray.shuffle.partitions": parts})  # 200 without, most of them empty
        yield ray.data.from_pandas(frame), engine
    finally:
        if own:
            ray.shutdown()


@contextmanager
def _spark(frame: pd.DataFrame, n_jobs: int, parts: int) -> Iterator[tuple[Any, Any]]:
    from fugue_spark import SparkExecutionEngine
    from pyspark.sql import SparkSession

    own = SparkSession.getActiveSession() is None
    builder = SparkSession.builder.appName("sop-xl forecast")
    session = builder.getOrCreate()
    try:
        yield session.createDataFrame(frame).repartition(parts, "unique_id"), SparkExecutionEngine(session)
    finally:
        if own:
            session.stop()


_STARTERS: dict[str, Callable[[pd.DataFrame, int, int], Any]] = {"dask": _dask, "ray": _ray, "spark": _spark}
