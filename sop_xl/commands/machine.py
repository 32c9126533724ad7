"""What the doctor needs to know of a machine, gathered in one place, so that every finding can be told of machines that are only described."""

from __future__ import annotations

import os
import platform
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sop_xl.commands.about import xlwings_version

START_FOLDER_MAC = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
ON_A_MAC = "on a Mac use sop-xl restore, import and export in the Terminal; the other buttons work, and functions in cells show their last value"
"""Those three have to ask something, and macros on a Mac do not wait for Python's question."""
SCRIPT_FOLDER_MAC = "Library/Application Scripts/com.microsoft.Excel"
_OFFICE = r"SOFTWARE\Microsoft\Office"
_EXCEL_USER = r"Software\Microsoft\Office\16.0\Excel"
_EXCEL_POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel"


@dataclass(frozen=True)
class ExcelFacts:
    """An installed Excel.

    Parameters
    ----------
    edition
        `click-to-run`, `msi` or `store`; `app` on a Mac.
    bits
        32 or 64; 0 where unknown.
    version
        As it calls itself; `""` where unknown.
    """

    edition: str
    bits: int = 0
    version: str = ""


@dataclass(frozen=True)
class TrustFacts:
    """What keeps macros from running, from settings of the user or of the company.

    Parameters
    ----------
    macros
        Excel's macro setting: 1 all, 2 ask, 3 only signed, 4 none; `None` where nothing is set, which is 2.
    by_policy
        Whether the company set it.
    add_ins_off
        All add-ins are switched off.
    signature_required
        Add-ins must be signed.
    trusted_locations_off
        The start folder is not trusted.
    disabled_items
        Number of files that Excel put on its list of disabled items after a crash.
    """

    macros: int | None = None
    by_policy: bool = False
    add_ins_off: bool = False
    signature_required: bool = False
    trusted_locations_off: bool = False
    disabled_items: int = 0


@dataclass(frozen=True)
class Machine:
    """One machine as the doctor sees it.

    Parameters
    ----------
    system
        `Windows`, `Darwin` (a Mac) or another name.
    excel
        The Excel found, `None` for none.
    python, python_version, python_bits, python_kind
        Interpreter that runs this, its version, 32 or 64, and `store`, `conda`, `venv` or `plain`.
    xlwings
        Version, `""` where it is not installed.
    xlwings_files
        Names of xlwings' DLLs beside the interpreter or one folder up; on a Mac of its script in Excel's script folder.
    start_folder
        From which Excel loads add-ins by itself, `None` where the system has none.
    start_folder_writable
        Whether a file can be put there.
    addin
        Content of our add-in there, `None` where it is missing.
    trust
        See `TrustFacts`.
    libreoffice
        Its program, `""` where it is missing.
    """

    system: str
    python: str
    python_version: str
    python_bits: int
    python_kind: str
    xlwings: str
    xlwings_files: tuple[str, ...] = ()
    excel: ExcelFacts | None = None
    start_folder: Path | None = None
    start_folder_writable: bool = False
    addin: bytes | None = None
    trust: TrustFacts = field(default_factory=TrustFacts)
    libreoffice: str = ""


def probe_machine() -> Machine:
    """The machine that this runs on."""
    from sop_xl.commands.install import ADDIN_NAME
    from sop_xl.hosts.libreoffice import find_libreoffice

    system, folder = platform.system(), start_folder()
    return Machine(
        system=system,
        python=sys.executable,
        python_version=platform.python_version(),
        python_bits=struct.calcsize("P") * 8,
        python_kind=python_kind(sys.executable, sys.prefix, sys.base_prefix),
        xlwings=xlwings_version(),
        xlwings_files=_xlwings_files(system),
        excel=_excel(system),
        start_folder=folder,
        start_folder_writable=folder is not None and _writable(folder),
        addin=_content(folder / ADDIN_NAME) if folder else None,
        trust=_trust(system),
        libreoffice=find_libreoffice() or "",
    )


def start_folder(system: str | None = None, home: Path | None = None, roaming: str | None = None) -> Path | None:
    """The user's folder from which Excel loads add-ins by itself; `None` where the system has no Excel.

    Parameters
    ----------
    system, home, roaming
        System's name, home folder and `%APPDATA%`; those of this machine where absent.
    """
    system = system or platform.system()
    home = home or Path.home()
    if system == "Windows":
        roaming = roaming or os.environ.get("APPDATA") or str(home / "AppData" / "Roaming")
        return Path(roaming) / "Microsoft" / "Excel" / "XLSTART"
    return home / START_FOLDER_MAC if system == "Darwin" else None


