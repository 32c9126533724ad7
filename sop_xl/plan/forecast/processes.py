"""Fits parted over processes, where that pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from sop_xl.plan.forecast.seasonal import Floats

Chunk = TypeVar("Chunk")


def in_processes(
    forecast_chunk: Callable[[Chunk], Floats],
    chunks: Sequence[Chunk],
    n_jobs: int,
    work: float,
    pays_from: Mapping[str, float],
    warm_up: Callable[[], object],
) -> Iterator[Floats]:
    """Forecasts of every chunk in their order, the same whatever the number of processes.

    Parameters
    ----------
    forecast_chunk
        A function of a module, so that another process finds it by name.
    chunks
        What one call forecasts; must travel between processes.
    n_jobs
        Most processes; 1 = all is done here.
    work, pays_from
        Amount of work, and from which amount on more processes pay by the way in which they start; a way that is not named never pays.
    warm_up
        Imports what the forecasts need, once and here: forked processes inherit it.
    """
    import multiprocessing

    done = 0
    if n_jobs > 1 and len(chunks) > 1 and work >= pays_from.get(multiprocessing.get_start_method(), float("inf")):
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        warm_up()
        try:
            with ProcessPoolExecutor(n_jobs) as pool:
                for part in pool.map(forecast_chunk, chunks):
                    done += 1
                    yield part
        except (BrokenProcessPool, OSError):
            pass  # inside Excel a second Python may not start; what is left is done here
    for chunk in chunks[done:]:
        yield forecast_chunk(chunk)
