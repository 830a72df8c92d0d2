"""Text and files from strangers: nothing in them is run, read or written elsewhere, or takes the machine's time."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError, DiscoveryError, UsageError
from discovery.reports.write import write_report
from discovery.trajectories.arrays import from_arrays
from discovery.types import (
    DiscoveryResult,
)
from pipelines.config import RunConfig, read
from pipelines.store import RunFolder, load

ROOT = Path(__file__).resolve().parents[2]

# Runs in a process that may use a minute and four gigabytes, and in which whatever text could want to do is forbidden.
GUARD = """
import json, os, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from discovery.errors import DiscoveryError
{imports}
FORBIDDEN = {{
    "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.remove", "os.rename", "subprocess.Popen", "socket.connect",
}}
def watch(event, arguments):
    writes = event == "open" and (set("wax+") & set(arguments[1] or "") or arguments[2] & (os.O_WRONLY | os.O_RDWR))
    if event in FORBIDDEN or writes:
        raise SystemError(f"forbidden: {{event}} {{arguments}}")
    if event == "exec" and "<" in getattr(arguments[0], "co_filename", "<"):
        raise SystemError(f"forbidden: code of text was run, {{arguments[0]}}")
sys.addaudithook(watch)
said = []
for text in json.load(sys.stdin):
    try:
        said.append(str({call}))
    except DiscoveryError as error:
        said.append(type(error).__name__)
print(json.dumps(said))
"""

HOSTILE = [
    "__import__('os').system('touch pwned')",
    "().__class__.__base__.__subclasses__()",
    "exec('import os')",
    "eval('1')",
    "open('pwned', 'w')",
    "(lambda: 1)()",
    "[x for x in (1,)]",
    "x.__reduce__()",
    "getattr(x, 'func')",
    "f'{x}'",
    "x if x else y",
    "x := 1",
    "9**9**9**9",
    "9**(9**(9**9))",
    "factorial(10**9)",
    "gamma(10**9)",
    "x**(10**9)",
    "2**1000000000",
    "(x + y)**99999",
    "exp(exp(exp(exp(9))))",
    "((((" * 5000 + "x" + "))))" * 5000,
    "-" * 50_000 + "x",
    "sin(" * 3000 + "x" + ")" * 3000,
    "1" * 1_000_000,
    "x" * 1_000_000,
    "+".join(["x*y"] * 100_000),
    "0x" + "f" * 100_000,
    "1e" + "9" * 5000,
    "(" + "+".join(f"a{i}" for i in range(300)) + ")**100",
    "(1 + x)**100*(1 + y)**100*(1 + x*y)**100",
    "Integral(x)",
    "S(1)",
    "sympify('1')",
    "\x00",
    "\u202e x",
    r"\write18{touch pwned}",
]


def guarded(texts: list[str], imports: str, call: str, folder: Path) -> list[str]:
    """What ``call`` makes of each text, in a process where it can do no harm unseen."""
    done = subprocess.run(
        [sys.executable, "-c", GUARD.format(imports=imports, call=call)], input=json.dumps(texts), text=True,
        capture_output=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_no_expression_is_run_or_fills_the_machine(tmp_path: Path) -> None:
    """All are refused, or read as the plain polynomials that they are."""
    said = guarded(HOSTILE, "from discovery.symbolic.parse import parse", "parse(text).func.__name__", tmp_path)
    read_ones = {text[:40] for text, answer in zip(HOSTILE, said, strict=True) if answer != "ExpressionError"}
    assert {"(" + "+".join(f"a{i}" for i in range(300))[:39], "(1 + x)**100*(1 + y)**100*(1 + x*y)**100"} == read_ones
    assert [] == list(tmp_path.iterdir())


def test_comparing_what_was_read_is_bounded_too(tmp_path: Path) -> None:
    """Large powers of sums are not multiplied out, and dwarf what is added to them."""
    texts = ["(1 + x)**100*(1 + y)**100*(1 + x*y)**100", "(x + y)**60 - sin(x)**60", "1/(1 + 1/(1 + 1/(1 + x)))"]
    said = guarded(
        texts,
        "import numpy.random, scipy.optimize\nfrom discovery.symbolic.parse import parse\n"
        "from discovery.symbolic.compare import compare",
        "compare(parse(text), parse('x*y + ' + text), ['x', 'y']).verdict",
        tmp_path,
    )
    assert ["numerically equal on the region", "numerically equal on the region", "different"] == said


CONFIGURATIONS = {
    "a program": (
        '[search.pysr]\ncommand = ["sh", "-c", "touch pwned"]\n',
        r"has search\.pysr\.command, which PySR does",
    ),
    "a module": ('smoother = "os:system"\n', "There is no smoothing plug-in called 'os:system'"),
    "a path": ('engines = ["../../evil"]\n', r"There is no search plug-in called '\.\./\.\./evil'"),
    "an option that is not there": ('include = "/etc/passwd"\n', "there is no option include"),
    "deep tables": ("a = " + "[" * 100_000 + "]" * 100_000, "is nested too deeply|is not valid TOML"),
    "a number without end": ("seed = " + "9" * 10_000, "is not valid TOML"),
    "a seed beyond all": ("seed = 99999999999999999999", "seed = 99999999999999999999 cannot be used"),
    "a word for a number": ('threads = "many"\n', "threads = 'many' cannot be used"),
    "too many threads": ("threads = 1000000\n", "threads = 1000000 cannot be used"),
    "no time": ("budget = nan\n", "budget = nan cannot be used"),
    "a table for a list": ("[engines]\na = 1\n", "engines = .* cannot be used"),
    "a wrong setting": ('[search.operon]\nthreads = "2; rm -rf /"\n', r"search\.operon\.threads"),
    "a negative count": ("[search.operon]\npopulation = -1\n", "Operon got population=-1. Pass at least 1"),
    "bytes": ("seed = 1\0", "is not valid TOML"),
}


@pytest.mark.parametrize(("text", "message"), CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys())
def test_a_configuration_of_a_stranger_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Names are looked up in a list, values are of their kind, and no program can be named."""
    path = tmp_path / "stranger.toml"
    path.write_text(text, encoding="utf-8")

    def made() -> None:
        config = read(str(path))
        for name in {*config.engines, *config.search}:
            config.make_engine(name)
        config.make_smoother()

    with pytest.raises(UsageError, match=message):
        made()
    assert not (tmp_path / "pwned").exists()


