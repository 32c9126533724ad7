"""XML as text: just enough to cut and splice the parts of a workbook without serialising them anew.

A part that goes through an XML library comes back with other prefixes, other quotes and another order of namespaces, and Excel
minds some of that. So parts stay text. `decode_part` brings unusual but legal spellings (comments, CDATA, single quotes,
UTF-16) into the one form that the scanner's patterns know, and refuses document type declarations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from sop_xl.errors import HostError

_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.S)
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ODD_ATTRIBUTE = re.compile(r"<[A-Za-z][^<>]*?(?:\s=|=\s|=')")
_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<[A-Za-z/](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|<\?.*?\?>", re.S
)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(\w+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MUST_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def decode_part(raw: bytes, label: str) -> str:
    """Text of an XML part in the one spelling that the scanner knows.

    Raises
    ------
    HostError
        When the part is not text, or declares a document type (entities are how a small file becomes a huge one).
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif raw[:3] == b"\xef\xbb\xbf":
        encoding = "utf-8-sig"
    else:
        match = _ENCODING.match(raw[:200].lstrip())
        encoding = match[1].decode("ascii") if match else "utf-8"
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise HostError(f"{label} is damaged: it is not readable text") from None
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    if text.startswith("<!", start):
        raise HostError(
            f"{label} carries a document type declaration, which no workbook needs; it was not read"
        )
    return _one_spelling(text, start)


def _one_spelling(text: str, start: int) -> str:
    head = text[:start]
    found = _DECLARATION.search(head)
    if found and ("UTF-8" not in found[0].upper() or "<!--" in head):
        text = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text[start:]
        start = text.index("<", 2)
    odd = text.find("<!--", start) >= 0 or text.find("<![CDATA[", start) >= 0
    if not odd and (
        text.find("='", start) >= 0 or text.find(" =", start) >= 0 or text.find("= ", start) >= 0
    ):
        odd = _ODD_ATTRIBUTE.search(text, start) is not None
    return text[:start] + _TOKEN.sub(_respell, text[start:]) if odd else text


def _respell(match: re.Match[str]) -> str:
    token = match[0]
    if token.startswith("<!--"):
        return ""
    if token.startswith("<![CDATA["):
        return escape(match[1])
    if token.startswith(("</", "<?")):
        return token
    return _ATTRIBUTE.sub(_respell_attribute, token)


def _respell_attribute(match: re.Match[str]) -> str:
    content = match[2] if match[2] is not None else match[3].replace('"', "&quot;")
    return f'{match[1]}="{content.replace(">", "&gt;")}"'


def escape(text: str) -> str:
    """Text as element content."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def escape_attribute(text: str) -> str:
    """Text as the content of a double-quoted attribute."""
    text = escape(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")


def unescape(text: str) -> str:
    """Element content as text, line ends as XML defines them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_dereference, text) if "&" in text else text


def _dereference(match: re.Match[str]) -> str:
    try:
        if match[1]:
            return chr(int(match[1]))
        if match[2]:
            return chr(int(match[2], 16))
    except (ValueError, OverflowError):
        return match[0]
    return _NAMED.get(match[3], match[0])


def escape_text(text: str) -> str:
    """A cell's text as the file holds it: control characters and literal `_xNNNN_` patterns as `_xNNNN_`, then as XML.

    Line feeds and tabs stay; a carriage return is escaped, since XML would turn it into a line feed.
    """
    if _MUST_ESCAPE.search(text):
        text = _MUST_ESCAPE.sub(lambda m: f"_x{ord(m[0]):04X}_", text)
    return escape(text)


def unescape_text(text: str) -> str:
    """A cell's text from what the file holds."""
    text = unescape(text)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def attributes(tag: str) -> dict[str, str]:
    """Attributes of a start tag, unescaped."""
    return {m[1]: unescape(m[2] if m[2] is not None else m[3]) for m in _ATTRIBUTE.finditer(tag)}


def whole(values: Mapping[str, str], name: str, absent: int = 0) -> int:
    """An attribute that holds a whole number; raises `HostError` where it holds something else."""
    text = values.get(name)
    if text is None:
        return absent
    try:
        return int(text)
    except ValueError:
        raise HostError(
            f'the attribute {name} holds "{text[:40]}" in place of a number; the workbook is damaged'
        ) from None


def set_attribute(tag: str, name: str, value: str) -> str:
    """Start tag with one attribute set, all others as they were."""
    written = f'{name}="{escape_attribute(value)}"'
    pattern = re.compile(rf"(?<=\s){re.escape(name)}\s*=\s*\"[^\"]*\"")
    if pattern.search(tag):
        return pattern.sub(lambda _: written, tag, count=1)
    end = len(tag) - (2 if tag.endswith("/>") else 1)
    return f"{tag[:end].rstrip()} {written}{tag[end:]}"


def drop_attribute(tag: str, name: str) -> str:
    """Start tag, or bare attribute text, without that attribute."""
    return re.sub(rf"\s+{re.escape(name)}\s*=\s*\"[^\"]*\"", "", tag, count=1)


def root_prefix(text: str, local: str, label: str) -> str:
    """Namespace prefix of the root element with its colon, `""` for none.

    Raises
    ------
    HostError
        When the root element has another name.
    """
    prolog = _PROLOG.match(text)
    match = re.compile(rf"<(?:([\w.-]+):)?{local}(?=[\s/>])").match(text, prolog.end() if prolog else 0)
    if not match:
        raise HostError(f"{label} is damaged: it does not begin with {local}")
    return f"{match[1]}:" if match[1] else ""


def find_element(
    text: str, name: str, start: int = 0, end: int | None = None
) -> tuple[int, int, str, str] | None:
    """First element of that qualified name: `(start, end, start tag, inner text)`; `None` where there is none."""
    stop = len(text) if end is None else end
    match = re.compile(rf"<{re.escape(name)}(?=[\s/>])[^>]*>").search(text, start, stop)
    if not match:
        return None
    if match[0].endswith("/>"):
        return match.start(), match.end(), match[0], ""
    close = f"</{name}>"
    closing = text.find(close, match.end(), stop)
    if closing < 0:
        found = re.compile(rf"</{re.escape(name)}\s*>").search(text, match.end(), stop)
        if not found:
            raise HostError(f"the element {name} is not closed; the workbook is damaged")
        return match.start(), found.end(), match[0], text[match.end() : found.start()]
    return match.start(), closing + len(close), match[0], text[match.end() : closing]


def check_well_formed(raw: bytes, label: str) -> None:
    """Parse a part and forget it; raises `HostError` where it is not well-formed XML or declares a document type."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise HostError(f"{label} carries a document type declaration")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise HostError(f"{label} is not well-formed XML ({error})") from None
