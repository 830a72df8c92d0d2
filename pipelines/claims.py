"""Whose run a folder holds: of which data, with which settings; and whether it can be resumed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from discovery import files
from discovery.errors import UsageError
from pipelines.config import RunConfig, read

# Settings that change no stage's outcome, or are in the key of that stage as genetic search has them (``stages.py``).
# Columns are known by what was read from them.
FREE = frozenset({"budget", "threads", "selection", "engines", "data"})
_ANEW = "Leave --resume out to begin anew."


@dataclass(frozen=True)
class Claim:
    """What a folder says of the run in it.

    Attributes:
        data: SHA-256 of the file that was read.
        source: its name.
        mark: fingerprint of all that changes a stage's outcome; empty where the stages are gone.
    """

    data: str
    source: str
    mark: str = ""

    @classmethod
    def of(cls, folder: Path) -> Claim | None:
        """The claim of the run that was begun in the folder; None if none can be told."""
        for name in ("stages/fingerprint", "result.json"):
            try:
                document = json.loads(files.read(folder / name) or b"")
                if name == "result.json":
                    provenance = document["provenance"]
                    return cls(str(provenance["data_sha256"]), ", ".join(map(str, provenance["files"])))
                return cls(str(document["data"]), str(document["source"]), str(document["mark"]))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return None

    def written(self) -> bytes:
        """The claim as a file."""
        return json.dumps(asdict(self)).encode()


def demand(folder: Path, old: Claim | None, new: Claim, config: RunConfig, *, finished: bool) -> None:
    """Insists that the folder has finished stages of this very run.

    Args:
        finished: whether any stage was.

    Raises:
        UsageError: it has not; the message says what is different.
    """
    if old is None:
        raise UsageError(f"There is nothing to resume in {folder}: no run was begun there. {_ANEW}")
    if old.data != new.data:
        raise UsageError(
            f"{folder} holds a run on other data ({old.source}), which cannot be resumed with {new.source}. "
            "Name the folder of its run with --out."
        )
    if old.mark and old.mark != new.mark:
        told = _differences(folder / "config.toml", config)
        remedy = f"Repeat its settings with --recipe {folder / 'config.toml'}. " if told else ""
        was = told or "other columns or by another version"
        raise UsageError(f"{folder} was run with {was}, so its stages are of no use here. {remedy}{_ANEW}")
    if not finished or not old.mark:
        raise UsageError(f"There is nothing to resume in {folder}: no stage was finished there. {_ANEW}")


def _differences(path: Path, config: RunConfig) -> str:
    """Settings of a kept configuration that are others now."""
    try:
        before, now = (one.model_dump(exclude=set(FREE)) for one in (read(str(path)), config))
    except UsageError:
        return ""
    changed = [name for name in now if before[name] != now[name]]
    return ", ".join(f"{name} = {before[name]!r} (now {now[name]!r})" for name in changed)
