"""From sentences to what they mean together; whatever is wrong is said before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.errors import UsageError
from discovery.knowledge.algebraic import as_equation, with_algebraic, with_sides
from discovery.knowledge.conserved_sums import with_conserved
from discovery.knowledge.constants import definitions, exactly, told_constants
from discovery.knowledge.fitting_together import (
    check_acting,
    check_apart,
    check_bare,
    check_constants,
    check_hidden,
    check_kind,
    check_used,
    check_uses,
)
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.meaning import Reader
from discovery.knowledge.sentences import pointed, read_sentence
from discovery.knowledge.solved import together
from discovery.knowledge.starts import as_told, told_starts
from discovery.knowledge.statements import (
    Angle,
    Bounds,
    Conserved,
    Equation,
    Prior,
    Shared,
    Statement,
    Trend,
    Uses,
    Vector,
    Without,
)
from discovery.knowledge.states import States, states_of
from discovery.knowledge.vectors import components
from discovery.laws import Frame, Unknown, unknown_symbol
from discovery.samples import symbol


def understand(sentences: Sequence[str], names: Names) -> Knowledge:
    """What the sentences say together of data with these columns.

    A state of which nothing is told has an unknown function of all states and inputs for its equation.

    Raises:
        ExpressionError: a sentence cannot be read, or names what does not exist.
        UsageError: sentences contradict each other.
    """
    columns = (*names.states, *names.inputs)
    statements = together([as_equation(read_sentence(sentence, columns), names) for sentence in sentences])
    equations = _equations(statements, names)
    check_kind(equations, discrete=names.discrete)
    check_uses(statements, equations)
    states = states_of(equations, names)
    check_constants(statements, states)
    known = definitions(statements, names)
    check_used(statements, equations, names)
    angles = frozenset(states.column(one.name, one.sentence) for one in statements if isinstance(one, Angle))
    reader = Reader(states, known, _arguments(statements, equations, names), angles)
    templates = _templates(equations, states, reader)
    about = [one.name for one in statements if isinstance(one, Bounds | Prior | Shared)]
    check_bare(equations, reader.free, about)
    conserved = [(one, reader.quantity(one.quantity, one.sentence)) for one in statements if isinstance(one, Conserved)]
    called = tuple(reader.unknowns.values())
    templates, algebraic = with_algebraic(templates, equations, called, names)
    conserved = [(one, with_sides(quantity, templates, algebraic)) for one, quantity in conserved]
    for state in states.every:
        templates.setdefault(state, _open(state, states, reader))
    templates, conservations = with_conserved(templates, conserved, discrete=names.discrete)
    first = {one.state: (states.hidden[one.state], one.sentence) for one in equations if one.state in states.hidden}
    latent = {name: told for name, told in first.items() if not told[0].velocity_of}
    check_acting(latent, names, templates, called, [quantity for _, quantity in conserved])
    constants = told_constants(statements, tuple(reader.free), known)
    rows = tuple(templates[state] for state in states.every)
    used = [one for one in reader.unknowns.values() if any(row.has(unknown_symbol(one.name)) for row in rows)]
    unknowns = tuple(_described(one, statements) for one in used)
    check_hidden(states.hidden.values(), templates, unknowns)
    check_apart(rows, unknowns, [one.name for one in constants if math.isinf(one.deviation)])
    starts = told_starts(statements, states, [one.name for one in called], (*reader.free, *known))
    frame = Frame(states.every, rows, unknowns, constants, tuple(names.inputs), starts, algebraic)
    values = tuple(float(value) for value in known.values() if value.is_number)
    hidden = tuple(states.hidden.values())
    notes = (*exactly(known), *as_told(frame.starts), *reader.notes)
    return Knowledge(tuple(sentences), frame, hidden, conservations, notes, values=values)


def _equations(statements: Sequence[Statement], names: Names) -> list[Equation]:
    """Equations of single states: those of vectors are taken apart."""
    vectors = {one.name: one for one in statements if isinstance(one, Vector)}
    for one in vectors.values():
        if names.identifier(one.name):
            raise pointed(one.sentence, 0, f"{one.name} is a column already; choose another name for the vector")
        for part in one.parts:
            States(names).column(part, one.sentence)
    return [part for one in statements if isinstance(one, Equation) for part in components(one, vectors)]


def _arguments(
    statements: Sequence[Statement], equations: Sequence[Equation], names: Names
) -> dict[str, tuple[sp.Expr, ...]]:
    """Arguments that stand in sentences of their own, by the function's name."""
    called = {str(call.func) for one in equations for call in one.side.atoms(AppliedUndef)}
    bare = {str(name) for one in equations for name in one.side.free_symbols}
    told = {one.name: one.arguments for one in statements if isinstance(one, Uses)}
    for one in statements:
        if not isinstance(one, Trend | Without | Uses):
            continue
        if one.name not in called | bare or names.identifier(one.name):
            near = get_close_matches(one.name, called, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]!r}?" if near else f"Write {one.name}(x) in one"
            hint = "It is a column, and this is said of unknown functions" if names.identifier(one.name) else hint
            raise pointed(one.sentence, 0, f"{one.name!r} stands in no equation. {hint}")
        if one.name not in called and one.name not in told:
            raise pointed(
                one.sentence, 0, f"{one.name} stands without arguments. Write {one.name}(x), or {one.name} uses x"
            )
    return told


def _templates(equations: Sequence[Equation], states: States, reader: Reader) -> dict[str, sp.Expr]:
    """The equations that were told, by state."""
    found: dict[str, sp.Expr] = {position: symbol(velocity) for position, velocity in states.velocities.items()}
    for one in equations:
        state = states.column(one.state, one.sentence)
        if one.order == 1 and state in states.velocities:
            continue
        target = states.velocities[state] if one.order == 2 else state
        if target in found:
            raise UsageError(f"The equation of {target} is told twice, by {one.sentence!r} too. Keep one of them.")
        found[target] = reader.side(one.side, one.sentence)
    return found


def _open(state: str, states: States, reader: Reader) -> sp.Expr:
    """A function of everything, for a state of which nothing is told."""
    name = f"d{state}"
    spread = [wave for one in (*states.every, *states.names.inputs) for wave in reader.spread(symbol(one), "")]
    reader.unknowns.setdefault(name, reader.function(name, spread))
    return unknown_symbol(name)


def _described(unknown: Unknown, statements: Sequence[Statement]) -> Unknown:
    """The function with what sentences say of it.

    Raises:
        UsageError: it is told to increase and to decrease.
    """
    trends = {one.sign: one for one in statements if isinstance(one, Trend) and one.name == unknown.name}
    if len(trends) > 1:
        told = " and ".join(repr(one.sentence) for one in trends.values())
        raise UsageError(f"{told} contradict each other. Keep one of them.")
    without = [f for one in statements if isinstance(one, Without) and one.name == unknown.name for f in one.functions]
    uses = any(isinstance(one, Uses) and one.name == unknown.name for one in statements)
    return replace(unknown, trend=sum(trends), without=tuple(without), uses_all=uses)
