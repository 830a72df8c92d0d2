"""What `discover compare` makes of two runs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

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

    def load(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(law=SimpleNamespace(equations={"x": parse(laws[folder.name])}))

    monkeypatch.setattr("pipelines.store.load", load)
    folders = [tmp_path / name for name in laws]
    for folder in folders:
        folder.mkdir()
    compare_command(*map(str, folders), as_json=False)
    assert f"{verdict}\n" == capsys.readouterr().out
