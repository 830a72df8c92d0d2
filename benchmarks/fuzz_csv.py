"""A fuzzer for the reader of measurements.

    python benchmarks/fuzz_csv.py --seconds 3600 [--out runs/fuzz/csv]

Whatever the bytes, they are measurements or a ``DiscoveryError``. Measurements must keep their promises: times are
finite and increase, states are named by identifiers that the reader of expressions takes, and values are not infinite.
The last byte of an input chooses which roles of columns are told rather than guessed.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, not as a module

try:
    import atheris

    following = atheris.instrument_imports(include=["discovery.trajectories"])
except ImportError:
    following = nullcontext()

with following:
    from benchmarks import fuzzing
    from discovery.symbolic.parse import parse
    from discovery.trajectories.read import read_csv

ROLES: tuple[dict[str, object], ...] = (
    {}, {}, {}, {}, {"time": "t"}, {"states": ("x",)}, {"trajectory": ("run",)},
    {"time": "t", "states": ("x", "y"), "trajectory": ("run",)}, {"max_rows": 20},
)  # fmt: skip
PLAIN = "t,x,y\n" + "".join(f"{i / 4},{i * i},{1.0 / (i + 1):.6f}\n" for i in range(12))
SEEDS = [
    text + b"\0"
    for text in (
        PLAIN.encode(),
        PLAIN.replace(",", ";").replace(".", ",").encode(),
        PLAIN.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
        PLAIN.replace("t,x", "# t,Größe [µm]").encode("cp1252"),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-32"),
        gzip.compress(PLAIN.encode(), mtime=0),
        b"run,t,x\n" + b"".join(b"%d,%d,%d\n" % (run, i, run * i * i) for run in (1, 2, 3) for i in range(5)),
        b"date,x\n" + b"".join(b"2020-01-%02dT12:00:00+02:00,%d\n" % (i + 1, i * i) for i in range(9)),
        b"time x y\n" + b"".join(b"%d   %d nan\n" % (i, 7 * i % 5) for i in range(9)),
        b'"a ""b""",who,t\n' + b"".join(b'"%d",p%d,%d\n' % (i * i, i % 2, i) for i in range(9)),
        b"sep=;\n1e300;-inf\n2;NA\n3;1e-320\n4;5\n5;6\n6;7\n",
        b"0 1\n1 2\n2 4\n3 8\n4 16\n5 31\n0 1\n1 3\n2 4\n3 8\n4 16\n5 31\n",
    )
]
WORDS = [
    b",", b";", b"\t", b" ", b"\n", b"\r\n", b"\r", b'"', b"#", b"sep=;", b"t", b"time", b"run", b"x", b"y", b"NaN",
    b"inf", b"-", b"1e400", b"1e308", b"5e-324", b"-0", b"0x1", b"1_0", b"1,5", b"1.5", b"2020-01-01",
    b"2020-01-01T00:00:00Z", b"+14:00", b"9999-12-31", b"0001-01-01", b"\xe2\x88\x92", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x1f\x8b", b"\0", b"\x1a", b"\xc2\xa0", b"\xe2\x80\xae", b"c0", b"lambda", b"E", b"__import__", b"\\input{x}",
    b"<script>", b"9" * 30,
]  # fmt: skip
FOLDER = tempfile.TemporaryDirectory(prefix="discovery-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
FILE = Path(FOLDER.name) / "data.csv"


def target(data: bytes) -> None:
    """One file."""
    FILE.write_bytes(data[:-1])
    roles = ROLES[data[-1] % len(ROLES)] if data else {}
    found = read_csv(FILE, **roles)  # pyright: ignore[reportArgumentType]
    names = tuple(found.headers)
    assert found.trajectories
    for run in found.trajectories:
        assert names == run.names
        assert np.all(np.isfinite(run.times))
        assert np.all(np.diff(run.times) > 0)
        assert not np.any(np.isinf(run.states))
    assert {str(one) for one in parse(" + ".join(names), names).free_symbols} == set(names)
    assert all(isinstance(note, str) and note.endswith(".") for note in found.notes)


if __name__ == "__main__":
    sys.exit(fuzzing.main("csv", target, SEEDS, WORDS, together="discovery.trajectories"))
