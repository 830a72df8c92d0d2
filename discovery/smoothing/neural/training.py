"""From collocation to shooting: a field is trained in stages, and the stage that predicts best is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from discovery.protocols import Deadline
from discovery.smoothing.neural.adjoint import descend_by_adjoint
from discovery.smoothing.neural.collocation import INDEPENDENT, Collocation
from discovery.smoothing.neural.evidence import Prior
from discovery.smoothing.neural.levenberg import Descent, covariance_of, descend
from discovery.smoothing.neural.network import Learnable, deviations, new_network
from discovery.smoothing.neural.reading_out import Reading
from discovery.smoothing.neural.scaling import rates
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.stepping import steps_in_cells
from discovery.smoothing.neural.study import Study, Trial
from discovery.smoothing.neural.windows import Windows, draw, gather, places

# Share of an independent observation that a classical derivative counts for while shooting. By experiment on ODEBench
# at 5 % noise: at 0 fields stray at the ends of runs (two systems 1.5 to 1.7 times worse than the classical start), at
# 0.1 they keep the classical errors (geometric mean .63 of them instead of .54).
ANCHOR = 0.03
# The share that they count for at the end, by how much the field doubts its derivatives (see `_doubt`): the less it
# knows, the more firmly it is held. By experiment on the same systems: with 0.03 for all, seven of 63 were more than
# 5 % worse than their start.
UNSURE = 0.5
FIRMER = ((UNSURE, ANCHOR), (1.0, 0.15), (np.inf, 0.6))
ANCHORS = 300  # points of the anchor
HOLD = 3  # steps of the collocation before the prior moves: nothing is known of a field that was just drawn
FOLLOWED = 1e3  # mean squared misfit, in noise variances, beyond which a field runs away from the samples
FEWEST = 2  # cells in a window where a field cannot be followed for longer

POINTS = 1000  # at which the doubt is computed

Told = Callable[[str, float, float, float], None]


@dataclass(frozen=True)
class Plan:
    """How much training there is; see `NeuralODE` for the meaning of each."""

    width: int
    collocation: int
    iterations: tuple[int, ...]
    continuity: tuple[float, ...]
    cells: int
    most_windows: int
    numbers: int
    refit: int


@dataclass(frozen=True)
class Learned:
    """A field, how its solutions are read out, and how it did on the held-out samples.

    Attributes:
        covariance: of the network's parameters.
        doubt: expected error of the derivatives relative to that of the classical ones, before the field was held to
            those more firmly; NaN if it was not fitted to all samples.
    """

    network: Learnable
    how: Reading
    covariance: Tensor
    trial: Trial
    doubt: float = float("nan")


@dataclass(frozen=True)
class _Stage:
    """A field that was learned, with what it takes to go on from there."""

    learned: Learned
    descent: Descent
    problem: Shooting | None


def train(study: Study, plan: Plan, *, seed: int, deadline: Deadline, told: Told) -> Learned:
    """The field of the stage with the best held-out score, fitted once more with nothing held out.

    Args:
        told: hears what is being done, the share that is done, the cost and the held-out misfit.
    """
    rng = np.random.default_rng(seed)
    learned_rates = rates(study.blind)[-study.learned :]
    drives = study.blind[0].drives.shape[1]
    network = new_network(learned_rates, study.known, drives, plan.width, rng)
    return trained(network, Prior.first(network.groups), study, plan, rng, deadline, told)


def trained(
    network: Learnable,
    prior: Prior,
    study: Study,
    plan: Plan,
    rng: np.random.Generator,
    deadline: Deadline,
    told: Told,
) -> Learned:
    """The same of a field of any kind, from where it is."""
    collocation = Collocation.of(network, study.blind, INDEPENDENT)
    say = _saying(told, "collocation", 0.05, 0.15)
    found = descend(collocation, network.parameters, prior, plan.collocation, deadline, say, hold=HOLD)
    network = network.at(found.unknowns)
    stride, stepper = steps_in_cells(network, study)
    how = Reading(plan.cells, stride, stepper, plan.continuity[0])
    stage = _Stage(Learned(network, how, found.covariance, study.trial(network, how)), found, None)
    best = stage
    ends = np.linspace(0.15, 0.8, len(plan.iterations) + 1)
    for number, (iterations, continuity) in enumerate(zip(plan.iterations, plan.continuity, strict=True)):
        if deadline.passed():
            break
        say = _saying(told, f"shooting, stage {number + 1}", ends[number], ends[number + 1])
        stage = _shoot(study, plan, stage, replace(how, continuity=continuity), iterations, rng, deadline, say)
        best = best if stage.learned.trial.worse_than(best.learned.trial) else stage
    return _refit(study, best, plan.refit, deadline, told)


def _saying(told: Told, what: str, low: float, high: float) -> Callable[[float, float, float], None]:
    return lambda share, cost, held_out: told(what, low + (high - low) * share, cost, held_out)


def _shoot(
    study: Study,
    plan: Plan,
    stage: _Stage,
    how: Reading,
    iterations: int,
    rng: np.random.Generator,
    deadline: Deadline,
    say: Callable[[float, float, float], None],
) -> _Stage:
    """One stage of shooting, over shorter windows where the field cannot be followed over those of ``how``."""
    network, parameters = stage.learned.network, stage.learned.network.parameters
    anchor = Collocation.of(network, study.blind, ANCHOR, ANCHORS)
    while True:
        problem = Shooting(network, _windows(study, plan, how, rng), how.stepper, how.continuity, anchor, plan.numbers)
        start = torch.cat([_starts(stage, problem), parameters])
        misfit = problem.cost(start)[0] / max(1, np.count_nonzero(problem.windows.weights))
        if misfit < FOLLOWED or how.cells <= FEWEST:
            break
        how = replace(how, cells=how.cells // 2)
    found = _descend(problem, start, stage.descent, iterations, deadline, say)
    network = network.at(problem.split(found.unknowns)[1])
    learned = Learned(network, how, found.covariance, study.trial(network, how))
    return _Stage(learned, found, problem)


def _descend(
    problem: Shooting,
    start: Tensor,
    before: Descent,
    iterations: int,
    deadline: Deadline,
    say: Callable[[float, float, float], None],
) -> Descent:
    """By Gauss-Newton steps, or by the adjoint where a window is too long for their memory.

    The adjoint gives no normal matrix. Where it moved the parameters, the covariance that they had before does not
    hold any more; the one by the classical derivatives at the new ones takes its place.
    """
    prior = before.prior
    if not problem.oversized or problem.stepper.stiff:
        return descend(problem, start, prior, iterations, deadline, say)
    found = descend_by_adjoint(problem, start, prior, iterations, deadline, say, covariance=before.covariance)
    if torch.equal(start, found.unknowns):
        return found
    normal, _ = problem.anchor.normal(problem.split(found.unknowns)[1])
    return replace(found, covariance=covariance_of(normal, prior))


def _windows(study: Study, plan: Plan, how: Reading, rng: np.random.Generator) -> Windows:
    """The windows of a stage: all, or as many as a stage may have, drawn anew."""
    every = places(study.blind, how.cells, how.stride)
    return gather(study.blind, draw(every, plan.most_windows, rng), how.cells, how.stride)


def _starts(stage: _Stage, problem: Shooting) -> Tensor:
    """First states: those of the stage before where it had the same windows, else the classical curve's."""
    before = stage.problem
    if before is not None and before.windows.starts.shape == problem.windows.starts.shape:
        same = np.array_equal(before.windows.rows[:, 0], problem.windows.rows[:, 0])
        if same and np.array_equal(before.windows.run, problem.windows.run):
            return before.split(stage.descent.unknowns)[0].flatten()
    return torch.tensor(problem.windows.starts).flatten()


