"""The describer and the filter that ask a VLM, with one that answers by heart."""

import json

import numpy as np
import pytest
from pydantic import ValidationError

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_core.schema import Schema
from afil_perception.describe import DESCRIBERS, DescribeRequest, Description, Phrase
from afil_perception.describe.vlm import NamedObject, NamedObjects
from afil_perception.filter import FILTERS, FilterRequest
from afil_perception.filter.vlm import Kept, kept_of
from afil_perception.vlm import Vlm
from afil_perception.vlm.answers import WrongAnswerError, read_answer
from afil_perception.vlm.prompt import shipped_prompt, shipped_prompts

IMAGE = np.zeros((60, 80, 3), np.uint8)
TASK = Description(intent="lift it", objects=(Phrase(text="carrot", role="target"),))
NAMED = NamedObjects(
    intent=" Lifts the carrot. ",
    objects=[
        NamedObject(phrase="The Orange_Carrots", role="Target", state="lying", several=False),
        NamedObject(phrase="orange carrot"),
        NamedObject(phrase="robot gripper"),
        NamedObject(phrase="pot", relevance="manipulation", description="It is empty."),
    ],
)


class ByHeart(Vlm):
    """Answers by the schema that is asked for, and remembers the questions."""

    class Config(Schema):
        """No options."""

    def __init__(self, answers: dict[type, object]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, list[np.ndarray]]] = []

    def ask(self, prompt, images, answer):
        self.asked.append((prompt, list(images)))
        (kind,) = [k for k in self.answers if issubclass(answer, k)]
        return answer.model_validate(self.answers[kind])


def test_the_describer_shows_its_frames_and_the_instruction() -> None:
    vlm = ByHeart({NamedObjects: NAMED.model_dump()})
    describer = DESCRIBERS.select("vlm", frames=3).build(vlm)
    assert describer.frames == 3
    said = describer.describe(DescribeRequest("lift the carrot", "manipulation", [IMAGE] * 3))
    assert said.intent == "Lifts the carrot."
    assert [(p.text, p.role, p.plural) for p in said.objects] == [
        ("orange carrot", "target", True),
        ("pot", "reference", False),
    ]
    assert (said.objects[0].state, said.objects[1].description) == ("lying", "It is empty.")
    ((prompt, images),) = vlm.asked
    assert "The task: lift the carrot" in prompt and len(images) == 3


def test_no_more_objects_than_wanted_are_looked_for() -> None:
    vlm = ByHeart({NamedObjects: NAMED.model_dump()})
    said = DESCRIBERS.select("vlm", most_objects=1).build(vlm).describe(DescribeRequest("lift"))
    assert [p.text for p in said.objects] == ["orange carrot"]


def test_an_answer_that_names_the_robot_alone_is_an_error() -> None:
    only = {"intent": "it", "objects": [{"phrase": "robot arm"}]}
    describer = DESCRIBERS.select("vlm").build(ByHeart({NamedObjects: only}))
    with pytest.raises(AfilError, match=r"names \(robot arm\) nothing can be looked for"):
        describer.describe(DescribeRequest("lift it"))


@pytest.mark.parametrize("phrase", ["胡萝卜", "морковь", "rødbede"])
def test_a_phrase_that_no_detector_reads_is_no_answer(phrase: str) -> None:
    text = json.dumps({"intent": "it", "objects": [{"phrase": "pot"}, {"phrase": phrase}]})
    with pytest.raises(WrongAnswerError, match=rf"objects.1.phrase: .*{phrase}.* in English"):
        read_answer(text, NamedObjects)
    text = json.dumps({"intent": "it", "objects": [{"phrase": "jalapeño"}]})
    assert read_answer(text, NamedObjects).objects[0].phrase == "jalapeño"


CANDIDATES = (
    KeyObject(71, "carrot", 0.9, (10.0, 20.0, 30.0, 40.0)),
    KeyObject(72, "pot", 0.9, (50.0, 20.0, 70.0, 40.0)),
)


def test_the_filter_shows_the_frame_with_numbered_boxes_and_what_is_done(clip_of) -> None:
    answer = {
        "keep": [{"number": 2, "why": "it is next"}, {"number": 2}],
        "others": "The carrot is in it.",
        "missing": ["The Lids", "lid", "robot gripper"],
    }
    vlm = ByHeart({Kept: answer})
    backend = FILTERS.select("vlm", max_objects=2).build(vlm)
    request = FilterRequest(
        clip_of([IMAGE]), 0, TASK, CANDIDATES, frozenset(), "manipulation", "closing the gripper"
    )
    choice = backend.keep(request)
    assert (choice.ids, choice.missing) == ((72,), ("lid",))
    assert choice.why == {71: "The carrot is in it.", 72: ""}
    ((prompt, (shown,)),) = vlm.asked
    assert "lift it" in prompt and "1: carrot\n2: pot" in prompt and "at most 2" in prompt
    assert "the arm is closing the gripper" in prompt
    assert shown[20, 25].any() and shown[39, 60].any() and not shown[30, 40].any()
    assert not IMAGE.any()


def test_an_answer_can_name_no_box_that_is_not_there() -> None:
    with pytest.raises(ValidationError):
        kept_of(2).model_validate({"keep": [{"number": 3}]})
    number = kept_of(2).model_json_schema()["$defs"]["Picked"]["properties"]["number"]
    assert number["enum"] == [1, 2]


def test_an_empty_answer_must_say_why() -> None:
    with pytest.raises(ValidationError, match="say none_because"):
        kept_of(2).model_validate({"keep": []})
    assert kept_of(2).model_validate({"keep": [], "none_because": "the road is free"})


@pytest.mark.parametrize("stage", ["describe", "filter"])
def test_each_scene_has_a_prompt_of_its_own(stage: str) -> None:
    texts = {shipped_prompt(f"{stage}_{scene}") for scene in ("driving", "manipulation")}
    assert len(texts) == 2 and {f"{stage}_driving"} <= set(shipped_prompts())
    with pytest.raises(AfilError, match="there is no prompt 'x'; known: describe_driving"):
        shipped_prompt("x")


@pytest.mark.parametrize("registry", [DESCRIBERS, FILTERS])
def test_without_a_vlm_the_configuration_is_refused(registry) -> None:
    with pytest.raises(AfilError, match="the configuration chooses none; add vlm: <name>"):
        registry.select("vlm").build(None)


@pytest.mark.parametrize("registry", [DESCRIBERS, FILTERS])
def test_a_prompt_of_ones_own_replaces_the_shipped_one(registry, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("Look at $instruction and $candidates")
    backend = registry.select("vlm", prompt=str(tmp_path / "mine.txt")).build(ByHeart({}))
    assert backend.content_of("driving").startswith("Look at")
    shipped = registry.select("vlm").build(ByHeart({}))
    assert shipped.content_of("driving") != shipped.content_of("manipulation")


@pytest.mark.parametrize(("name", "sentence"), [("none.txt", "cannot be read"), ("", "is empty")])
def test_a_prompt_that_can_not_be_used_is_named(tmp_path, name: str, sentence: str) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    place = tmp_path / (name or "empty.txt")
    with pytest.raises(AfilError, match=f"{place.name} {sentence}"):
        DESCRIBERS.select("vlm", prompt=str(place)).build(ByHeart({}))
