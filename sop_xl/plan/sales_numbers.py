"""Sales numbers as they are given, made comparable: units instead of money, the whole scope instead of some of its accounts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Grid, Mask, Matrix, Positions
from sop_xl.plan.notes import Note, some_of

LEVELS = (("item", "location"), ("item",), ("family", "location"), ("family",), ("location",), ())
"""Levels at which a number may be given, the most detailed first."""

NOBODY = "(not named)"
"""Stands for a contributor that a line does not name."""

NO_SERIES, NO_PRICE = "no planned series", "no price is known"
"""Why a number cannot enter the plan."""

LINE = ["level", "code", "contributor"]
"""What identifies a line of sales input once its accounts are together."""
CELL = ["level", "code", "column"]
"""What identifies a number of the plan that lines may be about: a scope and a period."""


@dataclass(frozen=True, slots=True)
class Level:
    """The groups of series at one level.

    Parameters
    ----------
    labels
        Label of each group in the order of its code, with the fields of the level.
    member
        Group of every series.
    running
        (groups, periods) forecast before sales, units.
    """

    labels: list[tuple[str, ...]]
    member: Positions
    running: Matrix


@dataclass(frozen=True, slots=True)
class SalesNumbers:
    """Sales input as voices: what one contributor says of one account (or all of them) of one scope in one period.

    Parameters
    ----------
    levels
        Groups of each level of `LEVELS`; `None` where nobody speaks at that level.
    voices
        level, code (of the group), column (of the period), label, contributor, account, number (units, as given), base (units
        of the forecast that the number stands against: of the account, or of the scope), whole (whether the cell has a number for all accounts).
    unused
        label, item, family, location, contributor, column, number (units; NaN without a price), why: what cannot enter the plan.
    remarks
        level, code, contributor, words: how a line was read, for the review.
    notes
        What a planner must know.
    """

    levels: list[Level | None]
    voices: pd.DataFrame
    unused: pd.DataFrame
    remarks: pd.DataFrame
    notes: list[Note] = field(default_factory=list)


def sales_numbers(
    grid: Grid, running: Matrix, sales_input: pd.DataFrame, prices: pd.DataFrame, customer_mix: pd.DataFrame
) -> SalesNumbers:
    """Voices behind the lines of sales input.

    Parameters
    ----------
    grid, running
        Series, planned periods, and the forecast before sales in units.
    sales_input
        SALES_INPUT. Units where they are given; money is divided by the average net price of the scope, weighted by `running` (so
        that each item gets its share of the money by revenue mix, divided by its own price). Items without a price in a
        scope count at the average of the others. A scope without any price has no number, and it is said. Numbers below 0 count as 0, and are said.
    prices
        NET_PRICES; may be empty.
    customer_mix
        CUSTOMER_MIX; may be empty.

    Returns
    -------
    The voices. Accounts of a contributor add up; a number for all accounts beside them holds, unless the accounts are more.
    Where only accounts are given, each stands against its customer's share of the forecast, so that the customers of whom
    nothing is said stay at the forecast; a customer whom history does not know is new and comes on top. In a scope of
    which history knows no customers at all, the accounts together are the whole demand. Each of these is said.
    """
    given = sales_input[sales_input["demand"].notna() | sales_input["revenue"].notna()]
    column = grid.periods.get_indexer(pd.DatetimeIndex(given["period"]))
    given = given.assign(column=column, contributor=given["contributor"].where(given["contributor"] != "", NOBODY))
    given = given[column >= 0]
    price = np.full(len(grid.series), np.nan)
    rows = grid.rows_of(prices)
    price[rows[rows >= 0]] = prices["net_price"].to_numpy(dtype=float)[rows >= 0]
    mix = customer_mix.assign(row=grid.rows_of(customer_mix))
    mix = mix[mix["row"] >= 0]
    levels: list[Level | None] = []
    voices, unused, remarks, notes = [], [], [], list[Note]()
    for place, fields in enumerate(LEVELS):
        here = given[_at_level(given, fields)]
        if here.empty:
            levels.append(None)
            continue
        level = _level(grid, running, fields)
        levels.append(level)
        used, lost = _in_units(here, fields, level, running, price)
        used, said = _accounts_together(used.assign(level=place), level, running, mix, notes)
        voices.append(used)
        unused.append(lost)
        remarks.append(said)
    everything = _joined(unused, ["label", "item", "family", "location", "contributor", "column", "number", "why"])
    spoken = _joined(voices, [*CELL, "label", "contributor", "account", "number", "base", "whole", "below"])
    notes += _word_notes(everything, sorted(set(spoken.loc[spoken["below"].astype(bool), "label"])))
    return SalesNumbers(
        levels,
        spoken,
        everything,
        _joined(remarks, [*LINE, "words"]),
        notes,
    )


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part[columns] for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _at_level(given: pd.DataFrame, fields: tuple[str, ...]) -> pd.Series:
    """Rows of that level; an item says its family, so a family beside an item does not count."""
    has_item, has_family = given["item"] != "", (given["family"] != "") & (given["item"] == "")
    has = {"item": has_item, "family": has_family, "location": given["location"] != ""}
    at = pd.Series(True, index=given.index)
    for name, present in has.items():
        at &= present == (name in fields)
    return at


def _level(grid: Grid, running: Matrix, fields: tuple[str, ...]) -> Level:
    labels = _labels(grid.series, fields)
    groups = {label: code for code, label in enumerate(sorted(set(labels)))}
    member = np.array([groups[label] for label in labels], dtype=np.intp)
    return Level(list(groups), member, summed(member, running, len(groups)))


def summed(member: Positions, matrix: Matrix, groups: int) -> Matrix:
    """Rows of `matrix` added up by group."""
    total = np.zeros((groups, matrix.shape[1]))
    np.add.at(total, member, matrix)
    return total


def _labels(frame: pd.DataFrame, fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(frame[list(fields)].itertuples(index=False, name=None)) if fields else [()] * len(frame)


def scope_text(label: tuple[str, ...]) -> str:
    """A scope as a planner reads it."""
    return " / ".join(label) or "all items"


def _in_units(
    here: pd.DataFrame, fields: tuple[str, ...], level: Level, running: Matrix, price: Matrix
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers of one level in units, one per contributor, account and period; and what cannot be used, with the reason."""
    code_of = {label: code for code, label in enumerate(level.labels)}
    labels = _labels(here, fields)
    code = np.array([code_of.get(label, -1) for label in labels], dtype=np.intp)
    average = _average_price(level, running, price)
    column = here["column"].to_numpy()
    units = here["demand"].to_numpy(dtype=float)
    at_price = np.where(code >= 0, average[code, column], np.nan)
    from_money = np.isnan(units)
    number = np.where(from_money, here["revenue"].to_numpy(dtype=float) / at_price, units)
    table = pd.DataFrame(
        {
            "label": pd.Series(labels, dtype="object", index=range(len(labels))).map(scope_text),
            "code": code,
            "column": column,
            "contributor": here["contributor"].to_numpy(dtype=object),
            "account": here["account"].to_numpy(dtype=object),
            "number": np.maximum(number, 0.0),
            "money": from_money,
            "below": number < 0,
            "why": np.where(code < 0, NO_SERIES, NO_PRICE).astype(object),
        }
    )
    for name in ("item", "family", "location"):
        table[name] = here[name].to_numpy(dtype=object) if name in fields else ""
    usable = (code >= 0) & ~np.isnan(number)
    # an item may be given with and without its family: one opinion, said twice
    keys = ["label", "code", "column", "contributor", "account"]
    voices = table[usable].groupby(keys, as_index=False, sort=True)
    return voices.agg(number=("number", "mean"), money=("money", "any"), below=("below", "any")), table[~usable]


