"""The list of tabs in the workbook part: new tabs, hidden and shown ones, and everything that counts tabs by place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.workbook import BEFORE_CALCULATION, Workbook
from sop_xl.hosts.xmltext import (
    attributes,
    drop_attribute,
    escape,
    escape_attribute,
    find_element,
    set_attribute,
    whole,
)

_OFFICE_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_VISIBILITIES = ("visible", "hidden", "veryHidden")


def check_structure(workbook: Workbook) -> None:
    """Refuse to change tabs that a person locked."""
    if workbook.structure_locked:
        raise HostError(
            f"{workbook.package.label}: the workbook's structure is protected; "
            "lift that in Excel (Review, Protect Workbook) and try again"
        )


def insert_tab(workbook: Workbook, place: int, name: str, identifier: str, visibility: str) -> None:
    """Add a tab before the one that now stands at `place` (0-based), for the part behind a relationship."""
    entries = workbook.sheets()
    used = [int(e.sheet_id) for e in entries if e.sheet_id.isdigit()]
    p, text = workbook.prefix, workbook.text
    listing = find_element(text, f"{p}sheets")
    assert listing is not None
    tags = re.findall(rf"<{p}sheet(?=\s)[^>]*>(?:\s*</{p}sheet\s*>)?", listing[3])
    state = "" if visibility == "visible" else f' state="{visibility}"'
    # the prefix is declared here, since some writers declare it on each tab and not on the root
    tags.insert(
        place,
        f'<{p}sheet name="{escape_attribute(name)}" sheetId="{max(used, default=0) + 1}"{state} '
        f'xmlns:r="{_OFFICE_RELATIONSHIPS}" r:id="{identifier}"/>',
    )
    text = f"{text[: listing[0]]}{listing[2]}{''.join(tags)}</{p}sheets>{text[listing[1] :]}"
    text = _shift(text, rf"<{p}definedName(?=\s)[^>]*>", ("localSheetId",), place)
    text = _shift(text, rf"<{p}workbookView(?=\s)[^>]*>", ("activeTab", "firstSheet"), place)
    workbook.package.replace_text(workbook.part, text)


def _shift(text: str, pattern: str, names: Sequence[str], place: int) -> str:
    """Raise tab numbers from `place` on by one."""

    def raised(match: re.Match[str]) -> str:
        tag = match[0]
        values = attributes(tag)
        for name in names:
            if name in values and whole(values, name) >= place:
                tag = set_attribute(tag, name, str(whole(values, name) + 1))
            elif name == "activeTab" and name not in values and place == 0:
                tag = set_attribute(tag, name, "1")
        return tag

    return re.sub(pattern, raised, text)


def add_defined_name(workbook: Workbook, attribute_text: str, reference: str) -> None:
    """Append a defined name; `attribute_text` is what stands in its tag."""
    p, text = workbook.prefix, workbook.text
    element = f"<{p}definedName {attribute_text}>{escape(reference)}</{p}definedName>"
    listing = find_element(text, f"{p}definedNames")
    if listing is not None:
        opened = listing[2].replace("/>", ">")
        new = f"{opened}{listing[3]}{element}</{p}definedNames>"
        text = text[: listing[0]] + new + text[listing[1] :]
    else:
        place = workbook.insertion_point(BEFORE_CALCULATION)
        text = f"{text[:place]}<{p}definedNames>{element}</{p}definedNames>{text[place:]}"
    workbook.package.replace_text(workbook.part, text)


def change_defined_name(workbook: Workbook, name: str, scope: int | None, reference: str | None) -> bool:
    """Point a defined name somewhere else, or remove it (`None`); whether there was one of that name and scope."""
    p, text = workbook.prefix, workbook.text
    listing = find_element(text, f"{p}definedNames")
    if listing is None:
        return False
    pattern = re.compile(rf"(<{p}definedName(?=\s)[^>]*?)(?:/>|>(.*?)</{p}definedName\s*>)", re.S)
    for match in pattern.finditer(listing[3]):
        values = attributes(match[1])
        owner = whole(values, "localSheetId") if "localSheetId" in values else None
        if values.get("name", "").casefold() != name.casefold() or owner != scope:
            continue
        new = "" if reference is None else f"{match[1]}>{escape(reference)}</{p}definedName>"
        inner = listing[3][: match.start()] + new + listing[3][match.end() :]
        element = f"{listing[2]}{inner}</{p}definedNames>" if inner.strip() else ""
        workbook.package.replace_text(workbook.part, text[: listing[0]] + element + text[listing[1] :])
        return True
    return False


def drop_print_names(workbook: Workbook, kinds: Sequence[str], places: Iterable[int]) -> None:
    """Take `Print_Area` or `Print_Titles` away from tabs, by 0-based place."""
    for place in places:
        for kind in kinds:
            change_defined_name(workbook, f"_xlnm.{kind}", place, None)


def set_visibility(workbook: Workbook, name: str, visibility: str) -> None:
    """Show, hide or park a tab (`visible`, `hidden`, `veryHidden`).

    Raises
    ------
    HostError
        Where it is the last one that shows, or the structure is protected.
    """
    if visibility not in _VISIBILITIES:
        raise FrameError(f"{visibility!r} is none of {', '.join(_VISIBILITIES)}")
    entries = workbook.sheets()
    place = next((k for k, e in enumerate(entries) if e.name.casefold() == name.casefold()), None)
    if place is None:
        raise HostError(f"{workbook.package.label} has no sheet {name}")
    if entries[place].visibility == visibility:
        return
    check_structure(workbook)
    showing = [k for k, e in enumerate(entries) if e.visibility == "visible" and k != place]
    if visibility != "visible" and not showing:
        raise HostError(f"{workbook.package.label}: {name} is the only sheet that shows; it cannot be hidden")
    p, text = workbook.prefix, workbook.text
    listing = find_element(text, f"{p}sheets")
    assert listing is not None
    tags = list(re.finditer(rf"<{p}sheet(?=\s)[^>]*>", listing[3]))
    tag = drop_attribute(tags[place][0], "state")
    tag = tag if visibility == "visible" else set_attribute(tag, "state", visibility)
    inner = listing[3][: tags[place].start()] + tag + listing[3][tags[place].end() :]
    text = f"{text[: listing[0]]}{listing[2]}{inner}</{p}sheets>{text[listing[1] :]}"
    workbook.package.replace_text(workbook.part, text)
    if visibility != "visible":
        _leave(workbook, place, showing[0])


def _leave(workbook: Workbook, place: int, other: int) -> None:
    """Make another tab the active one, and end the hidden one's selection: selected tabs are edited as a group."""
    entries = workbook.sheets()
    package = workbook.package
    if entries[place].kind == "worksheet":
        select_tab(package, entries[place].part, selected=False)
    text = workbook.text
    active_moved = False
    pattern = rf"<{workbook.prefix}workbookView(?=\s)[^>]*>"

    def moved(match: re.Match[str]) -> str:
        nonlocal active_moved
        tag, values = match[0], attributes(match[0])
        if whole(values, "activeTab") == place:
            active_moved = True
            tag = set_attribute(tag, "activeTab", str(other))
        if whole(values, "firstSheet") == place:
            tag = set_attribute(tag, "firstSheet", str(other))
        return tag

    text = re.sub(pattern, moved, text)
    package.replace_text(workbook.part, text)
    if active_moved and entries[other].kind == "worksheet":
        select_tab(package, entries[other].part, selected=True)


def select_tab(package: Package, part: str, *, selected: bool) -> None:
    """Set or clear the mark that a tab is selected in its first view."""
    package.replace_text(part, selection(package.text(part), selected=selected))


def selection(text: str, *, selected: bool) -> str:
    """Text of a worksheet with that mark set or cleared."""
    match = re.search(r"<(?:[\w.-]+:)?sheetView(?=[\s/>])[^>]*>", text)
    if match is None:
        return text
    tag = drop_attribute(match[0], "tabSelected")
    tag = set_attribute(tag, "tabSelected", "1") if selected else tag
    if attributes(tag) == attributes(match[0]):
        return text
    return text[: match.start()] + tag + text[match.end() :]
