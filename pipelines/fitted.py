"""What a fitted estimator tells of its law: as values, as text, as tables, and to a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.exceptions import NotFittedError

from discovery.errors import DataError
from discovery.export.formats import export
from discovery.reports import notebook, tables, text
from discovery.reports.owning import collapsed
from discovery.reports.rows import span
from discovery.types import DiscoveryResult, Law

if TYPE_CHECKING:
    import pandas as pd


class FittedLaw:
    """The part of an estimator that reads its result."""

    result_: DiscoveryResult

    def _fitted(self) -> DiscoveryResult:
        if not hasattr(self, "result_"):
            raise NotFittedError("This EquationDiscovery is not fitted yet. Call fit(X, t) first.")
        return self.result_

    @property
    def law_(self) -> Law:
        """The law.

        Raises:
            NotFittedError: before ``fit``.
            DataError: no law was found that can be simulated.
        """
        law = self._fitted().law
        if law is None:
            raise DataError("No law was found in these data. See result_.verdict for the reasons.")
        return law

    @property
    def _written_law(self) -> Law:
        """The law with one letter for constants that differ between groups."""
        return collapsed(self.law_, self.result_.structure.owned)

    @property
    def equations_(self) -> dict[str, str]:
        """Right-hand sides as text that code can read, by the state's identifier: ``S_`` for a column ``S``."""
        return {state: str(rhs) for state, rhs in self._written_law.equations.items()}

    @property
    def front_(self) -> pd.DataFrame:
        """The laws that were compared, the chosen one first."""
        return tables.front(self._fitted())

    @property
    def coefficients_(self) -> pd.DataFrame:
        """The constants of the law with their terms and 95 % intervals."""
        return tables.constants(self._fitted())

    def equations(self, precision: int = 4) -> list[str]:
        """Right-hand sides as text in the columns' own names, numbers rounded to that many significant digits.

        Those in waves of time get more where the record needs them.
        """
        return list(
            text.right_hand_sides(self._written_law, precision, span(self.result_), text.columns_of(self.result_))
        )

    def print(self, precision: int = 4) -> None:
        """Prints the law, one equation a line."""
        lines = text.lines(self._written_law, precision, span(self.result_), text.columns_of(self.result_))
        print("\n".join(lines))  # noqa: T201 -- what it is for

    def export(self, to: str) -> str:
        """The law in another language; see :data:`discovery.export.formats.FORMATS` for their names."""
        return export(self._fitted(), to)

    def _repr_latex_(self) -> str | None:
        """The law, typeset, for notebooks; nothing before ``fit``."""
        return notebook.latex(self.result_) if hasattr(self, "result_") else None
