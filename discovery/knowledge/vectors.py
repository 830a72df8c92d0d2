"""Equations of vectors, taken apart into those of their components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.knowledge.sentences import absolute, in_parts, pointed
from discovery.knowledge.statements import NORM, PARTS, Equation, Vector
from discovery.samples import symbol
from discovery.symbolic.limited import limited


def components(one: Equation, vectors: Mapping[str, Vector]) -> Iterator[Equation]:
    """The equation itself, or one for each component where a vector stands on its left.

    ``|r|`` is the length of a vector, ``|A - B|`` that of a sum of vectors; otherwise a vector, or one that is written
    by its parts, ``(0, -g)``, may stand in a sum once, times what is a number.

    Raises:
        ExpressionError: vectors and numbers are added, or a vector is multiplied by itself.
    """
    side = _with_lengths(one.side, vectors)
    for norm in sorted(_norms(side), key=str):
        if _named(norm, vectors) or _by_parts(norm):
            within = str(norm.args[0]).replace(PARTS, "")
            raise pointed(
                one.sentence, max(0, one.sentence.find("|")),
                f"Between the bars of |{within}| stands no sum of vectors of one size, each times what is a number",
            )  # fmt: skip
    if one.state not in vectors:
        if said := _named(side, vectors) or _by_parts(side):
            name = str(said[0]).rstrip("'")
            is_named = name in vectors
            place = one.sentence.find(name) if is_named else in_parts(one.sentence)[0]
            raise pointed(
                one.sentence, max(0, place),
                f"{name if is_named else 'This'} is a vector, but on the left stands a number. Write a component of it",
            )  # fmt: skip
        yield replace(one, side=absolute(side))
        return
    size = len(vectors[one.state].parts)
    inner = _apart(side, vectors, size)
    if not inner:
        parts = ", ".join(f"a{number}" for number in range(1, size + 1))
        raise pointed(
            one.sentence, one.sentence.find("=") + 1,
            f"The right side is no vector of {size} parts: each of its terms needs one vector, as in -k*{one.state} "
            f"or ({parts})",
        )  # fmt: skip
    for part, found in zip(vectors[one.state].parts, inner, strict=True):
        yield replace(one, state=part, side=absolute(found))


def _apart(side: sp.Expr, vectors: Mapping[str, Vector], size: int = 0) -> tuple[sp.Expr, ...]:
    """The components of a sum of vectors, each times what is a number; nothing if it is no such sum.

    Args:
        size: number of parts that they have; 0 takes that of the first vector.
    """
    left, written = _named(side, vectors), _by_parts(side)
    sizes = [len(vectors[str(name).rstrip("'")].parts) for name in left] + [len(call.args) for call in written]
    size = size or next(iter(sizes), 0)
    within = any(_named(part, vectors) or _by_parts(part) for call in written for part in call.args)
    mark, stand_ins = sp.Dummy(), {call: sp.Dummy() for call in written}
    plain = side.xreplace(stand_ins)
    scaled = plain.xreplace({name: mark * name for name in (*left, *stand_ins.values())})
    if within or {*sizes} - {size} or limited(lambda: sp.expand(scaled - mark * plain)) != 0:
        return ()
    changes = [
        {name: _component(str(name), vectors, place) for name in left} | {call: call.args[place] for call in written}
        for place in range(size)
    ]
    return tuple(cast("sp.Expr", side.xreplace(change)) for change in changes)


def _named(side: sp.Basic, vectors: Mapping[str, Vector]) -> list[sp.Basic]:
    """The vectors, and their rates, that stand in it by name."""
    return sorted((name for name in side.free_symbols if str(name).rstrip("'") in vectors), key=str)


def _by_parts(side: sp.Basic) -> list[sp.Basic]:
    """The vectors that are written by their parts."""
    return sorted((call for call in side.atoms(AppliedUndef) if str(call.func) == PARTS), key=str)


def _norms(side: sp.Basic) -> list[sp.Basic]:
    """All that stands between bars, with these."""
    return [call for call in side.atoms(AppliedUndef) if str(call.func) == NORM]


def _component(name: str, vectors: Mapping[str, Vector], place: int) -> sp.Symbol:
    plain = name.rstrip("'")
    return symbol(vectors[plain].parts[place] + name[len(plain) :])


def _with_lengths(side: sp.Expr, vectors: Mapping[str, Vector]) -> sp.Expr:
    """With the lengths of vectors, and of their sums, by components; bars about anything else stay."""
    change: dict[sp.Basic, sp.Basic] = {}
    for norm in _norms(side):
        within = cast("sp.Expr", norm.args[0])
        if (_named(within, vectors) or _by_parts(within)) and (parts := _apart(within, vectors)):
            change[norm] = sp.sqrt(sp.Add(*(part**2 for part in parts)))
    return cast("sp.Expr", side.xreplace(change))
