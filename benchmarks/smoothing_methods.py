"""What is measured in one case: a single classical smoother, the automatic one with its rivals, or a peer."""

from __future__ import annotations

import ast
import importlib.util
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.differentiators.attempt import Attempt
from benchmarks.smoothing_cases import Measurement, derivative_error, measurement, relative_errors
from benchmarks.smoothing_peers import ORACLE, PEERS, attempts, chosen
from discovery import registry
from discovery.types import Smoothing
from pipelines.schema import plain
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record, version_of

NEURAL = "neural_ode"
AUTO, ALWAYS, START, BETTER = "auto", "neural ODE, always", "classical start of auto", "better of the two by truth"
FAILED = 1.0  # a method that fails is counted as one that says that nothing moves
SEED = 0  # of the smoothers; the seeds of a study are those of the noise
HERE = Path(__file__).resolve().parent
ROOT, STAGE = HERE.parent, "discovery.smoothing"


@dataclass(frozen=True)
class Subject:
    """One thing to be measured.

    Attributes:
        name: of the smoother or peer, and of the folder of its records.
        version: changes when the program does; records of other versions are made anew.
    """

    name: str
    kind: Literal["classical", "auto", "peer"]
    version: str


def subjects() -> tuple[Subject, ...]:
    """The smoothers that the registry has; the neural ODE is measured as a part of the automatic choice."""
    names = registry.names("smoothing")
    single = [Subject(name, "classical", version_of_smoother(name)) for name in names if name not in (AUTO, NEURAL)]
    return (*single, *([Subject(AUTO, "auto", version_of_smoother(AUTO))] if AUTO in names else []))


def peers() -> tuple[Subject, ...]:
    """The other packages that are installed. Those that get the seconds of ``auto`` are of its version too."""
    auto = version_of_smoother(AUTO) if AUTO in registry.names("smoothing") else ""
    return tuple(
        Subject(name, "peer", _peer_version(name) + (auto if peer.timed else ""))
        for name, peer in PEERS.items()
        if not peer.missing()
    )


def rows_of(subject: Subject) -> tuple[str, ...]:
    """Rows of the tables that a subject fills."""
    if subject.kind == "auto":
        return (START, AUTO, ALWAYS, BETTER)
    if subject.kind == "classical":
        return (subject.name,)
    peer = PEERS[subject.name]
    return (peer.title, peer.title + ORACLE) if peer.several else (peer.title,)


def measure(subject: Subject, case: Case, seconds: float) -> Record:
    """Errors of one subject in one case, and its CPU seconds.

    Args:
        seconds: CPU seconds that are given to a peer that would take any.
    """
    data = measurement(case)
    begin = time.process_time()
    try:
        found = _RUN[subject.kind](subject, data, seconds)
    except Exception as error:  # noqa: BLE001  # a method that breaks is a result; the others go on
        found = Outcome({}, {"failure": f"{type(error).__name__}: {error}"}, time.process_time() - begin)
    errors = {row: found.errors.get(row, float("nan")) for row in rows_of(subject)}
    return {
        "errors": {row: value if np.isfinite(value) else FAILED for row, value in errors.items()},
        "failed": sorted(row for row, value in errors.items() if not np.isfinite(value)),
        "seconds": round(found.seconds, 4),
        **found.told,
    }


@dataclass(frozen=True)
class Outcome:
    """Errors by row, what else is to be kept, and CPU seconds of the method alone."""

    errors: dict[str, float]
    told: Record
    seconds: float


def _classical(subject: Subject, data: Measurement, _: float) -> Outcome:
    smoother = registry.load("smoothing", subject.name)()
    begin = time.process_time()
    smoothing: Smoothing = smoother.smooth([data.run], seed=SEED)
    seconds = time.process_time() - begin
    return Outcome({subject.name: _error(smoothing, data)}, {"notes": list(smoothing.notes)}, seconds)


def _auto(subject: Subject, data: Measurement, _: float) -> Outcome:
    smoother: Any = registry.load("smoothing", subject.name)()
    begin = time.process_time()
    rivals: Sequence[Smoothing] = smoother.rivals([data.run], seed=SEED)
    seconds = time.process_time() - begin
    kept = rivals[0]
    neural = next((rival for rival in rivals if rival.method == NEURAL), kept)  # kept: where none was trained
    start = next((rival for rival in rivals if NEURAL not in rival.method), kept)  # nor a mean with it
    errors = {AUTO: _error(kept, data), ALWAYS: _error(neural, data), START: _error(start, data)}
    told = {
        "kept": kept.method,
        "trained": neural.method == NEURAL,
        "rivals": [{"method": one.method, "score": plain(one.score), "error": _error(one, data)} for one in rivals],
        "notes": list(kept.notes),
    }
    return Outcome(errors | {BETTER: min(errors[ALWAYS], errors[START])}, told, seconds)


def _peer(subject: Subject, data: Measurement, seconds: float) -> Outcome:
    peer = PEERS[subject.name]
    begin = time.process_time()
    found = attempts(peer, data.run, seconds)
    taken = time.process_time() - begin
    slopes, names = chosen(found)
    best, oracles = _oracle(found, data)
    errors = {peer.title: derivative_error(slopes, data.slopes), peer.title + ORACLE: best}
    return Outcome(errors, {"chosen": list(names), "oracle": list(oracles), "budget": seconds}, taken)


def _oracle(found: Sequence[Attempt], data: Measurement) -> tuple[float, tuple[str, ...]]:
    """The error if the attempt with the smallest true error were taken for each state, and the names of those."""
    errors = np.array([relative_errors(attempt.derivatives, data.slopes) for attempt in found])
    errors = np.where(np.isfinite(errors), errors, np.inf)
    best = np.argmin(errors, axis=0)
    slopes = np.stack([found[index].derivatives[:, state] for state, index in enumerate(best)], axis=1)
    return derivative_error(slopes, data.slopes), tuple(found[index].name for index in best)


_RUN = {"classical": _classical, "auto": _auto, "peer": _peer}


def _error(smoothing: Smoothing, data: Measurement) -> float:
    derivatives = np.asarray(smoothing.trajectories[0].derivatives)
    return derivative_error(derivatives[:, : data.slopes.shape[1]], data.slopes)  # rates of states not measured follow


def version_of_smoother(name: str) -> str:
    """A mark of the sources that a smoother is made of: one that stays when files change that it does not use."""
    return version_of(sorted(_sources(registry.plugin("smoothing", name).module)))


def _sources(module: str) -> set[Path]:
    """The file of a smoother and those of its stage that it imports, or that these import."""
    spec = importlib.util.find_spec(module)
    waiting = [Path(spec.origin)] if spec is not None and spec.origin is not None else []
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(STAGE):
                place = ROOT.joinpath(*(node.module or "").split("."))
                waiting += [place.with_suffix(".py"), *(place / f"{alias.name}.py" for alias in node.names)]
    return found


def _peer_version(name: str) -> str:
    peer = PEERS[name]
    files = [HERE / "differentiators" / f"{part}.py" for part in (peer.module, "attempt", "held_out")]
    try:
        package = version(peer.package)
    except PackageNotFoundError:
        package = ""
    return f"{version_of(files)} {peer.package} {package} "
