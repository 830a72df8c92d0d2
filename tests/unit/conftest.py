"""Networks with given laws, and runs, in standard units; a small result, for the report; the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from discovery.smoothing.neural.monomials import Monomials
from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.windows import Windows, gather, places
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import (
    DiscoveryResult,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    Verdict,
)

NetworkOf = Callable[..., Network]
SamplesOf = Callable[..., Samples]
WindowsOf = Callable[..., Windows]
Discover = Callable[..., int]
Simulated = Callable[..., tuple[int, list[list[float]], str]]


@pytest.fixture(scope="session")
def network_of() -> NetworkOf:
    """Networks that are polynomials: ``network_of({(1,): 1.0}, {(0,): -1.0, (): 0.5})``, keyed by the arguments.

    One hidden unit is there, without weight.
    """

    def make(*laws: Mapping[tuple[int, ...], float], drives: int = 0) -> Network:
        monomials = Monomials.of(len(laws) + drives)
        outer = np.zeros((len(laws), len(monomials) + 2))
        rows = [tuple(int(a) for a in row if a < monomials.arguments) for row in monomials.table]
        for state, law in enumerate(laws):
            for factors, coefficient in law.items():
                outer[state, rows.index(factors) if factors else len(rows)] = coefficient
        parameters = np.concatenate([outer.ravel(), np.full(monomials.arguments, 0.3), np.zeros(1)])
        known = torch.zeros(len(laws), len(laws), dtype=torch.float64)
        return Network(torch.ones(len(laws), dtype=torch.float64), known, monomials, 1, torch.tensor(parameters))

    return make


@pytest.fixture(scope="session")
def samples_of() -> SamplesOf:
    """Runs in standard units whose curve, unless given, is a sine for each state."""

    def make(
        times: np.ndarray,
        curve: np.ndarray | None = None,
        *,
        measured: np.ndarray | None = None,
        hidden: np.ndarray | None = None,
        drives: np.ndarray | None = None,
        noise: float = 0.1,
    ) -> Samples:
        curve = np.sin(times)[:, None] if curve is None else curve
        slopes = np.gradient(curve, times, axis=0) if len(times) > 1 else np.zeros_like(curve)
        return Samples(
            times,
            curve if measured is None else measured,
            np.zeros(curve.shape, dtype=bool) if hidden is None else hidden,
            np.full_like(curve, noise),
            curve,
            slopes,
            np.full_like(curve, noise),
            np.empty((len(times), 0)) if drives is None else drives,
        )

    return make


@pytest.fixture(scope="session")
def windows_of() -> WindowsOf:
    """All windows of some runs."""

    def make(*parts: Samples, cells: int = 8, stride: int = 1) -> Windows:
        return gather(parts, places(parts, cells, stride), cells, stride)

    return make


@pytest.fixture
def circle() -> Measurements:
    """A circle with a gap, by names that are no identifiers."""
    times = np.linspace(0.0, 4.0, 9)
    states = np.column_stack([np.cos(2 * times), -2 * np.sin(2 * times)])
    states[3, 1] = np.nan
    return from_arrays(states, times, names=["x [m]", "y"])


@pytest.fixture
def smoothed_circle(circle: Measurements) -> Smoothing:
    """Stands in for a smoother's work."""
    run = circle.trajectories[0]
    filled = np.nan_to_num(run.states)
    curves = SmoothedTrajectory(run.times, filled, 2 * filled, 0.1 + 0 * filled, 0.3 + 0 * filled, run.names)
    noise = NoiseModel("additive", np.array([0.1, 0.2]), np.array([1e-3, 1e-3]))
    return Smoothing((curves,), None, noise, -0.75, "kalman", ("A note.",))


@pytest.fixture
def decay() -> DiscoveryResult:
    """A result to report on: x' = -x/2 over two runs, the second kept out whole, with a rival as good as tied."""
    times = np.linspace(0.0, 4.0, 41)
    curves = [start * np.exp(-0.5 * times)[:, None] for start in (2.0, 1.0)]
    runs = tuple(Trajectory(times, curve + 0.01, ("x",), label) for label, curve in zip("ab", curves, strict=True))
    smooth = tuple(
        SmoothedTrajectory(times, c, -0.5 * c, np.ones_like(c), np.ones_like(c), ("x",), label)
        for label, c in zip("ab", curves, strict=True)
    )
    chosen = Law(("x",), (parse("-c0*x"),), (0.5,), ("sindy:stlsq",))
    rival = Law(("x",), (parse("-c0*x + c1*x**2"),), (0.5, 0.001), ("operon", "sindy:sr3"))
    front = (
        RankedLaw(chosen, 10.0, 1.0, 0.99, 3, 0.1, (0.4,), (0.6,)),
        RankedLaw(rival, 12.0, 0.99, 0.99, 7, 0.1, (0.4, -1.0), (0.6, 1.0)),
    )
    return DiscoveryResult(
        headers={"x": "x [m]"},
        time_name="t [s]",
        trajectories=runs,
        smoothing=Smoothing(smooth, None, NoiseModel("additive", np.full(1, 0.01), np.full(1, 0.01)), 1.0, "kalman"),
        ranking=Ranking(front, "shortest"),
        verdict=Verdict("found", "Found.", (), {}),
        predictions=(
            Prediction("fit", "a", times, curves[0]),
            Prediction("fit", "b", times, curves[1]),
            Prediction("held_out", "b", times, curves[1]),
        ),
        cites=("Sarkka2023", "Brunton2016"),
        provenance={"files": ["decay.csv"], "config": {"smoother": "kalman", "engines": ["sindy", "operon"]}},
    )


def write_decay(path: Path) -> Path:
    """A CSV of x' = -0.8 x without noise."""
    times = np.linspace(0.0, 5.0, 60)
    pd.DataFrame({"t": times, "x": 3.0 * np.exp(-0.8 * times)}).to_csv(path, index=False)
    return path


def command(patch: pytest.MonkeyPatch, words: Sequence[object]) -> int:
    """The exit code of that command as a shell would call it. No PDF is typeset: the other files tell enough."""
    from discovery.reports import tex
    from pipelines import cli

    patch.setattr(tex, "installed", lambda: False)
    patch.setattr("sys.argv", ["discover", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main(began=time.monotonic())  # this process is older than the command
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def decay_file(tmp_path: Path) -> Path:
    """A file with x' = -0.8 x without noise."""
    return write_decay(tmp_path / "decay.csv")


@pytest.fixture
def discover(monkeypatch: pytest.MonkeyPatch) -> Discover:
    """The command; gives its exit code."""
    return lambda *words: command(monkeypatch, words)


@pytest.fixture
def simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], discover: Discover
) -> Simulated:
    """What `discover simulate` answers on a result: its exit code, the rows of a table of two, and its messages."""

    def answer(result: DiscoveryResult, *words: object) -> tuple[int, list[list[float]], str]:
        monkeypatch.setattr("pipelines.store.load", lambda folder: result)
        code = discover("simulate", tmp_path, "--samples", 2, "--draws", 0, *words)
        told = capsys.readouterr()
        rows = [[float(one) for one in row.split(",")] for row in told.out.splitlines()[1:]]
        return code, rows, " ".join(told.err.split())

    return answer


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on the decay; who changes it puts it back."""
    folder = tmp_path_factory.mktemp("decay")
    words = ("--engines", "structured", "--smoother", "gaussian_process", "--out", folder)
    with pytest.MonkeyPatch.context() as patch:
        assert 0 == command(patch, ["run", write_decay(folder / "decay.csv"), *words])
    return folder
