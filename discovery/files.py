"""Files of a run folder: each appears whole or not at all, and no link leads out of the folder."""

from __future__ import annotations

import contextlib
import math
import os
import re
import secrets
import shutil
import stat
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, cast

from discovery.errors import OutputError, UsageError

MOST_BYTES = 500_000_000  # of a file that is read: a run of 50 000 rows and 20 states has a tenth of that
# Names of files that are being written; what a killed process left of them is cleared away.
_UNFINISHED = re.compile(r"\..+\.\d+-[0-9a-f]{8}")
SCRATCH = "discovery-tex-"  # begins the names of folders in which a typesetter works; Python adds eight characters
_SCRATCHES = re.compile(SCRATCH + r"[a-z0-9_]{8}")


def write(path: Path, content: bytes) -> None:
    """Puts a file in place, whole: readers see the old one or the new one, and a link in its place is replaced.

    Raises:
        OutputError: the disk is full, or the place cannot be written to. What was there before is still there.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}. Make room or choose another place.") from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


@contextlib.contextmanager
def resumable() -> Generator[None]:
    """For work that keeps what it has finished: where a file cannot be written, the message says so too."""
    try:
        yield
    except OutputError as error:
        told = "What was written before is whole, and the same command goes on from there."
        raise OutputError(f"{error} {told}") from None


def read(path: Path, most: int = MOST_BYTES) -> bytes | None:
    """The content of a plain file; None if there is none, it is a link, has more than ``most`` bytes, or is locked."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= most else None
    except OSError:
        return None


def folder(path: Path) -> Path:
    """Makes a folder of ours, in which files will be replaced and removed.

    Raises:
        UsageError: it is a link to somewhere else, or cannot be made.
    """
    if path.is_symlink():
        raise UsageError(
            f"{path} is a link to another place, where nothing may be changed. Remove the link, or choose another "
            "folder with --out."
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be made: {error.strerror}. Choose another folder with --out.") from None
    return path


def clear_unfinished(path: Path) -> None:
    """Removes what processes that were killed while they wrote have left in a folder."""
    for old in path.iterdir():
        if _UNFINISHED.fullmatch(old.name):
            old.unlink(missing_ok=True)
        elif _SCRATCHES.fullmatch(old.name) and old.is_dir() and not old.is_symlink():
            shutil.rmtree(old, ignore_errors=True)


def finite(value: Any) -> Any:
    """The same with None for numbers that are not finite, which JSON does not know."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in cast("Sequence[Any]", value)]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
