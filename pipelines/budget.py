"""The time of a run that has a budget: what is left for the work after loading, and before the report is written."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass, replace

from discovery.protocols import Deadline
from pipelines.plan import COSTS

# What is loaded before the deadline is set, so that none of it comes after.
NEEDED = ("pipelines.ode", "discovery.reports.write", "discovery.reports.notation")
# Seconds that loading takes on the machine of the measurements, and two passes of LaTeX (benchmarks/trust.md).
LOADING, TYPESETTING = 1.5, 0.8
# How much longer than expected a report takes at most: that of a chaotic law, by benchmarks/stages.md.
HARDEST = 1.4
# Share of a budget that is kept for the report at most: of a very short one the work needs the better part.
REPORT_SHARE = 0.3
# Bounds on the estimated slowdown relative to the reference machine.
PACES = (0.5, 4.0)
# Allowed overrun (the larger of 5 s and 10 %), of which the report may use 80 %.
LATE, LATE_SHARE = 5.0, 0.1
PRUDENCE = 0.8


@dataclass(frozen=True)
class Budget:
    """The time that a run may take from its first moment to its last.

    Attributes:
        seconds: None where there is no limit.
        begin: moment at which the run began, by ``time.monotonic()``.
        report: seconds that the report is expected to take.
    """

    seconds: float | None
    begin: float
    report: float = 0.0

    def loaded(self, rows: int, states: int) -> Budget:
        """Loads what a run needs; how long that takes tells how long the report on data of that size will."""
        if self.seconds is None:
            return self
        before = time.monotonic()
        for module in NEEDED:
            importlib.import_module(module)
        slower = min(max((time.monotonic() - before) / LOADING, PACES[0]), PACES[1])
        drawing = COSTS["report"].seconds(rows, states) - COSTS["report"].base
        return replace(self, report=slower * (HARDEST * drawing + TYPESETTING))

    @property
    def deadline(self) -> Deadline:
        """When the work has to end, so that there is time for its report."""
        if self.seconds is None:
            return Deadline()
        return Deadline(self.begin + self.seconds - min(self.report, REPORT_SHARE * self.seconds))

    @property
    def end(self) -> Deadline:
        """When the report has to end as well; a typesetter still at work then is ended."""
        if self.seconds is None:
            return Deadline()
        return Deadline(self.begin + self.seconds + PRUDENCE * max(LATE, LATE_SHARE * self.seconds))
