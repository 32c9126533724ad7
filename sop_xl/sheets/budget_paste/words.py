"""What finance calls things in English, German, French and Spanish: versions, measures, totals, label columns.

Words are compared in lower case without accents. A word is listed only where it means one thing in a budget; what is not listed is not
understood, and said.
"""

from __future__ import annotations

import re

from sop_xl.sheets.cells import squeeze

BUDGET, PLAN, OTHER = "budget", "plan", "other"
"""Versions of a figure: the budget itself; a plan, which stands for it where nothing is called budget; anything else, which is left out."""

VERSIONS: dict[str, str] = {
    BUDGET: r"budgets?|budgeted|budgete|bud|bdg|targets?|soll|ziel|zielwerte?|presupuestos?|ppto|objectifs?|objetivos?",
    PLAN: r"plan|planned|planung|planwerte?|previsions?|previstos?",
    OTHER: (
        r"actuals?|act|ist|istwerte?|reel|reels|realises?|reales|forecasts?|fc|fcst|latest estimate|prior year|previous year|last year|py|ly|vj|vorjahre?s?"
        r"|annee precedente|ano anterior|variances?|var|abw|abweichung|delta|difference|differenz|ecarts?|diff|desviacion(?:es)?|growth|wachstum|croissance|crecimiento"
    ),
}
_VERSION = {name: re.compile(rf"\b(?:{words})\b\.?") for name, words in VERSIONS.items()}

TOTAL = re.compile(
    r"\b(?:grand[ -]total|sub[ -]?totals?|sous[ -]total|zwischensumme|gesamtsumme|gesamtergebnis|gesamt|insgesamt|summe|totals?|totale?s?|totaux|somme|suma|sum|ytd)\b\.?:?"
)
GRAND = re.compile(r"grand|gesamt|insgesamt|general")
"""A total of everything, rather than of the rows since the last one."""

MEASURES: dict[str, str] = {
    "gross_margin": r"gross (?:margin|profit)|rohertrag|rohmarge|bruttomarge|marge brute|margen bruto|margin|marge|margen",
    "cost": (
        r"cost of (?:goods sold|goods|sales)|cogs|umsatzkosten|herstellungskosten|herstellkosten|wareneinsatz|cout des ventes|couts?|coste de (?:las )?ventas"
        r"|costo de (?:las )?ventas|costes?|costos?|kosten|costs?"
    ),
    "revenue": (
        r"net (?:sales|revenues?)|sales (?:value|revenues?)|revenues?|turnover|sales|nettoumsatz|umsatzerlose|umsaetze|umsatze|umsatz|erlose|chiffre d.affaires|ventes|ventas|ingresos"
    ),
    "demand": (
        r"sales (?:units|quantity|volume)|units sold|units|quantity|quantities|qty|volumes?|absatzmenge|absatz|mengen?|stuckzahl|stuck|pieces|pcs|quantites?|cantidad(?:es)?"
        r"|unidades|unites|volumen|demand"
    ),
}
_MEASURE = {name: re.compile(rf"\b(?:{words})\b") for name, words in MEASURES.items()}
_COMPOUND = re.compile(r"\b(umsatz|absatz|kosten|margen|sales)(budget|planung|plan|ziel)\b")
RATIO = re.compile(r"%|\b(?:percent|prozent|pct|price|preis|prix|precio|asp)\b")
"""Ratios and prices: they are never added up, so a budget of money and units does not take them."""

FILLERS = frozenset(
    ["in", "of", "the", "for", "per", "by", "and", "at", "to", "de", "del", "des", "du", "la", "le", "les", "el", "los", "las", "von", "fur", "der", "die", "das", "und", "pour", "para", "en", "y", "et", "les", "par", "por", "values", "value", "amount", "amounts", "figures", "werte", "betrage", "betrag", "montant", "importe", "all", "alle", "tous", "toutes", "todas", "todos", "region", "regions", "family", "item", "company", "unternehmen", "entreprise", "empresa"]
)
NOT_A_TITLE = re.compile(r"\b(?:stand|as of|printed|print date|datum|date|erstellt|created|exported|prepared|source|quelle|page|seite|version|draft|entwurf)\b")
"""Marks a line above a table whose dates say when it was printed, not what it is about."""

