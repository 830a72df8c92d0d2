"""The method: from measured trajectories to a law, its error bars and a verdict."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Literal

import numpy as np

from discovery import registry
from discovery.advice import Advice
from discovery.errors import DiscoveryError, EngineError
from discovery.knowledge.conserved import conserved
from discovery.problems.regression import regressions
from discovery.problems.settled import settled
from discovery.protocols import NEVER, Deadline, Progress, SearchEngine, Witness, silent, unseen
from discovery.selection.advise import advise
from discovery.selection.gate import explained
from discovery.selection.trajectories import Selected
from discovery.selection.verdict import judge
from discovery.smoothing.outliers import without_outliers
from discovery.structure import Structure
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.states import check_count
from discovery.types import (
    DiscoveryProblem,
    DiscoveryResult,
    EquationCandidate,
    Failure,
    Law,
    Smoothing,
    Trajectory,
    Verdict,
)
from pipelines.apart import Apart
from pipelines.config import GENETIC, RunConfig
from pipelines.first import first_law
from pipelines.frame import Frame
from pipelines.store import Memory, Store
from pipelines.watched import watched

Candidates = tuple[EquationCandidate | Law, ...]
_Search = Callable[..., Candidates]

# Shares of the time left that the first law, smoothing and each search engine may take when there is a budget; the rest
# is for selection.
FIRST_SHARE = 0.2
SMOOTHING_SHARE = 0.3
SEARCH_SHARE = 0.4
# Takes the place of a smoother that fails: in compiled loops, linear in the samples, and needs neither torch nor much
# memory.
PLAINEST = "kalman"


def discover_ode(
    data: Measurements | Sequence[Trajectory],
    config: RunConfig | None = None,
    *,
    deadline: Deadline = NEVER,
    progress: Progress = silent,
    store: Store | None = None,
    witness: Witness = unseen,
) -> DiscoveryResult:
    """Finds the law behind trajectories.

    1. The trajectories are smoothed by a neural ODE, beside a classical smoother; the one that the data favour, or
       their mean, gives states and derivatives.
    2. They pose regressions for the right-hand sides, on derivatives and in weak form.
    3. Equations that are certain are settled. Search engines propose right-hand sides and whole laws for the others,
       genetic ones for what these leave unexplained.
    4. All candidates are merged, combined to systems, their constants refined on the measured trajectories by multiple
       shooting, and ranked by description length.
    5. The best law is judged by what it forecasts without having been fitted to it, and asked what it conserves.

    Args:
        data: measurements as read from a file, or trajectories.
        deadline: cuts the work off; the result then says so.
        store: keeps the outcome of finished stages, so that a run can be resumed.
        witness: is shown a first law within seconds, then the best laws as selection goes on. Of a run that is not
            stopped the result is the same with or without one; one that is stopped before the search has the first
            law to fall back on.

    Raises:
        DataError: the data cannot be used.
        UsageError, BackendMissing: the configuration names what is not there.
    """
    config = config or RunConfig()
    measurements = data if isinstance(data, Measurements) else from_arrays(list(data), None)
    ensure(config, measurements)
    deadline = deadline if config.budget is None else deadline.sooner(config.budget)
    frame = Frame(tuple(measurements.headers))
    stages = _Stages(config, deadline, frame.progress(progress), store or Memory(), frame.witness(witness))
    runs = frame.enter(measurements.trajectories)
    first = stages.first(runs)
    smoothing, doubts = stages.smooth(runs)
    kept, outliers = without_outliers(runs, smoothing)
    problem = DiscoveryProblem(kept, smoothing, regressions(kept, smoothing))
    problem = problem.settling(settled(problem))
    candidates, failures = stages.search(problem)
    if first and (deadline.passed() or not candidates):
        candidates = first  # refined already, which there is no time to do with the others
    if not candidates:
        _none_is_left(failures)
    selected = stages.select(candidates, problem, robust=outliers > 0)
    problem, smoothing, selected = frame.leave((problem, smoothing, selected))
    stopped_by = _stopped_by(deadline)
    verdict = judge(selected, finished=stopped_by == "done")
    advice = advise(selected, problem, headers=measurements.headers, deadline=deadline)
    return DiscoveryResult(
        headers=dict(measurements.headers),
        time_name=measurements.time_name,
        trajectories=measurements.trajectories,
        smoothing=smoothing,
        ranking=selected.ranking,
        verdict=verdict,
        predictions=(*selected.fitted, *(selected.held_out.predictions if selected.held_out else ())),
        stopped_by=stopped_by,
        notes=(*measurements.notes, *check(measurements).notes, *_notes(problem, outliers)),
        failures=tuple(Failure(one.where, frame.words(one.why)) for one in (*doubts, *failures)),
        cites=_cites(config, smoothing),
        provenance=provenance(measurements, config),
        seconds=dict(stages.seconds),
        advice=advice,
        structure=_structure(verdict, selected, smoothing, advice, deadline),
    )


def _notes(problem: DiscoveryProblem, outliers: int) -> Iterator[str]:
    """What was decided about the data on the way."""
    for state, rhs in problem.settled.items():
        yield f"The equation {state}' = {rhs} was settled by the data before the search."
    if outliers:
        yield f"{outliers} outliers, far off their neighbours' curve, were left out; the loss is robust."


def _none_is_left(failures: Sequence[Failure]) -> None:
    """Raises EngineError where engines failed and none proposed anything."""
    if failures:
        whole = "\n".join(f"{failure.where}: {failure.why}" for failure in failures)
        raise EngineError(f"Every search engine failed, and without candidates there is nothing to judge.\n{whole}")


def ensure(config: RunConfig, measurements: Measurements) -> None:
    """Before any time is spent: what the configuration names is there and takes its settings, and the data can be used.

    Raises:
        DataError, UsageError, BackendMissing: they cannot.
    """
    check_count(list(measurements.headers.values()), measurements.source)
    for name in config.engines:
        registry.ensure("search", name)
        config.make_engine(name)
    config.make_selector()


def _structure(
    verdict: Verdict, selected: Selected, smoothing: Smoothing, advice: Advice, deadline: Deadline
) -> Structure:
    """What the chosen law conserves; nothing is asked of a law that the data do not support."""
    if verdict.status == "not_found" or not selected.ranking.front:
        return Structure()
    law = selected.ranking.front[0].law
    return Structure(conserved(law, smoothing.trajectories, advice.covariance, deadline=deadline))


@dataclass
class _Stages:
    """The stages with their clock; finished ones are taken from the store."""

    config: RunConfig
    deadline: Deadline
    progress: Progress
    store: Store
    witness: Witness = unseen
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def timed(self, stage: str) -> Generator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(time.perf_counter() - begin, 3)

    def first(self, trajectories: Sequence[Trajectory]) -> Candidates:
        """The first law, for a witness; none where nobody looks, or where a resumed run is further than this."""
        if self.witness is unseen or self.store.smoothing() is not None:
            return ()
        with self.timed("first law"):
            limit = self.deadline.sooner(FIRST_SHARE * self.deadline.remaining())
            found = first_law(trajectories, seed=self.config.seed, deadline=limit, progress=self.progress)
            if found is None:
                return ()
            self.witness([found])
            return (replace(found.law, sources=("first law",)),)

    def smooth(self, trajectories: Sequence[Trajectory]) -> tuple[Smoothing, tuple[Failure, ...]]:
        """The smoothing; by the plainest smoother where the one that was asked for fails, which is recorded."""
        with self.timed("smoothing"):
            if (kept := self.store.smoothing()) is not None and same_times(kept, trajectories):
                return kept, ()
            try:
                smoothing, whole = self.smoothed(self.config, trajectories)
            except EngineError as error:
                if self.config.smoother == PLAINEST:
                    raise
                plain = self.config.changed(smoother=PLAINEST, smoothing={})
                failure = Failure(f"smoothing {self.config.smoother}", str(error))
                return self.smoothed(plain, trajectories)[0], (failure,)
            if whole:
                self.store.keep_smoothing(smoothing)
            return smoothing, ()

    def smoothed(self, config: RunConfig, trajectories: Sequence[Trajectory]) -> tuple[Smoothing, bool]:
        """What a smoother makes of the measurements, once more without outliers, and whether it had the time."""
        smoothing, whole = self.smoothed_once(config, trajectories)
        kept, outliers = without_outliers(trajectories, smoothing)
        return self.smoothed_once(config, kept) if outliers and not self.deadline.passed() else (smoothing, whole)

    def smoothed_once(self, config: RunConfig, trajectories: Sequence[Trajectory]) -> tuple[Smoothing, bool]:
        self.progress("smoothing", config.smoother)
        smoother = config.make_smoother()
        limit = self.deadline.sooner(SMOOTHING_SHARE * self.deadline.remaining())
        smoothing = watched(
            lambda told: smoother.smooth(trajectories, seed=config.seed, deadline=limit, progress=told),
            limit,
            self.progress,
        )
        return smoothing, not limit.passed()

    def search(self, problem: DiscoveryProblem) -> tuple[Candidates, tuple[Failure, ...]]:
        """Candidates of all engines, the genetic ones last; a failure of one is recorded and the others go on."""
        found: list[EquationCandidate | Law] = [
            EquationCandidate(state, rhs, "settled") for state, rhs in problem.settled.items()
        ]
        failures: list[Failure] = []
        engines = {name: self.config.make_engine(name) for name in self.config.engines}
        for name in sorted(engines, key=GENETIC.__contains__):
            with self.timed(f"search {name}"):
                asked = problem.settling(explained(found, problem)) if name in GENETIC else problem
                try:
                    found += self.propose(name, _place(name, engines[name]).search, asked) if asked.open else ()
                except DiscoveryError as error:
                    failures.append(Failure(f"search {name}", str(error)))
        return tuple(found), tuple(failures)

    def propose(self, name: str, search: _Search, problem: DiscoveryProblem) -> Candidates:
        """What one engine finds for the open equations, or what was kept of that."""
        key = f"{name}-{_mark(problem.open)}" if name in GENETIC else name
        if (kept := self.store.candidates(key)) is not None:
            return kept
        self.progress("search", name)
        limit = self.deadline.sooner(SEARCH_SHARE * self.deadline.remaining())
        found = watched(
            lambda told: search(problem, seed=self.config.seed, deadline=limit, progress=told), limit, self.progress
        )
        if not limit.passed():
            self.store.keep_candidates(key, found)
        return found

    def select(self, candidates: Candidates, problem: DiscoveryProblem, *, robust: bool) -> Selected:
        with self.timed("selection"):
            self.progress("selection", f"{len(candidates)} candidates")
            selector = self.config.make_selector()
            selector = selector.robust() if robust else selector
            return watched(  # waited for however late it is: without it there is no result
                lambda told: selector.run(
                    candidates, problem, deadline=self.deadline, progress=told, witness=self.witness
                ),
                NEVER,
                self.progress,
                patience=float("inf"),
            )


def same_times(smoothing: Smoothing, trajectories: Sequence[Trajectory]) -> bool:
    """Whether a smoothing that was kept is one of these measurements; its file may have come from anywhere."""
    pairs = list(zip(smoothing.trajectories, trajectories, strict=False))
    return len(smoothing.trajectories) == len(trajectories) and all(
        np.array_equal(curve.times, run.times)
        and curve.names[: run.dimension] == run.names
        and curve.states.shape == curve.derivatives.shape == (len(run), len(curve.names))
        and curve.state_deviations.shape == curve.derivative_deviations.shape == curve.states.shape
        for curve, run in pairs
    )


def _place(name: str, engine: SearchEngine) -> SearchEngine:
    """The engine where it runs: in a process of its own, if its file asks for one."""
    said = registry.plugin("search", name)
    return Apart(name, engine) if said.apart and type(engine).__module__ == said.module else engine


def _mark(states: Sequence[str]) -> str:
    """Tells sets of equations apart; short enough for the name of a file, however many there are."""
    return hashlib.sha256(" ".join(states).encode()).hexdigest()[:12]


def _stopped_by(deadline: Deadline) -> Literal["done", "deadline", "interrupt"]:
    if deadline.stop.is_set():
        return "interrupt"
    return "deadline" if deadline.passed() else "done"


def _cites(config: RunConfig, smoothing: Smoothing) -> tuple[str, ...]:
    """Keys of the papers behind what ran."""
    ran = [("smoothing", name) for name in (config.smoother, *smoothing.method.split(" + "))]
    ran += [("selection", "trajectories")]
    ran += [("search", name) for name in config.engines]
    known = {stage: registry.plugins(stage) for stage in ("smoothing", "search", "selection")}
    keys = [key for stage, name in ran if name in known[stage] for key in known[stage][name].cites]
    return tuple(dict.fromkeys(keys))


def provenance(measurements: Measurements, config: RunConfig) -> dict[str, object]:
    """What is needed to get the same law again; nothing that changes from run to run."""
    packages = ("discovery", "numpy", "scipy", "sympy", "numba", "torch", "torchdiffeq", "pysindy", "pyoperon")
    return {
        "files": [measurements.source],
        "data_sha256": measurements.sha256,
        "seed": config.seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in packages},
        "config": config.model_dump(mode="json"),
    }
