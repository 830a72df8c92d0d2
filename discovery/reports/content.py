"""What a report says: the result put into words and rows of text, the same for every output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from discovery.reports.rounding import NOT_DETERMINED, plain, rounded
from discovery.types import DiscoveryResult, RankedLaw, Trajectory, symbol

MOST_LAWS, MOST_ROWS = 8, 12  # what a reader compares; the run folder holds all
STATUS = {"found": "Law found", "partial": "Law found in part", "not_found": "No law found"}
_NOISE = {
    "additive": "additive: x + s ε, with s in the unit of the state",
    "proportional": "proportional to the state: x (1 + s ε)",
    "lognormal": "lognormal: x exp(s ε)",
}
_STOPPED = {
    "deadline": "The search was cut off by its deadline: more time may find a better law.",
    "interrupt": "The search was interrupted: more time may find a better law.",
}
_CAPTIONS = {
    "trajectories": "Measurements, the fitted law, and its forecast of samples that were not fitted (shaded).",
    "phase": "Phase portrait: measurements and the law's trajectories.",
    "residuals": "Residuals of the fitted samples in standard deviations of the noise, against time and as a "
    "distribution; the curve is the normal distribution that noise alone would give.",
    "front": "Score above the best law against complexity. The numbers are ranks; the large dot is the chosen law.",
}


@dataclass(frozen=True)
class Constant:
    """A row of the table of constants: identifier, the states it serves, value and interval as text."""

    name: str
    states: tuple[str, ...]
    value: str
    low: str
    high: str


@dataclass(frozen=True)
class Rival:
    """A row of the table of laws."""

    rank: int
    law: RankedLaw
    gap: str
    complexity: int
    misfit: str
    r_squared: str
    held_out: str
    sources: str


@dataclass(frozen=True)
class State:
    """A row of the table of states: range and gaps of the measurements, scale of the noise."""

    identifier: str
    header: str
    low: str
    high: str
    missing: int
    noise: str


@dataclass(frozen=True)
class Run:
    """A row of the table of runs."""

    label: str
    samples: int
    start: str
    end: str


def title(result: DiscoveryResult) -> str:
    """Names of the files that were read, without their folders."""
    files = result.provenance.get("files", ())
    names = [files] if isinstance(files, str) else files if isinstance(files, Sequence) else ()
    shown = [re.split(r"[/\\]", str(name))[-1] for name in names[:3]]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "Measurements"


def constants(ranked: RankedLaw) -> tuple[Constant, ...]:
    """The constants of a law with their 95 % intervals."""
    law = ranked.law
    rows: list[Constant] = []
    for i, texts in enumerate(_rounded(ranked)):
        name = f"c{i}"
        pairs = zip(law.states, law.skeletons, strict=True)
        states = tuple(state for state, skeleton in pairs if symbol(name) in skeleton.free_symbols)
        rows.append(Constant(name, states, *texts))
    return tuple(rows)


def numbers(ranked: RankedLaw) -> dict[str, str]:
    """Text of each constant by its symbol, for the typesetter."""
    return {f"c{i}": value for i, (value, _, _) in enumerate(_rounded(ranked))}


def _rounded(ranked: RankedLaw) -> Iterator[tuple[str, str, str]]:
    values = ranked.law.constants
    lows = ranked.lows or (float("nan"),) * len(values)
    highs = ranked.highs or (float("nan"),) * len(values)
    return (rounded(*bounds) for bounds in zip(values, lows, highs, strict=True))


def rivals(result: DiscoveryResult) -> tuple[Rival, ...]:
    """The best laws of the front."""
    front = result.ranking.front[:MOST_LAWS]
    return tuple(
        Rival(
            rank, law, plain(law.score - front[0].score), law.complexity, plain(law.misfit), plain(law.r_squared),
            plain(law.held_out), ", ".join(engines((law,))) or "–",
        )
        for rank, law in enumerate(front, start=1)
    )  # fmt: skip


def states(result: DiscoveryResult) -> tuple[State, ...]:
    """What was measured, state by state, over all runs."""
    names = result.trajectories[0].names
    values = np.concatenate([run.states for run in result.trajectories])
    rows: list[State] = []
    for name, column, scale in zip(names, values.T, result.smoothing.noise.scale, strict=True):
        known = column[np.isfinite(column)]
        low, high = (plain(float(bound), 4) for bound in (known.min(), known.max())) if len(known) else ("–", "–")
        header = result.headers.get(name, name)
        rows.append(State(name, header, low, high, len(column) - len(known), plain(float(scale))))
    return tuple(rows)


def runs(result: DiscoveryResult) -> tuple[Run, ...]:
    """The runs, the first dozen of them."""
    return tuple(
        Run(run.label or str(i), len(run), plain(float(run.times[0]), 5), plain(float(run.times[-1]), 5))
        for i, run in enumerate(result.trajectories[:MOST_ROWS], start=1)
    )


def noise(result: DiscoveryResult) -> str:
    """The noise model in words."""
    model = result.smoothing.noise
    origin = "chosen by likelihood from these data" if model.estimated else "as asked for"
    return f"{_NOISE[model.kind]}, where ε is standard normal ({origin})."


def untested(result: DiscoveryResult) -> tuple[str, ...]:
    """What this run did not put to the test, as far as the result shows it."""
    held_out = [prediction for prediction in result.predictions if prediction.kind == "held_out"]
    fitted = {prediction.label for prediction in result.predictions if prediction.kind == "fit"}
    gaps: list[str] = []
    if not held_out:
        gaps.append("No samples were held out, so no forecast was tested.")
    if not any(prediction.label not in fitted for prediction in held_out):
        gaps.append("The law was not tried on a run with another initial state that it had not seen.")
    gaps.append("Nothing is known outside the measured range of the states and the measured span of time.")
    gaps.append(
        "Only ordinary differential equations were tried: no delays, no random forcing, no dependence on space."
    )
    if result.ranking.front and any(row.low == NOT_DETERMINED for row in constants(result.ranking.front[0])):
        gaps.append("Constants marked “not determined” can change together without changing the fit.")
    return tuple(gaps) + ((_STOPPED[result.stopped_by],) if result.stopped_by in _STOPPED else ())


def methods(result: DiscoveryResult) -> tuple[str, ...]:
    """The methods section, a sentence each, of what ran."""
    score = plain(result.smoothing.score).replace("-", "−")
    sentences = [
        f"The samples were smoothed by {result.smoothing.method} (mean held-out log-likelihood {score} nats a sample)."
    ]
    proposers = engines(result.ranking.front)
    if proposers:
        sentences.append(f"The laws compared here were proposed by {_listed(proposers)}.")
    if result.ranking.front:
        sentences.append("Their constants were refined on the trajectories by multiple shooting.")
    sentences.append(f"The ranking follows this rule: {result.ranking.rule.rstrip('.')}.")
    return tuple(sentences)


def engines(laws: Sequence[RankedLaw]) -> tuple[str, ...]:
    """Names of the engines that proposed equations of these laws; what stands after a colon is a part of an engine."""
    return tuple(dict.fromkeys(source.split(":")[0] for ranked in laws for source in ranked.law.sources))


def agreement(result: DiscoveryResult) -> str:
    """Which engines stand behind the chosen law, in one sentence."""
    proposers = engines(result.ranking.front[:1])
    if not proposers:
        return "The result does not say which engine proposed the chosen law."
    return f"Equations of the chosen law were proposed by {_listed(proposers)}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def flatten(values: Mapping[str, object], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """Nested provenance as rows of dotted key and text."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += flatten({str(k): v for k, v in value.items()}, f"{prefix}{key}.")
        elif isinstance(value, (list, tuple)):
            rows.append((f"{prefix}{key}", ", ".join(map(str, value))))
        else:
            rows.append((f"{prefix}{key}", str(value)))
    return tuple(rows)


def figure_caption(result: DiscoveryResult, name: str) -> str:
    """What a figure shows, with what was left out of it."""
    text = _CAPTIONS[name]
    run_count, dimension = len(result.trajectories), result.trajectories[0].dimension
    if name == "phase" and dimension == 1:
        text = "Slope of the state against the state: smoothed samples and the law."
    if name == "phase" and dimension == 2:
        text += " The arrows are the direction of the law's vector field."
    if name == "phase" and dimension > 2:
        text = "Projections of the phase space: measurements and the law's trajectories."
    if name in ("trajectories", "phase") and run_count > 3:
        text += f" The first 3 of {run_count} runs are drawn."
    return text


def sample_count(trajectories: Sequence[Trajectory]) -> int:
    """Samples of all runs."""
    return sum(len(run) for run in trajectories)
