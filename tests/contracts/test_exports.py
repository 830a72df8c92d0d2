"""What every export of code and models owes: read by another program, its right-hand side has our values."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from discovery.export.formats import FORMATS, export
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.parse import FUNCTIONS, parse
from discovery.types import DiscoveryResult, Frame, Law, symbol

Points = np.ndarray  # one row for each point: t, the states, then the inputs of a law that has some
STATES = 2  # of every law here
TABLES = {"csv", "constants", "latex"}
RNG = np.random.default_rng(3)
POINTS = np.column_stack([RNG.uniform(0.0, 5.0, 7), RNG.uniform(0.1, 0.9, 7), RNG.uniform(-2.0, 2.0, 7)])


def ran(*words: str, folder: Path, stdin: str = "") -> str:
    """What a program prints; its words are the failure's."""
    quiet = {**os.environ, "OCTAVE_HISTFILE": os.devnull}
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=folder, check=False, input=stdin, timeout=120, env=quiet
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    assert "" == done.stderr
    return done.stdout


def needed(program: str, package: str) -> str:
    """The program, or a skip that says how to get it."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed. Add it with: {package}")
    return found


def table(text: str) -> np.ndarray:
    """Rows of numbers, separated by commas or blanks."""
    return np.array([[float(part) for part in re.split(r"[,\s]+", line.strip())] for line in text.splitlines()])


def python_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By the function in a fresh interpreter."""
    (folder / "exported.py").write_text(text, encoding="utf-8")
    code = (
        "import json, sys; import exported\n"
        "for t, *state in json.load(sys.stdin): print(*map(float, exported.law(t, state)))"
    )
    return table(ran(sys.executable, "-W", "error", "-c", code, folder=folder, stdin=json.dumps(points.tolist())))


def numpy_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By one call for all points, and one by one the same."""
    (folder / "exported.py").write_text(text, encoding="utf-8")
    code = (
        "import json, sys; import numpy as np; import exported\n"
        "t, *states = np.array(json.load(sys.stdin)).T\n"
        "whole = exported.law(t, states)\n"
        "single = [exported.law(*point) for point in zip(t, np.transpose(states))]\n"
        "assert np.array_equal(whole, np.transpose(single))\n"
        "for row in whole.T: print(*map(float, row))"
    )
    return table(ran(sys.executable, "-W", "error", "-c", code, folder=folder, stdin=json.dumps(points.tolist())))


def sympy_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By substitution into what the module built."""
    (folder / "exported.py").write_text(text, encoding="utf-8")
    code = (
        "import json, sys; import exported\n"
        "for numbers in json.load(sys.stdin):\n"
        "    point = dict(zip((exported.t, *exported.equations), numbers))\n"
        "    print(*(float(side.subs(point)) for side in exported.equations.values()))"
    )
    return table(ran(sys.executable, "-c", code, folder=folder, stdin=json.dumps(points.tolist())))


def c_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By the function, compiled into a program of ours; the whole file compiles too."""
    compiler = needed("gcc", "apt-get install gcc")
    strict = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2")
    (folder / "exported.c").write_text(text, encoding="utf-8")
    ran(compiler, *strict, "exported.c", "-o", "example", "-lm", folder=folder)
    given = points.shape[1] - 1
    (folder / "driver.c").write_text(
        '#define LAW_ONLY\n#include "exported.c"\n#include <stdio.h>\n'
        "#ifdef INPUTS\n#define GIVEN x, x + DIMENSION\n#else\n#define GIVEN x\n#endif\n"
        f"int main(void) {{ double t, x[{given}], d[DIMENSION]; int i;\n"
        f'while (scanf("%lf", &t) == 1) {{ for (i = 0; i < {given}; i++) if (scanf("%lf", x + i) != 1) return 1;\n'
        'law(t, GIVEN, d); for (i = 0; i < DIMENSION; i++) printf("%.17g ", d[i]); printf("\\n"); } return 0; }\n'
    )
    ran(compiler, *strict, "driver.c", "-o", "driver", "-lm", folder=folder)
    return table(ran("./driver", folder=folder, stdin="\n".join(" ".join(map(repr, row)) for row in points.tolist())))


def matlab_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By GNU Octave."""
    octave = needed("octave-cli", "apt-get install --no-install-recommends octave")
    (folder / "law.m").write_text(text, encoding="utf-8")
    rows = "; ".join(", ".join(map(repr, row)) for row in points.tolist())
    given = "points(i, 2:3)', points(i, 4:end)'" if points.shape[1] > STATES + 1 else "points(i, 2:end)'"
    code = f"points = [{rows}];for i = 1:rows(points) disp(sprintf('%.17g ', law(points(i, 1), {given}))); end"
    return table(ran(octave, "--norc", "--quiet", "--eval", code, folder=folder))


