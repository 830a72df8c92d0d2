"""The stages of a discovery: each is watched, has its share of the time, and is not done twice."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import partial
from itertools import chain
from threading import Lock

import numpy as np

from discovery import registry
from discovery.errors import DiscoveryError, EngineError
from discovery.knowledge.knowledge import Knowledge
from discovery.laws import FIRST, SETTLED
from discovery.problems.steps import PROCESS, stepwise
from discovery.protocols import NEVER, Deadline, Progress, SearchEngine, Smoother, Witness, unseen
from discovery.selection.gate import remaining
from discovery.selection.selected import Selected
from discovery.selection.trajectories import TrajectorySelector
from discovery.smoothing.outliers import without_outliers
from discovery.symbolic.stored import exact
from discovery.types import DiscoveryProblem, EquationCandidate, Failure, Smoothing, Trajectory
from pipelines.apart import Apart
from pipelines.config import GENETIC, RunConfig
from pipelines.first import first_law
from pipelines.maps import selector_of_maps
from pipelines.store import Candidates, Store
from pipelines.told import open_functions, trained
from pipelines.watched import GRACE, one_by_one, side_by_side, watched

_Search = Callable[..., Candidates]

# Shares of the time left that the first law, smoothing and each search engine may take when there is a budget; the rest
# is for selection. The first law may have so many seconds in any case, but for the second share: it is fallen back on.
FIRST_SHARE, FIRST_SECONDS, FIRST_MOST = 0.2, 1.5, 0.7
SMOOTHING_SHARE = 0.3
SEARCH_SHARE = 0.4
APART_SHARE = 2 / 3  # of its grace, after which the process of an engine is ended
# Share of the time left that a stage may go on after its own; what heeds its deadline needs a tenth of a second.
LATE_SHARE, LEAST_GRACE = 0.1, 0.5
LEAST_SMOOTHING = 1.0  # seconds: torch alone takes them
# Takes the place of a smoother that fails: in compiled loops, linear in the samples, and needs neither torch nor much
# memory.
PLAINEST = "kalman"


@dataclass(frozen=True)
class Asked:
    """What an engine is asked.

    Attributes:
        unknown: the unknown function that is looked for; empty where it is the law.
    """

    name: str
    engine: SearchEngine
    problem: DiscoveryProblem
    unknown: str

    def named(self, found: Candidates) -> Candidates:
        """Candidates by the name of the unknown function, in whose place stands a state of its own problem."""
        if not self.unknown:
            return found
        return tuple(replace(one, state=self.unknown) for one in found if isinstance(one, EquationCandidate))


@dataclass
class Stages:
    """The stages with their clock; finished ones are taken from the store.

    Attributes:
        seconds: wall time of each; of those that overlap, each its own.
        cut: whether one of them ended at its share of the time, so that more time might find another law.
    """

    config: RunConfig
    deadline: Deadline
    progress: Progress
    store: Store
    witness: Witness = unseen
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    cut: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.progress = one_by_one(self.progress)

    @contextmanager
    def timed(self, stage: str) -> Generator[None]:
        """Adds the seconds that the work inside takes to those of a stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begin, 3)

    def first(self, trajectories: Sequence[Trajectory]) -> Candidates:
        """The first law, for a witness, or to fall back on when time is up; none where a resumed run is further."""
        unasked = self.witness is unseen and self.deadline.moment == float("inf")
        if unasked or self.config.map or self.config.noise == PROCESS or self.store.smoothing() is not None:
            return ()
        with self.timed("first law"):
            left = self.deadline.remaining()
            limit = self.deadline.sooner(max(FIRST_SHARE * left, min(FIRST_SECONDS, FIRST_MOST * left)))
            found = first_law(trajectories, seed=self.config.seed, deadline=limit, progress=self.progress)
            if found is None:
                return ()
            self.witness([found])
            return (replace(found.law, sources=(FIRST,)),)

    def smooth(
        self, trajectories: Sequence[Trajectory], smoother: Smoother, *, keep: bool = True
    ) -> tuple[Smoothing, tuple[Failure, ...]]:
        """The smoothing, kept for later runs or not; by the plainest smoother where another fails, which is said."""
        with self.timed("smoothing"):
            if (kept := self.store.smoothing()) is not None and same_times(kept, trajectories):
                return kept, ()
            try:
                smoothing, whole = self.smoothed(smoother, trajectories)
            except EngineError as error:
                if self.config.smoother == PLAINEST:
                    raise
                failure = Failure(f"smoothing {self.config.smoother}", str(error))
                return self.smoothed(self.config.with_smoother(PLAINEST).make_smoother(), trajectories)[0], (failure,)
            if whole and keep:
                self.store.keep_smoothing(smoothing)
            self.cut |= not (whole and keep)
            return smoothing, ()

    def smoothed(self, smoother: Smoother, trajectories: Sequence[Trajectory]) -> tuple[Smoothing, bool]:
        """What a smoother makes of the measurements, once more without outliers, and whether it had the time."""
        smoothing, whole = self.smoothed_once(smoother, trajectories)
        kept, outliers = without_outliers(trajectories, smoothing)
        return self.smoothed_once(smoother, kept) if outliers and not self.deadline.passed() else (smoothing, whole)

    def smoothed_once(self, smoother: Smoother, trajectories: Sequence[Trajectory]) -> tuple[Smoothing, bool]:
        """One smoothing, and whether it had the time."""
        plainest = type(smoother).__module__ == registry.plugin("smoothing", PLAINEST).module
        self.progress("smoothing", PLAINEST if plainest else self.config.smoother)
        limit = self.deadline.sooner(SMOOTHING_SHARE * self.deadline.remaining())
        smoothing = watched(
            lambda told: smoother.smooth(trajectories, seed=self.config.seed, deadline=limit, progress=told),
            NEVER if plainest else limit,  # which is soon done, and without which there is nothing
            self.progress,
            grace=self.grace,
        )
        return smoothing, not limit.passed()

    @property
    def hurried(self) -> bool:
        """Whether there is less time for smoothing than it takes to load a smoother that learns."""
        return SMOOTHING_SHARE * self.deadline.remaining() < LEAST_SMOOTHING

    @property
    def grace(self) -> float:
        """Seconds that a stage which begins now may go on after its time."""
        return min(GRACE, max(LEAST_GRACE, LATE_SHARE * self.deadline.remaining()))

    def search(self, problem: DiscoveryProblem) -> tuple[Candidates, tuple[Failure, ...]]:
        """Candidates of all engines, of the genetic ones last and all at once; a failure of one leaves the others."""
        parts, known = (problem.parts, {}) if problem.frame else ({"": problem}, problem.settled)
        settled = tuple(EquationCandidate(state, rhs, SETTLED) for state, rhs in known.items())
        engines = {name: self.config.make_engine(name) for name in self.config.engines}
        answers = self.ask(_asked(parts, {name: one for name, one in engines.items() if name not in GENETIC}))
        if late := {name: one for name, one in engines.items() if name in GENETIC}:
            with self.timed("open equations"):  # apart, so that times say whether genetic search was called for
                left = {unknown: _left(part, unknown, settled, answers) for unknown, part in parts.items()}
            answers += self.ask(sharing(_asked(left, late), self.config), self.config.threads)
        return _sorted_out(settled, answers)

    def ask(self, asked: Sequence[Asked], threads: int = 1) -> list[tuple[Asked, Candidates | Failure]]:
        """What the engines find, each beside what it was asked; so many of them at a time."""

        def answer(one: Asked) -> Candidates | Failure:
            with self.timed(f"search {one.name}"):
                try:
                    return self.propose(one, _place(one, APART_SHARE * self.grace).search)
                except DiscoveryError as error:
                    return Failure(f"search {one.name}", str(error))

        return list(zip(asked, side_by_side([partial(answer, one) for one in asked], threads), strict=True))

    def propose(self, asked: Asked, search: _Search) -> Candidates:
        """What one engine finds for the open equations, or what was kept of that."""
        name, problem = asked.name, asked.problem
        key = "-".join(filter(None, (name, _mark(asked) if name in GENETIC else "", asked.unknown)))
        if (kept := self.store.candidates(key)) is not None:
            return kept
        if self.deadline.passed():
            return ()
        self.progress("search", name)
        limit = self.deadline.sooner(SEARCH_SHARE * self.deadline.remaining())
        found = watched(
            lambda told: search(problem, seed=self.config.seed, deadline=limit, progress=told),
            limit,
            self.progress,
            grace=self.grace,
        )
        self.cut |= limit.passed()
        if not limit.passed():
            self.store.keep_candidates(key, found)
        return found

    def select_first(self, choices: Sequence[Candidates], problem: DiscoveryProblem, *, robust: bool) -> Selected:
        """The ranking of the first of several sets of candidates of which one can be followed on the data."""
        problem = stepwise(problem) if self.config.noise == PROCESS else problem
        for candidates in choices[:-1]:
            if (selected := self.select(candidates, problem, robust=robust)).refined:
                return selected
        return self.select(choices[-1], problem, robust=robust)

    def select(self, candidates: Candidates, problem: DiscoveryProblem, *, robust: bool) -> Selected:
        """The ranking; ``robust`` where outliers were found."""
        with self.timed("selection"):
            self.progress("selection", f"{len(candidates)} candidates")
            selector = selector_of(self, robust=robust)
            run = partial(selector.run, candidates, problem, deadline=self.deadline, witness=self.witness)
            # Waited for however late it is: without it there is no result.
            return watched(lambda told: run(progress=told), NEVER, self.progress, patience=float("inf"))


