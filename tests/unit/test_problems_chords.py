"""Chords of samples as a second view of a told law."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.knowledge.knowledge import Names
from discovery.knowledge.understand import understand
from discovery.problems.chords import chords
from discovery.problems.flexible import MOST, Flexible, Start
from discovery.problems.unknowns import framed
from discovery.protocols import Deadline
from discovery.types import NoiseModel, SmoothedTrajectory, Smoothing, Trajectory

# A record that begins steeply: N' = -0.006 N - 0.07 N**2 from 4, at the times of a usual afterglow.
TIMES = np.concatenate([np.arange(0.0, 50.0, 2.0), np.arange(50.0, 400.0, 10.0)])
RATE, PAIRS, FIRST = 0.006, 0.07, 4.0
LEVEL = FIRST * RATE * np.exp(-RATE * TIMES) / (RATE + PAIRS * FIRST * (1.0 - np.exp(-RATE * TIMES)))


def decaying() -> tuple[tuple[Trajectory, ...], Smoothing]:
    """Samples with 1 % of noise, and a curve that begins at less than half of them, as smoothers have it."""
    samples = LEVEL * (1.0 + 0.01 * np.random.default_rng(0).standard_normal(len(TIMES)))
    pace = 0.06 * np.exp(-TIMES / 40.0) + 0.003
    curve = 1.8 * np.exp(-pace * TIMES)
    small = 0.02 * curve[:, None]
    smooth = SmoothedTrajectory(TIMES, curve[:, None], np.gradient(curve, TIMES)[:, None], small, small, ("N",))
    noise = NoiseModel("proportional", np.array([0.01]), np.array([1e-3]))
    return (Trajectory(TIMES, samples[:, None], ("N",)),), Smoothing((smooth,), None, noise, 0.0, "bent")


def test_a_told_exponent_begins_where_the_samples_have_it_too() -> None:
    """By the curve alone it began at a half, from where a fit ends at c (N**0.97 - N)."""
    runs, smoothing = decaying()
    frame = understand(["N' = -k*N - g*N^p"], Names({"N": "N"})).frame
    told = framed(frame, runs, smoothing, (), 0).told
    assert any(1.8 < p < 2.3 for _, _, p in told)


def test_chords_are_as_long_as_noise_asks_and_have_the_slopes_of_the_samples() -> None:
    """From sample to sample where the record is steep."""
    runs, smoothing = decaying()
    frame = understand(["N' = -k*N"], Names({"N": "N"})).frame
    found = chords(frame, runs, smoothing)
    assert found is not None
    samples = runs[0].states[:, 0]
    assert (samples[1] - samples[0]) / 2.0 == pytest.approx(found.slopes[0, 0])
    assert [0.5 * (samples[0] + samples[1]), 1.0] == pytest.approx(found.columns[0])
    whole = -RATE * found.columns[:, 0] - PAIRS * found.columns[:, 0] ** 2
    assert np.median(np.abs(found.slopes[:, 0] / whole - 1.0)) < 0.2


@pytest.mark.parametrize("sentence", ["N' = f(N)", "N' = -k*N - h", "N' = -k*N + a*sin(w*t)"])
def test_what_is_unknown_or_unmeasured_or_a_wave_has_no_chords(sentence: str) -> None:
    """A function would have to be known there, a hidden state has no samples, and waves are averaged away."""
    (run,), smoothing = decaying()
    frame = understand([sentence, *(["h' = -k*h"] if "h" in sentence else [])], Names({"N": "N"})).frame
    if "h" in sentence:
        nothing = np.full((len(TIMES), 1), np.nan)
        run = replace(run, states=np.hstack([run.states, nothing]), names=("N", "h"))
    assert chords(frame, (run,), smoothing) is None


def test_chords_pass_over_samples_at_which_the_law_has_no_value() -> None:
    """Those of a mean below zero, by noise."""
    (run,), smoothing = decaying()
    frame = understand(["N' = -g*N^p"], Names({"N": "N"})).frame
    low = replace(run, states=np.where(TIMES[:, None] > 300.0, -1e-3, run.states))
    found, every = (chords(frame, (one,), smoothing) for one in (low, run))
    assert found is not None
    assert every is not None
    assert 0 < len(found.columns) < len(every.columns)
    assert np.all(found.columns[:, 0] > 0.0)


def long(count: int = 3000) -> tuple[tuple[Trajectory, ...], Smoothing]:
    """Two runs of a decay with many more samples than starts are fitted to, one of them with a gap."""
    times = np.linspace(0.0, 400.0, count)
    level = FIRST * RATE * np.exp(-RATE * times) / (RATE + PAIRS * FIRST * (1.0 - np.exp(-RATE * times)))
    rng = np.random.default_rng(0)
    samples = [level * (1.0 + 0.01 * rng.standard_normal(count)) for _ in range(2)]
    samples[1][count // 2 : count // 2 + 50] = np.nan
    small = 0.01 * level[:, None]
    curve = SmoothedTrajectory(times, level[:, None], np.gradient(level, times)[:, None], small, small, ("N",))
    noise = NoiseModel("proportional", np.array([0.01]), np.array([1e-3]))
    runs = tuple(Trajectory(times, one[:, None], ("N",)) for one in samples)
    return runs, Smoothing((curve, curve), None, noise, 0.0, "exact")


def test_of_a_long_record_as_many_chords_are_taken_as_starts_are_fitted_to() -> None:
    """Each is one of those from every sample, in all stretches of both runs, and none ends in another run."""
    runs, smoothing = long()
    frame = understand(["N' = -k*N"], Names({"N": "N"})).frame
    found, every = (chords(frame, runs, smoothing, most) for most in (MOST, 0))
    assert found is not None
    assert every is not None
    assert 0.5 * MOST < len(found.columns) <= MOST < len(every.columns)
    known = {tuple(row) for row in np.hstack([every.columns, every.slopes, every.deviations])}
    assert {tuple(row) for row in np.hstack([found.columns, found.slopes, found.deviations])} <= known
    assert 1 == np.count_nonzero(np.abs(np.diff(found.columns[:, 1])) > 300.0)  # from one run to the next


def test_starts_are_fitted_to_no_more_rows_and_chords_wait_for_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """By smoothed slopes and by chords alike; after the deadline by smoothed slopes alone."""
    runs, smoothing = long()
    rows: list[int] = []

    def counted(self: Flexible, most: int, seed: int) -> tuple[Start, ...]:
        rows.append(len(self.points.columns))
        one = self.solved([1.0] * len(self.inner))
        return () if one is None else (one,)

    monkeypatch.setattr(Flexible, "starts", counted)
    frame = understand(["N' = -k*N - g*N^p"], Names({"N": "N"})).frame
    framed(frame, runs, smoothing, (), 0)
    assert 2 == len(rows)
    assert max(rows) <= MOST
    rows.clear()
    framed(frame, runs, smoothing, (), 0, deadline=Deadline(0.0))
    assert [MOST] == rows