def _average_price(level: Level, running: Matrix, price: Matrix) -> Matrix:
    """Net price of each group and period by mix; the plain mean where nothing is planned; NaN where no price is known."""
    priced = ~np.isnan(price)
    groups = len(level.labels)
    value = summed(level.member[priced], running[priced] * price[priced, None], groups)
    units = summed(level.member[priced], running[priced], groups)
    count = np.bincount(level.member[priced], minlength=groups).astype(float)
    total = np.bincount(level.member[priced], weights=price[priced], minlength=groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Matrix = np.where(units > 0, value / units, (total / count)[:, None])
    return np.where(result > 0, result, np.nan)


def _accounts_together(
    voices: pd.DataFrame, level: Level, running: Matrix, mix: pd.DataFrame, notes: list[Note]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Voices with the forecast that each stands against; and how their lines were read."""
    voices = _total_beside_accounts(voices, notes)
    voices = voices.assign(whole=(voices["account"] == "").groupby([voices[c] for c in CELL]).transform("any"))
    scope = level.running[voices["code"].to_numpy(dtype=np.intp), voices["column"].to_numpy(dtype=np.intp)]
    base, known, has_mix = _shares(voices, level, running, mix)
    account = (voices["account"] != "").to_numpy(dtype=bool)
    unmixed, new = account & ~has_mix, account & has_mix & ~known
    base = np.where(account, base, scope)
    base[unmixed] = _as_the_whole(voices[unmixed], scope[unmixed])
    _account_notes(voices[new], voices[unmixed], notes)
    readings = (
        (voices["money"], "money at the average net price"),
        (voices["below"], "below 0 taken as 0"),
        (new, "new customer on top"),
        (account & has_mix & ~voices["whole"].to_numpy(dtype=bool), "other customers at the forecast"),
        (unmixed, "accounts taken as the whole demand"),
        (account, "numbers for accounts are not judged"),
    )
    remarks = [voices.loc[lines, LINE].drop_duplicates().assign(words=words) for lines, words in readings]
    return voices.assign(base=base), _joined(remarks, [*LINE, "words"])


def _account_notes(new: pd.DataFrame, unmixed: pd.DataFrame, notes: list[Note]) -> None:
    """Say how accounts were read that history does not know."""
    for account, lines in new.groupby("account"):
        words = f"history knows no customer {account!s} of {some_of(lines['label'])}; what {some_of(lines['contributor'])} expects of it comes on top of the forecast"
        notes.append(Note("sales_input", str(lines["label"].iloc[0]), "sales-input-new-account", words))
    if len(unmixed):
        words = f"history knows no customers of {some_of(unmixed['label'])}; the accounts given are taken as the whole demand"
        notes.append(Note("sales_input", str(unmixed["label"].min()), "sales-input-accounts-are-all", words))


def _total_beside_accounts(voices: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """A contributor's number for all accounts takes the place of those for single ones, unless these are more."""
    keys = [voices[c] for c in [*CELL, "contributor"]]
    single = voices["account"] != ""
    has_total = (~single).groupby(keys).transform("any")
    parts = voices["number"].where(single, 0.0).groupby(keys).transform("sum")
    more = ~single & (parts > voices["number"] * (1 + 1e-9) + 1e-9)
    for label, lines in voices[more].groupby("label"):
        words = f"accounts of {some_of(lines['contributor'])} for {label} are more than the number for all of them; the accounts are used"
        notes.append(Note("sales_input", str(label), "sales-input-contradicts", words))
    return voices.assign(number=voices["number"].where(~more, parts))[~(single & has_total)].reset_index(drop=True)


def _shares(
    voices: pd.DataFrame, level: Level, running: Matrix, mix: pd.DataFrame
) -> tuple[Matrix, Mask, Mask]:
    """Forecast of each voice's customer, whether history knows him in the scope, and whether it knows any customer there."""
    base, known = np.zeros(len(voices)), np.zeros(len(voices), dtype=bool)
    rows = mix["row"].to_numpy(dtype=np.intp)
    with_customers = np.zeros(len(level.labels), dtype=bool)
    with_customers[level.member[rows]] = True
    has_mix = with_customers[voices["code"].to_numpy(dtype=np.intp)]
    named = sorted(set(voices["account"]) - {""})
    own = mix["customer"].isin(named).to_numpy(dtype=bool)
    if own.any():
        customers = pd.Index(named)
        of_mix = level.member[rows[own]] * len(named) + customers.get_indexer(mix.loc[own, "customer"])
        keys, inverse = np.unique(of_mix, return_inverse=True)
        part = running[rows[own]] * mix.loc[own, "share"].to_numpy(dtype=float)[:, None]
        forecast = summed(inverse, part, len(keys))
        account = customers.get_indexer(voices["account"])
        wanted = voices["code"].to_numpy(dtype=np.intp) * len(named) + account
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = (keys[place] == wanted) & (account >= 0)
        base = np.where(known, forecast[place, voices["column"].to_numpy(dtype=np.intp)], 0.0)
    return base, known, has_mix


def _as_the_whole(voices: pd.DataFrame, scope: Matrix) -> Matrix:
    """The scope's forecast, parted over the accounts by what is said of them: several sayings of one account count once."""
    keys = [voices[c] for c in CELL]
    # beside a number for all accounts, a contributor's accounts are his own opinion of the whole
    keys.append(voices["contributor"].where(voices["whole"], ""))
    sayings = voices["number"].groupby([*keys, voices["account"]])
    once = sayings.transform("mean") / sayings.transform("size")
    total = once.groupby(keys).transform("sum")
    accounts = (1.0 / sayings.transform("size")).groupby(keys).transform("sum")
    mean_share = (sayings.transform("mean") / total).where(total > 0, 1.0 / accounts)
    return mean_share.to_numpy(dtype=float) * scope


def _word_notes(unused: pd.DataFrame, below: list[str]) -> list[Note]:
    """One note for each reason for which numbers are not used as they are."""
    by_reason = {why: sorted(set(unused.loc[unused["why"] == why, "label"])) for why in (NO_SERIES, NO_PRICE)}
    found = (
        (by_reason[NO_SERIES], "sales-input-without-series", "sales input for {} has no planned series to go to and is not used"),
        (by_reason[NO_PRICE], "sales-input-without-price", "sales input in money for {} is not used: no price is known there"),
        (below, "sales-input-below-zero", "sales input for {} is below 0 and taken as 0"),
    )
    return [Note("sales_input", names[0], rule, words.format(some_of(names))) for names, rule, words in found if names]
