"""The command line's part for the monthly cycle: roll, decide, publish, verify, pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sop_xl.terminal import AsOf, Json, Out, Progress, Quiet, Recalc, Workbook, given_day, run_command

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

cycle_commands = typer.Typer()


@cycle_commands.command()
def roll(
    workbook: Workbook,
    actuals: Annotated[Path | None, typer.Argument(help="Actuals of the current period, CSV or workbook, as Demand History is imported; by default what stands in the sheet Actuals.", show_default=False)] = None,
    inventory: Annotated[Path | None, typer.Option("--inventory", help="Stock on hand at the end of that period.")] = None,
    open_orders: Annotated[Path | None, typer.Option("--open-orders", help="Orders that are under way then; they replace those in the workbook.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Roll although items or locations that have been selling have no actual; Problems names them.")] = False,
    out: Out = None,
    as_of: AsOf = None,
    recalc: Recalc = "auto",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Roll forward to the next period: actuals into history, horizon on by one, planned anew. `restore` takes it back."""
    day = given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.roll import roll_workbook

        return roll_workbook(workbook, actuals, inventory=inventory, open_orders=open_orders, partial=partial, out=out, as_of=day, recalc=recalc, progress=progress)

    run_command(run, quiet=quiet, json=json)


@cycle_commands.command()
def decide(
    workbook: Workbook,
    option: Annotated[str, typer.Argument(help="As Options names it; or no option, or the number of a decision. A scenario is promoted: sop-xl scenario promote.", show_default=False)],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who decides.", show_default=False)],
    approve: Annotated[bool, typer.Option("--approve", help="It enters the plan with the next run.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is kept as a record.")] = False,
    propose: Annotated[bool, typer.Option("--propose", help="It waits for the meeting; so by default.")] = False,
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Who sees to it; by default who decides.")] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="YYYY-MM-DD", help="By when; not before the day of the decision.")] = None,
    question: Annotated[str, typer.Option("--question", help="What is decided.")] = "",
    matter: Annotated[str, typer.Option("--matter", help="Of the Worklist, in its words, that this answers.")] = "",
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a decision about an option into Decisions, with what it is expected to gain and what else was weighed."""
    chosen = [status for status, is_it in (("approved", approve), ("rejected", reject), ("proposed", propose)) if is_it]
    if len(chosen) > 1:
        raise typer.BadParameter("expected one of --approve, --reject, --propose", param_hint="--approve")
    day, due_day = given_day(as_of), given_day(due, "--due") if due else None

    def run(progress: Progress) -> Report:
        from pandas import Timestamp

        from sop_xl.commands.decide import Choice, decide_workbook

        choice = Choice(option, by, (chosen or ["proposed"])[0], owner, Timestamp(due_day) if due_day else None, question, matter, note)
        return decide_workbook(workbook, choice, day)

    run_command(run, quiet=quiet, json=json)


@cycle_commands.command()
def publish(
    workbook: Workbook,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approved the plan.", show_default=False)],
    scenario: Annotated[str, typer.Option("--scenario", help="Refuse to publish unless this scenario is promoted; recorded is whatever is.", show_default=False)] = "",
    note: Annotated[str, typer.Option("--note", help="Free text for Snapshots.", show_default=False)] = "",
    out: Out = None,
    as_of: AsOf = None,
    recalc: Recalc = "auto",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan, and freeze the plan as the approved single set of numbers of its cycle."""
    day = given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.publish import publish_workbook

        return publish_workbook(workbook, approved_by=by, scenario=scenario, note=note, as_of=day, out=out, recalc=recalc, progress=progress)

    run_command(run, quiet=quiet, json=json)


@cycle_commands.command()
def verify(
    workbooks: Annotated[list[Path], typer.Argument(help="Workbooks.", show_default=False)],
    tolerance: Annotated[float, typer.Option("--tolerance", help="Numbers this close are equal.", min=0)] = 1e-6,
    relative: Annotated[float, typer.Option("--relative", help="... or this close as a fraction of the larger.", min=0)] = 1e-6,
    recalc: Recalc = "auto",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Plan a copy of each workbook and compare; exit code 1 when the results in the file are not those of its inputs."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.verify import verify_workbooks

        return verify_workbooks(workbooks, tolerance=tolerance, relative=relative, recalc=recalc, progress=progress)

    run_command(run, quiet=quiet, json=json)


@cycle_commands.command()
def pack(
    workbook: Workbook,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.", show_default=False)],
    formats: Annotated[str, typer.Option("--format", metavar="pdf,pptx", help="Which files, separated by commas.")] = "pdf,pptx",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Date of the files; that of the plan by default.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Executive pack of 10 to 15 pages as PDF (needs LibreOffice) and PowerPoint, from the figures in the workbook."""
    day = "" if as_of is None else given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.pack import pack_workbook

        return pack_workbook(workbook, out, formats=[one.strip() for one in formats.split(",")], as_of=day, progress=progress)

    run_command(run, quiet=quiet, json=json)
