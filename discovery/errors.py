"""Errors that say what came, what is needed and what to do.

    DiscoveryError               exit 1
    ├── UsageError               exit 2   a wrong option, name or configuration
    │   └── ExpressionError      exit 2   text that is not an expression of the grammar
    ├── DataError                exit 3   measurements that cannot be used
    ├── BackendMissing           exit 5   an engine or program that is not installed
    ├── EngineError              exit 1   an engine failed; recorded, the others go on
    ├── SimulationError          exit 1   a law that cannot be integrated as asked
    │   └── EdgeReached          exit 1   one that has values until some time only
    └── OutputError              exit 7   a file that cannot be written: a full disk, no permission

The exit code is a property of the class, so that a shell script can tell the causes apart.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Context
from functools import partial
from typing import ClassVar

DIGITS = 5  # of the time at which a law ends, as a stopwatch has


class DiscoveryError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code: ClassVar[int] = 1


class UsageError(DiscoveryError):
    """An option, a name or a configuration that cannot be used."""

    exit_code: ClassVar[int] = 2


class ExpressionError(UsageError):
    """Text that is not an expression of the allowed grammar."""


class DataError(DiscoveryError, ValueError):
    """Measurements that cannot be used: the message names file, row and column.

    Also a ValueError, which is what Python, NumPy and scikit-learn raise for such values.
    """

    exit_code: ClassVar[int] = 3


class BackendMissing(DiscoveryError):
    """An engine or program that is not installed; the message has the command that adds it."""

    exit_code: ClassVar[int] = 5


class EngineError(DiscoveryError):
    """An engine failed. Pipelines record it and use the work of the others."""


class SimulationError(DiscoveryError):
    """A law that cannot be integrated as asked."""


class EdgeReached(SimulationError):
    """A law that ends, as what a root or a logarithm of it is taken of reaches zero: a tank that runs empty.

    Attributes:
        quantity: what reaches zero.
        function: what has no value from there on.
        below: whether it has one at zero itself.
        time: a little before; the law can be followed to it, and to it as it is printed, which is rounded down.
    """

    def __init__(
        self,
        quantity: str,
        function: str,
        time: float,
        *,
        below: bool,
        clock: str = "t",
        names: Mapping[str, str] | None = None,
    ) -> None:
        """An error that calls states as ``names`` says, but in what is to be typed, as sentences take identifiers."""
        self.quantity, self.function, self.time, self.below = quantity, function, time, below
        on = (
            f"; or, if it stays at 0 from then on, tell the law with ({quantity} + abs({quantity}))/2 in the place of "
            f"{quantity} in {function}"
        )
        called = names or {}
        what, of = (re.sub(r"\w+", lambda found: called.get(found[0], found[0]), text) for text in (quantity, function))
        super().__init__(
            f"{what} reaches 0 soon after {clock} = {_rounded_down(time):.{DIGITS}g}, and {of} has no value "
            f"{'below' if below else 'there'}: the law ends. Choose an end no later{on if below else ''}."
        )
        self._clock, self._names = clock, names

    def __reduce__(self) -> tuple[object, ...]:
        """How it is made again in another process, to which a text alone would be passed otherwise."""
        made = partial(type(self), below=self.below, clock=self._clock, names=self._names)
        return made, (self.quantity, self.function, self.time), vars(self)


def _rounded_down(time: float) -> float:
    """The largest number of :data:`DIGITS` digits that is not above a time."""
    return float(Context(prec=DIGITS, rounding=ROUND_FLOOR).create_decimal_from_float(time))


class OutputError(DiscoveryError):
    """A file that cannot be written: a full disk, or a place without permission. Nothing that was whole is lost."""

    exit_code: ClassVar[int] = 7
