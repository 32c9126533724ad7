"""Limits, amounts and periods as a director reads them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.plan.supply.network import SupplyNetwork, source_name

LEAST = 0.005
"""Amounts nearer to zero than this are written as 0."""


def amount(value: float) -> str:
    """A number with as many digits as help: `1,204`, `41.5`, `0.35`."""
    if abs(value) < LEAST:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")


def money(value: float, currency: str) -> str:
    """`USD 41`, `USD 1,204`, `USD 3.4 million`; without a currency the number alone."""
    sign, size = ("-" if value <= -LEAST else ""), abs(value)
    text = f"{size / 1e6:,.1f} million" if size >= 999_500 else amount(size)
    return f"{currency} {sign}{text}" if currency else f"{sign}{text}"


def quantity(value: float) -> str:
    """A quantity, coarser than money: `412`, `38`, `4.3`, `0.05`."""
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 0.1 else amount(value)


def units(value: float, unit: str = "units") -> str:
    """`412 units`, `1 unit`, `38 h`, `1.5 pallets`; units whole from one on."""
    text = _counted(value, unit)
    return f"{text} {unit.removesuffix('s') if text == '1' and unit == 'units' else unit}"


def whole(value: float) -> float:
    """Units to ask for: rounded up from one on, as nobody delivers a part of one."""
    return float(np.ceil(value - LEAST)) if value >= 1 else value


def _counted(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "units" and abs(value) >= 1 else quantity(value)


def one(unit: str) -> str:
    """`one more hour` needs a noun: that of a unit."""
    return {"h": "hour", "units": "unit", "shifts": "shift", "workers": "worker"}.get(unit, unit)


def more(value: float, unit: str) -> str:
    """`38 more hours`, `1 more unit`, `0.5 more m3`."""
    text, noun = _counted(value, unit), one(unit)
    return f"{text} more {noun if noun == unit or text == '1' else noun + 's'}"


def when(network: SupplyNetwork, periods: Iterable[int]) -> str:
    """Periods by their labels, runs as a span: `2026-01 to 2026-03, 2026-06`."""
    places = sorted(set(periods))
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    spans = [label(network, a) if a == b else f"{label(network, a)} to {label(network, b)}" for a, b in runs]
    return ", ".join(spans) if len(spans) <= 3 else f"{', '.join(spans[:2])} and {len(spans) - 2} more times"


def label(network: SupplyNetwork, period: int) -> str:
    """A period as the headers of the workbook name it."""
    return network.timeline.calendar.label(network.timeline.plan[period])


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names in their order: `A`, `A and B`, `A, B and 4 more`."""
    every = list(dict.fromkeys(names))
    if len(every) > most:
        return f"{', '.join(every[: most - 1])} and {len(every) - most + 1} more"
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}" if every else ""


class Names:
    """What things are called: an item alone where stock is held at one location, else `item at location`."""

    def __init__(self, network: SupplyNetwork) -> None:
        self.network = network
        points, places = network.points, network.points["location"].nunique()
        self._points = points["item"].tolist() if places <= 1 else (points["item"] + " at " + points["location"]).tolist()
        self._sources = [source_name(k, s) for k, s in zip(network.sources["kind"], network.sources["source"], strict=True)]

    def point(self, point: int) -> str:
        """`Mountain-200`, or `Mountain-200 at Hamburg` where there are several locations."""
        return str(self._points[point])

    def resource(self, resource: int) -> str:
        """Its name, or its code where it has none."""
        rows = self.network.resources
        return str(rows["name"].iat[resource] or rows["resource"].iat[resource])

    def supplier(self, supplier: int) -> str:
        """Its name, or its code where it has none."""
        rows = self.network.suppliers
        return str(rows["name"].iat[supplier] or rows["supplier"].iat[supplier])

    def source(self, source: int) -> str:
        """`buy from X`, `make`."""
        return str(self._sources[source])

    def source_of(self, source: int) -> str:
        """`Frame (buy from X)`."""
        return f"{self.point(int(number(self.network.sources, 'point', source)))} ({self.source(source)})"

    def unit(self, resource: int) -> str:
        """Unit of a resource."""
        return str(self.network.resources["unit"].iat[resource] or "h")

    def families(self, points: Iterable[int]) -> list[str]:
        """Families of stocks, in the order given; an item without is named itself."""
        rows = self.network.points
        return list(dict.fromkeys(str(rows["family"].iat[p] or self.point(p)) for p in points))


def number(rows: pd.DataFrame, column: str, row: int) -> float:
    """One number of a table."""
    return float(rows[column].to_numpy(dtype=float)[row])


def known(value: float | None) -> bool:
    """Whether a number is there and finite."""
    return value is not None and not pd.isna(value) and bool(np.isfinite(value))
