from typing import ClassVar

import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_core.saliency import KeyObject, Rle, box_center
from afil_core.schema import Schema
from afil_perception.clips import Loss
from afil_perception.describe import DESCRIBERS
from afil_perception.describe.vlm import NamedObject, NamedObjects
from afil_perception.detect import DETECTORS
from afil_perception.filter import FILTERS
from afil_perception.filter.vlm import Kept
from afil_perception.pipeline.cache import StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.frames import LostFrame
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.saliency import SaliencyConfig
from afil_perception.track import TRACKERS, Tracker
from afil_perception.vlm import VLMS, Vlm


def run(clip, config: PerceptionConfig | None = None, cache: StageCache | None = None) -> list:
    pipeline = Pipeline(config or PerceptionConfig(), cache)
    keys = pipeline.keys("lift the carrot", clip, "manipulation")
    plan = pipeline.plan("lift the carrot", clip, keys["describe"], "manipulation")
    saliency = pipeline.config.saliency.for_scene(driving=False)
    return list(pipeline.run(clip, plan.description, keys, saliency))


@pytest.fixture
def perceive(clip_of):
    """Perceives images, with a configuration if need be."""

    def perceived(images, config: PerceptionConfig | None = None) -> list[PerceivedFrame]:
        return run(clip_of(images), config)

    return perceived


def peak(saliency: np.ndarray) -> tuple[int, int]:
    y, x = np.unravel_index(int(saliency.argmax()), saliency.shape)
    return int(x), int(y)


def test_the_map_follows_the_object_with_one_identity(perceive, moving_carrot) -> None:
    results = perceive(moving_carrot)
    assert [r.stamp_ns for r in results] == [k * 100 for k in range(10)]
    assert {o.id for r in results for o in r.objects} == {1}
    for k, result in enumerate(results):
        assert box_center(result.objects[0].box) == (30.5 + 5 * k, 60.5)
        x, y = peak(result.saliency)
        # the frame before pulls the peak back by a part of the 5 px it moved
        assert 30 + 5 * k - 4 <= x <= 30 + 5 * k and abs(y - 60) <= 1


def test_a_symmetric_window_gives_every_frame_its_future(perceive, moving_carrot) -> None:
    config = PerceptionConfig(saliency=SaliencyConfig(window=2, causal=False))
    results = perceive(moving_carrot, config)
    assert [r.stamp_ns for r in results] == [k * 100 for k in range(10)]
    assert peak(results[5].saliency)[0] == 55
    assert peak(results[0].saliency)[0] > 30


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_short_streams_lose_no_frame(perceive, moving_carrot, count: int) -> None:
    config = PerceptionConfig(saliency=SaliencyConfig(window=2, causal=False))
    assert len(perceive(moving_carrot[:count], config)) == count


def test_frames_without_the_object_have_an_empty_map(perceive, draw) -> None:
    results = perceive([draw([])] * 3)
    assert all(not r.objects and not r.saliency.any() for r in results)


def test_a_frame_that_can_not_be_read_is_no_step_of_the_window(perceive, moving_carrot) -> None:
    torn = [*moving_carrot[:4], None, *moving_carrot[4:]]
    whole, found = perceive(moving_carrot), perceive(torn)
    assert found.pop(4) == LostFrame(4, Loss("broken", "a torn image"))
    for a, b in zip(whole, found, strict=True):
        np.testing.assert_array_equal(a.saliency, b.saliency)


def plan(instruction: str, clip):
    return Pipeline(PerceptionConfig()).plan(instruction, clip, "key", "manipulation")


def test_nothing_to_look_for_is_an_error_that_says_why(clip_of) -> None:
    with pytest.raises(AfilError, match="nothing to look for .*'gizmo'"):
        plan("lift the gizmo", clip_of([]))


def test_what_cannot_be_looked_for_is_left_out_and_told(clip_of) -> None:
    planned = plan("put the carrot into the gizmo", clip_of([]))
    assert [p.text for p in planned.description.objects] == ["carrot"]
    assert len(planned.problems) == 1 and "'gizmo'" in planned.problems[0]


def keys(clip, **changes: object) -> dict[str, str]:
    pipeline = Pipeline(PerceptionConfig(**changes))
    return pipeline.keys("lift the carrot", clip, "manipulation")


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [stage for stage in before if before[stage] != after[stage]]


