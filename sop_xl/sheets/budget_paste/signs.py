"""Costs that finance states with a minus sign count positive, as everywhere in a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sop_xl.blocks import Block
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.budget_paste.figures import Figure
from sop_xl.sheets.cells import show

NEGATIVE_COSTS = "costs below zero"
"""Text of the line of Budget Mapping that says it."""


def positive_costs(block: Block, figures: Sequence[Figure]) -> tuple[list[Figure], bool, list[Problem]]:
    """Figures of one table with costs that count positive, whether most of them were stated below zero, and a warning where some were and some were not.

    Where most are below zero the sign of every cost is turned, so that a credit among them stays one. `pasted` stays as it stands.
    """
    costs = [f for f in figures if f.measure == "cost" and f.pasted]
    below = [f for f in costs if f.pasted < 0]
    negative = 2 * len(below) > len(costs)
    turned = [replace(f, number=0.0 - f.number) if negative and f.measure == "cost" else f for f in figures]
    problems = []
    if below and len(below) < len(costs):
        odd = next(f for f in costs if (f.pasted < 0) != negative)
        count = len(costs) - len(below) if negative else len(below)
        words = f"expected costs of one sign: {count} of {len(costs)} are {'above' if negative else 'below'} zero and reduce the cost"
        problems.append(Problem(block.sheet, block.address(odd.row, odd.column), "budget-cost-signs", words, show(odd.pasted), "the first of them", Severity.WARNING))
    return turned, negative, problems
