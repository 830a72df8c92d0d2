"""The beam over equations and the growing windows."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import Windows
from discovery.protocols import NEVER, Deadline, silent
from discovery.selection.beam import Beam, systems
from discovery.selection.growth import Growth, climb, grow, levels
from discovery.selection.pool import pool
from discovery.selection.refined import Refined
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

LOTKA_VOLTERRA = {"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"}
OTHERS = {
    "x": ["x", "x - y", "0.9*x - 0.02*x**2 - 0.3*y", "1.1*x - 0.4*x*y + 0.01*y**2", "x*y"],
    "y": ["x - y", "0.1*x*y - 0.03*y**2", "-0.4*y + 0.1*x", "0.1*x*y - 0.4*y - 0.01*x", "y"],
}


def candidates() -> list[EquationCandidate]:
    """The true equations among others, of which some have more terms."""
    return [
        EquationCandidate(state, parse(text), "hand")
        for state in ("x", "y")
        for text in (*OTHERS[state], LOTKA_VOLTERRA[state])
    ]


@pytest.fixture(scope="module")
def hunted(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Lotka-Volterra at 5 % noise."""
    return problem_of(law_of(LOTKA_VOLTERRA), [[10.0, 5.0]], np.linspace(0.0, 25.0, 200), noise=0.05)


@pytest.fixture(scope="module")
def chaotic(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Lorenz' system over many of its Lyapunov times, at 2 % noise."""
    law = law_of({"x": "10*(y - x)", "y": "x*(28 - z) - y", "z": "x*y - 8*z/3"})
    return problem_of(law, [[1.0, 2.0, 20.0]], np.linspace(0.0, 40.0, 1600), noise=0.02)


def short(problem: DiscoveryProblem) -> list[Windows]:
    """The shortest windows alone."""
    return levels(problem, Growth())[:1]


def found_by(
    problem: DiscoveryProblem, *, threads: int = 1, deadline: Deadline = NEVER, laws: tuple[Law, ...] = ()
) -> list[Refined]:
    """What the beam makes of the candidates."""
    pools = pool(candidates(), problem, per_size=9, most=40).entries
    return systems(pools, laws, short(problem), Beam(), threads=threads, deadline=deadline, progress=silent)


def test_the_true_combination_comes_first(hunted: DiscoveryProblem) -> None:
    """Out of 36 systems, though neither true equation is the best beside a wrong one."""
    best = found_by(hunted)[0].law
    assert {"x": {"x", "x*y"}, "y": {"y", "x*y"}} == {
        state: {str(term.as_coeff_Mul()[1]) for term in rhs.args} for state, rhs in best.equations.items()
    }


def test_systems_come_in_order_of_their_score(hunted: DiscoveryProblem) -> None:
    """Best first, every equation of the pool tried."""
    scores = [item.score for item in found_by(hunted)]
    assert scores == sorted(scores)
    assert len(scores) >= 10


def test_threads_do_not_change_the_result(hunted: DiscoveryProblem) -> None:
    """The same systems with the same constants."""
    one, other = found_by(hunted), found_by(hunted, threads=3)
    assert [item.law for item in one] == [item.law for item in other]


def test_ties_go_to_the_first_whichever_thread_is_done_first(
    hunted: DiscoveryProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All laws are equally good here, and those that begin first take longest."""
    one = found_by(hunted)[0]
    begun: list[Law] = []

    def slow(law: Law, *_: object) -> Refined:
        begun.append(law)
        time.sleep(0.02 * (len(begun) % 2))
        return replace(one, fit=replace(one.fit, law=law))

    monkeypatch.setattr("discovery.selection.beam.climb", slow)
    alone = [item.law.equations for item in found_by(hunted)]
    assert alone == [item.law.equations for item in found_by(hunted, threads=4)]


def test_whole_laws_compete(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """A law that the pool has not all equations of is among the systems."""
    law = law_of({"x": "c0*x + c1*x*y + c2*x*y**2", "y": "c3*x*y + c4*y"}, 1.1, -0.4, 0.0, 0.1, -0.4)
    assert law.skeletons in [item.law.skeletons for item in found_by(hunted, laws=(law,))]


def test_one_system_is_tried_although_time_is_up(hunted: DiscoveryProblem) -> None:
    """A result that was cut off has a law all the same; nothing else is begun after the deadline."""
    assert 1 == len(found_by(hunted, deadline=Deadline.after(0.0)))


def test_windows_grow_to_whole_trajectories(hunted: DiscoveryProblem) -> None:
    """Each level has fewer windows than the one before, the last one a trajectory each."""
    counts = [len(windows.starts) for windows in levels(hunted, Growth())]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == len(counts)
    assert 1 == counts[-1]


def test_a_law_that_is_not_chaotic_is_followed_to_the_end(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """The last windows are whole trajectories, the true law is first and at noise level."""
    laws = [
        law_of({"x": "c0*x + c1*x*y", "y": "c2*x*y + c3*y"}, 1.0, -0.3, 0.1, -0.4),
        law_of({"x": "c0*x + c1*y", "y": "c2*x + c3*y"}, 0.1, -0.3, 0.1, -0.4),
    ]
    refined, windows = grow(laws, levels(hunted, Growth()), Growth(), threads=1, deadline=NEVER)
    assert 200 == windows.length
    assert laws[0].skeletons == refined[0].law.skeletons
    assert 0.8 < refined[0].fit.misfit < 1.2


def test_windows_stop_growing_where_chaos_begins(chaotic: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Lorenz' law is right but cannot be followed to the end; where growth stops it still fits."""
    law = law_of({"x": "c0*(y - x)", "y": "c1*x - x*z - y", "z": "x*y - c2*z"}, 9.0, 27.0, 2.5)
    refined, windows = grow([law], levels(chaotic, Growth()), Growth(), threads=1, deadline=NEVER)
    assert 16 <= windows.length < 1600
    assert refined[0].fit.misfit < 1.3
    np.testing.assert_allclose(refined[0].law.constants, (10.0, 28.0, 8 / 3), rtol=0.01)


def test_growth_without_laws_has_none(hunted: DiscoveryProblem) -> None:
    """Nothing to fit, the shortest windows stay."""
    ladder = levels(hunted, Growth())
    refined, windows = grow([], ladder, Growth(), threads=1, deadline=NEVER)
    assert [] == refined
    assert windows is ladder[0]


def test_laws_that_cannot_be_simulated_drop_out(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """They do not hold up the others."""
    wild = law_of({"x": "c0*exp(x**2)", "y": "c1*y"}, 1.0, 1.0)
    good = law_of({"x": "c0*x + c1*x*y", "y": "c2*x*y + c3*y"}, 1.1, -0.4, 0.1, -0.4)
    refined, _ = grow([wild, good], levels(hunted, Growth()), Growth(), threads=1, deadline=NEVER)
    assert [good.skeletons] == [item.law.skeletons for item in refined]


def test_climbing_fits_on_each_length_in_turn(hunted: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """The last fit is on the last windows; a law that cannot be followed so far gives none."""
    ladder = levels(hunted, Growth())
    climbed = climb(
        law_of({"x": "c0*x + c1*x*y", "y": "c2*x*y + c3*y"}, 1.0, -0.3, 0.1, -0.4), ladder, Growth().shooting
    )
    assert climbed is not None
    assert (1, 2) == climbed.fit.starts.shape
    assert climb(law_of({"x": "c0*exp(x**2)", "y": "c1*y"}, 1.0, 1.0), ladder, Growth().shooting) is None
