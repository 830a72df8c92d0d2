"""Multiple shooting: constants and window starts fitted to the measured samples by Levenberg-Marquardt.

Every window has a free start, so the normal equations have an arrow's shape: the starts are eliminated window by
window (Schur complement) and only the constants are left. Lengthening the windows takes the place of continuity
penalties; the last length is the whole trajectory, unless the law is chaotic.

Source: Bock (1983), multiple shooting for parameter estimation; Marquardt (1963) for the damping.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from discovery.dynamics.amplitudes import along, amplitudes
from discovery.dynamics.beliefs import Anchors, Beliefs, Edges
from discovery.dynamics.interpreter import SIGN, with_table
from discovery.dynamics.iterate import MAP
from discovery.dynamics.normal_equations import assemble, assemble_stiff
from discovery.dynamics.pulls import Pulls
from discovery.dynamics.ramps import ramped
from discovery.dynamics.tape import Tape, tape_of
from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline
from discovery.types import Beginning, Law, read_only

# A start is believed to lie within a hundred spreads; this matters only where a window measures no state.
PRIOR = 1e-4
# Curvatures beyond this are those of a law that all but blew up; damping makes them 1e8 times as large. Squares of
# constants must be below it: relative changes, of which intervals and relations are made, have no numbers otherwise.
LARGEST = 1e250


@dataclass(frozen=True)
class Shooting:
    """Settings of the fit.

    Attributes:
        iterations: most steps that are tried, each an evaluation of the normal equations; the first guess is one more.
        tolerance: the fit ends when the cost falls by less than this share.
        rtol: relative tolerance of the integration, at most; less where the windows' noise asks for less.
        steps_a_sample: integration steps allowed for each sample, beyond 100; a wild candidate stops here.
        bend: residual, in deviations of the noise, from which on the loss is linear (Huber 1964), so that outliers pull
            with a bounded force; infinite for none.
        deadline: ends a fit where it is; one that begins later keeps what it was given.
    """

    iterations: int = 30
    tolerance: float = 1e-5
    rtol: float = 1e-6
    steps_a_sample: int = 10
    bend: float = math.inf
    deadline: Deadline = NEVER


@dataclass(frozen=True)
class Fit:
    """A law whose constants and window starts were fitted.

    Attributes:
        cost: what was made small: the sum of ``costs`` and what was believed of constants and starts.
        costs: chi-squared by window, the sum of squared residuals over their variance, or of Huber's loss in its place.
        information: normal matrix of the constants with the window starts eliminated; its inverse is their
            covariance.
        count: number of values fitted.
        begun: whether the starts were known.
    """

    law: Law
    starts: Float[np.ndarray, "window state"]
    cost: float
    costs: Float[np.ndarray, " window"]
    information: Float[np.ndarray, "constant constant"]
    count: int
    begun: bool = False

    @property
    def misfit(self) -> float:
        """Chi-squared of the residuals alone by value; 1 where the law is right and the noise model too."""
        return float(self.costs.sum()) / max(1, self.count)

    @property
    def reduced(self) -> float:
        """The cost by degree of freedom: values fitted less window starts and constants."""
        return self.cost / max(1, self.count - self.fitted)

    @property
    def fitted(self) -> int:
        """How many numbers were fitted: constants, and window starts of the states that have derivatives."""
        free = 0 if self.begun else self.starts.shape[1] - len(self.law.algebraic)
        return self.starts.shape[0] * free + len(self.law.constants)

    def scaled_information(
        self,
    ) -> tuple[Float[np.ndarray, "constant constant"], Float[np.ndarray, " constant"]]:
        """The information with a unit diagonal, and the scale of each constant; 0 where the data say nothing of it."""
        diagonal = np.maximum(np.diag(self.information), 0.0)
        scale = np.sqrt(diagonal)
        safe = np.where(scale > 0.0, scale, 1.0)
        return self.information / safe[:, None] / safe[None, :], scale


@dataclass(frozen=True)
class _Normal:
    """Normal equations at one point: blocks for starts (one per window), for constants, and between them.

    Starts are in units of each state's spread, and constants are solved for in units of their own, so that the steps
    do not depend on the units of the data.

    Attributes:
        starts: what the samples tell; rows and columns of starts that are held are those of a unit matrix.
        believed: what was told of the starts, on the diagonal.
        spread: of each state.
        held: starts that are known exactly.
    """

    cost: float
    costs: Float[np.ndarray, " window"]
    starts: Float[np.ndarray, "window state state"]
    mixed: Float[np.ndarray, "window state constant"]
    constants: Float[np.ndarray, "constant constant"]
    start_gradient: Float[np.ndarray, "window state"]
    gradient: Float[np.ndarray, " constant"]
    believed: Float[np.ndarray, "window state"]
    spread: Float[np.ndarray, " state"]
    held: Bool[np.ndarray, "window state"]

    def step(self, damping: float, fixed: Sequence[int] = ()) -> tuple[np.ndarray, np.ndarray] | None:
        """Changes of constants, those ``fixed`` apart, and starts; None where the damped matrix is singular."""
        number = len(self.gradient)
        blocks = self._blocks(damping)
        right = np.concatenate([self.mixed, self.start_gradient[:, :, None]], axis=2)
        try:
            solved = np.linalg.solve(blocks, right)
            reduced = self.constants - np.einsum("kdi,kdj->ij", self.mixed, solved[:, :, :number])
            diagonal = np.diag(self.constants)
            size = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
            reduced = reduced / size / size[:, None] + np.eye(number) * (damping + 1e-14)
            gradient = self.gradient - np.einsum("kdi,kd->i", self.mixed, solved[:, :, number])
            for held in fixed:
                reduced[held], reduced[:, held], gradient[held] = 0.0, 0.0, 0.0
                reduced[held, held] = 1.0
            change = np.linalg.solve(reduced, -gradient / size) / size if number else gradient
        except np.linalg.LinAlgError:
            return None
        if not np.all(np.isfinite(change)):
            return None
        return change, self.spread * (-solved[:, :, number] - solved[:, :, :number] @ change)

    def information(self) -> np.ndarray:
        """Normal matrix of the constants after the starts are eliminated."""
        return self.constants - np.einsum("kdi,kdj->ij", self.mixed, np.linalg.solve(self._blocks(0.0), self.mixed))

    def beginnings(self) -> tuple[np.ndarray, np.ndarray]:
        """How the starts follow the constants, and their covariance where these are known."""
        inverse = np.linalg.inv(self._blocks(0.0)) * ~self.held[:, None, :]
        return -self.spread[:, None] * (inverse @ self.mixed), inverse * self.spread[:, None] * self.spread

    def starts_after(self, change: np.ndarray) -> np.ndarray:
        """Changes of the starts that a change of the constants asks for."""
        return -self.spread * np.einsum("kdi,i->kd", np.linalg.solve(self._blocks(0.0), self.mixed), change)

    def slope(self) -> np.ndarray:
        """Half the gradient of the cost by the constants, the starts following."""
        follow = np.linalg.solve(self._blocks(0.0), self.start_gradient[:, :, None])
        return self.gradient - np.einsum("kdi,kd->i", self.mixed, follow[:, :, 0])

    def _blocks(self, damping: float) -> np.ndarray:
        """Blocks of the starts; the share of 1e-12 keeps states that do not influence what is measured solvable.

        It is one of what samples tell: of a start that was told to eight digits it would hold all others.
        """
        diagonal = np.einsum("kii->ki", self.starts)
        largest = diagonal.max(axis=1, keepdims=True)
        ridge = damping * diagonal + 1e-12 * largest + PRIOR + (1.0 + damping) * self.believed
        return self.starts + np.eye(len(self.spread)) * ridge[:, None, :]


def _evaluate(
    tape: Tape,
    windows: Windows,
    settings: Shooting,
    constants: np.ndarray,
    starts: np.ndarray,
    anchors: Anchors | None = None,
) -> _Normal | None:
    """Normal equations at a point; None where some window cannot be simulated to its end."""
    starts = starts if anchors is None else np.where(anchors.held, anchors.means, starts)
    count, dimension, number = len(windows.starts), tape.dimension, tape.constants
    costs, starts_lower = np.zeros(count), np.zeros((count, dimension, dimension))
    mixed, start_gradient = np.zeros((count, dimension, number)), np.zeros((count, dimension))
    lower, gradient = np.zeros((number, number)), np.zeros(number)
    rtol = MAP if windows.discrete else min(settings.rtol, windows.rtol)
    given = (
        tape.code, tape.outputs, _ramped(tape, windows, constants), tape.readings.program, constants, starts,
        windows.times, windows.values, windows.weights, windows.offsets, windows.logarithmic, windows.units, rtol,
        1e-2 * rtol * windows.spread, windows.bound, settings.bend, settings.steps_a_sample, tape.header,
        windows.drives, np.array(windows.held, dtype=np.bool_), starts_lower, mixed, start_gradient, lower, gradient,
        costs,
    )  # fmt: skip
    done = assemble(*given)
    if done < 0:
        done = assemble_stiff(-1 - done, *given)
    if done < count or not (np.all(np.abs(lower) < LARGEST) and np.all(np.abs(starts_lower) < LARGEST)):
        return None
    unit, cost = windows.spread, float(costs.sum())
    start_block, block = _whole(starts_lower) * (unit[:, None] * unit), _whole(lower)
    believed, held = np.zeros_like(starts), np.zeros(starts.shape, dtype=np.bool_)
    if anchors is not None:
        cost += anchors.cost(starts)
        start_gradient += anchors.slope(starts)
        believed, held = anchors.precisions * unit**2, anchors.held
    free = ~held
    start_block = start_block * (free[:, :, None] & free[:, None, :]) + np.eye(dimension) * held[:, None, :]
    return _Normal(
        cost, costs, start_block, mixed * unit[:, None] * free[:, :, None], block, start_gradient * unit * free,
        gradient, believed, unit, held,
    )  # fmt: skip


def _point(law: Law, windows: Windows, settings: Shooting, starts: Float[np.ndarray, "window state"]) -> _Normal | None:
    """Normal equations of a law at its constants, with what was told of starts."""
    constants = np.array(law.constants)
    return _evaluate(tape_of(law), windows, settings, constants, np.array(starts), Anchors.of(law, windows))


def _ramped(tape: Tape, windows: Windows, constants: Float[np.ndarray, " constant"]) -> Float[np.ndarray, " register"]:
    """The tape's registers, with ramps for the signs of a law in continuous time."""
    if windows.discrete or not np.any(tape.code[:, 0] == SIGN):
        return tape.registers
    drive, registers = windows.drive(*windows.offsets[:2]), tape.registers
    if tape.header >= 0 and drive is not None:
        registers = with_table(registers, tape.header, drive.times, drive.values, np.array(drive.held, dtype=np.bool_))
    ramps = ramped(tape, registers, constants, windows.starts, windows.spread, float(windows.times[0]))
    return read_only(ramps[: len(tape.registers)])


