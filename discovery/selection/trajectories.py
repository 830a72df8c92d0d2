"""Selection on trajectories: pool, beam over equations, growing windows, structure moves, ranking."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.horizon import prediction_horizon
from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline, Progress, Witness, silent, unseen
from discovery.selection.adding import completed
from discovery.selection.averaging import averaged
from discovery.selection.beam import Beam, leading, systems
from discovery.selection.borrowing import with_borrowed
from discovery.selection.credits import Credit, Credits
from discovery.selection.growth import Growth, grow, levels
from discovery.selection.held_out import HeldOut, crossed, hold_out
from discovery.selection.moves import prune
from discovery.selection.nulls import resting
from discovery.selection.polish import Polished, believed, polished, reweighed
from discovery.selection.pool import Entry, Sheets, sheets_of
from discovery.selection.ranked import ranked_law, show, showing
from discovery.selection.reconstruction import reconstruct
from discovery.selection.refined import Refined, canonical_law, charged, in_order, leader, refitted
from discovery.selection.residuals import WRONG
from discovery.selection.score import RULE, residual_length
from discovery.selection.second_look import Look, looks_twice, second_look
from discovery.selection.simplifying import simplified_front
from discovery.selection.soundness import sound_first
from discovery.selection.told import followed, permitted, pools_of, refused, whole_laws
from discovery.selection.varying import Varying, varied
from discovery.selection.worth import worthy
from discovery.types import DiscoveryProblem, EquationCandidate, Law, NoiseModel, Prediction, RankedLaw, Ranking

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
class Selected:
    """The ranking, and what the verdict needs of how it came about.

    Attributes:
        refined: the ranked laws' fits, in the order of the ranking.
        windows: the windows that they were fitted on at last.
        null: description length of a law that says that nothing changes within a window.
        held_out: forecasts of the chosen law on samples kept out; None if there are too few samples.
        horizon: time for which the chosen law can be followed, infinite unless it is sensitive to its start.
        fitted: simulated states at all samples of each trajectory, from the fitted window starts.
        residuals: those minus the measurements, in standard deviations; None if there is no law.
        last: the last fits of the leading laws, with the noise about their curves, in the order of the ranking.
        sound: whether the chosen law stays finite on the data; if not, no law that was compared does.
        refused: laws, or candidates for a function, that are not as they were told to be, where that left none.
        unsound: laws at the end of the ranking that blow up on the data, however short they describe them.
        proposed: engines that proposed each equation of the chosen law; empty where that was not looked at.
        crossed: of two runs, forecasts of each by the chosen law refitted to the other.
        balance: nats in the chosen law's description for a start on a needle's point (:mod:`.soundness`).
    """

    ranking: Ranking
    refined: tuple[Refined, ...]
    windows: Windows
    null: float
    held_out: HeldOut | None
    horizon: float
    fitted: tuple[Prediction, ...]
    residuals: Float[np.ndarray, "sample state"] | None
    last: tuple[Polished, ...] = ()
    sound: bool = True
    refused: int = 0
    unsound: int = 0
    proposed: Credit = ()
    crossed: HeldOut | None = None
    balance: float = 0.0

    @property
    def rivals(self) -> tuple[RankedLaw, ...]:
        """The chosen law and those that it is compared with."""
        return self.ranking.front[: len(self.ranking.front) - self.unsound]

    def noise(self, before: NoiseModel) -> NoiseModel:
        """The noise about the chosen law's curve, no larger than a smoother saw it unless it is of another kind.

        Args:
            before: the smoother's, which is told where the chosen law is wrong or there is none.
        """
        wrong = not self.last or self.refined[0].fit.reduced > WRONG
        return before if wrong else believed(self.last[0].noise, before)


@dataclass(frozen=True)
class TrajectorySelector:
    """Settings of selection.

    Attributes:
        per_size: candidates kept of each number of constants, by engine and regression.
        most: candidates of one equation that are tried on the trajectories.
        beam_samples: samples on which systems are compared while equations are varied.
        finalists: systems fitted on growing windows.
        leading: systems of the first entries of the pools that are finalists besides.
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

    def select(
        self,
        candidates: Sequence[EquationCandidate | Law],
        problem: DiscoveryProblem,
        *,
        seed: int,
        deadline: Deadline = NEVER,
        progress: Progress = silent,
    ) -> Ranking:
        """Refined laws from best to worst."""
        del seed  # deterministic
        timed = self.fitting(deadline=deadline)
        return timed.run(candidates, problem, deadline=deadline, progress=progress).ranking

    def run(
        self,
        candidates: Sequence[EquationCandidate | Law],
        problem: DiscoveryProblem,
        *,
        deadline: Deadline = NEVER,
        progress: Progress = silent,
        witness: Witness = unseen,
    ) -> Selected:
        """As :meth:`select`, with the fits behind the ranking; ``witness`` sees it come about."""
        pools, sheets, credit = self._pools(candidates, problem, deadline)
        told, ladder = whole_laws(candidates, problem), levels(problem, self.growth)
        laws, first = list[Law](), list[Law]()
        if not pools:
            laws = told
        elif all(pools.values()):
            short = levels(problem, self.growth, max_samples=self.beam_samples)
            short = short[:1] + [windows for windows in short[1:] if windows.length <= self.growth.compared]
            found = systems(
                pools, [canonical_law(law) for law in told], short, self.beam, threads=self.threads,
                deadline=deadline, progress=progress, witness=showing(witness, short[-1]),
            )  # fmt: skip
            laws = [item.law for item in _finalists(found, self.finalists)]
            # Short windows compare systems badly; the pool's order is that of longer ones, if to first order only.
            forms = {law.skeletons for law in laws}
            first = leading(pools, self.leading)
            laws += [law for law in first if law.skeletons not in forms]
            laws += [law for law in self._completed(found, short[-1], deadline) if law not in laws]
        progress("selection", f"refining {len(laws)} laws on growing windows")
        refined, windows = grow(
            laws, ladder, self.growth, threads=self.threads, deadline=deadline, kept=first,
            witness=lambda items, windows: show(witness, items, windows),
        )  # fmt: skip
        progress("selection", "exchanging equations on long windows")
        refined, windows = exchanged(self, refined, windows, pools, sheets, problem, deadline)
        if problem.frame is not None:
            refined, windows = worthy(refined, windows)
        progress("selection", "dropping terms that do not pay")
        refined = self.pruned_laws(refined, windows, deadline)
        progress("selection", "equal and simple constants")
        refined = simplified_front(
            refined, windows, self.growth.shooting, threads=self.threads, deadline=deadline,
            surcharge=problem.surcharge,
        )  # fmt: skip
        every = charged(refined, problem.surcharge)
        refined = credit.credited([item for item in every if permitted(item.law, problem)])
        show(witness, refined, windows)
        ranked = _ranked(self, refined, windows, problem, deadline)
        if not refined:
            return replace(ranked, refused=max(len(every), refused(candidates, problem)))
        return replace(ranked, proposed=credit.by_equation(ranked.refined[0].law))

    def _pools(
        self, candidates: Sequence[EquationCandidate | Law], problem: DiscoveryProblem, deadline: Deadline
    ) -> tuple[dict[str, tuple[Entry, ...]], Sheets, Credits]:
        """The first pools, and of all candidates what a second look needs, and who proposed them.

        Nothing but the pools for a law told in part.
        """
        sheets = sheets_of(candidates, problem) if problem.frame is None else {}
        pools = pools_of(candidates, problem, per_size=self.per_size, most=self.most, sheets=sheets, deadline=deadline)
        credit = Credits.of(sheets)
        if any(isinstance(one, EquationCandidate) and one.common for one in candidates):
            credit = credit.beside(pools)
        return pools, {state: sheet.without_views() for state, sheet in sheets.items()}, credit

    def _completed(self, found: Sequence[Refined], windows: Windows, deadline: Deadline) -> list[Law]:
        settings = self.beam.shooting
        return [completed(item, windows, settings, deadline=deadline).law for item in found[: self.completed]]

    def pruned_laws(self, refined: Sequence[Refined], windows: Windows, deadline: Deadline) -> list[Refined]:
        """The laws, the leading ones without terms that do not pay, best first."""
        settings = self.growth.shooting
        smaller = [
            prune(item, windows, settings, threads=self.threads, deadline=deadline)
            for item in refined[: self.pruned]
            if not deadline.passed()
        ]
        forms: dict[tuple[object, ...], Refined] = {}
        for item in in_order([*smaller, *refined]):
            forms.setdefault(item.law.skeletons, item)
        return list(forms.values())


