"""States by plain names, x0, x1, ..., while a law is searched, so that what columns are called plays no part in it.

SymPy orders terms by names, and sums in another order round otherwise: without this, the law of a renamed file has
other last digits and its constants other numbers.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import sympy as sp

from discovery.protocols import Progress, Witness, unseen
from discovery.reports.owning import by_letter
from discovery.selection.refined import Refined
from discovery.structure import Owned
from discovery.types import Law, SmoothedTrajectory, Smoothing, Trajectory, symbol

T = TypeVar("T")


def plain_names(count: int) -> tuple[str, ...]:
    """Names whose order by the alphabet is that of the columns."""
    width = len(str(count - 1))
    return tuple(f"x{i:0{width}}" for i in range(count))


@dataclass(frozen=True)
class PlainNames:
    """The way between the names of the data and plain ones.

    Attributes:
        names: of the states, as the data have them.
        used: whether plain names are used at all; else all is left as it is, as where something was told of the columns
            by their names.
    """

    names: tuple[str, ...]
    used: bool = True

    @property
    def plain(self) -> tuple[str, ...]:
        """Their plain names."""
        return plain_names(len(self.names)) if self.used else self.names

    def enter(self, runs: Sequence[Trajectory]) -> tuple[Trajectory, ...]:
        """The measurements by plain names."""
        return tuple(replace(run, names=self.plain) for run in runs)

    def leave(self, value: T) -> T:
        """The same value by the names of the data: laws, problems, smoothings and what is made of them."""
        return value if self.names == self.plain else cast("T", self._left(value))

    def words(self, text: str) -> str:
        """A sentence in which plain names are those of the data."""
        back = dict(zip(self.plain, self.names, strict=True))
        return re.sub(rf"\b(?:{'|'.join(self.plain)})\b", lambda found: back[found[0]], text)

    def progress(self, progress: Progress) -> Progress:
        """Progress that is told in the names of the data."""

        def told(stage: str, message: str = "", fraction: float | None = None) -> None:
            progress(stage, self.words(message), fraction)

        return told

    def witness(self, witness: Witness, owned: Sequence[Owned] = ()) -> Witness:
        """A witness that sees laws in the names of the data; one that does not look stays one.

        Args:
            owned: constants that differ between groups, of which it sees one letter.
        """
        return witness if witness is unseen else lambda laws: witness(by_letter(self.leave(tuple(laws)), owned))

    def _left(self, value: Any) -> Any:
        back = dict(zip(self.plain, self.names, strict=True))
        match value:
            case sp.Basic():
                return value.xreplace({symbol(plain): symbol(name) for plain, name in back.items()})
            case Law():
                states = tuple(back[state] for state in value.states)
                return replace(value, states=states, skeletons=self._left(value.skeletons))
            case Trajectory() | SmoothedTrajectory():
                # a smoother may add states, such as the velocities of those that are measured
                return replace(value, names=tuple(re.sub(r"^x\d+", self._name, name) for name in value.names))
            case Smoothing():
                notes = tuple(self.words(note) for note in value.notes)
                return replace(value, trajectories=self._left(value.trajectories), notes=notes)
            case Refined():
                left = self._parts_left(value)
                return replace(left, relations=tuple(map(self.words, value.relations))) if value.relations else left
            case tuple():
                return tuple(self._left(part) for part in cast("tuple[Any, ...]", value))
            case Mapping():
                parts = cast("Mapping[Any, Any]", value)
                return {back.get(key, key): self._left(part) for key, part in parts.items()}
            case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
                return self._parts_left(value)
            case _:
                return value

    def _name(self, found: re.Match[str]) -> str:
        return self.words(found[0])

    def _parts_left(self, value: Any) -> Any:
        """A dataclass whose parts are left; the same object if none of them has names in it."""
        parts = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.init}
        left = {name: self._left(part) for name, part in parts.items()}
        changed = {name: part for name, part in left.items() if part is not parts[name]}
        return replace(value, **changed) if changed else value
