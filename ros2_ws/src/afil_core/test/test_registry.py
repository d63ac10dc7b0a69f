from typing import Annotated

import pytest
from pydantic import Field

from afil_core import registry, schema
from afil_core.errors import AfilError
from afil_core.registry import Registry, Selection
from afil_core.schema import Schema


class Red:
    class Config(Schema):
        depth: int = Field(1, ge=1)

    def __init__(self, config, extra=None):
        self.config, self.extra = config, extra


class Bare:
    pass


COLORS: Registry[Red] = Registry(
    "colors",
    "color",
    {
        "red": f"{__name__}:Red",
        "bare": f"{__name__}:Bare",
        "absent": "no_such_package_at_all:Thing",
        "gone": f"{__name__}:Gone",
    },
    renamed={"rouge": "red"},
)


class Config(Schema):
    color: Annotated[Selection[Red], COLORS] = Field(default_factory=lambda: COLORS.select("red"))


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    # pytest's importlib mode gives the module a name that import_module does not know.
    real = registry.import_module
    here = {"Red": Red, "Bare": Bare}
    fake = type("Module", (), here)
    monkeypatch.setattr(registry, "import_module", lambda n: fake if n == __name__ else real(n))


def problem(text):
    with pytest.raises(AfilError) as caught:
        schema.parse(Config, text, "a.yaml")
    return str(caught.value)


@pytest.mark.parametrize("text", ["", "color: red", "color: {name: red}"])
def test_a_name_alone_has_the_defaults(text):
    chosen = schema.parse(Config, text, "a.yaml").color
    assert (chosen.name, chosen.config.depth) == ("red", 1)


def test_options_stand_beside_the_name_and_reach_the_instance():
    chosen = schema.parse(Config, "color: {name: red, depth: 3}", "a.yaml").color
    built = chosen.build(extra="e")
    assert (built.config.depth, built.extra) == (3, "e")


def test_a_choice_is_written_as_it_is_read():
    config = schema.parse(Config, "color: {name: red, depth: 3}", "a.yaml")
    assert schema.to_plain(config) == {"color": {"name": "red", "depth": 3}}


def test_an_override_of_an_option_keeps_the_name():
    config = schema.parse(Config, "color: red", "a.yaml", {"color.depth": 4})
    assert config.color.config.depth == 4


def test_options_without_a_name_are_those_of_the_default_choice():
    assert schema.parse(Config, "color: {depth: 3}", "a.yaml").color.config.depth == 3
    config = schema.parse(Config, "", "a.yaml", {"color.depth": 4})
    assert (config.color.name, config.color.config.depth) == ("red", 4)


def test_an_option_that_does_not_fit_is_named_with_its_path():
    assert problem("color: {name: red, depth: 0}") == (
        "a.yaml: color.depth must be at least 1, not 0"
    )
    assert "color.deph is not a known key; did you mean 'depth'?" in problem(
        "color: {name: red, deph: 0}"
    )


def test_an_unknown_name_is_answered_with_the_nearest_one():
    assert "there is no color 'redd'; did you mean 'red'?" in problem("color: redd")
    with pytest.raises(AfilError, match="known: absent, bare, gone, red"):
        COLORS.get("zzz")


def test_a_former_name_answers_with_the_new_one():
    with pytest.raises(AfilError, match="'rouge' is called 'red' now"):
        COLORS.get("rouge")


def test_a_missing_library_is_named():
    with pytest.raises(AfilError, match="needs the Python package 'no_such_package_at_all'"):
        COLORS.get("absent")


def test_an_entry_that_leads_nowhere_is_a_sentence():
    with pytest.raises(AfilError, match="cannot be imported"):
        COLORS.get("gone")


def test_a_class_without_options_says_so():
    with pytest.raises(AfilError, match="has no nested Config"):
        COLORS.select("bare")


def test_other_packages_add_theirs_by_entry_points(monkeypatch):
    class Point:
        name = "green"

        def load(self):
            return Red

    monkeypatch.setattr(
        registry, "entry_points", lambda group: [Point()] if group == "afil.colors" else []
    )
    assert "green" in COLORS.names()
    assert COLORS.get("green") is Red
