"""Modelica: a model with one equation for each state; what drives them are its inputs."""

from __future__ import annotations

from collections.abc import Iterator

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult

_KEYWORDS = """algorithm and annotation assert block break class connect connector constant constrainedby der discrete
each else elseif elsewhen encapsulated end enumeration equation expandable extends external false final flow for
function if import impure in initial inner input loop model not operator or outer output package parameter partial
protected public pure record redeclare replaceable return stream then true type when while within Real Integer Boolean
String time Law"""
_FUNCTIONS = "sin cos tan asin acos atan sinh cosh tanh exp log sqrt abs sign min max"
_BUILT_IN = """atan2 log10 ceil div floor integer mod rem pre edge change sample reinit delay cardinality noEvent smooth
homotopy semiLinear initial terminal sum product size fill zeros ones identity transpose cross skew scalar vector matrix
cat ndims promote"""
DIALECT = Dialect(
    "Modelica",
    {name: name for name in _FUNCTIONS.split()},
    whole_power="^",
    power="^",
    comment="//",
    reserved=frozenset(f"{_KEYWORDS} {_BUILT_IN} {_FUNCTIONS}".split()),
)

_FROM_OUTSIDE = "// Its inputs come from outside, from a table or as in: Law law(INPUT = sin(time));"


def write(result: DiscoveryResult) -> str:
    """A model that starts from the first state of the first run; the other runs stand in comments."""
    law = ExportedLaw.of(result, DIALECT.reserved, time="time")
    first = law.starts[0]
    states = zip(law.states, first.state, law.headers, strict=True)
    sides = law.right_hand_sides(DIALECT, indent=" " * 6)
    lines = [
        "// The right-hand side of a law, in Modelica.",
        "//",
        law.preamble(DIALECT),
        *map(DIALECT.remark, law.first_states()[1:]),
        *([_FROM_OUTSIDE.replace("INPUT", law.inputs[0])] if law.inputs else []),
        'model Law "Found by discovery"',
        *(f"  parameter Real {one.name} = {one.value!r} {_string(one.interval)};" for one in law.constants),
        *(f"  Real {name}(start = {value!r}, fixed = true) {_string(header)};" for name, value, header in states),
        *(f"  Real {name} {_string(header)};" for name, header in law.read.items()),
        *(f"  input Real {name}(start = {value!r}) {_string(header)};" for name, value, header in _inputs(law)),
        "equation",
        *(f"  der({name}) = {side};" for name, side in zip(law.states, sides, strict=True)),
        *(f"  {name} = {side};" for name, side in zip(law.read, law.readings(DIALECT, " " * 6), strict=True)),
        f"  annotation(experiment(StartTime = {first.begin!r}, StopTime = {first.end!r}, Tolerance = 1e-8));",
        "end Law;",
    ]
    return "\n".join(lines) + "\n"


def _inputs(law: ExportedLaw) -> Iterator[tuple[str, float, str]]:
    """Of each input its name, its value where the first run begins, and its column."""
    headers = (law.result.inputs.get(name, name) for name in law.law.inputs)
    return zip(law.inputs, map(float, law.drives[0][0, 1:]), headers, strict=True)


def _string(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
