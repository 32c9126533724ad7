"""Frames of money and key figures."""

from __future__ import annotations

from sop_xl.frames.form import spec

BUDGET = spec(
    "budget", "family item region owner period",
    family="text", item="text", region="text", owner="text", period="date",
    demand="number", revenue="number", cost="number", gross_margin="number",  # money in plan currency; NaN = not budgeted
)  # fmt: skip
FX_RATES = spec(
    "fx_rates", "currency rate_type period",
    currency="text",
    rate_type="text",          # plan | actual
    period="date", fx_rate="number",
)  # fmt: skip
NET_PRICES = spec(
    "net_prices", "item location",
    item="text", location="text",
    net_price="number",        # plan currency per unit
    source="text",             # history | list price | none
)  # fmt: skip
FINANCIAL_PLAN = spec(
    "financial_plan", "family region version period",
    family="text", category="text", region="text",
    version="text",            # Plan | Budget | Last year | Previous plan; Plan holds actuals in past periods
    period="date", demand="number", revenue="number", cost="number", gross_margin="number", inventory_value="number",
)  # fmt: skip
BRIDGES = spec(
    "bridges", "bridge family step",
    bridge="text",             # Budget to plan | Last year to plan | Previous plan to plan
    family="text",             # "All" or a family
    step="text",               # start, Volume, Mix, Price, FX, New, Discontinued, Unexplained, end
    order="number", amount="number", note="text",
)  # fmt: skip
KPIS = spec(
    "kpis", "kpi scope",
    kpi="text", scope="text", value="number", unit="text", target="number", status="text", meaning="text",
)  # fmt: skip
