"""A process that dies at any moment of a save leaves the old file or the new one, whole."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import extended_workbook as extended
import pytest

from sop_xl.hosts.headless import HeadlessHost

SCRIPT = textwrap.dedent(
    """
    import os, sys, builtins, io, pathlib
    from sop_xl.hosts.headless import HeadlessHost

    path, fatal, counting = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "count"
    steps = 0

    def step():
        global steps
        if steps == fatal and not counting:
            os._exit(9)
        steps += 1

    def watched(function):
        def call(*given, **named):
            step()
            result = function(*given, **named)
            step()
            return result
        return call

    host = HeadlessHost(path)
    host.write_table("Supply Plan", ["Item", "2026-11"], [[f"item {k}", k] for k in range(3000)])
    for name in ("open", "fsync", "replace", "rename", "chmod", "unlink", "close"):
        setattr(os, name, watched(getattr(os, name)))
    real_fdopen = os.fdopen

    class Piecewise:
        # writes in small pieces and may die between any two of them
        def __init__(self, stream):
            self.stream = stream
        def write(self, content):
            for k in range(0, len(content), max(len(content) // 4, 1)):
                step()
                self.stream.write(content[k : k + max(len(content) // 4, 1)])
                self.stream.flush()
        def __getattr__(self, name):
            return getattr(self.stream, name)
        def __enter__(self):
            return self
        def __exit__(self, *what):
            return self.stream.__exit__(*what)

    os.fdopen = lambda *given: Piecewise(real_fdopen(*given))
    host.save()
    if counting:
        print(steps)
    """
)


def run(path, fatal: int, mode: str = "kill") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(fatal), mode],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The file before, and as an undisturbed save leaves it; and how many steps a save has."""
    folder = tmp_path_factory.mktemp("killed")
    path = extended.make(folder / "plan.xlsx")
    old = path.read_bytes()
    counted = run(path, -1, "count")
    assert counted.returncode == 0, counted.stderr
    return old, path.read_bytes(), int(counted.stdout)


def test_killed_at_every_step_the_file_is_the_old_or_the_new_one(files, tmp_path):
    old, new, steps = files
    assert old != new
    assert steps >= 10, "writing, flushing, renaming"
    path = tmp_path / "plan.xlsx"
    seen = []
    for fatal in range(steps):
        path.write_bytes(old)
        assert run(path, fatal).returncode == 9
        content = path.read_bytes()
        assert content in (old, new), f"half a file after step {fatal}"
        seen.append(content == new)
    assert seen == sorted(seen), "once it is the new file it stays the new file"
    assert seen[0] is False
    assert seen[-1] is True
    host = HeadlessHost(path)
    host.write_table("Supply Plan", ["Item", "2026-11"], [["later", 1]])
    host.save()
    assert host.read_block("Supply Plan").table == (3, 2, 4, 3), (
        "what a killed run left behind does not disturb the next"
    )


def test_what_killed_runs_left_behind_is_cleared_after_an_hour(tmp_path):
    path = extended.make(tmp_path / "plan [1].xlsx")
    old, fresh, foreign = (tmp_path / n for n in (".plan [1].abc.tmp", ".plan [1].def.tmp", ".other.abc.tmp"))
    for leftover in (old, fresh, foreign):
        leftover.write_bytes(b"half")
    for leftover in (old, foreign):
        os.utime(leftover, (1_000_000_000, 1_000_000_000))
    host = HeadlessHost(path)
    host.write_table("Supply Plan", ["Item", "2026-11"], [["a", 1]])
    host.save()
    assert [p.exists() for p in (old, fresh, foreign)] == [False, True, True]
