"""Laws: right-hand sides and their constants, and their places in a ranking. Frozen values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, Self, cast

import sympy as sp

from discovery.headers import plural
from discovery.samples import symbol
from discovery.shown import Shown


class Unwritten(Protocol):
    """What becomes an expression when it is asked for; equal to what is made of the same in the same order."""

    @property
    def expression(self) -> sp.Expr:
        """With its numbers."""
        ...


@dataclass(frozen=True)
class EquationCandidate:
    """A proposed right-hand side of one state's derivative, numbers written in.

    Attributes:
        side: the expression, or what it is made of: most of thousands of candidates are never written.
        source: name of the engine, and after a colon the part of it that found the expression.
        common: whether it was fitted to the samples of all states that may be alike, of which this is the first.
    """

    state: str
    side: sp.Expr | Unwritten
    source: str
    common: bool = False

    @cached_property
    def expression(self) -> sp.Expr:
        """The right-hand side."""
        return self.side if isinstance(self.side, sp.Expr) else self.side.expression


def told_symbol(name: str) -> sp.Symbol:
    """What stands for a constant that a user named, whatever the name, until it gets its number."""
    return symbol(f"${name}")


def unknown_symbol(name: str) -> sp.Symbol:
    """What stands for the value of an unknown function in a frame."""
    return symbol(f"{name}()")


@dataclass(frozen=True)
class Told:
    """A constant that a user named, and what is known of it.

    Attributes:
        low, high: bounds that it keeps.
        mean, deviation: what is believed of it beside the data; an infinite deviation if nothing is.
    """

    name: str
    low: float = -math.inf
    high: float = math.inf
    mean: float = 0.0
    deviation: float = math.inf


@dataclass(frozen=True)
class Start:
    """What was told of a state that nothing measured, at a time at which runs begin.

    Attributes:
        name: what the user calls it, as x' or S.
        deviation: of what is believed; 0 if the value is exact.
    """

    state: str
    name: str
    time: float
    value: float
    deviation: float = 0.0

    def tells_of(self, time: float) -> bool:
        """Whether a run that begins at ``time`` begins so."""
        return math.isclose(self.time, time, rel_tol=1e-9, abs_tol=1e-12)


@dataclass(frozen=True)
class Unknown:
    """A function that is to be found in a law of which the rest was told.

    Attributes:
        variables: identifiers in which it is sought.
        arguments: what each of them stands for: expressions in the states, the inputs, ``t`` and told constants.
        without: names of functions that it has not.
        trend: 1 if it increases with each argument, -1 if it decreases, 0 if nothing is known.
        uses_all: whether it depends on every argument for sure.
    """

    name: str
    variables: tuple[str, ...]
    arguments: tuple[sp.Expr, ...]
    without: tuple[str, ...] = ()
    trend: int = 0
    uses_all: bool = False

    @property
    def circles(self) -> tuple[tuple[int, int], ...]:
        """Which variables are the cosine and the sine of one angle; those of a multiple of time are none."""
        places = {
            argument: column
            for column, argument in enumerate(self.arguments)
            if symbol("t") not in argument.free_symbols
        }
        return tuple(
            (column, places[sp.sin(*argument.args)])
            for argument, column in places.items()
            if isinstance(argument, sp.cos) and sp.sin(*argument.args) in places
        )


@dataclass(frozen=True)
class Frame:
    """What was told of a law: right-hand sides with places for unknown functions and named constants.

    Attributes:
        templates: right-hand sides in the states, the inputs, ``t``, told constants (:func:`told_symbol`) and values of
            unknown functions (:func:`unknown_symbol`).
        inputs: names of the columns that drive the states.
        starts: of hidden states.
        algebraic: states of which the template is the value itself, and not the derivative.
    """

    states: tuple[str, ...]
    templates: tuple[sp.Expr, ...]
    unknowns: tuple[Unknown, ...] = ()
    constants: tuple[Told, ...] = ()
    inputs: tuple[str, ...] = ()
    starts: tuple[Start, ...] = ()
    algebraic: tuple[str, ...] = ()

    def changed(self, change: dict[sp.Basic, sp.Basic]) -> Frame:
        """The frame with something else in the place of symbols, in templates and in arguments of unknown functions."""

        def put(side: sp.Expr) -> sp.Expr:
            return cast("sp.Expr", side.xreplace(change))

        unknowns = tuple(replace(one, arguments=tuple(map(put, one.arguments))) for one in self.unknowns)
        return replace(self, templates=tuple(map(put, self.templates)), unknowns=unknowns)

    def law(
        self,
        found: Sequence[sp.Expr],
        values: Sequence[float],
        *,
        told: Sequence[str] | None = None,
        sources: Sequence[str] = (),
        discrete: bool = False,
    ) -> Law:
        """The law in which the unknown functions are ``found``.

        Args:
            found: an expression for each unknown function in its variables; constants are numbered through all of
                them, those of ``told`` first.
            values: of all constants, those of ``told`` first.
            told: names of the told constants whose values are given; None is all. Those that stand nowhere are left
                out of the law.
            discrete: whether the templates give next states.
        """
        names = [one.name for one in self.constants] if told is None else list(told)
        number: dict[sp.Basic, sp.Basic] = {told_symbol(name): symbol(f"c{i}") for i, name in enumerate(names)}
        put: dict[sp.Basic, sp.Basic] = {}
        for unknown, expression in zip(self.unknowns, found, strict=True):
            stands: dict[sp.Basic, sp.Basic] = dict(zip(map(symbol, unknown.variables), unknown.arguments, strict=True))
            put[unknown_symbol(unknown.name)] = expression.xreplace(stands)
        whole = [template.xreplace(put).xreplace(number) for template in self.templates]
        used: set[sp.Basic] = set().union(*(one.free_symbols for one in whole))
        kept = [i for i in range(len(values)) if symbol(f"c{i}") in used]
        change: dict[sp.Basic, sp.Basic] = {symbol(f"c{i}"): symbol(f"c{new}") for new, i in enumerate(kept)}
        return Law(
            self.states,
            tuple(cast("sp.Expr", one.xreplace(change)) for one in whole),
            tuple(float(values[i]) for i in kept),
            tuple(sources),
            self,
            tuple(cast("sp.Expr", one.xreplace(change)) for one in found),
            tuple(names[i] for i in kept if i < len(names)),
            discrete,
        )


# Sources of equations that no engine proposed: the data settled them before the search, selection made them of engines'
# terms, a function is zero, or they are of the first look.
SETTLED, SELECTION, NOTHING, FIRST = "settled", "selection", "nothing", "first law"
NO_ENGINES = frozenset({SETTLED, SELECTION, NOTHING, FIRST})


@dataclass(frozen=True)
class Law(Shown):
    """Right-hand sides of all states: a family of expressions and the values of its constants.

    Attributes:
        states: identifiers of the states.
        skeletons: right-hand sides in the states' symbols, those of the inputs, ``t`` and the constants c0, c1, ...
        constants: values of c0, c1, ..., numbered through the equations.
        sources: engines that proposed the equations.
        frame: what was told of the law; None where nothing was.
        found: what was found for each unknown function of the frame, in its variables.
        told: the user's names of the first constants.
        discrete: whether the right-hand sides are the next states of a map, and not derivatives.
    """

    states: tuple[str, ...]
    skeletons: tuple[sp.Expr, ...]
    constants: tuple[float, ...]
    sources: tuple[str, ...] = ()
    frame: Frame | None = None
    found: tuple[sp.Expr, ...] = ()
    told: tuple[str, ...] = ()
    discrete: bool = False

    @property
    def called(self) -> tuple[str, ...]:
        """What each constant is called: as it was told, or c0, c1, ..."""
        return self.told + tuple(f"c{i}" for i in range(len(self.told), len(self.constants)))

    @property
    def signed(self) -> frozenset[int]:
        """Places of the constants of which bounds tell the sign."""
        told = {one.name: one for one in self.frame.constants} if self.frame else {}
        places = [(place, told[name]) for place, name in enumerate(self.told) if name in told]
        return frozenset(place for place, one in places if one.low >= 0.0 or one.high <= 0.0)

    @property
    def equations(self) -> dict[str, sp.Expr]:
        """Right-hand sides with the constants' values written in, in the :attr:`symbols` of the law."""
        return dict(zip(self.states, self.written(self.skeletons), strict=True))

    @property
    def symbols(self) -> dict[str, sp.Symbol]:
        """Symbols of the states, the inputs and time ``t``, as they stand in the equations, by name.

        They are real, so that another ``sympy.Symbol("x")`` is not the same: use these in ``subs`` and ``diff``.
        """
        return {name: symbol(name) for name in (*self.states, *self.inputs, "t")}

    @property
    def numeric(self) -> Law:
        """The same law without constants, their values written in."""
        rows = tuple(self.equations.values())
        plain = not (self.inputs or self.algebraic)
        frame = None if plain else Frame(self.states, rows, inputs=self.inputs, algebraic=self.algebraic)
        return Law(self.states, rows, (), self.sources, frame, discrete=self.discrete)

    @property
    def algebraic(self) -> tuple[str, ...]:
        """States that are read off the others at each time, as a cell's voltage, and have no derivative in the law."""
        return self.frame.algebraic if self.frame else ()

    @property
    def moving(self) -> Law:
        """The law of the states that have derivatives, on which no algebraic one acts."""
        if self.frame is None or not self.algebraic:
            return self
        kept = [i for i, name in enumerate(self.states) if name not in self.algebraic]
        states, skeletons = tuple(self.states[i] for i in kept), tuple(self.skeletons[i] for i in kept)
        templates = tuple(self.frame.templates[i] for i in kept)
        frame = replace(self.frame, states=states, templates=templates, algebraic=())
        return replace(self, states=states, skeletons=skeletons, frame=frame)

    def left(self, state: str, name: str = "") -> str:
        """What stands on the left of a state's equation in a sentence; a ``name`` that people have for it, too."""
        name = name or state
        return name if state in self.algebraic else f"next {name}" if self.discrete else f"{name}'"

    def spans(self, unit: str = "") -> str:
        """What its time is counted in, for a sentence; ``unit`` where it is known."""
        return "steps" if self.discrete else plural(unit) or "time units"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns that drive the states."""
        return self.frame.inputs if self.frame else ()

    @property
    def autonomous(self) -> bool:
        """Whether neither time nor an input nor an algebraic state stands in it, so that there is one vector field."""
        return (
            not self.inputs
            and not self.algebraic
            and not any(symbol("t") in skeleton.free_symbols for skeleton in self.skeletons)
        )

    @property
    def parts(self) -> tuple[sp.Expr, ...]:
        """What may be changed: the right-hand sides, or the functions found where the rest was told."""
        return self.found if self.frame else self.skeletons

    @property
    def written_parts(self) -> tuple[sp.Expr, ...]:
        """The same with the constants' values written in."""
        return self.written(self.parts)

    def rebuilt(self, parts: Sequence[sp.Expr], constants: Sequence[float]) -> Law:
        """The law with other parts; what was told stays as it is, and a map stays one."""
        if self.frame is None:
            return replace(self, skeletons=tuple(parts), constants=tuple(constants))
        return self.frame.law(parts, constants, told=self.told, sources=self.sources, discrete=self.discrete)

    def with_constants(self, constants: tuple[float, ...]) -> Self:
        """The same family at other values."""
        return replace(self, constants=tuple(float(c) for c in constants))

    def written(self, expressions: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
        """Expressions in the law's constants with the values of these written in."""
        values = {symbol(f"c{i}"): sp.Float(value) for i, value in enumerate(self.constants)}
        return tuple(cast("sp.Expr", expression.xreplace(values)) for expression in expressions)


@dataclass(frozen=True)
class RankedLaw:
    """A law after refinement on the trajectories, with its place in the ranking.

    Attributes:
        score: description length in nats; smaller is better.
        misfit: chi-squared per value on the measured trajectories; 1 is noise level. Where outliers were found,
            residuals beyond three deviations count less than their squares (Huber's loss).
        r_squared: share of the measurements' weighted variance that the simulated trajectories explain, by that loss.
        complexity: number of nodes of the expressions.
        held_out: mean squared forecast error on samples that were not fitted, in variances of the states; NaN if not
            tried.
        lows, highs: bounds of the 95 % interval of each constant; NaN where the data do not tell.
    """

    law: Law
    score: float
    misfit: float
    r_squared: float
    complexity: int
    held_out: float = float("nan")
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Refined laws from best to worst, and the rule in words.

    Attributes:
        front: by score; ``front[0]`` is the chosen law. Empty if no candidate could be simulated.
    """

    front: tuple[RankedLaw, ...]
    rule: str
