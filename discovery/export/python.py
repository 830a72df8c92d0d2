"""Plain Python: the right-hand side takes and gives lists, and needs no package."""

from __future__ import annotations

import builtins
import keyword
import textwrap
from collections.abc import Sequence

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw, Start
from discovery.types import DiscoveryResult

WORDS = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "state", "constants", "law", "main", "inputs"})
_SAME = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log", "sqrt")
DIALECT = Dialect(
    "Python",
    {
        **{name: f"math.{name}" for name in _SAME},
        "abs": "abs",
        "sign": "sign",
        "min": "min",
        "max": "max",
        "ramp": "ramp",
    },
    whole_power="**",
    power="math.pow",  # ** makes complex numbers of negative ones
    pi="math.pi",
    reserved=WORDS | {"math", "sign", "ramp", "solve_ivp", "inputs_at", "read"},
)
_SIGN = '''

def sign(x):
    """1, 0 or -1."""
    return float(x > 0) - float(x < 0)
'''
RAMP = '''

def ramp(x, width):
    """The sign of x, but a steep line from -1 to 1 within width of 0: no solver follows a jump back and forth."""
    return {}
'''
_MAIN = '''

def main():
    """Integrates from the first state of each run@WITH@ and prints CSV; needs SciPy."""
    from scipy.integrate import solve_ivp

    print("run", "t", *STATES, sep=",")
    for number, (begin, end, start) in enumerate(RUNS, start=1):@SLOPE@
        times = [begin + (end - begin) * i / 200 for i in range(201)]
        options = dict(method="LSODA", rtol=1e-8, atol=1e-10@STEP@)
        solution = solve_ivp(@LAW@, (begin, times[-1]), start, t_eval=times, **options)
        for time, state in zip(solution.t, solution.y.T):
            print(number, time, *state, sep=",")
        if not solution.success:
            raise SystemExit(f"Run {number} stopped: {solution.message}")


if __name__ == "__main__":
    main()
'''
_FREE = {"@WITH@": "", "@SLOPE@": "", "@STEP@": "", "@LAW@": "law"}
# Steps are no longer than samples are apart, so that none passes over what an input does.
_DRIVEN = {
    "@WITH@": ", with its inputs,",
    "@SLOPE@": """

        def slope(t, state, number=number):
            return law(t, state, inputs_at(number, t))
""",
    "@STEP@": ", max_step=(end - begin) / (len(DRIVES[number - 1][0]) - 1)",
    "@LAW@": "slope",
}
_LINEAR = '''

def inputs_at(number, t):
    """Inputs of a run, counted from 1, at time t: linear between its samples, and as there beyond their ends."""
    times, *columns = DRIVES[number - 1]
    t = min(max(t, times[0]), times[-1])
    after = next(i for i, time in enumerate(times) if time >= t and i > 0)
    share = (t - times[after - 1]) / (times[after] - times[after - 1])
    return [column[after - 1] + share * (column[after] - column[after - 1]) for column in columns]
'''
_HELD = '''

def inputs_at(number, t):
    """Inputs of a run, counted from 1, at time t: those of the last sample until then."""
    times, *columns = DRIVES[number - 1]
    last = max((i for i, time in enumerate(times) if time <= t), default=0)
    return [column[last] for column in columns]
'''
_MIXED = '''
HELD = {held}  # until the next sample; other inputs are linear between samples


def inputs_at(number, t):
    """Inputs of a run, counted from 1, at time t; beyond the ends of its samples as there."""
    times, *columns = DRIVES[number - 1]
    t = min(max(t, times[0]), times[-1])
    last = max(i for i, time in enumerate(times) if time <= t)
    after = min(last + 1, len(times) - 1)
    share = (t - times[last]) / (times[after] - times[last]) if after > last else 0.0
    return [
        column[last] + (0.0 if held else share) * (column[after] - column[last])
        for column, held in zip(columns, HELD)
    ]
'''
_MAP = '''

def main():
    """Applies the map from the first state of each run and prints CSV."""
    print("run", "n", *STATES, sep=",")
    for number, (begin, end, start) in enumerate(RUNS, start=1):
        state = list(start)
        for n in range(round(begin), round(end) + 1):
            print(number, n, *state, sep=",")
            state = law(n, state)


if __name__ == "__main__":
    main()
'''
_GIVES = {False: "Derivatives of the states at time t.", True: "The states that follow those of number t."}


