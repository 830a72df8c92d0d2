"""The LaTeX report, compared as text, and compiled where a TeX is installed.

After an intended change, look at the difference and write the expected text anew with
``DISCOVERY_REGENERATE=1 pytest tests/golden/test_report_tex.py``.
"""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.protocols import Deadline
from discovery.reports.tex import Tex, breakable, compile_pdf, prose, render, url
from discovery.reports.write import write_report
from discovery.resources import folder
from discovery.types import DiscoveryResult, Verdict

EXPECTED = Path(__file__).with_name("lynx_hare.tex")
TEMPLATES = folder("reports/templates")
RESULTS = ["lynx_hare", "lorenz", "nothing_found", "many_states", "many_runs"]
needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None,
    reason="pdflatex is not installed, so no PDF was compiled: apt-get install texlive-latex-recommended lmodern",
)
needs_latexmk = pytest.mark.skipif(
    shutil.which("latexmk") is None, reason="latexmk is not installed: apt-get install latexmk"
)
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="pdftotext is not installed, so no PDF was read: apt-get install poppler-utils",
)
NASTY = [
    ("100% of $x_1$", "<script>alert(1)</script>"),
    (r"\input{/etc/passwd}", "a$b{c}^~#&"),
    ("温度 [°C] é ß ñ ‘’…", "μ"),
    ("{{ 7*7 }}", r"\VAR{seed} \BLOCK{if}"),
    ("--- `` ,, << ''", "x" * 150),
    ("x_1", "100%"),
]


def tex(log: Path) -> str:
    """What pdflatex says of a source beside it, messages on one line each."""
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", log.with_suffix(".tex").name],
        cwd=log.parent, env=dict(os.environ) | {"max_print_line": "1000"}, capture_output=True, check=True,
    )  # fmt: skip
    return log.read_text(encoding="utf-8", errors="replace")


def words(pdf: Path) -> str:
    """The text of a PDF, ligatures and line breaks undone."""
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for ligature, letters in {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "−": "-", "\u00ad\n": ""}.items():
        said = said.replace(ligature, letters)
    return " ".join(said.split())


@pytest.fixture(scope="module")
def compiled(request, tmp_path_factory, drawn_once) -> dict[str, Path]:
    """Folders with both forms of every result."""
    folders: dict[str, Path] = {}
    for name in RESULTS:
        folders[name] = tmp_path_factory.mktemp(name)
        with drawn_once():
            files = write_report(request.getfixturevalue(name), folders[name], forms=("full", "short"))
        assert () == files.notes
    return folders


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
    there = {path.name for path in tmp_path.iterdir()} - {"report.typ"}  # where typst stands for TeX
    assert {"report.tex", "report.html", "references.bib", "figures"} == there


@needs_tex
def test_both_forms_compile_and_nothing_else_is_left(compiled):
    """TeX accepts the report of each kind of result."""
    for where in compiled.values():
        assert (where / "report.pdf").read_bytes().startswith(b"%PDF")
        assert {
            "report.tex",
            "report.pdf",
            "report-short.tex",
            "report-short.pdf",
            "report.html",
            "references.bib",
        } == {path.name for path in where.iterdir() if path.is_file()}


@needs_tex
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("form", ["report", "report-short"])
def test_nothing_is_wider_than_its_line_or_higher_than_its_page(form, name, compiled, tmp_path):
    """Not laws of many terms, not long names, not ten states, not thirty runs: TeX reports no box above one point."""
    shutil.copytree(compiled[name], tmp_path, dirs_exist_ok=True)
    found = re.findall(r"Overfull \\[hv]box \((\d+\.\d+)pt", tex(tmp_path / f"{form}.log"))
    assert [] == [points for points in found if float(points) > 1.0]


@needs_tex
@needs_poppler
@pytest.mark.parametrize("name", RESULTS)
def test_the_short_form_has_one_page_and_the_full_form_has_few(name, compiled):
    """One page whatever the law; the full form of a law of ordinary length has five at most."""
    pages = {}
    for form in ("report-short", "report"):
        said = subprocess.run(["pdfinfo", compiled[name] / f"{form}.pdf"], capture_output=True, text=True, check=True)
        pages[form] = int(re.search(r"Pages:\s+(\d+)", said.stdout)[1])
    assert 1 == pages["report-short"]
    assert pages["report"] <= (10 if name == "many_states" else 5)


