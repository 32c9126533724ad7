"""Take over cell styles from another package: fonts, fills, borders, formats, appended where they are new."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sop_xl.errors import HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.xmltext import (
    attributes,
    drop_attribute,
    escape_attribute,
    find_element,
    root_prefix,
    set_attribute,
    whole,
)

_FIRST_CUSTOM_FORMAT = 164
# children of the style sheet in the order that Excel demands
_ORDER = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
)
_ITEM = {
    "numFmts": "numFmt",
    "fonts": "font",
    "fills": "fill",
    "borders": "border",
    "cellXfs": "xf",
    "dxfs": "dxf",
}


def _items(text: str, prefix: str, listing: str) -> list[str]:
    found = find_element(text, f"{prefix}{listing}")
    if found is None:
        return []
    if "AlternateContent" in found[3]:
        raise HostError(
            "the style table holds alternatives and cannot be extended; save the workbook once from Excel"
        )
    name = re.escape(prefix + _ITEM[listing])
    return [m[0] for m in re.finditer(rf"<{name}(?=[\s/>])[^>]*?(?:/>|>.*?</{name}\s*>)", found[3], re.S)]


class StyleMerge:
    """Brings styles of a source package into a target package; `apply` writes what was collected.

    Parameters
    ----------
    source, source_workbook
        Package and workbook part to take from.
    target, target_workbook
        Package and workbook part to add to.
    """

    def __init__(self, source: Package, source_workbook: str, target: Package, target_workbook: str) -> None:
        from_part, to_part = (
            target_of(source, source_workbook, "styles"),
            target_of(target, target_workbook, "styles"),
        )
        if from_part is None or to_part is None:
            raise HostError(f"{target.label} has no style table; save it once from Excel")
        self._target, self._part = target, to_part
        self._from_text, self._text = source.text(from_part), target.text(to_part)
        self._from_prefix = root_prefix(self._from_text, "styleSheet", from_part)
        self._prefix = root_prefix(self._text, "styleSheet", to_part)
        self._from = {k: _items(self._from_text, self._from_prefix, k) for k in _ITEM}
        self._lists = {k: _items(self._text, self._prefix, k) for k in _ITEM}
        self._sizes = {k: len(v) for k, v in self._lists.items()}
        self._cells: dict[int, int] = {0: 0}
        self._differential: dict[int, int] = {}

    def _own(self, element: str) -> str:
        """A source element with the target's prefix."""
        return re.sub(
            rf"<(/?){re.escape(self._from_prefix)}(?=[A-Za-z]+[\s/>])", rf"<\g<1>{self._prefix}", element
        )

    def _place(self, listing: str, element: str) -> int:
        """Number of an element in the target's list; appended where there is no equal one."""
        items = self._lists[listing]
        if element not in items:
            items.append(element)
        return items.index(element)

    def _format(self, number: int) -> int:
        """Number format in the target for one of the source."""
        if number < _FIRST_CUSTOM_FORMAT:
            return number
        code = next(
            (
                v["formatCode"]
                for i in self._from["numFmts"]
                if (v := attributes(i)).get("numFmtId") == str(number)
            ),
            "General",
        )
        return self._format_of(code)

    def _format_of(self, code: str) -> int:
        known = [attributes(item) for item in self._lists["numFmts"]]
        for values in known:
            if values.get("formatCode") == code:
                return whole(values, "numFmtId")
        new = max([_FIRST_CUSTOM_FORMAT - 1, *(whole(v, "numFmtId") for v in known)]) + 1
        self._lists["numFmts"].append(
            f'<{self._prefix}numFmt numFmtId="{new}" formatCode="{escape_attribute(code)}"/>'
        )
        return new

    def cell_style(self, number: int) -> int:
        """Style in the target that looks like style `number` of the source; the default style stays the default."""
        if number not in self._cells:
            element = self._own(self._from["cellXfs"][number])
            end = element.index(">") + 1
            tag, values = element[:end], attributes(element[:end])
            for name, listing in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                part = self._own(self._from[listing][whole(values, name)])
                tag = set_attribute(tag, name, str(self._place(listing, part)))
            tag = set_attribute(tag, "numFmtId", str(self._format(whole(values, "numFmtId"))))
            tag = set_attribute(drop_attribute(tag, "xfId"), "xfId", "0")
            for name in ("applyFont", "applyFill", "applyBorder", "applyNumberFormat"):
                tag = set_attribute(tag, name, "1")  # nothing is left to a named style of the other file
            self._cells[number] = self._place("cellXfs", tag + element[end:])
        return self._cells[number]

    def differential(self, number: int) -> int:
        """Conditional style in the target for one of the source."""
        if number not in self._differential:
            element = self._own(self._from["dxfs"][number])

            def renumber(match: re.Match[str]) -> str:
                code = attributes(match[0]).get("formatCode", "General")
                return set_attribute(match[0], "numFmtId", str(self._format_of(code)))

            element = re.sub(rf"<{self._prefix}numFmt(?=\s)[^>]*>", renumber, element)
            self._differential[number] = self._place("dxfs", element)
        return self._differential[number]

    def apply(self) -> None:
        """Write the collected styles into the target."""
        text = self._text
        for listing, items in self._lists.items():
            added = items[self._sizes[listing] :]
            if added:
                text = _appended(text, self._prefix, listing, added, len(items))
        self._target.replace_text(self._part, text)


def _appended(text: str, prefix: str, listing: str, added: Iterable[str], count: int) -> str:
    name = prefix + listing
    found = find_element(text, name)
    if found is not None:
        opened = set_attribute(found[2], "count", str(count)).replace("/>", ">")
        return f"{text[: found[0]]}{opened}{found[3]}{''.join(added)}</{name}>{text[found[1] :]}"
    followers = _ORDER[_ORDER.index(listing) + 1 :]
    places = [e[0] for follower in followers if (e := find_element(text, prefix + follower))]
    place = min([*places, text.rindex(f"</{prefix}styleSheet")])
    return f'{text[:place]}<{name} count="{count}">{"".join(added)}</{name}>{text[place:]}'
