"""The method: from measured trajectories to a law, its error bars and a verdict."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Literal

from discovery import registry
from discovery.advice import Advice
from discovery.errors import DiscoveryError
from discovery.knowledge.conserved import conserved
from discovery.knowledge.knowledge import Knowledge
from discovery.problems.regression import regressions
from discovery.problems.settled import settled
from discovery.protocols import NEVER, Deadline, Progress, Smoother, Witness, silent, unseen
from discovery.selection.advise import advise
from discovery.selection.gate import explained
from discovery.selection.trajectories import Selected
from discovery.selection.verdict import judge
from discovery.smoothing.outliers import without_outliers
from discovery.structure import Structure
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
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
from pipelines.config import GENETIC, RunConfig
from pipelines.first import first_law
from pipelines.store import Memory, Store
from pipelines.told import headers_of, notes_of, problem_of, smoother_for, understood

Candidates = tuple[EquationCandidate | Law, ...]
_Search = Callable[..., Candidates]

# Shares of the time left that the first law, smoothing and each search engine may take when there is a budget; the rest
# is for selection.
FIRST_SHARE = 0.2
SMOOTHING_SHARE = 0.3
SEARCH_SHARE = 0.4


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
    _ensure(config)
    known = understood(measurements, config)
    deadline = deadline if config.budget is None else deadline.sooner(config.budget)
    stages = _Stages(config, deadline, progress, store or Memory(), witness)
    first = () if known else stages.first(measurements.trajectories)
    smoother, why = smoother_for(known, config, sum(map(len, measurements.trajectories)))
    smoothing = stages.smooth(measurements.trajectories, smoother)
    kept, outliers = without_outliers(measurements.trajectories, smoothing)
    problem = _problem(known, kept, smoothing, config)
    smoothing = problem.smoothing
    notes = [*notes_of(measurements, known), *([why] if why else []), *_notes(problem, outliers)]
    candidates, failures = stages.search(problem)
    if first and deadline.passed():
        candidates = first  # refined already, which there is no time to do with the others
    selected = stages.select(candidates, problem, robust=outliers > 0)
    stopped_by = _stopped_by(deadline)
    verdict = judge(selected, finished=stopped_by == "done")
    advice = advise(selected, problem, headers=headers_of(measurements, known), deadline=deadline)
    return DiscoveryResult(
        headers=dict(headers_of(measurements, known)),
        time_name=measurements.time_name,
        trajectories=problem.trajectories if known else measurements.trajectories,
        smoothing=smoothing,
        ranking=selected.ranking,
        verdict=verdict,
        predictions=(*selected.fitted, *(selected.held_out.predictions if selected.held_out else ())),
        stopped_by=stopped_by,
        notes=(*measurements.notes, *check(measurements).notes, *notes),
        failures=failures,
        cites=_cites(config, smoothing),
        provenance=provenance(measurements, config),
        seconds=dict(stages.seconds),
        advice=advice,
        structure=_structure(verdict, selected, smoothing, advice, deadline),
        inputs=dict(measurements.inputs),
    )


def _ensure(config: RunConfig) -> None:
    """What the configuration names is there, and takes its settings; before any time is spent."""
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


def _notes(problem: DiscoveryProblem, outliers: int) -> list[str]:
    """What was decided before the search."""
    notes = [
        f"The equation {state}' = {rhs} was settled by the data before the search."
        for state, rhs in problem.settled.items()
    ]
    if outliers:
        notes.append(f"{outliers} outliers, far off their neighbours' curve, were left out; the loss is robust.")
    return notes


def _problem(
    known: Knowledge | None, kept: tuple[Trajectory, ...], smoothing: Smoothing, config: RunConfig
) -> DiscoveryProblem:
    """The regressions, with what is certain settled, or with what was told taken off."""
    if known is not None:
        return problem_of(known, kept, smoothing, config)
    problem = DiscoveryProblem(kept, smoothing, regressions(kept, smoothing))
    return problem.settling(settled(problem))


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
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begin, 3)

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

    def smooth(self, trajectories: Sequence[Trajectory], smoother: Smoother) -> Smoothing:
        with self.timed("smoothing"):
            if (kept := self.store.smoothing()) is not None:
                return kept
            smoothing = self.smoothed(trajectories, smoother)
            kept, outliers = without_outliers(trajectories, smoothing)
            if outliers and not self.deadline.passed():
                smoothing = self.smoothed(kept, smoother)
            if not self.deadline.passed():
                self.store.keep_smoothing(smoothing)
            return smoothing

    def smoothed(self, trajectories: Sequence[Trajectory], smoother: Smoother) -> Smoothing:
        self.progress("smoothing", self.config.smoother)
        return smoother.smooth(
            trajectories,
            seed=self.config.seed,
            deadline=self.deadline.sooner(SMOOTHING_SHARE * self.deadline.remaining()),
            progress=self.progress,
        )

    def search(self, problem: DiscoveryProblem) -> tuple[Candidates, tuple[Failure, ...]]:
        """Candidates of all engines, the genetic ones last; a failure of one is recorded and the others go on."""
        found: list[EquationCandidate | Law] = [
            EquationCandidate(state, rhs, "settled") for state, rhs in problem.settled.items()
        ]
        failures: list[Failure] = []
        for unknown, part in problem.parts.items() if problem.frame else (("", problem),):
            found += self.ask_all(part, unknown, tuple(found), failures)
        return tuple(found), tuple(failures)

    def ask_all(
        self, problem: DiscoveryProblem, unknown: str, before: Candidates, failures: list[Failure]
    ) -> Candidates:
        """What all engines find for a problem, or for an unknown function, which its candidates then name."""
        engines = {name: self.config.make_engine(name) for name in self.config.engines}
        found = [] if unknown else list(before)
        for name in sorted(engines, key=GENETIC.__contains__):
            with self.timed(f"search {name}"):
                asked = problem.settling(explained(found, problem)) if name in GENETIC else problem
                try:
                    found += self.propose(name, engines[name].search, asked, unknown) if asked.open else ()
                except DiscoveryError as error:
                    failures.append(Failure(f"search {name}", str(error)))
        if unknown:
            return tuple(replace(one, state=unknown) for one in found if isinstance(one, EquationCandidate))
        return tuple(found[len(before) :])

    def propose(self, name: str, search: _Search, problem: DiscoveryProblem, unknown: str) -> Candidates:
        """What one engine finds for the open equations, or what was kept of that."""
        key = f"{name}-{_mark(problem.open)}" if name in GENETIC else name
        key = f"{key}-{unknown}" if unknown else key
        if (kept := self.store.candidates(key)) is not None:
            return kept
        self.progress("search", name)
        limit = self.deadline.sooner(SEARCH_SHARE * self.deadline.remaining())
        found = search(problem, seed=self.config.seed, deadline=limit, progress=self.progress)
        if not limit.passed():
            self.store.keep_candidates(key, found)
        return found

    def select(self, candidates: Candidates, problem: DiscoveryProblem, *, robust: bool) -> Selected:
        with self.timed("selection"):
            self.progress("selection", f"{len(candidates)} candidates")
            selector = self.config.make_selector()
            selector = selector.robust() if robust else selector
            return selector.run(
                candidates, problem, deadline=self.deadline, progress=self.progress, witness=self.witness
            )


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
