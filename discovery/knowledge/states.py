"""Which states there are: those that were measured, velocities of second-order equations, and those only told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from discovery.errors import UsageError
from discovery.headers import bare, split_header, stated_unit_of_time
from discovery.knowledge.knowledge import DOT, Hidden, Names
from discovery.knowledge.sentences import pointed
from discovery.knowledge.statements import Equation

LIKE = 0.75  # likeness above which an unknown name is taken for a misspelt column
SHORTEST = 4  # letters of a name that may be misspelt


@dataclass(frozen=True)
class States:
    """States that no column has, and the velocity of each state that has a second-order equation.

    Attributes:
        hidden: by the name that sentences use.
        velocities: identifier of the velocity by that of its position.
    """

    names: Names
    hidden: Mapping[str, Hidden] = field(default_factory=dict[str, Hidden])
    velocities: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def every(self) -> tuple[str, ...]:
        """Identifiers of all states, the measured ones first."""
        return (*self.names.states, *(one.name for one in self.hidden.values()))

    def identifier(self, name: str) -> str:
        """Of a column or a hidden state; empty if there is none of that name."""
        return self.names.identifier(name) or (self.hidden[name].name if name in self.hidden else "")

    def column(self, name: str, sentence: str) -> str:
        """The identifier of what has to exist.

        Raises:
            ExpressionError: there is none of that name.
        """
        if found := self.identifier(name):
            return found
        near = get_close_matches(name, [*self.names.known, *self.hidden], n=1, cutoff=0.6)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise pointed(
            sentence,
            max(0, sentence.find(name)),
            f"There is no column {name!r}. {hint}The columns are {self.names.listing}",
        )


def states_of(equations: Sequence[Equation], names: Names) -> States:
    """The states of these equations.

    Raises:
        ExpressionError: a second-order equation or an input's equation is of what cannot have one, or a name is like
            that of a column.
        UsageError: two sentences tell the same equation.
    """
    _check_twice(equations, names)
    first = {one.state: one for one in equations if one.order == 1}
    known = States(names)
    hidden: dict[str, Hidden] = {}
    velocities: dict[str, str] = {}
    for one in equations:
        if one.order == 2:
            state = known.column(one.state, one.sentence)
            velocity = _velocity(one, first.get(one.state), names)
            if not names.identifier(velocity):
                of = names.states[state]
                header = rate(f"{bare(of)}'", of, names.time) if velocity == state + DOT else velocity
                hidden[velocity] = Hidden(_safe(velocity, names), header, state)
            velocities[state] = names.identifier(velocity) or hidden[velocity].name
    for name, one in first.items():
        identifier = names.identifier(name)
        if identifier in names.inputs:
            raise pointed(one.sentence, 0, f"{name} is an input, whose course is given; it has no equation")
        if not identifier and name not in hidden:
            if len(name) >= SHORTEST and get_close_matches(name, names.known, n=1, cutoff=LIKE):
                known.column(name, one.sentence)
            hidden[name] = Hidden(_safe(name, names), name)
    return States(names, hidden, velocities)


def _check_twice(equations: Sequence[Equation], names: Names) -> None:
    seen: dict[tuple[str, int], Equation] = {}
    for one in equations:
        key = (names.identifier(one.state) or one.state, one.order)
        if key in seen:
            primes = "'" * one.order
            raise UsageError(
                f"Two sentences tell {one.state}{primes}: {seen[key].sentence!r} and {one.sentence!r}. "
                "Keep one of them."
            )
        seen[key] = one


def _velocity(second: Equation, first: Equation | None, names: Names) -> str:
    """What the user calls the velocity: the right-hand side of x' = v, or x_dot where that is not told."""
    if first is None:
        return (names.identifier(second.state) or second.state) + DOT
    if not first.side.is_Symbol:
        raise UsageError(
            f"{second.state}'' is told by {second.sentence!r}, and {second.state}' by {first.sentence!r}, which leaves "
            "nothing to find. Keep one of them."
        )
    return str(first.side)


def rate(name: str, header: str, time: str) -> str:
    """The header of a column's rate, of that name: of ``x [cm]`` it is in ``[cm/s]`` where times are in seconds."""
    (_, unit), second = split_header(header), stated_unit_of_time(time)
    return name + (f" [{unit}/{second}]" if unit not in (None, "-") and second else "")


def _safe(name: str, names: Names) -> str:
    return name if names.is_safe(name) else f"{name}_"
