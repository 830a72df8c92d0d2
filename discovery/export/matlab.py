"""MATLAB and GNU Octave: a function file with the right-hand side; alone it integrates, by ode45 or ode23s."""

from __future__ import annotations

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw, Start
from discovery.types import DiscoveryResult

_KEYWORDS = """break case catch classdef continue else elseif end enumeration events for function global if methods
otherwise parfor persistent properties return spmd switch try until while endif endwhile endfor endfunction
end_try_catch do unwind_protect unwind_protect_cleanup end_unwind_protect endswitch ans pi Inf NaN inf nan eps"""
_OWN = "law rates example state derivative zeros nargin inputs inputs_at"
_SAME = "sin cos tan cot sec csc asin acos atan sinh cosh tanh coth exp abs sign min max"
DIALECT = Dialect(
    "MATLAB",
    # The functions of real numbers alone stop where the others would go on with complex ones.
    {**{name: name for name in (*_SAME.split(), "ramp")}, "log": "reallog", "sqrt": "realsqrt"},
    whole_power="^",
    power="realpow",
    pi="pi",
    comment="%",
    continuation=" ...",
    reserved=frozenset(f"{_KEYWORDS} {_OWN} {_SAME} ramp log sqrt reallog realsqrt realpow".split()),
)
_HEAD = """% The right-hand side of a law, for MATLAB and GNU Octave; save it as law.m.
%
%   law(@TAKES@)   @GIVES@
%   law@BLANKS@   @DOES@ from the first state of each run and prints CSV
%"""
_PROGRAM = """
function derivative = law(@TAKES@)
    if nargin == 0
        example();
    else
        derivative = rates(@TAKES@);
    end
end

function example()
    % Of each run: first time, last time, first state.
    runs = [
@RUNS@
    ];
@DRIVES@@EXAMPLE@end
@BETWEEN@
function derivative = rates(@TAKES@)
"""
_BETWEEN = """
% Inputs of a run at time t; beyond the ends of its samples as there.
function inputs = inputs_at(samples, held, t)
    t = min(max(t, samples(1, 1)), samples(end, 1));
    before = find(samples(:, 1) <= t, 1, 'last');
    after = min(before + 1, size(samples, 1));
    share = (t - samples(before, 1)) / max(samples(after, 1) - samples(before, 1), realmin);
    inputs = (samples(before, 2:end) + share * ~held .* (samples(after, 2:end) - samples(before, 2:end)))';
end
"""
_RAMP = """
% The sign of x, but a steep line from -1 to 1 within width of 0: no solver follows a jump back and forth.
function y = ramp(x, width)
    y = max(-1, min(1, x / width));
end
"""
_INTEGRATES = """    options = odeset('RelTol', 1e-8, 'AbsTol', 1e-10);
    fprintf('run,t,@NAMES@\\n');
    for run = 1:size(runs, 1)
        times = linspace(runs(run, 1), runs(run, 2), 201);
@STEP@        [t, state] = ode45(@SLOPE@, times, runs(run, 3:end)', options);
        fprintf([repmat('%.10g,', 1, size(runs, 2) - 1), '%.10g\\n'], [repmat(run, size(t)), t, state]');
    end
"""
_APPLIES = """    fprintf('run,n,@NAMES@\\n');
    for run = 1:size(runs, 1)
        state = runs(run, 3:end)';
        for n = round(runs(run, 1)):round(runs(run, 2))
            fprintf([repmat('%.10g,', 1, size(runs, 2) - 1), '%.10g\\n'], run, n, state);
            state = @APPLY@;
        end
    end
"""
_GIVES = {
    False: ("derivatives of the states at time t, for ode45(@HANDLE@, [begin, end], start)", "integrates"),
    True: ("the states that follow those of number t", "goes on"),
}
_FREE = {"@TAKES@": "t, state", "@HANDLE@": "@law", "@SLOPE@": "@rates", "@APPLY@": "rates(n, state)", "@STEP@": ""}
# Steps are no longer than samples are apart, so that none passes over what an input does.
_DRIVEN = {
    "@TAKES@": "t, state, inputs",
    "@HANDLE@": "@(t, x) law(t, x, u(t))",
    "@SLOPE@": "slope",
    "@APPLY@": "rates(n, state, inputs_at(drives{run}, held, n))",
    "@STEP@": """        longest = (runs(run, 2) - runs(run, 1)) / (size(drives{run}, 1) - 1);
        options = odeset(options, 'MaxStep', longest);
        slope = @(t, state) rates(t, state, inputs_at(drives{run}, held, t));
""",
}


def write(result: DiscoveryResult) -> str:
    """A function file; both programs take it under any name."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    places = {name: i for i, name in enumerate(law.states, start=1)}
    inputs = {name: i for i, name in enumerate(law.inputs, start=1)}
    sides = law.right_hand_sides(DIALECT, indent=" " * 8)
    lines = [
        *(f"    {one.name} = {one.value!r};  {DIALECT.remark(one.interval)}" for one in law.constants),
        *(f"    {name} = state({places[name]});" for name in law.used),
        *(f"    {name} = inputs({inputs[name]});" for name in law.used_inputs),
        f"    derivative = zeros({len(law.states)}, 1);",
        *(f"    derivative({i}) = {side};" for i, side in enumerate(sides, start=1)),
        "end",
    ]
    text = f"{_filled(_HEAD, law)}\n{law.preamble(DIALECT)}\n{_filled(_PROGRAM, law)}" + "\n".join(lines) + "\n"
    if not any("ramp(" in side for side in sides):
        return text
    return text.replace("ode45", "ode23s") + _RAMP  # steep ramps are stiff


def _filled(text: str, law: ExportedLaw) -> str:
    discrete = law.law.discrete
    gives, does = _GIVES[discrete]
    changes = _DRIVEN if law.inputs else _FREE
    parts = {
        "@GIVES@": gives,
        "@DOES@": does,
        "@EXAMPLE@": _APPLIES if discrete else _INTEGRATES,
        "@BLANKS@": " " * len(f"({changes['@TAKES@']})"),
        "@BETWEEN@": _BETWEEN if law.inputs else "",
        **changes,
        "@NAMES@": ",".join(law.states),
        "@DRIVES@": _drives(law) if law.inputs else "",
        "@RUNS@": "\n".join(law.runs(DIALECT, _run)),
    }
    for place, part in parts.items():
        text = text.replace(place, part)
    return text


def _drives(law: ExportedLaw) -> str:
    """What the inputs of each run were, a matrix for each."""
    lines = ["    % Of each run: of each sample its time, then the inputs."]
    lines.append(f"    drives = cell({len(law.drives)}, 1);")
    for i, samples in enumerate(law.drives, start=1):
        rows = (f"        {', '.join(map(repr, row))}" for row in samples.tolist())
        lines += [f"    drives{{{i}}} = [", *rows, "    ];"]
    held = ", ".join("true" if one else "false" for one in law.held)
    lines.append(f"    held = [{held}];  % until the next sample; other inputs are linear between samples")
    return "\n".join(lines) + "\n"


def _run(start: Start) -> str:
    return f"        {', '.join(map(repr, (start.begin, start.end, *start.state)))}"
