"""Every planner command that has a button: its name, which is that of the command line, its macro and its words.

The ribbon's XML is made from this list, its macros are held against it by tests, and so is the command line: a button does
what `sop-xl <name>` does, on the workbook that is open. What only moves the selection in Excel (`Go to`) has no counterpart there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Groups of the tab, in its order: the monthly cycle from left to right."""

    CYCLE = "Cycle"
    DEMAND = "Demand"
    SUPPLY = "Supply"
    FINANCE = "Finance"
    SCENARIOS = "Scenarios"
    REVIEW = "Review"
    HELP = "Help"


class Length(StrEnum):
    """How a command runs, seen from Excel."""

    SHORT = "short"
    """At once, while Excel waits."""
    LONG = "long"
    """In a process of its own that Excel asks every second, and that can be stopped."""
    EXCEL = "excel"
    """In Excel alone: nothing is asked of Python, and the command line has no such command."""


@dataclass(frozen=True, slots=True)
class Command:
    """One button.

    Parameters
    ----------
    name
        As on the command line.
    macro
        The VBA procedure behind the button, which is the control's id too.
    label
        On the button.
    screentip, supertip
        Title and text that appear over the button; the super tip says what is read and written.
    keytip
        Letters after Alt and the tab's own.
    group
        Where it stands.
    icon
        Name of an icon that Office has (`imageMso`).
    length
        See `Length`.
    arguments
        What the button adds to the command, as named on the command line; for `Length.EXCEL` the sheet to show.
    large
        Whether it is one of the large buttons.
    needs_workbook
        Whether it works on the workbook in front.
    """

    name: str
    macro: str
    label: str
    screentip: str
    supertip: str
    keytip: str
    group: Group
    icon: str
    length: Length = Length.SHORT
    arguments: tuple[tuple[str, str], ...] = ()
    large: bool = False
    needs_workbook: bool = True


TAB_ID, TAB_LABEL, TAB_KEYTIP = "sop_tab", "S&OP", "SO"


def _steps(step: str, label: str, supertip: str, keytip: str, group: Group, icon: str) -> Command:
    tip = f"Regenerate {label.lower() if label != 'KPIs' else label}"
    text = f"{supertip} Runs beside Excel; Stop ends it with nothing written. On the command line: sop-xl regenerate --steps {step}."
    return Command("regenerate", f"sop_regenerate_{step}", label, tip, text, keytip, group, icon, Length.LONG, (("steps", step),))


def _go(sheet: str, supertip: str, keytip: str, group: Group, icon: str) -> Command:
    macro = "sop_go_" + sheet.lower().replace(" ", "_")
    return Command("go", macro, sheet, f"Go to {sheet}", supertip, keytip, group, icon, Length.EXCEL, (("sheet", sheet),))


