"""Headers of columns: what is the name in them, and what the unit."""

from __future__ import annotations

import re

# "v [m/s]", "v (m/s)"; a number in round brackets, as in "x(1)", is an index.
_BRACKETS = re.compile(r"(?<=\S)\s*(?:\[([^\[\]]*)\]|\((?!\d+\))([^()]*)\))\s*$")
# An element of an array as PX4 and ROS name it, "q[0]", and of a matrix, "P[0,1]". Behind a blank 1 and other powers of
# ten are units: what has no dimension is measured in 1.
_INDEX = re.compile(r"\S(?:|\s+(?!\[10*\]$))\[\d+(?:,\s*\d+)*\]$")
# What PASCO's software writes behind a unit where there are several runs: "Position (m) Run #1", "Zeit (s) Messung 1".
_RUN = re.compile(
    r"\s+((?:run|trial|test|data ?set|messung|lauf|durchgang|versuch|messreihe|essai|mesure|s[eé]rie|ensayo|prova)"
    r"\s*(?:#|nr\.?|no\.?|n°)?\s*\d+)\s*$",
    re.IGNORECASE,
)
# What HOBO loggers write behind a name, a comma and a unit: serial numbers of the logger and its sensor, and a label.
_LOGGER = re.compile(r"\s*\((?=LGR\b|SEN\b|LBL\b)(?:[^()]*\bLBL:\s*([^(),]*))?[^()]*\)\s*$")
_BEHIND_A_COMMA = re.compile(r"(?<=\S)\s*,\s+([^,]+)$")
# Marks of a unit without which a word behind a comma is as often another one: "Temp, min", "Site, A".
_MARKS = re.compile(r"[°%‰/^²³µμ]")
# In brackets that are read as no unit a text may be meant as one, if it has such a mark, or no vowel, as in "TAF"; none
# are what statistics are called.
_PERHAPS = re.compile(r"(?!(?:SDs?|SEM?|CI|pH|[xyzn])$)[^\W\d_aeiouy]{1,5}|.*[°%‰/^²³µμ].*")
# What is counted, in the singular: a number of it has no dimension.
COUNTED = (
    "individual", "person", "inhabitant", "case", "death", "birth", "animal", "infection", "patient", "host", "cell",
    "plant", "egg", "organism", "dose",
)  # fmt: skip
COUNTED_TOO = ("people", "ind")
# Units of readers of plates and cytometers, of turbidity and of salinity, which have no size in others, and "arbitrary
# units".
READINGS = ("OD", "RFU", "RLU", "AFU", "MFI", "RU", "a.u.", "NTU", "FTU", "FNU", "PSU")
ARBITRARY = re.compile(r"(?<![\w.])(?:a\. ?u\.?|arb(?:itrary|\.)? ?u(?:nits?|\.)?)(?!\w)", re.IGNORECASE)
OPTICAL = re.compile(r"(?<!\w)(OD)[ _]?(\d{3})(?: ?nm)?(?!\w)")  # density at a wavelength in nanometres
# What an amount is of: mg O2/L, g DW/m2, %BW. It is left out, so that amounts of two substances fit each other.
OXIDES = ("O2", "O₂", "CO2", "CO₂")
OF_WHAT = (*OXIDES, "DW", "FW", "WW", "BW", "MVC", "RH")
_AMOUNT_OF = re.compile(rf"(?<=[^\W\d_])\s+(?:{'|'.join(OF_WHAT)})(?!\w)")
# Substances whose symbols are units, too, or are none that pint knows, right behind a mass, an amount or a share: mg C,
# kg N, PgC. Elsewhere N, C, P and S are newtons, coulombs, poises and siemens; K is kelvin, as in J/(mol K).
BOUND = "\u2060"  # stands between an amount and its substance, which are one unit: a character that no header has
_AMOUNT = r"(?<![\w°^])((?:[PTGMkhdcmµuμnp]|da)?(?:g|mol)|[kMGT]?t|[mµuμn]M|lbs?|%|pp[mb])"
_ELEMENT = r"([NCPS]|Si|Fe|Ca|(?:N[OH][234x]|[PS]O4)(?:-[NPS])?)(?![\w^⁺⁻⁰¹²³⁴-⁹]|-\d)"
_MATTER = r"([Cc]hl(?:[ .-]?a)?|DM|photons?|quanta)(?![\w^⁺⁻⁰¹²³⁴-⁹]|-\d)"
_STUCK = (re.compile(_AMOUNT + _ELEMENT), re.compile(f"{_AMOUNT} ?{_MATTER}"))
_APART = re.compile(f"{_AMOUNT} {_ELEMENT}")
ACRE_FEET = r"(?:acre|ac)-f(?:oo|ee)?t"  # a product, whatever the dash
# A pressure as a column of water, whose digit is no exponent; a share of volumes or weights.
WATER = re.compile(r"(?<!\w)cmH[2₂]O(?!\w)")
SHARE = re.compile(r"(?<!\w)(?:[Vv]ol|wt|[Gg]ew|[Mm]asse)\.?[ -]?%|% ?(?:vol|wt)(?!\w)\.?")
# Numbers in words, in the singular.
SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "mio": 1e6, "billion": 1e9}
# Powers of ten, "100,000", "100 000", "10^5" and "1e5"; the exponent in "m^10" and the number 110 are none.
POWER_OF_TEN = re.compile(
    r"(?<![\w^.,⁻+-])(?:10\^(-?\d+)|1e\+?(-?\d+)|1((?:0|[ ,.'\u202f\xa0]000(?!\d))+))(?![\w^.,])", re.IGNORECASE
)
_OF_SUBSTANCE = re.compile(rf"(?:[^\W\d_]+|%){BOUND}[\w-]+")
_AT_A_TIME = re.compile(r"t[A-Z]")  # "x(tN)" has no tonnes of nitrogen
# In round brackets may stand anything, as in "f(x)" and "x (smoothed)": these are the units that are told from it.
_SYMBOLS = re.compile(
    r"(?!pH$)(?:[GMkhdcmuµμnpf]|da)?(?:[mgsAKMLlNJWCVFSTHBΩΩ]|mol|Hz|Pa|ohm|Wb|lm|lx|cd|Bq|Gy|Sv|eV|bar|cal|Wh|Ah|Da)"
)
_OTHERS = re.compile(
    r"%|‰|°[CF]?|deg[CF]?|rad|pp[mb]v?|pptv|rpm|atm|mmHg|psi|ft|in|inch|mi|mph|kn|lbs?|oz|ha|au|AU|pc|ly|mins?|hr?s?|d|[kMG]?yrs?|wk|"
    r"secs?|I?U|CFU|OD|RFU|RLU|AFU|MFI|[NF]TU|FNU|PSU|psu|dpm|rev|px|USD|EUR|bpm|[Tt]orr|METs?|m(?:Eq|Osm)|"
    r"cfs|cumecs?|gpm|mgd|MGD|MCM|acres?|kt|inHg|lux|lum|[uµμ]E|°Cd"  # of waters, fisheries, light and growth
)
_WORDS = re.compile(
    r"(?:(?:micro|milli|centi|deci|kilo|mega|nano|hecto)?(?:met(?:er|re)|gram|second|volt|amp(?:ere)?|ohm|watt|joule|"
    r"newton|pascal|lit(?:er|re)|mole|bar|calorie|hertz)|minute|hour|day|week|month|year|degree|radian|foot|feet|mile|"
    r"pound|dollar|euro|count|pixel|cycle|revolution|kelvin|celsius|fahrenheit|percent|permille|per|mille|"
    rf"{'|'.join((*COUNTED, *COUNTED_TOO, *SCALES))})s?",
    re.IGNORECASE,
)
# A column of times that is named by its unit.
_TIMES = re.compile(r"(?i)(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)")
# ... or that ends in its unit, as in "time_h", "t_ms" and "delay_ps"; in letters that readers of units know.
_ENDS = re.compile(
    r"(?:[^\W_]+_)*(?:t|(?i:times?|timestamp|datetime|epoch|elapsed|delay))(?:_in)?_"
    r"([fpnuµμm]?s|sec|min|hr?|d|[kMG]?yr|(?:second|minute|hour|day|week|month|year)s?)"
)
# ... or in capitals behind the word, as "TimeUS" of ArduPilot, or behind that of a stamp, as "stamp.nanosec" of ROS.
_LOGGED = re.compile(r"(?:.*[\W_])?(?:[Tt]ime([UMN]S)|(?i:stamp)[\W_]+(?i:(nanosec|nsec|sec)s?))")
_LOGGED_UNITS = {"nanosec": "ns", "nsec": "ns", "sec": "s"}
_WRITTEN = re.compile(r"[\w\s%‰°/*·⋅×^()+\-⁻⁰¹²³⁴-⁹.]+")
_NAMES = re.compile(r"°?[^\W\d_⁰¹²³⁴-⁹]+|[%‰°]")
# "x/m", "T / K", "v/m/s": a quantity over its unit (ISO 80000-1). Quotients of units or of quantities look the same, as
# "m/s", "I/N", "Na/K" and "requests/s": units that are wanted in quotients, or that are letters of quantities and
# elements, need a name that fits, by its letter or by a word in it. So do lengths, energies and frequencies, for
# each of which things are counted or measured: "trees/km", "photons/eV", "power/Hz".
# Where a mean is measured it is in angles, as EC-Lab writes "<I>/mA".
_OVER = re.compile(r"((?:[^\W\d_]|<[^\W\d_][^<>/]*>)[^/]*?)\s*/\s*([^\W\d_°].*|[°%].*)")
# "U in V", "Zeit in s", as tables of schools have it; "fraction in S" and "calcium in cells" are told as quotients are.
_IN = re.compile(r"(\S.*?)\s+in\s+(\S.*)")
_MANY = re.compile(r"[^\W\d_]+s|percent|per cent", re.IGNORECASE)  # words of units, "in metres" and not "in cell"
_LETTER = re.compile(r"[Δ∆]?([^\W\d_])(?:\d?|_\w+|(?<=[A-Z])[a-df-z]\d?)")
_NOT_OVER = re.compile(r"[MG]g|au|AU|in|rev|I?U|px|kn|oz|pc|[A-Z]\d|.*_.*|.*[A-Z]\d.*")
_LENGTH = r"[kdcmµuμn]?m"
_ALONE = r"(?<![^\W\d_]){}(?![^\W\d_])"  # a word that others have in them, as trains have rain
_WORDS_OF_LENGTH = " ".join((
    "length width height depth distan displacement position diameter radius radii altitude elevation wavelength "
    "thickness deflection elongation extension amplitude separation coordinate circumference länge laenge breite höhe "
    "hoehe tiefe abstand auslenkung strecke durchmesser dicke longueur largeur hauteur profond longitud altura "
    "rainfall precip niederschlag snow runoff",
    *map(_ALONE.format, ("level", "range", "gap", "axis", "size", "pos", "weg", "ort")),
    *map(_ALONE.format, ("stage", "head", "tide", "rain")),
))  # fmt: skip
# Voltages of cells and of working and counter electrodes: EC-Lab's "Ecell/V", "Ewe/V", "Ewe-Ece/V", and at rest.
_OF_CELLS = f"ecell {' '.join(map(_ALONE.format, ('ewe', 'ece', 'emf', 'ocv', 'ocp')))}"
_FITTING = (  # unit, letters of quantities in it, and words, as patterns
    (r"[mµuμnpf]?s|mins?|secs?|hr?s?|d|wk|[kMG]?yrs?", "tTτ", "time zeit temps tiempo dauer duration period delay tau"),
    (rf"[mµuμdc]?[lL]|{_LENGTH}(?:\^?3|³)", "Vv", "vol"),
    (rf"{_LENGTH}(?:\^?2|²)|ha", "", "area fläche"),
    (r"(?:[GMkhdcmµuμnp]|da)?m|ft|inch|mi|ly", "xyzrhsdlbwuafXYZRHDLλδξηζρ", _WORDS_OF_LENGTH),
    (r"[kMG]?eV", "EQWεφ", "energ gap work"),
    (r"[mkMGT]?Hz", "fνωΩBr", "freq rate bandwidth"),
    (r"[kmµuμ]?g", "mM", "mass weight gewicht"),
    (r"[mµuμnk]?mol", "n", "amount menge"),
    (r"K", "TΘθϑ", "temp"),
    (r"N", "F", "force kraft weight gewicht load"),
    (r"V", "UuVvEe", f"volt spannung potential signal channel output {_OF_CELLS}"),
    (r"A", "Ii", "current strom"),
    (r"W", "PQ", "power leistung heat"),
    (r"J", "EQWU", "energ heat work"),
    (r"C", "Qq", "charge ladung"),
    (r"T", "B", "field feld"),
    (r"H", "L", "induct"),
    (r"F", "C", "capacit kapazit"),
    (r"S", "G", "conductance"),
    (r"[LMBΩΩ]", "RXZ", "resist widerstand"),
)
# Letters that are units, too, over which stands what their quantity is measured in.
_OF_LETTER = {
    **dict.fromkeys("hsdlH", _LENGTH), "m": r"[kmµuμ]?g", "T": r"K|°C|degC|m?s", "F": r"[kmµuμ]?N", "W": r"[kM]?J",
    "U": r"[kmµuμn]?V|k?J", "V": r"[mµuμdc]?[lL]|m?V", "C": r"[mµuμnp]?F", "L": rf"[mµuμn]?H|{_LENGTH}",
    "B": r"[mµuμ]?T",
}  # fmt: skip
_LABEL = re.compile(r"(?!.*(?:\bper\b|/)).*[^\W\d_]\s+\d+\s*")  # animal 2, which is one of many
_TOGETHER = re.compile(r"[/*·⋅×^⁻]|-\d")  # what stands between units, or before an exponent


