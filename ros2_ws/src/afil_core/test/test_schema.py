from typing import Literal

import pytest
from pydantic import Field

from afil_core import schema
from afil_core.errors import AfilError
from afil_core.schema import Schema


class Inner(Schema):
    renamed = {"colour": "color"}

    color: Literal["red", "blue"] = "red"
    size: tuple[int, int] = (1, 2)


class Outer(Schema):
    rate_hz: float = Field(gt=0)
    name: str = Field("x", min_length=1)
    inner: Inner = Inner()
    items: tuple[Inner, ...] = ()


def problem(text, overrides=None):
    with pytest.raises(AfilError) as caught:
        schema.parse(Outer, text, "a.yaml", overrides)
    return str(caught.value)


def test_whole_numbers_serve_as_numbers_and_lists_as_tuples():
    outer = schema.parse(Outer, "rate_hz: 3\ninner: {size: [4, 5]}", "a.yaml")
    assert outer.rate_hz == 3.0 and outer.inner.size == (4, 5)


@pytest.mark.parametrize("text", ["1e-4", "1E-4", "1.e-4", "0.1e-3", "1.0e-04"])
def test_small_numbers_are_numbers_however_they_are_written(text):
    assert schema.parse(Outer, f"rate_hz: {text}", "a.yaml").rate_hz == 1e-4
    assert schema.parse(Outer, "{}", "a.yaml", schema.parse_overrides([f"rate_hz={text}"]))


def test_words_that_only_look_like_numbers_stay_texts():
    outer = schema.parse(Outer, "rate_hz: 1\nname: 1e4x", "a.yaml")
    assert outer.name == "1e4x"


def test_what_is_written_is_read_back_equal():
    outer = schema.parse(Outer, "rate_hz: 3\nitems: [{color: blue}]", "a.yaml")
    assert schema.parse(Outer, schema.to_yaml(outer), "b.yaml") == outer


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "a.yaml: rate_hz is missing; add it"),
        ("rate_hz: '3'", "a.yaml: rate_hz must be a number, not '3'"),
        ("rate_hz: true", "a.yaml: rate_hz must be a number, not True"),
        ("rate_hz: 0", "a.yaml: rate_hz must be above 0, not 0"),
        ("rate_hz: .nan", "a.yaml: rate_hz must be a finite number, not nan"),
        ("[1]", "a.yaml: the file must be a mapping of keys to values, not [1]"),
        ("rate_hz: 1\nname: ''", "a.yaml: name must be a non-empty text, not ''"),
        ("rate_hz: 1\nname: 3", "a.yaml: name must be a text, not 3"),
        (
            "rate_hz: 1\ninner: {color: green}",
            "a.yaml: inner.color is 'green', but must be one of red, blue",
        ),
        (
            "rate_hz: 1\ninner: {size: [1.5, 2]}",
            "a.yaml: inner.size[0] must be a whole number, not 1.5",
        ),
        (
            "rate_hz: 1\nitems: [{}, {size: 3}]",
            "a.yaml: items[1].size must be a list, not 3",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_with_file_and_key(text, sentence):
    assert problem(text) == sentence


def test_an_unknown_key_is_answered_with_the_nearest_one():
    said = problem("rate_hz: 1\ninner: {colr: red}")
    assert said.startswith("a.yaml: inner.colr is not a known key; did you mean 'color'?")


def test_a_former_key_answers_with_its_new_name():
    assert problem("rate_hz: 1\ninner: {colour: red}") == (
        "a.yaml: inner.colour is called 'color' now; rename it"
    )


def test_broken_yaml_names_the_place():
    assert "a.yaml is not valid YAML" in problem("rate_hz: [")


def test_overrides_replace_values_by_dotted_key():
    overrides = schema.parse_overrides(["rate_hz=5", "inner.color=blue", "name=y"])
    outer = schema.parse(Outer, "rate_hz: 1", "a.yaml", overrides)
    assert (outer.rate_hz, outer.inner.color, outer.name) == (5.0, "blue", "y")


def test_a_word_that_sets_nothing_is_a_sentence():
    with pytest.raises(AfilError, match="write key=value"):
        schema.parse_overrides(["rate_hz"])


def test_an_override_below_a_plain_value_is_a_sentence():
    assert "so items.color can't be set" in problem("rate_hz: 1\nitems: []", {"items.color": 1})


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(AfilError, match="cannot be read.*; write one"):
        schema.load(Outer, tmp_path / "none.yaml", remedy="write one")


def test_json_is_read_back_by_pydantic_itself():
    outer = schema.parse(Outer, "rate_hz: 1\nitems: [{color: blue, size: [3, 4]}]", "a.yaml")
    assert Outer.model_validate_json(outer.model_dump_json()) == outer
