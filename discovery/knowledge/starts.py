"""What sentences tell of where states begin that no column has."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from discovery.errors import UsageError
from discovery.knowledge.sentences import pointed
from discovery.knowledge.statements import StartOf, Statement
from discovery.knowledge.states import States
from discovery.laws import Start
from discovery.samples import Trajectory
from discovery.wording import listed

STARTS = "such a sentence tells where a state begins that no column has, as in S(0) = 1000"


def told_starts(
    statements: Sequence[Statement],
    states: States,
    functions: Collection[str] = (),
    constants: Collection[str] = (),
) -> tuple[Start, ...]:
    """The beginnings of hidden states.

    Args:
        functions, constants: names of those of the equations, of which nothing begins.

    Raises:
        ExpressionError: one is of a column, of a function or a constant, or of no state.
        UsageError: one is told twice.
    """
    found: dict[tuple[str, float], Start] = {}
    for one in statements:
        if isinstance(one, StartOf):
            _check_begins(one, states, functions, constants)
            start = Start(_state(one, states), one.name, one.time, one.value, one.deviation)
            if (start.state, start.time) in found:
                raise UsageError(
                    f"{_left(start)} is told twice, the second time by {one.sentence!r}. Keep one of them."
                )
            found[start.state, start.time] = start
    return tuple(found.values())


def _check_begins(one: StartOf, states: States, functions: Collection[str], constants: Collection[str]) -> None:
    """Raises ExpressionError where a name is that of a function or a constant, and of no state."""
    if states.identifier(one.name.rstrip("'")):
        return
    if one.name in functions:
        raise pointed(
            one.sentence, 0,
            f"{one.name} is an unknown function, of which nothing can be told at one point; {STARTS}",
        )  # fmt: skip
    if one.name in constants:
        raise pointed(
            one.sentence, 0,
            f"{one.name} is a constant, the same at all times. Its value is told as {one.name} = {one.value:g}, or "
            f"{one.name} ~ {one.value:g} +- {one.deviation or 0.1 * abs(one.value) or 1.0:g}",
        )  # fmt: skip


def _state(one: StartOf, states: States) -> str:
    """The identifier of the state that a beginning is of."""
    state = states.column(one.name.rstrip("'"), one.sentence)
    if one.name.endswith("'"):
        if state not in states.velocities:
            raise pointed(one.sentence, 0, f"{one.name} is no state without an equation {one.name}' = ... for it")
        state = states.velocities[state]
    if state in states.names.states:
        raise pointed(one.sentence, 0, f"{one.name} is a column, whose first sample tells where it begins")
    return state


def _left(one: Start) -> str:
    return f"{one.name}({one.time:g})"


def as_told(starts: Sequence[Start]) -> list[str]:
    """A note of the beginnings that are held, as they were understood; none where there are none."""
    exact = [f"{_left(one)} = {one.value:.10g}" for one in starts if not one.deviation]
    return [f"Held where runs begin, as told: {listed(exact)}."] if exact else []


def ensure_begun(starts: Sequence[Start], runs: Sequence[Trajectory]) -> None:
    """Each beginning has to be that of a run.

    Raises:
        UsageError: no run begins at that time.
    """
    times = sorted({float(run.times[0]) for run in runs})
    for one in starts:
        if not any(map(one.tells_of, times)):
            first = listed([f"{time:g}" for time in times[:4]]) + " and later" * (len(times) > 4)
            told = f"{_left(one)} is told, and no run begins at {one.time:g}: the first samples are at {first}."
            if one.time < times[0]:
                raise UsageError(
                    f"{told} Where runs began at {one.time:g}, unmeasured, as with a dose, add a row for that time to "
                    "each of them, above its others: its label, the time and the inputs, if any, and nothing in the "
                    f"columns that were measured. What holds at the first sample is told as {one.name}({times[0]:g})."
                )
            raise UsageError(f"{told} Write {one.name}({times[0]:g}).")