def selector_of(stages: Stages, *, robust: bool) -> TrajectorySelector:
    """The selection as it was configured, whose fits end with the time."""
    selector = stages.config.make_selector()
    selector = (selector.robust() if robust else selector).fitting(deadline=stages.deadline)
    return selector_of_maps(selector) if stages.config.map else selector


def train(
    stages: Stages, known: Knowledge | None, problem: DiscoveryProblem
) -> tuple[DiscoveryProblem, tuple[Failure, ...]]:
    """The problem with what networks for unknown functions add; as it was where they fail or there are none."""
    if stages.config.noise == PROCESS or not open_functions(known, problem):
        return problem, ()
    if stages.hurried:
        stages.cut = True
        return problem, ()
    limit = stages.deadline.sooner(SMOOTHING_SHARE * stages.deadline.remaining())
    with stages.timed("neural part"):
        try:
            work = partial(trained, problem, stages.config, limit)
            return watched(work, limit, stages.progress, grace=stages.grace), ()
        except EngineError as error:
            return problem, (Failure("neural part", str(error)),)
        finally:
            stages.cut |= limit.passed()


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


def _place(asked: Asked, grace: float) -> SearchEngine:
    """The engine where it runs: in a process of its own, if its file asks for one, which is ended after its grace.

    Problems of which a part was told stay here, as functions of theirs cannot be sent.
    """
    name, engine, problem = asked.name, asked.engine, asked.problem
    said = registry.plugin("search", name)
    apart = said.apart and type(engine).__module__ == said.module and problem.respond is None and problem.frame is None
    return Apart(name, engine, grace=grace) if apart else engine


