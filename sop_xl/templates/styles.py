"""Palette, number formats and cell styles: one restrained look for every sheet."""

from __future__ import annotations

from typing import Any, Final

from sop_xl import vocabulary
from sop_xl.periods import CalendarKind
from sop_xl.sheets.spec import CellType, Column, SheetKind

FONT: Final = "Calibri"
INK: Final = "#1F2A37"
MUTED: Final = "#667085"
RULE: Final = "#D5DAE0"
PALE: Final = "#F4F6F8"
WHITE: Final = "#FFFFFF"
INPUT_FILL: Final = "#FFF9DB"
INPUT_INK: Final = "#1D4ED8"
LINK_INK: Final = "#1D4ED8"
GOOD: Final = "#2E7D4F"
GOOD_FILL: Final = "#DDF1E4"
WATCH: Final = "#9A6700"
WATCH_FILL: Final = "#FCEFCB"
POOR: Final = "#B42318"
POOR_FILL: Final = "#FBDDD9"
BLUE: Final = "#2F5D9B"
LIGHT_BLUE: Final = "#BBD0EA"
ORANGE: Final = "#C96F1A"
GREY: Final = "#98A2B3"

KIND_COLOUR: Final[dict[SheetKind, str]] = {
    SheetKind.CONTROL: "#5B6675",
    SheetKind.INPUT: "#2F5D9B",
    SheetKind.OUTPUT: "#2E7D4F",
    SheetKind.REVIEW: "#C96F1A",
}
"""Tab, title and header colour of each kind of sheet."""

UNIT_FORMAT: Final[dict[str, str]] = {
    vocabulary.UNITS: "#,##0",
    vocabulary.MONEY: "#,##0",
    vocabulary.MONEY_PER_UNIT: "#,##0.00",
    vocabulary.FRACTION: "0.0%",
    vocabulary.DAYS: "#,##0",
    vocabulary.COUNT: "#,##0",
    "per year": "0.0",
    vocabulary.HOURS: "#,##0",
    "h or space": "#,##0",
    "h/unit": "0.0000",
    "money/h": "#,##0.00",
    "units/period": "#,##0",
    "seconds": "0",
    "rank": "0",
    "ratio": "0.00",
    "periods": "0",
    "month": "0",
    "factor": "#,##0",
    "units or money": "0.00##",
    "units or fraction": "#,##0.00##",
    "fraction or units": "#,##0.00##",
    "see unit": "#,##0.00",
    "as the figure": "#,##0",
    "as pasted": "#,##0.00",
}
"""Number format of each unit of the contract."""

DATE_FORMAT: Final = "yyyy-mm-dd"


def number_format(column: Column, calendar: CalendarKind = CalendarKind.MONTHS) -> str:
    """Number format of a column's cells; codes are text so that 001 stays 001."""
    if column.cell is CellType.CODE:
        return "@"
    if column.cell is CellType.DATE:
        return DATE_FORMAT
    if column.cell is CellType.PERIOD:
        return DATE_FORMAT if calendar is CalendarKind.WEEKS else "yyyy-mm"
    if column.cell is CellType.FRACTION:
        return UNIT_FORMAT[vocabulary.FRACTION]
    if column.cell is CellType.NUMBER and column.unit == "periods":
        return "0.0"  # a mean of lead times, not a count
    if column.cell in (CellType.NUMBER, CellType.INTEGER):
        return UNIT_FORMAT.get(column.unit, "#,##0.00")
    return "General"


class Styles:
    """The workbook's formats, each made once.

    Parameters
    ----------
    workbook
        The `xlsxwriter.Workbook` that owns the formats.
    """

    _BASE: Final[dict[str, Any]] = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        """The format with these XlsxWriter properties on top of the base font."""
        key = tuple(sorted((self._BASE | properties).items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(dict(key))
        return self._made[key]

    def conditional(self, **properties: Any) -> Any:
        """A format for a conditional rule: only what differs."""
        key = (("", "conditional"), *sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def title(self, kind: SheetKind) -> Any:
        """Sheet title in the colour of its kind."""
        return self(font_size=16, bold=True, font_color=KIND_COLOUR[kind])

    def header(self, kind: SheetKind, *, number: bool = False, wrap: bool = True, indent: int = 0) -> Any:
        """Header of a table or of a block of rows."""
        return self(
            bold=True, font_color=WHITE, bg_color=KIND_COLOUR[kind], text_wrap=wrap,
            align="right" if number else "left", border=1, border_color=KIND_COLOUR[kind], **({"indent": indent} if indent else {}),
        )  # fmt: skip

    def text(self, *, wrap: bool = False, muted: bool = False, bold: bool = False) -> Any:
        """Plain text."""
        return self(text_wrap=wrap, font_color=MUTED if muted else INK, bold=bold, valign="top" if wrap else "vcenter")

    def link(self, *, top: bool = False) -> Any:
        """A link inside the workbook."""
        return self(font_color=LINK_INK, underline=1, valign="top" if top else "vcenter")

    def body(self, number_format: str = "General", *, entry: bool = False, **more: Any) -> Any:
        """A body cell: an input is filled, blue and unlocked; anything else is plain and locked."""
        properties: dict[str, Any] = {"num_format": number_format, "bottom": 4, "bottom_color": RULE} | more
        if entry:
            properties |= {"bg_color": INPUT_FILL, "font_color": INPUT_INK, "locked": False, "border": 1, "border_color": RULE}
            properties.pop("bottom"), properties.pop("bottom_color")
        return self(**properties)
