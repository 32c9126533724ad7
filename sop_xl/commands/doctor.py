"""Is this machine, and this workbook, fit for planning in Excel? Every finding says what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from sop_xl import __version__
from sop_xl.commands.about import PROGRAM_VERSION_NAME, TEMPLATE_NAME
from sop_xl.commands.install import Builder, window_interpreter
from sop_xl.commands.machine import ON_A_MAC, Machine
from sop_xl.commands.profile import log_file
from sop_xl.commands.report import ExitCode, Report, count
from sop_xl.errors import HostError, Problem, Severity, errors_in
from sop_xl.hosts.protocol import Host

LEAST_PYTHON = (3, 11)
BUILT_FOR = "0.37"
"""Line of xlwings that the package is made for."""
_MACROS = {1: "all macros run", 2: "Excel asks", 3: "only signed macros run", 4: "no macros run"}


def examine(machine: Machine, workbook: Host | None = None, *, address: str = "", build: Builder | None = None) -> Report:
    """Every finding about a machine, and about a workbook where one is given.

    Parameters
    ----------
    machine
        As probed, or as described in a test.
    workbook
        A file or an open workbook.
    address
        Its full path or web address.
    build
        Makes the add-in that ought to be installed; from the package where absent.

    Returns
    -------
    Report
        Exit code 1 when something keeps the live work from working; warnings and notes alone give 0.
    """
    found: list[Problem] = []
    for check in CHECKS:
        found += check(machine)
    found += check_addin(machine, build)
    if address:
        found += check_address(address)
    if workbook is not None:
        found += check_workbook_version(workbook)
    tables = [("This machine", ["What", "Found"], [[k, str(v)] for k, v in _facts(machine).items()])]
    about_workbook = {} if workbook is None else _workbook_facts(workbook)
    if about_workbook:
        tables.append(("This workbook", ["What", "Found"], [[k, v] for k, v in about_workbook.items()]))
    errors, warnings = len(errors_in(found)), count(found, Severity.WARNING)
    healthy = "everything is in order" if not errors + warnings else f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
    return Report(
        command="doctor",
        workbook=workbook.name if workbook else "",
        exit_code=ExitCode.PROBLEMS if errors else ExitCode.FINE,
        summary=f"sop_xl {__version__} on {machine.system}: {healthy}",
        problems=found,
        facts={"machine": _facts(machine), "workbook_facts": about_workbook, "version": __version__, "log": str(log_file())},
        tables=tables,
    )


def check_system(machine: Machine) -> Iterable[Problem]:
    """Excel for Windows does everything, on a Mac the macros, elsewhere there is none."""
    if machine.system == "Darwin":
        yield _note("Excel", "mac", ON_A_MAC, "open the workbook on Windows, or run sop-xl regenerate, to compute them anew")
    elif machine.system != "Windows":
        yield _note("Excel", "no-excel-here", f"{machine.system} has no Excel; workbooks are planned as files", "sop-xl regenerate WORKBOOK")


def check_excel(machine: Machine) -> Iterable[Problem]:
    """The Store's Excel cannot be reached from outside."""
    if machine.system not in ("Windows", "Darwin"):
        return
    if machine.excel is None:
        yield _error("Excel", "no-excel", "expected Excel 2016 or later", "none that this user can see", "install it, or plan files with sop-xl regenerate")
    elif machine.excel.edition == "store":
        yield _error("Excel", "store-excel", "expected the desktop edition of Excel", "the edition from Microsoft's Store, which keeps other programs out",
                     "remove it and install Office from office.com")  # fmt: skip
    elif machine.excel.bits == 32 and machine.python_bits == 64:
        yield _note("Excel", "mixed-bits", "Excel has 32 bits and Python 64; they work together as long as both of xlwings' DLLs are beside Python")


def check_python(machine: Machine) -> Iterable[Problem]:
    """A version that the package runs on, and not the Store's, which Excel cannot start."""
    version = tuple(int(part) for part in machine.python_version.split(".")[:2] if part.isdigit())
    if version < LEAST_PYTHON:
        yield _error("Python", "old-python", f"expected Python {LEAST_PYTHON[0]}.{LEAST_PYTHON[1]} or later", machine.python_version, "install a newer one from python.org")
    if machine.python_kind == "store":
        yield _error("Python", "store-python", "expected Python from python.org or conda", "the one from Microsoft's Store, which Excel cannot start",
                     "install Python from python.org, then sop-xl anew")  # fmt: skip
    if machine.system == "Windows" and machine.python_bits == 32 and machine.excel is not None and machine.excel.bits == 64:
        yield _warning("Python", "small-python", "expected a Python of 64 bits, as Excel has", "32 bits, which large plans do not fit into", "install the 64-bit Python")


