"""The sheet from which the xlwings library in the add-in takes its settings."""

from __future__ import annotations

from sop_xl.addin.sources import PROJECT

SHEET = f"{PROJECT}.conf"
FUNCTIONS_MODULE = "sop_xl.udfs"


def settings_rows(interpreter: str | None) -> list[tuple[str, str]]:
    """Keys in upper case, as the library looks them up, and values.

    Every key that the library asks for in a calculation stands here, so that it looks at no file and needs no
    workbook's folder. Only the interpreter may be left open: without it a `sop_xl.conf` in the user's profile or the
    path decides. Truth values are texts: the library reads them as such in every language.

    Parameters
    ----------
    interpreter
        Full path of `pythonw.exe`; `None` leaves it open.
    """
    given = [("INTERPRETER_WIN", interpreter)] if interpreter is not None else []
    return [
        *given,
        ("PYTHONPATH", ""),
        ("ADD_WORKBOOK_TO_PYTHONPATH", "False"),
        ("CONDA PATH", ""),
        ("CONDA ENV", ""),
        ("UDF MODULES", FUNCTIONS_MODULE),
        ("USE UDF SERVER", "True"),
        ("DEBUG UDFS", "False"),
        ("SHOW CONSOLE", "False"),
        ("LICENSE_KEY", ""),
        ("ONEDRIVE_CONSUMER_WIN", ""),
        ("ONEDRIVE_COMMERCIAL_WIN", ""),
        ("SHAREPOINT_WIN", ""),
    ]
