"""How figures look: palette, type, thinning; and their text as PDF for print and SVG for the page."""

from __future__ import annotations

import io
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Int
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from discovery.reports.naming import symbols
from discovery.symbolic.lettering import printable
from discovery.types import DiscoveryResult

INK, MUTED, PAPER = "#1c2024", "#8a9099", "#fefefe"
# Okabe and Ito, "Color Universal Design" (2008): told apart with every common colour blindness. Yellow is left out.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
SHAPES = "osD^vP"  # with the palette, so that states are told apart in grey as well
STREAM = (MUTED, 0.55)  # the flow stays behind what was measured
# On the page each colour is a CSS variable, which the style sheet lightens for dark mode.
_CSS_COLOURS = {
    INK: "currentColor", MUTED: "var(--muted)", PAPER: "var(--paper)", BLUE: "var(--blue)",
    VERMILION: "var(--vermilion)", GREEN: "var(--green)", PURPLE: "var(--purple)", ORANGE: "var(--orange)",
    SKY: "var(--sky)",
}  # fmt: skip
MOST_POINTS = 2000  # more cannot be told apart at the width of a page, and make files slow to open
WIDTH = 6.38  # inches, the text width of the report, so that 8 points are 8 points in print
HALF, NARROW_HEIGHT = 3.12, 2.15  # of a figure that stands beside another

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 7.5, "axes.titlesize": 7.5, "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.7, "axes.labelcolor": INK,
    "axes.edgecolor": INK, "axes.titlecolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "xtick.major.width": 0.7, "ytick.major.width": 0.7, "legend.frameon": False, "lines.linewidth": 1.3,
    "lines.markersize": 3.2, "figure.constrained_layout.use": True, "axes.formatter.useoffset": False,
    "xtick.major.size": 2.5, "ytick.major.size": 2.5, "legend.fontsize": 7.5, "axes.labelpad": 2.5,
    "figure.constrained_layout.h_pad": 0.02, "figure.constrained_layout.w_pad": 0.03, "svg.fonttype": "none",
    "pdf.fonttype": 42, "figure.dpi": 72, "text.hinting": "none", "figure.facecolor": "none", "axes.facecolor": "none",
}  # fmt: skip


@contextmanager
def style(name: str) -> Generator[None]:
    """Matplotlib's own defaults and our style, whatever the user's settings are; ids of the SVG follow ``name``."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({**_STYLE, "svg.hashsalt": name})
        yield


def thin(count: int) -> Int[np.ndarray, " point"]:
    """Indices of at most ``MOST_POINTS`` points out of ``count``, evenly spread, first and last among them."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, MOST_POINTS)).astype(int))


def lettering(text: str, longest: int = 36) -> str:
    """``text`` for a figure: shortened, and a box for each character that the font does not have."""
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    known = "".join(c if font.get_char_index(ord(c)) else "\u25a1" for c in printable(text))
    known = f" {known}" if known.startswith("_") else known  # a legend leaves out what starts with an underscore
    return known if len(known) <= longest else known[: longest - 1] + "…"


def dot_size(count: int) -> float:
    """Diameter in points of ``count`` dots in one panel, so that many leave the line through them to be seen."""
    return float(np.clip(3.2 - 1.4 * np.log10(max(count, 1) / 50.0), 1.1, 3.2))


def header(result: DiscoveryResult, state: str, longest: int = 36, line: int = 36) -> str:
    """Column name of a state or input for a figure: a symbol before a long one, broken where a line ends."""
    name = {**result.inputs, **result.headers}.get(state, state)
    if len(name) > longest and state not in result.inputs:
        name = f"{next(one.shown for one in symbols(result) if one.identifier == state)}: {name}"
    text = lettering(name, longest)
    if len(text) <= line:
        return text
    place = text.rfind(" ", line // 2, line) + 1 or max(text.rfind(sign, 1, line) for sign in "_-/") + 1 or line
    return f"{text[:place]}\n{text[place:][:line]}"


def label(axes: Axes, *, x: str = "", y: str = "", title: str = "") -> None:
    """Labels that are never read as formulas, so that a dollar in a column name stays a dollar."""
    for setter, text in ((axes.set_xlabel, x), (axes.set_ylabel, y), (axes.set_title, title)):
        if text:
            setter(text if "\n" in text else lettering(text), parse_math=False)


def lay_out(figure: Figure) -> None:
    """Gives each part of the figure its place, which it keeps."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        engine.execute(figure)  # labels get their room in a second pass only
        figure.set_layout_engine("none")


def pdf(figure: Figure) -> bytes:
    """A figure that is laid out as PDF, the same bytes each time."""
    buffer = io.BytesIO()
    metadata = {"CreationDate": None, "Producer": None, "Creator": None}
    FigureCanvasPdf(figure).print_pdf(buffer, metadata=metadata)  # type: ignore[arg-type]
    return buffer.getvalue()


def svg(figure: Figure) -> str:
    """A figure that is laid out as an SVG file, the same text each time."""
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue()


def inline(image: str, name: str, description: str) -> str:
    """An SVG file's text as an element of a page: own ids, the page's font and colours, nothing that points outside.

    Args:
        name: put before each id, so that several figures live on one page.
        description: read aloud instead of the figure; must be escaped already.
    """
    element = image[image.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r' xmlns(:\w+)?="[^"]*"', "", element).replace("xlink:href=", "href=")
    element = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', element)
    element = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", element)
    for colour, variable in _CSS_COLOURS.items():
        element = element.replace(colour, variable)
    element = element.replace("'DejaVu Sans'", "var(--sans)")
    begin = re.compile(r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>")
    return begin.sub(lambda found: f'<svg {found[1]} role="img" aria-label="{description}">', element, count=1)
