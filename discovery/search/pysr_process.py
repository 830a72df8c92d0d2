"""Talks with PySR's worker process: a folder with the request, a wait with a limit, and the fronts it left behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from discovery.errors import EngineError
from discovery.protocols import Deadline
from discovery.search.genetic_points import WeightedPoints
from discovery.search.pysr_probe import offline_environment

WORKER = (sys.executable, "-m", "discovery.search.pysr_worker")
# How much of what a worker wrote before it failed is shown.
LAST_LINES = 8


@dataclass(frozen=True)
class Request:
    """What the worker is asked.

    Attributes:
        arguments: of ``PySRRegressor``, as JSON can hold them.
        labels: names of the columns of the tasks' states.
        tasks: points by task; a task is one state's derivative, or what a backbone leaves of it.
    """

    arguments: Mapping[str, object]
    labels: Sequence[str]
    tasks: Mapping[int, WeightedPoints]

    def write(self, folder: Path, deadline: Deadline) -> None:
        """Puts everything into ``folder``; the deadline as a time of day, which both processes read alike."""
        until = None if deadline.moment == float("inf") else time.time() + deadline.remaining()
        request = {
            "arguments": dict(self.arguments),
            "labels": list(self.labels),
            "tasks": list(self.tasks),
            "until": until,
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        for task, points in self.tasks.items():
            np.save(folder / f"states_{task}.npy", points.states, allow_pickle=False)
            np.save(folder / f"targets_{task}.npy", points.targets, allow_pickle=False)


def run(command: Sequence[str], folder: Path, seconds: float | None) -> bool:
    """Runs a worker on ``folder``; False if it was killed with all its children as the time was over.

    Raises:
        EngineError: the worker failed. The message ends in its last lines.
    """
    package = str(Path(__file__).resolve().parents[2])
    environment = offline_environment()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (package, environment.get("PYTHONPATH"))))
    said = folder / "said.txt"
    with (
        said.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "discovery.search.pysr_guard", *command, str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        ) as guard,
    ):
        try:
            status = guard.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            if guard.poll() is None:
                os.killpg(guard.pid, signal.SIGKILL)
    if status != 0:
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-LAST_LINES:]
        raise EngineError(
            f"PySR's worker ended with status {status} and no complete answer. The other engines go on. "
            "Its last lines:\n" + "\n".join(lines or ["(it wrote nothing)"])
        )
    return True


def read_front(folder: Path, task: int) -> list[str]:
    """The equations of a task that is done.

    Raises:
        EngineError: there is no such answer, or it is not what a worker writes.
    """
    path = folder / f"front_{task}.json"
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
        equations = answer["equations"]
        if isinstance(equations, list) and all(isinstance(equation, str) for equation in equations):
            return equations
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise EngineError(
        f"PySR's worker ended without an answer that can be read ({path.name} should hold a list of equations). "
        "The other engines go on. Check that pysr and discovery are of versions that fit."
    )


def read_unfinished(folder: Path, task: int) -> list[str]:
    """The equations of a task that was cut off: its answer, else the hall of fame that PySR keeps as it goes.

    SymbolicRegression.jl writes that file twice, so that one of the two is always whole.
    """
    if (folder / f"front_{task}.json").exists():
        return read_front(folder, task)
    for name in ("hall_of_fame.csv", "hall_of_fame.csv.bak"):
        if equations := _read_hall_of_fame(folder / f"search_{task}" / name):
            return equations
    return []


def _read_hall_of_fame(path: Path) -> list[str]:
    """The column of equations; nothing if the file was cut in the middle of a line."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = list(csv.reader(text.splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    if not text.endswith("\n") or rows[:1] != [["Complexity", "Loss", "Equation"]]:
        return []
    return [row[2] for row in rows[1:] if len(row) == 3]
