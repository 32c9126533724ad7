"""Texts of the function wizard: handed to Excel when the add-in opens, and no harm where Excel refuses."""

# ruff: noqa: N803  # arguments are called as in Excel

from __future__ import annotations

from importlib import resources

import pytest
from pyopenvba.apps.excel import Application, ExcelApplication
from pyopenvba.interpreter import VBAArray, VBARuntimeError, method

from sop_xl.addin.build import build_addin
from sop_xl.functions import functions


class WizardApplication(Application):
    """What Excel's Application has for the wizard and the interpreter's lacks."""

    def prepare(self, refuses: bool) -> None:
        self.refuses, self.described, self.scheduled = refuses, {}, []

    @method
    def MacroOptions(self, Macro: object, Description: object = None, Category: object = None, ArgumentDescriptions: object = None) -> object:
        if self.refuses:
            raise VBARuntimeError(1004, "Cannot edit a macro on a hidden workbook")
        texts = [str(t) for t in ArgumentDescriptions.elements()] if isinstance(ArgumentDescriptions, VBAArray) else []
        self.described[str(Macro).rpartition("!")[2]] = (str(Description), str(Category), texts)
        return None

    @method
    def OnTime(self, EarliestTime: object, Procedure: object) -> object:
        self.scheduled.append(str(Procedure).rpartition("!")[2])
        return None


@pytest.fixture
def excel(tmp_path, request):
    file = tmp_path / "sop_xl.xlam"
    file.write_bytes(build_addin())
    excel = ExcelApplication.open(file, with_vba=False)
    excel.application.__class__ = WizardApplication
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


def test_it_is_put_off_until_excel_has_opened_its_first_workbook_and_given_up_after_some_tries(excel):
    for _ in range(9):
        excel.run("SopHelp_DescribeLater")
    assert excel.application.scheduled == ["SopHelp_Describe"] * 5
