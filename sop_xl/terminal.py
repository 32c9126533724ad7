"""From an action to the terminal: progress while it runs, its report, its exit code; no traceback reaches a user."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

Progress = Callable[[str, int, int], None]

Workbook = Annotated[Path, typer.Argument(help="The workbook (.xlsx).", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but problems.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Date of the run; today by default.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write here and leave the workbook as it is.")]
Recalc = Annotated[Literal["auto", "libreoffice", "off"], typer.Option("--recalc", help="Compute native formulas: auto (with LibreOffice if it is there), libreoffice, off.")]

INTERRUPTED = 130
MOST_PROBLEMS = 40


def given_day(text: str | None, option: str = "--as-of") -> str:
    """An option's date in ISO form; today where it was not given. What is no date is refused as the command line refuses."""
    from datetime import date

    if text is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"expected a date such as 2026-11-30, got {text!r}", param_hint=option) from None


def run_command(action: Callable[[Progress], Report], *, quiet: bool = False, json: bool | Path | None = False) -> None:
    """Run a command, show its progress, print its report, and leave with its exit code. No traceback reaches a user."""
    from sop_xl.commands.outcome import outcome
    from sop_xl.commands.report import ExitCode, Report

    to_terminal = not (json is True or (isinstance(json, Path) and str(json) == "-"))
    try:
        report = outcome(lambda: _with_progress(action, show=to_terminal and not quiet))
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was written.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if isinstance(json, Path) and str(json) != "-":
        try:
            json.write_text(report.to_json() + "\n", encoding="utf-8")
        except OSError as error:
            report = Report("", "", ExitCode.FAILED, f"{json}: the report could not be written ({error.strerror})")
    if to_terminal:
        _print(report, quiet=quiet)
    else:
        typer.echo(report.to_json())
    raise typer.Exit(int(report.exit_code))


def _with_progress(action: Callable[[Progress], Report], *, show: bool) -> Report:
    if not (show and sys.stderr.isatty()):
        return action(lambda message, done, total: None)
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        return action(lambda message, done, total: bar.update(task, description=message, completed=done, total=total or None))


def _print(report: Report, *, quiet: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from sop_xl.errors import Severity, format_problem

    console = Console(highlight=False, soft_wrap=True)
    shown = [p for p in report.problems if not (quiet and p.severity is Severity.NOTE)]
    shown.sort(key=lambda p: list(Severity).index(p.severity))
    colour = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
    for problem in shown[:MOST_PROBLEMS]:
        console.print(f"[{colour[problem.severity]}]{problem.severity:<7}[/]", end=" ")
        console.print(format_problem(problem), markup=False)
    if len(shown) > MOST_PROBLEMS:
        console.print(f"... and {len(shown) - MOST_PROBLEMS} more; --json lists them all", markup=False)
    if not quiet:
        for title, header, rows in report.tables:
            table = Table(title=title, title_justify="left", header_style="bold")
            for k, name in enumerate(header):
                table.add_column(name, justify="left" if k == 0 else "right")
            for row in rows:
                table.add_row(*row)
            console.print(table)
    if report.summary and (report.exit_code or not quiet):
        Console(stderr=bool(report.exit_code), highlight=False, soft_wrap=True).print(report.summary, markup=False)
