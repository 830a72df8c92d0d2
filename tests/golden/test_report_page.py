"""The HTML report: one file, offline, safe, and drawn as meant by a browser where there is one."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from discovery.reports.page import render
from discovery.reports.write import ReportFiles, write_report
from discovery.resources import folder
from discovery.types import Finding, Verdict

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</math></style></script><b>",
    "{{ 7*7 }}{% if %}",
    "a$b{c} & d",
    "javascript:alert(1)",
    "温度 \u202e [°C]",
)


def page(files: ReportFiles) -> str:
    """The text of the page."""
    return files.html.read_text(encoding="utf-8")


def tree(text: str) -> ET.Element:
    """The page read as XML, which fails on any tag that is not closed."""
    return ET.fromstring(text.replace("<!DOCTYPE html>", ""))


class Tags(HTMLParser):
    """Collects tags with their attributes as a browser's parser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Called by the parser for each tag that opens."""
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found"])
def test_the_page_is_well_formed_and_needs_nothing_from_outside(name, written):
    """It parses as XML, and only links and ids inside the page are referred to."""
    text = page(written[name])
    root = tree(text)
    loading = [
        (node.tag, key, value)
        for node in root.iter()
        for key, value in node.attrib.items()
        if key.split("}")[-1] in ("src", "href", "data", "poster", "action", "srcset")
        and not value.startswith(("#", "data:"))
        and node.tag != "a"
    ]
    assert [] == loading
    assert not re.search(r"@import|url\((?!#)", text)


def test_ids_are_unique_on_the_page(written):
    """Figures do not take each other's markers and clipping paths."""
    ids = [attributes["id"] for _, attributes in Tags(page(written["lynx_hare"])).found if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("nasty", NASTY, ids=[ascii(name) for name in NASTY])
def test_no_text_from_outside_becomes_markup(nasty, lynx_hare):
    """Column names, notes, labels, findings and provenance appear as text and add no element."""
    headers = {"h": nasty, "l": "lynx_thousands"}
    verdict = Verdict("found", nasty, (Finding("good", nasty),), {})
    provenance = {**lynx_hare.provenance, "files": [nasty], "command": nasty}
    changed = replace(lynx_hare, headers=headers, verdict=verdict, provenance=provenance, notes=(nasty,))
    dirty_page = render(changed, folder("reports/templates"), {})
    clean, dirty = Tags(render(lynx_hare, folder("reports/templates"), {})).found, Tags(dirty_page).found
    assert {tag for tag, _ in clean} == {tag for tag, _ in dirty}
    assert 1 == sum(tag == "script" for tag, _ in dirty)
    assert not [key for _, attributes in dirty for key in attributes if key.startswith("on")]
    shown = " ".join(tree(dirty_page).itertext())
    assert nasty.replace("\u202e", "").replace("  ", " ") in " ".join(shown.replace("\u202e", "").split())


def test_no_label_of_a_figure_becomes_markup(lynx_hare, tmp_path):
    """Names reach the figures too, and from there the page."""
    text = page(write_report(replace(lynx_hare, headers={"h": NASTY[0], "l": NASTY[1]}), tmp_path, pdf=False))
    root = tree(text)
    assert 1 == len(list(root.iter("script")))
    assert not list(root.iter("img"))
    assert NASTY[0] in {node.text for node in root.iter("text")}


def test_the_page_allows_its_own_script_only(written):
    """The policy names the hash of the one script."""
    import base64
    import hashlib

    text = page(written["lynx_hare"])
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text


def test_copied_texts_are_the_law(lynx_hare, written):
    """LaTeX in the user's names; SymPy's text reads back to the law; Python gives its derivatives."""
    from discovery.symbolic.parse import parse

    root = tree(page(written["lynx_hare"]))
    latex, sympy_text, python = (node.text or "" for node in root.iter("pre") if node.get("id", "").startswith("copy"))
    assert r"\frac{\mathrm{d} \, \mathrm{hare\_thousands}}{\mathrm{d} \, \mathrm{year}} &= 0.465 \," in latex
    equations = {state: parse(text) for state, text in re.findall(r'"(\w)": "(.*)"', sympy_text)}
    assert lynx_hare.law.equations == equations
    scope: dict = {}
    exec(python, scope)
    assert [0.4653 * 30 - 0.02326 * 120, 0.02709 * 120 - 0.9405 * 4] == pytest.approx(scope["law"](0.0, [30.0, 4.0]))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lynx_hare", ["Law found", "95 % interval", "lognormal", "runner-up", "0.0233", "seed", "Julia"]),
        ("lorenz", ["Law found in part", "not determined", "cut off by its deadline", "Lorenz1900 is not in the list"]),
        ("nothing_found", ["No law found", "No candidate could be simulated", "No samples were held out"]),
    ],
)
def test_page_and_latex_say_the_same(name, words, written):
    """What matters stands in both outputs."""
    files = written[name]
    shown = " ".join(" ".join(tree(files.html.read_text(encoding="utf-8")).itertext()).split())
    source = files.tex.read_text(encoding="utf-8").replace(r"\,", " ").replace(r"\%", "%").replace("$", "")
    assert [] == [word for word in words if word not in shown]
    assert [] == [word for word in words if word not in source]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the page was not opened in a browser")
def test_a_browser_lays_the_formulas_out_and_reports_no_error(written, tmp_path):
    """A fraction is taller than a letter, the button copies, the console stays empty."""
    text = page(written["lynx_hare"])
    probe = (
        "<script>const tall = s => document.querySelector(s).getBoundingClientRect().height;"
        "document.title = tall('mfrac') > 1.7 * tall('mfrac mi') ? 'laid out' : 'flat';"
        "const take = async text => { document.documentElement.dataset.copied = text; };"
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: take } });"
        "document.querySelector('button').click();</script>"
    )
    untouched, probed = written["lynx_hare"].html, tmp_path / "probed.html"
    probed.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", probe + "</body>"))
    command = (
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom",
    )  # fmt: skip
    outputs = [
        subprocess.run((*command, path.as_uri()), capture_output=True, text=True, timeout=100, check=True)
        for path in (untouched, probed)
    ]
    assert "<title>laid out</title>" in outputs[1].stdout
    assert r'data-copied="\begin{aligned}' in outputs[1].stdout
    assert [] == [line for output in outputs for line in output.stderr.splitlines() if "CONSOLE" in line]
