"""What the sentences of a run mean for its data, and the problem that they leave."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import sympy as sp

from discovery import registry
from discovery.errors import UsageError
from discovery.headers import split_header
from discovery.knowledge.angles import in_degrees, in_radians, said_of_degrees
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.starts import ensure_begun
from discovery.knowledge.understand import understand
from discovery.laws import Law, unknown_symbol
from discovery.problems.left_limits import at_samples
from discovery.reports.naming import printed_header
from discovery.samples import symbol
from discovery.selection.moments import unknown_moments
from discovery.symbolic.lettering import GREEK
from discovery.trajectories.jumps import said_of_jumps
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import is_safe
from discovery.wording import listed
from pipelines.config import RunConfig
from pipelines.plain import plain_names

if TYPE_CHECKING:
    from discovery.protocols import Deadline, Progress, Smoother
    from discovery.trajectories.checks import DataCheck
    from discovery.types import DiscoveryProblem, Smoothing, Trajectory, Verdict

UNIVERSAL = "universal"  # the method of curves by networks in a law that was told in part
NETWORKS = ("Rackauckas2020", "Chen2018", "Roesch2021", "MacKay1992")  # papers behind it
# Noise of an input, as a share of its spread, that is said to be in no interval: intervals of 20 000 rows are off by
# four deviations at 0.005; and from which on it may as well be the input's own course.
NOTICED, FAST = 0.001, 0.3
LETTERS = 4  # from which a word that has lost an accent is hardly one of a sentence
_TYPED = re.compile(r'--law "[^"]*"')  # what advice says to type


def understood(measurements: Measurements, config: RunConfig) -> Knowledge | None:
    """What was told of the law of these data; None where nothing was.

    Raises:
        ExpressionError, UsageError, DataError: the sentences cannot be used with these data.
    """
    if not config.laws and not measurements.inputs:
        return None
    names = Names(measurements.headers, measurements.inputs, measurements.time_name, is_safe, discrete=config.map)
    known = understand(config.laws, names)
    if config.laws:
        from discovery.problems.unknowns import ensure_enough

        ensure_begun(known.frame.starts, measurements.trajectories)
        ensure_enough(known.frame, measurements.trajectories)
    return _with_angles(known, measurements, config) if config.laws else known


def _with_angles(known: Knowledge, measurements: Measurements, config: RunConfig) -> Knowledge:
    """What was told, with the states that are angles by their unit and that unknown functions depend on."""
    used = {mark for one in known.frame.unknowns for argument in one.arguments for mark in argument.free_symbols}
    columns = {**measurements.headers, **measurements.inputs}
    units = {name: _unit_of(name, header, config) for name, header in columns.items()}
    _ensure_no_sine_of_degrees(known, columns, units)
    angles = tuple(
        name
        for name, header in measurements.headers.items()
        if in_radians(header, units[name]) and name in set(map(str, used))
    )
    notes = [
        f"{measurements.headers[name]} is an angle by its unit: laws that are periodic in it count as the simpler ones."
        for name in angles
    ]
    return replace(known, angles=angles, notes=(*known.notes, *notes))


def said_of_angles(law: Law, measurements: Measurements, config: RunConfig) -> Iterator[str]:
    """What to tell of states in radians whose powers stand in a law that nothing was told of: they may be a sine's."""
    if config.laws:
        return
    raised = (part for side in law.skeletons for part in side.atoms(sp.Pow))
    powers = {part.base for part in raised if part.exp.is_Integer and part.exp.is_positive}
    for name, header in measurements.headers.items():
        if symbol(name) in powers and in_radians(header, _unit_of(name, header, config)):
            yield (
                f'{header} is in radians, and its powers stand in the law: --law "{name} angle" looks for its sine and '
                "cosine instead."
            )


def _unit_of(name: str, header: str, config: RunConfig) -> str | None:
    """The unit of a column, as it is told or stands in its header."""
    stated = config.data.units
    return next((stated[key] for key in (name, header) if key in stated), split_header(header)[1])


