"""The two seams at which other implementations may be put in, and what they are given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from discovery.types import DiscoveryProblem, EquationCandidate, Law, RankedLaw, Smoothing, Trajectory


@dataclass(frozen=True)
class Deadline:
    """A moment after which work is cut off. Work is bounded by counts; this only guards.

    Attributes:
        moment: value of ``time.monotonic()`` at which time is up.
        stop: set from outside (by an interrupt) to end the work early.
    """

    moment: float = float("inf")
    stop: Event = field(default_factory=Event, compare=False)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return 0.0 if self.stop.is_set() else max(0.0, self.moment - time.monotonic())

    def passed(self) -> bool:
        """Whether time is up."""
        return self.stop.is_set() or time.monotonic() >= self.moment

    def sooner(self, seconds: float) -> Deadline:
        """This deadline, or the one ``seconds`` from now if that comes first."""
        return Deadline(min(self.moment, time.monotonic() + seconds), self.stop)


NEVER = Deadline()


class Progress(Protocol):
    """Told what is going on; decides by itself how to show it."""

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """``stage`` is under way; ``fraction`` of it is done."""
        ...


def silent(stage: str, message: str = "", fraction: float | None = None) -> None:
    """Progress that shows nothing."""
    del stage, message, fraction


class Witness(Protocol):
    """Shown the best laws so far, again and again while the work goes on; what it does with them changes nothing."""

    def __call__(self, laws: Sequence[RankedLaw], /) -> None:
        """``laws`` are refined but not final, the best first."""
        ...


def unseen(laws: Sequence[RankedLaw], /) -> None:
    """A witness that does not look."""
    del laws


class Smoother(Protocol):
    """Turns raw samples of one system into states, derivatives and, where it can, a vector field."""

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """All trajectories obey one law; NaN samples are missing."""
        ...


class SearchEngine(Protocol):
    """Proposes right-hand sides. Returns all it has; choosing is not its business."""

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate | Law, ...]:
        """Candidates for any of the states, in any order; same problem and seed, same candidates."""
        ...
