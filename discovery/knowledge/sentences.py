"""From one sentence to one statement; the expressions in it are read by the one safe parser.

The grammar, with an example of each kind::

    theta'' = -k*sin(theta) + f(theta')     an equation, with free constants and unknown functions
    dx/dt = -k*x                            the same as x' = -k*x; d^2x/dt^2 is x''
    m*x'' + c*x' + k*x = F                  is solved for the derivative of highest order; with others if it has two
    V = E - R*I - V1                        a column that is read off other states and inputs
    x[n+1] = r*x[n]    next x = r*x         the step of a map
    r = (x, y, z)                           a vector; then r'' = -f(|r|)*r/|r| + (0, 0, -g); |A-B| of two
    S + I + R = const                       what is conserved
    a > 0        0 < a < 1                  bounds of a constant
    g = 9.81     w = 2*k                    a constant that is known
    k ~ 1.2 +- 0.1                          a constant that is known roughly
    S(0) = 990    x'(0) ~ 1 +- 0.1          where a state begins that no column has
    beta same in all equations              one name is one constant
    f increasing      f decreasing          the trend of an unknown function
    f without exp, sin                      functions that it has not
    f uses x, y                             its arguments
    theta angle                             unknown functions depend on it by sine and cosine
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

import sympy as sp
from sympy.core.function import AppliedUndef

from discovery.errors import ExpressionError
from discovery.knowledge.solved import solved
from discovery.knowledge.statements import (
    NORM,
    PARTS,
    Angle,
    Bounds,
    Conserved,
    Definition,
    Equation,
    Implicit,
    Prior,
    Shared,
    StartOf,
    Statement,
    Trend,
    Uses,
    Vector,
    Without,
)
from discovery.symbolic.parse import FUNCTIONS, parse

PRIME = "ʹ"  # a letter to Python, of the same width as the ' that a user writes
NAME = r"[^\W\d]\w*"
MOST_PRIMES = 2
_WORDS = ("angle", "same", "increasing", "decreasing", "without", "uses")
_CONSTANT = ("const", "constant")
_NEXT = "next"
_SQUARED = r"(?:\^|\*\*)? ?[2²]"
_OF = rf"(?: ?({NAME})| ?\( ?({NAME}) ?\))"
# dx/dt, d(x)/dt and d/dt x, and the same of second order, by how many primes stand for them.
_FRACTIONS = {
    "''": rf"d ?{_SQUARED}{_OF} ?/ ?dt ?{_SQUARED}|d ?{_SQUARED} ?/ ?dt ?{_SQUARED}{_OF}",
    "'": rf"d{_OF} ?/ ?dt|d ?/ ?dt{_OF}",
}
_DEVIATION = r"\+\s?/?\s?-|±"
_UNCERTAIN = r"\+/?-|±"  # what is a deviation also where a sum of a negative number could be meant
# What is said to those who know a first value, or bounds of a state.
STARTS = (
    "That of a column is measured; that of a state that nothing measured is fitted, unless it is told, as in "
    "S(0) = 1000 or S(0) ~ 1000 +- 50"
)
_AT = rf"({NAME}'?) ?\( ?([-+.\d][^()]*)\)"  # a state at a time
_THIRD = "Equations are of first or second order; name a state between"
DIFFERENCES = ". Name both vectors of a difference, A and B, and write A - B and |A-B| in the equation"
_ELEMENT = rf"{NAME}\[\d+(?:, ?\d+)*\](?:\.{NAME})*"  # of an array, as PX4 and ROS name columns
_WITH_UNIT = r"([-+]?[\d.]+(?:[eE][-+]?\d+)?) \[?[^\W\d].*"  # 9.81 m/s^2, or with brackets


def read_sentence(text: str, columns: Collection[str] | None = None) -> Statement:
    """The statement that a sentence makes.

    Args:
        columns: identifiers of those that there are, by which an element of an array is told from an interval or a
            unit; None where nobody knows them.

    Raises:
        ExpressionError: it is of no kind that is known, or an expression in it cannot be read; the message points at
            the place.
    """
    sentence = " ".join(text.replace("′", "'").replace("’", "'").replace("″", "''").split())
    if not sentence:
        raise ExpressionError("A law was given that says nothing. Write for example x' = -k*x.")
    for found in re.finditer(_ELEMENT, sentence):
        name = re.sub(r"\W+", "_", found[0]).strip("_")
        array = found[0].partition("[")[0] + "_"
        if columns is not None and not any(
            one.startswith(array) and one[len(array) :][:1].isdigit() for one in columns
        ):
            continue
        what = f"Names in laws have no brackets: a column {found[0]} is written {name}"
        raise pointed(sentence, found.start(), what)
    word = re.fullmatch(rf"({NAME}) ([^\W\d]+)\b ?(.*)", sentence)
    if word and word[2] in _WORDS and word[1] != _NEXT:
        return _of_words(sentence, word[1], word[2], word[3].strip())
    if word and word[1] != _NEXT and (near := get_close_matches(word[2], _WORDS, n=1, cutoff=0.7)):
        raise pointed(sentence, word.start(2), f"There is no word {word[2]!r}; did you mean {near[0]!r}?")
    if "~" in sentence:
        return _prior(sentence)
    if re.search(r"[<>]", sentence):
        return _bounds(sentence)
    if sentence.count("=") == 1:
        return _with_equals(sentence)
    place = [found.start() for found in re.finditer("=", sentence)]
    raise pointed(
        sentence, place[1] if place else len(sentence),
        "One = is wanted: write x' = ..., a quantity = const, or constant = number",
    )  # fmt: skip


def pointed(sentence: str, place: int, what: str) -> ExpressionError:
    """The error with a line that points at a character of the sentence."""
    start = max(0, place - 40)
    return ExpressionError(f"{what}:\n  {sentence[start : start + 100]}\n  {' ' * (place - start)}^")


def expression(sentence: str, text: str, place: int, *, vectors: bool = False) -> sp.Expr:
    """Part of a sentence as SymPy; places in messages are those in the sentence.

    Args:
        vectors: leave |r| and (a, b) as functions, for there may be vectors.
    """

    def unknown(name: str, arguments: tuple[sp.Expr, ...]) -> sp.Expr:
        if name == NORM and len(arguments) == 1:
            return sp.Function(NORM, real=True)(*arguments)
        if name == NORM:
            what = "Only one thing may stand" if arguments else "Nothing stands"
            raise pointed(sentence, max(0, sentence.find("|", place)), f"{what} between these bars")
        if name == PARTS:
            return sp.Function(PARTS, real=True)(*arguments)
        if not arguments:
            raise pointed(sentence, max(0, sentence.find(name, place)), f"{name} needs its arguments, as in {name}(x)")
        if near := [one for one in get_close_matches(name, FUNCTIONS, n=1, cutoff=0.66) if len(name) > 2]:
            raise pointed(
                sentence, max(0, sentence.find(name, place)),
                f"There is no function {name!r}; did you mean {near[0]!r}? An unknown function needs another name",
            )  # fmt: skip
        return sp.Function(name, real=True)(*arguments)

    if found := re.search(_UNCERTAIN, text):  # the parser would take away what is meant to be a deviation
        raise pointed(
            sentence, place + found.start(),
            "A deviation is told of a constant alone, with ~, in a sentence of its own: k ~ 1.2 +- 0.1",
        )  # fmt: skip
    if not vectors and (found := in_parts(text)):
        raise pointed(
            sentence, place + found[0],
            "A vector is named by its columns, as in r = (x, y); another one stands in the equation of a vector, as in "
            "r'' = -k*r' + (0, -g)" + DIFFERENCES * bool(re.search(rf"{NAME} ?[-+] ?{NAME}", text)),
        )  # fmt: skip
    written, origins = _written(sentence, text, place)
    try:
        found = parse(written, None, unknown)
    except ExpressionError as error:
        raise ExpressionError(_moved(str(error), sentence, written, [place + one for one in origins])) from None
    names = {one: sp.Symbol(one.name.replace(PRIME, "'"), real=True) for one in found.atoms(sp.Symbol)}
    result = found.xreplace(names)
    assert isinstance(result, sp.Expr)
    return result if vectors else absolute(result)


def absolute(side: sp.Expr) -> sp.Expr:
    """With absolute values for the lengths of numbers."""
    norms = {call: sp.Abs(absolute(call.args[0])) for call in side.atoms(AppliedUndef) if str(call.func) == NORM}  # pyright: ignore[reportArgumentType]
    found = side.xreplace(norms)
    assert isinstance(found, sp.Expr)
    return found


def in_parts(text: str) -> list[int]:
    """Where brackets open that hold the parts of a vector, as in ``-k*r + (0, -g)``: no name is before them."""
    found: set[int] = set()
    opened: list[int] = []
    for place, character in enumerate(text):
        if character == "(":
            opened.append(place)
        elif character == ")" and opened:
            opened.pop()
        elif character == "," and opened and not re.search(r"[\w')]\s*$", text[: opened[-1]]):
            found.add(opened[-1])
    return sorted(found)


def _moved(message: str, sentence: str, written: str, places: Sequence[int]) -> str:
    """The parser's message with the whole sentence and the place in it, where it points at one.

    Args:
        places: of each character that the parser saw, in the sentence.
    """
    lines = message.split("\n")
    begin = written.find(lines[1].removeprefix("  ")) if len(lines) == 3 else -1
    if begin < 0:
        return message.replace(PRIME, "'")
    at = begin + len(lines[2]) - 3
    place = places[at] if at < len(places) else len(sentence)
    return str(pointed(sentence, place, lines[0].removesuffix(":").replace(PRIME, "'")))


def _written(sentence: str, text: str, place: int) -> tuple[str, list[int]]:
    """The text as the parser reads it, ``|r|`` and vectors of parts as calls, and where each character came from."""
    bars = [i for i, character in enumerate(text) if character == "|"]
    if len(bars) % 2:
        raise pointed(sentence, place + bars[-1], "This | has no partner; write |x| for an absolute value")
    text = primed(text)
    written = {"'": PRIME, "^": "**"} | {"\t": " "}
    changed = {i: written.get(character, character) for i, character in enumerate(text)}
    changed |= {bar: ")" if number % 2 else f"{NORM}(" for number, bar in enumerate(bars)}
    changed |= dict.fromkeys(in_parts(text), f"{PARTS}(")
    return "".join(changed.values()), [i for i, part in changed.items() for _ in part]


def primed(text: str) -> str:
    """The text with x' for dx/dt, of the same length, so that places in it stay."""
    for primes, fraction in _FRACTIONS.items():

        def change(found: re.Match[str], primes: str = primes) -> str:
            name = next(part for part in found.groups() if part)
            return f"{name}{primes}".ljust(len(found[0]))

        text = re.sub(rf"(?<![\w.])(?:{fraction})(?!\w)", change, text)
    return text


