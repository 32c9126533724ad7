"""What may need somebody: matters found in shortages, weeks, gaps, risks, stock and forecasts, each with money, a sentence and the next step.

Money at stake is what each sheet says of it: revenue late or lost (shortages and weeks), margin missing (gaps), margin that a risk takes on average,
what stock beyond its cover is written down by, and revenue of the coming quarter x the error beyond its limit (forecasts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.changes import END, START
from sop_xl.plan.grid import records
from sop_xl.plan.kpi_figures import ALL
from sop_xl.plan.kpi_status import POOR
from sop_xl.plan.notes import some_of
from sop_xl.plan.supply.decisions import is_promotion

SHORTAGE, GAP, RISK, EXCESS, VARIANCE = "shortage", "gap", "risk", "excess", "variance"
LATE_RECEIPT, STOCK_OUT, FORECAST, DECISION_DUE, MORE = "late receipt", "stock-out", "forecast", "decision due", "more"
NOTHING = 0.5
"""Plan currency below which nothing is at stake."""

MAIN_PART = 0.95
"""Part of all excess that is told family by family."""
OTHERS = "Other families"

OF_LAST_CYCLE = "plan and last cycle"
"""Kind of a gap of GAP_LIST."""
CAUSES = 4
"""Causes of a change that are named."""

_WEEKLY = {"stock-out": STOCK_OUT, "late receipt": LATE_RECEIPT, "below safety stock": STOCK_OUT, "orders above plan": FORECAST, "orders below plan": FORECAST}
"""Kind of matter of each weekly exception."""
_OF_DEMAND = ("orders above plan", "orders below plan")


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs somebody.

    Parameters
    ----------
    alert
        Stable words: the same matter has them in every cycle.
    value
        Plan currency at stake, positive; NaN = not in money.
    responsible
        Who answers for it by its source; `""` = nobody named.
    causes, options
        What binds, each as SHORTAGES or RISKS names it, and the options that would mend it: a decision may speak of these.
    undecided
        Whether a decision is asked for whatever its money.
    """

    alert: str
    kind: str
    value: float
    sentence: str
    next_step: str
    evidence: str
    family: str = ""
    region: str = ""
    item: str = ""
    first_period: pd.Timestamp = pd.NaT  # type: ignore[assignment]
    responsible: str = ""
    causes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    undecided: bool = False


def supply_matters(shortages: pd.DataFrame, weekly: pd.DataFrame, items: pd.DataFrame, currency: str) -> list[Matter]:
    """One matter for each item that is short, about to run out, or late; what orders say of the plan is a matter of its own.

    Parameters
    ----------
    shortages, weekly
        SHORTAGES and WEEKLY_EXECUTION. An item that both speak of is told once, with the larger money: they see the same units.
    """
    listed = items.set_index("item")
    alarms = weekly[weekly["exception"] != ""]
    of_supply = alarms[~alarms["exception"].isin(_OF_DEMAND)]
    found = []
    for item in sorted({*shortages["item"], *of_supply["item"]}):
        short = shortages[shortages["item"] == item].sort_values(["shortage_value", "period"], ascending=[False, True], kind="stable")
        weeks = of_supply[of_supply["item"] == item].sort_values(["value", "week"], ascending=[False, True], kind="stable")
        name = f"{item} ({listed['name'].get(item)})" if listed["name"].get(item) else item
        family = str(listed["family"].get(item, ""))
        soon = "" if weeks.empty else f"{weeks['exception'].iloc[0]} at {weeks['location'].iloc[0]} in the week of {weeks['week'].iloc[0]:%Y-%m-%d}"
        if len(short):
            worst = short.iloc[0]
            places = some_of(short["location"])
            text = f"{name} is {short['unmet_demand'].sum():,.0f} units short at {places}, worth {_money(short['shortage_value'].sum(), currency)}: {worst['cause']}"
            step = f"Decide on {worst['option']}." if worst["option"] else worst["next_action"]
            found.append(Matter(
                f"{item} short", SHORTAGE, max(float(short["shortage_value"].sum()), _total(weeks)), _sentence(text, soon), _capital(step), "Shortages", family, "", item,
                short["period"].min(), causes=tuple(dict.fromkeys(c for c in short["cause"] if c)), options=tuple(dict.fromkeys(o for o in short["option"] if o)),
            ))  # fmt: skip
        else:
            worst = weeks.iloc[0]
            text = f"{name}: {soon}, worth {_money(_total(weeks), currency)}"
            found.append(Matter(
                f"{item} short", _WEEKLY[worst["exception"]], _total(weeks), _sentence(text), _capital(worst["next_step"]), "Weekly Execution", family,
                str(worst["region"]) if weeks["region"].nunique() == 1 else "", item, weeks["period"].min(),
            ))  # fmt: skip
    for (item, kind), weeks in alarms[alarms["exception"].isin(_OF_DEMAND)].groupby(["item", "exception"], sort=True):
        worst = weeks.sort_values(["value", "week"], ascending=[False, True], kind="stable").iloc[0]
        text = f"{item}: {kind} at {some_of(weeks['location'])}, worth {_money(_total(weeks), currency)}"
        found.append(Matter(
            f"{item}: {kind}", FORECAST, _total(weeks), _sentence(text), _capital(worst["next_step"]), "Weekly Execution", str(worst["family"]), "", str(item), weeks["period"].min()
        ))  # fmt: skip
    return found