def python_kind(executable: str, prefix: str, base_prefix: str) -> str:
    """`store` for Python from Microsoft's Store, `conda`, `venv`, or `plain`; a venv made from the Store's Python is `store`."""
    places = f"{executable} {base_prefix}".casefold()
    if "windowsapps" in places or "pythonsoftwarefoundation" in places:
        return "store"
    if (Path(base_prefix) / "conda-meta").is_dir() or (Path(prefix) / "conda-meta").is_dir():
        return "conda"
    return "venv" if prefix != base_prefix else "plain"


def _xlwings_files(system: str) -> tuple[str, ...]:
    if system == "Darwin":
        places, pattern = [Path.home() / SCRIPT_FOLDER_MAC], "xlwings-*.applescript"
    else:
        own = Path(sys.executable).parent
        places, pattern = [own, own.parent], "xlwings*.dll"
    return tuple(sorted(file.name for place in places if place.is_dir() for file in place.glob(pattern)))


def _writable(folder: Path) -> bool:
    """Whether a file can be put into a folder, or the folder be made."""
    there = next((p for p in (folder, *folder.parents) if p.exists()), None)
    return there is not None and there.is_dir() and os.access(there, os.W_OK)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _excel(system: str) -> ExcelFacts | None:
    if system == "Windows":
        return windows_excel(_registry)
    if system == "Darwin" and Path("/Applications/Microsoft Excel.app").exists():
        return ExcelFacts("app", 64)
    return None


Registry = Callable[[str, str, str], object]
"""Value of (`HKLM` or `HKCU`, key, name); `None` where there is none; for the name `*` the number of values under the key."""


def windows_excel(read: Registry) -> ExcelFacts | None:
    """The Excel that Windows knows of, from its registry."""
    program = str(read("HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe", "") or "")
    configuration = rf"{_OFFICE}\ClickToRun\Configuration"
    platform_bits = {"x86": 32, "x64": 64}
    if "windowsapps" in program.casefold():
        return ExcelFacts("store")
    bits = platform_bits.get(str(read("HKLM", configuration, "Platform")), 0)
    if bits:
        return ExcelFacts("click-to-run", bits, str(read("HKLM", configuration, "VersionToReport") or ""))
    for root, own_bits in ((_OFFICE, 64), (r"SOFTWARE\WOW6432Node\Microsoft\Office", 32)):
        if read("HKLM", rf"{root}\16.0\Excel\InstallRoot", "Path"):
            return ExcelFacts("msi", own_bits, "16.0")
    return ExcelFacts("msi") if program else None


def windows_trust(read: Registry) -> TrustFacts:
    """What Excel's security settings say; a policy goes before the user's choice."""

    def setting(key: str, name: str) -> tuple[int | None, bool]:
        for root, policy in ((_EXCEL_POLICY, True), (_EXCEL_USER, False)):
            value = read("HKCU", rf"{root}\{key}", name)
            if isinstance(value, int):
                return value, policy
        return None, False

    macros, by_policy = setting("Security", "VBAWarnings")
    items = read("HKCU", rf"{_EXCEL_USER}\Resiliency\DisabledItems", "*")
    return TrustFacts(
        macros=macros,
        by_policy=by_policy,
        add_ins_off=setting("Security", "DisableAllAddins")[0] == 1,
        signature_required=setting("Security", "RequireAddinSig")[0] == 1,
        trusted_locations_off=setting(r"Security\Trusted Locations", "AllLocationsDisabled")[0] == 1,
        disabled_items=items if isinstance(items, int) else 0,
    )


def _trust(system: str) -> TrustFacts:
    return windows_trust(_registry) if system == "Windows" else TrustFacts()


def _registry(root: str, key: str, name: str) -> object:
    if sys.platform != "win32":  # only Windows has one
        return None
    import winreg

    hive = winreg.HKEY_LOCAL_MACHINE if root == "HKLM" else winreg.HKEY_CURRENT_USER
    try:
        with winreg.OpenKey(hive, key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
            return winreg.QueryInfoKey(opened)[1] if name == "*" else winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None
