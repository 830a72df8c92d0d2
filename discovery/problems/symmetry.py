"""States that are alike: oscillators, cells or species of which each obeys the same equation in its own place.

Where exchanging states leaves the law as it is, one right-hand side is that of all of them, and the samples of all tell
of it: with two states alike it has twice the data and half of the constants. Whether states may be alike is asked of
polynomials first: if one polynomial in all their places describes the samples' responses in no more nats than one for
each, the exchange is believed possible, and right-hand sides are looked for in all places at once.

Source: Golubitsky & Stewart (2002), The Symmetry Perspective, ch. 1, for laws that commute with permutations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import sympy as sp
from scipy.linalg import block_diag
from scipy.sparse import block_diag as sparse_diag
from scipy.sparse import csr_array

from discovery.dynamics.evaluate import values
from discovery.library.grammar import monomials
from discovery.problems.response import Response, responses_of
from discovery.protocols import NEVER, Deadline
from discovery.symbolic.constants import substituted
from discovery.types import DiscoveryProblem, Regression, symbol

# Degrees of the polynomials that are asked. Sums of few of their terms say less: of two pairs of neurons in ODEBench
# they prefer wrong exchanges at three of four settings of the noise, whole polynomials the right one at all four.
DEGREES = (1, 2, 3)
# States of which all exchanges are tried; of more those that move all by as many places.
ALL = 4
# States beyond which none is looked for.
MOST = 12
# Nats by which one polynomial for all may be behind one for each for the exchange to be worth a search; whether it is
# believed is seen by the shapes that are found. In both places it needs a degree more: at two per cent of noise a
# genetic switch is 4 behind and two linked pendula 9, and a switch whose genes differ by one rate, thousands.
BEHIND = 10.0


@dataclass(frozen=True)
class Symmetry:
    """An exchange of states.

    Attributes:
        images: for each state the number of the one whose place it takes.
    """

    images: tuple[int, ...]

    @property
    def orbits(self) -> tuple[tuple[int, ...], ...]:
        """The states that take each other's places, each followed by its image; none that stay."""
        found: list[tuple[int, ...]] = []
        for state in range(len(self.images)):
            orbit = [state]
            while (image := self.images[orbit[-1]]) != state:
                orbit.append(image)
            if len(orbit) > 1 and state == min(orbit):
                found.append(tuple(orbit))
        return tuple(found)

    def after(self, times: int) -> tuple[int, ...]:
        """Where each state is after so many exchanges; of a negative number, whence it came."""
        places = np.arange(len(self.images))
        for _ in range(abs(times)):
            places = np.array(self.images)[places]
        return tuple(map(int, places if times >= 0 else np.argsort(places)))

    def renaming(self, names: Sequence[str], times: int) -> dict[sp.Expr, sp.Expr]:
        """Turns the equation of a state into that of its image after so many exchanges."""
        return {symbol(name): symbol(names[k]) for name, k in zip(names, self.after(times), strict=True)}


def symmetry_of(problem: DiscoveryProblem, deadline: Deadline = NEVER) -> Symmetry | None:
    """The exchange of states that the samples speak for most; None where they speak against all, or time is up."""
    names = problem.names
    if not 1 < len(names) <= MOST or problem.frame is not None or problem.respond is not None:
        return None
    every = responses_of(problem, problem.settled, deadline)
    known = {names.index(one.state): one for one in every if one.state in problem.open}
    if deadline.passed():
        return None
    libraries = [monomials(names, degree) for degree in DEGREES if _fits(len(names), degree, known)]
    leads = [(_behind(one, known, names, libraries), one.images) for one in _exchanges(problem)] if libraries else []
    behind, images = min(leads, default=(math.inf, ()))
    return Symmetry(images) if behind <= BEHIND else None


def _fits(dimension: int, degree: int, known: Mapping[int, Response]) -> bool:
    """Whether there are rows enough to ask polynomials of that degree."""
    return bool(known) and 2 * math.comb(dimension + degree, degree) <= min(len(one.targets) for one in known.values())


