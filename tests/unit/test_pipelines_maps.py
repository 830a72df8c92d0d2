"""Runs of maps: counted samples, and a law that is found and written as one."""

import json
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError, UsageError
from discovery.export.formats import export
from discovery.reports.tex import render
from discovery.resources import folder
from discovery.samples import Trajectory
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryResult
from pipelines import records
from pipelines.config import RunConfig
from pipelines.laws import law_lines
from pipelines.maps import as_map
from pipelines.ode import discover_ode
from pipelines.simulating import Wanted, simulate_command
from pipelines.store import RunFolder


def runs(times: np.ndarray) -> Trajectory:
    """A run at these times."""
    return Trajectory(times, np.arange(float(len(times)))[:, None], ("x",))


def test_samples_are_counted_whatever_their_times() -> None:
    """But a gap between whole steps stays one."""
    even, gap, uneven = (
        as_map(from_arrays([runs(np.array(t))])).trajectories[0].times
        for t in ([3.0, 3.5, 4.0, 4.5, 5.0], [0.0, 2.0, 6.0, 8.0, 10.0], [0.0, 1.0, 2.7, 3.0, 4.0])
    )
    assert [0, 1, 2, 3, 4] == even.tolist()
    assert [0, 1, 3, 4, 5] == gap.tolist()
    assert [0, 1, 2, 3, 4] == uneven.tolist()


def driven(rows: np.ndarray, *, known: bool = True) -> Measurements:
    """Rows of x[n+1] = 0.7 x[n] + u[n], of 60 whose inputs are drawn; else all, the inputs of the others missing."""
    inputs = np.random.default_rng(0).normal(size=60)
    states = np.zeros(60)
    for step in range(59):
        states[step + 1] = 0.7 * states[step] + inputs[step]
    if known:
        return from_arrays(states[rows], np.arange(60.0)[rows], inputs=inputs[rows])
    inputs[np.setdiff1d(np.arange(60), rows)] = np.nan
    return from_arrays(states, 1.0, inputs=inputs)


def test_inputs_of_a_map_are_known_in_every_row() -> None:
    """Rows without them cannot be left out as those of a curve can: what follows would be another step's."""
    with pytest.raises(DataError, match=r"3 rows were left out, as u0 is unknown.*the numbers of the steps"):
        as_map(driven(np.delete(np.arange(60), [10, 20, 31]), known=False))


def test_a_map_begins_anew_behind_steps_whose_inputs_nobody_knows() -> None:
    """Straight lines through them had made 0.92 of a gain of 1, without a word."""
    config = RunConfig(map=True, laws=("next x0 = a*x0 + b*u0",))
    found = discover_ode(driven(np.delete(np.arange(60), [10, 20, 31])), config)
    assert found.law is not None
    assert found.law.constants == pytest.approx((0.7, 1.0), abs=1e-9)
    assert any("No row tells u0 between 9 and 11" in note and "there are 4" in note for note in found.notes)


@pytest.fixture(name="found", scope="module")
def _found() -> DiscoveryResult:
    """The logistic map from 80 clean samples."""
    states = [0.4]
    while len(states) < 80:
        states.append(3.9 * states[-1] * (1 - states[-1]))
    config = RunConfig(map=True, engines=("sindy",))
    return discover_ode([Trajectory(np.arange(80.0), np.array(states)[:, None], ("N_",))], config)


def test_a_map_is_found(found: DiscoveryResult) -> None:
    """The logistic one, whose two terms have one constant."""
    assert found.law is not None
    assert found.law.discrete
    assert found.law.constants == pytest.approx((3.9,), rel=1e-3)


def test_a_map_is_written_as_one(found: DiscoveryResult) -> None:
    """The next state, and no derivative, in the terminal, the report and the export."""
    assert found.law is not None
    assert law_lines(found.law, found.headers)[0].startswith("next N_ = ")
    report = render(found, folder("reports/templates"), ())
    assert "^{+}" in report
    assert r"\mathrm{d}" not in report
    assert "The states that follow" in export(found, "python")


def test_a_map_is_not_exported_to_what_has_derivatives_alone(found: DiscoveryResult) -> None:
    """With the formats that are left."""
    with pytest.raises(UsageError, match="an export to modelica has derivatives alone"):
        export(found, "modelica")


def test_a_forecast_of_a_map_has_a_row_for_each_step(
    found: DiscoveryResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number of samples says nothing there, and more steps than can be written are refused."""
    RunFolder(tmp_path, tuple(found.headers)).keep_result(found, "")
    simulate_command(tmp_path, Wanted("0.5", until=3.0, draws=0))
    assert ["0.0", "1.0", "2.0", "3.0"] == [row.split(",")[0] for row in capsys.readouterr().out.splitlines()[1:]]
    with pytest.raises(UsageError, match=r"--samples is given, but the law is a map.*Leave it out"):
        simulate_command(tmp_path, Wanted("0.5", until=3.0, samples=11))
    with pytest.raises(UsageError, match=r"From 0 to 3e\+18 are 3e\+18 steps, and at most 1000000.*earlier --until"):
        simulate_command(tmp_path, Wanted("0.5", until=3e18))


def test_a_map_survives_its_document(found: DiscoveryResult) -> None:
    """The law and the runs."""
    assert found.law is not None
    document = json.loads(json.dumps(records.law_document(found.law)))
    assert records.law_from(document).discrete
    assert records.trajectories_from(records.trajectory_arrays(found.trajectories), ("N_",))[0].discrete
