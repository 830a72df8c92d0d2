"""Long tables: one row for each quantity at each time, whose runs are rather quantities of one system.

Runs and quantities look alike there: the header of the column that tells them apart, or its entries, tell most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from discovery.trajectories.clock import Clock
from discovery.trajectories.keys import is_run_name
from discovery.trajectories.qualities import names_quality
from discovery.trajectories.table import Table

# Headers under which names of quantities stand, and hardly anything else.
QUANTITIES = frozenset(
    {"variable", "variables", "quantity", "quantities", "indicator", "compartment", "measure", "metric", "observable"}
    | {"parameter", "signal", "analyte", "attribute", "statistic", "indikator", "kompartiment", "größe", "messgröße"}
    | {"indicateur", "compartiment", "grandeur"}
    | {"tag", "tags", "tagname", "tagid", "var", "varname", "itemid", "pointname"}  # of plants' archives
)
# ... and under which names of runs stand as often.
EITHER = frozenset(
    {"name", "type", "kind", "item", "species", "sensor", "channel", "substance", "compound", "component", "chemical"}
    | {"metabolite", "state", "class", "category", "element", "label", "measurement", "feature", "field", "property"}
    | {"point"}
)
BESIDE = frozenset({"code", "id", "no", "symbol"})  # words beside these
# What quantities are called, and runs are not.
NAMES = frozenset(
    {"susceptible", "susceptibles", "exposed", "infected", "infectious", "infectives", "recovered", "removed"}
    | {"deceased", "dead", "deaths", "births", "cases", "population", "prey", "predator", "predators", "temperature"}
    | {"pressure", "voltage", "current", "position", "velocity", "speed", "angle", "concentration", "biomass"}
    | {"substrate", "product"}
)
LETTERS, SURELY = frozenset("seirdvqhcm"), frozenset("si")  # of compartments; without S and I they may be runs
TOGETHER = 0.5  # share of the times of the shorter of two runs that both have, if they are quantities of one system


@dataclass(frozen=True)
class Melted:
    """A column of a long table that names quantities, it seems.

    Attributes:
        key: its header.
        labels: what it holds.
        values: header of the column of numbers.
        index: headers of the columns that a row of the wide table is told by.
        certain: whether header or labels tell it; else they may be runs as well.
    """

    key: str
    labels: tuple[str, ...]
    values: str
    index: tuple[str, ...]
    certain: bool

    @property
    def pivot(self) -> str:
        """The command of pandas that gives each quantity a column of its own."""
        return pivot(self.index, self.key, self.values)


def pivot(index: Sequence[str], key: str, values: str) -> str:
    """What makes a long table a wide one in pandas."""
    rows = repr(index[0]) if len(index) == 1 else f"[{', '.join(map(repr, index))}]"
    return f"table.pivot(index={rows}, columns={key!r}, values={values!r})"


def melted(table: Table, keys: Sequence[str], parts: Sequence[np.ndarray], clock: Clock) -> Melted | None:
    """The column of a long table that names quantities, if there is one.

    Args:
        keys: headers of the columns that tell runs apart.
        parts: rows of each run.
    """
    values = only_numbers(table, keys, clock)
    if values is None:
        return None
    found: list[Melted] = []
    for key in keys:
        others = tuple(one for one in keys if one != key)
        column = table[key]
        if (
            column.kind != "text"
            or is_run_name(key)
            or clock.also
            or not _at_the_same_times(table, others, parts, clock)
        ):
            continue
        there = np.unique(column.values[np.concatenate(parts)])
        labels = tuple(column.labels[code] for code in there)
        named, certain = _named(key)
        certain = certain or _are_quantities(labels)
        if certain or named or _apart([table[values].values[part] for part in parts]):
            found.append(Melted(key, labels, values, (*others, clock.header), certain))
    return max(found, key=lambda one: one.certain, default=None)


def only_numbers(table: Table, keys: Sequence[str], clock: Clock) -> str | None:
    """Header of the only column of numbers that is neither time, key nor quality; None if none or several change."""
    taken = (clock.header, *clock.also, *keys)
    free = [one for one in table.columns if one.kind == "number" and one.header not in taken]
    numbers = [one.header for one in free if not names_quality(one.header) and _changes(one.values)]
    return numbers[0] if len(numbers) == 1 else None


def _named(key: str) -> tuple[bool, bool]:
    """Whether a header is one of quantities or of either; and of quantities surely: each word must belong to it."""
    words = {word for word in re.split(r"[\W_\d]+", key.lower()) if word}
    named = bool(words) and words <= QUANTITIES | EITHER | BESIDE
    return named and bool(words & (QUANTITIES | EITHER)), named and bool(words & QUANTITIES)


def _are_quantities(labels: Sequence[str]) -> bool:
    written = {label.lower() for label in labels}
    return written <= NAMES or SURELY <= written <= LETTERS


def _changes(values: Float[np.ndarray, " row"]) -> bool:
    known = values[np.isfinite(values)]
    return len(known) > 0 and bool(np.any(known != known[0]))


def _apart(runs: Sequence[Float[np.ndarray, " sample"]]) -> bool:
    """Whether the values of each run, several of which are different, are all above or all below those of others."""
    known = [run[np.isfinite(run)] for run in runs]
    ranges = sorted((float(one.min()), float(one.max())) for one in known if len(one))
    moves = len(ranges) == len(runs) and all(low < high for low, high in ranges)
    return moves and len(ranges) > 1 and all(one[1] < other[0] for one, other in pairwise(ranges))


def _at_the_same_times(table: Table, others: Sequence[str], parts: Sequence[np.ndarray], clock: Clock) -> bool:
    """Whether runs that are alike in all other keys have most times in common."""
    first: dict[tuple[float, ...], np.ndarray] = {}
    for part in parts:
        alike = tuple(float(table[one].values[part[0]]) for one in others)
        if alike in first:
            one, other = clock.times[first[alike]], clock.times[part]
            if len(np.intersect1d(one, other)) >= TOGETHER * min(len(one), len(other)):
                return True
        first.setdefault(alike, part)
    return False
