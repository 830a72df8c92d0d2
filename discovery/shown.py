"""Values that a notebook shows as mathematics.

What is shown is drawn by :mod:`discovery.reports.notebook`, which stands above the values and is imported, by its name,
when a notebook asks; so the values themselves stay light and know nothing of reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Shown:
    """Gives a value the methods by which IPython asks what to show."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls._repr_pretty_ = Shown._repr_pretty_  # IPython takes a class's own __repr__ before what it inherits

    def _repr_html_(self) -> str:
        return _notebook().html(self)

    def _repr_latex_(self) -> str | None:
        return _notebook().latex(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(type(self)) if cycle else _notebook().text(self))


def _notebook() -> Any:
    return import_module("discovery.reports.notebook")
