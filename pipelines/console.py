"""What a person sees in a terminal: progress while work goes on, then the law. Talk goes to stderr, data to stdout."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from threading import Event
from types import FrameType

import sympy as sp
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from discovery.types import DiscoveryResult, RankedLaw

TALK = Console(stderr=True, highlight=False, soft_wrap=True)  # a path in a log stays on one line
EVERY = 10.0  # seconds between two lines of one stage in a pipe
_COLOURS = {"good": "green", "caution": "yellow", "bad": "red"}
_STATUS = {"found": "bold green", "partial": "bold yellow", "not_found": "bold red"}


class Ticker:
    """Progress as one line that changes in a terminal; in a pipe a line for each stage, and now and then one more."""

    def __init__(self, status: Status | None) -> None:
        self.status = status
        self.begin = time.monotonic()
        self.last = ""
        self.told = self.begin

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Shows the stage, what it does and how far it is."""
        share = "" if fraction is None else f" {100 * fraction:.0f} %"
        if self.status is not None:
            self.status.update(f"[bold]{escape(stage)}[/bold] {escape(message)}{share}")
        elif stage != self.last or time.monotonic() - self.told > EVERY:
            self.told = time.monotonic()
            TALK.print(f"{self.told - self.begin:6.1f} s  {escape(stage)}: {escape(message)}")
        self.last = stage


@contextmanager
def ticking(quiet: bool = False) -> Generator[Ticker]:
    """Progress for as long as the block runs; nothing is left on the screen of a terminal."""
    if quiet or not TALK.is_terminal:
        yield Ticker(None)
        return
    with TALK.status("starting") as status:
        yield Ticker(status)


@contextmanager
def interruptible(stop: Event) -> Generator[None]:
    """Ctrl-C ends the work early with what there is; a second one ends the program."""

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        TALK.print("Interrupted: finishing with the best so far. Press Ctrl-C again to leave at once.")

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def law_lines(ranked: RankedLaw, headers: dict[str, str]) -> list[str]:
    """The law as a person writes it, one line for each state."""
    lines: list[str] = []
    for state, rhs in ranked.law.equations.items():
        text = str(rhs.xreplace({number: rounded_number(float(number)) for number in rhs.atoms(sp.Float)}))
        lines.append(f"d {headers.get(state, state)} / dt = {text}")
    return lines


def rounded_number(value: float) -> sp.Float:
    """A number with four significant digits."""
    return sp.Float(f"{value:.4g}", 4)


def show(result: DiscoveryResult) -> None:
    """Prints the law to stdout, and what is known of it to stderr."""
    out = Console(highlight=False, soft_wrap=True)
    headers = dict(result.headers)
    TALK.print(f"[{_STATUS[result.status]}]{escape(result.verdict.headline)}[/]")
    front = result.ranking.front
    if front:
        for line in law_lines(front[0], headers):
            out.print(escape(line), style="bold")
        _show_constants(front[0])
    noise = result.smoothing.noise
    scale = ", ".join(f"{headers[name]} {value:.3g}" for name, value in zip(headers, noise.scale, strict=True))
    chosen = "the likelier" if noise.estimated else "as told"
    TALK.print(f"Noise: {noise.kind} ({chosen}), {escape(scale)}. Smoothed by {result.smoothing.method}.")
    for note in (*result.notes, *result.smoothing.notes):
        TALK.print(f"  {escape(note)}", style="dim")
    for failure in result.failures:
        TALK.print(f"[red]failed[/red] {escape(failure.where)}: {escape(failure.why)}")
    for finding in result.verdict.findings:
        TALK.print(f"  [{_COLOURS[finding.level]}]{finding.level:<8}[/] {escape(finding.text)}")
    if len(front) > 1:
        _show_front(front)
    for sentence in advised(result):
        TALK.print(f"  [cyan]{'advice':<8}[/] {escape(sentence)}")


def advised(result: DiscoveryResult) -> list[str]:
    """The loosest combination of constants and the experiments, a sentence each."""
    loose = result.advice.loose
    more = f" ({len(loose) - 1} more such combination{'s' * (len(loose) > 2)}.)" if len(loose) > 1 else ""
    return [one.text + more for one in loose[:1]] + [one.text for one in result.advice.experiments]


def _show_constants(ranked: RankedLaw) -> None:
    table = Table("constant", "value", "95 % interval", box=None, pad_edge=False)
    for i, value in enumerate(ranked.law.constants):
        low, high = (ranked.lows[i], ranked.highs[i]) if ranked.lows else (float("nan"), float("nan"))
        told = "not determined" if low != low or high != high else f"{low:.4g} … {high:.4g}"
        table.add_row(f"c{i}", f"{value:.5g}", told)
    TALK.print(table)


def _show_front(front: Sequence[RankedLaw]) -> None:
    table = Table("", "nats behind", "size", "misfit", "competing law", box=None, pad_edge=False)
    for place, ranked in enumerate(front[1:4], start=2):
        text = "; ".join(line.split(" = ", 1)[1] for line in law_lines(ranked, {}))
        gap = ranked.score - front[0].score
        table.add_row(f"{place}.", f"{gap:.1f}", str(ranked.complexity), f"{ranked.misfit:.3g}", escape(text))
    TALK.print(table)
