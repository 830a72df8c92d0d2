"""The one reader of expressions. Text becomes SymPy by an allow-list; nothing is evaluated.

Python's own grammar is used for the syntax tree (``ast.parse`` runs no code), and each node of the tree is
translated by hand. What is not on the list is refused with the place where it stands.

Numbers stay small: rational numbers and multiples of pi are exact, every other number becomes a float at once, so that
no text makes SymPy work on exact towers of powers.
"""

from __future__ import annotations

import ast
import math
import re
import sys
import warnings
from collections.abc import Callable, Sequence

import sympy as sp

from discovery.errors import ExpressionError
from discovery.symbolic.writing import IN_ORDER
from discovery.types import symbol

# Limits of what a person would write; a machine-made law of 50 terms has about 1500 characters.
MAX_LENGTH = 20_000
MAX_DEPTH = 100
MAX_NODES = 5_000
MAX_FUNCTIONS = 10  # functions and powers within one another; SymPy's time doubles with each
MAX_EXPONENT = 100
MAX_INTEGER = 10**15  # whole numbers up to here are floats without loss

FUNCTIONS: dict[str, Callable[..., sp.Expr]] = {
    "sin": sp.sin,
    "cos": sp.cos,
    "tan": sp.tan,
    "cot": sp.cot,
    "asin": sp.asin,
    "acos": sp.acos,
    "atan": sp.atan,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "exp": sp.exp,
    "log": sp.log,
    "sqrt": sp.sqrt,
    "cbrt": sp.cbrt,
    "square": lambda x: x**2,
    "cube": lambda x: x**3,
    "abs": sp.Abs,
    "Abs": sp.Abs,
    "sign": sp.sign,
}
NUMBERS: dict[str, sp.Expr] = {"pi": sp.pi}


# What an unknown function stands for, by its name and its arguments.
Unknown = Callable[[str, tuple[sp.Expr, ...]], sp.Expr]


def parse(text: str, names: Sequence[str] | None = None, unknown: Unknown | None = None) -> sp.Expr:
    """Reads one expression.

    Args:
        names: identifiers that may occur; None allows any identifier that is not a function.
        unknown: reads functions that the grammar does not have; None refuses them.

    Raises:
        ExpressionError: too long or deep, not an expression, a name or function that is not allowed, or a value
            such as 1/0 that is not finite and real. The message shows the place.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"The expression has {len(text)} characters; at most {MAX_LENGTH} are read. Shorten it.")
    source = re.sub(r"\s", " ", text.strip()).replace("^", "**")
    for place, character in enumerate(source):
        if not character.isprintable() or character in "#\\":
            raise ExpressionError(_point(source, place, "This character cannot be read; remove it"))
    _check_depth(source)
    tree = _syntax_tree(source)
    nodes = sum(1 for _ in ast.walk(tree))
    if nodes > MAX_NODES:
        raise ExpressionError(f"The expression has {nodes} parts; at most {MAX_NODES} are read. Shorten it.")
    result = _Reader(source, None if names is None else frozenset(names), unknown).read(tree.body)
    if not all(_finite(leaf) for leaf in result.atoms()):
        raise ExpressionError(f"{_shortened(source)!r} has no finite real value. Check for division by zero.")
    return result


def _check_depth(source: str) -> None:
    """Python's parser would use up the stack on these."""
    depth = deepest = run = 0
    for character in source:
        depth += (character in "([{") - (character in ")]}")
        run = run + (character != " ") if character in "+-~ " else 0
        deepest = max(deepest, depth, run)
    if deepest > MAX_DEPTH:
        raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels. Simplify it.")


