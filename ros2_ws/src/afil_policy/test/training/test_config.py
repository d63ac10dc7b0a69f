from __future__ import annotations

from pathlib import Path

import pytest

from afil_core import schema
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.training.config import TrainConfig

CONFIGS = Path(__file__).parents[2] / "config"
DEMO = Path(__file__).parents[5] / "launch" / "demo_train.yaml"


def parse(text: str, **overrides: object) -> TrainConfig:
    return schema.parse(TrainConfig, text, "x.yaml", overrides)


def test_a_configuration_survives_its_yaml() -> None:
    config = parse("method: {name: autofocus, weight: 3}\nhead: {name: mse, hidden: [8]}")
    assert parse(schema.to_yaml(config)) == config
    assert config.method.config.weight == 3.0
    assert config.head.config.hidden == (8,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("optimizr: {}", ["x.yaml", "optimizr", "did you mean 'optimizer'"]),
        ("optimisation: {}", ["optimisation is called 'optimizer' now"]),
        ("model: {}", ["model is called 'encoder, pooling and head' now"]),
        ("autofocus: {}", ["autofocus is called 'method: {name: autofocus, ...}' now"]),
        ("data: {image: x}", ["data.image is called 'cameras' now"]),
        ("data: {action_normalisation: x}", ["is called 'action_normalization' now"]),
        ("method: gail", ["method", "no method 'gail'", "autofocus"]),
        ("method: {name: bc, weight: 1}", ["method.weight", "not a known key"]),
        ("encoder: resnext", ["no encoder 'resnext'", "small_cnn"]),
        ("encoder: {name: small_cnn, layers: [[3, 3]]}", ["encoder.layers[0]"]),
        ("encoder: {name: small_cnn, layers: []}", ["encoder.layers", "at least 1"]),
        ("pooling: mean", ["no pooling 'mean'", "average"]),
        ("optimizer: {epochs: many}", ["optimizer.epochs", "'many'"]),
        ("optimizer: {epochs: 0}", ["optimizer.epochs", "at least 1"]),
        ("method: {name: autofocus, weight: -1}", ["method.weight", "at least 0"]),
        ("data: {validation_fraction: 1.0}", ["data.validation_fraction", "below 1"]),
        ("data: {proprioception: 3}", ["data.proprioception", "a list"]),
    ],
)
def test_a_wrong_configuration_is_a_sentence_naming_file_and_key(
    text: str, words: list[str]
) -> None:
    with pytest.raises(AfilError) as error:
        parse(text)
    for word in words:
        assert word in str(error.value)


def test_overrides_reach_the_options_of_what_was_chosen() -> None:
    config = parse("method: autofocus", **{"method.weight": 5, "encoder.norm": "group"})
    assert (config.method.config.weight, config.encoder.config.norm) == (5.0, "group")


def test_the_default_file_has_every_key_with_its_default() -> None:
    text = (CONFIGS / "default.yaml").read_text()
    assert schema.parse(TrainConfig, text, "default.yaml") == TrainConfig()
    written, plain = schema.parse_yaml(text, "default.yaml"), schema.to_plain(TrainConfig())
    assert written.pop("method") == plain.pop("method")["name"]
    assert written == plain


def test_by_default_a_policy_sees_all_that_the_contract_has(contract: Contract) -> None:
    cameras, proprioception = TrainConfig().data.streams(contract)
    assert cameras == ("front_image",)
    assert proprioception == ("ee_pose", "joint_positions", "gripper_width")


def test_a_policy_may_see_nothing_but_images(contract: Contract) -> None:
    assert parse("data: {proprioception: []}").data.streams(contract)[1] == ()


def test_the_demo_trains_on_the_pose_and_the_gripper(contract: Contract) -> None:
    config = schema.load(TrainConfig, DEMO)
    assert config.data.streams(contract)[1] == ("ee_pose", "gripper_width")


def test_a_stream_that_the_contract_lacks_is_named(contract: Contract) -> None:
    with pytest.raises(AfilError, match="wrist_image"):
        parse("data: {cameras: [wrist_image]}").data.streams(contract)
