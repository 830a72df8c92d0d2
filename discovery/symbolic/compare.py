"""The form verdict: is a found law the reference law?

The reference with its constants free is a family of laws. A found law is

* ``identical``: a member, every constant within 5 % of the reference's;
* ``same structure``: a member with other constants of the same signs;
* ``numerically equal on the region``: not a member, but nowhere in the region far from the reference;
* ``different``: none of these.

Membership is decided by values, so that it does not matter how a law is written: the constants of the family are
fitted to the found law at random points in and beyond the region, and a member is met to round-off there. Of a law that
is written as the reference is, the constants are read: values do not tell those that do next to nothing at the points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.errors import UsageError
from discovery.protocols import Deadline
from discovery.symbolic.constants import substituted
from discovery.symbolic.evaluate import compiled, evaluate
from discovery.symbolic.family import EXACT, Family, Member, family_of
from discovery.symbolic.multiplied import expanded
from discovery.types import symbol

Judgement = Literal["identical", "same structure", "numerically equal on the region", "different"]
Region = Mapping[str, tuple[float, float]]
_Named = tuple[Family, str, float]  # with the words for it, and the largest error of a constant that is accepted

JUDGEMENTS: tuple[Judgement, ...] = ("identical", "same structure", "numerically equal on the region", "different")
SAME_FORM = JUDGEMENTS[:2]  # the verdicts on laws of the true form, whatever their constants are
IDENTICAL = 0.05  # largest relative error of a constant; the usual criterion in symbolic regression of ODEs
EQUAL = 1e-5  # relative RMS difference that counts as equal; a term with more effect than this is not forgiven
NEGLIGIBLE = 1e-5  # a term of the found law whose mean share on the region is smaller is not held against it
MOST_TERMS = 100  # of a law that is multiplied out; the constants of as many are not told from values at the points
POINTS = 240
DEFAULT_REGION = (-3.0, 3.0)


@dataclass(frozen=True)
class FormVerdict:
    """What a found law is to a reference law.

    Attributes:
        how: one sentence on what decided.
        largest_error: relative error of the worst constant; NaN if the found law is not a member.
    """

    verdict: Judgement
    how: str
    largest_error: float = math.nan


def compare(
    found: sp.Expr,
    reference: sp.Expr,
    names: Sequence[str],
    *,
    region: Region | None = None,
    free: Mapping[str, float] | None = None,
    seconds: float = 5.0,
) -> FormVerdict:
    """Judges one right-hand side.

    Args:
        reference: with its constants as numbers, or as symbols that ``free`` gives values to. Its integer exponents
            and its functions are the structure, and so are the signs of its constants.
        names: symbols that are variables.
        region: range of each variable in the data; [-3, 3] where it is not given.
        free: symbols of ``reference`` that stand for constants of either sign, with their values.
        seconds: the fit is cut off then. It takes 0.1 s at most; this guards against monstrous expressions.

    Raises:
        ExpressionError: an expression has a symbol or a function that cannot be evaluated.
        UsageError: the region names a range that is empty or not finite, or the laws have no common point in or near
            it and the reference none in it, so that nothing can be said of them.
    """
    deadline = Deadline.after(seconds)
    values: dict[sp.Expr, sp.Expr] = {symbol(name): sp.Float(value) for name, value in (free or {}).items()}
    numeric = substituted(reference, values)
    points, inside = _common_points(found, numeric, names, region or {})
    if expanded(found) == expanded(numeric):
        return FormVerdict("identical", "Both are the same expression.", 0.0)
    families = _families(reference, names, free or {})
    member, how = _read(found, families)
    if member is None and len(points) == 0:
        return _without_points(numeric, names, region or {})
    if member is None and _vanishes(found, names, points) and _vanishes(numeric, names, points):
        return FormVerdict("identical", "Both are zero.", 0.0)
    if member is None:
        member, how = _fitted(found, families, names, points, inside, deadline)
    if member is not None:
        verdict: Judgement = "identical" if member.largest_error <= IDENTICAL else "same structure"
        return FormVerdict(verdict, how, member.largest_error)
    difference = _relative_difference(found, numeric, names, points[inside] if inside.any() else points)
    if difference <= EQUAL:
        return FormVerdict(
            "numerically equal on the region",
            f"Not a member of the reference's family, but it differs by {difference:.1e} of its RMS on the region.",
        )
    cut = f" The fit was cut off after {seconds:g} s." if deadline.passed() else ""
    how = f"No constants of the reference give it; they differ by {difference:.1e} in RMS.{cut}"
    return FormVerdict("different", how)


def compare_laws(
    found: Mapping[str, sp.Expr],
    reference: Mapping[str, sp.Expr],
    *,
    names: Sequence[str] | None = None,
    region: Region | None = None,
    free: Mapping[str, float] | None = None,
) -> FormVerdict:
    """Judges a system by its worst equation; ``names`` are the states of ``reference`` unless others are given."""
    if set(found) != set(reference):
        missing = ", ".join(sorted(set(found) ^ set(reference)))
        return FormVerdict("different", f"Only one of the laws has an equation for {missing}.")
    names = tuple(reference) if names is None else names
    verdicts = {s: compare(found[s], reference[s], names, region=region, free=free) for s in reference}
    state, worst = max(verdicts.items(), key=lambda item: JUDGEMENTS.index(item[1].verdict))
    errors = [verdict.largest_error for verdict in verdicts.values()]
    largest = math.nan if any(map(math.isnan, errors)) else max(errors)
    return FormVerdict(worst.verdict, f"Equation of {state}: {worst.how}", largest)


def _read(found: sp.Expr, families: Sequence[_Named]) -> tuple[Member | None, str]:
    """The found law as a member, by its text, if all constants are near the reference's; farther ones are fitted."""
    for family, where, _ in families:
        member = family.read(found)
        if member is not None and member.largest_error <= IDENTICAL:
            return member, f"{member.description}{where}."
    return None, ""


