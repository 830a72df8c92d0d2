"""What the sentences of a run mean for its data, and the problem that they leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from discovery import registry
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.understand import understand
from discovery.reports.naming import split_header
from discovery.symbolic.lettering import GREEK
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.names import is_safe
from pipelines.config import RunConfig
from pipelines.plain import plain_names

if TYPE_CHECKING:
    from discovery.protocols import Smoother
    from discovery.types import DiscoveryProblem, Smoothing, Trajectory, Verdict


def understood(measurements: Measurements, config: RunConfig) -> Knowledge | None:
    """What was told of the law of these data; None where nothing was.

    Raises:
        ExpressionError, UsageError: the sentences cannot be used with these data.
    """
    if not config.laws and not measurements.inputs:
        return None
    names = Names(measurements.headers, measurements.inputs, measurements.time_name, is_safe)
    return understand(config.laws, names)


def variables(measurements: Measurements, config: RunConfig) -> tuple[str, ...]:
    """All names that a candidate for these data may hold."""
    known = understood(measurements, config)
    if known is None:
        return plain_names(len(measurements.headers))
    names = [*known.frame.states, *known.frame.inputs, *(v for one in known.frame.unknowns for v in one.variables)]
    return tuple(dict.fromkeys(names))


def smoother_for(
    known: Knowledge | None, config: RunConfig, rows: int, *, hurried: bool = False
) -> tuple[Smoother, str]:
    """The smoother, and why it is not the one that was asked for where it is not.

    A field of first order cannot be learned from positions alone, nor any without time; a classical one is then taken.
    """
    name = "gaussian_process" if rows <= 600 else "kalman"  # as the classical start is chosen
    if hurried and "torch" in registry.plugin("smoothing", config.smoother).requires:
        note = f"There was no time for the smoother {config.smoother}; a classical one took its place."
    elif known is not None and known.hidden and config.smoother == "auto":
        note = (
            "A state is hidden, so that no field was learned from the states; they were smoothed by a classical method."
        )
    else:
        return config.make_smoother(), ""
    return config.changed(smoother=name).changed_smoothing({}).make_smoother(), note


def problem_of(
    known: Knowledge, trajectories: Sequence[Trajectory], smoothing: Smoothing, config: RunConfig
) -> DiscoveryProblem:
    """The problem that the sentences leave.

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
    if latent:
        runs, curves = Latent.of(known.frame, latent, runs, curves).found(config.seed)
    check_conserved(known.conserved, runs, curves)
    return framed(known.frame, runs, curves, regressions(runs, curves), config.seed)


def headers_of(measurements: Measurements, known: Knowledge | None) -> Mapping[str, str]:
    """What the user calls each state, hidden ones among them."""
    hidden = {one.name: one.header for one in known.hidden} if known else {}
    return {**measurements.headers, **hidden}


def spoken(text: str, headers: Mapping[str, str]) -> str:
    """A sentence in which states are called what the user calls them, as ``100%`` for ``x_100``.

    Identifiers that could be words of a sentence are left: those without digit and underscore that are no Greek letter.
    """
    own = {
        name: split_header(header)[0]
        for name, header in headers.items()
        if re.search(r"[\d_]", name) or name.lower() in GREEK
    }
    if not own:
        return text
    return re.sub(rf"\b(?:{'|'.join(own)})\b(?!-squared)", lambda found: own[found[0]], text)


def in_words_of_the_user(verdict: Verdict, headers: Mapping[str, str]) -> Verdict:
    """The verdict as :func:`spoken`."""
    findings = tuple(replace(one, text=spoken(one.text, headers)) for one in verdict.findings)
    return replace(verdict, headline=spoken(verdict.headline, headers), findings=findings)


def notes_of(measurements: Measurements, known: Knowledge | None) -> list[str]:
    """How the sentences were understood."""
    if known is None:
        return []
    notes = [f"Told: {sentence}" for sentence in known.sentences]
    notes += [f"{one.header} was not measured; its course is estimated through the law." for one in known.hidden]
    if measurements.inputs:
        names = ", ".join(measurements.inputs.values())
        how = "held until the next sample" if measurements.trajectories[0].held else "interpolated between samples"
        notes.append(f"Inputs ({names}) are {how}.")
    notes += [
        f"By {one.sentence!r} the equation of {one.determines} follows from the others."
        for one in known.conserved
        if one.determines
    ]
    return [*notes, *known.notes]