def test_a_key_changes_with_all_that_its_stage_follows_from(clip_of) -> None:
    clip = clip_of([])
    before = keys(clip)
    assert keys(clip) == before
    every = ["describe", "instances", "filter", "corrections", "saliency"]
    assert changed(before, keys(clip, saliency=SaliencyConfig(alpha=0.5))) == every[4:]
    one = FILTERS.select("instruction", max_objects=1)
    assert changed(before, keys(clip, filter=one)) == every[2:]
    faint = DETECTORS.select("color", min_score=0.1)
    assert changed(before, keys(clip, detector=faint)) == every[1:]
    assert changed(before, keys(clip_of([], "another recording"))) == every[1:]
    assert changed(before, keys(clip, max_lost_share=0.5)) == []
    pipeline = Pipeline(PerceptionConfig())
    assert changed(before, pipeline.keys("lift the pot", clip, "manipulation")) == every
    assert changed(before, pipeline.keys("lift the carrot", clip, "driving")) == every[4:]


def test_who_filters_is_no_matter_to_a_describer_that_asks_nobody(clip_of) -> None:
    clip, instruction = clip_of([]), DESCRIBERS.select("instruction")
    one, other = (
        keys(clip, vlm=VLMS.select("openai", model=name), describer=instruction)
        for name in ("large", "small")
    )
    assert changed(one, other) == ["filter", "corrections", "saliency"]


@pytest.mark.parametrize(
    ("stage", "registry", "name"),
    [
        ("detector", DETECTORS, "grounding_dino"),
        ("detector", DETECTORS, "owlv2"),
        ("tracker", TRACKERS, "sam2"),
        ("tracker", TRACKERS, "sam3"),
    ],
)
def test_where_a_model_runs_is_no_part_of_a_key(clip_of, stage, registry, name) -> None:
    made = [keys(clip_of([]), **{stage: registry.select(name, device=d)}) for d in ("cpu", "auto")]
    assert changed(*made) == []


def test_a_run_that_changes_a_later_stage_repeats_none_before(
    clip_of, moving_carrot, tmp_path
) -> None:
    cache = StageCache(tmp_path / "cache")
    first = run(clip_of(moving_carrot), cache=cache)
    clip = clip_of(moving_carrot)
    again = run(clip, cache=cache)
    assert clip.reads == 0
    for a, b in zip(first, again, strict=True):
        assert (a.index, a.stamp_ns, a.objects) == (b.index, b.stamp_ns, b.objects)
        np.testing.assert_array_equal(a.saliency, b.saliency)
    other = run(clip, PerceptionConfig(saliency=SaliencyConfig(window=3)), cache)
    assert clip.reads == 0 and (other[5].saliency != first[5].saliency).any()
    (tmp_path / "cache" / "filter").rename(tmp_path / "gone")
    run(clip, cache=cache)
    assert clip.reads == 0


class Masked(Tracker):
    """Finds what is not black."""

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config) -> None:
        del config

    def track(self, clip, phrases, detector):
        for frame in clip:
            mask = Rle.of(frame.rgb[:, :, 0] > 0)
            yield [KeyObject(1, "carrot", 1.0, (0.0, 0.0, 2.0, 2.0), mask)]


def test_lost_frames_and_masks_survive_the_cache(clip_of, tmp_path) -> None:
    config = PerceptionConfig(tracker=Selection("masked", Masked, Masked.Config()))
    images = [np.full((4, 4, 3), 9, np.uint8), None, np.zeros((4, 4, 3), np.uint8)]
    cache = StageCache(tmp_path / "cache")
    first, again = run(clip_of(images), config, cache), run(clip_of(images), config, cache)
    assert [type(f) for f in again] == [PerceivedFrame, LostFrame, PerceivedFrame]
    assert again[1] == first[1]
    assert [again[k].objects for k in (0, 2)] == [first[k].objects for k in (0, 2)]
    assert again[0].objects[0].mask == Rle((4, 4), (0, 16))


class ByHeart(Vlm):
    """Names a carrot and keeps what it is shown."""

    class Config(Schema):
        """No options."""

    asked: ClassVar[list[str]] = []

    def __init__(self, config: Config) -> None:
        del config

    def ask(self, prompt, images, answer):
        self.asked.append(f"{answer.__name__} {len(images)}")
        if issubclass(answer, Kept):
            return answer(keep=[{"number": 1, "why": "it is lifted"}])
        return NamedObjects(intent="it", objects=[NamedObject(phrase="The carrots.")])


