"""Laws that blow up where the data are cannot be behind them, and those that balance on a point hardly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.dynamics.shooting import Fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.selection.reconstruction import reconstruct
from discovery.selection.refined import Refined
from discovery.selection.score import TIE
from discovery.symbolic.constants import parts
from discovery.symbolic.evaluate import compiled
from discovery.types import Law, Prediction, Trajectory, drive_columns

# Fitted window starts that a law is followed from, to the end of the record.
STARTS = 6
# Bits of a start beyond the noise that are looked for: half of those that a number has.
BITS = 26
# Laws that are looked at however late it is.
LOOKED_AT = 12


@dataclass(frozen=True)
class SoundOrder:
    """Laws in the order of their descriptions, those that blow up on the data at the end.

    Attributes:
        unsound: how many these are; 0 where all do, or none that does not was found in time, and nothing changed.
        sound: whether the first does not.
        balance: nats in its description for a start on a needle's point.
    """

    laws: tuple[Refined, ...]
    unsound: int
    sound: bool
    balance: float = 0.0


def sound_first(
    refined: Sequence[Refined], windows: Windows, runs: Sequence[Trajectory], *, deadline: Deadline = NEVER
) -> SoundOrder:
    """The laws, best first and those that blow up at the end, where the first pays for a start on a needle's point.

    They are looked at one after another until none is left that could lead; what was looked at and does not blow up has
    what it takes to state its starts in its description.
    """
    steady: list[tuple[Refined, float]] = []
    blown: list[Refined] = []
    least = math.inf
    for item in refined:
        looked = len(steady) + len(blown)
        if item.score >= least or (looked >= LOOKED_AT and deadline.passed()):
            break
        if sound(item.fit, windows, runs):
            price = balance(item.fit, windows, runs)
            steady.append((replace(item, score=item.score + price), price))
            least = min(least, steady[-1][0].score)
        else:
            blown.append(item)
    if not steady:
        return SoundOrder(tuple(refined), 0, sound=False)
    (leader, price), *others = sorted(steady, key=lambda pair: pair[0].score)
    rest = [*(item for item, _ in others), *refined[len(steady) + len(blown) :]]
    laws = (leader, *sorted(rest, key=lambda item: item.score), *blown)
    return SoundOrder(laws, len(blown), sound=True, balance=price)


def sound(fit: Fit, windows: Windows, runs: Sequence[Trajectory]) -> bool:
    """Whether a law stays finite on the data: no pole between samples, and no divergence before a record's end.

    A map steps over its poles.
    """
    inner = list(dict.fromkeys(part for rhs in fit.law.equations.values() for part in _singular(rhs)))
    if inner and not fit.law.discrete and _has_pole(inner, fit.law, reconstruct(fit, windows, runs)[0], runs):
        return False
    return not _diverges(fit, windows, runs)


def balance(fit: Fit, windows: Windows, runs: Sequence[Trajectory]) -> float:
    """Nats to state a start from which a law can be followed along a record, beyond what a measurement says of it.

    Of a state that both more and less of it leave every bound, the fitted start is a balance on a needle's point: who
    begins where something was measured gets nowhere. It takes as many more bits as the balance needs, and what decides
    between laws, as such a balance is unlikely to be met. A chaotic law stays within its attractor; growth is not both
    where its start was measured.
    """
    beginnings = [row for row, (_, first) in enumerate(windows.places) if first == 0]
    most = 0
    for row in _some(beginnings):
        weights, run = windows.weights[windows.offsets[row] : windows.offsets[row + 1]], runs[windows.places[row][0]]
        for state, column in enumerate(weights.T):
            if not column.any():
                continue  # nothing measured it
            size = 1.0 / column[np.argmax(column > 0.0)]  # where noise is proportional, the start's own
            if not windows.logarithmic and abs(fit.starts[row, state]) < size:
                continue  # growth from there goes up from more of it, and down from less than nothing
            while most < BITS and not _followed(fit, windows, run, row, state, size * 0.5**most):
                most += 1
    return TIE + most * math.log(2.0) if most else 0.0


def _followed(fit: Fit, windows: Windows, run: Trajectory, row: int, state: int, change: float) -> bool:
    """Whether the law stays within bounds from more or from less of one state at the start of a window."""
    sides = [_off(fit.starts[row], state, side, windows.logarithmic) for side in (change, -change)]
    return any(_stays(fit, windows, run, side) for side in sides)


def _off(
    start: Float[np.ndarray, " state"], state: int, change: float, logarithmic: bool
) -> Float[np.ndarray, " state"]:
    moved = start.copy()
    moved[state] = start[state] * math.exp(change) if logarithmic else start[state] + change
    return moved


def _stays(fit: Fit, windows: Windows, run: Trajectory, start: Float[np.ndarray, " state"]) -> bool:
    """Whether the law stays within bounds from there to the end of the record."""
    steps = _steps(len(run))
    states = simulate(fit.law, start, run.times, rtol=1e-5, max_steps=steps, drive=run.drive, spread=windows.spread)
    return bool(np.all(np.abs(states) <= windows.bound))


def _some(rows: Sequence[int]) -> Sequence[int]:
    """Up to ``STARTS`` of them, evenly spread."""
    return rows[:: max(1, -(-len(rows) // STARTS))]


def _steps(samples: int) -> int:
    """Steps that the integration of a record may take: as many as short records need, and some for each sample."""
    return max(20_000, 20 * samples)


def _has_pole(inner: Sequence[sp.Expr], law: Law, followed: Sequence[Prediction], runs: Sequence[Trajectory]) -> bool:
    """Whether what must not be zero changes sign along a run, or is undefined."""
    program = compiled(inner, (*law.states, *law.inputs, "t"))
    drives = {run.label: run.drive for run in runs}
    for run in followed:
        drive = drives.get(run.label)
        signs = np.sign(program(np.column_stack([run.states, *drive_columns(drive, run.times), run.times])))
        if not np.all(signs[0] != 0.0) or not np.all(signs == signs[0]):
            return True
    return False


def _singular(expression: sp.Expr) -> Iterator[sp.Expr]:
    """What must not be zero: denominators, and arguments of logarithms."""
    for part in sp.preorder_traversal(expression):
        if isinstance(part, sp.Pow) and part.exp.is_number and float(part.exp) < 0 and part.base.free_symbols:
            yield part.base
        if isinstance(part, sp.log) and part.free_symbols:
            yield parts(part)[0]


def _diverges(fit: Fit, windows: Windows, runs: Sequence[Trajectory]) -> bool:
    """Whether the fitted law leaves every bound when it is followed from window starts to the end of the record."""
    lengths = np.diff(windows.offsets)
    rows = [row for row, (run, low) in enumerate(windows.places) if low + lengths[row] < len(runs[run])]
    for row in _some(rows):  # windows that end with their record were followed by the fit
        run, low = windows.places[row]
        states = simulate(
            fit.law, fit.starts[row], runs[run].times[low:], rtol=1e-5, max_steps=_steps(len(runs[run])),
            drive=runs[run].drive, spread=windows.spread,
        )  # fmt: skip
        if not np.all(np.abs(states[-1]) <= windows.bound):
            return True
    return False
