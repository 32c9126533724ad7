"""Take a decision: a line of Options becomes a row of Decisions, with what was expected of it and what else was weighed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.commands.report import Report
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import ContractError, Problem
from sop_xl.frames import DECISIONS, OPTIONS, empty_frame
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.plan.decision_choice import NO_OPTION, considered_words, next_number, other_options
from sop_xl.plan.supply.why_words import money
from sop_xl.sheets import sheet
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import read_settings, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES

SHEET = "Decisions"
PROFIT = "Profit"
"""Figure of Scenario Compare that a scenario is expected to gain."""
COPIED = ("option", "lever", "item", "family", "resource", "supplier", "first_period", "last_period", "value")


@dataclass(frozen=True)
class Choice:
    """What somebody decided.

    Parameters
    ----------
    option
        Name of a line of Options, "no option", the name of a scenario, or the number of a decision that is there.
    by
        Who.
    status
        proposed | approved | rejected.
    owner
        Who sees to it; "" = who decided.
    due
        By when; `None` = not dated.
    question, matter, note
        Free text; "" = as it is.
    """

    option: str
    by: str
    status: str = "proposed"
    owner: str = ""
    due: pd.Timestamp | None = None
    question: str = ""
    matter: str = ""
    note: str = ""


def decide_workbook(workbook: Path, choice: Choice, as_of: str) -> Report:
    """Decide in a file, see `decide_on`."""
    host = HeadlessHost(workbook)
    report = decide_on(host, choice, as_of)
    host.save()
    return dataclasses.replace(report, workbook=str(workbook))


def decide_on(host: Host, choice: Choice, as_of: str) -> Report:
    """Write one row of Decisions, without saving; every other row stays as it is.

    Raises
    ------
    ContractError
        When the workbook has no such sheet, nothing is called by that name, or a decision speaks of the option already.
    HostError
        When the workbook cannot be written.
    """
    if SHEET not in host.sheet_names():
        raise ContractError([Problem(SHEET, "", "sheet-not-in-workbook", "expected the workbook to carry this sheet", "no such sheet", "sop-xl module add WORKBOOK cycle")])
    settings = read_settings(host.read_block("Settings"))[0] if "Settings" in host.sheet_names() else Settings()
    block = host.read_block(SHEET)
    held = read_sheet(sheet(SHEET), block, settings).records
    known = held if len(held) else empty_frame(DECISIONS).assign(note="")
    own = known[known["decision"] == choice.option]
    decided = {"status": choice.status, "decided_by": choice.by, "decided_on": pd.Timestamp(as_of)} if choice.status != "proposed" else {"status": choice.status}
    said = {name: value for name in ("owner", "question", "matter", "note") if (value := getattr(choice, name))}
    due = {} if choice.due is None else {"due": choice.due}
    if len(own):
        number, what = choice.option, str(own["option"].iloc[0] or own["question"].iloc[0])
        row: dict[str, Any] = {"decision": number, **decided, **said, **due}
    else:
        taken = _taken(host, choice.option, known, settings)
        number, what = next_number(known["decision"]), str(taken["option"] or taken["question"])
        row = {"decision": number, "kind": "decision", "owner": choice.by, **taken, **decided, **said, **due}
    _write(host, block, row, settings)
    gain = row.get("expected_gain", np.nan)
    worth = f", expected gain {money(float(gain), settings.plan_currency)}" if not np.isnan(gain) else ""
    planned = "; regenerate plans with it" if choice.status == "approved" else ""
    return Report(
        command="decide", workbook=host.name, summary=f"{number} {choice.status}: {what}{worth}{planned}",
        facts={"decision": number, "status": choice.status, "option": what, "expected_gain": None if np.isnan(gain) else float(gain)},
    )  # fmt: skip


def _taken(host: Host, name: str, known: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """What is known of an option, of a scenario, or of leaving the plan as it is."""
    options, scenarios = _options(host, settings), _scenario_gains(host)
    if name.casefold() == NO_OPTION:
        considered = considered_words(other_options(options, ""), settings.plan_currency)
        return {"option": "", "question": "No option: the plan stays as it is", "considered": considered, "expected_gain": 0.0}
    names = {n.casefold(): n for n in [*scenarios.index, *options["option"]]}
    found = names.get(name.casefold())
    if found is None:
        words = "expected an option that Options names, a scenario, or no option"
        hint = suggestion(name, [*options["option"], *scenarios.index, NO_OPTION, *known["decision"]]) or (
            "" if len(options) else "Options is empty: sop-xl regenerate WORKBOOK tries them")
        raise ContractError([Problem("Options", "", "unknown-option", words, show(name), hint)])  # fmt: skip
    if found in scenarios.index and found not in set(options["option"]):
        considered = considered_words(scenarios.drop(found).rename("gain").rename_axis("option").reset_index(), settings.plan_currency)
        return {"option": "", "question": f"Scenario {found}", "considered": considered, "expected_gain": float(scenarios[found])}
    standing = known[(known["option"] == found) & known["status"].isin(["proposed", "approved"])]
    if len(standing):
        number, status = str(standing["decision"].iloc[0]), str(standing["status"].iloc[0])
        hint = f'decide about "{number}" instead to change its status'
        raise ContractError([Problem(SHEET, "", "decided-already", "expected an option that no decision speaks of", f"{show(found)}, which {number} has as {status}", hint)])
    option = options[options["option"] == found].iloc[0]
    considered = considered_words(other_options(options, found), settings.plan_currency)
    return {
        **{c: option[c] for c in COPIED}, "considered": considered, "expected_gain": float(option["gain"]), "expected_units": _unmet(host) - float(option["unmet_demand"]),
    }  # fmt: skip


def _options(host: Host, settings: Settings) -> pd.DataFrame:
    """OPTIONS as the workbook has them, by rank."""
    if "Options" not in host.sheet_names():
        return empty_frame(OPTIONS)
    return read_sheet(sheet("Options"), host.read_block("Options"), settings).frame.sort_values("rank", kind="stable", ignore_index=True)


def _scenario_gains(host: Host) -> pd.Series:
    """What each scenario adds to the plan's profit, by its name; NaN where it was not computed."""
    gains: dict[str, float] = {}
    for name in ("Scenarios", "Scenario Compare"):
        if name in host.sheet_names():
            for row in _rows(host, name):
                if name == "Scenarios" and row["Scenario"]:
                    gains[str(row["Scenario"])] = np.nan
                elif name == "Scenario Compare" and row["Scenario"] in gains and row["Figure"] == PROFIT and isinstance(row["Change"], (int, float)):
                    gains[str(row["Scenario"])] = float(row["Change"])
    return pd.Series(gains, dtype="float64")


