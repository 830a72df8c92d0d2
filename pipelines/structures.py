"""What a result tells of its law's structure, as a document and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from discovery.structure import Invariant, Owned, Structure
from discovery.symbolic.parse import parse
from pipelines.schema import plain, real


def structure_document(structure: Structure) -> dict[str, Any]:
    """Keys of ``result.json``; expressions as text in the states and the constants c0, c1, ..."""
    return {
        "conserved": [
            {
                "expression": str(one.expression),
                "relations": [str(relation) for relation in one.relations],
                "general": None if one.general is None else str(one.general),
                "variation": plain(one.variation),
                "expected": plain(one.expected),
            }
            for one in structure.invariants
        ],
        **({"own": [asdict(one) for one in structure.owned]} if structure.owned else {}),
        **({"units": dict(structure.units)} if structure.units else {}),
    }


def structure_from(document: Mapping[str, Any], states: Sequence[str], constants: int) -> Structure:
    """The structure of a document; empty where a run was stored before there was any."""
    marks = (mark for one in document.get("own", ()) for mark in one["inputs"])
    names = (*states, *marks, *(f"c{i}" for i in range(constants)))
    return Structure(
        tuple(
            Invariant(
                parse(one["expression"], names),
                tuple(parse(relation, names) for relation in one["relations"]),
                None if one["general"] is None else parse(one["general"], names),
                real(one["variation"]),
                real(one["expected"]),
            )
            for one in document.get("conserved", ())
        ),
        tuple(
            Owned(one["name"], one["by"], tuple(one["groups"]), tuple(one["inputs"])) for one in document.get("own", ())
        ),
        document.get("units", {}),
    )
