"""What measurements are like before anything is fitted to them: figures, without a judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.trajectories.abreast import unlike
from discovery.trajectories.clipped import Clipped, clipped
from discovery.trajectories.codes import without_codes
from discovery.trajectories.common import common
from discovery.trajectories.crossings import Crossing, crossing, parting
from discovery.trajectories.derived import derived
from discovery.trajectories.directions import with_unit_vectors
from discovery.trajectories.gaps import Gap, between, gaps
from discovery.trajectories.inertia import LEFT, LEFT_IF_PARTED, inertial
from discovery.trajectories.inputs import is_set
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.nearly import nearly
from discovery.trajectories.noise import Strays, emptied, whose, without_strays
from discovery.trajectories.noisy_levels import noisy_levels
from discovery.trajectories.relations import Relation, relations
from discovery.trajectories.released import Released, released
from discovery.trajectories.resting import fixed, measured_values, pulsed, rests
from discovery.trajectories.sampling import SEVERAL, Steps, pace, steps
from discovery.trajectories.settling import settled
from discovery.trajectories.slower import can_drive
from discovery.trajectories.straight import straight
from discovery.trajectories.sums import running_sums
from discovery.trajectories.switches import Late, between_samples, parted
from discovery.trajectories.velocities import Multiple, multiples, swept, velocities
from discovery.trajectories.wrapped import Wrapped, unwrapped
from discovery.types import Trajectory

# Deviations of noise that are no change.
QUIET = 2.0
# Largest magnitudes of a state between which its square can be computed.
TINY, HUGE = 1e-100, 1e100
# A column of so few different values is a switch or is read off a coarse scale: it has no smooth course.
FEW_LEVELS = 20
# States that are asked together whether they have inertia: polynomials of more have too many terms. And the share of
# its deviation above which noise leaves a state no course.
MOST_MOVING, NOISY = 3, 0.5
# Of no more different values is a column that is switched: no state is measured so coarsely.
SWITCHED = 5


@dataclass(frozen=True)
class StateFacts:
    """One state over all runs, in its own unit.

    Attributes:
        header: as the user wrote it.
        measured, missing: number of entries.
        codes: numbers that stand for "missing", and how often each is there; they are neither measured nor missing.
        noise: deviation of the noise; where ``bounded``, what it is at most.
        noise_kind: whether it is as large everywhere or grows with the state.
        bounded: whether the samples are too far apart, or too clean, to tell the noise from the course.
        levels: number of different values.
        resolution: least difference of two different values.
        turns: how often it turns back.
        clear_turns: how often it does so by more than any noise could make it.
        period: median time of one oscillation; NaN where it has none.
        strays: times and values of single samples far off their neighbours.
        stray_runs: where there are several runs, the label of each one's.
        straight: whether it is a linear function of time.
        held: whether it is held at most steps and jumps past other values of its, as what is set from outside does.
        coarse: whether it takes few different values, as a switch does, or is held.
        fixed: whether it is constant in each of several runs and differs between them, as a dose does.
        pulsed: whether it is zero for long and comes in pulses, as rain does.
        rests: whether it is exactly zero for long, again and again, and never less, as light is at night.
        clipped: ends of its range at which it stays, as a sensor does that cannot measure more.
        wrapped: of an angle that was wrapped, what it jumps by; all other figures are of it unwrapped.
        gapless: whether it is known wherever an input has to be.
        noisy_levels: between how many levels it is switched, measured with noise; 0 where it is not.
    """

    name: str
    header: str
    measured: int
    missing: int
    low: float
    high: float
    mean: float
    deviation: float
    noise: float
    noise_kind: Literal["additive", "proportional"]
    bounded: bool
    levels: int
    resolution: float
    turns: int
    clear_turns: int
    period: float
    strays: Strays
    straight: bool
    held: bool
    coarse: bool
    codes: tuple[tuple[float, int], ...]
    stray_runs: tuple[str, ...]
    clipped: tuple[Clipped, ...]
    pulsed: bool
    rests: bool
    wrapped: Wrapped | None
    fixed: bool
    gapless: bool
    noisy_levels: int

    @property
    def switched(self) -> bool:
        """Whether it is held or fixed, has so few values, pulses or rests that it is set from outside, and no state."""
        few = self.coarse and self.levels <= SWITCHED
        return self.held or self.fixed or self.pulsed or self.rests or few or self.noisy_levels > 0

    def noise_at(self, values: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
        """Deviation of the noise where the state has these values."""
        if self.noise_kind == "additive":
            return np.full_like(values, self.noise)
        return self.noise * np.abs(values) / np.hypot(self.mean, self.deviation)

    @property
    def noise_share(self) -> float:
        """The noise relative to the deviation of the state."""
        return self.noise / self.deviation if self.deviation > 0.0 else float("nan")


@dataclass(frozen=True)
class RunFacts:
    """One run.

    Attributes:
        settles: share of its time after which nothing but noise is seen; 1 where it never settles.
    """

    label: str
    rows: int
    first: float
    last: float
    settles: float


@dataclass(frozen=True)
class Facts:
    """All that is known of measurements.

    Attributes:
        measurements: what it is known of.
        inputs: what drives the states.
        velocities, nearly: pairs of states, the second the derivative of the first; those where not only noise is left.
        derived: pairs of states, the second a derivative that was computed from the first, with its noise.
        same_start: whether all of several runs begin at the same state, and do not part there.
        parting: whether they begin at the same state and part at once, though nothing drives them.
        inertia: whether all states, two or three or one that inputs drive, move as by a law of second order alone.
        late: inputs that are switched between samples.
        parted: whether the stretches between these switches can be runs of their own.
        unknown: gaps of inputs.
        unknown_parted: whether the stretches between these gaps can be runs of their own.
        crossing: where two runs pass the same value of the only state, which nothing drives, at different rates.
        sums: pairs of states, the first the running sum of the second.
        multiples: states that are derivatives of others, times what their units say.
        common: headers of columns that have one course in all runs, and are not switched.
        released: runs that begin at rest, where nothing that is known drives them.
    """

    measurements: Measurements
    runs: tuple[RunFacts, ...]
    states: tuple[StateFacts, ...]
    inputs: tuple[StateFacts, ...]
    steps: Steps
    relations: tuple[Relation, ...]
    velocities: tuple[tuple[str, str], ...]
    same_start: bool
    inertia: bool
    late: tuple[Late, ...]
    parted: bool
    crossing: Crossing | None
    sums: tuple[tuple[str, str], ...]
    multiples: tuple[Multiple, ...]
    parting: bool
    unknown: tuple[Gap, ...]
    unknown_parted: bool
    common: tuple[str, ...]
    released: tuple[Released, ...]
    derived: tuple[tuple[str, str], ...]
    nearly: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> int:
        """Rows of all runs together."""
        return sum(run.rows for run in self.runs)

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names of the states."""
        return tuple(state.header for state in self.states)

    def samples_per_oscillation(self, state: StateFacts) -> float:
        """Samples in one oscillation; NaN where it has none."""
        return state.period / self.steps.typical


