"""An engine in a process of its own: the same candidates, and whatever becomes of the process is one failure."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery import registry
from discovery.errors import EngineError
from discovery.problems.regression import regressions
from discovery.protocols import NEVER, Deadline, silent
from discovery.search.operon import Operon
from discovery.smoothing.kalman import Kalman
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Trajectory
from pipelines.apart import Apart

SMALL = Operon(families=("polynomial",), evaluations=2_000, population=100)


@pytest.fixture(scope="module")
def problem() -> DiscoveryProblem:
    """An oscillator, one equation settled."""
    times = np.linspace(0.0, 6.0, 60)
    states = np.column_stack([np.cos(times), -np.sin(times)]) + 0.01 * np.random.default_rng(0).normal(size=(60, 2))
    runs = (Trajectory(times, states, ("x", "v")),)
    smoothing = Kalman().smooth(runs, seed=0)
    return DiscoveryProblem(runs, smoothing, regressions(runs, smoothing)).settling({"x": parse("v", ("v",))})


def played(code: str) -> tuple[str, ...]:
    """A worker that does what ``code`` says; ``folder`` is that of the request."""
    start = "import os, sys, time, pathlib; folder = pathlib.Path(sys.argv[1])\n"
    return (sys.executable, "-c", start + code)


def test_the_candidates_are_those_of_this_process(problem: DiscoveryProblem) -> None:
    """To the last digit, for the open equations only; progress comes through."""
    heard: list[str] = []
    there = Apart("operon", SMALL).search(
        problem, seed=3, progress=lambda stage, message="", fraction=None: heard.append(message)
    )
    assert SMALL.search(problem, seed=3) == there
    assert {"v"} == {candidate.state for candidate in there}
    assert ["operon: polynomial trees for v'"] == heard


def test_backbones_go_there_too(problem: DiscoveryProblem) -> None:
    """To the last digit, so that the trees for what they leave are those of this process."""
    asked = replace(problem, backbones={"v": parse("0.1*x/3", ("x",))})
    engine = replace(SMALL, families=("rational",))
    there = Apart("operon", engine).search(asked, seed=3)
    assert engine.search(asked, seed=3) == there
    assert "operon:residual" in {one.source for one in there if isinstance(one, EquationCandidate)}


def test_the_engine_that_is_native_code_asks_for_it() -> None:
    """The others are Python and compiled loops that are bounded by counts."""
    assert {"operon"} == {name for name, plugin in registry.plugins("search").items() if plugin.apart}


DEATHS = {
    "a crash": ("os.abort()", r"Its process died of SIGABRT, and its work is lost"),
    "a segmentation fault": (
        "import signal; os.kill(os.getpid(), signal.SIGSEGV)",
        r"Its process died of SIGSEGV, and its work is lost",
    ),
    "the system's end where memory runs out": (
        "import signal; os.kill(os.getpid(), signal.SIGKILL)",
        r"Its process was killed, as the system does where memory runs out",
    ),
    "an error of Python": ("print(1 / 0)", r"(?s)Its process ended with status 1, .*ZeroDivisionError"),
    "memory": (
        "(folder / 'failed.txt').write_text('It ran out of memory, and its work is lost.'); sys.exit(1)",
        r"It ran out of memory",
    ),
    "no answer": ("sys.exit(0)", r"Its process ended without an answer that can be read"),
    "a wrong answer": ("(folder / 'candidates.json').write_text('[1]')", r"without an answer that can be read"),
}


@pytest.mark.parametrize(("code", "message"), DEATHS.values(), ids=DEATHS.keys())
def test_a_death_is_one_failure(problem: DiscoveryProblem, code: str, message: str) -> None:
    """It says of what, and what to do."""
    with pytest.raises(EngineError, match=message):
        Apart("operon", SMALL, played(code)).search(problem, seed=0)


def test_a_process_that_hangs_is_ended(problem: DiscoveryProblem, tmp_path: Path) -> None:
    """With all that it started, shortly after its deadline."""
    note = tmp_path / "pids"
    code = (
        "import subprocess; child = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(note)!r}).write_text(f'{{os.getpid()}} {{child.pid}}'); time.sleep(600)"
    )
    with pytest.raises(EngineError, match="It did not stop in time, and its process was ended"):
        Apart("operon", SMALL, played(code), grace=0.2).search(problem, seed=0, deadline=Deadline.after(3.0))
    for pid in map(int, note.read_text().split()):
        assert gone(pid)


def test_what_an_engine_prints_is_no_progress(problem: DiscoveryProblem) -> None:
    """Words of libraries, numbers and lists of something else are passed over; its work is kept."""
    heard: list[tuple[str, str, float | None]] = []
    lines = [
        "hello",
        "",
        "3",
        '"abc"',
        "[1, 2, 3]",
        '["a", "b", "c"]',
        "[" * 100_000,
        '["search", "half", 0.5]',
        "\xff",
    ]
    code = f"for line in {lines!r}: print(line)\nprint('no end', end=''); (folder / 'candidates.json').write_text('[]')"
    found = Apart("operon", SMALL, played(code)).search(
        problem, seed=0, progress=lambda stage, message="", fraction=None: heard.append((stage, message, fraction))
    )
    assert () == found
    assert [("search", "half", 0.5)] == heard


@pytest.mark.parametrize(
    "code",
    [
        "print('[\"half', end='', flush=True); time.sleep(600)",
        "os.close(1); time.sleep(600)",
        "while True: print('again')",
    ],
    ids=["half a line", "a closed output", "lines without end"],
)
def test_no_output_holds_up_the_deadline(problem: DiscoveryProblem, code: str) -> None:
    """The process is ended shortly after it, whatever it prints."""
    began = time.monotonic()
    with pytest.raises(EngineError, match="It did not stop in time"):
        Apart("operon", SMALL, played(code), grace=0.2).search(problem, seed=0, deadline=Deadline.after(1.0))
    assert time.monotonic() - began < 30.0


def test_the_worker_keeps_its_channel_for_progress(tmp_path: Path) -> None:
    """What native code prints to standard output goes to standard error."""
    code = (
        "import os; from pipelines.apart_worker import _teller; tell = _teller(); os.write(1, b'native'); "
        "print('python'); tell('search', 'at work', 0.5)"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert '["search", "at work", 0.5]\n' == done.stdout
    assert {"native", "python"} == set(done.stderr.replace("native", "native ").split())


def test_an_interrupt_reaches_the_process(problem: DiscoveryProblem) -> None:
    """It is told to stop, and what it gives then is taken."""
    deadline = Deadline()
    code = "sys.stdin.readline(); (folder / 'candidates.json').write_text('[]')"
    threading.Timer(0.3, deadline.stop.set).start()
    assert () == Apart("operon", SMALL, played(code), grace=60.0).search(problem, seed=0, deadline=deadline)


def test_the_worker_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    """However that ends, the system closes its end of the pipe; what was sent is removed."""
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "data.npz").touch()
    code = (
        "from pathlib import Path; from pipelines.apart_worker import _listen; "
        f"from discovery.protocols import Deadline; _listen(Deadline(), Path({str(sent)!r}))"
    )
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    ) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert 1 == worker.wait(60)
    assert not sent.exists()


def gone(pid: int) -> bool:
    """Whether a process ends within some seconds; one that waits to be buried has ended."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_deadlines_that_are_none_are_none_there(problem: DiscoveryProblem) -> None:
    """Without a deadline the engine there has none, so that its work is bounded by counts."""
    code = (
        "import json; asked = json.loads((folder / 'request.json').read_text())\n"
        "assert asked['seconds'] is None and asked['settled'] == {'x': 'v'} and asked['options']['threads'] == 1\n"
        "(folder / 'candidates.json').write_text('[]')"
    )
    assert () == Apart("operon", SMALL, played(code)).search(problem, seed=0, deadline=NEVER, progress=silent)