ROLES: dict[str, str] = {
    "product": "product|produkt|produit|producto|article|artikel|articulo|material|description|bezeichnung|designation",
    "family": "family|familie|famille|familia|product family|produktfamilie|product group|productgroup|produktgruppe|warengruppe|subcategory|gamme|product line|linea|famille de produits|familia de productos",
    "category": "category|product category|kategorie|produktkategorie|categorie|categoria|item category|main group|hauptgruppe",
    "item": "item|sku|item number|item no|item code|part number|part no|artikelnummer|artikelnr|artikel nr|materialnummer|material number|reference|referencia|code article",
    "region": "region|regionen|gebiet|vertriebsgebiet|territory|area|land|country|pays|pais|zone|zona|market|markt|sales region|sales area",
    "owner": "owner|kostenstelle|verkaufer|vendeur|vendedor|centre de cout|centro de coste|verantwortlich|sales rep|salesperson",
    "measure": "measure|kennzahl|account|konto|kontobezeichnung|account name|gl account|sachkonto|compte|cuenta|kpi|line|position|posten|indicateur|indicador|kpi name",
    "unit": "unit|einheit|unite|unidad|currency|wahrung|waehrung|devise|moneda|curr|whg",
    "version": "version|scenario|szenario|category of data|data type|ledger|escenario|budget version|planversion",
    "year": "year|calendar year|jahr|kalenderjahr|annee|ano|yr",
    "fiscal year": "fiscal year|fy|financial year|geschaftsjahr|gj|exercice|ejercicio",
    "month": "month|monat|mois|mes|calendar month|month name|fiscal period",
    "quarter": "quarter|quartal|trimestre|qtr",
    "period": "period|periode|posting period|buchungsperiode|year month|yearmonth|month year|jahr monat|date|datum|fecha|posting date|week|woche|semaine|semana",
    "value": "value|wert|valeur|valor|amount|betrag|montant|importe|figure|amount in local currency|budget amount|total amount",
    "left out": (
        "note|notes|comment|comments|kommentar|bemerkung|commentaire|comentario|customer|kunde|client|cliente|plant|werk|company|company code|buchungskreis|gesellschaft|document|"
        "document number|belegnummer|beleg|user|benutzer|text|name|channel|kanal|segment|profit center|profit centre|profitcenter|id|nr|no|line no|posting key|business unit"
    ),
}  # fmt: skip
_ROLE_OF = {squeeze(word): role for role, words in ROLES.items() for word in words.split("|")}


def role_word(text: str) -> str:
    """Role of a label column that its header names, `""` for none; a unit in brackets at the end does not count."""
    return _ROLE_OF.get(squeeze(text)) or _ROLE_OF.get(squeeze(re.sub(r"[(\[].*[)\]]\s*$", "", text)), "")


def take_version(text: str) -> tuple[str, str]:
    """The version that a text names and the text without it; the budget beats others named beside it."""
    found = [name for name, pattern in _VERSION.items() if pattern.search(text)]
    if not found:
        return "", text
    name = OTHER if OTHER in found and BUDGET not in found else found[0]
    # "Budget vs. actual" is a difference, not a budget
    if OTHER in found and BUDGET in found and re.search(r"\b(?:vs|versus|zu|gegen|-)\b", text):
        name = OTHER
    for pattern in _VERSION.values():
        text = pattern.sub(" ", text)
    return name, text


def take_measure(text: str) -> tuple[str, str]:
    """The measure of the Budget that a text names and the text without it."""
    for name, pattern in _MEASURE.items():
        match = pattern.search(text)
        if match:
            return name, f"{text[: match.start()]} {text[match.end() :]}"
    return "", text


def apart(text: str) -> str:
    """German compounds such as `Umsatzbudget` as two words."""
    return _COMPOUND.sub(r"\1 \2", text)
