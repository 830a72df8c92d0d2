"""Units of their own in columns side by side: wells of a plate, animals, countries. They are runs of one law.

As states of one system each gets an equation of its own, in which all others may stand.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import partial

from discovery.headers import bare, split_header
from discovery.symbolic.lettering import GREEK
from discovery.trajectories.keys import is_run_name
from discovery.trajectories.layout import Layout, by_pandas
from discovery.trajectories.levels import Level, are_set, level
from discovery.trajectories.relations import Relation
from discovery.trajectories.source import Source
from discovery.trajectories.time_names import likeness
from discovery.wording import joined, listed

# Of plates with 96 or 384 wells.
_WELL = re.compile(r"[A-P](?:0?[1-9]|1\d|2[0-4])")
# "cell 3", "mouse_2", "rep1", "trace0.5"; and "5 nM", a dose. Of one or two letters are names of states, as x1 and th2.
_NUMBERED = re.compile(r"([^\W\d_]{3}.*?)[\s_.#-]*\(?\d+(?:\.\d+)?\)?|[\d.]+\s*([^\W\d_].*)")
# "WT rep1" and "p53 (replicate 2)", the same measured again: never states of one system, so that two are enough.
_REPEATED = re.compile(r"((?:.*[\W_])?(?:rep|replica|replicate|repeat|run|trial))[\s_.#-]*\d+\)?", re.IGNORECASE)
# "R101_T" and "zone 3: CO2", a unit and one of its quantities; of "x1_a" the first may be a state.
_OF_UNIT = re.compile(r"([^\W\d_]{3,}[ _#-]?\d+|[^\W\d_]+[ _#-]?\d{2,})([ _.:/-]+)(.*[^\W\d_].*)")
# "25 nM_X" and "25 nM_Y", as sensors of binding write each curve: its times, which only rise, and its values.
_PAIRED = re.compile(r"(.*\w.*?)([ _.:-]+)([XYxy])")
# ... or X1, Y1, X2, Y2: where no other column is time, as bodies in a plane have one.
_NUMBERED_PAIR = re.compile(r"(?P<quantity>[XYTxyt])(?P<between>[ _.]?)(?P<unit>\d+)(?P<end>)")
# "algae_rep1" and "Position (m) Run #1", a quantity and one of its units; and by its number alone, "algae 1" and
# "algae (1)".
_OF_QUANTITY = (
    re.compile(r"(?P<quantity>.*?[^\W\d_].*?)(?P<between>[ _.:/-]+)(?P<unit>[^\W\d_]{3,}[ _#-]{0,2}\d+)(?P<end>)"),
    re.compile(r"(?P<quantity>[^\W\d_]{3}.*?)(?P<between>[\s_.#-]*\(?)(?P<unit>\d+)(?P<end>\)?)"),
)
FEWEST = 3  # columns that are alike: two are as often two things
PLATE = 8  # wells from which there is no doubt, a column of a plate of 96; compartments may be called A1, A2, A3
SHOWN = 3  # columns that are named


@dataclass(frozen=True)
class Abreast:
    """Columns that are one quantity of several units, it seems.

    Attributes:
        columns: their headers.
        others: headers of all other columns, which stay.
        key: what the column is to be called that names units.
        certain: whether they can hardly be states of one system.
        file: the name of what is read.
        table: the call by which pandas reads it.
        keys: headers of those of the others that tell runs apart already.
        told: words of a command that tell what was told of the others.
        split: what stands between unit and quantity in the headers of several quantities of each unit.
        units, quantities: what stands before it and after it; nothing where each unit has one column.
        forms: what the columns of each quantity are called, with ``{}`` for the unit, where that does not come first.
        time: the one of the quantities that is time, where each unit has its own.
    """

    columns: tuple[str, ...]
    others: tuple[str, ...]
    key: str
    certain: bool
    file: str
    table: str = ""
    keys: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    split: str = ""
    units: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    time: str = ""

    @property
    def long(self) -> str:
        """The name of a long table, one unit below the other."""
        return f"{self.file.partition('.')[0]}_long.csv"

    @property
    def values(self) -> str:
        """What the column of values is to be called."""
        units = {split_header(one)[1] for one in self.columns}
        name = "value" if "value" not in self.others else "measured"
        unit = units.pop() if len(units) == 1 else None
        return f"{name} [{unit}]" if unit else name

    @property
    def melt(self) -> str:
        """The command of pandas that writes the long table."""
        if self.units:
            each = f"q: d[u + {self.split!r} + q] for q in {list(self.quantities)!r}"
            if self.forms:
                named = dict(zip(self.quantities, self.forms, strict=True))
                each = f"q: d[name.format(u)] for q, name in {named!r}.items()"
            each = f"{self.key}=u, **{{{each}}}"
            every = f"for d in [{self.table}] for u in {list(self.units)!r}"
            rows = f".dropna(subset=[{self.time!r}])" if self.time else ""  # shorter runs end in empty rows
            every = f"{every}]){rows}.to_csv({self.long!r}, index=False)"
            return f"pd.concat([d[{list(self.others)!r}].assign({each}) {every}"
        return (
            f"{self.table}.melt({list(self.others)!r}, var_name={self.key!r}, value_name={self.values!r})"
            f".to_csv({self.long!r}, index=False)"
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The command that finds their law then; what of several quantities is state or input is looked at first."""
        keys, states = joined((*self.keys, self.key)), joined([bare(self.values)])
        if self.units:
            return ("discover", "check", self.long, "--trajectory", keys, *self.told)
        return ("discover", "run", self.long, "--trajectory", keys, "--states", states, *self.told)

    @property
    def remedy(self) -> str:
        """What to do, in a sentence."""
        return (
            "Replicates, units of their own, as wells, animals or countries, and settings, as powers or doses, are "
            f"runs of one law: put them one below the other, in pandas {self.melt}; then {shlex.join(self.words)}."
        )

    @property
    def said(self) -> str:
        """What was seen, in a sentence."""
        if self.units:
            units = [*self.units[:SHOWN], *(["…"] if len(self.units) > SHOWN else [])]
            named = ", ".join(units) if len(units) > SHOWN else listed(units)
            has = f"{named} have {listed(self.quantities)} each"
            has = f"{listed(self.quantities)} are there for each of {named}" if self.forms else has
            times = ", and the times of one are no state of the others" if self.time else ""
            return f"{has}: each column gets an equation of its own{times}."
        some = [*self.columns[:SHOWN], *(["…"] if len(self.columns) > SHOWN else [])]
        named = f"{len(self.columns)} columns, {', '.join(some)}," if len(some) > SHOWN else listed(some)
        kinds = {"well": "are wells" if self.certain else "are called like wells", "run": "are replicates"}
        return f"{named} {kinds.get(self.key, 'are called alike')}: each gets an equation of its own."


