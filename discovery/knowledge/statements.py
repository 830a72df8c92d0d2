"""What one sentence says, before the sentences are put together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy as sp

NORM = "ǀ"  # a letter to Python: the name of the length of a vector, or the absolute value of a number
PARTS = "ǁ"  # and this: what stands before the brackets of a vector that is written by its parts


@dataclass(frozen=True)
class Equation:
    """``theta'' = -k*sin(theta) + f(theta')``.

    Attributes:
        state: whose derivative stands on the left.
        order: of that derivative; 0 for an algebraic state, as in ``V = E - R*I - V1``.
        side: the right-hand side; derivatives are symbols such as ``theta'``, calls of unknown functions are SymPy's
            undefined functions.
        sentence: as the user wrote it.
        step: whether the next value of a map was written, and not a derivative.
    """

    state: str
    order: int
    side: sp.Expr
    sentence: str
    step: bool = False


@dataclass(frozen=True)
class Implicit:
    """``(M + m)*x'' + m*l*theta''*cos(theta) = F``: an equation with several derivatives of the highest order.

    Attributes:
        difference: the left side less the right one.
    """

    difference: sp.Expr
    sentence: str


@dataclass(frozen=True)
class Vector:
    """``r = (x, y, z)``: one name for several states."""

    name: str
    parts: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Conserved:
    """``S + I + R = const``."""

    quantity: sp.Expr
    sentence: str


@dataclass(frozen=True)
class Bounds:
    """``a > 0``, ``0 < a < 1``."""

    name: str
    low: float = -math.inf
    high: float = math.inf
    sentence: str = ""


@dataclass(frozen=True)
class Definition:
    """``g = 9.81``, or ``w = 2*k``: a constant that is not free."""

    name: str
    value: sp.Expr
    sentence: str


@dataclass(frozen=True)
class Prior:
    """``k ~ 1.2 +- 0.1``."""

    name: str
    mean: float
    deviation: float
    sentence: str


@dataclass(frozen=True)
class StartOf:
    """``S(0) = 1000``, ``v(0) ~ 1.2 +- 0.1``: a state where runs begin.

    Attributes:
        name: of the state, with a ' if it is its rate.
        deviation: 0 if the value is exact.
    """

    name: str
    time: float
    value: float
    deviation: float
    sentence: str


@dataclass(frozen=True)
class Shared:
    """``beta same in all equations``: what one name means anyway, and is checked."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Trend:
    """``f increasing``."""

    name: str
    sign: int
    sentence: str


@dataclass(frozen=True)
class Without:
    """``f without exp, sin``."""

    name: str
    functions: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Uses:
    """``f uses x, y``."""

    name: str
    arguments: tuple[sp.Expr, ...]
    sentence: str


@dataclass(frozen=True)
class Angle:
    """``theta angle``: what depends on it is periodic, by sine and cosine."""

    name: str
    sentence: str


Statement = (
    Angle
    | Equation
    | Implicit
    | Vector
    | Conserved
    | Bounds
    | Definition
    | Prior
    | StartOf
    | Shared
    | Trend
    | Without
    | Uses
)
