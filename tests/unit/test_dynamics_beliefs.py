"""What is believed of constants beside the data, where steps go far."""

import math
from dataclasses import replace

import numpy as np
import sympy as sp

from discovery.dynamics.beliefs import EXACT, Anchors, Beliefs, Edges
from discovery.dynamics.shooting import Shooting, beginnings, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows, cut
from discovery.laws import Frame, Law, RankedLaw, Start, Told, told_symbol
from discovery.samples import NoiseKind, NoiseModel, SmoothedTrajectory, Trajectory, symbol
from discovery.selection.ranked import ranked_law
from discovery.selection.refined import Refined


def test_a_step_beyond_all_numbers_costs_all() -> None:
    """No warning is printed, and of a constant of which nothing is believed the cost stays a number."""
    told = (Told("k", mean=1.0, deviation=0.1), Told("m"))
    skeleton = symbol("c0") * symbol("x") + symbol("c1")
    law = Law(("x",), (skeleton,), (1.0, 1.0), told=("k", "m"), frame=Frame(("x",), (skeleton,), constants=told))
    beliefs = Beliefs.of(law)
    assert beliefs is not None
    with np.errstate(all="raise"):
        assert math.inf == beliefs.cost(np.array([1e200, 1.0]))
        assert 4.0 == np.round(beliefs.cost(np.array([1.2, 1e200])), 9)


def decay(*starts: Start) -> Law:
    """A hidden source that fades, and what it feeds: the product of its start and c1 is what the fed state tells."""
    x, z = symbol("x"), symbol("z")
    skeletons = (symbol("c1") * z - x, -symbol("c0") * z)
    return Law(("x", "z"), skeletons, (0.6, 1.0), frame=Frame(("x", "z"), skeletons, starts=starts))


def fed(begin: float, length: int = 40) -> Windows:
    """Exact samples of what is fed, in windows of so many, from a time on."""
    times = begin + np.linspace(0.0, 4.0, 40)
    states = simulate(decay().with_constants((0.5, 2.0)), np.array([0.0, 3.0]), times)
    seen, near = states.copy(), 1.2 * states
    seen[:, 1] = np.nan
    curve = SmoothedTrajectory(times, near, near, near, near, ("x", "z"))
    noise = NoiseModel("additive", np.array([0.01, 0.3]), np.array([1e-3, 1e-3]))
    return cut([Trajectory(times, seen, ("x", "z"))], [curve], noise, length)


def test_a_start_that_was_told_fixes_the_constant_that_goes_with_it() -> None:
    """Free, only the product is known; exact or believed, it is what the window's start comes to."""
    fitted = fit(decay(Start("z", "z", 0.0, 3.0)), fed(0.0), settings=Shooting(iterations=60))
    assert fitted is not None
    np.testing.assert_allclose(fitted.law.constants, (0.5, 2.0), rtol=1e-3)
    np.testing.assert_allclose(fitted.starts[0, 1], 3.0, rtol=1e-3)
    believed = fit(decay(Start("z", "z", 0.0, 6.0, 0.1)), fed(0.0), settings=Shooting(iterations=60))
    assert believed is not None
    np.testing.assert_allclose(believed.law.constants, (0.5, 1.0), rtol=0.01)


def test_a_start_that_was_told_is_as_sure_as_it_was_told_however_large_its_state_becomes() -> None:
    """Infected cells begin at zero and become 1e8: a share of that is more than what the first virus makes."""
    windows = fed(0.0)
    windows = replace(windows, spread=np.array([1.0, 1e8]))
    exact = fit(decay(Start("z", "z", 0.0, 3.0)), windows, settings=Shooting(iterations=60))
    assert exact is not None
    assert 3.0 == exact.starts[0, 1]
    known = beginnings(exact, windows, Shooting())[0]
    assert not known.scatter[1].any()
    assert not known.follows[1].any()
    deviations = np.sqrt(np.diag(np.linalg.inv(exact.information)))
    np.testing.assert_allclose(exact.law.constants, (0.5, 2.0), atol=3.0 * float(deviations.max()))
    assert deviations.max() < 0.01
    believed = fit(decay(Start("z", "z", 0.0, 3.0, 1e-4)), windows, settings=Shooting(iterations=60))
    assert believed is not None
    scatter = beginnings(believed, windows, Shooting())[0].scatter[1, 1]
    np.testing.assert_allclose(scatter, 1e-8, rtol=0.01)


def test_a_start_at_the_edge_of_a_root_is_nearly_held() -> None:
    """At zero itself a root has no slope, and no law could be fitted from there."""
    law, windows = growing((1.0, 0.5)), sampled(np.linspace(0.0, 2.0, 40) ** 2)
    assert law.frame is not None
    law = replace(law, frame=replace(law.frame, starts=(Start("x", "x", 0.0, 0.0),)))
    anchors = Anchors.of(law, windows)
    assert anchors is not None
    assert not anchors.held.any()
    np.testing.assert_allclose(anchors.precisions, (EXACT * windows.spread[0]) ** -2.0)


def test_a_start_at_a_pole_is_nearly_held() -> None:
    """At constant power, from rest: c0/v has no value there, though it can be followed from beside it."""
    times, v = np.linspace(0.0, 2.0, 40), symbol("v")
    seen = np.sqrt(6.0 * times)[:, None]
    skeletons = (symbol("c0") / v,)
    law = Law(("v",), skeletons, (2.0,), frame=Frame(("v",), skeletons, starts=(Start("v", "v", 0.0, 0.0),)))
    curve = SmoothedTrajectory(times, seen + 0.1, seen + 1.0, 0.0 * seen + 0.1, 0.0 * seen + 1.0, ("v",))
    noise = NoiseModel("additive", np.array([0.01]), np.array([1e-3]))
    fitted = fit(law, cut([Trajectory(times, seen, ("v",))], [curve], noise, 40), settings=Shooting(iterations=60))
    assert fitted is not None
    np.testing.assert_allclose(fitted.law.constants, 3.0, rtol=1e-2)


