"""The formats by name. A format is the file of that name, whose function ``write`` makes the text of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from discovery.errors import DataError, UsageError

if TYPE_CHECKING:
    from discovery.types import DiscoveryResult

FORMATS: Mapping[str, str] = {
    "python": "a function without packages; its example takes SciPy",
    "numpy": "a function of many states at once; its example takes SciPy",
    "julia": "a function as OrdinaryDiffEq.jl calls it, and an example without packages",
    "c": "a function in C99 and a program that integrates it",
    "matlab": "a function file for MATLAB and Octave",
    "r": "a function as deSolve calls it, and an example that takes it",
    "latex": "a document with the equations and the tables of constants",
    "sympy": "code that builds the expressions",
    "sbml": "SBML Level 3 Version 1, one rate rule for each state",
    "modelica": "a Modelica model",
    "csv": "measured, fitted and forecast states",
    "constants": "a CSV table of the constants and their intervals",
}

OF_MAPS = tuple(name for name in FORMATS if name not in ("sbml", "modelica"))  # which have derivatives alone
OWNED = ("python", "numpy", "sympy", "latex", "csv", "constants")  # which hold constants of each group too
DRIVEN = (*OWNED, "julia", "c", "matlab", "r", "modelica")  # which hold inputs too
OF_ALGEBRAIC = (*OWNED, "modelica")  # which hold states without derivatives too


def export(result: DiscoveryResult, to: str, *, rank: int = 1) -> str:
    """The law of a result, complete, as text of another format.

    Args:
        to: a name of :data:`FORMATS`.
        rank: place of the law on the front; 1 is the chosen one.

    Raises:
        UsageError: there is no such format, or no law at that place.
        DataError: the result has no law.
        ExpressionError: the law has a function that cannot be written there.
    """
    if to not in FORMATS:
        raise UsageError(f"There is no export to {to!r}. Choose from {', '.join(FORMATS)}.")
    front = result.ranking.front
    if not front:
        raise DataError("There is no law to export: none was found that can be simulated. The verdict says why.")
    if not 1 <= rank <= len(front):
        raise UsageError(f"There is no law at place {rank} of the front. It has {len(front)}; choose from those.")
    if rank > 1 and to == "csv":
        raise UsageError("Only the chosen law was fitted and forecast sample by sample. Export csv without a rank.")
    if (owned := result.structure.owned) and to not in OWNED:
        raise UsageError(
            f"The law has constants of each group ({', '.join(one.name for one in owned)}), which an export to {to} "
            f"cannot hold. Choose from {', '.join(OWNED)}, or forecast one with `discover simulate --group`."
        )
    if front[rank - 1].law.inputs and to not in DRIVEN:
        raise UsageError(
            f"The law has inputs ({', '.join(result.inputs.values())}), which an export to {to} cannot hold. "
            f"Choose from {', '.join(DRIVEN)}, or forecast with `discover simulate --inputs`."
        )
    if (read := front[rank - 1].law.algebraic) and to not in OF_ALGEBRAIC:
        names = ", ".join(result.headers.get(one, one) for one in read)
        raise UsageError(
            f"The law tells {names} by a value at each time, which an export to {to} cannot hold. Choose from "
            f"{', '.join(OF_ALGEBRAIC)}, or forecast with `discover simulate`."
        )
    if result.trajectories[0].discrete and to not in OF_MAPS:
        raise UsageError(
            f"The law is a map, and an export to {to} has derivatives alone. Choose from {', '.join(OF_MAPS)}."
        )
    return import_module(f"discovery.export.{to}").write(ranked(result, rank))


def ranked(result: DiscoveryResult, rank: int) -> DiscoveryResult:
    """The result with the law at that place of the front, counted from 1, as the chosen one."""
    if rank == 1:
        return result
    front = result.ranking.front
    law = front[rank - 1]
    headline = f"Law {rank} of the front, {law.score - front[0].score:.3g} nats behind the first one."
    return replace(
        result,
        ranking=replace(result.ranking, front=(law, *front[: rank - 1], *front[rank:])),
        verdict=replace(result.verdict, headline=headline),
    )
