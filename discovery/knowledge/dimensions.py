"""Units of a law's constants, worked out from the units of the columns.

Both sides of an equation have one unit, and so have the terms of a sum; what a function is taken of has none. These
conditions are linear in the exponents of the constants' units.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import sympy as sp

from discovery.headers import ACRE_FEET, ARBITRARY, BOUND, OPTICAL, OXIDES, bound
from discovery.knowledge.spellings import one_spelling, without_substances
from discovery.structure import MARK
from discovery.symbolic.constants import power_of_ten
from discovery.types import Law

Exponents = Mapping[str, Fraction]
UNTOLD = "–"  # in the place of a unit that nothing tells
FACTOR = "factor"  # stands for the logarithm of a unit's factor among the base units
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
# The digits of OD600, O2 and cmH2O are no exponents.
_FACTOR = re.compile(
    rf"(1)|([^\W\d_]+{BOUND}[\w-]+|[%]{BOUND}[\w-]+|a\.u\.|OD\d{{3}}|{'|'.join(OXIDES)}|cmH[2₂]O|{ACRE_FEET}|°?[^\W\d_]+|[%‰°])(?:\^?\(?([+-]?\d+)\)?)?"
)
_NONE = frozenset({"", "-", "–", "1", "rad", "none", "dimensionless"})  # an angle in radians is a ratio of lengths
_SAME = (sp.Add, sp.Abs, sp.Max, sp.Min)
_OF_RATIOS = (sp.sin, sp.cos, sp.tan, sp.exp)  # the 2 in sin(2 a) is no size of an angle in degrees
Node = Any  # a part of an expression


def exponents(unit: str) -> Exponents:
    """Base units with their exponents: ``m/s^2`` is m¹ s⁻². Text that does not read as a unit is one base unit."""
    if unit.strip() in _NONE:
        return {}
    unit = OPTICAL.sub(r"\1\2", ARBITRARY.sub("a.u.", unit))
    found: dict[str, Fraction] = defaultdict(Fraction)
    for place, part in enumerate(bound(unit).translate(_SUPERSCRIPTS).split("/")):
        factors = re.split(r"[\s*·⋅×]+", part.strip().removeprefix("(").removesuffix(")"))
        if place and len(factors) > 1 and not part.strip().startswith("("):
            return {unit.strip(): Fraction(1)}  # "J/kg K" may mean two things
        for factor in factors:
            read = _FACTOR.fullmatch(factor)
            if read is None:
                return {unit.strip(): Fraction(1)}
            if read[2] and read[2] not in _NONE:
                found[read[2]] += int(read[3] or 1) * (-1 if place else 1)
    return {name: power for name, power in found.items() if power}


def written(unit: Exponents) -> str:
    """Base units side by side, those in the denominator last, and what an amount is of behind it: ``mL O2 s⁻²``."""
    factors = sorted(unit.items(), key=lambda item: (item[1] < 0, item[0] in OXIDES))
    powers = (name if power == 1 else _whole(name) + _raised(power) for name, power in factors)
    return " ".join(powers).replace(BOUND, " ")


def _whole(name: str) -> str:
    """A base unit to which a power belongs: ``(kg N)``."""
    return f"({name})" if BOUND in name else name


def _raised(power: Fraction) -> str:
    return str(power).translate(_RAISED) if power.denominator == 1 else f"^({power})"


def constant_units(law: Law, units: Mapping[str, str | None]) -> tuple[str, ...]:
    """The unit of each constant as text; ``–`` where it cannot be told, empty where it has none.

    Args:
        units: of the states and of ``t``, None where a column has none; what depends on such a one cannot be told,
            unless the equations tell its unit, as they do of a hidden state.
    """
    columns = one_spelling({name: exponents(unit) if unit is not None else {} for name, unit in units.items()})
    unknown = {name for name, unit in units.items() if unit is None}
    together = _solved(law, columns, unknown, law.states)
    if together is None and (plain := without_substances(columns)) != columns:
        columns, together = plain, _solved(law, plain, unknown, law.states)
    alone = () if together is not None else [_solved(law, columns, unknown, (state,)) or {} for state in law.states]
    told: list[set[str]] = [set() for _ in law.constants]  # by the equations that are solved
    for found in alone or [together or {}]:
        for constant, unit in found.items():
            told[constant].add(written(unit))
    return tuple(next(iter(units)) if len(units) == 1 else UNTOLD for units in told)


def _solved(
    law: Law, columns: Mapping[str, Exponents], unknown: Set[str], states: Sequence[str]
) -> dict[int, Exponents] | None:
    """Units of the constants by the equations of some states; None where these contradict each other.

    A number that was a constant before it was made exact has a unit that it does not show: where else nothing fits,
    numbers before terms without a constant of their own may have one, then sizes in functions and beside 1, as the
    278 in log(x/278) and the 50 in 1 - x/50, and then numbers in sums.
    """
    for hiding in range(4):
        walk = _Walk(columns, hiding=hiding)
        walk.unknown |= unknown
        for state, skeleton in zip(law.states, law.skeletons, strict=True):
            if state in states:
                walk.equation(skeleton, state, at_once=law.discrete or state in law.algebraic)
        if (found := walk.solved()) is not None:
            return found
    return None


def consistent(law: Law, dimensions: Mapping[str, Exponents | None], known: frozenset[float] = frozenset()) -> bool:
    """Whether units can be given to the constants so that both sides of each equation, and all terms, have one unit.

    Args:
        dimensions: of the states and of ``t``; None where one is not known, which then fits whatever it stands in.
        known: sizes of numbers that are constants of a user, which have units, as 9.81 m/s^2.
    """
    columns = {name: {} if one is None else one for name, one in dimensions.items()}
    for converting in (False, True):
        walk = _Walk(columns, strict=True, converting=converting, known=known)
        walk.unknown |= {name for name, one in dimensions.items() if one is None}
        try:
            for state, skeleton in zip(law.states, law.skeletons, strict=True):
                walk.right_hand_side(skeleton, walk.left(state, at_once=law.discrete or state in law.algebraic))
        except ValueError:
            return True  # a function to which units say nothing
        if walk.solvable():
            return True
    return False


@dataclass(frozen=True)
class _Form:
    """A unit that is a product of powers of known base units and of the constants' unknown units."""

    constants: Mapping[int | str, Fraction]
    known: Exponents

    def __sub__(self, other: _Form) -> _Form:
        return self + other.to(Fraction(-1))

    def __add__(self, other: _Form) -> _Form:
        return _Form(_sum(self.constants, other.constants), _sum(self.known, other.known))

    def to(self, power: Fraction) -> _Form:
        """This to a power."""
        return _Form(
            {key: value * power for key, value in self.constants.items()},
            {key: value * power for key, value in self.known.items()},
        )