def split_header(header: str) -> tuple[str, str | None]:
    """Name and unit: ``v [m/s]`` is (v, m/s), and so is ``v / (m/s)``; None where no unit is given.

    Whatever stands in square brackets at the end is a unit, but for an index, ``q[0]``; in round ones, what reads as
    one. So it does behind a comma, ``Temp, °C``, if it has a mark of units; of HOBO loggers without, and what tells the
    logger is left out, but for a label: ``Temp, °C (LGR S/N: 2099, LBL: deep)`` is (Temp deep, °C).
    Behind a slash, as in ``x/m``, and behind "in", as in ``U in V``, stands what the quantity is measured in. The label
    of a run behind the unit is one of the name: ``Position (m) Run #1`` is (Position Run #1, m).
    """
    logger = _LOGGER.search(header)
    text = (header[: logger.start()] if logger else header).strip()
    label = f" {logger[1].strip()}" if logger and logger[1] else ""
    if _INDEX.search(text):
        return text + label, None
    if run := _RUN.search(text):
        name, unit = split_header(text[: run.start()])
        return (text if unit is None else f"{name} {run[1]}") + label, unit
    found = _BRACKETS.search(text)
    if found is not None and (found[1] is not None or is_unit(found[2].strip())):
        name = text[: found.start()].strip()
        return (name.removesuffix("/").rstrip() or name) + label, (found[2] if found[1] is None else found[1]).strip()
    if (found := _BEHIND_A_COMMA.search(text)) and (logger or _MARKS.search(found[1])) and _is_plain_unit(found[1]):
        return text[: found.start()] + label, found[1].strip()
    name, unit = _over_unit(text)
    return name + label, unit


