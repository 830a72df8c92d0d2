"""What a run tells beyond its law: what its data leave open, and which measurement would settle it.

Plain values in the units of the data, with a sentence each that a report can print as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class LooseCombination:
    """Constants that these data do not determine, alone or together.

    Attributes:
        constants: their names, c0, c1, ...
        changes: relative changes that go together, one for each of the constants; the largest has size 1.
        deviation: standard deviation of the change along this direction, relative to the constants.
    """

    constants: tuple[str, ...]
    changes: tuple[float, ...]
    deviation: float
    text: str


@dataclass(frozen=True)
class Experiment:
    """A further run that would tell something.

    Attributes:
        purpose: ``constants`` (narrower intervals) or ``rivals`` (which of the competing laws holds).
        start: the initial state, one value for each state.
        duration: length of the run, in the unit of time.
        gain: for ``constants`` the factor by which intervals become narrower in the geometric mean, for ``rivals`` the
            root mean square difference of their predictions in deviations of the noise.
        usual: the same figure for a run from the best of the initial states that were measured.
    """

    purpose: Literal["constants", "rivals"]
    start: tuple[float, ...]
    duration: float
    gain: float
    usual: float
    text: str


@dataclass(frozen=True)
class TermSupport:
    """How sure it is that a term belongs to the equation of a state.

    Attributes:
        term: the term without its coefficient, inner constants as ``c``.
        probability: of the laws compared, by their weight exp(-score) within the front.
        chosen: whether the chosen law has it.
    """

    state: str
    term: str
    probability: float
    chosen: bool


@dataclass(frozen=True)
class Advice:
    """What the data say of the chosen law's constants and terms, and what to measure next.

    Attributes:
        sensitivities: change of a measured value in deviations of the noise, root mean square, if a constant changes by
            one per cent and the states at the start follow; one for each constant.
        inflations: how many times wider the interval of each constant is because the others are not known either.
        loose: combinations that are not determined, the loosest first.
        experiments: at most one of each purpose.
        terms: support of the terms, by equation.
        covariance: of the constants; combinations that the data say nothing of have the size of the constants.
    """

    sensitivities: tuple[float, ...] = ()
    inflations: tuple[float, ...] = ()
    loose: tuple[LooseCombination, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    terms: tuple[TermSupport, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = ()
