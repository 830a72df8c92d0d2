"""Named arrays in a file, and what a file that is not one of ours may raise. No pickles."""

from __future__ import annotations

import hashlib
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


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    """Writes named arrays, and gives the SHA-256 of the file; texts are arrays of characters, nothing is an object."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict(arrays))  # pyright: ignore[reportArgumentType]  # savez's stub takes bool for all
    files.write(path, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of a file; None if it is missing or damaged, or would be far larger unpacked than a run can be."""
    content = files.read(path)
    return None if content is None else unpacked(content)


def unpacked(content: bytes) -> dict[str, np.ndarray] | None:
    """The arrays that a file with this content holds; None as in :func:`read_arrays`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(member.file_size for member in packed.infolist()) > files.MOST_BYTES:
                return None
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except DAMAGED:
        return None
