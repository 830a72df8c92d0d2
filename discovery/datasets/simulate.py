"""Trajectories of systems whose law is known, at tight tolerances.

Independent of :mod:`discovery.dynamics`: the truth is not computed by the code that is to be judged by it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy as sp
from jaxtyping import Float
from scipy.integrate import solve_ivp

from discovery.datasets.field import Field, compile_field
from discovery.datasets.system import TIME, System
from discovery.errors import SimulationError, UsageError
from discovery.types import Trajectory, symbol

# The two solvers of the reference tests agree to 1e-7 of a state's range at these tolerances.
RTOL = 1e-10
ATOL = 1e-12

# Ends runs whose jumps accumulate in finite time; no system of the registry has more than 10.
MAX_JUMPS = 1_000


def simulate(
    system: System,
    initial_state: Sequence[float],
    *,
    times: Float[np.ndarray, " time"] | None = None,
    rtol: float = RTOL,
    atol: float = ATOL,
    label: str = "",
) -> Trajectory:
    """The trajectory of ``system`` from ``initial_state``, without noise.

    Args:
        times: when to sample; the initial state holds at the first. The system's own times by default.
        rtol: error of a step that is accepted, relative to each state.
        atol: the same where a state is near zero, in the state's unit.

    Raises:
        UsageError: the initial state has another number of values than the system has states, or the times do not
            increase.
        SimulationError: the law leaves the real numbers, grows without bound, or jumps without end before the last
            time.
    """
    start = np.asarray(initial_state, dtype=np.float64)
    if start.shape != (system.dimension,):
        raise UsageError(
            f"{system.name} has {system.dimension} states {system.names} but the initial state has shape "
            f"{start.shape}. Give one value for each state."
        )
    moments = system.times if times is None else np.asarray(times, dtype=np.float64)
    if moments.ndim != 1 or len(moments) == 0 or np.any(np.diff(moments) <= 0):
        raise UsageError("The times of a simulation must be a list that increases. Sort them and drop repeated ones.")
    # A solver sees a crossing only if its step has ends on both sides: longer steps could skip two at once.
    first, last = system.time_span
    max_step = (last - first) / system.samples if system.events else np.inf
    states = integrate(
        compile_field(system),
        start,
        moments,
        name=system.name,
        stiff="stiff" in system.tags,
        rtol=rtol,
        atol=atol,
        max_step=max_step,
    )
    return Trajectory(moments, states, system.names, label=label, inputs=inputs_at(system, moments))


def inputs_at(system: System, times: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time input"]:
    """Values of what drives the system, one column for each input."""
    drives = [sp.lambdify(symbol(TIME), drive, "numpy") for drive in system.drives.values()]
    columns = [np.broadcast_to(np.asarray(drive(times), dtype=np.float64), times.shape) for drive in drives]
    return np.column_stack(columns) if columns else np.empty((len(times), 0))


def integrate(
    field: Field,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    name: str = "The law",
    stiff: bool = False,
    rtol: float = RTOL,
    atol: float = ATOL,
    max_step: float = np.inf,
) -> Float[np.ndarray, "time state"]:
    """States at ``times`` of any law; ``start`` holds at the first of them.

    Args:
        name: of the law, for messages.
        stiff: by an implicit method.
        max_step: longest step, in the unit of ``times``.

    Raises:
        SimulationError: the law leaves the real numbers, grows without bound, or jumps without end before the last
            time.
    """
    options: dict[str, Any] = {"method": "Radau" if stiff else "DOP853", "rtol": rtol, "atol": atol}
    if np.isfinite(max_step):
        options["max_step"] = max_step
    return _Run(name, field, options).through(start, times)


def simulate_many(system: System, starts: Sequence[Sequence[float]]) -> tuple[Trajectory, ...]:
    """Trajectories from several starts, labelled ``0``, ``1``, ..., at the system's own times.

    Raises:
        UsageError: an initial state does not fit.
        SimulationError: a trajectory cannot be integrated.
    """
    return tuple(simulate(system, start, label=str(index)) for index, start in enumerate(starts))


class _Run:
    """One integration, restarted at each jump."""

    def __init__(self, name: str, field: Field, options: dict[str, Any]) -> None:
        self.name = name
        self.field = field
        self.options = options

    def through(
        self, start: Float[np.ndarray, " state"], times: Float[np.ndarray, " time"]
    ) -> Float[np.ndarray, "time state"]:
        """States at ``times``; ``start`` holds at the first of them."""
        states = np.full((len(times), len(start)), np.nan)
        states[0] = start
        state, moment, done = start, float(times[0]), 1
        sides = [float(np.sign(gap)) for gap in self.field.gaps(moment, state.tolist())]
        for index, side in enumerate(sides):
            if side == 0.0:
                sides[index] = self.onward(index, moment, state, sides)
        for _ in range(MAX_JUMPS):
            if done == len(times):
                return states
            solution = self.segment(state, moment, times[done:], sides)
            if len(solution.t):  # scipy's y is an empty list, not an array, where a jump comes before the next time
                states[done : done + len(solution.t)] = solution.y.T
                done += len(solution.t)
            if solution.status == 1:
                crossed = next(index for index, hits in enumerate(solution.t_events) if len(hits))
                moment, state = float(solution.t_events[crossed][0]), solution.y_events[crossed][0]
                sides[crossed] = self.onward(crossed, moment, state, sides)
        raise SimulationError(
            f"{self.name} jumps more than {MAX_JUMPS} times before t = {moment:g}. Shorten its time span."
        )

    def segment(
        self, state: Float[np.ndarray, " state"], moment: float, later: Float[np.ndarray, " time"], sides: list[float]
    ) -> Any:
        """The smooth piece from ``moment`` to the last time or the next jump, as scipy's result."""
        field = self.field
        options = dict(self.options)
        if options["method"] == "Radau":
            options["jac"] = lambda t, y: field.jacobian(t, y.tolist(), sides)
        try:
            # Overflow must stop the run: by default NumPy only warns and the solver goes on with infinities.
            with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
                warnings.simplefilter("error")
                solution: Any = solve_ivp(
                    lambda t, y: field.rates(t, y.tolist(), sides),
                    (moment, float(later[-1])),
                    state,
                    t_eval=later,
                    events=[self.surface(index, side) for index, side in enumerate(sides)],
                    **options,
                )
        except (ArithmeticError, ValueError, TypeError, UserWarning, RuntimeWarning) as error:
            # TypeError: a power of a negative number is complex in Python.
            raise SimulationError(
                f"{self.name} cannot be integrated from t = {moment:g}: {error}. "
                "Check its equations, or choose another initial state."
            ) from None
        if solution.status < 0:
            raise SimulationError(
                f"{self.name} cannot be integrated beyond t = {moment:g}: {solution.message} "
                "Shorten its time span, or choose another initial state."
            )
        return solution

    def surface(self, index: int, side: float) -> Callable[[float, Any], float]:
        """The event of leaving ``side`` of a surface, as scipy wants it: with attributes on the function."""

        def gap(t: float, y: Any) -> float:
            return self.field.gaps(t, y.tolist())[index]

        gap.terminal = True  # type: ignore[attr-defined]
        gap.direction = -side  # type: ignore[attr-defined]
        return gap

    def onward(self, index: int, moment: float, state: Float[np.ndarray, " state"], sides: Sequence[float]) -> float:
        """The side of a surface into which the flow carries a state that lies on it."""
        for side in (1.0, -1.0):
            there = [side if place == index else other for place, other in enumerate(sides)]
            if side * self.field.drifts(moment, state.tolist(), there)[index] > 0:
                return side
        raise SimulationError(
            f"{self.name} comes to rest on the surface of a jump at t = {moment:g}, where its law says nothing "
            "definite. Shorten its time span, or choose another initial state."
        )
