"""Models that are named and not there: said once, before anything is begun."""

from pathlib import Path

import pytest
import torch

from afil_core.errors import AfilError
from afil_core.schema import parse
from afil_perception.detect.color import ColorDetector
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import DatasetReport, perceive_dataset, survey
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.run_config import RunConfig
from afil_perception.pipeline.state import stages_due

STAND_INS = "{detector: color, tracker: iou}"


def perceive(dataset: Path, text: str, jobs: int = 1) -> DatasetReport:
    config = parse(PerceptionConfig, text, "mine.yaml")
    return perceive_dataset(
        dataset, config, say=[].append, warn=[].append, run=RunConfig(jobs=jobs)
    )


def left_behind(dataset: Path) -> list[str]:
    kinds = ("*/saliency*", "*/.saliency*", f"{CACHE_FOLDER}/failed/*")
    return [str(p) for kind in kinds for p in dataset.glob(kind)]


@pytest.mark.parametrize(
    ("text", "who", "fetch"),
    [
        ("{detector: owlv2}", "detect: owlv2", "google/owlv2-base-patch16-ensemble"),
        ("{detector: color, tracker: sam2}", "track: sam2", "facebook/sam2.1-hiera-tiny"),
        ("{tracker: sam2_package}", "track: sam2_package", "facebook/sam2.1-hiera-tiny"),
        ("{tracker: sam3}", "track: sam3", "facebook/sam3"),
        ("{vlm: {name: hf}}", "describe: vlm, filter: vlm", "Qwen/Qwen3-VL-2B-Instruct"),
    ],
)  # fmt: skip
def test_weights_that_are_not_here_are_one_sentence_and_no_episode_is_begun(
    make_episode, moving_carrot, text: str, who: str, fetch: str
) -> None:
    dataset = make_episode(moving_carrot).path.parent
    make_episode(moving_carrot)
    with pytest.raises(AfilError) as caught:
        perceive(dataset, text)
    sentence = str(caught.value)
    assert sentence.startswith(f"{who}: the weights {fetch} ")
    assert "are not on this machine" in sentence and f"`hf download {fetch}`" in sentence
    assert left_behind(dataset) == []


def test_all_that_is_missing_is_said_at_once(make_episode, moving_carrot) -> None:
    dataset = make_episode(moving_carrot).path.parent
    with pytest.raises(AfilError, match="detect: mm_grounding_dino: .*; track: sam2: the weights"):
        perceive(dataset, "{detector: mm_grounding_dino, tracker: sam2}")


@pytest.mark.parametrize("jobs", [1, 2])
def test_weights_that_cannot_be_loaded_end_the_run_and_are_no_episode_s_fault(
    make_episode, moving_carrot, tmp_path: Path, jobs: int
) -> None:
    for _ in range(3):
        dataset = make_episode(moving_carrot).path.parent
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_text("{}")
    report = perceive(dataset, f"{{detector: {{name: owlv2, model: {folder}}}}}", jobs)
    assert len(report.failures) == 1 and report.written == 0 and report.not_begun == 3
    assert f"folder {folder} holds no weights of Owlv2ForObjectDetection" in report.failures[0]
    assert left_behind(dataset) == []


def test_a_device_without_memory_is_a_sentence_and_the_next_episode_is_perceived(
    make_episode, moving_carrot, monkeypatch
) -> None:
    dataset = make_episode(moving_carrot).path.parent
    make_episode(moving_carrot[1:])
    detect, full = ColorDetector.detect, [True]

    def first_out_of_memory(self, images, phrases):
        if full.pop() if full else False:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return detect(self, images, phrases)

    monkeypatch.setattr(ColorDetector, "detect", first_out_of_memory)
    report = perceive(dataset, STAND_INS)
    assert report.written == 1 and "lower tracker.window" in report.failures[0]


def test_what_stages_have_done_needs_no_model(make_episode, moving_carrot) -> None:
    dataset = make_episode(moving_carrot).path.parent
    perceive(dataset, STAND_INS)
    cache = StageCache(dataset / CACHE_FOLDER)

    def due(text: str) -> set[str]:
        config = parse(PerceptionConfig, text, "mine.yaml")
        return stages_due(survey(dataset, Pipeline(config, cache)).due, cache)

    assert due("{detector: color, tracker: iou, saliency: {alpha: 0.5}}") == set()
    assert due("{detector: color, tracker: iou, filter: {name: instruction, max_objects: 1}}") == {
        "filter"
    }
    assert due("{detector: owlv2}") == {"filter", "detect", "track"}
