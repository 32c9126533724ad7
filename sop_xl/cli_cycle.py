"""The command line's part for the monthly cycle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sop_xl.terminal import Json, Progress, Quiet, Workbook, run_command

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

cycle_commands = typer.Typer()


@cycle_commands.command()
def roll(
    workbook: Workbook,
    actuals: Annotated[Path | None, typer.Argument(help="Actuals of the current period, CSV or workbook, as Demand History is imported; by default what stands in the sheet Actuals.", show_default=False)] = None,
    inventory: Annotated[Path | None, typer.Option("--inventory", help="Stock on hand at the end of that period.")] = None,
    open_orders: Annotated[Path | None, typer.Option("--open-orders", help="Orders that are under way then; they replace those in the workbook.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write here and leave the workbook as it is.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Date of the run; today by default.")] = None,
    recalc: Annotated[Literal["auto", "libreoffice", "off"], typer.Option("--recalc", help="Compute native formulas: auto (with LibreOffice if it is there), libreoffice, off.")] = "auto",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Roll forward to the next period: actuals into history, horizon on by one, planned anew. `restore` takes it back."""
    day = _day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.roll import roll_workbook

        return roll_workbook(workbook, actuals, inventory=inventory, open_orders=open_orders, out=out, as_of=day, recalc=recalc, progress=progress)

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
    day = "" if as_of is None else _day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.pack import pack_workbook

        return pack_workbook(workbook, out, formats=[one.strip() for one in formats.split(",")], as_of=day, progress=progress)

    run_command(run, quiet=quiet, json=json)


def _day(text: str | None) -> str:
    from datetime import date

    if text is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"expected a date such as 2026-11-30, got {text!r}", param_hint="--as-of") from None
