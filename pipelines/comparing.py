"""What `discover compare` prints: whether two laws, each an expression or the law of a run, are the same."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discovery.errors import UsageError
from discovery.wording import listed

if TYPE_CHECKING:
    import sympy as sp

    from discovery.symbolic.compare import FormVerdict, Region

_FREE = re.compile(r"c\d+")  # names of constants in laws
_Told = tuple[dict[str, "sp.Expr"], set[str]]  # right-hand sides by state, and which of these are told by their value


def compare_command(found: str, reference: str, *, region: str = "", as_json: bool) -> None:
    """The verdict on stdout, and how it was reached on stderr; with ``as_json`` both in one document.

    Args:
        region: where to compare, as ``x=50:200,y=0:1``; a variable that is not named has [-3, 3], or the range of its
            records.

    Raises:
        UsageError: an expression that is none, or that does not fit the law of the run, a folder without a law, a
            region that is none or of another variable.
    """
    folders = [one for one in (found, reference) if Path(one).is_dir()]
    verdict = (_compare_runs if folders else _compare_texts)(found, reference, region)
    if as_json:
        error = verdict.largest_error if verdict.largest_error == verdict.largest_error else None
        document = {"verdict": verdict.verdict, "how": verdict.how, "largest_error": error}
        sys.stdout.write(json.dumps(document) + "\n")
        return
    sys.stdout.write(f"{verdict.verdict}\n")
    sys.stderr.write(f"{verdict.how}\n")


def _compare_texts(found: str, reference: str, region: str) -> FormVerdict:
    (left, of_left), (right, of_right) = _sides(found), _sides(reference)
    if len(left) == len(right) == 1 and "" in (*left, *right):  # one is a right-hand side alone
        left, right = ({"": side} for law in (left, right) for side in law.values())
        of_left = of_right = set[str]()
    if left.keys() != right.keys():
        one, other = (", ".join(filter(None, law)) or "no state" for law in (left, right))
        raise UsageError(f"These are equations of {one} and of {other}; compare laws of the same states.")
    names = sorted(one for one in _symbols([*left.values(), *right.values()]) if not _FREE.fullmatch(one))
    if apart := _of_kinds(left, of_left ^ of_right):
        return apart
    verdict = _judged(left, right, names, _ranges(region, names))
    return replace(verdict, how=verdict.how.removeprefix("Equation of : "))


def _sides(text: str) -> _Told:
    """Right-hand sides by state, of ``x' = ...; V = ...``; by no name, of an expression alone.

    Raises:
        UsageError: an equation that gives neither first derivative, nor next value, nor value of a state.
    """
    from discovery.knowledge.sentences import absolute, read_sentence
    from discovery.knowledge.solved import together
    from discovery.knowledge.statements import Definition, Equation
    from discovery.symbolic.parse import parse

    if "=" not in text:
        return {"": parse(text)}, set()
    found: dict[str, sp.Expr] = {}
    algebraic: set[str] = set()
    for one in together([read_sentence(part) for part in filter(str.strip, text.split(";"))]):
        if isinstance(one, Definition) and not one.value.is_number:
            one = Equation(one.name, 0, one.value, one.sentence)
            algebraic.add(one.state)
        if not isinstance(one, Equation) or one.order > 1 or one.state in found:
            raise UsageError(f"{one.sentence!r} is no equation to compare. Write x' = ...; y' = ..., each once.")
        found[one.state] = absolute(one.side)
    return _without(found, {state: found[state] for state in algebraic}), algebraic


def _without(law: Mapping[str, sp.Expr], algebraic: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
    """The law with the sides of algebraic states in their place, as laws of runs are.

    Raises:
        UsageError: one of them is told by way of itself.
    """
    from discovery.symbolic.constants import substituted
    from discovery.types import symbol

    sides: dict[sp.Expr, sp.Expr] = {symbol(state): side for state, side in algebraic.items()}
    for _ in sides:  # as often as one may stand in the next
        law = {state: substituted(side, sides) for state, side in law.items()}
    if sides and (left := sorted(_symbols(law.values()) & algebraic.keys())):
        raise UsageError(f"{left[0]} = ... is told by way of itself. Write it in states that have derivatives.")
    return dict(law)


def _of_kinds(law: Mapping[str, sp.Expr], apart: set[str]) -> FormVerdict | None:
    """The verdict where one law tells the value of a state, and the other its derivative; None where none is so."""
    from discovery.symbolic.compare import FormVerdict

    for state in (one for one in law if one in apart):
        return FormVerdict("different", f"Equation of {state}: one law tells its value, and the other its derivative.")
    return None


def _compare_runs(found: str, reference: str, region: str) -> FormVerdict:
    """The verdict on the laws of two runs, or of a run and a text, on the range of the records or what was told; inputs
    and time are variables as the states are.
    """
    results = {text: _with_law(text) for text in (found, reference) if Path(text).is_dir()}
    laws = [dict(results[text].law.equations) if text in results else {} for text in (found, reference)]
    kinds = [set(results[text].law.algebraic) if text in results else set[str]() for text in (found, reference)]
    for i, text in enumerate((found, reference)):
        if text not in results:
            laws[i], kinds[i] = _told(text, *next(iter(results.items())))
            laws[1 - i] = {state: laws[1 - i][state] for state in laws[i]}
    if apart := _of_kinds({state: laws[0][state] for state in laws[0] if state in laws[1]}, kinds[0] ^ kinds[1]):
        return apart
    states = [state for result in reversed(results.values()) for state in result.law.equations]
    used = sorted(_symbols([side for law in laws for side in law.values()]))
    names = tuple(dict.fromkeys((*states, *(one for one in used if not _FREE.fullmatch(one)))))
    seen = _seen([*results.values()]) | _ranges(region, names)
    ranges = {name: seen[name] for name in names if name in seen}
    verdict = _judged(laws[0], laws[1], names, ranges)
    said = ", ".join(f"{low:.3g} <= {name} <= {high:.3g}" for name, (low, high) in ranges.items())
    return replace(verdict, how=f"{verdict.how} Compared where {said}.") if said else verdict


def _judged(
    found: Mapping[str, sp.Expr], reference: Mapping[str, sp.Expr], names: Sequence[str], region: Region
) -> FormVerdict:
    """The verdict, in which c0, c1, ... are constants of any value: the form alone is then compared.

    Where only the found law has some, it is the family, of which the reference may be a member.
    """
    from discovery.symbolic.compare import SAME_FORM, compare_laws

    free = {one for one in _symbols([*found.values(), *reference.values()]) if _FREE.fullmatch(one)}
    if not free:
        return compare_laws(found, reference, names=names, region=region)
    inner = [one for one in _symbols(reference.values()) if _FREE.fullmatch(one)]
    member, family = (found, reference) if inner else (reference, found)
    best: FormVerdict | None = None
    for size in (1.0, _size(member)):
        # Any values do, but such as do not cancel, and not too far from those that are looked for.
        values = {name: size * (1.0 + 0.618034 * i % 1.0) for i, name in enumerate(sorted(free), start=1)}
        others = {
            state: _put(side, {name: 1.3 * one for name, one in values.items()}) for state, side in member.items()
        }
        tried = compare_laws(others, family, names=names, region=region, free=values)
        if best is None or tried.verdict in SAME_FORM:
            best = tried
    assert best is not None
    return _of_form(best, sorted(free, key=lambda name: int(name[1:])))


def _of_form(verdict: FormVerdict, free: Sequence[str]) -> FormVerdict:
    """The verdict on laws with free constants, in which nothing is said of the values that these were given."""
    from discovery.symbolic.compare import SAME_FORM, FormVerdict

    where = f"{verdict.how.partition(': ')[0]}: "
    if verdict.verdict in SAME_FORM:
        are = "is a free constant" if len(free) == 1 else "are free constants"
        return FormVerdict("same structure", f"One form: {listed(free)} {are}, so that values are not compared.")
    if verdict.verdict == "different" and verdict.how.startswith(f"{where}No constants"):
        return replace(verdict, how=f"{where}No values of {listed(free)} give it.")
    return verdict


def _size(law: Mapping[str, sp.Expr]) -> float:
    """Typical size of the numbers of a law: the geometric mean."""
    import numpy as np
    import sympy as sp

    numbers = [abs(float(one)) for side in law.values() for one in side.atoms(sp.Float, sp.Rational) if one != 0]
    return float(np.exp(np.mean(np.log(numbers)))) if numbers else 1.0


def _put(side: sp.Expr, values: Mapping[str, float]) -> sp.Expr:
    import sympy as sp

    from discovery.symbolic.constants import substituted
    from discovery.types import symbol

    put: dict[sp.Expr, sp.Expr] = {symbol(name): sp.Float(value) for name, value in values.items()}
    return substituted(side, put)


def _symbols(sides: Any) -> set[str]:
    return {str(one) for side in sides for one in side.free_symbols}


def _told(text: str, folder: str, result: Any) -> _Told:
    """The right-hand sides that a text tells, by state: ``x' = ...; V = ...``, or of one state the right side alone.

    Raises:
        UsageError: they are no equations of states of the law.
    """
    from discovery.knowledge.algebraic import as_equation
    from discovery.knowledge.knowledge import Names
    from discovery.knowledge.sentences import absolute, read_sentence
    from discovery.knowledge.solved import together
    from discovery.knowledge.statements import Equation
    from discovery.symbolic.parse import parse

    names = Names(result.headers, result.inputs, result.time_name, discrete=result.law.discrete)
    law, algebraic = result.law.equations, result.law.algebraic
    moving = {state: side for state, side in law.items() if state not in algebraic}
    called = {state: names.written(state) if state in names.states else state for state in law}
    example = "; ".join(f"{result.law.left(state, name)} = ..." for state, name in called.items())
    if "=" not in text:
        if len(law) > 1:
            raise UsageError(
                f"{folder} is a run with {len(law)} equations, and {text} is neither a folder nor equations. Write "
                f'"{example}", or some of these.'
            )
        return {state: _of_law(parse(text), text, moving, names) for state in law}, set()
    told: dict[str, sp.Expr] = {}
    orders: dict[str, int] = {}
    columns, parts = (*names.states, *names.inputs), filter(str.strip, text.split(";"))
    for one in together([as_equation(read_sentence(part, columns), names) for part in parts]):
        state = names.identifier(one.state) if isinstance(one, Equation) else ""
        if isinstance(one, Equation) and one.order == 2:
            state = _rate(moving, state)
        if not isinstance(one, Equation) or state not in law:
            raise UsageError(f"{one.sentence!r} is no equation of a state of {folder}. Write {example}.")
        told[state], orders[state] = _of_law(absolute(one.side), one.sentence, moving, names), one.order
    by_value = {state for state, order in orders.items() if order == 0}
    known = {state: law[state] for state in algebraic if state not in told}
    return _without(told, known | {state: told[state] for state in by_value}), by_value


def _rate(law: Mapping[str, sp.Expr], state: str) -> str:
    """The state that is the rate of another; empty if there is none."""
    return str(law[state]) if state in law and str(law[state]) in law else ""


def _of_law(side: sp.Expr, text: str, law: Mapping[str, sp.Expr], names: Any) -> sp.Expr:
    """A right-hand side in the symbols of a law.

    Raises:
        UsageError: it has a name that the law's data have not.
    """
    from sympy.core.function import AppliedUndef

    from discovery.headers import bare
    from discovery.symbolic.constants import substituted
    from discovery.types import symbol

    for call in sorted(side.atoms(AppliedUndef), key=str):
        raise UsageError(f"{text.strip()} has the unknown function {call}. Write out what is to be compared.")
    meant: dict[sp.Expr, sp.Expr] = {}
    for name in sorted(_symbols([side])):
        plain = name.rstrip("'")
        own = names.identifier(plain)
        own = own if plain == name else _rate(law, own)
        own = own or ("t" if name in ("t", names.time, bare(names.time)) else "")
        if not own and not _FREE.fullmatch(name):
            raise UsageError(
                f"{text.strip()} has {name!r}, which is no folder and no column of the run. Its columns are "
                f"{', '.join(names.known)}; free constants are called c0, c1, ..."
            )
        meant[symbol(name)] = symbol(own or name)
    return substituted(side, meant)


def _ranges(region: str, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The range of each variable that is named in ``x=50:200,y=0:1``."""
    ranges: dict[str, tuple[float, float]] = {}
    for part in filter(None, map(str.strip, region.split(","))):
        name, _, ends = part.partition("=")
        low, high = _ends(ends)
        if name.strip() not in names or not low < high:
            raise UsageError(
                f"--region has {part!r}, which is no range of a variable. The variables are {', '.join(names)}; write "
                f"for example --region {names[0] if names else 'x'}=50:200."
            )
        ranges[name.strip()] = low, high
    return ranges


def _ends(text: str) -> tuple[float, float]:
    """Both ends of ``50:200``; NaN if it is no finite range."""
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        return math.nan, math.nan
    return (low, high) if math.isfinite(high - low) else (math.nan, math.nan)


def _with_law(folder: str) -> Any:
    from pipelines.store import load

    result = load(Path(folder))
    if result.law is None:
        raise UsageError(f"{folder} holds no law. Compare runs that found one.")
    return result


def _seen(results: Sequence[Any]) -> dict[str, tuple[float, float]]:
    """Range of each variable of the laws in all records, states by their smoothed curves; none for what rests."""
    import numpy as np

    seen: dict[str, tuple[float, float]] = {}
    for result in results:
        for run, curve in zip(result.trajectories, result.smoothing.trajectories, strict=False):
            columns = [*zip(result.law.states, curve.states.T, strict=True)]
            columns += [*zip(result.law.inputs, run.inputs.T, strict=False), ("t", curve.times)]
            for name, values in columns:
                low, high = float(np.min(values)), float(np.max(values))
                before = seen.get(name, (low, high))
                seen[name] = min(low, before[0]), max(high, before[1])
    return {name: ends for name, ends in seen.items() if ends[0] < ends[1]}