def _syntax_tree(source: str) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of literals such as 1or 2, which are refused below
            return ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        missing = re.search(r"(?<![\w.])(\d++\.?+\d*+|\.\d++)(?=[A-Za-z_])(?![eE][+-]?\d+(?![A-Za-z_]))", source)
        if missing:
            raise ExpressionError(
                _point(source, missing.end(), "A product is written with *, for example 2*x; it is missing here")
            ) from None
        if apart := re.search(r"(?<=[\w)]) +(?=[\w(])", source):
            raise ExpressionError(_point(source, apart.end(), "A sign such as * is missing before this")) from None
        place = (getattr(error, "offset", None) or 1) - 1
        raise ExpressionError(_point(source, place, "This is not an expression")) from None


def _point(source: str, offset: int, what: str) -> str:
    start = max(0, offset - 30)
    return f"{what}:\n  {source[start : start + 70]}\n  {' ' * (offset - start)}^"


def _shortened(source: str) -> str:
    return source if len(source) <= 70 else f"{source[:67]}..."


def _finite(leaf: sp.Basic) -> bool:
    """Whether a symbol, number or constant is finite and real."""
    return leaf not in (sp.zoo, sp.I) and (not isinstance(leaf, sp.Number) or math.isfinite(_double(leaf)))


def _double(number: sp.Expr) -> float:
    """The number as a double, or NaN."""
    try:
        return float(number)
    except (OverflowError, TypeError):
        return math.nan


def _product(first: sp.Expr, factors: Sequence[sp.Expr]) -> sp.Expr:
    """The product; a float times what has no number is put together as it is.

    SymPy asks a new float for all that it knows of it before it decides whether to multiply it into a sum, which took
    a third of the time to read the candidates of a run. Its truth costs nothing and tells a zero, which equals no 0.
    """
    if not isinstance(first, sp.Float) or not first:
        return sp.Mul(first, *factors)
    rest = sp.Mul(*factors)
    if rest.is_Add or rest.is_number or rest.as_coeff_Mul()[0] is not sp.S.One:
        return sp.Mul(first, rest)
    return sp.Mul(first, *sp.Mul.make_args(rest), evaluate=False)


def _sum(terms: Sequence[sp.Expr]) -> sp.Expr:
    """The sum; of floats times different things in SymPy's order, which then has nothing to gather."""
    parts = [term.as_coeff_Mul() for term in terms]
    rests = {rest for _, rest in parts}
    plain = all(isinstance(number, sp.Float) and number for number, _ in parts)
    if not plain or len(rests) < len(parts) or any(rest.is_Add or rest.is_number for rest in rests - {sp.S.One}):
        return sp.Add(*terms)
    return sp.Add(*sorted(terms, key=IN_ORDER), evaluate=False)