def julia_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By Julia where it is; elsewhere its grammar finds no error, and our own reader gives the values."""
    if shutil.which("julia") is None:
        no_errors_in_julia(text)
        return read_back(text, points)
    (folder / "exported.jl").write_text(text, encoding="utf-8")
    rows = ", ".join(f"[{', '.join(map(repr, row))}]" for row in points.tolist())
    given = "point[2:3], point[4:end]" if points.shape[1] > STATES + 1 else "point[2:end]"
    code = (
        f'include("exported.jl"); for point in [{rows}]; d = zeros({STATES}); '
        f'law!(d, {given}, CONSTANTS, point[1]); println(join(d, " ")); end'
    )
    return table(ran("julia", "--startup-file=no", "-e", code, folder=folder))


def no_errors_in_julia(text: str) -> None:
    """By tree-sitter's grammar of Julia."""
    import tree_sitter
    import tree_sitter_julia

    tree = tree_sitter.Parser(tree_sitter.Language(tree_sitter_julia.language())).parse(text.encode())
    assert not tree.root_node.has_error, str(tree.root_node)


def read_back(text: str, points: Points) -> np.ndarray:
    """Values of ``du[i] = ...``, every name but those of functions with a letter in front, so that none is reserved."""
    constants = [float(number) for number in re.findall(r"^    (\S+),  # \w+: ", text, flags=re.MULTILINE)]
    places = {name: int(place) for name, place in re.findall(r"^    (\w+) = u\[(\d+)\]$", text, flags=re.MULTILINE)}
    values = {
        symbol(f"v_{name}"): sp.Float(constants[int(place) - 1])
        for name, place in re.findall(r"^    (\w+) = p\[(\d+)\]$", text, flags=re.MULTILINE)
    }
    values |= {symbol(f"v_{name}"): symbol(f"u{place}") for name, place in places.items()}
    inputs = re.findall(r"^    (\w+) = inputs\[(\d+)\]$", text, flags=re.MULTILINE)
    values |= {symbol(f"v_{name}"): symbol(f"u{STATES + int(place)}") for name, place in inputs}
    values |= {symbol("v_t"): symbol("t"), symbol("v_pi"): sp.pi}
    sides = re.findall(r"^    du\[\d+\] = (.*(?:\n {12}.*)*)", text, flags=re.MULTILINE)
    named = [re.sub(r"\b[A-Za-z_]\w*\b(?!\()", r"v_\g<0>", side) for side in sides]
    safe = [parse(side, unknown=lambda _ramp, given: sp.sign(given[0])) for side in named]  # no point is on a ramp
    names = ["t", *(f"u{i}" for i in range(1, points.shape[1]))]
    return compiled([side.xreplace(values) for side in safe], names)(points)


def r_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By R where it is; elsewhere our own reader gives the values."""
    if shutil.which("Rscript") is None:
        return read_back_from_r(text, points)
    (folder / "exported.R").write_text(text, encoding="utf-8")
    rows = ", ".join(f"c({', '.join(map(repr, row))})" for row in points.tolist())
    given = "point[2:3], CONSTANTS, point[-(1:3)]" if points.shape[1] > STATES + 1 else "point[-1], CONSTANTS"
    code = (
        f'source("exported.R"); for (point in list({rows})) '
        f'cat(sprintf("%.17g", law(point[1], {given})[[1]]), "\\n", sep = " ")'
    )
    return table(ran("Rscript", "--vanilla", "-e", code, folder=folder))


def read_back_from_r(text: str, points: Points) -> np.ndarray:
    """Values of what ``law`` lists, as :func:`read_back` takes them; all brackets are closed."""
    code = "\n".join(re.sub(r"#.*|\"[^\"]*\"", "", line) for line in text.splitlines())
    assert all(code.count(begin) == code.count(end) for begin, end in ("()", "[]", "{}"))
    constants = dict(re.findall(r"^    (\w+) = (\S+?),?  # ", text, flags=re.MULTILINE))
    values = {symbol(f"v_{name}"): sp.Float(float(value)) for name, value in constants.items()}
    assert all(f'    {name} <- constants[["{name}"]]\n' in text for name in constants)
    for what, before in (("state", 0), ("inputs", STATES)):
        found = re.findall(rf"^    (\w+) <- {what}\[\[(\d+)\]\]$", text, flags=re.MULTILINE)
        values |= {symbol(f"v_{name}"): symbol(f"u{before + int(place)}") for name, place in found}
    values |= {symbol("v_t"): symbol("t"), symbol("v_pi"): sp.pi}
    (listed,) = re.findall(r"^    list\(c\(\n(.*?)\n    \)\)$", text, flags=re.MULTILINE | re.DOTALL)
    sides = re.split(r",\n {8}(?! )", listed)
    named = [re.sub(r"\b[A-Za-z_]\w*\b(?!\()", r"v_\g<0>", side.strip()) for side in sides]
    safe = [parse(side, unknown=lambda _ramp, given: sp.sign(given[0])) for side in named]  # no point is on a ramp
    names = ["t", *(f"u{i}" for i in range(1, points.shape[1]))]
    return compiled([side.xreplace(values) for side in safe], names)(points)


def sbml_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By libSBML, which also finds no error in the model."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)  # the data's units are not known
    document.checkConsistency()
    assert 0 == document.getNumErrors(), document.getErrorLog().toString()
    rows: list[list[float]] = []
    for point in points.tolist():
        again = libsbml.readSBMLFromString(text)  # libSBML keeps values that it was asked for once
        model = again.getModel()
        model.createParameter().setId("the_clock")
        rules = [model.getRule(i) for i in range(model.getNumRules())]
        for name, value in zip(["the_clock", *(rule.getVariable() for rule in rules)], point, strict=True):
            model.getParameter(name).setValue(value)
        for rule in rules:
            put_the_clock(rule.getMath())
        rows.append([libsbml.SBMLTransforms.evaluateASTNode(rule.getMath(), model) for rule in rules])
    return np.array(rows)


def put_the_clock(node: object) -> None:
    """A parameter in place of SBML's time, which libSBML gives no value."""
    import libsbml

    if node.getType() == libsbml.AST_NAME_TIME:
        node.setType(libsbml.AST_NAME)
        node.setName("the_clock")
    for i in range(node.getNumChildren()):
        put_the_clock(node.getChild(i))