def facts(measurements: Measurements) -> Facts:
    """Looks at every sample once; nothing is fitted."""
    runs, codes = without_codes(measurements.trajectories)
    runs, wrapped = unwrapped(runs, measurements.headers)
    states = tuple(
        replace(_coded(_state(runs, i, name, header), codes[i]), wrapped=wrapped[i])
        for i, (name, header) in enumerate(measurements.headers.items())
    )
    wild = np.array([not TINY < max(abs(state.low), abs(state.high)) < HUGE for state in states])
    tame = [replace(run, states=np.where(wild, 0.0, run.states)) for run in runs] if wild.any() else runs
    noises = [np.inf if out else state.noise for out, state in zip(wild, states, strict=True)]
    clean = [emptied(run, [state.strays for state in states]) for run in tame]
    smooth = [np.inf if state.straight or state.coarse else noise for noise, state in zip(noises, states, strict=True)]
    known = [np.inf if state.bounded else noise for noise, state in zip(smooth, states, strict=True)]
    related = relations(clean, smooth, [state.noise_kind == "proportional" for state in states])
    late, pairs = between_samples(tame), swept(tame, noises)
    sums = tuple((states[total].name, states[part].name) for total, part in running_sums(tame))
    together = _same_start(tame, states, noises)
    shared = tuple(states[place].header for place in common(tame) if not states[place].switched)
    driven = bool(measurements.inputs or shared) or any(state.switched for state in states)
    apart = together and not driven and parting(clean, [_largest_noise(state) for state in states])
    unknown = gaps(tame)
    moving = tuple(pair for pair in velocities(pairs, [one.name for one in states]) if pair not in sums)
    related = with_unit_vectors(related, clean, smooth)
    return Facts(
        measurements=measurements,
        runs=tuple(_run(run, states, noises) for run in tame),
        states=states,
        inputs=_inputs(measurements),
        steps=steps(runs),
        relations=unlike(related, [state.header for state in states], measurements.abreast),
        velocities=moving,
        same_start=together and not apart,
        inertia=_inertia(clean, states, driven=bool(measurements.inputs), parted=apart),
        late=late,
        parted=bool(parted(tame, late)),
        crossing=_crossing(clean, states[0]) if len(states) == 1 and not measurements.inputs else None,
        sums=sums,
        multiples=multiples(pairs, measurements.headers, measurements.time_name),
        parting=apart,
        unknown=unknown,
        unknown_parted=bool(between(tame, unknown)),
        common=shared,
        released=() if driven else released(tame, [_noise_at_rest(runs, i, one) for i, one in enumerate(states)]),
        derived=tuple((states[a].name, states[b].name) for a, b in derived(clean, known)),
        nearly=nearly(clean, moving, noises, [state.deviation for state in states]),
    )


