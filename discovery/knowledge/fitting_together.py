"""Whether what was told fits together: names that are used, arguments that agree, parts that data tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.errors import UsageError
from discovery.knowledge.knowledge import Hidden, Names
from discovery.knowledge.sentences import STARTS, pointed
from discovery.knowledge.statements import Bounds, Conserved, Definition, Equation, Prior, Statement, Uses
from discovery.knowledge.states import States
from discovery.laws import Unknown, told_symbol, unknown_symbol


def check_kind(equations: Sequence[Equation], *, discrete: bool) -> None:
    """Derivatives are told of curves, next values of maps, where x' is read as the next value too.

    Raises:
        ExpressionError: a next value is told of a curve, or a second derivative of a map.
    """
    for one in equations:
        if one.step and not discrete:
            raise pointed(
                one.sentence, 0, f"This is the step of a map. With --map rows are steps; a derivative is {one.state}'"
            )
        if discrete and one.order > 1:
            raise pointed(
                one.sentence, 0, f"A map has no second derivative. Write {one.state}[n+1] = ..., with another column"
            )


def check_uses(statements: Sequence[Statement], equations: Sequence[Equation]) -> None:
    """The arguments of a function are told in one sentence, and an equation that has them too has the same.

    Raises:
        ExpressionError: they are not.
    """
    calls = {call for one in equations for call in one.side.atoms(AppliedUndef)}
    seen: dict[str, Uses] = {}
    for one in statements:
        if not isinstance(one, Uses):
            continue
        if one.name in seen:
            raise pointed(
                one.sentence, 0, f"The arguments of {one.name} are told by {seen[one.name].sentence!r} too. Keep one"
            )
        seen[one.name] = one
        for call in calls:
            if str(call.func) == one.name and set(call.args) != set(one.arguments):  # pyright: ignore[reportArgumentType]
                raise pointed(
                    one.sentence,
                    0,
                    f"{one.name} stands as {call} in an equation, with other arguments. Keep one of them",
                )


def check_used(statements: Sequence[Statement], equations: Sequence[Equation], names: Names) -> None:
    """Every constant that has a value stands in an equation, in a conserved quantity or in another constant.

    Raises:
        ExpressionError: one does not; it may be misspelt.
    """
    sides: list[sp.Basic] = [one.side for one in equations]
    sides += [one.quantity for one in statements if isinstance(one, Conserved)]
    sides += [argument for one in statements if isinstance(one, Uses) for argument in one.arguments]
    known = [one for one in statements if isinstance(one, Definition)]
    for one in known:
        others = [*sides, *(other.value for other in known if other is not one)]
        used = {str(name).rstrip("'") for side in others for name in side.free_symbols}
        if one.name not in used:
            near = get_close_matches(one.name, sorted(used), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            state = re.sub("_?dot$", "", one.name)
            if state != one.name and names.identifier(state):
                hint = f" Is the derivative of {state} meant? That is {state}' = ..."
            raise pointed(
                one.sentence,
                0,
                f"No equation has the constant {one.name!r}.{hint} Correct it or leave it out. A column is told by its "
                f"value where the sentence has its name; the columns are {names.listing}",
            )


def check_constants(statements: Sequence[Statement], states: States) -> None:
    """Bounds, beliefs and values are those of constants: the course of a state is measured, or follows from the law.

    Raises:
        ExpressionError: one is told of a state.
    """
    for one in statements:
        if isinstance(one, Bounds | Prior) and states.identifier(one.name):
            place = max(0, one.sentence.find(one.name))
            raise pointed(
                one.sentence, place,
                f"{one.name} is a state, and bounds and beliefs are those of constants. Is its start meant? {STARTS}",
            )  # fmt: skip
        if isinstance(one, Definition) and one.name in states.hidden:
            raise pointed(
                one.sentence, 0,
                f"{one.name} is a state with an equation, and no constant. Is its start meant? {STARTS}",
            )  # fmt: skip


def check_bare(equations: Sequence[Equation], free: Iterable[str], told: Iterable[str]) -> None:
    """A rate that is one free constant alone is more likely a column that is not there.

    Args:
        told: constants of which a sentence says something.

    Raises:
        ExpressionError: one is, and nothing else is told of the constant.
    """
    unsaid = set(free) - set(told)
    for one in equations:
        if one.order == 1 and str(one.side) in unsaid:
            raise pointed(
                one.sentence, max(0, one.sentence.rfind(str(one.side))),
                f"There is no column {str(one.side)!r}, so that {one.state} would change at a constant rate. If it "
                f"is the velocity, which was not measured, write {one.state}'' = f({one.state}, {one.state}'); if a "
                f"constant, say what is known of it, as in {one.side} > 0",
            )  # fmt: skip


def check_hidden(hidden: Iterable[Hidden], templates: Mapping[str, sp.Expr], unknowns: Sequence[Unknown]) -> None:
    """The equation of a state that was not measured, and is no velocity, is told in full.

    Raises:
        UsageError: it has an unknown function.
    """
    marks = [unknown_symbol(one.name) for one in unknowns]
    for one in hidden:
        if marks and not one.velocity_of and templates[one.name].has(*marks):
            raise UsageError(
                f"{one.header} was not measured, so that its equation has to be told in full, with free constants "
                f"at most: its course could be anything. Tell {one.header}' without unknown functions, or measure it."
            )


def check_acting(
    told: Mapping[str, tuple[Hidden, str]],
    names: Names,
    templates: Mapping[str, sp.Expr],
    unknowns: Sequence[Unknown],
    conserved: Iterable[sp.Expr] = (),
) -> None:
    """Every state that was not measured acts on one that was, or may: else it is a column that is misspelt.

    It may act on a column of which nothing is told if a column acts on it in turn: where infected people alone were
    counted, those who can be infected are told as S' = -beta*S*I.

    Args:
        told: hidden states with the sentence that tells each, by the name that sentences use.
        unknowns: functions of which the arguments were told.

    Raises:
        ExpressionError: one does not.
    """
    arguments = {str(unknown_symbol(one.name)): one.arguments for one in unknowns}
    behind = {state: _names(side, arguments) for state, side in templates.items()}
    measured = set(names.states)
    acting = _reached(behind, measured.union(*(_names(one, {}) for one in conserved)))
    if any(name.endswith("()") for state in measured for name in behind[state]):
        acting |= _reached(behind, {one.name for one, _ in told.values() if _reached(behind, {one.name}) & measured})
    for name, (one, sentence) in told.items():
        if one.name not in acting:
            first = names.written(next(iter(names.states)))
            near = _alike(name, names)
            hint = f" Did you mean {near!r}?" if near else ""
            raise pointed(
                sentence, max(0, sentence.find(name)),
                f"There is no column {name!r}, and no equation of a column depends on it, so that no data would speak "
                f"of it.{hint} The columns are {names.listing}. If it was not measured, tell on "
                f"what it acts, as in {first}' = f({first}, {name})",
            )  # fmt: skip


def _names(side: sp.Expr, arguments: Mapping[str, Sequence[sp.Expr]]) -> set[str]:
    """Of all symbols in an expression, and in the arguments of its functions; f() is one that may have any."""
    found = set[str]()
    for name in map(str, side.free_symbols):
        found |= {str(one) for told in arguments[name] for one in told.free_symbols} if name in arguments else {name}
    return found


def _reached(behind: Mapping[str, set[str]], start: set[str]) -> set[str]:
    """These states, those that stand in their equations, those that stand in theirs, and so on."""
    reached, left = set[str](), list(start)
    while left:
        state = left.pop()
        if state in behind and state not in reached:
            reached.add(state)
            left.extend(behind[state])
    return reached


def _alike(name: str, names: Names) -> str:
    """The column that may be meant: spelt alike, or beginning alike, or the only one."""
    small = {column.lower(): column for column in reversed(names.known)}
    near = get_close_matches(name.lower(), small, n=1, cutoff=0.5)
    near += [one for one in small if one.startswith(name.lower())]
    near += list(small) if len(small) == 1 else []
    return small[near[0]] if near else ""


def check_apart(rows: Sequence[sp.Expr], unknowns: Sequence[Unknown], constants: Sequence[str]) -> None:
    """No two functions, and no two constants, stand everywhere with the same factor: only their sum could be found.

    Raises:
        UsageError: two do.
    """
    for one, two in combinations(unknowns, 2):
        alike = set(one.arguments) == set(two.arguments)
        if alike and _proportional(rows, unknown_symbol(one.name), unknown_symbol(two.name)):
            raise UsageError(
                f"{one.name} and {two.name} have the same arguments and factors, so that only their sum can be found. "
                "Write one function, or give them different arguments."
            )
    for first, second in combinations(constants, 2):
        if _proportional(rows, told_symbol(first), told_symbol(second)):
            raise UsageError(
                f"{first} and {second} stand before the same terms, so that only their sum can be found. Write one "
                f"constant, or give one of them a value, as in {first} = 1."
            )


def _proportional(rows: Sequence[sp.Expr], one: sp.Symbol, two: sp.Symbol) -> bool:
    """Whether all rows change in proportion with both, at all values of both."""
    slopes = [(row.diff(one), row.diff(two)) for row in rows if row.has(one) or row.has(two)]
    if not slopes or any(0 in pair for pair in slopes):
        return False
    ratios = {above / below for above, below in slopes}
    return len(ratios) == 1 and bool(next(iter(ratios)).is_number)
