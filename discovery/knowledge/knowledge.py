"""Sentences put together: which states there are, what is told of each equation, and what is left to be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from discovery.headers import bare
from discovery.laws import Frame

DOT = "_dot"  # ends the name of a velocity that nobody named


@dataclass(frozen=True)
class Hidden:
    """A state that no column has.

    Attributes:
        header: what the user calls it.
        velocity_of: the state whose derivative it is; empty if it is none.
    """

    name: str
    header: str
    velocity_of: str = ""


@dataclass(frozen=True)
class Conservation:
    """A quantity that was told to stay as it is.

    Attributes:
        determines: the state whose equation follows from it; empty if it is checked only.
    """

    quantity: sp.Expr
    sentence: str
    determines: str = ""


@dataclass(frozen=True)
class Knowledge:
    """All that was told of a law.

    Attributes:
        frame: the law with places for what is to be found; its states are those measured, then the hidden ones.
        notes: how the sentences were understood, one sentence each.
        angles: states in radians, of which unknown functions may be periodic.
        values: of the constants that were told.
    """

    sentences: tuple[str, ...]
    frame: Frame
    hidden: tuple[Hidden, ...] = ()
    conserved: tuple[Conservation, ...] = ()
    notes: tuple[str, ...] = ()
    angles: tuple[str, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Names:
    """Names that data bring.

    Attributes:
        states, inputs: headers by identifier.
        time: header of the time.
        is_safe: whether a name can stand in expressions.
        discrete: whether rows are steps of a map.
    """

    states: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    time: str = "t"
    is_safe: Callable[[str], bool] = str.isidentifier
    discrete: bool = False

    def identifier(self, name: str) -> str:
        """The identifier of a column by its header, or by the identifier itself; empty if there is none."""
        columns = {**self.states, **self.inputs}
        if name in columns:
            return name
        return next((safe for safe, header in columns.items() if bare(header) == name), "")

    @property
    def known(self) -> Sequence[str]:
        """What a user may call a column in a sentence."""
        columns = {**self.states, **self.inputs}
        return list(dict.fromkeys([*map(self.written, columns), *columns]))

    @property
    def listing(self) -> str:
        """Each column once as sentences name it, and its header behind that where they cannot hold it."""
        columns = {**self.states, **self.inputs}
        words = {name: (self.written(name), bare(header)) for name, header in columns.items()}
        return ", ".join(
            f"{word!r} ({header})" if word == name != header else repr(word) for name, (word, header) in words.items()
        )

    def written(self, name: str) -> str:
        """How sentences name a column: by its header if that is one word, else by its identifier."""
        header = bare({**self.states, **self.inputs}[name])
        return header if header.rstrip("'").isidentifier() else name
