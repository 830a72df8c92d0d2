"""What was told, where data are at odds with its first guesses."""

import warnings

import numpy as np
import pytest

import discovery.smoothing.universal
import pipelines.told
from discovery.errors import DataError
from discovery.knowledge.knowledge import Hidden, Names
from discovery.knowledge.understand import understand
from discovery.laws import Frame, Told, Unknown, told_symbol, unknown_symbol
from discovery.problems.conservation import check_conserved
from discovery.problems.flexible import Flexible, Start
from discovery.problems.grids import axis
from discovery.problems.latent import Latent
from discovery.problems.points import Points
from discovery.problems.regression import regressions
from discovery.problems.unknowns import framed
from discovery.protocols import NEVER, silent
from discovery.smoothing.kalman import Kalman
from discovery.smoothing.universal import Outcome
from discovery.types import DiscoveryProblem, NoiseModel, SmoothedTrajectory, Smoothing, Trajectory, symbol
from pipelines.config import RunConfig

TIMES = np.linspace(0.0, 10.0, 200)


@pytest.mark.parametrize("quantity", ["log(y) + x", "(log(y) + x)*sign(x - 0.02)"])
def test_a_sample_at_which_a_told_quantity_has_no_value_is_passed_over(quantity: str) -> None:
    """As the logarithm of a count of zero; a quantity may have a sign, whose slope is no number where it jumps."""
    x = 1.0 + 0.9 * np.sin(TIMES)
    states = np.column_stack([x, np.exp(-x)])
    states[5, 1] = 0.0
    told = understand([f"{quantity} = const"], Names({"x": "x", "y": "y"})).conserved
    noise = NoiseModel("additive", np.array([0.01, 0.01]), np.array([1e-4, 1e-4]))
    smoothing = Smoothing((), None, noise, 0.0, "")
    check_conserved(told, [Trajectory(TIMES, states, ("x", "y"))], smoothing)
    with pytest.raises(DataError, match="does not hold"):
        check_conserved(told, [Trajectory(TIMES, states * [3.0, 1.0], ("x", "y"))], smoothing)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_told_quantity_is_checked_where_states_that_it_does_not_hold_are_hidden(hidden: bool) -> None:
    """Rows count where what it holds was measured: a sum that falls was taken for constant beside a hidden state."""
    states = np.column_stack([np.exp(-TIMES), np.exp(-2.0 * TIMES)])
    names, nothing = ("x", "y", "h")[: 2 + hidden], np.full((len(TIMES), 1), np.nan)
    run = Trajectory(TIMES, np.hstack([states, nothing])[:, : 2 + hidden], names)
    noise = NoiseModel("proportional", np.full(len(names), 0.01), np.full(len(names), 1e-4))
    smoothing = Smoothing((), None, noise, 0.0, "")
    told = understand(["x + y = const"], Names({"x": "x", "y": "y"})).conserved
    with pytest.raises(DataError, match="does not hold"):
        check_conserved(told, [run], smoothing)
    borne_out = understand(["y/x**2 = const"], Names({"x": "x", "y": "y"})).conserved
    check_conserved(borne_out, [run], smoothing)


@pytest.mark.parametrize(("low", "high"), [(100.0, np.inf), (-np.inf, -200.0), (150.0, 160.0)])
def test_a_constant_that_is_bounded_beyond_all_guesses_begins_within_its_bounds(low: float, high: float) -> None:
    """Also if it is bounded on one side only."""
    states = np.linspace(1.0, 2.0, 50)[:, None]
    run = Trajectory(np.linspace(0.0, 20.0, 50), states, ("x",))
    x, h, k = symbol("x"), symbol("h"), told_symbol("K")
    frame = Frame(
        ("x", "h"), (unknown_symbol("f"), h * (1 - h / k)), (Unknown("f", ("x", "h"), (x, h)),),
        (Told("K", low=low, high=high),),
    )  # fmt: skip
    latent = Latent.of(frame, (Hidden("h", "h"),), (run,), Kalman(noise="additive").smooth((run,), seed=0))
    first = {values[0] for values in latent._grid(0)}
    assert first
    assert all(low < value < high for value in first)