def _sum(one: Mapping[Any, Fraction], other: Mapping[Any, Fraction]) -> dict[Any, Fraction]:
    total = {key: one.get(key, Fraction(0)) + other.get(key, Fraction(0)) for key in {**one, **other}}
    return {key: value for key, value in total.items() if value}


PURE = _Form({}, {})


class _Walk:
    """Goes through right-hand sides and collects what must be without a unit.

    Attributes:
        strict: whether a term without a constant counts, whose factor 1 else may hide a unit.
        converting: whether powers of ten are from one unit to another, as 1000 mm are 1 m, and not pure numbers.
        known: sizes of numbers that have a unit, to be solved for too.
        hiding: whether numbers may hide a unit: 1 for those before a term, where no constant stands there, 2 for sizes
            that others are divided by, 3 for those in sums as well.
        unknown: columns whose unit is not known, solved for as those of the constants.
        pure: what must be without a unit.
    """

    def __init__(
        self,
        columns: Mapping[str, Exponents],
        *,
        strict: bool = False,
        converting: bool = False,
        known: frozenset[float] = frozenset(),
        hiding: int = 0,
    ) -> None:
        self.columns = columns
        self.strict = strict
        self.converting = converting
        self.known = known
        self.hiding = hiding
        self.numbers = count()
        self.unknown: set[str] = set()
        self.pure: list[_Form] = []

    def left(self, state: str, *, at_once: bool) -> _Form:
        """The unit of a state's derivative, or of its value: that now, or the next one."""
        unit = self.form(sp.Symbol(state))
        return unit if at_once else unit - self.form(sp.Symbol("t"))

    def equation(self, expression: Node, state: str, *, at_once: bool) -> None:
        """An equation; none where it has a function or power to which units say nothing."""
        before = len(self.pure)
        try:
            self.right_hand_side(expression, self.left(state, at_once=at_once), telling=state in self.unknown)
        except ValueError:
            del self.pure[before:]

    def right_hand_side(self, expression: Node, unit: _Form, *, telling: bool = False) -> None:
        """Each term has the unit of the derivative, which x' = v tells of a v that has none.

        So does a sum, as V = E - R I - u of u; and where the derivative's is not known (``telling``) q' = I tells it.
        """
        for term, scaled in _scaled(expression):
            if term != 0 and (self.strict or _tells(term, None if telling else self.unknown)):
                for logarithm in scaled:
                    self.form(logarithm.args[0])  # whose own parts have to match
                self.pure.append(self.form(term / sp.Mul(*scaled)) + self.hidden(term) - unit)

    def hidden(self, term: Node) -> _Form:
        """The unit that the number before a term may have, which is 1 where none stands there."""
        shows = any(_is_constant(factor.as_base_exp()[0]) for factor in sp.Mul.make_args(term))
        return PURE if shows or not self.hiding else self.any_unit()

    def any_unit(self) -> _Form:
        """A unit of which nothing is known."""
        return _Form({f"unit of number {next(self.numbers)}": Fraction(1)}, {})

    def form(self, node: Node) -> _Form:
        """The unit of an expression.

        Raises:
            ValueError: it has a part for which there is no rule.
        """
        match node:
            case sp.Symbol():
                return self.leaf(node)
            case sp.Mul():
                return sum((self.form(factor) for factor in node.args), PURE)
            case sp.Pow() if node.exp.is_number:
                return self.form(node.base).to(Fraction(float(node.exp)).limit_denominator(12))
            case _ if isinstance(node, _SAME):
                return self.alike(node.args)
            case _ if node.is_number and abs(float(node)) in self.known:
                return _Form({f"unit of {abs(float(node))}": Fraction(1)}, {})
            case _ if node.is_number:
                power = power_of_ten(float(node)) if self.converting and node.is_Rational else 0
                return _Form({}, {FACTOR: Fraction(-power)}) if power else PURE
            case sp.sign():
                return PURE
            case sp.Pow() if self.strict:
                return self.powered(node)
            case sp.Function() | sp.Pow() | sp.exp():
                self.pure += [self.sized(one, share=not isinstance(node, _OF_RATIOS)) for one in node.args]
                return self.any_unit() if not self.strict and _is_scaled(node) else PURE
            case _:
                raise ValueError(type(node).__name__)

    def leaf(self, node: sp.Symbol) -> _Form:
        """The unit of a constant or of a column."""
        number = _number_of(node)
        if number is None and node.name not in self.columns:
            raise ValueError(node.name)
        if node.name in self.unknown:
            return _Form({f"unit of {node.name}": Fraction(1)}, {})
        return _Form({}, self.columns[node.name]) if number is None else _Form({number: Fraction(1)}, {})

    def powered(self, node: sp.Pow) -> _Form:
        """A power whose exponent is a constant: without a unit, or of one that no other part of the law tells."""
        self.pure.append(self.form(node.exp))
        return PURE if not self.form(node.base).known else _Form({f"unit of {node}": Fraction(1)}, {})

    def sized(self, node: Node, *, share: bool = True) -> _Form:
        """The unit of what a function is taken of, or of what stands beside 1: of x/278, where 278 is a size of x.

        Of shares, as in percent and ppm, the number is one in the unit of its column, which so is none, if ``share``.
        """
        if isinstance(node, sp.Add):
            return self.alike(node.args, lambda one: self.sized(one, share=share))
        if not _has_number(node, self.known):
            return self.form(node)
        found = self.any_unit() if self.hiding > 1 else self.form(node)
        return replace(found, known={}) if share and _is_share(node, self.columns) else found

    def alike(self, nodes: tuple[Node, ...], sized: Callable[[Node], _Form] | None = None) -> _Form:
        """The one unit of several expressions."""
        read = sized or (self.sized if {sp.S.One, sp.S.NegativeOne} & {*nodes} else self.form)
        first, *others = (self.any_unit() if self.hiding > 2 and one.is_number else read(one) for one in nodes)
        self.pure += [first - other for other in others]
        return first

    def solvable(self) -> bool:
        """Whether the conditions do not contradict each other."""
        _, _, matrix, target = self.conditions()
        if not target.size:
            return True
        return not np.any(np.abs(matrix @ (np.linalg.pinv(matrix) @ target) - target) > 1e-9)

    def conditions(self) -> tuple[list[Any], list[str], np.ndarray, np.ndarray]:
        """Unknown units, base units, and the linear equations between their exponents."""
        unknown = sorted({number for form in self.pure for number in form.constants}, key=str)
        bases = sorted({base for form in self.pure for base in form.known})
        matrix = np.array([[float(form.constants.get(i, 0)) for i in unknown] for form in self.pure])
        target = -np.array([[float(form.known.get(base, 0)) for base in bases] for form in self.pure])
        return unknown, bases, matrix.reshape(len(self.pure), len(unknown)), target

    def solved(self) -> dict[int, Exponents] | None:
        """Units of the constants that the conditions determine; None if these contradict each other."""
        unknown, bases, matrix, target = self.conditions()
        if not unknown:
            return {}
        inverse = np.linalg.pinv(matrix)
        values = inverse @ target.reshape(len(matrix), -1)
        if np.any(np.abs(matrix @ values - target) > 1e-9):
            return None
        told = np.abs(np.diag(inverse @ matrix) - 1.0) < 1e-9
        return {
            i: {
                base: Fraction(power).limit_denominator(12)
                for base, power in zip(bases, row, strict=True)
                if abs(power) > 1e-9
            }
            for i, row, is_told in zip(unknown, values.tolist(), told, strict=True)
            if is_told and isinstance(i, int)
        }