def _exchanges(problem: DiscoveryProblem) -> list[Symmetry]:
    """Those that leave what is settled as it is, one of each and its inverse."""
    names, count = problem.names, len(problem.names)
    shifts = [tuple((k + by) % count for k in range(count)) for by in range(1, count // 2 + 1)]
    found: list[Symmetry] = []
    for images in permutations(range(count)) if count <= ALL else shifts:
        one = Symmetry(tuple(images))
        inverse = tuple(int(k) for k in np.argsort(images))
        renaming = one.renaming(names, 1)
        stays = all(
            ((side := problem.settled.get(name)) is None) == ((image := problem.settled.get(names[k])) is None)
            and (side is None or substituted(side, renaming) == image)
            for name, k in zip(names, images, strict=True)
        )
        moves = any(names[k] in problem.open for orbit in one.orbits for k in orbit)
        if stays and moves and one.images <= inverse:
            found.append(one)
    return found


def _behind(
    one: Symmetry, known: Mapping[int, Response], names: Sequence[str], libraries: Sequence[Sequence[sp.Expr]]
) -> float:
    """Nats by which polynomials that are the same in all places are behind those of each place."""
    behind = 0.0
    for orbit in one.orbits:
        if orbit[0] in known:
            apart = [known[k] for k in orbit]
            behind += _shortest(joined(apart, one), names, libraries)
            behind -= sum(_shortest(response, names, libraries) for response in apart)
    return behind


def _shortest(response: Response, names: Sequence[str], libraries: Sequence[Sequence[sp.Expr]]) -> float:
    """Nats of the samples with the polynomial that describes them best, of all degrees (Schwarz 1978)."""
    found: list[float] = []
    for terms in libraries:
        design = response.operator @ values(terms, names, response.states)
        lengths = np.linalg.norm(design, axis=0)
        design = design / np.where(lengths > 0.0, lengths, 1.0)
        solved = np.linalg.lstsq(design, response.targets, rcond=1e-8)[0]
        left = response.targets - design @ solved
        found.append(0.5 * float(left @ left) + 0.5 * len(terms) * math.log(len(left)))
    return min(found)


def joined(responses: Sequence[Response], one: Symmetry) -> Response:
    """The responses of an orbit as those to one right-hand side, of its first state.

    Args:
        responses: of the first state, of its image, of that one's image and so on.
    """
    states = [response.states[:, one.after(times)] for times, response in enumerate(responses)]
    return Response(
        responses[0].state,
        np.vstack(states),
        np.concatenate([response.targets for response in responses]),
        np.asarray(block_diag(*[response.operator for response in responses])),
        sum(response.rest for response in responses),
        sum(response.count for response in responses),
    )


def of_orbit(
    problem: DiscoveryProblem, one: Symmetry, orbit: Sequence[int], laws: Mapping[str, sp.Expr]
) -> DiscoveryProblem:
    """The problem to find the right-hand side that all states of an orbit have, as its first state has it.

    Args:
        laws: likely right-hand sides of all states, which are kept but for those of the orbit.
    """
    names, first = problem.names, problem.names[orbit[0]]

    def respond(likely: Mapping[str, sp.Expr]) -> tuple[Response, ...]:
        if first in likely:
            images = {names[k]: substituted(likely[first], one.renaming(names, p)) for p, k in enumerate(orbit)}
            every = {**laws, **images}
        else:
            every = laws
        known = {response.state: response for response in responses_of(problem, every)}
        members = [known[names[k]] for k in orbit if names[k] in known]
        return (joined(members, one),) if len(members) == len(orbit) else ()

    return replace(
        problem,
        regressions=tuple(_stacked(regression, one, orbit) for regression in problem.regressions),
        settled={name: sp.S.Zero for name in names if name != first},
        respond=respond,
        circles=(),
    )


def _stacked(regression: Regression, one: Symmetry, orbit: Sequence[int]) -> Regression:
    """The rows of an orbit's equations below each other; every column of targets is that of the one equation."""
    states = np.vstack([regression.states[:, one.after(times)] for times in range(len(orbit))])
    width = regression.states.shape[1]
    targets = np.tile(np.concatenate([regression.targets[:, k] for k in orbit])[:, None], (1, width))
    deviations = np.tile(np.concatenate([regression.deviations[:, k] for k in orbit])[:, None], (1, width))
    if regression.matrix is None:
        return Regression(regression.kind, states, targets, deviations, lambda terms: terms)
    matrix = csr_array(sparse_diag([regression.matrix] * len(orbit), format="csr"))
    return Regression(regression.kind, states, targets, deviations, lambda terms: matrix @ terms, matrix)
