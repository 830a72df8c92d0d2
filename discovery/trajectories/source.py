"""The file as bytes: that it can be read, its fingerprint, its encoding."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO, cast

from discovery.errors import DataError

BLOCK = 1 << 20  # bytes read at a time, so that memory does not grow with the file
GZIP = b"\x1f\x8b"
LONGEST_LINE = 4_000_000  # bytes; a few lines are in memory at once, and a line of 2000 columns has 50 000
MOST_BYTES = 8_000_000_000  # unpacked; some minutes of reading, and more than the entries that are read can fill
SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    **dict.fromkeys((b"<!", b"<?xml", b"<html", b"<HTML", b"<svg"), "a page of HTML or XML"),
    **dict.fromkeys((b'{"', b"{\n", b"{\r", b"{ ", b"[[", b"[{", b"[\n"), "a JSON document"),
}


@dataclass(frozen=True)
class Source:
    """A readable text file.

    Attributes:
        encoding: name that Python's codecs know.
        compressed: True if the bytes are gzip's.
        sha256: of the file's bytes, as they lie on the disk.
    """

    path: Path
    encoding: str
    compressed: bool
    sha256: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about how the bytes were read."""
        if self.encoding in {"cp1252", "latin-1"}:
            return (f"The file is not UTF-8; it was read as {self.encoding}.",)
        return ()

    @contextmanager
    def lines(self, first: int = 1) -> Generator[TextIO]:
        """The text from line ``first`` on; the lines' ends are kept as they are."""
        with (
            _open_bytes(self.path, self.compressed) as handle,
            io.TextIOWrapper(handle, encoding=self.encoding, newline="") as text,
        ):
            for _ in range(first - 1):
                text.readline()
            yield text


def inspect(path: Path) -> Source:
    """Looks at every byte of the file once.

    Raises:
        DataError: the file is missing, is a folder, may not be read, is empty or is not text.
    """
    try:
        if not path.exists():
            raise DataError(f"There is no file {path}. Check the path; it is taken from the folder {Path.cwd()}.")
        if not path.is_file():
            raise DataError(f"{path} is not a file but a folder or device. Pass the path of one CSV file.")
        with path.open("rb") as raw:
            sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
            raw.seek(0)
            start = raw.read(8)
        compressed = start.startswith(GZIP)
        encoding = _encoding(path, compressed)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}. Check its permissions and that it is complete.") from None
    return Source(path, encoding, compressed, sha256)


@contextmanager
def _open_bytes(path: Path, compressed: bool) -> Generator[IO[bytes]]:
    with path.open("rb") as raw:
        if not compressed:
            yield raw
            return
        with gzip.open(raw, "rb") as unpacked:
            yield cast(IO[bytes], unpacked)


def _encoding(path: Path, compressed: bool) -> str:
    with _open_bytes(path, compressed) as handle:
        start = handle.read(BLOCK)
    if not start.strip():
        raise DataError(f"{path} is empty. It needs a line of column names and at least five lines of numbers.")
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # before UTF-16, whose mark is its beginning
        return _first_that_decodes(path, compressed, ("utf-32",))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _first_that_decodes(path, compressed, ("utf-16",))
    kind = next((kind for mark, kind in SIGNATURES.items() if start.lstrip().startswith(mark)), "")
    if kind or b"\0" in start:
        raise DataError(f"{path} is {kind or 'a binary file'}, not a table. Export it as CSV and pass that file.")
    utf8 = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    return _first_that_decodes(path, compressed, (utf8, "cp1252", "latin-1"))


def _measured(path: Path, handle: IO[bytes]) -> Iterator[bytes]:
    """The blocks of a file whose lines, and whose whole, are not too long to be read; an archive may be far larger."""
    line, total, run = 1, 0, 0
    while block := handle.read(BLOCK):
        first = next((i for i in (block.find(b"\n"), block.find(b"\r")) if i >= 0), len(block))
        if run + first > LONGEST_LINE:
            raise DataError(
                f"{path}, line {line}: it has more than {LONGEST_LINE:,} bytes. A table has one row for each time; "
                "check how the file was written, and export it again."
            )
        line += max(block.count(b"\n"), block.count(b"\r"))
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        run = run + len(block) if last < 0 else len(block) - last - 1
        total += len(block)
        if total > MOST_BYTES:
            raise DataError(
                f"{path} has more than {MOST_BYTES:,} bytes. Keep every tenth row, or some columns, and pass that file."
            )
        yield block


def _first_that_decodes(path: Path, compressed: bool, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with _open_bytes(path, compressed) as handle:
                for block in _measured(path, handle):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataError(f"{path} is not text in {' or '.join(encodings)}. Save it as UTF-8 and pass that file.")
