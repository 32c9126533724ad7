"""Every command of the README works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sop_xl.blocks import CellError
from sop_xl.functions.reference import short_reference
from sop_xl.hosts.headless import HeadlessHost

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def marked(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\s*```\w*\n(.*?)```\s*<!-- end -->", README, flags=re.DOTALL)
    assert found, f"README has no block marked {name}"
    return found[1].strip()


def sop_xl_lines() -> list[str]:
    """The `sop-xl ...` lines of the tour, in order; each builds on those before it. The first is the end of the first command."""
    lines = [marked("demo").split("&&")[-1].strip()]
    lines += [line for block in code_blocks("sh") for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("sop-xl ")]


def test_the_first_command_installs_and_runs_the_demo():
    """The environment of this test was made by the same `pip install`; here the parts that follow it are checked."""
    first = marked("demo")
    assert re.search(r"pip install \.", first)
    assert first.endswith("sop-xl demo --out demo")


def test_the_second_command_is_what_runs_these_tests():
    assert re.search(r'pip install -e "\.\[dev\]" && python -m pytest', marked("tests"))


def test_the_planner_s_path_installs_the_add_in(tmp_path):
    """Excel's own folder is there on Windows alone; the same command puts the add-in into any other."""
    lines = [line.removeprefix(".venv\\Scripts\\") for block in code_blocks("powershell") for line in block.splitlines()]
    assert [line.split()[0] for line in lines] == ["py", "pip", "sop-xl", "sop-xl"]
    assert lines[3] == marked("demo").split("&&")[-1].strip()
    done = subprocess.run([BIN / "sop-xl", *lines[2].split()[1:], "--to", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "sop_xl.xlam").exists()


def test_the_list_of_functions_is_what_the_register_says_today():
    found = re.search(r"<!-- functions -->\n(.*?)\n<!-- end -->", README, flags=re.DOTALL)
    assert found and found[1] == short_reference(), "python -c 'from sop_xl.functions.reference import short_reference; print(short_reference())'"


class Tour(dict[str, "subprocess.CompletedProcess[str]"]):
    """Result of each line, and the folder in which they ran."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """Run the whole tour once, in one folder; gives each line with its result."""
    folder = tmp_path_factory.mktemp("tour")
    for name in re.findall(r"cat > (\S+) <<'END'\n(.*?)\nEND", README, flags=re.DOTALL):
        (folder / name[0]).write_text(name[1] + "\n", encoding="utf-8")
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    results = Tour(folder)
    for line in sop_xl_lines():
        results[line] = subprocess.run(shlex.split(line), cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return results


@pytest.mark.parametrize("line", sop_xl_lines())
def test_each_command_of_the_tour_works(line, tour):
    result = tour[line]
    expected = 1 if re.search(re.escape(line) + r".*# exit code 1", README) else 0
    assert result.returncode == expected, result.stdout + result.stderr


def test_the_demo_is_computed_and_every_check_agrees(tour, tmp_path_factory):
    workbook = tour.folder / "demo" / "sop_adventureworks.xlsx"
    host = HeadlessHost(workbook)
    assert host.read_name("MasterCheck") == 0
    checks = [row[6] for row in host.read_block("Checks").rows[6:300] if row[1] and isinstance(row[6], int | float)]
    assert len(checks) > 150 and set(checks) == {1}
    errors = [
        block.address(i, j)
        for block in map(host.read_block, host.sheet_names())
        for i, row in enumerate(block.rows)
        for j, value in enumerate(row)
        if isinstance(value, CellError)
    ]
    assert errors == []


def test_the_finance_review_of_the_demo_answers_its_ten_questions(tour):
    page = HeadlessHost(tour.folder / "demo" / "sop_adventureworks.xlsx").read_block("Finance Review").rows
    answers = {str(row[0]): (row[1], next((v for v in row[7:] if isinstance(v, str) and len(v) > 20), "")) for row in page if re.match(r"\d+ ", str(row[0]))}
    assert [int(question.split()[0]) for question in answers] == list(range(1, 11))
    assert all(words for _, words in answers.values())
    known = {question for question, (status, _) in answers.items() if status in ("on plan", "ahead", "behind")}
    # a first cycle has no plan before it, the targets state no margin, and cash is held against nothing but itself
    assert {int(q.split()[0]): answers[q][0] for q in answers if q not in known} == {5: "not known", 6: "not known", 9: "information"}


def test_every_command_of_the_program_is_in_the_readme():
    help_text = subprocess.run([BIN / "sop-xl", "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^│ ([a-z]+) ", help_text.split("Commands")[1], flags=re.MULTILINE)
    assert commands
    missing = [c for c in commands if not re.search(rf"sop-xl {c}\b", README)]
    assert missing == []


def test_every_picture_of_the_readme_exists():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
