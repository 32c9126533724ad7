"""Which sheets may be made anew: those that nobody changed since the program made them, and that nobody leans on.

A sheet that a person changed is left as it is, and so is one whose cells move although something outside cites them by address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sop_xl.hosts.formulas import addresses_in
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import reachable
from sop_xl.hosts.sheet_content import CITED, SheetContent, citations, same_content, sheet_content
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import unescape

_LINK = re.compile(r"<(?:[\w.-]+:)?hyperlink\s[^>]*>")
"""A link goes to a place, whatever stands there."""


class Refresh:
    """What would be refreshed in a workbook; changes nothing.

    Parameters
    ----------
    workbook
        The planner's workbook.
    source
        Bytes of a workbook made by the program, with the sheets as they should be.
    names
        Sheets to bring up to date; those that either workbook lacks are passed over.
    """

    def __init__(self, workbook: Workbook, source: bytes, names: Sequence[str]) -> None:
        self.workbook = workbook
        self.package = workbook.package
        self.source = Workbook(Package(source, "the template"))
        there = {e.name for e in workbook.sheets()} & {e.name for e in self.source.sheets()}
        self.present = {n: sheet_content(self.package, workbook, n) for n in names if n in there}
        self.wanted = {n: sheet_content(self.source.package, self.source, n) for n in self.present}
        self.stale = [n for n in self.present if not same_content(self.present[n], self.wanted[n])]

    def unchanged(self, before: Iterable[bytes]) -> list[str]:
        """Stale sheets that are just as one of the earlier builds made them, and whose cells nothing else needs where they are.

        `before` is read no further than needed, since a build takes seconds.
        """
        made: dict[str, SheetContent] = {}
        for blob in before if self.stale else ():
            earlier = Workbook(Package(blob, "the template"))
            there = {e.name for e in earlier.sheets()}
            for name in self.stale:
                if name not in made and name in there:
                    content = sheet_content(earlier.package, earlier, name)
                    if same_content(self.present[name], content):
                        made[name] = content
            if len(made) == len(self.stale):
                break
        chosen = list(made)
        while True:
            needed = self._needed(chosen, made)
            if not needed:
                return chosen
            chosen = [name for name in chosen if name not in needed]

    def loosened(self, name: str) -> dict[str, str]:
        """Names of a present sheet's cells that the wanted sheet has no more, with the formula that each cell had.

        Such a name can stand for the formula itself, so that other names and parked sheets go on working; only formulas that cite no cell
        beside their own are here.
        """
        content, found = self.present[name], {}
        for gone, address in content.named.items():
            if gone not in self.wanted[name].names and content.is_formula(address):
                formula = str(content.cells[address])[1:]
                if not addresses_in(CITED.sub("", formula)):
                    found[gone] = formula
        return found

    def _needed(self, chosen: Sequence[str], made: dict[str, SheetContent]) -> set[str]:
        """Chosen sheets that cannot be replaced beside those that stay."""
        mine = {self.workbook.sheet(name).part for name in chosen}
        mine |= {part for own in mine for part in reachable(self.package, own)}
        needed: set[str] = set()
        texts = [
            _LINK.sub("", self.package.text(part))
            for part in self.package.names()
            if part.endswith((".xml", ".vml"))
            and not part.startswith("docProps/")
            and part not in mine
            and part != self.workbook.part
        ]
        for name in chosen:
            gone = self._gone(name)
            others = [d.reference for d in self.workbook.defined_names() if d.name.casefold() not in gone]
            if any(_uses(text, n) for n in gone for text in (*texts, *others)):
                needed.add(name)
            if any(self._leans_on(text, name, made[name]) for text in texts):
                needed.add(name)
        for name in chosen:
            if self._cannot_stand(name, [n for n in self.stale if n not in chosen]):
                needed.add(name)
        return needed

    def _gone(self, name: str) -> list[str]:
        """Names that would go with a sheet's old content."""
        kept = {*self.wanted[name].names, *self.loosened(name)}
        return [n for n in self.present[name].names if n not in kept and not n.startswith("!")]

    def _leans_on(self, text: str, name: str, made: SheetContent) -> bool:
        """Whether formulas in a part cite cells of a sheet that would hold something else."""
        if not re.search(rf"{re.escape(name)}(?:'|&apos;)?!", text, re.I):
            return False
        areas = citations(unescape(text)).get(name.casefold(), [])
        return any(made.inside(a) != self.wanted[name].inside(a) for a in set(areas))

    def _cannot_stand(self, name: str, left: Sequence[str]) -> bool:
        """Whether a sheet as wanted needs cells or names of sheets that stay as they are."""
        formulas = "\n".join(str(v) for a, v in self.wanted[name].cells.items() if self.wanted[name].is_formula(a))
        cited = citations(formulas)
        for other in left:
            if any(self.present[other].inside(a) != self.wanted[other].inside(a) for a in set(cited.get(other.casefold(), []))):
                return True
            missing = [n for n in self.wanted[other].names if n not in self.present[other].names and not n.startswith("!")]
            if any(_uses(formulas, n) for n in missing):
                return True
        return False


def _uses(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.(])", text, re.I) is not None
