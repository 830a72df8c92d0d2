"""PySR's adapter, tested without Julia: its arguments, its worker process, and what it does when either fails."""

import ast
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import BackendMissing, EngineError, UsageError
from discovery.protocols import Deadline
from discovery.search import pysr_probe
from discovery.search.pysr import PySR
from discovery.search.pysr_process import read_unfinished
from discovery.search.pysr_worker import regressor_arguments
from discovery.types import (
    DiscoveryProblem,
    NoiseModel,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    symbol,
)

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("prey_1", "N")


def problem_of_two_states() -> DiscoveryProblem:
    """Two states of sizes 4 and 1/4, so that their scales are not one."""
    times = np.linspace(0.0, 1.0, 50)
    states = np.random.default_rng(0).uniform(0.9, 1.1, size=(50, 2)) * (4.0, 0.25)
    derivatives = np.column_stack((states[:, 0] * states[:, 1], 2.0 * states[:, 0]))
    ones = np.ones_like(states)
    curve = SmoothedTrajectory(times, states, derivatives, ones, ones, NAMES)
    smoothing = Smoothing((curve,), None, NoiseModel("additive", np.ones(2), np.ones(2)), 0.0, "exact")
    regression = Regression("derivative", states, derivatives, ones, lambda values: values)
    return DiscoveryProblem((Trajectory(times, states, NAMES),), smoothing, (regression,))


def engine_with(tmp_path: Path, body: str, **options: float) -> PySR:
    """The engine with a worker that runs ``body``; ``folder`` and ``request`` are defined there."""
    script = tmp_path / "worker.py"
    script.write_text(
        "import json, os, pathlib, subprocess, sys, time\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "request = json.loads((folder / 'request.json').read_text())\n"
        "def answer(task, *equations):\n"
        "    (folder / f'front_{task}.json').write_text(json.dumps({'equations': list(equations)}))\n" + body
    )
    return PySR(command=(sys.executable, str(script)), **options)


def test_every_argument_is_one_of_pysr() -> None:
    """The installed PySRRegressor's own signature, read without importing it, has all that is passed."""
    spec = importlib.util.find_spec("pysr")
    if spec is None or spec.origin is None:
        pytest.skip("PySR is not installed; ./setup.sh pysr,test adds it, as ./test.sh does")
    tree = ast.parse((Path(spec.origin).parent / "sr.py").read_text(encoding="utf-8"))
    regressor = next(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == "PySRRegressor")
    methods = {n.name: n.args for n in regressor.body if isinstance(n, ast.FunctionDef)}
    known = {argument.arg for argument in (*methods["__init__"].args, *methods["__init__"].kwonlyargs)}
    passed = set(regressor_arguments(PySR(binary=("+", "^")).arguments(0), Path("/tmp"), 0, 1.0))
    assert len(known) > 50
    assert set() == passed - known
    assert "variable_names" in {argument.arg for argument in methods["fit"].kwonlyargs}
    assert "pysr" not in sys.modules


def test_the_arguments_make_pysr_repeatable() -> None:
    """PySR gives one answer for one seed only when it is deterministic, serial, seeded and without batches."""
    first, same, other = (PySR().arguments(seed) for seed in (1, 1, 2))
    assert first == same
    assert first["random_state"] != other["random_state"]
    assert (first["deterministic"], first["parallelism"], first["batching"]) == (True, "serial", False)


def test_limits_of_complexity_survive_the_way_to_the_worker() -> None:
    """The exponent's limit arrives as the tuple that PySR asks for, though JSON has none."""
    engine = PySR(binary=("+", "^"), unary=("sin", "exp"), max_size=17, argument_size=4, iterations=3)
    sent = json.loads(json.dumps(engine.arguments(0)))
    arrived = regressor_arguments(sent, Path("/somewhere"), 2, 7.5)
    assert arrived["constraints"] == {"sin": 4, "exp": 4, "^": (-1, 1)}
    assert arrived["nested_constraints"] == {"sin": {"sin": 0, "exp": 0}, "exp": {"sin": 0, "exp": 0}}
    assert (arrived["maxsize"], arrived["niterations"], arrived["timeout_in_seconds"]) == (17, 3, 7.5)
    assert (arrived["output_directory"], arrived["run_id"]) == ("/somewhere", "search_2")


