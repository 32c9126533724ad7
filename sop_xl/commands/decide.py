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
from sop_xl.frames import DECISIONS, OPTIONS, SCENARIOS, empty_frame
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.plan.decision_choice import NO_OPTION, considered_words, next_number, other_options
from sop_xl.plan.scenarios import PROMOTED
from sop_xl.plan.supply.decisions import APPROVED, DECISION, SCENARIO
from sop_xl.plan.supply.why_words import money
from sop_xl.sheets import sheet
from sop_xl.sheets.cells import show, suggestion
from sop_xl.sheets.read import read_settings, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES

SHEET = "Decisions"
COPIED = ("option", "lever", "item", "family", "resource", "supplier", "first_period", "last_period", "value")


@dataclass(frozen=True)
class Choice:
    """What somebody decided.

    Parameters
    ----------
    option
        Name of a line of Options, "no option", or the number of a decision that is there. A scenario is promoted instead.
    by
        Who; a name.
    status
        proposed | approved | rejected.
    owner
        Who sees to it; "" = who decided.
    due
        By when, not before the day on which it is decided unless it is rejected or done; `None` = not dated.
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

    A decision that was taken before keeps in its note by whom and when; one that is proposed again is nobody's.

    Raises
    ------
    ContractError
        When the workbook has no such sheet, nobody decides, it is due before it is decided, nothing is called by that name, it is a scenario, or a decision
        speaks of the option already.
    HostError
        When the workbook cannot be written.
    """
    if SHEET not in host.sheet_names():
        raise _refusal("sheet-not-in-workbook", "expected the workbook to carry this sheet", "no such sheet", "sop-xl module add WORKBOOK cycle")
    choice = dataclasses.replace(choice, by=" ".join(choice.by.split()), owner=" ".join(choice.owner.split()))
    if not choice.by:
        raise _refusal("nobody-decided", "expected the name of who decides", "none", 'sop-xl decide WORKBOOK OPTION --by "Ada Miller"', "--by")
    settings = read_settings(host.read_block("Settings"))[0] if "Settings" in host.sheet_names() else Settings()
    block = host.read_block(SHEET)
    held = read_sheet(sheet(SHEET), block, settings).records
    known = held if len(held) else empty_frame(DECISIONS).assign(note="")
    own = known[known["decision"] == choice.option]
    _refuse_past(choice, own, as_of)
    before: Any
    row: dict[str, Any]
    if len(own):
        before = own.iloc[0]
        _refuse_unless_promoted(host, before, choice.status, settings)
        number, what, note = choice.option, str(before["option"] or before["question"]), _with_what_was_decided(before, choice)
        row = {"decision": number, **({"note": note} if note else {})}
    else:
        before = _taken(host, choice.option, known, settings)
        number, what = next_number(known["decision"]), str(before["option"] or before["question"])
        row = {"decision": number, "kind": DECISION, "owner": choice.by, **before, **({"note": choice.note} if choice.note else {})}
    taken = choice.status != "proposed"
    row |= {"status": choice.status, "decided_by": choice.by if taken else None, "decided_on": pd.Timestamp(as_of) if taken else None}
    row |= {name: value for name in ("owner", "question", "matter") if (value := getattr(choice, name))}
    row |= {} if choice.due is None else {"due": choice.due}
    _write(host, block, row, settings)
    gain = row.get("expected_gain", np.nan)
    worth = f", expected gain {money(float(gain), settings.plan_currency)}" if not np.isnan(gain) else ""
    planned = "; regenerate plans with it" if choice.status == APPROVED and before.get("lever", "") not in ("", SCENARIO) and before.get("kind", DECISION) == DECISION else ""
    return Report(
        command="decide", workbook=host.name, summary=f"{number} {choice.status}: {what}{worth}{planned}",
        facts={"decision": number, "status": choice.status, "option": what, "expected_gain": None if np.isnan(gain) else float(gain)},
    )  # fmt: skip


def _refuse_past(choice: Choice, own: pd.DataFrame, as_of: str) -> None:
    """A date by which nobody can do it any more is a slip of the pen, unless the decision is over."""
    is_over = choice.status == "rejected" or (len(own) and pd.notna(own["done"].iloc[0]))
    if choice.due is not None and choice.due < pd.Timestamp(as_of) and not is_over:
        raise _refusal("due-in-the-past", f"expected a day from {as_of} on, on which it is decided", f"{choice.due:%Y-%m-%d}", sheet_or_option="--due")


