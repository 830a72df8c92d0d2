"""Julia: the right-hand side as OrdinaryDiffEq.jl calls it, and an example that needs no package."""

from __future__ import annotations

from discovery.export.formula import FUNCTIONS
from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw
from discovery.export.python import quoted, run_row
from discovery.types import DiscoveryResult

_KEYWORDS = """baremodule begin break catch const continue do else elseif end export false finally for function global
if import let local macro module quote return struct true try using while abstract type mutable primitive where in isa
public outer ans missing nothing pi im Inf NaN"""
_OWN = "u du p law! CONSTANTS STATES RUNS advance main"
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
_EXAMPLE = """
# With OrdinaryDiffEq.jl:
#
#     using OrdinaryDiffEq
#     from, to, start = RUNS[1]
#     solution = solve(ODEProblem(law!, start, (from, to), CONSTANTS), Tsit5(); reltol = 1e-8, abstol = 1e-10)

# The state a time `h` later, by the classical method of Runge and Kutta.
function advance(state, t, h)
    slope(point, time) = (rate = similar(point); law!(rate, point, CONSTANTS, time); rate)
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
        h = (to - from) / (samples * steps)
        state = copy(start)
        println(join((number, from, state...), ","))
        for sample in 1:samples
            for i in 1:steps
                state = advance(state, from + ((sample - 1) * steps + i - 1) * h, h)
            end
            println(join((number, from + sample * steps * h, state...), ","))
        end
    end
end

if abspath(PROGRAM_FILE) == @__FILE__
    main()
end
"""
_APPLIES = """
# Applies the map from the first state of each run and prints CSV.
function main()
    println(join(("run", "n", STATES...), ","))
    for (number, (from, to, start)) in enumerate(RUNS)
        state = copy(start)
        for n in round(Int, from):round(Int, to)
            println(join((number, n, state...), ","))
            following = similar(state)
            law!(following, state, CONSTANTS, n)
            state = following
        end
    end
end

if abspath(PROGRAM_FILE) == @__FILE__
    main()
end
"""


def write(result: DiscoveryResult) -> str:
    """A file with the function ``law!(du, u, p, t)`` and an example that integrates it."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    places = {name: i for i, name in enumerate(law.states, start=1)}
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
        "",
        f"# Writes {_GIVES[law.law.discrete]} into `du`; `p` are the constants.",
        "function law!(du, u, p, t)",
        *(f"    {name} = u[{places[name]}]" for name in law.used),
        *(f"    {one.name} = p[{i}]" for i, one in enumerate(law.constants, start=1)),
        *(f"    du[{i}] = {side}" for i, side in enumerate(sides, start=1)),
        "    return nothing",
        "end",
    ]
    return "\n".join(lines) + "\n" + (_APPLIES if law.law.discrete else _EXAMPLE)
