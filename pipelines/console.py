"""What a person sees of a run: progress in a pipe, then the law. Talk goes to stderr, data to stdout."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from discovery.reports.conserving import sentences
from discovery.reports.methods import SUCCESSIVE
from discovery.reports.naming import constant_names, with_names
from discovery.reports.owning import INTERVAL, OwnSheet, by_letter, own_sheets, own_tables
from discovery.reports.rounding import NOT_DETERMINED
from discovery.reports.rows import constants, span, units_of
from discovery.reports.tables import written_term
from discovery.reports.text import columns_of
from discovery.trajectories.names import TIME, read_as
from discovery.trajectories.time_names import likeness
from discovery.types import DiscoveryResult, RankedLaw, measured_states
from pipelines.laws import as_read, law_lines, one_line
from pipelines.live import Screen, shown
from pipelines.plan import Step
from pipelines.terminal import plain
from pipelines.timeline import Timeline, name_of
from pipelines.told import UNIVERSAL, spoken

# A path in a log stays on one line; words between colons or brackets are words.
TALK = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
EVERY = 10.0  # seconds between two lines of one stage in a pipe
WIDE = 80  # columns of a terminal that has room for the terms of constants
LONG = 48  # characters of the term of a constant, which tells where it stands
LONGEST_LAW = 160  # characters of a law on the way, two lines of a terminal; the end shows it whole
SHOWN = 4  # laws of the front, the first among them
INDENT = 11  # columns before the text of a finding
_COLOURS = {"good": "green", "caution": "yellow", "bad": "red", "note": "dim"}
_STATUS = {"found": "bold green", "partial": "bold yellow", "not_found": "bold red"}
_INTERRUPTED = "Interrupted: finishing with the best so far. Ctrl-C again leaves at once."
_TERMINATED = "Told to end (SIGTERM): finishing with the best so far. Ctrl-C leaves at once."


class Watcher(Protocol):
    """Told how a run goes on: a progress and a witness in one."""

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """The stage is under way."""
        ...

    def witness(self, laws: Sequence[RankedLaw], /) -> None:
        """The best laws so far."""
        ...


class Ticker:
    """A line for each stage and each better law, and now and then one more: for a pipe or a log."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self.headers = headers or {}
        self.begin = time.monotonic()
        self.step = ""
        self.told = self.begin
        self.best: object = None
        self.shown = float("-inf")

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Tells the stage and what it does, and how far it is."""
        step = name_of(stage, message)
        if step != self.step or time.monotonic() - self.told > EVERY:
            self.told = time.monotonic()
            share = "" if fraction is None else f" {100 * fraction:.0f} %"
            self._say(f"{stage}: {message}{share}")
        self.step = step

    def witness(self, laws: Sequence[RankedLaw], /) -> None:
        """Tells the first law at once, and then a new best one at most every ten seconds."""
        best = laws[0]
        if best.law.skeletons == self.best or time.monotonic() - self.shown < EVERY:
            return
        kind = "first law" if self.step == "first law" else "best so far"
        self.best, self.shown = best.law.skeletons, time.monotonic()
        equations = plain("; ".join(law_lines(best.law, self.headers)), LONGEST_LAW)
        self._say(f"{kind} (misfit {best.misfit:.3g}): {equations}")

    def _say(self, text: str) -> None:
        TALK.print(f"{time.monotonic() - self.begin:6.1f} s  {plain(text)}", markup=False)


class Silent:
    """Shows nothing."""

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Does nothing."""

    def witness(self, laws: Sequence[RankedLaw], /) -> None:
        """Does nothing."""


@contextmanager
def watching(
    steps: Sequence[Step] = (),
    headers: Mapping[str, str] | None = None,
    *,
    budget: float | None = None,
    quiet: bool = False,
) -> Generator[Watcher]:
    """Shows a run for as long as the block runs: live in a terminal, of which nothing stays; as lines elsewhere."""
    if quiet:
        yield Silent()
    elif not TALK.is_terminal or TALK.is_dumb_terminal:
        yield Ticker(headers)
    else:
        screen = Screen(Timeline(steps, budget or float("inf")), headers or {})
        with shown(screen, TALK):
            yield screen


@contextmanager
def interruptible(stop: Event) -> Generator[None]:
    """Ctrl-C ends the work early with what there is; a second one ends the program. SIGTERM is as the first Ctrl-C.

    Repeated SIGTERMs are one: `timeout` sends one to the program and one to its group. The handler takes no lock and
    prints nothing: what it interrupts may hold the locks that drawing a screen waits for.
    """
    told: SimpleQueue[str] = SimpleQueue()  # whose put may interrupt itself

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not stop.is_set():
            stop.set()
            told.put(_INTERRUPTED if number == signal.SIGINT else _TERMINATED)

    def tell() -> None:
        if words := told.get():
            TALK.print(words)

    teller = Thread(target=tell, daemon=True)
    teller.start()
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        told.put("")
        teller.join()


def print_law(result: DiscoveryResult) -> None:
    """Prints the law to stdout, one line for each state; nothing where there is none."""
    out = Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
    for ranked in result.ranking.front[:1]:
        for line in law_lines(ranked.law, columns_of(result), result.structure.owned, span(result)):
            out.print(line, style="bold")