def gap_matters(gaps: pd.DataFrame, currency: str, changes: pd.DataFrame | None = None) -> list[Matter]:
    """Gaps to budget and last cycle, with what closes most of each. Gaps of supply are its shortages, which are told item by item.

    Parameters
    ----------
    gaps
        GAP_LIST.
    changes
        CHANGES, which says why a family is below the last cycle: by what was changed, where the gap list has the steps of a bridge, of which Price and Cost move
        with the mix of what is sold, too. Absent: as the gap list has it.
    """
    found = []
    for name, rows in gaps[gaps["kind"] != "demand and supply"].groupby("gap", sort=False):
        head = rows[rows["order"] == 0].iloc[0]
        if not head["value"] > 0:
            continue
        closing = rows[(rows["order"] > 0) & (rows["step"] != "not closed") & (rows["value"] < 0)].sort_values("value", kind="stable")
        left = -float(rows.loc[rows["step"] == "not closed", "value"].sum())
        if len(closing):
            step = f"Decide on {closing['step'].iloc[0]}: it closes {_money(-closing['value'].iloc[0], currency)}; {_money(left, currency)} stays open."
        else:
            step = "Find what closes it, or agree on a lower target: nothing that was tried does."
        text = f"{name}: {head['cause']}" if head["cause"] else f"{name}: margin of {_money(head['value'], currency)} is missing"
        evidence = "Gap List"
        if head["kind"] == OF_LAST_CYCLE and changes is not None and len(changes):
            text, moved = text.rsplit(": ", 1)[0] if text.count(": ") > 1 else text, _moved_by(changes, str(head["family"]))
            if head["region"] == ALL and moved:
                text, evidence = f"{text}; over all periods that both planned, gross margin moved by {moved}", "Changes"
        found.append(Matter(
            str(name), GAP, float(head["value"]), _sentence(text), step, evidence, _not_all(head["family"]), _not_all(head["region"]), "", head["first_period"],
            options=tuple(closing["step"]),
        ))  # fmt: skip
    return found


def _moved_by(changes: pd.DataFrame, family: str) -> str:
    """Causes of the change of a family's gross margin since the last cycle, the largest first: `Actuals -4,000, Model +300 and 2 more`."""
    own = changes[(changes["reference"] == "Last cycle") & (changes["measure"] == "gross_margin") & (changes["family"] == family) & ~changes["cause"].isin([START, END])]
    own = own[own["amount"].abs() >= NOTHING]
    own = own.loc[own["amount"].abs().sort_values(ascending=False, kind="stable").index]
    told = [f"{cause} {amount:+,.0f}" for cause, amount in zip(own["cause"].head(CAUSES), own["amount"].head(CAUSES), strict=True)]
    return ", ".join(told) + (f" and {len(own) - CAUSES} more" if len(own) > CAUSES else "")


def risk_matters(outlook: pd.DataFrame, risks: pd.DataFrame, currency: str) -> list[Matter]:
    """Risks that take margin on average, after what is done about them.

    Parameters
    ----------
    outlook, risks
        RISK_OUTLOOK and RISKS.
    """
    stated = risks.set_index("risk")
    rows = outlook[(outlook["figure"] == "gross_margin") & (outlook["risk"] != "") & (outlook["expected"] < 0)]
    found = []
    for row in records(rows):
        if row.risk not in stated.index:
            continue
        risk = stated.loc[row.risk]
        worst = row.plan - row.low
        text = f"{risk['name'] or row.risk}: {risk['probability']:.0%} likely, takes margin of {_money(-row.expected, currency)} on average and {_money(worst, currency)} at worst"
        step = f"Check that {_lower(risk['mitigation'])} works, or decide what else to do." if risk["mitigation"] else "Agree on what is done about it, and who does it."
        found.append(Matter(
            f"Risk {row.risk}", RISK, -float(row.expected), _sentence(text), step, "Risk Outlook", risk["family"],
            risk["region"], risk["item"], risk["first_period"], risk["owner"], causes=tuple(filter(None, (risk["resource"],))),
        ))  # fmt: skip
    return found


