"""The gallery: its cases make sense, what was rendered is true, and one command rebuilds it."""

import html
import importlib.util
import json
import re
import shlex
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from discovery.datasets import known, measured
from discovery.errors import DiscoveryError, UsageError
from discovery.reports import tex
from discovery.symbolic.parse import parse

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "reports" / "gallery"
MOST_BYTES = 10_000_000


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """reports/build_gallery.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("build_gallery", ROOT / "reports" / "build_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_cases_name_data_that_are_there(builder: ModuleType) -> None:
    """Six or more, one of which is not found; each has data, and a command of its file and what is known."""
    cases = builder.cases()
    assert len(cases) >= 6
    assert len({case.name for case in cases}) == len(cases)
    assert {"found", "not_found"} == {case.status for case in cases}
    for case in cases:
        assert bool(case.simulated) != bool(case.measured), case.name
        name = case.simulated.split()[0] if case.simulated else case.measured
        assert name in (*known.names(), "lorenz", *measured.names())
        assert case.made.endswith(".")
        assert ["discover", "run", f"{case.name}.csv", *case.options] == shlex.split(case.command)
        assert not {"--recipe", "--set", "--engines", "--smoother", "--seed"} & set(case.options)


def test_measured_tables_keep_the_columns_named(builder: ModuleType, tmp_path: Path) -> None:
    """All rows of them."""
    case = next(case for case in builder.cases() if case.name == "pendulum")
    table = pd.read_csv(builder.make_data(case, tmp_path))
    assert ["t", "theta_rad"] == list(table.columns)
    assert len(table) == len(pd.read_csv(ROOT / "datasets" / "measured" / "pendulum_schmidt_lipson.csv"))


def test_one_constant_stands_for_its_values(builder: ModuleType) -> None:
    """A law of a family is shown with the name that was told."""
    rhs = parse("-v*(0.5*in_group_0 + 0.25*in_group_1) - 9.81", ("v", "in_group_0", "in_group_1"))
    own = [{"name": "kappa", "inputs": ["in_group_0", "in_group_1"]}]
    assert "-kappa*v - 9.81" == str(builder.one_for_all(rhs, own))
    assert rhs == builder.one_for_all(rhs, ())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_case_is_found_rendered_and_listed(builder: ModuleType, tmp_path: Path) -> None:
    """Once; a second time only the report is drawn again. A verdict other than the one told is an error."""
    if not tex.installed() or shutil.which("pdftoppm") is None:
        pytest.skip("No pdflatex or pdftoppm. Debian: apt install texlive-latex-recommended lmodern poppler-utils.")
    case = next(case for case in builder.cases() if case.name == "lynx_hare")
    quick = ("--recipe", "quick")
    run = builder.find(case, tmp_path / "work", quick)
    result = run / "result.json"
    first = result.stat().st_mtime_ns
    assert run == builder.find(case, tmp_path / "work", quick)
    assert first == result.stat().st_mtime_ns
    builder.render(case, run, tmp_path / "gallery" / case.name)
    builder.index(tmp_path / "gallery")
    files = {path.relative_to(tmp_path / "gallery").as_posix() for path in (tmp_path / "gallery").rglob("*.*")}
    kept = {f"lynx_hare/{name}" for name in ("report.html", "report.pdf", "result.json", "thumbnail.png")}
    assert kept | {"README.md", "index.html", "lynx_hare.svg"} == files
    for name in ("README.md", "index.html"):
        text = html.unescape((tmp_path / "gallery" / name).read_text(encoding="utf-8"))
        assert re.search(
            r"hare_thousands' = -0\.02\d+\*hare_thousands\*lynx_thousands \+ 0\.5\d*\*hare_thousands", text
        )
        assert {"lynx_hare/thumbnail.png", "lynx_hare/report.pdf", "lynx_hare/report.html"} <= set(
            re.findall(r"lynx_hare/[\w.]+", text)
        )
    with pytest.raises(DiscoveryError, match="ended with 0 and not with 4"):
        builder.discover(["compare", "x", "x"], tmp_path, 4)


def test_a_name_that_is_no_case_is_refused(builder: ModuleType, tmp_path: Path) -> None:
    """The cases are listed, and nothing is run."""
    with pytest.raises(UsageError, match=r"No case is called nothing\. The cases are lorenz, "):
        builder.build(["nothing"], gallery=tmp_path, runs=tmp_path)


def test_what_was_rendered_is_what_the_cases_tell(builder: ModuleType) -> None:
    """Each report is there with the status told, the index links to files that exist, and all of it is small."""
    for case in builder.cases():
        result = json.loads((GALLERY / case.name / "result.json").read_text(encoding="utf-8"))
        assert case.status == result["status"]
        assert case.command == result["provenance"]["command"]
    for name in ("README.md", "index.html"):
        text = (GALLERY / name).read_text(encoding="utf-8")
        for link in re.findall(r'(?:\]\(|href="|src=")([\w./]+)', text):
            assert (GALLERY / link).exists(), link
    assert MOST_BYTES > sum(path.stat().st_size for path in GALLERY.rglob("*") if path.is_file())