def abreast(
    states: Sequence[str],
    numbers: Sequence[str],
    keys: Sequence[str],
    layout: Layout,
    source: Source,
    most: int,
    told: Sequence[str] = (),
    time: str = "",
    rising: Set[str] = frozenset(),
) -> Abreast | None:
    """The columns of a file that are one quantity of several units; None where nothing looks so.

    Args:
        states: headers of the columns that are taken for states.
        numbers: headers of all that could be.
        keys: headers of the columns that tell runs apart already.
        most: states of a law at most; more of them are units, most likely.
        told: words of a command that tell what was told of other columns.
        time: header of the column of times, which may be that of the first unit alone.
        rising: headers of the columns of numbers that only rise, as times do.
    """
    rising = rising | {time}
    own, (split, units, quantities, forms) = _of_each_with_times([time, *numbers], time, layout.headers, rising)
    key, found = ("unit", ()) if own else _alike(numbers, layout.headers)
    if not (own or found):
        split, units, quantities = _of_each(numbers)
    again = not units and bool(found) and {*found} == {*filter(_repeated, layout.headers)}
    key = "run" if again or (own and all(is_run_name(unit.rstrip("0123456789")) for unit in units)) else key
    if key == "unit" and not units:
        fewest = 2 if any(map(_repeated, numbers)) else FEWEST
        quantities, units, forms = _each_of(numbers, layout.headers, fewest)
    found = _columns(split, units, quantities, forms) or found
    if len(set(found) & set(states)) < 2:
        own, key, again, found, units, forms = "", "unit", False, (), (), ()
    if not found and len(states) <= most:
        return None
    told = ["--time", own, *told[2:]] if own and told[:1] == ["--time"] else told
    columns = found or tuple(states)
    others = tuple(one for one in layout.headers if one not in columns and not (own and _is_of_one(one, units)))
    certain = len(states) > most or bool(own and units) or again or (key == "well" and len(found) >= PLATE)
    file, table = source.path.name, by_pandas(layout, source)
    told, keys = tuple(told), tuple(keys)
    return Abreast(columns, others, key, certain, file, table, keys, told, split, units, quantities, forms, own)


