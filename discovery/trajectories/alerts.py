"""What a user should know of the measurements before they are used, each with what to do about it."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping

from discovery.headers import split_header
from discovery.knowledge.angles import in_degrees, said_of_degrees
from discovery.trajectories.alert import Alert
from discovery.trajectories.common import said_of_common
from discovery.trajectories.copies import said_of_copies
from discovery.trajectories.doses import doses, named_as_both, said_of_doses
from discovery.trajectories.facts import SWITCHED, Facts, StateFacts
from discovery.trajectories.gaps import KNOWN_ALONE, bridged
from discovery.trajectories.gaps import seen as seen_gaps
from discovery.trajectories.orders import drives, melted, oscillates_alone, second_order
from discovery.trajectories.related import of_relations
from discovery.trajectories.released import remedy, said_of
from discovery.trajectories.resting import COMES_BACK, HELD, PULSES
from discovery.trajectories.switches import TOO_FAST, remedies, seen
from discovery.trajectories.time_names import likeness, may_be_time
from discovery.trajectories.undisturbed import apart, courses, outside, undisturbed
from discovery.trajectories.wrapped import if_angle
from discovery.wording import listed, times

# Rows below which a law of several terms can hardly be told from others: ODEBench's shortest records have 50.
FEW = 50
# Samples of one oscillation below which derivatives are guessed rather than measured.
SPARSE = 10
SHORT = 1.5  # oscillations, below which what comes back cannot be told from what does not
# Noise relative to the deviation: with more than the first, small terms are lost; with more than the second, most are.
NOISY, DROWNED = 0.1, 0.5
# Error of prediction from neighbours, relative to the deviation, above which samples do not follow a course.
UNRESOLVED = 0.1
FAR_AWAY = 1e5  # deviations of a mean beside which digits are lost
STEPS = frozenset({"generation", "generations", "gen", "iteration", "iterations", "iter"})  # words of steps of a map
NAMED = 5  # labels of a column that are written out
MAP = Alert(
    "serious", "map",
    "Each row follows from the one before, though its neighbours say nothing of it: rows are steps of a map, it seems.",
    "Run with --map, for a law that gives the next row; if they are samples of a course in time, take many more.",
)  # fmt: skip
# Share of a run after which it has settled, below which most of it says little.
EARLY = 0.5


def alerts(facts: Facts, *, mapped: bool = False) -> tuple[Alert, ...]:
    """All alerts, the serious ones first.

    Args:
        mapped: whether rows are steps of a map, it seems: what has no course is no noise then.
    """
    found = [
        *_of_layout(facts), *_of_size(facts), *_of_sampling(facts), *_of_order(facts), *_of_noise(facts),
        *_of_inputs(facts), *_of_angles(facts), *_of_values(facts), *of_relations(facts),
    ]  # fmt: skip
    if mapped:
        found = [MAP, *(one for one in found if one.subject not in ("noise", "settled", "sparse", "short", "map"))]
    computed = {state.header for state in facts.states if state.name in {name for _, name in facts.derived}}
    # what is to be left out anyway needs neither more samples nor less noise
    idle = [one for one in found if one.subject in ("sparse", "noise") and one.columns and {*one.columns} <= computed]
    found = [one for one in found if one not in idle]
    order = {"serious": 0, "caution": 1, "note": 2}
    return tuple(sorted(found, key=lambda alert: order[alert.level]))


def _of_layout(facts: Facts) -> Iterator[Alert]:
    if copied := said_of_copies(facts.measurements.trajectories):
        again = "Keep one of them: a copy makes intervals too narrow, and forecasts of it are no test."
        yield Alert("caution", "copies", copied, again)
    if (units := facts.measurements.abreast) is not None:
        yield Alert("caution" if units.certain else "note", "wide", units.said, units.remedy, units.columns)
    if (one := facts.measurements.melted) is None:
        return
    names = listed(one.labels) if len(one.labels) <= NAMED else f"{', '.join(one.labels[:NAMED])}, …"
    own = f"give each a column of its own; in pandas {one.pivot}."
    if one.certain:
        yield Alert(
            "caution", "long", f"{one.key} names quantities, it seems: {names}. Here they are runs of one state, "
            f"{one.values}.", f"If they belong to one system, {own}", (one.values,),
        )  # fmt: skip
    else:
        yield Alert(
            "note", "long", f"Are {names}, by {one.key}, quantities of one system? Here they are runs of one law.",
            f"If they are, {own}", (one.values,),
        )  # fmt: skip


def _of_size(facts: Facts) -> Iterator[Alert]:
    if facts.rows < FEW:
        yield Alert(
            "caution", "size", f"There are only {facts.rows} rows.",
            "Expect several laws that fit as well; add runs or samples if you can.",
        )  # fmt: skip
    if facts.same_start:
        yield Alert(
            "caution", "starts", "All runs begin at the same state.",
            "Begin them at different states: only those show what the law does elsewhere.",
        )  # fmt: skip
    if found := facts.released:
        read = facts.measurements
        places = sorted({place for one in found for place in one.times})
        yield Alert(
            "caution", "rest", said_of(found, facts.headers, read.time_name),
            remedy(found, (read.source, read.table, read.clock), read.keys, len(facts.runs)),
            tuple(facts.headers[place] for place in places),
        )  # fmt: skip
    early = [run for run in facts.runs if run.settles < EARLY]
    if early and len(early) * 2 >= len(facts.runs):
        share = round(100 * sum(run.settles for run in early) / len(early))
        which = "The record settles" if len(facts.runs) == 1 else f"{len(early)} of {len(facts.runs)} runs settle"
        text = f"{which} after {share} % of the time; the rest shows nothing but noise."
        yield Alert(
            "note", "settled", text if share else f"{which} at once: nothing but noise is seen.",
            "Sample the beginning more closely, or disturb the system again.",
        )  # fmt: skip
    spans = sum(run.last - run.first for run in facts.runs) / len(facts.runs)
    slow = [state for state in facts.states if state.turns > 0 and not state.period * SHORT < spans]
    if slow and len(slow) == len(facts.states):
        yield Alert(
            "note", "short", "No run shows two whole oscillations.",
            "A longer record tells whether the system comes back to where it was.",
        )  # fmt: skip


def _of_sampling(facts: Facts) -> Iterator[Alert]:
    steps = facts.steps
    if steps.gaps:
        longest = f"the longest step is {steps.longest / steps.typical:.3g} times the usual one"
        driven = facts.inputs or any(state.switched for state in facts.states)
        then = ", and runs end where an input is not known for long" if driven else ""
        yield Alert(
            "note", "gaps", f"{times(steps.gaps).capitalize()} samples are missing from an even record; {longest}.",
            f"Leave the gaps as they are: nothing is filled in{then}.",
        )  # fmt: skip
    states = [state for state in facts.states if not state.switched]  # which has no course
    dense = {state.header: facts.samples_per_oscillation(state) for state in states}
    # Rounded down, as 9.97 is not the 10 that are asked for.
    few = {header: f"{math.floor(10.0 * number) / 10.0:g}" for header, number in dense.items() if number < SPARSE}
    if few:
        yield Alert(
            "caution", "sparse", f"An oscillation has few samples: {_listed(few)}.",
            f"Take at least {SPARSE} if you can: derivatives come from neighbouring samples.", tuple(few),
        )  # fmt: skip
    fast = {
        state.header: f"{100 * state.noise_share:.2g} %"
        for state in states
        if state.bounded and state.noise_share > UNRESOLVED and state.header not in few
    }
    if fast:
        yield Alert(
            "caution", "sparse", f"Neighbours predict samples to a share of the deviation only: {_listed(fast)}.",
            "Take samples more closely: the state changes faster than it is sampled.", tuple(fast),
        )  # fmt: skip

    clock = facts.measurements.time_name
    words = {word for word in re.split(r"[\W\d_]+", clock.lower()) if word}
    if words & STEPS and steps.spacing == "even" and steps.typical == steps.shortest == round(steps.typical):
        yield Alert(
            "note", "map", f"{clock} counts steps, it seems: nothing is between them.",
            "For a law that gives the next row, run with --map.",
        )  # fmt: skip


def _of_order(facts: Facts) -> Iterator[Alert]:
    if facts.derived:
        return  # which says it of what is left
    if oscillates_alone(facts):
        (state,) = courses(facts)
        law = f"{state.name}' = f({', '.join((state.name, *drives(facts)))})"
        if names := [one.header for one in facts.inputs]:
            why = f"{listed(names)} {'does' if len(names) == 1 else 'do'} not explain that by a law {law}."
        else:
            why = f"what follows a law {law} never does."
        yield Alert(
            "caution", "order", f"{state.header} turns back {times(state.clear_turns)}; {why}",
            f'Say that it is of second order, --law "{second_order(facts)[0]}"; or name with --inputs what '
            f"{'else ' if names else ''}drives it.",
            (state.header,),
        )  # fmt: skip
    elif facts.crossing is not None and not melted(facts):
        (state,), one = facts.states, facts.crossing
        labels = " and ".join(facts.runs[run].label or f"run {run + 1}" for run in one.runs)
        rates = " and ".join(f"{rate:.3g}" for rate in one.rates)
        law, velocity = f"{state.name}' = f({state.name})", f"{state.name}'"
        set_for = f"Name what was set for a run, {named_as_both(facts)}. Else s" if doses(facts) else "S"
        yield Alert(
            "caution", "order",
            f"{labels} pass {state.header} = {one.value:.4g} at different rates, {rates}; by one law {law} they never "
            "do.",
            f"{set_for}ay that it is of second order, --law \"{velocity}' = f({state.name}, {velocity})\"; or, if runs "
            "have constants of their own, --own auto.",
            (state.header,),
        )  # fmt: skip
    elif len(facts.states) > 1 and (facts.inertia or facts.parting):
        yield _of_several(facts)


def _of_several(facts: Facts) -> Alert:
    """Where no law of first order of all states will do, and of which order they may be."""
    names, headers = [state.name for state in facts.states], [state.header for state in facts.states]
    law = f"{names[0]}' = f({', '.join((*names, *drives(facts)))})"
    said = " ".join(["Say that they are of second order,", *(f'--law "{one}"' for one in second_order(facts))])
    if facts.parting:
        text = f"All runs begin at the same state and part at once; by one law {law} they never do."
        return Alert(
            "caution", "order", text, f"{said}; or, if runs have constants of their own, --own auto.", tuple(headers)
        )
    text = (
        f"Laws of first order, such as {law}, leave much of how {listed(headers)} change; of second order hardly any."
    )
    other = "else " if facts.inputs else ""
    return Alert("caution", "order", text, f"{said}; or name with --inputs what {other}drives them.", tuple(headers))


def _of_noise(facts: Facts) -> Iterator[Alert]:
    shares = {state.header: state.noise_share for state in facts.states if not (state.bounded or state.switched)}
    drowned = {header: f"{100 * share:.0f} %" for header, share in shares.items() if share > DROWNED}
    noisy = {header: f"{100 * share:.0f} %" for header, share in shares.items() if NOISY < share <= DROWNED}
    if drowned:
        yield Alert(
            "serious", "noise", f"The noise is much of the standard deviation: {_listed(drowned)}.",
            "Only the largest terms can be found. Measure more often or more runs, leave the column out, or name it "
            "with --inputs if it drives others; where rows are steps of a map, one after another, run with --map.",
            tuple(drowned),
        )  # fmt: skip
    if noisy:
        yield Alert(
            "caution", "noise", f"The noise, as a share of the standard deviation, is large: {_listed(noisy)}.",
            "Small terms may be lost; measure more often or more runs if you can.", tuple(noisy),
        )  # fmt: skip

    if shared := outside(facts):
        yield Alert("caution", "input", *said_of_common(shared), shared)
    quiet = undisturbed(facts)
    if headers := [state.header for state in quiet if state.header not in shared]:
        least = min(state.noise_share for state in facts.states if state not in quiet and not apart(state))
        yield Alert(
            "caution", "undisturbed",
            f"{listed(headers)} {'shows' if len(headers) == 1 else 'show'} no noise, while all others have "
            f"{100 * least:.2g} % or more: what is set rather than measured is an input, no state.",
            f"Name {'it' if len(headers) == 1 else 'them'} with --inputs, unless the others drive "
            f"{'it' if len(headers) == 1 else 'them'}.",
            tuple(headers),
        )  # fmt: skip


def _of_angles(facts: Facts) -> Iterator[Alert]:
    headers = [one.header for one in (*facts.states, *facts.inputs) if one.wrapped is None]
    if degrees := [header for header in headers if in_degrees(header, split_header(header)[1])]:
        yield Alert("note", "degrees", *said_of_degrees(degrees), tuple(degrees))


def _of_inputs(facts: Facts) -> Iterator[Alert]:
    if keys := doses(facts):
        yield Alert("note", "input", *said_of_doses(facts), keys)
    if facts.late:
        inputs = [state.header for state in facts.inputs]
        then = "Where nothing belongs to whole runs, stretches between switches will count as runs of their own."
        yield Alert(
            "note", "switches", seen(facts.late, facts.headers, inputs),
            f"{then if facts.parted else TOO_FAST} {remedies(facts.late, facts.headers, inputs)}",
            tuple(inputs[one.input] for one in facts.late),
        )  # fmt: skip
    if facts.unknown:
        inputs = [state.header for state in facts.inputs]
        then = "Where nothing belongs to whole runs, stretches between such gaps will count as runs of their own."
        yield Alert(
            "note", "unknown", seen_gaps(facts.unknown, inputs),
            f"{then} {KNOWN_ALONE}" if facts.unknown_parted else bridged(facts.unknown),
            tuple(inputs[place] for place in sorted({gap.input for gap in facts.unknown})),
        )  # fmt: skip


def _of_values(facts: Facts) -> Iterator[Alert]:
    lacking = [state for state in facts.states if state.missing and (state.gapless or not state.switched)]
    missing = {state.header: f"{state.missing} of {facts.rows}" for state in lacking}
    if missing:
        yield Alert("note", "missing", f"Entries are missing: {_listed(missing)}.", "Leave them empty.", tuple(missing))
    beside = facts.measurements.abreast
    clocks = beside.columns if beside is not None and beside.time else ()
    for state in facts.states:
        yield from _of_range(state)
        # times of another run are no clock of all rows: they are told with the runs side by side
        yield from (one for one in _of_state(state) if one.subject != "clock" or state.header not in clocks)


def _of_range(state: StateFacts) -> Iterator[Alert]:
    """Where the ends of its range are those of what was written, and not of what was measured."""
    about = (state.header,)
    if state.wrapped is not None:
        yield Alert(
            "serious", "wrapped", state.wrapped.said(state.name, state.header),
            state.wrapped.remedy(state.header), about,
        )  # fmt: skip
    for one in state.clipped:
        few, most, count = min(one.stretches), max(one.stretches), len(one.stretches)
        samples = f"{most} samples{' each' * (count > 1)}" if few == most else f"{few} to {most} samples"
        yield Alert(
            "caution", "clipped",
            f"{state.header} stays exactly at its {one.end} value, {one.value:.6g}, in {count} "
            f"stretch{'es' * (count > 1)}, of {samples}, beside noise: it was clipped, it seems.",
            one.remedy, about,
        )  # fmt: skip


def _of_state(state: StateFacts) -> Iterator[Alert]:
    about = (state.header,)
    for value, count in state.codes:
        yield Alert(
            "serious", "code",
            f"{state.header} is {value:.10g} {times(count)}, far from all else: that stands for "
            '"missing", it seems.',
            "Make such entries NaN: a search takes them as measured. Here they were left out.", about,
        )  # fmt: skip
    yield from _of_levels(state)
    if state.strays and not state.pulsed:  # pulses are far off what is before them
        whose = [f" ({label})" * bool(label) for label in state.stray_runs] or [""] * len(state.strays)
        told = [f"{time:.6g}{run}" for (time, _), run in zip(state.strays, whose, strict=True)]
        places = ", ".join([*told[:3], *(["…"] if len(told) > 3 else [])])
        yield Alert(
            "caution", "strays",
            f"{times(len(state.strays)).capitalize()} {state.header} is far off its neighbours, at {places}.",
            "Empty the entries if they are errors; cut the record into runs there if the system jumps"
            f"{if_angle(state.name, state.header, state.low, state.high)}.", about,
        )  # fmt: skip
    if may_be_time(state.header) and not (state.turns or state.switched):
        sure = likeness(state.header) == 0 and not state.straight
        yield Alert(
            "serious" if sure else "caution", "clock",
            f"{state.header} {'is a linear function of time' if state.straight else 'goes one way only'} and is called "
            "like a time: it may be a clock, and no state.",
            f"Name it with --time {shlex.quote(state.header)} if samples are to be counted by it; else leave it out.",
            about,
        )  # fmt: skip
    elif state.straight:
        yield Alert(
            "caution", "clock", f"{state.header} is a linear function of time.",
            "Leave it out if it is a second clock or a counter.", about,
        )  # fmt: skip
    if abs(state.mean) > FAR_AWAY * state.deviation:
        yield Alert(
            "note", "offset", f"{state.header} varies by {state.deviation / abs(state.mean):.1g} of its mean only.",
            "Subtract a constant, so that digits are left for what varies.", about,
        )  # fmt: skip


def _of_levels(state: StateFacts) -> Iterator[Alert]:
    """Where it has values that are set, or few."""
    about = (state.header,)
    name = "Name it" if state.gapless else "Fill its gaps as you know best, and name it"
    if state.pulsed:
        yield Alert("caution", "input", f"{state.header} {PULSES}", f"{name} {HELD}", about)
    elif state.rests:
        yield Alert("caution", "input", f"{state.header} {COMES_BACK}", f"{name} with --inputs.", about)
    elif state.switched:
        few = not (state.fixed or state.noisy_levels) and not (state.held and state.levels > SWITCHED)
        if few:
            how = f"takes only {state.levels} different values: what is switched from outside"
        elif state.noisy_levels:
            how = f"goes to and fro between {state.noisy_levels} levels, but for noise: what is switched from outside"
        elif state.fixed:
            how = f"is constant in each run and takes {state.levels} different values: what is set for a run"
        else:
            how = f"is held at most steps and jumps between {state.levels} values: what is set from outside"
        yield Alert(
            "caution", "resolution" if few else "input", f"{state.header} {how} is an input, no state.",
            f"{name} with --inputs.", about,
        )  # fmt: skip
    elif state.coarse:
        yield Alert(
            "caution", "resolution", f"{state.header} takes only {state.levels} different values.",
            "Record more digits. What drives the others from outside is an input: name it with --inputs.", about,
        )  # fmt: skip


def _listed(figures: Mapping[str, str]) -> str:
    return ", ".join(f"{header} {figure}" for header, figure in figures.items())
