"""All that someone who mends a fault asks for, as one text: machine, versions, settings, and what a run says of itself.

Nothing of the data is in it: no values and no names of columns, only how many there are.
"""

from __future__ import annotations

import json
import locale
import os
import platform
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path

from discovery import files
from discovery.headers import bare
from pipelines import doctor, supply
from pipelines.terminal import plain

# Variables that change how the program or the libraries under it work; others are nobody's business.
VARIABLES = re.compile(
    r"(DISCOVERY|OMP|OPENBLAS|MKL|NUMBA|JULIA|KMP)_\w+|PYTHON\w+|LANG|LC_\w+|TZ|TERM|NO_COLOR|VIRTUAL_ENV|SOURCE_DATE_EPOCH"
)
# Settings in which a user's own words stand, names of columns among them.
OWN_WORDS = ("data", "laws", "own")


def bug_report(run: Path | None = None) -> str:
    """The report in Markdown, to be put into an issue as it is.

    Args:
        run: folder of a run that went wrong.
    """
    parts = [
        ("What was done, what was expected, what came", ["(please write)"]),
        ("Machine", list(_machine())),
        ("Doctor", doctor.render(doctor.examine()).splitlines()),
        ("Environment", [f"{name}={value}" for name, value in sorted(os.environ.items()) if VARIABLES.fullmatch(name)]),
        ("Plug-ins of other packages", list(_strangers())),
        ("Packages", [f"{part.name}=={part.version}" for part in supply.materials()]),
    ]
    if run is not None:
        parts.insert(1, (f"The run in {run}", list(_run(run))))
    texts = ((title, "\n".join(map(plain, lines or ["none"]))) for title, lines in parts)
    return "\n\n".join(f"### {plain(title)}\n```text\n{text}\n```" for title, text in texts)


def _machine() -> Iterator[str]:
    yield f"python {platform.python_version()} ({platform.python_implementation()}), {sys.executable}"
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"{platform.platform()}, {os.cpu_count()} cores, {ours} of them for this process"
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    yield f"{pages / 2**30:.1f} GiB of memory"
    yield f"encoding {sys.getfilesystemencoding()}, locale {locale.setlocale(locale.LC_CTYPE)}"


def _strangers() -> Iterator[str]:
    for stage in ("smoothing", "search", "selection"):
        yield from (f"{stage} {point.name} = {point.value}" for point in entry_points(group=f"discovery.{stage}"))


def _run(folder: Path) -> Iterator[str]:
    """What a run folder says, finished or not, damaged or not."""
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    yield f"files: {', '.join(name for name in there if not name.startswith('figures/')) or 'none'}"
    yield from _settings((files.read(folder / "config.toml") or b"").decode(errors="replace"))
    try:
        document = json.loads(files.read(folder / "result.json") or b"null")
    except (ValueError, RecursionError) as error:
        yield f"result.json cannot be read: {error}"
        return
    if not isinstance(document, Mapping):
        yield "no result.json: the run did not finish"
        return
    yield from (f"{name}: {document.get(name)}" for name in ("schema", "status", "stopped_by"))
    yield f"failures: {_without_names(str(document.get('failures')), document)}"
    provenance = document.get("provenance")
    told = provenance if isinstance(provenance, Mapping) else {}
    yield from (f"{name}: {told.get(name)}" for name in ("data_sha256", "seed", "versions", "platform"))
    yield f"states: {len(document.get('states') or ())}, laws on the front: {len(document.get('front') or ())}"
    timing = (files.read(folder / "timing.json") or b"").decode(errors="replace")
    yield f"seconds: {' '.join(timing.split())}"


def _without_names(text: str, document: Mapping[str, object]) -> str:
    """A text in which the columns that a result tells of are numbers."""
    columns = [part for key in ("names", "inputs") if isinstance(part := document.get(key), Mapping)]
    headers = {str(name): str(header) for part in columns for name, header in part.items()}
    time = document.get("time")
    called = [*headers.items(), *([(time, time)] if isinstance(time, str) else ())]
    spelled: dict[str, str] = {}
    for number, (name, header) in enumerate(called, start=1):
        spelled |= dict.fromkeys((header, bare(header), name), f"<column {number}>")
    for one in sorted(spelled, key=len, reverse=True):  # longer ones first, of which others are parts
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", spelled[one], text)
    return text


def _settings(text: str) -> Iterator[str]:
    """The settings of a run; of those in a user's own words only how many there are."""
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield f"config.toml cannot be read: {error}"
        return
    for name, value in settings.items():
        if name in OWN_WORDS:
            yield f"{name}: {len(value) if isinstance(value, list | dict) else 1} of the user's own"
        elif isinstance(value, dict):
            yield f"{name}: {value}"
        else:
            yield f"{name} = {value!r}"
