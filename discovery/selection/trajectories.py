"""Selection on trajectories: pool, beam over equations, growing windows, structure moves, ranking."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from discovery.dynamics.windows import Windows
from discovery.laws import FIRST
from discovery.protocols import NEVER, Deadline, Progress, Witness, silent, unseen
from discovery.selection.adding import completed
from discovery.selection.beam import Beam, leading, systems
from discovery.selection.borrowing import with_borrowed
from discovery.selection.credits import Credits
from discovery.selection.ended import ended
from discovery.selection.growth import Growth, climb, grow, levels
from discovery.selection.moves import prune
from discovery.selection.polish import reweighed
from discovery.selection.pool import Entry, Pools, Sheets, sheets_of
from discovery.selection.ranked import show, showing
from discovery.selection.refined import (
    Refined,
    best_of_each_form,
    canonical_law,
    charged,
    in_order,
    leader,
    refine,
    refitted,
    side_by_side,
)
from discovery.selection.rewritten import distinct
from discovery.selection.second_look import Look, looks_twice, second_look
from discovery.selection.selected import Selected, selected
from discovery.selection.simplifying import simplified_front
from discovery.selection.told import hiding, permitted, refused, tried_on, whole_laws
from discovery.selection.turning import turned
from discovery.selection.varying import Varying, varied
from discovery.selection.worth import worthy
from discovery.types import DiscoveryProblem, EquationCandidate, Law, NoiseModel

PLUGIN = "TrajectorySelector"
CITES = ("Bock1983", "Schwarz1978", "Bartlett2023")
# Deviations from which on a robust loss is linear: beyond lie three in a thousand of normal noise, so that nearly
# nothing is lost where there are no outliers.
BEND = 3.0
# Rounds where there is no second look, so that the pools stay.
FEWER_ROUNDS = 2
# Times the last round's time that has to be left for a further one: forecasts and intervals come after it.
SPARED = 2.0


@dataclass(frozen=True)
class TrajectorySelector:
    """Settings of selection.

    Attributes:
        per_size: candidates kept of each number of constants, by engine and regression.
        most: candidates of one equation that are tried on the trajectories.
        beam_samples: samples on which systems are compared while equations are varied.
        finalists: systems fitted on growing windows.
        leading: systems of the first entries of the pools that are finalists besides.
        one_rate: systems of one rate, of each number of constants, that are finalists besides, with terms they miss.
        completed: leading systems that are tried with terms that they miss.
        pruned: leading systems that are tried without each of their terms.
        rounds: times that weights are taken from the best law's curve and equations are exchanged, at most.
        polished: leading systems whose constants and noise are fitted in turn at last.
        forecast: leading systems whose forecasts of kept-out samples are computed.
        threads: fits side by side; the result does not depend on it.
    """

    per_size: int = 2
    most: int = 40
    beam_samples: int = 1500
    finalists: int = 24
    leading: int = 8
    one_rate: int = 2
    completed: int = 2
    pruned: int = 3
    rounds: int = 5
    polished: int = 3
    forecast: int = 5
    threads: int = 2
    beam: Beam = field(default_factory=Beam)
    growth: Growth = field(default_factory=Growth)
    varying: Varying = field(default_factory=Varying)

    def robust(self) -> TrajectorySelector:
        """The same with a loss that outliers pull with a bounded force."""
        return self.fitting(bend=BEND)

    def fitting(self, **changes: Any) -> TrajectorySelector:
        """The same with other settings of all fits."""
        beam = replace(self.beam, shooting=replace(self.beam.shooting, **changes))
        growth = replace(self.growth, shooting=replace(self.growth.shooting, **changes))
        first, further = (replace(fit, **changes) for fit in (self.varying.first, self.varying.further))
        return replace(self, beam=beam, growth=growth, varying=replace(self.varying, first=first, further=further))

    def run(
        self,
        candidates: Sequence[EquationCandidate | Law],
        problem: DiscoveryProblem,
        *,
        deadline: Deadline = NEVER,
        progress: Progress = silent,
        witness: Witness = unseen,
    ) -> Selected:
        """Refined laws from best to worst, with the fits behind the ranking; ``witness`` sees it come about."""
        tried, sheets, credit = self._pools(candidates, problem, deadline)
        pools = tried.entries
        told, ladder = whole_laws(candidates, problem), levels(problem, self.growth)
        laws, first = list[Law]() if pools else told, list[Law]()
        if pools and all(pools.values()):
            short = levels(problem, self.growth, max_samples=self.beam_samples)
            short = short[:1] + [windows for windows in short[1:] if windows.length <= self.growth.compared]
            found = systems(
                pools, [canonical_law(law) for law in told], short, self.beam, threads=self.threads,
                deadline=deadline, progress=progress, witness=showing(witness, short[-1]),
            )  # fmt: skip
            laws = [item.law for item in _finalists(found, self.finalists)]
            # Short windows compare systems badly; the pool's order is that of longer ones, if to first order only.
            forms = {law.skeletons for law in laws}
            first = [*leading(pools, self.leading), *self._of_one_rate(tried.of_one_rate, short, deadline)]
            laws += [law for law in first if law.skeletons not in forms]
            laws += [law for law in self._completed(found[: self.completed], short[-1], deadline) if law not in laws]
            laws, first = _led([canonical_law(law) for law in told if law.sources == (FIRST,)], laws, first)
        progress("selection", f"refining {len(laws)} laws on growing windows")
        growing = _growing(progress, witness, ladder[-1].length)
        refined, windows = grow(
            laws, ladder, self.growth, threads=self.threads, deadline=deadline, kept=first, witness=growing
        )
        refined = _beside(self, refined, hiding(told, problem) if windows is ladder[-1] else (), windows, deadline)
        progress("selection", "exchanging equations on long windows")
        refined, windows = exchanged_in_rounds(self, refined, windows, pools, sheets, problem, deadline, progress)
        refined, windows = worthy(refined, windows) if problem.frame is not None else (refined, windows)
        progress("selection", "dropping terms that do not pay")
        refined = [turned(item, windows) for item in self.pruned_laws(refined, windows, deadline)]
        progress("selection", "equal and simple constants")
        refined = simplified_front(
            refined, windows, self.growth.shooting, threads=self.threads, deadline=deadline,
            surcharge=problem.surcharge,
        )  # fmt: skip
        every = charged(refined, problem.surcharge)
        refined = credit.credited([item for item in every if permitted(item.law, problem)])
        show(witness, refined, windows)
        chosen = self._selected(refined, windows, problem, deadline)
        if not refined:
            return replace(chosen, refused=max(len(every), refused(candidates, problem)))
        return replace(chosen, proposed=credit.by_equation(chosen.refined[0].law))

    def _selected(
        self, refined: Sequence[Refined], windows: Windows, problem: DiscoveryProblem, deadline: Deadline
    ) -> Selected:
        settings = self.growth.shooting
        laws = distinct(refined, problem.trajectories, deadline)
        return selected(
            laws, windows, problem, settings, forecast=self.forecast, polish=self.polished, deadline=deadline
        )

    def _pools(
        self, candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem, deadline: Deadline
    ) -> tuple[Pools, Sheets, Credits]:
        """The first pools, and of all candidates what a second look needs, and who proposed them.

        Nothing but the pools for a law told in part.
        """
        sheets = sheets_of(candidates, problem) if problem.frame is None else {}
        pools = tried_on(
            candidates, problem, per_size=self.per_size, most=self.most, one_rate=self.one_rate, sheets=sheets,
            deadline=deadline,
        )  # fmt: skip
        credit = Credits.of(sheets)
        if any(isinstance(one, EquationCandidate) and one.common for one in candidates):
            credit = credit.beside(pools.entries)
        return pools, {state: sheet.without_views() for state, sheet in sheets.items()}, credit

    def _of_one_rate(self, laws: Sequence[Law], short: Sequence[Windows], deadline: Deadline) -> list[Law]:
        """The laws with what their equations do not share."""
        fitted = side_by_side(lambda law: climb(law, short, self.beam.shooting), laws, self.threads, deadline)
        return self._completed(fitted, short[-1], deadline)

    def _completed(self, found: Sequence[Refined], windows: Windows, deadline: Deadline) -> list[Law]:
        settings = self.beam.shooting
        return [completed(item, windows, settings, deadline=deadline).law for item in found]

    def pruned_laws(self, refined: Sequence[Refined], windows: Windows, deadline: Deadline) -> list[Refined]:
        """The laws, the leading ones without terms that do not pay, best first."""
        settings = self.growth.shooting
        smaller = [
            prune(item, windows, settings, threads=self.threads, deadline=deadline)
            for item in refined[: self.pruned]
            if not deadline.passed()
        ]
        return list(best_of_each_form(in_order([*smaller, *refined])).values())


def _led(shown: Sequence[Law], laws: Sequence[Law], kept: Sequence[Law]) -> tuple[list[Law], list[Law]]:
    """The laws, and those that stay in the race, after those that were shown."""
    forms = {law.skeletons for law in shown}
    return [*shown, *(law for law in laws if law.skeletons not in forms)], [*shown, *kept]


def _growing(progress: Progress, witness: Witness, longest: int) -> Callable[[Sequence[Refined], Windows], None]:
    """Shows the laws after each length of the windows, and tells how long these are."""

    def told(items: Sequence[Refined], windows: Windows) -> None:
        show(witness, items, windows)
        progress("selection", f"refining {len(items)} laws, on windows of {windows.length} of {longest} samples")

    return told


def _beside(
    selector: TrajectorySelector, refined: list[Refined], laws: Sequence[Law], windows: Windows, deadline: Deadline
) -> list[Refined]:
    """Laws that have grown and, beside them, others that are fitted on these windows as they come, best first."""
    shooting = selector.growth.shooting
    straight = side_by_side(lambda law: refine(law, windows, settings=shooting), laws, selector.threads, deadline)
    return in_order([*refined, *straight])


def exchanged_in_rounds(
    selector: TrajectorySelector,
    refined: list[Refined],
    windows: Windows,
    pools: Mapping[str, tuple[Entry, ...]],
    sheets: Sheets,
    problem: DiscoveryProblem,
    deadline: Deadline,
    progress: Progress,
) -> tuple[list[Refined], Windows]:
    """The laws with equations of the best exchanged, on windows weighed by its own curve, as it changes.

    From the second time on they have lost the terms that do not pay, the pools are looked at again, about the curve
    of the best, and equations are proposed that take over whole rates of others: by then the curve and the rates
    are those of a law that is nearly right. It ends when the best stays.
    """
    form, spent, look = tuple[sp.Expr, ...](), 0.0, Look(pools)
    for turn in range(selector.rounds if looks_twice(problem, windows) else FEWER_ROUNDS):
        refined = ended(refined, windows, problem, selector.growth.shooting, deadline)
        best = leader(refined, problem.surcharge)
        if best is None or (turn > 1 and best.law.skeletons == form):
            break
        if turn > 0 and deadline.remaining() <= SPARED * spent:
            break
        form, begin = best.law.skeletons, time.monotonic()
        weighed, noise = reweighed(best.fit, windows, problem.trajectories, problem.smoothing.noise)
        again = refitted(refined, weighed, selector.growth.shooting, threads=selector.threads)
        if not again:  # a stiff law on samples without noise: no integration is as exact as they are
            break
        windows = weighed
        if turn > 0 and problem.frame is None:
            again = selector.pruned_laws(again, windows, deadline)
            look = _seen_again(selector, again, look.pools, sheets, problem, windows, noise, deadline)
        refined = varied(
            again, look.pools, windows, selector.varying, threads=selector.threads, deadline=deadline,
            surcharge=problem.surcharge, pairs=look.pairs, progress=progress,
        )  # fmt: skip
        spent = time.monotonic() - begin
    return refined, windows


def _seen_again(
    selector: TrajectorySelector,
    refined: Sequence[Refined],
    pools: Mapping[str, tuple[Entry, ...]],
    sheets: Sheets,
    problem: DiscoveryProblem,
    windows: Windows,
    noise: NoiseModel,
    deadline: Deadline,
) -> Look:
    """The pools about the best law's curve, where it has one, with rates that equations borrow."""
    best, look = leader(refined, problem.surcharge), Look({})
    if best is not None and looks_twice(problem, windows):
        robust = math.isfinite(selector.growth.shooting.bend)
        look = second_look(
            sheets, problem, best.fit, windows, noise, most=selector.most, robust=robust, deadline=deadline
        )
    laws = [item.law for item in refined]
    return Look(with_borrowed(look.pools or pools, laws, problem, deadline=deadline), look.pairs)


def _finalists(found: Sequence[Refined], most: int) -> list[Refined]:
    """The best systems, one of each form, and the best of each number of constants."""
    forms = list(best_of_each_form(found).values())
    sizes: dict[int, Refined] = {}
    for item in forms:
        sizes.setdefault(len(item.law.constants), item)
    smallest, first = sorted(sizes)[: most // 3], forms[:most]
    return first + [sizes[size] for size in smallest if sizes[size] not in first]
