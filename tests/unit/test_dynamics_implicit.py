"""Stiff laws: implicit steps, their sensitivities, and the switch to them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from discovery.dynamics.follow import follow
from discovery.dynamics.implicit import propagate_stiff
from discovery.dynamics.lu import factorise, solve
from discovery.dynamics.runge_kutta import propagate
from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.tape import tape_of
from discovery.types import DiscoveryProblem, Law


def robertson(t: float, s: np.ndarray, *c: float) -> list[float]:
    """Robertson (1966), in Hairer & Wanner II, IV.1 (1.4)."""
    flow, back, burn = c[0] * s[0], c[1] * s[1] * s[2], c[2] * s[1] ** 2
    return [-flow + back, flow - back - burn, burn]


def van_der_pol(t: float, s: np.ndarray, mu: float) -> list[float]:
    """With mu = 1000, Hairer & Wanner II, IV.10."""
    return [s[1], mu * (1 - s[0] ** 2) * s[1] - s[0]]


def oregonator(t: float, s: np.ndarray, *c: float) -> list[float]:
    """Field & Noyes (1974), in Hairer & Wanner II, IV.10 (10.4)."""
    first = c[0] * (s[1] + s[0] * (1 - c[1] * s[0] - s[1]))
    return [first, (s[2] - (1 + s[0]) * s[1]) / c[0], c[2] * (s[0] - s[2])]


VAN_DER_POL = {"x": "y", "y": "c0*(1 - x**2)*y - x"}
ROBERTSON = {"x": "-c0*x + c1*y*z", "y": "c0*x - c1*y*z - c2*y**2", "z": "c2*y**2"}
OREGONATOR = {"x": "c0*(y + x*(1 - c1*x - y))", "y": "(z - (1 + x)*y)/c0", "z": "c2*(x - z)"}
LORENZ = {"x": "c0*(y - x)", "y": "x*(c1 - z) - y", "z": "x*y - c2*z"}
# Equations, constants, start, times, slopes.
STIFF = {
    "robertson": (ROBERTSON, (0.04, 1e4, 3e7), [1.0, 0.0, 0.0], np.r_[0.0, np.logspace(-5, 5, 60)], robertson),
    "van der pol": (VAN_DER_POL, (1000.0,), [2.0, 0.0], np.linspace(0.0, 2000.0, 300), van_der_pol),
    "oregonator": (OREGONATOR, (77.27, 8.375e-6, 0.161), [1.0, 2.0, 3.0], np.linspace(0.0, 360.0, 300), oregonator),
}


def by_scipy(
    slope: Callable[..., list[float]],
    start: np.ndarray,
    constants: Sequence[float],
    times: np.ndarray,
    method: str = "Radau",
) -> np.ndarray:
    """SciPy's solution at tight tolerances."""
    ends = (times[0], times[-1])
    return solve_ivp(slope, ends, start, method=method, t_eval=times, rtol=1e-10, atol=1e-13, args=tuple(constants)).y.T


def followed(law: Law, start: np.ndarray, times: np.ndarray, size: np.ndarray, rtol: float) -> tuple[np.ndarray, bool]:
    """States and sensitivities as the fit sees them, and whether implicit steps were taken."""
    tape = tape_of(law)
    columns = 1 + len(start) + len(law.constants)
    out = np.full((len(times), len(start), columns), np.nan)
    done, stiff = follow(
        tape, tape.registers, np.array(law.constants), start, times, rtol=rtol, atol=1e-2 * rtol * size,
        bound=1e6 * size, max_steps=100_000, out=out,
    )  # fmt: skip
    assert len(times) == done
    return out, stiff


@pytest.mark.parametrize("size", [1, 2, 5])
def test_linear_systems_are_solved_as_by_lapack(size: int) -> None:
    """With pivots that are zero, and several right sides."""
    rng = np.random.default_rng(size)
    matrix, right = rng.normal(size=(size, size)), rng.normal(size=(size, 3))
    if size > 1:
        matrix[0, 0] = 0.0
    expected = np.linalg.solve(matrix, right)
    pivots = np.empty(size, dtype=np.int64)
    assert factorise(matrix, pivots)
    solve(matrix, pivots, right)
    np.testing.assert_allclose(right, expected, rtol=1e-10)


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.full((2, 2), np.nan), np.ones((2, 2))])
def test_a_singular_matrix_is_not_solved(matrix: np.ndarray) -> None:
    """Nor one that is not finite."""
    assert not factorise(matrix.copy(), np.empty(2, dtype=np.int64))