def perhaps_unit(header: str) -> str:
    """What stands in round brackets behind a name and a blank, and is no known unit, but may be meant as one."""
    found = _BRACKETS.search(_LOGGER.sub("", header))
    may_be = found is not None and found[1] is None and found[0][0].isspace() and split_header(header)[1] is None
    return found[2].strip() if found and may_be and _PERHAPS.fullmatch(found[2].strip()) else ""


def words_of(text: str) -> list[str]:
    """Its words in small letters, and numbers as they stand between other marks."""
    return re.findall(r"[^\W_]+", text.lower())


def unit_of_time(header: str) -> str | None:
    """What times are counted in, by the brackets of their column or its name, as ``week``; None where neither tells."""
    name = bare(header)
    return name if name == header.strip() and _TIMES.fullmatch(name) else stated_unit_of_time(header)


def stated_unit_of_time(header: str) -> str | None:
    """What times are counted in, by the brackets of their column or the end of its name, as in ``time_h``."""
    name, unit = split_header(header)
    if unit is not None:
        return unit
    if found := _ENDS.fullmatch(name):
        return found[1]
    logged = _LOGGED.fullmatch(name)
    said = (logged[1] or logged[2]).lower() if logged else None
    return _LOGGED_UNITS.get(said, said) if said else None


