"""Pages of PDF files: which sheet each was printed from, and chosen ones bound into one file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sop_xl.errors import HostError

_FOOTER = 45.0
"""Points from the lower edge within which the footer with the sheet's name stands."""


def pages_by_sheet(content: bytes, sheets: Sequence[str]) -> dict[str, list[int]]:
    """0-based pages of each sheet, known by the footer, which names it."""
    found: dict[str, list[int]] = {}
    for number, page in enumerate(_reader(content).pages):
        foot: list[str] = []

        def visit(text: str, transformation: Any, matrix: Any, font: Any, size: Any, foot: list[str] = foot) -> None:
            height = transformation[1] * matrix[4] + transformation[3] * matrix[5] + transformation[5]
            if text.strip() and height < _FOOTER:
                foot.append(text.strip())

        page.extract_text(visitor_text=visit)
        name = next((sheet for sheet in sheets if sheet in foot), "")
        if name:
            found.setdefault(name, []).append(number)
    return found


def bound(pages: Sequence[tuple[bytes, int, str]], title: str, as_of: datetime) -> bytes:
    """One PDF of pages, each given by its file, its 0-based number and the bookmark under which it is found (`""` = none).

    Raises
    ------
    HostError
        Where pypdf is not installed.
    """
    writer, readers = _pypdf().PdfWriter(), dict[int, Any]()
    for content, number, bookmark in pages:
        reader = readers.setdefault(id(content), _reader(content))
        writer.add_page(reader.pages[number])
        if bookmark:
            writer.add_outline_item(bookmark, len(writer.pages) - 1)
    stamp = f"D:{as_of:%Y%m%d%H%M%S}Z"
    writer.add_metadata({"/Title": title, "/Author": "sop_xl", "/CreationDate": stamp, "/ModDate": stamp})
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def count_pages(content: bytes) -> int:
    """Number of pages."""
    return len(_reader(content).pages)


def _reader(content: bytes) -> Any:
    return _pypdf().PdfReader(io.BytesIO(content))


def _pypdf() -> Any:
    try:
        import pypdf
    except ImportError:
        raise HostError("the PDF pack needs pypdf: pip install 'sop-xl[pack]'") from None
    return pypdf
