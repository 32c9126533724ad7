"""The command line's part for working in Excel: the add-in in and out, what the ribbon's runs leave, help."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sop_xl.terminal import Json, Progress, Quiet, Workbook, run_command

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

excel_commands = typer.Typer()


@excel_commands.command()
def restore(workbook: Workbook, json: Json = False, quiet: Quiet = False) -> None:
    """Write back what the tables held before the ribbon's last command wrote them; once more brings the later results back."""

    def run(progress: Progress) -> Report:
        from datetime import datetime

        from sop_xl.commands.kept_results import restore_workbook

        return restore_workbook(workbook, now=datetime.now().isoformat(timespec="minutes"))

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def stop(workbook: Annotated[str, typer.Argument(help="The workbook: its path, or its web address.", show_default=False)], json: Json = False, quiet: Quiet = False) -> None:
    """End a run that was started from Excel on this workbook; it has written nothing."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.stop import stop_run

        return stop_run(workbook if "://" in workbook else str(Path(workbook).absolute()))  # resolving would turn a mapped drive into its server, and Excel says the drive

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def log(
    open_: Annotated[bool, typer.Option("--open", help="Open it, too.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say where the log is and show its last lines."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.open_log import show_log

        return show_log(open_it=open_)

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def about(workbook: Annotated[Path | None, typer.Argument(help="A workbook to tell of, too.", show_default=False)] = None, json: Json = False, quiet: Quiet = False) -> None:
    """Say which versions work together here."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.about import about as tell
        from sop_xl.hosts.headless import HeadlessHost

        return tell(HeadlessHost(workbook) if workbook else None)

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def install(
    to: Annotated[Path | None, typer.Option("--to", help="Put the add-in here and not into Excel's own start folder.", show_default=False)] = None,
    interpreter: Annotated[str | None, typer.Option("--interpreter", help="Python that computes; by default this one.", show_default=False)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Put the add-in into Excel, for this user and without an administrator's rights."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.install import install_addin

        return install_addin(to, interpreter=interpreter)

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def uninstall(
    from_: Annotated[Path | None, typer.Option("--from", help="Take it out of this folder.", show_default=False)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take the add-in out of Excel."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.install import uninstall_addin

        return uninstall_addin(from_)

    run_command(run, quiet=quiet, json=json)


@excel_commands.command()
def doctor(workbook: Annotated[Path | None, typer.Argument(help="A workbook to look at, too.", show_default=False)] = None, json: Json = False, quiet: Quiet = False) -> None:
    """Look at Excel, Python, the add-in and a workbook, and say what to do about each finding."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.doctor import examine
        from sop_xl.commands.machine import probe_machine
        from sop_xl.hosts.headless import HeadlessHost

        return examine(probe_machine(), HeadlessHost(workbook) if workbook else None, address=str(workbook.absolute()) if workbook else "")

    run_command(run, quiet=quiet, json=json)
