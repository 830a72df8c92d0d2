"""The last fit, and the noise about the law's own curve."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import Windows, cut, weighed
from discovery.selection import polish
from discovery.selection.intervals import Bounds, bounds
from discovery.selection.polish import believed, noise_about, polished, reweighed
from discovery.types import DiscoveryProblem, Law, NoiseModel, SmoothedTrajectory, Trajectory, growth

SETTINGS = Shooting()
TIMES = np.linspace(0.0, 10.0, 400)
LAW = {"x": "c0*x*y + c1*x", "y": "c2*x*y + c3*y"}
TRUTH = (-0.4, 1.1, 0.1, -0.4)


def scattered(kind: str, size: float, levels: np.ndarray, seed: int = 0) -> np.ndarray:
    """Measurements of states with noise of a kind."""
    noise = size * np.random.default_rng(seed).standard_normal(levels.shape)
    if kind == "lognormal":
        return levels * np.exp(noise)
    return levels + noise * growth(kind, levels)  # type: ignore[arg-type]


def model(kind: str, estimated: bool = True) -> NoiseModel:
    """A first guess for two states."""
    return NoiseModel(kind, np.array([0.1, 0.1]), np.array([1e-3, 1e-3]), estimated)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def levels(law_of: Callable[..., Law]) -> np.ndarray:
    """Predators and prey."""
    return simulate(law_of(LAW, *TRUTH), np.array([10.0, 5.0]), TIMES)


@pytest.mark.parametrize("guess", ["additive", "proportional"])
@pytest.mark.parametrize("kind", ["additive", "proportional", "lognormal"])
def test_the_kind_of_noise_is_seen_about_the_right_curve(kind: str, guess: str, levels: np.ndarray) -> None:
    """Whatever it was taken for; the scale is that of the residuals."""
    found = noise_about(levels, scattered(kind, 0.2, levels), model(guess))
    assert kind == found.kind
    np.testing.assert_allclose(found.scale, 0.2, rtol=0.15)


@pytest.mark.parametrize("guess", ["additive", "counts", "proportional"])
def test_counts_are_seen_about_the_right_curve(guess: str, levels: np.ndarray) -> None:
    """The scale of Poisson's noise is 1; a rate of the same events has a scale too, but is not taken for counts."""
    counts = np.random.default_rng(0).poisson(20.0 * levels).astype(float)
    found = noise_about(20.0 * levels, counts, replace(model(guess), scale=np.ones(2)))
    assert "counts" == found.kind
    np.testing.assert_allclose(found.scale, 1.0, rtol=0.15)
    assert np.all(found.deviation(np.zeros((1, 2))) == found.scale**2)  # a single count
    rates = replace(model("counts", estimated=False), scale=np.ones(2))
    np.testing.assert_allclose(noise_about(levels, counts / 20.0, rates).scale, 20.0**-0.5, rtol=0.15)
    assert "counts" != noise_about(levels, counts / 20.0, model("additive")).kind


@pytest.mark.parametrize("guess", ["additive", "proportional", "given"])
def test_errors_that_were_given_are_believed_where_they_are_likelier(guess: str, levels: np.ndarray) -> None:
    """The scale is the noise of a sample with the usual error; errors that have nothing to do with it are none."""
    rng = np.random.default_rng(1)
    errors = np.exp(rng.normal(size=levels.shape))
    found = noise_about(levels, levels + 0.2 * errors * rng.normal(size=levels.shape), model(guess), errors=errors)
    assert "given" == found.kind
    np.testing.assert_allclose(found.scale, 0.2, rtol=0.15)
    np.testing.assert_allclose(found.deviation(levels, errors), found.scale * errors)
    np.testing.assert_allclose(found.deviation(levels), np.broadcast_to(found.scale, levels.shape))
    assert "additive" == noise_about(levels, scattered("additive", 0.2, levels), model(guess), errors=errors).kind


