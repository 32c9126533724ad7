"""Which versions work together here, and where the log is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from sop_xl import __version__
from sop_xl.commands.profile import log_file
from sop_xl.commands.report import Report
from sop_xl.hosts.protocol import Host

PROGRAM_VERSION_NAME = "sop_version"
TEMPLATE_NAME = "sop_template"


def about(host: Host | None = None, *, addin: str = "") -> Report:
    """Versions of package, xlwings and Python, of the add-in where one asks, and what the workbook says of itself where one is given."""
    facts = {"version": __version__, "xlwings": xlwings_version(), "python": platform.python_version(), "log": str(log_file())}
    told = f"sop_xl {facts['version']}, xlwings {facts['xlwings'] or 'missing'}, Python {facts['python']}"
    if addin:
        facts["addin"] = addin
        told += f", add-in {addin}"
    if host is not None:
        written_by, template = (str(host.read_name(name) or "") for name in (PROGRAM_VERSION_NAME, TEMPLATE_NAME))
        facts |= {"workbook_version": written_by, "template": template}
        told += f"; {host.name}: template {template or 'unknown'}, results of {written_by or 'no run yet'}"
    return Report("about", host.name if host else "", summary=told, facts=facts)


def xlwings_version() -> str:
    """Version of the installed xlwings, `""` where there is none; nothing is imported."""
    try:
        return version("xlwings")
    except PackageNotFoundError:
        return ""
