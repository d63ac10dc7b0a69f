from __future__ import annotations

from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_policy.config import TrainConfig, load_config, parse_config

CONFIGS = sorted((Path(__file__).parents[1] / "config").glob("*.yaml"))


def test_a_configuration_survives_its_yaml() -> None:
    config = parse_config("method: autofocus\nmodel: {hidden: [8], head: flatten}", "x.yaml")
    assert parse_config(config.to_yaml(), "y.yaml") == config
    assert config.model.hidden == (8,)


def test_an_empty_file_means_the_defaults() -> None:
    assert parse_config("", "x.yaml") == TrainConfig()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("optimiser: {}", ["x.yaml", "optimiser", "optimisation"]),
        ("model: {depth: 3}", ["x.yaml", "model.depth", "layers"]),
        ("model: {head: mean}", ["model.head", "'mean'", "spatial_softmax"]),
        ("model: {layers: [[3, 3]]}", ["model.layers", "lists of 3"]),
        ("optimisation: {epochs: many}", ["optimisation.epochs", "'many'"]),
        ("optimisation: {epochs: 0}", ["optimisation.epochs", "above 0"]),
        ("autofocus: {weight: -1}", ["autofocus.weight", "at least 0"]),
        ("data: {validation_fraction: 1.0}", ["data.validation_fraction", "below 1"]),
        ("[1]", ["x.yaml", "mapping"]),
        ("a: [", ["x.yaml", "not valid YAML"]),
    ],
)
def test_a_wrong_configuration_is_a_sentence_naming_file_and_key(
    text: str, words: list[str]
) -> None:
    with pytest.raises(AfilError) as error:
        parse_config(text, "x.yaml")
    for word in words:
        assert word in str(error.value)


def test_overrides_reach_nested_keys_and_are_checked_too() -> None:
    config = parse_config("", "x.yaml", {"optimisation.epochs": 3, "seed": 5})
    assert (config.optimisation.epochs, config.seed) == (3, 5)
    with pytest.raises(AfilError, match="epoch is not a known key"):
        parse_config("", "x.yaml", {"optimisation.epoch": 3})


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: p.stem)
def test_shipped_configurations_load(path: Path) -> None:
    load_config(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(AfilError, match="nowhere.yaml"):
        load_config(Path("nowhere.yaml"))


def test_the_default_file_says_what_the_defaults_are() -> None:
    default = next(p for p in CONFIGS if p.name == "default.yaml")
    assert load_config(default) == TrainConfig()
