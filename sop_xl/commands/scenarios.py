"""Scenarios by command: the standard ones added to the workbook, listed, and one promoted into the plan with a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.exchange import formulas_kept, input_sheet
from sop_xl.commands.inputs import Inputs, planning_timeline, read_inputs
from sop_xl.commands.report import Report
from sop_xl.commands.scenario_subjects import subjects_of
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import ContractError, Problem, errors_in
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.plan.decision_choice import next_number
from sop_xl.plan.grid import records
from sop_xl.plan.scenario_figures import MARGIN, PROFIT, REVENUE, SERVICE, UNMET
from sop_xl.plan.scenario_library import LIBRARY, Standard, Subjects
from sop_xl.plan.scenarios import PROMOTED
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_settings, read_sheet

SCENARIOS, DRIVERS, DECISIONS, COMPARE = "Scenarios", "Scenario Drivers", "Decisions", "Scenario Compare"


def add_scenarios(workbook: Path, names: Sequence[str] = (), *, every: bool = False, scope: Mapping[str, str] | None = None) -> Report:
    """Add standard scenarios to a file, see `add_scenarios_on`."""
    return replace(add_scenarios_on(HeadlessHost(workbook), names, every=every, scope=scope), workbook=str(workbook))


def add_scenarios_on(host: Host, names: Sequence[str] = (), *, every: bool = False, scope: Mapping[str, str] | None = None) -> Report:
    """Write standard scenarios with their drivers below the rows of Scenarios and Scenario Drivers, and save.

    Parameters
    ----------
    host
        Its other rows, whoever wrote them, stay as they are; a scenario whose name is taken is left out and named.
    names
        Keys of the library, see `list_scenarios`.
    every
        All of them.
    scope
        region, supplier, item, resource that take the place of what stands out in the workbook.

    Raises
    ------
    HostError
        When the workbook cannot be read or written.
    ContractError
        For a name that the library does not have, a label that the workbook does not have, a workbook without the sheets, or one with errors.
    """
    for name in (SCENARIOS, DRIVERS):
        input_sheet(host, name)
    inputs, subjects = _subjects(host, scope or {})
    known = {entry.key: entry for entry in LIBRARY}
    unknown = [name for name in names if name not in known]
    if unknown or not (names or every):
        got = f'"{unknown[0]}"' if unknown else "none"
        raise ContractError([Problem("scenario add", "", "unknown-scenario", "expected names among " + ", ".join(known), got, "or --all")])
    taken = {text.casefold() for text in inputs.frame(SCENARIOS)["scenario"]}
    added, told = list[Standard](), list[list[str]]()
    for entry in (e for e in LIBRARY if every or e.key in names):
        made = entry.make(subjects)
        if isinstance(made, str):
            told.append([entry.key, "", f"left out: {made}"])
        elif made.name.casefold() in taken:
            told.append([entry.key, made.name, "left out: a scenario of that name is there already"])
        else:
            taken.add(made.name.casefold())
            added.append(made)
            told.append([entry.key, made.name, made.description])
    if added:
        _append(host, SCENARIOS, [{"scenario": one.name, "name": one.description, "state": "run", "note": "Standard library"} for one in added])
        _append(host, DRIVERS, [{"scenario": one.name, "note": "Standard library", **driver} for one in added for driver in one.drivers])
        host.save()
    done = f"{len(added)} scenarios added" if len(added) != 1 else f"scenario {added[0].name} added"
    return Report("scenario add", host.name, summary=f"{host.name}: {done}; the next run computes them", facts={"added": [one.name for one in added]},
                  tables=[("Standard scenarios", ["Name", "Scenario", "What"], told)])  # fmt: skip


def list_scenarios(workbook: Path) -> Report:
    """The scenarios of a workbook with their state, and what the library offers besides."""
    host = HeadlessHost(workbook)
    inputs = read_inputs(host)
    stated, drivers = inputs.frame(SCENARIOS), inputs.frame(DRIVERS)
    rows = [[str(row.scenario), str(row.state or "run"), str(int((drivers["scenario"] == row.scenario).sum())), str(row.name)] for row in records(stated)]
    offered = [[entry.key, entry.words] for entry in LIBRARY]
    return Report("scenario list", str(workbook), summary=f"{workbook.name}: {len(rows)} scenarios, {int((stated['state'] == PROMOTED).sum())} of them promoted", facts={"scenarios": stated["scenario"].tolist()},
                  tables=[("Scenarios", ["Scenario", "State", "Drivers", "Description"], rows), ("Standard library", ["Name", "What"], offered)])  # fmt: skip


def promote_scenario(workbook: Path, name: str, *, by: str, as_of: str) -> Report:
    """Promote a scenario of a file, see `promote_scenario_on`."""
    return replace(promote_scenario_on(HeadlessHost(workbook), name, by=by, as_of=as_of), workbook=str(workbook))


def promote_scenario_on(host: Host, name: str, *, by: str, as_of: str) -> Report:
    """Make a scenario part of the plan itself from the next run on, with an approved row in Decisions that says what it was expected to bring.

    Its state in Scenarios becomes `promoted`; set back to `off` or `run` it leaves the plan again. What was expected is what Scenario Compare shows, so that
    a scenario that was not computed yet cannot be promoted.

    Raises
    ------
    HostError
        When the workbook cannot be read or written.
    ContractError
        For a scenario that is not there, is promoted already, has no drivers or was not computed; and where nobody is named.
    """
    for needed in (SCENARIOS, DRIVERS, DECISIONS):
        input_sheet(host, needed)
    inputs = read_inputs(host)
    _refuse_errors(inputs)
    stated = inputs.frame(SCENARIOS)
    found = stated[stated["scenario"].str.casefold() == name.casefold()]
    if not by.strip():
        raise _refusal("who-is-absent", "expected who promotes it (--by)", "nothing")
    if found.empty:
        raise _refusal("unknown-scenario", f"expected one of {', '.join(stated['scenario']) or 'the scenarios, and there are none'}", f'"{name}"')
    scenario = str(found["scenario"].iloc[0])
    if found["state"].iloc[0] == PROMOTED:
        raise _refusal("promoted-already", "expected a scenario that is not part of the plan yet", f"{scenario}, which is promoted")
    if not (inputs.frame(DRIVERS)["scenario"] == scenario).any():
        raise _refusal("scenario-without-drivers", "expected a scenario that changes something", f"{scenario}, which has no row in Scenario Drivers")
    expected = expected_effect(host, inputs, scenario)
    changes = _expected_changes(host, inputs, scenario)
    _set_state(host, inputs, scenario)
    number = next_number(inputs.frame(DECISIONS)["decision"])
    words = f"Promoted by {by.strip()} on {as_of}. Expected against the plan before: {expected}"
    day = datetime.fromisoformat(as_of)
    record = {"decision": number, "option": scenario, "lever": "scenario", "status": "approved", "owner": by.strip(), "note": words, "kind": "decision",
              "question": f"Scenario {scenario} in the plan", "decided_by": by.strip(), "decided_on": day,
              "expected_gain": changes.get(PROFIT), "unmet_spared": -changes[UNMET] + 0.0 if UNMET in changes else None}  # fmt: skip
    timeline, _ = planning_timeline(inputs)
    # the cycle in which it enters the plan: what was to come then is what a launch date moves, in later cycles too
    _append(host, DECISIONS, [{**record, "first_period": None if timeline is None else timeline.current}])
    host.save()
    return Report("scenario promote", host.name, summary=f"{host.name}: {scenario} is part of the plan from the next run on (decision {number}). {words}",
                  facts={"scenario": scenario, "decision": number, "by": by.strip(), "as_of": as_of, "expected": expected})  # fmt: skip


def promotable(host: Host) -> list[str]:
    """Scenarios that Scenario Compare has figures of and that are not part of the plan yet, in the order of Scenarios; none where the workbook lacks a sheet."""
    if not {"Settings", SCENARIOS, COMPARE} <= set(host.sheet_names()):
        return []
    settings, _ = read_settings(host.read_block("Settings"))
    stated, compared = (read_sheet(sheet(name), host.read_block(name), settings).frame for name in (SCENARIOS, COMPARE))
    return [str(name) for name in stated.loc[stated["state"] != PROMOTED, "scenario"] if name in set(compared["scenario"])]


def expected_effect(host: Host, inputs: Inputs, scenario: str) -> str:
    """`revenue +1,200, gross margin +300, service +0.5 points`, as Scenario Compare has it."""
    own = _expected_changes(host, inputs, scenario)
    if not own:
        raise _refusal("scenario-not-computed", f"expected figures of {scenario} in {COMPARE}", "none", "run sop-xl regenerate with its state at run, then promote it")
    money = inputs.settings.plan_currency
    parts = [f"{kpi.lower()} {own[kpi]:+,.0f} {money}" for kpi in (REVENUE, MARGIN) if kpi in own]
    if SERVICE in own:
        parts.append(f"service {100 * own[SERVICE]:+.2f} points")
    return ", ".join(parts)


def _expected_changes(host: Host, inputs: Inputs, scenario: str) -> dict[str, float]:
    """Change of each figure against the plan, as Scenario Compare has it; none where the scenario was not computed."""
    if COMPARE not in host.sheet_names():
        return {}
    compared = read_sheet(sheet(COMPARE), host.read_block(COMPARE), inputs.settings).frame
    own = compared[(compared["scenario"] == scenario) & compared["change"].notna()]
    return dict(zip(own["kpi"], own["change"].astype(float), strict=True))


def _subjects(host: Host, scope: Mapping[str, str]) -> tuple[Inputs, Subjects]:
    """What the scenarios are about; a label that was asked for takes the place of what stands out."""
    inputs = read_inputs(host)
    _refuse_errors(inputs)
    timeline, problems = planning_timeline(inputs)
    if timeline is None:
        raise ContractError(problems)
    subjects = subjects_of(host, inputs, timeline)
    sourcing = inputs.frame("Sourcing")
    listed = {
        "region": set(inputs.locations()["region"]), "item": set(inputs.frame("Items")["item"]), "resource": set(inputs.frame("Resources")["resource"]),
        "supplier": {*inputs.frame("Suppliers")["supplier"], *sourcing.loc[sourcing["kind"].isin(["buy", "subcontract"]), "source"]},
    }  # fmt: skip
    for field, label in scope.items():
        if label and label not in listed[field]:
            some = ", ".join(sorted(listed[field] - {""})[:8])
            raise ContractError([Problem("scenario add", "", f"unknown-{field}", f"expected a {field} of the workbook: {some}", f'"{label}"')])
    item = scope.get("item", "")
    return inputs, replace(
        subjects, region=scope.get("region") or subjects.region, supplier=scope.get("supplier") or subjects.supplier, resource=scope.get("resource") or subjects.resource,
        material=item or subjects.material, launch=item or subjects.launch, single=item or subjects.single,
    )  # fmt: skip


def _set_state(host: Host, inputs: Inputs, scenario: str) -> None:
    spec = sheet(SCENARIOS)
    table = plain_table(spec, host.read_block(SCENARIOS), blank_rows=True)
    name, state = (_place(table.header, SCENARIOS, field) for field in ("scenario", "state"))
    rows = [[*cells[:state], PROMOTED, *cells[state + 1 :]] if plain_text(cells[name]).strip() == scenario else list(cells) for _, cells in table.rows]
    formulas, _ = formulas_kept(host, spec, table, rows)
    host.write_table(SCENARIOS, table.header, rows, formulas=formulas)


def _append(host: Host, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows below those of an input table, which stay as they are; a field that the table has no column for is left out."""
    spec = sheet(name)
    table = plain_table(spec, host.read_block(name), blank_rows=True)
    labels = {column.label: column.name for column in spec.columns}
    fresh = [[_cell(row.get(labels.get(header, ""))) for header in table.header] for row in rows]
    together = [*(list(cells) for _, cells in table.rows), *fresh]
    formulas, _ = formulas_kept(host, spec, table, together)
    host.write_table(name, table.header, together, formulas=formulas)


def _cell(value: object) -> CellValue:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value if value is None or isinstance(value, str | int | float | datetime) else str(value)


def _place(header: Sequence[str], name: str, field: str) -> int:
    label = next(column.label for column in sheet(name).columns if column.name == field)
    if label not in header:
        raise ContractError([Problem(name, "", "other-columns", f"expected a column {label}", "none", "restore the sheet from the template")])
    return list(header).index(label)


def _refusal(rule: str, expected: str, got: str, hint: str = "") -> ContractError:
    return ContractError([Problem("scenario promote", "", rule, expected, got, hint)])


def _refuse_errors(inputs: Inputs) -> None:
    if inputs.has_errors:
        raise ContractError(errors_in(inputs.problems))


