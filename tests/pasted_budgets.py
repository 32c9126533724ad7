"""Budgets as finance pastes them, as text, and the small company that they are about."""

from __future__ import annotations

from sheet_tables import block_of

from sop_xl.errors import Severity
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.names import Known
from sop_xl.sheets.budget_paste.paste import PastedBudget, read_budget_paste
from sop_xl.sheets.budget_paste.remembered import MappingLine, Remembered
from sop_xl.sheets.settings import Settings

KNOWN = Known(
    families=("Chairs", "Tables", "Garden Chairs"),
    regions=("North", "South"),
    family_of={"0017": "Chairs", "0018": "Chairs", "0042": "Tables", "AX-7": "Garden Chairs"},
    category_of={"Chairs": "Indoor", "Tables": "Indoor", "Garden Chairs": "Outdoor"},
    item_names={"Bar stool": "0017"},
)
EUR = Settings(plan_currency="EUR")


def paste(text: str, settings: Settings = EUR, remembered: Remembered | None = None) -> PastedBudget:
    """The text pasted at A1 of an empty tab."""
    pasted = read_budget_paste(sheet("Budget"), block_of(text, "Budget", row=1), settings, KNOWN, remembered)
    assert pasted is not None, "no table was found"
    return pasted


def budget(pasted: PastedBudget, *labels: str, measure: str = "revenue") -> dict[tuple[str, ...], float]:
    """Amounts of one measure by the labels asked for and the periods covered, as `2026-01` or `2026-01..2026-03`."""
    found: dict[tuple[str, ...], float] = {}
    for row in pasted.figures[pasted.figures["measure"] == measure].to_dict("records"):
        first, last = f"{row['period']:%Y-%m}", f"{row['last_period']:%Y-%m}"
        key = (*(row[name] for name in labels), first if first == last else f"{first}..{last}")
        assert key not in found, f"{key} stands twice"
        found[key] = row["number"]
    return found


def said(pasted: PastedBudget, *severities: Severity) -> list[str]:
    """Rendered problems; errors and warnings where no severity is named."""
    wanted = severities or (Severity.ERROR, Severity.WARNING)
    return [str(p) for p in pasted.reading.problems if p.severity in wanted]


def rules(pasted: PastedBudget) -> list[str]:
    return [p.rule for p in pasted.reading.problems if p.severity is not Severity.NOTE]


def taken(pasted: PastedBudget, kind: str) -> dict[str, str]:
    """What each column, row or total was taken as, by its place."""
    lines = pasted.mapping[pasted.mapping["kind"] == kind]
    return dict(zip(lines["place"], lines["taken_as"], strict=True))


def meaning(pasted: PastedBudget, kind: str, place: str) -> str:
    """The words of one line of Budget Mapping."""
    lines = pasted.mapping[(pasted.mapping["kind"] == kind) & (pasted.mapping["place"] == place)]
    assert len(lines) == 1
    return str(lines["means"].iloc[0])


def line(pasted: PastedBudget, kind: str, place: str):
    """One line of Budget Mapping."""
    (found,) = pasted.mapping[(pasted.mapping["kind"] == kind) & (pasted.mapping["place"] == place)].to_dict("records")
    return found


def remember(pasted: PastedBudget, *, confirmed: bool = False, **decisions: str) -> Remembered:
    """Budget Mapping as the planner leaves it: `column_B="left out"` is his word on that line, `confirmed` his yes on the line of part sheet."""
    lines = []
    for k, row in enumerate(pasted.mapping.to_dict("records")):
        decision = decisions.get(f"{row['kind']}_{row['place']}", row["decision"])
        yes = (confirmed and row["kind"] == "sheet") or row["confirmed"] == "yes"
        lines.append(MappingLine(row["layout"], row["kind"], row["place"], row["found"], decision, yes, f"I{7 + k}"))
    return Remembered(tuple(lines), "Budget Mapping")
