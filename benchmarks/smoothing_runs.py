"""Cases measured in processes of their own; each finished one is a file, so that a study can be resumed.

A record of another version of a method is not used. Every process has one thread.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.smoothing_methods import AUTO, Subject, measure, version_of_smoother
from benchmarks.smoothing_peers import PEERS, attempts
from discovery.errors import UsageError
from pipelines.store import write
from pipelines.validation_cases import Case
from pipelines.validation_jobs import THREADS, Record

SCHEMA = 1  # of the records, the names of their rows, and what an error is
ORDER = 20261125  # seed of the order of the cases

Key = tuple[str, Case]


@dataclass(frozen=True)
class Job:
    """One subject in one case.

    Attributes:
        seconds: CPU seconds that a peer is given that would take any; 0 for all others.
    """

    subject: Subject
    case: Case
    seconds: float = 0.0

    @property
    def key(self) -> Key:
        """Tells it from other jobs."""
        return self.subject.name, self.case


@dataclass(frozen=True)
class Archive:
    """The folder of finished records."""

    out: Path

    def read(self, subject: Subject, case: Case) -> Record | None:
        """The record of a subject in a case, None if it has to be made."""
        try:
            record = json.loads(self._place(subject, case).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return record if record.get("settings") == _settings(subject) else None

    def keep(self, subject: Subject, case: Case, found: Record) -> Record:
        """Writes a record, whole or not at all."""
        record = {"settings": _settings(subject), "case": case.document(), **found}
        write(self._place(subject, case), json.dumps(record, indent=1, allow_nan=False).encode() + b"\n")
        return record

    def _place(self, subject: Subject, case: Case) -> Path:
        return self.out / "cases" / subject.name / f"{case.key}.json"


def _settings(subject: Subject) -> Record:
    return {"schema": SCHEMA, "subject": subject.name, "version": subject.version}


def shuffled(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases in a fixed random order, the seeds of one setting together: what is done first stands for all."""
    settings = sorted({(case.system, case.noise, case.drop) for case in cases})
    order = np.random.default_rng(ORDER).permutation(len(settings))
    place = {settings[index]: rank for rank, index in enumerate(order)}
    return tuple(sorted(cases, key=lambda case: (place[case.system, case.noise, case.drop], case.seed)))


def jobs_of(subjects: Sequence[Subject], cases: Sequence[Case], auto: Mapping[Key, Record]) -> tuple[Job, ...]:
    """All subjects in all cases; a peer that takes the seconds of ``auto`` waits for those."""
    found: list[Job] = []
    for case in shuffled(cases):
        for subject in subjects:
            if subject.kind == "peer" and PEERS[subject.name].timed:
                if (record := auto.get((AUTO, case))) is not None:
                    found.append(Job(subject, case, record["seconds"]))
            else:
                found.append(Job(subject, case))
    return tuple(found)


def finished(archive: Archive, subjects: Sequence[Subject], cases: Sequence[Case]) -> dict[Key, Record]:
    """The records that are there."""
    pairs = [(subject, case) for subject in subjects for case in cases]
    found = {(subject.name, case): archive.read(subject, case) for subject, case in pairs}
    return {key: record for key, record in found.items() if record is not None}


def run(archive: Archive, jobs: Sequence[Job], processes: int, tell: Callable[[int, int], None]) -> None:
    """Measures what has no record yet.

    Args:
        tell: is given the number of jobs done and that of all that were to be done.
    """
    waiting = [job for job in jobs if archive.read(job.subject, job.case) is None]
    for done, (job, found) in enumerate(_measured(waiting, processes), start=1):
        archive.keep(job.subject, job.case, found)
        tell(done, len(waiting))


def _measured(jobs: Sequence[Job], processes: int) -> Iterator[tuple[Job, Record]]:
    if not jobs:
        return
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read when a process that is started loads its libraries
    context = multiprocessing.get_context("spawn")
    subjects = tuple({job.subject.name: job.subject for job in jobs}.values())
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare, initargs=(subjects,))
    try:
        # Processes start here and ignore an interrupt from their birth; the parent ends them.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        running = {pool.submit(measure, job.subject, job.case, job.seconds): job for job in jobs}
        signal.signal(signal.SIGINT, before)
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _prepare(subjects: Sequence[Subject]) -> None:
    """Loads and compiles what would otherwise be counted as time of the first case."""
    from discovery import registry
    from discovery.types import Trajectory

    warnings.simplefilter("ignore")  # the packages warn a lot; what they find is judged
    np.seterr(all="ignore")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    times = np.linspace(0.0, 1.0, 40)
    run = Trajectory(times, np.cos(6.0 * times)[:, None] + 2.0, ("x",))
    for subject in subjects:
        with suppress(Exception):  # what breaks here breaks in its cases too, and is recorded there
            if subject.kind != "peer":
                smoother: Any = registry.load("smoothing", subject.name)()
                smoother.smooth([run], seed=0)
            elif PEERS[subject.name].timed:
                attempts(PEERS[subject.name], run, 0.1)
        if subject.kind != "peer" and version_of_smoother(subject.name) != subject.version:
            raise UsageError(f"The sources of {subject.name} changed while the study was started. Start it again.")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
