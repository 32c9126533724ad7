"""In a pipeline: are the results in a workbook those of its inputs?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from company import change, run

from sop_xl.cli import app

ROOT = Path(__file__).parents[2]


def test_a_planned_workbook_is_up_to_date_and_stays_as_it_is(planned):
    before = planned.read_bytes()
    result = run("verify", planned)
    assert result.exit_code == 0, result.output
    assert "company.xlsx is up to date" in result.output
    assert planned.read_bytes() == before


def test_a_changed_input_makes_the_results_stale_and_the_sheets_are_named(planned):
    change(planned, "Items", "Unit cost", 0, 75.0)
    before = planned.read_bytes()
    result = run("verify", planned)
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "company.xlsx is not up to date, run sop-xl regenerate; differences in" in said
    assert "Financial Plan" in said and "Baseline Forecast" not in said
    assert planned.read_bytes() == before


def test_a_number_typed_over_a_result_is_found(planned):
    change(planned, "KPIs", "Value", 0, 12345.0)
    result = run("verify", planned, "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["workbooks"] == [
        {"workbook": str(planned), "up_to_date": False, "differences": 1, "published_changed": 0}
    ]


def test_several_workbooks_are_told_apart(planned, company_template):
    result = run("verify", planned, company_template, "--json")
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert [w["up_to_date"] for w in told["workbooks"]] == [True, False]
    assert (
        told["problems"][0]["text"]
        == "company.xlsx: expected a planned workbook (run sop-xl regenerate first)"
    )


def test_an_error_in_the_inputs_is_told_with_its_cell(planned):
    change(planned, "Items", "Unit price", 0, "about 5")
    result = run("verify", planned)
    assert result.exit_code == 1
    assert 'Items!G7: expected an amount in EUR, got "about 5"' in " ".join(result.output.split())


def test_the_pre_commit_hook_calls_a_command_that_exists():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    command = hook["entry"].split()
    assert command[0] == "sop-xl" and command[1] in {
        c.name or c.callback.__name__ for c in app.registered_commands
    }
    assert re.search(hook["files"], "plans/north.xlsx")


def test_every_command_of_the_pipeline_exists():
    steps = yaml.safe_load((ROOT / "docs/ci/workbooks.yml").read_text())["jobs"]["verify"]["steps"]
    called = {name for step in steps for name in re.findall(r"sop-xl ([a-z]+) ", step.get("run", ""))}
    assert called == {"check", "verify", "regenerate"}
    assert called <= {c.name or c.callback.__name__ for c in app.registered_commands}
