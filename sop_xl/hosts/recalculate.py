"""Fresh results for the formulas of a workbook, without Excel: LibreOffice computes, we patch the stored results.

Only the stored result of formula cells changes; styles, formulas and every other part stay byte for byte. What LibreOffice
cannot compute keeps its old result and is listed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sop_xl.blocks import a1
from sop_xl.errors import FrameError, HostError, Problem
from sop_xl.hosts.atomic import replace_file
from sop_xl.hosts.cell_formulas.calculator import Calculator
from sop_xl.hosts.cell_formulas.evaluate import NO_FUNCTIONS, FunctionSet
from sop_xl.hosts.cell_formulas.native import Native
from sop_xl.hosts.cell_formulas.references import Place
from sop_xl.hosts.cell_formulas.session import CellFormulas, CellReport, address
from sop_xl.hosts.guards import check_editable, check_target, read_file
from sop_xl.hosts.libreoffice import TIMEOUT, calculate, find_libreoffice, version_of
from sop_xl.hosts.occupied import array_areas
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.stored_results import Result, cells_at, results_of, rewritten, with_result
from sop_xl.hosts.values import shared_strings
from sop_xl.hosts.verify import verify_package
from sop_xl.hosts.workbook import SheetEntry, Workbook

Mode = Literal["auto", "libreoffice", "off"]
_NAME = "#NAME?"
_PASSES = 10
"""Runs of LibreOffice, at most; each level of native formulas between cells of ours takes one."""


@dataclass(frozen=True, slots=True)
class RecalcReport:
    """What a recalculation did.

    Parameters
    ----------
    ran
        Whether it was done.
    reason
        Why not; `""` where it was.
    version
        Version of LibreOffice, `""` where it did not run.
    patched
        Formula cells whose stored result is fresh now.
    changed
        Those of them whose result is another than before.
    kept
        Addresses (`Executive!C4`) of formulas that neither LibreOffice nor our functions can compute; they keep their old result.
    seconds
        Wall-clock time.
    cells
        What became of the cells that call our functions.
    """

    ran: bool
    reason: str = ""
    version: str = ""
    patched: int = 0
    changed: int = 0
    kept: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    cells: CellReport = field(default_factory=CellReport)


UP_TO_DATE = "every formula is up to date"
"""Reason given where nothing was written since the last calculation."""


def recalculate(
    path: str | Path,
    mode: Mode = "auto",
    timeout: float = TIMEOUT,
    functions: FunctionSet = NO_FUNCTIONS,
    listed: Sequence[Problem] = (),
) -> RecalcReport:
    """Compute every formula of a workbook file and store the results in it.

    Parameters
    ----------
    path
        The workbook; replaced at once or not at all.
    mode
        `auto` uses LibreOffice where it is installed and the workbook waits for a calculation, `libreoffice` demands it, `off` computes what
        needs our functions alone.
    timeout
        Seconds that one run of LibreOffice may take; there are several where native formulas and ours build on each other.
    functions
        Our own functions, which cells may call; without them such cells keep their results.
    listed
        What was said about such cells before; it stands for those that need no calculation now.

    Raises
    ------
    HostError
        Where the file cannot be read or written, or LibreOffice is demanded and missing or fails.
    """
    if mode not in ("auto", "libreoffice", "off"):
        raise FrameError(f"{mode!r} is none of auto, libreoffice, off")
    started, path = time.perf_counter(), Path(path)
    program, why_not = None, "switched off; Excel calculates when it opens the file"
    if mode != "off":
        program, why_not = find_libreoffice(), "LibreOffice is not installed; Excel calculates when it opens the file"
        if program is None and mode == "libreoffice":
            raise HostError("LibreOffice is not installed, so formulas cannot be calculated; install it or use --recalc off")
    if program is None and not functions.names:
        return RecalcReport(False, why_not)
    run = _Run(read_file(path), path, functions, listed)
    if not any(run.formulas.values()):
        return RecalcReport(False, "the workbook has no formulas")
    run.cells.settle(stale=run.workbook.calculates_on_load)
    if program is None or (mode == "auto" and not run.waits()):
        report = run.without_libreoffice(why_not if program is None else UP_TO_DATE)
    else:
        check_target(path.resolve())
        check_editable(run.package, run.workbook.part)
        try:
            report = run.with_libreoffice(program, timeout)
        except HostError as error:
            if mode == "libreoffice":
                raise
            run = _Run(run.package.blob, path, functions, listed)
            run.cells.settle(stale=run.workbook.calculates_on_load)
            report = run.without_libreoffice(f"{error}; Excel calculates when it opens the file")
    run.save()
    return replace(report, seconds=time.perf_counter() - started)


class _Run:
    """One recalculation of one file."""

    def __init__(self, blob: bytes, path: Path, functions: FunctionSet, listed: Sequence[Problem]) -> None:
        self.path = path
        self.package = Package(blob, path.name)
        self.workbook = Workbook(self.package)
        self.sheets = [entry for entry in self.workbook.sheets() if entry.kind == "worksheet"]
        self.cells = CellFormulas(self.workbook, functions, listed)
        self.formulas = {e.name: {a1(*at): text for at, text in self.cells.formulas.of(e.name).items()} for e in self.sheets}

    def waits(self) -> bool:
        """Whether there is anything for LibreOffice to do."""
        return self.workbook.calculates_on_load or self.package.changed or self.cells.never_computed()

    def without_libreoffice(self, reason: str) -> RecalcReport:
        """Native formulas stay as they are; Excel is asked to compute where one of our cells has changed."""
        waits = self.waits()
        if self.package.changed:
            self.workbook.request_full_calculation()
        return RecalcReport(False, reason, cells=self.cells.report(calculator=not waits))

    def with_libreoffice(self, program: str, timeout: float) -> RecalcReport:
        """Compute until our cells and native ones agree: once, unless they build on each other."""
        changed = 0
        sizes: dict[Native, tuple[int, int]] = {}
        for left in reversed(range(_PASSES)):
            calculator = Calculator(self.cells.formulas, self.cells.evaluator.wanted, sizes)
            calculated = calculate(program, calculator.copy(self.package), self.path.suffix, timeout)
            patched, different, kept = _patch(self.package, self.cells, self.sheets, self.formulas, calculated)
            changed += different
            self.cells.evaluator.results = dict(calculator.results(calculated))
            self.cells.grid.forget()
            if not self.cells.unsettled(self.cells.settle(stale=False)) or not left:
                break
        ours = self.cells.kept(calculator=False)
        all_kept = {*kept, *map(address, ours)}
        kept = tuple(c for name, own in self.formulas.items() for a in own if (c := f"{name}!{a}") in all_kept)
        if not kept and not self.cells.blocked():
            self.workbook.withdraw_full_calculation()
        elif self.package.changed:
            self.workbook.request_full_calculation()
        return RecalcReport(True, "", version_of(calculated), patched, changed, kept, cells=self.cells.report(calculator=False))

    def save(self) -> None:
        """Replace the file where anything differs."""
        blob, content = self.package.blob, self.package.to_bytes()
        if content != blob:
            touched = {entry.name for entry in self.package.entries if entry.content is not None}
            check_target(self.path.resolve())
            replace_file(self.path, content, lambda written: verify_package(written, content, blob, touched, self.path.name))


def _patch(
    package: Package,
    cells: CellFormulas,
    sheets: list[SheetEntry],
    formulas: dict[str, dict[str, str]],
    calculated: Package,
) -> tuple[int, int, tuple[str, ...]]:
    """Put the computed results into the package; number of fresh results, of changed ones, and the addresses kept."""
    theirs = Workbook(calculated)
    by_name = {entry.name: entry for entry in theirs.sheets() if entry.kind == "worksheet"}
    part = target_of(calculated, theirs.part, "sharedStrings")
    texts = shared_strings(calculated.text(part)) if part and calculated.has(part) else []
    patched = changed = 0
    kept: list[str] = []
    for entry in sheets:
        own = formulas[entry.name]
        if not own:
            continue
        ours = {a1(p.row, p.column) for p in cells.formulas.ours if p.sheet == entry.name}
        if entry.name not in by_name:
            kept += [f"{entry.name}!{at}" for at in own if at not in ours]
            continue
        sheet = Sheet(package.text(entry.part), entry.name)
        wanted = (set(own) | _filled(cells, entry.name)) - ours
        results = results_of(Sheet(calculated.text(by_name[entry.name].part), entry.name), wanted, texts)
        fresh: dict[str, Result] = {}
        for at in [a for a in own if a not in ours]:
            result = results.get(at, ("n", ""))
            if result == ("e", _NAME):
                kept.append(f"{entry.name}!{at}")
            else:
                fresh[at] = result
        fresh.update({a: r for a, r in results.items() if a not in own})
        new = {
            a: cell
            for a, head, inner in cells_at(sheet, set(fresh))
            if (cell := with_result(sheet, head, inner, fresh[a])) != (head, inner)
        }
        package.replace_text(entry.part, rewritten(sheet, new))
        patched += sum(at in own for at in fresh)
        changed += len(new)
    return patched, changed, tuple(kept)


def _filled(cells: CellFormulas, name: str) -> set[str]:
    """Addresses that native array formulas fill besides their own cell."""
    return {
        a1(row, column)
        for top, left, bottom, right in array_areas(cells.formulas.sheet(name))
        if Place(name, top, left) not in cells.formulas.ours
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
