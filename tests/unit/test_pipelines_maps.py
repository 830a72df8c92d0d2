"""Runs of maps: counted samples, and a law that is found and written as one."""

import json
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.export.formats import export
from discovery.reports.tex import render
from discovery.resources import folder
from discovery.samples import Trajectory
from discovery.trajectories.arrays import from_arrays
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
