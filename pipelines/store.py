"""A run folder: each file appears whole or not at all; finished stages are kept, so that a run can be resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from discovery import files
from discovery.errors import DataError, OutputError, UsageError
from discovery.files import write
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryResult, EquationCandidate, Law, Smoothing
from pipelines import records
from pipelines.archives import DAMAGED, read_arrays, unpacked, write_arrays
from pipelines.claims import FREE, Claim, demand
from pipelines.config import RunConfig
from pipelines.lock import Lock, take
from pipelines.schema import understood
from pipelines.told import variables
from pipelines.wholeness import check_hashes, checked

STAGES, MARK = "stages", "fingerprint"
ARRAYS = ("data", "smoothing", "predictions")
# What a finished run has beside ``result.json`` and its figures, and what another run must not be taken for.
_OUTCOME = (
    *(f"report{form}.{kind}" for form in ("", "-short") for kind in ("html", "tex", "typ", "pdf")),
    *(f"{name}.npz" for name in ARRAYS), "timing.json",
)  # fmt: skip
Candidates = tuple[EquationCandidate | Law, ...]


class Store(Protocol):
    """Keeps the outcome of finished stages."""

    def smoothing(self) -> Smoothing | None:
        """What was kept, None if nothing was."""
        ...

    def keep_smoothing(self, smoothing: Smoothing) -> None:
        """Keeps a finished smoothing."""
        ...

    def candidates(self, engine: str) -> Candidates | None:
        """What was kept of a search engine, None if nothing was."""
        ...

    def keep_candidates(self, engine: str, candidates: Candidates) -> None:
        """Keeps what a search engine found."""
        ...


class Memory:
    """A store that keeps nothing."""

    def smoothing(self) -> Smoothing | None:
        """Nothing."""

    def keep_smoothing(self, smoothing: Smoothing) -> None:
        """Does nothing."""

    def candidates(self, engine: str) -> Candidates | None:
        """Nothing."""

    def keep_candidates(self, engine: str, candidates: Candidates) -> None:
        """Does nothing."""


@dataclass(frozen=True)
class RunFolder:
    """The files of one run.

    Attributes:
        path: the folder.
        names: identifiers that kept expressions may use.
        lock: keeps other processes from working here for as long as this object is there.
    """

    path: Path
    names: tuple[str, ...]
    lock: Lock = field(default_factory=lambda: Lock(None), compare=False, repr=False)

    @classmethod
    def open(
        cls,
        path: Path,
        measurements: Measurements,
        config: RunConfig,
        *,
        resume: bool = False,
        overwrite: bool = False,
    ) -> RunFolder:
        """Makes or opens a folder; what is kept of a run with other settings is discarded.

        Args:
            resume: insist that finished stages of this very run are there.
            overwrite: replace a run of other data.

        Raises:
            UsageError: the folder cannot be made, holds other data, has nothing to resume, is in use by another run, or
                a part of it is a link to somewhere else.
            OutputError: the folder cannot be written to.
        """
        new = Claim(measurements.sha256, measurements.source, fingerprint(measurements, config))
        old = Claim.of(path)
        if resume:
            demand(path, old, new, config, finished=bool(cls(path, ()).finished))
        if old is not None and old.data != new.data and not overwrite:
            raise UsageError(
                f"{path} holds a run on other data ({old.source}). Choose another folder with --out, or replace that "
                "run with --overwrite."
            )
        stages = files.folder(path / STAGES)
        files.folder(path / "figures")
        run = cls(path, variables(measurements, config), take(stages / ".lock"))
        old = Claim.of(path)  # once more, as nobody else can change it now
        settings = config.to_toml().encode()
        try:
            files.clear_unfinished(path)
            files.clear_unfinished(stages)
            changed = old is None or old.mark != new.mark
            if changed or files.read(path / "config.toml") != settings:
                _discard_result(path)  # first, so that a killed run leaves no result beside settings of another
            if changed:
                for kept in (stages / MARK, stages / "smoothing.npz", *stages.glob("candidates_*.json")):
                    kept.unlink(missing_ok=True)
                write(stages / MARK, new.written())
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written: {error.strerror}. Choose another folder with --out."
            ) from None
        write(path / "config.toml", settings)
        return run

    @property
    def finished(self) -> tuple[str, ...]:
        """Stages that need not be done again."""
        engines = sorted(found.stem.removeprefix("candidates_") for found in self.stages.glob("candidates_*.json"))
        return (*(("smoothing",) if (self.stages / "smoothing.npz").exists() else ()), *engines)

    @property
    def stages(self) -> Path:
        """Where finished stages are kept."""
        return self.path / STAGES

    def smoothing(self) -> Smoothing | None:
        """The finished smoothing, None if there is none that can be read."""
        arrays = read_arrays(self.stages / "smoothing.npz")
        try:
            return None if arrays is None else records.smoothing_from(arrays)
        except DAMAGED:
            return None  # of another version: smoothed again

    def keep_smoothing(self, smoothing: Smoothing) -> None:
        """Keeps a finished smoothing."""
        write_arrays(self.stages / "smoothing.npz", records.smoothing_arrays(smoothing))

    def candidates(self, engine: str) -> Candidates | None:
        """What a search engine found, None if it has not finished."""
        text = _text(self.stages / f"candidates_{engine}.json")
        if text is None:
            return None
        try:
            return tuple(records.candidate_from(document, self.names) for document in json.loads(text))
        except DAMAGED:
            return None  # not whole: searched again

    def keep_candidates(self, engine: str, candidates: Candidates) -> None:
        """Keeps what a search engine found."""
        documents = [records.candidate_document(candidate) for candidate in candidates]
        write(self.stages / f"candidates_{engine}.json", json.dumps(documents).encode())

    def keep_result(self, result: DiscoveryResult, latex: str) -> None:
        """Writes ``result.json``, ``timing.json`` and the arrays that a report is drawn from."""
        parts = (
            records.trajectory_arrays(result.trajectories),
            records.smoothing_arrays(result.smoothing),
            records.prediction_arrays(result.predictions),
        )
        hashes = {name: write_arrays(self.path / f"{name}.npz", part) for name, part in zip(ARRAYS, parts, strict=True)}
        write(self.path / "timing.json", _json(dict(result.seconds)))
        write(self.path / "result.json", _json({**records.result_document(result, latex), "arrays": hashes}))

    def result(self) -> DiscoveryResult | None:
        """The result of this very run if it is whole; None where work was cut off, or a part of it failed."""
        try:
            found = load(self.path)
        except (UsageError, DataError):
            return None
        return found if found.stopped_by == "done" and not found.failures else None


def _discard_result(path: Path) -> None:
    """Removes the result of a finished run, if there is one, and its report."""
    if (path / "result.json").exists():  # last to go: without it nothing tells that the others are ours
        for name in (*_OUTCOME, "result.json"):
            (path / name).unlink(missing_ok=True)


def load(path: str | Path) -> DiscoveryResult:
    """The result of a finished run.

    Raises:
        UsageError: there is no such folder.
        DataError: a file is missing, damaged, or of another version.
    """
    path = Path(path)
    if not path.is_dir():
        raise UsageError(f"There is no run folder {path}. Name one that `discover run --out` wrote.")
    text = _text(path / "result.json")
    if text is None:
        raise DataError(f"{path} has no result.json, so the run did not finish. Run it again with the same --out.")
    try:
        document = understood(json.loads(text))
        contents = {name: files.read(path / f"{name}.npz") or b"" for name in ARRAYS}
        arrays = {name: unpacked(content) for name, content in contents.items()}
        whole = {name: found for name, found in arrays.items() if found is not None}
        check_hashes({name: contents[name] for name in whole}, document.get("arrays", {}))
        return checked(
            records.result_from(
                document,
                records.trajectories_from(whole["data"], document["states"]),
                records.smoothing_from(whole["smoothing"]),
                records.predictions_from(whole["predictions"]),
                {str(stage): float(taken) for stage, taken in json.loads(_text(path / "timing.json") or "{}").items()},
            )
        )
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    except DAMAGED as error:
        told = str(error).split("\n", maxsplit=1)[0][:200]
        raise DataError(f"{path} is damaged: {type(error).__name__} {told}. Run again with the same --out.") from None


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _text(path: Path) -> str | None:
    content = files.read(path)
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def fingerprint(measurements: Measurements, config: RunConfig) -> str:
    """Changes with all that changes a stage's outcome: version, data, columns, settings other than time and threads."""
    settings = version("discovery") + config.model_dump_json(exclude=set(FREE))
    runs = [[run.label, len(run), run.held] for run in measurements.trajectories]
    names = (
        dict(measurements.headers),
        dict(measurements.inputs),
        measurements.time_name,
        dict(config.data.units),
        measurements.lines,
    )
    mark = hashlib.sha256(json.dumps([measurements.sha256, names, runs, settings]).encode())
    for run in measurements.trajectories:  # a file says something else where other entries stand for missing
        for values in (run.times, run.states, run.inputs):
            mark.update(np.ascontiguousarray(values, dtype=np.float64).tobytes())
    return mark.hexdigest()
