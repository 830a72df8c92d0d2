"""The data of a training, and trials on the samples held out."""

import numpy as np
import pytest

from discovery.protocols import NEVER, silent
from discovery.smoothing.clock import PLAIN
from discovery.smoothing.neural.network import new_network
from discovery.smoothing.neural.reading_out import Reading
from discovery.smoothing.neural.solving import Stepper
from discovery.smoothing.neural.study import Study, Trial
from discovery.smoothing.starts import classical_start
from discovery.types import Trajectory

TIMES = np.linspace(0.0, 12.0, 120)


def circle(times: np.ndarray = TIMES, noise: float = 0.05, inputs: np.ndarray | None = None) -> Trajectory:
    """A circle with noise."""
    states = np.column_stack([3.0 + 2.0 * np.sin(times), np.cos(times)])
    noisy = states + noise * np.random.default_rng(0).standard_normal(states.shape)
    return Trajectory(times, noisy, ("x", "y"), inputs=np.empty((0, 0)) if inputs is None else inputs)


def study(run: Trajectory, *, order: int = 1, with_time: bool = False) -> Study:
    """The run with its classical curves."""
    fit, _ = classical_start([run], "additive", seed=0, deadline=NEVER, progress=silent)
    return Study.of([run], fit, 0, order=order, with_time=with_time)


@pytest.fixture(scope="module")
def plain() -> Study:
    """The circle."""
    return study(circle())


def test_a_tenth_is_hidden_from_the_blind_parts_only(plain: Study) -> None:
    """Both have all samples, in units of the states' deviations."""
    assert 0 == plain.parts[0].hidden.sum()
    assert 2 * 12 == plain.blind[0].hidden.sum()
    np.testing.assert_array_equal(plain.parts[0].measured, plain.blind[0].measured)
    np.testing.assert_allclose(plain.parts[0].measured.std(axis=0), 1.0, atol=0.05)
    assert np.any(plain.parts[0].curve != plain.blind[0].curve)


def test_a_trial_of_the_classical_curve_fits_to_the_noise(plain: Study) -> None:
    """Its misfit is about one, its score about that of Gaussian noise of the true deviation."""
    trial = plain.trial(None)
    assert 0.6 < trial.misfit < 1.1
    assert trial.score == pytest.approx(-np.log(0.05) - 0.5 * np.log(2.0 * np.pi) - 0.5, abs=0.3)


def test_a_trial_of_the_true_field_is_not_worse(plain: Study) -> None:
    """In standard units the circle is a linear field with the ratio of the deviations."""
    network = new_network(np.ones(2), np.zeros((2, 2)), 0, 1, np.random.default_rng(0))
    ratio = float(plain.scaling.unit[1] / plain.scaling.unit[0])
    parameters = np.zeros(len(network.parameters))
    shift = plain.scaling.centre / plain.scaling.unit - [3.0 / plain.scaling.unit[0], 0.0]
    columns = network.features
    parameters[1], parameters[9] = 2.0 * ratio, 2.0 * ratio * shift[1]
    parameters[columns], parameters[columns + 9] = -0.5 / ratio, -0.5 / ratio * shift[0]
    field = network.at(network.parameters * 0.0 + network.parameters.new_tensor(parameters))
    trial = plain.trial(field, Reading(16, 1, Stepper(), 0.03))
    assert not trial.worse_than(plain.trial(None))
    assert 0.7 < trial.misfit < 1.3
    assert plain.trial(network, Reading(16, 1, Stepper(), 0.03)).worse_than(trial)


def test_worse_means_by_more_than_the_standard_error() -> None:
    """Samples decide together; scores that are not finite are worse than any; without samples nothing is."""
    one = Trial(np.array([0.0, 0.0, 0.0, 0.0]), 1.0)
    assert not Trial(np.array([2.0, -2.0, 2.0, -3.0]), 1.0).worse_than(one)
    assert Trial(np.array([-1.0, -1.1, -0.9, -1.0]), 1.0).worse_than(one)
    assert Trial(np.array([0.0, -np.inf, 5.0, 5.0]), 1.0).worse_than(one)
    assert not Trial(np.empty(0), 1.0).worse_than(Trial(np.empty(0), 1.0))
    assert np.isnan(Trial(np.empty(0), 1.0).score)


def test_inputs_and_time_drive_in_standard_units() -> None:
    """Inputs first, then time; an input that never changes is not divided by nothing."""
    found = study(circle(inputs=np.column_stack([np.sin(TIMES), np.full(120, 7.0)])), with_time=True)
    np.testing.assert_allclose(found.parts[0].drives.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(found.parts[0].drives.std(axis=0), [1.0, 0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(found.drives[0], [np.mean(np.sin(TIMES)), 7.0, 6.0])


def test_a_second_order_study_has_velocities_that_nobody_measured() -> None:
    """Positions and their rates, the known part between them; the velocities' unit is what makes them of size one."""
    found = study(circle(), order=2)
    part = found.parts[0]
    assert (120, 4) == part.curve.shape
    assert np.all(np.isnan(part.measured[:, 2:]))
    np.testing.assert_allclose(np.sqrt(np.mean(part.curve[:, 2:] ** 2, axis=0)), 1.0, rtol=1e-6)
    np.testing.assert_allclose(found.known[:2, 2:] @ part.curve[:, 2:].T, part.slopes[:, :2].T, rtol=1e-6)
    assert 0.0 == np.abs(found.known[2:]).max()
    velocities = found.scaling.states(part.curve)[:, 2:]
    np.testing.assert_allclose(velocities, found.curves[0].derivatives, rtol=1e-9)


def test_a_second_order_study_of_samples_over_decades_is_by_plain_time() -> None:
    """Its velocities are derivatives by the data's time; one of first order is by the logarithmic clock."""
    times = np.r_[0.0, np.logspace(-2, 2, 80)]
    run = Trajectory(times, 1.0 / (1.0 + times)[:, None], ("x",))
    found = study(run, order=2)
    assert PLAIN == found.clock
    assert PLAIN != study(run).clock
    assert 0 == found.parts[0].drives.shape[1]
    velocities = found.scaling.states(found.parts[0].curve)[:, 1]
    np.testing.assert_allclose(velocities, -1.0 / (1.0 + times) ** 2, atol=0.02)
