"""The form verdict's own failure rate on registry laws: pairs that are equal by construction, and near misses."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from discovery.datasets import known
from discovery.datasets.writing import write_csv
from discovery.symbolic.compare import compare
from discovery.symbolic.complexity import node_count
from discovery.symbolic.constants import abstract, shape
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.multiplied import expanded
from discovery.trajectories.read import read_csv
from discovery.types import symbol
from pipelines.validation_scoring import score
from pipelines.validation_truth import Truth, truth_of

PAIRS = 200
SMALL = 40  # nodes of an expression that SymPy factors in a moment
MULTIPLE = 4  # largest multiple of an angle that is multiplied out
SEEN = 2e-5  # smallest share of a law, on the data, of a term that is taken away or added; below 1e-5 it is forgiven


@dataclass(frozen=True)
class Equation:
    """One right-hand side of the registry and the truth that it belongs to."""

    system: str
    state: str

    @property
    def truth(self) -> Truth:
        """The whole law and its data."""
        return _truth(self.system)

    @property
    def law(self) -> sp.Expr:
        """The right-hand side with numbers."""
        return _laws(self.system)[self.state]

    @property
    def states(self) -> list[sp.Symbol]:
        """The states that stand in it."""
        return [symbol(name) for name in _laws(self.system) if symbol(name) in self.law.free_symbols]

    @property
    def points(self) -> np.ndarray:
        """Random states and times in the region of the data."""
        low, high = np.array([self.truth.region[name] for name in self.truth.names]).T
        return np.random.default_rng(0).uniform(low, high, (500, len(low)))

    def judged(self, found: sp.Expr) -> str:
        """The verdict on ``found``, as a validation reaches it."""
        truth = self.truth
        return compare(found, self.law, truth.names, region=truth.region).verdict

    def share(self, term: sp.Expr) -> float:
        """Mean share of a term in the sizes of the law's terms on the region, by which the verdict forgives terms."""
        terms = [term, *sp.Add.make_args(expanded(self.law))]
        sizes = np.abs(compiled(terms, self.truth.names)(self.points))
        sizes = sizes[np.isfinite(sizes).all(axis=1)]
        return float(np.mean(sizes[:, 0] / sizes[:, 1:].sum(axis=1)))


@cache
def _truth(system: str) -> Truth:
    return truth_of(known.load(system))


@cache
def _laws(system: str) -> dict[str, sp.Expr]:
    return known.load(system).driven


EQUATIONS = [Equation(name, state) for name in known.names() for state in _laws(name)]


# Rewritings. Each returns an expression of the same value; one that comes back as it was is not used.


def _rational(law: sp.Expr) -> sp.Expr:
    """Decimal numbers as exact fractions, so that SymPy's algebra does not round."""
    return sp.nsimplify(law, rational=True)


