"""What stands against a plan that is published all the same: checks that disagree, warnings, tasks of the cycle that are late or open."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_xl.commands.approved_sheets import SNAPSHOTS
from sop_xl.commands.cycle_results import CycleResults
from sop_xl.commands.report import count
from sop_xl.errors import Problem, Severity
from sop_xl.hosts.protocol import Host

MOST_TASKS = 3
"""Late tasks that are named."""
PUBLISH_STEP = "publish"
"""Step of the cycle whose tasks come with the publication or after it."""


def failed_checks(host: Host) -> int:
    """Native checks that disagree, as the workbook last computed them, one where their sum is an error; 0 where nothing computed them yet, or it has none."""
    value = host.read_name("MasterCheck")
    if isinstance(value, str) and value.startswith("#"):
        return 1
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def checks_words(failed: int) -> str:
    """`3 checks disagree`."""
    return f"{failed} check{'s' if failed > 1 else ''} disagree{'' if failed > 1 else 's'}"


def reservations(problems: Sequence[Problem], cycle: CycleResults | None, current: pd.Timestamp) -> list[str]:
    """What stands against a plan beside its checks: `14 warnings`, `1 task late (Sales numbers), 3 open`; nothing where nothing does.

    Parameters
    ----------
    problems
        What the run remarked; its warnings count.
    cycle
        What it says about the cycle; `None` where that is not known.
    current
        First planned period.
    """
    warnings = count(problems, Severity.WARNING)
    said = [f"{warnings} warning{'s' if warnings > 1 else ''}"] if warnings else []
    return said if cycle is None else said + _tasks(cycle.cycle, current)


def recorded(failed: int, found: Sequence[str]) -> str:
    """What a snapshot says of it, with the checks that disagreed before the run; `""` where nothing stands against the plan."""
    return "; ".join([*([f"{checks_words(failed)} in the workbook before"] if failed else []), *found])


def _tasks(cycle: pd.DataFrame, current: pd.Timestamp) -> list[str]:
    own = cycle[(cycle["cycle"] == current) & ~cycle["step"].isin(["", PUBLISH_STEP])]
    late, waiting = own.loc[own["state"] == "late", "task"], int((own["state"] == "open").sum())
    parts = []
    if len(late):
        named = ", ".join(late.head(MOST_TASKS)) + (", ..." if len(late) > MOST_TASKS else "")
        parts.append(f"{len(late)} task{'s' if len(late) > 1 else ''} late ({named})")
    if waiting:
        parts.append(f"{waiting} open" if parts else f"{waiting} task{'s' if waiting > 1 else ''} open")
    return [", ".join(parts)] if parts else []


def reservations_told(failed: int, found: Sequence[str], cycle: object, version: object) -> list[Problem]:
    """A warning where something stands against a plan that was published; `failed` are the checks that disagree after the run, where it computed them."""
    parts = [*([f"{checks_words(failed)}, see Checks"] if failed else []), *found]
    if not parts:
        return []
    words = f"the plan of {cycle}, version {version}, is published with reservations: {'; '.join(parts)}"
    return [Problem(SNAPSHOTS, "", "published-with-reservations", words, severity=Severity.WARNING)]
