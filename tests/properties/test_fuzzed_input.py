"""Whatever comes in, measurements and expressions come out, or one error that helps; the long form are the fuzzers.

Here hypothesis makes files out of the pieces of tables, and texts out of those of expressions; benchmarks/fuzz_csv.py
and benchmarks/fuzz_parse.py mutate bytes for hours, led by the code that they reach.
"""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery.errors import DiscoveryError
from discovery.knowledge.knowledge import Names
from discovery.knowledge.understand import understand
from discovery.symbolic.complexity import description_length
from discovery.symbolic.latex import Typesetter
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.parse import FUNCTIONS, parse
from discovery.trajectories.read import read_csv

# The long form (benchmarks/trust.py) draws more, and others each time.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or 500, deadline=None, derandomize=not EXAMPLES, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
MOST_SECONDS = 10  # of CPU time for one input: a hang, not a slow machine

numbers = st.one_of(
    st.integers(-10, 10).map(str),
    st.floats().map(repr),
    st.sampled_from(["1,5", "1e400", "-0", "0x1", "1_0", "5e-324"]),
)
odd = st.sampled_from(
    ["", " ", "NA", "nan", "inf", "x", "t", "E", "lambda", '"', "#", "2020-01-01", "2020-01-01T00:00:00+14:00", "−1",
     "٣", "\0", "\u202e", "<script>", r"\input{x}", "1 m", "$3", "5%", "true", "a" * 300]
)  # fmt: skip
entries = st.one_of(numbers, numbers, odd)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A table as people write them, with an entry here and there that is none, or a row too short."""
    width = draw(st.integers(2, 4))
    names = draw(st.lists(st.sampled_from("txyzabc"), min_size=width, max_size=width, unique=True))
    rows = [[repr((i * (7 + j) % 11) / 4) for j in range(width)] for i in range(draw(st.integers(4, 14)))]
    for i, row in enumerate(rows):
        row[0] = repr(i / 2)
    lines = [names, *rows]
    for _ in range(draw(st.integers(0, 3))):
        line = draw(st.sampled_from(lines))
        place = draw(st.integers(0, max(len(line) - 1, 0)))
        line[place : place + draw(st.sampled_from([1, 1, 1, 0, 2]))] = [draw(entries)]
    separator, end = draw(st.sampled_from([",", ",", ";", "\t", " ", "|"])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    content = end.join(separator.join(line) for line in lines).encode(draw(encodings), errors="replace")
    return gzip.compress(content, mtime=0) if draw(st.integers(0, 9)) == 0 else content


roles = st.sampled_from([{}, {}, {"time": "t"}, {"states": ("x",)}, {"trajectory": ("run",)}, {"max_rows": 20}])
pieces = st.sampled_from(
    ["x", "y", "t", "c0", "pi", "1", "0.1", "1e308", "1e-308", "9", "1/3", "+", "-", "*", "/", "**", "^", "(", ")", " ",
     ",", "**-1", "**0.5", "9**9", "1j", "True", "lambda", "[", "'", "\\", "\n", "\0",
     *(f"{name}(" for name in FUNCTIONS)]
)  # fmt: skip
texts = st.one_of(st.lists(pieces, max_size=25).map("".join), st.text(max_size=60))

phrases = st.sampled_from(
    ["x' = -k*x + f(x, y)", "y'' = -|y|*y", "x[n+1] = r*x[n]", "next y = y", "d^2x/dt^2 = -x", "r = (x, y)",
     "r' = -k*r", "x + y = const", "0 < k < 1", "k = 9.81 m/s^2", "k ~ 1.2 +- 0.1", "f increasing", "f without exp",
     "f uses x, u", "y angle", "k same in all equations"]
)  # fmt: skip
marks = st.sampled_from(["", "'", "''", "|", "[", "]", "=", "<", "~", "+-", "(", ")", ",", " ", "x", "f(", "2", "n+1"])


@st.composite
def sentences(draw: st.DrawFn) -> list[str]:
    """What people say of a law, of which some have other characters somewhere."""
    found = draw(st.lists(phrases, min_size=1, max_size=4))
    for _ in range(draw(st.integers(0, 3))):
        which = draw(st.integers(0, len(found) - 1))
        place = draw(st.integers(0, len(found[which])))
        left = found[which][place + draw(st.integers(0, 3)) :]
        found[which] = found[which][:place] + draw(marks) + left
    return found


class TooSlow(BaseException):
    """One input has taken too long; no code on the way catches this."""


@contextmanager
def limited() -> Iterator[None]:
    """Ends what takes more CPU time than an input may."""

    def slow(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, slow)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def taken(work: Callable[[], object]) -> object:
    """What the work gives, or None where it is refused with a message that one can do something with."""
    said = ""
    try:
        with limited():
            return work()
    except DiscoveryError as error:
        said = str(error)
    assert 20 < len(said) < 5000
    assert "Traceback" not in said
    return None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are written."""
    return tmp_path_factory.mktemp("fuzzed") / "data.csv"


@SETTINGS
@given(content=st.one_of(tables(), tables(), st.binary(max_size=300)), named=roles)
def test_every_file_is_measurements_or_one_error(path: Path, content: bytes, named: dict[str, object]) -> None:
    """Times increase, values are finite or missing, and names are such that the reader of expressions takes them."""
    path.write_bytes(content)
    found = taken(lambda: read_csv(path, **named))  # type: ignore[arg-type]
    for run in found.trajectories if found is not None else ():  # type: ignore[attr-defined]
        assert np.all(np.diff(run.times) > 0)
        assert np.all(np.isfinite(run.times))
        assert not np.any(np.isinf(run.states))
        assert set(run.names) == {str(one) for one in parse(" + ".join(run.names), run.names).free_symbols}


@SETTINGS
@given(text=texts)
def test_every_text_is_an_expression_or_one_error(text: str) -> None:
    """What is read can be multiplied out, measured and typeset."""
    found = taken(lambda: parse(text))
    if found is not None:
        with limited():
            expanded(found)  # type: ignore[arg-type]
            assert description_length(found) > 0.0  # type: ignore[arg-type]
            assert Typesetter()(found)  # type: ignore[arg-type]


@SETTINGS
@given(told=sentences(), discrete=st.booleans())
def test_every_sentence_is_understood_or_one_error(told: list[str], discrete: bool) -> None:
    """Alone and beside others, of a curve and of a map."""
    names = Names({"x": "x [m]", "y": "y"}, {"u": "u"}, discrete=discrete)
    known = taken(lambda: understand(told, names))
    if known is not None:
        assert {"x", "y"} <= set(known.frame.states)  # type: ignore[attr-defined]
