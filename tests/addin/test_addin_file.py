"""The add-in as a file: what is in it, read back by others, and the same every time."""

from __future__ import annotations

import io
import re
import zipfile

import pyopenvba
import pytest
import xlwings
from hosts.made_packages import needs_validator, validation_errors
from oletools.olevba import VBA_Parser
from openpyxl import Workbook, load_workbook

from sop_xl.addin.build import FILE_NAME, addin_texts, build_addin
from sop_xl.addin.sources import library_sources, own_sources
from sop_xl.functions import functions

INTERPRETER = r"C:\Users\Ana Müller\venv\Scripts\pythonw.exe"


@pytest.fixture(scope="module")
def addin() -> bytes:
    return build_addin(INTERPRETER)


@pytest.fixture(scope="module")
def parts(addin) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def file(addin, tmp_path_factory):
    path = tmp_path_factory.mktemp("addin") / FILE_NAME
    path.write_bytes(addin)
    return path


@pytest.fixture(scope="module")
def macros(file) -> dict[str, str]:
    parser = VBA_Parser(str(file))
    return {name.rsplit(".", 1)[0]: source.replace("\r\n", "\n").rstrip("\n") for _, _, name, source in parser.extract_all_macros()}


def body(source: str) -> list[str]:
    return [line for line in source.replace("\r\n", "\n").rstrip("\n").split("\n") if not re.match(r"Attribute VB_|VERSION|BEGIN|END$|  MultiUse", line)]


def sheets_of(addin: bytes) -> Workbook:
    """The add-in's sheets; openpyxl reads workbooks only, so that it is called one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(addin)) as source, zipfile.ZipFile(out, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, source.read(name).replace(b"ms-excel.addin.macro", b"ms-excel.sheet.macro"))
    return load_workbook(out)


def test_it_is_built_the_same_every_time_and_differs_only_by_the_interpreter(addin):
    assert build_addin(INTERPRETER) == addin
    without = build_addin()
    assert without == build_addin() != addin
    with zipfile.ZipFile(io.BytesIO(addin)) as one, zipfile.ZipFile(io.BytesIO(without)) as other:
        different = {n for n in one.namelist() if one.read(n) != other.read(n)}
    assert "xl/vbaProject.bin" not in different, "a company's signature of the macros holds for every user"


def test_it_is_an_add_in_whose_window_never_shows(parts):
    types = parts["[Content_Types].xml"].decode()
    assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types
    assert "sheet.macroEnabled" not in types
    assert "application/vnd.ms-office.vbaProject" in types
    assert '<workbookView visibility="hidden"' in parts["xl/workbook.xml"].decode()


def test_the_ribbon_hangs_on_the_package(parts):
    relations = parts["_rels/.rels"].decode()
    assert re.search(r'Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" Target="customUI/customUI14.xml"', relations)
    assert b"http://schemas.microsoft.com/office/2009/07/customui" in parts["customUI/customUI14.xml"]


def test_every_macro_that_the_ribbon_calls_is_there(parts, macros):
    called = set(re.findall(r'\b(?:on\w+|get\w+)="(\w+)"', parts["customUI/customUI14.xml"].decode()))
    written = {name for source in macros.values() for name in re.findall(r"^Public Sub (\w+)\(", source, re.M)}
    assert called
    assert called <= written


def test_code_names_in_the_workbook_are_the_document_modules(parts, macros):
    names = re.findall(r'codeName="(\w+)"', parts["xl/workbook.xml"].decode())
    for part in sorted(p for p in parts if p.startswith("xl/worksheets/sheet")):
        names += re.findall(r'codeName="(\w+)"', parts[part].decode())
    assert names == ["ThisWorkbook", "SopSettings", "SopTexts"]
    bases = {name: re.search(r'VB_Base = "0\{(\w+)-', source)[1] for name, source in macros.items() if name in names}
    assert bases == {"ThisWorkbook": "00020819", "SopSettings": "00020820", "SopTexts": "00020820"}


def test_the_macros_in_the_file_are_their_source(macros):
    expected = {**own_sources(), **library_sources()}
    assert set(macros) == set(expected) | {"SopSettings", "SopTexts"}
    for name, source in expected.items():
        assert body(macros[name]) == body(source), name


def test_another_reader_finds_the_same_modules_and_nothing_broken(file, macros):
    report = pyopenvba.check_file(file)
    assert (report.issues, report.complete) == ((), True)
    with pyopenvba.ExcelFile(file) as book:
        assert set(book.module_names()) == set(macros)


def test_the_library_is_that_of_the_installed_xlwings_with_its_notices(macros):
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in macros["xlwings"]
    assert f"xlwings64-{xlwings.__version__}.dll" in macros["xlwings"]
    assert 'PROJECT_NAME As String = "sop_xl"' in macros["xlwings"]
    assert "BSD 3-clause license" in macros["xlwings"]
    assert "Tim Hall" in macros["Dictionary"] and "MIT" in macros["Dictionary"]


def test_settings_are_found_by_the_library(addin):
    sheet = sheets_of(addin)["sop_xl.conf"]
    settings = {row[0].value: row[1].value for row in sheet.iter_rows(max_col=2)}
    assert settings["INTERPRETER_WIN"] == INTERPRETER
    assert (settings["ADD_WORKBOOK_TO_PYTHONPATH"], settings["UDF MODULES"], settings["USE UDF SERVER"]) == ("False", "sop_xl.udfs", "True")
    assert all(key == key.upper() for key in settings)
    on_the_way_of_a_call = re.search(r"Function XLPyCommand\(.*?^End Function", library_sources()["xlwings"], re.S | re.M)[0]
    asked = set(re.findall(r'GetConfig\("([^"]+)"', on_the_way_of_a_call)) - {"INTERPRETER"}
    assert asked <= set(settings), "what is not on the sheet is looked for in files at every call"


def test_without_an_interpreter_the_users_own_settings_or_the_path_decide():
    sheet = sheets_of(build_addin())["sop_xl.conf"]
    assert "INTERPRETER_WIN" not in {row[0].value for row in sheet.iter_rows(max_col=2)}


def test_help_while_typing_stands_on_the_last_sheet_out_of_sight(addin):
    book = sheets_of(addin)
    assert book.sheetnames[-1] == "_IntelliSense_"
    sheet = book["_IntelliSense_"]
    assert sheet.sheet_state == "hidden"
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["FunctionInfo", *functions()]


@needs_validator
def test_microsofts_validator_finds_nothing(file):
    assert validation_errors(file) == []


def test_texts_for_review_are_what_is_built_in(parts):
    texts = addin_texts()
    assert texts["customUI14.xml"].encode() == parts["customUI/customUI14.xml"]
    assert {name.rpartition(".")[0] for name in texts if name != "customUI14.xml"} == {*own_sources(), *library_sources()}
