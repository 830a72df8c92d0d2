"""What a report says: the result put into words, the same for every output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from discovery.laws import NO_ENGINES, SELECTION, SETTLED
from discovery.reports.methods import TOLD
from discovery.reports.naming import in_letters, printed_header, symbols
from discovery.reports.openness import next_run
from discovery.reports.room import MOST_UNSEEN, fit_runs, has_dots, inputs, shown_inputs, shown_runs
from discovery.reports.rounding import NOT_DETERMINED, plain
from discovery.reports.rows import MOST_LAWS, constants, engine_names, engines
from discovery.reports.unseen import banded, begun_anew, beside, beyond, planned, tied, whole_runs
from discovery.selection.in_words import MADE_EXACT
from discovery.types import DiscoveryResult, Finding, Law, Trajectory
from discovery.wording import listed

# What stands above the law, by the verdict.
HEADINGS = {"found": "The law", "partial": "The law so far", "not_found": "The best candidate, which is not supported"}
STATUS = {"found": "Law found", "partial": "Law found in part", "not_found": "No law found"}
_NOISE = {
    "additive": "additive: x + s ε, with s in the unit of the state",
    "counts": "that of counts: x + s √x ε (by Poisson's law s = 1 if single events are counted)",
    "proportional": "proportional to the state: x (1 + s ε)",
    "combined": "combined of a part in proportion to the state and a constant one: x (1 + s ε) + a ε', with a in the "
    "unit of the state",
    "lognormal": "lognormal: x exp(s ε)",
    "given": "as given: x + s r ε, with the error r that came with a sample, relative to the usual one",
}
_STOPPED = {
    "deadline": "The search was cut off by its deadline: more time may find a better law.",
    "interrupt": "The search was interrupted: more time may find a better law.",
}
_CAPTIONS = {
    "trajectories": "Measurements, the fitted law, and its forecast of samples that were not fitted (shaded).",
    "unseen": "Runs that were kept out whole, and the law's forecasts of them",
    "phase": "Phase portrait: measurements and the law's trajectories.",
    "residuals": "Residuals of the fitted samples in standard deviations σ of the noise: against time, as a "
    "distribution (curve: noise alone), and correlated with earlier ones. The bands hold 95 % of white noise.",
    "front": "Score above the best law against complexity. The numbers are ranks, the diamond is the chosen law; laws "
    "in the band are as good as tied.",
    "summary": "Left: measurements (dots), fit (solid) and forecast of samples kept out (dashed, shaded). Right: phase "
    "portrait.",
}
_MEASURES = {
    "misfit": "χ²/N on the measured trajectories",
    "r_squared": "R², share of the weighted variance that is explained",
    "description_length": "Description length of the law, nats",
    "null_description_length": "Description length of constant states, nats",
    "window_samples": "Samples in the longest windows of the fit",
    "horizon": "Time for which forecasts hold",
    "lead_over_second": "Lead over the second law, nats",
    "held_out_error": "Forecast error, mean square in variances of the states",
    "held_out_persistence": "The same if nothing changed",
    "held_out_mean": "The same of the mean",
    "held_out_noise": "The same that noise alone would make",
    "held_out_skill": "Share of the better null's error, noise apart, that the law removes",
    "crossed_skill": "The same of two runs, each forecast by the law refitted to the other",
    "held_out_best_curve": "Forecast error of the best curve that knows no law",
    "held_out_smooth_curve": "The same of a free smooth curve",
    "held_out_valid_time": "Time after which forecasts of samples kept out are lost",
    "ties": "Laws that are as good as tied",
    "lead_over_wandering": "Lead over states or rates that wander at random, nats",
    "residual_probability": "Least probability of the residuals' tests, if they were white",
    "residual_correlation": "Largest correlation of successive residuals",
    "lyapunov_exponent": "Largest Lyapunov exponent",
    "horizon_in_lyapunov_times": "Lyapunov times for which forecasts hold",
}
_EQUATIONS = "Only ordinary differential equations were tried: no delays, no random forcing, no dependence on space."
_CHANCE = "Chance was taken to act alike in each step, and measurements to be exact: no delays were tried."
ACTS = (
    "It is chance that acts on the states in each step, and x what the law gives for a sample from the one before it."
)
_EXACT = (
    "Constants that were made exact stand in no table; the note of the verdict that begins “Made exact” has their "
    "relations, and their intervals if they were free."
)
_MAPS = "Only maps of the present state were tried: none of earlier ones, and no random forcing."
_EVEN = 0.01  # steps that differ by less than this share are called even


def title(result: DiscoveryResult) -> str:
    """Names of the files that were read, without their folders."""
    files = result.provenance.get("files", ())
    names = [files] if isinstance(files, str) else files if isinstance(files, Sequence) else ()
    shown = [re.split(r"[/\\]", str(name))[-1] for name in names[:3]]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "Measurements"


def noise(result: DiscoveryResult) -> str:
    """The noise model in words."""
    acts = f" {ACTS}" if result.smoothing.noise.process else ""
    kind = result.smoothing.noise.kind
    normal = "ε and ε' are" if kind == "combined" else "ε is"
    return f"{_NOISE[kind]}, where {normal} standard normal ({noise_origin(result)}).{acts}"


def noise_origin(result: DiscoveryResult) -> str:
    """Who chose the noise model."""
    return "chosen by likelihood from these data" if result.smoothing.noise.estimated else "as asked for"


def measured(result: DiscoveryResult) -> str:
    """What was measured, in one or two sentences."""
    runs = result.trajectories
    seen = np.concatenate([run.states for run in runs])
    seen = seen[:, np.isfinite(seen).any(axis=0)]  # a hidden state misses no value
    states = counted(seen.shape[1], "state")
    missing = int(np.isnan(seen).sum())
    start, end = min(run.times[0] for run in runs), max(run.times[-1] for run in runs)
    span = f"from {result.time_name} = {plain(float(start), 5)} to {plain(float(end), 5)}"
    gaps = (
        "No value is missing"
        if not missing
        else f"{counted(missing, 'value')} of {seen.size} {'is' if missing == 1 else 'are'} missing"
    )
    marks = sum(len(one.inputs) for one in result.structure.owned)  # which are of no column
    drives = runs[0].inputs.shape[1] - marks
    driven = f", driven by {counted(drives, 'known input')}" if drives else ""
    return (
        f"{counted(sample_count(runs), 'sample')} of {states} in {counted(len(runs), 'run')}{driven}, {span}, "
        f"{_sampling(runs)}. {gaps}."
    )


def _sampling(runs: Sequence[Trajectory]) -> str:
    steps = np.concatenate([np.diff(run.times) for run in runs])
    if not len(steps):
        return "one at a time"
    middle = float(np.median(steps))
    if np.ptp(steps) <= _EVEN * middle:
        return f"evenly, {plain(middle, 4)} apart"
    return f"unevenly, {plain(float(steps.min()))} to {plain(float(steps.max()))} apart, {plain(middle)} in the median"


def untested(result: DiscoveryResult) -> tuple[str, ...]:
    """What this run did not put to the test, as far as the result shows it."""
    held_out = [prediction for prediction in result.predictions if prediction.kind == "held_out"]
    gaps: list[str] = []
    if not held_out and not result.smoothing.noise.process:
        gaps.append("No samples were held out, so no forecast was tested.")
    if not whole_runs(result):
        gaps.append("The law was not tried on a run with another initial state that it had not seen.")
    gaps.append("Nothing is known outside the measured range of the states and the measured span of time.")
    forms = _MAPS if result.trajectories[0].discrete else _EQUATIONS
    gaps.append(_CHANCE if result.smoothing.noise.process else forms)
    if result.ranking.front and any(row.low == NOT_DETERMINED for row in constants(result, result.ranking.front[0])):
        gaps.append("Constants marked “not determined” can change together without changing the fit.")
    return tuple(gaps) + ((_STOPPED[result.stopped_by],) if result.stopped_by in _STOPPED else ())


def unseen(result: DiscoveryResult) -> str:
    """Whether the law was tried on an unseen start, and what the figure shows instead where it was not."""
    whole = len(whole_runs(result))
    if whole:
        runs = f"{whole} of {len(result.trajectories)} runs"
        return f"{runs} were kept out whole. The law, refitted without them, forecast them{_from(result)}."
    if planned(result) is None:
        return "No run was kept out whole, so no forecast from an unseen start was tested."
    start = "the start proposed for a further run" if next_run(result) else "a start that no run had"
    return (
        "No run was kept out whole, so no forecast from an unseen start was tested. The figure shows the law's "
        f"forecast from {start}, which is untested, too.{_beside(result)}"
    )


def _beside(result: DiscoveryResult) -> str:
    """What other forecasts the figure has, and what they are for; empty where there are none."""
    if not (others := len(beside(result)) - 1):
        return ""
    is_, laws = ("is that", "one rival") if others == 1 else ("are those", f"{others} rivals")
    suggestion = next_run(result)
    if suggestion and suggestion.purpose == "rivals":
        shows = "The further run would show which law is right: measure where the curves differ."
        return f" Beside it {is_} of {laws}. {shows}"
    every = len(tied(result)) - 1
    laws = f"{others} of {every} rivals" if every > others else laws
    law = "it" if others == 1 else "the law"
    shows = "a measurement where the curves differ would"
    return f" Beside it {is_} of {laws} that these data cannot tell from {law}; {shows}."


def _from(result: DiscoveryResult) -> str:
    """Where forecasts of whole runs began."""
    if begun_anew(result):
        return " piece by piece, each begun with a state of the run and as long as forecasts by the law hold"
    return " from their first states alone"


def findings(result: DiscoveryResult) -> tuple[Finding, ...]:
    """Those of the verdict, in which terms have the letters of the equations above."""
    return tuple(_in_letters(result, one) if _is_exact(one) else one for one in result.verdict.findings)


def _in_letters(result: DiscoveryResult, finding: Finding) -> Finding:
    """The finding with letters in what stands behind its colon."""
    why, colon, relations = finding.text.partition(": ")
    return replace(finding, text=f"{why}{colon}{in_letters(result, relations)}")


def exact(result: DiscoveryResult) -> str:
    """Where intervals are of constants that no table has, as they were made exact; empty where none was."""
    return _EXACT if any(map(_is_exact, result.verdict.findings)) else ""


def _is_exact(finding: Finding) -> bool:
    return finding.text.startswith(MADE_EXACT)


def agreement(result: DiscoveryResult) -> str:
    """Which engines stand behind the chosen law, in one sentence."""
    names = engine_names(result.ranking.front[:1])
    proposers = [name for name in names if name not in NO_ENGINES]
    if not names:
        return "The result does not say which engine proposed the chosen law."
    if names == (TOLD,):
        return "The form of the law was told; no engine searched."
    settled = " Some were settled by the data before the search." if SETTLED in names and proposers else ""
    made = " Selection made some of terms that engines proposed." if SELECTION in names else ""
    if not proposers and made:
        return "No engine proposed the chosen law as it is: selection made it of terms that engines proposed."
    if not proposers:
        return "All equations of the chosen law were settled by the data before the search."
    apart = [row.name for row in engines(result) if not row.parts and row.name not in NO_ENGINES]
    others = f" {listed(apart)} did not propose any of them." if apart else ""
    return f"Equations of the chosen law were proposed by {listed(proposers)}.{settled}{made}{others}"


def counted(number: int, noun: str) -> str:
    """``1 run``, ``2 runs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def measures(result: DiscoveryResult) -> tuple[tuple[str, str], ...]:
    """The figures behind the verdict with their meaning."""
    return tuple((_MEASURES.get(name, name), plain(value, 4)) for name, value in result.verdict.measures.items())