def _coded(state: StateFacts, codes: Mapping[float, int]) -> StateFacts:
    """The facts of a state in which what stands for "missing" was emptied."""
    missing = state.missing - sum(codes.values())
    return replace(state, codes=tuple(codes.items()), missing=missing, gapless=state.gapless and not codes)


def _inputs(measurements: Measurements) -> tuple[StateFacts, ...]:
    runs = [Trajectory(run.times, run.inputs, tuple(measurements.inputs)) for run in measurements.trajectories]
    return tuple(_state(runs, i, name, header) for i, (name, header) in enumerate(measurements.inputs.items()))


def _state(runs: Sequence[Trajectory], index: int, name: str, header: str) -> StateFacts:
    everything = np.concatenate([run.states[:, index] for run in runs])
    largest = float(np.nanmax(np.abs(everything)))
    if not TINY < largest < HUGE and largest > 0.0:  # squares would overflow or vanish
        return _enlarged(_state(_alone(runs, index, 1.0 / largest), 0, name, header), largest)
    known = everything[np.isfinite(everything)]
    different = np.unique(known)
    each = measured_values(runs, index)
    held, set_once = is_set(each), fixed(each)
    coarse = held or set_once or (len(different) <= FEW_LEVELS and len(known) > 2 * FEW_LEVELS)
    smooth, found, strays = without_strays(runs, index, float("inf") if coarse else float(known.std()))
    course = pace(smooth, index, found.largest)
    deviation = float(np.nanstd(np.concatenate([run.states[:, index] for run in smooth])))
    resolution = float(np.min(np.diff(different))) if len(different) > 1 else 0.0
    noisy = 0 if coarse else noisy_levels(each)
    pulses = pulsed(runs, index, resolution, header)
    ends = () if coarse or pulses else clipped(runs, index, resolution)
    idle = not (coarse or pulses) and rests(runs, index, resolution, header, noisy=bool(ends))
    return StateFacts(
        name=name,
        header=header,
        measured=len(known),
        missing=len(everything) - len(known),
        low=float(known.min()),
        high=float(known.max()),
        mean=float(known.mean()),
        deviation=deviation,
        noise=found.scale,
        noise_kind=found.kind,
        bounded=found.falling,
        levels=len(different),
        resolution=resolution,
        turns=course.turns,
        clear_turns=course.clear,
        period=course.period,
        strays=() if noisy else strays,
        straight=straight(runs, index, deviation),
        held=held,
        coarse=coarse,
        codes=(),
        stray_runs=whose(runs, index, strays) if len(runs) > 1 and not noisy else (),
        clipped=tuple(end for end in ends if not (idle and end.value == 0.0)),
        pulsed=pulses,
        rests=idle,
        wrapped=None,
        fixed=set_once,
        noisy_levels=noisy,
        gapless=len(known) == len(everything) or can_drive(runs, index, held=pulses),
    )


