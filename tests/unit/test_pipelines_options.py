"""Options in words: the commented configuration, its schema, the table; all of one model."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import typer

from discovery import registry
from discovery.errors import UsageError
from pipelines import cli, options
from pipelines.config import RECIPES, VARIABLES, Columns, RunConfig, read
from pipelines.starting import init_command

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = options.template(RunConfig())


def uncommented(text: str) -> str:
    """The template with every option set, as if a reader had taken away each mark of a comment."""
    return re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)


def test_the_template_stands_at_the_defaults(tmp_path: Path) -> None:
    """As it is written it changes nothing."""
    path = tmp_path / "discovery.toml"
    path.write_text(TEMPLATE, encoding="utf-8")
    assert read(str(path)) == RunConfig()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_template_of_a_recipe_is_that_recipe(recipe: str, tmp_path: Path) -> None:
    """What the recipe changes is set, the rest stands as comments."""
    path = tmp_path / "recipe.toml"
    path.write_text(options.template(read(recipe)), encoding="utf-8")
    assert read(str(path)) == read(recipe)


def test_every_value_of_the_template_is_the_default() -> None:
    """Uncommented, the settings make the same objects as no settings at all."""
    values = tomllib.loads(uncommented(TEMPLATE))
    for name in ("budget", "data", "laws", "own"):  # these have no default; the template shows how they are written
        values.pop(name)
    told = RunConfig.model_validate(values)
    standard = RunConfig()
    assert told.model_dump(exclude={"smoothing", "search", "selection"}) == standard.model_dump(
        exclude={"smoothing", "search", "selection"}
    )
    assert told.make_selector() == standard.make_selector()
    for name in told.search:
        assert told.make_engine(name) == standard.make_engine(name)
    smoother = registry.load("smoothing", "neural_ode")
    assert smoother(**{k: tuple(v) if isinstance(v, list) else v for k, v in told.smoothing["neural"].items()}) == (
        smoother()
    )


def test_every_option_of_the_template_is_explained() -> None:
    """A comment of words stands above each, and each table says where its defaults come from."""
    lines = TEMPLATE.splitlines()
    for place, line in enumerate(lines):
        if re.match(r"(# )?\w+ = ", line):
            assert re.match(r"# [A-Z\"`\d]?", lines[place - 1]), line
            assert not re.match(r"# \w+ = ", lines[place - 1]), line
    told = [*RunConfig.model_fields, *Columns.model_fields]
    for name in told:
        if name not in ("data", "smoothing", "search", "selection"):
            assert re.search(rf"^# {name} = ", TEMPLATE, re.MULTILINE), name
    for table in re.findall(r"^\[(.*)\]$", TEMPLATE, re.MULTILINE):
        if table != "data":
            assert re.search(
                rf"^\[{re.escape(table)}\]\n# Its defaults, .* are those of discovery/", TEMPLATE, re.MULTILINE
            )
    whole = " ".join(TEMPLATE.replace("\n# ", " ").split())
    assert whole.count("Source of the default:") == len(options.options())
    for variable in VARIABLES:
        assert f"Environment: {variable}." in whole


def test_the_schema_knows_every_option() -> None:
    """Those of the model, and the settings of every part that is installed; unknown keys are refused at the top."""
    schema = options.schema()
    assert set(RunConfig.model_fields) == set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert 1e-6 == schema["properties"]["search"]["properties"]["sindy"]["properties"]["ridge"]["default"]
    assert "integer" == schema["properties"]["selection"]["properties"]["finalists"]["type"]
    json.dumps(schema)


def test_the_words_of_flags_are_those_of_the_model() -> None:
    """Help of `run` and `check`, for each option that is in the configuration; defaults and repetition come behind."""
    commands = typer.main.get_command(cli.app).commands  # pyright: ignore[reportAttributeAccessIssue]
    said = {option.name: option.meaning for option in options.options() if option.key != "data.units"}  # a table
    flags = {parameter.name: parameter.help for parameter in commands["run"].params}
    assert set(said) <= set(flags)
    for name, meaning in said.items():
        assert re.fullmatch(re.escape(meaning) + r"(  \[default: [^]]+\]| Repeat the option for more\.)?", flags[name])
    for name in ("time", "states", "trajectory"):
        (flag,) = [parameter.help for parameter in commands["check"].params if parameter.name == name]
        assert said[name] == flag


def test_the_table_has_a_row_for_each_option() -> None:
    """With its meaning, default, variable and source."""
    rows = options.table().splitlines()[2:]
    assert [option.key for option in options.options()] == [row.split("`")[1] for row in rows]
    said = "Start of random numbers: same data and seed, same law."
    assert f"| `seed` | {said} | `0` | `DISCOVERY_SEED` | convention |" in rows


def test_what_a_docstring_says_of_attributes_is_read() -> None:
    """Several names may share a sentence, which may take several lines."""

    class Some:
        """A class.

        Attributes:
            one, two: both of
                these.
            three: another: with a colon.

        More text: that is none.
        """

    assert {"one": "Both of these.", "two": "Both of these.", "three": "Another: with a colon."} == (
        options.attributes(Some)
    )


def test_init_writes_a_file_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It does not replace what is there unless told, and knows its ending."""
    path = tmp_path / "mine.toml"
    init_command(path, recipe="quick", as_schema=False, force=False)
    assert read(str(path)) == read("quick")
    printed = capsys.readouterr()
    assert f"{path}\n" == printed.out
    assert f"discover run data.csv --recipe {path}" in printed.err
    with pytest.raises(UsageError, match=r"mine\.toml is there already\. .* with --force"):
        init_command(path, recipe="default", as_schema=False, force=False)
    init_command(path, recipe="default", as_schema=False, force=True)
    assert read(str(path)) == RunConfig()
    with pytest.raises(UsageError, match=r"does not end in \.toml"):
        init_command(tmp_path / "mine", recipe="default", as_schema=False, force=False)
    with pytest.raises(UsageError, match=r"cannot be written: .*Choose another place"):
        init_command(tmp_path / "no" / "mine.toml", recipe="default", as_schema=False, force=False)


def test_init_can_print(capsys: pytest.CaptureFixture[str]) -> None:
    """The file on stdout, or the schema, and nothing on stderr."""
    init_command(Path("-"), recipe="default", as_schema=False, force=False)
    assert (TEMPLATE, "") == tuple(capsys.readouterr())
    init_command(Path("-"), recipe="default", as_schema=True, force=False)
    assert "properties" in json.loads(capsys.readouterr().out)


def test_a_default_that_tells_nothing_is_not_shown() -> None:
    """An empty table, as of units, neither in the table of options nor beside what was told instead."""
    (row,) = [line for line in options.table().splitlines() if "`data.units`" in line]
    assert "" == row.split(" | ")[2].strip()


def test_units_in_a_template_are_those_of_the_configuration(tmp_path: Path) -> None:
    """A table stands on one line, whatever the names of columns and units."""
    path = tmp_path / "recipe.toml"
    told = RunConfig.model_validate({"data": {"units": {"v": "m/s", "height above": '"m"'}}})
    path.write_text(options.template(told), encoding="utf-8")
    assert read(str(path)) == told
    assert "Default: " not in path.read_text(encoding="utf-8").partition("[data]")[2].partition("[smoothing]")[0]
