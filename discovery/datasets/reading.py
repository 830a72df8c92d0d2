"""TOML files that describe data: read into checked, frozen records, with errors that name file and key."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from discovery.errors import DataError, UsageError

_MOST_HINTS = 3  # names that a message suggests
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(strict=True, min_length=1)]


class Record(BaseModel):
    """A table of a TOML file: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Record)


class State(Record):
    """What a state is.

    Attributes:
        unit: empty where the state is dimensionless or the source gives none.
    """

    meaning: str = ""
    unit: str = ""


class Constant(Record):
    """The value of a constant and what it means.

    Attributes:
        unit: empty where the constant is dimensionless or the source gives none.
    """

    value: Finite
    meaning: str = ""
    unit: str = ""


class Input(State):
    """What drives the states of a system from outside.

    Attributes:
        equation: its value, in constants and t.
    """

    equation: Text


def read_record(path: Path, kind: type[R]) -> R:
    """The record in a TOML file.

    Raises:
        DataError: the file cannot be read, is not TOML, or a key is missing, unknown or has a wrong value.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check that the file is there.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a TOML file: {error}. Correct that place.") from None
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise DataError(f"{path} does not describe a {kind.__name__}:\n{_faults(error)}\nCorrect these keys.") from None


def _faults(error: ValidationError) -> str:
    """One line for each fault: the key as it is written in the file, and what is wrong with it."""
    lines: list[str] = []
    for fault in error.errors(include_url=False):
        # What a whole-record check raises has no key of its own; its message starts with the key.
        key = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        lines.append(f"  {key}: {message}" if key else f"  {message}")
    return "\n".join(lines)


def require(name: str, known: Sequence[str], what: str, lister: str = "") -> None:
    """Checks that ``name`` is one of ``known``.

    Args:
        lister: the command that lists them, where they are too many for a message.

    Raises:
        UsageError: it is not; the message suggests names that hold it and those that look most alike.
    """
    if name in known:
        return
    alike = difflib.get_close_matches(name, known, n=_MOST_HINTS, cutoff=0.5)
    near = list(dict.fromkeys([*(k for k in known if name and name.lower() in k.lower()), *alike]))[:_MOST_HINTS]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    every = f" `{lister}` lists them all." if lister else "" if near else f" Choose from: {', '.join(known)}."
    raise UsageError(f"There is no {what} called {name!r}.{hint}{every}")
