"""What ``auto`` stands for, by what is on the machine."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_core.saliency import Sidecar
from afil_core.schema import parse, to_plain
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import perceive_dataset, survey
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.run_config import RunConfig

DINO = "iSEE-Laboratory/llmdet_tiny"


@pytest.fixture
def empty_weights(tmp_path: Path, fetched) -> Callable[[str], Path]:
    """Puts what looks like weights into the hub's cache."""

    def put(name: str) -> Path:
        folder = tmp_path / name.replace("/", "_")
        folder.mkdir()
        for file in ("config.json", "model.safetensors"):
            (folder / file).write_text("{}")
        return fetched(name, folder)

    return put


def pipeline(text: str = "") -> Pipeline:
    return Pipeline(parse(PerceptionConfig, text, "mine.yaml"))


def test_without_weights_and_vlm_the_stand_ins_are_chosen_and_say_so() -> None:
    chosen = pipeline()
    assert chosen.backends == {
        "describe": "instruction", "detect": "color", "track": "iou", "filter": "instruction"
    }  # fmt: skip
    assert "`hf download iSEE-Laboratory/llmdet_base`" in chosen.choices["detect"]
    assert "`ros2 run afil_perception models`" in chosen.choices["track"]
    assert "names no vlm" in chosen.choices["filter"]


def test_the_best_detector_and_tracker_whose_weights_are_here_are_chosen(empty_weights) -> None:
    for name in ("google/owlv2-base-patch16-ensemble", "facebook/sam2.1-hiera-small", DINO):
        empty_weights(name)
    chosen = pipeline()
    assert (chosen.backends["detect"], chosen.backends["track"]) == ("mm_grounding_dino", "sam2")
    assert chosen.config.detector.config.model == DINO
    assert chosen.config.tracker.config.model == "facebook/sam2.1-hiera-small"
    assert f"its weights {DINO} are on this machine" in chosen.choices["detect"]


def test_a_folder_can_be_named(tmp_path: Path, empty_weights) -> None:
    folder = empty_weights("mine/finetuned")
    chosen = pipeline(f"detector: {{name: auto, model: {folder}}}")
    assert chosen.config.detector.name == "mm_grounding_dino"
    assert chosen.config.detector.config.model == str(folder)
    with pytest.raises(AfilError, match="weights nobody/nothing for mm_grounding_dino are not on"):
        pipeline("detector: {model: nobody/nothing}")


def test_without_the_package_weights_are_no_use(empty_weights, monkeypatch) -> None:
    empty_weights(DINO)
    monkeypatch.setattr("afil_perception.pipeline.automatic.find_spec", lambda _: None)
    chosen = pipeline()
    assert chosen.backends["detect"] == "color"
    assert "not the package transformers (`pip install" in chosen.choices["detect"]


def test_a_vlm_that_is_named_describes_and_filters() -> None:
    text = "vlm: {name: openai, model: m}"
    chosen = pipeline(text)
    assert (chosen.backends["describe"], chosen.backends["filter"]) == ("vlm", "vlm")
    assert "names a vlm (openai)" in chosen.choices["describe"]
    assert pipeline(f"{text}\nfilter: instruction").backends["filter"] == "instruction"


def test_what_was_chosen_is_what_results_follow_from(empty_weights, clip_of) -> None:
    clip = clip_of([])
    by_color = pipeline().keys("lift the carrot", clip, "manipulation")
    assert by_color == pipeline("{detector: color, tracker: iou}").keys(
        "lift the carrot", clip, "manipulation"
    )
    empty_weights(DINO)
    assert pipeline().keys("lift the carrot", clip, "manipulation") != by_color


def test_to_choose_imports_no_torch() -> None:
    import subprocess

    program = (
        "import sys; from afil_perception.pipeline.config import PerceptionConfig as C; "
        "from afil_perception.pipeline.pipeline import Pipeline; Pipeline(C()); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=120).returncode == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_log_and_the_sidecar_say_what_was_chosen_and_why(
    make_episode, moving_carrot, jobs: int
) -> None:
    episode = make_episode(moving_carrot)
    said: list[str] = []
    run = RunConfig(jobs=jobs)
    perceive_dataset(episode.path.parent, PerceptionConfig(), say=said.append, run=run)
    provenance = Sidecar(episode.path).provenance
    assert provenance.choices == Pipeline(PerceptionConfig()).choices
    assert provenance.config["detector"]["name"] == "color"
    assert f"detect: {provenance.choices['detect']}" in said
    assert survey(episode.path.parent, pipeline()).due == []


def test_a_stand_in_that_nobody_named_replaces_no_model_s_work(
    make_episode, moving_carrot, empty_weights, monkeypatch
) -> None:
    episode = make_episode(moving_carrot)
    dataset = episode.path.parent
    monkeypatch.setattr("afil_perception.detect.color.ColorDetector.stand_in_for", "")
    perceive_dataset(dataset, parse(PerceptionConfig, "detector: color", ""), say=[].append)
    before = Sidecar(episode.path).provenance
    assert "color" not in before.stand_ins
    monkeypatch.undo()
    place = Sidecar(episode.path).path / "perception.yaml"
    was = place.read_text().replace("detect: color", "detect: owlv2")
    place.write_text(was.replace("alpha: 0.7", "alpha: 0.6").replace("color:", "owlv2:"))
    changed = parse(PerceptionConfig, "saliency: {alpha: 0.5}", "")
    with pytest.raises(AfilError, match="perceived with detect: owlv2, and here color would be"):
        perceive_dataset(dataset, changed, say=[].append)
    named = parse(PerceptionConfig, "{detector: color, saliency: {alpha: 0.5}}", "")
    assert perceive_dataset(dataset, named, say=[].append).written == 1
    assert to_plain(named)["detector"]["name"] == "color"
