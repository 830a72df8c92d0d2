"""The form of results: the file beside the code, older versions, and what is said of what does not fit."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from discovery.errors import DataError
from discovery.types import DiscoveryResult, Law
from pipelines import records, schema
from pipelines.schema import json_schema, understood

FILE = Path(schema.__file__).with_name("result.schema.json")
ResultOf = Callable[..., DiscoveryResult]
LawOf = Callable[..., Law]


@pytest.fixture
def document(result_of: ResultOf, law_of: LawOf) -> dict[str, object]:
    """A result as a document."""
    law = law_of({"x": "c0*y", "y": "-c1*x"}, 1.0, 2.0)
    return records.result_document(result_of(law, (1.0, 0.0)), "latex")


def test_the_file_is_what_the_code_says() -> None:
    """Renewed by: python -m pipelines.schema > pipelines/result.schema.json."""
    assert json_schema() == FILE.read_text(encoding="utf-8")


def test_results_are_of_the_form(document: dict[str, object]) -> None:
    """By the JSON schema, which allows nothing that it does not know."""
    validator = jsonschema.Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))
    validator.check_schema(validator.schema)
    assert [] == list(validator.iter_errors(json.loads(json.dumps(document))))
    assert ["status"] == [next(iter(one.path)) for one in validator.iter_errors(document | {"status": "perhaps"})]


def test_results_of_the_first_version_are_read(document: dict[str, object]) -> None:
    """They said nothing of what to measure next."""
    old = {name: value for name, value in document.items() if name != "advice"} | {"schema": 1}
    assert document | {"advice": {}} == understood(old)


WRONG = {
    "no document": ([], "does not say of which schema it is"),
    "no version": ({"status": "found"}, "does not say of which schema it is"),
    "a newer version": (
        {"schema": 99},
        "has schema 99; this version reads up to schema 2. Use the version of discovery",
    ),
    "half a document": ({"schema": 2}, "is damaged at status: Field required. Run again"),
}


@pytest.mark.parametrize(("wrong", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_result_is_refused(wrong: object, message: str) -> None:
    """The message says what came."""
    with pytest.raises(DataError, match=message):
        understood(wrong)


CHANGES = {
    "status": "perhaps",
    "noise": {"kind": "additive", "scale": [1.0], "floor": [1.0], "estimated": True},
    "equations": {"z": "1"},
    "front": [{"equations": {}}],
    "constants": [{"name": "import os", "value": 1, "low": None, "high": None, "level": 0.95, "equation": "x"}],
    "unheard_of": 1,
}


@pytest.mark.parametrize("name", CHANGES)
def test_parts_that_do_not_fit_are_refused(document: dict[str, object], name: str) -> None:
    """Kinds of values, lengths, and states that are not there."""
    with pytest.raises(DataError, match=r"result\.json is damaged at .*Run again with the same --out"):
        understood(document | {name: CHANGES[name]})
