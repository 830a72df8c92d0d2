"""The LaTeX report, compared as text, and compiled where a TeX is installed.

After an intended change, look at the difference and write the expected text anew with
``DISCOVERY_REGENERATE=1 pytest tests/golden/test_report_tex.py``.
"""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.reports.tex import Tex, breakable, compile_pdf, render, url
from discovery.reports.write import write_report
from discovery.resources import folder

EXPECTED = Path(__file__).with_name("lynx_hare.tex")
needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed: no PDF was compiled"
)
NASTY = [
    ("100% of $x_1$", "<script>alert(1)</script>"),
    (r"\input{/etc/passwd}", "a$b{c}^~#&"),
    ("温度 [°C] é ß ñ ‘’…", "μ"),
    ("{{ 7*7 }}", r"\VAR{seed} \BLOCK{if}"),
    ("--- `` ,, << ''", "x" * 150),
]


def test_the_report_of_a_fixed_result_reads_as_expected(written):
    """Every word and formula of a typical report."""
    source = written["lynx_hare"].tex.read_text(encoding="utf-8")
    if os.environ.get("DISCOVERY_REGENERATE"):
        EXPECTED.write_text(source, encoding="utf-8")
    assert EXPECTED.read_text(encoding="utf-8") == source


def test_the_same_result_gives_the_same_files(lynx_hare, written, tmp_path):
    """Text, page and figures, byte for byte; nothing else is left in the folder."""
    write_report(lynx_hare, tmp_path, pdf=False)
    first, again = (
        {path.relative_to(where): path.read_bytes() for path in where.rglob("*") if path.is_file()}
        for where in (written["lynx_hare"].tex.parent, tmp_path)
    )
    assert first == again
    assert {"report.tex", "report.html", "references.bib", "figures"} == {path.name for path in tmp_path.iterdir()}


@needs_tex
@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found"])
def test_the_report_compiles(name, request, tmp_path):
    """TeX accepts the report of each kind of result and leaves nothing but the PDF."""
    files = write_report(request.getfixturevalue(name), tmp_path)
    assert () == files.notes
    assert files.pdf is not None
    assert files.pdf.read_bytes().startswith(b"%PDF")
    assert {"report.tex", "report.html", "report.pdf", "references.bib", "figures"} == {
        p.name for p in tmp_path.iterdir()
    }


@needs_tex
@pytest.mark.parametrize("headers", NASTY, ids=[ascii(pair[0]) for pair in NASTY])
def test_nasty_column_names_compile_and_are_not_interpreted(headers, lynx_hare, tmp_path):
    """No name of a column stops TeX or is carried out by it."""
    result = replace(lynx_hare, headers=dict(zip("hl", headers, strict=True)))
    source = render(result, folder("reports/templates"), ())
    (tmp_path / "report.tex").write_text(source)
    made, why = compile_pdf(tmp_path / "report.tex")
    assert "" == why
    assert made is not None
    assert source.isascii()
    assert r"\input" not in source


def test_text_is_escaped_unless_it_is_marked_as_latex(lynx_hare):
    """Headlines, notes and provenance are text too."""
    result = replace(
        lynx_hare, notes=(r"50% \of #1 & {x}",), provenance={"files": [r"/a/b\c_%.csv"], "k_1": {"$": "~"}}
    )
    source = render(result, folder("reports/templates"), ())
    assert r"\item 50\% \textbackslash{}of \#1 \& \{x\}" in source
    assert r"c\_\%.csv" in source
    assert r"k\_1.\$" in source


def test_a_failure_of_tex_is_noted_and_loses_nothing(nothing_found, tmp_path, monkeypatch):
    """The other files are there, and the note repeats TeX's complaint."""
    program = tmp_path / "bin" / "pdflatex"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho '! Emergency stop.'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    files = write_report(nothing_found, tmp_path / "out")
    assert files.pdf is None
    assert ("No PDF was made, because pdflatex failed: ! Emergency stop.",) == files.notes
    assert files.html.exists()
    assert files.tex.exists()


def test_without_tex_there_is_no_pdf_and_only_who_asked_is_told(nothing_found, tmp_path, monkeypatch):
    """None means if possible; True means that its absence is worth a note. An older PDF does not stay."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "report.pdf").write_bytes(b"old")
    assert () == write_report(nothing_found, tmp_path).notes
    assert not (tmp_path / "report.pdf").exists()
    (note,) = write_report(nothing_found, tmp_path, pdf=True).notes
    assert "pdflatex is not installed" in note


def test_long_words_may_break_and_addresses_are_safe():
    """Hashes and paths do not run into the margin; an address holds no command."""
    assert r"abcdefghij\_" == breakable("abcdefghij_")
    assert r"\allowbreak{}".join([*["abcdefgh"] * 4, r"\_"]) == breakable("abcdefgh" * 4 + "_")
    assert r"https://a.b/c\_d\%20\#e" == url("https://a.b/c_d%20#e\\{}")
    assert isinstance(breakable(""), Tex)
