"""The command line: arguments in, a report out. Nothing is decided here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sop_xl.cli_cycle import cycle_commands
from sop_xl.cli_excel import excel_commands
from sop_xl.cli_scenario import scenario_app
from sop_xl.terminal import AsOf, Json, Out, Progress, Quiet, Recalc, Workbook, given_day, run_command

if TYPE_CHECKING:
    from sop_xl.commands.report import Report

app = typer.Typer(
    name="sop-xl",
    help="Sales & Operations Planning inside the Excel workbook: plan, check, compare, in Excel or without it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
module_app = typer.Typer(help="Add a module's sheets to a workbook, or park them; nothing is lost.", no_args_is_help=True)
templates_app = typer.Typer(help="The templates that ship with the package.", no_args_is_help=True)
addin_app = typer.Typer(help="The add-in for Excel: ribbon and functions.", no_args_is_help=True)
app.add_typer(module_app, name="module")
app.add_typer(templates_app, name="templates")
app.add_typer(addin_app, name="addin")
app.add_typer(scenario_app, name="scenario")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="Workbook to make.", show_default=False)],
    template: Annotated[Literal["standard", "lite"], typer.Option("--template", help="standard (all modules) or lite (ten tabs).")] = "standard",
    modules: Annotated[str, typer.Option("--modules", help="Only these, comma separated: demand, supply, finance, cycle. The core is always there.")] = "",
    history: Annotated[int | None, typer.Option("--history", help="Past periods shown; by default 36, of weeks 104.", min=1, show_default=False)] = None,
    horizon: Annotated[int | None, typer.Option("--horizon", help="Planned periods; by default 18, of weeks 52.", min=1, show_default=False)] = None,
    calendar: Annotated[Literal["months", "4-4-5", "weeks"], typer.Option("--calendar", help="How time is cut.")] = "months",
    fiscal_year_start: Annotated[int, typer.Option("--fiscal-year-start", help="Month in which the fiscal year starts.", min=1, max=12)] = 1,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Make an empty S&OP workbook."""
    day = given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.new import new_workbook

        return new_workbook(path, template=template, modules=_names(modules), history=history, horizon=horizon, calendar=calendar,
                            fiscal_year_start=fiscal_year_start, as_of=day)  # fmt: skip

    run_command(run, quiet=quiet)


@module_app.command("add")
def module_add(workbook: Workbook, module: Annotated[str, typer.Argument(help="demand, supply, finance or cycle.")], quiet: Quiet = False) -> None:
    """Bring a module's sheets into the workbook, or back from where they were parked."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.modules import add_module

        return add_module(workbook, module)

    run_command(run, quiet=quiet)


@module_app.command("remove")
def module_remove(workbook: Workbook, module: Annotated[str, typer.Argument(help="demand, supply, finance or cycle.")], quiet: Quiet = False) -> None:
    """Park a module's sheets out of sight; their content stays and comes back with `module add`."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.modules import remove_module

        return remove_module(workbook, module)

    run_command(run, quiet=quiet)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the workbook.")] = Path(),
    cycles: Annotated[int, typer.Option("--cycles", help="So many consecutive monthly cycles instead, a workbook for each: the last months are held back and fed in one by one.", min=0, max=12)] = 0,
    recalc: Recalc = "auto",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Make the AdventureWorks workbook from real sample data and plan it."""

    def run(progress: Progress) -> Report:
        if cycles:
            from sop_xl.commands.demo_cycles import run_cycles

            return run_cycles(out, cycles, recalc=recalc, progress=progress)
        from sop_xl.commands.demo import make_demo

        return make_demo(out, recalc=recalc, progress=progress)

    run_command(run, quiet=quiet, json=json)


@app.command()
def check(
    workbook: Workbook,
    write: Annotated[bool, typer.Option("--write", help="Also write what was found to the Problems sheet, and how a pasted budget was understood to Budget Mapping.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read every input and list its problems, each with its cell."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.check import check_workbook

        return check_workbook(workbook, write=write, progress=progress)

    run_command(run, quiet=quiet, json=json)


@app.command()
def regenerate(
    workbook: Workbook,
    out: Out = None,
    steps: Annotated[list[str] | None, typer.Option("--steps", help="Write only these, comma separated or given again: forecast, demand, supply, options, scenarios, finance, outlook, kpis, cycle.")] = None,
    as_of: AsOf = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="REPORT", help="Write the report here as JSON (- for standard output).")] = None,
    recalc: Recalc = "auto",
    quiet: Quiet = False,
) -> None:
    """Plan from history to money and write every result to its sheet."""
    day = given_day(as_of)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.regenerate import regenerate_workbook

        return regenerate_workbook(workbook, out=out, steps=_names(",".join(steps or ())), as_of=day, recalc=recalc, progress=progress)

    run_command(run, quiet=quiet, json=json)


@app.command("import")
def import_(
    workbook: Workbook,
    sheet: Annotated[str, typer.Argument(help="Input sheet to fill.")],
    file: Annotated[Path, typer.Argument(help="CSV file or workbook.")],
    replace: Annotated[bool, typer.Option("--replace", help="Start the table anew; otherwise rows are added, or updated where the key is there.")] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Bring a CSV file or another workbook into an input table, by header and key."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.exchange import import_table

        return import_table(workbook, sheet, file, replace=replace)

    run_command(run, quiet=quiet, json=json)


@app.command()
def export(
    workbook: Workbook,
    out: Annotated[Path, typer.Option("--out", help="Folder for the CSV files.", show_default=False)],
    sheet: Annotated[list[str] | None, typer.Option("--sheet", help="Only this sheet; may be repeated.")] = None,
    approved: Annotated[bool, typer.Option("--approved", help="The approved plan of the cycle for an ERP system, instead of the tables as they are.")] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write each table to a CSV file, with a manifest; or the plan that was approved."""
    if approved and sheet:
        raise typer.BadParameter("goes without --sheet", param_hint="--approved")

    def run(progress: Progress) -> Report:
        if approved:
            from sop_xl.commands.export_approved import export_approved

            return export_approved(workbook, out)
        from sop_xl.commands.exchange import export_tables

        return export_tables(workbook, out, sheets=sheet or ())

    run_command(run, quiet=quiet, json=json)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="Workbook.", show_default=False)],
    b: Annotated[Path, typer.Argument(help="The other one.", show_default=False)],
    tolerance: Annotated[float, typer.Option("--tolerance", help="Numbers this close are equal.", min=0)] = 1e-9,
    relative: Annotated[float, typer.Option("--relative", help="... or this close as a fraction of the larger.", min=0)] = 1e-9,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare two workbooks by table and key, not by bytes; exit code 1 when they differ."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.diff import diff_workbooks

        return diff_workbooks(a, b, tolerance=tolerance, relative=relative)

    run_command(run, quiet=quiet, json=json)


