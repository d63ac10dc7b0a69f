"""The describer and the filter that ask a VLM, with one that answers by heart."""

import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_perception.describe import DESCRIBERS, Description, Phrase
from afil_perception.filter import FILTERS, FilterRequest
from afil_perception.filter.vlm import Kept
from afil_perception.vlm import Vlm

IMAGE = np.zeros((60, 80, 3), np.uint8)
TASK = Description(intent="lift it", objects=(Phrase(text="carrot", role="target"),))


class ByHeart(Vlm):
    """Answers by the schema that is asked for, and remembers the questions."""

    class Config(Schema):
        """No options."""

    def __init__(self, answers: dict[type, object]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, list[np.ndarray]]] = []

    def ask(self, prompt, images, answer):
        self.asked.append((prompt, list(images)))
        return self.answers[answer]


def test_the_describer_shows_its_frames_and_the_instruction() -> None:
    vlm = ByHeart({Description: TASK})
    describer = DESCRIBERS.select("vlm", frames=3).build(vlm)
    assert describer.frames == 3
    assert describer.describe("lift the carrot", [IMAGE] * 3) == TASK
    ((prompt, images),) = vlm.asked
    assert "The task: lift the carrot" in prompt and len(images) == 3


def test_the_filter_shows_the_frame_with_numbered_boxes(clip_of) -> None:
    vlm = ByHeart({Kept: Kept(ids=(2,))})
    candidates = (
        KeyObject(1, "carrot", 0.9, (10.0, 20.0, 30.0, 40.0)),
        KeyObject(2, "pot", 0.9, (50.0, 20.0, 70.0, 40.0)),
    )
    backend = FILTERS.select("vlm", max_objects=2).build(vlm)
    request = FilterRequest(clip_of([IMAGE]), 0, TASK, candidates, frozenset())
    assert tuple(backend.keep(request)) == (2,)
    ((prompt, (shown,)),) = vlm.asked
    assert "lift it" in prompt and "1: carrot\n2: pot" in prompt and "at most 2" in prompt
    assert shown[20, 15].any() and shown[39, 60].any() and not shown[30, 40].any()
    assert not IMAGE.any()


@pytest.mark.parametrize("registry", [DESCRIBERS, FILTERS])
def test_without_a_vlm_the_configuration_is_refused(registry) -> None:
    with pytest.raises(AfilError, match="the configuration chooses none; add vlm: <name>"):
        registry.select("vlm").build(None)


@pytest.mark.parametrize("registry", [DESCRIBERS, FILTERS])
def test_a_prompt_of_ones_own_replaces_the_shipped_one(registry, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("Look at $instruction and $candidates")
    backend = registry.select("vlm", prompt=str(tmp_path / "mine.txt")).build(ByHeart({}))
    assert backend.content.startswith("Look at")
    assert registry.select("vlm").build(ByHeart({})).content != backend.content


@pytest.mark.parametrize(("name", "sentence"), [("none.txt", "cannot be read"), ("", "is empty")])
def test_a_prompt_that_can_not_be_used_is_named(tmp_path, name: str, sentence: str) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    place = tmp_path / (name or "empty.txt")
    with pytest.raises(AfilError, match=f"{place.name} {sentence}"):
        DESCRIBERS.select("vlm", prompt=str(place)).build(ByHeart({}))