def _ensure_no_sine_of_degrees(known: Knowledge, columns: Mapping[str, str], units: Mapping[str, str | None]) -> None:
    """That nothing depends on a column in degrees by its sine, as by a sentence that it is an angle.

    Raises:
        UsageError: an unknown function does.
    """
    arguments = [argument for one in known.frame.unknowns for argument in one.arguments]
    of = {str(wave.args[0]) for argument in arguments for wave in argument.atoms(sp.sin, sp.cos)}
    if turning := [header for name, header in columns.items() if name in of and in_degrees(header, units[name])]:
        raise UsageError(" ".join(said_of_degrees(turning)))


def variables(measurements: Measurements, config: RunConfig) -> tuple[str, ...]:
    """All names that a candidate for these data may hold."""
    known = understood(measurements, config)
    if known is None:
        return plain_names(len(measurements.headers))
    names = [*known.frame.states, *known.frame.inputs, *(v for one in known.frame.unknowns for v in one.variables)]
    return tuple(dict.fromkeys(names))


def ensure_goes_by_steps(config: RunConfig, known: Knowledge | None, runs: Sequence[Trajectory]) -> None:
    """That what was asked for goes with noise in each step.

    Raises:
        DataError, UsageError: it does not.
    """
    if config.own:
        raise UsageError("--noise process does not go with --own. Leave one of them out.")
    if known is not None and known.hidden:
        raise UsageError(
            f"--noise process begins each step at a sample, and {known.hidden[0].header} has none. Tell a law of the "
            "columns alone, or measure it."
        )
    from discovery.problems.steps import ensure_steps

    ensure_steps(runs)


def smoother_for(
    known: Knowledge | None, config: RunConfig, runs: Sequence[Trajectory], *, hurried: bool = False
) -> tuple[Smoother, str]:
    """The smoother, and why it is not the one that was asked for where it is not.

    A field of first order cannot be learned from positions alone, nor any without time; a classical one is then taken.
    """
    if hurried and "torch" in registry.plugin("smoothing", config.smoother).requires:
        note = f"There was no time for the smoother {config.smoother}; a classical one took its place."
    elif known is not None and known.hidden and config.smoother == "auto":
        note = (
            "A state is hidden, so that no field was learned from the states; they were smoothed by a classical method."
        )
    else:
        return config.make_smoother(), ""
    from discovery.smoothing.starts import classical_name

    return config.with_smoother(classical_name(runs)).make_smoother(), note


def problem_of(
    known: Knowledge,
    trajectories: Sequence[Trajectory],
    smoothing: Smoothing,
    config: RunConfig,
    deadline: Deadline,
    progress: Progress,
) -> DiscoveryProblem:
    """The problem that the sentences leave.

    Args:
        deadline: of the search for the course of hidden states, and for further starts.

    Raises:
        DataError: the data are too few for what is to be found, or what was told has no value on them.
    """
    from discovery.problems.conservation import check_conserved
    from discovery.problems.hidden import with_velocities
    from discovery.problems.latent import Latent
    from discovery.problems.regression import regressions
    from discovery.problems.unknowns import framed

    runs, curves = with_velocities(trajectories, smoothing, known.hidden)
    latent = [one for one in known.hidden if not one.velocity_of]
    likely: tuple[float, ...] = ()
    if latent:
        runs, curves, likely = Latent.of(known.frame, latent, runs, curves).found(config.seed, deadline, progress)
    check_conserved(known.conserved, runs, curves)
    return framed(known.frame, runs, curves, regressions(runs, curves), config.seed, likely, deadline)


def loosely_told(known: Knowledge | None) -> tuple[str, ...]:
    """Of a law that was told in full the constants without bounds on both sides, and of which nothing is believed."""
    if known is None or known.frame.unknowns:
        return ()
    return tuple(
        one.name
        for one in known.frame.constants
        if not math.isfinite(one.deviation) and not (math.isfinite(one.low) and math.isfinite(one.high))
    )


