"""Where a run stands among its stages, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipelines.plan import Step

# How much slower or faster than planned a machine is believed to be: other programs run, and cores are few or many.
SLOWEST, FASTEST = 20.0, 0.2


def name_of(stage: str, message: str) -> str:
    """The step that a word of progress belongs to: ``search`` says in its message which engine is at work."""
    return f"search {message.split(':', maxsplit=1)[0]}" if stage == "search" else stage


@dataclass
class Timeline:
    """Follows the steps of a plan by the clock.

    Attributes:
        steps: in the order in which they come.
        budget: seconds after which the work is cut off; infinite where it may finish.
    """

    steps: Sequence[Step]
    budget: float = float("inf")
    now: Callable[[], float] = time.monotonic
    begin: float = 0.0
    place: int = -1
    _since: float = 0.0
    _planned: float = 0.0
    _taken: float = 0.0
    _known: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.begin = self._since = self.now()
        self._known = {step.name: place for place, step in enumerate(self.steps)}

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.now() - self.begin

    def reach(self, name: str) -> None:
        """That step has begun; those between it and the last were passed over. Unknown names change nothing."""
        place = self._known.get(name, -1)
        if place <= self.place:
            return
        if self.place >= 0:
            self._planned += self.steps[self.place].seconds
            self._taken += self.now() - self._since
        self.place, self._since = place, self.now()

    @property
    def pace(self) -> float:
        """Seconds taken for a second planned, as far as is known; 1 before anything is finished."""
        if self._planned <= 0.0:
            return 1.0
        return min(max(self._taken / self._planned, FASTEST), SLOWEST)

    @property
    def remaining(self) -> float:
        """Seconds that are left, by the plan at this machine's pace or by the budget."""
        here = self.steps[self.place].seconds * self.pace - (self.now() - self._since) if self.place >= 0 else 0.0
        ahead = sum(step.seconds for step in self.steps[self.place + 1 :]) * self.pace
        return max(0.0, min(max(here, 0.0) + ahead, self.budget - self.elapsed))

    @property
    def late(self) -> bool:
        """Whether the step at work takes longer than was planned."""
        return self.place >= 0 and self.now() - self._since > 1.2 * self.steps[self.place].seconds * self.pace