@app.command()
def forecast(
    file: Annotated[Path, typer.Argument(help="Long CSV or Parquet file: unique_id, ds, y.", show_default=False)],
    horizon: Annotated[int, typer.Option("--horizon", help="Periods ahead.", min=1, show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Forecast file, .csv or .parquet.", show_default=False)],
    season: Annotated[int | None, typer.Option("--season", help="Periods in a season; by default as the dates show, 12 for months.", min=1)] = None,
    quantiles: Annotated[str, typer.Option("--quantiles", help="Range columns, comma separated.")] = "0.1,0.5,0.9",
    backend: Annotated[Literal["local", "dask", "ray", "spark"], typer.Option("--backend", help="Where models are fitted: local, or a cluster (same numbers; needs the extra of that name).")] = "local",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Forecast series from a file by the workbook's own recipe."""
    chosen = _fractions(quantiles)

    def run(progress: Progress) -> Report:
        from sop_xl.commands.forecast import forecast_file

        return forecast_file(file, out, horizon=horizon, season=season, quantiles=chosen, n_jobs=2, backend=backend, progress=progress)

    run_command(run, quiet=quiet, json=json)


@app.command()
def lint(workbook: Workbook, json: Json = False, quiet: Quiet = False) -> None:
    """Hold the workbook against modelling standards (FAST, ICAEW)."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.lint import lint_workbook

        return lint_workbook(workbook)

    run_command(run, quiet=quiet, json=json)


@app.command()
def render(
    workbook: Workbook,
    out: Annotated[Path, typer.Option("--out", help="Folder for the PDF files and pictures.", show_default=False)],
    sheet: Annotated[list[str] | None, typer.Option("--sheet", help="Only this sheet; may be repeated. By default the review pages.")] = None,
    pages: Annotated[int, typer.Option("--pages", help="Pictures of no more than so many pages; 0 = all.", min=0)] = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Print sheets to PDF and pictures (needs LibreOffice; pictures need poppler)."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.render import render_workbook

        return render_workbook(workbook, out, sheets=sheet or (), most_pages=pages, progress=progress)

    run_command(run, quiet=quiet, json=json)


@templates_app.command("build")
def templates_build(folder: Annotated[Path, typer.Argument(help="Folder for the templates and their manifests.")] = Path("workbook_templates")) -> None:
    """Build the templates from the contract, byte for byte the same every time."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.new import build_template_files

        return build_template_files(folder)

    run_command(run)


@addin_app.command("build")
def addin_build(
    out: Annotated[Path, typer.Option("--out", help="File to make, or a folder for it.")] = Path("sop_xl.xlam"),
    interpreter: Annotated[str | None, typer.Option("--interpreter", help="Full path of the Python that computes in Excel; by default left to the user's settings.", show_default=False)] = None,
    text: Annotated[Path | None, typer.Option("--text", help="Also write VBA and ribbon as text to this folder, for review.", show_default=False)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build the add-in without Excel, byte for byte the same every time, so that a company can sign it."""

    def run(progress: Progress) -> Report:
        from sop_xl.commands.addin import write_addin

        return write_addin(out, interpreter=interpreter, text=text)

    run_command(run, quiet=quiet, json=json)


def _version(value: bool) -> None:
    if value:
        from sop_xl import __version__

        typer.echo(f"sop-xl {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False,
) -> None:
    pass


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _fractions(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in _names(text))
    except ValueError:
        values = ()
    if not values or not all(0 < v < 1 for v in values):
        raise typer.BadParameter(f"expected fractions between 0 and 1 such as 0.1,0.5,0.9, got {text!r}", param_hint="--quantiles")
    return values


app.registered_commands += cycle_commands.registered_commands
app.registered_commands += excel_commands.registered_commands


def main() -> None:
    """Entry point of the `sop-xl` command."""
    import gc

    gc.set_threshold(200_000, 20, 20)  # a run makes millions of cells and no cycles worth looking for all the time
    app()


if __name__ == "__main__":
    main()