def modelica_values(text: str, points: Points, folder: Path) -> np.ndarray:
    """By the tree that pymoca makes of the model."""
    from pymoca import ast, parser, tree

    model = tree.flatten(parser.parse(text), ast.ComponentRef(name="Law")).classes["Law"]
    known = {name: one.value.value for name, one in model.symbols.items() if one.value.value is not None}
    states = [equation.left.operands[0].name for equation in model.equations]
    assert all(model.symbols[name].fixed.value for name in states)
    rows: list[list[float]] = []
    inputs = [name for name, one in model.symbols.items() if "input" in one.prefixes]
    for time, *given in points.tolist():
        here = {**known, **dict(zip((*states, *inputs), given, strict=True)), "time": time}
        rows.append([modelica_value(equation.right, here) for equation in model.equations])
    return np.array(rows)


MODELICA: dict[str, Callable[..., float]] = {
    "+": np.add, "*": np.multiply, "/": np.divide, "^": np.power, "abs": np.abs, "sign": np.sign,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "min": np.minimum, "max": np.maximum,
    "-": lambda *parts: np.negative(*parts) if len(parts) == 1 else np.subtract(*parts),
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt")},
}  # fmt: skip


def modelica_value(node: object, here: dict[str, float]) -> float:
    """An expression's value where the names have those of ``here``."""
    kind = type(node).__name__
    if kind == "Primary":
        return float(node.value)
    if kind == "ComponentRef":
        return here[node.name]
    return MODELICA[str(node.operator)](*(modelica_value(part, here) for part in node.operands))


