"""Which region, supplier, material, launch and resource the standard scenarios are about, as the workbook stands."""

from __future__ import annotations

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import history_in_plan_currency
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.scenario_library import Subjects, bought_value
from sop_xl.plan.supply.inputs import lever_names
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet

_SUPPLIED = ("buy", "subcontract")


def subjects_of(host: Host, inputs: Inputs, timeline: Timeline) -> Subjects:
    """What stands out in a workbook: by money where it is known; ties go to the first name."""
    bought = _bought(inputs)
    made_of = set(inputs.frame("Bill of Materials")["component"])
    materials = bought[bought["item"].isin(made_of)] if made_of else bought
    by_supplier = bought.groupby("supplier", sort=True)["value"].sum()
    return Subjects(
        timeline, _region(inputs, timeline), _largest(by_supplier), _largest((materials if len(materials) else bought).groupby("item", sort=True)["value"].sum()),
        _launch(inputs, timeline), _resource(host, inputs), _single(inputs, bought),
    )  # fmt: skip


def _largest(values: pd.Series) -> str:
    return "" if values.empty else str(values.index[int(values.to_numpy().argmax())])


def _bought(inputs: Inputs) -> pd.DataFrame:
    """supplier, item, value: as received; where nothing was recorded, as Sourcing names suppliers, each item counting its unit cost."""
    items, purchases = inputs.frame("Items"), inputs.frame("Purchase History")
    if len(purchases):
        return bought_value(purchases, items)
    named = inputs.frame("Sourcing")
    named = named[named["kind"].isin(_SUPPLIED) & (named["source"] != "")]
    stated = named.assign(supplier=named["source"], order_quantity=1.0, received_quantity=float("nan"))
    return bought_value(stated[stated["item"] != ""], items)


def _region(inputs: Inputs, timeline: Timeline) -> str:
    locations = inputs.locations()
    history = history_in_plan_currency(inputs, [])
    recent = history[history["period"] >= timeline.calendar.shift(timeline.current, -timeline.calendar.season)]
    region = recent["location"].map(locations.set_index("location")["region"]).fillna("")
    worth = recent["revenue"] if recent["revenue"].notna().any() else recent["demand"]
    named = region != ""
    return _largest(worth[named].groupby(region[named], sort=True).sum())


def _launch(inputs: Inputs, timeline: Timeline) -> str:
    rows = inputs.frame("Lifecycle")
    coming = rows[(rows["stage"] == "launch") & (rows["period"] >= timeline.current) & (rows["period"] <= timeline.plan[-1])]
    return "" if coming.empty else str(coming.sort_values(["period", "item"], kind="stable")["item"].iloc[0])


def _resource(host: Host, inputs: Inputs) -> str:
    """By the utilisation of the plan in the workbook; before it was planned, the first by name."""
    resources = inputs.frame("Resources")
    stretchable = sorted(resources.loc[(resources["shift_capacity"] > 0) & (resources["kind"] != "storage"), "resource"])
    if "Capacity" in host.sheet_names() and stretchable:
        planned = read_sheet(sheet("Capacity"), host.read_block("Capacity"), inputs.settings).frame
        if len(planned) and "utilisation" in planned:
            mean = planned[planned["resource"].isin(stretchable)].groupby("resource", sort=True)["utilisation"].mean().dropna()
            if len(mean):
                return _largest(mean)
    return stretchable[0] if stretchable else ""


def _single(inputs: Inputs, bought: pd.DataFrame) -> str:
    """Item that is bought from one source while Sourcing names another that needs a decision."""
    named = inputs.frame("Sourcing")
    free = lever_names(inputs.settings.free_levers)
    named = named[(named["item"] != "") & named["kind"].isin([*_SUPPLIED, "make"])]
    regular = set(named.loc[(named["priority"] <= 1) & (named["kind"] != "subcontract"), "item"])
    second = named[(named["priority"] > 1) & (named["kind"] == "buy")] if "second source" not in free else named.iloc[:0]
    sent_out = named[named["kind"] == "subcontract"] if "subcontract" not in free else named.iloc[:0]
    possible = regular & {*second["item"], *sent_out["item"]}
    worth = bought[bought["item"].isin(possible)].groupby("item", sort=True)["value"].sum()
    return _largest(worth) or (min(possible) if possible else "")
