"""One discovery in its own process: reads a CSV, writes ``result.json`` and ``timing.json``, draws no report.

    python -m pipelines.validation_worker data.csv out --budget 30 --seed 0 --recipe default --inputs source

The exit codes are those of ``discover run``. It ends by itself when the process that started it is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from discovery.errors import DiscoveryError
from pipelines.terminal import FOUND, NOT_FOUND, PARTIAL


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one discovery and returns its exit code."""
    given = _parser().parse_args(arguments)
    begin = time.perf_counter()
    try:
        return _run(given, begin)
    except DiscoveryError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--budget", type=float, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recipe", default="default")
    parser.add_argument("--inputs", default="", help="columns that drive the states, separated by commas")
    return parser


def _run(given: argparse.Namespace, begin: float) -> int:
    from discovery.trajectories.read import read_csv
    from pipelines import config, records
    from pipelines.ode import discover_ode
    from pipelines.store import write

    settings = config.read(given.recipe).changed(budget=given.budget, seed=given.seed, threads=1)
    measurements = read_csv(given.data, inputs=[name for name in given.inputs.split(",") if name])
    ready = time.perf_counter()
    result = discover_ode(measurements, settings)
    seconds = {"start": round(ready - begin, 3), **result.seconds, "cpu": round(cpu(), 3)}
    write(given.out / "timing.json", json.dumps(seconds).encode())
    write(given.out / "result.json", json.dumps(records.result_document(result, ""), allow_nan=False).encode())
    if result.status == "not_found":
        return NOT_FOUND
    return PARTIAL if result.stopped_by == "deadline" else FOUND


def cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def end_with_parent() -> None:
    """Ends this process when its standard input closes, which happens however the parent ends."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main())