def _multiplied_fraction(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """Numerator and denominator multiplied by the same sum, and multiplied out."""
    above, below = sp.fraction(sp.together(_rational(law)))
    factor = x**2 + sp.Rational(int(rng.integers(1, 40)), 10)
    return sp.expand(above * factor) / sp.expand(below * factor)


def _recentred(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """A polynomial in ``x`` as one in ``x - a``."""
    exact = _rational(law)
    if not exact.is_polynomial(x):
        return law
    moved, place = sp.Symbol("moved"), sp.Rational(int(rng.integers(1, 20)), 10)
    return sp.collect(sp.expand(exact.subs(x, moved + place)), moved).subs(moved, x - place)


def _split(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """A coefficient of a term split between two writings of the term."""
    terms = sp.Add.make_args(sp.expand(law))
    term = terms[int(rng.integers(len(terms)))]
    part = sp.Rational(int(rng.integers(1, 10)), 10)
    return sp.Add(
        *[other for other in terms if other is not term], part * term * (x + 1) - part * term * x, term - part * term
    )


def _halved(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """Sines by the double-angle identity."""
    return law.replace(sp.sin, lambda angle: 2 * sp.sin(angle / 2) * sp.cos(angle / 2))


def _squared_sines(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """cos² by sin², sin² by cos of twice the angle."""
    return law.replace(
        lambda part: isinstance(part, sp.Pow) and isinstance(part.base, sp.cos | sp.sin) and part.exp == 2,
        lambda part: (1 + (1 if isinstance(part.base, sp.cos) else -1) * sp.cos(2 * part.base.args[0])) / 2,
    )


def _angles(law: sp.Expr, rng: np.random.Generator, x: sp.Symbol) -> sp.Expr:
    """Functions of sums and small multiples of angles multiplied out.

    Of large multiples it gives polynomials with coefficients such as 1e47: in double precision these are not the
    law any more.
    """
    multiples = [angle.as_coeff_Mul()[0] for part in law.atoms(sp.sin, sp.cos) for angle in part.args]
    return sp.expand_trig(law) if max(map(abs, multiples), default=0) <= MULTIPLE else law


REWRITINGS: dict[str, Callable[[sp.Expr, np.random.Generator, sp.Symbol], sp.Expr]] = {
    "expand": lambda law, rng, x: sp.expand(law),
    "factor": lambda law, rng, x: sp.factor(_rational(law)),
    "together": lambda law, rng, x: sp.together(law),
    "apart": lambda law, rng, x: sp.apart(_rational(law), x),
    "cancel": lambda law, rng, x: sp.cancel(_rational(law)),
    "collect": lambda law, rng, x: sp.collect(sp.expand(law), x),
    "horner": lambda law, rng, x: sp.horner(_rational(law), wrt=x),
    "angles": _angles,
    "halved": _halved,
    "squared sines": _squared_sines,
    "exponentials": lambda law, rng, x: law.rewrite([sp.tanh, sp.sinh, sp.cosh], sp.exp),
    "fraction": _multiplied_fraction,
    "recentred": _recentred,
    "split": _split,
}


ALGEBRA = ("factor", "apart", "cancel", "horner", "fraction")


def _rewritings() -> Iterator[tuple[Equation, str, sp.Expr]]:
    """Pairs that are equal by construction: one of each kind in turn, of laws in an order drawn once."""
    streams = {kind: _rewritten(kind, number) for number, kind in enumerate(REWRITINGS)}
    while streams:
        for kind, stream in list(streams.items()):
            if (pair := next(stream, None)) is None:
                del streams[kind]
            else:
                yield pair[0], kind, pair[1]


def _rewritten(kind: str, seed: int) -> Iterator[tuple[Equation, sp.Expr]]:
    """All laws that a kind of rewriting changes; SymPy cannot do every rewriting of every law."""
    rng = np.random.default_rng(seed)
    for equation in rng.permutation(np.array(EQUATIONS, dtype=object)):
        law = equation.law
        if not equation.states or node_count(law) > SMALL:
            continue
        if kind in ALGEBRA and not law.is_rational_function(*law.free_symbols):
            continue  # SymPy factors fractions of exponentials without end
        x = equation.states[int(rng.integers(len(equation.states)))]
        with suppress(sp.PolynomialError):
            written = sp.N(REWRITINGS[kind](law, rng, x), 17)
            if written != sp.N(law, 17):
                yield equation, written


# Near misses.


def _other_constant(equation: Equation, rng: np.random.Generator) -> sp.Expr | None:
    """One constant of the law off by 10 %."""
    family, values = abstract(equation.law, first=1000, implicit=True, inner=False)
    if not values:
        return None
    changed = list(values)
    changed[int(rng.integers(len(values)))] *= 1.1
    return family.xreplace({symbol(f"c{1000 + i}"): sp.Float(value) for i, value in enumerate(changed)})


def _missing(equation: Equation, rng: np.random.Generator) -> sp.Expr | None:
    """One term of the law multiplied out is left out."""
    terms = sp.Add.make_args(expanded(equation.law))
    if len(terms) < 2:
        return None
    term = terms[int(rng.integers(len(terms)))]
    return None if equation.share(term) < SEEN else sp.Add(*[other for other in terms if other is not term])


def _extra(equation: Equation, rng: np.random.Generator) -> sp.Expr | None:
    """A term of a shape that the law has not."""
    names = list(_laws(equation.system))
    x, y = (symbol(names[int(rng.integers(len(names)))]) for _ in range(2))
    kinds = [sp.Integer(1), x, x * y, x**3, sp.sin(x), sp.exp(-x), x / (1 + x**2), sp.sqrt(sp.Abs(x)), x**2 * y]
    term = kinds[int(rng.integers(len(kinds)))]
    if shape(term) in {shape(own) for own in sp.Add.make_args(expanded(equation.law))}:
        return None
    return equation.law + sp.Float(10 ** rng.uniform(np.log10(SEEN), 0) / equation.share(term)) * term


def _wrong_sign(equation: Equation, rng: np.random.Generator) -> sp.Expr | None:
    """One term of the law multiplied out has the other sign."""
    terms = list(sp.Add.make_args(expanded(equation.law)))
    place = int(rng.integers(len(terms)))
    if equation.share(terms[place]) < SEEN:
        return None
    terms[place] = -terms[place]
    return sp.Add(*terms)


MISSES: dict[str, tuple[Callable[[Equation, np.random.Generator], sp.Expr | None], str]] = {
    "a constant off by 10 %": (_other_constant, "same structure"),
    "a term missing": (_missing, "different"),
    "a term too many": (_extra, "different"),
    "a wrong sign": (_wrong_sign, "different"),
}


def _misses(kind: str) -> Iterator[tuple[Equation, sp.Expr]]:
    """Near misses of one kind."""
    make = MISSES[kind][0]
    rng = np.random.default_rng(4)
    while True:
        equation = EQUATIONS[int(rng.integers(len(EQUATIONS)))]
        if equation.law.free_symbols and (found := make(equation, rng)) is not None:
            yield equation, found


def _told(equation: Equation, what: str, verdict: str, found: sp.Expr) -> str:
    return f"{equation.system}.{equation.state} {what}: {verdict}: {found} for {equation.law}"


@pytest.mark.slow
def test_rewritings_of_registry_laws_are_identical() -> None:
    """Two hundred laws written in other ways are all the law that they are."""
    wrong, kinds = [], Counter[str]()
    for _, (equation, kind, found) in zip(range(PAIRS), _rewritings(), strict=False):
        verdict = equation.judged(found)
        kinds[kind] += 1
        if verdict != "identical":
            wrong.append(_told(equation, kind, verdict, found))
    assert [] == wrong
    assert PAIRS == kinds.total()
    assert set(REWRITINGS) == set(kinds)  # each kind has been tried


@pytest.mark.slow
@pytest.mark.parametrize("kind", MISSES)
def test_near_misses_are_told_from_the_law(kind: str) -> None:
    """Fifty near misses of each kind are what they are and nothing better."""
    expected = MISSES[kind][1]
    wrong = []
    for _, (equation, found) in zip(range(PAIRS // len(MISSES)), _misses(kind), strict=False):
        verdict = equation.judged(found)
        if verdict != expected:
            wrong.append(_told(equation, kind, verdict, found))
    assert [] == wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", known.names())
def test_the_truth_scores_full_marks(name: str, tmp_path: Path) -> None:
    """Fed the true law, every column is perfect; and a CSV of the system is read back as it was written."""
    truth = _truth(name)
    found = score(truth.equations, truth)
    assert (1.0, 1.0) == (found.reconstruction, found.unseen)
    assert ("identical", 0, 0, "") == (found.form, found.missing, found.extra, found.note)
    assert pytest.approx(0.0, abs=1e-6) == found.largest_error
    text = io.StringIO()
    write_csv(text, truth.seen, inputs=tuple(truth.inputs))
    (tmp_path / "data.csv").write_text(text.getvalue())
    read = read_csv(tmp_path / "data.csv", inputs=tuple(truth.inputs))
    assert truth.seen[0].names == tuple(read.headers.values())
    np.testing.assert_array_equal(truth.seen[0].states, read.trajectories[0].states)
    np.testing.assert_array_equal(truth.seen[0].inputs, read.trajectories[0].inputs)
