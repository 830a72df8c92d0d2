"""The configuration of a run: recipes, files and flags, and what is said of values that cannot be used."""

from dataclasses import replace
from pathlib import Path

import pytest

from discovery.errors import BackendMissing, UsageError
from discovery.registry import names
from discovery.search.sindy import SINDy
from discovery.smoothing.gaussian_process import GaussianProcess
from pipelines import config
from pipelines.config import RECIPES, RunConfig, read


def written(folder: Path, text: str) -> str:
    """The path of a TOML file with that text."""
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_recipe_is_a_configuration(recipe: str) -> None:
    """A recipe changes what it states and leaves the defaults elsewhere."""
    found = read(recipe)
    for field in RunConfig.model_fields:
        assert RECIPES[recipe].get(field, getattr(RunConfig(), field)) == getattr(found, field)


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_recipe_makes_its_objects(recipe: str) -> None:
    """The names of a recipe's smoother, engines and selection are those of plug-ins with default settings."""
    found = read(recipe)
    assert found.engines == tuple(name for name in found.engines if found.make_engine(name).search)
    assert found.make_smoother().smooth
    assert found.threads == found.make_selector().threads


def test_the_default_recipe_uses_the_better_smoother_and_three_engines() -> None:
    """PySR, which needs Julia, is left to those who ask for it."""
    assert ("auto", ("sindy", "structured", "operon")) == (read("default").smoother, read("default").engines)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_configuration_survives_its_file(recipe: str, tmp_path: Path) -> None:
    """What ``config.toml`` holds makes the same run."""
    told = read(recipe).changed(seed=7, budget=12.5, noise="lognormal", search={"sindy": {"ridge": 1e-4}})
    assert told == read(written(tmp_path, told.to_toml()))


def test_sentences_in_a_file_are_those_of_the_command_line(tmp_path: Path) -> None:
    """With primes, quotes and bars as they are typed; sentences on the command line take the place of the file's."""
    sentences = ("theta'' = -k*sin(theta) - c*theta'*|theta'|", "0 < k < 3", "c ~ 0.1 +- 0.01")
    written_down = written(tmp_path, f"laws = {list(sentences)!r}\nown = ['c:ball']\n")
    found = config.resolve(written_down, {}, {})
    assert (sentences, ("c:ball",)) == (found.laws, found.own)
    assert found == read(written(tmp_path, found.to_toml()))
    assert ("x' = v",) == config.resolve(written_down, {}, {"laws": ("x' = v",)}).laws


def test_flags_win_over_the_recipe(tmp_path: Path) -> None:
    """What is given on the command line replaces the file; what is not given stays."""
    recipe = read(written(tmp_path, 'seed = 3\nsmoother = "kalman"\nengines = ["sindy"]\n'))
    changed = recipe.changed(seed=5, engines=None, noise=None, smoother="gaussian_process")
    assert (5, ("sindy",), "auto", "gaussian_process") == (
        changed.seed,
        changed.engines,
        changed.noise,
        changed.smoother,
    )
    assert (3, "kalman") == (recipe.seed, recipe.smoother)


def test_settings_reach_the_objects(tmp_path: Path) -> None:
    """Tables of the file are the fields of smoother, engine and selection; the noise is told to the smoother."""
    recipe = read(
        written(
            tmp_path,
            'noise = "proportional"\nsmoother = "gaussian_process"\nthreads = 1\n'
            "[search.sindy]\nridge = 0.5\n[selection]\nfinalists = 3\n",
        )
    )
    smoother, engine = recipe.make_smoother(), recipe.make_engine("sindy")
    assert isinstance(smoother, GaussianProcess)
    assert isinstance(engine, SINDy)
    assert ("proportional", 0.5) == (smoother.noise, engine.ridge)
    assert (1, 3) == (recipe.make_selector().threads, recipe.make_selector().finalists)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": -1}, r"configuration: seed = -1 cannot be used\. .*greater than or equal to 0"),
        ({"budget": 0.0}, r"budget = 0\.0 cannot be used\. .*greater than 0"),
        ({"threads": 0}, r"threads = 0 cannot be used"),
        (
            {"noise": "pink"},
            r"noise = 'pink' cannot be used\. .*'proportional', 'combined', 'lognormal', 'given' or 'process'",
        ),
        ({"engines": ("sindy", "guess")}, r"There is no search plug-in called 'guess'\. Choose from: .*sindy"),
        ({"search": {"guess": {"x": 1}}}, r"There is no search plug-in called 'guess'"),
        ({"smoother": "ruler"}, r"There is no smoothing plug-in called 'ruler'\. Choose from: .*neural_ode"),
        ({"engines": ()}, r"no search engine is named\. Choose from: .*structured"),
        ({"sede": 1}, r"configuration: there is no option sede\. Did you mean seed\? The options are seed, budget"),
        (
            {"data": {"sates": ["x"]}},
            r"there is no option data\.sates\. Did you mean states\? The options are time, states",
        ),
        ({"budget": "soon"}, r"configuration: budget 'soon' is not a time\. Write for example 60s, 5m or 1h"),
    ],
)
def test_values_that_cannot_be_used_are_named(changes: dict[str, object], message: str) -> None:
    """The message has the value, and what is allowed instead."""
    with pytest.raises(UsageError, match=message):
        RunConfig().changed(**changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = = 1", r"recipe\.toml is not valid TOML: .*line 1.*Correct that line"),
        ("speed = 1", r"recipe\.toml: there is no option speed\. Did you mean seed\? The options are seed, budget"),
        ('budget = "0s"', r"recipe\.toml: budget '0s' is not a time above zero"),
        ("engines = 3", r"recipe\.toml: engines = 3 cannot be used"),
    ],
)
def test_a_broken_file_is_named(text: str, message: str, tmp_path: Path) -> None:
    """File, key and reason stand in the message."""
    with pytest.raises(UsageError, match=message):
        read(written(tmp_path, text))


