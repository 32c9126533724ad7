"""Stock-outs: periods in which stock, not customers, decided what was sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats
from sop_xl.plan.cleansing.found import STOCK_OUT, TOLERANCE, Found, amount, found_cells

SHORT_SHARE = 0.05
"""Share of the orders left unshipped above which stock is said to have limited a period; less is a matter of days."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Where stock limited sales, and how one can tell.

    Parameters
    ----------
    by_orders
        (series, periods) orders are known and shipments fell short of them.
    by_flag
        (series, periods) a stock-out was recorded and orders are not known beside what was sold.
    short
        (series, periods) units ordered and not shipped; 0 elsewhere.
    share
        (series, periods) share of the period without stock, 0 to 1.
    """

    by_orders: Flags
    by_flag: Flags
    short: Floats
    share: Floats

    @property
    def any(self) -> Flags:
        """(series, periods) either."""
        return self.by_orders | self.by_flag


def limited_by_stock(demand: Floats, shipments: Floats, stock_out: Floats, on_sale: Flags) -> Limited:
    """Tell where stock limited sales.

    Parameters
    ----------
    demand
        (series, periods) units ordered; NaN = not known.
    shipments
        (series, periods) units that left; NaN = not known.
    stock_out
        (series, periods) share of the period without stock; NaN = not known. A stated 0 says that orders shipped late were no matter of
        stock.
    on_sale
        (series, periods) whether the item was still sold.
    """
    known = np.isfinite(demand)
    with np.errstate(invalid="ignore"):
        differs = known & np.isfinite(shipments) & (np.abs(demand - shipments) > TOLERANCE)
        short = np.where(differs, demand - np.maximum(shipments, 0.0), 0.0)
    by_orders = (demand > 0) & (short > SHORT_SHARE * np.nan_to_num(demand)) & (stock_out != 0)
    share = np.clip(np.nan_to_num(stock_out), 0.0, 1.0)
    by_flag = known & (share > 0) & ~differs & on_sale
    return Limited(by_orders, by_flag, np.where(by_orders, short, 0.0), share)


def find_stock_outs(now: Floats, limited: Limited, expected: Expectation, usable: Flags) -> Found:
    """Demand as it would have been with stock.

    Where orders are known, they are the demand. Where they are not, the expected demand of the time without stock is added to what
    was sold, up to the expected demand of the whole period: max(sold, min(sold + share x expected, expected)). Nothing is ever lowered.

    Parameters
    ----------
    now
        (series, periods) units sold.
    limited
        See `limited_by_stock`.
    expected, usable
        Where expected demand comes from, and the periods that it may be learned from.
    """
    rows, columns = np.nonzero(limited.any & np.isfinite(now))
    by_orders = limited.by_orders[rows, columns]
    whole = np.full(rows.size, np.nan)
    whole[~by_orders] = expected.at(now + limited.short, usable, rows[~by_orders], columns[~by_orders])
    told = by_orders | np.isfinite(whole)
    rows, columns, by_orders, whole = rows[told], columns[told], by_orders[told], whole[told]
    sold, short, share = now[rows, columns], limited.short[rows, columns], limited.share[rows, columns]
    lifted = np.maximum(sold, np.minimum(sold + share * whole, whole))
    notes = [
        f"ordered {amount(s + d)}, shipped {amount(s)}"
        if known
        else f"without stock {p:.0%} of the period; {amount(w)} expected from the periods around it and the season"
        for s, d, known, p, w in zip(sold, short, by_orders, share, whole, strict=True)
    ]
    target = np.where(by_orders, sold + short, lifted)
    return found_cells(STOCK_OUT, now, target, rows, columns, np.array(notes, dtype=object))
