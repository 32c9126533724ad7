"""What a text of a budget means: the part that a header, a label or a title contributes to the figures beside or below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from sop_xl.blocks import CellValue
from sop_xl.sheets.budget_paste.money import take_money
from sop_xl.sheets.budget_paste.names import Known, as_label
from sop_xl.sheets.budget_paste.when import When, parse_when, together
from sop_xl.sheets.budget_paste.words import (
    FILLERS,
    GRAND,
    NOT_A_TITLE,
    RATIO,
    TOTAL,
    apart,
    role_word,
    take_measure,
    take_version,
)
from sop_xl.sheets.cell_dates import unaccented
from sop_xl.sheets.cells import Habits, Refused, is_absent, plain
from sop_xl.sheets.header_terms import terms_of
from sop_xl.sheets.spec import SheetSpec


@dataclass(frozen=True, slots=True)
class Meaning:
    """As far as it is said; `""`, 0 and `None` are not said.

    Parameters
    ----------
    category, family, item, region, owner
        Labels of the budget; a category is that of Items, and says nothing beside a family or an item.
    measure
        Name of a measure of the Budget.
    currency, scale
        Three-letter code; 1, 1,000 or 1,000,000, `of_money` where it was said of money.
    version
        `budget`, `plan` or `other`.
    when
        Time.
    total
        `total`, or `grand total`.
    role
        Of a header: what the cells below it are.
    rest
        Words that are not understood.
    loose
        A name that is written otherwise than in the workbook.
    location
        The location that stands for its region: budgets of several locations of a region are added up.
    doubt
        Why it can be read in two ways.
    """

    category: str = ""
    family: str = ""
    item: str = ""
    region: str = ""
    owner: str = ""
    measure: str = ""
    currency: str = ""
    scale: float = 0.0
    of_money: bool = False
    version: str = ""
    when: When | None = None
    total: str = ""
    role: str = ""
    rest: str = ""
    loose: str = ""
    location: str = ""
    doubt: str = ""

    @property
    def said(self) -> bool:
        """Whether it says anything about figures."""
        return bool(self.scope or self.measure or self.currency or self.scale or self.version or self.when or self.total)

    @property
    def scope(self) -> tuple[str, ...]:
        """The labels that it sets."""
        return tuple(name for name in ("category", "family", "item", "region", "owner") if getattr(self, name))


NOTHING = Meaning()


@lru_cache(maxsize=65536)
def merged(narrow: Meaning, wide: Meaning) -> Meaning:
    """Both together; where both say something, `narrow` holds if it stands nearer to the figures, a contradiction of names is a doubt."""
    doubt = narrow.doubt or wide.doubt
    values: dict[str, object] = {}
    for f in fields(Meaning):
        own, other = getattr(narrow, f.name), getattr(wide, f.name)
        values[f.name] = own or other
        if own and other and own != other and f.name in ("category", "family", "item", "region", "owner", "measure"):
            doubt = doubt or f'both "{own}" and "{other}" as its {f.name}'
    when = together(narrow.when, wide.when)
    if isinstance(when, Refused):
        doubt, when = doubt or "two periods", narrow.when
    values["when"], values["doubt"] = when, doubt
    if values["family"] or values["item"]:
        values["category"] = ""
    if narrow.scale == 0.0:
        values["scale"], values["of_money"] = wide.scale, wide.of_money
    else:
        values["of_money"] = narrow.of_money
    return Meaning(**values)  # type: ignore[arg-type]


class Reader:
    """Reads texts of one paste; the same text is read once.

    Parameters
    ----------
    spec
        Contract of the Budget, for the words of its own header.
    known
        The workbook's names.
    habits
        How dates are read.
    plan_currency
        Three-letter code.
    """

    def __init__(self, spec: SheetSpec, known: Known, habits: Habits, plan_currency: str) -> None:
        self.known, self.habits, self.plan_currency = known, habits, plan_currency
        self._terms = terms_of(spec, plan_currency)
        self._spec = spec
        self.text = lru_cache(maxsize=None)(self._text)
        self.labels: dict[tuple[str, type, CellValue], Meaning] = {}  # of label cells, by role of their column

    def header(self, value: CellValue, *, numbers: bool = True) -> Meaning:
        """Meaning of a header cell; a bare year or number of a month counts as time."""
        if isinstance(value, str):
            return self.text(value)
        when = parse_when(value, self.habits, numbers=numbers)
        if isinstance(when, When):
            return Meaning(when=when)
        label = as_label(value)
        found, _ = self.known.find(label) if label else ([], False)
        return replace(NOTHING, **{found[0][0]: found[0][1]}) if len(found) == 1 else Meaning(rest=label)  # type: ignore[arg-type]

    def _text(self, text: str) -> Meaning:
        label = plain(text)
        if is_absent(label, number=True):
            return NOTHING
        named = self._name(label)
        low = apart(unaccented(label))
        if named is not None:
            when = parse_when(label, self.habits)
            if isinstance(when, When) and when.part != "year":
                named = replace(named, doubt=f'"{label}" names a {next(iter(named.scope), "label")} and a time')
            return named
        role = "" if RATIO.search(low) else self._role(label)
        if role and role not in ("year", "period"):
            return role_meaning(role)
        when = parse_when(label, self.habits)
        if isinstance(when, When):
            return Meaning(when=when)
        if isinstance(when, Refused):
            return Meaning(rest=label, doubt=when.expected + (f" ({when.hint})" if when.hint else ""))
        if role:
            return Meaning(role=role)
        return self._parts(low, label)

    def _name(self, label: str) -> Meaning | None:
        found, exact = self.known.find(label)
        if not found:
            return None
        loose = "" if exact else label
        if len(found) > 1:
            return Meaning(rest=label, doubt=f"{' or '.join(f'{kind} {name}' for kind, name in found)}")
        kind, name = found[0]
        return Meaning(**{kind: name}, loose=loose, location=label if self.known.located(label) else "")  # type: ignore[arg-type]

    def _role(self, label: str) -> str:
        match = self._terms.column_of(label)
        if role_word(label) == "value":  # an amount of what the rows say
            return "value"
        if match:
            return "left out" if match[0] == "note" else match[0]
        return self._terms.role_of(label) or role_word(label)

    def _parts(self, low: str, label: str) -> Meaning:
        """A text of several words, each of which says something: `Umsatzbudget 2026 in TEUR`, `North - Jan 26`."""
        money = take_money(low, label, self.plan_currency)
        version, rest = take_version(money.rest)
        total, rest = _take_total(rest)
        ratio = bool(RATIO.search(rest))
        measure, rest = ("", rest) if ratio else take_measure(rest)
        when, rest = self._take_when(rest)
        name, rest = self._take_name(rest)
        doubt = name.doubt
        if isinstance(when, Refused):
            doubt, when = doubt or when.expected, None
        return replace(
            name, measure=measure, currency=money.currency, scale=money.scale, of_money=money.of_money, version=version, when=when, total=total,
            rest="%" if ratio else rest, doubt=doubt,
        )  # fmt: skip

    def _take_when(self, text: str) -> tuple[When | Refused | None, str]:
        """The widest run of words that names a time, and the words around it; two times are a doubt."""
        words = [w for w in re.split(r"[\s,;:|()\[\]]+|(?<=\D)/(?=\D)", text) if w and w not in "-–"]
        found: list[When] = []
        left: list[str] = []
        k = 0
        while k < len(words):
            for size in (4, 3, 2, 1):
                if k + size > len(words):
                    continue
                when = parse_when(" ".join(words[k : k + size]), self.habits)
                if isinstance(when, When):
                    found.append(when)
                    k += size
                    break
            else:
                left.append(words[k])
                k += 1
        said: When | Refused | None = None
        for when in found:
            said = together(said, when) if not isinstance(said, Refused) else said
        return said, " ".join(left)

    def _take_name(self, text: str) -> tuple[Meaning, str]:
        words = [w for w in re.split(r"[\s\-–_,.;:/|()\[\]'\"]+", text) if w and w not in FILLERS]
        rest = " ".join(words)
        if not rest:
            return NOTHING, ""
        # the whole rest of the text is a name, never a part of it
        named = self._name(rest) or self._name(" ".join(text.split()).strip("-–:,. "))
        return (named, "") if named is not None else (NOTHING, rest)

    def names_total(self, text: str) -> bool:
        """Whether a text is that of a total; most texts hold no such word and are not looked at further."""
        return TOTAL.search(unaccented(text)) is not None and bool(self.text(text).total)

    def title(self, text: str) -> Meaning:
        """Meaning of a line above or between tables: dates of printing and words that it does not know say nothing."""
        low = unaccented(plain(text))
        read = self.text(text)
        if read.role and not read.measure:
            return NOTHING
        when = read.when
        if when is not None and (when.day or NOT_A_TITLE.search(low)):
            read = replace(read, when=None)
        if read.rest:  # a sentence that happens to hold a word such as sales
            read = replace(read, category="", family="", item="", region="", owner="", loose="", measure="", version="")
        return replace(read, total="", doubt=read.doubt if read.doubt and not read.rest else "")


def role_meaning(role: str) -> Meaning:
    """A header word of the contract: a measure as such, everything else as a role of the column."""
    if role.startswith("measure:"):
        return Meaning(measure=role.removeprefix("measure:"), role="value")
    return Meaning(role=role)


def _take_total(text: str) -> tuple[str, str]:
    match = TOTAL.search(text)
    if match is None:
        return "", text
    kind = "grand total" if GRAND.search(match.group()) or GRAND.search(text) else "total"
    return kind, f"{text[: match.start()]} {text[match.end() :]}"
