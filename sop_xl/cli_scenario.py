"""The command line's part for scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sop_xl.terminal import Json, Progress, Quiet, Workbook, given_day, run_command

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

scenario_app = typer.Typer(help="Scenarios: add standard ones, list them, promote one into the plan.", no_args_is_help=True)


@scenario_app.command("add")
def scenario_add(
    workbook: Workbook,
    names: Annotated[list[str] | None, typer.Argument(help='Of the standard library, such as "supplier out"; see `scenario list`.', show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="The whole library.")] = False,
    region: Annotated[str, typer.Option("--region", help="By default the largest.", show_default=False)] = "",
    supplier: Annotated[str, typer.Option("--supplier", help="By default the largest by purchase value.", show_default=False)] = "",
    item: Annotated[str, typer.Option("--item", help="Material that is late, launch that slips, item with a second source.", show_default=False)] = "",
    resource: Annotated[str, typer.Option("--resource", help="By default the most loaded.", show_default=False)] = "",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write standard what-ifs into Scenarios and Scenario Drivers, filled in from the workbook; rows that are there stay."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.scenarios import add_scenarios

        return add_scenarios(workbook, names or (), every=every, scope={"region": region, "supplier": supplier, "item": item, "resource": resource})

    run_command(run, quiet=quiet, json=json)


@scenario_app.command("list")
def scenario_list(workbook: Workbook, json: Json = False, quiet: Quiet = False) -> None:
    """The scenarios of a workbook, and what the standard library offers."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.scenarios import list_scenarios

        return list_scenarios(workbook)

    run_command(run, quiet=quiet, json=json)


@scenario_app.command("promote")
def scenario_promote(
    workbook: Workbook,
    name: Annotated[str, typer.Argument(help="Scenario, as Scenarios names it.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who decided it.", show_default=False)],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Date of the decision; today by default.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a scenario part of the plan itself, with a record in Decisions of who, when and what was expected."""
    day = given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.scenarios import promote_scenario

        return promote_scenario(workbook, name, by=by, as_of=day)

    run_command(run, quiet=quiet, json=json)
