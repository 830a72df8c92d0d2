"""MATLAB and GNU Octave: a function file with the right-hand side; without arguments it integrates by ode45."""

from __future__ import annotations

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw, Start
from discovery.types import DiscoveryResult

_KEYWORDS = """break case catch classdef continue else elseif end enumeration events for function global if methods
otherwise parfor persistent properties return spmd switch try until while endif endwhile endfor endfunction
end_try_catch do unwind_protect unwind_protect_cleanup end_unwind_protect endswitch ans pi Inf NaN inf nan eps"""
_OWN = "law rates example state derivative zeros nargin"
_SAME = "sin cos tan cot sec csc asin acos atan sinh cosh tanh coth exp abs sign min max"
DIALECT = Dialect(
    "MATLAB",
    # The functions of real numbers alone stop where the others would go on with complex ones.
    {**{name: name for name in _SAME.split()}, "log": "reallog", "sqrt": "realsqrt"},
    whole_power="^",
    power="realpow",
    pi="pi",
    comment="%",
    continuation=" ...",
    reserved=frozenset(f"{_KEYWORDS} {_OWN} {_SAME} log sqrt reallog realsqrt realpow".split()),
)
_HEAD = """% The right-hand side of a law, for MATLAB and GNU Octave; save it as law.m.
%
%   law(t, state)   @GIVES@
%   law             @DOES@ from the first state of each run and prints CSV
%"""
_PROGRAM = """
function derivative = law(t, state)
    if nargin == 0
        example();
    else
        derivative = rates(t, state);
    end
end

function example()
    % Of each run: first time, last time, first state.
    runs = [
@RUNS@
    ];
@EXAMPLE@end

function derivative = rates(t, state)
"""
_INTEGRATES = """    options = odeset('RelTol', 1e-8, 'AbsTol', 1e-10);
    fprintf('run,t,@NAMES@\\n');
    for run = 1:size(runs, 1)
        times = linspace(runs(run, 1), runs(run, 2), 201);
        [t, state] = ode45(@rates, times, runs(run, 3:end)', options);
        fprintf([repmat('%.10g,', 1, size(runs, 2) - 1), '%.10g\\n'], [repmat(run, size(t)), t, state]');
    end
"""
_APPLIES = """    fprintf('run,n,@NAMES@\\n');
    for run = 1:size(runs, 1)
        state = runs(run, 3:end)';
        for n = round(runs(run, 1)):round(runs(run, 2))
            fprintf([repmat('%.10g,', 1, size(runs, 2) - 1), '%.10g\\n'], run, n, state);
            state = rates(n, state);
        end
    end
"""
_GIVES = {
    False: ("derivatives of the states at time t, for ode45(@law, [begin, end], start)", "integrates"),
    True: ("the states that follow those of number t", "goes on"),
}


def write(result: DiscoveryResult) -> str:
    """A function file; both programs take it under any name."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    places = {name: i for i, name in enumerate(law.states, start=1)}
    sides = law.right_hand_sides(DIALECT, indent=" " * 8)
    lines = [
        *(f"    {one.name} = {one.value!r};  {DIALECT.remark(one.interval)}" for one in law.constants),
        *(f"    {name} = state({places[name]});" for name in law.used),
        f"    derivative = zeros({len(law.states)}, 1);",
        *(f"    derivative({i}) = {side};" for i, side in enumerate(sides, start=1)),
        "end",
    ]
    gives, does = _GIVES[law.law.discrete]
    head = _HEAD.replace("@GIVES@", gives).replace("@DOES@", does)
    program = _PROGRAM.replace("@EXAMPLE@", _APPLIES if law.law.discrete else _INTEGRATES)
    program = program.replace("@NAMES@", ",".join(law.states)).replace("@RUNS@", "\n".join(law.runs(DIALECT, _run)))
    return f"{head}\n{law.preamble(DIALECT)}\n{program}" + "\n".join(lines) + "\n"


def _run(start: Start) -> str:
    return f"        {', '.join(map(repr, (start.begin, start.end, *start.state)))}"