def _whole(lower: Float[np.ndarray, "*some row row"]) -> Float[np.ndarray, "*some row row"]:
    """Symmetric matrices of their lower halves."""
    return lower + np.swapaxes(np.tril(lower, -1), -1, -2)


def _believed(normal: _Normal | None, beliefs: Beliefs | None, constants: np.ndarray) -> _Normal | None:
    """The normal equations with what was told of the constants."""
    if normal is None or beliefs is None:
        return normal
    return replace(
        normal,
        cost=normal.cost + beliefs.cost(constants),
        constants=normal.constants + beliefs.curvature(len(constants)),
        gradient=normal.gradient + beliefs.slope(constants),
    )


def gains(
    law: Law, windows: Windows, starts: Float[np.ndarray, "window state"], free: int, settings: Shooting
) -> Float[np.ndarray, " constant"] | None:
    """By how much chi-squared would fall if each of the constants from ``free`` on were fitted too, alone.

    To second order, from one evaluation; the first ``free`` constants follow. None if the law cannot be simulated.

    Source: Rao (1948), the score test.
    """
    normal = _point(law, windows, settings, starts)
    if normal is None:
        return None
    matrix, slope = normal.information(), normal.slope()
    kept, tried = matrix[:free, :free], matrix[:free, free:]
    # Constants are solved for in units of their own: what is singular must not depend on the units of the data.
    size = np.sqrt(np.maximum(np.diag(kept), 0.0))
    size = np.where(size > 0.0, size, 1.0)
    right = np.column_stack([tried, slope[:free]]) / size[:, None]
    follow = np.linalg.lstsq(kept / size / size[:, None], right, rcond=1e-12)[0] / size[:, None]
    curvature = np.diag(matrix)[free:] - np.einsum("ij,ij->j", tried, follow[:, :-1])
    slopes = slope[free:] - tried.T @ follow[:, -1]
    # A term that those there already can replace has no curvature of its own.
    own = curvature > 1e-9 * np.diag(matrix)[free:]
    return np.where(own, slopes**2 / np.where(own, curvature, 1.0), 0.0)