def _refuse_unless_promoted(host: Host, own: pd.Series, status: str, settings: Settings) -> None:
    """The record of a promoted scenario says what the plan does: the state in Scenarios brings it in and takes it out."""
    if own["lever"] != SCENARIO:
        return
    scenarios = _frame(host, "Scenarios", settings, SCENARIOS)
    is_in = bool((scenarios["scenario"].eq(own["option"]) & scenarios["state"].eq(PROMOTED)).any())
    if is_in and status != APPROVED:
        expected = f"expected a decision that the plan is made without; {show(own['option'])} is promoted"
        raise _refusal("scenario-in-the-plan", expected, status, "set its State in Scenarios to off or run first")
    if not is_in and status == APPROVED:
        raise _refusal("scenario-not-promoted", f"expected {show(own['option'])} to be promoted", "not promoted", f'sop-xl scenario promote WORKBOOK "{own["option"]}" --by WHO')


def _with_what_was_decided(own: pd.Series, choice: Choice) -> str:
    """The note with who had decided what before, where it is decided otherwise now."""
    note = choice.note or str(own["note"] or "")
    if own["status"] in ("", "proposed", choice.status):
        return note
    who = f" by {own['decided_by']}" if own["decided_by"] else ""
    when = f" on {own['decided_on']:%Y-%m-%d}" if pd.notna(own["decided_on"]) else ""
    earlier = str(own["note"] or "")
    kept = [earlier] if earlier and earlier != note else []
    return "; ".join(part for part in (note, *kept, f"before: {own['status']}{who}{when}") if part)


def _taken(host: Host, name: str, known: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """What is known of an option, or of leaving the plan as it is."""
    options = _frame(host, "Options", settings, OPTIONS).sort_values("rank", kind="stable", ignore_index=True)
    if name.casefold() == NO_OPTION:
        considered = considered_words(other_options(options, ""), settings.plan_currency)
        return {"option": "", "question": "No option: the plan stays as it is", "considered": considered, "expected_gain": 0.0}
    found = {n.casefold(): n for n in options["option"]}.get(name.casefold())
    if found is None:
        _refuse_scenario(host, name, settings)
        raise _unknown(name, options, known, has_options="Options" in host.sheet_names())
    standing = known[(known["option"] == found) & known["status"].isin(["proposed", "approved"])]
    if len(standing):
        number, status = str(standing["decision"].iloc[0]), str(standing["status"].iloc[0])
        hint = f'decide about "{number}" instead to change its status'
        raise _refusal("decided-already", "expected an option that no decision speaks of", f"{show(found)}, which {number} has as {status}", hint)
    option = options[options["option"] == found].iloc[0]
    considered = considered_words(other_options(options, found), settings.plan_currency)
    return {
        **{c: option[c] for c in COPIED}, "considered": considered, "expected_gain": float(option["gain"]), "unmet_spared": _unmet(host) - float(option["unmet_demand"]),
    }  # fmt: skip


def _refuse_scenario(host: Host, name: str, settings: Settings) -> None:
    """A scenario enters the plan by its promotion, which writes its decision itself."""
    scenarios = _frame(host, "Scenarios", settings, SCENARIOS)["scenario"]
    found = scenarios[scenarios.str.casefold() == name.casefold()]
    if len(found):
        hint = f'sop-xl scenario promote WORKBOOK "{found.iloc[0]}" --by WHO makes it part of the plan'
        raise _refusal("scenario-to-promote", "expected an option of supply", f"the scenario {show(found.iloc[0])}", hint)


def _unknown(name: str, options: pd.DataFrame, known: pd.DataFrame, *, has_options: bool) -> ContractError:
    if not has_options:
        expected = "expected no option or the number of a decision, as this workbook has no sheet Options"
        return _refusal("unknown-option", expected, show(name), suggestion(name, [NO_OPTION, *known["decision"]]) or "sop-xl module add WORKBOOK supply")
    words = "expected an option that Options names, no option or the number of a decision"
    hint = suggestion(name, [*options["option"], NO_OPTION, *known["decision"]]) or ("" if len(options) else "Options is empty: nothing that the last run tried gains anything")
    return _refusal("unknown-option", words, show(name), hint, "Options")


def _frame(host: Host, name: str, settings: Settings, absent: Any) -> pd.DataFrame:
    """The frame of a sheet; without rows where the workbook lacks it."""
    return read_sheet(sheet(name), host.read_block(name), settings).frame if name in host.sheet_names() else empty_frame(absent)


def _refusal(rule: str, expected: str, got: str, hint: str = "", sheet_or_option: str = SHEET) -> ContractError:
    return ContractError([Problem(sheet_or_option, "", rule, expected, got, hint)])


def _unmet(host: Host) -> float:
    """Units waiting at the end of each period, or lost, summed over the plan, as Options counts them; NaN without an Inventory Plan."""
    if "Inventory Plan" not in host.sheet_names():
        return np.nan
    late = {MEASURES[name].label for name in ("unmet_demand", "lost_sales")}
    table = plain_table(sheet("Inventory Plan"), host.read_block("Inventory Plan"))
    lines = [cells[LABEL_COLUMNS:] for _, cells in table.rows if late & {str(c) for c in cells[:LABEL_COLUMNS]}]
    return sum(float(v) for cells in lines for v in cells if isinstance(v, (int, float))) if table.rows else np.nan


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
