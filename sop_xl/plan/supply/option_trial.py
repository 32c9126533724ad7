"""One option tried: the plan with a lever, or several, beside the plan without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from sop_xl.plan.supply.figures import PlanFigures, lateness_cost, plan_figures
from sop_xl.plan.supply.lever_names import option_name
from sop_xl.plan.supply.lever_use import LEAST_USE, LeverUse, lever_use, rounding_cost
from sop_xl.plan.supply.levers import Lever, pull
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver import SolvedModel, solve_supply

PARTS = 3
"""Levers in a combination at most."""

COMBINATIONS_TRIED = 4
"""Combinations that are solved at most."""

LEAST_REMOVED = 0.001
"""Part of what waits or is lost without any option, and of its cost, that a further part of a combination has to remove at least."""

LEAST_GAIN = 0.005
"""Plan currency: what rises by less has not risen."""

ALONE = ("price", "allocation")
"""Kinds of which a combination holds one at most: a second would undo the first."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Trial:
    """One option tried: its levers, the plan with them, its figures, and what it uses of each lever."""

    levers: tuple[Lever, ...]
    solution: SupplySolution
    figures: PlanFigures
    uses: tuple[LeverUse, ...]

    @property
    def is_used(self) -> bool:
        """Whether the plan uses anything of it."""
        return any(self.parts_used)

    @property
    def parts_used(self) -> list[bool]:
        """Of each lever, whether the plan uses anything of it."""
        return [use.value > LEAST_USE or use.value < 0 for use in self.uses]

    def of_parts_used(self) -> Trial:
        """The same without the levers of which nothing is used: the plan is as good without them."""
        used = self.parts_used
        kept = tuple(lever for lever, keep in zip(self.levers, used, strict=True) if keep)
        return replace(self, levers=kept, uses=tuple(use for use, keep in zip(self.uses, used, strict=True) if keep))


class Bench:
    """The plan that options are compared with, and how they are.

    Parameters
    ----------
    model
        The plan without any of them, made without whole lots, and the model that it came from.
    whole
        Whether extra shifts and workers are paid whole, rounded up.
    with_lateness
        Whether what waiting costs counts in the ranking.
    elasticity
        As in `levers.pull`.
    """

    def __init__(self, model: SolvedModel, *, whole: bool, with_lateness: bool, elasticity: pd.DataFrame | None) -> None:
        self.model, self.whole, self.with_lateness, self.elasticity = model, whole, with_lateness, elasticity
        self.without: SupplySolution = model.solution
        self.figures = self._figures(self.without)

    @property
    def network(self) -> SupplyNetwork:
        """Of the plan without an option."""
        return self.without.network

    def pulled(self, levers: Sequence[Lever]) -> tuple[SupplyNetwork, SupplyRules]:
        """The network and rules with every one of those levers pulled."""
        network, rules = self.without.network, self.without.rules
        for lever in levers:
            network, rules = pull(network, rules, lever, self.elasticity)
        return network, rules

    def trial(self, levers: tuple[Lever, ...]) -> Trial:
        """Make the plan with those levers.

        Levers of which nothing is used leave the figures as they are, though the solver might have found another plan that is as good.
        """
        network, rules = self.pulled(levers)
        solution = self.model.resolve(network) if rules == self.without.rules else solve_supply(network, rules)
        uses = tuple(lever_use(lever, self.without, solution, whole=self.whole) for lever in levers)
        trial = Trial(levers, solution, self._figures(solution), uses)
        return trial if trial.is_used else replace(trial, figures=self.figures)

    def _figures(self, solution: SupplySolution) -> PlanFigures:
        figures = plan_figures(solution)
        more = rounding_cost(solution) if self.whole else 0.0
        late = lateness_cost(solution, self.network.streams)  # at today's rates, whatever a rule of allocation weighs
        return replace(figures, profit=figures.profit - more, cash=figures.cash - more, lateness_cost=late)

    def gain(self, trial: Trial) -> float:
        """What the option is ranked by, plan currency more than without it."""
        profit = trial.figures.profit - self.figures.profit
        return profit - (trial.figures.lateness_cost - self.figures.lateness_cost) if self.with_lateness else profit

    def removes_more(self, mine: PlanFigures, its: PlanFigures) -> bool:
        """Whether the plan of `mine` leaves less waiting or lost, or late, than that of `its`, by more than a solver's tolerance would explain."""
        without = self.figures
        return (
            mine.unmet_demand < its.unmet_demand - LEAST_REMOVED * max(without.unmet_demand, LEAST_USE)
            or mine.lateness_cost < its.lateness_cost - max(LEAST_REMOVED * without.lateness_cost, LEAST_GAIN)
            or mine.service > its.service + LEAST_REMOVED * max(1.0 - without.service, LEAST_USE)
        )

    def order(self, trial: Trial) -> tuple[bool, float, float, float, int, str]:
        """Profit first, then service, then cash; what changes nothing last."""
        figures = trial.figures
        return (
            not trial.is_used, -round(self.gain(trial), 2), -round(figures.service, 6), -round(figures.cash, 2),
            len(trial.levers), option_name(trial.levers, self.network.timeline),
        )  # fmt: skip


def combinations(bench: Bench, ranked: list[Trial], tell: Progress, done: int, total: int) -> list[Trial]:
    """The best option with the second, then with the third, as long as the gain rises; those of it that gain.

    A further part has to serve what is short: to leave less of it, or to serve some of it cheaper. What merely earns, as a higher price does once
    nothing is short, is no part of a combination: it stands as an option of its own. A price joins last, for what the others leave short.

    Parameters
    ----------
    ranked
        Options with one lever each, the best first.
    tell, done, total
        See `options.try_options`.
    """
    used = [trial for trial in ranked if trial.is_used]
    best, *others = sorted(used, key=lambda trial: trial.levers[0].kind == "price" or bench.gain(trial) <= LEAST_GAIN) or ranked
    if bench.gain(best) <= LEAST_GAIN:
        return []
    found: list[Trial] = []
    tried = 0
    for other in others:
        if tried == COMBINATIONS_TRIED or len(best.levers) == PARTS:
            break
        (lever,) = other.levers
        if lever.kind in ALONE and any(lever.kind == part.kind for part in best.levers):
            continue
        before = bench.pulled(best.levers)
        after = pull(*before, lever, bench.elasticity)
        if after[0] is before[0] and after[1] is before[1]:
            continue  # all that it reaches is part of the combination
        levers = (*best.levers, lever)
        tell(f"Trying {option_name(levers, bench.network.timeline)}", done + tried, total)
        tried += 1
        trial = bench.trial(levers).of_parts_used()
        serves = bench.removes_more(trial.figures, best.figures) or (lever.kind not in ALONE and bench.removes_more(other.figures, bench.figures))
        if serves and bench.gain(trial) > bench.gain(best) + LEAST_GAIN:
            best = trial
            if len(trial.levers) > 1:
                found.append(trial)
    return found