class Code:
    """What runs when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.system, ("touch pwned",)


def forged(kind: str, path: Path, outside: Path) -> None:
    """Changes a run folder as a stranger could."""
    match kind:
        case "pickled arrays":
            with zipfile.ZipFile(path / "data.npz", "w") as archive:
                buffer = io.BytesIO()
                np.lib.format.write_array_header_1_0(buffer, {"descr": "|O", "fortran_order": False, "shape": (1,)})
                archive.writestr("labels.npy", buffer.getvalue() + pickle.dumps(Code()))
        case "an archive that unpacks to gigabytes":
            with (
                zipfile.ZipFile(path / "data.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
                archive.open("labels.npy", "w", force_zip64=True) as member,
            ):
                for _ in range(600):
                    member.write(bytes(1 << 20))
        case "an array of all the memory":
            buffer = io.BytesIO()
            np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40,)})
            with zipfile.ZipFile(path / "data.npz", "w") as archive:
                archive.writestr("labels.npy", buffer.getvalue())
        case "brackets without end":
            (path / "result.json").write_text("[" * 200_000)
        case "a number without end":
            (path / "result.json").write_text('{"schema": ' + "9" * 10_000 + "}")
        case "a link to a secret":
            (path / "result.json").unlink()
            (path / "result.json").symlink_to(outside)
        case "a pipe":
            (path / "result.json").unlink()
            os.mkfifo(path / "result.json")
        case "code for a law":
            change(path, lambda d: d["front"][0]["skeletons"].update(x="__import__('os').system('touch pwned')"))
        case "code for a name":
            change(path, lambda d: rename(d, "x", "x=1;import os;os.system('touch pwned')#"))
        case "a tower of powers":
            change(path, lambda d: d["front"][0]["skeletons"].update(x="9**9**9**9"))
        case _:
            raise AssertionError(kind)


def change(path: Path, edit: Callable[[dict[str, object]], None]) -> None:
    """Edits ``result.json``."""
    document = json.loads((path / "result.json").read_text(encoding="utf-8"))
    edit(document)
    (path / "result.json").write_text(json.dumps(document), encoding="utf-8")


def rename(document: dict[str, object], old: str, new: str) -> None:
    """Another identifier for a state, everywhere."""
    text = json.dumps(document).replace(f'"{old}"', json.dumps(new))
    document.clear()
    document.update(json.loads(text))


FORGERIES = [
    "pickled arrays", "an archive that unpacks to gigabytes", "an array of all the memory", "brackets without end",
    "a number without end", "a link to a secret", "a pipe", "code for a law", "code for a name", "a tower of powers",
]  # fmt: skip


@pytest.fixture
def run(named_result: Callable[[str], DiscoveryResult], tmp_path: Path) -> Path:
    """A run folder."""
    RunFolder(tmp_path / "run", ("x0", "x1")).keep_result(named_result("x"), "latex")
    return tmp_path / "run"


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_run_folder_is_refused(kind: str, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message; nothing was run, and no secret is in it."""
    secret = tmp_path / "secret"
    secret.write_text('{"password": "swordfish"}')
    forged(kind, run, secret)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"run") as caught:
        load(run)
    assert "swordfish" not in str(caught.value)
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("part", ["stages", "figures"])
def test_a_part_of_a_run_folder_that_leads_elsewhere_is_not_touched(run: Path, tmp_path: Path, part: str) -> None:
    """Neither a new run nor a report writes through a link, nor removes what is behind it."""
    precious = tmp_path / "precious"
    precious.mkdir()
    for name in ("smoothing.npz", "candidates_sindy.json", "fingerprint"):
        (precious / name).write_text("mine")
    shutil.rmtree(run / part, ignore_errors=True)
    (run / part).symlink_to(precious)
    measured = from_arrays(np.arange(12.0)[:, None] ** 2, 1.0)
    with pytest.raises(UsageError, match="is a link to another place, where nothing may be changed"):
        RunFolder.open(run, measured, RunConfig(), overwrite=True)
    if part == "figures":
        with pytest.raises(UsageError, match="is a link to another place"):
            write_report(load(run), run, pdf=False)
    assert {"mine"} == {path.read_text() for path in precious.iterdir()}


