"""The process of one engine: ``python -m pipelines.apart_worker FOLDER``, see ``apart.py``.

It ends when its standard input does, and with an engine that has to stop when a line comes there. Where memory runs
out it is the first that the system ends.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from discovery import registry
from discovery.errors import DiscoveryError
from discovery.files import write
from discovery.problems.regression import regressions
from discovery.protocols import Deadline, Progress, silent
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem
from pipelines import records
from pipelines.archives import read_arrays


def main(folder: Path, progress: Progress = silent) -> int:
    """Answers the request in ``folder``; 0 if there is an answer."""
    request: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    seconds = request["seconds"]
    deadline = Deadline() if seconds is None else Deadline.after(seconds)
    threading.Thread(target=_listen, args=(deadline, folder), daemon=True).start()
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in request["options"].items()}
    try:
        engine = registry.load("search", request["engine"])(**options)
        found = engine.search(_problem(folder, request), seed=request["seed"], deadline=deadline, progress=progress)
    except (DiscoveryError, MemoryError) as error:
        said = str(error) if isinstance(error, DiscoveryError) else "It ran out of memory, and its work is lost."
        write(folder / "failed.txt", said.encode())
        return 1
    write(folder / "candidates.json", json.dumps([records.candidate_document(one) for one in found]).encode())
    return 0


def _problem(folder: Path, request: dict[str, Any]) -> DiscoveryProblem:
    data, smoothed = (read_arrays(folder / f"{name}.npz") for name in ("data", "smoothing"))
    assert data is not None
    assert smoothed is not None
    names = request["names"]
    trajectories = records.trajectories_from(data, names)
    smoothing = records.smoothing_from(smoothed)
    settled, backbones = (
        {state: parse(text, (*names, "t")) for state, text in request[kind].items()}
        for kind in ("settled", "backbones")
    )
    views = regressions(trajectories, smoothing)
    return DiscoveryProblem(trajectories, smoothing, views, settled=settled, backbones=backbones)


def _teller() -> Progress:
    """Progress, a line each, to standard output alone: what else is printed, by native code too, is an aside."""
    channel = os.dup(1)
    os.dup2(2, 1)

    def tell(stage: str, message: str = "", fraction: float | None = None) -> None:
        line = json.dumps([stage, message, fraction]).encode() + b"\n"
        while line:
            line = line[os.write(channel, line) :]

    return tell


def _listen(deadline: Deadline, folder: Path) -> None:
    """Stops the engine when a line comes, and the process, with what it was given, when the other end is closed."""
    while os.read(0, 4096):
        deadline.stop.set()
    shutil.rmtree(folder, ignore_errors=True)  # measurements stay nowhere, however the run ended
    os._exit(1)


def _first_to_go() -> None:
    """Asks the system to end this process before others where memory runs out; it need not listen."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    _first_to_go()
    sys.exit(main(Path(sys.argv[1]), _teller()))
