"""Move whole worksheets from a freshly made package into a planner's workbook.

The worksheets come with their tables, charts, notes, rules and names; the planner's own sheets, styles and names stay what they are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from sop_xl.errors import HostError
from sop_xl.hosts.dynamic_arrays import MARK, remarked, spill_marks, take_over_marks
from sop_xl.hosts.merge_styles import StyleMerge
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import (
    add_relationship,
    content_type,
    declare_type,
    reachable,
    relationships,
    relationships_name,
    remove_orphans,
    target_of,
)
from sop_xl.hosts.scan import Sheet, patterns
from sop_xl.hosts.tables import read_tables
from sop_xl.hosts.tabs import add_defined_name, change_defined_name, check_structure, insert_tab, selection
from sop_xl.hosts.workbook import SheetEntry, Workbook
from sop_xl.hosts.xmltext import attributes, escape_attribute, root_prefix, set_attribute, unescape, whole

_TABLE_STYLE = re.compile(r'\b(\w*[dD]xfId)="(\d+)"')
_RULE_STYLE = re.compile(
    r'(<(?:[\w.-]+:)?(?:cfRule|filterColumn|colorFilter|sortCondition)(?=\s)[^>]*?\bdxfId=")(\d+)"'
)
_NUMBERED = re.compile(r"\d*(\.\w+)$")
_WHOLE_WORKBOOK_ONLY = ("pivotTable", "slicer", "timeline", "queryTable")


class Transplant:
    """One transfer of sheets; nothing is changed before everything that could be refused was checked.

    Parameters
    ----------
    source
        Bytes of the package to take from.
    workbook
        The workbook that receives.
    """

    def __init__(self, source: bytes, workbook: Workbook) -> None:
        self.source = Package(source, "the template")
        self.from_workbook = Workbook(self.source)
        self.workbook = workbook
        self.target = workbook.package
        self._moved: dict[str, str] = {}
        self._shared: list[str] = []
        self._marks: dict[int, int | None] = {}

    def add(self, names: Sequence[str]) -> None:
        """Add the sheets of those names, in the order and near the neighbours that they have in the source.

        Raises
        ------
        HostError
            Where a sheet or table of that name exists already, or the structure is protected.
        """
        entries = self.from_workbook.sheets()
        wanted = [self.from_workbook.sheet(name) for name in names]
        chosen = [entry for entry in entries if entry in wanted]
        self._check(chosen)
        part = target_of(self.source, self.from_workbook.part, "sharedStrings")
        if part is not None:
            self._shared = _string_items(self.source.text(part))
        styles = StyleMerge(self.source, self.from_workbook.part, self.target, self.workbook.part)
        self._take_over_marks(chosen)
        for entry in chosen:
            self._add_sheet(entry, entries, styles)
        styles.apply()
        self._add_names(chosen)

    def replace(self, names: Sequence[str], loosened: Mapping[str, str]) -> None:
        """Give sheets that are there the content that those of the same name have in the source.

        The tab keeps its place, its number, its visibility and its selection; what hung on the old content alone is taken out. Names that
        point to the sheets follow the source; where the source has none they stand for their `loosened` formula, or go.
        """
        self._refuse_strict()
        part = target_of(self.source, self.from_workbook.part, "sharedStrings")
        if part is not None:
            self._shared = _string_items(self.source.text(part))
        styles = StyleMerge(self.source, self.from_workbook.part, self.target, self.workbook.part)
        chosen = [self.from_workbook.sheet(name) for name in names]
        self._take_over_marks(chosen)
        for entry in chosen:
            self._replace_sheet(entry, styles)
        styles.apply()
        self._replace_names({entry.name.casefold() for entry in chosen}, loosened)

    def _take_over_marks(self, chosen: Sequence[SheetEntry]) -> None:
        if any(MARK.search(self.source.text(entry.part)) for entry in chosen):
            self._marks = take_over_marks(self.from_workbook, self.workbook)

    def _replace_sheet(self, entry: SheetEntry, styles: StyleMerge) -> None:
        own = self.workbook.sheet(entry.name).part
        before = self.target.text(own)
        old = reachable(self.target, own)
        text = selection(self._restyled(entry, styles), selected='tabSelected="1"' in before)
        code_name = re.search(r'<(?:[\w.-]+:)?sheetPr(?=\s)[^>]*?\bcodeName="([^"]*)"', before)
        if code_name:  # macros know the sheet by it
            text = re.sub(
                r"<sheetPr(?=[\s/>])[^>]*>", lambda m: set_attribute(m[0], "codeName", unescape(code_name[1])), text, count=1
            )
        self._moved[entry.part] = own
        listing = self._listing(entry.part, styles)
        self.target.replace_text(own, text)
        where = relationships_name(own)
        if self.target.has(where) and listing:
            self.target.replace_text(where, listing)
        elif listing:
            self.target.add(where, listing.encode())
        elif self.target.has(where):
            self.target.remove(where)
        remove_orphans(self.target, old)

    def _replace_names(self, replaced: set[str], loosened: Mapping[str, str]) -> None:
        """Names that point to replaced sheets or belong to them are those of the source."""
        entries, mine = self.from_workbook.sheets(), self.workbook.sheets()
        places = {e.name.casefold(): k for k, e in enumerate(mine)}
        wanted: dict[tuple[str, int | None], tuple[str, str]] = {}
        for d in self.from_workbook.defined_names():
            owner = None if d.scope is None else entries[d.scope].name.casefold()
            if owner in replaced if owner else _points_to(d.reference, replaced):
                wanted[d.name.casefold(), places[owner] if owner else None] = (d.name, d.reference)
        for d in self.workbook.defined_names():
            belongs = d.scope is not None and mine[d.scope].name.casefold() in replaced
            key = d.name.casefold(), d.scope
            if key not in wanted and (belongs or (d.scope is None and _points_to(d.reference, replaced))):
                change_defined_name(self.workbook, d.name, d.scope, None if belongs else loosened.get(key[0]))
        for (_, scope), (name, reference) in wanted.items():
            if not change_defined_name(self.workbook, name, scope, reference):
                local = "" if scope is None else f' localSheetId="{scope}"'
                add_defined_name(self.workbook, f'name="{escape_attribute(name)}"{local}', reference)
        present = {d.name.casefold() for d in self.workbook.defined_names() if d.scope is None}
        for d in self.from_workbook.defined_names():
            known = _points_to(d.reference, set(places) - replaced)
            if d.scope is None and d.name.casefold() not in present and known:
                add_defined_name(self.workbook, f'name="{escape_attribute(d.name)}"', d.reference)

    def _refuse_strict(self) -> None:
        if self.workbook.strict:
            raise HostError(
                f"{self.target.label} is in the strict form of the format; save it as a usual .xlsx and try again"
            )

    def _check(self, chosen: Sequence[SheetEntry]) -> None:
        check_structure(self.workbook)
        self._refuse_strict()
        present = {entry.name.casefold(): entry.name for entry in self.workbook.sheets()}
        tables = {
            table.name.casefold(): (entry.name, table.name)
            for entry in self.workbook.sheets()
            if entry.kind == "worksheet"
            for table in read_tables(self.target, entry.part)
        }
        names = {d.name.casefold() for d in self.workbook.defined_names() if d.scope is None}
        for entry in chosen:
            if entry.name.casefold() in present:
                raise HostError(
                    f"{self.target.label} has a sheet {present[entry.name.casefold()]} already; rename it and try again"
                )
            for table in read_tables(self.source, entry.part):
                if table.name.casefold() in tables:
                    where, other = tables[table.name.casefold()]
                    raise HostError(
                        f"{where}: the table {other} has the name that the new sheet {entry.name} needs; rename it"
                    )
                if table.name.casefold() in names:
                    raise HostError(
                        f"{self.target.label}: the name {table.name} is needed for the table of {entry.name}; rename it"
                    )
            kinds = {r.kind for r in relationships(self.source, entry.part)}
            text = self.source.text(entry.part)
            foreign = {int(number) for _, number in MARK.findall(text)}.difference(spill_marks(self.from_workbook))
            if kinds & set(_WHOLE_WORKBOOK_ONLY) or foreign or re.search(r'<c [^>]*\bvm="', text):
                raise HostError(f"{entry.name} holds something that cannot move to another workbook")

    def _add_sheet(self, entry: SheetEntry, entries: Sequence[SheetEntry], styles: StyleMerge) -> None:
        text = selection(self._restyled(entry, styles), selected=False)
        part = self._copy(entry.part, styles, text)
        example = next(
            r.type for r in relationships(self.target, self.workbook.part) if r.kind == "worksheet"
        )
        identifier = add_relationship(self.target, self.workbook.part, example, part)
        order = [e.name.casefold() for e in entries]
        mine = order.index(entry.name.casefold())
        present = [e.name.casefold() for e in self.workbook.sheets()]
        before = [present.index(n) + 1 for n in order[:mine] if n in present]
        after = [present.index(n) for n in order[mine + 1 :] if n in present]
        place = before[-1] if before else after[0] if after else len(present)
        insert_tab(self.workbook, place, entry.name, identifier, entry.visibility)

    def _restyled(self, entry: SheetEntry, styles: StyleMerge) -> str:
        """Text of a sheet with the target's style numbers and its texts inside the cells."""
        sheet = Sheet(self.source.text(entry.part), entry.name)
        head, tail = sheet.text[: sheet.inner_start], sheet.text[sheet.inner_end :]

        def styled(match: re.Match[str]) -> str:
            return f'{match[1]}"{styles.cell_style(int(match[2]))}"'

        def ruled(match: re.Match[str]) -> str:
            return f'{match[1]}{styles.differential(int(match[2]))}"'

        def inlined(match: re.Match[str]) -> str:
            item = self._shared[int(match[2])]
            return f'{match[1]}t="inlineStr"><is>{item}</is></c>'

        head = re.sub(r'(<col\s[^>]*?\bstyle=)"(\d+)"', styled, head)
        body = sheet.text[sheet.inner_start : sheet.inner_end]
        body = re.sub(r'(<(?:c|row)\s(?:[^>]*?\s)?s=)"(\d+)"', styled, body)
        body = re.sub(r'(<c\s(?:[^>]*?\s)?)t="s"[^>]*><v>(\d+)</v></c>', inlined, body)
        return head + remarked(body, self._marks) + _RULE_STYLE.sub(ruled, tail)

    def _copy(self, part: str, styles: StyleMerge, text: str | None = None) -> str:
        """Copy a part and all that hangs on it; its name in the target."""
        if part in self._moved:
            return self._moved[part]
        folder, name = posixpath.split(part)
        pattern = posixpath.join(folder, _NUMBERED.sub(r"{}\1", name.replace("{", "").replace("}", "")))
        new = self.target.fresh_name(pattern)
        self._moved[part] = new
        kind = content_type(self.source, part)
        content = text.encode() if text is not None else self.source.read(part)
        if kind.endswith("spreadsheetml.table+xml"):
            content = self._renumbered_table(self.source.text(part), styles).encode()
        self.target.add(new, content)
        declare_type(self.target, new, kind)
        listing = self._listing(part, styles)
        if listing:
            self.target.add(relationships_name(new), listing.encode())
        return new

    def _listing(self, part: str, styles: StyleMerge) -> str:
        """Relationships of a source part with everything they lead to copied; `""` where it has none."""
        arrows = relationships(self.source, part)
        if not arrows:
            return ""
        targets = {a.id: a.target if a.external else "/" + self._copy(a.target, styles) for a in arrows}
        listing = self.source.text(relationships_name(part))
        return re.sub(r"<Relationship\s[^>]*>", lambda m: _retargeted(m[0], targets), listing)

    def _renumbered_table(self, text: str, styles: StyleMerge) -> str:
        used = [
            table.id
            for entry in self.workbook.sheets()
            if entry.kind == "worksheet"
            for table in read_tables(self.target, entry.part)
        ]
        # tables of this transfer are not behind a tab yet
        used += [
            whole(attributes(match[0]), "id")
            for name in self._moved.values()
            if self.target.has(name) and content_type(self.target, name).endswith("spreadsheetml.table+xml")
            for match in re.finditer(r"<table\s[^>]*>", self.target.text(name))
        ]
        text = re.sub(
            r"<table\s[^>]*>",
            lambda m: set_attribute(m[0], "id", str(max(used, default=0) + 1)),
            text,
            count=1,
        )
        return _TABLE_STYLE.sub(lambda m: f'{m[1]}="{styles.differential(int(m[2]))}"', text)

    def _add_names(self, chosen: Sequence[SheetEntry]) -> None:
        """Names that belong to the new sheets or point to them; a name that the workbook has already keeps its meaning."""
        entries = self.from_workbook.sheets()
        places = {e.name.casefold(): k for k, e in enumerate(self.workbook.sheets())}
        present = {d.name.casefold() for d in self.workbook.defined_names() if d.scope is None}
        moved = {e.name.casefold() for e in chosen}
        for defined in self.from_workbook.defined_names():
            attribute_text = f'name="{escape_attribute(defined.name)}"'
            if defined.scope is not None:
                owner = entries[defined.scope].name.casefold()
                if owner not in moved:
                    continue
                attribute_text += f' localSheetId="{places[owner]}"'
                if defined.name == "_xlnm._FilterDatabase":
                    attribute_text += ' hidden="1"'
            elif defined.name.casefold() in present or not _points_to(defined.reference, moved):
                continue
            add_defined_name(self.workbook, attribute_text, defined.reference)


def _string_items(text: str) -> list[str]:
    """Inner text of every shared string, rich text and all."""
    prefix = root_prefix(text, "sst", "the shared texts")
    if prefix:
        raise HostError("the template's shared texts are written in an unexpected form")
    found = re.findall(r"<si(?=[\s/>])[^>]*?(?:/>|>(.*?)</si\s*>)", text, re.S)
    pattern = patterns("")
    return [pattern.phonetic.sub("", item) for item in found]


def _points_to(reference: str, names: set[str]) -> bool:
    quoted = {m.replace("''", "'").casefold() for m in re.findall(r"'((?:[^']|'')+)'!", reference)}
    plain = {m.casefold() for m in re.findall(r"([\w.]+)!", reference)}
    return bool((quoted | plain) & names)


def _retargeted(tag: str, targets: dict[str, str]) -> str:
    identifier = attributes(tag).get("Id", "")
    return set_attribute(tag, "Target", targets[identifier]) if identifier in targets else tag