def flatten(values: Mapping[str, object], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """Nested provenance as rows of dotted key and text; what is empty is left out."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += flatten({str(k): v for k, v in value.items()}, f"{prefix}{key}.")
        elif isinstance(value, (list, tuple)):
            rows += [(f"{prefix}{key}", ", ".join(map(str, value)))] if value else []
        elif value is not None and value != "":
            rows.append((f"{prefix}{key}", str(value)))
    return tuple(rows)


def figure_caption(result: DiscoveryResult, name: str) -> str:
    """What a figure shows, with what was left out of it."""
    text = _CAPTIONS[name]
    if result.smoothing.noise.process and name in ("trajectories", "phase", "summary"):
        text = "Measurements, and what the law gives for each from the one before it."
    run_count, dimension = len(result.trajectories), result.trajectories[0].dimension
    if name == "unseen":
        text = f"{text}{_from(result)}." if whole_runs(result) else _outlook_caption(result, dimension)
    if name == "phase" and dimension == 1:
        text = "Slope of the state against the state: smoothed samples and the law."
        if result.trajectories[0].discrete:
            text = "The next state against the state: samples and the law."
    if name == "phase" and dimension == 2 and _has_field(result.law):
        first, second = (printed_header(result.headers.get(name, name))[0] for name in result.trajectories[0].names)
        text += (
            f" Grey lines follow the law's vector field; {first} is at rest on the dashed green line, {second} on the "
        )
        text += "dotted purple one."
    if name == "phase" and dimension > 2:
        text = "Projections of the phase space: measurements and the law's trajectories."
    if name == "phase" and dimension > 1 and not has_dots(result):
        text = text.replace("measurements and the law's trajectories", "the law's trajectories")
    if name == "trajectories" or (name == "unseen" and whole_runs(result)):
        text += _inputs_below(result)
    drawn = {"trajectories": fit_runs, "phase": shown_runs}.get(name)
    return text if drawn is None else f"{text}{_which(drawn(result), run_count)}"


def _which(drawn: Sequence[int], run_count: int) -> str:
    """Which runs are drawn, where some are not."""
    if len(drawn) == run_count:
        return ""
    if len(drawn) == 1:
        return " Only the first run is drawn."
    if drawn == tuple(range(len(drawn))):
        return f" The first {len(drawn)} of {run_count} runs are drawn."
    places = listed([str(place + 1) for place in drawn])
    return f" Of {run_count} runs numbers {places} are drawn, which span their ranges."


def _inputs_below(result: DiscoveryResult) -> str:
    """What the thin panels of inputs show."""
    drawn, every = len(shown_inputs(result)), len(inputs(result))
    if not drawn:
        return ""
    some = f"the first {drawn} of {every} inputs" if drawn < every else "the input" if every == 1 else "the inputs"
    held = any(result.trajectories[0].held[place] for place in shown_inputs(result))
    return f" Below: {some}{', in steps where held' if held else ''}."


def _has_field(law: Law | None) -> bool:
    return law is not None and not law.discrete and law.autonomous


@dataclass(frozen=True)
class Placed:
    """A figure in its place.

    Attributes:
        narrow: whether it is half as wide as the text.
    """

    name: str
    number: int
    caption: str
    narrow: bool


def figure_rows(result: DiscoveryResult, names: Sequence[str]) -> tuple[tuple[Placed, ...], ...]:
    """Figures in the order of a report, numbered, narrow ones in pairs."""
    wide = {"trajectories", "residuals", "summary"}
    wide |= {"phase"} if result.trajectories[0].dimension > 2 else set[str]()
    wide |= {"unseen"} if whole_runs(result) else set[str]()
    packed: list[tuple[str, ...]] = []
    for name in names:
        unpaired = [place for place, row in enumerate(packed) if len(row) == 1 and row[0] not in wide]
        if name in wide or not unpaired:
            packed.append((name,))
        else:
            packed[unpaired[0]] = (*packed[unpaired[0]], name)
    numbers = {name: place for place, name in enumerate((name for row in packed for name in row), start=1)}
    return tuple(
        tuple(Placed(name, numbers[name], figure_caption(result, name), name not in wide) for name in row)
        for row in packed
    )


def longest(result: DiscoveryResult) -> int:
    """Letters of the longest equation that is shown, its constants among them."""
    laws = result.ranking.front[:MOST_LAWS]
    return max(
        (sum(not node.args for node in sp.preorder_traversal(rhs)) for law in laws for rhs in law.law.skeletons),
        default=0,
    )


def _outlook_caption(result: DiscoveryResult, dimension: int) -> str:
    plan = planned(result)
    suggested = plan is not None and plan.suggested
    start = "the start proposed for a further run" if suggested else "a start that no run had"
    text = f"Forecast from {start} (diamond), as long as {'that' if suggested else 'the first'} run or as "
    text += "forecasts hold"
    text += ", with a 95 % band from the constants' errors" if plan is not None and banded(result, plan) else ""
    text += f"; the first {MOST_UNSEEN} states." if dimension > MOST_UNSEEN else "."
    names = {one.identifier: one.name for one in symbols(result)}
    outside = beyond(result, plan) if plan else ()
    far = [f"{names[name]} from {plain(low)} to {plain(high)}" for name, low, high in outside]
    return text + (f" The start lies outside of what was measured: {', '.join(far)}." if far else "")


def sample_count(trajectories: Sequence[Trajectory]) -> int:
    """Samples of all runs."""
    return sum(len(run) for run in trajectories)