@needs_tex
@needs_poppler
@pytest.mark.parametrize("form", ["report", "report-short"])
def test_law_constants_verdict_and_provenance_stand_in_the_pdf(form, compiled):
    """Read back from the finished file: values, intervals, reasons, seed and hash."""
    said = words(compiled["lynx_hare"] / f"{form}.pdf")
    for expected in ("Law found.", "0.0233", "0.0215", "0.0250", "0.465", "year", "hare_thousands", "caution"):
        assert expected.lower() in said.lower()
    assert "discoverrunlynx_hare_1900_1920.csv" in said.replace(" ", "")
    assert "9f2c1e7b0c5d4a8fb1c3e6d27a90f4b85d6e3c2a1f0b9e8d7c6b5a4938271605" in said.replace(" ", "")
    assert "It fits worse" in said
    assert "The next run. To tell it from law 2" in said


@needs_tex
@needs_latexmk
def test_latexmk_makes_the_pdf_alone(written, tmp_path):
    """As a reader of the sources would: `latexmk -pdf report.tex`, with no file but those that were written."""
    shutil.copytree(written["lynx_hare"].tex.parent, tmp_path, dirs_exist_ok=True)
    done = subprocess.run(
        ["latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "report.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert 0 == done.returncode
    assert (tmp_path / "report.pdf").exists()


@needs_tex
@needs_poppler
def test_without_latin_modern_the_fonts_of_every_tex_are_taken(lynx_hare, tmp_path):
    """texlive-latex-recommended alone has outlines of Computer Modern: no letter is missing, none is a bitmap."""
    headers = {"h": "température “a” `b` ą đ € £ § 20 °C", "l": "lynx"}
    source = render(replace(lynx_hare, headers=headers), TEMPLATES, ()).replace("lmodern.sty", "there-is-none.sty")
    (tmp_path / "report.tex").write_text(source, encoding="utf-8")
    assert "Missing character" not in tex(tmp_path / "report.log")
    fonts = subprocess.run(["pdffonts", tmp_path / "report.pdf"], capture_output=True, text=True, check=True).stdout
    assert "CMR10" in fonts
    assert "Type 3" not in fonts


@needs_tex
@needs_poppler
@pytest.mark.parametrize("form", ["report", "short"])
@pytest.mark.parametrize("headers", NASTY, ids=[ascii(pair[0]) for pair in NASTY])
def test_nasty_column_names_come_out_as_they_are(headers, form, lynx_hare, tmp_path):
    """No name of a column stops TeX or is carried out by it; what has a glyph is printed."""
    result = replace(lynx_hare, headers=dict(zip("hl", headers, strict=True)))
    source = render(result, TEMPLATES, (), form)
    (tmp_path / "report.tex").write_text(source)
    made, why = compile_pdf(tmp_path / "report.tex")
    assert "" == why
    (tmp_path / "report.pdf").write_bytes(made)
    assert source.isascii()
    assert r"\input" not in source
    said = words(tmp_path / "report.pdf").replace(" ", "")
    for header in headers:
        if header in ("100% of $x_1$", r"\input{/etc/passwd}", "<script>alert(1)</script>", "a$b{c}^~#&", "100%", "μ"):
            assert header.replace(" ", "") in said.replace("µ", "μ")


def test_units_of_the_columns_become_units_of_the_constants(lynx_hare):
    """A rate by the unit of time, an interaction by that and the other's unit; the law shows names without units."""
    result = replace(lynx_hare, headers={"h": "h [1/km^2]", "l": "l [1/km^2]"}, time_name="t [yr]")
    source = render(result, TEMPLATES, ())
    assert "do not determine it" not in source
    untold = "Unit \\textendash{}: unknown, as the units of the columns do not determine it."
    assert untold in render(lynx_hare, TEMPLATES, ())
    assert r"$h$ is in 1/km\textasciicircum{}2; $l$ is in 1/km\textasciicircum{}2; $t$ is in yr." in source
    assert r"& yr\textsuperscript{\ensuremath{-}}\textsuperscript{1}" in source
    assert r"& km\textsuperscript{2} yr\textsuperscript{\ensuremath{-}}\textsuperscript{1}" in source


def test_text_is_escaped_unless_it_is_marked_as_latex(lynx_hare):
    """Headlines, notes and provenance are text too."""
    result = replace(
        lynx_hare, notes=(r"50% \of #1 & {x}",), provenance={"files": [r"/a/b\c_%.csv"], "k_1": {"$": "~"}}
    )
    source = render(result, TEMPLATES, ())
    assert r"\item 50\% \textbackslash{}of \#1 \& \{x\}" in source
    assert r"c\_\%.csv" in source
    assert r"k\_1.\$" in source


def test_infinite_and_missing_figures_are_words_not_formulas(many_runs, lynx_hare):
    """A forecast that diverged is printed as such."""
    assert r"& \ensuremath{\infty} &" in render(many_runs, TEMPLATES, ())
    lost = replace(lynx_hare, verdict=Verdict("found", "x", (), {"misfit": float("-inf"), "horizon": float("nan")}))
    source = render(lost, TEMPLATES, ())
    assert r"trajectories & \ensuremath{-}\ensuremath{\infty} \\" in source
    assert r"hold & \textendash{} \\" in source


def test_a_candidate_that_is_not_supported_is_not_called_the_law(lynx_hare):
    """The heading above the formula follows the verdict."""
    refused: DiscoveryResult = replace(lynx_hare, verdict=Verdict("not_found", "No.", (), {}))
    assert r"\section{The best candidate, which is not supported}" in render(refused, TEMPLATES, ())
    assert r"\section{The law}" in render(lynx_hare, TEMPLATES, ())


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


def test_without_a_typesetter_there_is_no_pdf_and_only_who_asked_is_told(nothing_found, tmp_path, monkeypatch):
    """The absence of one that is named is worth a note. An older PDF does not stay."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("discovery.reports.typst.installed", lambda: False)
    (tmp_path / "report.pdf").write_bytes(b"old")
    assert () == write_report(nothing_found, tmp_path).notes
    assert not (tmp_path / "report.pdf").exists()
    (note,) = write_report(nothing_found, tmp_path, typesetter="latex").notes
    assert "pdflatex is not installed" in note
    assert "pip install typst" in note


def test_long_words_may_break_and_addresses_are_safe():
    """Hashes and paths do not run into the margin; an address holds no command."""
    assert r"abcdefghij\_" == breakable("abcdefghij_")
    assert r"\allowbreak{}".join([*["abcdefgh"] * 4, r"\_"]) == breakable("abcdefgh" * 4 + "_")
    assert r"https://a.b/c\_d\%20\#e" == url("https://a.b/c_d%20#e\\{}")
    assert isinstance(breakable(""), Tex)
    assert r"of x\_1 it is 5 \%" == prose("of x_1 it is 5 %")
    assert r"biomass*\allowbreak{}substrate/\allowbreak{}(\allowbreak{}k" == prose("biomass*substrate/(k")
    assert "a*bcdefghi/(k + 1)" == prose("a*bcdefghi/(k + 1)")


@needs_tex
def test_a_report_without_time_has_no_pdf_and_says_how_to_get_one(nothing_found, tmp_path):
    """All else is written; TeX is not begun, or ended at work."""
    for until in (Deadline.after(0.0), Deadline.after(0.05)):
        files = write_report(nothing_found, tmp_path / "a run", until=until)
        assert files.pdf is None
        assert files.html.exists()
        assert files.tex.exists()
        assert files.notes[0].endswith(f"`discover report '{tmp_path}/a run'` makes it.")


@needs_tex
@pytest.mark.parametrize(
    "attack",
    [
        r"\input{/etc/passwd}",
        r"\immediate\write18{touch pwned}ran",
        r"\newwrite\w\immediate\openout\w=/tmp/pwned-by-tex\immediate\write\w{x}",
        r"\newwrite\w\immediate\openout\w=../pwned\immediate\write\w{x}",
        r"\newread\r\openin\r=/etc/passwd \read\r to\l\l",
    ],
)
def test_tex_neither_reads_nor_writes_outside_its_folder_nor_runs_commands(attack, tmp_path):
    """Whatever a source says, should one ever get past what escapes names."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "report.tex").write_text(rf"\documentclass{{article}}\begin{{document}}.{attack}\end{{document}}")
    made, _ = compile_pdf(folder / "report.tex")
    if made is not None:
        (folder / "report.pdf").write_bytes(made)
        assert "root:" not in words(folder / "report.pdf")
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left <= {"report.tex", "report.pdf"}
    assert not Path("/tmp/pwned-by-tex").exists()