def unit_behind(header: str) -> str | None:
    """The unit in which a name ends, as in ``T_degC`` and ``power_uW``; of one letter only where the name fits it."""
    name, _, unit = header.strip().rpartition("_")
    if not name or not is_symbol(unit) or (len(unit) == 1 and not _measured_in(name, unit)):
        return None
    return unit


def plural(unit: str) -> str:
    """A unit of time behind a number: ``weeks`` for ``week``, while ``d`` stays."""
    return f"{unit}s" if _TIMES.fullmatch(unit) and not unit.endswith("s") else unit


def bare(header: str) -> str:
    """A header without its unit."""
    return split_header(header)[0]


def is_unit(text: str) -> bool:
    """Whether all names in a text without brackets are units, or one is of a quotient or product, as in ``hares/km2``.

    So are ``millions`` and ``per 100,000``, but neither a number alone nor one of many, as ``animal 2``.
    """
    if _LABEL.fullmatch(text):
        return False
    text = ARBITRARY.sub("AFU", POWER_OF_TEN.sub("1", text).replace("per cent", "percent"))
    text = SHARE.sub("%", WATER.sub("mmHg", text))
    text = text if _AT_A_TIME.fullmatch(text) else _OF_SUBSTANCE.sub("g", bound(text))
    text = _AMOUNT_OF.sub("", re.sub(rf"(?<!\w){ACRE_FEET}(?!\w)", "m^3", text))
    if text in ("-", "1/1"):
        return True
    names = _NAMES.findall(text)
    if not names or not _WRITTEN.fullmatch(text):
        return False
    known = [any(form.fullmatch(name) for form in (_SYMBOLS, _OTHERS, _WORDS)) for name in names]
    return all(known) or (any(known) and bool(_TOGETHER.search(text)))


