"""What the data leave open of the chosen law, and what to measure next, as far as the result has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import sympy as sp

from discovery.advice import Experiment
from discovery.reports.naming import constant_names, with_names
from discovery.reports.rounding import percent, plain
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryResult, symbol

_MOST_LOOSE = 4  # combinations told; more are seldom independent news
_UNSURE = (0.05, 0.95)  # probabilities between which a term is worth a word
INNER = symbol("k")  # stands for constants inside of a term


@dataclass(frozen=True)
class Support:
    """A term of some law.

    Attributes:
        chosen: whether the chosen law has it.
        unsure: whether it is neither certain nor ruled out.
    """

    state: str
    term: sp.Expr
    probability: str
    chosen: bool
    unsure: bool


@dataclass(frozen=True)
class Certainty:
    """How firmly a constant is held.

    Attributes:
        sensitivity: change of a measured value in noise deviations if the constant changes by one per cent.
        inflation: how many times wider its interval is because the other constants are not known either.
    """

    name: str
    sensitivity: str
    inflation: str


def loose(result: DiscoveryResult) -> tuple[str, ...]:
    """Combinations of constants that are not determined, a sentence each."""
    names = constant_names(result)
    return tuple(with_names(one.text, names) for one in result.advice.loose[:_MOST_LOOSE])


def experiments(result: DiscoveryResult) -> tuple[str, ...]:
    """Runs that would tell most, a sentence each."""
    return tuple(one.text for one in result.advice.experiments)


def next_run(result: DiscoveryResult) -> Experiment | None:
    """The run to draw: the one that tells laws apart, else the one that narrows intervals."""
    found = {one.purpose: one for one in result.advice.experiments}
    return found.get("rivals") or found.get("constants")


def certainties(result: DiscoveryResult) -> tuple[Certainty, ...]:
    """A row for each constant; none where the result does not know."""
    pairs = zip(result.advice.sensitivities, result.advice.inflations, strict=False)
    return tuple(Certainty(f"c{i}", plain(one, 2), plain(other, 2)) for i, (one, other) in enumerate(pairs))


def support(result: DiscoveryResult) -> tuple[Support, ...]:
    """All terms of the laws compared, the chosen law's first in each equation, then by probability."""
    states, (low, high) = result.trajectories[0].names, _UNSURE
    terms = sorted(result.advice.terms, key=lambda one: (states.index(one.state), not one.chosen, -one.probability))
    # A term of every group of runs is one to a reader.
    marks: dict[sp.Basic, sp.Basic] = {symbol(mark): sp.S.One for one in result.structure.owned for mark in one.inputs}
    rows: dict[tuple[str, sp.Expr], Support] = {}
    for one in terms:
        term, probability = cast("sp.Expr", _written(one.term, states).xreplace(marks)), one.probability
        unsure = low < probability < high
        rows.setdefault((one.state, term), Support(one.state, term, percent(probability), one.chosen, unsure))
    return tuple(rows.values())


def support_note(result: DiscoveryResult) -> str:
    """What the probabilities of terms are worth where no law is supported; else nothing."""
    if result.status != "not_found":
        return ""
    return "Probabilities hold among the laws that were tried alone, and these data support none of them."


def _written(term: str, states: Sequence[str]) -> sp.Expr:
    """A term with its inner constants as the letter that reports use."""
    read = parse(term)
    return read if "c" in states else cast("sp.Expr", read.xreplace({symbol("c"): INNER}))