def show(result: DiscoveryResult) -> None:
    """Prints the law to stdout, and what is known of it to stderr."""
    headers = {name: plain(header) for name, header in result.headers.items()}
    TALK.print(Text(plain(result.verdict.headline), style=_STATUS[result.status]))
    print_law(result)
    front = result.ranking.front
    words = read_as(result.headers)
    others = {words.get(name, name): header for name, header in headers.items() if words.get(name, name) != header}
    if others := {**others, **_clock(result)}:
        TALK.print("In the equations " + ", ".join(f"{name} is {header}" for name, header in others.items()) + ".",
                   markup=False, style="dim")  # fmt: skip
    if front and front[0].law.constants:
        _show_constants(result, front[0])
    for sheet in own_sheets(own_tables(result), TALK.width):
        _show_own(sheet)
    noise = result.smoothing.noise
    seen = measured_states(result.trajectories)
    both = " of it and {:.3g}" if noise.kind == "combined" else ""
    scales = zip(headers, noise.scale, noise.constant, seen, strict=True)
    scale = ", ".join(
        f"{headers[name]} {value:.3g}{both.format(constant)}" for name, value, constant, measured in scales if measured
    )
    chosen = "the likeliest" if noise.estimated else "as told"
    counted = "; 1 by Poisson's law" if noise.kind == "counts" else ""
    acts = "in each step of the states, " if noise.process else ""
    say("noise", f"{acts}{noise.kind} ({chosen}{counted}), {scale}. {_smoothed(result)}.", "dim")
    for note in (*result.notes, *result.smoothing.notes):
        say("note", note, "dim")
    for failure in result.failures:
        say("failed", f"{failure.where}: {failure.why}", "red")
    for finding in result.verdict.findings:
        say(finding.level, finding.text, _COLOURS[finding.level])
    if len(front) > 1:
        _show_front(result)
    for sentence in sentences(result):
        say("kept", spoken(sentence, headers), "cyan")
    for sentence in advised(result):
        say("advice", sentence, "cyan")


def _clock(result: DiscoveryResult) -> Mapping[str, str]:
    """What t is where it is called like no time, as a depth; nothing where it is, or steps are counted."""
    header, discrete = result.time_name, result.trajectories[0].discrete
    return {} if discrete or likeness(header) is not None else {TIME: plain(header)}


def _smoothed(result: DiscoveryResult) -> str:
    """By what samples were smoothed: a smoother that can be asked for, or what no option is called after."""
    method = result.smoothing.method
    if method == SUCCESSIVE:
        return "Not smoothed: each sample is compared with the next"
    whole = "the form of the law, with networks for what is unknown in it"
    return f"Smoothed by {whole if method == UNIVERSAL else method}"


def advised(result: DiscoveryResult) -> list[str]:
    """The loosest combination of constants and the experiments, a sentence each."""
    loose = result.advice.loose
    more = f" ({len(loose) - 1} more such combination{'s' * (len(loose) > 2)}.)" if len(loose) > 1 else ""
    names = constant_names(result)
    return [with_names(one.text, names) + more for one in loose[:1]] + [one.text for one in result.advice.experiments]


def say(mark: str, text: str, style: str) -> None:
    """A sentence after its mark on stderr: on one line in a pipe, with its further lines indented in a terminal."""
    first = Text.assemble("  ", (f"{mark:<{INDENT - 3}} ", style))
    if not TALK.is_terminal:
        TALK.print(first.append(plain(text)))
        return
    table = Table.grid()
    table.add_column(width=INDENT, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(first, Text(plain(text)))
    TALK.print(table, soft_wrap=False)


def _show_constants(result: DiscoveryResult, ranked: RankedLaw) -> None:
    """The table of constants, with units where columns have some, and with terms where there is room for them."""
    names, rows = constant_names(result), constants(result, ranked)
    (units, untold), terms = units_of(rows), TALK.width >= WIDE
    table = Table(box=None, pad_edge=False)
    for name in ("constant", "value", "95 % interval", *["unit"] * units):
        table.add_column(name, no_wrap=True)
    if terms:
        table.add_column("first term", overflow="fold")  # the one that gives way
    words = read_as(headers := columns_of(result))
    letters = [one.name for one in result.structure.owned]
    for row in rows:
        told = NOT_DETERMINED if NOT_DETERMINED in (row.low, row.high) else f"{row.low} … {row.high}"
        places = ", ".join(ranked.law.left(state, words.get(state, state)) for state in row.states)
        term = with_names(written_term(as_read(row.term, headers), span(result), letters), names)
        term = f"{term if len(term) <= LONG else term[: LONG - 1] + '…'} in {places}"
        texts = [names.get(row.name, row.name), row.value, told, *[row.unit] * units, *[term] * terms]
        table.add_row(*(Text(plain(text)) for text in texts))
    if table.row_count:
        TALK.print(table)
    if units and untold:
        TALK.print(untold, style="dim")


def _show_own(sheet: OwnSheet) -> None:
    table = Table(box=None, pad_edge=False)
    for name in (sheet.by, *[name for one in sheet.constants for name in (one.header, INTERVAL)]):
        table.add_column(Text(plain(name)))  # in a header of the user brackets are no markup
    for group, values in sheet.rows:
        texts = [text for one in values for text in (one.value, _between(one.low, one.high))]
        table.add_row(Text(plain(group)), *texts)
    TALK.print(table)


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} … {high}"


def _show_front(result: DiscoveryResult) -> None:
    front, headers, times = result.ranking.front, columns_of(result), span(result)
    table = Table(box=None, pad_edge=False)
    for name in ("#", "nats behind", "size", "misfit"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("competing law", overflow="fold")
    for number, ranked in enumerate(by_letter(front[1:SHOWN], result.structure.owned), start=2):
        gap = ranked.score - front[0].score
        equations = Text(one_line(ranked.law, headers, times))
        table.add_row(str(number), f"{gap:.1f}", str(ranked.complexity), f"{ranked.misfit:.3g}", equations)
    if (more := len(front) - SHOWN) > 0:
        table.add_row("", "", "", "", Text(f"… {more} more in the report and in result.json", style="dim"))
    TALK.print(table, soft_wrap=not TALK.is_terminal)
