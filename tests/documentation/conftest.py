"""A reader who follows a page: types its commands and snippets, top to bottom, and compares what it shows.

A fenced block is run if its language is ``sh`` or ``python``; the names of Python snippets last for the page. A block
of the language ``output`` that comes next is what was printed: its lines in that order, with lines left out wherever it
helps, blanks squeezed, and numbers nearly the same. ``<!-- exit 4 -->`` before a command tells its exit code.

What is shown is renewed by ``UPDATE_PAGES=1 pytest tests/documentation/test_pages.py``, which puts the printed line
that is nearest in the place of each that was not printed; read the difference before you believe it.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(
    r"(?:^<!-- exit (?P<code>\d+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# Numbers are the same that differ by the first of these shares, or by one in the last digit shown and the second:
# other versions of NumPy move digits by less, and another law has other numbers.
NEAR, ROUNDED = 0.005, 0.02


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        line: of the page, counted from 1, in which its text begins.
        code: exit code that its commands have.
    """

    language: str
    text: str
    line: int
    code: int = 0


def fenced(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(found["language"], found["text"], text.count("\n", 0, found.start("text")) + 1, int(found["code"] or 0))
        for found in FENCE.finditer(text)
    ]


def near(shown: str, printed: str) -> bool:
    """Whether two numbers are the same but for their last digits."""
    apart = abs(Decimal(shown) - Decimal(printed))
    size = max(Decimal(shown), Decimal(printed))
    last = Decimal(shown).as_tuple().exponent
    assert isinstance(last, int)  # no number that the pattern finds is infinite
    return apart <= Decimal(NEAR) * size or apart <= min(Decimal(1).scaleb(last), Decimal(ROUNDED) * size)


def same(shown: str, printed: str) -> bool:
    """Whether two lines are the same but for blanks and for the last digits of their numbers."""
    left, right = (" ".join(line.split()) for line in (shown, printed))
    if NUMBER.sub("#", left) != NUMBER.sub("#", right):
        return False
    return all(near(a, b) for a, b in zip(NUMBER.findall(left), NUMBER.findall(right), strict=True))


def missing(shown: str, printed: str) -> list[str]:
    """The lines shown that were not printed after those before them."""
    absent: list[str] = []
    lines = printed.splitlines()
    for line in filter(str.strip, shown.splitlines()):
        place = next((place for place, candidate in enumerate(lines) if same(line, candidate)), None)
        if place is None:
            absent.append(line)
        else:
            lines = lines[place + 1 :]
    return absent


def renewed(page: str, block: Block, printed: str) -> str:
    """The page with the nearest printed lines in the place of those that a block shows and nobody printed."""
    text = block.text
    for line in missing(block.text, printed):
        near = difflib.get_close_matches(line, printed.splitlines(), n=1, cutoff=0.4)
        text = text.replace(line, near[0].rstrip()) if near else text
    return page.replace(block.text, text)


@dataclass
class Reader:
    """Follows pages in one folder.

    Attributes:
        hurry: options of `discover run` with their values, for those that are not given.
        names: what the Python snippets have defined.
    """

    folder: Path
    hurry: tuple[tuple[str, str], ...] = ()
    names: dict[str, Any] = field(default_factory=dict)

    def follow(self, page: Path) -> int:
        """Runs all blocks and compares what they print with what is shown; returns how many ran."""
        self.names = {"__name__": "__main__"}
        printed, text, count = "", page.read_text(encoding="utf-8"), 0
        for block in fenced(text):
            place = f"{page.name}, line {block.line}"
            if block.language == "output":
                absent = missing(block.text, printed)
                if absent and os.environ.get("UPDATE_PAGES"):
                    text = renewed(text, block, printed)
                    page.write_text(text, encoding="utf-8")
                assert not absent, "\n".join([f"{place}: not printed:", *absent, "", "printed:", printed])
            elif block.language in ("python", "sh"):
                printed = self.run(block, place)
                count += 1
        return count

    def run(self, block: Block, place: str) -> str:
        """What a block prints, on stdout and stderr together."""
        talk = io.StringIO()
        with contextlib.redirect_stdout(talk), contextlib.redirect_stderr(talk):
            if block.language == "python":
                exec(compile("\n" * (block.line - 1) + block.text, place, "exec"), self.names)
            else:
                for line in block.text.replace("\\\n", " ").splitlines():
                    assert block.code == self.type(line), f"{place}: {line}\n{talk.getvalue()}"
        return talk.getvalue()

    def type(self, line: str) -> int:
        """The exit code of a line; `discover` runs in this process, which has everything imported."""
        words = shlex.split(line, comments=True)
        if not words:
            return 0
        if words[0] == "discover" and not {"|", ">"} & set(words):
            hurry = [word for pair in self.hurry for word in pair if words[1] == "run" and pair[0] not in words]
            return command([*words, *hurry])
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        sys.stdout.write(done.stdout + done.stderr)
        return done.returncode


def command(words: list[str]) -> int:
    """The exit code of the command line with these words."""
    from pipelines import cli

    with mock.patch("sys.argv", words), pytest.raises(SystemExit) as ended:
        cli.main(began=time.monotonic())  # this process is older than the command
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Reads in a folder that holds nothing but the measured data of the repository; no PDF is typeset."""
    from discovery.reports import tex
    from pipelines.console import TALK

    folder = tmp_path_factory.mktemp("reader")
    (folder / "datasets").symlink_to(ROOT / "datasets")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "100")
        patch.setattr(TALK, "width", 100)  # which took its width from the environment when it was made
        patch.setattr(tex, "installed", lambda: False)
        yield Reader(folder)
