"""Named arrays in a file, and what a file that is not one of ours may raise. No pickles."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from discovery import files
from discovery.errors import DiscoveryError

# What reading a file that is damaged, forged or of another version may raise; each says that it cannot be used.
DAMAGED = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, MemoryError, EOFError, OSError,
    SyntaxError, zipfile.BadZipFile, zlib.error, DiscoveryError,
)  # fmt: skip


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes named arrays; texts are stored as arrays of characters, nothing as objects."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict(arrays))  # pyright: ignore[reportArgumentType]  # savez's stub takes bool for all
    files.write(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of a file; None if it is missing or damaged, or would be far larger unpacked than a run can be."""
    content = files.read(path)
    if content is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(member.file_size for member in packed.infolist()) > files.MOST_BYTES:
                return None
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except DAMAGED:
        return None
