"""What is said where runs do not agree on the constants of one law.

A constant that differs from run to run more than noise explains, and that a single run can hardly tell from another,
has a value that comes out of the quarrel of the runs: neither it nor the other is determined, however narrow their
intervals. Of videos of falling bodies whose scale is not known well, acceleration and drag are such a pair. Where both
have values of their own for each group, so that no two runs need to agree, a constant that pushes in one group and
brakes in another, each for sure, says the same.

Runs of a series of doses are another matter: none of them tells growth from what its dose kills, whatever the law, and
together they do, as the dose moves one beside the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import cast

import numpy as np
import sympy as sp

from discovery.dynamics.windows import Windows
from discovery.laws import Law, RankedLaw
from discovery.protocols import NEVER, Deadline
from discovery.selection.in_words import named
from discovery.selection.selected import Selected
from discovery.selection.sharing import Own, Sharing, sharing
from discovery.structure import MARK
from discovery.types import Finding, symbol
from discovery.wording import listed

# Correlation of two constants in a single run from which on it does not tell them apart: both are then known three
# times worse than each would be if the other were known.
INSEPARABLE = 0.9
SHOWN = 3  # constants that are named at most
# What a dose does to the ratio of two constants' effects, relative to it, that is more than rounding; and random points
# at which it is looked for: at one of them, where it is there at all, it is not zero.
MOVED, ASKED = 1e-6, 3


def agreement(selected: Selected, *, deadline: Deadline = NEVER) -> tuple[Finding, ...]:
    """Whether all runs agree on the constants of the chosen law; nothing where there is one run, or no time left.

    Returns:
        A finding against the law where runs do not agree on constants that they cannot separate, or a caution.
    """
    runs = 1 + max((run for run, _ in selected.windows.places), default=0)
    if (
        runs < 2
        or selected.windows.steps
        or deadline.passed()
        or not selected.refined
        or not selected.refined[0].law.constants
    ):
        return ()
    fitted = selected.refined[0].fit
    shares = sharing(fitted, selected.windows, range(runs), replace(selected.shooting, deadline=deadline))
    if shares is None:
        return ()
    turning = chain(*(_turning(best, shares) for best in selected.ranking.front[:1]))
    return (*turning, *_told(fitted.law, shares))


def _turning(best: RankedLaw, shares: Sharing) -> Iterator[Finding]:
    """Constants of groups that are above zero for some and below for others, and that single runs hardly tell."""
    families: dict[str, dict[int, float]] = {}
    for place, name in enumerate(best.law.told):
        family, bracket, _ = name.partition("[")
        if bracket and best.lows[place] * best.highs[place] > 0.0:
            families.setdefault(family, {})[place] = best.law.constants[place]
    for family, values in families.items():
        rarer = min((1.0, -1.0), key=lambda sign: sum(sign * value > 0.0 for value in values.values()))
        odd = [place for place, value in values.items() if rarer * value > 0.0]
        if not odd:
            continue
        other, correlation = max((shares.together(place) for place in odd), key=lambda pair: pair[1])
        if correlation > INSEPARABLE:
            yield Finding(
                "bad",
                f"{family} and {named(best.law, other).partition('[')[0]} cannot be separated in these data: a single "
                f"run hardly tells them apart (correlation {correlation:.2f}), and {family} is "
                f"{'above' if rarer > 0.0 else 'below'} zero for {listed([_group(best.law, i) for i in odd[:SHOWN]])} "
                f"alone. Tell the value of one of them, or the sign of {family}.",
            )


def _group(law: Law, place: int) -> str:
    """The group that a constant is of."""
    return law.told[place].partition("[")[2].removesuffix("]")


def _told(law: Law, shares: Sharing) -> Iterator[Finding]:
    doses = _doses(shares.windows, law)
    differing = {
        i: own for i in range(len(law.constants)) if (own := shares.own(i)) and own.differs(len(law.constants))
    }
    pairs: dict[frozenset[int], tuple[int, int, float]] = {}
    every, dosed = range(len(law.constants)), set[int]()
    for place in sorted(differing, key=lambda i: -differing[i].lead):
        apart = [one for one in every if doses and one != place and _moves(law, doses, place, one)]
        if shares.together(place, [one for one in every if one not in apart])[1] > INSEPARABLE:
            dosed.add(place)
        other, correlation = shares.together(place, apart)
        if correlation > INSEPARABLE:
            pairs.setdefault(frozenset((place, other)), (place, other, correlation))
    if pairs:
        place, other, correlation = next(iter(pairs.values()))
        further = sorted(set(chain(*pairs)) - {place, other})
        compromise = shares.amid(place, other) <= INSEPARABLE
        said = _compromise if compromise else _inseparable
        yield Finding("bad", said(law, (place, other), correlation, differing[place], further))
    elif differing:
        names = listed([f"{named(law, i)} ({_range(own)})" for i, own in list(differing.items())[:SHOWN]])
        none = len(differing) == len(law.constants) and not dosed  # what a run of a dose says is one thing alone
        first = "The runs share no law of this form: they agree on no constant, not on" if none else "Runs disagree on"
        hint = _own(law, list(differing)[:SHOWN])
        if len(differing) > 1 and dosed == set(differing):
            hint = f"No run tells these apart: one of them differs, or {listed(doses)} enters otherwise. {hint}"
        yield Finding("bad" if none else "caution", f"{first} {names}. {hint}")


def _doses(windows: Windows, law: Law) -> tuple[str, ...]:
    """Inputs that are constant in each run and differ between runs; those that tell groups apart are none."""
    runs = np.repeat([run for run, _ in windows.places], np.diff(windows.offsets))
    there = {run: windows.drives[runs == run] for run in np.unique(runs)}
    return tuple(
        name
        for place, name in enumerate(law.inputs)
        if not name.startswith(MARK)
        and all(np.ptp(drives[:, place]) == 0.0 for drives in there.values())
        and np.ptp(windows.drives[:, place]) > 0.0
    )


def _moves(law: Law, doses: Sequence[str], one: int, other: int) -> bool:
    """Whether a dose changes what one constant does to a rate in proportion to what another does to one."""
    rng = np.random.default_rng(0)
    effects = [[cast("sp.Expr", side.diff(symbol(f"c{place}"))) for side in law.skeletons] for place in (one, other)]
    ratios = [upper / lower for upper in effects[0] for lower in effects[1] if upper != 0 and lower != 0]
    for ratio in ratios:
        names = sorted(one.name for one in cast("set[sp.Symbol]", ratio.free_symbols))
        for _ in range(ASKED if set(names) & set(doses) else 0):
            point = {symbol(name): sp.Float(rng.uniform(0.5, 1.5)) for name in names}
            moved = point | {symbol(name): sp.Float(rng.uniform(0.5, 1.5)) for name in names if name in doses}
            here, there = (sp.N(ratio.xreplace(at)) for at in (point, moved))
            if here.is_number and there.is_number and abs(here - there) > MOVED * abs(here):
                return True
    return False


def _inseparable(law: Law, pair: tuple[int, int], correlation: float, own: Own, further: Sequence[int]) -> str:
    first, second = (named(law, place) for place in pair)
    begun = first[:1].upper() + first[1:] if " " in first else first  # a name that was told stays as it is
    more = f" So it is with {listed([named(law, i) for i in further[:SHOWN]])}." if further else ""
    return (
        f"{begun} and {second} cannot be separated in these data: a single run hardly tells them apart "
        f"(correlation {correlation:.2f}), and runs do not agree "
        f"({_range(own)}). Tell the value of one of them.{more} {_own(law, (*pair, *further)[:SHOWN])}"
    )


def _compromise(law: Law, pair: tuple[int, int], correlation: float, own: Own, further: Sequence[int]) -> str:
    first, second = (named(law, place) for place in pair)
    more = f" So it is with {listed([named(law, i) for i in further[:SHOWN]])}." if further else ""
    return (
        f"Runs disagree on {first} ({_range(own)}), and {second} makes up for it (correlation {correlation:.2f}): what "
        f"is found of both is a compromise. A single run tells them apart.{more} {_own(law, (*pair, *further)[:SHOWN])}"
    )


def _own(law: Law, places: Sequence[int]) -> str:
    """How to give constants values of their own."""
    told = [law.told[i] for i in places if i < len(law.told) and "[" not in law.told[i]]
    ask = f", {' '.join(f'--own {one}' for one in told)} asks for them" if told else ""
    return f"Constants may have values of their own: --own auto looks for them{ask}."


def _range(own: Own) -> str:
    return f"{min(own.values):.3g} … {max(own.values):.3g}"
