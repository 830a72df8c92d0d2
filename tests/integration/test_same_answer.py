"""A run that is not cut off gives the same bytes: in two processes, on one core and on two, whatever the hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
ON_CORES = "import os, sys; os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:{}])); "
RUN = "from pipelines.cli import main; main()"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predators and prey, short enough for all engines and the neural smoother to take seconds."""
    from scipy.integrate import solve_ivp

    times = np.linspace(0.0, 12.0, 60)
    states = solve_ivp(
        lambda _, u: [u[0] * (1.1 - 0.4 * u[1]), u[1] * (0.1 * u[0] - 0.4)], (0.0, 12.0), [10.0, 5.0], t_eval=times
    ).y.T
    states *= 1.0 + 0.02 * np.random.default_rng(1).normal(size=states.shape)
    path = tmp_path_factory.mktemp("same") / "data.csv"
    np.savetxt(path, np.column_stack([times, states]), delimiter=",", header="t,prey,hunters", comments="")
    return path


def result(data: Path, out: str, *, cores: int, seed: str) -> bytes:
    """What a run in a process of its own writes; threads are as many as it likes."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", ON_CORES.format(cores) + RUN, "run", data.name, "--out", out, "--quiet", "--no-report"],
        cwd=data.parent, env={**environment, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return (data.parent / out / "result.json").read_bytes()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_two_processes_on_one_core_and_on_all_write_the_same_bytes(data: Path) -> None:
    """With the default recipe: neural smoother, all engines, fits side by side."""
    one = result(data, "one", cores=1, seed="1")
    assert one == result(data, "all", cores=len(os.sched_getaffinity(0)), seed="2")
    assert b'"stopped_by": "done"' in one