def test_a_recipe_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Neither a name nor a file: the names are listed."""
    with pytest.raises(UsageError, match=r"There is no recipe 'slow'\. Choose from default, quick, .*\.toml file"):
        read("slow")
    with pytest.raises(UsageError, match=r"missing\.toml cannot be read: No such file or directory\. Check the path"):
        read(str(tmp_path / "missing.toml"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda told: told.changed(search={"sindy": {"threshold": 1}}).make_engine("sindy"),
            r"Configuration has search\.sindy\.threshold, which SINDy does not know\. Did you mean thresholds\?",
        ),
        (
            lambda told: told.changed(smoothing={"depth": 3}).make_smoother(),
            r"Configuration has smoothing\.depth, which Auto does not know\. It has: neural, noise",
        ),
        (
            lambda told: told.changed(selection={"rule": "aic"}).make_selector(),
            r"Configuration has selection\.rule, which TrajectorySelector does not know\. It has: .*finalists",
        ),
    ],
)
def test_an_unknown_setting_lists_the_known_ones(make: object, message: str) -> None:
    """A misspelt setting is not passed over."""
    assert callable(make)
    with pytest.raises(UsageError, match=message):
        make(RunConfig())


@pytest.mark.parametrize(
    ("change", "make", "message"),
    [
        ({"search": {"sindy": {"ridge": "small"}}}, "engine", r"search\.sindy\.ridge = 'small', .* such as 1e-06"),
        ({"search": {"sindy": {"bags": 2.5}}}, "engine", r"search\.sindy\.bags = 2\.5, .* such as 20"),
        ({"search": {"sindy": {"bags": True}}}, "engine", r"search\.sindy\.bags = True, .* such as 20"),
        ({"selection": {"beam": {"widht": 2}}}, "selector", r"selection\.beam\.widht, .* Did you mean width\?"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_named(change: dict[str, object], make: str, message: str) -> None:
    """Text for a number, a fraction for a count, and a misspelt setting of a part."""
    told = RunConfig().changed(**change)
    with pytest.raises(UsageError, match=message):
        told.make_engine("sindy") if make == "engine" else told.make_selector()


def test_settings_of_parts_keep_the_defaults_of_the_whole() -> None:
    """A table within a table changes what it names: the beam's own short fit stays short."""
    selector = (
        RunConfig().changed(selection={"beam": {"width": 2}, "growth": {"shooting": {"rtol": 1e-7}}}).make_selector()
    )
    standard = RunConfig().make_selector()
    assert (2, standard.beam.shooting) == (selector.beam.width, selector.beam.shooting)
    assert (1e-7, standard.growth.shooting.iterations) == (
        selector.growth.shooting.rtol,
        selector.growth.shooting.iterations,
    )


