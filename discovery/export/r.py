"""R: the right-hand side as deSolve calls it, and an example that integrates it, or applies a map by a loop."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw, Start
from discovery.types import DiscoveryResult

_KEYWORDS = """if else repeat while function for next break in TRUE FALSE T F NULL Inf NaN NA NA_integer_ NA_real_
NA_complex_ NA_character_ pi letters LETTERS"""
_OWN = "law main state constants inputs CONSTANTS RUNS DRIVES HELD inputs_of c list number from to start"
_SAME = "sin cos tan asin acos atan sinh cosh tanh exp log sqrt abs sign min max ramp"
DIALECT = Dialect(
    "R",
    {name: name for name in _SAME.split()},
    whole_power="^",
    power="^",  # NaN, and no complex number, of what is below zero
    pi="pi",
    reserved=frozenset(f"{_KEYWORDS} {_OWN} {_SAME}".split()),
)
_HEAD = """# The right-hand side of a law, for R.
#
#   law(@TAKES@)   @GIVES@
#   Rscript law.R   @DOES@ from the first state of each run and prints CSV
#"""
_GIVES = {
    False: ("derivatives of the states at time t, for ode() of deSolve", "integrates"),
    True: ('the states that follow those of number t; ode() of deSolve applies it by method = "iteration"', "goes on"),
}
_INTEGRATES = """
# With deSolve, install.packages("deSolve"):
#
#   run <- RUNS[[1]]
#   ode(run$start, seq(run$from, run$to, length.out = 201), @SLOPE@, CONSTANTS)
main <- function() {
    if (!requireNamespace("deSolve", quietly = TRUE)) {
        stop("The package deSolve is missing. Add it with: install.packages(\\"deSolve\\")")
    }
    cat("run,t,@NAMES@\\n")
    for (number in seq_along(RUNS)) {
        run <- RUNS[[number]]
        times <- seq(run$from, run$to, length.out = 201)
@STEP@        found <- deSolve::ode(run$start, times, @CALLED@, CONSTANTS, rtol = 1e-8, atol = 1e-10@LONGEST@)
        rows <- cbind(number, unclass(found))
        write.table(rows, sep = ",", row.names = FALSE, col.names = FALSE)
    }
}
"""
_APPLIES = """
main <- function() {
    cat("run,n,@NAMES@\\n")
    for (number in seq_along(RUNS)) {
        run <- RUNS[[number]]
        state <- run$start
@STEP@        for (n in round(run$from):round(run$to)) {
            cat(paste(sprintf("%.15g", c(number, n, state)), collapse = ","), "\\n", sep = "")
            state <- law(n, state, CONSTANTS@NOW@)[[1]]
        }
    }
}
"""
_RAMP = """
# The sign of x, but a steep line from -1 to 1 within width of 0: no solver follows a jump back and forth.
ramp <- function(x, width) max(-1, min(1, x / width))
"""
_ENDS = """
if (sys.nframe() == 0) {  # and not where another file reads this one by source()
    main()
}
"""
_BETWEEN = """
# The inputs of a run as a function of time; beyond the ends of its samples as there.
inputs_of <- function(number) {
    drives <- DRIVES[[number]]
    courses <- lapply(seq_along(HELD), function(i) {
        approxfun(drives[[1]], drives[[i + 1]], method = if (HELD[i]) "constant" else "linear", rule = 2)
    })
    function(t) vapply(courses, function(course) course(t), 0)
}
"""
_NONE = ("@BETWEEN@", "@STEP@", "@LONGEST@", "@NOW@")
_FREE = {**dict.fromkeys(_NONE, ""), "@TAKES@": "t, state, constants", "@SLOPE@": "law", "@CALLED@": "law"}
# Steps are no longer than samples are apart, so that none passes over what an input does.
_DRIVEN = {
    "@BETWEEN@": _BETWEEN,
    "@TAKES@": "t, state, constants, inputs",
    "@STEP@": "        inputs <- inputs_of(number)\n",
    "@NOW@": ", inputs(n)",
    "@SLOPE@": "\n#       function(t, state, constants) law(t, state, constants, inputs_of(1)(t))",
    "@CALLED@": "slope",
    "@LONGEST@": ", hmax = longest",
}
_SLOPE = """        slope <- function(t, state, constants) law(t, state, constants, inputs(t))
        longest <- (run$to - run$from) / (length(DRIVES[[number]][[1]]) - 1)
"""