def test_noise_that_was_asked_for_stays(levels: np.ndarray) -> None:
    """Only its scale is estimated."""
    found = noise_about(levels, scattered("proportional", 0.2, levels), model("additive", estimated=False))
    assert ("additive", False) == (found.kind, found.estimated)


@pytest.mark.parametrize(
    ("about", "seen", "most"),
    [("additive", "additive", 1.0), ("proportional", "lognormal", 1.0), ("lognormal", "proportional", 1.0),
     ("proportional", "additive", 2.0), ("additive", "lognormal", 2.0), ("counts", "additive", 2.0)],
)  # fmt: skip
def test_noise_is_no_larger_than_it_was_seen(about: str, seen: str, most: float, levels: np.ndarray) -> None:
    """What is left about a wrong law is not noise, of whatever kind it looks; kinds are compared at the usual level."""
    usual = np.sqrt(np.mean(levels**2, axis=0))
    units = {kind: usual / growth(kind, usual) for kind in (about, seen)}  # type: ignore[arg-type]
    before = replace(model(seen), scale=0.1 * units[seen])
    for size, told in ((0.3, 0.1), (0.08 * most, 0.1 if most == 1.0 else 0.16), (0.01, 0.01)):
        after = believed(replace(model(about), scale=size * units[about]), before, levels)
        assert about == after.kind
        np.testing.assert_allclose(after.scale / units[about], told)


def test_gaps_and_values_without_logarithm_say_nothing(levels: np.ndarray) -> None:
    """Missing samples are passed over, and a negative one rules log-normal noise out."""
    measured = scattered("lognormal", 0.2, levels)
    measured[::3] = np.nan
    assert "lognormal" == noise_about(levels, measured, model("additive")).kind
    measured[1, 0] = -0.01
    assert "lognormal" != noise_about(levels, measured, model("additive")).kind


def test_near_zero_relative_residuals_do_not_count() -> None:
    """A state that crosses zero has the scale of its larger values."""
    wave = np.sin(np.linspace(0.0, 20.0, 500))[:, None] * np.ones(2)
    found = noise_about(wave, scattered("proportional", 0.05, wave), model("proportional"))
    assert "proportional" == found.kind
    np.testing.assert_allclose(found.scale, 0.05, rtol=0.15)


def test_degrees_of_freedom_are_paid(levels: np.ndarray) -> None:
    """Half of them spent on the curve make the scale larger by the root of two."""
    measured = scattered("additive", 0.2, levels)
    one, other = (noise_about(levels, measured, model("additive"), spent).scale for spent in (0.0, 200.0))
    np.testing.assert_allclose(other / one, np.sqrt(2.0))


def problem_with(
    measured: np.ndarray, problem: DiscoveryProblem, noise: NoiseModel
) -> tuple[DiscoveryProblem, Windows]:
    """The problem with other measurements, and one window."""
    run = replace(problem.trajectories[0], states=measured)
    smoothing = replace(problem.smoothing, noise=noise)
    return replace(problem, trajectories=(run,), smoothing=smoothing), cut([run], smoothing.trajectories, noise, 1000)


