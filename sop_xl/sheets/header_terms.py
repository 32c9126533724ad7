"""The words that headers use: a sheet's own columns, and what the columns of a long export are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sop_xl.sheets.cells import plain, squeeze
from sop_xl.sheets.spec import CellType, Shape, SheetSpec

_PERIOD = ("Period", "Month", "Date", "Week", "Year month", "YearMonth", "Month year", "Calendar month", "Posting period", "Monat", "Mois", "Mes", "Datum", "Periode")
_YEAR = ("Year", "Calendar year", "Jahr", "Annee", "Año", "Yr")
_FISCAL_YEAR = ("Fiscal year", "FY", "Financial year", "Geschäftsjahr")
_VALUE = ("Value", "Figure", "Wert", "Valeur", "Valor")
MEASURE_WORDS: dict[str, tuple[str, ...]] = {
    "demand": ("Units", "Quantity", "Qty", "Volume", "Units sold", "Sales units", "Sales quantity", "Order quantity", "Menge", "Pieces"),
    "revenue": ("Net sales", "Sales value", "Turnover", "Amount", "Net revenue", "Umsatz"),
    "cost": ("Cost", "COGS", "Cost of sales"),
    "gross_margin": ("Margin", "Gross profit"),
    "fx_rate": ("Rate", "Exchange rate"),
}
"""Other words for a measure, as exports of common systems write them; case, blanks and punctuation do not count."""

_UNCLEAR = "Sales"
"""Units or money? A budget means money; of history nobody knows."""

_NUMBERED = ("no", "nr", "number", "code", "id")
"""What systems put behind the name of a thing that has a code: Article No., Material number."""

_BRACKETS = re.compile(r"[(\[].*[)\]]\s*$")


@dataclass(frozen=True)
class Terms:
    """Squeezed header words of one sheet.

    Parameters
    ----------
    columns
        Field and rank by word: 0 = label, 1 = field name, 2 = alias, 3 = one of them with `No.` or the like behind it, of a column of codes.
    roles
        `period`, `year`, `fiscal year`, `value`, `measure:<name>` or `unclear` by word; empty for records.
    """

    columns: dict[str, tuple[str, int]]
    roles: dict[str, str]

    def column_of(self, header: str) -> tuple[str, int] | None:
        """Field that a header text names, with the rank of the match."""
        for word in _words(header):
            if word in self.columns:
                return self.columns[word]
        return None

    def role_of(self, header: str) -> str | None:
        """Role of a header text in a long layout."""
        for word in _words(header):
            if word in self.roles:
                return self.roles[word]
        return None


@lru_cache(maxsize=256)
def terms_of(spec: SheetSpec, currency: str = "") -> Terms:
    """Header words of a sheet; the first column that claims a word has it, labels before names before aliases."""
    columns: dict[str, tuple[str, int]] = {}
    for rank in range(3):
        for c in spec.columns:
            for word in ((c.label,), (c.name,), c.aliases)[rank]:
                columns.setdefault(squeeze(word), (c.name, rank))
    for c in spec.columns:
        if c.cell is CellType.CODE:
            for word in (c.label, *c.aliases):
                for behind in _NUMBERED:
                    columns.setdefault(squeeze(f"{word} {behind}"), (c.name, 3))
    roles: dict[str, str] = {}
    if spec.shape is Shape.GRID:
        for term in spec.measure_terms:
            for word in (term.label, term.name, *MEASURE_WORDS.get(term.name, ())):
                roles.setdefault(squeeze(word), f"measure:{term.name}")
        if "revenue" in spec.measures:
            roles[squeeze(_UNCLEAR)] = "measure:revenue" if spec.measures[0] == "revenue" else "unclear"
        if "fx_rate" in spec.measures and currency:
            roles[squeeze(f"per {currency}")] = "measure:fx_rate"
        for role, words in (("period", _PERIOD), ("year", _YEAR), ("fiscal year", _FISCAL_YEAR), ("value", _VALUE)):
            for word in words:
                roles.setdefault(squeeze(word), role)
    return Terms(columns, {word: role for word, role in roles.items() if word not in columns})


def measure_synonyms(spec: SheetSpec) -> dict[str, str]:
    """Label of a measure by every squeezed word for it."""
    known: dict[str, str] = {}
    for term in spec.measure_terms:
        for word in (term.label, term.name, *MEASURE_WORDS.get(term.name, ())):
            known.setdefault(squeeze(word), term.label)
    if spec.measures[:1] == ("revenue",):
        known[squeeze(_UNCLEAR)] = spec.measure_terms[0].label
    return known


def _words(header: str) -> tuple[str, str]:
    """The header's text, and the same without a unit in brackets at its end."""
    text = plain(header)
    return squeeze(text), squeeze(_BRACKETS.sub("", text))
