"""The report by typst's wheel: the same content as by LaTeX, with the same care for what the user's file holds."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.reports import typst
from discovery.reports.typst import FlatPen, TypstPen, breakable, compile_pdf, escape, literal, render
from discovery.reports.write import write_report
from discovery.resources import folder
from discovery.symbolic.latex import Typesetter
from discovery.symbolic.parse import parse

TEMPLATES = folder("reports/templates")
RESULTS = ["lynx_hare", "lorenz", "nothing_found", "many_states", "many_runs"]
needs_typst = pytest.mark.skipif(not typst.installed(), reason="typst is not installed: pip install typst")
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="pdftotext is not installed, so no PDF was read: apt-get install poppler-utils",
)
NASTY = [
    "100%",
    "a$b{c}",
    "<script>",
    r"\input{/etc/passwd}",
    "x_1",
    "μ",
    '"; #read("/etc/passwd"); #"',
    "#{1+1} *b* @c",
]


def words(pdf: Path) -> str:
    """The text of a PDF without spaces, so that line breaks do not matter."""
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return "".join(said.split()).replace("\u200b", "").replace("−", "-")


@pytest.fixture(scope="module")
def compiled(request, tmp_path_factory, drawn_once) -> dict[str, Path]:
    """Folders with both forms of every result."""
    folders: dict[str, Path] = {}
    for name in RESULTS:
        folders[name] = tmp_path_factory.mktemp(name)
        result = request.getfixturevalue(name)
        with drawn_once():
            files = write_report(result, folders[name], forms=("full", "short"), typesetter="typst", pdf=True)
        assert () == files.notes
    return folders


@needs_typst
def test_sources_and_pdfs_are_left_and_nothing_else(compiled):
    """Both typesetters' sources, the PDFs by the one that was asked for."""
    expected = {"report.html", "references.bib"}
    expected |= {f"{stem}.{kind}" for stem in ("report", "report-short") for kind in ("tex", "typ", "pdf")}
    for where in compiled.values():
        assert expected == {path.name for path in where.iterdir() if path.is_file()}


@needs_typst
@needs_poppler
@pytest.mark.parametrize("form", ["report", "report-short"])
def test_law_constants_verdict_and_provenance_stand_in_the_pdf(form, compiled):
    """Read back from the finished file: values, intervals, reasons, command and hash."""
    said = words(compiled["lynx_hare"] / f"{form}.pdf")
    for expected in ("Lawfound.", "0.0233", "0.0215", "0.0250", "0.465", "hare_thousands", "Caution", "worse"):
        assert expected in said
    assert "discoverrunlynx_hare_1900_1920.csv" in said
    assert "9f2c1e7b0c5d4a8fb1c3e6d27a90f4b85d6e3c2a1f0b9e8d7c6b5a4938271605" in said


@needs_typst
@needs_poppler
@pytest.mark.parametrize("name", RESULTS)
def test_the_short_form_has_one_page(name, compiled):
    """Whatever the law."""
    said = subprocess.run(["pdfinfo", compiled[name] / "report-short.pdf"], capture_output=True, text=True, check=True)
    assert "Pages:           1" in said.stdout


@needs_typst
@needs_poppler
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("form", ["report", "report-short"])
def test_no_word_stands_beyond_the_margins(form, name, compiled):
    """Every word's box lies on the page between the margins, give or take a millimetre."""
    pdf = compiled[name] / f"{form}.pdf"
    said = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    boxes = [line.split('"') for line in said.splitlines() if "<word " in line]
    margin, width = 24 / 25.4 * 72, 210 / 25.4 * 72
    outside = [box for box in boxes if float(box[1]) < margin - 3 or float(box[5]) > width - margin + 3]
    assert boxes
    assert [] == outside


@needs_typst
@needs_poppler
def test_the_two_typesetters_say_the_same(lynx_hare, compiled):
    """Each finding, note and reason of the LaTeX stands in the Typst PDF too."""
    said = words(compiled["lynx_hare"] / "report.pdf")
    texts = [finding.text for finding in lynx_hare.verdict.findings] + list(lynx_hare.notes)
    texts += ["Only ordinary differential equations were tried", "What ran", "[4]", "Hans Georg Bock"][2:]
    assert [] == [text for text in texts if "".join(text.split()).replace("−", "-") not in said.replace("’", "'")]


