"""Options and opportunities as steps that close gaps, with what each brings to a family."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.gap_closing import Step, levers_of
from sop_xl.plan.grid import Matrix, records
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.supply.option_trial import LEAST_GAIN

ALL = "All"


def removed_parts(shortages: pd.DataFrame, effects: pd.DataFrame, options: list[str]) -> Matrix:
    """(options, shortages) part of each shortage that an option removes.

    Parameters
    ----------
    shortages
        SHORTAGES.
    effects
        Rows of `best_options.unmet_by_point` of the plan (option `""`) and of every option.
    """
    wanted, stock = ["", *options], ["item", "location"]
    left = effects[effects["option"].isin(wanted)]
    spells = shortages[[*stock, "period", "last_period"]].rename(columns={"period": "since"}).assign(shortage=np.arange(len(shortages)))
    met = left.merge(spells, on=stock)
    met = met[met["period"].between(met["since"], met["last_period"])]
    missing = np.zeros((len(wanted), len(shortages)))
    np.add.at(missing, (pd.Index(wanted).get_indexer(pd.Index(met["option"])), met["shortage"].to_numpy(dtype=int)), met["unmet_demand"].to_numpy(dtype=float))
    parts = np.zeros((len(options), len(shortages)))
    short = missing[0] > 0
    parts[:, short] = np.clip(1.0 - missing[1:, short] / missing[0, short], 0.0, 1.0)
    return parts


def paying_options(options: pd.DataFrame) -> pd.DataFrame:
    """Options that gain, best first."""
    return options[options["gain"] > LEAST_GAIN].sort_values(["rank", "option"], kind="stable", ignore_index=True)


def shortage_steps(options: pd.DataFrame, parts: Matrix, margin: Matrix, currency: str) -> list[Step]:
    """Options as steps against shortages; what one makes good is worth its gain, and never more than the margin that it saves.

    Parameters
    ----------
    options
        See `paying_options`.
    parts
        See `removed_parts`, in their order.
    margin
        (shortages,) margin at risk, 0 where it is not known.
    """
    steps = []
    for row, own in zip(records(options), parts, strict=True):
        saved = float(own @ margin)
        worth = min(1.0, float(row.gain) / saved) if saved > 0 else 1.0
        steps.append(Step(row.option, levers_of(row.option), row.lever, own, worth, *_span(row), _money_words(row, saved, currency)))
    return steps


def _span(row: Any) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    first, last = (None if pd.isna(period) else period for period in (row.first_period, row.last_period))
    return first, last


def _part_inside(row: Any, gap: tuple[pd.Timestamp, pd.Timestamp], plan: pd.DatetimeIndex) -> tuple[float, str]:
    """Part of an option's span that lies within the periods of a gap, and that in words; an end of the span that is not known is that of the plan."""
    first, last = _span(row)
    span = plan[(plan >= (plan[0] if first is None else first)) & (plan <= (plan[-1] if last is None else last))]
    within = int(((span >= gap[0]) & (span <= gap[1])).sum())
    if within == len(span):
        return float(within > 0), ""
    return within / len(span), f"; {within} of its {len(span)} periods lie within the gap's, so that {within / len(span):.0%} of what it brings counts"


def _money_words(row: Any, saved: float, currency: str) -> str:
    unit = f" {currency}".rstrip()
    words = f"Rank {row.rank:.0f} in Options: gains {row.gain:,.0f}{unit} over the whole plan after its own cost"
    return f"{words}, of {saved:,.0f}{unit} of margin at risk that it saves" if saved > 0 else words


def profit_by_scope(options: pd.DataFrame, parts: Matrix, shortages: pd.DataFrame, margin: Matrix, items: pd.DataFrame, region_of: Mapping[str, str]) -> pd.DataFrame:
    """option, family, region, profit: what each option adds to profit, by the families, regions, and both, whose shortages it removes; `All` = every one.

    An option that removes none belongs to the family that it names; one that names none to `All` alone. `All` has the whole of each.

    Parameters
    ----------
    region_of
        See `regions_served`; what a stock without one region loses is told of no region.
    """
    family_of = items.set_index("item")["family"]
    of_family = shortages["item"].map(family_of).to_numpy(dtype=object)
    of_region = shortages["location"].map(region_of).to_numpy(dtype=object)
    rows: list[tuple[str, str, str, float]] = []
    for row, own in zip(records(options), parts, strict=True):
        profit = float(row.profit_change)
        if profit <= LEAST_GAIN:
            continue
        rows.append((row.option, ALL, ALL, profit))
        saved = own * margin
        whole = float(saved.sum()) if len(own) else 0.0
        if whole > 0:
            by_family, by_region = (pd.Series(saved).groupby(label).sum() for label in (of_family, of_region))
            rows += [(row.option, str(family), ALL, profit * amount / whole) for family, amount in by_family.items() if amount > 0]
            rows += [(row.option, ALL, str(region), profit * amount / whole) for region, amount in by_region.items() if amount > 0]
            by_both = pd.DataFrame({"family": of_family, "region": of_region, "saved": saved}).groupby(["family", "region"]).sum().reset_index()
            rows += [(row.option, str(both.family), str(both.region), profit * both.saved / whole) for both in records(by_both) if both.saved > 0]
            continue
        named = row.family or (family_of.get(row.item, "") if row.item else "")
        if named:
            rows.append((row.option, named, ALL, profit))
    return pd.DataFrame(rows, columns=["option", "family", "region", "profit"]).astype({"profit": "float64"})


