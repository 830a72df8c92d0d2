"""A search engine in a process of its own, because it is native code that can take the program down with it.

The problem goes to the process as arrays in a folder, candidates come back as JSON, and progress comes line by line.
Engines that ask for it say so in their file, ``APART = True``. A process of its own costs some imports, which for an
engine that nothing else imports are not done twice.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from discovery.errors import EngineError
from discovery.files import write
from discovery.protocols import NEVER, Deadline, Progress, SearchEngine, silent
from discovery.symbolic.stored import exact
from discovery.types import DiscoveryProblem, EquationCandidate, Law
from pipelines import records
from pipelines.archives import write_arrays

WORKER = (sys.executable, "-m", "pipelines.apart_worker")
GRACE = 2.0  # seconds after its deadline at which the process is ended; less than an engine is waited for
PAUSE = 0.2  # seconds between looks at the deadline
CHUNK = 65_536  # bytes that are read at a time, and more than a line has
LAST_LINES = 6  # of what a process wrote before it died


@dataclass(frozen=True)
class Apart:
    """An engine that is run by ``command``, to which the folder of the request is appended."""

    name: str
    engine: SearchEngine
    command: Sequence[str] = WORKER
    grace: float = GRACE

    def search(
        self, problem: DiscoveryProblem, *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> tuple[EquationCandidate | Law, ...]:
        """What the engine finds there.

        Raises:
            EngineError: the process failed, was killed, ran out of memory, or did not stop in time.
        """
        with tempfile.TemporaryDirectory(prefix="discovery-apart-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            self._ask(folder, problem, seed, deadline)
            with (folder / "said.txt").open("wb") as said, self._started(folder, said) as process:
                try:
                    late = _followed(process, deadline, self.grace, progress)
                finally:
                    _end(process)
            return self._answer(folder, process.returncode, late, problem.names)

    def _ask(self, folder: Path, problem: DiscoveryProblem, seed: int, deadline: Deadline) -> None:
        write_arrays(folder / "data.npz", records.trajectory_arrays(problem.trajectories))
        write_arrays(folder / "smoothing.npz", records.smoothing_arrays(problem.smoothing))
        options: dict[str, Any] = asdict(self.engine)  # pyright: ignore[reportArgumentType]  # engines are dataclasses
        request = {
            "engine": self.name,
            "options": options,
            "names": list(problem.names),
            "settled": {state: exact(rhs) for state, rhs in problem.settled.items()},
            "backbones": {state: exact(rhs) for state, rhs in problem.backbones.items()},
            "seed": seed,
            "seconds": None if deadline.moment == float("inf") else deadline.remaining(),
        }
        write(folder / "request.json", json.dumps(request).encode())

    def _started(self, folder: Path, said: IO[bytes]) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        return subprocess.Popen(
            [*self.command, str(folder)],
            stdin=subprocess.PIPE,  # closes however this process ends, which tells the other to end too
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )

    def _answer(self, folder: Path, code: int, late: bool, names: Sequence[str]) -> tuple[EquationCandidate | Law, ...]:
        if late:
            raise EngineError("It did not stop in time, and its process was ended. Give more time, or leave it out.")
        if code == 0:
            try:
                documents = json.loads((folder / "candidates.json").read_text(encoding="utf-8"))
                return tuple(records.candidate_from(document, names) for document in documents)
            except (OSError, ValueError, LookupError, TypeError, AttributeError):
                raise EngineError("Its process ended without an answer that can be read. Leave it out.") from None
        if (failed := folder / "failed.txt").exists():
            raise EngineError(failed.read_text(encoding="utf-8"))
        said = (folder / "said.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-LAST_LINES:]
        raise EngineError(
            f"Its process {_death(code)}, and its work is lost. Leave it out, and please report this with what "
            "`discover doctor --report` prints." + "".join(f"\n{line}" for line in said)
        )


def _followed(process: subprocess.Popen[bytes], deadline: Deadline, grace: float, progress: Progress) -> bool:
    """Passes progress on until the process ends; True if it was still at work after its time."""
    assert process.stdout is not None
    late: float | None = None
    begun = b""  # of a line whose end has not come: nothing waits for it
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            ended = process.poll() is not None  # asked before reading, so that nothing that it said is missed
            came = _heard(process, selector, 0.0 if ended else PAUSE)
            if ended and not came:
                return False
            *whole, begun = (begun + came).split(b"\n")
            begun = begun if len(begun) < CHUNK else b""
            for said in filter(None, map(_said, whole)):
                progress(*said)
            if deadline.passed() and late is None:
                late = time.monotonic()
                _tell(process, b"stop\n")
            if late is not None and time.monotonic() - late > grace:
                return True


def _heard(process: subprocess.Popen[bytes], selector: selectors.BaseSelector, pause: float) -> bytes:
    """What the process has said, after a pause at most; nothing if it is silent, has closed its output or ended."""
    assert process.stdout is not None
    if not selector.get_map():
        with suppress(subprocess.TimeoutExpired):
            process.wait(pause)
        return b""
    if not selector.select(pause):
        return b""
    came = os.read(process.stdout.fileno(), CHUNK)
    if not came:
        selector.unregister(process.stdout)
    return came


def _said(line: bytes) -> tuple[str, str, float | None] | None:
    """Stage, message and fraction; None for what native code printed of its own accord."""
    try:
        match json.loads(line):
            case [str(stage), str(message), (int() | float() | None) as fraction]:
                return stage, message, fraction
            case _:
                return None
    except (ValueError, RecursionError):
        return None


def _tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except OSError:
        pass  # it has just ended


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process, if it is still there, with those that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed, as the system does where memory runs out"
    return f"died of {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
