"""What is said where no constant has values of its own."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.knowledge.families import Family
from discovery.samples import Trajectory
from pipelines.owning import among, in_vain

TOLD = Family(None, ())


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
