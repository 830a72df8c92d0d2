"""What the fuzzers share: a child process that mutates inputs for a time, and findings that are kept as files.

With atheris (``pip install ".[fuzz]"``) mutations follow the code that they reach; without it, seeds are cut,
joined and overwritten at random, which is said. An input is a finding if it raises anything but a ``DiscoveryError``,
takes more than ten CPU seconds, or more memory than the child has; the fuzzer goes on with the next. One input is
kept for each place in the code.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import numpy as np

from discovery.errors import DiscoveryError

Target = Callable[[bytes], None]

SECONDS = 10  # of CPU time for one input
ROUND = 300  # seconds of one child by the clock; the next goes on with the inputs that reached something new
MEMORY = 6 << 30  # bytes of address space of the child; the libraries alone map three
LONGEST = 4096  # bytes of an input: longer ones reach no other code and are slow to mutate


class TooSlow(BaseException):
    """One input has taken too long; no code on the way catches this."""


@dataclass
class Findings:
    """Inputs that failed, one for each place in the code.

    Attributes:
        target: what an input is given to.
        folder: where they are kept, each beside a text that says what happened.
    """

    target: Target
    folder: Path
    count: int = 0
    slowest: float = 0.0
    known: set[str] = field(default_factory=set[str])

    def __call__(self, data: bytes) -> None:
        """Tries one input."""
        self.count += 1
        begin = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            self.target(data)
        except DiscoveryError as error:
            if len(str(error)) < 20:
                self._keep(data, f"a message of no help: {error!r}", str(error))
        except (Exception, TooSlow) as error:  # noqa: BLE001  # what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "/discovery/" in frame.filename] or frames
            place = f"{type(error).__name__} {ours[-1].filename}:{ours[-1].lineno}"
            self._keep(data, place, traceback.format_exc())
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self.slowest = max(self.slowest, time.process_time() - begin)

    def _keep(self, data: bytes, place: str, said: str) -> None:
        if place in self.known:
            return
        self.known.add(place)
        name = hashlib.sha256(place.encode()).hexdigest()[:12]
        (self.folder / f"{name}.input").write_bytes(data)
        (self.folder / f"{name}.txt").write_text(f"{place}\n\n{said}", encoding="utf-8")
        print(f"finding {name}: {place}", flush=True)


def _slow(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise TooSlow


def main(name: str, target: Target, seeds: Sequence[bytes], words: Sequence[bytes], *, together: str) -> int:
    """The command line of a fuzzer; its exit code is 1 if there are findings.

    Args:
        seeds: inputs to begin from.
        words: pieces that are put into inputs.
        together: package whose code steers the mutations.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="CPU seconds, so that other work takes none of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz") / name)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--try", dest="file", type=Path, help="give this one file to the target, as it is")
    given = parser.parse_args()
    if given.file is not None:
        target(given.file.read_bytes())
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    if not given.child:
        return _watched(name, given.seconds, given.seed, given.out)
    signal.signal(signal.SIGVTALRM, _slow)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    findings = Findings(target, given.out)
    mutate = _by_atheris if importlib.util.find_spec("atheris") else _at_random
    mutate(findings, seeds, words, given.seconds, given.seed, together)
    return 0


def _watched(name: str, seconds: int, seed: int, out: Path) -> int:
    """Runs the child again and again, and anew if it dies, until it had its time; a death is a finding too."""
    for old in (*out.glob("*.input"), *out.glob("*.txt")):
        old.unlink()
    rounds, deaths = 0, 0
    while (left := seconds - _spent()) > 1 and deaths < 10:
        command = [
            sys.executable,
            sys.argv[0],
            "--child",
            "--out",
            str(out),
            "--seconds",
            str(min(int(left) + 1, ROUND)),
        ]
        done = subprocess.run([*command, "--seed", str(seed + rounds)], check=False)
        rounds += 1
        if done.returncode != 0:
            deaths += 1
            (out / f"death_{deaths}.txt").write_text(f"the child ended with {done.returncode}\n", encoding="utf-8")
        print(f"{name}: {_spent():.0f} CPU s after {rounds} rounds", flush=True)
    found = sorted(out.glob("*.txt"))
    print(f"{name}: {_spent():.0f} CPU s, {len(found)} findings in {out}")
    for path in found:
        print(f"  {path.name}: {path.read_text(encoding='utf-8').splitlines()[0]}")
    return int(bool(found))


def _spent() -> float:
    """CPU seconds of the children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _by_atheris(
    findings: Findings, seeds: Sequence[bytes], words: Sequence[bytes], seconds: int, seed: int, together: str
) -> None:
    import atheris

    corpus = findings.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for text in seeds:
        (corpus / hashlib.sha256(text).hexdigest()[:16]).write_bytes(text)
    listed = "\n".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"' for word in words)
    (findings.folder / "words.dict").write_text(listed + "\n", encoding="ascii")
    options = (
        f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=600", "-rss_limit_mb=0",
        f"-dict={findings.folder / 'words.dict'}", f"-artifact_prefix={findings.folder}/", "-print_final_stats=1",
        "-verbosity=0",
    )  # fmt: skip
    print(f"atheris, {seconds} s; code of {together} is followed", flush=True)
    atheris.Setup([sys.argv[0], *options, str(corpus)], findings)
    atheris.Fuzz()


def _at_random(
    findings: Findings, seeds: Sequence[bytes], words: Sequence[bytes], seconds: int, seed: int, together: str
) -> None:
    del together
    print(f"atheris is not installed: seeds are mutated at random for {seconds} s", flush=True)
    rng = np.random.default_rng(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        findings(mutated(rng, seeds, words))
    print(f"{findings.count} inputs, the slowest in {findings.slowest:.1f} CPU s", flush=True)


def mutated(rng: np.random.Generator, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """A seed with some pieces cut out, doubled, overwritten, or taken from another seed or from the words."""
    data = bytearray(seeds[rng.integers(len(seeds))])
    for _ in range(rng.integers(1, 8)):
        low, high = sorted(rng.integers(0, len(data) + 1, 2))
        other = seeds[rng.integers(len(seeds))]
        piece = (
            b"", bytes(data[low:high]) * 2, rng.bytes(4), other[: rng.integers(len(other) + 1)],
            words[rng.integers(len(words))], words[rng.integers(len(words))],
        )[rng.integers(6)]  # fmt: skip
        data[low : high if rng.random() < 0.3 else low] = piece
    return bytes(data[:LONGEST])
