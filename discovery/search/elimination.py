"""Backward elimination on the trajectories: from a polynomial law with too many terms to one term an equation.

The over-complete law is fitted by multiple shooting, so its constants carry no bias of a smoother; the term with the
smallest Wald statistic (constant over its standard deviation) leaves, the others are fitted again, and so on.

Source: Wald (1943), Trans. AMS 54:426, for the statistic; backward elimination as in Miller (2002), Subset
Selection in Regression, ch. 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from discovery.dynamics.evaluate import values
from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, cut
from discovery.library.grammar import monomials
from discovery.protocols import Deadline
from discovery.types import DiscoveryProblem, Law, symbol


@dataclass(frozen=True)
class Elimination:
    """Settings of the backward elimination.

    Attributes:
        most_terms: a polynomial with more terms in all is tried at a lower degree instead; its normal equations
            grow with the square.
        lengths: samples of a window, tried in turn until the full law can be simulated.
        max_samples: samples used, spread over the data; ample for tens of constants.
    """

    most_terms: int = 64
    lengths: tuple[int, ...] = (16, 8)
    max_samples: int = 2000
    shooting: Shooting = Shooting(iterations=8, tolerance=1e-3)


# A law that is linear in its constants: (equation, term) for each of them.
_Support = tuple[tuple[int, sp.Expr], ...]


def eliminate(problem: DiscoveryProblem, settings: Elimination, deadline: Deadline) -> tuple[Law, ...]:
    """All laws on the way down from the fullest polynomial that can be simulated."""
    settings = replace(settings, shooting=replace(settings.shooting, deadline=deadline))
    laws: list[Law] = []
    for degree in _degrees(len(problem.names), settings.most_terms):
        for length in settings.lengths:
            if deadline.passed():
                return tuple(laws)
            windows = cut(
                problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length,
                max_samples=settings.max_samples,
            )  # fmt: skip
            path = _path(problem, degree, windows, settings, deadline)
            if path:
                laws += path
                break
    return tuple(laws)


def _degrees(dimension: int, most: int) -> tuple[int, ...]:
    """The highest degree up to 5 whose polynomials have no more than ``most`` terms in all, and 2 and 3 below it."""
    possible = [d for d in (1, 2, 3, 4, 5) if dimension * math.comb(dimension + d, d) <= most]
    return tuple(d for d in possible if d in (2, 3) or d == possible[-1] or possible[-1] == 2)


def _path(
    problem: DiscoveryProblem, degree: int, windows: Windows, settings: Elimination, deadline: Deadline
) -> list[Law]:
    support, constants = _start(problem, degree)
    found: list[Law] = []
    fitted = _fit(problem.names, support, constants, windows, None, settings) if support else None
    while fitted is not None and not deadline.passed():
        found.append(fitted.law)
        drop = _weakest(fitted, support)
        if drop is None:
            break
        kept = [i for i in range(len(support)) if i not in drop]
        support = tuple(support[i] for i in kept)
        constants = _shifted(fitted, drop, kept)
        fitted = _fit(problem.names, support, constants, windows, fitted.starts, settings)
    return found


def _start(problem: DiscoveryProblem, degree: int) -> tuple[_Support, tuple[float, ...]]:
    """The full polynomial with least-squares coefficients on the derivatives; empty where its terms overflow."""
    terms = monomials(problem.names, degree)
    regression = problem.regression("derivative")
    design = regression.operator(values(terms, problem.names, regression.states))
    scale = np.maximum(np.linalg.norm(design, axis=0), 1e-300)
    support: list[tuple[int, sp.Expr]] = []
    constants: list[float] = []
    for equation in range(len(problem.names)):
        weight = 1.0 / regression.deviations[:, equation]
        weighted = design / scale * weight[:, None]
        if not np.all(np.isfinite(weighted)):
            return (), ()
        solved = np.linalg.lstsq(weighted, regression.targets[:, equation] * weight, rcond=1e-8)[0] / scale
        support += [(equation, term) for term in terms]
        constants += [float(c) for c in solved]
    return tuple(support), tuple(constants)


def law_of(names: Sequence[str], support: _Support, constants: tuple[float, ...], source: str) -> Law:
    """The law whose equations are sums of constants times terms."""
    sums: list[list[sp.Expr]] = [[] for _ in names]
    for i, (equation, term) in enumerate(support):
        sums[equation].append(symbol(f"c{i}") * term)
    return Law(tuple(names), tuple(sp.Add(*terms) for terms in sums), constants, (source,))


def _fit(
    names: Sequence[str],
    support: _Support,
    constants: tuple[float, ...],
    windows: Windows,
    starts: np.ndarray | None,
    settings: Elimination,
) -> Fit | None:
    law = law_of(names, support, constants, "structured:elimination")
    return fit(law, windows, starts=starts, settings=settings.shooting)


def _weakest(fitted: Fit, support: _Support) -> set[int] | None:
    """Constants to drop: the one of least Wald statistic, and with many left, others just as void; None at the end."""
    remaining = np.bincount([equation for equation, _ in support])
    matrix, scale = fitted.scaled_information()
    covariance = np.linalg.pinv(matrix, rcond=1e-12, hermitian=True)
    with np.errstate(over="ignore"):  # where rounding leaves no variance, a constant looks certain
        wald = (np.array(fitted.law.constants) * scale) ** 2 / np.maximum(np.diag(covariance), 1e-300)
    drop: set[int] = set()
    for i in np.argsort(wald):
        if remaining[support[i][0]] <= 1:
            continue
        # Several at once while many are void: chi-squared of one degree of freedom is below 0.5 half the time.
        if drop and (len(drop) >= len(support) // 8 or wald[i] > 0.5):
            break
        drop.add(int(i))
        remaining[support[i][0]] -= 1
    return drop or None


def _shifted(fitted: Fit, drop: set[int], kept: list[int]) -> tuple[float, ...]:
    """Where the remaining constants move when some are set to zero, by the quadratic model of the cost."""
    information, scale = fitted.scaled_information()
    constants = np.array(fitted.law.constants)
    gone = sorted(drop)
    moved = information[np.ix_(kept, gone)] @ (scale * constants)[gone]
    change = np.linalg.lstsq(information[np.ix_(kept, kept)], moved, rcond=1e-10)[0]
    return tuple(float(c) for c in constants[kept] + change / np.where(scale > 0.0, scale, 1.0)[kept])
