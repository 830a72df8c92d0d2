"""Exported programs run: they integrate from the first state of each run, and print what our own solver gives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.dynamics.simulate import simulate_or_fail
from discovery.export.formats import FORMATS, export
from discovery.laws import Frame
from discovery.types import DiscoveryResult, Law

# Each tries to end a comment, a string or a line, or means something to one of the languages.
HOSTILE = (
    "x_1\n*/ #error broken\n/* raise SystemExit(3) \N{LINE SEPARATOR}exit(3)",
    "μ 100% a$b{c} \\ ??/ \"\"\" ''' %{ #= =# <script> ]]> --> &amp; \\end{document} ^^M coding: utf-7 \\",
)
PROGRAMS = {
    "python": ("law.py", (sys.executable, "law.py")),
    "numpy": ("law.py", (sys.executable, "law.py")),
    "c": ("law.c", ("./law",)),
    "matlab": ("law.m", ("octave-cli", "--norc", "--quiet", "--eval", "law")),
    "julia": ("law.jl", ("julia", "--startup-file=no", "law.jl")),
    "r": ("law.R", ("Rscript", "--vanilla", "law.R")),
}
SOURCES = {
    "gcc": "apt-get install gcc",
    "octave-cli": "apt-get install --no-install-recommends octave",
    "Rscript": "apt-get install --no-install-recommends r-base-core r-cran-desolve",
    "pdflatex": "apt-get install texlive-latex-recommended texlive-fonts-recommended",
}


@pytest.fixture(scope="module")
def result(law_of, result_of) -> DiscoveryResult:
    """Hunters and prey from two first states; columns, runs, time, command and verdict bear hostile names."""
    law: Law = law_of({"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"}, 0.8, 0.06, 0.03, 0.7)
    made = result_of(law, [30.0, 4.0], [12.0, 9.0], headers=HOSTILE, labels=HOSTILE, time_name=f"t {HOSTILE[0]}")
    told = {"command": HOSTILE[1], "data_sha256": HOSTILE[0], "files": [HOSTILE[0]]}
    return replace(made, verdict=replace(made.verdict, headline=HOSTILE[1]), provenance=told)


def ran(*words: str, folder: Path) -> str:
    """What a program prints; skips, with the command that adds it, where it is missing."""
    if shutil.which(words[0]) is None and not (folder / words[0]).exists():
        pytest.skip(f"{words[0]} is not installed. Add it with: {SOURCES.get(words[0], 'its own installer')}")
    quiet = {**os.environ, "OCTAVE_HISTFILE": os.devnull}
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False, timeout=200, env=quiet)
    if "The package deSolve is missing" in done.stderr:
        pytest.skip(f"deSolve is not installed. Add it with: {SOURCES['Rscript']}")
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_integrates_each_run(language: str, result: DiscoveryResult, tmp_path: Path) -> None:
    """201 states a run, as our solver has them, whatever columns and runs are called."""
    printed = printed_by(language, export(result, language), tmp_path)
    assert ["run", "t", "x", "y"] == list(printed.columns)
    times = np.linspace(0.0, 1.0, 201)
    for number, run in enumerate(result.trajectories, start=1):
        rows = printed[printed["run"] == number]
        exact = simulate_or_fail(result.ranking.front[0].law, run.states[0], times)
        np.testing.assert_allclose(rows["t"], times, atol=1e-9)
        np.testing.assert_allclose(rows[["x", "y"]], exact, rtol=1e-6)


MAP_STEPS = 10


def printed_by(language: str, text: str, folder: Path) -> pd.DataFrame:
    """The table that an exported program prints."""
    name, words = PROGRAMS[language]
    (folder / name).write_text(text, encoding="utf-8")
    if language == "c":
        ran("gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "law.c", "-o", "law", "-lm", folder=folder)
    return pd.read_csv(StringIO(ran(*words, folder=folder)))


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_applies_a_map(language: str, law_of, result_of, tmp_path: Path) -> None:
    """To each first state, as often as the run has samples; sample by sample as our own iteration."""
    law = law_of({"x": "c0*x*(1 - y)", "y": "c1*x"}, 1.9, 0.4)
    made = result_of(law, [0.3, 0.2], [0.5, 0.1], labels=HOSTILE, simulated=False)
    discrete = replace(law, discrete=True)
    counted = np.arange(MAP_STEPS + 1.0)
    runs = tuple(replace(run, times=counted, discrete=True) for run in made.trajectories)
    predictions = tuple(replace(one, times=counted) for one in made.predictions)
    front = (replace(made.ranking.front[0], law=discrete),)
    made = replace(made, trajectories=runs, predictions=predictions, ranking=replace(made.ranking, front=front))
    printed = printed_by(language, export(made, language), tmp_path)
    assert ["run", "n", "x", "y"] == list(printed.columns)
    for number, run in enumerate(runs, start=1):
        rows = printed[printed["run"] == number]
        np.testing.assert_array_equal(rows["n"], counted)
        np.testing.assert_allclose(rows[["x", "y"]], simulate_or_fail(discrete, run.states[0], counted), rtol=1e-8)


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_applies_a_driven_map(language: str, law_of, result_of, tmp_path: Path) -> None:
    """With the input that each step of each run had."""
    law = law_of({"x": "c0*x + u", "y": "c1*x"}, 0.9, 0.4)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)), discrete=True)
    made = result_of(law_of({"x": "x", "y": "y"}), [0.3, 0.2], [0.5, 0.1], simulated=False)
    counted = np.arange(MAP_STEPS + 1.0)
    runs = tuple(
        replace(run, times=counted, inputs=np.cos(counted + phase)[:, None], discrete=True)
        for phase, run in enumerate(made.trajectories)
    )
    front = (replace(made.ranking.front[0], law=driven),)
    made = replace(made, trajectories=runs, predictions=(), ranking=replace(made.ranking, front=front))
    printed = printed_by(language, export(replace(made, inputs={"u": "u"}), language), tmp_path)
    for number, run in enumerate(runs, start=1):
        exact = simulate_or_fail(driven, run.states[0], counted, drive=run.drive)
        np.testing.assert_allclose(printed[printed["run"] == number][["x", "y"]], exact, rtol=1e-8)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_is_driven_as_the_runs_were(language: str, held: bool, law_of, result_of, tmp_path: Path) -> None:
    """By the inputs of each run, linear between samples, or held, whatever their columns are called."""
    law = law_of({"x": "c0*u - c1*x", "y": "x - y"}, 2.0, 0.7)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))
    made = result_of(law_of({"x": "c0 - c1*x", "y": "x - y"}, 2.0, 0.7), [0.3, 0.2], [0.5, 0.1], labels=HOSTILE)
    runs = tuple(
        replace(run, inputs=np.sin(3.0 * run.times + phase)[:, None], held=(held,))
        for phase, run in enumerate(made.trajectories)
    )
    front = (replace(made.ranking.front[0], law=driven),)
    made = replace(made, trajectories=runs, ranking=replace(made.ranking, front=front), inputs={"u": HOSTILE[0]})
    printed = printed_by(language, export(made, language), tmp_path)
    times = np.linspace(0.0, 1.0, 201)
    for number, run in enumerate(runs, start=1):
        rows = printed[printed["run"] == number]
        exact = simulate_or_fail(driven, run.states[0], times, drive=run.drive)
        np.testing.assert_allclose(rows[["x", "y"]], exact, atol=2e-3 if held else 1e-5)


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_knows_which_of_its_inputs_are_held(language: str, law_of, result_of, tmp_path: Path) -> None:
    """One that is, beside one that is linear between samples."""
    law = law_of({"x": "c0*u - c1*x", "y": "x - y + w"}, 2.0, 0.7)
    driven = replace(law, frame=Frame(law.states, law.skeletons, inputs=("u", "w")))
    made = result_of(law_of({"x": "c0 - c1*x", "y": "x - y"}, 2.0, 0.7), [0.3, 0.2], [0.5, 0.1])
    runs = tuple(
        replace(run, inputs=np.column_stack([np.floor(4.0 * run.times), np.sin(3.0 * run.times)]), held=(True, False))
        for run in made.trajectories
    )
    front = (replace(made.ranking.front[0], law=driven),)
    made = replace(made, trajectories=runs, ranking=replace(made.ranking, front=front), inputs={"u": "u", "w": "w"})
    printed = printed_by(language, export(made, language), tmp_path)
    times = np.linspace(0.0, 1.0, 201)
    for number, run in enumerate(runs, start=1):
        rows = printed[printed["run"] == number]
        exact = simulate_or_fail(driven, run.states[0], times, drive=run.drive)
        np.testing.assert_allclose(rows[["x", "y"]], exact, atol=5e-3)


def test_expressions_of_a_driven_law_have_symbols_for_inputs(law_of, result_of) -> None:
    """The module of SymPy's expressions runs, and the input is one of its symbols."""
    law = law_of({"x": "c0*u - c1*x"}, 2.0, 0.7)
    made = result_of(law_of({"x": "c0 - c1*x"}, 2.0, 0.7), [0.3])
    front = (replace(made.ranking.front[0], law=replace(law, frame=Frame(law.states, law.skeletons, inputs=("u",)))),)
    made = replace(made, ranking=replace(made.ranking, front=front), inputs={"u": "u [V]"})
    text = export(made, "sympy")
    assert '"u [V]", an input' in text
    space: dict[str, object] = {"__name__": "law"}
    exec(compile(text, "law.py", "exec"), space)  # our own text; that it runs is the claim
    assert "2.0*u - 0.7*x" in str(space["equations"])


