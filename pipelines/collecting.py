"""How often Python looks for cycles of objects while a law is searched for."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

# Objects made between two looks. The 700 of Python 3.11 take a third of the time in which the pool is merged, as each
# look of the last kind walks through all that SymPy and torch have loaded; from 20,000 on that is not noticed any more.
BETWEEN = 50_000

_lock = Lock()
_before: list[tuple[int, int, int]] = []  # thresholds that each of those inside found, the user's first


@contextmanager
def seldom_collected() -> Generator[None]:
    """Inside Python looks for cycles less often: expressions are many, are kept, and have none."""
    with _lock:
        _before.append(gc.get_threshold())
        gc.set_threshold(max(BETWEEN, _before[0][0]), *_before[0][1:])
    try:
        yield
    finally:
        with _lock:
            user = _before[0]
            _before.pop()
            if not _before:
                gc.set_threshold(*user)
