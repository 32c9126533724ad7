"""What the planner said of an earlier paste: Budget Mapping read back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.budget_paste.layout import Cells, Table
from sop_xl.sheets.budget_paste.meaning import Meaning, Reader
from sop_xl.sheets.budget_paste.rows import TITLE
from sop_xl.sheets.budget_paste.when import When
from sop_xl.sheets.cells import is_blank, is_error, show, squeeze
from sop_xl.sheets.read import Reading

OWN = "own"
"""Layout of a budget in the sheet's own columns."""

_PREFIX = re.compile(r"(?:period|month|category|family|item|region|owner|measure|currency|scale|product|quarter|year)\s*[:= ]\s*(?=\S)", re.IGNORECASE)
_TWO_DIGITS = re.compile(r"\d{4}|\d{2}(?!\d)")


@dataclass(frozen=True)
class MappingLine:
    """A line of Budget Mapping as a planner left it, and the cell of its decision."""

    layout: str
    kind: str
    place: str
    found: str
    decision: str
    confirmed: bool
    cell: str


@dataclass(frozen=True)
class Remembered:
    """Every line of the last Budget Mapping.

    Parameters
    ----------
    lines
        In the order of the sheet.
    sheet
        Name of the sheet, `""` where the workbook has none.
    """

    lines: tuple[MappingLine, ...] = ()
    sheet: str = ""

    def of(self, layout: str) -> OfLayout:
        """What is remembered of one layout."""
        return OfLayout(layout, tuple(line for line in self.lines if line.layout == layout), self.sheet)


@dataclass
class OfLayout:
    """What is remembered of one layout; `problems` gathers decisions that cannot be followed."""

    layout: str
    lines: tuple[MappingLine, ...]
    sheet: str
    problems: list[Problem] = field(default_factory=list)
    titles: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether the planner confirmed the mapping of this layout."""
        return any(line.kind == "sheet" and line.confirmed for line in self.lines)

    def seen(self, kind: str) -> set[str]:
        """Texts that the last mapping of this layout had of a column or row."""
        return {line.found for line in self.lines if line.kind == kind}

    def decisions(self, kind: str, reader: Reader) -> Callable[[str], Meaning | None]:
        """Decision by header or label texts, years in them apart. A decision that names a year holds for the paste it was taken for only."""
        same_paste = any(line.kind == "sheet" and line.found == self.titles for line in self.lines)
        exact: dict[str, Meaning] = {}
        shapes: dict[str, list[Meaning]] = {}
        for line in self.lines:
            if line.kind != kind or not line.decision:
                continue
            meaning = decision_meaning(line.decision, reader)
            if meaning is None:
                words = "expected what the line should be taken as: a label, a measure, a period, a name, total or left out"
                self.problems.append(Problem(self.sheet, line.cell, "unknown-decision", words, show(line.decision), severity=Severity.WARNING))
            elif meaning.when is not None and meaning.when.dated and not same_paste:
                hint = "the titles of the paste have changed since; empty the cell or say it anew"
                self.problems.append(Problem(self.sheet, line.cell, "old-decision", "not used: it was taken for another year", show(line.decision), hint, Severity.WARNING))
            else:
                exact[line.found] = meaning
                shapes.setdefault(_TWO_DIGITS.sub("#", line.found), []).append(meaning)
        if kind == "sheet":
            return lambda found: next(iter(exact.values()), None)

        def decide(found: str) -> Meaning | None:
            alike = shapes.get(_TWO_DIGITS.sub("#", found), [])
            return exact.get(found) or (alike[0] if len(alike) == 1 and alike[0].when is None else None)

        return decide


def remembered_mapping(reading: Reading | None) -> Remembered:
    """The lines of a reading of Budget Mapping; `None` where the workbook has no such sheet."""
    if reading is None:
        return Remembered()
    lines = []
    for index, row in zip(reading.records.index, reading.records.to_dict("records"), strict=True):
        lines.append(
            MappingLine(row["layout"], row["kind"], row["place"], row["found"], row["decision"].strip(), row["confirmed"] == "yes", reading.cell_of(index, "decision"))
        )  # fmt: skip
    return Remembered(tuple(lines), reading.sheet or reading.spec.name)


def decision_meaning(text: str, reader: Reader) -> Meaning | None:
    """What a planner's words mean, such as `Revenue`, `family`, `region North`, `2026-03`, `thousands, EUR` or `left out`; `None` for words that are not understood."""
    result = Meaning()
    for part in re.split(r"[,;]", text):
        word = part.strip()
        if not word:
            continue
        squeezed = squeeze(word)
        if squeezed in ("leftout", "out", "ignore", "leaveout", "nothing"):
            read = Meaning(role="left out")
        elif squeezed in ("title", "heading"):
            read = Meaning(role=TITLE)
        elif squeezed in ("total", "subtotal"):
            read = Meaning(total="total")
        elif squeezed in ("1", "1000", "1000000"):
            read = Meaning(scale=float(squeezed), of_money=True)
        elif squeezed in ("currency", "notunderstood"):
            read = Meaning(role="unit" if squeezed == "currency" else "left out")
        else:
            read = _read_part(word, reader)
        if read.rest or read.doubt or not (read.said or read.role):
            return None
        result = _add(result, read)
    return result


