"""Starts that no run had."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from discovery.advice import Advice, Experiment
from discovery.reports.content import figure_caption, untested
from discovery.reports.content import unseen as told
from discovery.reports.timelines import unseen as figure
from discovery.reports.unseen import outlook, tied, unseen_start, whole_runs
from discovery.types import DiscoveryResult, Ranking


def test_a_run_is_whole_if_its_forecast_begins_at_its_first_sample(decay):
    """Though all runs were fitted at last; the end of a record is not a run."""
    assert ["b"] == [run.label for run, _ in whole_runs(decay)]
    assert not any("another initial state" in gap for gap in untested(decay))
    last = decay.predictions[2]
    end = replace(last, times=last.times[30:], states=last.states[30:])
    partly = replace(decay, predictions=(*decay.predictions[:2], end))
    assert () == whole_runs(partly)
    assert any("another initial state" in gap for gap in untested(partly))


def test_the_start_has_the_mirrored_rank_of_the_first_sample(decay):
    """A run that began high gets a low one, within what was measured."""
    values = np.concatenate([run.states for run in decay.trajectories])[:, 0]
    (start,) = unseen_start(decay)
    assert start == pytest.approx(np.quantile(values, 0.15))


def test_the_outlook_has_the_chosen_law_and_its_equals(decay):
    """Those within the resolution of the ranking; as long as the first run, or as forecasts hold."""
    seen = outlook(decay)
    assert (1, 2) == seen.ranks
    assert seen.curves[0][:, 0] == pytest.approx(seen.start[0] * np.exp(-0.5 * seen.times), rel=1e-6)
    assert 4.0 == seen.times[-1]
    short = replace(decay, verdict=replace(decay.verdict, measures={"horizon": 1.5}))
    assert 1.5 == outlook(short).times[-1]
    assert [1, 2] == [rank for rank, _ in tied(decay)]


def test_without_a_law_there_is_no_outlook(decay):
    """And the text says only that nothing was tested."""
    nothing = replace(decay, ranking=Ranking((), ""), predictions=())
    assert outlook(nothing) is None
    assert "No run was kept out whole, so no forecast from an unseen start was tested." == told(nothing)


def test_the_text_says_whether_it_was_tested(decay):
    """With data, or not, and then which laws a measurement would tell apart."""
    assert told(decay).startswith("1 of 2 runs were kept out whole.")
    assert told(decay).endswith("from their first states alone.")
    sensitive = replace(decay, verdict=replace(decay.verdict, measures={"horizon": 1.5}))
    assert told(sensitive).endswith(
        "piece by piece, each begun with a state of the run and as long as forecasts by the law hold."
    )
    assert "from their first states alone" not in figure_caption(sensitive, "unseen")
    untried = replace(decay, predictions=decay.predictions[:2])
    assert told(untried).endswith(
        "The figure shows the law's forecast from a start that no run had, which is untested, too. Beside it is that "
        "of one rival that these data cannot tell from it; a measurement where the curves differ would."
    )


def _suggesting(decay: DiscoveryResult, purpose: Literal["rivals", "constants"], start: float) -> DiscoveryResult:
    """A run of eleven to twelve seconds is suggested, and the second law is five nats behind."""
    front = (decay.ranking.front[0], replace(decay.ranking.front[1], score=decay.ranking.front[0].score + 5.0))
    run = replace(decay.trajectories[0], times=decay.trajectories[0].times + 11.0)
    advice = Advice(experiments=(Experiment(purpose, (start,), 1.0, 7.1, 1.2, ""),))
    return replace(decay, ranking=Ranking(front, ""), trajectories=(run,), predictions=(), advice=advice)


@pytest.mark.parametrize(("purpose", "ranks"), [("rivals", (1, 2)), ("constants", (1,))])
def test_the_laws_that_a_suggested_run_would_tell_apart_are_drawn(decay, purpose, ranks):
    """Though they are no ties; a run for the constants has the chosen law alone."""
    suggesting = _suggesting(decay, purpose, 0.5)
    drawn = figure(suggesting)
    assert outlook(suggesting).ranks == ranks
    assert [*("chosen law", "law 2")[: len(ranks)]] == [one.get_text() for one in drawn.legends[0].get_texts()]
    shows = "one rival. The further run would show which law is right: measure where the curves differ."
    assert (shows in told(suggesting)) == (purpose == "rivals")
    assert told(suggesting).endswith(("differ.", "from the start proposed for a further run, which is untested, too."))


def test_a_suggested_run_has_a_clock_of_its_own_and_a_range(decay):
    """It begins at zero, not in the year of the first sample; a start beyond all measurements is said to be so."""
    far = _suggesting(decay, "constants", 5.0)
    (axes,) = figure(far).axes
    assert ("s since the start", 0.0) == (axes.get_xlabel(), axes.lines[0].get_xdata()[0])
    assert figure_caption(far, "unseen").endswith("The start lies outside of what was measured: x from 0.281 to 2.01.")
    assert "outside" not in figure_caption(_suggesting(decay, "constants", 0.5), "unseen")