@pytest.mark.parametrize("method", ["Radau", "LSODA"])
@pytest.mark.parametrize("name", STIFF)
def test_stiff_laws_agree_with_scipy(name: str, method: str, law_of: Callable[..., Law]) -> None:
    """Both of SciPy's implicit solvers, at tight tolerances; a jump of van der Pol's is hit within a few 1e-5."""
    equations, constants, start, times, slope = STIFF[name]
    expected = by_scipy(slope, np.array(start), constants, times, method)
    found = simulate(law_of(equations, *constants), np.array(start), times)
    size = np.abs(expected).max(axis=0)
    np.testing.assert_allclose(found / size, expected / size, rtol=0.0, atol=1e-4)


@pytest.mark.parametrize("end", [4e7, 4e10])
def test_steps_may_be_small_beside_the_whole_time(end: float, law_of: Callable[..., Law]) -> None:
    """Robertson's reaction is followed to its end, which begins within a thousandth of a second."""
    equations, constants, start, _, slope = STIFF["robertson"]
    times = np.array([0.0, 1e-3 * end, end])
    expected = solve_ivp(
        slope, (0.0, end), start, method="BDF", t_eval=times, rtol=1e-8, atol=1e-25, args=constants
    ).y.T  # fmt: skip
    found = simulate(law_of(equations, *constants), np.array(start), times)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("scale", [1.0, 1e-20])
@pytest.mark.parametrize("start", [0.0, 1e-9])
def test_a_stiff_law_leaves_rest(start: float, scale: float, law_of: Callable[..., Law]) -> None:
    """From exactly zero as from a little, in any unit, although there is no size to measure errors by."""
    begin, times = np.array([scale * start]), np.array([0.0, 1.0, 1e6])
    found = simulate(law_of({"x": "c0 - x"}, scale), begin, times)[:, 0] / scale
    np.testing.assert_allclose(found, 1.0 - (1.0 - start) * np.exp(-times), rtol=1e-5)
    forced = simulate(law_of({"x": "-1e7*(x - c0*cos(t))"}, scale), begin, np.array([0.0, 1.0]))[:, 0] / scale
    np.testing.assert_allclose(forced[1], np.cos(1.0), rtol=1e-6)


@pytest.mark.parametrize("name", STIFF)
def test_sensitivities_of_stiff_laws_agree_with_finite_differences(name: str, law_of: Callable[..., Law]) -> None:
    """Of SciPy's solutions, by each initial state and constant."""
    equations, constants, start, times, slope = STIFF[name]
    times = times[times <= 0.25 * times[-1]][::5]  # before a jump, where differences say nothing
    begin = np.array(start)
    law = law_of(equations, *constants)
    size = np.abs(simulate(law, begin, times)).max(axis=0)
    found, stiff = followed(law, begin, times, size, 1e-8)
    assert stiff
    whole = np.r_[begin, law.constants]
    for column, value in enumerate(whole):
        small = 1e-3 * (abs(value) or 1e-2 * size[column])
        ends = []
        for sign in (1.0, -1.0):
            moved = whole.copy()
            moved[column] += sign * small
            ends.append(by_scipy(slope, moved[: len(start)], moved[len(start) :], times, "LSODA"))
        expected = (ends[0] - ends[1]) / (2 * small)
        largest = np.abs(expected).max(axis=0)
        close = np.abs(found[:, :, 1 + column] - expected) <= 2e-3 * largest + 1e-9 * size / small
        assert np.all(close), (column, np.abs(found[:, :, 1 + column] - expected).max(axis=0) / largest)


