"""Where data speak against what was told: it is said, and a law that contradicts it is not found."""

from pathlib import Path

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryResult
from pipelines.config import read
from pipelines.ode import discover_ode
from pipelines.running import Request, run_command


@pytest.fixture(scope="module")
def swinging() -> Measurements:
    """x'' = -2 x - 0.1 x', position and velocity, with little noise."""
    t = np.linspace(0.0, 12.0, 150)
    turn = np.sqrt(2.0 - 0.05**2)
    x = np.exp(-0.05 * t) * np.cos(turn * t)
    v = np.exp(-0.05 * t) * (-0.05 * np.cos(turn * t) - turn * np.sin(turn * t))
    noise = 0.005 * np.random.default_rng(0).standard_normal((150, 2))
    return from_arrays(np.column_stack([x, v]) + noise, t, names=["x", "v"])


def found(measurements: Measurements, *laws: str) -> DiscoveryResult:
    """A quick discovery with what is told."""
    config = read("quick").changed(engines=("sindy",), smoother="kalman", laws=laws)
    return discover_ode(measurements, config)


def test_a_belief_that_the_data_contradict_is_a_caution(swinging: Measurements) -> None:
    """Eight deviations are no chance; one that holds is not mentioned."""
    verdict = found(swinging, "x' = v", "v' = -k*x - c*v", "k ~ 1.2 +- 0.1", "c ~ 0.1 +- 0.05").verdict
    cautions = [one.text for one in verdict.findings if one.level == "caution" and "was believed" in one.text]
    assert [True] == [text.startswith("k was believed to be 1.2 +- 0.1, and is ") for text in cautions]


def test_bounds_are_asked_for_where_a_told_law_does_not_fit(swinging: Measurements) -> None:
    """Its fit may have ended elsewhere; where bounds were told, or the law fits, nothing is said.

    The bound that is shown is a sign: how large a constant is nobody has told, and a size would leave the truth out.
    """
    for sentences, expected in (
        (("v' = -k*x",), True),
        (("v' = -k*x", "0 < k < 5"), False),
        (("v' = -k*x - c*v",), False),
    ):
        findings = found(swinging, "x' = v", *sentences).verdict.findings
        asked = any('Bounds help, as --law "k > 0"' in one.text for one in findings if one.level == "caution")
        assert expected == asked


def test_a_law_that_changes_what_is_conserved_is_not_found(swinging: Measurements) -> None:
    """The velocity is hidden, so that only the law tells; without friction it would hold."""
    run = swinging.trajectories[0]
    alone = from_arrays(run.states[:, :1], run.times, names=["x"])
    result = found(alone, "x'' = f(x, x')", "x'**2 + 2*x**2 = const")
    assert "not_found" == result.status
    assert "was told, but by the law that was found it changes" in result.verdict.headline


def test_a_trend_that_no_candidate_has_is_named(swinging: Measurements) -> None:
    """Nothing here rises with position and velocity."""
    verdict = found(swinging, "x' = v", "v' = f(x, v)", "f increasing").verdict
    assert "not_found" == verdict.status
    assert "No law was found that goes with what was told." == verdict.headline
    assert "contradict what was told of a function" in verdict.findings[0].text


def test_a_plan_is_of_sentences_that_can_be_used(tmp_path: Path) -> None:
    """Else it is said before anything is planned."""
    path = tmp_path / "data.csv"
    np.savetxt(
        path, np.random.default_rng(0).random((30, 3)).cumsum(axis=0), delimiter=",", header="t,x,v", comments=""
    )
    with pytest.raises(UsageError, match="Keep one"):
        run_command(Request(path, flags={"laws": ("v' = f(x)", "f uses v")}, plan=True))