@pytest.mark.parametrize("bounds", ["20 < K < 40", "K > 20", "K < -20", "-40 < K < -20"])
def test_a_constant_inside_of_a_function_is_tried_within_its_bounds(bounds: str) -> None:
    """Where no usual size of it is; a value outside had been tried, or the bound alone."""
    run = Trajectory(TIMES, np.linspace(0.5, 1.0, 200)[:, None], ("x",))
    known = understand(("x' = -x/(K + x)", bounds), Names({"x": "x"}))
    (one,) = known.frame.constants
    points = Points.of(known.frame, (run,), Kalman(noise="additive").smooth((run,), seed=0).trajectories, 100)
    tried = axis(one, known.frame, points)
    assert tried
    assert all(one.low < value < one.high for value in tried)


@pytest.mark.parametrize("equation", ["x' = ka*gut/V - ke*x", "x' = ka*gut/V - v*x/(Km + x)", "x' = gut + f(x/V)"])
@pytest.mark.parametrize("bounds", [(), ("1 < V < 100", "0 < ka < 10")])
def test_the_course_of_a_hidden_state_is_found_beside_constants_that_divide(
    equation: str, bounds: tuple[str, ...]
) -> None:
    """Whether the other equation can be linear in them, as in 1/V, or not."""
    times = np.linspace(0.0, 10.0, 40)
    states = (np.exp(-0.3 * times) - np.exp(-1.2 * times))[:, None]
    run = Trajectory(times, states, ("x",))
    known = understand(("gut' = -ka*gut", equation, *bounds), Names({"x": "x"}))
    latent = Latent.of(known.frame, known.hidden, (run,), Kalman(noise="additive").smooth((run,), seed=0))
    assert np.isfinite([latent.misfit(values) for values in latent._grid(0)[:20]]).any()


CELL = ("u' = current/C - u/tau", "q' = current", "u(0) = 0", "q(0) = 0", "tau > 0")


def _cell(seed: int) -> Trajectory:
    """The voltage of a cell every five seconds, with pulses of current: C 2000, tau 60, C0 9000."""
    times = np.arange(0.0, 1500.0, 5.0)
    current = np.where(times % 400.0 < 100.0, 1.0, np.where(times % 400.0 > 260.0, -1.5, 0.0)) * (times > 20.0)
    charge = np.concatenate([[0.0], np.cumsum(5.0 * current)[:-1]])
    slow, decay = np.zeros(len(times)), np.exp(-5.0 / 60.0)
    for i in range(1, len(times)):
        slow[i] = slow[i - 1] * decay + 60.0 / 2000.0 * current[i - 1] * (1.0 - decay)
    voltage = (
        3.7 - 0.035 * current - slow - charge / 9000.0 + 2e-4 * np.random.default_rng(seed).normal(size=len(times))
    )
    return Trajectory(times, voltage[:, None], ("V",), inputs=current[:, None], held=(True,))


def test_constants_that_only_divide_begin_as_the_reciprocals_of_rates() -> None:
    """A time constant of a minute at steps of seconds was tried from a hundredth of a second to ten only."""
    names = Names({"V": "V"}, {"current": "current"})
    known = understand(("V = E - R*current - u - q/C0", *CELL), names)
    run = _cell(0)
    latent = Latent.of(known.frame, known.hidden, (run,), Kalman(noise="additive").smooth((run,), seed=0))
    assert ["C", "tau"] == [one.name for one in latent.told]
    taus = {values[1] for values in latent._grid(0)}
    assert min(taus) < 60.0 < max(taus)
    *_, constants = latent.found(0)
    found = dict(zip([one.name for one in known.frame.constants], constants, strict=True))
    assert found == pytest.approx({"E": 3.7, "R": 0.035, "C0": 9000.0, "C": 2000.0, "tau": 60.0}, rel=0.1)


