"""The process behind a long run: reads the picture of the workbook, runs the command on it, leaves the result. It never touches Excel.

Started as `python -m sop_xl.commands.worker FOLDER` by `runs.Run.start`.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

from sop_xl.commands.outcome import outcome
from sop_xl.commands.report import Report
from sop_xl.commands.run_log import run_log
from sop_xl.commands.runs import ORDER, REPORT, RESULT, Order, Result, StatusFile

Progress = Callable[[str, int, int], None]


def main(folder: Path) -> int:
    """Carry out the order in this folder; 0 whatever the report says, as long as there is one."""
    order: Order = pickle.loads((folder / ORDER).read_bytes())
    with run_log(order.run) as log:
        log.info("%s %s of %s", order.command, order.arguments or "", order.workbook)
        status = StatusFile(folder, order.owner)
        status.say("Reading inputs")
        report = outcome(lambda: carry_out(order, status.say), run=order.run)
        result = Result(report, order.picture.written)
        (folder / RESULT).write_bytes(pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))
        (folder / REPORT).write_text(report.to_json(), encoding="utf-8")
        log.info("%s: %s", report.exit_code.name.lower(), report.summary)
        status.finish()
    return 0


def carry_out(order: Order, progress: Progress) -> Report:
    """Run the order's command on its picture of the workbook."""
    return LONG_COMMANDS[order.command](order, progress)


def _regenerate(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.regenerate import regenerate_on

    steps = tuple(step for step in order.arguments.get("steps", "").split(",") if step)
    return regenerate_on(order.picture, steps=steps, as_of=order.arguments.get("as_of", ""), progress=progress)


def _check(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.check import check_on

    return check_on(order.picture, write=order.arguments.get("write", "") == "1", progress=progress)


def _roll(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.roll import roll_on

    return roll_on(order.picture, as_of=order.arguments.get("as_of", ""), progress=progress)


def _publish(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.publish import publish_on

    return publish_on(order.picture, approved_by=order.arguments.get("by", ""), as_of=order.arguments.get("as_of", ""), progress=progress)


def _pack(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.pack_open import pack_open_workbook

    return pack_open_workbook(order.picture, Path(order.workbook), Path(order.arguments["out"]), progress=progress)


def _add_scenarios(order: Order, progress: Progress) -> Report:
    from sop_xl.commands.scenarios import add_scenarios_on

    return add_scenarios_on(order.picture, every=order.arguments.get("every", "") == "1")


def _promote_scenario(order: Order, progress: Progress) -> Report:
    from datetime import date

    from sop_xl.commands.scenarios import promote_scenario_on

    as_of = order.arguments.get("as_of", "") or date.today().isoformat()
    return promote_scenario_on(order.picture, order.arguments.get("name", ""), by=order.arguments.get("by", ""), as_of=as_of)


LONG_COMMANDS: dict[str, Callable[[Order, Progress], Report]] = {
    "regenerate": _regenerate, "check": _check, "roll": _roll, "publish": _publish, "pack": _pack, "scenario add": _add_scenarios, "scenario promote": _promote_scenario,
}  # fmt: skip
"""Commands that run in a process of their own, by their name on the command line."""
WRITING_INPUTS = {"roll", "scenario add", "scenario promote"}
"""Those of them that write input tables, and keep what people typed into them."""

if __name__ == "__main__":
    import gc

    gc.set_threshold(200_000, 20, 20)  # as on the command line: millions of cells and no cycles worth looking for all the time
    sys.exit(main(Path(sys.argv[1])))
