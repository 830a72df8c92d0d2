"""Angles by their unit: of what is measured in radians, a law is the simpler for being periodic.

An angle is a point on a circle, whose sine and cosine are its coordinates. In them powers and products are what they
are elsewhere, and the angle itself is a function, the arc. So sines and cosines of it cost nothing as functions, and a
law that is not periodic costs a function more. It can still be found, as that of a torsion spring has to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy as sp

from discovery.headers import bare
from discovery.laws import Law
from discovery.samples import symbol
from discovery.symbolic.complexity import PER_TRANSCENDENTAL, is_constant
from discovery.wording import listed

_RADIANS = frozenset({"rad", "radian", "radians"})
_DEGREES = frozenset({"°", "deg", "degree", "degrees"})
_NO_ANGLE = re.compile(r"(?i:temp)|^T\b")  # of what is in degrees, too


def in_radians(header: str, unit: str | None) -> bool:
    """Whether a column is an angle in radians: by its unit, or by the last word of its name, as in ``theta_rad``."""
    return _measured_in(_RADIANS, header, unit)


def in_degrees(header: str, unit: str | None) -> bool:
    """Whether a column is an angle in degrees, by the same signs."""
    return _measured_in(_DEGREES, header, unit) and not _NO_ANGLE.search(header)


def said_of_degrees(headers: Sequence[str]) -> tuple[str, str]:
    """What laws of columns in degrees lack, and the lines of pandas that make radians of them."""
    one = len(headers) == 1
    lines = "; ".join(f"table[{f'{bare(header)} [rad]'!r}] = numpy.radians(table[{header!r}])" for header in headers)
    return (
        f"{listed(headers)} {'is an angle' if one else 'are angles'} in degrees. Sines and cosines are of radians: "
        "laws of degrees have none, but polynomials instead."
    ), f"Where a law may turn with {'it' if one else 'them'}, write radians, in pandas {lines}, and leave degrees out."


def _measured_in(units: frozenset[str], header: str, unit: str | None) -> bool:
    if unit is not None:
        return unit.strip().lower() in units
    words = [word for word in re.split(r"[^a-z°]+", header.lower()) if word]
    return len(words) > 1 and words[-1] in units


def angular(law: Law, angles: Sequence[str]) -> float:
    """Nats to add to a law's description length for how the functions found in it depend on angles."""
    return sum(_charge(part, name) for part in law.found for name in angles)


def _charge(part: sp.Expr, name: str) -> float:
    """Of one function and one angle."""
    angle = symbol(name)
    waves = [wave for wave in part.atoms(sp.sin, sp.cos) if _turns(wave.args[0], angle)]
    left = part.xreplace({wave: sp.Dummy() for wave in waves})
    bare = PER_TRANSCENDENTAL if angle in left.free_symbols else 0.0
    return bare - PER_TRANSCENDENTAL * len(waves)


def _turns(argument: sp.Basic, angle: sp.Symbol) -> bool:
    """Whether an argument comes back to itself when the angle does: a whole multiple of it, and what is constant."""
    slope = sp.diff(argument, angle)
    rest = argument.free_symbols - {angle}
    return bool(slope.is_Integer and slope != 0 and all(is_constant(str(one)) for one in rest))
