"""Why a rival lost, in words."""

import numpy as np
import pytest

from discovery.reports.reasons import why
from discovery.selection.score import RULE, residual_length
from discovery.types import (
    DiscoveryResult,
    Law,
    NoiseModel,
    RankedLaw,
    Ranking,
    Smoothing,
    Trajectory,
    Verdict,
)

N = 100


def ranked(law: Law, misfit: float, stated: float, **rest) -> RankedLaw:
    """A law whose score is the length of its residuals and of its statement."""
    return RankedLaw(law, residual_length(misfit * N, N) + stated, misfit, 0.9, 10, **rest)


@pytest.fixture
def result_of(law_of):
    """A result with two laws: the best has a misfit of 1 and 20 nats of statement."""

    def make(rule: str = RULE, held_out: float = 1.0, **rival) -> DiscoveryResult:
        law = law_of({"x": "c0*x"}, -1.0)
        best = ranked(law, 1.0, 20.0, held_out=held_out)
        front = (best, ranked(law, **{"misfit": 1.0, "stated": 20.0, **rival}))
        run = Trajectory(np.arange(float(N)), np.ones((N, 1)), ("x",))
        smoothing = Smoothing((), None, NoiseModel("additive", np.ones(1), np.ones(1)), 0.0, "exact")
        return DiscoveryResult({}, "t", (run,), smoothing, Ranking(front, rule), Verdict("found", "", (), {}), ())

    return make


@pytest.mark.parametrize(
    ("rival", "expected"),
    [
        ({"misfit": 0.9, "stated": 40.0}, "It fits better by 5.1 nats, but takes 20 nats more to state."),
        ({"misfit": 1.2, "stated": 30.0}, "It fits worse by 9.5 nats, and takes 10 nats more to state."),
        ({"misfit": 1.4, "stated": 15.0}, "It takes 5 nats less to state, but fits worse by 18 nats."),
        ({"stated": 30.0}, "It fits no better, and takes 10 nats more to state."),
        ({"misfit": 1.2}, "It fits worse by 9.5 nats."),
        ({"stated": 22.0}, "As good as tied with the chosen law. It fits no better, and takes 2 nats more to state."),
    ],
)
def test_fit_and_statement_are_weighed_against_each_other(rival, expected, result_of):
    """The two sides of the description length, in nats."""
    result = result_of(**rival)
    assert expected == why(result, result.ranking.front[1])


def test_forecasts_and_doubtful_constants_are_told(result_of):
    """What the score does not show."""
    worse = result_of(stated=30.0, held_out=1.0)
    better = result_of(stated=30.0, held_out=1.0)
    assert "forecast" not in why(worse, worse.ranking.front[1])
    law = worse.ranking.front[0].law
    rival = RankedLaw(law, 99.0, 1.0, 0.9, 10, held_out=3.0, lows=(-1.0, 1.0, np.nan), highs=(1.0, 2.0, np.nan))
    told = why(worse, rival)
    assert "Its forecast of held-out samples is worse." in told
    assert "One of its constants cannot be told from zero." in told
    assert "One of its constants cannot be determined." in told
    assert "is better" in why(better, RankedLaw(law, 99.0, 1.0, 0.9, 10, held_out=0.1))


def test_another_rule_is_not_taken_apart(result_of):
    """Shares of a score are named only where it is known what it is made of."""
    result = result_of(rule="shortest first", stated=40.0)
    assert "Its score is worse by 20." == why(result, result.ranking.front[1])


def test_the_chosen_law_has_no_reason_and_a_wild_one_says_so(result_of):
    """Nothing speaks against the first; a law without a score could not be followed."""
    result = result_of()
    assert "" == why(result, result.ranking.front[0])
    wild = RankedLaw(result.ranking.front[0].law, float("inf"), float("inf"), 0.0, 10)
    assert "It could not be followed along the measurements." == why(result, wild)