@needs_typst
@needs_poppler
@pytest.mark.parametrize("form", ["report", "short"])
@pytest.mark.parametrize("header", NASTY, ids=[ascii(name) for name in NASTY])
def test_nasty_column_names_come_out_as_they_are(header, form, lynx_hare, tmp_path):
    """A name is text: it is printed, not carried out, wherever it stands."""
    result = replace(lynx_hare, headers={"h": header, "l": "lynx"}, notes=(header,))
    (tmp_path / "report.typ").write_text(render(result, TEMPLATES, (), form), encoding="utf-8")
    made, why = compile_pdf(tmp_path / "report.typ")
    assert "" == why
    (tmp_path / "report.pdf").write_bytes(made)
    said = words(tmp_path / "report.pdf")
    assert "root:" not in said
    shown = {"x_1": "x1", "μ": "𝜇"}.get(header, header) if form == "short" else header
    assert "".join(shown.split()) in said.replace("𝑥1", "x1")


@needs_typst
def test_a_failure_of_typst_is_noted_and_loses_nothing(nothing_found, tmp_path, monkeypatch):
    """The note repeats the complaint; the other files are there."""
    monkeypatch.setattr(typst, "render", lambda *_: "#panic()")
    files = write_report(nothing_found, tmp_path, typesetter="typst")
    (note,) = files.notes
    assert note.startswith("No PDF was made, because typst failed: panicked")
    assert files.pdf is None
    assert files.html.exists()


def test_without_the_wheel_who_asked_for_it_is_told_how_to_add_it(nothing_found, tmp_path, monkeypatch):
    """By name it is wanted; by default LaTeX or nothing."""
    monkeypatch.setattr(typst, "installed", lambda: False)
    (note,) = write_report(nothing_found, tmp_path, typesetter="typst").notes
    assert "pip install typst" in note


@needs_typst
def test_where_there_is_no_tex_typst_makes_the_pdf(nothing_found, tmp_path, monkeypatch):
    """Without being asked."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    files = write_report(nothing_found, tmp_path)
    assert files.pdf is not None
    assert files.pdf.read_bytes().startswith(b"%PDF")
    assert (tmp_path / "report.typ").exists()


@needs_typst
def test_the_same_source_gives_the_same_pdf(lynx_hare, tmp_path):
    """No date, no random number."""
    (tmp_path / "a.typ").write_text(render(lynx_hare, TEMPLATES, ()), encoding="utf-8")
    assert compile_pdf(tmp_path / "a.typ") == compile_pdf(tmp_path / "a.typ")


@needs_typst
def test_nothing_outside_the_folder_can_be_read(tmp_path):
    """A template that was tampered with reads no other file."""
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "a.typ").write_text('#read("../secret")')
    made, why = compile_pdf(tmp_path / "in" / "a.typ")
    assert made is None
    assert "failed" in why


def test_text_becomes_a_literal():
    """Quotation marks and backslashes are escaped, and the literal ends before what follows it."""
    assert '"a \\"b\\" \\\\c"' == literal('a "b" \\c')
    assert '#"x";' == escape("x")
    assert '#"short \\"q\\"";' == breakable('short "q"')
    assert "\u200b" in breakable("a" * 31)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a*x/(b + x**2)", "frac(a thin x, b + attach(x, t: 2))"),
        ("sqrt(x) + cbrt(y)", "sqrt(x) + root(3, y)"),
        ("-x*sin(y)**2", "- x thin attach(sin , t: 2)lr(( y ))"),
        ("abs(x)", "abs(x)"),
    ],
)
def test_formulas_are_typst(text, expected):
    """In the notation of its math mode."""
    assert expected == Typesetter(TypstPen())(parse(text))


def test_names_and_numbers_of_formulas():
    """Letters in italics with their subscripts, words as literals, powers of ten."""
    pen = TypstPen()
    assert ["x", "x_(1)", 'x_("in")', '"hunters"', "μ"] == [pen.name(n) for n in ("x", "x_1", "x_in", "hunters", "mu")]
    assert '"a$b{c}"' == pen.name("a$b{c}")
    assert "1.2 ⋅ 10^(-5)" == pen.number("1.2e-5")


def test_the_flat_pen_has_nothing_that_cannot_be_broken():
    """Slashes, and brackets that Typst does not pair."""
    flat = Typesetter(FlatPen())(parse("a*(x + y)**2/(b + x)"))
    assert r"\( a thin \( x + y \)^(2) \) \/ \( b + x \)" == flat
    assert r"\( x \)^(1\/2)" == Typesetter(FlatPen())(parse("sqrt(x)"))
