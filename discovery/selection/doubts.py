"""What speaks against a law that fits: each function looks for one thing and tells it as a finding."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import sympy as sp

from discovery.dynamics.windows import Windows
from discovery.selection.held_out import HeldOut
from discovery.selection.in_words import leading
from discovery.selection.onward import NOISE_LEVEL
from discovery.selection.residuals import UNLIKELY, Whiteness
from discovery.symbolic.evaluate import compiled
from discovery.trajectories.sampling import CLEAR, SEVERAL, TURN, turning
from discovery.types import Finding, Law, Prediction, symbol
from discovery.wording import listed

# Deviations of the noise by which forecasts of a state are clearly off, as a root mean square: of laws that were right
# none was by more than 1.3; of ten that fitted well and were wrong five were by 2.04 to 4.1, five by 1.0 to 1.5.
CLEARLY_OFF = 2.0
# Residuals are called structured where the tests of a state say so with this probability, and successive ones correlate
# by more than this, so that it matters: 0.2 hides 4 % of the variance.
ALIKE = 0.2
# A probability from which residuals are praised for being white; below, down to the limit, they only pass.
DOUBTFUL = 0.05
# A probability that nobody takes for chance.
IMPOSSIBLE = 1e-6
# Share of the time for which a law should be followed that pieces have to last. Of 545 laws of made and measured data
# that were found, those with residuals above the noise were followed for 43 % of it at least; of 24 series without a
# law two had got one, by pieces of 5 and 9 %.
SHORT = 0.1
# Values that a switch has, and samples from which on no course has so few.
SWITCH, SAMPLES = 2, 10
# A factor differs from 1 where the exponential is more than this share of what it is added to.
DIFFERS = 0.05
# Shares of the samples, and of the state's range, within which all that is a wall: a rest of a record that begins
# before the motion has 15 % of the samples and 4 % of the range; transitions that can be seen are wider.
FEW, NARROW = 0.2, 0.1


def far_off(law: Law, held: HeldOut) -> Iterator[Finding]:
    """States whose forecasts the noise does not explain, however well the others are forecast."""
    squares = zip(law.states, held.off, strict=False)
    off = {state: math.sqrt(square) for state, square in squares if square > CLEARLY_OFF**2}
    if not off:
        return
    told = ", ".join(f"{state} by {size:.2g}" for state, size in off.items())
    first = [state for state in leading(law) if state in off and len(law.states) > 1]
    hint = f" Nothing drives {listed(first)} by this law: what is set from outside is no state; name it with --inputs."
    start = ", there and at their start" if held.whole else ""
    yield Finding(
        "caution",
        f"Forecasts of samples that were not fitted are off by more than the noise explains{start} ({told} of its "
        "standard deviations): the law lacks something there, its constants are hardly known, or the noise is larger "
        f"than it looks.{hint if first else ''}",
    )


def left_over(tests: Mapping[str, Whiteness], *, noisy: bool = False) -> Iterator[Finding]:
    """Whether residuals are white, of the worst state; nothing where none was tested.

    Args:
        noisy: whether they exceed the noise: then they do not pass for it, however white, and that is no praise.
    """
    if not tests:
        return
    state, worst = min(tests.items(), key=lambda item: item[1].probability)
    told = f"{worst.probability:.2g}" if worst.probability >= IMPOSSIBLE else "below 1e-6"
    if worst.probability > (limit := UNLIKELY / len(tests)):
        least = f"the least probability, corrected for two tests of each state, is {told} ({state})"
        if worst.probability >= DOUBTFUL:
            yield Finding("note" if noisy else "good", f"No correlation was detected among residuals: {least}.")
        else:
            text = f"Correlation among residuals is doubtful: {least}, and the limit is {limit:.2g}."
            yield Finding("note", text)
    elif abs(worst.correlation) <= ALIKE:
        what = "are no white noise" if worst.probability < IMPOSSIBLE else "hardly pass for white noise"
        left = "is" if worst.probability < IMPOSSIBLE else "may be"
        yield Finding(
            "caution", f"Residuals of {state} {what} (probability {told}): something small {left} left to explain."
        )
    else:
        yield Finding(
            "caution",
            f"Residuals of {state} are structured, successive ones {'alike' if worst.correlation > 0 else 'opposite'} "
            f"(correlation {worst.correlation:.2f}, "
            f"probability {told} if they were independent): something is left to explain.",
        )


def followed_too_briefly(
    misfit: float, windows: Windows, horizon: float, spans: str = "time units"
) -> Iterator[Finding]:
    """What speaks against a law that leaves more than noise on pieces far shorter than its errors need to grow.

    Laws are compared on windows that grow as far as the law can be followed. A chaotic law ends at its horizon, and a
    right one at the end of the record.

    Args:
        spans: what times are counted in, as a plural.
    """
    if windows.steps or not misfit > NOISE_LEVEL or len(windows.offsets) < 2:
        return
    pieces = max(float(windows.times[high - 1] - windows.times[low]) for low, high in windows.edges)
    should = min(horizon, _record(windows))
    if not pieces < SHORT * should:
        return
    why = "its errors stay small for" if math.isfinite(horizon) and horizon <= should else "the record lasts for"
    yield Finding(
        "bad",
        f"The law leaves more than the noise (chi-squared per value {misfit:.3g}) though it was compared on pieces of "
        f"{windows.length} samples, {pieces:.3g} {spans}, each from a start of its own; {why} {should:.3g} {spans}.",
    )


def _record(windows: Windows) -> float:
    """Time from the first to the last sample of the longest record."""
    ends: dict[int, list[float]] = {}
    for (run, _), (low, high) in zip(windows.places, windows.edges, strict=True):
        ends.setdefault(run, []).extend((float(windows.times[low]), float(windows.times[high - 1])))
    return max(max(times) - min(times) for times in ends.values())


def one_way(law: Law, windows: Windows) -> Iterator[Finding]:
    """Why a law of one state fails on data that come and go; nothing where time, an input or a map may turn it."""
    if len(law.states) != 1 or law.discrete or not law.autonomous:
        return
    (state,) = law.states
    if (turns := _turns(windows)) >= SEVERAL:
        yield Finding(
            "bad",
            f"{state} changes direction {turns} times, which no law {state}' = f({state}) can do. Try a law of second "
            f"order, --law \"{state}'' = f({state}, {state}')\", or name what drives it with --inputs.",
        )


def inert(law: Law) -> Iterator[Finding]:
    """What a law of one driven state may lack, where it fails: what has inertia overshoots by itself."""
    marks = any("[" in name for name in law.told)  # inputs that tell groups with constants of their own apart
    if len(law.states) != 1 or not law.inputs or law.discrete or marks:
        return
    (state,), drives = law.states, ", ".join(law.inputs)
    yield Finding(
        "caution",
        f"If {state} has inertia, as an angle or a position has, say that it is of second order: --law "
        f"\"{state}'' = f({state}, {state}', {drives})\".",
    )


def of_two_values(law: Law, windows: Windows) -> Iterator[Finding]:
    """What speaks against any law of a switch: between its two values nothing was measured, and anything fits there."""
    there = windows.weights > 0.0
    if law.discrete or windows.steps or not np.all(np.count_nonzero(there, axis=0) >= SAMPLES):
        return
    levels = [len(np.unique(column[known])) for column, known in zip(windows.values.T, there.T, strict=True)]
    if all(count == SWITCH for count in levels):
        names = listed(law.states)
        yield Finding(
            "bad",
            f"{names} {'takes' if len(levels) == 1 else 'take'} two values alone: between them nothing was measured, "
            "and whatever jumps there fits. Measure what lies between, or name it with --inputs beside what it drives.",
        )


def _turns(windows: Windows) -> int:
    """How often the only state turns back by more than any noise could make it."""
    runs: dict[int, list[np.ndarray]] = {}
    for (run, _), (low, high) in zip(windows.places, windows.edges, strict=True):
        runs.setdefault(run, []).append(np.arange(low, high))
    there = windows.weights[:, 0] > 0.0
    if not runs or not there.any():
        return 0
    values, noise = windows.values[:, 0], 1.0 / windows.weights[there, 0]
    back = max(TURN * float(np.ptp(values[there])), CLEAR * float(noise.max()))
    every = [np.concatenate(pieces) for pieces in runs.values()]
    return sum(len(turning(values[rows[there[rows]]], back)) for rows in every)


def walls(law: Law, courses: Sequence[Prediction]) -> Iterator[Finding]:
    """A caution for each factor that acts on a few samples at one end of a state's range alone, as a wall does.

    A fraction 1/(1 + c*exp(k*x)) may have a c of any size. With 1e-120 all its work is to end a motion where nothing
    else of the law does: at a sensor's end, or before something was let go. No price keeps it out, as samples that do
    not belong to the law cost more without it.

    Args:
        courses: the law's own along the samples.
    """
    fits = [one.states for one in courses if one.kind == "fit"]
    if not fits or law.discrete:
        return
    names = law.states
    states = np.vstack(fits)
    found = {(place, part) for rhs in law.equations.values() for place, part in _parts(rhs, names)}
    for place, part in sorted(found, key=str):
        column = states[np.isfinite(states[:, place]), place]
        with np.errstate(all="ignore"):  # of an exponential that runs off
            acts = ~(np.abs(compiled([part], [names[place]])(column[:, None])[:, 0]) <= DIFFERS)
        count, width = int(np.count_nonzero(acts)), float(np.ptp(column)) if len(column) else 0.0
        if not 0 < count <= FEW * len(column) or np.ptp(column[acts]) > NARROW * width:
            continue
        low, high = float(column[acts].min()), float(column[acts].max())
        above = high == column.max()
        if not above and low != column.min():
            continue
        side = f"above {low:.4g}" if above else f"below {high:.4g}"
        yield Finding(
            "caution",
            f"An exponential of {names[place]} in a denominator acts on {count} of {len(column)} samples alone, those "
            f"with {names[place]} {side}: a wall, which a sensor at its end or rows before the motion make, too; look "
            "at these, and find the law without them.",
        )


def _parts(rhs: sp.Expr, names: Sequence[str]) -> Iterator[tuple[int, sp.Expr]]:
    """Of sums in denominators the exponential of a state, over the number that it is added to, and that state."""
    for power in rhs.atoms(sp.Pow):
        if not (power.base.is_Add and power.exp.is_negative):
            continue
        number = power.base.as_independent(*power.base.free_symbols, as_Add=True)[0]
        rest = power.base - number
        places = [place for place, name in enumerate(names) if rest.free_symbols == {symbol(name)}]
        if places and number != 0 and (rest.is_Mul or isinstance(rest, sp.exp)) and rest.has(sp.exp):
            yield places[0], rest / number


def at_rest(windows: Windows) -> Finding:
    """That a law describes the data no shorter than states at rest; by as many samples as its residuals are worth."""
    if windows.worth == 1.0:
        return Finding("bad", "States that stay constant plus noise explain the data as well as the best law does.")
    number = windows.worth * windows.count
    return Finding(
        "bad",
        f"Residuals of the best law hang together, so that all samples are worth {number:.0f} independent ones: by "
        "those it describes the data no shorter than states that stay constant plus noise.",
    )
