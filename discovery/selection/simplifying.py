"""Leading laws with exact relations between their constants, each kept only if it pays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Fit, Shooting, fit, following
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.selection.refined import Free, Refined, canonical_law, in_order, refine, side_by_side
from discovery.selection.relations import Relation, idle, promise, relations
from discovery.symbolic.constants import substituted
from discovery.symbolic.fingerprint import first_equal
from discovery.symbolic.multiplied import expanded
from discovery.types import Law, no_surcharge, symbol

# Relations tried in a round; most of the evidence for them is right, so that the first is usually kept.
TRIED = 3
# Times the objection expected from which a refit has lost the solution. It is led to the relation then, in many steps:
# four were enough for most relations of Lorenz' system over its whole run, sixteen for all that were tried.
LOST = 30.0
STEPS = 16
# Laws this many nats behind the first may be ahead when their constants are exact. The leading ones are simplified, and
# of those behind as many as these at most, the most promising first: of ODEBench's competing species the true law is
# 6 nats behind twelve others and 8 ahead of them with -1, 2 and -1. Each takes some fits.
NEAR = 12.0
LEADING, MOST = 6, 8
# Nats by which a promise may be too small: one relation often gives the evidence for the next, which spares a constant
# of as many at a few thousand values.
SLACK = 4.0
# Laws that agree so closely, relative to the largest slope, at so many samples are one: fitted constants of two ways to
# write a law agree as far as fits converge.
SAME = 1e-6
POINTS = 50
# Nats by which two fits of one form may differ and be one, as far as fits converge; two valleys differ by more.
ALIKE = 0.1
# Deviations of noise by which a measured value may be beyond zero where a state keeps its sign: more come once in
# 30 000 samples.
BEYOND = 4.0


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
    near = _hopeful(refined)
    work = partial(simplified, windows=windows, settings=settings, deadline=deadline, surcharge=surcharge)
    simple = side_by_side(work, [refined[place] for place in near], threads)
    forms: dict[tuple[object, ...], Refined] = {}
    for item in in_order([*simple, *(item for place, item in enumerate(refined) if place not in near)]):
        form = canonical_law(on_values(item.law, windows)).skeletons  # of a law whose other constants are exact, too
        known = forms.setdefault(form, item)
        # Of two ways to one fit the straight one: its intervals know what is free without the relations.
        one_fit = known.law.skeletons == item.law.skeletons and abs(_objection(item, known)) < ALIKE
        if one_fit and _detour(known) > _detour(item):
            forms[form] = replace(known, relations=item.relations, free=item.free)
    kept = [item for form, item in forms.items() if not _resigned(form, item, forms, windows)]
    return _distinct(kept, windows)


def _resigned(
    form: tuple[object, ...], item: Refined, forms: Mapping[tuple[object, ...], Refined], windows: Windows
) -> bool:
    """Whether a law is a shorter one with the size or the sign of a state that keeps its sign, and fits as well."""
    if signed(item.law, windows) is item.law:
        return False
    plain = forms.get(canonical_law(signed(on_values(item.law, windows), windows)).skeletons)
    if plain is None or plain is forms[form]:
        return False
    return plain.score <= item.score and abs(_objection(item, plain)) < ALIKE


def signed(law: Law, windows: Windows) -> Law:
    """The law with sizes and signs of states as they are where a state is never measured below zero, or never above."""
    parts = list(law.parts)
    for column, name in enumerate(law.states):
        far = windows.values[:, column] * windows.weights[:, column]
        one = symbol(name)
        sign = 1 if windows.logarithmic or far.min() > -BEYOND else -1 if far.max() < BEYOND else 0
        if sign and windows.weights[:, column].any():
            known = {sp.Abs(one): sign * one, sp.sign(one): sp.Integer(sign)}
            parts = [cast("sp.Expr", part.xreplace(known)) for part in parts]
    return law if parts == list(law.parts) else law.rebuilt(parts, law.constants)


def on_values(law: Law, windows: Windows) -> Law:
    """The law with its inputs as the data tell them: any function of one that is off or on is a line through both.

    Where it is on in either direction, its even powers are its square, the others itself. Factors are left out, as
    constants have them. One that is interpolated takes all values between.
    """
    parts = list(law.parts)
    numbers: dict[sp.Basic, sp.Basic] = {symbol(f"c{i}"): sp.Float(one) for i, one in enumerate(law.constants)}
    for column, name in enumerate(law.inputs):
        course = windows.drives[:, column]
        sizes = np.unique(np.abs(course[course != 0.0]))
        if len(sizes) != 1 or not (windows.held[column] or windows.discrete):
            continue
        one, signed = symbol(name), bool(np.any(course < 0.0) and np.any(course > 0.0))
        if signed or np.all(course != 0.0):
            parts = [cast("sp.Expr", part.replace(*_powers_of(one, signed))) for part in parts]
        else:
            value = float(sizes[0]) * (1.0 if course.max() > 0.0 else -1.0)
            parts = [_on_line(part, one, value, numbers) for part in parts]
    return law if parts == list(law.parts) else law.rebuilt(parts, law.constants)


def _on_line(part: sp.Expr, one: sp.Symbol, value: float, numbers: Mapping[sp.Basic, sp.Basic]) -> sp.Expr:
    """The part with functions of one input alone as lines through what they are at zero and at a value."""
    known = {one, *numbers}

    def alone(node: sp.Basic) -> bool:
        return isinstance(node, sp.Function | sp.Pow) and one in node.free_symbols <= known

    def line(node: sp.Basic) -> sp.Basic:
        low, high = (cast("sp.Expr", node.xreplace({**numbers, one: sp.Float(place)})) for place in (0.0, value))
        return low + (high - low) / value * one if low.is_finite and high.is_finite else node

    lines = cast("sp.Expr", part.replace(alone, line))
    return part if lines == part else cast("sp.Expr", expanded(lines).replace(*_powers_of(one, signed=False)))


def _powers_of(one: sp.Symbol, signed: bool) -> tuple[Callable[[sp.Basic], bool], Callable[[sp.Basic], sp.Expr]]:
    """What a function of one input alone is among its values, to be replaced, and by what."""

    def replaced(node: sp.Basic) -> bool:
        power = isinstance(node, sp.Pow) and node.base == one and bool(node.exp.is_Integer and node.exp > 1)
        return power or node == sp.sign(one)

    def by(node: sp.Basic) -> sp.Expr:
        even = isinstance(node, sp.Pow) and node.exp.is_even
        return one**2 if signed and even else one

    return replaced, by


def _detour(item: Refined) -> int:
    """Constants that a law has lost on the way, beyond those that its relations say."""
    return 0 if item.free is None else len(item.free.held) - len(item.law.constants) - len(item.relations)


def _hopeful(refined: Sequence[Refined]) -> list[int]:
    """The first laws, and those behind that may be ahead with what curvature promises."""
    hopes = {
        place: item.score - promise(item.fit)
        for place, item in enumerate(refined)
        if item.score < refined[0].score + NEAR
    }
    first = [place for place in hopes if place < LEADING]
    behind = [place for place in hopes if place >= LEADING and hopes[place] < refined[0].score + SLACK]
    return first + sorted(behind, key=lambda place: (hopes[place], place))[:MOST]


def _distinct(refined: Sequence[Refined], windows: Windows) -> list[Refined]:
    """Those that are not an earlier one written otherwise, as 1 - 1/(1 + x) is x/(1 + x): seen by their values."""
    if not refined:
        return []
    law = refined[0].law
    rows = np.linspace(0, len(windows.times) - 1, min(POINTS, len(windows.times))).astype(int)
    values = windows.units * np.exp(windows.values[rows]) if windows.logarithmic else windows.values[rows]
    # A state that nothing measured may have any value of its size.
    elsewhere = np.random.default_rng(0).uniform(0.5, 1.5, values.shape) * windows.spread
    states = np.where(windows.weights[rows] > 0, values, elsewhere)
    columns = [states, windows.times[rows, None], *([windows.drives[rows]] if law.inputs else [])]
    names, points = (*law.states, "t", *law.inputs), np.hstack(columns)
    sides = [list(item.law.equations.values()) for item in refined]
    firsts = [first_equal(side, names, points, tolerance=SAME) for side in zip(*sides, strict=True)]
    kinds: dict[tuple[int, ...], Refined] = {}
    for item, kind in zip(refined, zip(*firsts, strict=True), strict=True):
        kinds.setdefault(tuple(map(int, kind)), item)
    return list(kinds.values())


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


def _led(fitted: Fit, windows: Windows, relation: Relation, settings: Shooting) -> Refined | None:
    """The relation's law, to which constants and starts are led in steps; None if they are lost on the way.

    On a long window of a chaotic law, the starts of constants one deviation away are on another solution.
    """
    change = np.array(relation.change) / STEPS
    for _ in range(STEPS):
        starts = following(fitted, windows, change, settings)
        law = fitted.law.with_constants(tuple(np.array(fitted.law.constants) + change))
        step = fit(law, windows, starts=starts, settings=settings, fixed=range(len(change)))
        if step is None:
            return None
        fitted = step
    return refine(relation.law, windows, starts=fitted.starts, settings=settings)


def _simpler(
    refined: Refined, windows: Windows, settings: Shooting, surcharge: Callable[[Law], float]
) -> Refined | None:
    """The law without the first term, or else with the most credible relation, that pays when it is refitted."""
    before = surcharge(refined.law)

    def leading(tried: Sequence[Relation]) -> list[tuple[Relation, float]]:
        """With what they add to the law's charge: an exact number has no unit of its own."""
        charges = [(relation, surcharge(relation.law) - before) for relation in tried]
        return [one for one in charges if one[1] < math.inf][:TRIED]

    # Terms that do not pay left the law before, but that was before constants were exact.
    without = idle(refined.fit) if refined.relations else []
    for relation, charge in (*leading(without), *leading(relations(refined.fit))):
        trials = [
            refine(relation.law, windows, starts=starts, settings=settings)
            for starts in _starts(refined.fit.starts, windows, relation.stretch)
        ]
        trial = min((one for one in trials if one is not None), key=lambda one: one.score, default=None)
        if trial is None or _objection(trial, refined) > LOST * (1.0 + relation.objection):
            trial = _led(refined.fit, windows, relation, settings)
        if trial is None:
            continue
        # The refit has the last word: curvature, from which the evidence was taken, may not hold so far.
        objection = _objection(trial, refined)
        left = any(relation is one for one in without)  # with its term, which is no relation that remains
        texts = refined.relations if left else (*refined.relations, relation.text)
        # It has the price of the last relation: where one constant is exact, others are likely to be.
        priced = Refined(trial.fit, trial.score + relation.price, texts, _free(refined, relation))
        if priced.score + charge < refined.score and objection < relation.evidence + relation.objection:
            return priced
    return None


def _objection(trial: Refined, refined: Refined) -> float:
    """Nats by which the fit has become worse."""
    return 0.5 * (trial.fit.cost - refined.fit.cost) / max(1.0, refined.fit.reduced)


def _free(refined: Refined, relation: Relation) -> Free | None:
    """The law before any relation, with this one put in too."""
    if not relation.held:
        return None
    if refined.free is None:
        return Free(refined.fit, refined.score, relation.held)
    now: dict[sp.Expr, sp.Expr] = {symbol(f"c{i}"): held for i, held in enumerate(relation.held)}
    return replace(refined.free, held=tuple(substituted(one, now) for one in refined.free.held))
