"""What a run will do, and how long that takes: power laws in rows and states, measured by ``benchmarks/stages.py``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from discovery.problems.steps import PROCESS
from pipelines.config import GENETIC, RunConfig

# CPU seconds that :func:`pace` takes on the machine on which the coefficients were measured.
REFERENCE_PACE = 0.038
# Rows beyond which, and below which, a stage takes no longer and no shorter.
MOST_ROWS, FEWEST_ROWS = 20_000, 50


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a stage: ``base + factor (rows / 1000)^rows (states / 2)^states``."""

    base: float
    factor: float
    rows: float
    states: float

    def seconds(self, rows: int, states: int) -> float:
        """For data of that size, on the machine of the measurements."""
        size = min(max(rows, FEWEST_ROWS), MOST_ROWS) / 1000.0
        return self.base + self.factor * size**self.rows * (states / 2.0) ** self.states


@dataclass(frozen=True)
class Step:
    """One stage of a run.

    Attributes:
        name: as progress calls it; of an engine ``search sindy``.
        work: what is done, in a few words.
        seconds: CPU seconds that are expected.
    """

    name: str
    work: str
    seconds: float


# By ``benchmarks/stages.py`` on 16 cases (see benchmarks/stages.md): least squares in the logarithms; the base is
# what has to be loaded first, TeX for the report. Genetic engines have the equations that others leave open, which are
# few: two CPU seconds each (search/operon.py). PySR was not measured: Julia alone takes half a minute to begin.
COSTS = {
    "start": Cost(1.3, 0.0, 0.0, 0.0),
    "first law": Cost(0.1, 0.46, 0.35, 0.76),
    "smoothing neural": Cost(1.3, 3.6, 0.13, 0.73),
    "smoothing classical": Cost(0.0, 0.4, 0.6, 0.5),
    "search sindy": Cost(1.3, 0.30, 0.40, 1.68),
    "search structured": Cost(0.1, 4.8, 0.28, 1.21),
    "search operon": Cost(0.2, 1.0, 0.0, 1.0),
    "search pysr": Cost(30.0, 30.0, 0.0, 1.0),
    "selection": Cost(0.1, 6.1, 0.10, 1.54),
    "report": Cost(3.0, 2.9, 0.07, 0.46),
}
# Cases took up to so many times longer or shorter than that: what is hard about data is not their size.
WITHIN = 3
# Searches and selections that --own auto makes beside the first: of one run alone, with values of their own for the
# constant that gains most, and once more in vain. Each further constant takes one more.
OWN_ROUNDS = 3
AUTO = "auto"
_NEURAL = ("auto", "neural_ode")
_WORK = {
    "sindy": "sparse regression on libraries that grow",
    "structured": "terms of a stated grammar, one by one and by elimination",
    "operon": "genetic search for what the others leave unexplained",
    "pysr": "genetic search for what the others leave unexplained, in a process of its own",
}


def plan(
    rows: int, states: int, config: RunConfig, *, kept: Sequence[str] = (), machine: float = 1.0
) -> tuple[Step, ...]:
    """The steps of a run, with the CPU seconds that each is expected to take.

    Args:
        rows: samples of all runs together.
        kept: finished stages of the folder, which are not done again.
        machine: how many times slower than the machine of the measurements this one is.
    """
    steps = tuple(
        Step(name, work, round(machine * COSTS[cost].seconds(rows, states), 1))
        for name, work, cost in _steps(config, kept)
    )
    if not any(one.partition(":")[0].strip() == AUTO for one in config.own):
        return steps
    again = [COSTS[_cost_of(name)].seconds(rows, states) for name in config.engines]
    further = round(machine * OWN_ROUNDS * (sum(again) + COSTS["selection"].seconds(rows, states)), 1)
    return tuple(
        replace(
            step,
            work=f"constants refined on the samples; {OWN_ROUNDS} further searches for --own auto",
            seconds=round(step.seconds + further, 1),
        )
        if step.name == "selection"
        else step
        for step in steps
    )


def _steps(config: RunConfig, kept: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Name, work and cost of each step, in the order of the run."""
    yield "start", "loading what is needed, reading the file", "start"
    if "smoothing" not in kept and not (config.map or config.noise == PROCESS):  # whose samples are no curve
        if not (config.laws or config.data.inputs or config.data.held):  # of which a quick look knows nothing
            yield "first law", "a quick look: classical smoothing, sparse polynomials", "first law"
        neural = config.smoother in _NEURAL
        what = "a neural ODE from a classical start" if neural else config.smoother.replace("_", " ")
        yield "smoothing", what, "smoothing neural" if neural else "smoothing classical"
    for name in sorted(config.engines, key=GENETIC.__contains__):
        if not any(stage == name or stage.startswith(f"{name}-") for stage in kept):
            yield f"search {name}", _WORK.get(name, name), _cost_of(name)
    yield "selection", "constants refined on the samples, description length, forecasts", "selection"
    yield "report", "figures, LaTeX, HTML", "report"


def _cost_of(engine: str) -> str:
    """The cost of an engine; of another package's that of the dearest of ours that needs no Julia."""
    name = f"search {engine}"
    return name if name in COSTS else "search structured"


def pace() -> float:
    """CPU seconds of a fixed piece of work on one thread, half in Python and half in NumPy: this machine's speed."""
    values = np.linspace(0.0, 1.0, 200_000)
    begin = time.process_time()
    total = 0
    for number in range(200_000):
        total += number * number % 7
    for _ in range(8):
        values = np.sin(values) + np.sqrt(values + 1.0)
    return time.process_time() - begin


def as_table(steps: Sequence[Step], rows: int, states: int, kept: Sequence[str] = ()) -> str:
    """The steps as lines of text, with their sum and where the times come from."""
    total = sum(step.seconds for step in steps)
    lines = [f"{step.name:<20} {spoken(step.seconds):>7}  {step.work}" for step in steps]
    lines += [f"{'in all':<20} {spoken(total):>7}  of one core; stages that run side by side take less by the clock"]
    if kept:
        lines.insert(0, f"Kept, and not done again: {', '.join(kept)}.")
    counted = f"{rows} rows, {states} state{'s' * (states != 1)}"
    lines += [
        f"Expected for {counted}, by power laws that benchmarks/stages.py measured and the pace of this machine; right",
        f"within a factor of {WITHIN}, as laws of one size can be easy or hard to find.",
    ]
    return "\n".join(lines) + "\n"


def spoken(seconds: float) -> str:
    """A time as people say it: ``< 1 s``, ``8 s``, ``40 s``, ``3 min``, ``1.5 h``."""
    if seconds < 1.0:
        return "< 1 s"
    if seconds < 10.0:
        return f"{seconds:.0f} s"
    if seconds < 90.0:
        return f"{5 * round(seconds / 5):.0f} s"
    if seconds < 5400.0:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
