"""What a terminal shows while a run goes on: the stage, the time left, the best laws so far. Nothing of it stays."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from discovery.types import RankedLaw
from pipelines.laws import law_lines, one_line
from pipelines.plan import spoken
from pipelines.terminal import plain
from pipelines.timeline import Timeline, name_of

# The best law is said to stay the same after so many seconds of selection, and this share of all the time so far.
PLATEAU, SHARE = 15.0, 0.2
RIVALS = 4
TIMES_A_SECOND = 4


@dataclass
class Screen:
    """Progress and witness of one run, drawn whenever the terminal asks.

    Attributes:
        headers: column name of each state.
    """

    timeline: Timeline
    headers: Mapping[str, str]
    now: Callable[[], float] = time.monotonic
    step: str = ""
    message: str = "starting"
    fraction: float | None = None
    laws: tuple[RankedLaw, ...] = ()
    changed: float = 0.0
    _seen: int = 0
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="green"))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Progress: notes the stage, what it does and how far it is."""
        with self._lock:
            self.step, self.message, self.fraction = name_of(stage, message), message, fraction
            self.timeline.reach(self.step)

    def witness(self, laws: Sequence[RankedLaw], /) -> None:
        """Notes the best laws so far."""
        with self._lock:
            before = self.laws[0].law.skeletons if self.laws else ()
            self._seen += 1
            if laws and laws[0].law.skeletons != before:
                self.changed = self.now()
            self.laws = tuple(laws)

    @property
    def plateau(self) -> float:
        """Seconds for which the search has found nothing better; 0 where that says nothing yet."""
        still = self.now() - self.changed
        telling = self._seen > 2 and self.step == "selection"
        return still if telling and still > max(PLATEAU, SHARE * self.timeline.elapsed) else 0.0

    def __rich__(self) -> RenderableType:
        """All of it, as it is now."""
        with self._lock:
            parts: list[RenderableType] = [self._status()]
            if self.laws:
                parts += [Text(), *self._front()]
            if still := self.plateau:
                parts.append(
                    Text(f"No better law for {spoken(still)}. Ctrl-C ends here, with a full report.", style="yellow")
                )
            return Group(*parts)

    def _status(self) -> RenderableType:
        """The stage and what it does on the left, the time on the right."""
        share = "" if self.fraction is None else f" {100 * self.fraction:.0f} %"
        engine = self.step.removeprefix("search ")
        said = "" if self.message == engine else plain(self.message.removeprefix(f"{engine}: "))
        late = self.timeline.late and self.timeline.budget == float("inf")
        left = "longer than planned" if late else f"about {spoken(self.timeline.remaining)} left"
        self._spinner.update(text=Text(self.step, style="bold"))
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column(no_wrap=True)
        line.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        line.add_column(no_wrap=True, justify="right")
        line.add_row(
            self._spinner, Text(f"{said}{share}"), Text(f"{spoken(self.timeline.elapsed)}, {left}", style="dim")
        )
        return line

    def _front(self) -> list[RenderableType]:
        best, *others = self.laws
        first = self._seen == 1 and self.step != "selection"
        title = "first law, of a quick look" if first else "best law so far"
        figures = f"   misfit {best.misfit:.3g}, R² {best.r_squared:.5g}, size {best.complexity}"
        parts: list[RenderableType] = [Text.assemble((title, "bold"), (figures, "dim"))]
        parts += [_hanging(line) for line in law_lines(best.law, self.headers)]
        if others:
            table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim", expand=True)
            for name in ("nats behind", "misfit", "size"):
                table.add_column(name, justify="right", no_wrap=True)
            table.add_column("rivals", no_wrap=True, overflow="ellipsis", ratio=1)
            for one in others[:RIVALS]:
                gap = f"{one.score - best.score:.1f}"
                equations = Text(one_line(one.law, self.headers), style="dim")
                table.add_row(gap, f"{one.misfit:.3g}", str(one.complexity), equations)
            parts.append(table)
        return parts


def _hanging(line: str) -> RenderableType:
    """An equation whose further lines begin under its right-hand side."""
    left, equals, right = line.partition(" = ")
    table = Table.grid(padding=0)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold", style="cyan")
    table.add_row(Text(f"  {left}{equals}"), Text(right))
    return table


@contextmanager
def shown(screen: Screen, console: Console) -> Generator[None]:
    """Draws the screen for as long as the block runs, and wipes it out at the end."""
    with Live(
        screen, console=console, transient=True, refresh_per_second=TIMES_A_SECOND, vertical_overflow="ellipsis",
        redirect_stdout=False, redirect_stderr=False,
    ):  # fmt: skip
        yield
