"""Rankings that are made by hand, for verdicts on them."""

from dataclasses import replace

import numpy as np

from discovery.dynamics.windows import Windows
from discovery.selection.held_out import HeldOut
from discovery.selection.selected import Selected
from discovery.symbolic.parse import parse
from discovery.types import Law, RankedLaw, Ranking, Verdict

LAW = Law(("x",), (parse("c0*x"),), (-1.0,), ("structured:polynomial2",))
BEST = RankedLaw(LAW, score=100.0, misfit=1.0, r_squared=0.99, complexity=3, lows=(-1.1,), highs=(-0.9,))
SECOND = replace(BEST, score=150.0)
GOOD = HeldOut(error=0.02, persistence=1.0, mean=1.2, noise=0.01, count=40, whole=False, predictions=())
NOTHING = np.zeros((0, 1))
WINDOWS = Windows(
    np.zeros(0), NOTHING, NOTHING, np.zeros(1, dtype=np.int64), NOTHING, np.ones(1), np.ones(1), False, 64, ()
)  # fmt: skip
WHITE = np.random.default_rng(0).standard_normal((200, 1))
SELECTED = Selected(Ranking((BEST, SECOND), "rule"), (), WINDOWS, 5000.0, GOOD, np.inf, (), WHITE)


def texts(verdict: Verdict, level: str) -> str:
    """All findings of a level in one text."""
    return " ".join(finding.text for finding in verdict.findings if finding.level == level)


def with_best(**changes: object) -> Selected:
    """The selection with another first law."""
    return replace(SELECTED, ranking=Ranking((replace(BEST, **changes), SECOND), "rule"))  # type: ignore[arg-type]
