"""The HTML report as text: one file, offline, safe, whole without any script. What a browser sees is tested apart."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from discovery.reports.page import render
from discovery.reports.write import ReportFiles, write_report
from discovery.resources import folder
from discovery.symbolic.parse import parse
from discovery.types import Finding, Law, Ranking, Verdict

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


def test_a_unit_that_nothing_tells_is_explained_once(written):
    """Where the columns tell the unit of some constants and not of others."""
    told = "Unit –: unknown, as the units of the columns do not determine it."
    counts = {name: page(written[name]).count(told) for name in written}
    assert {"lynx_hare": 1, "lorenz": 0, "nothing_found": 0} == counts


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
    assert not re.search(r"@import|url\((?!#|\"data:)", text)


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
    assert any("<script>" in (node.text or "") for node in root.iter("text"))


def test_the_page_allows_its_own_script_and_style_only(written):
    """The policy names their digests and opens no way out."""
    text = page(written["lynx_hare"])
    policy = next(attributes["content"] for tag, attributes in Tags(text).found if "http-equiv" in attributes)
    for element, directive in (("script", "script-src"), ("style", "style-src-elem")):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    allowed = {word for rule in policy.split("; ")[1:] for word in rule.split()[1:] if not word.startswith("'sha256-")}
    assert {"'unsafe-inline'", "data:", "'none'"} == allowed
    assert ["style-src-attr"] == [rule.split()[0] for rule in policy.split("; ") if "unsafe" in rule]


def test_copied_texts_are_the_law(lynx_hare, written):
    """LaTeX in the user's names; SymPy's text reads back to the law; Python gives its derivatives."""
    from discovery.symbolic.parse import parse

    root = tree(page(written["lynx_hare"]))
    latex, sympy_text, python = (node.text or "" for node in root.iter("pre") if node.get("id", "").startswith("copy"))
    assert [latex, sympy_text, python] == [root.find(f".//pre[@id='law-1-text-{i}']").text for i in (1, 2, 3)]
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


def test_the_python_text_runs_under_scipy(lynx_hare, written):
    """A reader pastes it, integrates it from the first state that was fitted, and gets the fit of the report."""
    from scipy.integrate import solve_ivp

    (text,) = (node.text for node in tree(page(written["lynx_hare"])).iter("pre") if node.get("id") == "copy-3")
    scope: dict = {}
    exec(text, scope)
    fit = lynx_hare.predictions[0]
    solution = solve_ivp(
        scope["law"], fit.times[[0, -1]], fit.states[0], t_eval=fit.times, rtol=1e-9, atol=1e-9, method="LSODA"
    )
    assert np.abs(solution.y.T - fit.states).max() < 1e-4


def test_without_a_script_nothing_is_missing(lynx_hare, written):
    """The table has every law, its equations and the reason; code stands in the text; only copying needs a script."""
    root = tree(page(written["lynx_hare"]))
    rows = [node for node in root.iter("tbody") if node.get("id", "").startswith("row-")]
    assert len(lynx_hare.ranking.front) == len(rows)
    assert all(len(list(row.iter("mfrac"))) >= lynx_hare.trajectories[0].dimension for row in rows)
    reasons = [" ".join(p.itertext()) for row in rows for p in row.iter("p")]
    assert len(rows) - 1 == len(reasons)
    scripted = [node for node in root.iter("div") if "needs-script" in node.get("class", "")]
    assert {"button"} == {child.tag for node in scripted for child in node}
    assert all(button.get("disabled") for row in rows for button in row.iter("button"))


def test_every_law_of_the_front_has_its_dot_its_curve_and_its_rule(lynx_hare, written):
    """What a choice shows exists for each choice."""
    text = page(written["lynx_hare"])
    root = tree(text)
    dots = [node for node in root.iter("input") if node.get("name") == "law"]
    assert [f"pick-{k}" for k in range(1, 7)] == [node.get("id") for node in dots]
    assert ["1"] == [node.get("value") for node in dots if node.get("checked")]
    for k in range(1, 7):
        assert 1 == sum(node.get("id") == f"law-{k}" for node in root.iter("article"))
        assert f":root:has(#pick-{k}:checked) #law-{k}{{display:block}}" in text
        curves = [node for node in root.iter("path") if f"curve k{k}" == node.get("class")]
        assert lynx_hare.trajectories[0].dimension == len(curves)


def test_the_order_is_that_of_the_report(written):
    """Law and verdict first, what the numbers came from last; the contents list every section."""
    root = tree(page(written["lynx_hare"]))
    sections = [node.get("id") for node in root.iter("section")]
    expected = ["law", "verdict", "measurements", "fit", "dynamics", "residuals", "rivals", "engines", "open"]
    assert [*expected, "untested", "methods", "references", "provenance"] == sections
    links = [node.get("href") for node in root.find(".//nav").iter("a")]
    assert [f"#{section}" for section in sections] == links


def test_headings_descend_without_a_gap_and_pictures_have_words(written):
    """For readers who hear the page."""
    for name in ("lynx_hare", "lorenz", "nothing_found"):
        root = tree(page(written[name]))
        levels = [int(node.tag[1]) for node in root.iter() if node.tag in ("h1", "h2", "h3", "h4")]
        assert 1 == levels.count(1)
        assert all(below - above <= 1 for above, below in pairwise(levels))
        pictures = [node for node in root.iter("svg") if node.get("role") == "img"]
        assert all(node.get("aria-label") for node in pictures)
        assert all(node.get("aria-hidden") or node.get("role") == "img" or node.get("x") for node in root.iter("svg"))


@pytest.mark.parametrize("name", ["lynx_hare", "lorenz", "nothing_found"])
def test_a_page_is_small_enough_to_be_sent(name, written):
    """Two thousand samples in two runs stay below two megabytes."""
    assert written[name].html.stat().st_size < 2_000_000


def test_a_candidate_that_is_no_law_is_not_called_one(lynx_hare):
    """The heading says what the verdict says."""
    refused = replace(lynx_hare, verdict=replace(lynx_hare.verdict, status="not_found"))
    headings = [" ".join(node.itertext()) for node in tree(render(refused, folder("reports/templates"), {})).iter("h2")]
    assert "The best candidate, which is not supported" == headings[0]


def test_labels_of_figures_lie_within_them(written):
    """The layout has settled before a figure is written: a label at the left is as far from the edge as its height."""
    for name in ("lynx_hare", "lorenz"):
        for path in (written[name].html.parent / "figures").glob("*.svg"):
            places = re.findall(r'x="([^"]+)" y="[^"]+" transform="rotate\(-90', path.read_text(encoding="utf-8"))
            assert all(float(place) > 5.0 for place in places), path


@pytest.mark.parametrize(("count", "told"), [(21, "1 more constant<"), (22, "2 more constants<")])
def test_one_constant_more_is_no_plural(count, told, lynx_hare):
    """Twenty are shown, the others are behind a line that says how many they are."""
    best = lynx_hare.ranking.front[0]
    terms = " + ".join(f"c{i}*h**{i + 1}" for i in range(count))
    law = Law(("h", "l"), (parse(terms), parse("h")), tuple(1.0 + i for i in range(count)))
    many = replace(best, law=law, lows=(0.5,) * count, highs=(90.0,) * count)
    certain = replace(lynx_hare.advice, covariance=())  # that of the law's own constants would be of another shape
    result = replace(lynx_hare, ranking=Ranking((many,), ""), advice=certain)
    assert told in render(result, folder("reports/templates"), {})