@pytest.mark.parametrize("name", STIFF)
def test_explicit_steps_are_given_up_early_for_stiff_laws(name: str, law_of: Callable[..., Law]) -> None:
    """After few steps, where millions would follow."""
    equations, constants, start, times, _ = STIFF[name]
    law = law_of(equations, *constants)
    tape, out = tape_of(law), np.empty((len(times), len(start), 1))
    few = 2000
    done = propagate(
        tape.code, tape.outputs, tape.registers, np.array(constants), np.array(start), times, 1, 1e-6,
        np.full(len(start), 1e-9), np.full(len(start), 1e9), few, out,
    )  # fmt: skip
    assert done < 0


@pytest.mark.parametrize(
    ("equations", "constants", "start", "end"),
    [
        (LORENZ, (10.0, 28.0, 8 / 3), [1.0, 1.0, 20.0], 50.0),
        (VAN_DER_POL, (3.0,), [2.0, 0.0], 100.0),
        ({"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"}, (1.1, 0.4, 0.1, 0.4), [10.0, 5.0], 100.0),
        ({"x": "c0 - c1*x"}, (1.0, 1.0), [0.0], 30.0),
    ],
)
def test_laws_that_are_not_stiff_keep_explicit_steps(
    equations: dict[str, str], constants: tuple[float, ...], start: list[float], end: float, law_of: Callable[..., Law]
) -> None:
    """To the digit, so that nothing gets slower."""
    law, begin, times = law_of(equations, *constants), np.array(start), np.linspace(0.0, end, 512)
    size = np.abs(simulate(law, begin, times)).max(axis=0)
    found, stiff = followed(law, begin, times, size, 1e-6)
    assert not stiff
    tape, expected = tape_of(law), np.empty_like(found)
    propagate(
        tape.code, tape.outputs, tape.registers, np.array(constants), begin, times, found.shape[2], 1e-6, 1e-8 * size,
        1e6 * size, 100_000, expected,
    )  # fmt: skip
    np.testing.assert_array_equal(found, expected)


def test_the_order_of_the_implicit_steps_is_four(law_of: Callable[..., Law]) -> None:
    """A hundred times tighter tolerance makes the error of a smooth solution thirty times smaller at least."""
    law, times = law_of({"x": "y", "y": "-x"}), np.linspace(0.0, 20.0, 50)
    tape, errors = tape_of(law), []
    for rtol in (1e-4, 1e-6, 1e-8):
        out = np.empty((50, 2, 3))
        done = propagate_stiff(
            tape.code, tape.outputs, tape.registers, np.empty(0), np.array([1.0, 0.0]), times, 3, rtol,
            np.full(2, rtol), np.full(2, 9.0), 100_000, out,
        )  # fmt: skip
        assert 50 == done
        exact = np.stack([np.cos(times), np.sin(times)], axis=1)  # the state, and its derivative by the second start
        errors.append(max(np.abs(out[:, 0, 0] - exact[:, 0]).max(), np.abs(out[:, 0, 2] - exact[:, 1]).max()))
    assert errors[0] > 30 * errors[1] > 900 * errors[2]


@pytest.mark.parametrize("text", ["log(x)", "1/x", "sqrt(x - 2)", "exp(exp(exp(x + 9)))", "x**2 + 1000"])
def test_implicit_steps_end_where_the_law_does(text: str, law_of: Callable[..., Law]) -> None:
    """At poles, where it is not defined, and at divergence; nothing warns."""
    tape, times, out = tape_of(law_of({"x": text})), np.linspace(0.0, 1.0, 5), np.empty((5, 1, 1))
    done = propagate_stiff(
        tape.code, tape.outputs, tape.registers, np.empty(0), np.zeros(1), times, 1, 1e-6, np.full(1, 1e-9),
        np.full(1, 1e6), 10_000, out,
    )  # fmt: skip
    assert 1 == done


def test_stiff_constants_are_fitted(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """Robertson's, from guesses that are a third off, on samples at logarithmic times."""
    from discovery.dynamics.windows import cut

    times = np.r_[0.0, np.logspace(-4, 4, 80)]
    law = law_of(ROBERTSON, 0.04, 1e4, 3e7)
    problem = problem_of(law, [[1.0, 0.0, 0.0]], times, noise=0.001)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    found = fit(law.with_constants((0.05, 0.7e4, 3.5e7)), windows, settings=Shooting(tolerance=1e-8))
    assert found is not None
    np.testing.assert_allclose(found.law.constants, law.constants, rtol=0.02)