def write(result: DiscoveryResult) -> str:
    """A script with the function ``law(t, state, constants)`` and an example that integrates it."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    changes = _changes(law)
    places = {name: i for i, name in enumerate(law.states, start=1)}
    inputs = {name: i for i, name in enumerate(law.inputs, start=1)}
    sides = law.right_hand_sides(DIALECT, indent=" " * 12)
    lines = [
        *_constants(law),
        "# Of each run: first time, last time, first state.",
        "RUNS <- list()",
        *(_run(i, start, law) for i, start in enumerate(law.starts, start=1)),
        *(_drives(law) if law.inputs else ()),
        *(_RAMP.splitlines() if any("ramp(" in side for side in sides) else ()),
        "",
        f"law <- function({changes['@TAKES@']}) {{",
        *(f"    {name} <- state[[{places[name]}]]" for name in law.used),
        *(f"    {name} <- inputs[[{inputs[name]}]]" for name in law.used_inputs),
        *(f'    {one.name} <- constants[["{one.name}"]]' for one in law.constants),
        "    list(c(",
        ",\n".join(f"        {side}" for side in sides),
        "    ))",
        "}",
    ]
    example = f"@BETWEEN@{_APPLIES if law.law.discrete else _INTEGRATES}{_ENDS}"
    head, example = (_filled(text, changes) for text in (_HEAD, example))
    return f"{head}\n{law.preamble(DIALECT)}\n\n" + "\n".join(lines) + f"\n{example}"


def _changes(law: ExportedLaw) -> dict[str, str]:
    """What stands in the places of the templates."""
    gives, does = _GIVES[law.law.discrete]
    changes = {**(_DRIVEN if law.inputs else _FREE), "@GIVES@": gives, "@DOES@": does, "@NAMES@": ",".join(law.states)}
    if law.inputs and not law.law.discrete:
        changes["@STEP@"] += _SLOPE
    return changes


def _filled(text: str, changes: Mapping[str, str]) -> str:
    for place, part in changes.items():
        text = text.replace(place, part)
    return text


def _constants(law: ExportedLaw) -> list[str]:
    """The constants by name; no comma follows the last."""
    last = len(law.constants)
    rows = [
        f"    {one.name} = {one.value!r}{',' if i < last else ''}  {DIALECT.remark(one.interval)}"
        for i, one in enumerate(law.constants, start=1)
    ]
    return ["CONSTANTS <- c(", *rows, ")"]


def _run(number: int, start: Start, law: ExportedLaw) -> str:
    state = ", ".join(f"{name} = {value!r}" for name, value in zip(law.states, start.state, strict=True))
    told = f"RUNS[[{number}]] <- list(from = {start.begin!r}, to = {start.end!r}, start = c({state}))"
    return f"{told}  {DIALECT.remark(start.label)}" if start.label else told


def _drives(law: ExportedLaw) -> list[str]:
    """What the inputs of each run were."""
    lines = ["# Of each run: times of the samples, then the values of each input.", "DRIVES <- list()"]
    for i, samples in enumerate(law.drives, start=1):
        columns = [f"c({', '.join(map(repr, column))})" for column in samples.T.tolist()]
        named = [f"{name} = {column}" for name, column in zip((law.names["t"], *law.inputs), columns, strict=True)]
        wrapped = (textwrap.fill(text, 112, initial_indent=" " * 4, subsequent_indent=" " * 8) for text in named)
        lines += [f"DRIVES[[{i}]] <- list(", ",\n".join(wrapped), ")"]
    held = ", ".join("TRUE" if one else "FALSE" for one in law.held)
    return [*lines, f"HELD <- c({held})  # until the next sample; other inputs are linear between samples"]