def _fitted(
    found: sp.Expr,
    families: Sequence[_Named],
    names: Sequence[str],
    points: Float[np.ndarray, "point name"],
    inside: np.ndarray,
    deadline: Deadline,
) -> tuple[Member | None, str]:
    """The member of the reference's family that ``found`` is, and how it was seen; None if it is none.

    Smaller families come first: where they contain the found law, their constants are better determined.
    """
    laws = dict.fromkeys((found, _without_negligible(found, names, points[inside])))
    targets = {law: evaluate(law, names, points) for law in laws}
    for family, where, limit in families:
        for law, target in targets.items():
            member = family.fit(points, target, guess=family.constants_of(law), deadline=deadline)
            if member is not None and member.largest_error <= limit:
                return member, f"{member.description}{where}."
    return None, ""


def _without_points(reference: sp.Expr, names: Sequence[str], region: Region) -> FormVerdict:
    """The verdict where the found law is defined at no point at which the reference is.

    Raises:
        UsageError: the reference is not defined in the region either.
    """
    _, inside = _common_points(reference, reference, names, region)
    if inside.any():
        return FormVerdict("different", "The found law is defined at no point at which the reference is.")
    ranges = ",".join("{}={:g}:{:g}".format(name, *_range(name, region)) for name in names)
    raise UsageError(
        f"There is no point at which both laws are defined, in or near the region {ranges}. Give the region in which "
        "they are: --region of `discover compare`, or `region` in Python."
    )


def _vanishes(law: sp.Expr, names: Sequence[str], points: Float[np.ndarray, "point name"]) -> bool:
    """Whether it is zero to round-off of the terms that cancel in it."""
    terms = compiled(sp.Add.make_args(expanded(law)), names)(points)
    return bool(np.all(np.abs(terms.sum(axis=1)) <= EXACT * np.abs(terms).sum(axis=1)))


def _without_negligible(found: sp.Expr, names: Sequence[str], points: Float[np.ndarray, "point name"]) -> sp.Expr:
    """The found law without the terms whose share of the sum of all terms' sizes is below 1e-5 on average."""
    terms = sp.Add.make_args(expanded(found))
    sizes = np.abs(compiled(terms, names)(points))
    sizes = sizes[np.isfinite(sizes).all(axis=1)]
    if len(terms) < 2 or not len(sizes):
        return found
    totals = sizes.sum(axis=1, keepdims=True)
    kept = np.mean(sizes / np.where(totals > 0, totals, 1.0), axis=0) >= NEGLIGIBLE
    return found if kept.all() else sp.Add(*[term for term, keep in zip(terms, kept, strict=True) if keep])