def check_xlwings(machine: Machine) -> Iterable[Problem]:
    """Its version must be the one that the add-in was built with, and its DLL must lie beside Python."""
    if not machine.xlwings:
        yield _error("xlwings", "no-xlwings", "expected xlwings to be installed", "none", "pip install . in the clone of the repository")
        return
    if not machine.xlwings.startswith(f"{BUILT_FOR}."):
        yield _error("xlwings", "other-xlwings", f"expected xlwings {BUILT_FOR}", machine.xlwings, f'pip install "xlwings=={BUILT_FOR}.*", then sop-xl install')
    if machine.system == "Windows":
        named = [name for name in machine.xlwings_files if machine.xlwings in name]
        if not named:
            got = f"only {', '.join(machine.xlwings_files)}" if machine.xlwings_files else "none"
            yield _error("xlwings", "no-dll", f"expected a DLL of xlwings {machine.xlwings} beside {machine.python}", got,
                         "pip install --force-reinstall xlwings; if it goes again, ask for an exception in the virus scanner")  # fmt: skip
    if machine.system == "Darwin" and not any(machine.xlwings in name for name in machine.xlwings_files):
        yield _error("xlwings", "no-script", f"expected the script of xlwings {machine.xlwings} in Excel's script folder", "none", "sop-xl install")


def check_start_folder(machine: Machine) -> Iterable[Problem]:
    """Excel's start folder must take the add-in."""
    if machine.start_folder is not None and not machine.start_folder_writable:
        yield _error("Add-in", "start-folder", f"expected to be able to write to {machine.start_folder}", "a folder that is read-only",
                     "sop-xl install --to a folder that Excel trusts, then File > Options > Add-ins > Go > Browse")  # fmt: skip


def check_trust(machine: Machine) -> Iterable[Problem]:
    """Settings, often the company's, that keep the add-in from running. Access to the VBA project is never needed."""
    trust = machine.trust
    by = "by the company's policy" if trust.by_policy else "in the Trust Center"
    if trust.add_ins_off:
        yield _error("Trust", "add-ins-off", "expected add-ins to be allowed", "all of them are switched off", "ask who looks after Office, or clear Trust Center > Add-ins > Disable all")
    if trust.signature_required:
        yield _warning("Trust", "signature-required", "expected unsigned add-ins to be allowed", "add-ins must be signed", "have the company sign sop_xl.xlam; the file is the same for every build")
    if trust.trusted_locations_off:
        severity = Severity.ERROR if trust.macros in (3, 4) else Severity.WARNING
        yield Problem("Trust", "", "start-folder-not-trusted", "expected the start folder to be trusted", "trusted locations are switched off", "have sop_xl.xlam signed, or trusted locations allowed", severity)
    elif trust.macros == 4:
        yield _note("Trust", "macros-off", f"{_MACROS[4]} {by}, except from trusted locations, of which the start folder is one")
    if trust.disabled_items:
        yield _warning("Trust", "disabled-items", "expected no disabled items", f"{trust.disabled_items} that Excel switched off after a crash", "File > Options > Add-ins > Manage: Disabled Items > Enable")


def check_libreoffice(machine: Machine) -> Iterable[Problem]:
    """Native formulas of files are computed by LibreOffice."""
    if not machine.libreoffice:
        yield _note("LibreOffice", "no-libreoffice", "native formulas of files are computed when Excel opens them", "install LibreOffice to have them computed by sop-xl regenerate")


CHECKS: tuple[Callable[[Machine], Iterable[Problem]], ...] = (
    check_system, check_excel, check_python, check_xlwings, check_start_folder, check_trust, check_libreoffice,
)  # fmt: skip
"""Checks of a machine alone, in the order in which they are told."""


