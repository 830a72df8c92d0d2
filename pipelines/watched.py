"""Work that may fail, hang or be late, watched from outside: what becomes of it is a value or one ``EngineError``.

The work goes on in a thread, so that it costs nothing and sees the same memory; one that does not come back is left
behind and ends with the program. What can take the whole process down is kept in one of its own, see ``apart.py``.
"""

from __future__ import annotations

import contextvars
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from discovery.errors import DiscoveryError, EngineError
from discovery.protocols import Deadline, Progress

T = TypeVar("T")

# Seconds that work may go on after its deadline; a search that was told to stop is inside a fit or a generation.
GRACE = 3.0
# Seconds without a sign of life after which work is given up. Work is bounded by counts, and says at least for every
# library and family where it is: the longest such step that was seen took minutes, on a machine shared by eight.
PATIENCE = 3600.0
PAUSE = 0.2  # between looks at the clock; the end of the work is seen at once


@dataclass
class _Work(Generic[T]):
    """What a thread does, its outcome, and when it last said something."""

    work: Callable[[Progress], T]
    progress: Progress
    outcome: list[T] = field(default_factory=list[T])
    error: BaseException | None = None
    heard: float = field(default_factory=time.monotonic)
    left: bool = False

    def __call__(self) -> None:
        try:
            self.outcome.append(self.work(self.told))
        except BaseException as error:  # noqa: BLE001  # a fault of an engine must not take the others' work with it
            self.error = error

    def told(self, stage: str, message: str = "", fraction: float | None = None) -> None:
        """Progress, as long as somebody waits for it."""
        self.heard = time.monotonic()
        if not self.left:
            self.progress(stage, message, fraction)

    @property
    def silence(self) -> float:
        """Seconds since the last sign of life."""
        return time.monotonic() - self.heard


def watched(
    work: Callable[[Progress], T],
    deadline: Deadline,
    progress: Progress,
    *,
    grace: float = GRACE,
    patience: float = PATIENCE,
) -> T:
    """What ``work`` gives, which is handed the progress that it is to report to.

    Raises:
        EngineError: it failed in a way that is no ``DiscoveryError``, went on ``grace`` seconds after its deadline,
            or was silent for ``patience`` seconds. A ``DiscoveryError`` of the work is raised as it is.
    """
    task = _Work(work, progress)
    thread = Thread(target=contextvars.copy_context().run, args=(task,), daemon=True)
    thread.start()
    late: float | None = None
    while thread.is_alive():
        thread.join(PAUSE)
        late = (late or time.monotonic()) if deadline.passed() else None
        if thread.is_alive() and late is not None and time.monotonic() - late > grace:
            task.left = True
            raise EngineError(
                f"It did not stop within {grace:g} s of its time, and was left behind. Give more time with --budget, "
                "or leave it out."
            )
        if thread.is_alive() and task.silence > patience:
            task.left = True
            raise EngineError(
                f"It gave no sign of life for {patience:g} s, and was left behind. Leave it out, and please report it."
            )
    if task.error is not None:
        raise _as_engine_error(task.error) from task.error
    return task.outcome[0]


def side_by_side(works: Sequence[Callable[[], T]], threads: int) -> list[T]:
    """What each gives, in their order; so many of them go on at a time.

    In threads that end with the program, so that one who leaves at once is not kept by work that goes on.
    """
    if threads <= 1 or len(works) <= 1:
        return [work() for work in works]
    many = min(threads, len(works))
    waiting = SimpleQueue[int | None]()
    for place in (*range(len(works)), *[None] * many):
        waiting.put(place)
    outcomes: dict[int, T] = {}
    errors: list[BaseException] = []

    def worked() -> None:
        try:
            while (place := waiting.get()) is not None and not errors:
                outcomes[place] = works[place]()
        except BaseException as error:  # noqa: BLE001  # raised below, where it would have been
            errors.append(error)

    # A context can be entered once at a time, so each thread has its own copy.
    runs = [partial(contextvars.copy_context().run, worked) for _ in range(many)]
    begun = [Thread(target=run, daemon=True) for run in runs]
    for thread in begun:
        thread.start()
    for thread in begun:
        while thread.is_alive():
            thread.join(PAUSE)  # an interrupt is seen between two looks
    if errors:
        raise errors[0]
    return [outcomes[place] for place in range(len(works))]


def one_by_one(progress: Progress) -> Progress:
    """Progress that may be told by several threads, to one that is called by one at a time."""
    lock = Lock()

    def told(stage: str, message: str = "", fraction: float | None = None) -> None:
        with lock:
            progress(stage, message, fraction)

    return told


def _as_engine_error(error: BaseException) -> BaseException:
    """The error as a failure with its place; errors that are meant for the user, and interrupts, as they are."""
    if isinstance(error, DiscoveryError | KeyboardInterrupt):
        return error
    if isinstance(error, MemoryError):
        return EngineError(
            "It ran out of memory, and its work is lost. Leave it out, or use fewer samples or states on this machine."
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return EngineError(
        f"It failed with {type(error).__name__} at {place}: {error}. Its work is lost; leave it out, and please report "
        "this with what `discover doctor --report` prints."
    )
