"""Julia: the right-hand side as OrdinaryDiffEq.jl calls it, and an example that needs no package."""

from __future__ import annotations

import textwrap

from discovery.export.formula import FUNCTIONS
from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw
from discovery.export.python import listed, quoted, run_row
from discovery.types import DiscoveryResult

_KEYWORDS = """baremodule begin break catch const continue do else elseif end export false finally for function global
if import let local macro module quote return struct true try using while abstract type mutable primitive where in isa
public outer ans missing nothing pi im Inf NaN"""
_OWN = "u du p law! CONSTANTS STATES RUNS advance main inputs inputs_at INPUTS DRIVES HELD"
DIALECT = Dialect(
    "Julia",
    # acot of a negative number is another branch there.
    {name: name for name in (*FUNCTIONS.values(), "sqrt") if name != "acot"},
    whole_power="^",
    power="^",
    pi="pi",
    reserved=frozenset([*f"{_KEYWORDS} {_OWN}".split(), *FUNCTIONS.values(), "sqrt"]),
)
_GIVES = {
    False: "the derivatives of the states `u` at time `t`",
    True: "the states that follow those of number `t`, `u`,",
}
_RAMP = """
# The sign of x, but a steep line from -1 to 1 within width of 0: no solver follows a jump back and forth.
ramp(x, width) = clamp(x / width, -1, 1)"""
_EXAMPLE = """
# With OrdinaryDiffEq.jl:
#
#     using OrdinaryDiffEq
#     from, to, start = RUNS[1]@OWN@
#     solution = solve(ODEProblem(@LAW@, start, (from, to), CONSTANTS), Tsit5(); reltol = 1e-8, abstol = 1e-10@STOPS@)
@BETWEEN@
# The state a time `h` later, by the classical method of Runge and Kutta.
function advance(@NUMBER@state, t, h)
    slope(point, time) = (rate = similar(point); law!(rate, point, @AT@CONSTANTS, time); rate)
    a = slope(state, t)
    b = slope(state .+ (h / 2) .* a, t + h / 2)
    c = slope(state .+ (h / 2) .* b, t + h / 2)
    d = slope(state .+ h .* c, t + h)
    return state .+ (h / 6) .* (a .+ 2 .* b .+ 2 .* c .+ d)
end

# Integrates from the first state of each run and prints CSV.
function main(; samples = 200, steps = 100)
    println(join(("run", "t", STATES...), ","))
    for (number, (from, to, start)) in enumerate(RUNS)
@STEPS@        h = (to - from) / (samples * steps)
        state = copy(start)
        println(join((number, from, state...), ","))
        for sample in 1:samples
            for i in 1:steps
                state = advance(@NUMBER@state, from + ((sample - 1) * steps + i - 1) * h, h)
            end
            println(join((number, from + sample * steps * h, state...), ","))
        end
    end
end

if abspath(PROGRAM_FILE) == @__FILE__
    main()
end
"""
_APPLIES = """@BETWEEN@
# Applies the map from the first state of each run and prints CSV.
function main()
    println(join(("run", "n", STATES...), ","))
    for (number, (from, to, start)) in enumerate(RUNS)
        state = copy(start)
        for n in round(Int, from):round(Int, to)
            println(join((number, n, state...), ","))
            following = similar(state)
            law!(following, state, @AS@CONSTANTS, n)
            state = following
        end
    end
end

if abspath(PROGRAM_FILE) == @__FILE__
    main()
end
"""
_BETWEEN = """
# Inputs of run `number` at time `t`; beyond the ends of its samples as there.
function inputs_at(number, t)
    times, columns = DRIVES[number][1], DRIVES[number][2:end]
    before = clamp(searchsortedlast(times, t), 1, length(times))
    after = min(before + 1, length(times))
    share = after > before ? clamp((t - times[before]) / (times[after] - times[before]), 0.0, 1.0) : 0.0
    between(column, held) = column[before] + (held ? 0.0 : share) * (column[after] - column[before])
    return [between(column, held) for (column, held) in zip(columns, HELD)]
end
"""
_NONE = ("@BETWEEN@", "@NUMBER@", "@AT@", "@AS@", "@STEPS@", "@OWN@", "@STOPS@")
_FREE = {**dict.fromkeys(_NONE, ""), "@LAW@": "law!"}
# Steps are no longer than samples are apart, so that none passes over what an input does.
_DRIVEN = {
    "@BETWEEN@": _BETWEEN,
    "@NUMBER@": "number, ",
    "@AT@": "inputs_at(number, time), ",
    "@AS@": "inputs_at(number, n), ",
    "@STEPS@": "        steps = max(steps, cld(length(DRIVES[number][1]), samples))\n",
    "@OWN@": "\n#     driven!(du, u, p, t) = law!(du, u, inputs_at(1, t), p, t)",
    "@STOPS@": ",\n#                      tstops = DRIVES[1][1]",
    "@LAW@": "driven!",
}


def write(result: DiscoveryResult) -> str:
    """A file with the function ``law!(du, u, p, t)`` and an example that integrates it."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    places = {name: i for i, name in enumerate(law.states, start=1)}
    inputs = {name: i for i, name in enumerate(law.inputs, start=1)}
    sides = law.right_hand_sides(DIALECT, indent=" " * 12)
    lines = [
        "# The right-hand side of a law, for Julia.",
        "#",
        law.preamble(DIALECT),
        "",
        "const CONSTANTS = (",
        *(f"    {one.value!r},  {DIALECT.remark(f'{one.name}: {one.interval}')}" for one in law.constants),
        ")",
        f"const STATES = ({quoted(law.states)})",
        "# Of each run: first time, last time, first state.",
        "const RUNS = (",
        *law.runs(DIALECT, run_row),
        ")",
        *(_drives(law) if law.inputs else ()),
        *([_RAMP] if any("ramp(" in side for side in sides) else ()),
        "",
        f"# Writes {_GIVES[law.law.discrete]} into `du`; `p` are the constants.",
        f"function law!(du, u, {'inputs, ' if law.inputs else ''}p, t)",
        *(f"    {name} = u[{places[name]}]" for name in law.used),
        *(f"    {name} = inputs[{inputs[name]}]" for name in law.used_inputs),
        *(f"    {one.name} = p[{i}]" for i, one in enumerate(law.constants, start=1)),
        *(f"    du[{i}] = {side}" for i, side in enumerate(sides, start=1)),
        "    return nothing",
        "end",
    ]
    example = _APPLIES if law.law.discrete else _EXAMPLE
    for place, text in (_DRIVEN if law.inputs else _FREE).items():
        example = example.replace(place, text)
    return "\n".join(lines) + "\n" + example


def _drives(law: ExportedLaw) -> list[str]:
    """What the inputs of each run were; vectors, as tuples of many numbers take long to compile."""
    lines = [f"const INPUTS = ({quoted(law.inputs)})"]
    lines += ["# Of each run: times of the samples, then the values of each input.", "const DRIVES = ("]
    for samples in law.drives:
        columns = (f"[{', '.join(map(repr, column))}]," for column in samples.T.tolist())
        wrapped = (textwrap.fill(text, 112, initial_indent=" " * 8, subsequent_indent=" " * 9) for text in columns)
        lines += ["    (", *wrapped, "    ),"]
    lines += [")", "# Until the next sample; other inputs are linear between samples."]
    return [*lines, f"const HELD = ({listed(['true' if held else 'false' for held in law.held])})"]