def _tells(term: Node, unknown: Set[str] | None) -> bool:
    """Whether a term has a constant, or is a column alone: any, or one of those whose unit is not known."""
    column = next((one for one in (term, -term) if one.is_Symbol), None)
    alone = column is not None and (unknown is None or column.name in unknown)
    return alone or any(map(_is_constant, term.free_symbols))


def _number_of(leaf: sp.Basic) -> int | None:
    """The number of a constant c0, c1, ...; None for a column."""
    found = re.fullmatch(r"c(\d+)", str(leaf))
    return None if found is None else int(found[1])


def _scaled(expression: Node) -> Iterator[tuple[Node, list[Node]]]:
    """Terms, and their logarithms whose argument may be over a size of its own: a g + b g log(x) is b g log(x/k).

    Each term needs a partner of its own: in another unit of S, b S X log(S) becomes b S X log(S) + k S X. Where k has a
    value for each group of runs, its terms together are one. An argument with a number, x/278, has its size already.
    """
    terms = sp.Add.make_args(expression)
    factors = [sp.Mul.make_args(term) for term in terms]
    rests = [{part for one in product for part in _beside_constants(one)} for product in factors]
    free = [rest for product, rest in zip(factors, rests, strict=True) if any(map(_is_any, product))]
    free += [{one for one in rest if not _is_mark(one)} for rest in free]
    for term, rest in zip(terms, rests, strict=True):
        logarithms = [one for one in rest if isinstance(one, sp.log) and rest - {one} in free]
        yield term, [one for one in logarithms if not _has_number(one.args[0])]