def _refit(study: Study, stage: _Stage, iterations: int, deadline: Deadline, told: Told) -> Learned:
    """The stage's field with a few more steps in which nothing is held out.

    A field that the samples leave more uncertain than the classical derivatives are is held to those more firmly.
    """
    problem = stage.problem
    if problem is None or deadline.passed():
        return stage.learned
    problem = replace(problem, windows=problem.windows.revealed())

    def held(before: _Stage, share: float, low: float) -> _Stage:
        anchor = Collocation.of(problem.network, study.parts, share, ANCHORS)
        firm = replace(problem, anchor=anchor)
        say = _saying(told, "with all samples", low, low + 0.075)
        found = _descend(firm, before.descent.unknowns, before.descent, iterations, deadline, say)
        network = problem.network.at(problem.split(found.unknowns)[1])
        return _Stage(replace(before.learned, network=network, covariance=found.covariance), found, firm)

    loose = held(stage, ANCHOR, 0.8)
    if problem.oversized:  # the adjoint leaves no covariance to doubt by
        return loose.learned
    doubt = _doubt(study, loose.learned)
    share = next((share for bearable, share in FIRMER if doubt <= bearable), FIRMER[-1][1])
    firm = loose if share == ANCHOR else held(loose, share, 0.875)
    return replace(firm.learned, doubt=doubt)


def _doubt(study: Study, learned: Learned) -> float:
    """Expected error of the field's derivatives at the classical states, relative to that of the classical ones."""
    rate, known = learned.network.rate.numpy(), learned.network.states - len(learned.network.rate)
    curve, drives, doubts = (
        np.concatenate([getattr(part, name) for part in study.parts]) for name in ("curve", "drives", "doubts")
    )
    rows = slice(None, None, max(1, len(curve) // POINTS))
    ours = deviations(learned.network, learned.covariance, curve[rows], drives[rows])
    sizes = [float(np.sqrt(np.mean((one[:, known:] / rate) ** 2))) for one in (ours, doubts)]
    return sizes[0] / sizes[1]
