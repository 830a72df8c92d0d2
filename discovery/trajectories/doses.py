"""What tells runs apart: their repetition alone, or a quantity that was set for several of them, as a dose."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from discovery.headers import split_header, unit_behind, words_of
from discovery.trajectories.facts import Facts
from discovery.trajectories.names import safe_names
from discovery.trajectories.tokens import is_number
from discovery.wording import joined, listed

# Words of columns that count repetitions of one experiment. Bodies, subjects and batches may have constants of their
# own.
REPEATED = frozenset(
    {"trajectory", "traj", "run", "trial", "experiment", "exp", "series", "replicate", "rep", "repeat", "repetition"}
    | {"episode", "take", "shot", "throw", "drop", "launch", "attempt", "test", "measurement", "no", "nr", "number"}
    | {"index"}
)
# Words of quantities that are set for a run, where a column of numbers has no unit.
QUANTITIES = frozenset({"dose", "doses", "dosis", "concentration", "conc", "konzentration"}) | frozenset(
    {"temperature", "temp", "temperatur", "pressure", "power", "leistung", "fluence", "intensity", "irradiance"}
    | {"stress", "voltage", "current", "speed", "rpm", "humidity", "salinity", "ph"}
)


def repeated(facts: Facts) -> bool:
    """Whether nothing but repetitions of one experiment tells the runs apart."""
    return all(_counts(key) for key in facts.measurements.keys)


def doses(facts: Facts) -> tuple[str, ...]:
    """Headers of columns that tell runs apart and may be inputs: numbers that were set for several runs each.

    They do not count runs, from 0 or 1 on, as those of animals do, and two runs that differ in them pass the same value
    of the state at different rates. Numbers that were set for one run each are quantities by their unit or their
    name, as those of animals are not.
    """
    if facts.crossing is None:
        return ()
    labels, keys = [run.label for run in facts.runs], facts.measurements.keys
    first, second = facts.crossing.runs
    found: list[str] = []
    for place, key in enumerate(keys):
        values = [_entry(label, keys, place) for label in labels]
        if _counts(key) or not all(is_number(value, ".") for value in values) or values[first] == values[second]:
            continue
        different = sorted({float(value) for value in values})
        counted = any(different == [float(i) for i in range(at, at + len(different))] for at in (0, 1))
        if _is_quantity(key) or (not counted and len(keys) > 1 and len(different) < len(values)):
            found.append(key)
    return tuple(found)


def names_of_doses(facts: Facts) -> tuple[str, ...]:
    """What they are called in laws."""
    keys = doses(facts)
    return tuple(name for name, header in safe_names((*facts.headers, *keys)).items() if header in keys)


def said_of_doses(facts: Facts) -> tuple[str, str]:
    """What was seen of these columns, and what to do."""
    keys = doses(facts)
    one = len(keys) == 1
    alike = " the same in several runs, and runs" if len(facts.measurements.keys) > 1 else " set for each run, and runs"
    return (
        f"{listed(keys)} {'is a number that is' if one else 'are numbers that are'}{alike} "
        f"that differ in {'it' if one else 'them'} pass the same value at different rates: what is set for a run may "
        "drive it, too."
    ), f"Name {'it' if one else 'them'} as both: {named_as_both(facts)}."


def named_as_both(facts: Facts) -> str:
    """The options that name them as inputs, too."""
    told = (facts.measurements.keys, doses(facts))
    return "--trajectory {} --inputs {}".format(*(shlex.quote(joined(headers)) for headers in told))


def _is_quantity(key: str) -> bool:
    """Whether numbers were set or measured, and are no names: by a unit or a word."""
    name, unit = split_header(key)
    words = {word for word in re.split(r"[\W\d_]+", name.lower()) if word}
    return (unit or unit_behind(key)) is not None or bool(words & QUANTITIES)


def _counts(key: str) -> bool:
    return set(words_of(key)) <= REPEATED


def _entry(label: str, keys: Sequence[str], place: int) -> str:
    """The entry of a key in the label of a run, if that is a number."""
    parts = label.split(", ")
    return parts[place].removeprefix(f"{keys[place]} ") if len(parts) == len(keys) else ""
