"""A bill of resources on plain rows: volumes times hours per unit, resource by resource."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.flows import earlier, total_by


def resource_load(volume: Matrix, hours: Matrix, before: Matrix) -> Matrix:
    """(resources, periods) hours that volumes ask of every resource, as `plan.supply.capacity` counts them without set-ups.

    Parameters
    ----------
    volume
        (products, periods) units by the period in which they are finished.
    hours
        (resources, products) hours per unit.
    before
        (resources, products) whole periods that the work lies before; what would fall before the first one falls into it.

    Source: Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, chapter on capacity planning (bills of capacity, resource
    profiles).
    """
    resource, product = np.nonzero(hours)
    lines = earlier(volume[product] * hours[resource, product][:, None], before[resource, product].astype(np.intp))
    return total_by(resource, lines, len(hours))
