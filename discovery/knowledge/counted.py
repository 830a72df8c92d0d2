"""Units of what is counted, as people write them: cases/week, per 100,000, millions, per cent.

What is counted has no dimension, as angles and percentages have none; thousands of it differ from it by a factor.
"""

from __future__ import annotations

import re

from discovery.headers import COUNTED, COUNTED_TOO, OF_WHAT, OXIDES, POWER_OF_TEN, SCALES, SHARE

TEN = "ten"  # a factor of its own, so that 100,000 is ten to the fifth
_BY_VOLUME = {"ppmv": 1e-6, "ppbv": 1e-9, "pptv": 1e-12}
_SHARES = {"%": 0.01, "percent": 0.01, "‰": 0.001, "permille": 0.001, TEN: 10.0, "fraction": 1.0, "proportion": 1.0}
# What is counted in a time or a volume alone: without these the words stand in brackets for other things.
_OFTEN = ("beat", "beats", "breath", "breaths", "step", "steps", "copy", "copies")
_ONES = frozenset({"CFU", "PFU", *COUNTED_TOO, *COUNTED, *(f"{name}s" for name in COUNTED), *_OFTEN, *OF_WHAT})
_FACTORS = {
    **_SHARES,
    **_BY_VOLUME,
    **SCALES,
    **{f"{name}s": factor for name, factor in SCALES.items()},
    **dict.fromkeys(_ONES, 1.0),
}
_CENT, _MILLE = re.compile(r"\bper ?cent\b", re.IGNORECASE), re.compile(r"\bper ?mil(?:le?)?\b", re.IGNORECASE)
_PER = re.compile(r"^per\s+|(\s+per\s+)", re.IGNORECASE)
# "deg C" and "degrees Celsius", as loggers write them.
_DEGREES = re.compile(r"\bdeg(?:rees?)?\.?[\s_-]+(C|F|K|celsius|fahrenheit|kelvin)\b", re.IGNORECASE)
_TEMPERATURES = {"C": "degC", "F": "degF", "K": "K"}
_MG_PERCENT = re.compile(r"(?<!\w)mg ?%")  # milligrams in a decilitre
# Millions of cubic metres, which nobody means who writes of megametres; depths of snow and ice as of water; and the
# practical salinity scale of 1978, which is no power.
_VOLUMES = re.compile(r"\bMm(?:\^|\*\*)?[3³]")
_WATER = re.compile(r"(?<=[\w³²])\s+w\.? ?e(?:q|quiv)?\b\.?", re.IGNORECASE)
_SALINITY = re.compile(r"\b(?:PSU|PSS)-78\b", re.IGNORECASE)
_JOINED = re.compile(rf"(?<=[^\W\d_])(?=(?:{'|'.join(OXIDES)})(?!\w))")  # mgO2
_SHARE_OF = re.compile(rf"%(?=(?:{'|'.join(OF_WHAT)})(?!\w))")
_OF_THESE = re.compile(rf"/\s*({TEN}\d*)\s+(?:{'|'.join(sorted(_ONES))}|population)\b", re.IGNORECASE)


def factor_of(name: str) -> float | None:
    """How many a word stands for, as a million, or a person of whom one is counted; None where it is another unit."""
    return _FACTORS.get(name, _FACTORS.get(name.lower()))


def in_powers(unit: str) -> str:
    """A unit without words between its parts, and with powers of ten as those of :data:`TEN`: ``1/ten5``.

    ``mg%`` is ``mg/dL``, ``vol%`` is ``%``, ``deg C`` no degree times coulomb, ``Mm3`` a million cubic metres, ``m
    w.e.`` a depth, and what an amount is of stands apart: ``mg O2``, ``% BW``. Powers may be written as programs do.
    """
    unit = _WATER.sub("", _SALINITY.sub("PSU", _VOLUMES.sub("MCM", unit))).replace("**", "^")
    unit = _DEGREES.sub(lambda found: _TEMPERATURES[found[1][0].upper()], unit)
    unit = _MG_PERCENT.sub("mg/dL", SHARE.sub("%", unit))
    unit = _JOINED.sub(" ", _SHARE_OF.sub("% ", unit))
    text = _MILLE.sub("‰", _CENT.sub("%", unit.strip()))
    text = _PER.sub(lambda found: "/" if found[1] else "1/", text)
    text = POWER_OF_TEN.sub(lambda found: f"{TEN}{_exponent(found)}", text)
    return _OF_THESE.sub(r"/\1", text)


def _exponent(found: re.Match[str]) -> int:
    return int(found[1] or found[2] or found[3].count("0"))
