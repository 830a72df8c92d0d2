"""Expressions of sentences in the symbols of a frame: columns, velocities, time, constants and unknown functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.headers import bare, stated_unit_of_time
from discovery.knowledge.knowledge import Names
from discovery.knowledge.sentences import pointed
from discovery.knowledge.states import LIKE, SHORTEST, States, rate
from discovery.laws import Unknown, told_symbol, unknown_symbol
from discovery.samples import symbol

TIME = symbol("t")
PERIODIC = "What depends on time is taken to be periodic; its angular frequency is found."


@dataclass
class Reader:
    """Reads one right-hand side after another, and keeps the constants and functions that it meets.

    Attributes:
        definitions: values of constants that are not free.
        arguments: of functions whose arguments stand in a sentence of their own.
        angles: states on which functions depend by sine and cosine.
        free: free constants in the order in which they are met, each with its sentence.
    """

    states: States
    definitions: Mapping[str, sp.Expr]
    arguments: Mapping[str, tuple[sp.Expr, ...]]
    angles: frozenset[str] = frozenset()
    free: dict[str, str] = field(default_factory=dict[str, str])
    unknowns: dict[str, Unknown] = field(default_factory=dict[str, Unknown])
    notes: list[str] = field(default_factory=list[str])

    def side(self, side: sp.Expr, sentence: str) -> sp.Expr:
        """A right-hand side in the symbols of a frame.

        Raises:
            ExpressionError: a name is unknown, or a function stands where it cannot be found.
        """
        called = {symbol(name): sp.Function(name, real=True)(*told) for name, told in self.arguments.items()}
        side = put(side, called)
        for call in sorted(side.atoms(AppliedUndef), key=lambda one: (sentence.find(f"{one.func}("), str(one))):
            name = str(call.func)
            told = self.arguments.get(name, tuple(call.args))
            self.unknown(name, [self.symbols(put(one, {}), sentence) for one in told], sentence)
            side = put(side, {call: unknown_symbol(name)})
        found = self.symbols(side, sentence)
        self.check_linear(found, sentence)
        return found

    def quantity(self, side: sp.Expr, sentence: str) -> sp.Expr:
        """A quantity of states, inputs and numbers that does not change.

        Raises:
            ExpressionError: it has a function or a name that is none of these.
        """
        for call in sorted(side.atoms(AppliedUndef), key=str):
            raise pointed(
                sentence,
                max(0, sentence.find(str(call.func))),
                f"{call.func} is not known; a quantity has states alone",
            )
        free = dict(self.free)
        found = self.symbols(side, sentence)
        for name in self.free:
            if symbol(name) in side.free_symbols and name not in self.definitions:
                self.free = free
                near = get_close_matches(name, [*self.states.names.known, *self.states.hidden], n=1, cutoff=0.4)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise pointed(
                    sentence, max(0, sentence.find(name)),
                    f"There is no state {name!r}.{hint} Of a constant in a conserved quantity the value has to be "
                    f"told, as in {name} = 2",
                )  # fmt: skip
        return found

    def symbols(self, side: sp.Expr, sentence: str) -> sp.Expr:
        """Names replaced by what they stand for."""
        side = put(side, {symbol(name): value for name, value in self.definitions.items()})
        order = sorted(map(str, side.free_symbols), key=lambda name: (_place(sentence, name), name))
        return put(side, {symbol(name): self.meaning(name, sentence) for name in order})

    def meaning(self, name: str, sentence: str) -> sp.Expr:
        """What one name stands for."""
        plain = name.rstrip("'")
        if name.endswith("()"):
            return symbol(name)
        if name != plain:
            state = self.states.column(plain, sentence)
            if state in self.states.names.inputs:
                raise pointed(sentence, max(0, sentence.rfind(name)), _no_rate(name, state, self.states.names))
            if len(name) - len(plain) > 1 or state not in self.states.velocities:
                raise pointed(
                    sentence, max(0, sentence.rfind(name)),
                    f"{name} on the right needs an equation {plain}'' = ...; second derivatives stand on the left only",
                )  # fmt: skip
            return symbol(self.states.velocities[state])
        if found := self.states.identifier(name):
            return symbol(found)
        if name in ("t", self.states.names.time, bare(self.states.names.time)):
            return TIME
        near = get_close_matches(name, self.states.names.known, n=1, cutoff=LIKE)
        if near and len(name) >= SHORTEST:
            raise pointed(
                sentence, _place(sentence, name),
                f"There is no column {name!r}. Did you mean {near[0]!r}? A constant needs a name less like a column's",
            )  # fmt: skip
        self.free.setdefault(name, sentence)
        return told_symbol(name)

    def unknown(self, name: str, arguments: Sequence[sp.Expr], sentence: str) -> None:
        """An unknown function is met."""
        place = max(0, sentence.find(name))
        if any(argument.atoms(AppliedUndef) or _has_unknown(argument) for argument in arguments):
            raise pointed(sentence, place, "An unknown function cannot stand within another")
        if any(one.is_number for one in arguments):
            raise pointed(sentence, place, f"An argument of {name} is a number")
        constants = set(map(told_symbol, self.free))
        for one in arguments:
            if one.free_symbols <= constants:
                written = str(one).replace("$", "")
                near = get_close_matches(written, self.states.names.known, n=1, cutoff=0.4)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise pointed(
                    sentence,
                    max(0, sentence.find(written)),
                    f"{written!r}, an argument of {name}, is constant.{hint}",
                )
        made = self.function(name, [wave for one in arguments for wave in self.spread(one, sentence)])
        if self.unknowns.get(name, made) != made:
            raise pointed(
                sentence, place,
                f"{name} stands elsewhere with other arguments. Give each its own name, as in {name}1 and {name}2",
            )  # fmt: skip
        self.unknowns[name] = made

    def function(self, name: str, arguments: Sequence[sp.Expr]) -> Unknown:
        """The function with a variable for each argument: its own name where it is a state or an input."""
        taken = {*self.states.every, *self.states.names.inputs}
        plain = {symbol(one) for one in taken}
        called = [str(one) if one in plain else _unused(f"{name}_{i}", taken) for i, one in enumerate(arguments, 1)]
        return Unknown(name, tuple(called), tuple(arguments))

    def spread(self, argument: sp.Expr, sentence: str) -> list[sp.Expr]:
        """What stands for an argument: cosine and sine of an angle, and for time those of a free frequency."""
        if argument == TIME:
            return self.waves(sentence)
        if str(argument) in self.angles:
            return [sp.cos(argument), sp.sin(argument)]
        return [argument]

    def waves(self, sentence: str) -> list[sp.Expr]:
        """What stands for time in the arguments of a function."""
        self.free.setdefault("frequency", sentence)
        if PERIODIC not in self.notes:
            self.notes.append(PERIODIC)
        turn = told_symbol("frequency") * TIME
        return [sp.cos(turn), sp.sin(turn)]

    def check_linear(self, side: sp.Expr, sentence: str) -> None:
        """An unknown function that stands in another or times another cannot be found."""
        marks = {symbol(str(one)) for one in side.free_symbols if str(one).endswith("()")}
        for mark in sorted(marks, key=str):
            if side.diff(mark).free_symbols & marks:
                name = str(mark).removesuffix("()")
                raise pointed(
                    sentence, max(0, sentence.find(name)),
                    f"{name} has to be added or multiplied by what is known; within other functions, or multiplied by "
                    "another unknown, it cannot be found",
                )  # fmt: skip


def put(side: sp.Basic, change: Mapping[Any, sp.Basic]) -> sp.Expr:
    """The expression with some parts replaced."""
    found = side.xreplace(dict(change))
    assert isinstance(found, sp.Expr)
    return found


def _no_rate(name: str, drive: str, names: Names) -> str:
    """What to do about a derivative of an input: between rows of a rate that is held the input is a straight line."""
    header = names.inputs[drive]
    own = rate(f"{drive}_rate", header, names.time)
    unit = stated_unit_of_time(names.time)
    line = f"table[{own!r}] = (table[{header!r}].diff() / t.diff()).shift(-1).ffill()"
    return (
        f"{name} is of an input, which has no equation that tells its derivative. Add a column of its rate, "
        f"run by run, in pandas by {line} with t the times as numbers{f' in {unit}' if unit else ''}, name it with "
        f"--held {drive}_rate, and write {drive}_rate for {drive}'"
    )


def _has_unknown(side: sp.Expr) -> bool:
    return any(str(one).endswith("()") for one in side.free_symbols)


def _place(sentence: str, name: str) -> int:
    """Where a name first stands by itself on the right-hand side."""
    start = sentence.find("=") + 1
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence[start:])
    return start + found.start() if found else 0


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
