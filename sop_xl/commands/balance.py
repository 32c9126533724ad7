"""The balance step: stock, receivables, payables and cash of the plan, and their lines in the workbook."""

from __future__ import annotations

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.inputs import Inputs
from sop_xl.periods import Timeline
from sop_xl.plan.balance_and_cash import BalanceSettings, balance_and_cash
from sop_xl.plan.finance import SEVERAL_CATEGORIES
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.valuation import FinancialDetail
from sop_xl.sheets import sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.write import grid_rows
from sop_xl.vocabulary import MEASURES

DECIMALS = 6
"""Places to which money is written, so that sums of lines still tie to the cent."""


def plan_balance(
    inputs: Inputs, timeline: Timeline, profit_and_loss: pd.DataFrame, detail: FinancialDetail, solution: SupplySolution, notes: list[pd.DataFrame]
) -> pd.DataFrame:
    """BALANCE_AND_CASH of the plan; the detail is that of the profit and loss."""
    settings = inputs.settings
    result, said = balance_and_cash(
        profit_and_loss, detail, solution, inputs.frame("Items"), inputs.locations(), balance_settings(settings), inputs.frame("Customer Classes"),
        inputs.frame("Purchase History"), inputs.frame("FX Rates"), settings.plan_currency, timeline,
    )  # fmt: skip
    notes.append(said)
    return result


def balance_settings(settings: Settings) -> BalanceSettings:
    """Valuation, terms, reserves and opening cash, as Settings says."""
    return BalanceSettings(
        inventory_valuation=settings.inventory_valuation, customer_payment_days=settings.customer_payment_days,
        excess_cover_days=settings.excess_cover_days, excess_reserve_rate=settings.excess_reserve_rate,
        obsolete_reserve_rate=settings.obsolete_reserve_rate, opening_cash=settings.opening_cash,
    )  # fmt: skip


def balance_rows(balance: pd.DataFrame, inputs: Inputs, shown: Timeline) -> tuple[list[str], list[list[CellValue]]]:
    """Lines of Balance and Cash: everything first, then each family over all regions and by region; each line says how it is found."""
    spec, settings = sheet("Balance and Cash"), inputs.settings
    families = inputs.frame("Items")[["family", "category"]].drop_duplicates()
    category = families.groupby("family")["category"].agg(lambda found: found.iloc[0] if len(found) == 1 else SEVERAL_CATEGORIES)
    is_total = (balance["family"] != "All").astype(int), (balance["region"] != "All").astype(int)
    ordered = balance.assign(first=is_total[0], then=is_total[1]).sort_values(["first", "family", "then", "region", "period"], kind="stable")
    ordered = ordered.drop(columns=["first", "then"]).reset_index(drop=True).round(DECIMALS)
    texts = {"category": ordered["family"].map(category).fillna("").tolist()}
    # lines of 0 stand, too, so that each sum stands below its parts
    header, rows = grid_rows(spec, ordered, shown, texts, plan_currency=settings.plan_currency)
    names = [c.name for c in spec.columns]
    basis, measure = names.index("basis"), names.index("measure")
    words = {MEASURES[name].label: text for name, text in line_basis(settings).items()}
    for row in rows:
        row[basis] = words[str(row[measure])]
    return header, rows


def line_basis(settings: Settings) -> dict[str, str]:
    """How each line is found, by measure, in a few words."""
    last = "balance / flow of the last 3 periods"
    return {
        "inventory_value": "closing stock at " + ("unit cost" if settings.inventory_valuation == "standard" else settings.inventory_valuation),
        "stock_reserve": f"{settings.excess_reserve_rate:.0%} of excess, {settings.obsolete_reserve_rate:.0%} of obsolete stock; not charged in Profit and Loss",
        "work_in_process": "left one stock, not yet in the next",
        "receivables": "customer terms by days; open currency at plan rates",
        "payables": "supplier terms by days",
        "working_capital": "inventory - reserve + work in process + receivables - payables",
        "collections": "opening receivables + revenue + FX effect - closing",
        "fx_effect": "row by row, from rate to rate; never of totals",
        "supplier_payments": "opening payables + purchases - closing",
        "conversion_payments": "in the period of the work",
        "other_payments": "freight, cost to serve, order costs; in their period",
        "cash_flow": "collections - payments; before overheads, interest, tax",
        "cash_balance": "opening cash + cash flows",
        "cost_variance": "paid, neither in stock nor in standard cost of sales",
        "days_of_inventory": last, "days_of_receivables": last, "days_of_payables": last, "cash_to_cash": "inventory + receivables - payables",
    }  # fmt: skip
