"""Every finding of the doctor, told of machines that are only described; installing into folders that are Excel's in all but name."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest
from company import run

from sop_xl import __version__
from sop_xl.commands.doctor import check_address, examine
from sop_xl.commands.install import ADDIN_NAME, install_addin, uninstall_addin, window_interpreter
from sop_xl.commands.machine import (
    ON_A_MAC,
    ExcelFacts,
    Machine,
    TrustFacts,
    python_kind,
    start_folder,
    windows_excel,
    windows_trust,
)
from sop_xl.errors import HostError, Severity
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.memory import MemoryHost, MemorySheet

XLSTART = Path("C:/Users/ann/AppData/Roaming/Microsoft/Excel/XLSTART")
WINDOWS = Machine(
    system="Windows", python="C:\\Python312\\python.exe", python_version="3.12.4", python_bits=64, python_kind="plain",
    xlwings="0.37.8", xlwings_files=("xlwings32-0.37.8.dll", "xlwings64-0.37.8.dll"),
    excel=ExcelFacts("click-to-run", 64, "16.0.17928.20114"), start_folder=XLSTART, start_folder_writable=True, addin=b"built",
    libreoffice="C:\\Program Files\\LibreOffice\\program\\soffice.com",
)  # fmt: skip
MAC = replace(WINDOWS, system="Darwin", excel=ExcelFacts("app", 64), xlwings_files=("xlwings-0.37.8.applescript",))


def rules(machine: Machine, *, workbook: MemoryHost | None = None, address: str = "") -> dict[str, Severity]:
    report = examine(machine, workbook, address=address, build=lambda interpreter: b"built")
    return {p.rule: p.severity for p in report.problems}


def test_a_healthy_machine_has_no_finding():
    report = examine(WINDOWS, build=lambda interpreter: b"built")
    assert (list(report.problems), report.exit_code) == ([], 0)
    assert report.summary == f"sop_xl {__version__} on Windows: everything is in order"


@pytest.mark.parametrize(
    ("change", "rule", "severity"),
    [
        ({"excel": None}, "no-excel", "error"),
        ({"excel": ExcelFacts("store")}, "store-excel", "error"),
        ({"excel": ExcelFacts("msi", 32)}, "mixed-bits", "note"),
        ({"python_bits": 32}, "small-python", "warning"),
        ({"python_kind": "store"}, "store-python", "error"),
        ({"python_version": "3.10.11"}, "old-python", "error"),
        ({"xlwings": "", "xlwings_files": ()}, "no-xlwings", "error"),
        ({"xlwings": "0.38.1", "xlwings_files": ("xlwings64-0.38.1.dll",)}, "other-xlwings", "error"),
        ({"xlwings_files": ()}, "no-dll", "error"),
        ({"xlwings_files": ("xlwings64-0.37.1.dll",)}, "no-dll", "error"),
        ({"start_folder_writable": False}, "start-folder", "error"),
        ({"addin": None}, "no-add-in", "error"),
        ({"addin": b"built by an earlier version"}, "other-add-in", "warning"),
        ({"trust": TrustFacts(add_ins_off=True)}, "add-ins-off", "error"),
        ({"trust": TrustFacts(signature_required=True)}, "signature-required", "warning"),
        ({"trust": TrustFacts(trusted_locations_off=True)}, "start-folder-not-trusted", "warning"),
        ({"trust": TrustFacts(trusted_locations_off=True, macros=4, by_policy=True)}, "start-folder-not-trusted", "error"),
        ({"trust": TrustFacts(macros=4)}, "macros-off", "note"),
        ({"trust": TrustFacts(disabled_items=1)}, "disabled-items", "warning"),
        ({"libreoffice": ""}, "no-libreoffice", "note"),
    ],
)  # fmt: skip
def test_each_ailment_is_found_alone(change, rule, severity):
    assert rules(replace(WINDOWS, **change)) == {rule: severity}


@pytest.mark.parametrize("machine", [replace(WINDOWS, excel=ExcelFacts("store")), replace(WINDOWS, addin=None, xlwings_files=(), trust=TrustFacts(add_ins_off=True, trusted_locations_off=True, disabled_items=2))])
def test_whatever_is_an_error_or_a_warning_has_its_remedy(machine):
    report = examine(machine, build=lambda interpreter: b"built")
    assert report.exit_code == 1
    assert all(p.hint for p in report.problems if p.severity is not Severity.NOTE)
    assert all(len(str(p)) <= 255 and "\n" not in str(p) for p in report.problems)


def test_nobody_is_told_to_trust_access_to_vba_or_to_let_all_macros_run():
    machines = [replace(WINDOWS, trust=t) for t in (TrustFacts(macros=4), TrustFacts(macros=3, trusted_locations_off=True), TrustFacts(add_ins_off=True))]
    told = " ".join(str(p).casefold() for m in machines for p in examine(m, build=lambda i: b"built").problems)
    assert "vba project" not in told and "enable all" not in told


def test_a_mac_has_macros_and_is_told_that_functions_show_their_last_value():
    assert rules(MAC) == {"mac": "note"}
    report = examine(MAC, build=lambda interpreter: b"built")
    assert ON_A_MAC in str(report.problems[0])
    assert rules(replace(MAC, xlwings_files=())) == {"mac": "note", "no-script": "error"}


def test_a_machine_without_excel_plans_files():
    linux = replace(WINDOWS, system="Linux", excel=None, start_folder=None, start_folder_writable=False, addin=None, xlwings_files=())
    assert rules(linux) == {"no-excel-here": "note"}


def planned_by(version: str, template: str = "standard") -> MemoryHost:
    cells = {place: value for place, value in {(1, 1): version, (2, 1): template}.items() if value}
    return MemoryHost({"Home": MemorySheet(cells)}, {"sop_version": ("Home", 1, 1), "sop_template": ("Home", 2, 1)}, name="plan.xlsx")


@pytest.mark.parametrize(
    ("workbook", "found"),
    [
        (planned_by(__version__), {}),
        (planned_by("99.0.0"), {"later-workbook": "error"}),
        (planned_by("0.0.9"), {"earlier-workbook": "note"}),
        (planned_by(""), {"never-planned": "note"}),
        (planned_by("", ""), {"no-template": "warning"}),
    ],
)
def test_package_and_workbook_are_held_against_each_other(workbook, found):
    assert rules(WINDOWS, workbook=workbook) == found


@pytest.mark.parametrize("address", ["https://contoso.sharepoint.com/sites/plan/company.xlsx", "C:\\Users\\ann\\OneDrive - Contoso\\company.xlsx", "/Users/ann/Library/CloudStorage/OneDrive-Contoso/company.xlsx"])
def test_workbooks_in_the_cloud_are_told_of(address):
    assert [p.rule for p in check_address(address)] == ["cloud-path"]


@pytest.mark.parametrize("address", ["C:\\Plans\\company.xlsx", "/home/ann/one/drive.xlsx", "D:\\plans of http\\x.xlsx"])
def test_others_are_not(address):
    assert check_address(address) == []


# what Windows' registry says


def registry(values: dict[tuple[str, str, str], object]):
    return lambda root, key, name: values.get((root, key, name))


C2R = "SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration"
APP = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\excel.exe"
USER, POLICY = "Software\\Microsoft\\Office\\16.0\\Excel", "Software\\Policies\\Microsoft\\Office\\16.0\\Excel"


@pytest.mark.parametrize(
    ("values", "excel"),
    [
        ({}, None),
        ({("HKLM", C2R, "Platform"): "x64", ("HKLM", C2R, "VersionToReport"): "16.0.1", ("HKLM", APP, ""): "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"}, ExcelFacts("click-to-run", 64, "16.0.1")),
        ({("HKLM", C2R, "Platform"): "x86"}, ExcelFacts("click-to-run", 32)),
        ({("HKLM", APP, ""): "C:\\Program Files\\WindowsApps\\Microsoft.Office.Desktop.Excel_16051\\Office16\\EXCEL.EXE"}, ExcelFacts("store")),
        ({("HKLM", "SOFTWARE\\WOW6432Node\\Microsoft\\Office\\16.0\\Excel\\InstallRoot", "Path"): "C:\\x"}, ExcelFacts("msi", 32, "16.0")),
        ({("HKLM", "SOFTWARE\\Microsoft\\Office\\16.0\\Excel\\InstallRoot", "Path"): "C:\\x"}, ExcelFacts("msi", 64, "16.0")),
        ({("HKLM", APP, ""): "C:\\Office15\\EXCEL.EXE"}, ExcelFacts("msi")),
    ],
)
def test_the_edition_of_excel_is_read_from_the_registry(values, excel):
    assert windows_excel(registry(values)) == excel


def test_a_policy_goes_before_the_users_own_setting():
    both = {("HKCU", USER + "\\Security", "VBAWarnings"): 1, ("HKCU", POLICY + "\\Security", "VBAWarnings"): 4}
    assert windows_trust(registry(both)) == TrustFacts(macros=4, by_policy=True)
    own = {("HKCU", USER + "\\Security", "VBAWarnings"): 3, ("HKCU", USER + "\\Security\\Trusted Locations", "AllLocationsDisabled"): 1, ("HKCU", USER + "\\Resiliency\\DisabledItems", "*"): 2}
    assert windows_trust(registry(own)) == TrustFacts(macros=3, trusted_locations_off=True, disabled_items=2)
    assert windows_trust(registry({})) == TrustFacts()


def test_kinds_of_python(tmp_path):
    assert python_kind("C:\\Users\\a\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe", "C:\\x", "C:\\x") == "store"
    assert python_kind("C:\\v\\Scripts\\python.exe", "C:\\v", "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12") == "store"
    assert python_kind("/v/bin/python", "/v", "/usr") == "venv"
    assert python_kind("/usr/bin/python3", "/usr", "/usr") == "plain"
    (tmp_path / "conda-meta").mkdir()
    assert python_kind(f"{tmp_path}/bin/python", str(tmp_path), str(tmp_path)) == "conda"


# installing


def test_start_folders():
    assert PureWindowsPath(start_folder("Windows", roaming="C:\\Users\\ann\\AppData\\Roaming")) == PureWindowsPath("C:\\Users\\ann\\AppData\\Roaming/Microsoft/Excel/XLSTART")
    assert start_folder("Darwin", home=Path("/Users/ann")).parts[-2:] == ("Startup.localized", "Excel")
    assert start_folder("Linux") is None


def test_installing_twice_does_nothing_the_second_time(tmp_path):
    folder = tmp_path / "XLSTART"
    first = install_addin(folder, build=lambda interpreter: b"add-in", system="Windows")
    stamp = (folder / ADDIN_NAME).stat().st_mtime_ns
    second = install_addin(folder, build=lambda interpreter: b"add-in", system="Windows")
    assert (first.facts["changed"], second.facts["changed"]) == (True, False)
    assert "written (6 bytes)" in first.summary and "up to date" in second.summary
    assert (folder / ADDIN_NAME).stat().st_mtime_ns == stamp
    third = install_addin(folder, build=lambda interpreter: b"newer", system="Windows")
    assert "replaced" in third.summary and (folder / ADDIN_NAME).read_bytes() == b"newer"
    assert sorted(p.name for p in folder.iterdir()) == [ADDIN_NAME]


def test_uninstalling_twice_does_nothing_the_second_time(tmp_path):
    (tmp_path / "mine.xlam").write_bytes(b"another add-in")
    install_addin(tmp_path, build=lambda interpreter: b"add-in", system="Windows")
    assert uninstall_addin(tmp_path).facts["changed"] is True
    assert uninstall_addin(tmp_path).facts["changed"] is False
    assert [p.name for p in tmp_path.iterdir()] == ["mine.xlam"]


def test_the_add_in_names_the_interpreter_without_a_window(tmp_path):
    (tmp_path / "python.exe").touch()
    (tmp_path / "pythonw.exe").touch()
    assert window_interpreter(str(tmp_path / "python.exe"), "Windows") == str(tmp_path / "pythonw.exe")
    assert window_interpreter(str(tmp_path / "python.exe"), "Darwin") == str(tmp_path / "python.exe")
    built = []
    install_addin(tmp_path, build=lambda interpreter: built.append(interpreter) or b"x", interpreter="D:\\py\\pythonw.exe", system="Windows")
    assert built == ["D:\\py\\pythonw.exe"]


def test_an_add_in_that_excel_has_open_is_one_clear_line(tmp_path, monkeypatch):
    def held(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    install_addin(tmp_path, build=lambda interpreter: b"add-in", system="Windows")
    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(HostError, match="close Excel and try again"):
        uninstall_addin(tmp_path)


def test_a_mac_gets_the_script_without_which_its_macros_reach_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    report = install_addin(build=lambda interpreter: b"add-in", system="Darwin")
    assert (start_folder("Darwin") / ADDIN_NAME).read_bytes() == b"add-in"
    assert [p.name for p in (tmp_path / "Library/Application Scripts/com.microsoft.Excel").iterdir()] == ["xlwings-0.37.8.applescript"]
    assert ON_A_MAC in report.summary


def test_nobody_is_sent_to_a_name_on_the_index_that_is_not_ours():
    root = Path(__file__).parents[2]
    for path in (root / "docs" / "check_in_excel.md", root / "sop_xl" / "commands" / "doctor.py"):
        assert not re.search(r"pip install (--upgrade )?sop.xl", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("command", ["restore", "import", "export"])
def test_a_mac_is_not_promised_the_buttons_that_have_to_ask(command):
    assert command in ON_A_MAC.partition("in the Terminal")[0]
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    paragraph = next(p for p in readme.split("\n\n") if p.startswith("On a Mac "))
    asking = paragraph[paragraph.index("what asks for something first") : paragraph.index("is a command in the Terminal")]
    assert command.title() in asking and "On a Mac the buttons work" not in paragraph


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_a_system_without_excel_says_one_line_and_fails(command, monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    result = run(command)
    assert result.exit_code == 2
    assert result.output.count("\n") == 1 and "Linux has no Excel" in result.output


# on the command line


def test_the_real_add_in_goes_where_it_is_told_and_the_doctor_knows_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    assert run("install", "--to", tmp_path, "--interpreter", sys.executable).exit_code == 0
    content = (tmp_path / ADDIN_NAME).read_bytes()
    assert content[:2] == b"PK"
    here = replace(WINDOWS, python=sys.executable, start_folder=tmp_path, addin=content)
    assert examine(here).problems == []
    assert [p.rule for p in examine(replace(here, python=sys.executable + "w")).problems] == ["other-add-in"]
    assert run("uninstall", "--from", tmp_path).exit_code == 0


def test_the_doctor_looks_at_this_machine_and_a_workbook_as_text_and_as_json(planned, tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    text = run("doctor", planned)
    assert text.exit_code == 0 and "This machine" in text.output
    found = json.loads(run("doctor", planned, "--json").output)
    assert found["command"] == "doctor" and found["machine"]["system"] and found["workbook"] == "company.xlsx"


def test_about_and_log_on_the_command_line(planned, tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    assert f"sop_xl {__version__}, xlwings 0.37.8" in run("about", planned).output
    assert "template standard" in run("about", planned).output
    assert "nothing was logged yet" in run("log").output
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "sop_xl.log").write_text("2026-11-26 14:05:00 1a2b3c4d INFO    a line\n", encoding="utf-8")
    assert "a line" in run("log").output


def test_restore_and_stop_on_the_command_line(planned, tmp_path, monkeypatch):
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    before = planned.read_bytes()
    assert run("restore", planned).exit_code == 2
    assert "No run is under way" in run("stop", planned).output
    assert planned.read_bytes() == before
    assert os.environ["SOP_XL_PROFILE"]


def test_a_workbook_says_what_it_is(planned):
    report = examine(WINDOWS, HeadlessHost(planned), build=lambda interpreter: b"built")
    title, _, rows = report.tables[1]
    assert title == "This workbook"
    assert dict(rows)["template"] == "standard"
    assert dict(rows)["planned as of"] == "2025-01-06"
