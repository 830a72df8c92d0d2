"""Text and courses for a terminal."""

import io
import math
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.trajectories.read import read_csv
from pipelines.terminal import command_line, course, fancy, joining, lines, plain, suggest

ROOT = Path(__file__).resolve().parents[2]


@given(st.text())
def test_what_is_shown_can_be_seen(text: str) -> None:
    """Whatever a header is, nothing of it moves the cursor or the line; what can be seen stays."""
    shown = plain(text)
    assert shown.isprintable()
    if text.isprintable():
        assert text == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x1b[31mred", r"\x1b[31mred"), ("a\tb\nc", r"a\tb\nc"), ("\u202eabc", r"\u202eabc"), ("μ ≤ 3", "μ ≤ 3")],
)
def test_what_is_not_seen_is_written_out(text: str, shown: str) -> None:
    """Escape sequences, ends of lines, marks that turn the direction of writing."""
    assert shown == plain(text)


def test_long_text_is_cut() -> None:
    """A file without line ends does not fill the screen."""
    assert 20 == len(plain("x" * 1000, 20))
    assert 5000 > len(plain("\x00" * 100_000))


def test_lines_stay_lines() -> None:
    """A message of two sentences on two lines."""
    assert "one\\x07\ntwo" == lines("one\x07\ntwo")


@pytest.mark.parametrize("length", [1, 2, 5, 40, 1000])
@pytest.mark.parametrize("dots", [True, False])
def test_a_course_has_the_size_that_was_asked_for(length: int, dots: bool) -> None:
    """However many values there are."""
    drawn = course([math.sin(i / 3.0) for i in range(length)], 24, 2, dots=dots)
    assert [24] * (2 if dots else 1) == [len(line) for line in drawn]


def test_a_course_rises_and_falls() -> None:
    """A straight line from the lower left to the upper right, and a gap where nothing is known."""
    assert ["__..--~~^^", "^^~~--..__"] == [
        course(values, 10, 1, dots=False)[0] for values in ([0.0, 1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0, 0.0])
    ]
    upper, lower = course([0.0, 1.0], 4, 2)
    assert (upper[:2].strip(), lower[2:].strip()) == ("", "")
    assert "  " in course([1.0, math.nan, math.nan, math.nan, 1.0], 10, 1, dots=False)[0]
    assert ["    ", "    "] == course([math.nan, math.inf], 4, 2)


def test_a_fast_oscillation_is_a_band() -> None:
    """Its whole range is filled."""
    (line,) = course([(-1.0) ** i for i in range(1000)], 10, 1)
    assert {"⣿"} == set(line)


@pytest.mark.parametrize(("encoding", "can"), [("utf-8", True), ("ascii", False), ("latin-1", False)])
def test_braille_is_for_terminals_that_have_it(encoding: str, can: bool) -> None:
    """By the stream's encoding."""
    assert can == fancy(io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert not fancy(io.StringIO())


@pytest.mark.parametrize("busy", [True, False])
def test_the_exit_code_is_kept_whatever_was_left_behind(busy: bool) -> None:
    """A thread that hangs does not end the program by a signal, and what was written is not lost."""
    hang = "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n" if busy else ""
    code = f"import threading, time\nfrom pipelines.terminal import leave\n{hang}print('said')\nleave(6)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (6, "said\n", "") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("x'' = -k*x", "\"x'' = -k*x\""),
        ("c > 0", "'c > 0'"),
        ("data.csv", "data.csv"),
        ("it's $HOME", "'it'\"'\"'s $HOME'"),
        ("a\n'b", "'a\n'\"'\"'b'"),
    ],
)
def test_a_command_is_quoted_as_a_person_would(word: str, typed: str) -> None:
    """And a shell reads the same words from it."""
    assert f"discover run {typed}" == command_line(["discover", "run", word])
    assert ["discover", "run", word] == shlex.split(command_line(["discover", "run", word]))


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (("d_1uW.csv", "d_05uW.csv"), {1, 5}),
        (("2024_a.csv", "2024_b.csv"), {"2024_a.csv", "2024_b.csv"}),
        (("r1_1.csv", "r2_2.csv"), {"r1_1.csv", "r2_2.csv"}),
    ],
)
def test_several_files_are_joined_by_the_line_that_is_said(
    names: tuple[str, ...], column: set[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the one number in which names differ, or the names; what is there already is not written over."""
    monkeypatch.chdir(tmp_path)
    for name in (*names, "joined.csv"):
        Path(name).write_text("t,x\n0,1\n1,2\n", encoding="utf-8")
    _, join, then = joining(names, "check").splitlines()
    subprocess.run([sys.executable, *shlex.split(join)[1:]], check=True)
    made = pd.read_csv("joined_.csv")
    assert (4, column) == (len(made), set(made[then.split()[-1]]))
    assert "discover check joined_.csv --trajectory" in then


def test_files_with_decimal_commas_are_joined_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever separates their columns; what comes of it is read as each of them is."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("t;x\n" + "".join(f"0,{i};{i},5\n" for i in range(1, 10)), encoding="utf-8")
    _, join, _ = joining(("a.csv", "b.csv"), "check").splitlines()
    subprocess.run([sys.executable, *shlex.split(join)[1:]], check=True)
    made = read_csv("joined.csv", trajectory=("file",))
    assert [one.states[:, 0].tolist() for one in made.trajectories] == [[i + 0.5 for i in range(1, 10)]] * 2
    assert made.trajectories[0].times[0] == 0.1


def test_what_was_meant_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of several files to join them, of one in the place of a command to check it; of an option nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv", "how.toml"):
        Path(name).touch()
    suggest(["run", "a.csv", "b.csv", "--recipe", "how.toml"])
    assert "discover run joined.csv --trajectory file" in capsys.readouterr().err
    suggest(["a.csv"])
    assert "discover check a.csv" in capsys.readouterr().err
    suggest(["check", "a.csv", "--recipe", "how.toml", "--nope"])
    assert not capsys.readouterr().err