def test_weights_follow_the_law(
    levels: np.ndarray, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Noise taken for additive becomes proportional, and the constants come nearer to the truth."""
    law = law_of(LAW, *TRUTH)
    measured = scattered("proportional", 0.1, levels, seed=1)
    problem, windows = problem_with(measured, problem_of(law, [[10.0, 5.0]], TIMES), model("additive"))
    first = fit(law, windows)
    assert first is not None
    last = polished(first, windows, problem.trajectories, problem.smoothing.noise, SETTINGS)
    assert ("proportional", "additive") == (last.noise.kind, last.before)
    np.testing.assert_allclose(last.noise.scale, 0.1, rtol=0.1)
    before, after = (np.linalg.norm(np.array(one.law.constants) / TRUTH - 1.0) for one in (first, last.fit))
    assert after < before
    np.testing.assert_allclose(last.fit.misfit, 1.0, atol=0.05)


def test_a_law_that_cannot_be_followed_stays_as_it_is(
    levels: np.ndarray, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """With the noise that was there."""
    law = law_of(LAW, *TRUTH)
    problem, windows = problem_with(levels, problem_of(law, [[10.0, 5.0]], TIMES), model("additive"))
    first = fit(law, windows)
    assert first is not None
    wild = replace(first, law=law_of({"x": "c0*x**3 + c1*x", "y": "c2*y + c3"}, 9.0, 1.0, 1.0, 1.0))
    last = polished(wild, windows, problem.trajectories, problem.smoothing.noise, SETTINGS)
    assert wild is last.fit
    assert problem.smoothing.noise is last.noise


def test_weights_are_taken_from_the_law_and_its_kind_of_noise(
    levels: np.ndarray, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A kind that is seen about the law comes with its scale, of the smoother's size; that of the same kind stays."""
    law = law_of(LAW, *TRUTH)
    curve = problem_of(law, [[10.0, 5.0]], TIMES)
    problem, windows = problem_with(scattered("proportional", 0.1, levels, seed=1), curve, model("additive"))
    first = fit(law, windows)
    assert first is not None
    seen = replace(model("additive"), scale=0.1 * np.sqrt(np.mean(levels**2, axis=0)))
    other, _ = reweighed(first, windows, problem.trajectories, seen)
    np.testing.assert_allclose(1.0 / (other.weights * levels), 0.1, rtol=0.15)
    asked, _ = reweighed(first, windows, problem.trajectories, model("additive", estimated=False))
    np.testing.assert_allclose(1.0 / asked.weights, 0.1)  # what the model says, not what is there
    wild = replace(first, law=law_of({"x": "c0*x**3 + c1*x", "y": "c2*y + c3"}, 9.0, 1.0, 1.0, 1.0))
    assert windows is reweighed(wild, windows, problem.trajectories, model("additive"))[0]


def test_a_law_that_leaves_less_than_the_smoother_thought_makes_weights_and_integration_finer(
    levels: np.ndarray, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Exact samples are believed to a hundredth of the smoother's floor; noise above the floor to its own size."""
    law = law_of(LAW, *TRUTH)
    for size, expected in ((0.0, 1e-5), (0.02, 0.02)):
        curve = problem_of(law, [[10.0, 5.0]], TIMES)
        problem, windows = problem_with(scattered("additive", size, levels), curve, model("additive"))
        first = fit(law, windows)
        assert first is not None
        finer, _ = reweighed(first, windows, problem.trajectories, model("additive"))
        np.testing.assert_allclose(1.0 / finer.weights, expected, rtol=0.1)
        assert (size == 0.0) == (finer.rtol < 1e-7)


def test_windows_are_weighed_as_they_are_cut(levels: np.ndarray) -> None:
    """The same levels and noise give the same windows, of several runs too; other noise gives logarithms."""
    none = np.zeros_like(levels)
    runs = [Trajectory(TIMES, scattered("additive", 0.1, levels, seed), ("x", "y"), str(seed)) for seed in (1, 2)]
    curves = [SmoothedTrajectory(TIMES, levels, none, none, none, ("x", "y")) for _ in runs]
    windows = cut(runs, curves, model("additive"), 100)
    every = np.vstack([levels, levels])
    for kind in ("proportional", "lognormal"):
        expected, found = cut(runs, curves, model(kind), 100), weighed(windows, runs, every, model(kind))
        np.testing.assert_array_equal(expected.weights, found.weights)
        np.testing.assert_array_equal(expected.values, found.values)
        assert expected.logarithmic == found.logarithmic


@pytest.mark.parametrize(("noise", "followed"), [(0.01, False), (0.5, True)])
def test_no_profile_of_a_law_that_is_wrong_is_followed(
    noise: float,
    followed: bool,
    law_of: Callable[..., Law],
    problem_of: Callable[..., DiscoveryProblem],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the smoother's noise: about its own curve its residuals pass for noise. Of one that may be right they are."""
    problem = problem_of(law_of({"x": "y", "y": "-2*x"}), [[1.0, 0.0]], np.linspace(0.0, 8.0, 100), noise=noise)
    windows = cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, 1000)
    wrong = fit(law_of({"x": "c0*x", "y": "c1*y"}, -0.2, -0.2), windows)
    assert wrong is not None
    assert followed == (wrong.reduced < 100.0)
    fits: list[Fit] = []

    def profile(fitted: Fit, windows: Windows, settings: Shooting) -> tuple[Fit, Bounds]:
        fits.append(fitted)
        return fitted, bounds(fitted)

    monkeypatch.setattr(polish, "profiled", profile)
    last = polished(wrong, windows, problem.trajectories, problem.smoothing.noise, SETTINGS)
    assert last.fit.reduced < 2.0
    assert followed == bool(fits)
    assert all(
        low < value < high
        for low, value, high in zip(last.bounds[0], last.fit.law.constants, last.bounds[1], strict=True)
    )


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_noise_of_a_state_that_nothing_measured_is_that_of_its_curve(unit: float, levels: np.ndarray) -> None:
    """In any unit, and relative where that of the others is."""
    seen = scattered("proportional", 0.1, levels) * unit
    seen[:, 1] = np.nan
    guess = NoiseModel("additive", np.array([0.3, 0.2]) * unit, np.array([1e-3, 1e-3]) * unit)
    found = noise_about(levels * unit, seen, guess)
    np.testing.assert_allclose(found.deviation(np.sqrt(np.mean((levels * unit) ** 2, axis=0))[None])[0, 1], 0.2 * unit)


@pytest.mark.parametrize("guess", ["additive", "proportional", "combined"])
def test_noise_of_two_parts_is_seen_about_the_right_curve(guess: str, levels: np.ndarray) -> None:
    """Its constant part is below the other at the usual level, and above it near zero."""
    rng = np.random.default_rng(2)
    measured = levels + np.hypot(0.2 * levels, 0.4) * rng.normal(size=levels.shape)
    found = noise_about(levels, measured, model(guess))
    assert found.kind == "combined"
    np.testing.assert_allclose(found.scale, 0.2, rtol=0.2)
    np.testing.assert_allclose(found.constant, 0.4, rtol=0.3)
    assert noise_about(levels, measured, replace(model(guess), process=True)).kind != "combined"
    assert not np.any(noise_about(levels, scattered("additive", 0.2, levels), model(guess)).constant)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["additive", "proportional"])
def test_one_part_is_no_other_kind_than_both(kind: str, seed: int, levels: np.ndarray) -> None:
    """It need not be clearly likelier than noise of two parts, of which it has one scale less."""
    some = levels[::2, :1]
    both = NoiseModel("combined", np.array([0.1]), np.array([1e-3]), constant=np.array([0.1]))
    assert kind == noise_about(some, scattered(kind, 0.2, some, seed), both).kind


def test_both_parts_are_no_larger_than_they_were_seen(levels: np.ndarray) -> None:
    """A wrong law leaves more than noise, of which both parts shrink alike."""
    constant = np.array([0.2, 0.1])
    seen = replace(model("combined"), constant=constant)
    after = believed(replace(seen, scale=5.0 * seen.scale, constant=5.0 * constant), seen, levels)
    np.testing.assert_allclose([after.scale, after.constant], [seen.scale, constant])
    less = replace(seen, scale=0.2 * seen.scale, constant=0.2 * constant)
    np.testing.assert_allclose(believed(less, seen, levels).constant, less.constant)
    other = believed(replace(seen, scale=9.0 * seen.scale, constant=9.0 * constant), model("proportional"), levels)
    usual = np.sqrt(np.mean(levels**2, axis=0))
    np.testing.assert_allclose(np.hypot(other.scale * usual, other.constant), 0.1 * usual)
