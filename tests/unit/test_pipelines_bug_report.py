"""A bug report: all that is asked for, and nothing of the data."""

from pathlib import Path

import pytest

from discovery.search.pysr_probe import Availability
from pipelines import doctor
from pipelines.bug_report import bug_report


@pytest.fixture(autouse=True)
def _without_juliapkg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Julia's own probe is tested elsewhere; here it answers at once."""
    monkeypatch.setattr(doctor, "available", lambda: Availability(False, "Julia is not installed.", "add julia"))


def test_a_report_has_all_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine, what the doctor says, variables that matter and no others, packages."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("MY_PASSWORD", "swordfish")
    text = bug_report()
    for part in ("### Machine", "GiB of memory", "engine sindy", "OMP_NUM_THREADS=7", "numpy==", "sympy=="):
        assert part in text
    assert "swordfish" not in text
    assert 0 == text.count("```") % 2


def test_a_report_on_a_run_tells_of_it_without_its_data(tmp_path: Path) -> None:
    """Settings, status, failures and versions; no values, no columns."""
    (tmp_path / "config.toml").write_text(
        'seed = 3\nlaws = ["secret_column\' = -k*secret_column"]\nown = ["k:secret_column"]\n[data]\n'
        'states = ["secret_column"]\n[data.units]\nsecret_column = "m"\n[search]\noperon = {evaluations = 9}\n',
        encoding="utf-8",
    )
    (tmp_path / "result.json").write_text(
        '{"schema": 2, "status": "found", "stopped_by": "done", "names": {"x_1": "secret_column [kg]"},'
        ' "inputs": {"secret_drive": "secret_drive"}, "time": "secret_time",'
        ' "failures": [{"where": "search operon", "what": "secret_column rests, x_1 and secret_drive do not"}],'
        ' "states": ["x_1"], "front": [], "provenance": {"seed": 3}}',
        encoding="utf-8",
    )
    text = bug_report(tmp_path)
    for part in (
        "seed = 3",
        "laws: 1",
        "evaluations",
        "status: found",
        "search operon",
        "<column 1> rests, <column 1> and <column 2> do not",
        "states: 1",
    ):
        assert part in text
    assert "secret" not in text


def test_names_of_files_command_nothing(tmp_path: Path) -> None:
    """A report on a folder of a stranger is looked at in a terminal."""
    (tmp_path / "\x1b[31mred").touch()
    text = bug_report(tmp_path)
    assert r"\x1b[31mred" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"[1]", b'{"provenance": 3}'])
def test_a_damaged_run_is_reported_on_too(tmp_path: Path, content: bytes) -> None:
    """That is when reports are written."""
    (tmp_path / "result.json").write_bytes(content)
    assert "result.json" in bug_report(tmp_path)
