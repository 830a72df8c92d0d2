"""An end for algebra whose time nobody can foresee: SymPy's calls are counted, and too many of them are given up.

Counted is work and not time, so that the answer does not depend on the machine or on what else it does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

# Calls of Python functions: conserved quantities of six of the registry's laws, of up to eight states and 24 constants,
# take at most 93 000, and a million are a few seconds.
CALLS = 2_000_000


class _TooMuch(BaseException):
    """Is caught by nobody on the way."""


def limited(work: Callable[[], T], calls: int = CALLS) -> T | None:
    """What ``work`` gives, or None if it takes more calls than that; it must be Python's, and of this thread."""
    left = calls

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal left
        del argument
        if event == "call":
            left -= 1
            # Python ignores what is raised where a generator that nobody needs is closed, and then counts no more.
            if left < 0 and not frame.f_code.co_flags & CO_GENERATOR and frame.f_code.co_name != "__del__":
                raise _TooMuch

    before: Any = sys.getprofile()
    sys.setprofile(count)
    try:
        return work()
    except _TooMuch:
        return None
    finally:
        sys.setprofile(None)
        if before is not None and not callable(before):
            before.enable()  # cProfile's, which sys.setprofile does not take back
        else:
            sys.setprofile(before)