def _families(reference: sp.Expr, names: Sequence[str], free: Mapping[str, float]) -> list[_Named]:
    """Families to try: the reference as written, with inner scales free as well, and multiplied out.

    Multiplied out, ``(x**2 + y**2)*(1 + z)`` has four constants instead of three. A law with these four terms is
    accepted if each is within 5 %, for a fit to data cannot make them obey the product exactly.
    """
    written = family_of(reference, names, free, inner=False)
    scaled = family_of(reference, names, free, inner=True)
    families = [(written, "", math.inf)]
    if scaled.expression != written.expression:
        families.append((scaled, " (scales inside functions free)", math.inf))
    terms = expanded(reference)
    if len(sp.Add.make_args(terms)) <= MOST_TERMS:
        multiplied = family_of(terms, names, free, inner=False)
        if len(multiplied.values) > len(written.values):
            families.append((multiplied, " (multiplied out)", IDENTICAL))
    return families


def _relative_difference(
    found: sp.Expr, reference: sp.Expr, names: Sequence[str], points: Float[np.ndarray, "point name"]
) -> float:
    """RMS of the difference by RMS of the reference; the larger of that with and without the largest tenth.

    Near a pole a few values are so large that beside them any difference looks small.
    """
    values = compiled([found, reference], names)(points)
    values = values / max(np.abs(values).max(), np.finfo(float).tiny)
    sizes = np.abs(values[:, 1])
    ordinary = values[sizes <= np.quantile(sizes, 0.9)]
    return max(_rms_ratio(part[:, 0] - part[:, 1], part[:, 1]) for part in (values, ordinary))


def _rms_ratio(difference: Float[np.ndarray, " point"], reference: Float[np.ndarray, " point"]) -> float:
    error, size = float(np.linalg.norm(difference)), float(np.linalg.norm(reference))
    return 0.0 if error == 0.0 else error / size if size > 0 else math.inf


def _common_points(
    found: sp.Expr, reference: sp.Expr, names: Sequence[str], region: Region
) -> tuple[Float[np.ndarray, "point name"], np.ndarray]:
    """Points at which both are defined, and whether each lies in the region."""
    program = compiled([found, reference], names)
    rng = np.random.default_rng(0)
    for count in (POINTS, 10 * POINTS, 100 * POINTS):
        points, inside = _cloud(rng, names, region, count)
        good = np.isfinite(program(points)).all(axis=1)
        if good.sum() >= POINTS // 2:
            break
    chosen = np.flatnonzero(good)[:POINTS]
    return points[chosen], inside[chosen]


def _cloud(
    rng: np.random.Generator, names: Sequence[str], region: Region, count: int
) -> tuple[Float[np.ndarray, "point name"], np.ndarray]:
    """Random points: two in five in the region, the others near it, in the unit box and over three decades.

    Small and large values tell apart what one range confuses (a Hill function and its power series); positive
    points are there for logarithms and powers, the unit box for ``(1 - x)**1.2``.
    """
    low, high = np.array([_range(name, region) for name in names]).reshape(-1, 2).T
    width = high - low
    size = (count, len(names))
    wide = np.exp(rng.uniform(math.log(0.01), math.log(10.0), size))
    kinds = [
        rng.uniform(low, high, size),
        rng.uniform(np.where((low < 0) & (high > 0), 0.05 * high, low), high, size),
        rng.uniform(low - width, high + width, size),
        rng.uniform(0.02, 0.98, size),
        wide * rng.choice([-1.0, 1.0], size),
        wide,
    ]
    which = np.resize([0, 1, 2, 3, 4, 0, 1, 5, 4, 2], count)
    points = np.stack(kinds)[which, np.arange(count)]
    return points, which <= 1


def _range(name: str, region: Region) -> tuple[float, float]:
    low, high = region.get(name, DEFAULT_REGION)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(f"The region of {name!r} is ({low:g}, {high:g}). Give a finite range (low, high), low < high.")
    return low, high
