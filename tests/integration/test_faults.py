"""Kills, full disks and neighbours: a run folder is whole or resumes, and the result is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery import files

ROOT = Path(__file__).resolve().parents[2]
RUN = "from pipelines.cli import main; main()"
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); "
QUICK = ("--engines", "sindy", "--smoother", "kalman")
PLAIN = "--no-report"  # where what is written of a result does not matter
KILLS = int(os.environ.get("KILLS", "2"))  # the long form, benchmarks/trust.py, has fifty
TYPESETTING = {} if "KILLS" in os.environ else {"PATH": "/nowhere"}  # of a report takes longer than all the rest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an oscillation in a file."""
    folder = tmp_path_factory.mktemp("faults")
    times = np.linspace(0.0, 10.0, 80)
    noise = 0.01 * np.random.default_rng(0).normal(size=(80, 2))
    table = np.column_stack([times, np.cos(2 * times), -2 * np.sin(2 * times)]) + np.hstack([np.zeros((80, 1)), noise])
    pd.DataFrame(table, columns=pd.Index(["t", "x", "v"])).to_csv(folder / "data.csv", index=False)
    return folder


def start(
    folder: Path, words: Sequence[str], mark: str = "", largest: int = 0, path: str = ""
) -> subprocess.Popen[str]:
    """`discover` in that folder; ``mark`` is in its environment, and no file may become larger than ``largest``."""
    (folder / "scratch").mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "MARK": mark, **TYPESETTING}
    environment["TMPDIR"] = str(folder / "scratch")
    return subprocess.Popen(
        [sys.executable, "-c", f"{LIMITED.format(largest) if largest else ''}{RUN}", *words],
        cwd=folder,
        env=environment | ({"PATH": path} if path else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def discover(folder: Path, *words: str, **more: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    process = start(folder, words, **more)  # type: ignore[arg-type]
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> tuple[bytes, float]:
    """The result of a run that nothing happened to, and the seconds that it took."""
    begin = time.monotonic()
    code, _, err = discover(folder, "run", "data.csv", *QUICK, PLAIN, "--out", "whole")
    assert 0 == code, err
    return (folder / "whole" / "result.json").read_bytes(), time.monotonic() - begin


def is_whole(run: Path) -> bool:
    """Whether every file that has its name is complete."""
    for path in run.rglob("*"):
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                assert all(arrays[name] is not None for name in arrays.files)
    return True


def test_a_killed_run_is_whole_and_ends_as_if_nothing_had_been(folder: Path, undisturbed: tuple[bytes, float]) -> None:
    """Killed again and again at random times, into the same folder, then left alone."""
    expected, seconds = undisturbed
    draw = random.Random(int(os.environ.get("KILL_SEED", "1")))
    words = ("run", "data.csv", *QUICK, "--out", "killed")
    for _ in range(KILLS):
        process = start(folder, words)
        time.sleep(draw.uniform(0.1, 1.2) * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert is_whole(folder / "killed")
    code, _, err = discover(folder, *words)
    assert 0 == code, err
    assert expected == (folder / "killed" / "result.json").read_bytes()
    every = [path.name for path in (folder / "killed").rglob("*")]
    left = [name for name in every if name.startswith((".", files.SCRATCH)) and name != ".lock"]
    assert [] == left


def test_a_full_disk_is_one_message_and_loses_nothing(folder: Path, undisturbed: tuple[bytes, float]) -> None:
    """Files can grow no further than some bytes, each time more: exit code 7, and, resumed with room, the same end."""
    words = ("run", "data.csv", *QUICK, "--out", "full")
    for largest in (300, 3_000, 20_000):
        code, _, err = discover(folder, *words, largest=largest)
        assert (7, 1) == (code, err.count("error: "))
        assert "cannot be written: File too large. Make room" in err
        assert "Traceback" not in err
        assert is_whole(folder / "full")
    code, _, err = discover(folder, *words, PLAIN)
    assert 0 == code, err
    assert undisturbed[0] == (folder / "full" / "result.json").read_bytes()


def marked(mark: str) -> list[int]:
    """Processes that have that mark in their environment, and are not only waiting to be buried."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"MARK={mark}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def gone(mark: str) -> bool:
    """Whether there are no processes with that mark any more, or soon."""
    for _ in range(500):
        if not marked(mark):
            return True
        time.sleep(0.02)
    return False


@contextmanager
def running(folder: Path, words: Sequence[str], until: str, mark: str) -> Iterator[subprocess.Popen[str]]:
    """A run that has said ``until``."""
    process = start(folder, words, mark)
    assert process.stderr is not None
    for line in process.stderr:
        if until in line:
            break
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_run_in_the_same_folder_is_refused(folder: Path) -> None:
    """It says who is there; once that one is dead, the folder is free."""
    words = ("run", "data.csv", *QUICK, PLAIN, "--out", "shared")
    with running(folder, words, "search", "") as first:
        code, _, err = discover(folder, *words)
        assert (2, True) == (code, f"shared is in use by another run (process {first.pid} on" in err)
    assert 0 == discover(folder, *words)[0]


def test_nothing_outlives_a_run_that_is_killed(folder: Path) -> None:
    """Genetic search has a process of its own, which ends when the run does, and what it was sent is removed."""
    mark = uuid.uuid4().hex
    table = pd.read_csv(folder / "data.csv")
    rough = table.assign(x=np.sin(table["t"] ** 1.5), v=np.cos(table["t"] ** 1.3))  # no short law explains these
    rough.to_csv(folder / "rough.csv", index=False)
    words = ("run", "rough.csv", "--engines", "operon", "--smoother", "kalman", "--out", "orphans")
    with running(folder, words, "search: operon", mark) as process:
        while len(marked(mark)) < 2:
            assert process.poll() is None, "ended before the search"
            time.sleep(0.05)
    assert gone(mark)
    assert [] == list((folder / "scratch").glob("discovery-*"))


SLEEPING = "#!/bin/sh\necho here > asleep\nexec sleep 600\n"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv, of util-linux, ends TeX with its parent")
def test_a_typesetter_does_not_outlive_a_run_that_is_killed(folder: Path) -> None:
    """One that hangs, for which the run waits."""
    mark, tools = uuid.uuid4().hex, folder / "tools"
    tools.mkdir()
    (tools / "pdflatex").write_text(SLEEPING, encoding="ascii")
    (tools / "pdflatex").chmod(0o755)
    process = start(folder, ("run", "data.csv", *QUICK, "--out", "typeset"), mark, path=f"{tools}:{os.environ['PATH']}")
    while not (folder / "typeset" / "asleep").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    assert 2 == len(marked(mark))
    process.kill()
    process.communicate()
    assert gone(mark)
    assert is_whole(folder / "typeset")
    assert 0 == discover(folder, "run", "data.csv", *QUICK, "--out", "typeset")[0]
    assert [] == list((folder / "typeset").glob(f"{files.SCRATCH}*"))


def test_a_run_that_is_killed_in_each_stage_ends_as_if_nothing_had_been(folder: Path) -> None:
    """While a network is trained, while engines work, genetic search in a process of its own, and in selection."""
    times = np.linspace(0.0, 6.0, 40)
    pd.DataFrame({"t": times, "x": np.sin(times**1.5)}).to_csv(folder / "chirp.csv", index=False)  # no short law
    words = ("run", "chirp.csv", "--smoother", "neural_ode", "--engines", "sindy,operon", PLAIN, "--out")
    code, _, err = discover(folder, *words, "calm")
    assert 4 == code, err
    for stage in ("smoothing: ", "search: sindy", "search: operon", "selection: "):
        with running(folder, (*words, "disturbed"), stage, "") as process:
            assert process.poll() is None, stage
        assert is_whole(folder / "disturbed")
    assert code == discover(folder, *words, "disturbed")[0]
    assert (folder / "calm" / "result.json").read_bytes() == (folder / "disturbed" / "result.json").read_bytes()


MOUNT = "mount -t tmpfs -o size=64k tmpfs small"
ROOM = "mount -o remount,size=64m small"


def mounted(folder: Path, *commands: str) -> subprocess.CompletedProcess[str]:
    """What a shell says that sees file systems of its own."""
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", "\n".join(commands)], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def test_a_full_file_system_is_one_message_and_loses_nothing(folder: Path, undisturbed: tuple[bytes, float]) -> None:
    """One that is really full; given room, the run goes on to the result that it would have had."""
    (folder / "small").mkdir(exist_ok=True)
    if shutil.which("unshare") is None or mounted(folder, MOUNT).returncode:
        pytest.skip("file systems are mounted by root alone, with unshare of util-linux")
    run = f"{sys.executable} -c '{RUN}' run data.csv {' '.join(QUICK)} --out small/run"
    done = mounted(
        folder, f"{MOUNT} || exit 9", f"{run}; echo code $?", ROOM,
        f"{run} {PLAIN}; echo code $?", "cp small/run/result.json filled.json",
    )  # fmt: skip
    assert ["code 7", "code 0"] == [line for line in done.stdout.splitlines() if line.startswith("code")], done.stderr
    assert 1 == done.stderr.count("error: ")
    assert "No space left on device. Make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert undisturbed[0] == (folder / "filled.json").read_bytes()