class _Reader:
    """Translates syntax nodes of one expression; knows its text for the error messages."""

    def __init__(self, source: str, names: frozenset[str] | None, unknown: Unknown | None = None) -> None:
        self.source = source
        self.names = names
        self.unknown = unknown
        self.depth = 0
        self.functions = 0

    def refuse(self, node: ast.AST, what: str) -> ExpressionError:
        start = len(self.source.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return ExpressionError(_point(self.source, start, what))

    def read(self, node: ast.expr) -> sp.Expr:
        within = isinstance(node, ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Div))
        self.depth += 1
        self.functions += within
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"The expression is nested deeper than {MAX_DEPTH} levels. Simplify it.")
        if self.functions > MAX_FUNCTIONS:
            raise self.refuse(node, f"More than {MAX_FUNCTIONS} functions, powers or fractions within one another")
        result = self.settled(node, self.translated(node))
        self.depth -= 1
        self.functions -= within
        return result

    def translated(self, node: ast.expr) -> sp.Expr:
        match node:
            case ast.Constant(value=bool()):
                raise self.refuse(node, "Truth values are not allowed")
            case ast.Constant(value=int(value)):
                return sp.Integer(value)
            case ast.Constant(value=float(value)):
                return sp.Float(value) if math.isfinite(value) else sp.oo
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.read(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self.sum(node)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self.product(node)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(node, self.read(left), self.read(right))
            case ast.BinOp():
                raise self.refuse(node, "Only + - * / and ** are allowed between values")
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(node, name, arguments)
            case _:
                raise self.refuse(node, "Only numbers, names, + - * / **, and functions of one argument are allowed")

    def settled(self, node: ast.expr, value: sp.Expr) -> sp.Expr:
        """A number that is rational and not long, or a multiple of pi, as it is; any other as a float."""
        if not value.is_number and value is not sp.zoo:
            terms = sp.Add.make_args(value)  # a factor before a sum is multiplied into its terms at once
            settled = [self.settled_factor(node, term) for term in terms]
            return value if all(one is term for one, term in zip(settled, terms, strict=True)) else sp.Add(*settled)
        if isinstance(value, sp.Rational) and max(abs(value.p), value.q) <= MAX_INTEGER:
            return value
        double = _double(value)
        if not math.isfinite(double):
            raise self.refuse(node, "This number is too large, or has no finite real value")
        if isinstance(value, sp.Float) and abs(double) >= sys.float_info.min:
            return value  # all floats here come from doubles
        return value if value.as_coeff_Mul()[1] is sp.pi else sp.Float(double)

    def settled_factor(self, node: ast.expr, term: sp.Expr) -> sp.Expr:
        """A term whose number is settled: powers of products have taken powers of their numbers."""
        number, rest = term.as_coeff_Mul()
        settled = self.settled(node, number)
        return term if settled is number or settled == number else settled * rest

    def name(self, node: ast.expr, name: str) -> sp.Expr:
        if self.names is not None and name in self.names:
            return symbol(name)
        if name in NUMBERS:
            return NUMBERS[name]
        if name in FUNCTIONS:
            raise self.refuse(node, f"{name} is a function and needs an argument in brackets")
        if self.names is not None:
            known = ", ".join(sorted(self.names))
            raise self.refuse(node, f"Unknown name {name!r}; the names here are {known}")
        return symbol(name)

    def sum(self, node: ast.expr) -> sp.Expr:
        """A chain of + and -, read at once: long sums are neither deep nor added up pair by pair."""
        terms: list[sp.Expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            term = self.read(node.right)
            terms.append(term if isinstance(node.op, ast.Add) else -term)
            node = node.left
        return _sum([self.read(node), *reversed(terms)])

    def product(self, node: ast.expr) -> sp.Expr:
        """A chain of * and /, read at once; a minus sign in front is a factor, so that no sum is multiplied out."""
        factors: list[sp.Expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            factor = self.read(node.right)
            factors.append(factor if isinstance(node.op, ast.Mult) else self.settled(node, factor**-1))
            node = node.left
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if isinstance(node.operand, ast.Constant):
                break  # a negative number is one factor
            factors.append(sp.S.NegativeOne)
            node = node.operand
        return _product(self.read(node), factors[::-1])

    def power(self, node: ast.expr, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        if exponent.is_number and abs(float(exponent)) > MAX_EXPONENT:
            raise self.refuse(node, f"Exponents beyond {MAX_EXPONENT} are not allowed")
        if base.is_number and exponent.is_number and not (base.is_Rational and exponent.is_Integer):
            exponent = exponent if exponent.is_Integer else sp.Float(float(exponent))
            base = sp.Float(float(base))
        if exponent.is_zero:  # SymPy leaves x**0.0, and takes it for a number elsewhere
            return sp.S.One
        result = base**exponent
        if isinstance(result, sp.Pow) and result.exp.is_number and abs(float(result.exp)) > MAX_EXPONENT:
            raise self.refuse(node, f"Exponents beyond {MAX_EXPONENT} are not allowed")
        return result

    def call(self, node: ast.expr, name: str, arguments: list[ast.expr]) -> sp.Expr:
        if name not in FUNCTIONS and self.unknown is not None:
            return self.unknown(name, tuple(self.read(argument) for argument in arguments))
        if name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise self.refuse(node, f"Unknown function {name!r}; the functions are {known}")
        if len(arguments) != 1:
            raise self.refuse(node, f"{name} takes one argument")
        return FUNCTIONS[name](self.read(arguments[0]))
