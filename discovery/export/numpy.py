"""NumPy: the right-hand side takes one state or an array of many, its first axis the states."""

from __future__ import annotations

from discovery.export.infix import Dialect
from discovery.export.law import ExportedLaw
from discovery.export.python import RAMP, WORDS, arguments, example, reading, tables, unpacked
from discovery.types import DiscoveryResult

_SAME = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sign")
_OTHER = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "min": "minimum", "max": "maximum"}
DIALECT = Dialect(
    "NumPy",
    {**{name: f"np.{other}" for name, other in {**{name: name for name in _SAME}, **_OTHER}.items()}, "ramp": "ramp"},
    whole_power="**",
    power="np.power",
    pi="np.pi",
    reserved=WORDS | {"np", "numpy", "ramp", "solve_ivp", "derivative", "inputs_at", "read"},
)
_GIVES = {False: "Derivatives of the states at time t", True: "The states that follow those of number t"}


def write(result: DiscoveryResult) -> str:
    """A module with a vectorised function ``law(t, state)`` and an example that integrates it."""
    law = ExportedLaw.of(result, DIALECT.reserved)
    rows = [
        f"    derivative[{i}] = {rhs}" if "\n" not in rhs else f"    derivative[{i}] = (\n        {rhs}\n    )"
        for i, rhs in enumerate(law.right_hand_sides(DIALECT, indent=" " * 8))
    ]
    function = (
        f"\n\ndef law({arguments(law)}):\n"
        f'    """{_GIVES[law.law.discrete]}; state has one row for each state and any further axes."""\n'
        "    state = np.asarray(state, dtype=float)\n"
        f"{unpacked(law)}    derivative = np.empty_like(state)\n" + "\n".join(rows) + "\n    return derivative\n"
    )
    values = "".join(
        f"        {rhs},\n" if "\n" not in rhs else f"        (\n            {rhs}\n        ),\n"
        for rhs in law.readings(DIALECT, indent=" " * 12)
    )
    function += reading(law, f"    return [\n{values}    ]\n")
    helper = RAMP.format("np.clip(x / width, -1.0, 1.0)") if "ramp(" in function else ""
    head = f'"""The right-hand side of a law, for NumPy arrays."""\n\n{law.preamble(DIALECT)}\n\nimport numpy as np\n'
    return f"{head}{tables(law, DIALECT)}{helper}{function}{example(law)}"
