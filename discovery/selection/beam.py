"""Systems out of single equations: a beam over equations, every trial refined on the trajectories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import Deadline, Progress
from discovery.selection.growth import climb
from discovery.selection.pool import Entry, law_of
from discovery.selection.refined import Refined, in_order, side_by_side
from discovery.types import Law


@dataclass(frozen=True)
class Beam:
    """Settings of the beam over equations.

    Attributes:
        sweeps: times that every equation is varied with the others held, at most; it ends when nothing changes. Five
            found the same laws on ODEBench at 5 % noise, as equations are exchanged on long windows afterwards.
        width: best entries of each equation that are combined at the end.
        combinations: most systems built from them.
        shooting: a short fit; the finalists are fitted fully later.
    """

    sweeps: int = 2
    width: int = 4
    combinations: int = 48
    shooting: Shooting = Shooting(iterations=6, tolerance=1e-3)


def systems(
    pools: Mapping[str, Sequence[Entry]],
    laws: Sequence[Law],
    ladder: Sequence[Windows],
    settings: Beam,
    *,
    threads: int,
    deadline: Deadline,
    progress: Progress,
    witness: Callable[[Sequence[Refined]], None] | None = None,
) -> list[Refined]:
    """Refined systems, best first; the best so far are shown to ``witness`` from time to time.

    Coordinate descent: one equation is varied over its pool while the others are those of the best system so far;
    then the best entries of all equations are combined. Whole ``laws`` compete as they are. All are compared on the
    last windows of ``ladder``.
    """
    states = list(pools)
    found = side_by_side(lambda law: climb(law, ladder, settings.shooting), laws, threads, deadline)
    current = {state: entries[0] for state, entries in pools.items()}
    seen: dict[tuple[Entry, ...], Refined | None] = {}

    def fitted(choice: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], Refined | None]:
        return choice, climb(law_of(choice), ladder, settings.shooting)

    def attempt(choices: Sequence[tuple[Entry, ...]]) -> None:
        """Fits what is new. ``seen`` is in the order of the choices, not of the threads, as ties go to the first."""
        new = [choice for choice in dict.fromkeys(choices) if choice not in seen]
        seen.update(side_by_side(fitted, new, threads, deadline))

    seen.update([fitted(tuple(current.values()))])  # also when time is up: there has to be a law
    ranked: dict[str, list[Entry]] = {state: list(entries) for state, entries in pools.items()}
    for sweep in range(settings.sweeps):
        before = dict(current)
        for number, state in enumerate(states):
            if deadline.passed():
                break
            varied = state if pools[state][0].frame else f"{state}'"  # an unknown function by its name
            progress("selection", f"varying {varied}", (sweep + number / len(states)) / settings.sweeps)
            choices = [tuple(entry if s == state else current[s] for s in states) for entry in pools[state]]
            attempt(choices)
            order = sorted(range(len(choices)), key=lambda i: _score(seen.get(choices[i])))
            ranked[state] = [pools[state][i] for i in order]
            current[state] = ranked[state][0]
            if witness is not None:
                witness(in_order([refined for refined in seen.values() if refined is not None]))
        if current == before:
            break
    if not deadline.passed():
        attempt(_combinations([ranked[state] for state in states], settings))
    found += [refined for refined in seen.values() if refined is not None]
    return in_order(found)


def leading(pools: Mapping[str, Sequence[Entry]], most: int) -> list[Law]:
    """Systems of the first entries of each pool, those of the lowest ranks first."""
    return [law_of(choice) for choice in _combinations(list(pools.values()), Beam(combinations=most))]


def _combinations(ranked: Sequence[Sequence[Entry]], settings: Beam) -> list[tuple[Entry, ...]]:
    """Systems of the best entries of each equation, those of the lowest ranks first."""
    width = settings.width if len(ranked) <= 6 else 2
    counts = [min(width, len(entries)) for entries in ranked]
    places = chain.from_iterable(_places(counts, total) for total in range(sum(counts) + 1))
    chosen = islice(places, settings.combinations)
    return [tuple(entries[i] for entries, i in zip(ranked, place, strict=True)) for place in chosen]


def _places(counts: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """Numbers below ``counts`` of that sum, in lexicographic order; all of them would be width ** equations."""
    if not counts:
        if total == 0:
            yield ()
        return
    rest = sum(counts[1:]) - len(counts) + 1
    for first in range(max(0, total - rest), min(counts[0] - 1, total) + 1):
        for others in _places(counts[1:], total - first):
            yield (first, *others)


def _score(refined: Refined | None) -> float:
    return np.inf if refined is None else refined.score
