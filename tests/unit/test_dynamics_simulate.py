"""Laws integrated from an initial state, with and without sensitivities."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.dynamics.evaluate import values
from discovery.dynamics.runge_kutta import propagate
from discovery.dynamics.simulate import simulate, simulate_or_fail
from discovery.dynamics.tape import tape_of
from discovery.errors import DataError, EdgeReached, SimulationError
from discovery.types import Law

LORENZ = {"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}
VAN_DER_POL = {"x": "y", "y": "c0*(1 - x**2)*y - x"}
DRIVEN = {"x": "-x/2 + sin(2*t)*exp(-t/10)"}

CASES: dict[str, tuple[dict[str, str], tuple[float, ...], list[float], float, Callable[..., list[float]]]] = {
    "lorenz": (
        LORENZ,
        (10.0, 28.0, 8 / 3),
        [1.0, 2.0, 20.0],
        5.0,
        lambda t, s: [10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]],
    ),
    "van der pol": (VAN_DER_POL, (3.0,), [2.0, 0.0], 20.0, lambda t, s: [s[1], 3 * (1 - s[0] ** 2) * s[1] - s[0]]),
    "driven": (DRIVEN, (), [0.0], 30.0, lambda t, s: [-s[0] / 2 + np.sin(2 * t) * np.exp(-t / 10)]),
}


def with_sensitivities(law: Law, start: np.ndarray, times: np.ndarray, rtol: float = 1e-11) -> np.ndarray:
    """States and their derivatives by start and constants: (time, state, 1 + states + constants)."""
    tape = tape_of(law)
    columns = 1 + len(start) + len(law.constants)
    out = np.empty((len(times), len(start), columns))
    bound = np.full(len(start), 1e12)
    done = propagate(
        tape.code, tape.outputs, tape.registers, np.array(law.constants), start, times, columns, rtol,
        np.full(len(start), 1e-3 * rtol), bound, 100_000, out,
    )  # fmt: skip
    assert len(times) == done
    return out


@pytest.mark.parametrize("name", CASES)
def test_simulation_agrees_with_scipy(name: str, law_of: Callable[..., Law]) -> None:
    """The Dormand-Prince steps and their dense output follow DOP853 at tight tolerance, at irregular times."""
    equations, constants, start, end, slope = CASES[name]
    times = np.sort(np.r_[0.0, np.random.default_rng(0).uniform(0.0, end, 200), end])
    expected = solve_ivp(slope, (0.0, end), start, method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12).y.T
    found = simulate(law_of(equations, *constants), np.array(start), times, rtol=1e-10)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("scale", [1e-6, 1e-13])
@pytest.mark.parametrize("begin", [(1.0, 0.0), (0.0, 10.0)])
def test_each_state_is_measured_by_itself(scale: float, begin: tuple[float, float], law_of: Callable[..., Law]) -> None:
    """An oscillation is followed beside a decay that is fifteen orders of magnitude larger, also from zero."""
    law, times = law_of({"a": "-a/10", "y": "v", "v": "-100*y"}), np.linspace(0.0, 10.0, 200)
    start = np.array([1e9, *(scale * np.array(begin))])
    expected = solve_ivp(
        lambda t, s: [-s[0] / 10, s[2], -100 * s[1]], (0.0, 10.0), start, method="DOP853", t_eval=times,
        rtol=1e-12, atol=1e-14 * np.array([1e9, scale, 10 * scale]),
    ).y.T  # fmt: skip
    found = simulate(law, start, times)
    size = np.abs(expected).max(axis=0)
    np.testing.assert_allclose(found / size, expected / size, rtol=0.0, atol=1e-5)


def test_a_seed_grows_in_time(law_of: Callable[..., Law]) -> None:
    """One in 1e12 that doubles is not lost in the errors of the others."""
    law, times = law_of({"s": "-s*i/1e12", "i": "s*i/1e12"}), np.linspace(0.0, 40.0, 81)
    found = simulate(law, np.array([1e12, 1e-3]), times)[:, 1]
    grown = 1e-3 * np.exp(times)
    np.testing.assert_allclose(found, grown / (1.0 + 1e-12 * (grown - 1e-3)), rtol=1e-5)


def test_rounding_of_large_states_ends_no_simulation(law_of: Callable[..., Law]) -> None:
    """A state that is zero but for the rounding of others has no size, and the others are followed."""
    law, times = law_of({"x": "y", "y": "-x", "z": "x**2 + y**2 - 1"}), np.linspace(0.0, 20.0, 101)
    found = simulate(law, np.array([1.0, 0.0, 0.0]), times)
    np.testing.assert_allclose(found[:, 0], np.cos(times), atol=1e-6)
    np.testing.assert_allclose(found[:, 2], 0.0, atol=1e-6)


def test_time_starts_where_the_times_do(law_of: Callable[..., Law]) -> None:
    """A law that contains t is integrated from the first time, whatever it is."""
    times = np.linspace(3.0, 4.0, 11)
    found = simulate(law_of({"x": "2*t"}), np.array([9.0]), times)
    np.testing.assert_allclose(found[:, 0], times**2, rtol=1e-7)


def test_halving_the_tolerance_lowers_the_error(law_of: Callable[..., Law]) -> None:
    """The error follows the tolerance over many orders."""
    law, times = law_of({"x": "y", "y": "-x"}), np.linspace(0.0, 20.0, 50)
    errors = [
        np.abs(simulate(law, np.array([1.0, 0.0]), times, rtol=rtol)[:, 0] - np.cos(times)).max()
        for rtol in (1e-4, 1e-6, 1e-8, 1e-10)
    ]
    assert all(100 * better < worse * 10 for worse, better in pairwise(errors))
    assert errors[-1] < 1e-8


@pytest.mark.parametrize("name", CASES)
def test_sensitivities_agree_with_finite_differences(name: str, law_of: Callable[..., Law]) -> None:
    """Each column is the derivative of the states by one initial state or constant."""
    equations, constants, start, _, _ = CASES[name]
    law, times, begin = law_of(equations, *constants), np.linspace(0.0, 1.5, 7), np.array(start)
    found = with_sensitivities(law, begin, times)[:, :, 1:]
    whole = np.r_[begin, law.constants]
    for column, value in enumerate(whole):
        small = 1e-5 * max(1.0, abs(value))
        ends = []
        for sign in (1.0, -1.0):
            moved = whole.copy()
            moved[column] += sign * small
            changed = law.with_constants(tuple(moved[len(start) :]))
            ends.append(simulate(changed, moved[: len(start)], times, rtol=1e-12))
        expected = (ends[0] - ends[1]) / (2 * small)
        np.testing.assert_allclose(found[:, :, column], expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max() + 1e-7)


@pytest.mark.parametrize("text", ["1 - c0*sqrt(x)", "1 - c0*x**c1", "1 - c0*x**0.3", "1 - c0*x*x**(-0.5)"])
def test_sensitivities_leave_the_edge_of_a_root(text: str, law_of: Callable[..., Law]) -> None:
    """From an empty tank, at which the slope of the outflow is infinite; that by the start is f(x)/f(x(0))."""
    constants = (0.8, 0.4)[: 2 if "c1" in text else 1]
    law, times, start = law_of({"x": text}, *constants), np.linspace(0.0, 3.0, 7), np.zeros(1)
    found = with_sensitivities(law, start, times)[:, 0, 1:]
    for column in range(len(constants)):
        ends = []
        for change in (1e-5, -1e-5):
            moved = np.array(constants)
            moved[column] += change
            ends.append(simulate(law.with_constants(tuple(moved)), start, times, rtol=1e-12)[:, 0])
        np.testing.assert_allclose(found[:, 1 + column], (ends[0] - ends[1]) / 2e-5, rtol=1e-4, atol=1e-6)
    states = simulate(law, start, times)
    np.testing.assert_allclose(found[:, 0], values(law.skeletons, law.states, states, constants)[:, 0], rtol=5e-3)


def test_sensitivities_do_not_change_the_states(law_of: Callable[..., Law]) -> None:
    """The steps are chosen by the states alone."""
    law, times = law_of(VAN_DER_POL, 3.0), np.linspace(0.0, 10.0, 30)
    tape, start = tape_of(law), np.array([2.0, 0.0])
    out = np.empty((30, 2, 1))
    propagate(
        tape.code, tape.outputs, tape.registers, np.array([3.0]), start, times, 1, 1e-11, np.full(2, 1e-14),
        np.full(2, 1e12), 100_000, out,
    )  # fmt: skip
    np.testing.assert_array_equal(with_sensitivities(law, start, times)[:, :, 0], out[:, :, 0])


def test_rows_after_a_divergence_are_nan(law_of: Callable[..., Law]) -> None:
    """X' = x² from 1 is 1/(1 - t): rows before t = 1 are right, those after are NaN, and nothing warns."""
    times = np.linspace(0.0, 2.0, 41)
    found = simulate(law_of({"x": "x**2"}), np.array([1.0]), times)[:, 0]
    before = times < 0.99
    np.testing.assert_allclose(found[before], 1 / (1 - times[before]), rtol=1e-5)
    assert np.all(np.isnan(found[times > 1.0]))


