"""Which constants these data determine, and which only together.

All of it is in relative changes of the constants, so that no unit matters: F = |c| I |c| with the information I.

Source: Raue et al. (2009), Bioinformatics 25:1923, for what identifiability means; sloppy directions as in Gutenkunst
et al. (2007), PLoS Comput. Biol. 3:e189.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.advice import LooseCombination
from discovery.dynamics.shooting import Fit
from discovery.symbolic.phases import phases
from discovery.types import Law, symbol
from discovery.wording import listed

# Relative deviation from which a combination is called loose: its 95 % interval is wider than plus or minus half.
LOOSE = 0.25
# Share of the largest change below which a constant takes no part in a combination.
PART = 0.1
# Relative deviation of what is believed of a constant before there are data; only keeps matrices regular.
PRIOR = 10.0
# Deviations from which a constant is said to be free: more than its own size.
FREE = 1.0
# Constants of a combination at most that are asked whether they can be scaled together, and points at which: that sides
# agree at three random points, to more than rounding, is no chance.
FOLLOW, ASKED, ROUNDING = 4, 3, 1e-9


@dataclass(frozen=True)
class Relative:
    """The information of relative changes of the constants.

    Attributes:
        sizes: of the constants; a phase, which may be zero as well as anything, has that of a radian at least.
        matrix: |c| I |c|, divided by chi-squared by degree of freedom where that exceeds 1.
    """

    sizes: Float[np.ndarray, " constant"]
    matrix: Float[np.ndarray, "constant constant"]

    @classmethod
    def of(cls, fit: Fit) -> Relative:
        """Of the constants of a fitted law."""
        size = np.abs(np.array(fit.law.constants))
        turning = list(phases(fit.law.skeletons, len(size)))
        size[turning] = np.maximum(size[turning], 1.0)
        return cls(size, fit.information * np.outer(size, size) / max(1.0, fit.reduced))

    @property
    def believed(self) -> Float[np.ndarray, "constant constant"]:
        """The matrix with what is believed before there are data, which makes it positive definite."""
        return self.matrix + np.eye(len(self.sizes)) / PRIOR**2

    def covariance(self, prior: float = 1.0) -> Float[np.ndarray, "constant constant"]:
        """Covariance of the constants, where each is believed to lie within ``prior`` of its own size."""
        prior_precision = np.eye(len(self.sizes)) / prior**2
        return np.linalg.inv(self.matrix + prior_precision) * np.outer(self.sizes, self.sizes)


def sensitivities(fit: Fit) -> tuple[float, ...]:
    """Root mean square change of a value, in noise deviations, for one per cent of each constant."""
    scale = np.sqrt(np.maximum(np.diag(fit.information), 0.0) / max(fit.count, 1))
    return tuple(float(s) for s in 0.01 * np.abs(fit.law.constants) * scale)


def inflations(fit: Fit) -> tuple[float, ...]:
    """Deviation of each constant over what it were if the others were known; at least 1."""
    matrix = Relative.of(fit).believed
    if not len(matrix):
        return ()
    return tuple(float(v) for v in np.sqrt(np.maximum(np.diag(np.linalg.inv(matrix)) * np.diag(matrix), 1.0)))


def loose_combinations(
    fit: Fit, unsigned: Collection[str] = (), hidden: Sequence[str] = ()
) -> tuple[LooseCombination, ...]:
    """Directions in which the constants can move by a quarter of their size or more, the loosest first.

    Args:
        unsigned: constants whose intervals hold zero. Intervals are wider than deviations along a direction where
            residuals are alike or laws are averaged over, and no share of such a constant is told.
        hidden: states that nothing measured, whose unit constants may follow.
    """
    relative = Relative.of(fit)
    if not len(relative.matrix):
        return ()
    eigenvalues, vectors = np.linalg.eigh(relative.believed)
    # as they are but for rounding, where what starts take is subtracted
    eigenvalues = np.maximum(eigenvalues, PRIOR**-2)
    found: list[LooseCombination] = []
    for eigenvalue, vector in zip(eigenvalues, vectors.T, strict=True):
        deviation = float(np.max(np.abs(vector)) / np.sqrt(eigenvalue))
        if deviation < LOOSE:
            continue
        changes = vector / vector[int(np.argmax(np.abs(vector)))]
        taking = [i for i in np.argsort(-np.abs(changes), kind="stable") if abs(changes[i]) >= PART]
        names = tuple(f"c{i}" for i in taking)
        parts = tuple(float(changes[i]) for i in taking)
        text = _open_scale(fit.law, names) or _open_unit(fit.law, names, hidden)
        text = text or _words(names, parts, deviation, unsigned)
        found.append(LooseCombination(names, parts, deviation, text))
    return tuple(found)


def _open_scale(law: Law, names: Sequence[str]) -> str:
    """That the law says the same with constants scaled together, as with m, c and k of m x'' + c x' + k x = 0."""
    if not 1 < len(names) <= FOLLOW:
        return ""
    terms = [term for side in law.skeletons for term in sp.Add.make_args(side)]
    first, *others = sorted(names, key=lambda name: (-sum(one.has(symbol(name)) for one in terms), name))
    for powers in product((1, -1), repeat=len(others)):
        if _follow(law, {first: 1, **dict(zip(others, powers, strict=True))}):
            told = zip(others, powers, strict=True)
            known = [f"{name}/{first}" if power > 0 else f"{name}·{first}" for name, power in told]
            there = f"{listed(known)} {'is' if len(known) == 1 else 'are'} in the law"
            return f"Of {listed([first, *others])} only {there}. Tell the value of one of them."
    return ""