def regions_served(locations: pd.DataFrame, earning: Collection[str]) -> dict[str, str]:
    """Region of each stock that serves one region alone: what is short there is missing in that region.

    Who of several regions goes short is decided when the stock is handed out, so that a stock of several has none here.

    Parameters
    ----------
    locations
        LOCATIONS.
    earning
        Regions in which the plan sells; a warehouse that sells nothing has no say by its own region.
    """
    selling = locations[locations["region"].isin(earning)]
    stock = stocking_location(selling["location"], locations)
    regions = selling["region"].groupby(stock.to_numpy(dtype=object)).unique()
    return {str(place): str(served[0]) for place, served in regions.items() if len(served) == 1}


def money_steps(
    gap: float, scope: dict[str, str], periods: tuple[pd.Timestamp, pd.Timestamp], plan: pd.DatetimeIndex, options: pd.DataFrame, profit: pd.DataFrame, margins: pd.DataFrame, risks: pd.DataFrame,
    spent: dict[str, float], currency: str,
) -> list[Step]:  # fmt: skip
    """Options and open opportunities as steps against a gap in margin; none where the gap has no value.

    Parameters
    ----------
    gap
        Plan currency.
    scope
        family and region, `All` = every one.
    periods
        First and last period of the gap. Of what an option brings over the whole plan counts the part of its span, from its first to its last period,
        that lies between them; of an opportunity what it brings there.
    plan
        Every planned period; an option's span that is open at an end reaches to that end of the plan.
    options, profit
        See `paying_options` and `profit_by_scope`.
    margins
        See `risk_margins.expected_margins`.
    risks
        RISKS, for names and owners.
    spent
        What each step, by its name, stands for in other gaps already, plan currency.
    """
    steps: list[Step] = []
    if not gap > 0:
        return steps
    own, whole = (profit[(profit["family"] == family) & (profit["region"] == region)].set_index("option")["profit"] for family, region in ((scope["family"], scope["region"]), (ALL, ALL)))
    for row in records(options):
        part, words = _part_inside(row, periods, plan)
        amount = min(part * float(own.get(row.option, 0.0)), part * float(whole.get(row.option, 0.0)) - spent.get(row.option, 0.0))
        if amount > LEAST_GAIN:
            steps.append(Step(row.option, levers_of(row.option), row.lever, np.array([min(1.0, amount / gap)]), 1.0, *_span(row), _money_words(row, 0.0, currency) + words))
    in_time = margins["period"].between(*periods)
    inside = in_time.copy()
    for name in ("family", "region"):
        if scope[name] != ALL:
            inside &= margins[name] == scope[name]
    brought = margins[inside].groupby("risk", sort=True)["gross_margin"].sum()
    for row in records(risks[risks["risk"].isin(brought.index)].sort_values("risk", kind="stable")):
        name = f"Opportunity {row.risk}" + (f": {row.name}" if row.name else "")
        amount = min(float(brought[row.risk]), float(margins.loc[(margins["risk"] == row.risk) & in_time, "gross_margin"].sum()) - spent.get(name, 0.0))
        if amount > LEAST_GAIN:
            words = f"Expected {amount:,.0f} {currency}".rstrip() + f": {row.probability:.0%} likely; see Risks" + (f". Watched by {row.owner}" if row.owner else "")
            first, last = (None if pd.isna(period) else period for period in (row.first_period, row.last_period))
            steps.append(Step(name, frozenset((f"opportunity {row.risk}",)), "", np.array([min(1.0, amount / gap)]), 1.0, first, last, words))
    return steps
