"""A system whose law is known: what ``datasets/known/<system>/system.toml`` holds.

The file has these keys::

    name = "lorenz_stenflo"                 # as the folder
    title = "Lorenz-Stenflo system"
    source = "Stenflo (1996), Physica Scripta 53, 83-84"
    tags = ["polynomial", "chaotic", "high-dimensional"]
    time_span = [0.0, 30.0]
    samples = 1000
    initial_states = [[1.0, 1.0, 1.0, 1.0], [5.0, 0.0, 20.0, 0.0]]

    [states]                                # in the order of the initial states
    x = { meaning = "amplitude of the convection", unit = "" }

    [equations]                             # right-hand sides, in states, constants, inputs and t
    x = "a*(y - x) + d*w"

    [constants]
    a = { value = 2.0, meaning = "Prandtl number" }

and may have ``notes``, ``time_unit``, ``log_spaced``, ``events`` and ``conserved``. What drives a system from outside,
as a source of voltage, is known to those who measure it; it stands in a table of its own::

    [inputs]                                # in constants and t
    source = { equation = "v_in*sin(omega*t)", meaning = "voltage of the source", unit = "V" }
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import numpy as np
import sympy as sp
from jaxtyping import Float
from pydantic import Field, model_validator

from discovery.datasets.reading import Constant, Finite, Input, Record, State, Text, read_record
from discovery.errors import DataError, ExpressionError
from discovery.symbolic.parse import FUNCTIONS, NUMBERS, parse
from discovery.types import symbol

Tag = Literal[
    "polynomial",
    "rational",
    "trigonometric",
    "exponential",
    "logarithmic",
    "power",
    "discontinuous",
    "forced",
    "high-dimensional",
    "chaotic",
    "stiff",
    "conservative",
]
TAGS: tuple[str, ...] = get_args(Tag)

TIME = "t"

# First positive time of a log-spaced run, as a fraction of its span. Robertson's fast transient ends near 1e-3 of a
# time unit in runs of 1e4 and more, so that eight decades show all of it.
FIRST_FRACTION = 1e-8


class System(Record):
    """A law with its constants, starts and times. See the module's docstring for the file.

    Attributes:
        title: name as people write it.
        source: paper, or book and page, of the equations and values.
        tags: kinds of expressions, which the equations show, and behaviour, which the source states.
        initial_states: at least two; the first is for discovery, the others for prediction from an unseen start.
        time_span: first and last time; the initial states hold at the first.
        samples: number of times.
        log_spaced: times after the first are spaced geometrically (for stiff systems).
        events: expressions at whose sign changes the law jumps; integration restarts there.
        conserved: expressions that stay constant along every trajectory.
        notes: what a reader should know, such as values that are not from the source.
        inputs: what drives the states and is measured with them.
    """

    name: Text
    title: Text
    source: Text
    tags: tuple[Tag, ...]
    time_span: tuple[Finite, Finite]
    samples: Annotated[int, Field(strict=True, ge=2)]
    initial_states: Annotated[tuple[tuple[Finite, ...], ...], Field(min_length=2)]
    states: Annotated[Mapping[str, State], Field(min_length=1)]
    equations: Mapping[str, Text]
    constants: Mapping[str, Constant] = Field(default_factory=dict[str, Constant])
    time_unit: str = ""
    log_spaced: bool = False
    events: tuple[Text, ...] = ()
    conserved: tuple[Text, ...] = ()
    notes: str = ""
    inputs: Mapping[str, Input] = Field(default_factory=dict[str, Input])

    @model_validator(mode="after")
    def _fits_together(self) -> System:
        _check_names(self)
        _check_shapes(self)
        for key, texts in self._texts().items():
            try:
                parse(texts, self.identifiers)
            except ExpressionError as error:
                raise ValueError(f"{key}: {error}") from None
        for name, one in self.inputs.items():
            try:
                parse(one.equation, (*self.constants, TIME))
            except ExpressionError as error:
                raise ValueError(f"inputs.{name}: {error}") from None
        return self

    def _texts(self) -> dict[str, str]:
        """All expressions by the key at which they stand in the file."""
        return (
            {f"equations.{state}": text for state, text in self.equations.items()}
            | {f"events[{i}]": text for i, text in enumerate(self.events)}
            | {f"conserved[{i}]": text for i, text in enumerate(self.conserved)}
        )

    @property
    def identifiers(self) -> tuple[str, ...]:
        """All names that an equation may hold."""
        return (*self.states, *self.constants, *self.inputs, TIME)

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers of the states, in the order of ``initial_states``."""
        return tuple(self.states)

    @property
    def dimension(self) -> int:
        """Number of states."""
        return len(self.states)

    @property
    def times(self) -> Float[np.ndarray, " time"]:
        """The times of the samples, in ``time_unit``."""
        first, last = self.time_span
        if not self.log_spaced:
            return np.linspace(first, last, self.samples)
        span = last - first
        later = first + np.geomspace(FIRST_FRACTION * span, span, self.samples - 1)
        later[-1] = last  # first + span may differ from it by rounding
        return np.concatenate(([first], later))

    @property
    def values(self) -> dict[str, float]:
        """Values of the constants by name."""
        return {name: constant.value for name, constant in self.constants.items()}

    @cached_property
    def skeletons(self) -> Mapping[str, sp.Expr]:
        """Right-hand side of each state with the constants as symbols, in the states and time alone."""
        drives = {symbol(name): course for name, course in self._courses.items()}
        return {state: cast("sp.Expr", side.xreplace(drives)) for state, side in self._sides.items()}

    @cached_property
    def _sides(self) -> Mapping[str, sp.Expr]:
        return {state: parse(self.equations[state], self.identifiers) for state in self.states}

    @cached_property
    def _courses(self) -> Mapping[str, sp.Expr]:
        return {name: parse(one.equation, (*self.constants, TIME)) for name, one in self.inputs.items()}

    @property
    def expressions(self) -> dict[str, sp.Expr]:
        """Right-hand side of each state with the constants' values written in, in the states and time alone."""
        return {state: self.written(skeleton) for state, skeleton in self.skeletons.items()}

    @property
    def driven(self) -> dict[str, sp.Expr]:
        """The same in states, inputs and time: what those who measure the inputs would find."""
        return {state: self.written(side) for state, side in self._sides.items()}

    @property
    def drives(self) -> dict[str, sp.Expr]:
        """Each input as a function of time, with the constants' values written in."""
        return {name: self.written(course) for name, course in self._courses.items()}

    def parsed(self, texts: tuple[str, ...]) -> tuple[sp.Expr, ...]:
        """Expressions in states, constants and time, with the constants' values written in."""
        return tuple(self.written(parse(text, self.identifiers)) for text in texts)

    def written(self, expression: sp.Expr) -> sp.Expr:
        """``expression`` with the constants' values in place of their symbols."""
        # subs and not xreplace: subs evaluates, so that x**n at n = 2 becomes a square.
        return expression.subs({symbol(name): _number(value) for name, value in self.values.items()})


