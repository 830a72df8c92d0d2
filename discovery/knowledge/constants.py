"""What sentences tell of constants: values, bounds, beliefs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import sympy as sp

from discovery.errors import UsageError
from discovery.knowledge.knowledge import Names
from discovery.knowledge.meaning import put
from discovery.knowledge.sentences import pointed
from discovery.knowledge.statements import Bounds, Definition, Prior, Shared, Statement
from discovery.laws import Told
from discovery.samples import symbol


def definitions(statements: Sequence[Statement], names: Names) -> dict[str, sp.Expr]:
    """Constants with known values, those that follow from others written out.

    Raises:
        ExpressionError: a column is told to be constant, or a constant is told by way of itself.
        UsageError: a constant is told twice.
    """
    told = [one for one in statements if isinstance(one, Definition)]
    found: dict[str, sp.Expr] = {}
    for one in told:
        if names.identifier(one.name):
            raise pointed(
                one.sentence, 0,
                f"{one.name} is a column, which is no constant. Its equation is {one.name}' = ...; where it follows "
                "from states and inputs at each time, these stand behind the =",
            )  # fmt: skip
        if one.name in found:
            raise UsageError(f"{one.name} is told twice, the second time by {one.sentence!r}. Keep one of them.")
        found[one.name] = one.value
    for _ in told:
        written = {symbol(name): value for name, value in found.items()}
        found = {name: put(value, written) for name, value in found.items()}
    for one in told:
        if symbol(one.name) in found[one.name].free_symbols:
            raise pointed(one.sentence, 0, f"{one.name} is told by way of itself")
    return found


def exactly(known: Mapping[str, sp.Expr]) -> list[str]:
    """A note of the values that constants have by definition, as they were understood; none where there are none."""
    values = [
        f"{name} = {f'{float(value):.10g}' if value.is_number else sp.sstr(value, full_prec=False)}"
        for name, value in known.items()
    ]
    return [f"Fixed, as told: {', '.join(values)}."] if values else []


def told_constants(
    statements: Sequence[Statement], free: Sequence[str], known: Mapping[str, sp.Expr]
) -> tuple[Told, ...]:
    """The free constants with their bounds and what is believed of them.

    Raises:
        ExpressionError: a sentence names a constant that no equation has.
        UsageError: sentences contradict each other.
    """
    about = [one for one in statements if isinstance(one, Bounds | Prior | Shared)]
    for one in about:
        if one.name in known:
            _check_known(one, known[one.name])
        elif one.name not in free:
            near = get_close_matches(one.name, [*free, *known], n=1, cutoff=0.4)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            others = f" The constants are {', '.join([*free, *known])}" if free or known else " There is no constant"
            place = max(0, one.sentence.find(one.name))
            raise pointed(one.sentence, place, f"No equation has the constant {one.name!r}.{hint}{others}")
    return tuple(_told(name, [one for one in about if one.name == name]) for name in free)


def _check_known(one: Bounds | Prior | Shared, value: sp.Expr) -> None:
    if isinstance(one, Prior):
        raise UsageError(f"{one.name} has a value already; {one.sentence!r} says something else. Keep one of them.")
    if isinstance(one, Bounds) and value.is_number and not one.low <= float(value) <= one.high:
        raise UsageError(f"{one.name} is told to be {float(value):g}, which {one.sentence!r} forbids. Correct one.")


def _told(name: str, about: Sequence[Bounds | Prior | Shared]) -> Told:
    low = max((one.low for one in about if isinstance(one, Bounds)), default=-math.inf)
    high = min((one.high for one in about if isinstance(one, Bounds)), default=math.inf)
    if low >= high:
        raise UsageError(
            f"The bounds of {name} leave no number: above {low:g} and below {high:g}. Correct one of them."
        )
    priors = [one for one in about if isinstance(one, Prior)]
    if len(priors) > 1:
        raise UsageError(f"{priors[0].sentence!r} and {priors[1].sentence!r} contradict each other. Keep one of them.")
    for one in priors:
        if not low <= one.mean <= high:
            raise UsageError(f"{one.sentence!r} lies outside of the bounds of {name}. Correct one of them.")
        return Told(name, low, high, one.mean, one.deviation)
    return Told(name, low, high)