def test_only_windows_that_begin_a_run_at_that_time_are_held() -> None:
    """Later ones of the run, and runs that begin at other times, are not."""
    law = decay(Start("z", "z", 0.0, 3.0))
    first = Anchors.of(law, fed(0.0, length=10))
    assert first is not None
    assert [[False, True], *[[False, False]] * 3] == first.held.tolist()
    assert not first.precisions.any()
    assert Anchors.of(law, fed(1.0)) is None
    assert Anchors.of(decay(), fed(0.0)) is None


def test_what_was_believed_is_neither_misfit_nor_lost_of_r_squared() -> None:
    """A start that is believed far from where the data have it costs, but the residuals are what they are."""
    windows = fed(0.0)
    ranked: list[RankedLaw] = []
    costs: list[float] = []
    for starts in ((Start("z", "z", 0.0, 6.0, 0.1),), ()):
        law = decay(*starts).with_constants((0.5, 2.0))
        found = fit(law, windows, starts=np.array([[0.0, 3.0]]), settings=Shooting(iterations=0))
        assert found is not None
        ranked.append(ranked_law(Refined(found, 0.0), windows))
        costs.append(found.cost)
    assert costs[0] > costs[1] + 500.0
    assert (ranked[0].misfit, ranked[0].r_squared) == (ranked[1].misfit, ranked[1].r_squared)


LONG = Shooting(iterations=60, tolerance=1e-9)


def growing(constants: tuple[float, float]) -> Law:
    """x' = k x**m, told, which has no value below zero."""
    x, templates = symbol("x"), (told_symbol("k") * symbol("x") ** told_symbol("m"),)
    frame = Frame(("x",), templates, constants=(Told("k"), Told("m")))
    return Law(("x",), (symbol("c0") * x ** symbol("c1"),), constants, told=("k", "m"), frame=frame)


def sampled(samples: np.ndarray, kind: NoiseKind = "additive", times: np.ndarray | None = None) -> Windows:
    """One window of samples of x with noise of 0.01, and a curve through them."""
    times = np.linspace(0.0, 4.0, len(samples)) if times is None else times
    states, small = samples[:, None], np.full((len(samples), 1), 0.01)
    noise = NoiseModel(kind, np.array([0.01]), np.array([1e-4]))
    curve = SmoothedTrajectory(times, states, np.gradient(states, times, axis=0), small, small, ("x",))
    return cut([Trajectory(times, states, ("x",))], [curve], noise, len(times))


def test_a_start_stays_where_a_told_law_has_a_value() -> None:
    """A step goes most of the way to the edge; what is beyond already, or of another law, goes as it is asked to."""
    edges = Edges.of(growing((1.0, 0.5)), sampled(np.linspace(-0.02, 4.0, 40)))
    assert edges is not None
    moved = edges.inside(np.array([[1.0], [1.0], [-0.5]]), np.array([[-3.0], [3.0], [-1.0]]))
    np.testing.assert_allclose([[0.1], [4.0], [-1.5]], moved)
    assert Edges.of(decay(), fed(0.0)) is None


def test_a_free_exponent_has_no_edge_where_samples_are_clearly_beyond() -> None:
    """A velocity that turns round has powers that are whole; a root has no value there all the same."""
    free, turning = growing((1.0, 2.0)), np.linspace(-2.0, 2.0, 40)
    assert Edges.of(free, sampled(turning)) is None
    assert Edges.of(free, sampled(turning + 2.0)) is not None
    resting = 0.01 * np.random.default_rng(0).standard_normal(20_000)
    assert Edges.of(free, sampled(resting)) is not None
    assert Edges.of(free, sampled(turning + 3.0, "lognormal")) is not None
    templates = (told_symbol("k") * sp.sqrt(symbol("x")),)
    root = replace(free, frame=Frame(("x",), templates, constants=(Told("k"),)))
    assert Edges.of(root, sampled(turning)) is not None


def test_a_start_on_the_wrong_side_can_cross_to_a_whole_power() -> None:
    """x' = k x**2 from -1: a first guess above zero was held there, where nothing follows the samples."""
    times = np.linspace(0.0, 1.0, 30)
    states = simulate(growing((1.0, 2.0)), np.array([-1.0]), times)
    windows = sampled(states[:, 0], times=times)
    found = fit(growing((1.2, 2.0)), windows, starts=np.array([[0.01]]), settings=LONG, fixed=[1])
    assert found is not None
    np.testing.assert_allclose([[-1.0]], found.starts, atol=0.01)
    np.testing.assert_allclose(1.0, found.law.constants[0], atol=0.02)


def test_a_fit_goes_on_where_the_best_start_is_at_the_edge() -> None:
    """Steps to a start below zero were refused, until the exponent had gone to -0.3 from 1.1 instead of to 0.6."""
    times = np.linspace(0.0, 4.0, 40)
    states = simulate(growing((1.0, 0.6)), np.array([1e-3]), times)
    states[:3] -= 0.005
    windows = sampled(states[:, 0], times=times)
    found = fit(growing((1.1, 1.1)), windows, starts=np.maximum(windows.starts, 0.01))
    assert found is not None
    np.testing.assert_allclose([1.0, 0.6], found.law.constants, atol=0.02)