def read_system(path: Path) -> System:
    """The system in a file.

    Raises:
        DataError: the file cannot be read or does not describe a system; the message names file and key.
    """
    system = read_record(path, System)
    if system.name != path.parent.name:
        raise DataError(
            f"{path} says name = {system.name!r} but its folder is {path.parent.name!r}. Rename one of them."
        )
    return system


def _number(value: float) -> sp.Expr:
    return sp.Integer(int(value)) if value == int(value) and abs(value) < 1e15 else sp.Float(value)


def _check_names(system: System) -> None:
    taken = {TIME, *FUNCTIONS, *NUMBERS}
    parts = (("states", system.states), ("constants", system.constants), ("inputs", system.inputs))
    for key, names in parts:
        for name in names:
            if not name.isidentifier() or keyword.iskeyword(name) or name in taken:
                raise ValueError(f"{key}.{name}: this name cannot be used in an expression. Choose another identifier.")
    for name in system.states:
        if hasattr(sp, name):
            raise ValueError(f"states.{name}: SymPy defines this name. Choose another for the state.")
        if name in system.constants:
            raise ValueError(f"constants.{name}: there is a state of this name. Rename the constant.")
    for name in system.inputs:
        if hasattr(sp, name) or name in system.states or name in system.constants:
            raise ValueError(f"inputs.{name}: something else has this name. Choose another for the input.")
    if set(system.equations) != set(system.states):
        odd = ", ".join(sorted(set(system.equations) ^ set(system.states)))
        raise ValueError(f"equations: not one for each state (see {odd}). Give one right-hand side for each state.")


def _check_shapes(system: System) -> None:
    first, last = system.time_span
    if last <= first:
        raise ValueError(f"time_span: {last:g} does not come after {first:g}. Put the first time first.")
    for index, state in enumerate(system.initial_states):
        if len(state) != system.dimension:
            raise ValueError(
                f"initial_states[{index}]: {len(state)} values for {system.dimension} states. "
                f"Give one for each of {', '.join(system.states)}."
            )
