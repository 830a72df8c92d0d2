"""Leading laws with exact relations between their constants, each kept only if it pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.selection.refined import Free, Refined, in_order, refine, side_by_side
from discovery.selection.relations import Relation, relations
from discovery.symbolic.constants import substituted
from discovery.types import Law, no_surcharge, symbol

# Relations tried in a round; most of the evidence for them is right, so that the first is usually kept.
TRIED = 3
# Laws this many nats behind the first, and so many of them at most, are simplified too: all that compete have the
# chance.
NEAR = 10.0
MOST = 6


def simplified_front(
    refined: Sequence[Refined],
    windows: Windows,
    settings: Shooting,
    *,
    threads: int,
    deadline: Deadline = NEVER,
    surcharge: Callable[[Law], float] = no_surcharge,
) -> list[Refined]:
    """The laws with the leading ones simplified, best first; of laws that became the same, the better."""
    near = [item for item in refined[:MOST] if item.score < refined[0].score + NEAR]
    work = partial(simplified, windows=windows, settings=settings, deadline=deadline, surcharge=surcharge)
    forms: dict[tuple[object, ...], Refined] = {}
    for item in in_order([*side_by_side(work, near, threads), *refined[len(near) :]]):
        forms.setdefault(item.law.skeletons, item)
    return list(forms.values())


def simplified(
    refined: Refined,
    windows: Windows,
    settings: Shooting,
    *,
    deadline: Deadline = NEVER,
    surcharge: Callable[[Law], float] = no_surcharge,
) -> Refined:
    """The law with relations put in one by one, each refitted, as long as the description gets shorter."""
    while not deadline.passed():
        better = _simpler(refined, windows, settings, surcharge)
        if better is None:
            break
        refined = better
    return refined


def _starts(
    starts: Float[np.ndarray, "window state"], windows: Windows, stretch: float
) -> Iterator[Float[np.ndarray, "window state"]]:
    """The starts, and where a state is hidden the same in another unit."""
    yield starts
    hidden = ~np.any(windows.weights, axis=0)
    if hidden.any():
        yield np.where(hidden, stretch * starts, starts)


def _simpler(
    refined: Refined, windows: Windows, settings: Shooting, surcharge: Callable[[Law], float]
) -> Refined | None:
    """The law with the most credible relation that pays when it is refitted."""
    for relation in relations(refined.fit)[:TRIED]:
        # An exact number has no unit of its own.
        charge = surcharge(relation.law) - surcharge(refined.law)
        trials = [
            refine(relation.law, windows, starts=starts, settings=settings)
            for starts in _starts(refined.fit.starts, windows, relation.stretch)
        ]
        trial = min((one for one in trials if one is not None), key=lambda one: one.score, default=None)
        if trial is None:
            continue
        # The refit has the last word: curvature, from which the evidence was taken, may not hold so far.
        objection = 0.5 * (trial.fit.cost - refined.fit.cost) / max(1.0, refined.fit.reduced)
        texts = (*refined.relations, relation.text)
        priced = Refined(trial.fit, trial.score + relation.price, texts, _free(refined, relation))
        if priced.score + charge < refined.score and objection < relation.evidence + relation.objection:
            return priced
    return None


def _free(refined: Refined, relation: Relation) -> Free | None:
    """The law before any relation, with this one put in too."""
    if not relation.held:
        return None
    if refined.free is None:
        return Free(refined.fit, refined.score, relation.held)
    now: dict[sp.Expr, sp.Expr] = {symbol(f"c{i}"): held for i, held in enumerate(relation.held)}
    return replace(refined.free, held=tuple(substituted(one, now) for one in refined.free.held))
