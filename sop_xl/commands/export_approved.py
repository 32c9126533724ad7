"""The approved plan of the cycle for another system: what was approved, whatever was planned since."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from sop_xl.commands.approved_sheets import (
    APPROVED_PLAN,
    PUBLISHED_RECORD,
    Snapshot,
    approved_of,
    read_snapshots,
)
from sop_xl.commands.exchange import csv_bytes
from sop_xl.commands.manifest import MANIFEST, Exported, manifest_bytes
from sop_xl.commands.published import Published, record_of, record_texts
from sop_xl.commands.report import Report
from sop_xl.commands.tables import plain_text
from sop_xl.commands.verify_published import not_covered, record_problems
from sop_xl.errors import ContractError, Problem
from sop_xl.hosts.files import made_folder, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.plan.approved import approved_hash, approved_lines
from sop_xl.vocabulary import MEASURES, MONEY

TABLES = {
    "Consensus Demand": ("item", "location", "period", "consensus"),
    "Supply Plan": ("item", "location", "source", "period", "planned_receipts", "planned_releases"),
    "Capacity": ("resource", "period", "plan_capacity", "load"),
    APPROVED_PLAN: (
        "family", "region", "period", "demand", "sales_volume", "revenue", "cost", "gross_margin", "inventory_value", "production", "purchases",
    ),
}  # fmt: skip
"""What goes to another system: tables of the record, and their columns."""

_NAMES = {"item": "Item", "location": "Location", "source": "Source", "period": "Period", "family": "Family", "region": "Region", "resource": "Resource"}


def export_approved(workbook: Path, out: Path) -> Report:
    """Write the approved plan of the workbook's current period as CSV files with a manifest.

    Demand and supply plan by item, load of the resources, and the plan by family and region, in planned periods, one line per period, dates in ISO
    form. They come from the published record, whose hash and that of the tables in it are computed again first; where a plan was published before
    its tables were hashed, the report says that they are not covered.

    Parameters
    ----------
    workbook
        The file.
    out
        Folder for the files, made where it is not there.

    Raises
    ------
    ContractError
        Where no plan of the current period was approved, or what was approved was changed since.
    HostError
        When the workbook cannot be read or a file cannot be written.
    """
    return dataclasses.replace(export_approved_on(HeadlessHost(workbook), out), workbook=str(workbook))


def export_approved_on(host: Host, out: Path) -> Report:
    """Export from a workbook wherever it is, as `export_approved` does."""
    cycle = plain_text(host.read_name("sop_current_period"))
    snapshot = approved_of(read_snapshots(host), cycle)
    if snapshot is None:
        expected = f"expected an approved plan of {cycle or 'the current period'}"
        raise ContractError([Problem(host.name, "", "nothing-approved", expected, "none", "sop-xl publish approves it")])
    published = _record(host, snapshot)
    files = [_file(name, columns, published) for name, columns in TABLES.items() if len(published.results.get(name, ()))]
    made_folder(out)
    for file in files:
        replace_file(out / file.name, file.content)
    replace_file(out / MANIFEST, manifest_bytes(files, host.name, published.as_of, cycle, snapshot))
    what = f"the plan of {cycle} that {snapshot.text('approved_by')} approved on {snapshot.text('as_of')}, version {snapshot.key[1]}"
    return Report(
        command="export",
        workbook=host.name,
        summary=f"{what}: {len(files)} tables and {MANIFEST} written to {out}",
        problems=not_covered(snapshot),
        facts={"folder": str(out), "rows": {file.table: file.rows for file in files}, "hash": snapshot.text("hash"), "cycle": cycle, "plan_version": snapshot.key[1]},
        tables=[("Tables", ["Table", "Rows"], [[file.table, str(file.rows)] for file in files])],
    )


def _record(host: Host, snapshot: Snapshot) -> Published:
    """The record behind a snapshot, proved by its hashes."""
    cycle, version = snapshot.key
    text = record_texts(host).get(snapshot.key)
    if text is None:
        raise ContractError([Problem(host.name, "", "record-missing", f"expected the record of {cycle}, version {version}, in Published Record", "none", "sop-xl verify says more")])
    published = record_of(text)
    lines = approved_lines(published.results[APPROVED_PLAN], published.settings.make_calendar())
    if approved_hash(lines, cycle=cycle, version=version, **snapshot.words) != snapshot.text("hash"):
        raise ContractError([Problem(host.name, "", "hash-differs", f"expected the plan of {cycle}, version {version}, as it was approved", "another hash", "sop-xl verify names what was changed")])
    if changed := record_problems(snapshot, published, PUBLISHED_RECORD):
        raise ContractError(changed)
    return published


def _file(name: str, columns: tuple[str, ...], published: Published) -> Exported:
    """One table in planned periods."""
    frame = published.results[name]
    rows = frame.loc[frame["period"] >= published.cycle, list(columns)]
    units = [(_label(column), _unit(column, published.settings.plan_currency)) for column in columns]
    cells = [[None if pd.isna(v) else v.to_pydatetime() if isinstance(v, pd.Timestamp) else v for v in line] for line in rows.itertuples(index=False)]
    return Exported(f"{name}.csv", name, units, len(rows), csv_bytes([label for label, _ in units], cells))


def _label(column: str) -> str:
    return _NAMES.get(column) or MEASURES[column].label


def _unit(column: str, plan_currency: str) -> str:
    if column in _NAMES:
        return "date" if column == "period" else "text"
    return plan_currency if MEASURES[column].unit == MONEY else MEASURES[column].unit
