"""The process that PySR and Julia run in: ``python -m discovery.search.pysr_worker FOLDER``.

FOLDER holds ``request.json`` and, for each task in it, ``states_<task>.npy`` and ``targets_<task>.npy``. The worker
writes ``front_<task>.json`` as each task is done; while one runs PySR keeps ``hall_of_fame.csv`` in the folder
``search_<task>``. Must not import torch, directly or not: torch and Julia in one process crash.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def regressor_arguments(
    arguments: Mapping[str, object], folder: Path, task: int, seconds: float | None
) -> dict[str, object]:
    """Everything that ``PySRRegressor`` is made with for one task.

    Args:
        seconds: time that the task may take; None for no limit.
    """
    # JSON has no tuples, and PySR takes the limits of a binary operator's arguments only as a tuple.
    constraints = arguments["constraints"]
    assert isinstance(constraints, Mapping)
    limits = {name: tuple(limit) if isinstance(limit, list) else limit for name, limit in constraints.items()}
    where = {"output_directory": str(folder), "run_id": f"search_{task}"}
    return {**arguments, **where, "constraints": limits, "timeout_in_seconds": seconds}


def main(folder: Path) -> None:
    """Answers the request in ``folder``, one task after another."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    regressor: Any = importlib.import_module("pysr").PySRRegressor
    tasks: list[int] = request["tasks"]
    for done, task in enumerate(tasks):
        seconds = None
        if request["until"] is not None:
            # PySR takes no limit of zero, and the first iteration is worth waiting for.
            seconds = max(1.0, (request["until"] - time.time()) / (len(tasks) - done))
        model = regressor(**regressor_arguments(request["arguments"], folder, task, seconds))
        states = np.load(folder / f"states_{task}.npy", allow_pickle=False)
        targets = np.load(folder / f"targets_{task}.npy", allow_pickle=False)
        model.fit(states, targets, variable_names=request["labels"])
        front = {"equations": [str(equation) for equation in model.equations_["equation"]]}
        # Written aside and renamed: who reads it finds all of it or nothing.
        unfinished = folder / f"front_{task}.json.part"
        unfinished.write_text(json.dumps(front), encoding="utf-8")
        unfinished.replace(folder / f"front_{task}.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
