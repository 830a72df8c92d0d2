"""Equations that states which are alike have in common: one right-hand side that all of their samples speak of.

A law that says an equation once for several states is shorter than one that says each: an equation of all counts by its
own length less what the others' best would take. So it stands before shorter ones of a single state if their samples,
put together, do not object.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from discovery.problems.response import Response
from discovery.problems.symmetry import Symmetry, joined, of_orbit, symmetry_of
from discovery.selection.families import Family, families_of
from discovery.selection.sheet import Sheet, Tested, noise_left
from discovery.types import DiscoveryProblem, EquationCandidate

# Nats by which the shortest equation for all has to be shorter than the shortest of each: very strong evidence (Kass &
# Raftery 1995, J. Am. Stat. Assoc. 90:773). In ODEBench's laws with states that are alike it leads by 9 to 26.
LEAD = 5.0

Samples = Mapping[str, Sequence[Response]]


def in_all_places(
    candidates: Sequence[EquationCandidate],
    problem: DiscoveryProblem,
    apart: Mapping[str, tuple[Tested, Sequence[Family]]],
    samples: Samples,
    count: int,
    shot: Collection[str],
) -> dict[str, list[Family]]:
    """Families for the states that may be alike, none for the others.

    States are alike if the shortest equation for all of them is clearly shorter than the shortest of each together.

    Args:
        candidates: of all states.
        apart: what the samples say of each state's own candidates, and these in families.
        samples: the responses of each state's equation, round by round.
        count: values that were measured.
        shot: sources of whole laws.
    """
    found: dict[str, list[Family]] = {}
    alike = symmetry_of(problem) if any(one.common for one in candidates) else None
    if alike is None:
        return found
    for orbit in alike.orbits:
        states = [problem.names[k] for k in orbit]
        if all(state in problem.open and apart.get(state, (None, ()))[1] for state in states):
            families = _together(candidates, problem, alike, orbit, apart, samples, shot)
            best = {state: min(one.nats(count) for one in apart[state][1]) for state in states}
            named = math.lgamma(len(problem.names) + 1)  # which exchange it is
            if named + min((one.nats(count) for one in families), default=math.inf) + LEAD > sum(best.values()):
                return {}
            for times, state in enumerate(states):
                others = sum(nats for other, nats in best.items() if other != state)
                renaming = alike.renaming(problem.names, times)
                found[state] = [replace(one, renaming=renaming, spared=others - named) for one in families]
    return found


def _together(
    candidates: Sequence[EquationCandidate],
    problem: DiscoveryProblem,
    alike: Symmetry,
    orbit: Sequence[int],
    apart: Mapping[str, tuple[Tested, Sequence[Family]]],
    samples: Samples,
    shot: Collection[str],
) -> list[Family]:
    """Families in the place of the orbit's first state, behind the best fits of all states apart."""
    states = [problem.names[k] for k in orbit]
    mine = list(dict.fromkeys(one for one in candidates if one.common and one.state == states[0]))
    if not mine:
        return []
    sheet = Sheet.of(of_orbit(problem, alike, orbit, {}), mine)
    whole: Tested | None = None
    for turn, responses in enumerate(zip(*[samples[state] for state in states], strict=False)):
        response = joined(responses, alike)
        tested = sheet.tested(response)
        least = sum(apart[state][0].leasts[turn] for state in states)
        behind = 0.5 * (tested.leasts[0] - least) / noise_left(tested.leasts[0], response)
        tested = replace(tested, misfits=tested.misfits + behind)
        whole = tested if whole is None else whole.beside(tested)
    return families_of(sheet.sources, whole, shot) if whole is not None else []