def exchanged(
    selector: TrajectorySelector,
    refined: list[Refined],
    windows: Windows,
    pools: Mapping[str, tuple[Entry, ...]],
    sheets: Sheets,
    problem: DiscoveryProblem,
    deadline: Deadline,
) -> tuple[list[Refined], Windows]:
    """The laws with equations of the best exchanged, on windows weighed by its own curve, as it changes.

    From the second time on they have lost the terms that do not pay, the pools are looked at again, about the curve
    of the best, and equations are proposed that take over whole rates of others: by then the curve and the rates
    are those of a law that is nearly right. It ends when the best stays.
    """
    form, spent, look = tuple[sp.Expr, ...](), 0.0, Look(pools)
    for turn in range(selector.rounds if looks_twice(problem, windows) else FEWER_ROUNDS):
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
            surcharge=problem.surcharge, pairs=look.pairs,
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


def _ranked(
    selector: TrajectorySelector,
    refined: Sequence[Refined],
    windows: Windows,
    problem: DiscoveryProblem,
    deadline: Deadline,
) -> Selected:
    """The laws with forecasts and intervals of the leading ones, beside what selection is judged by."""
    null = residual_length(
        windows.worth * resting(windows, selector.growth.shooting.bend), windows.worth * windows.count
    )
    if not refined:
        return Selected(Ranking((), RULE), (), windows, null, None, np.inf, (), None)
    order = sound_first(refined, windows, problem.trajectories, deadline=deadline)
    refined, runs, settings = order.laws, problem.smoothing.trajectories, selector.growth.shooting
    best = refined[0]
    error = np.mean(np.vstack([run.state_deviations for run in runs]), axis=0)
    horizon = prediction_horizon(best.law, runs, error, windows.spread)
    length = _samples(horizon, problem, windows.length)
    tried = [
        None
        if deadline.passed()
        else hold_out(item.law, _followed(problem, item, windows), length, settings, curves=place == 0)
        for place, item in enumerate(refined[: selector.forecast])
    ]
    other = None if deadline.passed() else crossed(best.law, _followed(problem, best, windows), length, settings)
    last = tuple(
        _last(item, windows, problem, settings, chosen=place == 0)
        for place, item in enumerate(refined[: selector.polished])
        if place == 0 or not deadline.passed()
    )
    ranked = [
        ranked_law(
            item,
            windows,
            tried[place] if place < len(tried) else None,
            last=last[place] if place < len(last) else None,
        )
        for place, item in enumerate(refined)
    ]
    fitted, residuals = reconstruct(last[0].fit, windows, problem.trajectories)
    return Selected(
        Ranking(tuple(ranked), RULE), order.laws, windows, null, tried[0], horizon, fitted, residuals, last,
        order.sound, unsound=order.unsound, crossed=other, balance=order.balance,
    )  # fmt: skip