def test_a_good_reply_becomes_candidates_in_the_units_of_the_data(tmp_path: Path) -> None:
    """The whole front is read, labels are the problem's names again and scales are undone."""
    engine = engine_with(tmp_path, "answer(0, 'u0 * u1', 'square(u0)')\nanswer(1, '(u0 / 0.5) - 1.5e-3')\n")
    found = engine.search(problem_of_two_states(), seed=0)
    x, n = symbol("prey_1"), symbol("N")
    assert tuple(candidate.state for candidate in found) == ("prey_1", "prey_1", "N")
    assert {"pysr"} == {candidate.source for candidate in found}
    # States near 4 and 1/4, targets near 1 and 8: the scales are these powers of two.
    at = {x: 3.0, n: 0.5}
    expected = [(3.0 / 4) * (0.5 * 4), (3.0 / 4) ** 2, 8 * ((3.0 / 4) / 0.5 - 1.5e-3)]
    np.testing.assert_allclose([float(c.expression.subs(at)) for c in found], expected, rtol=1e-12)


def test_the_worker_gets_the_points_and_the_request(tmp_path: Path) -> None:
    """Arrays, labels, arguments and the time of the end arrive as they were sent."""
    body = (
        "import numpy as np\n"
        "kept = {'request': request, 'shape': np.load(folder / 'states_1.npy').shape,"
        " 'offline': os.environ['PYTHON_JULIAPKG_OFFLINE'], 'left': request['until'] - time.time()}\n"
        f"pathlib.Path({str(tmp_path / 'kept.json')!r}).write_text(json.dumps(kept))\n"
        "answer(0)\nanswer(1)\n"
    )
    assert engine_with(tmp_path, body).search(problem_of_two_states(), seed=4, deadline=Deadline.after(60)) == ()
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept["shape"] == [50, 2]
    assert kept["offline"] == "yes"
    assert 0 < kept["left"] <= 60
    assert (kept["request"]["labels"], kept["request"]["tasks"]) == (["u0", "u1"], [0, 1])
    assert json.loads(json.dumps(PySR().arguments(4))) == kept["request"]["arguments"]


def test_what_a_backbone_leaves_is_a_task_of_its_own(tmp_path: Path) -> None:
    """Its trees come back beside the terms with new numbers; derivatives and rests share the iterations."""
    body = (
        f"pathlib.Path({str(tmp_path / 'kept.json')!r}).write_text(json.dumps(request))\n"
        "answer(0, 'u0')\nanswer(1, 'u0')\nanswer(2, 'u0 * u1', 'log(u0 - 100)')\n"
    )
    x, n = symbol("prey_1"), symbol("N")
    problem = replace(problem_of_two_states(), backbones={"prey_1": 0.3 * x})
    found = engine_with(tmp_path, body, iterations=10).search(problem, seed=0)
    asked = json.loads((tmp_path / "kept.json").read_text())
    assert ([0, 1, 2], 5) == (asked["tasks"], asked["arguments"]["niterations"])
    (beside,) = (one for one in found if one.source == "pysr:residual")
    assert beside.state == "prey_1"
    np.testing.assert_allclose(float(beside.expression.subs({x: 4.0, n: 0.3})), 1.2, rtol=1e-9)


def test_equations_that_cannot_be_read_are_counted_and_left_out(tmp_path: Path) -> None:
    """An unknown function or variable costs that one equation."""
    heard: list[str] = []
    engine = engine_with(tmp_path, "answer(0, 'u0', 'erf(u0)', 'u7 + 1')\nanswer(1, '1 / 0')\n")
    found = engine.search(
        problem_of_two_states(),
        seed=0,
        progress=lambda stage, message="", fraction=None: heard.append(message),
    )
    assert len(found) == 1
    assert heard[-1] == "pysr: 3 equations could not be read and are left out"


def test_a_crash_shows_the_last_lines(tmp_path: Path) -> None:
    """A worker that ends with an error is reported with what it wrote last."""
    engine = engine_with(tmp_path, "print('\\n'.join(f'line {i}' for i in range(50)))\nsys.exit('no memory left')\n")
    with pytest.raises(EngineError, match=r"(?s)ended with status 1 .*no memory left") as caught:
        engine.search(problem_of_two_states(), seed=0)
    assert "line 49" in str(caught.value)
    assert "line 1\n" not in str(caught.value)


