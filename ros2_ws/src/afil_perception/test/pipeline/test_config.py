from pathlib import Path

import pytest
import yaml

from afil_core.errors import AfilError
from afil_perception.pipeline.config import PerceptionConfig, load_config, parse_config
from afil_perception.pipeline.pipeline import Pipeline

SHIPPED = Path(__file__).parents[2] / "config" / "perception.yaml"


def test_the_shipped_file_says_every_key_with_its_default() -> None:
    assert load_config(SHIPPED) == PerceptionConfig()
    assert yaml.safe_load(SHIPPED.read_text()) == PerceptionConfig().to_dict()


def test_keys_that_are_left_out_have_their_defaults() -> None:
    config = parse_config("saliency: {alpha: 0.5}", "mine.yaml")
    assert config.saliency.alpha == 0.5
    assert config.saliency.window == PerceptionConfig().saliency.window


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("saliency: {alfa: 0.5}", r"mine\.yaml: saliency\.alfa is not a known key"),
        ("color: {}", r"mine\.yaml: color is not a known key"),
        ("saliency: {alpha: 1.5}", r"mine\.yaml: saliency\.alpha must lie in \[0, 1\]"),
        ("saliency: {window: 1.5}", r"saliency\.window must be a whole number"),
        ("saliency: {kernel: flat}", r"saliency\.kernel is 'flat', but must be one of peak, sum"),
        ("detector: {color: {min_score: high}}", r"detector\.color\.min_score must be a number"),
        ("saliency: {causal: maybe}", r"saliency\.causal must be true or false"),
        ("saliency: [1]", r"saliency must be a mapping"),
        ("a: [", r"mine\.yaml is not valid YAML"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_file(text: str, sentence: str) -> None:
    with pytest.raises(AfilError, match=sentence):
        parse_config(text, "mine.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AfilError, match=r"cannot read the perception config .*none\.yaml"):
        load_config(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("vlm: {backend: openai}", r"vlm\.backend: the backend 'openai' is not available yet"),
        ("detector: {backend: owlv2}", r"detector\.backend: the backend 'owlv2' is not available"),
        ("tracker: {backend: sam2}", r"tracker\.backend: the backend 'sam2' is not available yet"),
        ("tracker: {backend: magic}", r"the backend 'magic' is unknown; use one of: iou"),
    ],
)
def test_a_backend_that_is_not_there_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(AfilError, match=sentence):
        Pipeline(parse_config(text, "mine.yaml"))
