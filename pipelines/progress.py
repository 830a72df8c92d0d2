"""Progress of a fit, for whoever calls from Python: one line that changes in a notebook, lines on stderr elsewhere.

Nothing but IPython's own display is needed in a notebook, which has it wherever a notebook runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from discovery.protocols import Progress, silent

OFTEN = 0.2  # seconds between two changes of a line: quick enough to look alive, slow enough for any browser
Show = Callable[[Mapping[str, str]], None]


class NotebookProgress:
    """A bar, the stage and the seconds, in one output of the cell.

    Args:
        show: puts a bundle of MIME types in the place of the one before.
    """

    def __init__(self, show: Show) -> None:
        self.show = show
        self.begin = time.monotonic()
        self.last = ("", float("-inf"))

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Shows the stage, what it does and how far it is."""
        now = time.monotonic()
        if stage == self.last[0] and now - self.last[1] < OFTEN:
            return
        self.last = (stage, now)
        value = "" if fraction is None else f' value="{min(max(fraction, 0.0), 1.0):.3f}"'
        words = f"{stage}: {message}" if message else stage
        self.put(words, f'<progress max="1"{value} style="vertical-align:middle"></progress> ')

    def done(self, words: str) -> None:
        """Puts a last sentence in the place of the bar."""
        self.put(words, "")

    def put(self, words: str, bar: str) -> None:
        """Shows words and the seconds since the beginning."""
        seconds = f"{time.monotonic() - self.begin:.0f} s"
        html = f"{bar}{escape(words)} <small>({seconds})</small>"
        self.show({"text/plain": f"{words} ({seconds})", "text/html": html})


@contextmanager
def progress(verbose: bool) -> Generator[Progress]:
    """Progress for as long as the block runs; silent unless ``verbose``."""
    if not verbose:
        yield silent
        return
    show = _notebook()
    if show is None:
        yield _line
        return
    bar = NotebookProgress(show)
    try:
        yield bar
    except BaseException:
        bar.done("stopped")
        raise
    bar.done("done")


def _notebook() -> Show | None:
    """Shows bundles in the output of the current cell; None outside of a notebook."""
    ipython: Any = sys.modules.get("IPython")  # a notebook has imported it
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    handle: Any = display({"text/plain": ""}, raw=True, display_id=True)
    return lambda bundle: handle.update(dict(bundle), raw=True)


def _line(stage: str, message: str = "", fraction: float | None = None) -> None:
    """A line on stderr where a stage begins; how far it is would fill the screen."""
    if not fraction:
        sys.stderr.write(f"{stage}: {message}\n")
