"""What is said where runs do not agree on the constants of one law.

A constant that differs from run to run more than noise explains, and that a single run can hardly tell from another,
has a value that comes out of the quarrel of the runs: neither it nor the other is determined, however narrow their
intervals. Of videos of falling bodies whose scale is not known well, acceleration and drag are such a pair. Where both
have values of their own for each group, so that no two runs need to agree, a constant that pushes in one group and
brakes in another, each for sure, says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from discovery.dynamics.shooting import Shooting
from discovery.laws import Law, RankedLaw
from discovery.protocols import NEVER, Deadline
from discovery.selection.in_words import named
from discovery.selection.selected import Selected
from discovery.selection.sharing import Own, Sharing, sharing
from discovery.types import Finding
from discovery.wording import listed

# Correlation of two constants in a single run from which on it does not tell them apart: both are then known three
# times worse than each would be if the other were known.
INSEPARABLE = 0.9
SHOWN = 3  # constants that are named at most


def agreement(
    selected: Selected, settings: Shooting | None = None, *, deadline: Deadline = NEVER
) -> tuple[Finding, ...]:
    """Whether all runs agree on the constants of the chosen law; nothing where there is one run, or no time left.

    Returns:
        A finding against the law where runs do not agree on constants that they cannot separate, or a caution.
    """
    runs = 1 + max((run for run, _ in selected.windows.places), default=0)
    if runs < 2 or deadline.passed() or not selected.refined or not selected.refined[0].law.constants:
        return ()
    fitted = selected.refined[0].fit
    shares = sharing(fitted, selected.windows, range(runs), settings or Shooting())
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
    differing = {
        i: own for i in range(len(law.constants)) if (own := shares.own(i)) and own.differs(len(law.constants))
    }
    pairs: dict[frozenset[int], tuple[int, int, float]] = {}
    for place in sorted(differing, key=lambda i: -differing[i].lead):
        other, correlation = shares.together(place)
        if correlation > INSEPARABLE:
            pairs.setdefault(frozenset((place, other)), (place, other, correlation))
    if pairs:
        place, other, correlation = next(iter(pairs.values()))
        further = sorted(set(chain(*pairs)) - {place, other})
        yield Finding("bad", _inseparable(law, (place, other), correlation, differing[place], further))
    elif differing:
        names = listed([f"{named(law, i)} ({_range(own)})" for i, own in list(differing.items())[:SHOWN]])
        none = len(differing) == len(law.constants)
        first = "The runs share no law of this form: they agree on no constant, not on" if none else "Runs disagree on"
        told = [law.told[i] for i in list(differing)[:SHOWN] if i < len(law.told) and "[" not in law.told[i]]
        ask = f", {' '.join(f'--own {one}' for one in told)} asks for them" if told else ""
        hint = f"Constants may have values of their own: --own auto looks for them{ask}."
        yield Finding("bad" if none else "caution", f"{first} {names}. {hint}")


def _inseparable(law: Law, pair: tuple[int, int], correlation: float, own: Own, further: Sequence[int]) -> str:
    first, second = (named(law, place) for place in pair)
    begun = first[:1].upper() + first[1:] if " " in first else first  # a name that was told stays as it is
    more = f" So it is with {listed([named(law, i) for i in further[:SHOWN]])}." if further else ""
    return (
        f"{begun} and {second} cannot be separated in these data: a single run hardly tells them apart "
        f"(correlation {correlation:.2f}), and runs do not agree "
        f"({_range(own)}). Tell the value of one of them.{more}"
    )


def _range(own: Own) -> str:
    return f"{min(own.values):.3g} … {max(own.values):.3g}"