def test_states_beyond_the_bound_are_not_followed(law_of: Callable[..., Law], monkeypatch: pytest.MonkeyPatch) -> None:
    """Growth stops at the bound, long before the numbers overflow."""
    monkeypatch.setattr("discovery.dynamics.simulate.BOUND", 100.0)
    times = np.linspace(0.0, 10.0, 101)
    found = simulate(law_of({"x": "x"}), np.array([1.0]), times)[:, 0]
    last = int(np.flatnonzero(np.isfinite(found))[-1])
    assert found[last] <= 100.0
    assert times[last] > np.log(100.0) - 1.0
    assert np.all(np.isnan(found[last + 1 :]))


def test_too_many_steps_end_the_simulation(law_of: Callable[..., Law]) -> None:
    """A wild law stops after the steps that it is allowed."""
    times = np.linspace(0.0, 10.0, 101)
    law = law_of({"x": "100000*cos(100000*t)"})
    found = simulate(law, np.array([0.0]), times, max_steps=300)[:, 0]
    assert np.isfinite(found[0])
    assert np.isnan(found[-1])


@pytest.mark.parametrize("text", ["log(x)", "1/x", "sqrt(x - 2)", "exp(exp(exp(x + 9)))"])
def test_a_law_that_is_undefined_at_its_start_goes_nowhere(text: str, law_of: Callable[..., Law]) -> None:
    """Only the first row is there, and nothing warns."""
    found = simulate(law_of({"x": text}), np.array([0.0]), np.linspace(0.0, 1.0, 5))[:, 0]
    assert 0.0 == found[0]
    assert np.all(np.isnan(found[1:]))


