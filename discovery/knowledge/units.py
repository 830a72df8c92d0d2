"""Units that the user states of the columns, and the laws that they rule out.

A unit is a product of powers of base units, and a factor: kilometres and metres have one dimension and do not fit each
other without a constant. Constants of a law may have any unit; numbers that are exact, and functions, may not.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from discovery.errors import BackendMissing, UsageError
from discovery.headers import ACRE_FEET, OPTICAL, READINGS, bare, split_header, stated_unit_of_time
from discovery.knowledge.counted import factor_of, in_powers
from discovery.knowledge.dimensions import FACTOR, Exponents, consistent, exponents
from discovery.knowledge.spellings import amount_of
from discovery.laws import Law

if TYPE_CHECKING:
    import pint

Mode = Literal["auto", "hard", "soft", "off"]
SOFT = 10.0  # nats that an inconsistent law has to make up for: beyond, by the report's own scale, a rival is ruled out
_RATIOS = frozenset({"radian", "count"})  # base units of pint that are none
_NAME = re.compile(r"°?[^\W\d_]+|°|cmH2O")
# Units of physiology that pint has not, which take prefixes as others do: an equivalent is a mole of charge, an osmole
# one of particles, IU is what laboratories write for U, and a MET is what a body at rest takes up.
_MORE = (
    "beat_per_minute = 1 / minute = bpm", "@alias week = wk", "@alias torr = Torr", "@alias enzyme_unit = IU",
    "equivalent = mole = Eq", "osmole = mole = Osm = osmol = Osmol",
    "metabolic_equivalent = 3.5 mL / kg / minute = MET",
    # ... of rivers and lakes, of light, and of the growth of plants and insects.
    "cubic_foot_per_second = foot ** 3 / second = cfs", "gallon_per_minute = gallon / minute = gpm",
    "million_gallons_per_day = 1e6 * gallon / day = MGD = mgd", "million_cubic_meters = 1e6 * meter ** 3 = MCM",
    "cumec = meter ** 3 / second", "micro_einstein = 1e-6 * mole = µE = uE", "@alias lumen = lum",
    "degree_day = kelvin * day", "disintegration_per_minute = 1 / minute = dpm",
)  # fmt: skip
# The second by the Greek letter; to pint ``db`` is a tenth of a barn, in the sea of a bar.
_SPELLED = {"°Cd": "degree_day", "μE": "µE", "psu": "PSU", "db": "dbar"}
# A knot to pint and in weather, thousand tonnes in fisheries: it fits anywhere.
_TWO = {"kt": " (knots are kn, thousand tonnes Gg)"}
_TONNES = "Gg"  # ... but for kt C, which are no knots


@dataclass(frozen=True)
class Units:
    """What is known of the columns' units.

    Attributes:
        texts: as stated, by identifier of the state, and by ``t``.
        dimensions: the same in base units; None where a column has none.
        mode: ``hard`` rules inconsistent laws out, ``soft`` charges them; ``off`` where nothing is checked.
        notes: what the user should know, one sentence each.
        known: sizes of the constants that a user gave values to; they have units that nobody stated.
    """

    texts: Mapping[str, str]
    dimensions: Mapping[str, Exponents | None]
    mode: Mode = "off"
    notes: tuple[str, ...] = ()
    known: frozenset[float] = frozenset()

    def renamed(self, old: Sequence[str], new: Sequence[str]) -> Units:
        """The same for columns that have other identifiers."""
        names = dict(zip(old, new, strict=True))
        dimensions = {names.get(name, name): one for name, one in self.dimensions.items()}
        return replace(self, dimensions=dimensions)

    def surcharge(self, law: Law) -> float:
        """Nats to add to a law's description length: 0 where its units fit.

        States that are no columns may have any unit; inputs that are none tell groups of runs apart, and are numbers.
        """
        others: dict[str, Exponents | None] = {**dict.fromkeys(law.states), **{name: {} for name in law.inputs}}
        if self.mode == "off" or consistent(law, {**others, **self.dimensions}, self.known):
            return 0.0
        return SOFT if self.mode == "soft" else math.inf


NONE = Units({}, {})


def units_of(names: Mapping[str, str], stated: Mapping[str, str], mode: Mode) -> Units:
    """The units of the columns.

    Args:
        names: headers of the states by identifier, and the name of time by ``t``.
        stated: units by identifier, ``t`` or header, from a configuration; they go before those in headers.
        mode: ``auto`` checks (``hard``) what units in the headers are known, and says which are not.

    Raises:
        UsageError: a unit that is none, or of a column that is not there.
        BackendMissing: units are to be checked and pint is not installed.
    """
    if mode == "off":
        return NONE
    read = {name: split_header(header)[1] for name, header in names.items()}
    if "t" in names:
        read["t"] = stated_unit_of_time(names["t"])
    texts = {name: unit for name, unit in read.items() if unit is not None}
    told = {_identifier(key, names): unit for key, unit in stated.items()}
    texts |= told
    if not any(name != "t" for name in texts):
        if mode != "auto":
            raise UsageError(
                f"--units {mode} needs units, and no column has one. Write headers such as 'v [m/s]', or a table "
                "[data.units] in the configuration."
            )
        return NONE
    asked = set(told if mode == "auto" else texts)
    if importlib.util.find_spec("pint") is None:
        if asked:
            raise BackendMissing("Units are read by pint, which is not installed. Add it with: pip install pint")
        return NONE
    return _read(names, texts, "hard" if mode == "auto" else mode, asked=asked)


def _read(names: Mapping[str, str], texts: Mapping[str, str], mode: Mode, *, asked: Set[str]) -> Units:
    read = dict(zip(texts, _dimensions(tuple(texts.values())), strict=True))
    strange = {
        name: f"{unit!r} of {names.get(name, name)!r}{_TWO.get(unit.split('/')[0].strip(), '')}"
        for name, unit in texts.items()
        if read[name] is None
    }
    for name in [one for one in strange if one in asked]:
        raise UsageError(
            f"{strange[name]} is no unit that pint knows. Write it as in 'm/s^2' or 'kg m^2 s^-3', or check nothing "
            "with --units off."
        )
    unknown = list(strange.values())
    told = f"{', '.join(unknown)} {'is no unit' if len(unknown) == 1 else 'are no units'} that pint knows"
    if not any(one is not None for name, one in read.items() if name != "t"):
        return Units(texts, {}, "off", (f"Units were not checked, because {told}.",))
    fits = "this column fits" if len(unknown) == 1 else "these columns fit"
    notes = (f"{told}, so that {fits} whatever stands beside it; the other units were checked.",) if unknown else ()
    return Units(texts, {name: read.get(name) for name in names}, mode, notes)


def _identifier(key: str, names: Mapping[str, str]) -> str:
    """The identifier of a column that is named by it, by its header, or by its header without the unit."""
    for name, header in names.items():
        if key in (name, header, bare(header)):
            return name
    raise UsageError(
        f"[data.units] has {key!r}, which is no column that is used. The columns are {', '.join(names.values())}."
    )


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry:
    """The units that pint knows, and more."""
    import pint

    registry = pint.UnitRegistry()
    for definition in _MORE:
        registry.define(definition)
    return registry


def _dimensions(texts: tuple[str, ...]) -> tuple[Exponents | None, ...]:
    """Base units of each text; None where pint does not know a part of it. Only single names are given to pint."""
    import pint  # half a second, and only where units are given

    registry = _registry()

    def base(name: str) -> tuple[float, dict[str, Fraction]]:
        if (amount := amount_of(name)) != name:
            return base(_TONNES if amount in _TWO else amount)
        name = _SPELLED.get(name, name)
        if (one := factor_of(name)) is not None:
            return one, {}
        if (reading := OPTICAL.sub(r"\1", name)) in READINGS:
            return 1.0, {reading: Fraction(1)}
        name = "acre_foot" if re.fullmatch(ACRE_FEET, name) else name.replace("₂", "2")
        if name in _TWO or _NAME.fullmatch(name.replace("_", "")) is None:
            raise pint.errors.UndefinedUnitError(name)
        factor, unit = registry.get_base_units(name)
        powers = dict(unit._units)  # pyright: ignore[reportPrivateUsage]  # has no public name
        kept = {str(key): Fraction(str(power)) for key, power in powers.items() if str(key) not in _RATIOS}
        return float(cast("float", factor)), kept

    def dimension(text: str) -> Exponents | None:
        try:
            return _product(exponents(in_powers(text)), base)
        except pint.errors.PintError:
            return None

    return tuple(dimension(text) for text in texts)


def _product(powers: Exponents, base: Callable[[str], tuple[float, dict[str, Fraction]]]) -> Exponents:
    total: dict[str, Fraction] = {}
    logarithm = 0.0
    for name, power in powers.items():
        factor, parts = base(name)
        logarithm += float(power) * math.log10(factor)
        for part, own in parts.items():
            total[part] = total.get(part, Fraction(0)) + own * power
    if abs(logarithm) > 1e-12:
        total[FACTOR] = Fraction(logarithm)
    return {name: power for name, power in total.items() if power}
