"""Sparse regression on fractions with a common denominator from a grid, all denominators in one sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from discovery.library.grammar import Fractions
from discovery.search.paths import Path
from discovery.search.scaled import scaled
from discovery.search.thresholding import refitted, supports
from discovery.symbolic.evaluate import Program, compiled
from discovery.types import Regression


@dataclass(frozen=True)
class Fraction:
    """One support of one library with a denominator.

    Attributes:
        error: squared residuals as a share of the target's square.
        number: of the library, that is, of its denominator.
    """

    error: float
    group: Fractions
    number: int
    coefficients: Float[np.ndarray, " term"]
    misfit: float

    def path(self, state: str, kind: str) -> Path:
        """The path whose only point this is."""
        support = np.flatnonzero(self.coefficients)
        library = self.group.chosen(self.number, support.tolist())
        one = self.coefficients[support][None]
        return Path(state, kind, library, ("sindy:stlsq",), one, np.array([self.misfit]))


def fraction_paths(
    groups: tuple[Fractions, ...],
    names: tuple[str, ...],
    regression: Regression,
    rows: Int[np.ndarray, " row"],
    equations: frozenset[int],
    thresholds: Float[np.ndarray, " threshold"],
    *,
    ridge: float,
    longest: int,
    keep: int,
) -> Iterator[Path]:
    """The best ``keep`` supports of every size up to ``longest`` over all denominators.

    A denominator that is wrong costs terms, so that those of one size are compared by their errors.
    """
    best: dict[tuple[int, int], list[Fraction]] = {}
    for group in groups:
        design = columns(group, names, regression, rows)
        for equation in sorted(equations):
            one = scaled(design, regression.targets[rows, equation], regression.deviations[rows, equation])
            if one is None:
                continue
            grams = one.grams
            chosen = supports(grams, thresholds, ridge=ridge)
            solved, errors = refitted(grams, chosen)
            errors[~chosen[:, :, len(group.whole) :].any(axis=2)] = np.inf  # a polynomial: not a fraction
            sizes = chosen.sum(axis=2)
            for size in range(1, longest + 1):
                of_size = np.where(sizes == size, errors, np.inf)
                number, point = np.unravel_index(int(np.argmin(of_size)), of_size.shape)
                error = float(of_size[number, point])
                if np.isfinite(error):
                    coefficients = solved[number, point] * one.length / one.lengths[number]
                    found = Fraction(error, group, int(number), coefficients, float(one.misfits(np.array(error))))
                    best.setdefault((equation, size), []).append(found)
    for (equation, _), found in sorted(best.items(), key=lambda item: item[0]):
        for one in sorted(found, key=lambda fraction: fraction.error)[:keep]:
            yield one.path(names[equation], regression.kind)


def columns(
    group: Fractions, names: tuple[str, ...], regression: Regression, rows: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "library row term"]:
    """Rows of the regression for every library of the group."""
    whole, over, states = len(group.whole), len(group.numerators), regression.states
    values = program(group, names)(states)
    inverse = 1.0 / (values[:, -1:] ** group.power + np.array(group.constants))
    fractions = (inverse[:, :, None] * values[:, None, whole:-1]).reshape(len(states), -1)
    mapped = regression.operator(np.hstack([values[:, :whole], fractions]))[rows]
    beside = np.broadcast_to(mapped[:, :whole], (len(group.constants), len(rows), whole))
    fractions = mapped[:, whole:].reshape(len(rows), len(group.constants), over).transpose(1, 0, 2)
    return np.concatenate([beside, fractions], axis=2)


def program(group: Fractions, names: tuple[str, ...]) -> Program:
    """Values of the whole terms, the numerators and the state of the denominator."""
    return compiled((*group.whole, *group.numerators, group.state), names)
