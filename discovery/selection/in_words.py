"""Constants of a law in words, by the terms that they stand in: their numbers change where others become exact."""

from __future__ import annotations

import re

import sympy as sp

from discovery.symbolic.constants import substituted
from discovery.types import Law, NoiseKind, symbol

# How the note begins that says which constants were made exact.
MADE_EXACT = "Made exact"
# A constant in the text of a term, told from others by its number; sums have it last, as they have numbers.
_ELLIPSIS = re.compile(r"…\d+")


def told(law: Law, place: int, expression: sp.Expr, low: float, high: float) -> str:
    """What is exact now, by the terms that it stands in, as constants change their numbers; empty if that is no news.

    The values of other constants are left out: those of the final law are not known yet.
    """
    name = _apart(law, place)
    if not expression.free_symbols:
        ends = _ends(float(expression), low, high)
        return "" if _is_usual(law, place, expression) else f"{name} is {expression} ({ends} if free)"
    ratio, other = expression.as_coeff_Mul()
    times = {1.0: "", -1.0: "minus "}.get(float(ratio), f"{ratio} times ")
    return f"{name} is {times}{_apart(law, int(str(other).removeprefix('c')))}"


def _ends(value: float, low: float, high: float) -> str:
    """An interval with so many digits that both ends differ from the value, as far as numbers have them."""
    for digits in range(4, 15):
        texts = [f"{one:.{digits}g}" for one in (low, high)]
        if not any(float(text) == value for text in texts):
            return " … ".join(texts)
    return f"{low:.15g} … {high:.15g}"


def _apart(law: Law, place: int) -> str:
    """A constant's name without values of others, but for those that tell it from another constant of that name."""
    names = [_ELLIPSIS.sub("…", named(law, one, values=False)) for one in range(len(law.constants))]
    return named(law, place) if names.count(names[place]) > 1 else names[place]


def _is_usual(law: Law, place: int, expression: sp.Expr) -> bool:
    """Whether a number that is 1 is that of 1/(1 + exp(x)), which nobody writes otherwise."""
    constant = symbol(f"c{place}")
    every = [one for side in law.skeletons for one in side.atoms(sp.Add)]
    sums = [one for one in every if any(constant in sp.Mul.make_args(part) for part in one.args)]
    written = [substituted(one, {constant: sp.S.One}) for one in sums]
    logistic = [one for one in written if len(one.args) == 2 and one.args[0] == 1 and isinstance(one.args[1], sp.exp)]
    return expression == 1 and bool(logistic)


def named(law: Law, place: int, *, values: bool = True) -> str:
    """The constant of that place by the name that was told, or by its first term, others in it by name or value.

    Args:
        values: whether others have their values, and not an ellipsis with their number.
    """
    if place < len(law.told):
        return law.told[place]
    state, term = min(_shown_terms(law, place, values=values), key=str, default=("", sp.S.One))
    where = law.left(state)
    if multiplies(law, place):
        return f"the constant term of {where}" if term == 1 else f"the constant of {term} in {where}"
    if (found := _within_fraction(law, place, values=values)) is not None:
        part, line = found
        what = "the constant term" if part == 1 else f"the constant of {part}"
        whole = len(sp.Add.make_args(law.skeletons[law.states.index(state)])) == 1
        return f"{what} in the {line} of {where if whole else f'{term} in {where}'}"
    if (base := _raised(law, place, values=values)) is not None:
        whole = isinstance(term, sp.Pow) and str(term.base) == str(base)
        return f"the exponent of {base} in {where if whole else f'{term} in {where}'}"
    return f"the constant inside {term} in {where}"


def _raised(law: Law, place: int, *, values: bool) -> sp.Expr | None:
    """What the constant is the power of; None where that is nothing or several things."""
    powers = {power for skeleton in law.skeletons for power in skeleton.atoms(sp.Pow)}
    bases = [power.base for power in powers if power.exp == symbol(f"c{place}")]
    alone = len(bases) == 1 and sum(power.base == bases[0] for power in powers if not power.exp.is_number) == 1
    return _shown(law, bases[0], values=values) if alone else None


def _within_fraction(law: Law, place: int, *, values: bool) -> tuple[sp.Expr, str] | None:
    """The term that a constant multiplies above or below the line of a fraction of sums, and which; None elsewhere."""
    constant = symbol(f"c{place}")
    terms = [term for side in law.skeletons for term in sp.Add.make_args(side) if constant in term.free_symbols]
    for term in terms if len(terms) == 1 else ():
        above, below = sp.fraction(term)
        for line, side in (("numerator", above), ("denominator", below)):
            sums = [factor for factor in sp.Mul.make_args(side) if factor.is_Add and constant in factor.free_symbols]
            parts = [part for one in sums for part in sp.Add.make_args(one) if constant in sp.Mul.make_args(part)]
            if len(parts) == 1 and below.has(sp.Add):
                return _shown(law, parts[0], values=values), line
    return None


def _shown_terms(law: Law, place: int, *, values: bool) -> list[tuple[str, sp.Expr]]:
    """Equations and terms that a constant stands in, as sentences write them."""
    constant = symbol(f"c{place}")
    return [
        (state, _shown(law, term, values=values))
        for state, skeleton in zip(law.states, law.skeletons, strict=True)
        for term in sp.Add.make_args(skeleton)
        if constant in term.free_symbols
    ]


def _shown(law: Law, term: sp.Expr, *, values: bool) -> sp.Expr:
    """A term without the constants in front of it; those inside of it by the names that were told, or by values.

    By symbols they would mislead a reader: constants change their numbers when one becomes exact.
    """
    constants = [symbol(f"c{i}") for i in range(len(law.constants))]
    inside = sp.Mul(*(factor for factor in sp.Mul.make_args(term) if factor not in constants))
    left = range(len(law.told), len(constants))
    free = [sp.Float(law.constants[i]) if values else symbol(f"…{i}") for i in left]
    texts = [*map(symbol, law.told), *free]
    written = substituted(inside, dict(zip(constants, texts, strict=True))).as_coeff_Mul()[1]
    return substituted(written, {number: _short(float(number)) for number in written.atoms(sp.Float)})


def _short(value: float) -> sp.Expr:
    """A number of three digits."""
    text = f"{value:.3g}"
    return sp.Integer(text) if text.lstrip("-").isdecimal() else sp.Float(text, "")  # "" keeps the digits of the text


def multiplies(law: Law, place: int) -> bool:
    """Whether the constant stands in front of a whole term, and not inside of it as 1 does in x/(1 + x)."""
    terms = (term for skeleton in law.skeletons for term in sp.Add.make_args(skeleton))
    return any(symbol(f"c{place}") in sp.Mul.make_args(term) for term in terms)


def taken_for(looks: NoiseKind, before: NoiseKind) -> str:
    """That the noise about a law's curve is of another kind than a smoother took it for."""
    words = {
        "counts": "that of counts",
        "given": "that of the errors given",
        "combined": "that of two parts, one constant and one in proportion",
    }
    now = f"like {words[looks]}" if looks in words else looks
    return f"About its curve the noise looks {now}; the smoother took it for {words.get(before, before)}."


def leading(law: Law) -> list[str]:
    """States that stand in others' equations and have no other in their own, as a column that is set from outside."""
    known = {s: {str(name) for name in rhs.free_symbols} & set(law.states) - {s} for s, rhs in law.equations.items()}
    return [state for state, others in known.items() if not others and any(state in one for one in known.values())]
