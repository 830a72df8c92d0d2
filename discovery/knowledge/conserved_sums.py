"""Quantities that a user says are conserved: one equation follows from the others, or all are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import sympy as sp

from discovery.errors import UsageError
from discovery.knowledge.knowledge import Conservation
from discovery.knowledge.statements import Conserved
from discovery.samples import symbol
from discovery.symbolic.expansion import is_short
from discovery.symbolic.limited import limited


def with_conserved(
    templates: Mapping[str, sp.Expr], told: Sequence[tuple[Conserved, sp.Expr]], *, discrete: bool = False
) -> tuple[dict[str, sp.Expr], tuple[Conservation, ...]]:
    """Templates in which the last open state of each linear quantity follows from the others.

    A state is open whose template is nothing but an unknown function.

    Args:
        discrete: whether templates are next values of a map, and not derivatives.

    Raises:
        UsageError: a quantity has no state, or the equations that were told change it.
    """
    found = dict(templates)
    used: list[Conservation] = []
    for statement, quantity in told:
        states = [state for state in found if symbol(state) in quantity.free_symbols]
        if not states:
            raise UsageError(f"{statement.sentence!r} holds no state. Write a quantity of the states, as S + I + R.")
        slopes = {state: quantity.diff(symbol(state)) for state in states}
        if discrete:
            after = cast("sp.Expr", quantity.xreplace({symbol(state): found[state] for state in states}))
            change = _expanded(statement, after - quantity)
        else:
            change = _expanded(statement, sp.Add(*(slopes[state] * found[state] for state in states)))
        is_open = [state for state in states if found[state].is_Symbol and str(found[state]).endswith("()")]
        if not any(str(name).endswith("()") for name in change.free_symbols) and not _vanishes(statement, change):
            raise UsageError(
                f"{statement.sentence!r} contradicts the equations that were told: by them it changes "
                f"{'in a step by' if discrete else 'at the rate'} {str(change).replace('$', '')}. Correct one of them."
            )
        linear = all(slope.is_number for slope in slopes.values())
        if linear and is_open:
            last = is_open[-1]
            rest = sp.Add(*(slopes[state] * found[state] for state in states if state != last))
            kept = sp.Add(*(slopes[state] * symbol(state) for state in states)) if discrete else sp.S.Zero
            found[last] = _expanded(statement, (kept - rest) / slopes[last])
            used.append(Conservation(quantity, statement.sentence, last))
        else:
            used.append(Conservation(quantity, statement.sentence))
    return found, tuple(used)


def _expanded(statement: Conserved, expression: sp.Expr) -> sp.Expr:
    if not is_short(expression):
        raise _too_large(statement)
    return sp.expand(expression)


def _vanishes(statement: Conserved, change: sp.Expr) -> bool:
    simple = limited(lambda: sp.simplify(change))
    if simple is None:
        raise _too_large(statement)
    return bool(simple == 0)


def _too_large(statement: Conserved) -> UsageError:
    return UsageError(
        f"{statement.sentence!r} is too large to be multiplied out with the equations that were told. Write a shorter "
        "quantity, or leave it out."
    )
