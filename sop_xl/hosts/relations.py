"""How parts point to each other (relationships) and what they are (content types)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from sop_xl.errors import HostError
from sop_xl.hosts.package import Package, part_key
from sop_xl.hosts.xmltext import attributes, escape_attribute, root_prefix

CONTENT_TYPES = "[Content_Types].xml"
_RELATIONSHIPS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONSHIP = re.compile(r"<(?:[\w.-]+:)?Relationship(?=\s)[^>]*?/?>")
_TYPE_ENTRY = re.compile(r"<(?:[\w.-]+:)?(Default|Override)(?=\s)[^>]*?>")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One arrow from a part to another, or to the world outside.

    Parameters
    ----------
    id
        As the source part cites it.
    kind
        Last segment of the type, e.g. `worksheet`; the same for transitional and strict files.
    type
        The whole type address.
    target
        Part name for inner targets, the address as it stands for outer ones.
    external
        Whether the target lies outside the package.
    """

    id: str
    kind: str
    type: str
    target: str
    external: bool


def relationships_name(part: str) -> str:
    """Name of the part that holds the relationships of `part`; `""` is the package itself."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(package: Package, part: str) -> list[Relationship]:
    """Relationships of a part in stored order; none where it has no such list."""
    listing = relationships_name(part)
    if not package.has(listing):
        return []
    found = []
    for match in _RELATIONSHIP.finditer(package.text(listing)):
        values = attributes(match[0])
        target, external = values.get("Target", ""), values.get("TargetMode") == "External"
        kind = values.get("Type", "").rsplit("/", 1)[-1]
        found.append(
            Relationship(
                values.get("Id", ""),
                kind,
                values.get("Type", ""),
                target if external else _resolve(package, part, target),
                external,
            )
        )
    return found


def _resolve(package: Package, part: str, target: str) -> str:
    target = target.replace("\\", "/").split("#")[0]
    joined = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(part), target)
    name = posixpath.normpath(joined).lstrip("/")
    for candidate in (name, unquote(name)):
        if package.has(candidate):
            return package.entry(candidate).name
    return name


def target_of(package: Package, part: str, kind: str) -> str | None:
    """The one inner target of that kind; `None` where there is none."""
    return next((r.target for r in relationships(package, part) if r.kind == kind and not r.external), None)


def add_relationship(package: Package, part: str, type_: str, target: str, *, external: bool = False) -> str:
    """Add an arrow and return its id; an inner `target` is a part name and is written as an absolute address."""
    listing = relationships_name(part)
    if not package.has(listing):
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        package.add(
            listing, f'{head}<Relationships xmlns="{_RELATIONSHIPS_NAMESPACE}"></Relationships>'.encode()
        )
    text = package.text(listing)
    taken = {r.id for r in relationships(package, part)}
    number = len(taken) + 1
    while f"rId{number}" in taken:
        number += 1
    prefix = root_prefix(text, "Relationships", listing)
    mode = ' TargetMode="External"' if external else ""
    address = target if external else "/" + target
    element = f'<{prefix}Relationship Id="rId{number}" Type="{escape_attribute(type_)}" Target="{escape_attribute(address)}"{mode}/>'
    package.replace_text(listing, _append_to_root(text, f"{prefix}Relationships", element))
    return f"rId{number}"


def remove_relationship(package: Package, part: str, identifier: str) -> None:
    """Take one arrow out of a part's list."""
    listing = relationships_name(part)
    text = package.text(listing)
    for match in _RELATIONSHIP.finditer(text):
        if attributes(match[0]).get("Id") == identifier:
            end = match.end()
            if not match[0].endswith("/>"):
                end = text.index(">", end) + 1
            package.replace_text(listing, text[: match.start()] + text[end:])
            return


def content_type(package: Package, part: str) -> str:
    """Declared type of a part; `""` where none is declared."""
    defaults: dict[str, str] = {}
    for kind, values in _declared_types(package):
        if kind == "Override" and part_key(values.get("PartName", "")) == part_key(part):
            return values.get("ContentType", "")
        if kind == "Default":
            defaults[values.get("Extension", "").lower()] = values.get("ContentType", "")
    return defaults.get(part.rsplit(".", 1)[-1].lower(), "")


def _declared_types(package: Package) -> list[tuple[str, dict[str, str]]]:
    return [(m[1], attributes(m[0])) for m in _TYPE_ENTRY.finditer(package.text(CONTENT_TYPES))]


def declare_type(package: Package, part: str, type_: str) -> None:
    """Declare the type of a new part, unless its extension says it already."""
    if content_type(package, part) == type_:
        return
    text = package.text(CONTENT_TYPES)
    prefix = root_prefix(text, "Types", CONTENT_TYPES)
    element = (
        f'<{prefix}Override PartName="/{escape_attribute(part)}" ContentType="{escape_attribute(type_)}"/>'
    )
    package.replace_text(CONTENT_TYPES, _append_to_root(text, f"{prefix}Types", element))


def withdraw_type(package: Package, part: str) -> None:
    """Remove the declaration of a part that was taken out."""
    text = package.text(CONTENT_TYPES)
    for match in _TYPE_ENTRY.finditer(text):
        values = attributes(match[0])
        if match[1] == "Override" and part_key(values.get("PartName", "")) == part_key(part):
            end = match.end()
            if not match[0].endswith("/>"):
                end = text.index(">", end) + 1
            package.replace_text(CONTENT_TYPES, text[: match.start()] + text[end:])
            return


def remove_part(package: Package, source: str, kind: str) -> bool:
    """Take out the part that `source` points to by `kind`, with its arrow and its declared type; `False` if there is none."""
    for found in relationships(package, source):
        if found.kind == kind and not found.external:
            remove_relationship(package, source, found.id)
            if package.has(found.target):
                package.remove(found.target)
            withdraw_type(package, found.target)
            return True
    return False


def reachable(package: Package, part: str) -> list[str]:
    """Parts that hang on a part, near ones first, without itself and without worksheets and the workbook."""
    found: list[str] = []
    waiting = [part]
    while waiting:
        for arrow in relationships(package, waiting.pop(0)):
            known = arrow.external or arrow.target == part or arrow.target in found
            if not known and package.has(arrow.target) and arrow.kind not in ("worksheet", "officeDocument"):
                found.append(arrow.target)
                waiting.append(arrow.target)
    return found


def remove_orphans(package: Package, parts: Iterable[str]) -> None:
    """Take out those of the parts, near ones first, that no arrow leads to any more, with their lists and declared types."""
    for part in parts:
        cited = {
            part_key(arrow.target)
            for name in package.names()
            if name.endswith(".rels") and part_key(name) != part_key(relationships_name(part))
            for arrow in relationships(package, _source_of(name))
            if not arrow.external
        }
        if part_key(part) in cited:
            continue
        if package.has(relationships_name(part)):
            package.remove(relationships_name(part))
        package.remove(part)
        withdraw_type(package, part)


def _source_of(listing: str) -> str:
    folder, _, name = listing.rpartition("_rels/")
    return folder + name[: -len(".rels")]


def _append_to_root(text: str, name: str, element: str) -> str:
    closing = text.rfind(f"</{name}")
    if closing >= 0:
        return text[:closing] + element + text[closing:]
    match = re.search(rf"<{name}(?=[\s/>])[^>]*/>", text)
    if not match:
        raise HostError(f"the list {name} is not closed; the workbook is damaged")
    return text[: match.end() - 2].rstrip() + f">{element}</{name}>" + text[match.end() :]
