"""Relations between columns as a person writes them: ``S + I + R = 1``, ``y = 2 x + 1``, ``(x - 300)² + y² = 1``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from discovery.trajectories.relations import Relation

# A factor that is a whole number within so many standard errors, which are small beside it, is written as one.
WITHIN, SMALL = 5.0, 0.05
# Standard errors up to which the constant of a linear relation is none.
NONE = 3.0
# Digits that are written at most, and at least: with one digit a relation does not hold in the data it was found in.
DIGITS, FEWEST = 4, 2
PLAINLY = 1e5  # numbers below which are written without a power of ten


@dataclass(frozen=True)
class _Part:
    """A factor with its standard error, and what it multiplies; nothing where it stands alone."""

    factor: float
    doubt: float
    text: str = ""


def words(relation: Relation, names: Sequence[str]) -> str:
    """The relation in one line, with as many digits as it is known to."""
    parts = [
        _Part(factor, doubt, _monomial(relation, place, names))
        for place, (factor, doubt) in enumerate(zip(relation.factors, relation.doubts, strict=True))
    ]
    none = relation.degree == 1 and abs(relation.value) <= NONE * relation.value_doubt
    value = _Part(0.0, 0.0) if none else _Part(relation.value, relation.value_doubt)
    if relation.alone >= 0 and (len(parts) == 2 or relation.degree == 2) and relation.everywhere:
        right = [_Part(-one.factor, one.doubt, one.text) for i, one in enumerate(parts) if i != relation.alone]
        return f"{parts[relation.alone].text} = {_sum([*right, value])}"
    left, value = _squares_completed(relation, names, parts, value)
    return f"{_sum(left)} = {_sum([value])}" if relation.everywhere else _sum(left)


def _squares_completed(
    relation: Relation, names: Sequence[str], parts: Sequence[_Part], value: _Part
) -> tuple[list[_Part], _Part]:
    """Terms a x² + b x as a (x + b/2a)², where x stands in no product; divided by the first factor."""
    kept = {relation.terms[place]: part for place, part in enumerate(parts)}
    total = value.factor
    for state, (name, origin) in enumerate(zip(names, relation.origins, strict=True)):
        unit = tuple(int(place == state) for place in range(len(names)))
        square = tuple(2 * power for power in unit)
        mixed = any(sum(powers) == 2 and powers[state] == 1 for powers in kept)
        if square in kept and unit in kept and not mixed:
            a, b = kept[square], kept.pop(unit)
            total += b.factor**2 / (4.0 * a.factor)
            kept[square] = _Part(a.factor, a.doubt, f"{_shifted(name, origin - b.factor / (2.0 * a.factor))}²")
    first, *others = kept.values()
    lead, unsure = first.factor, first.doubt / abs(first.factor)

    def divided(factor: float, doubt: float, text: str = "") -> _Part:
        return _Part(factor / lead, (doubt + abs(factor) * unsure) / abs(lead), text)

    left = [_Part(1.0, 0.0, first.text), *(divided(one.factor, one.doubt, one.text) for one in others)]
    return left, divided(total, value.doubt)


def _sum(parts: Sequence[_Part]) -> str:
    return " ".join(_signed(parts)) or "0"


def _signed(parts: Sequence[_Part]) -> Iterator[str]:
    first = True
    for part in parts:
        number = rounded(abs(part.factor), part.doubt)
        if number == "0":
            continue
        text = part.text if part.text and number == "1" else f"{number} {part.text}".strip()
        if first:
            yield f"-{text}" if part.factor < 0 else text
        else:
            yield "-" if part.factor < 0 else "+"
            yield text
        first = False


def rounded(value: float, doubt: float) -> str:
    """The number with the digits that are known; a whole number if it is one within its error."""
    whole = round(value)
    error = max(doubt, 10.0**-DIGITS * abs(value) / 2.0, 1e-300)
    if abs(value - whole) <= WITHIN * error and error <= SMALL * max(abs(whole), 1.0):
        return str(whole)
    digits = math.floor(math.log10(abs(value) / error)) + 1 if abs(value) > error else 1
    short = f"{value:.{min(max(digits, FEWEST), DIGITS)}g}"
    return f"{float(short):g}" if abs(value) < PLAINLY else short  # 120, and not 1.2e+02


def _shifted(name: str, origin: float) -> str:
    return f"({name} {'-' if origin > 0 else '+'} {abs(origin):.{DIGITS}g})" if origin else name


def _monomial(relation: Relation, place: int, names: Sequence[str]) -> str:
    return " ".join(
        f"{_shifted(name, origin)}{'²' if power == 2 else ''}"
        for name, power, origin in zip(names, relation.terms[place], relation.origins, strict=True)
        if power
    )
