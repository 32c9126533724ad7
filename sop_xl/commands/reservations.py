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


def reservations(failed: int, problems: Sequence[Problem], cycle: CycleResults | None, current: pd.Timestamp) -> str:
    """What a snapshot records: `2 checks disagree in the workbook before; 14 warnings; 1 task late (Sales numbers), 3 open`; `""` where nothing stands against the plan.

    Parameters
    ----------
    failed
        Native checks that disagreed before the run.
    problems
        What the run remarked; its warnings count.
    cycle
        What it says about the cycle; `None` where that is not known.
    current
        First planned period.
    """
    parts = [f"{checks_words(failed)} in the workbook before"] if failed else []
    if warnings := count(problems, Severity.WARNING):
        parts.append(f"{warnings} warning{'s' if warnings > 1 else ''}")
    if cycle is not None:
        parts += _tasks(cycle.cycle, current)
    return "; ".join(parts)


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


def reservations_told(failed: int, recorded: str, cycle: object, version: object) -> list[Problem]:
    """A warning where something stands against a plan that was published; `failed` are the checks that disagree after the run, where it computed them."""
    parts = [f"{checks_words(failed)}, see Checks"] if failed else []
    parts += [part for part in recorded.split("; ") if part and "in the workbook before" not in part]
    if not parts:
        return []
    words = f"the plan of {cycle}, version {version}, is published with reservations: {'; '.join(parts)}"
    return [Problem(SNAPSHOTS, "", "published-with-reservations", words, severity=Severity.WARNING)]