def test_a_killed_worker_is_a_crash(tmp_path: Path) -> None:
    """A worker that the system kills (137 = 128 + SIGKILL) is reported, also if it was silent."""
    engine = engine_with(tmp_path, "os.kill(os.getpid(), 9)\n")
    with pytest.raises(EngineError, match=r"(?s)ended with status 137 .*\(it wrote nothing\)"):
        engine.search(problem_of_two_states(), seed=0)


@pytest.mark.parametrize("written", ["not json", "[1, 2]", '{"equations": "u0"}', '{"equations": [1]}', "{}", None])
def test_garbage_is_refused(tmp_path: Path, written: str | None) -> None:
    """A worker that ends well but leaves anything but lists of equations is not believed."""
    body = "answer(1, 'u0')\n"
    if written is not None:
        body += f"(folder / 'front_0.json').write_text({written!r})\n"
    with pytest.raises(EngineError, match=r"front_0\.json should hold a list of equations"):
        engine_with(tmp_path, body).search(problem_of_two_states(), seed=0)


SLOW = "subprocess.Popen([sys.executable, '-c', f'import time; time.sleep(60)  # {sys.argv[0]}'])\ntime.sleep(60)\n"


def running(mark: str) -> list[int]:
    """Processes with ``mark`` in their command line."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "cmdline").read_bytes().decode(errors="replace"):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile
            continue
    return [pid for pid in found if pid != os.getpid()]


def gone(mark: str) -> bool:
    """Whether all processes with ``mark`` end within a generous time."""
    for _ in range(200):
        if not running(mark):
            return True
        time.sleep(0.05)
    return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are counted in /proc")


@needs_proc
def test_a_slow_worker_is_killed_with_its_children(tmp_path: Path) -> None:
    """At the deadline no process is left, and the message says what to do."""
    engine = engine_with(tmp_path, SLOW, grace=0.0)
    with pytest.raises(EngineError, match="killed at the deadline before it had found anything"):
        engine.search(problem_of_two_states(), seed=0, deadline=Deadline.after(1.0))
    assert gone(str(tmp_path))


HALL = 'Complexity,Loss,Equation\n1,2.0,"u0"\n3,0.5,"u0 * u1"\n'


def test_a_slow_worker_leaves_its_hall_of_fame(tmp_path: Path) -> None:
    """What is done and what PySR wrote while it searched are used when the time is over."""
    body = (
        "answer(0, 'u1')\n(folder / 'search_1').mkdir()\n"
        f"(folder / 'search_1' / 'hall_of_fame.csv').write_text({HALL!r})\ntime.sleep(60)\n"
    )
    engine = engine_with(tmp_path, body, grace=3.0)
    found = engine.search(problem_of_two_states(), seed=0, deadline=Deadline.after(0.5))
    assert tuple(candidate.state for candidate in found) == ("prey_1", "N", "N")


@pytest.mark.parametrize("cut", [len(HALL) - 1, len(HALL) - 5, 30, 0])
def test_a_hall_of_fame_cut_in_writing_is_read_from_its_twin(tmp_path: Path, cut: int) -> None:
    """Half an equation is never taken for a whole one; the second copy serves."""
    folder = tmp_path / "search_0"
    folder.mkdir()
    (folder / "hall_of_fame.csv").write_text(HALL[:cut])
    assert read_unfinished(tmp_path, 0) == []
    (folder / "hall_of_fame.csv.bak").write_text(HALL)
    assert read_unfinished(tmp_path, 0) == ["u0", "u0 * u1"]


@needs_proc
def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    """If the process that searches is killed, the worker and its children end by themselves."""
    script = tmp_path / "parent.py"
    marker = tmp_path / "started"
    worker = tmp_path / "worker.py"
    worker.write_text(f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\ntime.sleep(60)\n")
    script.write_text(
        "import pathlib, sys\nfrom discovery.search.pysr_process import run\n"
        f"run((sys.executable, {str(worker)!r}), pathlib.Path({str(tmp_path)!r}), None)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        for _ in range(400):
            if marker.exists():
                break
            time.sleep(0.05)
        assert running(str(worker))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert gone(str(worker))


def test_a_passed_deadline_gives_nothing(tmp_path: Path) -> None:
    """No process is started after the deadline."""
    engine = engine_with(tmp_path, f"pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    assert engine.search(problem_of_two_states(), seed=0, deadline=Deadline.after(-1.0)) == ()
    assert not (tmp_path / "ran").exists()


def test_missing_julia_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where juliapkg has nothing set up the search says how to add it, with the exit code of a missing backend."""
    monkeypatch.setenv("PYTHON_JULIAPKG_PROJECT", str(tmp_path))
    with pytest.raises(BackendMissing, match=r"PySR cannot run here\. .*Add what is missing with: .*(juliapkg|pip)"):
        PySR().search(problem_of_two_states(), seed=0)
    assert BackendMissing.exit_code == 5


