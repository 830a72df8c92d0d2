"""The scorer: a pure function of found equations and the truth."""

import dataclasses
import math

import numpy as np
import pytest
import sympy as sp

from discovery.datasets import measured
from discovery.symbolic.parse import parse
from discovery.types import Trajectory
from pipelines import validation_scoring
from pipelines.validation_scoring import drop_tiny, r_squared, score
from pipelines.validation_truth import Truth, load

NAMES = ("x", "y")
POINTS = np.random.default_rng(0).uniform(0.1, 2.0, (40, 2))

ROTATION = {"x": parse("y"), "y": parse("-4.0*x")}
TIMES = np.linspace(0.0, 6.0, 200)


def rotation(amplitude: float) -> Trajectory:
    """The exact solution of ``ROTATION`` that starts at rest."""
    states = np.column_stack([amplitude * np.cos(2 * TIMES), -2 * amplitude * np.sin(2 * TIMES)])
    return Trajectory(TIMES, states, ("x", "y"))


TRUTH = Truth("rotation", ROTATION, (rotation(1.0),), rotation(2.5))


def law(**equations: str) -> dict[str, sp.Expr]:
    """Equations from text."""
    return {state: parse(text) for state, text in equations.items()}


def test_the_truth_written_otherwise_scores_full_marks() -> None:
    """Neither the order nor the writing of terms matters."""
    found = score(law(x="2*y/2", y="-4.0*(x + 1) + 4.0"), TRUTH)
    assert ("identical", 0, 0) == (found.form, found.missing, found.extra)
    assert pytest.approx(1.0) == found.unseen


def test_r_squared_weighs_states_by_their_variance() -> None:
    """It is one minus all squared errors by all squared deviations; a missing sample does not count."""
    truth = np.array([[0.0, 0.0], [2.0, 10.0], [4.0, np.nan]])
    predicted = np.array([[0.0, 1.0], [2.0, 10.0], [3.0, 99.0]])
    assert pytest.approx(1.0 - 2.0 / (8.0 + 50.0)) == r_squared(truth, predicted)


def test_r_squared_of_absurd_forecasts_stays_finite() -> None:
    """A forecast that leaves every bound is bad, not infinitely so."""
    truth = np.array([[0.0], [1.0]])
    assert validation_scoring.LEAST == r_squared(truth, np.array([[0.0], [1e200]]))


def test_what_drives_a_law_is_an_input_or_a_course_in_time() -> None:
    """A law in the input's name is of the true form; it is followed along the course that the input has anywhere."""
    truth = load("rlc")
    found = score(law(v="10000*i", i="10.0*source - 100.0*i - 10*v"), truth)
    assert ("identical", 0, 0) == (found.form, found.missing, found.extra)
    assert pytest.approx((1.0, 1.0)) == (found.reconstruction, found.unseen)
    other = score(law(v="10000*i", i="10.0*source*v - 100.0*i - 10*v"), truth)
    assert ("different", 1, 1) == (other.form, other.missing, other.extra)
    assert other.unseen < 0.9


def test_who_measures_no_input_may_find_a_law_in_time() -> None:
    """The same system without its input has it written out."""
    truth = load("rlc").without_inputs()
    assert (("v", "i", "t"), 0, ("v", "i")) == (truth.names, truth.seen[0].inputs.shape[1], truth.unseen.names)
    found = score(law(v="10000*i", i="50.0*cos(200*t) - 100.0*i - 10*v"), truth)
    assert "identical" == found.form
    assert pytest.approx((1.0, 1.0)) == (found.reconstruction, found.unseen)


def test_no_law_scores_nothing() -> None:
    """What is not there reconstructs nothing and misses every term."""
    found = score(None, TRUTH)
    assert (0.0, 0.0, "different", 2, 0) == (
        found.reconstruction,
        found.unseen,
        found.form,
        found.missing,
        found.extra,
    )
    assert "No law was found." == found.how


def test_a_law_that_cannot_be_integrated_counts_as_zero() -> None:
    """The reason is told."""
    found = score(law(x="y", y="x**2 + y**2 + 1"), TRUTH)
    assert (0.0, 0.0) == (found.reconstruction, found.unseen)
    assert "cannot be integrated" in found.note


def test_a_law_that_takes_too_long_is_given_up(monkeypatch) -> None:
    """The work of judging a law is bounded."""
    monkeypatch.setattr(validation_scoring, "MAX_RATES", 50)
    found = score(ROTATION, TRUTH)
    assert (0.0, "identical") == (found.reconstruction, found.form)
    assert "it takes more than 50 evaluations" in found.note