def _read_part(word: str, reader: Reader) -> Meaning:
    read = reader.text(word)
    if (read.rest or read.doubt) and _PREFIX.match(word):
        kind = word.split(None, 1)[0].strip(":=").lower()
        bare = _PREFIX.sub("", word, count=1)
        named = [name for k, name in reader.known.find(bare)[0] if k == kind]
        read = Meaning(**{kind: named[0]}) if named else Meaning(owner=bare) if kind == "owner" else reader.text(bare)  # type: ignore[arg-type]
    return read


def _add(meaning: Meaning, read: Meaning) -> Meaning:
    from sop_xl.sheets.budget_paste.meaning import merged

    return merged(read, meaning)


def _kind_of_time(when: When) -> str:
    """`month with its year`, `fiscal year`, whatever the year."""
    kind = "month" if when.part in ("month", "period", "place", "week") else when.part
    fiscal = "fiscal " if when.fiscal and when.part not in ("month", "period") else ""
    return f"{fiscal}{'two-year ' if when.turns else ''}{kind}{' with its year' if when.dated and when.part != 'year' else ''}{' in one' if when.last else ''}"


def fingerprint(tables: Sequence[Table], cells: Cells, reader: Reader) -> str:
    """Layout of a paste by its header texts and what its titles say, without figures, and however many periods there are.

    Which years they are of does not count; whether they are months, quarters or years, and whether they name their year, does: a yes to months is none to years.
    """
    parts: list[str] = []
    for table in tables:
        for i, j in table.titles:
            said = reader.title(str(cells[i][j])) if isinstance(cells[i][j], str) else Meaning()
            if said.when is not None:
                parts.append(f"title of {_kind_of_time(said.when)}")
            if said.currency or said.scale or said.measure or said.scope:
                parts.append(f"title {said.currency} {said.scale:g} {said.measure} {said.family} {said.region}{said.category}")
        used = {j for i in table.body for j, value in enumerate(cells[i]) if not is_blank(value)}
        for i in table.header:
            last = ""
            for j, value in enumerate(cells[i]):
                if j not in used or is_blank(value) or is_error(value):  # what was left of the tab's own header is no part of the paste
                    continue
                read = reader.header(value)
                word = squeeze(str(value))
                if read.when is not None:
                    named = f"{read.version} {read.measure} {read.currency} {read.scale:g} {read.region} {read.family} {read.total} {read.rest}".strip()
                    word = f"<{_kind_of_time(read.when)} {named}>"
                elif j == 0 and not read.said and not read.role:
                    word = re.sub(r"\d", "#", word)
                if word != last or read.when is None:
                    parts.append(word)
                last = word
        parts.append("/")
    return "L" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:7]
