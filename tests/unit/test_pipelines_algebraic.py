"""A column that follows from states and inputs at each time: told, found, shown, exported and forecast."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from discovery.reports import tex
from discovery.reports.snippets import python_text
from pipelines.cli import main
from pipelines.laws import law_lines
from pipelines.store import load

Discover = Callable[..., int]

TIMES = np.arange(0.0, 400.0, 2.0)
CURRENT = np.where((TIMES // 50.0) % 2.0 == 1.0, 2.0, 0.0)
TOLD = ("V = E - R*I - u", "u' = -u/tau + I/C", "u(0) = 0", "tau > 0")


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a cell's voltage: 3.7 V less 0.025 Ohm times the current less what 0.015 Ohm beside 2000 F hold."""
    folder = tmp_path_factory.mktemp("cell")
    u, course = 0.0, []
    for current in CURRENT:
        course.append(3.7 - 0.025 * current - u)
        u = u * np.exp(-2.0 / 30.0) + 0.015 * (1.0 - np.exp(-2.0 / 30.0)) * current
    noisy = np.array(course) + 1e-3 * np.random.default_rng(0).normal(size=len(course))
    pd.DataFrame({"t [s]": TIMES, "V [V]": noisy, "I [A]": CURRENT}).to_csv(folder / "cell.csv", index=False)
    laws = [part for one in TOLD for part in ("--law", one)]
    out = folder / "run"
    words = ["discover", "run", str(folder / "cell.csv"), "--inputs", "I [A]", *laws, "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tex, "installed", lambda: False)
        patch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
    assert 0 == ended.value.code
    return out


def test_a_cell_is_found_by_its_voltage(cell: Path) -> None:
    """Its resistance shows in jumps, which are no hidden switches; the law is found with its five constants."""
    result = load(cell)
    assert "found" == result.status
    assert result.law is not None
    assert ("V",) == result.law.algebraic
    found = dict(zip(result.law.told, result.law.constants, strict=True))
    assert {"E": 3.7, "R": 0.025, "tau": 30.0, "C": 2000.0} == pytest.approx(found, rel=0.05)
    front = result.ranking.front[0]
    truth = [{"E": 3.7, "R": 0.025, "tau": 30.0, "C": 2000.0}[name] for name in result.law.told]
    assert all(low < true < high for low, true, high in zip(front.lows, truth, front.highs, strict=True))
    assert not any("jumps along" in note for note in result.notes)


def test_it_is_shown_by_its_value(cell: Path) -> None:
    """The terminal, LaTeX and code have V = ..., and a rate of the hidden state alone."""
    result = load(cell)
    assert result.law is not None
    first, second = law_lines(result.law, result.headers)
    assert first.startswith("V [V] = -0.02")
    assert second.startswith("d u / dt = ")
    tex_source = (cell / "report.tex").read_text(encoding="utf-8")
    assert r"\leftside{V}\leftside{\ratio{\mathrm{d}u}{\mathrm{d}t}}" in tex_source
    assert r"\term{{}- R \by I}" in tex_source
    law, read = python_text(result.law).split("# V\n")
    assert "def law(t, state, I_):\n    u, = state" in law
    assert "def read(t, state, I_):\n    u, = state" in read
    document = json.loads((cell / "result.json").read_text(encoding="utf-8"))
    assert ["V"] == document["front"][0]["algebraic"]


def test_it_is_forecast_from_hidden_states_alone(
    cell: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """The voltage at once has what the new current takes; a start of the voltage cannot be given."""
    asked = ("--inputs", "I=2", "--until", "300", "--draws", "0", "--samples", "3")
    assert 0 == discover("simulate", cell, "--x0", "u=0", *asked)
    table = pd.read_csv(StringIO(capsys.readouterr().out))
    assert table["V [V]"].to_numpy()[[0, -1]] == pytest.approx([3.65, 3.62], abs=2e-3)
    assert 2 == discover("simulate", cell, "--x0", "V=3,u=0", *asked)


def test_exports_that_hold_it_have_its_value(
    cell: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """SymPy's module prints it, Python has a function of it, Modelica an equation; others are refused with those."""
    assert 0 == discover("export", cell, "--to", "sympy")
    printed: list[str] = []
    exec(capsys.readouterr().out, {"__name__": "__main__", "print": printed.append})
    assert printed[0].startswith("V = ")
    assert printed[1].startswith("d u / d t = ")
    for to in ("python", "numpy"):
        assert 0 == discover("export", cell, "--to", to)
        module: dict[str, Any] = {"__name__": "law"}
        exec(capsys.readouterr().out, module)
        assert ("u",) == module["STATES"]
        assert [3.7 - 0.025 * 2.0 - 0.01] == pytest.approx(module["read"](0.0, [0.01], [2.0]), abs=1e-3)
        assert [0.001 - 0.01 / 30.0] == pytest.approx(module["law"](0.0, [0.01], [2.0]), rel=0.05)
    assert 0 == discover("export", cell, "--to", "modelica")
    model = capsys.readouterr().out
    assert '  Real V "V [V]";' in model
    assert "\n  V = " in model
    assert "der(V)" not in model
    assert 2 == discover("export", cell, "--to", "c")
    assert "tells V [V] by a value at each time, which an export to c cannot hold" in capsys.readouterr().err