def _sorted_out(
    settled: Candidates, answers: Sequence[tuple[Asked, Candidates | Failure]]
) -> tuple[Candidates, tuple[Failure, ...]]:
    """Candidates and failures, each in the order in which engines were asked."""
    found = [candidate for one, answer in answers if isinstance(answer, tuple) for candidate in one.named(answer)]
    return (*settled, *found), tuple(answer for _, answer in answers if isinstance(answer, Failure))


def _asked(parts: Mapping[str, DiscoveryProblem], engines: Mapping[str, SearchEngine]) -> list[Asked]:
    """Every engine for each problem that leaves something open, by unknown functions."""
    return [
        Asked(name, engine, part, unknown)
        for unknown, part in parts.items()
        for name, engine in engines.items()
        if part.open
    ]


def _left(
    problem: DiscoveryProblem,
    unknown: str,
    settled: Candidates,
    answers: Sequence[tuple[Asked, Candidates | Failure]],
) -> DiscoveryProblem:
    """What is left for genetic search of a problem of which there are these answers."""
    mine = [answer for one, answer in answers if one.unknown == unknown and isinstance(answer, tuple)]
    return remaining([*(() if unknown else settled), *chain.from_iterable(mine)], problem)


def sharing(asked: Sequence[Asked], config: RunConfig) -> list[Asked]:
    """The same, each engine with its share of the cores, as they go on at once, and of its budget among problems."""
    at_once = max(1, min(config.threads, len(asked)))
    cores = [len(range(place, config.threads, at_once)) for place in range(at_once)]
    problems = Counter(one.name for one in asked)
    return [
        replace(one, engine=_with_share(one, cores[place % at_once], problems[one.name], config))
        for place, one in enumerate(asked)
    ]


def _with_share(asked: Asked, cores: int, problems: int, config: RunConfig) -> SearchEngine:
    """The engine on so many cores, for one of so many problems, as far as it heeds that and was not told otherwise."""
    if not is_dataclass(asked.engine):
        return asked.engine
    heeds = {option.name for option in fields(asked.engine)} - config.search.get(asked.name, {}).keys()
    shares = {"threads": cores, "budget": getattr(asked.engine, "budget", 0.0) / problems}
    return replace(asked.engine, **{name: share for name, share in shares.items() if name in heeds})  # pyright: ignore[reportReturnType]


def _mark(asked: Asked) -> str:
    """Tells apart what genetic search is asked, which hangs on the answers of other engines and on the budget."""
    problem = asked.problem
    known = [f"{state}={exact(rhs)}" for some in (problem.settled, problem.backbones) for state, rhs in some.items()]
    told = [*problem.open, *sorted(known), str(getattr(asked.engine, "budget", 0.0))]
    return hashlib.sha256(" ".join(told).encode()).hexdigest()[:12]
