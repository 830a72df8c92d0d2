"""Parts of a result as tables of pandas."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import sympy as sp

from discovery.knowledge.dimensions import UNTOLD
from discovery.reports.naming import units_of_constants, with_names
from discovery.reports.owning import collapsed, collapsed_expression
from discovery.reports.rows import engine_names, span
from discovery.reports.text import as_read, columns_of, right_hand_sides, rounded
from discovery.structure import Owned
from discovery.symbolic.complexity import is_constant
from discovery.symbolic.phases import decimals
from discovery.types import DiscoveryResult, Law, symbol


def front(result: DiscoveryResult) -> pd.DataFrame:
    """The laws of the front, the chosen one first.

    One row for each law, by rank: ``score`` and ``gap`` to the first one in nats, ``misfit`` (chi-squared per value),
    ``r_squared``, ``held_out`` (mean squared forecast error in variances of the states; NaN if not tried),
    ``complexity``, the ``engines`` that proposed it, and the right-hand side of each state's derivative by the user's
    name of the state.
    Columns are called as the user calls them, ``S`` where code needs ``S_``.
    """
    laws, times, headers = result.ranking.front, span(result), columns_of(result)
    owned = result.structure.owned
    rows = [
        {
            "score": ranked.score,
            "gap": ranked.score - laws[0].score,
            "misfit": ranked.misfit,
            "r_squared": ranked.r_squared,
            "held_out": ranked.held_out,
            "complexity": ranked.complexity,
            "engines": ", ".join(engine_names((ranked,))),
            **{
                f"({result.headers.get(state, state)})'": side
                for state, side in zip(law.states, right_hand_sides(law, times=times, headers=headers), strict=True)
            },
        }
        for ranked in laws
        for law in [collapsed(ranked.law, owned)]
    ]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="rank"))


def constants(result: DiscoveryResult) -> pd.DataFrame:
    """The constants of the chosen law; no rows if there is none.

    One row for each constant and term in which it stands: the user's name of the state whose derivative has the term,
    the ``term`` with letters for constants, or the names that were told, one for all groups, and the constant's
    ``value`` with the bounds ``low`` and ``high`` of its 95 % interval, NaN where the data do not tell. The ``unit`` is
    1 where it has none, and empty where the columns do not tell it.
    """
    columns = ["state", "term", "constant", "value", "low", "high", "unit"]
    if not result.ranking.front:
        return pd.DataFrame(columns=pd.Index(columns))
    ranked, times, headers = result.ranking.front[0], span(result), columns_of(result)
    missing = (float("nan"),) * len(ranked.law.constants)
    names = {f"c{i}": name for i, name in enumerate(ranked.law.called)}
    bounds = list(zip(ranked.law.constants, ranked.lows or missing, ranked.highs or missing, strict=True))
    sides = list(zip(ranked.law.states, ranked.law.skeletons, strict=True))
    owned = result.structure.owned
    letters = [one.name for one in owned]
    units = ["" if unit == UNTOLD else unit or "1" for unit in units_of_constants(result, ranked.law)]
    rows = [
        (
            result.headers.get(state, state),
            with_names(written_term(as_read(_own(term, ranked.law, owned, i), headers), times, letters), names),
            names[f"c{i}"],
            *bounds[i],
            units[i],
        )
        for i in range(len(bounds))
        for state, skeleton in sides
        for term in sp.Add.make_args(skeleton)
        if symbol(f"c{i}") in term.free_symbols
    ]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def _own(term: sp.Expr, law: Law, owned: Sequence[Owned], number: int) -> sp.Expr:
    """A term in which a constant stands, as a person writes it for the group of that constant."""
    return collapsed_expression(term, law, owned, law.told[number] if number < len(law.told) else "")


def written_term(term: sp.Expr, times: Sequence[float] = (), names: Sequence[str] = ()) -> str:
    """A term, its constants in front of the states; numbers are short, but for those that waves of time need.

    Args:
        names: of constants that are not called c0, c1, ...
    """
    number, product = rounded(term, 4, decimals((term,), times) if times else {}).as_coeff_Mul()
    factors = sp.Mul.make_args(product)
    letters = [factor for factor in factors if is_constant(str(factor)) or str(factor) in names]
    rest = sp.Mul(*[factor for factor in factors if factor not in letters])
    written = [*map(str, letters), *([f"({rest})" if rest.is_Add else str(rest)] if rest != 1 else [])]
    front = "" if number == 1 else "-" if number == -1 else f"{float(number):.4g}*" if number.is_Float else f"{number}*"
    return front + "*".join(written)
