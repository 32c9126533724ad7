"""Money in other currencies: which rate holds when, and amounts in plan currency."""

from __future__ import annotations

import pandas as pd

from sop_xl import frames
from sop_xl.plan.notes import Note, notes_frame, some_of

PLAN, ACTUAL = "plan", "actual"


def rates_at(
    currency: pd.Series, period: pd.Series, fx_rates: pd.DataFrame, plan_currency: str, rate_type: str = PLAN
) -> tuple[pd.Series, pd.DataFrame]:
    """FX rate of each row: units of its currency for one unit of the plan currency.

    Parameters
    ----------
    currency, period
        One per row, same index; a blank currency is the plan currency.
    fx_rates
        FX_RATES; absent rates and those of 0 or less count as not given.
    plan_currency
        Three-letter code; its own rate is 1 whatever the table says.
    rate_type
        `plan` or `actual`: the kind of rate that is asked for.

    Returns
    -------
    The rates and notes (frame, key, rule, note). A period without a rate takes the last known earlier one of the same
    kind; where there is none, the last known of the other kind; both are said. NaN, and said, where nothing is known by then.
    """
    frames.check_frame(fx_rates, frames.FX_RATES)
    notes = list[Note]()
    wanted = pd.DataFrame(
        {"currency": currency.astype("object").to_numpy(), "period": pd.to_datetime(period).to_numpy()}
    )
    foreign = ((wanted["currency"] != "") & (wanted["currency"] != plan_currency)).to_numpy(dtype=bool)
    cells = wanted[foreign].drop_duplicates().reset_index(drop=True)
    own = _last_known(cells, fx_rates[fx_rates["rate_type"] == rate_type])
    other = _last_known(cells, fx_rates[fx_rates["rate_type"] != rate_type])
    cells["fx_rate"] = own["fx_rate"].where(own["fx_rate"].notna(), other["fx_rate"])
    lent = own["fx_rate"].isna() & other["fx_rate"].notna()
    older = own["fx_rate"].notna() & (own["known"] < cells["period"])
    absent = cells["fx_rate"].isna()
    for rows, rule, text in (
        (
            older,
            "rate-carried-on",
            f"no {rate_type} rate is given for some periods of {{}}; the last known one is used",
        ),
        (
            lent,
            "rate-of-other-kind",
            f"no {rate_type} rate is given for {{}}; the last known rate of the other kind is used",
        ),
        (absent, "rate-absent", "no rate is known for {} in some periods"),
    ):
        names = cells.loc[rows, "currency"].tolist()
        if names:
            notes.append(Note("fx_rates", min(names), rule, text.format(some_of(names))))
    rate = pd.Series(1.0, index=currency.index)
    found = wanted[foreign].merge(cells, on=["currency", "period"], how="left", validate="many_to_one")
    rate[foreign] = found["fx_rate"].to_numpy()
    return rate, notes_frame(notes)


def convert_to_plan_currency(
    amount: pd.Series,
    currency: pd.Series,
    period: pd.Series,
    fx_rates: pd.DataFrame,
    plan_currency: str,
    rate_type: str = PLAN,
) -> tuple[pd.Series, pd.DataFrame]:
    """Amounts in plan currency, each converted by its own row's rate, never by a total's.

    Parameters are those of `rates_at`, with `amount` in each row's currency; NaN stays NaN. An amount without a known rate
    becomes NaN, and the notes say so.
    """
    rate, notes = rates_at(currency, period, fx_rates, plan_currency, rate_type)
    return amount / rate, notes


def _last_known(cells: pd.DataFrame, fx_rates: pd.DataFrame) -> pd.DataFrame:
    """Rate and its period for each cell (currency, period), the last one not later; NaN and NaT where there is none."""
    usable = fx_rates.loc[fx_rates["fx_rate"] > 0, ["currency", "period", "fx_rate"]]
    usable = usable.assign(
        period=usable["period"].astype("datetime64[ns]"), known=usable["period"]
    ).sort_values("period", kind="stable")
    asked = cells.assign(
        place=range(len(cells)), period=cells["period"].astype("datetime64[ns]")
    ).sort_values("period", kind="stable")
    found = pd.merge_asof(asked, usable.astype({"currency": "object"}), on="period", by="currency")
    return found.sort_values("place").reset_index(drop=True)[["fx_rate", "known"]]