def _alone(runs: Sequence[Trajectory], index: int, factor: float) -> list[Trajectory]:
    """The runs with one state only, times a factor."""
    parts = [(run.times, run.states[:, [index]] * factor, (run.names[index],), run.label, run.inputs) for run in runs]
    return [Trajectory(*part, run.held) for part, run in zip(parts, runs, strict=True)]


def _enlarged(state: StateFacts, factor: float) -> StateFacts:
    """The facts of a state that was made smaller by that factor."""
    lengths = ("low", "high", "mean", "deviation", "noise", "resolution")
    strays = tuple((time, value * factor) for time, value in state.strays)
    ends = tuple(replace(one, value=one.value * factor) for one in state.clipped)
    return replace(state, strays=strays, clipped=ends, **{name: getattr(state, name) * factor for name in lengths})


def _run(run: Trajectory, states: Sequence[StateFacts], noises: Sequence[float]) -> RunFacts:
    """The run, and from where on every state stays within its noise of where it ends."""
    settles = 0
    for column, state, noise in zip(run.states.T, states, noises, strict=True):
        there = np.flatnonzero(np.isfinite(column))
        if len(there) and np.isfinite(noise):
            grows = state.noise_kind == "proportional" and noise > 0.0
            after = settled(column[there], state.noise_at(column[there]), grows=grows)
            settles = max(settles, int(there[after - 1]) + 1 if after else 0)
    first, last = float(run.times[0]), float(run.times[-1])
    share = (float(run.times[settles]) - first) / (last - first) if 0 < settles < len(run) else float(settles > 0)
    return RunFacts(run.label, len(run), first, last, share)


def _inertia(runs: Sequence[Trajectory], states: Sequence[StateFacts], *, driven: bool, parted: bool) -> bool:
    if any(state.coarse or state.straight for state in states):
        return False
    if len(states) == 1:
        return driven and states[0].clear_turns >= SEVERAL and inertial(runs, states[0].noise, states[0].period)
    turns = any(state.clear_turns >= SEVERAL for state in states)
    if len(states) > MOST_MOVING or not (turns or parted) or any(state.noise_share > NOISY for state in states):
        return False
    span = float(np.median([run.times[-1] - run.times[0] for run in runs]))
    least = LEFT_IF_PARTED if parted else LEFT
    return all(
        inertial(runs, state.noise, state.period if state.period < span else span, i, least=least)
        for i, state in enumerate(states)
    )


def _crossing(runs: Sequence[Trajectory], state: StateFacts) -> Crossing | None:
    return None if state.coarse or state.wrapped is not None else crossing(runs, _largest_noise(state))


def _noise_at_rest(runs: Sequence[Trajectory], place: int, state: StateFacts) -> float:
    """The deviation of its noise; NaN where it cannot be told when a course begins, or a sensor was at its end."""
    ends = {end.value for end in state.clipped} & {float(run.states[0, place]) for run in runs}
    return float("nan") if state.bounded or state.coarse or state.straight or ends else _largest_noise(state)


def _largest_noise(state: StateFacts) -> float:
    return float(np.max(state.noise_at(np.array([state.low, state.high]))))


def _same_start(runs: Sequence[Trajectory], states: Sequence[StateFacts], noises: Sequence[float]) -> bool:
    """Whether no two runs begin further apart than the noise there makes them."""
    if len(runs) < 2:
        return False
    starts = np.stack([run.states[0] for run in runs])
    if not np.isfinite(starts).all():
        return False
    told = [
        np.max(state.noise_at(column)) if np.isfinite(noise) else noise
        for state, column, noise in zip(states, starts.T, noises, strict=True)
    ]
    spread = np.concatenate([run.states for run in runs])
    within = np.maximum(QUIET * 2.0 * np.nan_to_num(told, posinf=np.inf), 1e-9 * np.nanstd(spread, axis=0))
    return bool(np.all(np.ptp(starts, axis=0) <= within))
