"""Where the data and text files are that the program needs: shipped in the wheel, beside the code in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``datasets/known``, ``reports/templates`` and so on, by that name."""
    shipped = _PACKAGE / "_shipped" / name
    return shipped if shipped.exists() else _PACKAGE.parent / name