def _number(sentence: str, text: str, place: int) -> float:
    value = expression(sentence, text, place)
    if not value.is_number:
        raise pointed(sentence, place, f"A number is wanted here, not {text.strip()!r}")
    return float(value)


def _split(sentence: str, mark: str) -> tuple[str, str, int]:
    """What stands before and behind a mark, and where the second begins."""
    before, _, behind = sentence.partition(mark)
    start = len(before) + len(mark) + (len(behind) - len(behind.lstrip()))
    return before.strip(), behind.strip(), start


def _with_equals(sentence: str) -> Statement:
    left, right, place = _split(sentence, "=")
    left = primed(left).strip()
    if not left or not right:
        raise pointed(sentence, 0 if not left else len(sentence), "One side of the = is empty")
    if right in _CONSTANT:
        return Conserved(expression(sentence, left, 0), sentence)
    if found := re.fullmatch(rf"({NAME})('+)", left):
        if len(found[2]) > MOST_PRIMES:
            raise pointed(sentence, found.start(2) + MOST_PRIMES, _THIRD)
        return Equation(found[1], len(found[2]), expression(sentence, right, place, vectors=True), sentence)
    if found := re.fullmatch(rf"{_NEXT} ({NAME})|({NAME}) ?\[ ?({NAME}) ?\+ ?1 ?\]", left):
        now = rf"(?<=\w) ?\[ ?{found[3]} ?\]"
        side = re.sub(now, lambda index: " " * len(index[0]), right) if found[3] else right
        return Equation(found[1] or found[2], 1, expression(sentence, side, place, vectors=True), sentence, step=True)
    if found := re.fullmatch(_AT, left):
        if uncertain := re.search(_DEVIATION, right[1:]):
            raise pointed(
                sentence, place + 1 + uncertain.start(),
                f"Behind = stands the exact value; did you mean '{left} ~ {right}'?",
            )  # fmt: skip
        time, value = _number(sentence, found[2], found.start(2)), _number(sentence, right, place)
        return StartOf(found[1], time, value, 0.0, sentence)
    if not re.fullmatch(NAME, left):
        if re.search(rf"{NAME}'", primed(sentence)) and not _as_one(left):
            before, behind = (expression(sentence, *side, vectors=True) for side in ((left, 0), (right, place)))
            return of_highest(before, behind, sentence)
        raise pointed(
            sentence, 0,
            "On the left stands a derivative such as x' or x'', or the name of a constant; of a sum that is conserved "
            f"is said S + I + R = const{_as_one(left)}",
        )  # fmt: skip
    if found := re.fullmatch(rf"\(\s*({NAME}(?:\s*,\s*{NAME})+)\s*\)", right):
        return Vector(left, tuple(part.strip() for part in found[1].split(",")), sentence)
    if found := re.fullmatch(_WITH_UNIT, right):
        raise pointed(
            sentence, place + found.end(1),
            "A constant is told by a number alone, in the units of the columns; between factors stands *",
        )  # fmt: skip
    if found := re.search(_DEVIATION, right):
        raise pointed(
            sentence, place + found.start(),
            f"Behind = stands the exact value of a constant; did you mean '{left} ~ {right}'?",
        )  # fmt: skip
    return Definition(left, expression(sentence, right, place), sentence)


