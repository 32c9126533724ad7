"""Texts of the function wizard: handed to Excel when the add-in opens, and no harm where Excel refuses."""

# ruff: noqa: N803  # arguments are called as in Excel

from __future__ import annotations

import re
from datetime import datetime
from importlib import resources

import pytest
from pyopenvba.apps.excel import Application, ExcelApplication
from pyopenvba.interpreter import VBAArray, VBARuntimeError, method

from sop_xl.addin.build import build_addin
from sop_xl.addin.sources import own_sources
from sop_xl.functions import functions

NOON = 46023.5
"""1 January 2026, 12:00, as Excel counts days."""


class WizardApplication(Application):
    """What Excel's Application has for the wizard and the interpreter's lacks."""

    def prepare(self, refuses: bool) -> None:
        self.refuses, self.described, self.scheduled, self.pauses = refuses, {}, [], []

    @method
    def MacroOptions(self, Macro: object, Description: object = None, Category: object = None, ArgumentDescriptions: object = None) -> object:
        if self.refuses:
            raise VBARuntimeError(1004, "Cannot edit a macro on a hidden workbook")
        texts = [str(t) for t in ArgumentDescriptions.elements()] if isinstance(ArgumentDescriptions, VBAArray) else []
        self.described[str(Macro).rpartition("!")[2]] = (str(Description), str(Category), texts)
        return None

    @method
    def OnTime(self, EarliestTime: object, Procedure: object, LatestTime: object = None, Schedule: object = True) -> object:
        name = str(Procedure).rpartition("!")[2]
        if Schedule is False:
            self.scheduled.remove(name)
            return None
        self.scheduled.append(name)
        self.pauses.append(round((EarliestTime.serial - NOON) * 86_400))
        return None


@pytest.fixture
def excel(tmp_path, request):
    file = tmp_path / "sop_xl.xlam"
    file.write_bytes(build_addin())
    excel = ExcelApplication.open(file, with_vba=False)
    excel.application.__class__ = WizardApplication
    excel.freeze_clock(datetime(2026, 1, 1, 12))
    excel.application.prepare(refuses=getattr(request, "param", False))
    excel.add_module(resources.files("sop_xl.addin").joinpath("vba", "SopHelp.bas").read_text(encoding="ascii"), name="SopHelp")
    return excel


def test_every_function_gets_its_category_and_the_texts_of_its_arguments(excel):
    excel.run("SopHelp_Describe")
    described = excel.application.described
    assert list(described) == list(functions())
    for name, (description, category, texts) in described.items():
        assert (description, category) == (functions()[name].description, "S&OP")
        assert texts == [a.description for a in functions()[name].arguments]


@pytest.mark.parametrize("excel", [True], indirect=True)
def test_an_excel_that_refuses_is_left_alone(excel):
    excel.run("SopHelp_Describe")
    assert excel.application.described == {}


def test_it_is_put_off_until_excel_has_opened_its_first_workbook_however_long_its_start_screen_stays(excel):
    for _ in range(30):
        excel.run("SopHelp_DescribeLater")
    assert excel.application.scheduled == ["sop_describe"] * 30
    assert max(excel.application.pauses) == 10 and excel.application.pauses[0] == 1


def test_what_excel_calls_by_name_stands_in_a_module_open_to_it():
    open_to_excel = set(re.findall(r"^Public Sub (\w+)", own_sources()["SopCommands"], re.M))
    assert "Option Private Module" not in own_sources()["SopCommands"]
    for name, source in own_sources().items():
        by_name = re.findall(r"!(\w+)\"", source) + re.findall(r'SopRun_Macro\("(sop_\w+)"\)', source)
        assert set(by_name) <= open_to_excel, name


def test_the_call_that_was_put_off_goes_with_the_add_in(excel):
    excel.run("SopHelp_DescribeLater")
    excel.run("SopHelp_Leave")
    assert excel.application.scheduled == []
