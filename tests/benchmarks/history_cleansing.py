"""What history cleansing does to held-out accuracy, and how long it takes.

Run with `python tests/benchmarks/history_cleansing.py`. Public beer volumes (see `forecast_accuracy.py` for where they are looked for) are
forecast as they are and cleansed; then defects of known size are planted in the months that are learned from, to see how much
of the harm is mended.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from forecast_accuracy import FOLDER

from sop_xl import frames
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.accuracy import wmape
from sop_xl.plan.cleansing import Cleansed, cleanse_history
from sop_xl.plan.forecast import forecast_series
from sop_xl.plan.history import calendarise

LINE = Timeline(Calendar(), pd.Timestamp("2013-01-01"), pd.Timestamp("2017-01-01"), 12)


def table(spec: frames.FrameSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with every column of the frame that they lack absent."""
    absent = {"text": "", "number": np.nan, "date": pd.NaT, "flag": False}
    return rows.assign(**{c: absent[k] for c, k in spec.columns.items() if c not in rows})[list(spec.columns)]


def beer() -> tuple[pd.DataFrame, pd.DataFrame]:
    """History to the end of 2016, dense, and the year after."""
    raw = pd.read_parquet(FOLDER / "stallion_beer_monthly.parquet")
    sold = raw.rename(columns={"sku": "item", "agency": "location", "ds": "period", "volume": "demand"})
    sold = sold[["item", "location", "period", "demand"]].assign(period=sold["period"].astype("datetime64[ns]"), revenue=np.nan)
    dense, _ = calendarise(sold[sold["period"] < LINE.current], LINE)
    return dense, sold[sold["period"] >= LINE.current]


def cleansed(dense: pd.DataFrame, events: pd.DataFrame | None = None, marks: pd.DataFrame | None = None) -> Cleansed:
    """Every SKU is a family of its own, so that all agencies share its season."""
    names = pd.DataFrame({"item": sorted(dense["item"].unique())})
    items = table(frames.ITEMS, names.assign(family=names["item"]))
    places = table(frames.LOCATIONS, pd.DataFrame({"location": sorted(dense["location"].unique())}))
    return cleanse_history(dense, frames.empty_frame(frames.EVENTS) if events is None else events, items, places, LINE, marks)


def accuracy(dense: pd.DataFrame, ahead: pd.DataFrame) -> str:
    """WMAPE of the year ahead by series and by SKU, and bias."""
    learned = dense.assign(unique_id=dense["item"] + "/" + dense["location"], ds=dense["period"], y=dense["demand"])
    made = forecast_series(learned[["unique_id", "ds", "y"]], 12, 12, n_jobs=2).forecast
    both = ahead.assign(unique_id=ahead["item"] + "/" + ahead["location"], step=ahead["period"].dt.month).merge(made, on=["unique_id", "step"], how="left")
    both["forecast"] = both["forecast"].fillna(0.0)
    sums = both.groupby(["item", "period"])[["demand", "forecast"]].sum()
    bias = both["forecast"].sum() / both["demand"].sum() - 1
    return f"WMAPE series {wmape(both['demand'], both['forecast']):.4f}, SKU {wmape(sums['demand'], sums['forecast']):.4f}, bias {bias:+.3f}"


def one_offs(dense: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Three series in ten have one month of the last two years four times too high."""
    out = dense.copy()
    for _, rows in out[out["period"] >= LINE.history[-25]].groupby(["item", "location"]).groups.items():
        if rng.random() < 0.3:
            out.loc[rng.choice(rows[:-1]), "demand"] *= 4
    return out


def stock_outs(dense: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every second series lacks stock for a part of two months of the last year, and says so."""
    out = dense.assign(stock_out=np.nan)
    for _, rows in out[out["period"] >= LINE.history[-12]].groupby(["item", "location"]).groups.items():
        if rng.random() < 0.5:
            for row in rng.choice(rows, min(2, len(rows)), replace=False):
                share = rng.choice([0.3, 0.6, 1.0])
                out.loc[row, "demand"] *= 1 - share
                out.loc[row, "stock_out"] = share
    return out


def promotions(dense: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three promotions a SKU in the last two years, each 60 % in all agencies; and the rows of Events that name them."""
    out, rows = dense.copy(), []
    for item in sorted(out["item"].unique()):
        for place in rng.choice(24, 3, replace=False):
            period = LINE.history[-1 - place]
            out.loc[(out["item"] == item) & (out["period"] == period), "demand"] *= 1.6
            rows.append({"event": f"{item} {period:%Y-%m}", "item": item, "first_period": period})
    return out, table(frames.EVENTS, pd.DataFrame(rows))


def main() -> int:
    """Print every comparison; 1 where the data are absent."""
    if not FOLDER.is_dir():
        print(f"no benchmark data at {FOLDER}; set SOP_XL_BENCHMARK_DATA")
        return 1
    dense, ahead = beer()
    started = time.process_time()
    plain = cleansed(dense)
    print(f"{len(dense.groupby(['item', 'location']))} series cleansed in {time.process_time() - started:.2f} CPU s: {plain.log.groupby(['cause', 'state']).size().to_dict()}")
    print("as it is       ", accuracy(dense, ahead))
    print("cleansed       ", accuracy(plain.history, ahead))
    print("shifts kept    ", accuracy(cleansed(dense, marks=plain.log.assign(mark="Keep")).history, ahead))
    rng = np.random.default_rng(1)
    spoilt, (promoted, events) = {"one-off orders": one_offs(dense, rng), "stock-outs": stock_outs(dense, rng)}, promotions(dense, rng)
    for name, bad in spoilt.items():
        print(f"{name} planted: {accuracy(bad, ahead)}; mended: {accuracy(cleansed(bad).history, ahead)}")
    print(f"promotions planted: {accuracy(promoted, ahead)}; lifted out: {accuracy(cleansed(promoted, events).history, ahead)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
