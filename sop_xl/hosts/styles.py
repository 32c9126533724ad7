"""The style table: which styles show dates, and new styles appended at its end.

Styles are only ever appended; the numbers that cells cite stay what they are.
"""

from __future__ import annotations

import re

from sop_xl.errors import HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.xmltext import attributes, find_element, root_prefix, set_attribute, whole

DATE_FORMAT = 14
MOMENT_FORMAT = 22
NUMBER_FORMAT = 0
# 27-36 and 50-58 are dates in East Asian versions of Excel
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.I)


def is_date_format(code: str) -> bool:
    """Whether a number format shows a day, month or year.

    Pure times of day and elapsed hours are numbers: they have no date of their own.

    >>> [is_date_format(c) for c in ("yyyy-mm-dd", "mmm-yy", "0.00", "h:mm:ss", "[h]:mm", '0 "days"', "[$-409]d/m/yy")]
    [True, True, False, False, False, False, True]
    """
    section = _LITERAL.sub("", code.split(";", maxsplit=1)[0]).lower()
    if _ELAPSED.search(section) or "general" in section:
        return False
    if "y" in section or "d" in section:
        return True
    return "m" in section and not re.search(r"[hs]", section)


class StyleTable:
    """Cell styles of a package.

    Parameters
    ----------
    package, workbook_part
        Where to find the style part.
    """

    def __init__(self, package: Package, workbook_part: str) -> None:
        self.package = package
        self.part = target_of(package, workbook_part, "styles")
        self._appended: dict[tuple[int, int], int] = {}
        self.formats: list[int] = []
        self.custom: dict[int, str] = {}
        if self.part is None or not package.has(self.part):
            self.part = None
            return
        text = package.text(self.part)
        self.prefix = root_prefix(text, "styleSheet", f"{package.label}: {self.part}")
        declared = find_element(text, f"{self.prefix}numFmts")
        for tag in re.findall(rf"<{self.prefix}numFmt(?=\s)[^>]*>", declared[3] if declared else ""):
            values = attributes(tag)
            self.custom[whole(values, "numFmtId")] = values.get("formatCode", "")
        self.formats = [whole(attributes(tag), "numFmtId") for tag, _ in self._cell_formats()]

    def _cell_formats(self) -> list[tuple[str, str]]:
        """Start tag and whole text of every cell style."""
        assert self.part is not None
        found = find_element(self.package.text(self.part), f"{self.prefix}cellXfs")
        if found is None:
            return []
        pattern = rf"(<{self.prefix}xf(?=[\s/>])[^>]*?(?:/>|>))(?:(?<=/>)|.*?</{self.prefix}xf\s*>)"
        return [(m[1], m[0]) for m in re.finditer(pattern, found[3], re.S)]

    def is_date(self, style: int) -> bool:
        """Whether a cell with this style shows a date."""
        if not 0 <= style < len(self.formats):
            return False
        number = self.formats[style]
        return is_date_format(self.custom[number]) if number in self.custom else number in _BUILT_IN_DATES

    def date_styles(self) -> frozenset[int]:
        """All styles that show dates."""
        return frozenset(k for k in range(len(self.formats)) if self.is_date(k))

    def fitting(self, style: int, format_id: int) -> int:
        """Style like `style` that shows a date (`DATE_FORMAT`, `MOMENT_FORMAT`) or a number (`NUMBER_FORMAT`).

        It is `style` itself where it fits already, else an equal one or a new one at the end of the table.

        Raises
        ------
        HostError
            When the file has no style table that could be extended.
        """
        if self.is_date(style) == (format_id != NUMBER_FORMAT):
            return style
        if (style, format_id) not in self._appended:
            self._appended[style, format_id] = self._append(style, format_id)
        return self._appended[style, format_id]

    def _append(self, style: int, format_id: int) -> int:
        if self.part is None:
            raise HostError(
                f"{self.package.label} has no style table, so a date could not be shown; save it once from Excel"
            )
        text = self.package.text(self.part)
        found = find_element(text, f"{self.prefix}cellXfs")
        formats = self._cell_formats()
        if (
            found is None
            or "AlternateContent" in found[3]
            or len(formats) != len(self.formats)
            or not formats
        ):
            raise HostError(
                f"{self.package.label} has a style table that cannot be extended; save it once from Excel"
            )
        tag, whole = formats[style if style < len(formats) else 0]
        new_tag = set_attribute(set_attribute(tag, "numFmtId", str(format_id)), "applyNumberFormat", "1")
        new = new_tag + whole[len(tag) :]
        for number, (_, known) in enumerate(formats):
            if known == new:
                return number
        self.formats.append(format_id)
        head = set_attribute(found[2], "count", str(len(self.formats)))
        inner = found[3] + new
        self.package.replace_text(
            self.part, f"{text[: found[0]]}{head}{inner}</{self.prefix}cellXfs>{text[found[1] :]}"
        )
        return len(self.formats) - 1
