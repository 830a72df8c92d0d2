"""Equations of vectors, taken apart into those of their components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.knowledge.sentences import NORM, absolute, pointed
from discovery.knowledge.statements import Equation, Vector
from discovery.samples import symbol
from discovery.symbolic.limited import limited


def components(one: Equation, vectors: Mapping[str, Vector]) -> Iterator[Equation]:
    """The equation itself, or one for each component where a vector stands on its left.

    ``|r|`` is the length of a vector; otherwise a vector may stand in a sum once, times what is a number.

    Raises:
        ExpressionError: vectors and numbers are added, or a vector is multiplied by itself.
    """
    used = sorted(str(name).rstrip("'") for name in one.side.free_symbols if str(name).rstrip("'") in vectors)
    if one.state not in vectors:
        if used:
            raise pointed(
                one.sentence, max(0, one.sentence.find(used[0])),
                f"{used[0]} is a vector, but on the left stands a number. Write a component of it",
            )  # fmt: skip
        yield replace(one, side=absolute(one.side))
        return
    size = len(vectors[one.state].parts)
    side = _with_lengths(one.side, vectors)
    left = sorted((name for name in side.free_symbols if str(name).rstrip("'") in vectors), key=str)
    mixed = [name for name in left if len(vectors[str(name).rstrip("'")].parts) != size]
    mark = sp.Dummy()
    scaled = side.xreplace({name: mark * name for name in left})
    if mixed or limited(lambda: sp.expand(scaled - mark * side)) != 0:
        raise pointed(
            one.sentence, one.sentence.find("=") + 1,
            f"The right side is no vector of {size} parts: each of its terms needs one vector, as in -k*{one.state}",
        )  # fmt: skip
    for place, part in enumerate(vectors[one.state].parts):
        change = {name: _component(str(name), vectors, place) for name in left}
        inner = side.xreplace(change)
        assert isinstance(inner, sp.Expr)
        yield replace(one, state=part, side=absolute(inner))


def _component(name: str, vectors: Mapping[str, Vector], place: int) -> sp.Symbol:
    plain = name.rstrip("'")
    return symbol(vectors[plain].parts[place] + name[len(plain) :])


def _with_lengths(side: sp.Expr, vectors: Mapping[str, Vector]) -> sp.Expr:
    change: dict[sp.Basic, sp.Basic] = {}
    for norm in side.atoms(AppliedUndef):
        name = str(norm.args[0]) if str(norm.func) == NORM else ""
        if name.rstrip("'") in vectors:
            parts = range(len(vectors[name.rstrip("'")].parts))
            change[norm] = sp.sqrt(sp.Add(*(_component(name, vectors, i) ** 2 for i in parts)))
    found = side.xreplace(change)
    assert isinstance(found, sp.Expr)
    return found
