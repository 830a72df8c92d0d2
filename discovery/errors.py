"""Errors that say what came, what is needed and what to do.

    DiscoveryError               exit 1
    ├── UsageError               exit 2   a wrong option, name or configuration
    │   └── ExpressionError      exit 2   text that is not an expression of the grammar
    ├── DataError                exit 3   measurements that cannot be used
    ├── BackendMissing           exit 5   an engine or program that is not installed
    ├── EngineError              exit 1   an engine failed; recorded, the others go on
    ├── SimulationError          exit 1   a law that cannot be integrated as asked
    └── OutputError              exit 7   a file that cannot be written: a full disk, no permission

The exit code is a property of the class, so that a shell script can tell the causes apart.
"""

from typing import ClassVar


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


class OutputError(DiscoveryError):
    """A file that cannot be written: a full disk, or a place without permission. Nothing that was whole is lost."""

    exit_code: ClassVar[int] = 7