def of_highest(left: sp.Expr, right: sp.Expr, sentence: str) -> Equation | Implicit:
    """The equation of the highest derivative in ``left = right``, or what there is to be solved with other sentences.

    Raises:
        ExpressionError: it cannot be solved for one.
    """
    try:
        found = solved(left, right, sentence)
    except ExpressionError as error:
        raise pointed(sentence, 0, str(error)) from None
    if "'" * (MOST_PRIMES + 1) in sentence:
        raise pointed(sentence, sentence.find("'" * (MOST_PRIMES + 1)) + MOST_PRIMES, _THIRD)
    return found


def _as_one(left: str) -> str:
    """How a column is written whose name has blanks or hyphens, as ``Anti-RBD IgG``; nothing if it can be none."""
    if not (found := re.fullmatch(r"([^\W\d]\w*(?:[ -]\w+)+)'*", left)):
        return ""
    name = re.sub("[ -]", "_", found[1])
    return f". If {found[1]} is one column, write {name}: names in sentences are one word, and factors have * between"


def _prior(sentence: str) -> Prior | StartOf:
    name, right, place = _split(sentence, "~")
    start = re.fullmatch(_AT, name)
    if not start and not re.fullmatch(NAME, name):
        raise pointed(sentence, 0, "Before ~ stands the name of a constant")
    found = re.fullmatch(rf"(.+?)\s*(?:{_DEVIATION})\s*(.+)", right)
    if not found:
        raise pointed(sentence, place, "Behind ~ stands a number and its deviation, as in k ~ 1.2 +- 0.1")
    mean = _number(sentence, found[1], place)
    deviation = _number(sentence, found[2], place + found.start(2))
    if deviation <= 0.0:
        raise pointed(sentence, place + found.start(2), "A deviation is above zero")
    if start:
        return StartOf(start[1], _number(sentence, start[2], start.start(2)), mean, deviation, sentence)
    return Prior(name, mean, deviation, sentence)