def bound(unit: str) -> str:
    """A unit in which each amount and what it is of are one, without the blank between them.

    Below a slash a substance apart is one only beside another above, as in ``mol C/mol N``: in ``J/kg C`` it is none.
    """
    for form in _STUCK:
        unit = form.sub(lambda found: found[1] + BOUND + re.sub(r"[ .]", "-", found[2]), unit)
    above = re.split(r"/|\bper\b", unit, maxsplit=1)[0]
    first = _APART.sub(rf"\1{BOUND}\2", above)
    rest = unit[len(above) :]
    return first + (_APART.sub(rf"\1{BOUND}\2", rest) if BOUND in first else rest)


def _is_plain_unit(text: str) -> bool:
    """Whether each part of a quotient is a unit, or one; of ``hares/km2`` one is not."""
    return all(part.strip() == "1" or is_unit(part.strip()) for part in text.split("/"))


def _over_unit(text: str) -> tuple[str, str | None]:
    """Name and unit of a quantity over or in its unit, else the text without a unit."""
    if (found := _IN.fullmatch(text)) and _is_word(found[2]):
        return found[1], found[2]
    for pattern in (_IN, _OVER):
        if (found := pattern.fullmatch(text)) and is_symbol(found[2]) and _measured_in(found[1], found[2]):
            return found[1], found[2]
    return text, None


def _is_word(text: str) -> bool:
    """Whether a text is one word for many of a unit; what is counted may be what others are in."""
    counted = text.lower() in COUNTED_TOO or text.lower().removesuffix("s") in COUNTED
    return _MANY.fullmatch(text) is not None and not counted and is_unit(text)


def is_symbol(unit: str) -> bool:
    """Whether a text has symbols of units alone, no words, and no quantity such as ``N0``."""
    names = _NAMES.findall(unit)
    known = all(
        (_SYMBOLS.fullmatch(name) or _OTHERS.fullmatch(name)) and not _NOT_OVER.fullmatch(name) for name in names
    )
    return bool(names) and known and _WRITTEN.fullmatch(unit) is not None and _NOT_OVER.fullmatch(unit) is None


def _measured_in(name: str, unit: str) -> bool:
    """Whether a quantity of that name may be measured in the unit, rather than divided by it."""
    name = name.strip("<>")
    letter = _LETTER.fullmatch(name)
    if len(name) > 1 and "_" not in name and is_unit(name):
        return False
    if letter is not None and is_unit(letter[1]) and not re.fullmatch(_OF_LETTER.get(letter[1], "(?!)"), unit):
        return False
    for form, letters, words in _FITTING:
        if re.fullmatch(form, unit):
            return letter[1] in letters if letter else any(re.search(word, name.lower()) for word in words.split())
    return True
