"""The workbook's own families, items, categories and regions, and which of them a label names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sop_xl.blocks import CellValue
from sop_xl.sheets.cells import squeeze, suggestion

SCOPES = ("family", "item", "region")


@dataclass(frozen=True)
class Known:
    """Names that a budget may speak of.

    Parameters
    ----------
    family_of
        Family of each item.
    category_of
        Category of each family.
    families, regions
        Every one of the workbook.
    item_names
        Item by its name, where only one item has it.
    region_of
        Region of each location, by its code and by its name; a budget of a location counts for its region.
    regions_of_country
        Regions of each country that has locations in several of them, so that its budget counts for none.
    """

    families: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    family_of: dict[str, str] = field(default_factory=dict)
    category_of: dict[str, str] = field(default_factory=dict)
    item_names: dict[str, str] = field(default_factory=dict)
    region_of: dict[str, str] = field(default_factory=dict)
    regions_of_country: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        exact: dict[str, list[tuple[str, str]]] = {}
        loose: dict[str, list[tuple[str, str]]] = {}
        listed: Iterable[tuple[str, str, str]] = (
            *(("family", name, name) for name in self.families),
            *(("item", code, code) for code in self.family_of),
            *(("item", name, code) for name, code in self.item_names.items()),
            *(("region", name, name) for name in self.regions),
            *(("category", name, name) for name in self.categories),
        )
        for kind, text, name in listed:
            for places, key in ((exact, text), (loose, squeeze(text))):
                if key and (kind, name) not in places.setdefault(key, []):
                    places[key].append((kind, name))
        short: dict[str, list[tuple[str, str]]] = {}
        for code in self.family_of:
            if code.isdecimal() and code.startswith("0"):
                short.setdefault(code.lstrip("0"), []).append(("item", code))
        places_of: dict[str, set[str]] = {}
        for text, region in self.region_of.items():
            places_of.setdefault(squeeze(text), set()).add(region)
        # a name that several regions have says none of them; what is a family, an item or a region is no location; a bare number may be anything
        located = {key: min(of) for key, of in places_of.items() if len(of) == 1 and key and not key.isdecimal() and key not in loose}
        object.__setattr__(self, "_located", located)
        object.__setattr__(self, "_short", short)
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_loose", loose)

    def find(self, text: str) -> tuple[list[tuple[str, str]], bool]:
        """What a text names, as (`family`, `item`, `region` or `category`, name), and whether it is written as in the workbook."""
        exact: dict[str, list[tuple[str, str]]] = self._exact  # type: ignore[attr-defined]
        loose: dict[str, list[tuple[str, str]]] = self._loose  # type: ignore[attr-defined]
        if text in exact:
            return exact[text], True
        key = squeeze(text)
        # Excel turns the code 0017 into 17
        found = (loose.get(key) or (self._short.get(key, []) if key.isdecimal() else [])) if key else []  # type: ignore[attr-defined]
        region = "" if found else self.located(text)
        return [("region", region)] if region else found, False

    def located(self, text: str) -> str:
        """Region of the location that a text names, by code or by name; `""` for everything else."""
        return self._located.get(squeeze(text), "") if text else ""  # type: ignore[attr-defined]

    def near(self, text: str) -> str:
        """`did you mean "..."?`, `""` where no name is near."""
        return suggestion(text, [*self.families, *self.regions, *self.family_of], cutoff=0.75)

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories of Items; one that is a family as well is left to the family."""
        families = {squeeze(f) for f in self.families}
        return tuple(c for c in dict.fromkeys(self.category_of.values()) if squeeze(c) not in families)


def as_label(value: CellValue) -> str:
    """A label cell as text; a whole number without its point, a date as its day, so that codes that became numbers still match."""
    from sop_xl.sheets.cells import plain

    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return plain(str(value)).removeprefix("'")
    return value.strftime("%Y-%m-%d")