def without_settled(known: Knowledge, found: Mapping[str, sp.Expr]) -> Knowledge:
    """What was told, with equations in it that the data settled; as it was where that leaves nothing to be found."""
    templates = tuple(found.get(*pair) for pair in zip(known.frame.states, known.frame.templates, strict=True))
    open_ones = tuple(
        one for one in known.frame.unknowns if any(template.has(unknown_symbol(one.name)) for template in templates)
    )
    if not open_ones:
        return known
    return replace(known, frame=replace(known.frame, templates=templates, unknowns=open_ones))


def open_functions(known: Knowledge | None, problem: DiscoveryProblem) -> bool:
    """Whether sentences leave functions open that networks can stand for; a map has no solver to train through."""
    left = problem.frame is not None and bool(problem.frame.unknowns)
    return known is not None and bool(known.sentences) and left and not problem.trajectories[0].discrete


def trained(problem: DiscoveryProblem, config: RunConfig, deadline: Deadline, progress: Progress) -> DiscoveryProblem:
    """The problem, of a law that was told in part, on its curves with networks for the unknown functions."""
    from discovery.problems.regression import regressions
    from discovery.problems.unknowns import framed
    from discovery.smoothing.universal import with_networks

    runs, frame, seed, first = problem.trajectories, problem.frame, config.seed, problem.told[0]
    assert frame is not None
    outcome = with_networks(frame, runs, problem.smoothing, first, seed=seed, deadline=deadline, progress=progress)
    smoothing = replace(outcome.smoothing, notes=(*outcome.smoothing.notes, outcome.note))
    if outcome.smoothing is problem.smoothing:
        return replace(problem, smoothing=smoothing)
    posed = framed(frame, runs, smoothing, regressions(runs, smoothing), seed, outcome.constants)
    return replace(posed, surcharge=problem.surcharge)


def headers_of(measurements: Measurements, known: Knowledge | None) -> Mapping[str, str]:
    """What the user calls each state, hidden ones among them."""
    hidden = {one.name: one.header for one in known.hidden} if known else {}
    return {**measurements.headers, **hidden}


def spoken(text: str, headers: Mapping[str, str]) -> str:
    """A sentence in which states are called what the user calls them, as ``100%`` for ``x_100``.

    Identifiers that could be words of a sentence are left: those without digit and underscore that are no Greek letter,
    and of those that have lost an accent, as ``Hohe`` for ``Höhe``, the short ones, as ``the`` for ``thé``.
    So is what is to be typed: an option takes identifiers, and not ``Channel B'' = f(Channel B)``; and so are columns
    that differ in their units only, of which ``x`` and ``x_2`` would both be x.
    """
    words = {name: printed_header(header)[0] for name, header in headers.items()}
    counts = Counter(words.values())
    own = {
        name: word
        for name, word in words.items()
        if counts[word] == 1
        and (re.search(r"[\d_]", name) or name.lower() in GREEK or (not word.isascii() and len(name) >= LETTERS))
    }
    if not own:
        return text
    said = rf"{_TYPED.pattern}|\b(?:{'|'.join(own)})\b(?!-squared)"
    return re.sub(said, lambda found: own.get(found[0], found[0]), text)


def in_words_of_the_user(verdict: Verdict, headers: Mapping[str, str]) -> Verdict:
    """The verdict as :func:`spoken`."""
    findings = tuple(replace(one, text=spoken(one.text, headers)) for one in verdict.findings)
    return replace(verdict, headline=spoken(verdict.headline, headers), findings=findings)


