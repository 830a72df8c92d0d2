"""The lock on a run folder: others are kept out, the dead are not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from discovery.errors import UsageError
from pipelines.lock import take

HOLD = (
    "import sys; from pathlib import Path; from pipelines.lock import take; held = take(Path(sys.argv[1])); "
    "print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the lock file of a run folder is."""
    (tmp_path / "run" / "stages").mkdir(parents=True)
    return tmp_path / "run" / "stages" / ".lock"


def holder(place: Path) -> subprocess.Popen[str]:
    """A process that holds the lock until its standard input ends."""
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert process.stdout is not None
    assert "held\n" == process.stdout.readline()
    return process


def test_another_process_is_kept_out_until_the_holder_dies(place: Path) -> None:
    """The message names the holder; after ``kill -9`` the lock is free."""
    with holder(place) as process:
        with pytest.raises(UsageError, match=rf"run is in use by another run \(process {process.pid} on .*Wait until"):
            take(place)
        process.kill()
        process.wait()
        take(place).release()


def test_a_lock_file_of_a_dead_process_keeps_nobody_out(place: Path) -> None:
    """What is written in it is for people."""
    place.write_text("999999 on some other machine")
    lock = take(place)
    assert place.read_text().startswith(f"{os.getpid()} on ")
    lock.release()


def test_the_same_process_is_let_in_again(place: Path) -> None:
    """Two runs one after another in a notebook."""
    first, second = take(place), take(place)
    second.release()
    first.release()
    take(place).release()


@pytest.mark.parametrize("kind", ["a link", "a link to nowhere", "a folder", "a pipe"])
def test_only_a_plain_file_is_a_lock_file(place: Path, tmp_path: Path, kind: str) -> None:
    """Nothing is written through a link, and nothing else is opened for ever."""
    victim = tmp_path / "victim"
    if kind == "a link":
        victim.write_text("mine")
    match kind:
        case "a folder":
            place.mkdir()
        case "a pipe":
            os.mkfifo(place)
        case _:
            place.symlink_to(victim)
    with pytest.raises(UsageError, match=r"\.lock is a link or no plain file.*Remove it, or choose another folder"):
        take(place)
    assert (kind == "a link") == victim.exists()
    assert kind != "a link" or "mine" == victim.read_text()