def unlike(found: Sequence[Relation], headers: Sequence[str], units: Abreast | None) -> tuple[Relation, ...]:
    """The relations but those between units, which are there as these are alike: between any of them, or else two.

    Of more columns that may be units, as compartments are, a sum may be conserved; and what holds exactly was computed.
    """
    if units is None:
        return tuple(found)
    columns = [{headers[place] for place in one.states} for one in found]
    alike = [one <= {*units.columns} and (units.certain or len(one) == 2) for one in columns]
    return tuple(one for one, out in zip(found, alike, strict=True) if one.exact or not out)


def _alike(headers: Sequence[str], every: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What several headers name, and these: wells, or names that differ by their number alone; the most there are.

    Args:
        every: headers of all columns, of which two are enough where only they are called replicates.
    """
    groups: dict[tuple[str, str | None], list[str]] = {}
    levels: dict[str, list[Level]] = {}
    for header in headers:
        name, unit = split_header(header)
        if _WELL.fullmatch(name):
            groups.setdefault(("well", unit), []).append(header)
        elif repeated := _repeated(header):
            groups.setdefault((f"unit {repeated}", unit), []).append(header)
        elif (numbered := _NUMBERED.fullmatch(name)) and numbered[1] not in GREEK:  # theta_1 is a symbol, as x_1 is
            groups.setdefault((f"unit {numbered[1] or numbered[2]}", unit), []).append(header)
        elif one := level(header):
            levels.setdefault(one.alike, []).append(one)
    settings = [(alike, ones) for alike, ones in levels.items() if are_set(ones)]
    groups |= {(f"unit {alike}", ""): [one.form.format(one.setting) for one in ones] for alike, ones in settings}
    (kind, _), most = max(groups.items(), key=lambda item: len(item[1]), default=(("", None), []))
    enough = len(most) >= FEWEST or (len(most) == 2 and {*most} == {*filter(_repeated, every)})
    return (kind.partition(" ")[0], tuple(most)) if enough else ("unit", ())


def _repeated(header: str) -> str:
    """What a column is called that is one of several repetitions, without its number; else nothing."""
    found = _REPEATED.fullmatch(split_header(header)[0])
    return found[1] if found else ""


def _columns(split: str, units: Sequence[str], quantities: Sequence[str], forms: Sequence[str]) -> tuple[str, ...]:
    """Headers of the columns of all quantities of all units."""
    if forms:
        return tuple(form.format(unit) for unit in units for form in forms)
    return tuple(unit + split + one for unit in units for one in quantities)


def _is_of_one(header: str, units: Sequence[str]) -> bool:
    """Whether a column is named by one of several units, whose rows are no rows of the others."""
    return any(re.search(rf"(?<!\w){re.escape(unit)}(?!\w)", header) for unit in units)


def _is_numbered(header: str, units: Sequence[str]) -> bool:
    """Whether the name of a column, without its unit of measurement, ends with the number of one of several units."""
    return any(re.search(rf"(?<!\d){unit}$", split_header(header)[0]) for unit in units)


def _of_each_with_times(
    headers: Sequence[str], time: str, every: Sequence[str], rising: Set[str]
) -> tuple[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """The quantity that is time where each unit has its own, and what stands between, units, quantities and forms.

    Units stand before their quantities, as the runs of Logger Pro, or behind them and their units of measurement, as
    those of PASCO Capstone: then what columns are called, too. Pairs of X and Y are curves where each X only rises, as
    times do, and the units have nothing else; else they may be places of bodies, or two quantities beside a time.
    """
    split, units, quantities = _of_each(headers, _PAIRED, fewest=2)
    own = next((one for one in "Xx" if time in {unit + split + one for unit in units}), "")
    beside = {*every} - {*_columns(split, units, quantities, ())}
    further = any(one.startswith(unit + split) for one in beside for unit in units)
    if not own or further or not {unit + split + own for unit in units} <= rising:
        split, units, quantities = _of_each(headers, fewest=2)
    columns = {one: {unit + split + one for unit in units} for one in quantities}
    if own := next((one for one in quantities if time in columns[one]), ""):
        return own, (split, units, quantities, ())
    for pattern in (*_OF_QUANTITY, _NUMBERED_PAIR):
        quantities, units, forms = _each_of(headers, every, 2, [pattern])
        named = dict(zip(quantities, forms, strict=True))
        own = next((one for one, form in named.items() if time in {form.format(unit) for unit in units}), "")
        pair = pattern is _NUMBERED_PAIR and len(quantities) == 2 and own in ("X", "x", "T", "t")
        pair = pair and {named[own].format(unit) for unit in units} <= rising
        pair = pair and not any(_is_numbered(one, units) for one in {*every} - {*_columns("", units, (), forms)})
        if own and (pair or likeness(own) is not None):  # without a column of times the first is taken for it
            return own, ("", units, quantities, forms)
    return "", ("", (), (), ())


def _of_each(
    headers: Sequence[str], pattern: re.Pattern[str] = _OF_UNIT, fewest: int = FEWEST
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What stands between units and quantities, the units, and the quantities that each of them has; or nothing."""
    groups: dict[str, dict[str, list[str]]] = {}
    for header in headers:
        if one := pattern.fullmatch(header):
            groups.setdefault(one[2], {}).setdefault(one[1], []).append(one[3])
    for split, units in groups.items():
        first, *others = units.values()
        if len(units) >= fewest and len(first) > 1 and all(sorted(one) == sorted(first) for one in others):
            return split, tuple(units), tuple(first)
    return "", (), ()


def _each_of(
    headers: Sequence[str],
    every: Sequence[str],
    fewest: int = FEWEST,
    patterns: Sequence[re.Pattern[str]] = _OF_QUANTITY,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Quantities that each of several units has, the units, and the names of their columns; or nothing.

    Args:
        every: headers of all columns, of which no quantity may have the name of another.
    """
    headers = [one for one in headers if not set("{}") & set(one)]
    for parts in (*(partial(_in_parts, pattern) for pattern in patterns), _set_in_parts):
        groups: dict[tuple[str, str], list[str]] = {}  # the units by a quantity and the names of its columns
        for quantity, form, unit in filter(None, map(parts, headers)):
            groups.setdefault((quantity, form), []).append(unit)
        alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for group, units in groups.items():
            alike.setdefault(tuple(sorted(units)), []).append(group)
        units, most = max(alike.items(), key=lambda item: len(item[0]) * len(item[1]), default=((), []))
        names = tuple(name for name, _ in most)
        if len(units) >= fewest and len(names) > 1 and len({*names}) == len(names) and not {*names} & {*every}:
            return names, tuple(groups[most[0]]), tuple(form for _, form in most)
    return (), (), ()


def _in_parts(pattern: re.Pattern[str], header: str) -> tuple[str, str, str] | None:
    """The quantity that a header names, what columns of it are called, with ``{}`` for the unit, and the unit."""
    name, _ = split_header(header)
    name = name if header.startswith(name) else header  # the unit stands before the label of a run
    if (one := pattern.fullmatch(name)) is None or set("{}") & set(header):
        return None
    rest = header[len(name) :]
    return f"{one['quantity']}{rest}", f"{one['quantity']}{one['between']}{{}}{one['end']}{rest}", one["unit"]


def _set_in_parts(header: str) -> tuple[str, str, str] | None:
    """The same of a quantity and of what was set when it was measured."""
    one = level(header)
    return None if one is None or not one.alone or not one.quantity else (one.quantity, one.form, one.setting)
