"""Every module of the add-in as source: our own files, the wrappers, and the library that xlwings brings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from sop_xl import __version__
from sop_xl.addin.vba_project import ModuleKind, VbaModule
from sop_xl.addin.version_module import MODULE as VERSION_MODULE
from sop_xl.addin.version_module import version_module
from sop_xl.addin.wrappers import MODULE, wrapper_module
from sop_xl.errors import HostError
from sop_xl.functions import functions

PROJECT = "sop_xl"
"""Name under which the xlwings library looks for its settings: a sheet and files called `sop_xl.conf`."""
WORKBOOK = "ThisWorkbook"
_LIBRARY = ("xlwings", "Dictionary")
_LIBRARY_FILES = {"xlwings": "xlwings_custom_addin.bas", "Dictionary": "addin/Dictionary.cls"}
_PROJECT_LINE = 'Public Const PROJECT_NAME As String = "myaddin"'
_INSTEAD = (
    (_PROJECT_LINE, _PROJECT_LINE.replace("myaddin", PROJECT)),
    # Of the workbook in front nothing decides how Python is started: neither its path, which goes into a command line, nor its sheets.
    # There may be none in front, either.
    ('PYTHONPATH = AddExcelDir & ";" & ActiveWorkbook.FullName & ";" & ThisWorkbook', 'PYTHONPATH = AddExcelDir & ";" & ";" & ThisWorkbook'),
    ("For Each cell In Range(sht.", "For Each cell In sht.Range(sht."),
    ("        If i = 1 Then\n            Set wb = ActiveWorkbook\n", "        If i = 1 Then\n            Set wb = ThisWorkbook\n"),
    ('        If InStr(ActiveWorkbook.FullName, "://") = 0 Then\n', '        If InStr(ThisWorkbook.FullName, "://") = 0 Then\n'),
    ("            ActiveFullName = ToPosixPath(ActiveWorkbook.FullName)\n", '            ActiveFullName = ""\n'),
    ("        Else\n            ActiveFullName = ActiveWorkbook.FullName\n", '        Else\n            ActiveFullName = ""\n'),
    ("    #Else\n        ActiveFullName = ActiveWorkbook.FullName\n", '    #Else\n        ActiveFullName = ""\n'),
)
"""What our copy of the library says in another way: each text stands in it once."""
_LEFT_OUT = (
    ("            'Workbook Sheet Config\n", "            'Add-in Sheet Config"),
    ("    ' Directory Config\n", "    ' User Config\n"),
)
"""Settings that our copy does not read, from one remark up to another: a sheet of the workbook in front, or a file beside it, could name any
program as Python, and whoever opens a mailed workbook would run it. The add-in's own sheet and the user's profile remain."""
_NAME = re.compile(r'^Attribute VB_Name = "(\w+)"', re.MULTILINE)
_BASE = {
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
}


def own_sources() -> dict[str, str]:
    """Our modules by name, each as it stands in its file under `vba`, and the wrappers."""
    found = sorted((p for p in files(__package__).joinpath("vba").iterdir()), key=lambda p: p.name)
    sources = {}
    for file in found:
        stem, _, ending = file.name.rpartition(".")
        if ending in ("bas", "cls"):
            sources[stem] = file.read_text(encoding="ascii")
    sources[MODULE] = wrapper_module(functions().values())
    sources[VERSION_MODULE] = version_module(__version__)
    for name, source in sources.items():
        match = _NAME.search(source)
        if match is None or match[1] != name:
            raise HostError(f"the VBA module {name} calls itself {match[1] if match else 'nothing'}")
    return dict(sorted(sources.items()))


def library_sources() -> dict[str, str]:
    """The xlwings library, notices and all, as the installed xlwings ships it: its DLL is found by the exact version.

    Only what would let the workbook in front decide about Python is taken out.

    Raises
    ------
    HostError
        When xlwings is not installed or ships something else than expected.
    """
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise HostError("xlwings is not installed; the add-in needs its VBA library")
    folder = Path(spec.origin).parent
    sources = {}
    for name in _LIBRARY:
        file = folder / _LIBRARY_FILES[name]
        if not file.exists():
            raise HostError(f"the installed xlwings has no {_LIBRARY_FILES[name]}; install the version that sop_xl names")
        sources[name] = file.read_text(encoding="cp1252")
    sources["xlwings"] = _restrained(sources["xlwings"])
    return sources


def _restrained(library: str) -> str:
    """The library without the settings that a workbook or its folder may bring; refused where it reads otherwise than known."""
    for text, instead in _INSTEAD:
        if library.count(text) != 1:
            raise HostError(f"the installed xlwings ships a library other than expected: {text.strip().splitlines()[-1].strip()}")
        library = library.replace(text, instead)
    for start, end in _LEFT_OUT:
        before, found, rest = library.partition(start)
        _, ended, after = rest.partition(end)
        if not found or not ended or start in rest or end in after:
            raise HostError(f"the installed xlwings reads its settings in another way than expected: {start.strip()}")
        library = f"{before}{start.rstrip()}: left out in this copy, see sop_xl/addin/sources.py\n\n{end}{after}"
    return library


def modules(sources: Mapping[str, str], sheets: Iterable[str]) -> list[VbaModule]:
    """Modules of a project, with the attributes that their kind needs.

    Parameters
    ----------
    sources
        By module name; the workbook's own is called `ThisWorkbook` and may be missing.
    sheets
        Code names of the workbook's sheets.
    """
    made = [_document(WORKBOOK, _BASE["workbook"], sources.get(WORKBOOK, ""))]
    made += [_document(sheet, _BASE["sheet"], "") for sheet in sheets]
    for name, source in sources.items():
        if name == WORKBOOK:
            continue
        if "MultiUse" in source.partition("Attribute")[0]:
            made.append(VbaModule(name, ModuleKind.CLASS, _as_class(source)))
        else:
            made.append(VbaModule(name, ModuleKind.STANDARD, source))
    return made


def _document(name: str, base: str, source: str) -> VbaModule:
    attributes = [
        f'Attribute VB_Name = "{name}"',
        f'Attribute VB_Base = "{base}"',
        "Attribute VB_GlobalNameSpace = False",
        "Attribute VB_Creatable = False",
        "Attribute VB_PredeclaredId = True",
        "Attribute VB_Exposed = True",
        "Attribute VB_TemplateDerived = False",
        "Attribute VB_Customizable = True",
    ]
    body = [line for line in source.splitlines() if not line.startswith("Attribute VB_")]
    return VbaModule(name, ModuleKind.DOCUMENT, "\n".join(attributes + body))


def _as_class(source: str) -> str:
    """A class as a project stores it: without the head of an exported file, with the base that every class has."""
    lines = source.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("Attribute VB_Name"))
    return "\n".join([lines[start], f'Attribute VB_Base = "{_BASE["class"]}"', *lines[start + 1 :]])
