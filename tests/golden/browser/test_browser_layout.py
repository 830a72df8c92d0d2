"""The HTML report in a real browser, looked at: formulas, widths, contrast, paper, pictures."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from discovery.reports.write import write_report


@pytest.fixture(scope="module")
def crowded(written, many_states, many_runs, tmp_path_factory) -> dict[str, Path]:
    """The usual reports, and those of results with more than a page can show."""
    paths = {name: files.html for name, files in written.items()}
    for name, result in (("many_states", many_states), ("many_runs", many_runs)):
        paths[name] = write_report(result, tmp_path_factory.mktemp(name), pdf=False).html
    return paths


def test_formulas_are_laid_out_in_the_font_of_the_page(page, written):
    """Fractions are built up, signs of equality stand below each other, and the font with MathML's tables is in use."""
    page.open(written["lynx_hare"].html)
    height = "document.querySelector({!r}).getBoundingClientRect().height"
    assert page.ask(f"{height.format('.law .left mfrac')} > 1.7 * {height.format('.law .left mfrac mi')}")
    ends = page.ask("[...document.querySelectorAll('.law .left mo')].map(e => e.getBoundingClientRect().right)")
    assert 2 == len(ends)
    assert ends[0] == pytest.approx(ends[1], abs=0.5)
    families = page.ask("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family).join()")
    assert "Report Math" in families
    assert "Report Sans" in families


def test_long_equations_are_broken_between_terms(page, written):
    """On a telephone the terms of an equation take several lines, each whole, and no sideways scrolling."""
    page.open(written["lorenz"].html, width=1600)
    page.ask("void document.querySelectorAll('details').forEach(e => { e.open = true; })")
    wide = page.ask("document.querySelector('#row-2 .formula').getBoundingClientRect().height")
    page.open(written["lorenz"].html, width=400)
    page.ask("void document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.ask("document.querySelector('#row-2 .formula').getBoundingClientRect().height") > 1.3 * wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme, page, written):
    """At least 4.5 to 1, as WCAG 2.2 asks (1.4.3)."""
    page.open(written["lynx_hare"].html, scheme=scheme)
    ratios = page.ask(
        """(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const paint = colours => {
          canvas.clearRect(0, 0, 1, 1);
          for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
          return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => {
            v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        };
        const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const behind = e => e ? [...behind(e.parentElement), getComputedStyle(e).backgroundColor] : [];
        const low = {};
        for (const element of document.querySelectorAll('main *, nav *')) {
          const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
          if (!own || !element.checkVisibility() || element.closest('.aside')) continue;
          const style = getComputedStyle(element);
          const text = element instanceof SVGElement ? style.fill : style.color;
          const ground = behind(element);
          const [a, b] = [luminance(paint(ground)), luminance(paint([...ground, text]))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) low[`${element.tagName}.${element.className.baseVal ?? element.className}`] = ratio;
        }
        return low; })()"""
    )
    assert {} == ratios


@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found", "many_states", "many_runs"])
@pytest.mark.parametrize("width", [400, 768, 1600])
def test_nothing_sticks_out_of_the_window(name, width, page, crowded):
    """No sideways scrolling of the page, and no element beyond its edge but in boxes that scroll."""
    page.open(crowded[name], width=width)
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")
    assert [] == page.ask(
        """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
          && !e.closest('.scroll, .formula, pre, .aside, .skip, svg')
          && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1))
          .map(e => e.outerHTML.slice(0, 80))"""
    )


@pytest.mark.parametrize("width", [400, 1600])
def test_formulas_of_usual_length_need_no_scrolling(width, page, written):
    """They are broken into lines for narrow windows."""
    page.open(written["lynx_hare"].html, width=width)
    assert 0 == page.ask(
        "[...document.querySelectorAll('.formula')].filter(e => e.checkVisibility()"
        " && e.scrollWidth > e.clientWidth + 1).length"
    )


def test_it_prints_on_paper(page, written, tmp_path):
    """A4, in black on white even for readers of dark pages, without buttons, and with all sections."""
    page.open(written["lynx_hare"].html, scheme="dark")
    target = tmp_path / "report.pdf"
    target.write_bytes(page.printed())
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed, so what was printed was not read: apt-get install poppler-utils")
    text = subprocess.run(("pdftotext", "-layout", target, "-"), capture_output=True, text=True, check=True).stdout
    assert "Copy LaTeX" not in text
    assert "Choose a law" in text
    for heading in ("The law", "Verdict", "What was measured", "Fit and forecast", "Residuals", "Provenance"):
        assert re.search(rf"^\s*{heading}$", text, re.MULTILINE), heading
    assert 3 <= text.count("\f") <= 15


@pytest.mark.parametrize(
    ("name", "width", "scheme", "chosen"),
    [
        ("lynx_hare", 1200, "light", 2),
        ("lynx_hare", 1200, "dark", 1),
        ("lynx_hare", 400, "light", 3),
        ("lorenz", 1600, "dark", 2),
        ("nothing_found", 1200, "light", 0),
    ],
)
def test_pictures_are_kept(name, width, scheme, chosen, page, written):
    """For a person to look at; each has the size of its page."""
    page.open(written[name].html, width=width, scheme=scheme)
    if chosen:
        page.ask(f"document.getElementById('pick-{chosen}').click()")
    data = page.picture(f"{name}_{width}_{scheme}")
    assert width == int.from_bytes(data[16:20], "big")
    assert int.from_bytes(data[20:24], "big") > 1500
