"""SBML Level 3 Version 1 Core: states and constants are parameters, and each state has a rate rule.

Source: Hucka et al., "The Systems Biology Markup Language (SBML): Language Specification for Level 3 Version 1 Core".
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import sympy as sp

from discovery.export.formula import Call, Name, Node, Number, Pi, Power, Product, Ratio, Sum, formula
from discovery.export.law import ExportedLaw
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult

_ELEMENTS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "coth": "coth", "exp": "exp", "log": "ln", "abs": "abs",
    "sqrt": "root",
}  # fmt: skip
_OWN = ("sign", "min", "max")  # written as cases
_TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time"> t </csymbol>'
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">"""
_MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">'


def write(result: DiscoveryResult) -> str:
    """A model that starts from the first state of the first run; the notes tell where the data come from."""
    law = ExportedLaw.of(result, {"t", "time", "law"})
    first = law.starts[0]
    states = zip(law.states, first.state, law.headers, strict=True)
    rules = zip(law.states, law.law.skeletons, strict=True)
    lines = [
        _HEAD,
        '  <model id="law">',
        _notes([*law.about, f"Time is {result.time_name!r}.", *law.first_states()], 4),
        "    <listOfParameters>",
        *(f"      {_parameter(name, value, header, constant=False)}" for name, value, header in states),
        *(
            f"      {_parameter(one.name, one.value, one.name, constant=True, note=one.interval)}"
            for one in law.constants
        ),
        "    </listOfParameters>",
        "    <listOfRules>",
        *(_rule(state, skeleton, law) for state, skeleton in rules),
        "    </listOfRules>",
        "  </model>",
        "</sbml>",
    ]
    return "\n".join(lines) + "\n"


def _notes(texts: list[str], indent: int) -> str:
    inside = "".join(f"\n{' ' * indent}  <p>{escape(printable(text))}</p>" for text in texts)
    body = f'<body xmlns="http://www.w3.org/1999/xhtml">{inside}\n{" " * indent}</body>'
    return f"{' ' * indent}<notes>{body}</notes>"


def _parameter(name: str, value: float, title: str, *, constant: bool, note: str = "") -> str:
    head = f'<parameter id="{name}" name={quoteattr(printable(title))} value="{value!r}"'
    head += f' constant="{"true" if constant else "false"}"'
    return f"{head}>\n{_notes([note], 8)}\n      </parameter>" if note else f"{head}/>"


def _rule(state: str, skeleton: sp.Expr, law: ExportedLaw) -> str:
    names = {**law.names, "t": "t"}
    content = mathml(formula(skeleton, names, (*_ELEMENTS, *_OWN), "SBML"))
    if begin := law.starts[0].begin:  # models begin at zero
        content = content.replace(_TIME, _apply("plus", _TIME, _number(begin)))
    return f'      <rateRule variable="{state}">\n        {_MATH}{content}</math>\n      </rateRule>'


def mathml(node: Node) -> str:
    """Content MathML of a formula, in the subset that SBML allows."""
    match node:
        case Number(value):
            return _number(value)
        case Ratio(above, below):
            return f'<cn type="rational"> {above} <sep/> {below} </cn>'
        case Pi():
            return "<pi/>"
        case Name("t"):
            return _TIME
        case Name(identifier):
            return f"<ci> {identifier} </ci>"
        case Sum(terms):
            return _sum(terms)
        case Product(above, below):
            over = _times(above)
            return _apply("divide", over, _times(below)) if below else over
        case Power(base, exponent):
            return _apply("power", mathml(base), mathml(exponent))
        case Call(function, arguments):
            return _call(function, [mathml(argument) for argument in arguments])


def _number(value: float) -> str:
    if isinstance(value, int):
        return f'<cn type="integer"> {value} </cn>' if value < 2**31 else _number(float(value))
    digits, _, exponent = repr(value).partition("e")
    return f'<cn type="e-notation"> {digits} <sep/> {int(exponent)} </cn>' if exponent else f"<cn> {digits} </cn>"


def _apply(operator: str, *arguments: str) -> str:
    return f"<apply><{operator}/>{''.join(arguments)}</apply>"


def _times(factors: tuple[Node, ...]) -> str:
    written = [mathml(factor) for factor in factors] or [_number(1)]
    return written[0] if len(written) == 1 else _apply("times", *written)


def _sum(terms: tuple[tuple[bool, Node], ...]) -> str:
    signed = [_apply("minus", mathml(term)) if negative else mathml(term) for negative, term in terms]
    return signed[0] if len(signed) == 1 else _apply("plus", *signed)


def _call(function: str, arguments: list[str]) -> str:
    if function in ("min", "max"):
        comparison = "leq" if function == "min" else "geq"
        return _cases((arguments[0], _apply(comparison, *arguments)), otherwise=arguments[1])
    if function == "sign":
        zero, one = _number(0), _number(1)
        above, below = _apply("gt", arguments[0], zero), _apply("lt", arguments[0], zero)
        return _cases((one, above), (_apply("minus", one), below), otherwise=zero)
    return _apply(_ELEMENTS[function], *arguments)


def _cases(*pieces: tuple[str, str], otherwise: str) -> str:
    inside = "".join(f"<piece>{value}{condition}</piece>" for value, condition in pieces)
    return f"<piecewise>{inside}<otherwise>{otherwise}</otherwise></piecewise>"
