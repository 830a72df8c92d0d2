"""Simulation of known laws: accuracy against closed forms, jumps, and laws that cannot be integrated."""

import numpy as np
import pytest

from discovery.datasets.simulate import simulate, simulate_many
from discovery.datasets.system import System
from discovery.errors import SimulationError, UsageError


def system(equations, *, initial_states=None, time_span=(0.0, 10.0), **others):
    """A system with those equations and no constants."""
    return System(
        name="made",
        title="Made for a test",
        source="here",
        tags=others.pop("tags", ()),
        time_span=time_span,
        samples=51,
        initial_states=initial_states or ((1.0,) * len(equations),) * 2,
        states={name: {} for name in equations},
        equations=equations,
        **others,
    )


def test_a_linear_law_has_its_closed_form():
    """A harmonic oscillator from rest follows a cosine to 1e-9."""
    run = simulate(system({"x": "v", "v": "-4*x"}), [1.0, 0.0])
    np.testing.assert_allclose(run.states[:, 0], np.cos(2 * run.times), atol=1e-9)
    assert ("x", "v") == run.names


@pytest.mark.parametrize("tags", [(), ("stiff",)])
def test_the_tag_stiff_changes_the_solver_and_not_the_answer(tags):
    """A logistic law has its closed form with either solver."""
    run = simulate(system({"x": "x*(1 - x)"}, tags=tags), [0.1])
    np.testing.assert_allclose(run.states[:, 0], 1 / (1 + 9 * np.exp(-run.times)), rtol=1e-8)


def test_forcing_sees_the_time_of_the_span():
    """A law that depends on t starts at the first time of the span, not at zero."""
    run = simulate(system({"x": "cos(t)"}, time_span=(2.0, 5.0)), [np.sin(2.0)])
    np.testing.assert_allclose(run.states[:, 0], np.sin(run.times), atol=1e-9)


def test_other_times_may_be_asked_for():
    """The initial state holds at the first of the given times."""
    run = simulate(system({"x": "-x"}), [1.0], times=np.array([5.0, 6.0, 8.0]))
    np.testing.assert_allclose(run.states[:, 0], np.exp([0.0, -1.0, -3.0]), rtol=1e-9)


def test_a_single_time_gives_the_initial_state():
    """Nothing is integrated where there is nowhere to go."""
    assert [[3.0]] == simulate(system({"x": "-x"}), [3.0], times=np.array([0.0])).states.tolist()


@pytest.mark.parametrize(
    ("function", "derivative"),
    [("cot(x)", lambda x: 1 / np.tan(x)), ("abs(x)", np.abs), ("sign(x)", np.sign), ("sqrt(x)", np.sqrt)],
)
def test_functions_that_the_math_module_lacks_are_there(function, derivative):
    """The slope of a short run is the function's value."""
    run = simulate(system({"x": function}), [0.7], times=np.array([0.0, 1e-6]))
    assert pytest.approx(derivative(0.7), rel=1e-5) == (run.states[1, 0] - run.states[0, 0]) / 1e-6


def test_coulomb_friction_takes_the_same_from_each_swing():
    """Turning points of a block on a spring shrink by 2 F/k a half swing (Den Hartog, Mechanical Vibrations)."""
    block = system({"x": "v", "v": "-4*x - 1.5*sign(v)"}, events=("v",))
    turns = np.arange(6) * np.pi / 2
    run = simulate(block, [6.0, 0.0], times=turns)
    np.testing.assert_allclose(run.states[:, 0], [(-1) ** k * (6.0 - 0.75 * k) for k in range(6)], atol=1e-8)


def test_a_kink_is_met_as_a_jump_is():
    """The law x' = 1 - |x|/2 with an event at zero joins its two closed forms."""
    run = simulate(system({"x": "1 - abs(x)/2"}, events=("x",)), [-1.0])
    crossing = 2 * np.log(2.0)
    before, after = run.times[run.times < crossing], run.times[run.times >= crossing]
    exact = np.concatenate((np.exp(before / 2) - 2, 2 - 2 * np.exp(-(after - crossing) / 2)))
    np.testing.assert_allclose(run.states[:, 0], exact, atol=1e-9)


def test_a_jump_in_time_is_met():
    """An event may depend on t: a push that turns round at t = 3."""
    run = simulate(system({"x": "sign(3 - t)"}, events=("3 - t",)), [0.0])
    np.testing.assert_allclose(run.states[:, 0], np.minimum(run.times, 6 - run.times), atol=1e-9)


def test_no_jump_is_skipped_by_a_long_step():
    """Between jumps this law is constant, so that a solver left alone would take steps over two of them."""
    made = system({"x": "sign(sin(3*t))"}, events=("sin(3*t)",))
    run = simulate(made, [0.0], times=np.array([0.0, 2 * np.pi / 3, np.pi]))
    np.testing.assert_allclose(run.states[:, 0], [0.0, 0.0, np.pi / 3], atol=1e-9)


def test_a_block_that_sticks_is_reported():
    """At rest under friction the law says nothing definite, and the message says when that was."""
    block = system({"x": "v", "v": "-4*x - 1.5*sign(v)"}, events=("v",))
    with pytest.raises(SimulationError, match=r"made comes to rest on the surface of a jump at t = 1\.5708"):
        simulate(block, [1.0, 0.0])


def test_jumps_without_end_are_reported(monkeypatch):
    """A law that jumps ever again does not run for ever."""
    monkeypatch.setattr("discovery.datasets.simulate.MAX_JUMPS", 20)
    with pytest.raises(SimulationError, match=r"made jumps more than 20 times before t = 6\.2"):
        simulate(system({"x": "sign(sin(10*t))"}, events=("sin(10*t)",)), [0.0])


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("x**2", r"made cannot be integrated (beyond|from) t = 0"),
        ("exp(x**2)", r"made cannot be integrated (beyond|from) t = 0"),
        ("log(-x)", r"made cannot be integrated from t = 0: .*\. Check its equations"),
        ("-(x - 2)**0.5", r"made cannot be integrated from t = 0"),
        ("1/(x - 1)", r"made cannot be integrated from t = 0: .*division by zero"),
    ],
)
def test_a_law_that_cannot_be_integrated_is_reported(equation, message):
    """Blow-up, logarithms and powers of negative numbers and division by zero are one kind of error."""
    with pytest.raises(SimulationError, match=message):
        simulate(system({"x": equation}), [1.0])


def test_a_start_of_the_wrong_size_is_refused():
    """The message has the states and the shape that came."""
    with pytest.raises(UsageError, match=r"made has 2 states \('x', 'v'\) but the initial state has shape \(3,\)"):
        simulate(system({"x": "v", "v": "-x"}), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [2.0, 1.0]])
def test_times_that_do_not_increase_are_refused(times):
    """No solver can go through them."""
    with pytest.raises(UsageError, match=r"times of a simulation must be a list that increases"):
        simulate(system({"x": "-x"}), [1.0], times=np.array(times))


def test_several_starts_give_labelled_runs():
    """Each begins where it is told to, at the times of the system."""
    made = system({"x": "-x"})
    runs = simulate_many(made, [[5.0], [6.0], [7.0]])
    assert ["0", "1", "2"] == [run.label for run in runs]
    assert [5.0, 6.0, 7.0] == [run.states[0, 0] for run in runs]