COMMANDS: tuple[Command, ...] = (
    Command(
        "regenerate", "sop_regenerate", "Regenerate", "Regenerate the whole plan",
        "Plans from history to money and writes every result to its sheet; inputs stay as they are. Runs beside Excel, with progress in the status bar; "
        "Stop ends it with nothing written, Restore previous results takes it back.",
        "RE", Group.CYCLE, "RefreshAll", Length.LONG, large=True,
    ),
    Command(
        "stop", "sop_stop", "Stop", "Stop the run",
        "Ends the run under way. Nothing was written yet, so the workbook stays as it is. Esc pressed twice does the same.",
        "ST", Group.CYCLE, "CancelRequest", large=True,
    ),
    Command(
        "check", "sop_check", "Check", "Check the inputs",
        "Reads every input and lists what is wrong or was converted on the Problems sheet, each with its cell.",
        "CH", Group.CYCLE, "AcceptInvitation", Length.LONG, (("write", "1"),),
    ),
    Command(
        "roll", "sop_roll", "Roll forward", "Roll to the next period",
        "Appends the actuals of the sheet Actuals to Demand History, moves the horizon on by a period and plans anew. Asks first; runs beside Excel; "
        "Restore previous results takes it back, inputs included.",
        "RO", Group.CYCLE, "MailMergeGoToNextRecord", Length.LONG,
    ),
    Command(
        "publish", "sop_publish", "Publish", "Publish the approved plan",
        "Plans, and freezes the plan as the single set of numbers of its cycle in Snapshots and Approved Plan, with its hash and who approved it, whom it asks for. "
        "Published again, the cycle has a next version.",
        "PU", Group.CYCLE, "FileMarkAsFinal", Length.LONG,
    ),
    Command(
        "restore", "sop_restore", "Restore previous results", "Restore previous results",
        "Writes back what the tables held before the last command wrote them; pressed again, it brings the later results back. "
        "Inputs stay as they are, except after an Import: then the table that it filled goes back as a whole, with what was typed into it since.",
        "RP", Group.CYCLE, "Undo",
    ),
    Command(
        "import", "sop_import", "Import", "Import into this sheet",
        "Brings a CSV file or another workbook into the input sheet in front, by header and key: rows are added, or updated where the key is there. "
        "Nothing is written when anything in the file is a problem.",
        "IM", Group.CYCLE, "ImportTextFile",
    ),
    Command(
        "export", "sop_export", "Export", "Export every table",
        "Writes each table to a CSV file in a folder of your choice. The workbook is not touched.",
        "EX", Group.CYCLE, "ExportTextFile",
    ),
    _steps("forecast", "Forecast", "Cleanses history, chooses models and writes the baseline forecast, its accuracy and its backtest.", "FO", Group.DEMAND, "ChartInsert"),
    _steps("demand", "Demand", "Brings events, overrides, life cycle and sales input together and writes the consensus demand.", "DE", Group.DEMAND, "PivotTableInsert"),
    _go("Demand Review", "Shows the page for the demand review: families, changes and who added value.", "DR", Group.DEMAND, "HyperlinkInsert"),
    _steps("supply", "Supply", "Plans supply within capacity, material and lead times and writes supply plan, capacity, stock and shortages.", "SU", Group.SUPPLY, "PivotTableInsert"),
    _steps("options", "Options", "Tries what would close the shortages, each option with its effect and its cost.", "OP", Group.SUPPLY, "GoalSeek"),
    _go("Supply Review", "Shows the page for the supply review: load, stock, shortages and what binds.", "SR", Group.SUPPLY, "HyperlinkInsert"),
    _steps("finance", "Finance", "Rolls volumes up to money and writes financial plan, profit and loss, balance, cash and bridges.", "FI", Group.FINANCE, "Calculator"),
    _go("Finance Review", "Shows the page for the reconciliation with the budget.", "FR", Group.FINANCE, "HyperlinkInsert"),
    _steps("scenarios", "Scenarios", "Plans every active scenario and writes how they compare.", "SC", Group.SCENARIOS, "GoalSeek"),
    _steps("outlook", "Outlook", "Simulates the risks and writes the range of results, and the list of actions that close the gap.", "OU", Group.SCENARIOS, "ChartInsert"),
    Command(
        "scenario add", "sop_scenario_add", "Add standard", "Add the standard scenarios",
        "Writes ten standard what-ifs below the rows of Scenarios and Scenario Drivers, filled in from the workbook's largest region, supplier, material and resource. "
        "Rows that are there stay; the next run computes them.",
        "SA", Group.SCENARIOS, "SheetRowsInsert", Length.LONG, (("every", "1"),),
    ),
    Command(
        "scenario promote", "sop_scenario_promote", "Promote", "Promote a scenario into the plan",
        "Asks for a computed scenario and for who decided it, makes it part of the plan from the next run on, and records the decision in Decisions with what was expected of it.",
        "PR", Group.SCENARIOS, "ReviewAcceptChange", Length.LONG,
    ),
    _go("Scenario Compare", "Shows the scenarios side by side.", "GS", Group.SCENARIOS, "HyperlinkInsert"),
    _steps("kpis", "KPIs", "Writes the key figures of the cycle.", "KP", Group.REVIEW, "Calculator"),
    _steps("cycle", "Follow-up", "Writes what changed since the last cycle and why, what decisions brought, the coming weeks, the worklist and the ten questions.", "CY", Group.REVIEW, "ChartInsert"),
    _go("Executive", "Shows the page that answers the ten questions of the executive meeting.", "GX", Group.REVIEW, "HyperlinkInsert"),
    _go("Worklist", "Shows the matters that wait for somebody, by money, each with its next step.", "GW", Group.REVIEW, "HyperlinkInsert"),
    _go("Weekly Review", "Shows the coming weeks: actuals beside the plan, projected stock, and what needs an answer.", "GK", Group.REVIEW, "HyperlinkInsert"),
    Command(
        "pack", "sop_pack", "Pack", "Make the executive pack",
        "Makes the pack of the saved workbook in a folder of your choice, as PowerPoint and, where LibreOffice is installed, as PDF. The workbook is not touched.",
        "PK", Group.REVIEW, "FilePrintPreview", Length.LONG,
    ),
    _go("Problems", "Shows what was found in the inputs, each with a link to its cell.", "GP", Group.REVIEW, "HyperlinkInsert"),
    _go("Home", "Shows the sheet that leads to all others by role and by step of the cycle.", "GH", Group.REVIEW, "HyperlinkInsert"),
    Command(
        "doctor", "sop_doctor", "Doctor", "Is everything in order?",
        "Looks at Excel, Python, xlwings, the add-in and this workbook, and says of each finding what to do about it.",
        "DO", Group.HELP, "Help", needs_workbook=False,
    ),
    Command(
        "log", "sop_log", "Open log", "Open the log",
        "Opens the file in which every run is recorded, with the details of what went wrong.",
        "LO", Group.HELP, "FileProperties", (Length.SHORT), (("open", "1"),), needs_workbook=False,
    ),
    Command(
        "about", "sop_about", "About", "About sop_xl",
        "Shows the versions of the package, the add-in and this workbook's template.",
        "AB", Group.HELP, "Info", needs_workbook=False,
    ),
)  # fmt: skip
"""In the order of the tab."""

WITHOUT_BUTTON: dict[str, str] = {
    "new": "makes a workbook where none is open; File > New from the template does that in Excel",
    "demo": "makes and plans a workbook of its own from sample data",
    "module add": "changes which sheets a workbook has, which is done to a closed file once in its life",
    "module remove": "changes which sheets a workbook has, which is done to a closed file once in its life",
    "diff": "compares two files; for pipelines",
    "forecast": "works on a file of series, not on a workbook; the button Forecast is regenerate --steps forecast",
    "decide": "names an option and who decides; in Excel the row is typed into Decisions, or copied there from Options",
    "verify": "holds a closed file against what its inputs give; for pipelines and before a commit",
    "lint": "holds a closed file against modelling standards; for who builds workbooks",
    "render": "prints with LibreOffice; Excel prints by itself",
    "scenario list": "prints what the sheet Scenarios shows, and the library that Add standard writes there",
    "templates build": "makes the shipped templates; for who develops the package",
    "addin build": "makes the add-in that holds the buttons",
    "install": "puts the add-in into Excel, before there is a button",
    "uninstall": "takes the add-in out while Excel is closed",
}
"""Commands of the command line that have no button, and why."""


def by_macro() -> dict[str, Command]:
    """The commands by macro, in the order of the tab."""
    return {command.macro: command for command in COMMANDS}