def pulls(
    law: Law,
    windows: Windows,
    starts: Float[np.ndarray, "window state"],
    settings: Shooting,
    *,
    anchored: bool = True,
) -> Pulls | None:
    """How the samples of one window pull at its start and at the constants; None if it cannot be simulated.

    Args:
        anchored: what was told of the start pulls at it, too.
    """
    anchors = Anchors.of(law, windows) if anchored else None
    normal = _evaluate(tape_of(law), windows, settings, np.array(law.constants), np.array(starts), anchors)
    if normal is None:
        return None
    return Pulls(
        normal.starts[0], normal.believed[0], normal.mixed[0], normal.start_gradient[0], normal.gradient,
        normal.constants,
    )  # fmt: skip


def following(
    fitted: Fit, windows: Windows, change: Float[np.ndarray, " constant"], settings: Shooting
) -> Float[np.ndarray, "window state"]:
    """The window starts that fit best when the constants change by so much, to first order.

    On a long window of a chaotic law, the starts of other constants are on another solution.
    """
    normal = _point(fitted.law, windows, settings, fitted.starts)
    return fitted.starts if normal is None else fitted.starts + normal.starts_after(change)


def beginnings(fitted: Fit, windows: Windows, settings: Shooting) -> tuple[Beginning, ...]:
    """How well each window start is known, as the residuals have it; nothing if the samples do not tell it."""
    law = fitted.law
    normal = _point(law, windows, settings, fitted.starts)
    if normal is None:
        return ()
    follows, scatters = normal.beginnings()
    if not (np.all(np.isfinite(follows)) and np.all(np.isfinite(scatters))):
        return ()
    larger = max(1.0, fitted.reduced)
    return tuple(Beginning(follow, scatter * larger) for follow, scatter in zip(follows, scatters, strict=True))