def test_a_stiff_law_is_integrated_though_the_truth_is_not_stiff(monkeypatch) -> None:
    """Where an explicit method gives up, an implicit one is tried."""
    monkeypatch.setattr(validation_scoring, "MAX_RATES", 8000)
    truth = Truth("decay", law(x="-x"), (Trajectory(TIMES, np.exp(-TIMES)[:, None], ("x",)),))
    found = score(law(x="-x + 100000.0*(exp(-t) - x)"), truth)
    assert "" == found.note
    assert pytest.approx(1.0) == found.reconstruction


def test_an_undefined_law_is_reported() -> None:
    """A symbol that nobody defined, a logarithm of a negative state: neither stops the suite."""
    stranger = score(law(x="y", y="-4.0*x + unknown"), TRUTH)
    assert 0.0 == stranger.reconstruction
    assert "unknown" in stranger.how
    undefined = score(law(x="y", y="-4.0*log(x - 10)"), TRUTH)
    assert (0.0, "different") == (undefined.reconstruction, undefined.form)
    assert "" != undefined.note


def test_a_law_in_other_states_is_reported() -> None:
    """An equation too few is no law of the system."""
    found = score(law(x="-4.0*x"), TRUTH)
    assert (0.0, "different") == (found.reconstruction, found.form)
    assert "The law is not in the states that were measured (see y)." == found.note


def test_constants_and_terms_are_counted() -> None:
    """A constant off by 10 %; a term missing, one too many, and one too small to be seen."""
    off = score(law(x="y", y="-4.4*x"), TRUTH)
    assert ("same structure", pytest.approx(0.1), 0, 0) == (off.form, off.largest_error, off.missing, off.extra)
    other = score(law(x="y", y="-4.0*sin(x) + 0.3*y"), TRUTH)
    assert ("different", 1, 2) == (other.form, other.missing, other.extra)
    assert math.isnan(other.largest_error)
    tiny = score(law(x="y", y="-4.0*sin(x) + 1e-9*y"), TRUTH)
    assert (1, 1) == (tiny.missing, tiny.extra)


def test_scoring_twice_gives_the_same() -> None:
    """Nothing is drawn by chance and nothing is remembered."""
    wrong = law(x="y", y="-3.0*x - 0.2*y")
    assert dataclasses.astuple(score(wrong, TRUTH))[:3] == dataclasses.astuple(score(wrong, TRUTH))[:3]


def test_a_state_that_does_not_move_has_a_range() -> None:
    """The region of the form verdict needs an inside."""
    still = Trajectory(TIMES, np.column_stack([np.ones(200), np.zeros(200)]), ("x", "y"))
    low, high = Truth("still", ROTATION, (still,)).region["y"]
    assert low < 0.0 < high


def test_measured_data_are_held_against_the_accepted_law() -> None:
    """Published constants are constants; there is no unseen start."""
    truth = load("lynx_hare_1900_1920")
    found = score(truth.equations, truth)
    assert ("identical", 0.0) == (found.form, found.largest_error)
    assert math.isnan(found.unseen)
    assert 0.5 < found.reconstruction < 1.0


def test_a_law_without_published_constants_is_never_called_identical() -> None:
    """The form is all that can be compared."""
    truth = load("pendulum_schmidt_lipson")
    found = score(law(theta="omega", omega="-9.0*sin(theta) - 0.1*omega"), truth)
    assert "same structure" == found.form
    assert math.isnan(found.largest_error)


def test_all_measured_data_can_be_scored() -> None:
    """Hidden states and several runs are no obstacle."""
    forms = {name: score(None, load(name)).form for name in measured.names()}
    assert dict.fromkeys(measured.names(), "different") == forms


def test_measurements_without_an_accepted_law_are_not_judged() -> None:
    """There is then only the reconstruction."""
    found = score(ROTATION, dataclasses.replace(TRUTH, equations={}))
    assert (None, 0, 0) == (found.form, found.missing, found.extra)
    assert pytest.approx(1.0) == found.reconstruction


def test_terms_without_effect_are_dropped() -> None:
    """Terms below a hundred-thousandth of the RMS go, others stay; nothing to drop returns the very expression."""
    assert parse("2*x") == drop_tiny(parse("2*x + 1e-6*y**2"), POINTS, NAMES)
    assert parse("2.0*x") == drop_tiny(parse("x*(2.0 - 1e-6*y)"), POINTS, NAMES)
    factored = parse("x*(2.0 - 0.1*y)")
    assert factored == drop_tiny(factored, POINTS, NAMES)


def test_dropping_passes_over_undefined_points() -> None:
    """A term that is undefined at some points is judged at the others; undefined everywhere, nothing is dropped."""
    points = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    assert parse("1/x") == drop_tiny(parse("1/x + 1e-9*y"), points, NAMES)
    expression = parse("log(x) + 1e-9*y")
    assert expression == drop_tiny(expression, -POINTS, NAMES)