@pytest.mark.parametrize("equation", ["x' = -h", "x' = -h**n"])
def test_an_equation_without_constants_of_its_own_judges_a_hidden_course(equation: str) -> None:
    """The course that the law has describes it better than one twice as slow."""
    times = np.linspace(0.0, 6.0, 60)
    run = Trajectory(times, (np.exp(-0.4 * times) / 0.4)[:, None], ("x",))
    known = understand((equation, "h' = -k*h"), Names({"x": "x"}))
    latent = Latent.of(known.frame, known.hidden, (run,), Kalman(noise="additive").smooth((run,), seed=0))
    powers = (1.0,) * (len(latent.told) - 1)
    assert latent.misfit((0.4, *powers, 1.0)) < latent.misfit((0.2, *powers, 1.0))


def test_a_misfit_too_large_for_a_number_is_no_cost_to_take_differences_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A constant inside of a function at which all overflows; the search had warned of infinity less infinity."""
    run = Trajectory(TIMES, np.exp(-0.4 * TIMES)[:, None], ("x",))
    known = understand(("x' = -x/(K + x)",), Names({"x": "x"}))
    points = Points.of(known.frame, (run,), Kalman(noise="additive").smooth((run,), seed=0).trajectories, 100)
    infinite = Start((1.0,), np.empty((len(points.columns), 0)), np.inf)
    monkeypatch.setattr(Flexible, "solved", lambda *_: infinite)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Flexible.of(known.frame, points)._refined((1.0,)) is infinite


def test_regressions_are_those_of_the_curves_of_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a law in which no constant was told."""
    run = Trajectory(TIMES, np.sin(TIMES)[:, None], ("x",))
    before, after = (Kalman(noise=kind).smooth((run,), seed=0) for kind in ("additive", "proportional"))
    frame = Frame(("x",), (unknown_symbol("f"),), (Unknown("f", ("x",), (symbol("x"),)),))
    posed: DiscoveryProblem = framed(frame, (run,), before, regressions((run,), before), 0)
    for smoothing, kept in ((after, False), (before, True)):
        outcome = Outcome(smoothing, (), "")
        monkeypatch.setattr(discovery.smoothing.universal, "with_networks", lambda *_, found=outcome, **__: found)
        found = pipelines.told.trained(posed, RunConfig(), NEVER, silent)
        assert kept == (found.parts["f"] is posed.parts["f"])


@pytest.mark.parametrize("signs", [(), ("A > 0", "E > 0")])
def test_an_activation_temperature_is_tried_where_its_factor_changes(signs: tuple[str, ...]) -> None:
    """1/T is 0.0024 and changes by a twentieth: E in units of T was tried to 4000, and found below zero."""
    level = 400.0 + 60.0 * (TIMES / 10.0) ** 2
    slopes = 2e9 * np.exp(-9000.0 / level) - 0.02 * (level - 400.0)
    small = np.full((len(TIMES), 1), 0.01)
    curve = SmoothedTrajectory(TIMES, level[:, None], slopes[:, None], small, small, ("T",))
    runs, noise = (Trajectory(TIMES, level[:, None], ("T",)),), NoiseModel("additive", small[0], small[0])
    known = understand(("T' = A*exp(-E/T) - h*(T - 400)", *signs), Names({"T": "T"}))
    points = Points.of(known.frame, runs, (curve,))
    with np.errstate(over="raise", invalid="raise"):
        first = Flexible.of(known.frame, points).starts(1, 0)[0]
    assert [2e9, 9000.0, 0.02] == pytest.approx(first.values, rel=0.01)
    told = framed(known.frame, runs, Smoothing((curve,), None, noise, 0.0, "exact"), (), 0).told
    assert first.values == told[0]