def test_flags_win_over_the_environment_over_the_file_over_the_defaults(tmp_path: Path) -> None:
    """One option is told in one, two and three places; what is told nowhere stays."""
    recipe = written(tmp_path, 'seed = 1\nthreads = 3\nnoise = "additive"\n[data]\ntime = "t"\nstates = ["x"]\n')
    environment = {"DISCOVERY_SEED": "2", "DISCOVERY_THREADS": "4", "DISCOVERY_NOISE": "", "HOME": "/"}
    told = config.resolve(recipe, environment, {"seed": 5, "noise": None, "data": {"states": ("y",)}})
    assert (5, 4, "additive", "auto") == (told.seed, told.threads, told.noise, told.smoother)
    assert ("t", ("y",)) == (told.data.time, told.data.states)


def test_the_environment_names_the_recipe_unless_a_flag_does() -> None:
    """Budgets and lists are written as on the command line."""
    environment = {"DISCOVERY_RECIPE": "quick", "DISCOVERY_BUDGET": "5m", "DISCOVERY_ENGINES": "sindy, operon"}
    told = config.resolve(None, environment, {})
    assert ("gaussian_process", 300.0, ("sindy", "operon")) == (told.smoother, told.budget, told.engines)
    assert "auto" == config.resolve("default", environment, {}).smoother


def test_a_wrong_variable_is_named() -> None:
    """The message has the variable, not only the option."""
    with pytest.raises(UsageError, match=r"environment variable DISCOVERY_SEED: seed = 'one' cannot be used"):
        config.resolve(None, {"DISCOVERY_SEED": "one"}, {})


def test_misspelt_variables_are_told_and_those_of_others_are_not() -> None:
    """Other programs may have variables that begin alike."""
    environment = {"DISCOVERY_SEDE": "1", "DISCOVERY_SERVICE_HOST": "10.0.0.1", "DISCOVERY_SEED": "1"}
    assert ("DISCOVERY_SEDE is not read. Did you mean DISCOVERY_SEED?",) == config.misspelt(environment)


@pytest.mark.parametrize(
    ("setting", "engine_option"),
    [("search.sindy.ridge=0.5", 0.5), ("search.sindy.ridge = 1e-3", 1e-3)],
)
def test_any_option_can_be_assigned(setting: str, engine_option: float) -> None:
    """As in TOML; words need no quotation marks."""
    told = config.resolve(None, {}, {"seed": 3}, [setting, "smoother=kalman", "engines=['sindy']"])
    assert (3, "kalman", ("sindy",)) == (told.seed, told.smoother, told.engines)
    assert {"sindy": {"ridge": engine_option}} == told.search


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ridge", r"--set 'ridge' is not of the form NAME=VALUE\. Write for example --set search\.sindy\.ridge=1e-4"),
        ("=1", "is not of the form NAME=VALUE"),
        ("sede=1", r"--set sede=1: there is no option sede\. Did you mean seed\?"),
        ("search.magic.x=1", r"There is no search plug-in called 'magic'"),
    ],
)
def test_a_wrong_assignment_is_named(setting: str, message: str) -> None:
    """Broken ones, and options that there are not."""
    with pytest.raises(UsageError, match=message):
        config.resolve(None, {}, {}, [setting])


@pytest.mark.parametrize(("text", "seconds"), [("60", 60.0), ("60s", 60.0), ("1.5m", 90.0), ("1h", 3600.0)])
def test_budgets_have_units(text: str, seconds: float) -> None:
    """Seconds, minutes and hours; a number stays as it is."""
    assert seconds == config.duration(text)
    assert 2.5 == config.duration(2.5)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a,b", ("a", "b")), (" a , b ,", ("a", "b")), ('"x, y",z', ("x, y", "z")), ("", ()), ('say "hi"', ('say "hi"',))],
)
def test_lists_are_separated_by_commas(text: str, parts: tuple[str, ...]) -> None:
    """A header with a comma stands between quotation marks."""
    assert parts == config.listed(text)


def test_every_option_of_the_model_has_a_meaning_and_a_source() -> None:
    """What help, schema and documents are made of."""
    for model in (RunConfig, config.Columns):
        for name, field in model.model_fields.items():
            assert field.description, name
            assert isinstance(field.json_schema_extra, dict)
            assert field.json_schema_extra["source"], name


def test_an_engine_without_its_package_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine exists, its package does not."""
    found = config.registry.plugin("search", "operon")
    absent = replace(found, requires=("no_such_package",))
    monkeypatch.setattr(config.registry, "plugin", lambda stage, name: absent)
    with pytest.raises(BackendMissing, match=r"needs no_such_package, .* pip install no_such_package"):
        RunConfig().make_engine("operon")


def test_every_engine_that_there_is_can_be_named() -> None:
    """Names come from the plug-ins' files, so that a new one needs no other change."""
    assert names("search") == RunConfig().changed(engines=names("search")).engines
