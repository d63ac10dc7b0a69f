from pathlib import Path

import pytest
import yaml

from afil_core.errors import AfilError
from afil_core.schema import parse, to_plain
from afil_perception.describe import Phrase
from afil_perception.pipeline.config import PerceptionConfig, load_config

SHIPPED = Path(__file__).parents[2] / "config" / "perception.yaml"
STAND_INS = SHIPPED.with_name("stand_ins.yaml")


def read(text: str) -> PerceptionConfig:
    return parse(PerceptionConfig, text, "mine.yaml")


def test_the_shipped_file_says_every_key_with_its_default() -> None:
    assert load_config(SHIPPED) == PerceptionConfig() == load_config(None)
    assert yaml.safe_load(SHIPPED.read_text()) == to_plain(PerceptionConfig())


def test_the_file_of_the_stand_ins_names_them_with_every_option() -> None:
    config = load_config(STAND_INS)
    named = {key: getattr(config, key) for key in ("describer", "detector", "tracker", "filter")}
    assert all(selection.kind.stand_in_for for selection in named.values())
    plain = to_plain(config)
    assert yaml.safe_load(STAND_INS.read_text()) == {key: plain[key] for key in named}


def test_the_file_for_the_town_knows_colors_for_all_that_its_instruction_names() -> None:
    detector = load_config(SHIPPED.with_name("town.yaml")).detector.build()
    named = ("red light", "stop sign", "pedestrian", "cyclist", "car")
    phrases = [Phrase(text=text, role="target") for text in named]
    assert detector.problems(phrases) == {}


def test_keys_that_are_left_out_have_their_defaults() -> None:
    config = read("saliency: {alpha: 0.5}\ndetector: {name: color, min_score: 0.5}")
    assert (config.saliency.alpha, config.saliency.window) == (0.5, 1)
    assert config.detector.config.min_score == 0.5
    assert config.detector.config.max_candidates == 5


def test_options_are_set_from_a_command_line(tmp_path: Path) -> None:
    overrides = {"tracker.min_iou": 0.3, "saliency.window": 4, "max_lost_share": 0.0}
    (tmp_path / "mine.yaml").write_text("tracker: iou")
    for path, more in ((None, {"tracker.name": "iou"}), (tmp_path / "mine.yaml", {})):
        config = load_config(path, overrides | more)
        assert config.tracker.config.min_iou == 0.3
        assert (config.saliency.window, config.max_lost_share) == (4, 0.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("saliency: {alfa: 0.5}", r"mine\.yaml: saliency\.alfa is not a known key; did you mean"),
        ("trackers: iou", r"mine\.yaml: trackers is not a known key; did you mean 'tracker'"),
        ("saliency: {alpha: 1.5}", r"mine\.yaml: saliency\.alpha must be at most 1, not 1\.5"),
        ("saliency: {window: 1.5}", r"saliency\.window must be a whole number, not 1\.5"),
        ("saliency: {kernel: flat}", r"saliency\.kernel is 'flat', but must be one of peak, sum"),
        ("detector: {name: color, min_score: high}", r"detector\.min_score must be a number"),
        ("detector: {name: color, min_scor: 1}", r"did you mean 'min_score'"),
        ("detector: {min_score: 0.3}", r"detector is auto, .* an option of color; .* name: color"),
        ("describer: {prompt: x}", r"describer is auto, which has no 'prompt': .* name: vlm"),
        ("detector: {modell: x}", r"detector\.modell is not a known key; did you mean 'model'"),
        ("saliency: {causal: maybe}", r"saliency\.causal must be true or false"),
        ("saliency: [1]", r"saliency must be a mapping"),
        ("detector: {name: owlv9}", r"there is no detector 'owlv9'; did you mean"),
        ("tracker: byte", r"there is no tracker 'byte'; known: auto, iou"),
        ("vlm: opnai", r"there is no VLM 'opnai'; did you mean 'openai'"),
        ("vlm: openai", r"vlm\.model is missing; add it"),
        ("describer: instructions", r"did you mean 'instruction'"),
        ("a: [", r"mine\.yaml is not valid YAML"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_file(text: str, sentence: str) -> None:
    with pytest.raises(AfilError, match=sentence):
        read(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("detector: colour", r"detector 'colour' is called 'color' now; rename it"),
        ("detector: {backend: color}", r"detector\.backend is called 'name' now; rename it"),
        ("tracker: {backend: iou}", r"tracker\.backend is called 'name' now; rename it"),
        (
            "detector: {name: color, typical_colours: {}}",
            r"typical_colours is called 'typical_colors' now",
        ),
        (
            "vlm: {backend: instruction}",
            r"vlm must be the name of .*VLM, or a mapping with 'name'",
        ),
        ("saliency: {scene: arm}", r"saliency\.scene is called 'sigma_fraction' now"),
        ("saliency: {sigma_fraction_arm: 0.1}", r"is called 'sigma_fraction' now; rename it"),
        ("saliency: {shape: centre}", r"is 'centre', but must be one of center, box"),
    ],
)
def test_a_former_name_answers_with_the_present_one(text: str, sentence: str) -> None:
    with pytest.raises(AfilError, match=sentence):
        read(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AfilError, match=r"perception config .*none\.yaml cannot be read"):
        load_config(tmp_path / "none.yaml")