def fit(
    law: Law,
    windows: Windows,
    *,
    starts: Float[np.ndarray, "window state"] | None = None,
    settings: Shooting | None = None,
    fixed: Sequence[int] = (),
) -> Fit | None:
    """Refines constants and window starts; None if the law cannot be simulated from the first guess.

    Nor is there a fit with a constant so large that its square is no number.

    Args:
        starts: first guess of the window starts instead of the smoother's.
        fixed: constants that keep their values.
    """
    settings = settings or Shooting()
    law = law if law.discrete == windows.discrete else replace(law, discrete=windows.discrete)
    tape = tape_of(law)
    constants = np.array(law.constants, dtype=np.float64)
    starts = np.array(windows.starts if starts is None else starts)
    beliefs, valleys = Beliefs.of(law), amplitudes(law)
    anchors, edges = Anchors.of(law, windows), Edges.of(law, windows)
    starts = starts if anchors is None else anchors.placed(starts, windows.spread)
    normal = _believed(_evaluate(tape, windows, settings, constants, starts, anchors), beliefs, constants)
    if normal is None:
        return None
    damping = 1e-3
    for _ in range(settings.iterations):
        if settings.deadline.passed():
            break
        change = normal.step(damping, fixed)
        trial, moved, begun = None, constants, starts
        if change is not None:
            step = along(constants, change[0], normal.constants, valleys)
            moved = constants + step if beliefs is None else beliefs.inside(constants, step, fixed)
            begun = starts + change[1] if edges is None else edges.inside(starts, change[1])
            trial = _believed(_evaluate(tape, windows, settings, moved, begun, anchors), beliefs, moved)
        if change is None or trial is None or not trial.cost < normal.cost:
            damping *= 10.0
            if damping > 1e8:
                break
            continue
        constants, starts = moved, begun
        gain = (normal.cost - trial.cost) / max(normal.cost, 1e-300)
        normal, damping = trial, max(damping / 10.0, 1e-9)
        if gain < settings.tolerance:
            break
    fitted = law.with_constants(tuple(constants))
    information = normal.information()
    if not np.all(np.isfinite(information)) or np.any(np.abs(constants) > math.sqrt(LARGEST)):
        return None
    return Fit(fitted, starts, normal.cost, normal.costs, information, windows.count, windows.steps)