def _unmet(host: Host) -> float:
    """Units waiting at the end of each period, or lost, summed over the plan, as Options counts them; NaN without an Inventory Plan."""
    if "Inventory Plan" not in host.sheet_names():
        return np.nan
    late = {MEASURES[name].label for name in ("unmet_demand", "lost_sales")}
    table = plain_table(sheet("Inventory Plan"), host.read_block("Inventory Plan"))
    lines = [cells[LABEL_COLUMNS:] for _, cells in table.rows if late & {str(c) for c in cells[:LABEL_COLUMNS]}]
    return sum(float(v) for cells in lines for v in cells if isinstance(v, (int, float))) if table.rows else np.nan


def _rows(host: Host, name: str) -> list[Mapping[str, CellValue]]:
    table = plain_table(sheet(name), host.read_block(name))
    return [dict(zip(table.header, cells, strict=True)) for _, cells in table.rows]


def _write(host: Host, block: Block, row: Mapping[str, Any], settings: Settings) -> None:
    """Put the row where its decision stands, or below the last one; what it does not say stays, and so does every other cell."""
    spec = sheet(SHEET)
    header, body = _table(block)
    labels, (cells,) = record_rows(spec, _as_frame(row), settings.make_calendar())
    new = {label: value for c, label, value in zip(spec.columns, labels, cells, strict=True) if c.name in row}
    header += [label for label in new if label not in header]
    body = [[*line, *[None] * (len(header) - len(line))] for line in body]
    column = header.index(spec.column("decision").label)
    place = next((k for k, line in enumerate(body) if plain_text(line[column]) == row["decision"]), None)
    if place is None:
        filled = [k for k, line in enumerate(body) if any(v not in (None, "") for v in line)]
        place = filled[-1] + 1 if filled else 0
        body += [[None] * len(header)] if place == len(body) else []
    for label, value in new.items():
        body[place][header.index(label)] = value
    formulas = {(i, j): text for (i, j), text in host.table_formulas(SHEET).items() if i != place or header[j] not in new}
    host.write_table(SHEET, header, body, formulas=formulas)


def _as_frame(row: Mapping[str, Any]) -> pd.DataFrame:
    """One row, of which a number or a date that is not known is an empty cell."""
    return pd.DataFrame({name: [value] for name, value in row.items()}).astype({"expected_gain": "float64"} if "expected_gain" in row else {})


def _table(block: Block) -> tuple[list[str], list[list[CellValue]]]:
    """Header and every body row of the sheet's table, blank ones too, so that each stays where it is."""
    if block.table is None:
        return [c.label for c in sheet(SHEET).columns], []
    top, left, bottom, right = block.table
    lines = [list(block.rows[row - block.row]) if row - block.row < len(block.rows) else [] for row in range(top, bottom + 1)]
    cut = [line[left - block.column : right - block.column + 1] for line in lines]
    full = [[*line, *[None] * (right - left + 1 - len(line))] for line in cut]
    return [re.sub(r"\s+", " ", plain_text(v)) for v in full[0]], full[1:]
