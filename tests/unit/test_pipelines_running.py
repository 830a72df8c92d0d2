"""What a run is asked: where its results go, and the command that its record has."""

import sys
from pathlib import Path

import pytest

from pipelines.running import Request, run_command


@pytest.mark.parametrize(
    ("data", "folder"),
    [("a.csv", "a"), ("b/exp.1.csv", "exp.1"), ("2024.01.05.txt", "2024.01.05"), ("a.csv.gz", "a"), ("data", "data")],
)
def test_results_go_to_a_folder_named_as_the_data(data: str, folder: str) -> None:
    """Only the endings of the format are cut: exp.1 and exp.2 have folders of their own."""
    assert Path("runs") / folder == Request(Path(data)).folder


@pytest.mark.parametrize("typed", ["{}/x.csv", "{}//x.csv", "{}/./x.csv"])
def test_the_record_has_the_command_however_the_path_was_typed(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of files the name alone."""
    (tmp_path / "x.csv").write_text("t,x\n" + "".join(f"{i},{2.0**-i}\n" for i in range(12)), encoding="utf-8")
    word = typed.format(tmp_path)
    monkeypatch.setattr(sys, "argv", ["discover", "run", word, "--budget", "0.001s"])
    flags = {"budget": "0.001s"}
    run_command(Request(Path(word), flags=flags, out=tmp_path / "run", as_json=True))
    text = (tmp_path / "run" / "result.json").read_text(encoding="utf-8")
    assert '"command": "discover run x.csv --budget 0.001s"' in text
