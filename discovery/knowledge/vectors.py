"""Equations of vectors, taken apart into those of their components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.knowledge.sentences import NORM, PARTS, absolute, in_parts, pointed
from discovery.knowledge.statements import Equation, Vector
from discovery.samples import symbol
from discovery.symbolic.limited import limited


def components(one: Equation, vectors: Mapping[str, Vector]) -> Iterator[Equation]:
    """The equation itself, or one for each component where a vector stands on its left.

    ``|r|`` is the length of a vector; otherwise a vector, or one that is written by its parts, ``(0, -g)``, may stand
    in a sum once, times what is a number.

    Raises:
        ExpressionError: vectors and numbers are added, or a vector is multiplied by itself.
    """
    if one.state not in vectors:
        if said := _named(one.side, vectors) or _by_parts(one.side):
            name = str(said[0]).rstrip("'")
            is_named = name in vectors
            place = one.sentence.find(name) if is_named else in_parts(one.sentence)[0]
            raise pointed(
                one.sentence, max(0, place),
                f"{name if is_named else 'This'} is a vector, but on the left stands a number. Write a component of it",
            )  # fmt: skip
        yield replace(one, side=absolute(one.side))
        return
    size = len(vectors[one.state].parts)
    side = _with_lengths(one.side, vectors)
    left, written = _named(side, vectors), _by_parts(side)
    sizes = [len(vectors[str(name).rstrip("'")].parts) for name in left] + [len(call.args) for call in written]
    within = any(_named(part, vectors) or _by_parts(part) for call in written for part in call.args)
    mark, stand_ins = sp.Dummy(), {call: sp.Dummy() for call in written}
    plain = side.xreplace(stand_ins)
    scaled = plain.xreplace({name: mark * name for name in (*left, *stand_ins.values())})
    if within or {*sizes} - {size} or limited(lambda: sp.expand(scaled - mark * plain)) != 0:
        parts = ", ".join(f"a{number}" for number in range(1, size + 1))
        raise pointed(
            one.sentence, one.sentence.find("=") + 1,
            f"The right side is no vector of {size} parts: each of its terms needs one vector, as in -k*{one.state} "
            f"or ({parts})",
        )  # fmt: skip
    for place, part in enumerate(vectors[one.state].parts):
        change = {name: _component(str(name), vectors, place) for name in left}
        change |= {call: call.args[place] for call in written}
        inner = side.xreplace(change)
        assert isinstance(inner, sp.Expr)
        yield replace(one, state=part, side=absolute(inner))


def _named(side: sp.Basic, vectors: Mapping[str, Vector]) -> list[sp.Basic]:
    """The vectors, and their rates, that stand in it by name."""
    return sorted((name for name in side.free_symbols if str(name).rstrip("'") in vectors), key=str)


def _by_parts(side: sp.Basic) -> list[sp.Basic]:
    """The vectors that are written by their parts."""
    return sorted((call for call in side.atoms(AppliedUndef) if str(call.func) == PARTS), key=str)


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