def _has_number(node: Node, known: frozenset[float] = frozenset()) -> bool:
    """Whether a number that is none of those known stands before it, and no constant that could take its unit."""
    number = abs(float(node.as_coeff_Mul()[0]))
    return number != 1.0 and number not in known and not any(map(_is_constant, node.free_symbols))


def _is_share(node: Node, columns: Mapping[str, Exponents]) -> bool:
    """Whether what it is made of has no dimension, or none that is known, only sizes such as that of a ppm."""
    return all(columns.get(str(one), {}).keys() <= {FACTOR} for one in node.free_symbols)


def _is_scaled(node: Node) -> bool:
    """Whether it is an exponential of a sum with a constant, exp(a - E/T): a factor exp(a), which may have any unit."""
    if not isinstance(node, sp.exp):
        return False
    exponent: Node = node.args[0]
    return any(map(_is_any, sp.Add.make_args(exponent)))


def _beside_constants(factor: Node) -> Sequence[Node]:
    """What a factor is besides numbers and constants: of a constant for each group the marks of the groups."""
    if factor.is_number or _number_of(factor) is not None:
        return ()
    return tuple(filter(_is_mark, factor.free_symbols)) if _is_any(factor) else (factor,)


def _is_any(factor: Node) -> bool:
    """Whether it may have any value: a constant, or a sum of one for each group of runs."""
    parts = [sp.Mul.make_args(term) for term in sp.Add.make_args(factor)]
    return all(any(map(_is_constant, part)) and all(map(_is_constant_or_mark, part)) for part in parts)


def _is_constant_or_mark(node: Node) -> bool:
    return _is_constant(node) or _is_mark(node)


def _is_mark(node: Node) -> bool:
    return str(node).startswith(MARK)


def _is_constant(node: Node) -> bool:
    return _number_of(node) is not None