READERS: dict[str, Callable[[str, Points, Path], np.ndarray]] = {
    "python": python_values,
    "numpy": numpy_values,
    "sympy": sympy_values,
    "c": c_values,
    "matlab": matlab_values,
    "julia": julia_values,
    "r": r_values,
    "sbml": sbml_values,
    "modelica": modelica_values,
}
X, Y = symbol("x"), symbol("y")
# Every function of the grammar once, each with a factor of its own, so that no two can be mixed up.
ODD = [name for name in FUNCTIONS if name not in ("asin", "acos", "log", "sqrt", "cbrt")]
GRAMMAR = {
    "x": " + ".join(f"{1 + i / 7:.3f}*{name}(y + 0.1)" for i, name in enumerate(ODD)),
    "y": "c0*asin(x) - c1*acos(x)**2 + log(x)/c2 - sqrt(x)*cbrt(x) + sin(t)*t - pi/3",
}
POWERS = {
    "x": "x**2 - x**3/(x*y) + x**-1 - 1/x**2 + (-y)**2 - y**2 + (x + y)**2/3 - 2*(x - y)*(x + 1)/((y + 5)*x)",
    "y": "x**0.5 + x**-0.5 - x**1.5 + (1/3)*x**(1/3) - 2**y + x**y - (x + 1)**-y + 1e-12*y + 123456789012*x",
}
NAMES = ("lambda", "end")
LAWS: dict[str, Law] = {
    "grammar": Law(("x", "y"), tuple(map(parse, GRAMMAR.values())), (1.25, -0.3, 2.0)),
    "powers": Law(("x", "y"), tuple(map(parse, POWERS.values())), ()),
    "constants": Law(("x", "y"), (symbol("c0"), sp.Float(-1.5)), (-2.5,)),
    "one_state_unused": Law(("x", "y"), (symbol("c1") * Y, sp.Rational(1, 3)), (7.0, 1e-20)),
    "reserved": Law(NAMES, (symbol("c0") * symbol("end"), -symbol("lambda") * symbol("c1")), (0.5, 3.0)),
    # Names of functions, of a state, of another constant, of a group's constant, and one that was not told.
    "told": Law(
        ("x", "y"),
        (symbol("c0") * X - symbol("c1") * Y + symbol("c2"), symbol("c3") * X + symbol("c4") * Y),
        (0.5, 3.0, -1.0, 7.0, 0.1),
        told=("gamma", "x", "c4", "k[a b]"),
    ),
    "long": Law(("x", "y"), (sum((symbol(f"c{i}") * X**i * Y for i in range(20)), sp.S.Zero), -Y), (0.3,) * 20),
}
MORE = Law(
    ("x", "y"),
    (sp.sec(X) - 2 * sp.csc(Y) + 3 * sp.coth(Y) - 4 * sp.acot(Y), sp.Min(X, Y, 0.2) + 2 * sp.Max(X, Y, sp.S.Zero)),
    (),
)
# Inputs: one whose name some languages have for themselves, one that no equation has, and one beside a state.
DRIVES = ("end", "unused", "w")
DRIVEN_SIDES = (symbol("c0") * symbol("end") - X, symbol("c1") * Y * symbol("w") + symbol("t"))
DRIVEN = Law(("x", "y"), DRIVEN_SIDES, (2.5, -0.3), frame=Frame(("x", "y"), DRIVEN_SIDES, inputs=DRIVES))
DRIVEN_POINTS = np.column_stack([POINTS, RNG.uniform(-1.0, 1.0, (len(POINTS), len(DRIVES)))])


def values_of(law: Law, points: Points) -> np.ndarray:
    """By our own evaluation."""
    values = compiled(list(law.equations.values()), ["t", *law.states, *law.inputs])(points)
    assert np.all(np.isfinite(values))
    return values


def check(language: str, law: Law, result_of: Callable[..., DiscoveryResult], folder: Path) -> None:
    """The values that the language gives are ours."""
    text = export(result_of(law, *([0.5, 0.4],), simulated=False), language)
    given = READERS[language](text, POINTS, folder)
    np.testing.assert_allclose(given, values_of(law, POINTS), rtol=1e-12, atol=1e-12)


def test_every_format_is_read_by_something() -> None:
    """By a reader here, or as a table or document elsewhere."""
    assert set(FORMATS) == set(READERS) | TABLES


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("language", READERS)
def test_another_language_computes_the_same(language: str, name: str, result_of, tmp_path: Path) -> None:
    """Right-hand sides at random points: all functions of the grammar, powers, fractions, reserved names."""
    check(language, LAWS[name], result_of, tmp_path)


@pytest.mark.parametrize("language", READERS)
def test_functions_that_sympy_puts_in_are_written_too(language: str, result_of, tmp_path: Path) -> None:
    """Those that no text of ours has, but that SymPy may make of it."""
    if (program := {"julia": "julia", "r": "Rscript"}.get(language)) and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed, and our own reader does not know sec, csc, coth, min and max")
    check(language, MORE, result_of, tmp_path)


@pytest.mark.parametrize("language", ["c", "matlab", "julia", "r", "modelica"])
def test_inputs_are_given_from_outside(language: str, result_of, tmp_path: Path) -> None:
    """As arguments of a function, or as a model's inputs, whose columns are told."""
    still = result_of(Law(DRIVEN.states, (X, Y), ()), [0.5, 0.4], simulated=False)
    runs = [replace(run, inputs=np.tile([0.25, 1.0, 3.0], (len(run), 1))) for run in still.trajectories]
    ranking = replace(still.ranking, front=(replace(still.ranking.front[0], law=DRIVEN, lows=(), highs=()),))
    headers = {"end": "pump [L/s]", "unused": "unused", "w": "w [%]"}
    text = export(replace(still, trajectories=tuple(runs), ranking=ranking, inputs=headers), language)
    given = READERS[language](text, DRIVEN_POINTS, tmp_path)
    np.testing.assert_allclose(given, values_of(DRIVEN, DRIVEN_POINTS), rtol=1e-12, atol=1e-12)
    assert '"pump [L/s]"' in text
