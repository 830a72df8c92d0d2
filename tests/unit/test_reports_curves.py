"""Laws of a front set in motion beside the measurements."""

import numpy as np
import pytest

from discovery.reports.curves import curves
from discovery.reports.drawing import MOST_POINTS
from discovery.types import DiscoveryResult, Law, Ranking, Verdict


@pytest.fixture
def result_of(problem_of):
    """A result whose front is to be drawn, from the problem of a law."""

    def make(law: Law, starts, times, measures=None, **options) -> DiscoveryResult:
        problem = problem_of(law, starts, times, **options)
        return DiscoveryResult(
            {name: name for name in law.states}, "t", problem.trajectories, problem.smoothing, Ranking((), ""),
            Verdict("found", "", (), measures or {}), (),
        )  # fmt: skip

    return make


TIMES = np.linspace(0.0, 3.0, 31)


def test_the_curve_of_the_true_law_passes_through_the_measurements(law_of, result_of):
    """And has points between them, so that it shows no corners."""
    law = law_of({"x": "c0*x + c1*y", "y": "c2*x"}, -0.1, 1.0, -1.0)
    result = result_of(law, [[1.0, 0.0], [0.5, 0.5]], TIMES)
    (pieces,) = curves(result, [law], 2)
    assert [0, 1] == [piece.run for piece in pieces]
    assert all(piece.complete for piece in pieces)
    for piece, run in zip(pieces, result.trajectories, strict=True):
        at_samples = np.stack([np.interp(run.times, piece.times, column) for column in piece.states.T], axis=1)
        assert np.abs(at_samples - run.states).max() < 1e-4
        assert len(piece.times) > 300


def test_each_law_is_started_where_it_fits_best(law_of, result_of):
    """The start of a rival is its own: a law without friction begins lower than the damped one."""
    truth = law_of({"x": "c0*x"}, -1.0)
    result = result_of(truth, [[1.0]], TIMES)
    (right,), (constant,) = curves(result, [truth, law_of({"x": "c0*x"}, 0.0)], 1)
    assert 1.0 == pytest.approx(right.states[0, 0], abs=1e-6)
    assert np.mean(result.trajectories[0].states) == pytest.approx(constant.states[0, 0], abs=0.02)


def test_curves_are_drawn_in_the_windows_of_the_fit(law_of, result_of):
    """A window reaches to the first sample of the next."""
    law = law_of({"x": "c0*x"}, -1.0)
    (pieces,) = curves(result_of(law, [[1.0]], TIMES, {"window_samples": 16.0}), [law], 1)
    assert 2 == len(pieces)
    assert pieces[1].times[0] == pieces[0].times[-1]


def test_curves_are_no_longer_than_forecasts_hold(law_of, result_of):
    """No start fits a chaotic law for longer."""
    law = law_of({"x": "c0*x"}, -0.5)
    measures = {"window_samples": 31.0, "horizon": 1.0}
    (pieces,) = curves(result_of(law, [[1.0]], TIMES, measures), [law], 1)
    assert 4 == len(pieces)  # of ten samples or fewer, of 31


def test_a_law_that_runs_away_ends_early(law_of, result_of):
    """Its curve holds numbers only, and says that it is not complete."""
    result = result_of(law_of({"x": "c0*x"}, -1.0), [[1.0]], TIMES)
    ((piece,),) = curves(result, [law_of({"x": "c0*x**2"}, 50.0)], 1)
    assert not piece.complete
    assert len(piece.times) < 300
    assert np.all(np.isfinite(piece.states))


def test_a_law_with_unknown_symbols_has_no_curve(law_of, result_of):
    """It cannot be simulated here, and nothing breaks."""
    result = result_of(law_of({"x": "c0*x"}, -1.0), [[1.0]], TIMES)
    assert ((),) == curves(result, [law_of({"x": "c0*x + u"}, -1.0)], 1)


def test_long_records_are_thinned(law_of, result_of):
    """No more points than can be told apart, the ends among them."""
    law = law_of({"x": "c0*x"}, -0.001)
    times = np.linspace(0.0, 100.0, 2 * MOST_POINTS + 500)
    ((piece,),) = curves(result_of(law, [[1.0]], times), [law], 1)
    assert len(piece.times) <= MOST_POINTS
    assert (0.0, 100.0) == (piece.times[0], piece.times[-1])
