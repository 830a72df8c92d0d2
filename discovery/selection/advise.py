"""Advice on the chosen law: what these data leave open, and which measurement would settle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from discovery.advice import Advice
from discovery.protocols import NEVER, Deadline
from discovery.selection.experiments import discriminating, informative, stage_of
from discovery.selection.identifiability import Relative, inflations, loose_combinations, sensitivities
from discovery.selection.inclusion import support
from discovery.selection.selected import Selected
from discovery.symbolic.phases import phases
from discovery.types import DiscoveryProblem, measured_states


def advise(
    selected: Selected,
    problem: DiscoveryProblem,
    *,
    headers: Mapping[str, str] | None = None,
    supported: bool = True,
    unit: str = "",
    deadline: Deadline = NEVER,
) -> Advice:
    """Advice on the first law of the ranking; without time left only how well constants are known, which is soon told.

    Args:
        headers: names of the states for people.
        unit: of time, where it is known.
        supported: whether the data support the law; else no experiment for it is proposed.
    """
    if not selected.refined:
        return Advice()
    fitted = selected.last[0].fit if selected.last else selected.refined[0].fit
    known = Relative.of(fitted).covariance() / selected.windows.worth
    covariance = tuple(tuple(float(v) for v in row) for row in known)
    if deadline.passed():
        return Advice(covariance=covariance)
    proposed, settings = (), replace(selected.shooting, deadline=deadline)
    # What drives another run is not known, be it inputs or chance, nor can an algebraic state be set.
    if supported and not (fitted.law.inputs or fitted.law.algebraic or selected.windows.steps):
        stage = stage_of(problem, selected.windows.length, headers, unit=unit, law=fitted.law)
        proposed = (informative(fitted, stage, settings), discriminating(selected.rivals, stage))
    best = selected.ranking.front[0]
    bounds = enumerate(zip(best.lows, best.highs, strict=True))
    free = best.law.signed.union(phases(best.law.skeletons, len(best.lows)))
    unsigned = {f"c{i}" for i, (low, high) in bounds if not low * high > 0.0 and i not in free}
    seen = measured_states(problem.trajectories)
    hidden = [name for name, measured in zip(fitted.law.states, seen, strict=True) if not measured]
    return Advice(
        sensitivities=sensitivities(fitted),
        inflations=inflations(fitted),
        loose=loose_combinations(fitted, unsigned, hidden),
        experiments=tuple(one for one in proposed if one is not None),
        terms=support(selected.refined[: len(selected.rivals)], selected.windows, settings),
        covariance=covariance,
    )
