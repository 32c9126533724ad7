"""Who has delivered sales numbers for a cycle, and who has not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

LINE = ["contributor", "item", "family", "location", "account"]
"""What tells one sales number, over its periods, from another."""
MOST_NAMED = 6
"""Missing contributors named in a sentence."""


@dataclass(frozen=True, slots=True)
class Participation:
    """Sales numbers of a cycle.

    Parameters
    ----------
    expected, delivered
        How many lines there should be, and are in.
    missing
        Contributors with the scope of what they owe, in words.
    """

    expected: int
    delivered: int
    missing: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """`41 of 44 sales numbers are in; missing: Ann (Bikes North)`."""
        return self._said("missing")

    @property
    def confirmed(self) -> str:
        """The same where somebody has put a day to it that the rest may stay as it is: `...; confirmed as they stand: Ann (Bikes North)`."""
        return self._said("confirmed as they stand")

    def _said(self, of_the_rest: str) -> str:
        if not self.expected:
            return "nobody gives sales numbers"
        said = f"{self.delivered} of {self.expected} sales numbers are in"
        if not self.missing:
            return said
        more = f" and {len(self.missing) - MOST_NAMED} more" if len(self.missing) > MOST_NAMED else ""
        return f"{said}; {of_the_rest}: {', '.join(self.missing[:MOST_NAMED])}{more}"


def participation(sales_input: pd.DataFrame, last: pd.DataFrame | None, last_cycle: pd.Timestamp, current: pd.Timestamp) -> Participation:
    """Which lines of sales numbers are in for the cycle of the period `current`.

    Expected are the lines that have a number for the plan, and those that had one for that of the cycle before. A line is in where it has a number from the current period on that last cycle did not have: a new or changed figure, or one for a period further
    ahead. Who leaves all as it was has not delivered, as nobody can tell that from having forgotten, unless it is confirmed by hand. A number for
    last cycle alone, such as a deal, is not asked for again as long as its contributor has others ahead and had such then, too: who states every period as it
    comes owes the next one.

    Parameters
    ----------
    sales_input
        SALES_INPUT as it is.
    last, last_cycle
        SALES_INPUT as it was published in the cycle before, and that cycle's first planned period; `None` where that is not known, so that any
        number from the current period on is new.
    """
    now = _lines(sales_input, current, current)
    before = _lines(last, last_cycle, current) if last is not None else {}
    still_there = {contributor for contributor, *_ in now} & {line[0] for line, ahead in before.items() if ahead}
    expected = sorted({*now, *(line for line, ahead in before.items() if ahead or line[0] not in still_there)})
    missing = [line for line in expected if now.get(line, frozenset()) <= before.get(line, frozenset())]
    words = dict.fromkeys(_words(line) for line in missing)
    return Participation(len(expected), len(expected) - len(missing), tuple(words))


def _lines(sales_input: pd.DataFrame, since: pd.Timestamp, current: pd.Timestamp) -> dict[tuple[str, ...], frozenset[tuple[object, ...]]]:
    """Lines with a number from `since` on, and their numbers from the current period on: period, demand, revenue."""
    filled = sales_input[sales_input["period"].ge(since) & sales_input[["demand", "revenue"]].notna().any(axis=1)]
    found: dict[tuple[str, ...], frozenset[tuple[object, ...]]] = {}
    for line, rows in filled.groupby(LINE, sort=True):
        ahead = rows.loc[rows["period"] >= current, ["period", "demand", "revenue"]].fillna(-1.0)
        found[line] = frozenset(ahead.itertuples(index=False, name=None))  # type: ignore[index]
    return found


def _words(line: tuple[str, ...]) -> str:
    contributor, *scope = line
    where = " ".join(part for part in scope if part)
    return f"{contributor or 'nobody named'} ({where})" if where else contributor or "nobody named"