def test_one_time_gives_the_start(law_of: Callable[..., Law]) -> None:
    """There is nothing to integrate."""
    assert [[2.0]] == simulate(law_of({"x": "x"}), np.array([2.0]), np.array([5.0])).tolist()


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0.0, 0.0], "Time 0 in row 1 does not come after the one before"),
        ([0.0, 1.0, 1.0, 2.0], "Time 1 in row 2 does not come after"),
        ([2.0, 1.0], "Time 1 in row 1 does not come after .* give finite times that increase"),
        ([0.0, np.nan, 1.0], "Time nan in row 1 .* is not finite"),
        ([0.0, 1.0, np.inf], "Time inf in row 2 .* is not finite"),
        ([np.inf], "Time inf in row 0 .* is not finite"),
        ([], "No times are given"),
    ],
)
def test_times_have_to_increase(times: list[float], message: str, law_of: Callable[..., Law]) -> None:
    """The message has the first that does not."""
    with pytest.raises(DataError, match=message):
        simulate(law_of({"x": "-x"}), np.array([1.0]), np.array(times))


def test_failure_says_how_far_it_came(law_of: Callable[..., Law]) -> None:
    """The message has the time that was reached, between the times that were asked for, and what to do."""
    law = law_of({"x": "x**2"})
    for end in (2.4, 1e9):
        message = r"could not be integrated beyond t = (1|0\.999\d*): a state diverges.*nearer end"
        with pytest.raises(SimulationError, match=message):
            simulate_or_fail(law, np.array([1.0]), np.linspace(0.0, end, 5))


@pytest.mark.parametrize(
    ("equations", "start", "time", "words"),
    [
        ({"h": "-0.2*sqrt(h)"}, [25.0], 50.0, r"h reaches 0 soon after t = 49\.999, and sqrt\(h\) has no value below"),
        ({"h": "-0.2*h**0.5"}, [25.0], 50.0, r"h reaches 0 .* h\*\*0\.5 has no value below.*\(h \+ abs\(h\)\)/2"),
        ({"h": "-0.3*h**0.7"}, [8.0], 8.0**0.3 / 0.09, r"h\*\*0\.7 has no value below"),
        ({"h": "-1 - sqrt(h)"}, [1.0], 2.0 - 2.0 * np.log(2.0), r"h reaches 0 .* sqrt\(h\) has no value below"),
        ({"x": "sqrt(2 - x) + 1"}, [0.0], None, r"2 - x reaches 0 .* sqrt\(2 - x\) has no value below"),
        ({"h": "-1/h"}, [1.0], 0.5, r"h reaches 0 soon after t = 0\.49999, and 1/h has no value there: .* no later\.$"),
        ({"x": "y", "y": "log(x) - 1"}, [1.0, -1.0], None, r"x reaches 0 .* log\(x\) has no value there"),
    ],
)
def test_a_law_that_ends_says_what_reaches_zero(
    equations: dict[str, str], start: list[float], time: float | None, words: str, law_of: Callable[..., Law]
) -> None:
    """A bottle that runs empty does not diverge; the time is that of a stopwatch, wherever the end was asked for."""
    for end in (60.0, 1e4):
        with pytest.raises(EdgeReached, match=words) as ended:
            simulate_or_fail(law_of(equations), np.array(start), np.linspace(0.0, end, 7))
        assert time is None or time == pytest.approx(ended.value.time, rel=1e-4)
        assert time is None or time > ended.value.time
        for rows in (2, 7, 50, 200):
            times = np.linspace(0.0, ended.value.time, rows)
            assert np.isfinite(simulate(law_of(equations), np.array(start), times)).all()