def _bounds(sentence: str) -> Bounds:
    parts = re.split(r"(<=|>=|<|>)", sentence)
    texts, signs = [part.strip() for part in parts[::2]], [part[0] for part in parts[1::2]]
    places = [len("".join(parts[: 2 * i])) + len(parts[2 * i]) - len(parts[2 * i].lstrip()) for i in range(len(texts))]
    names = [i for i, text in enumerate(texts) if re.fullmatch(NAME, text) and text != "pi"]
    if len(signs) > 2 or len(set(signs)) > 1 or len(names) != 1 or (len(signs) == 2 and names[0] != 1):
        raise pointed(sentence, places[-1], "Bounds are written a > 0, a < 3 or 0 < a < 1, with the constant alone")
    low, high, at = -math.inf, math.inf, names[0]
    for i, text in enumerate(texts):
        if i != at:
            value = _number(sentence, text, places[i])
            if (i < at) == (signs[0] == "<"):
                low = value
            else:
                high = value
    if low >= high:
        raise pointed(sentence, 0, f"No number is between {low:g} and {high:g}")
    return Bounds(texts[at], low, high, sentence)


def _of_words(sentence: str, name: str, word: str, rest: str) -> Statement:
    place = len(sentence) - len(rest)
    if word == "same":
        if rest not in ("", "in all equations", "everywhere"):
            raise pointed(sentence, place, "This is written 'beta same in all equations'")
        return Shared(name, sentence)
    if word == "angle":
        if rest:
            raise pointed(sentence, place, f"Nothing stands behind {word!r}")
        return Angle(name, sentence)
    if word in ("increasing", "decreasing"):
        if rest:
            raise pointed(sentence, place, f"Nothing stands behind {word!r}")
        return Trend(name, 1 if word == "increasing" else -1, sentence)
    parts = [(found[0], place + found.start()) for found in re.finditer(r"[^,\s][^,]*(?<!\s)", rest)]
    if not parts:
        raise pointed(sentence, len(sentence), f"Behind {word!r} stand names, separated by commas")
    if word == "uses":
        return Uses(name, tuple(expression(sentence, text, at) for text, at in parts), sentence)
    for text, at in parts:
        if text not in FUNCTIONS:
            near = get_close_matches(text, FUNCTIONS, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; the functions are {', '.join(sorted(FUNCTIONS))}"
            raise pointed(sentence, at, f"There is no function {text!r}{hint}")
    return Without(name, tuple(text for text, _ in parts), sentence)
