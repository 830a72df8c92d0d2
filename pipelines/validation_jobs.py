"""Cases run as processes of their own, some at a time; each finished one is a file, so that a suite can be resumed.

A record appears whole or not at all. What a killed suite had under way is done again, what it had finished is not.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import sympy as sp

from discovery.datasets.system import TIME
from discovery.errors import DiscoveryError, ExpressionError
from discovery.files import finite
from discovery.symbolic.constants import substituted
from discovery.symbolic.parse import parse
from discovery.types import symbol
from pipelines import validation_truth
from pipelines.store import write
from pipelines.terminal import WITH_RESULT
from pipelines.validation_cases import DATA, Case, write_measurements
from pipelines.validation_scoring import Score, score
from pipelines.validation_truth import Truth

Record = dict[str, Any]

PAUSE = 0.05  # seconds between looks at the running processes
MESSAGE = 2000  # last characters of a failed process's talk that are kept
# Numerical libraries start threads of their own, which on few cores slow each other down.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Method:
    """A program that makes a law out of a CSV.

    Attributes:
        name: in tables and records.
        command: it is called as ``command data.csv out --budget S --seed N`` in a folder that holds the CSV alone, with
            ``--inputs a,b`` where columns drive the states. It writes ``out/timing.json``, and ``out/result.json`` with
            ``equations``, ``names``, ``status`` and, where there are some, ``inputs``.
        version: changes when the program does; records of other versions are made anew.
    """

    name: str
    command: tuple[str, ...]
    version: str = ""

    def arguments(self, case: Case, budget: float, inputs: Iterable[str] = ()) -> list[str]:
        """All of the command line. Names in it are relative to the folder of the case."""
        driving = ",".join(inputs)
        told = ["--inputs", driving] if driving else []
        return [*self.command, DATA, "out", "--budget", f"{budget:g}", "--seed", str(case.seed), *told]


def ours(recipe: str = "default") -> Method:
    """The pipeline of this package with a recipe."""
    command = (sys.executable, "-m", "pipelines.validation_worker", "--recipe")
    root = Path(__file__).resolve().parents[1]
    files = [path for package in ("discovery", "pipelines") for path in sorted((root / package).rglob("*.py"))]
    if recipe.endswith(".toml"):  # processes run in folders of their own
        recipe = str(Path(recipe).resolve())
        files.append(Path(recipe))
    return Method("discovery", (*command, recipe), version_of(files))


def version_of(files: Iterable[Path]) -> str:
    """A mark of what files say: a law found by an older version is not taken for one of this version."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class Suite:
    """Cases to be run by one method.

    Attributes:
        out: holds a record of each case in ``cases`` and, while they run, their files in ``work``.
        budget: seconds that each discovery is given.
        jobs: processes at a time.
    """

    method: Method
    out: Path
    budget: float
    jobs: int = 2

    @property
    def allowed(self) -> float:
        """Seconds of wall time after which a process is ended, whatever it does."""
        return 2 * self.budget + 60

    @property
    def settings(self) -> Record:
        """What a record must agree with to be used again."""
        command = list(self.method.command[1:])  # without the interpreter
        return {"method": self.method.name, "command": command, "version": self.method.version, "budget": self.budget}

    def finished(self, case: Case, *, of_any_version: bool = False) -> Record | None:
        """The record of a case, None if it has to be run.

        Args:
            of_any_version: take records of another version of the program, and of other settings, too.
        """
        try:
            record = json.loads(self.place(case).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return record if of_any_version or record.get("settings") == self.settings else None

    def place(self, case: Case) -> Path:
        """The file of a case's record."""
        return self.out / "cases" / f"{case.key}.json"

    def folder(self, case: Case) -> Path:
        """The folder that the process of a case runs in; its name does not tell which system it is."""
        return self.out / "work" / hashlib.sha256(case.key.encode()).hexdigest()[:16]

    def keep(self, case: Case, outcome: Record, scored: Score) -> Record:
        """Writes the record of a case."""
        values = finite(asdict(scored))
        record = {"settings": self.settings, "case": case.document(), "outcome": outcome, "score": values}
        write(self.place(case), json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        return record


def run(suite: Suite, cases: Sequence[Case]) -> Generator[tuple[Case, Record, bool]]:
    """Runs the cases that have no record yet.

    Yields:
        Each case as it is finished, its record, and whether the record was there before.
    """
    waiting: list[Case] = []
    for case in cases:
        if (record := suite.finished(case)) is not None:
            yield case, record, True
        else:
            waiting.append(case)
    truths = _Truths()
    running: list[_Process] = []
    waiting.reverse()
    try:
        while waiting or running:
            ended = [process for process in running if process.ended()]
            running = [process for process in running if process not in ended]
            while waiting and len(running) < suite.jobs:  # before scoring, so that no core waits for it
                case = waiting.pop()
                started = _start(suite, case, truths)
                if isinstance(started, _Process):
                    running.append(started)
                else:
                    yield case, started, False
            for process in ended:
                yield process.case, _judged(suite, process, truths), False
            if not ended:
                time.sleep(PAUSE)
    finally:
        for process in running:
            process.kill()


def _start(suite: Suite, case: Case, truths: _Truths) -> _Process | Record:
    """The process of a case, or its record if not even the data can be made."""
    folder = suite.folder(case)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        truth = truths(case)
        write_measurements(case, truth, folder)
    except DiscoveryError as error:
        nothing = Score(math.nan, math.nan, None, "", math.nan, 0, 0, f"The data cannot be made: {error}")
        return suite.keep(case, {"status": "no data", "exit_code": error.exit_code, "seconds": 0.0}, nothing)
    return _Process(case, folder, suite.method.arguments(case, suite.budget, truth.inputs), suite.allowed)


def _judged(suite: Suite, process: _Process, truths: _Truths) -> Record:
    """The record of an ended process: what it wrote is held against the truth here, and only here."""
    outcome = process.outcome()
    truth = truths(process.case)
    equations, why = _equations(outcome.pop("document"))
    scored = score(equations, truth)
    if why:
        outcome["message"] = why
    record = suite.keep(process.case, outcome, scored)
    shutil.rmtree(process.folder, ignore_errors=True)
    _talk(process.folder).unlink()
    return record


def _talk(folder: Path) -> Path:
    """What a process says, beside its folder."""
    return folder.with_suffix(".talk")


def _equations(document: Mapping[str, Any]) -> tuple[dict[str, sp.Expr] | None, str]:
    """The found law in the column names of the CSV, None and the reason if there is none that can be read."""
    names: Mapping[str, str] = {**document.get("names", {}), **document.get("inputs", {})}
    texts: Mapping[str, str] = document.get("equations", {})
    back: dict[sp.Expr, sp.Expr] = {symbol(name): symbol(header) for name, header in names.items()}
    try:
        read = {state: parse(text, (*texts, *names, TIME)) for state, text in texts.items()}
    except ExpressionError as error:
        return None, f"The law cannot be read: {error}"
    return {names.get(state, state): substituted(rhs, back) for state, rhs in read.items()} or None, ""


class _Truths:
    """Truths by system and start; simulating them takes seconds, and a system has many cases."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], Truth] = {}

    def __call__(self, case: Case) -> Truth:
        key = (case.system, case.start)
        if key not in self.known:
            self.known[key] = validation_truth.load(*key)
        return self.known[key]


@dataclass
class _Process:
    """A running discovery with the processes that it starts."""

    case: Case
    folder: Path
    arguments: list[str]
    allowed: float
    begin: float = field(default_factory=time.monotonic)
    late: bool = False

    def __post_init__(self) -> None:
        here = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path}
        self.talk: IO[bytes] = _talk(self.folder).open("wb")
        self.process = subprocess.Popen(
            self.arguments,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,  # closes when this process ends, which tells the worker to end too
            stdout=self.talk,
            stderr=self.talk,
            start_new_session=True,
        )

    def ended(self) -> bool:
        """Whether it is done; ends it if its time is up."""
        if self.process.poll() is None:
            if self.seconds < self.allowed:
                return False
            self.late = True
        self.took = self.seconds
        self.kill()
        return True

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begin

    def kill(self) -> None:
        """Ends the process and those that it left behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.talk.close()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def outcome(self) -> Record:
        """What came of it. A crash and a lack of time are outcomes like others."""
        document = _json(self.folder / "out" / "result.json")
        stages = _json(self.folder / "out" / "timing.json")
        code = self.process.returncode
        status = "timed out" if self.late else document.get("status") or ("crashed" if code else "no result")
        if code not in WITH_RESULT and not self.late:
            status = "crashed" if code < 0 or code == 1 else f"failed with {code}"
        talk = _talk(self.folder).read_text(encoding="utf-8", errors="replace")
        return {
            "status": status,
            "stopped_by": document.get("stopped_by", ""),
            "exit_code": code,
            "seconds": round(self.took, 2),
            "stages": stages,
            "equations": document.get("equations", {}),
            "message": "" if code in WITH_RESULT else talk[-MESSAGE:],
            "document": document,
        }


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
