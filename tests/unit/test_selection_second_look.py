"""Pools about the curve of a refined law."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame
from discovery.problems.regression import regressions
from discovery.protocols import Deadline
from discovery.selection.pool import pool, sheets_of
from discovery.selection.refined import Refined, refine
from discovery.selection.second_look import Look, looks_twice, second_look
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

TIMES = np.linspace(0.0, 10.0, 150)
TRUE = {"x": "y", "y": "-sin(x)"}
TEXTS = ("-0.9*x + 0.1*x**3", "-0.7*x", "-sin(x)", "-0.8*x - 0.1*y", "-0.9*x + 0.1*x**2", "-sin(x) - 0.1*y", "-y")


@pytest.fixture(scope="module")
def pendulum(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A pendulum at 3 % noise, whose smoothed curve is too flat where it turns."""
    return flattened(problem_of(law_of(TRUE), [[2.0, 0.0]], TIMES, noise=0.03), 0.06, 0.7)


def flattened(problem: DiscoveryProblem, share: float, slope: float) -> DiscoveryProblem:
    """The same samples with a smoothed curve that misses a share of the cube of each state, and slopes of a share."""
    curves = [
        replace(run, states=run.states - share * run.states**3, derivatives=slope * run.derivatives)
        for run in problem.smoothing.trajectories
    ]
    return replace(problem, smoothing=replace(problem.smoothing, trajectories=tuple(curves)))


@pytest.fixture(scope="module")
def windows(pendulum: DiscoveryProblem) -> Windows:
    """The whole record as one window."""
    return cut(pendulum.trajectories, pendulum.smoothing.trajectories, pendulum.smoothing.noise, len(TIMES))


@pytest.fixture(scope="module")
def best(windows: Windows, law_of: Callable[..., Law]) -> Refined:
    """Two terms of Taylor's series, fitted to the samples."""
    start = np.array([[2.0, 0.0]])
    found = refine(law_of({"x": "c0*y", "y": "c1*x + c2*x**3"}, 1.0, -0.9, 0.1), windows, starts=start)
    assert found is not None
    return found


CANDIDATES = [
    EquationCandidate(state, parse(text), "test") for state, text in [("x", "y"), *(("y", text) for text in TEXTS)]
]


def test_the_truth_comes_first_about_the_curve_of_its_imitation(
    pendulum: DiscoveryProblem, windows: Windows, best: Refined
) -> None:
    """Not so about the smoothed curve, which is wrong; the engines that proposed it are still told."""
    before = pool(CANDIDATES, pendulum, per_size=2, most=9).entries["y"]
    noise = pendulum.smoothing.noise
    after = second_look(sheets_of(CANDIDATES, pendulum), pendulum, best.fit, windows, noise, most=9).pools["y"]
    assert before[0].skeleton != parse("c0*sin(x)")
    assert after[0].skeleton == parse("c0*sin(x)"), [entry.skeleton for entry in after]
    assert "test" in after[0].sources


def test_candidates_are_tested_about_what_is_likely_then(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem], monkeypatch: pytest.MonkeyPatch
) -> None:
    """About the first likely law of a flattened curve an imitation leads; about that one, the truth."""
    problem = flattened(problem_of(law_of(TRUE), [[2.0, 0.0]], TIMES, noise=0.03), 0.03, 0.8)
    assert pool(CANDIDATES, problem, per_size=2, most=9).entries["y"][0].skeleton == parse("c0*sin(x)")
    monkeypatch.setattr("discovery.selection.pool.ROUNDS", 1)
    assert pool(CANDIDATES, problem, per_size=2, most=9).entries["y"][0].skeleton != parse("c0*sin(x)")


def test_a_step_from_the_law_needs_no_engine(pendulum: DiscoveryProblem, windows: Windows, best: Refined) -> None:
    """Its terms need, in whatever candidates."""
    candidates = [one for one in CANDIDATES if one.expression != parse("-sin(x)")]
    noise = pendulum.smoothing.noise
    found = second_look(sheets_of(candidates, pendulum), pendulum, best.fit, windows, noise, most=9).pools["y"]
    assert found[0].skeleton == parse("c0*sin(x)")
    assert found[0].sources == ("selection:second look",)