def notes_of(measurements: Measurements, known: Knowledge | None, config: RunConfig, *, told: bool = True) -> list[str]:
    """How the sentences were understood, which the user ``told`` or not."""
    if known is None:
        return []
    notes = [f"Told: {sentence}" for sentence in known.sentences if told]
    notes += _meant_in(measurements, known, config)
    hidden = [one.header for one in known.hidden]
    if len(hidden) > 1:
        notes.append(f"{listed(hidden)} were not measured; their courses are estimated through the law.")
    elif hidden:
        notes.append(f"{hidden[0]} was not measured; its course is estimated through the law.")
    if measurements.inputs:
        held = dict(zip(measurements.inputs.values(), measurements.trajectories[0].held, strict=True))
        for how, names in (
            ("held until the next sample", [name for name in held if held[name]]),
            ("interpolated between samples", [name for name in held if not held[name]]),
        ):
            notes += [f"Inputs ({', '.join(names)}) are {how}."] if names else []
        notes += filter(None, [said_of_jumps(measurements.trajectories, [*measurements.inputs.values()])])
    notes += [
        f"By {one.sentence!r} the equation of {one.determines} follows from the others."
        for one in known.conserved
        if one.determines
    ]
    return [*notes, *known.notes]


def _meant_in(measurements: Measurements, known: Knowledge, config: RunConfig) -> list[str]:
    """In which unit of time the numbers of constants are meant, where it was chosen by the steps of dates."""
    name, unit = printed_header(measurements.time_name)
    chosen = bool(measurements.origin) and not {name, measurements.time_name, "t"} & config.data.units.keys()
    numbers = [*known.values]
    for one in known.frame.constants:
        bounds = [bound for bound in (one.low, one.high) if bound and math.isfinite(bound)]
        numbers += [*bounds, *([one.mean] if math.isfinite(one.deviation) else [])]
    if not (chosen and numbers):
        return []
    return [
        f"Time is counted in {unit}, as the steps of the dates suggest: numbers that were told of constants are meant "
        "in it. In a file dates are counted in years by --set data.units.t=yr, for example; in Python pass numbers."
    ]


def about_the_law(known: Knowledge | None, config: RunConfig, inertia: str) -> bool:
    """Whether anything was told of the law, and not only concluded from the data, as ``inertia`` is."""
    return (known is not None and not inertia) or bool(config.own)


def said_of_data(
    data: tuple[Measurements, DataCheck | None],
    known: Knowledge | None,
    config: RunConfig,
    problem: DiscoveryProblem,
    unit: str,
    inertia: str,
) -> Iterator[str]:
    """What is said of the data and of what was told; a map's samples are no curve, of which a check could speak.

    Args:
        inertia: why laws of second order were looked for where nothing was told; else empty.
    """
    measurements, checked = data
    yield from measurements.notes
    columns = [*measurements.headers.values(), *measurements.inputs.values()]
    if degrees := [header for header in columns if in_degrees(header, split_header(header)[1])]:
        yield " ".join(said_of_degrees(degrees))
    hidden = bool(known and known.hidden)
    told = about_the_law(known, config, inertia)
    yield from checked.notes_on(hidden=hidden, told=told, named=bool(config.data.states)) if checked else ()
    yield from [inertia] if inertia else []
    yield from notes_of(measurements, known, config, told=not inertia)
    yield from noise_of_inputs(checked, measurements.trajectories[0].held) if checked else ()
    curves = at_samples(problem.smoothing.trajectories, measurements.trajectories)
    jumping = known.frame.algebraic if known else ()
    yield from unknown_moments(curves, measurements, problem.smoothing.noise, unit, jumping)


def noise_of_inputs(checked: DataCheck, held: Sequence[bool]) -> Iterator[str]:
    """That inputs are taken for exact; of one that is held or moves as fast as noise nothing tells that from it."""
    noisy = [
        f"{one.header} ({100 * one.noise_share:.2g} % of its spread)"
        for one, stays in zip(checked.facts.inputs, held, strict=True)
        if not stays and NOTICED < one.noise_share < FAST
    ]
    if noisy:
        yield f"Inputs are taken as they were measured: the noise of {listed(noisy)} is in no interval."