def check_addin(machine: Machine, build: Builder | None = None) -> list[Problem]:
    """Whether the add-in is there and is the one that this package, xlwings and interpreter make: equal builds are equal files."""
    if machine.start_folder is None:
        return []
    if machine.addin is None:
        return [_error("Add-in", "no-add-in", f"expected sop_xl.xlam in {machine.start_folder}", "none", "sop-xl install; where Excel loads it from another folder, pass this over")]
    try:
        wanted = _built(machine, build)
    except HostError as error:
        return [_error("Add-in", "no-build", "expected that the add-in can be built for comparison", str(error), "pip install --force-reinstall . in the clone of the repository")]
    if wanted != machine.addin:
        return [_warning("Add-in", "other-add-in", f"expected the add-in of sop_xl {__version__}, xlwings {machine.xlwings} and {machine.python}", "another file",
                         "sop-xl install; one that your company signed, or made for another interpreter, is right as it is")]  # fmt: skip
    return []


def _built(machine: Machine, build: Builder | None) -> bytes:
    if build is None:
        from sop_xl.addin.build import build_addin

        return build_addin(interpreter=window_interpreter(machine.python, machine.system))
    return build(machine.python)


def check_address(address: str) -> list[Problem]:
    """Workbooks in OneDrive or SharePoint go by a web address, under which the command line does not find their runs."""
    if address.casefold().startswith(("http://", "https://")) or any("onedrive" in part.casefold() for part in Path(address.replace("\\", "/")).parts):
        return [_note("Workbook", "cloud-path", "it lies in OneDrive or SharePoint; code is never looked for beside it, so that works",
                      "while it is open there, use the buttons and not the command line, and switch AutoSave off during a run")]  # fmt: skip
    return []


def check_workbook_version(workbook: Host) -> list[Problem]:
    """Package and workbook must speak of the same tables; a workbook of a later version is not for this package."""
    written_by, template = str(workbook.read_name(PROGRAM_VERSION_NAME) or ""), str(workbook.read_name(TEMPLATE_NAME) or "")
    if not template:
        return [_warning("Workbook", "no-template", "expected an S&OP workbook", f"{workbook.name}, which does not say of which template it is", "sop-xl new makes one")]
    if not written_by:
        return [_note("Workbook", "never-planned", f"template {template}, not planned yet")]
    if _numbers(written_by) > _numbers(__version__):
        return [_error("Workbook", "later-workbook", f"expected results of sop_xl {__version__} or earlier", f"results of {written_by}", "git pull and pip install . in the clone of the repository, then sop-xl install")]
    if _numbers(written_by) < _numbers(__version__):
        return [_note("Workbook", "earlier-workbook", f"its results are those of sop_xl {written_by}; this is {__version__}", "regenerate")]
    return []


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _facts(machine: Machine) -> dict[str, object]:
    excel = machine.excel
    return {
        "system": machine.system,
        "Excel": f"{excel.edition} {excel.version}, {excel.bits or 'unknown'} bits" if excel else "none",
        "Python": f"{machine.python_version}, {machine.python_bits} bits, {machine.python_kind}: {machine.python}",
        "xlwings": machine.xlwings or "none",
        "start folder": str(machine.start_folder or "none"),
        "add-in": f"{len(machine.addin):,} bytes" if machine.addin is not None else "none",
        "macros": _MACROS.get(machine.trust.macros or 2, "unknown") if machine.system == "Windows" else "not known here",
        "LibreOffice": machine.libreoffice or "none",
    }


def _workbook_facts(workbook: Host) -> dict[str, str]:
    names = {"template": TEMPLATE_NAME, "planned by sop_xl": PROGRAM_VERSION_NAME, "planned as of": "sop_as_of", "failed checks": "MasterCheck"}
    found = {label: workbook.read_name(name) for label, name in names.items()}
    return {"sheets": str(len(workbook.sheet_names())), **{label: "none" if value in (None, "") else str(value).removesuffix(" 00:00:00") for label, value in found.items()}}


def _error(where: str, rule: str, expected: str, got: str, remedy: str) -> Problem:
    return Problem(where, "", rule, expected, got, remedy)


def _warning(where: str, rule: str, expected: str, got: str, remedy: str) -> Problem:
    return Problem(where, "", rule, expected, got, remedy, Severity.WARNING)


def _note(where: str, rule: str, told: str, remedy: str = "") -> Problem:
    return Problem(where, "", rule, told, hint=remedy, severity=Severity.NOTE)