def test_what_a_vlm_said_is_not_asked_again(clip_of, moving_carrot, tmp_path) -> None:
    config = PerceptionConfig(
        vlm=Selection("by_heart", ByHeart, ByHeart.Config()),
        describer=DESCRIBERS.select("vlm", frames=4),
        filter=FILTERS.select("vlm"),
    )
    cache = StageCache(tmp_path / "cache")
    first = run(clip_of(moving_carrot), config, cache)
    assert ByHeart.asked == ["NamedObjects 4", "Kept 1"]
    assert {o.id for f in first for o in f.objects} == {1}
    for stage in ("describe", "instances", "filter"):
        (tmp_path / "cache" / stage).rename(tmp_path / stage)
    again = run(clip_of(moving_carrot), config, cache)
    assert [f.objects for f in again] == [f.objects for f in first]
    assert ByHeart.asked == ["NamedObjects 4", "Kept 1"]
    pipeline = Pipeline(config)
    assert pipeline.backends["vlm"] == "by_heart" and set(pipeline.stand_ins) == {"color", "iou"}


def test_stand_ins_are_named_by_their_backends() -> None:
    pipeline = Pipeline(PerceptionConfig())
    assert pipeline.backends == {
        "describe": "instruction",
        "detect": "color",
        "track": "iou",
        "filter": "instruction",
    }
    assert pipeline.stand_ins == {
        "instruction": "a vision-language model",
        "color": "an open-vocabulary detector",
        "iou": "SAM 2",
    }


def test_a_tracker_that_finds_by_itself_does_not_depend_on_the_detector(clip_of) -> None:
    class Alone(Tracker):
        uses_detector = False

        class Config(Schema):
            pass

        def __init__(self, config: Config) -> None:
            pass

        def track(self, clip, phrases, detector):
            for _ in clip:
                yield []

    def pipeline(**options: object) -> Pipeline:
        detector = DETECTORS.select("color", **options)
        tracker = Selection("alone", Alone, Alone.Config())
        return Pipeline(PerceptionConfig(detector=detector, tracker=tracker))

    clip = clip_of([np.zeros((4, 4, 3), np.uint8)])
    one, other = pipeline(), pipeline(min_score=0.9)
    assert "detect" not in one.backends and "color" not in one.stand_ins
    keys = [p.keys("lift the gizmo", clip, "manipulation") for p in (one, other)]
    assert keys[0] == keys[1]
    assert one.plan("lift the gizmo", clip, "key", "manipulation").problems == ()


def test_what_looks_wrong_with_the_instances_is_told_with_its_frame(perceive, draw) -> None:
    there, gone = draw([(80, 60, 8, (255, 130, 10))]), draw([])
    config = PerceptionConfig(tracker=TRACKERS.select("iou", fill_gaps=False, min_frames=1))
    results = perceive([there, gone, there], config)
    assert [[e.kind for e in r.events] for r in results] == [[], ["lost"], []]


class Suspicious(Vlm):
    """Names the carrot, and misses a red ball."""

    class Config(Schema):
        """No options."""

    prompts: ClassVar[list[str]] = []

    def __init__(self, config: Config) -> None:
        del config

    def ask(self, prompt, images, answer):
        if not issubclass(answer, Kept):
            return NamedObjects(intent="it", objects=[NamedObject(phrase="carrot")])
        self.prompts.append(prompt)
        count = prompt.count("carrot\n") + prompt.count("red ball\n")
        keep = [{"number": n} for n in range(1, count + 1)]
        return answer(keep=keep, missing=["red ball", "gizmo"])


def test_what_the_filter_misses_is_really_looked_for_and_merged(
    clip_of, moving_carrot, tmp_path
) -> None:
    config = PerceptionConfig(
        vlm=Selection("suspicious", Suspicious, Suspicious.Config()),
        describer=DESCRIBERS.select("vlm"),
        filter=FILTERS.select("vlm"),
    )
    cache = StageCache(tmp_path / "cache")
    results = run(clip_of(moving_carrot), config, cache)
    assert all({o.phrase for o in f.objects} == {"carrot", "red ball"} for f in results)
    balls = {o.box for f in results for o in f.objects if o.phrase == "red ball"}
    assert {box_center(box) for box in balls} == {(120.5, 30.5)}
    assert results[0].decision.found == ("red ball",)
    assert [f.decision for f in results[1:]] == [None] * 9
    assert len(Suspicious.prompts) == 2
    again = run(clip_of(moving_carrot), config, cache)
    assert [f.decision for f in again] == [f.decision for f in results]