def write(result: DiscoveryResult) -> str:
    """A module with a function ``law(t, state)`` and an example that integrates it."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    rows = [f"        {rhs}," for rhs in law.right_hand_sides(DIALECT, indent=" " * 12)]
    function = (
        f'\n\ndef law({arguments(law)}):\n    """{_GIVES[law.law.discrete]}"""\n'
        f"{unpacked(law)}    return [\n" + "\n".join(rows) + "\n    ]\n"
    )
    head = '"""The right-hand side of a law, in plain Python."""\n\n'
    rows = [f"        {rhs}," for rhs in law.readings(DIALECT, indent=" " * 12)]
    function += reading(law, "    return [\n" + "\n".join(rows) + "\n    ]\n")
    helper = _SIGN if "sign(" in function else ""
    helper += RAMP.format("max(-1.0, min(1.0, x / width))") if "ramp(" in function else ""
    return f"{head}{law.preamble(DIALECT)}\n\nimport math\n{tables(law, DIALECT)}{helper}{function}{example(law)}"


def reading(law: ExportedLaw, body: str) -> str:
    """A function for the algebraic states; nothing where there are none."""
    if not law.read:
        return ""
    told = f'    """Values of {", ".join(law.read)} at time t, which have no derivatives."""\n'
    return f"\n\nREAD = ({quoted(tuple(law.read))})\n\n\ndef read({arguments(law)}):\n{told}{unpacked(law)}{body}"


def tables(law: ExportedLaw, dialect: Dialect) -> str:
    """Constants with their intervals, names of the states, and first states of the runs, as Python's tuples."""
    constants = [
        f"    {constant.value!r},  {dialect.remark(f'{constant.name}: {constant.interval}')}"
        for constant in law.constants
    ]
    return "\n".join(
        (
            "",
            "CONSTANTS = (",
            *constants,
            ")",
            f"STATES = ({quoted(law.states)})",
            "# Of each run: first time, last time, first state.",
            "RUNS = (",
            *law.runs(dialect, run_row),
            ")",
            *(driven(law) if law.inputs else ()),
            "",
        )
    )


def driven(law: ExportedLaw) -> list[str]:
    """What the inputs of each run were, as Python's tuples."""
    lines = [f"INPUTS = ({quoted(law.inputs)})", "# Of each run: times of the samples, then the values of each input;"]
    lines.append("# of one that is smooth, those between which straight lines lie nearest to its course.")
    lines.append("DRIVES = (")
    for samples in law.drives:
        lines.append("    (")
        for column in samples.T:
            numbers = listed([repr(float(value)) for value in column])
            lines.append(textwrap.fill(f"({numbers}),", 112, initial_indent=" " * 8, subsequent_indent=" " * 9))
        lines.append("    ),")
    return [*lines, ")"]


def arguments(law: ExportedLaw) -> str:
    """Those of the function."""
    return "t, state, inputs, constants=CONSTANTS" if law.inputs else "t, state, constants=CONSTANTS"


def example(law: ExportedLaw) -> str:
    """The rest of the module: a solution from each first state."""
    if law.law.discrete:
        main = _MAP.replace("law(n, state)", "law(n, state, inputs_at(number, n))") if law.inputs else _MAP
    else:
        main = _MAIN
        for place, text in (_DRIVEN if law.inputs else _FREE).items():
            main = main.replace(place, text)
    return (_between(law.held) if law.inputs else "") + main


def _between(held: Sequence[bool]) -> str:
    """What gives the inputs at any time."""
    if all(held) or not any(held):
        return _HELD if any(held) else _LINEAR
    return _MIXED.replace("{held}", repr(tuple(held)))


def run_row(start: Start) -> str:
    """A run as a tuple, in Python and in Julia."""
    return f"    ({start.begin!r}, {start.end!r}, [{', '.join(map(repr, start.state))}]),"


def unpacked(law: ExportedLaw) -> str:
    """The lines that give states and constants their names."""
    lines = [f"    {listed(law.states)} = state\n"]
    if law.inputs:
        lines.append(f"    {listed(law.inputs)} = inputs\n")
    if law.constants:
        lines.append(f"    {listed([constant.name for constant in law.constants])} = constants\n")
    return "".join(lines)


def quoted(names: Sequence[str]) -> str:
    """Identifiers as texts of a tuple, in Python and in Julia."""
    return listed([f'"{name}"' for name in names])


def listed(names: Sequence[str]) -> str:
    """Members of a tuple, in Python and in Julia."""
    return ", ".join(names) + ("," if len(names) == 1 else "")
