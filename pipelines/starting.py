"""What `discover init` does: writes the commented configuration, or prints its schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from discovery.errors import UsageError
from pipelines.config import read
from pipelines.options import schema, template

STDOUT = Path("-")


def init_command(path: Path, *, recipe: str, as_schema: bool, force: bool) -> None:
    """Writes a configuration with every option to ``path``, or to stdout where that is ``-``.

    Raises:
        UsageError: the file is there already, or cannot be written.
    """
    if as_schema:
        sys.stdout.write(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")
        return
    text = template(read(recipe))
    if path == STDOUT:
        sys.stdout.write(text)
        return
    if path.suffix != ".toml":
        raise UsageError(f"{path} does not end in .toml, by which --recipe knows a file. Name it {path}.toml.")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already. Choose another name, or replace it with --force.")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose another place.") from None
    sys.stdout.write(f"{path}\n")
    sys.stderr.write(f"Change what you like, then: discover run data.csv --recipe {path}\n")
