"""Writing the add-in for Excel to a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sop_xl.commands.about import xlwings_version
from sop_xl.commands.report import Report
from sop_xl.hosts.files import made_folder, replace_file


def write_addin(out: Path, *, interpreter: str | None = None, text: Path | None = None) -> Report:
    """Build the add-in: ribbon, functions and the macros behind them.

    Parameters
    ----------
    out
        File to make or replace; a folder for it where it has no ending or is one.
    interpreter
        Full path of the Python that computes in Excel; left open where `None`.
    text
        Folder that gets the VBA and the ribbon's XML as text, for review; made where it is not there.

    Returns
    -------
    Report
        With the file's SHA-256, by which a company knows what it signs or allows.

    Raises
    ------
    HostError
        When xlwings is not installed or a file cannot be written.
    """
    from sop_xl.addin import FILE_NAME, addin_texts, build_addin
    from sop_xl.functions import functions

    file = out if out.suffix and not out.is_dir() else made_folder(out) / FILE_NAME
    texts = None if text is None else made_folder(text)
    content = build_addin(interpreter)
    replace_file(file, content)
    facts = {
        "file": str(file),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "functions": len(functions()),
        "xlwings": xlwings_version(),
    }
    rows = [[name, str(value)] for name, value in facts.items()]
    if texts is not None:
        rows.append(["text", str(texts)])
        for name, source in addin_texts().items():
            replace_file(texts / name, source.encode("utf-8"))
    summary = f"Wrote {file} ({facts['functions']} functions, SHA-256 {facts['sha256']})"
    tables = [("Add-in", ["what", "value"], rows)]
    return Report(command="addin build", workbook=str(file), summary=summary, facts=facts, tables=tables)
