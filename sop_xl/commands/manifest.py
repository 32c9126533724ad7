"""What an export says about itself: files, columns with their units, hashes, and which approved plan it belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sop_xl import __version__
from sop_xl.commands.approved_sheets import Snapshot

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
"""Version of the layout; it changes only when a field is renamed or removed."""


@dataclass(frozen=True)
class Exported:
    """One file.

    Parameters
    ----------
    name
        Of the file.
    table
        Sheet or frame that it holds.
    columns
        Header and unit of each column; a grid's figures have theirs in the column Unit of their line.
    rows
        Lines below the header.
    content
        Its bytes.
    """

    name: str
    table: str
    columns: Sequence[tuple[str, str]]
    rows: int
    content: bytes

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says about it."""
        return {
            "file": self.name, "table": self.table, "rows": self.rows, "sha256": hashlib.sha256(self.content).hexdigest(),
            "columns": [{"name": name, "unit": unit} for name, unit in self.columns],
        }  # fmt: skip


def manifest_bytes(files: Sequence[Exported], workbook: str, as_of: str, current_period: str, approved: Snapshot | None) -> bytes:
    """The manifest as JSON; keys are sorted, so that equal exports are equal bytes.

    Parameters
    ----------
    files
        In the order of the workbook's sheets.
    workbook
        Its file name.
    as_of, current_period
        ISO date of the plan and its first planned period; `""` where the workbook was never planned.
    approved
        The approved plan of that period; `None` where there is none, so that nobody takes the export for an approved one.
    """
    plan = None
    if approved is not None:
        plan = {"cycle": approved.key[0], "version": approved.key[1], "hash": approved.text("hash")}
        plan |= {name: approved.text(name) for name in ("as_of", "approved_by", "scenario")}
    content = {
        "schema": SCHEMA_VERSION, "workbook": workbook, "program_version": __version__, "as_of": as_of, "current_period": current_period,
        "encoding": "UTF-8", "separator": ",", "decimal_mark": ".", "dates": "ISO 8601", "approved_plan": plan, "files": [file.entry for file in files],
    }  # fmt: skip
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")
