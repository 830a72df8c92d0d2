"""The state from which a forecast goes on that has none of its own: that of the fitted law, at a time of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.dynamics.simulate import simulate, simulate_or_fail
from discovery.errors import UsageError
from discovery.samples import usual_step
from discovery.types import Beginning, DiscoveryResult, Prediction, Trajectory
from pipelines.forecasts import Way

# Deviations of the noise by which a course from the first state may miss a fitted one that is the same solution. One
# that was fitted in windows, each with a start of its own, is off by about one.
SAME = 0.1
# Share of the range of a state that nothing measured, in place of its noise.
SAME_UNSEEN = 0.01
# Share of a record by which its ends are missed in writing, as by `--from 3.3333333333` of ten thirds.
ROUNDED = 1e-9
LISTED = 3  # records that a message tells the times of


@dataclass(frozen=True)
class Record:
    """A run and the fitted law's course through it."""

    run: Trajectory
    fit: Prediction

    @property
    def first(self) -> float:
        """Its first time."""
        return float(self.fit.times[0])

    @property
    def last(self) -> float:
        """Its last time."""
        return float(self.run.times[-1])

    def holds(self, time: float) -> bool:
        """Whether that time lies in the record."""
        margin = ROUNDED * (self.last - self.first)
        return self.first - margin <= time <= self.last + margin


@dataclass(frozen=True)
class OwnStart:
    """A state by the fit of a run.

    Attributes:
        beginning: how well it is known, or the state from which ``way`` leads to it; None if not better
            than a measurement.
        within: what it is where it is not the run's first state; else empty.
        errors: deviations of each state by chance since the sample before; None where there is none.
        run: label of the run whose first state it is; empty where there is one run.
    """

    state: Float[np.ndarray, " state"]
    beginning: Beginning | None
    way: Way | None
    within: str
    errors: Float[np.ndarray, " state"] | None = None
    run: str = ""


def runs_of(result: DiscoveryResult, marks: Mapping[str, float]) -> tuple[Trajectory, ...]:
    """The runs of the groups whose constants are asked for; all where no constant differs between groups."""
    assert result.law is not None
    places = [(result.law.inputs.index(mark), value) for mark, value in marks.items()]
    return tuple(run for run in result.trajectories if all(run.inputs[0, place] == value for place, value in places))


def fitted_records(result: DiscoveryResult, runs: Sequence[Trajectory], otherwise: str) -> tuple[Record, ...]:
    """The runs that have a fitted course.

    Args:
        otherwise: the option that gives a state.

    Raises:
        UsageError: there is none.
    """
    fits = {one.label: one for one in reversed(result.predictions) if one.kind == "fit"}
    if result.smoothing.noise.process:  # where chance acts on the states, they are where they were measured
        fits = {run.label: _as_measured(run) for run in result.trajectories if run.label in fits}
    if not fits:
        raise UsageError(f"--x0 is missing, and the run has no fitted start. Write for example {otherwise}.")
    found = tuple(Record(run, fits[run.label]) for run in runs if run.label in fits)
    if not found:
        raise UsageError(
            "--x0 is missing, and no run was of all groups that are asked for, so that none has a fitted start. "
            f"Write for example {otherwise}."
        )
    return found


def _as_measured(run: Trajectory) -> Prediction:
    there = np.isfinite(run.states).all(axis=1)
    return Prediction("fit", run.label, run.times[there], run.states[there])


def own_start(result: DiscoveryResult, records: Sequence[Record], time: float, otherwise: str) -> OwnStart:
    """The state at that time: the fitted course at the sample before, and from there by the law and the run's inputs.

    Of several runs it is the first that holds that time; at the end of the longest ones, the first of these.

    Raises:
        UsageError: no record holds that time, or the fitted course does not lead there.
    """
    assert result.law is not None
    time = float(round(time)) if result.law.discrete else time
    held = [one for one in records if one.holds(time)]
    if not held:
        raise UsageError(
            f"A forecast that begins at {result.time_name} = {time:.6g} has no state to begin with: the record is from "
            f"{_spans(records)}. Give the state, {otherwise}, or a time within; --from end goes on from where the "
            f"record ends{', with inputs from there on' if result.law.inputs else ''}."
        )
    record = held[0]
    time = min(max(time, record.first), record.last)
    if time == record.first:
        return OwnStart(record.fit.states[0], record.fit.beginning, None, "", run=record.run.label)
    state, of = _state(result, record, time, otherwise), f" of {record.run.label}" if record.run.label else ""
    within = f"the forecast begins with the fitted state{of} at {result.time_name} = {time:.6g}"
    if result.smoothing.noise.process:
        since = float(record.fit.times[record.fit.times <= time][-1])
        within = within.replace("fitted", "measured" if since == time else "expected")
        share = np.sqrt((time - since) / usual_step(result.trajectories))
        return OwnStart(state, None, None, within, share * result.smoothing.noise.deviation(state[None, :])[0])
    way = _way(result, record, time, state)
    return OwnStart(state, record.fit.beginning if way else None, way, within)


def _spans(records: Sequence[Record]) -> str:
    """From when to when records are."""
    spans = list(dict.fromkeys(f"{one.first:.6g} to {one.last:.6g}" for one in records))
    more = [f"{len(spans) - LISTED} further runs"] if len(spans) > LISTED else []
    return " and ".join([*spans[:LISTED], *more])


def _state(result: DiscoveryResult, record: Record, time: float, otherwise: str) -> Float[np.ndarray, " state"]:
    """The fitted state at a time of the record."""
    assert result.law is not None
    before = np.flatnonzero((record.fit.times <= time) & np.isfinite(record.fit.states).all(axis=1))
    if not len(before):
        raise UsageError(f"--x0 is missing, and the run has no fitted start. Write for example {otherwise}.")
    since, state = float(record.fit.times[before[-1]]), record.fit.states[before[-1]]
    if since == time:
        return state
    return simulate_or_fail(result.law, state, np.array([since, time]), drive=record.run.drive)[-1]


def _way(result: DiscoveryResult, record: Record, time: float, state: Float[np.ndarray, " state"]) -> Way | None:
    """The way from the first state to that one; None where the course is not one solution, or its start not known."""
    assert result.law is not None
    if record.fit.beginning is None:
        return None
    first, times = record.fit.states[0], np.array([record.first, time])
    reached = simulate(result.law, first, times, drive=record.run.drive)[-1]
    noise = result.smoothing.noise
    seen = np.isfinite(record.run.states).any(axis=0)
    range_ = np.ptp(record.fit.states[np.isfinite(record.fit.states).all(axis=1)], axis=0)
    enough = np.where(seen, SAME * noise.deviation(state[None, :])[0], SAME_UNSEEN * range_)
    return Way(first, times, record.run.drive) if bool((np.abs(reached - state) <= enough).all()) else None