def test_a_program_in_c_says_where_it_stops(law_of, result_of, tmp_path: Path) -> None:
    """x' = x^2 from 2 reaches infinity at t = 1/2: an exit code, a message, and no endless loop."""
    result = result_of(law_of({"x": "x**2"}), [2.0], simulated=False)
    (tmp_path / "law.c").write_text(export(result, "c").replace("10000000L", "10000L"), encoding="utf-8")
    ran("gcc", "-std=c99", "-O2", "law.c", "-o", "law", "-lm", folder=tmp_path)
    done = subprocess.run(["./law"], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
    assert 1 == done.returncode
    assert done.stderr in ("Run 1 stopped before t = 0.5.\n", "Run 1 stopped before t = 0.505.\n")


def test_the_latex_document_compiles(result: DiscoveryResult, tmp_path: Path) -> None:
    """With nothing that sticks out; columns with long names get letters, and a list tells which is which."""
    (tmp_path / "law.tex").write_text(export(result, "latex"), encoding="utf-8")
    log = ran("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "law.tex", folder=tmp_path)
    assert (tmp_path / "law.pdf").stat().st_size > 0
    assert "Overfull" not in log


def test_hostile_names_are_told_where_a_format_has_room_for_them(result: DiscoveryResult) -> None:
    """On one line and without the characters that cannot be seen."""
    from xml.etree import ElementTree as ET

    parameters = ET.fromstring(export(result, "sbml")).iter("{http://www.sbml.org/sbml/level3/version1/core}parameter")
    names = [one.get("name") for one in parameters]
    assert ["x_1 */ #error broken /* raise SystemExit(3) exit(3)", HOSTILE[1].strip()] == names[:2]
    table = pd.read_csv(StringIO(export(result, "csv")))
    assert [*HOSTILE, *(f"measured {header}" for header in HOSTILE)] == list(table.columns[3:])


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_result_is_exported_the_same(name: str, result: DiscoveryResult) -> None:
    """Each export ends with a line, has no trailing blanks, and holds no time of day."""
    text = export(result, name)
    assert text == export(result, name)
    assert text.endswith("\n")
    if name not in ("csv", "constants"):
        assert [] == [line for line in text.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_rests_where_friction_holds(language: str, law_of, result_of, tmp_path: Path) -> None:
    """Signs are the ramps that our own solver follows: no step crosses a jump that pushes back from both sides."""
    law = law_of({"x": "y", "y": "-c0*x - c1*sign(y)"}, 200.0, 30.0)
    made = result_of(law, [1.0, 0.0])
    text = export(made, language)
    (width,) = set(re.findall(r"ramp\(y, ([0-9.e-]+)\)", text))
    assert float(width) == pytest.approx(1e-5 * np.std(made.trajectories[0].states[:, 1]), rel=0.01)
    printed = printed_by(language, text, tmp_path)
    exact = simulate_or_fail(law, np.array([1.0, 0.0]), np.linspace(0.0, 1.0, 201))
    assert np.ptp(exact[-20:, 0]) < 1e-3  # it rests
    np.testing.assert_allclose(printed["x"], exact[:, 0], atol=2e-3)
