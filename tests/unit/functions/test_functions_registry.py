"""Every cell function is told completely, works as its example says, and costs nothing until it is used."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace

import pytest
from formula_literals import evaluate, is_error

from sop_xl.functions import Argument, Kind, functions
from sop_xl.functions.demand import MODEL_NAMES
from sop_xl.functions.reference import (
    REFERENCE_COLUMNS,
    functions_reference,
    reference_rows,
    registry_findings,
    signature,
)

NAMES = (
    "FORECAST FORECAST_RANGE BACKTEST MODEL CLEANSE DEMAND_CLASS ABC SPREAD RECONCILE CONSENSUS NPI_CURVE WMAPE BIAS MASE TRACKING_SIGNAL FVA SAFETY_STOCK "
    "REORDER_POINT EOQ PROJECTED_BALANCE NET_REQUIREMENTS ATP DAYS_OF_SUPPLY FILL_RATE RCCP AGGREGATE_PLAN PNL BRIDGE TURNS CASH_TO_CASH STATUS LASTERROR"
)


def test_every_function_of_the_design_is_there():
    assert {f"SOP_{name}" for name in NAMES.split()} <= set(functions())


def test_the_registry_keeps_its_own_rules():
    assert registry_findings() == []


@pytest.mark.parametrize("name", sorted(functions()))
def test_the_example_gives_a_result(name):
    result = evaluate(functions()[name].example)
    assert result is not None
    assert not is_error(result)


@pytest.mark.parametrize("name", sorted(functions()))
def test_names_and_defaults_of_the_code_are_those_of_the_formula(name):
    function = functions()[name]
    parameters = inspect.signature(function.compute).parameters
    assert list(parameters) == [a.name for a in function.arguments]
    assert {n for n, p in parameters.items() if p.default is not p.empty} == {a.name for a in function.arguments if a.optional}
    for argument in function.arguments:
        if argument.optional:
            assert parameters[argument.name].default == argument.default


def test_a_broken_entry_is_found_with_what_is_wrong():
    good = functions()["SOP_EOQ"]
    late = Argument("stop", "Never said", Kind.NUMBER)
    broken = replace(good, name="SOP1", description="x" * 300, example="=EOQ(1)", arguments=(*good.arguments, late), follows="nobody")
    said = "\n".join(registry_findings({"SOP1": broken}))
    for words in ("capital letters", "cell address", "300 characters", "formula of the function", "optional arguments come last", "word of Visual Basic", "no argument"):
        assert words in said


def test_a_blank_that_is_not_explained_is_found():
    good = functions()["SOP_EOQ"]
    silent = replace(good.arguments[-1], description="Units of one lot.")
    assert registry_findings({"SOP_EOQ": replace(good, arguments=(*good.arguments[:-1], silent))}) == ["SOP_EOQ: argument multiple: says not what a blank means"]


def test_cells_offer_the_models_that_the_plan_has():
    from sop_xl.plan.forecast.catalogue import AUTOMATIC, FORECASTERS

    assert (AUTOMATIC, *FORECASTERS) == MODEL_NAMES


def test_looking_at_the_functions_imports_nothing_heavy():
    code = (
        "import sys; from sop_xl.functions import functions; functions(); from sop_xl.functions import reference, values, cache; "
        "reference.functions_reference(); print([n for n in ('pandas', 'scipy', 'statsforecast', 'linopy', 'highspy', 'xlwings') if n in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_reference_tells_everything_of_every_function():
    text = functions_reference()
    for function in functions().values():
        part = text.split(f"#### {function.name}\n")[1].split("\n#### ")[0]
        for words in (signature(function), function.description, function.returns, function.example, *(a.name for a in function.arguments)):
            assert words in part


def test_the_rows_for_a_sheet_have_one_line_for_each_function():
    header, *rows = reference_rows()
    assert tuple(header) == REFERENCE_COLUMNS
    assert [row[1] for row in rows] == list(functions())
    assert all(len(row) == len(header) and not row[7].startswith("=") for row in rows)
