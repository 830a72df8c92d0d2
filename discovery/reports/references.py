"""The papers that a report cites: read from a BibTeX file, written as one line of text each.

The file keeps one field a line, plain UTF-8 and no TeX commands, so that each output escapes it in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r"@(\w+)\{([^,\s]+),\n(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\},?$", re.MULTILINE)


@dataclass(frozen=True)
class Reference:
    """One entry.

    Attributes:
        source: the entry as it stands in the file.
        fields: its fields by name, braces removed.
    """

    key: str
    source: str
    fields: Mapping[str, str]

    @property
    def text(self) -> str:
        """Authors, title, place and year, as a bibliography prints them."""
        place = self.fields.get("journal") or self.fields.get("booktitle") or self.fields.get("publisher", "")
        for name, before in (("volume", " "), ("pages", ", ")):
            place += f"{before}{self.fields[name]}" if name in self.fields else ""
        parts = (
            _authors(self.fields.get("author", "")),
            self.fields.get("title", ""),
            place,
            self.fields.get("year", ""),
        )
        return ". ".join(part.rstrip(".") for part in parts if part).replace("--", "–") + "."

    @property
    def link(self) -> str:
        """Where the paper is found; empty if the entry does not say."""
        doi = self.fields.get("doi")
        return f"https://doi.org/{doi}" if doi else self.fields.get("url", "")


def _authors(names: str) -> str:
    """``Chen, Ricky T. Q. and ...`` as ``Ricky T. Q. Chen, ...``; more than four are cut short."""
    people = [" ".join(reversed(name.split(", "))) for name in names.split(" and ")]
    return ", ".join(people) if len(people) <= 4 else f"{people[0]} et al"


def read_references(path: Path) -> dict[str, Reference]:
    """All entries of a BibTeX file by key."""
    references: dict[str, Reference] = {}
    for found in _ENTRY.finditer(path.read_text(encoding="utf-8")):
        fields = {name: re.sub(r"[{}]", "", value) for name, value in _FIELD.findall(found[3])}
        references[found[2]] = Reference(found[2], found[0], fields)
    return references


def cited(keys: Sequence[str], path: Path) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """The references of ``keys``, each once in their order, and the keys that the file does not have."""
    known = read_references(path)
    unique = tuple(dict.fromkeys(keys))
    return tuple(known[key] for key in unique if key in known), tuple(key for key in unique if key not in known)