def test_a_lock_that_leads_elsewhere_is_not_written_through(run: Path, tmp_path: Path) -> None:
    """A run in a stranger's folder leaves the user's files as they are."""
    (tmp_path / "precious").write_text("mine")
    (run / "stages").mkdir()
    (run / "stages" / ".lock").symlink_to(tmp_path / "precious")
    measured = from_arrays(np.arange(12.0)[:, None] ** 2, 1.0)
    with pytest.raises(UsageError, match=r"\.lock is a link or no plain file"):
        RunFolder.open(run, measured, RunConfig(), overwrite=True)
    assert "mine" == (tmp_path / "precious").read_text()


@pytest.mark.parametrize("content", [b"[" * 100_000, b'[{"state": "x0", "expression": "eval(1)", "source": ""}]', b"1"])
def test_forged_stages_are_done_again(tmp_path: Path, content: bytes) -> None:
    """Candidates are read by the one parser, and what it refuses is searched again."""
    measured = from_arrays(np.arange(12.0)[:, None] ** 2, 1.0)
    folder = RunFolder.open(tmp_path / "run", measured, RunConfig())
    (folder.stages / "candidates_sindy.json").write_bytes(content)
    assert folder.candidates("sindy") is None


BAD_VALUES = [None, -1, "x", [], {}, 1e308, 10**30, True, ["a"], float("nan"), "\ud800"]


def test_no_single_change_of_a_document_is_a_traceback(run: Path) -> None:
    """Every value of it is replaced by some that it should not have: it is read all the same, or refused."""
    document = json.loads((run / "result.json").read_text(encoding="utf-8"))
    for place in places(document):
        for i, value in enumerate(BAD_VALUES):
            if (len(place) + i) % 3 and len(place) > 2:
                continue  # a third of the deep ones is enough
            (run / "result.json").write_text(json.dumps(changed(document, place, value)))
            refused = None
            try:
                load(run)
            except DiscoveryError as error:
                refused = str(error)
            assert refused is None or refused.startswith(str(run))


Place = tuple[str | int, ...]


def places(document: object, place: Place = ()) -> list[Place]:
    """Where the values of a document are."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    found = [one for key, value in inner for one in places(value, (*place, key))]
    return [place, *found] if place else found


def changed(document: object, place: Place, value: object) -> object:
    """A copy of the document with another value in one place."""
    if not place:
        return value
    key, *rest = place
    if isinstance(document, list):
        return [changed(part, tuple(rest), value) if i == key else part for i, part in enumerate(document)]
    assert isinstance(document, dict)
    return {name: changed(part, tuple(rest), value) if name == key else part for name, part in document.items()}
