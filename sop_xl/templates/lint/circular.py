"""Circular references: a depth-first walk over all formulas that never looks at a cell twice.

Ranges may cover a million rows, so cells are not joined one by one. Of each column the walk knows which formula cells are still
untouched (a chain of next ones that gets shorter) and which stand on the path that it is on (a sorted list); one look into
each answers whether a range closes a circle and where to go on.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from sop_xl.blocks import a1
from sop_xl.errors import Problem, Severity
from sop_xl.templates.lint.findings import finding
from sop_xl.templates.lint.formulas import LAST_ROW, Form, Reference, take_apart
from sop_xl.templates.lint.view import SheetView, WorkbookView

_MOST_FINDINGS = 25
_MOST_STEPS = 6

Node = tuple[str, int, int]
"""Case-folded sheet name, row, column."""
Span = tuple[str, int, int, int, int]
"""Case-folded sheet name and an area."""


def check_circular(view: WorkbookView) -> list[Problem]:
    """Formulas that depend on themselves; a warning where the workbook is set to iterate on purpose."""
    iterates = view.calculation.get("iterate") in ("1", "true")
    found = []
    for path in _Walk(view).circles():
        sheet = view.by_name[path[0][0]]
        steps = [_address(view, node, sheet) for node in path[:_MOST_STEPS]]
        if len(path) > _MOST_STEPS:
            steps.append("...")
        got = " -> ".join([*steps, steps[0]])
        severity = Severity.WARNING if iterates else None
        hint = "cite the rows below the header instead of whole columns" if any(_cites_columns(view, node) for node in path) else ""
        expected = "expected no formula that depends on itself"
        found.append(finding("circular-reference", sheet.name, a1(*path[0][1:]), expected, got, hint, severity))
    return found


def _address(view: WorkbookView, node: Node, home: SheetView) -> str:
    sheet = view.by_name[node[0]]
    return a1(*node[1:]) if sheet is home else f"{sheet.name}!{a1(*node[1:])}"


def _cites_columns(view: WorkbookView, node: Node) -> bool:
    form = view.by_name[node[0]].form_at[node[1], node[2]]
    return any(r.area[0] == 1 and r.area[2] == LAST_ROW for r in form.references)


class _Column:
    """Formula cells of one column: the next untouched one at or after a row, and those on the path."""

    __slots__ = ("following", "path", "rows")

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows
        self.following = list(range(len(rows) + 1))
        self.path: list[int] = []

    def untouched(self, top: int, bottom: int) -> int | None:
        """First untouched row in a stretch."""
        k = bisect_left(self.rows, top)
        root = k
        while self.following[root] != root:
            root = self.following[root]
        while self.following[k] != root:
            self.following[k], k = root, self.following[k]
        return self.rows[root] if root < len(self.rows) and self.rows[root] <= bottom else None

    def touch(self, row: int) -> None:
        """Put a row on the path."""
        k = bisect_left(self.rows, row)
        self.following[k] = k + 1
        insort(self.path, row)

    def leave(self, row: int) -> None:
        """Take a row off the path."""
        del self.path[bisect_left(self.path, row)]

    def on_path(self, top: int, bottom: int) -> int | None:
        """First row of the path in a stretch."""
        k = bisect_left(self.path, top)
        return self.path[k] if k < len(self.path) and self.path[k] <= bottom else None


class _Walk:
    def __init__(self, view: WorkbookView) -> None:
        self.view = view
        self.columns: dict[str, dict[int, _Column]] = {}
        self.order: dict[str, list[int]] = {}
        for sheet in view.sheets:
            rows: dict[int, list[int]] = {}
            for row, column in sorted(sheet.formulas):
                rows.setdefault(column, []).append(row)
            self.columns[sheet.name.casefold()] = {c: _Column(r) for c, r in rows.items()}
            self.order[sheet.name.casefold()] = sorted(rows)
        self.named = {n.name.casefold(): n.reference for n in view.names}
        self.tables = {t.name.casefold(): (s.name.casefold(), t) for s in view.sheets for t in s.tables}
        self._spans_of_name: dict[str, list[tuple[str, Reference]]] = {}

    def circles(self) -> list[list[Node]]:
        """One path for each circle found, as cells in order of dependence."""
        found: list[list[Node]] = []
        for name, columns in self.columns.items():
            for letter in self.order[name]:
                column = columns[letter]
                while (row := column.untouched(1, LAST_ROW)) is not None:
                    self._descend((name, row, letter), found)
                    if len(found) >= _MOST_FINDINGS:
                        return found
        return found

    def _descend(self, start: Node, found: list[list[Node]]) -> None:
        path: list[Node] = []
        frames: list[list[Span]] = []

        def enter(node: Node) -> None:
            self.columns[node[0]][node[2]].touch(node[1])
            path.append(node)
            spans = self._spans(node)
            frames.append(spans)
            seen = {back for span in spans if (back := self._look(span, on_path=True)) is not None}
            for back in sorted(seen, key=path.index):
                if len(found) < _MOST_FINDINGS:
                    found.append(path[path.index(back) :])

        enter(start)
        while path:
            spans = frames[-1]
            while spans:
                following = self._look(spans[-1], on_path=False)
                if following is not None:
                    enter(following)
                    break
                spans.pop()
            else:
                node = path.pop()
                frames.pop()
                self.columns[node[0]][node[2]].leave(node[1])

    def _look(self, span: Span, *, on_path: bool) -> Node | None:
        name, top, left, bottom, right = span
        columns, order = self.columns.get(name), self.order.get(name)
        if not columns or not order:
            return None
        for k in range(bisect_left(order, left), len(order)):
            letter = order[k]
            if letter > right:
                break
            column = columns[letter]
            row = column.on_path(top, bottom) if on_path else column.untouched(top, bottom)
            if row is not None:
                return name, row, letter
        return None

    def _spans(self, node: Node) -> list[Span]:
        sheet = self.view.by_name[node[0]]
        form = sheet.form_at[node[1], node[2]]
        rows, columns = node[1] - form.place[0], node[2] - form.place[1]
        spans = [(name, *r.at(rows, columns)) for name, r in self._cited(form, node[0])]
        return [*spans, *self._structured(form, node)]

    def _cited(self, form: Form, home: str) -> list[tuple[str, Reference]]:
        cited = [((r.sheet or home).casefold(), r) for r in form.references]
        for name in form.names:
            cited += self._of_name(name.rpartition("!")[2].casefold(), frozenset())
        return cited

    def _of_name(self, name: str, above: frozenset[str]) -> list[tuple[str, Reference]]:
        """Areas behind a defined name; names may cite names."""
        if name in above or name not in self.named:
            return []
        if name not in self._spans_of_name:
            form = take_apart(self.named[name], (1, 1))
            cited = [(r.sheet.casefold(), r) for r in form.references if r.sheet]
            for inner in form.names:
                cited += self._of_name(inner.casefold(), above | {name})
            self._spans_of_name[name] = cited
        return self._spans_of_name[name]

    def _structured(self, form: Form, node: Node) -> list[Span]:
        spans: list[Span] = []
        for name, inside in form.structured:
            if name:
                home, table = self.tables.get(name.casefold(), ("", None))
            else:
                home = node[0]
                table = self.view.by_name[home].table_at(node[1], node[2])
            if table is None or "#Headers" in inside or "#Totals" in inside:
                continue
            top, left, bottom, right = table.body
            cited = [k for k, c in enumerate(table.columns) if f"[{c.name}]" in f"[{inside.lstrip('@')}]"]
            if cited:
                left, right = left + min(cited), left + max(cited)
            if "#This Row" in inside or inside.startswith("@"):
                top = bottom = node[1]
            spans.append((home, top, left, bottom, right))
        return spans


