"""Exact relations between constants: two that are equal, a coefficient of one, both also in units of other size.

A relation is believed if its evidence pays for it: by Savage and Dickey's ratio, the density of the constants'
posterior at the relation over that before there were data, in nats, less the price of naming the relation among all
that might be.

Source: Dickey (1971), Ann. Math. Statist. 42:204, for the ratio; the prices are the nats of a code for the relation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Fit
from discovery.selection.counting import Scale, power_of_unit, scales
from discovery.selection.identifiability import PRIOR, Relative
from discovery.selection.in_words import multiplies, told
from discovery.selection.moves import numbering, renumbered
from discovery.symbolic.constants import between_units, substituted
from discovery.symbolic.stated import stated_length
from discovery.types import Law, symbol

Home = set[tuple[str, sp.Expr]]  # equations and terms that a constant stands in

# Ratios that tied constants may have but for the sign, which the data give, and the nats to name one. Nearly all that
# occur in textbooks are 1.
RATIOS = ((1, 1, 0.7), (2, 1, 3.0), (1, 2, 3.0), (3, 1, 3.0), (1, 3, 3.0))
# Largest numerator and denominator of a number that a constant is set to.
LARGEST = 10
# Nats to say that a number is 1: every fourth constant is, in textbooks more, in measured units fewer.
UNIT = 1.4
# Nats to say that a number is no unit, or that constants are tied that have nothing in common. With 2, of constants
# that are no fraction at all 4 % are taken for one where they are known to 1 or 0.3 %, and 5 % where to 10 %.
OTHER = 2.0
# The largest power of ten by which units are thought to differ.
LARGEST_PREFIX = 18
# Evidence for a tie of which the data say nothing, as of the unit of a hidden state: the least that is believed.
FREE = 1e-6
# In a constant's own place: above a fraction's line it is another than below.
HERE = sp.Dummy("here", real=True)
# Relative variance below which a constant is not known better, whatever the curvature says.
TINY = 1e-14


@dataclass(frozen=True)
class Relation:
    """``direction @ constants = value``, exactly.

    Attributes:
        place: the constant that it gives.
        law: the law with the relation written in; its constants are the most credible that fulfil it.
        price: nats to name the relation.
        evidence: nats that the data give for it, the price paid; believed above 0.
        objection: nats by which the fit is expected to become worse.
        text: the relation in words, with the interval of what is now exact.
        held: each constant as the relation has it, in those of ``law``, NaN if it left with a term that it is inside
            of; none if a part of the law was told.
        change: of all constants before, to the most credible that fulfil it.
        stretch: the constant that is tied over what it becomes: by that a hidden state is larger or smaller then.
    """

    place: int
    law: Law
    price: float
    evidence: float
    objection: float
    text: str
    held: tuple[sp.Expr, ...]
    change: tuple[float, ...]
    stretch: float = 1.0


@dataclass(frozen=True)
class _Weighed:
    """What the data say of ``direction @ constants = value``, before it is written into the law."""

    place: int
    expression: sp.Expr
    price: float
    direction: Float[np.ndarray, " constant"]
    value: float
    miss: float
    variance: float
    evidence: float

    @property
    def objection(self) -> float:
        return 0.5 * self.miss**2 / self.variance


def promise(fit: Fit) -> float:
    """Nats by which exact relations may shorten the description, one for each constant, as far as curvature tells."""
    now = stated_length(fit.law.skeletons) + 0.5 * math.log(max(fit.count, 1))
    gains: dict[int, float] = {}
    for one in relations(fit):
        gain = now - stated_length(one.law.skeletons) - one.price - one.objection
        gains[one.place] = max(gain, gains.get(one.place, 0.0))
    return sum(gains.values())


def relations(fit: Fit) -> list[Relation]:
    """Relations of one or two constants that the data speak for, best first; before others those that shorten the law.

    What is known to eight digits speaks loudly for 7/5, which is no shorter than a constant of the score's few digits.
    """
    constants = np.array(fit.law.constants)
    if not len(constants) or np.any(constants == 0.0):
        return []
    covariance = Relative.of(fit).covariance(prior=PRIOR)
    named = len(fit.law.told)  # what a user wrote stays as it is
    every = (one for one in (*_snaps(fit.law), *_ties(fit.law)) if one[0] >= named)
    weighed = (_weighed(fit.law, covariance, *one) for one in every)
    found = [_relation(fit.law, covariance, one) for one in weighed if one.evidence > 0.0]
    saved = 0.5 * math.log(max(fit.count, 1))
    return sorted(found, key=lambda one: (one.price + one.objection > saved, -one.evidence))


def idle(fit: Fit) -> list[Relation]:
    """Terms that no longer pay now that other constants are exact, as relations of the kind that a constant is zero.

    A term may have given a fit the way to constants that are, and hold the place of the law without it. On a long
    window of a chaotic law that one is not found from there at once. What the fit misses least comes first.
    """
    law, constants = fit.law, np.array(fit.law.constants)
    if law.frame is not None or not len(constants) or np.any(constants == 0.0):
        return []
    covariance, saved = Relative.of(fit).covariance(prior=PRIOR), 0.5 * math.log(max(fit.count, 1))
    found: list[Relation] = []
    for place, constant in enumerate(constants):
        variance = max(float(covariance[place, place]), TINY * constant**2)
        objection = 0.5 * constant**2 / variance
        written: dict[sp.Expr, sp.Expr] = {symbol(f"c{place}"): sp.S.Zero}
        parts = tuple(substituted(part, written) for part in law.parts)
        if objection < saved and _only_multiplies(law, place) and 0 not in parts:
            moved = constants - covariance[:, place] * (constant / variance)
            simpler = renumbered(law.rebuilt(parts, tuple(map(float, moved))))
            change = tuple(map(float, moved - constants))
            held = _held(law, parts, written)
            found.append(Relation(place, simpler, 0.0, saved - objection, objection, "", held, change))
    return sorted(found, key=lambda one: one.objection)


def _weighed(
    law: Law, covariance: Float[np.ndarray, "constant constant"], place: int, expression: sp.Expr, price: float
) -> _Weighed:
    """Of the relation that the constant of that place is ``expression``: a number, or a multiple of another."""
    constants = np.array(law.constants)
    direction = np.zeros(len(constants))
    direction[place] = 1.0
    value = 0.0
    if expression.free_symbols:
        ratio, other = expression.as_coeff_Mul()
        direction[int(str(other).removeprefix("c"))] = -float(ratio)
    else:
        value = float(expression)
    variance = max(float(direction @ covariance @ direction), TINY * constants[place] ** 2)
    miss = float(direction @ constants) - value
    # Before there were data a constant is as likely anywhere between zero and twice its size.
    density = math.log(2.0 * abs(constants[place]) / math.sqrt(2.0 * math.pi * variance))
    evidence = density - 0.5 * miss**2 / variance - price
    if law.told and price <= RATIOS[0][2] and expression.free_symbols and variance > constants[place] ** 2:
        evidence = max(evidence, FREE)  # the scale of a state that nothing measured is anybody's choice
    return _Weighed(place, expression, price, direction, value, miss, variance, evidence)


def _relation(law: Law, covariance: Float[np.ndarray, "constant constant"], one: _Weighed) -> Relation:
    """The relation written into the law."""
    constants, place, expression = np.array(law.constants), one.place, one.expression
    moved = constants - covariance @ one.direction * (one.miss / one.variance)
    written: dict[sp.Expr, sp.Expr] = {symbol(f"c{place}"): expression}
    parts = tuple(substituted(part, written) for part in law.parts)
    simpler = renumbered(law.rebuilt(parts, tuple(float(c) for c in moved)))
    half = 1.96 * math.sqrt(one.variance)
    text = told(law, place, expression, one.value - half + one.miss, one.value + half + one.miss)
    held = () if law.frame is not None else _held(law, parts, written)
    other = float(substituted(expression, {symbol(f"c{i}"): sp.Float(c) for i, c in enumerate(law.constants)}))
    change = tuple(map(float, moved - constants))
    stretch = float(constants[place]) / other
    return Relation(place, simpler, one.price, one.evidence, one.objection, text, held, change, stretch)


def _held(law: Law, parts: Sequence[sp.Expr], written: Mapping[sp.Expr, sp.Expr]) -> tuple[sp.Expr, ...]:
    """Each constant as what is written in ``parts`` has it, in those that are left."""
    constants = [symbol(f"c{i}") for i in range(len(law.constants))]
    named = {**dict.fromkeys(constants, sp.nan), **numbering(parts)}
    return tuple(substituted(substituted(constant, written), named) for constant in constants)


def _only_multiplies(law: Law, place: int) -> bool:
    """Whether it stands in front of whole terms and nowhere else, so that they and nothing else leave with it."""
    constant = symbol(f"c{place}")
    terms = [term for side in law.skeletons for term in sp.Add.make_args(side) if constant in term.free_symbols]
    return all(constant in sp.Mul.make_args(term) and not (term / constant).has(constant) for term in terms)


def _snaps(law: Law) -> Iterator[tuple[int, sp.Expr, float]]:
    """The simplest fractions near each constant, with their prices; powers of ten where they count a state anew."""
    for place, value in enumerate(law.constants):
        for denominator in range(1, LARGEST + 1):
            numerator = round(abs(value) * denominator)
            if not 1 <= numerator <= max(LARGEST, denominator) or math.gcd(numerator, denominator) != 1:
                continue
            size = math.log(2.0 * numerator * denominator)
            number = sp.Rational(int(math.copysign(numerator, value)), denominator)
            usual = 0.0 if _is_exponent(law, place) else OTHER
            yield place, number, UNIT if numerator == denominator else size + usual
        if (power := _other_unit(value)) is not None and _counts_a_state(law, place):
            yield place, sp.Integer(int(math.copysign(1.0, value))) * sp.Integer(10) ** power, _price(power)


def _is_exponent(law: Law, place: int) -> bool:
    """Whether it is the power of something, which no unit changes: nearly all that occur are small fractions."""
    powers = [power for skeleton in law.skeletons for power in skeleton.atoms(sp.Pow)]
    return any(power.exp == symbol(f"c{place}") for power in powers)


def _counts_a_state(law: Law, place: int) -> bool:
    """Whether the constant stands before a single state, as that of a velocity does."""
    return multiplies(law, place) and all(str(term) in law.states for _, term in _terms(law, place))


def _other_unit(ratio: float) -> int | None:
    """The power of ten near a ratio, if quantities that are one differ by it where their units do: x [mm], v [m/s]."""
    if not 10.0 ** -(LARGEST_PREFIX + 1) < abs(ratio) < 10.0 ** (LARGEST_PREFIX + 1):
        return None
    power = round(math.log10(abs(ratio)))
    return power if between_units(power) else None


def _price(power: int) -> float:
    """Nats to say that a number is one in another unit, and in which."""
    return UNIT + math.log(2.0 * abs(power))


def _ties(law: Law) -> Iterator[tuple[int, sp.Expr, float]]:
    """Pairs of constants that may be tied; cheap where they multiply the same term, or terms of one equation or sum.

    Cheaper still where an equation's terms are each other's with two states exchanged, as in x^2 z + y^2 z.
    """
    homes = [_terms(law, i) for i in range(len(law.constants))]
    roles = [{term for _, term in _terms(law, i, here=HERE)} for i in range(len(law.constants))]
    pairs = list(combinations(range(len(law.constants)), 2))
    counted, sums = scales(law), _coefficients(law)
    twins = [pair for pair in pairs if _mirrored(homes[pair[0]], homes[pair[1]])]
    for first, second in pairs:
        one, two, marks = homes[first], homes[second], {symbol(f"c{first}"), symbol(f"c{second}")}
        same_term = {term for _, term in one} & {term for _, term in two}
        same_equation = {state for state, _ in one} & {state for state, _ in two}
        # A flow from one state to another has one constant in two equations; a difference has one in two terms.
        if roles[first] & roles[second] and not same_equation:
            near = 0.0
        elif same_equation and (not same_term or any(marks <= one for one in sums)):
            near = math.log(len(twins) if (first, second) in twins else len(law.constants))
        else:
            near = math.log(len(pairs)) + OTHER
        sign = 1 if law.constants[first] * law.constants[second] > 0 else -1
        kept, place = (first, second) if law.constants[first] > 0 else (second, first)  # a positive one, where there is
        if place < len(law.told) <= max(first, second):
            kept, place = place, kept
        for above, below, price in RATIOS:
            yield place, sp.Rational(sign * above, below) * symbol(f"c{kept}"), near + price
        power = _other_unit(law.constants[place] / law.constants[kept]) if near == 0.0 or counted else None
        if power is not None:  # one flow of two states, each counted in its own unit; or x^2 where x is, beside v
            said = power in _differences(counted, homes[place], homes[kept])
            price = RATIOS[0][2] + math.log(len(counted)) if said else _price(power)
            yield place, sign * sp.Integer(10) ** power * symbol(f"c{kept}"), near + price


def _coefficients(law: Law) -> list[set[sp.Expr]]:
    """Constants of each sum inside a function or a fraction that multiply its terms, as in 1/(1 + c0*x - c1*y)."""
    sums = {one for side in law.skeletons for part in sp.Add.make_args(side) for one in part.atoms(sp.Add)}
    products = [[term for term in one.args if isinstance(term, sp.Mul)] for one in sums]
    return [{factor for term in terms for factor in sp.Mul.make_args(term)} for terms in products]


def _mirrored(one: Home, other: Home) -> bool:
    """Whether terms of one equation are each other's with two states exchanged."""
    for mine, yours in [(a, b) for state, a in one for equation, b in other if state == equation and a != b]:
        for names in combinations(sorted(map(str, mine.free_symbols | yours.free_symbols)), 2):
            first, second = map(symbol, names)
            if substituted(mine, {first: second, second: first}) == yours:
                return True
    return False


def _differences(counted: Sequence[Scale], one: Home, other: Home) -> set[int]:
    """Powers of ten between two constants that are equal in equal units, by the units that the law shows."""
    if not one or not other:
        return set()
    powers = [[power_of_unit(scale, *min(home, key=str)) for home in (one, other)] for scale in counted]
    return {first - second for first, second in powers if first is not None and second is not None}


def _terms(law: Law, place: int, here: sp.Expr = sp.S.One) -> Home:
    """Equations and terms, numbers left out, that a constant stands in, with ``here`` in its own place."""
    constants = [symbol(f"c{i}") for i in range(len(law.constants))]
    constant = constants[place]
    others: dict[sp.Expr, sp.Expr] = {**dict.fromkeys(constants, sp.S.One), constant: here}
    return {
        (state, substituted(term, others).as_coeff_Mul()[1])
        for state, skeleton in zip(law.states, law.skeletons, strict=True)
        for term in sp.Add.make_args(skeleton)
        if constant in term.free_symbols
    }