def test_settled_equations_stay(pendulum: DiscoveryProblem, windows: Windows, best: Refined) -> None:
    """What is certain has nothing in its place."""
    settled = pendulum.settling({"x": parse("y")})
    found = second_look(sheets_of(CANDIDATES, settled), settled, best.fit, windows, settled.smoothing.noise, most=9)
    assert found.pools["x"] == ()
    assert found.pools["y"]
    assert found.pairs == ()


def test_outliers_decide_nothing_where_fits_are_robust(
    pendulum: DiscoveryProblem, windows: Windows, best: Refined
) -> None:
    """Samples far from the law's curve are left out."""
    (run,) = pendulum.trajectories
    wild = run.states.copy()
    wild[20::30] += 4.0
    spoilt = replace(pendulum, trajectories=(replace(run, states=wild),))
    sheets, noise = sheets_of(CANDIDATES, spoilt), spoilt.smoothing.noise
    assert second_look(sheets, spoilt, best.fit, windows, noise, most=9).pools["y"][0].skeleton != parse("c0*sin(x)")
    kept = second_look(sheets, spoilt, best.fit, windows, noise, most=9, robust=True).pools["y"]
    assert kept[0].skeleton == parse("c0*sin(x)")


def test_a_term_that_the_smoothed_curve_leaves_undefined_is_tried(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Where the law's own curve does not: a tank that drains, smoothed below its bottom."""
    problem = problem_of(law_of({"x": "0.3 - sqrt(x)"}), [[2.0]], TIMES, noise=0.01)
    curves = [replace(run, states=run.states - 0.1) for run in problem.smoothing.trajectories]
    problem = replace(problem, smoothing=replace(problem.smoothing, trajectories=tuple(curves)))
    problem = replace(problem, regressions=regressions(problem.trajectories, problem.smoothing))
    candidates = [EquationCandidate("x", parse(text), "test") for text in ("0.3 - sqrt(x)", "0.2 - 0.5*x")]
    cutting = cut(problem.trajectories, curves, problem.smoothing.noise, len(TIMES))
    linear = refine(law_of({"x": "c0 + c1*x"}, 0.2, -0.5), cutting, starts=np.array([[2.0]]))
    assert linear is not None
    assert "sqrt(x)" not in str(
        [entry.skeleton for entry in pool(candidates, problem, per_size=2, most=9).entries["x"]]
    )
    noise = problem.smoothing.noise
    found = second_look(sheets_of(candidates, problem), problem, linear.fit, cutting, noise, most=9).pools["x"]
    assert parse("c0 + c1*sqrt(x)") in [entry.skeleton for entry in found[:2]]


def test_a_constant_rate_overflows_nowhere(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A law whose slopes are all zero."""
    problem = problem_of(law_of({"x": "2 - 0*x"}), [[0.0]], TIMES[:60], noise=0.02)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 60)
    constant = refine(law_of({"x": "c0"}, 2.0), windows)
    assert constant is not None
    candidates = [EquationCandidate("x", parse(text), "test") for text in ("2", "0.1*x")]
    sheets = sheets_of(candidates, problem)
    found = second_look(sheets, problem, constant.fit, windows, problem.smoothing.noise, most=9).pools["x"]
    assert found[0].skeleton == parse("c0")


def test_no_second_look_without_a_curve_or_time(pendulum: DiscoveryProblem, windows: Windows, best: Refined) -> None:
    """A law that cannot be followed, or a deadline that has passed."""
    sheets, noise = sheets_of(CANDIDATES, pendulum), pendulum.smoothing.noise
    lost = replace(best.fit, law=best.law.with_constants((1.0, 9.0, 9.0)))
    assert second_look(sheets, pendulum, lost, windows, noise, most=9) == Look({})
    assert second_look(sheets, pendulum, best.fit, windows, noise, most=9, deadline=Deadline.after(-1.0)) == Look({})


def test_what_is_driven_told_or_a_map_is_looked_at_once(pendulum: DiscoveryProblem, windows: Windows) -> None:
    """Their pools stay those of the smoothed curve."""
    assert looks_twice(pendulum, windows)
    assert not looks_twice(pendulum, replace(windows, discrete=True))
    assert not looks_twice(pendulum, replace(windows, drives=np.ones((len(TIMES), 1))))
    assert not looks_twice(replace(pendulum, frame=Frame((), (), ())), windows)