def _open_unit(law: Law, names: Sequence[str], hidden: Sequence[str]) -> str:
    """That constants only follow the unit of a hidden state; empty where they do not."""
    for state in hidden if len(names) <= FOLLOW else ():
        for powers in product((-1, 1), repeat=len(names)):
            if _follow(law, dict(zip(names, powers, strict=True)), state):
                known = [
                    f"{name}·{state}" if power < 0 else f"{state}/{name}"
                    for name, power in zip(names, powers, strict=True)
                ]
                return (
                    f"The unit of {state} is open, as nothing measured it: only {listed(known)} "
                    f"{'is' if len(known) == 1 else 'are'} known. Tell the value of {names[0]}, and the rest is."
                )
    return ""


def _follow(law: Law, powers: Mapping[str, int], state: str = "") -> bool:
    """Whether the law stays as it is with constants times these powers of a scale, where a state is counted anew."""
    scale, rng = sp.Integer(2), np.random.default_rng(0)
    change: dict[sp.Basic, sp.Basic] = {symbol(name): symbol(name) * scale**power for name, power in powers.items()}
    if state:
        change[symbol(state)] = symbol(state) * scale
    for name, side in zip(law.states, law.skeletons, strict=True):
        expected, counted = side * (scale if name == state else 1), side.xreplace(change)
        every = sorted(side.free_symbols, key=str)
        for _ in range(ASKED):
            point: dict[sp.Basic, sp.Basic] = {one: sp.Float(rng.uniform(0.5, 1.5)) for one in every}
            here, there = (sp.N(one.xreplace(point)) for one in (expected, counted))
            if not (here.is_number and there.is_number and abs(here - there) <= ROUNDING * (1 + abs(here))):
                return False
    return True


def _words(names: tuple[str, ...], changes: tuple[float, ...], deviation: float, unsigned: Collection[str]) -> str:
    """The combination as a sentence."""
    zero = any(name in unsigned for name in names)
    amount = _percent(max(deviation, FREE) if zero else deviation)
    if len(names) == 1 and zero:
        return f"{names[0]} is hardly determined: these data do not even tell its sign."
    if len(names) == 1:
        return f"{names[0]} is hardly determined: these data allow it to change by {amount}."
    told = listed(names)
    if len(names) == 2 and abs(abs(changes[1]) - 1.0) < 0.2:
        known = f"{names[0]}/{names[1]}" if changes[1] > 0 else f"{names[0]}·{names[1]}"
        way = "" if changes[1] > 0 else "in opposite directions "
        return f"Of {told} little more than {known} is determined: they can change {way}together by {amount}."
    moves = ", ".join(f"{n} {100 * c * min(deviation, FREE):+.0f} %" for n, c in zip(names, changes, strict=True))
    return f"{told} are determined only together: these data hardly tell a change of {moves}."


def _percent(deviation: float) -> str:
    if deviation < FREE:
        return f"{100 * deviation:.0f} %"
    return "more than their own size" if deviation < PRIOR / 2 else "any amount"