def test_a_state_that_diverges_is_no_edge(law_of: Callable[..., Law]) -> None:
    """Though what a root is taken of goes to zero as well: y is 1 - t where x is 1/(1 - t)."""
    law = law_of({"x": "x**2", "y": "-x*y + 0.001*y*sqrt(y)"})
    with pytest.raises(SimulationError, match="a state diverges") as failed:
        simulate_or_fail(law, np.array([1.0, 1.0]), np.linspace(0.0, 3.0, 5))
    assert not isinstance(failed.value, EdgeReached)


@pytest.mark.parametrize("count", [2, 300])
def test_steps_that_are_spent_are_no_divergence(count: int, law_of: Callable[..., Law]) -> None:
    """An oscillation can be followed for ever, but not at once; where it does diverge, steps are not the reason."""
    law, far = law_of({"x": "y", "y": "-x"}), np.linspace(0.0, 1e5, count)
    with pytest.raises(SimulationError, match=r"followed to t = 1\.\d+e\+04, where the 200,000 steps .* no state had"):
        simulate_or_fail(law, np.array([1.0, 0.0]), far)
    law = law_of({"x": "y", "y": "-x", "z": "z**2"})
    with pytest.raises(SimulationError, match=r"beyond t = (9999|1e\+04): a state diverges"):
        simulate_or_fail(law, np.array([1.0, 0.0, 1e-4]), far)


@pytest.mark.parametrize(
    ("text", "end", "message"),
    [("2*x", 100.0, "beyond t = 41: a state diverges"), ("3.6*x*(1 - x)", 2e6, "the 1,000,000 applications")],
)
def test_a_map_says_how_far_it_came(text: str, end: float, message: str, law_of: Callable[..., Law]) -> None:
    """In applications, whether it diverges or there are too many."""
    with pytest.raises(SimulationError, match=message):
        simulate_or_fail(replace(law_of({"x": text}), discrete=True), np.array([0.4]), np.array([0.0, end]))


def test_success_returns_the_simulation(law_of: Callable[..., Law]) -> None:
    """Where every time is reached the two functions agree."""
    law, times = law_of({"x": "-x"}), np.linspace(0.0, 2.0, 5)
    expected = simulate(law, np.array([1.0]), times)
    np.testing.assert_array_equal(simulate_or_fail(law, np.array([1.0]), times), expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-0.123456*log(y) + x", r"in x' the term -0\.1235\*log\(y\) has no finite value at y = 0\. Choose another"),
        ("x + x/(t*y)", r"in x' the term x/\(t\*y\) has no finite value at x = 1, y = 0, t = 2\. Choose another"),
    ],
)
def test_a_start_where_the_law_is_not_defined_is_told(text: str, said: str, law_of: Callable[..., Law]) -> None:
    """With the term and the values that it has no value at."""
    with pytest.raises(SimulationError, match=r"^The law is not defined where it is to begin: " + said):
        simulate_or_fail(law_of({"x": text, "y": "-y"}), np.array([1.0, 0.0]), np.linspace(2.0, 3.0, 5))


def test_a_term_that_its_constants_make_undefined_is_told(law_of: Callable[..., Law]) -> None:
    """A logarithm of what is negative is no real number, whatever the state."""
    with pytest.raises(SimulationError, match=r"has no finite value\. Choose another initial state"):
        simulate_or_fail(law_of({"x": "c0*log(c1)"}, 1.0, -2.0), np.array([0.0]), np.array([0.0, 1.0, 2.0]))


def test_a_map_that_is_not_defined_at_its_start_is_told(law_of: Callable[..., Law]) -> None:
    """It has next states, and no rates."""
    law = replace(law_of({"x": "c0 - 1/x"}, 2.0), discrete=True)
    with pytest.raises(SimulationError, match=r"in the next x the term -1/x has no finite value at x = 0\. Choose"):
        simulate_or_fail(law, np.array([0.0]), np.arange(4.0))
