"""Putting the add-in together."""

from __future__ import annotations

from collections.abc import Mapping

from sop_xl.addin.check_vba import check_sources
from sop_xl.addin.intellisense import SHEET as HELP_SHEET
from sop_xl.addin.intellisense import intellisense_rows
from sop_xl.addin.package import Page, as_addin, macro_workbook
from sop_xl.addin.ribbon_xml import ribbon_xml
from sop_xl.addin.settings_sheet import SHEET as SETTINGS_SHEET
from sop_xl.addin.settings_sheet import settings_rows
from sop_xl.addin.sources import library_sources, modules, own_sources
from sop_xl.addin.vba_project import vba_project
from sop_xl.errors import FrameError
from sop_xl.functions import functions

FILE_NAME = "sop_xl.xlam"
VBA_PROJECT = "SopXl"
_SETTINGS_CODE, _HELP_CODE = "SopSettings", "SopTexts"


def build_addin(interpreter: str | None = None) -> bytes:
    """The add-in for Excel, made from text: the same bytes for the same package, xlwings and interpreter.

    Parameters
    ----------
    interpreter
        Full path of the `pythonw.exe` that computes, as `sop-xl install` knows it; `None` leaves it to a
        `sop_xl.conf` in the user's profile, then to the path.

    Returns
    -------
    bytes
        An `.xlam` file.

    Raises
    ------
    HostError
        When the installed xlwings ships no VBA library that fits.
    FrameError
        When our own VBA breaks a rule.
    """
    own, library = own_sources(), library_sources()
    problems = check_sources(own, set(library))
    if problems:
        raise FrameError("the add-in's VBA breaks a rule: " + "; ".join(problems))
    pages = [
        Page(SETTINGS_SHEET, _SETTINGS_CODE, settings_rows(interpreter)),
        Page(HELP_SHEET, _HELP_CODE, intellisense_rows(functions().values()), hidden=True),
    ]
    project = vba_project(VBA_PROJECT, modules({**own, **library}, [p.code_name for p in pages]))
    return as_addin(macro_workbook(project, pages), ribbon_xml())


def addin_texts() -> Mapping[str, str]:
    """What the add-in is made of, for review: file names and texts, the library's modules among them."""
    classes = {"ThisWorkbook", "Dictionary"}
    sources = {**own_sources(), **library_sources()}
    texts = {f"{name}.{'cls' if name in classes else 'bas'}": text for name, text in sources.items()}
    return {**texts, "customUI14.xml": ribbon_xml()}