def _last(item: Refined, windows: Windows, problem: DiscoveryProblem, settings: Shooting, *, chosen: bool) -> Polished:
    """The last fit, its intervals averaged over whether relations between the constants hold.

    Profiles are followed for the chosen law alone: for three, they took half the time of a run of 22 falling balls.
    """
    runs, noise = problem.trajectories, problem.smoothing.noise
    one = polished(item.fit, windows, runs, noise, settings, profiles=chosen)
    if item.free is None:
        return one
    free = polished(item.free.fit, windows, runs, noise, settings, profiles=chosen)
    lead = item.free.score - item.score
    ends = averaged(one.fit.law, one.bounds, free.fit.law, free.bounds, item.free.held, lead)
    return replace(one, bounds=ends)


def _followed(problem: DiscoveryProblem, item: Refined, windows: Windows) -> DiscoveryProblem:
    """The problem with the law's own course of states that nothing measured."""
    if problem.frame is None:
        return problem
    return followed(problem, reconstruct(item.fit, windows, problem.trajectories)[0])


def _finalists(found: Sequence[Refined], most: int) -> list[Refined]:
    """The best systems, one of each form, and the best of each number of constants."""
    forms: dict[tuple[object, ...], Refined] = {}
    for item in found:
        forms.setdefault(item.law.skeletons, item)
    distinct = list(forms.values())
    sizes: dict[int, Refined] = {}
    for item in distinct:
        sizes.setdefault(len(item.law.constants), item)
    smallest = sorted(sizes)[: most // 3]
    leading = distinct[:most]
    return leading + [sizes[size] for size in smallest if sizes[size] not in leading]


def _samples(horizon: float, problem: DiscoveryProblem, most: int) -> int:
    """Samples of a forecast that a law with that horizon can be asked for: half of it, at least two."""
    steps = [np.median(np.diff(run.times)) for run in problem.trajectories if len(run) > 1]
    return int(min(most, max(2.0, 0.5 * horizon / float(np.median(steps)))))
