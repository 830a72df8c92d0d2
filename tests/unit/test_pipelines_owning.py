"""What is said where no constant has values of its own."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.knowledge.groups import Grouped, in_groups
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.knowledge.units import Units
from discovery.problems.regression import regressions
from discovery.problems.unknowns import framed
from discovery.protocols import NEVER, silent
from discovery.samples import Trajectory
from discovery.smoothing.kalman import Kalman
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law
from pipelines.config import RunConfig
from pipelines.owning import _from_one, among, in_vain, opened, with_own
from pipelines.stages import Stages
from pipelines.store import Memory

TOLD = Grouped(None, ())


@pytest.mark.parametrize(
    ("own", "runs", "message"),
    [
        (("auto",), 3, "runs clearly disagree"),
        (("k", "auto:ball"), 2, "runs clearly disagree"),
        (("auto",), 1, "one run"),
    ],
)
def test_a_search_in_vain_is_said(own: tuple[str, ...], runs: int, message: str) -> None:
    """As a question was asked, there is an answer."""
    (note,) = in_vain(own, runs, TOLD, TOLD)
    assert message in note


def test_nothing_is_said_where_something_was_found_or_nobody_asked() -> None:
    """What was found stands in the law."""
    assert [] == [*in_vain(("auto",), 3, TOLD, replace(TOLD)), *in_vain(("k",), 3, TOLD, TOLD)]


def test_a_column_that_tells_no_runs_apart_is_noticed_at_once() -> None:
    """Before anything is fitted."""
    runs = [Trajectory(np.arange(5.0), np.ones((5, 1)), ("x",), label) for label in ("red", "blue")]
    among(("auto:ball", "auto", "k:other"), runs, ("ball",))
    with pytest.raises(UsageError, match="not told apart by 'bal', but by ball"):
        among(("auto:bal",), runs, ("ball",))


def test_one_run_alone_may_have_too_few_samples() -> None:
    """Then the search begins with the law of all; it ended with an error."""
    times = np.linspace(0.0, 1.0, 5)
    runs = tuple(Trajectory(times, start * np.exp(-times)[:, None], ("x",), str(start)) for start in (1.0, 2.0))
    known = understand(["x' = -a*x/(b + x) + c"], Names({"x": "x"}))
    smoothing = Kalman(noise="additive").smooth(runs, seed=0)
    problem = framed(known.frame, runs, smoothing, regressions(runs, smoothing), 0)
    stages = cast("Any", SimpleNamespace(config=RunConfig(), deadline=NEVER))
    assert [] == [*_from_one(problem, Grouped(known, runs), stages, robust=False)]


def test_values_of_their_own_are_sought_with_the_loss_of_the_law(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Where outliers were found; costs of a robust loss and of squares were compared."""
    parts = [
        problem_of(law_of({"x": f"-{rate}*x"}), [[start]], np.linspace(0.0, 4.0, 60), noise=0.01)
        for rate, start in ((1.0, 3.0), (1.3, 2.0))
    ]
    runs = tuple(replace(one.trajectories[0], label=label) for one, label in zip(parts, "ab", strict=True))
    curves = tuple(
        replace(one.smoothing.trajectories[0], label=run.label) for one, run in zip(parts, runs, strict=True)
    )
    smoothing = replace(parts[0].smoothing, trajectories=curves)
    problem = DiscoveryProblem(runs, smoothing, regressions(runs, smoothing))
    stages = Stages(RunConfig(engines=("sindy",), threads=1), NEVER, silent, Memory())
    law = stages.select([law_of({"x": "c0*x"}, -1.1)], problem, robust=True)
    _, found, _ = with_own(("auto",), (), problem, law, Grouped(None, runs), stages, Units({}, {}), robust=True)
    assert found.refined[0].fit.costs.sum() < 0.5 * law.refined[0].fit.costs.sum()
    assert found.shooting == law.shooting


def test_constants_that_are_opened_one_after_another_have_letters_of_their_own(law_of: Callable[..., Law]) -> None:
    """The groups' constants of the first have its letter."""
    runs = tuple(Trajectory(np.arange(5.0), np.ones((5, 1)), ("x",), label) for label in ("A", "B"))
    frame, name = opened(law_of({"x": "c0*x**2 + c1*x"}, 0.1, -1.0), 0, None)
    grown = in_groups((name,), Knowledge((), frame), runs, ())
    assert grown.known is not None
    law = grown.known.frame.law((parse("c2*x"),), (0.1, 0.2, -1.0))
    assert ("a", "b") == (name, opened(law, 2, grown.known.frame)[1])