def excess_matters(targets: pd.DataFrame, items: pd.DataFrame, excess_rate: float, obsolete_rate: float, currency: str) -> list[Matter]:
    """Stock beyond its cover or without demand, by family; at stake is what it is written down by.

    Families that make up the main part of it have a line each, the many small ones one together.

    Parameters
    ----------
    targets
        INVENTORY_TARGETS.
    excess_rate, obsolete_rate
        Parts of its value that are written down.
    """
    rows = targets.assign(
        family=targets["item"].map(items.set_index("item")["family"]).fillna(""),
        stock=targets["excess_value"].fillna(0.0) + targets["obsolete_value"].fillna(0.0),
        lost=targets["excess_value"].fillna(0.0) * excess_rate + targets["obsolete_value"].fillna(0.0) * obsolete_rate,
    )
    rows = rows[rows["stock"] > NOTHING]
    lost = rows.groupby("family")["lost"].sum().sort_values(ascending=False, kind="stable")
    before = lost.cumsum() - lost
    many = lost.index[before >= MAIN_PART * lost.sum()] if len(lost) else lost.index
    if len(many) > 1:
        rows = rows.assign(family=rows["family"].where(~rows["family"].isin(many), OTHERS))
    found = []
    for family, own in rows.groupby("family", sort=True):
        dearest = own.sort_values(["stock", "item", "location"], ascending=[False, True, True], kind="stable").iloc[0]
        dead = float(own["obsolete_value"].fillna(0.0).sum())
        text = f"{family}: {_money(own['stock'].sum(), currency)} of stock is beyond its cover" + (f", {_money(dead, currency)} of it without demand" if dead > NOTHING else "")
        step = f"Re-deploy, sell off or return {dearest['item']} at {dearest['location']} first ({_money(dearest['stock'], currency)}), and stop its orders."
        found.append(Matter(f"{family}: excess stock", EXCESS, float(own["lost"].sum()), _sentence(text), step, "Inventory Targets", "" if family == OTHERS else str(family)))
    return found


def forecast_matters(figures: pd.DataFrame, quarter: pd.Series, currency: str) -> list[Matter]:
    """Families whose error or bias is poor, the worse of the two.

    Parameters
    ----------
    figures
        KPIS.
    quarter
        Revenue of the coming quarter by family.
    """
    rows = figures[figures["kpi"].isin(["WMAPE", "Bias"]) & (figures["scope"] != ALL) & (figures["status"] == POOR)]
    rows = rows.assign(beyond=rows["value"].abs() - rows["target"].abs()).sort_values(["scope", "beyond"], ascending=[True, False], kind="stable")
    found = []
    for row in records(rows.drop_duplicates("scope")):
        lean = "" if row.kpi == "WMAPE" else " too high" if row.value > 0 else " too low"
        text = f"Forecasts of {row.scope} {'lean' if lean else 'miss'} by {abs(row.value):.0%}{lean}, target {abs(row.target):.0%}"
        worth = float(quarter.get(row.scope, np.nan)) * row.beyond
        step = f"Review the models and overrides of {row.scope}" + (" and take the bias out of sales input." if lean else ": which series miss most, and why.")
        found.append(Matter(
            f"{row.scope}: forecast {'bias' if lean else 'error'}", FORECAST, worth, _sentence(text), step, "Forecast Accuracy", row.scope, responsible=row.owner
        ))  # fmt: skip
    return found


def decision_matters(decisions: pd.DataFrame, options: pd.DataFrame, effects: pd.DataFrame, as_of: pd.Timestamp, current: pd.Timestamp) -> list[Matter]:
    """Decisions and actions that are due: proposed ones must be taken, approved ones carried out.

    Parameters
    ----------
    decisions, options, effects
        DECISIONS, OPTIONS (what a proposed one would gain) and DECISION_EFFECTS: an approved one that has brought what was expected by now is done, and so
        is one with a date of completion.
    as_of, current
        Day of the run and first planned period: an approved one whose span is over is not overdue any more.
    """
    gain = options.set_index("option")["gain"].to_dict()
    of_demand = decisions.loc[is_promotion(decisions), "decision"]  # less demand than expected is no promise kept
    kept = effects[(effects["elapsed"] > 0) & (effects["realised_so_far"] >= effects["expected_so_far"]) & ~effects["decision"].isin(of_demand)]["decision"]
    done = decisions["done"].notna() if "done" in decisions else pd.Series(False, index=decisions.index)
    due = decisions[(decisions["due"] <= as_of) & ~done & ~decisions["decision"].isin(kept)]
    found = []
    for row in records(due):
        what = row.option or getattr(row, "question", "") or row.lever or "decision"
        if row.status == "proposed":
            text, step = f"Decision {row.decision} ({what}) was due on {row.due:%Y-%m-%d} and is still proposed", f"Approve or reject decision {row.decision}."
        elif row.status == "approved" and row.due < as_of and not row.last_period < current:
            text, step = f"Decision {row.decision} ({what}) was to be carried out by {row.due:%Y-%m-%d}", f"Confirm that decision {row.decision} is carried out, or give it a new date."
        else:
            continue
        worth = abs(float(gain.get(row.option, np.nan)))
        found.append(Matter(
            f"Decision {row.decision} due", DECISION_DUE, worth, _sentence(text), step, "Decisions", row.family, "", row.item, row.first_period, row.owner,
            undecided=row.status == "proposed",
        ))  # fmt: skip
    return found


def _total(weeks: pd.DataFrame) -> float:
    """Money of one item's exceptions: the largest of each location, because a location's weeks see the same units."""
    return float(weeks.groupby("location")["value"].max().sum())


def _money(value: float, currency: str) -> str:
    return f"{value:,.0f} {currency}".rstrip()


def _sentence(*parts: str) -> str:
    return "; ".join(part.rstrip(". ") for part in parts if part) + "."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(". ")


def _not_all(scope: str) -> str:
    return "" if scope == ALL else scope