def test_a_missing_package_names_both_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package pysr its installation comes first, then Julia's."""
    monkeypatch.setattr(pysr_probe.importlib.util, "find_spec", lambda name: None)
    expected = 'pip install pysr && python -c "import juliapkg; juliapkg.resolve()"'
    assert (False, expected) == (pysr_probe.available().ok, pysr_probe.available().command)


def juliapkg_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Puts a package of juliapkg's name before the real one, for child processes."""
    (tmp_path / "juliapkg.py").write_text(f"import os\ndef resolve(dry_run=False):\n    {body}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pysr_probe.importlib.util, "find_spec", lambda name: object())


def test_the_probe_asks_offline_for_a_dry_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Juliapkg is told twice not to download, and its yes is believed."""
    juliapkg_that(tmp_path, monkeypatch, "return dry_run and os.environ['PYTHON_JULIAPKG_OFFLINE'] == 'yes'")
    assert (pysr_probe.available().ok, pysr_probe.available().command) == (True, "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return False", "are not installed"),
        ("print('busy'); os._exit(0)", "are not installed"),
        ("raise OSError('disk full')", "cannot say whether Julia is there: OSError: disk full"),
        ("import time; time.sleep(60)", "did not say within 1 s"),
    ],
)
def test_the_probe_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, why: str) -> None:
    """No answer, an error and a no are told apart, and all name the command."""
    juliapkg_that(tmp_path, monkeypatch, body)
    answer = pysr_probe.available(seconds=1.0)
    assert not answer.ok
    assert why in answer.why
    assert answer.command == pysr_probe.INSTALL_JULIA


def test_the_probe_opens_no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The real juliapkg, with nothing set up and a proxy that would notice, neither calls out nor installs."""
    if importlib.util.find_spec("juliapkg") is None:
        pytest.skip("juliapkg, a part of PySR, is not installed; ./setup.sh pysr,test adds it, as ./test.sh does")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("PYTHON_JULIAPKG_PROJECT", str(tmp_path / "project"))
        assert not pysr_probe.available().ok
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert {"lock.pid"} >= {path.name for path in (tmp_path / "project").rglob("*")}


def test_the_worker_imports_neither_torch_nor_pysr() -> None:
    """Torch and Julia in one process crash, and pysr is imported only when there is something to do."""
    code = "import sys, discovery.search.pysr_worker; print({'torch', 'pysr', 'juliacall'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_the_worker_answers_task_by_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real worker, with a stand-in for PySR, fits every task within its share of the time."""
    (tmp_path / "pysr.py").write_text(
        "class PySRRegressor:\n"
        "    def __init__(self, **arguments):\n"
        "        self.arguments = arguments\n"
        "    def fit(self, states, targets, variable_names):\n"
        "        assert 0 < self.arguments['timeout_in_seconds'] <= 60\n"
        "        assert states.shape == (50, 2) and targets.shape == (50,)\n"
        "        self.equations_ = {'equation': [variable_names[0], self.arguments['run_id'].replace('search_', '')]}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = PySR(command=(sys.executable, "-m", "discovery.search.pysr_worker"))
    found = engine.search(problem_of_two_states(), seed=0, deadline=Deadline.after(60))
    assert tuple(candidate.state for candidate in found) == ("prey_1", "prey_1", "N", "N")
    assert [float(c.expression) for c in found if c.expression.is_number] == [0.0, 8.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unary": ("erf",)}, r"no operator 'erf' here\. Choose from: .*sin"),
        ({"binary": ("mod",)}, r"no operator 'mod' here\. Choose from: \+, -, \*, /, \^"),
        ({"iterations": 0}, r"iterations=0\. Pass at least 1"),
        ({"grace": -1.0}, r"grace=-1\.0\. Pass at least 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(options: dict[str, object], message: str) -> None:
    """Operators whose output could not be read, and bounds that allow nothing."""
    with pytest.raises(UsageError, match=message):
        PySR(**options)
