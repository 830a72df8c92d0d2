"""A CSV table of the constants of the chosen law."""

from __future__ import annotations

from discovery.reports import tables
from discovery.types import DiscoveryResult


def write(result: DiscoveryResult) -> str:
    """One row for each constant and term: state, term, constant, value, and the bounds of its 95 % interval."""
    return tables.constants(result).to_csv(index=False, lineterminator="\n")
