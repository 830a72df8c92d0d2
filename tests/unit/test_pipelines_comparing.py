"""What `discover compare` makes of two runs."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.symbolic.parse import parse
from pipelines.comparing import compare_command


@pytest.mark.parametrize(
    ("other", "verdict"), [("torque - 2*sin(x) + t", "identical"), ("torque + 2*sin(x) + t", "different")]
)
def test_laws_with_inputs_and_time_are_compared(
    other: str, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are variables, as the states are."""
    laws = {"one": "torque - 2*sin(x) + t", "two": other}

    times = np.linspace(0.0, 9.0, 10)
    run = SimpleNamespace(inputs=np.full((10, 1), 3.0))
    curve = SimpleNamespace(times=times, states=times[:, None] - 4.0)

    def load(folder: Path) -> SimpleNamespace:
        law = SimpleNamespace(equations={"x": parse(laws[folder.name])}, states=("x",), inputs=("torque",))
        return SimpleNamespace(law=law, trajectories=[run], smoothing=SimpleNamespace(trajectories=[curve]))

    monkeypatch.setattr("pipelines.store.load", load)
    folders = [tmp_path / name for name in laws]
    for folder in folders:
        folder.mkdir()
    compare_command(*map(str, folders), as_json=False)
    printed = capsys.readouterr()
    assert f"{verdict}\n" == printed.out
    assert "Compared where -4 <= x <= 5, 0 <= t <= 9." in printed.err  # the torque rests, which says nothing of it


def test_expressions_are_compared_where_they_are_told_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Laws that are defined far from zero only are compared there."""
    texts = ("2*y*sqrt(x - 50)", "y*sqrt(x - 50)")
    with pytest.raises(UsageError, match="Give the region in which they are: --region"):
        compare_command(*texts, as_json=False)
    compare_command(*texts, region="x=50:200, y = -1:1", as_json=False)
    assert "same structure\n" == capsys.readouterr().out


@pytest.mark.parametrize("region", ["z=1:2", "x=2:1", "x=1", "x=1:2:3", "x=1:inf", "x=-1e308:1e308", "1:2", "x=a:b"])
def test_a_region_that_is_none_is_refused(region: str) -> None:
    """The message has the variables, and an example."""
    with pytest.raises(UsageError, match=r"no range of a variable\. The variables are x, y; .* --region x=50:200"):
        compare_command("x + y", "x", region=region, as_json=False)


def test_a_folder_is_compared_with_a_folder(tmp_path: Path) -> None:
    """A folder whose name is misspelt is no expression."""
    for texts in ((str(tmp_path), "runs_lynx"), ("runs_lynx", str(tmp_path))):
        with pytest.raises(UsageError, match="is a run, and runs_lynx is no folder"):
            compare_command(*texts, as_json=False)
